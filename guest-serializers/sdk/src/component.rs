//! What `export!` expands to needs: the generated bindings and one serializer per instance. Not part of the API.

use std::cell::{Cell, RefCell};

pub use bindings::{Description, Failure, Guest, Settings};

use crate::{Level, OptionInfo, Serializer};

/// Generated from the contract, once, so that authors need neither its file nor the generator.
#[allow(unsafe_code, missing_docs, reason = "the generated code passes pointers over the boundary")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "serializer",
        pub_export_macro: true,
        default_bindings_module: "holdfast_sdk::component::bindings",
    });
}

/// The serializer of this instance.
pub struct Instance<S> {
    serializer: RefCell<S>,
    serialized: Growth,
    deserialized: Growth,
    _first_block: Vec<u8>,
}

/// How far from the beginning of the heap what comes in lies at least. Large blocks of a host's allocator often begin at a
/// multiple of 4096, as the heap does: copied from there to a few bytes behind such a multiple, they take ten times as
/// long on some processors (`rep movsb` on AMD's Zen 3).
const APART: usize = 2048;

impl<S: Serializer> Default for Instance<S> {
    fn default() -> Self {
        report_panics();
        Self {
            serializer: RefCell::default(),
            serialized: Growth::default(),
            deserialized: Growth::default(),
            _first_block: Vec::with_capacity(APART),
        }
    }
}

impl<S: Serializer> Instance<S> {
    /// Takes the settings.
    pub fn configure(&self, settings: &Settings) -> Result<(), Failure> {
        self.serializer.borrow_mut().configure(&self::settings(settings)).map_err(Failure::from)
    }

    /// Document in, bytes out.
    pub fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = self.serialized.room_for(document.len());
        self.serializer.borrow_mut().serialize(document, &mut out)?;
        self.serialized.learn(document.len(), out.len());
        Ok(out)
    }

    /// Bytes in, document out.
    pub fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = self.deserialized.room_for(bytes.len());
        self.serializer.borrow_mut().deserialize(bytes, &mut out)?;
        self.deserialized.learn(bytes.len(), out.len());
        Ok(out)
    }
}

/// The settings as an author gets them.
pub fn settings(settings: &Settings) -> crate::Settings<'_> {
    crate::Settings {
        options: settings.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        schema: &settings.schema,
        converters: &settings.converters,
    }
}

/// How much larger than the input a result gets, in 64ths, as far as this instance has seen: a result that fits its
/// first allocation is never copied, and is shrunk in place when it is handed over.
struct Growth(Cell<usize>);

/// What most formats stay under.
const USUAL: usize = 96;
/// Hostile bytes must not teach an instance to ask for more.
const MOST: usize = 8 * 64;
/// Values differ: a little more than the last one needed.
const SLACK: usize = 4;

impl Default for Growth {
    fn default() -> Self {
        Self(Cell::new(USUAL))
    }
}

impl Growth {
    fn room_for(&self, input: usize) -> Vec<u8> {
        Vec::with_capacity(input / 64 * self.0.get() + 256)
    }

    fn learn(&self, input: usize, output: usize) {
        let needed = (output / (input / 64 + 1)).saturating_add(SLACK);
        self.0.set(self.0.get().max(needed.min(MOST)));
    }
}

/// A trap says nothing but "unreachable", and no call gets into the instance afterwards: the message has to leave
/// before.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
}

/// The host's log.
pub fn log(level: Level, message: &str) {
    use bindings::holdfast::plugin::log;
    let level = match level {
        Level::Error => log::Level::Error,
        Level::Warn => log::Level::Warn,
        Level::Info => log::Level::Info,
        Level::Debug => log::Level::Debug,
    };
    log::log(level, message);
}

/// The description as the host gets it.
#[must_use]
pub fn describe<S: Serializer>() -> Description {
    let description = S::DESCRIPTION;
    Description {
        name: description.name.to_owned(),
        version: description.version.to_owned(),
        format: description.format.to_owned(),
        classes: owned(description.classes),
        media_type: description.media_type.to_owned(),
        options: options(description.options),
        losses: owned(description.losses),
    }
}

/// Texts as the contract has them.
pub fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// Options as the contract has them.
pub fn options(options: &[OptionInfo]) -> Vec<bindings::holdfast::plugin::types::OptionInfo> {
    let told = |option: &OptionInfo| bindings::holdfast::plugin::types::OptionInfo {
        name: option.name.to_owned(),
        help: option.help.to_owned(),
    };
    options.iter().map(told).collect()
}

impl From<crate::Failure> for Failure {
    fn from(failure: crate::Failure) -> Self {
        use bindings::holdfast::plugin::types::{Damage, Misfit};
        match failure {
            crate::Failure::NotThisFormat(text) => Self::NotThisFormat(text),
            crate::Failure::Damaged { offset, text } => Self::Damaged(Damage { offset, text }),
            crate::Failure::Unrepresentable { path, text } => Self::Unrepresentable(Misfit { path, text }),
            crate::Failure::Limit(text) => Self::Limit(text),
            crate::Failure::BadOption(text) => Self::BadOption(text),
        }
    }
}
