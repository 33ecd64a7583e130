//! The shipped serializers as they are compiled into this program: what Wasm costs shows beside them.

use holdfast_java::Java;
use holdfast_kryo::Kryo;
use holdfast_kryo1::Kryo1;
use holdfast_msgpack::Msgpack;
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_xstream::Xstream;

/// A serializer without Wasm around it.
pub(crate) trait Native {
    fn encode(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure>;
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

/// The serializer of this name, if it is built into the program and takes these options.
pub(crate) fn of(name: &str, options: &[(String, String)]) -> Option<Box<dyn Native>> {
    match name {
        "java" => configured::<Java>(options),
        "kryo" => configured::<Kryo>(options),
        "kryo1" => configured::<Kryo1>(options),
        "msgpack" => configured::<Msgpack>(options),
        "xstream" => configured::<Xstream>(options),
        _ => None,
    }
}

fn configured<S: Serializer>(options: &[(String, String)]) -> Option<Box<dyn Native>> {
    let mut serializer = S::default();
    let options = options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    serializer.configure(&Settings { options, schema: &[], converters: &[] }).ok()?;
    Some(Box::new(serializer))
}
