//! The serializer `msgpack`: the session document itself, checked, behind a byte that says which form it has.
//!
//! The default where no Java program shares the sessions, and the baseline of every measurement: what it costs is the
//! boundary and the check.

use holdfast_document::{Error, Limits, check};
use holdfast_sdk::{Common, Description, Failure, MAX_BYTES, MAX_DEPTH, Serializer, Settings};

/// The form of the document that is written and read. A later form gets a later number.
const FORM: u8 = 1;

/// The serializer.
#[derive(Debug, Default)]
pub struct Msgpack {
    common: Common,
}

impl Msgpack {
    fn check(&self, document: &[u8]) -> Result<(), Error> {
        check(document, Limits { depth: self.common.max_depth, bytes: self.common.max_bytes })
    }
}

impl Serializer for Msgpack {
    const DESCRIPTION: Description = Description {
        name: "msgpack",
        version: env!("CARGO_PKG_VERSION"),
        format: "msgpack/1",
        media_type: "application/vnd.holdfast.msgpack",
        classes: &[],
        options: &[MAX_DEPTH, MAX_BYTES],
        losses: &[],
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        self.common = settings.common(Self::DESCRIPTION.options, |_, _| Ok(()))?;
        Ok(())
    }

    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        self.check(document)?;
        out.reserve(document.len() + 1);
        out.push(FORM);
        out.extend_from_slice(document);
        Ok(())
    }

    fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let (form, document) = bytes.split_first().ok_or_else(|| {
            Failure::NotThisFormat("there are no bytes; the first one is the form, 1".into())
        })?;
        if *form != FORM {
            return Err(Failure::NotThisFormat(format!("the first byte is {form:#04x}; the form is 0x01")));
        }
        // The byte in front counts in the offset of an error.
        self.check(document).map_err(|error| Error { at: error.at + 1, ..error })?;
        out.extend_from_slice(document);
        Ok(())
    }
}

holdfast_sdk::export!(Msgpack);

#[cfg(test)]
mod tests {
    use holdfast_document::sample;

    use super::*;

    fn deserialize(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        Msgpack::default().deserialize(bytes, &mut out).map(|()| out)
    }

    #[test]
    fn a_document_comes_back_as_it_was_behind_one_byte() {
        let mut bytes = Vec::new();
        Msgpack::default().serialize(&sample(), &mut bytes).unwrap();
        assert_eq!((bytes[0], &bytes[1..]), (1, sample().as_slice()));
        assert_eq!(deserialize(&bytes), Ok(sample()));
    }

    #[test]
    fn another_form_is_another_format_and_a_broken_document_tells_its_offset() {
        assert!(matches!(deserialize(b""), Err(Failure::NotThisFormat(_))));
        assert!(matches!(deserialize(b"\x02\x93"), Err(Failure::NotThisFormat(_))));
        let broken = deserialize(b"\x01\x93\xce\0\0\0\0\x81\xa1a\xc1\xc0");
        assert!(matches!(broken, Err(Failure::Damaged { offset: 10, .. })), "{broken:?}");
    }

    #[test]
    fn a_document_that_is_nested_deeper_than_the_option_says_is_refused() {
        let mut serializer = Msgpack::default();
        let settings = Settings { options: vec![("maxDepth", "2")], schema: &[], converters: &[] };
        serializer.configure(&settings).unwrap();
        let deep = b"\x93\xce\0\0\0\0\x81\xa1a\x91\x91\x91\x90\xc0";
        assert!(matches!(serializer.serialize(deep, &mut Vec::new()), Err(Failure::Limit(_))));
    }
}
