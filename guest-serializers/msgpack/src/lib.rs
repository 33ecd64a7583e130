//! The serializer `msgpack`: the session document itself, checked, behind a byte that says which form it has.
//!
//! The default where no Java program shares the sessions, and the baseline of every measurement: what it costs is the
//! boundary and the check.

use holdfast_sdk::{Common, Description, Failure, MAX_BYTES, Serializer, Settings};

/// The form of the document that is written and read. A later form gets a later number.
const FORM: u8 = 1;

/// The serializer.
#[derive(Debug, Default)]
pub struct Msgpack {
    common: Common,
}

impl Msgpack {
    fn check_size(&self, bytes: usize) -> Result<(), Failure> {
        let most = self.common.max_bytes;
        if bytes > most {
            return Err(Failure::Limit(format!("{bytes} bytes, and maxBytes is {most}")));
        }
        Ok(())
    }
}

impl Serializer for Msgpack {
    const DESCRIPTION: Description = Description {
        name: "msgpack",
        version: env!("CARGO_PKG_VERSION"),
        format: "msgpack/1",
        media_type: "application/vnd.holdfast.msgpack",
        classes: &[],
        options: &[MAX_BYTES],
        losses: &[],
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        self.common = settings.common(Self::DESCRIPTION.options, |_, _| Ok(()))?;
        Ok(())
    }

    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        self.check_size(document.len())?;
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
        self.check_size(document.len())?;
        out.extend_from_slice(document);
        Ok(())
    }
}

holdfast_sdk::export!(Msgpack);
