//! The serializer `java`: Java Object Serialization, protocol 2, in the layout of memcached-session-manager.
//!
//! A stored value is one stream of an `ObjectOutputStream`: the number of attributes as an Integer, then each name, a
//! String, and its value. What was read and not changed is written byte for byte as it came: classes, handles, blocks
//! of data, capacities. The README of this crate says how.

mod big;
mod boxes;
mod classes;
mod hidden;
mod layout;
mod mutf8;
mod outline;
mod read;
mod schema;
mod stream;
mod table;
mod time;
mod write;

use holdfast_schema::Schema;
use holdfast_sdk::{Common, Description, Failure, MAX_BYTES, MAX_DEPTH, Serializer, Settings};

/// What a value may be at most.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// How deep values may lie in each other.
    depth: usize,
    /// How many bytes a result may have.
    bytes: usize,
}

impl Limits {
    /// How long the document of a stream may get. Strings and numbers are written in full each time that a stream
    /// refers to them, and so are classes in each attribute: hostile streams would make much out of little.
    fn room_for(self, stream: usize) -> usize {
        self.bytes.min(stream.saturating_mul(20).saturating_add(256 << 10))
    }
}

/// The serializer. It keeps its tables and the classes of earlier documents from one call to the next.
#[derive(Debug, Default)]
pub struct Java {
    common: Common,
    schema: Schema,
    reading: read::Kept,
    writing: write::Kept,
}

impl Java {
    const fn limits(&self) -> Limits {
        Limits { depth: self.common.max_depth, bytes: self.common.max_bytes }
    }
}

impl Serializer for Java {
    const DESCRIPTION: Description = Description {
        name: "java",
        version: env!("CARGO_PKG_VERSION"),
        format: "java/2",
        media_type: "application/x-java-serialized-object",
        classes: &["de.javakaffee.web.msm.JavaSerializationTranscoderFactory"],
        options: &[MAX_DEPTH, MAX_BYTES],
        losses: &[
            "an attribute that is null, or that Java could not serialize, is left out, as MSM does",
            "refused: application objects from other formats without the schema of their class; java.util.Optional; \
             time zones with a history and calendars from other formats",
        ],
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        self.common = settings.common(Self::DESCRIPTION.options, |_, _| Ok(()))?;
        self.schema = Schema::new(settings.schema).map_err(|error| {
            Failure::BadOption(format!("the schema of the application's classes: {error}"))
        })?;
        Ok(())
    }

    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limits = self.limits();
        let written = write::write(document, &mut self.writing, limits, out);
        let Err(Failure::Unrepresentable { .. }) = written else { return written };
        // What came from another format is written anew with what the schema says, and not before it must be.
        let spread = schema::spread(document, &self.schema)?;
        let document = spread.as_deref().unwrap_or(document);
        match schema::retype(document, &self.schema)? {
            Some(retyped) => write::write(&retyped, &mut self.writing, limits, out),
            None => written,
        }
    }

    fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limits = self.limits();
        read::read(bytes, &mut self.reading, limits, out)
    }
}

holdfast_sdk::export!(Java);
