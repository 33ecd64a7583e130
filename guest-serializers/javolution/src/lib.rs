//! The serializer `javolution`: sessions as MSM's `JavolutionTranscoder` stores them with javolution 5.5.1.

mod big;
mod classes;
mod codec;
mod decimal;
mod declared;
mod fault;
mod jdk;
mod losses;
mod number;
mod options;
mod plan;
mod read;
mod stamp;
mod text;
mod write;
mod xml;

use holdfast_document::whole;
use holdfast_schema::{Declarations, Schema};
use holdfast_sdk::{Description, Failure, Serializer, Settings};

use classes::Classes;
use losses::Losses;
use options::Options;
use plan::Plans;

/// The id of the stored format, in values that only this format understands, too.
const FORMAT: &str = "javolution/5";

/// Our own attribute: the true value of what the library loses.
const TRUE_VALUE: &str = "holdfast";

/// The serializer.
#[derive(Debug, Default)]
pub struct Javolution {
    options: Options,
    classes: Classes,
    losses: Losses,
    read: read::Shelf,
    write: write::Shelf,
}

impl Serializer for Javolution {
    const DESCRIPTION: Description = Description {
        name: "javolution",
        version: env!("CARGO_PKG_VERSION"),
        format: FORMAT,
        media_type: "application/x-javolution+xml",
        classes: &["de.javakaffee.web.msm.serializer.javolution.JavolutionTranscoderFactory"],
        options: options::ALL,
        losses: options::LOSSES,
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        self.options = Options::read(settings)?;
        let schema = Schema::new(settings.schema).map_err(|error| {
            Failure::BadOption(format!("the schema of the application's classes: {error}"))
        })?;
        let wrong = |text| Failure::BadOption(format!("the declarations of the converters: {text}"));
        let declarations =
            Declarations::from_bytes(settings.converters).map_err(|error| wrong(error.to_string()))?;
        let declared = declared::plans(&declarations, FORMAT).map_err(wrong)?;
        self.classes = Classes::new(Plans::new(schema, declared));
        self.read = read::Shelf::default();
        self.write = write::Shelf::default();
        self.losses = Losses::default();
        self.losses.refuse = self.options.refuse_losses;
        Ok(())
    }

    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let (start, common) = (out.len(), self.options.common);
        let mut write = |document: &[u8], out: &mut Vec<u8>, classes: &mut Classes| {
            write::write(document, out, &mut classes.plans, &mut self.write, &mut self.losses, common)
        };
        let written = write(document, out, &mut self.classes);
        let Err(Failure::Unrepresentable { .. }) = written else { return written };
        // What a Java stream tells of a class that extends a collection by all fields is told anew, and not before it
        // must be.
        let extends =
            |name: &str| Some(self.classes.plans.schema().extended(name, whole::number_of)?.into_fields());
        let Some(gathered) = whole::gathered(document, extends) else { return written };
        out.truncate(start);
        write(&gathered, out, &mut self.classes)
    }

    fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limits = read::Limits {
            depth: self.options.common.max_depth,
            bytes: self.options.document_limit(bytes.len()),
        };
        read::read(bytes, out, &mut self.classes, &mut self.read, limits)
    }
}

holdfast_sdk::export!(Javolution);
