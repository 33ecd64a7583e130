//! The shipped serializers as they are compiled into this program: what Wasm costs shows beside them.

use holdfast_java::Java;
use holdfast_javolution::Javolution;
use holdfast_kryo::Kryo;
use holdfast_kryo1::Kryo1;
use holdfast_msgpack::Msgpack;
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_xstream::Xstream;

use crate::plugin::Plugin;

/// A serializer without Wasm around it.
pub trait Native {
    /// Appends what it stores of a document.
    ///
    /// # Errors
    /// As the plugin's.
    fn encode(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure>;
    /// Appends the document of what was stored.
    ///
    /// # Errors
    /// As the plugin's.
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure>;
}

impl<S: Serializer> Native for S {
    fn encode(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        self.serialize(document, out)
    }

    fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        self.deserialize(bytes, out)
    }
}

/// The serializer that the plugin is, if it is built into the program, configured as the plugin is.
#[must_use]
pub fn of(plugin: &Plugin) -> Option<Box<dyn Native>> {
    match plugin.description().name.as_str() {
        "java" => configured::<Java>(plugin),
        "javolution" => configured::<Javolution>(plugin),
        "kryo" => configured::<Kryo>(plugin),
        "kryo1" => configured::<Kryo1>(plugin),
        "msgpack" => configured::<Msgpack>(plugin),
        "xstream" => configured::<Xstream>(plugin),
        _ => None,
    }
}

fn configured<S: Serializer>(plugin: &Plugin) -> Option<Box<dyn Native>> {
    let mut serializer = S::default();
    let settings = plugin.settings();
    let settings = Settings {
        options: settings.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        schema: &settings.schema,
        converters: &settings.converters,
    };
    serializer.configure(&settings).ok()?;
    Some(Box::new(serializer))
}
