//! The serializer `kryo`: sessions as Kryo 4.0.0 with kryo-serializers 0.41 stores them, set up as MSM 2.3.2 does.

mod arena;
mod classes;
mod codec;
mod declared;
mod input;
mod jdk;
mod losses;
mod options;
mod output;
mod plan;
mod primitive;
mod read;
mod refusal;
mod text;
mod write;

use std::fmt;

use holdfast_document::whole;
use holdfast_kryo_common::{fault, locale, table, url};
use holdfast_schema::{Declarations, Schema};
use holdfast_sdk::{Description, Failure, Serializer, Settings};

use classes::Classes;
use declared::Declared;
use losses::Losses;
use options::Options;

/// The serializer.
#[derive(Default)]
pub struct Kryo {
    options: Options,
    classes: Classes,
    losses: Losses,
    read: read::Shelf,
    write: write::Shelf,
}

impl fmt::Debug for Kryo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kryo").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Serializer for Kryo {
    const DESCRIPTION: Description = Description {
        name: "kryo",
        version: env!("CARGO_PKG_VERSION"),
        format: "kryo/4",
        media_type: "application/x-kryo",
        classes: &["de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory"],
        options: options::ALL,
        losses: options::LOSSES,
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        self.options = Options::read(settings)?;
        let schema = Schema::new(settings.schema).map_err(|error| {
            Failure::BadOption(format!("the schema of the application's classes: {error}"))
        })?;
        let declarations = Declarations::from_bytes(settings.converters)
            .map_err(|error| Failure::BadOption(format!("the declarations of the converters: {error}")))?;
        let declared = Declared::new(&declarations, Self::DESCRIPTION.format);
        self.classes = Classes::new(schema, declared, self.options.compatible_fields);
        self.losses = Losses::default();
        self.losses.refuse = self.options.refuse_losses;
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
        let arena = arena::Arena::default();
        read::read(bytes, out, &mut self.classes, &mut self.read, limits, &arena)
    }
}

holdfast_sdk::export!(Kryo);
