//! What `export!` expands to needs. Not part of the API.

use std::cell::RefCell;

pub use bindings::{ConverterDescription, Declarations, Guest};

use holdfast_sdk::component::{Failure, Settings, options, owned, report_panics, settings};

use crate::{Converter, Rewrite};

/// Generated from the contract, with the types that both worlds have in common taken from the other one.
#[allow(unsafe_code, missing_docs, reason = "the generated code passes pointers over the boundary")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "converter",
        pub_export_macro: true,
        default_bindings_module: "holdfast_converter_sdk::component::bindings",
        with: {
            "holdfast:plugin/types@1.0.0": holdfast_sdk::component::bindings::holdfast::plugin::types,
            "holdfast:plugin/log@1.0.0": holdfast_sdk::component::bindings::holdfast::plugin::log,
        },
    });
}

/// The converter of this instance.
pub struct Instance<C> {
    converter: RefCell<C>,
}

impl<C: Converter> Default for Instance<C> {
    fn default() -> Self {
        report_panics();
        Self { converter: RefCell::default() }
    }
}

impl<C: Converter> Instance<C> {
    /// Takes the settings.
    pub fn configure(&self, settings: &Settings) -> Result<(), Failure> {
        Ok(self.converter.borrow_mut().configure(&self::settings(settings))?)
    }

    /// What the converter declares.
    pub fn declarations(&self) -> Declarations {
        let declared = self.converter.borrow().declared();
        Declarations {
            classes: declared.classes.to_owned(),
            before_serialize: rewrite(declared.before_serialize),
            after_deserialize: rewrite(declared.after_deserialize),
        }
    }

    /// Document in, document out.
    pub fn before_serialize(&self, document: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::with_capacity(document.len() + document.len() / 2 + 64);
        self.converter.borrow_mut().before_serialize(document, &mut out)?;
        Ok(out)
    }

    /// Document in, document out.
    pub fn after_deserialize(&self, document: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::with_capacity(document.len() + document.len() / 2 + 64);
        self.converter.borrow_mut().after_deserialize(document, &mut out)?;
        Ok(out)
    }
}

/// The description as the host gets it.
#[must_use]
pub fn describe<C: Converter>() -> ConverterDescription {
    let description = C::DESCRIPTION;
    ConverterDescription {
        name: description.name.to_owned(),
        version: description.version.to_owned(),
        classes: owned(description.classes),
        options: self::options(description.options),
    }
}

fn rewrite(rewrite: Rewrite) -> bindings::holdfast::plugin::converting::Rewrite {
    use bindings::holdfast::plugin::converting::Rewrite as Told;
    match rewrite {
        Rewrite::Never => Told::Never,
        Rewrite::Always => Told::Always,
        Rewrite::Naming(names) => Told::Naming(owned(names)),
    }
}
