//! The serializer `kryo1`: sessions as Kryo 1.04 with kryo-serializers 0.11 stores them, set up as MSM 1.8.2 does.

mod classes;
mod codec;
mod declared;
mod jdk;
mod losses;
mod options;
mod plan;
mod read;
mod write;
mod zone;

use std::fmt;

use holdfast_document::whole;
use holdfast_schema::{Declarations, Schema};
use holdfast_sdk::{Description, Failure, Serializer, Settings};

use classes::Classes;
use declared::Declared;
use losses::Losses;
use options::Options;

/// The serializer.
pub struct Kryo1 {
    options: Options,
    classes: Classes,
    losses: Losses,
    read: read::Shelf,
    write: write::Shelf,
}

impl Default for Kryo1 {
    fn default() -> Self {
        Self {
            options: Options::default(),
            classes: Classes::new(Schema::default(), Declared::default()),
            losses: Losses::default(),
            read: read::Shelf::default(),
            write: write::Shelf::default(),
        }
    }
}

impl fmt::Debug for Kryo1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kryo1").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Serializer for Kryo1 {
    const DESCRIPTION: Description = Description {
        name: "kryo1",
        version: env!("CARGO_PKG_VERSION"),
        format: "kryo/1",
        media_type: "application/x-kryo1",
        // MSM's class name means Kryo 4: this one is chosen by its own name.
        classes: &[],
        options: options::ALL,
        losses: options::LOSSES,
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        let options = Options::read(settings)?;
        let schema = Schema::new(settings.schema).map_err(|error| {
            Failure::BadOption(format!("the schema of the application's classes: {error}"))
        })?;
        let declarations = Declarations::from_bytes(settings.converters)
            .map_err(|error| Failure::BadOption(format!("the declarations of the converters: {error}")))?;
        let declared = Declared::new(&declarations, Self::DESCRIPTION.format);
        *self = Self { options, classes: Classes::new(schema, declared), ..Self::default() };
        self.losses.refuse = options.refuse_losses;
        Ok(())
    }

    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limits = self.options.limits_of_bytes();
        let start = out.len();
        let mut write = |document: &[u8], out: &mut Vec<u8>, classes: &mut Classes| {
            write::write(document, out, classes, &mut self.write, &mut self.losses, limits)
        };
        let written = write(document, out, &mut self.classes);
        let Err(Failure::Unrepresentable { .. }) = written else { return written };
        // What a Java stream tells of a class that extends a collection by all fields is told anew, and not before it
        // must be.
        let extends =
            |name: &str| Some(self.classes.schema().extended(name, whole::number_of)?.into_fields());
        let Some(gathered) = whole::gathered(document, extends) else { return written };
        out.truncate(start);
        write(&gathered, out, &mut self.classes)
    }

    fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limits = self.options.limits_of_document(bytes.len());
        read::read(bytes, out, &mut self.classes, &mut self.read, limits)
    }
}

holdfast_sdk::export!(Kryo1);
