//! The serializer `xstream`: sessions as MSM's XStreamTranscoder stores them, XML as XStream 1.4.7 writes it.

mod beans;
mod classes;
mod extended;
mod fault;
mod form;
mod jdk;
mod layout;
mod losses;
mod nodes;
mod options;
mod read;
mod shape;
mod text;
mod write;
mod xml;

use std::fmt;

use holdfast_schema::Schema;
use holdfast_sdk::{Description, Failure, Serializer, Settings};

use classes::Classes;
use losses::Losses;
use options::Options;

/// How many times as long as the XML a document may be.
const MOST_GROWTH: usize = 16;

/// The serializer.
#[derive(Default)]
pub struct Xstream {
    options: Options,
    classes: Classes,
    losses: Losses,
    read: read::Scratch,
    write: write::Scratch,
}

impl fmt::Debug for Xstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Xstream").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Serializer for Xstream {
    const DESCRIPTION: Description = Description {
        name: "xstream",
        version: env!("CARGO_PKG_VERSION"),
        format: "xstream/1.4",
        media_type: "application/x-xstream+xml",
        classes: &["de.javakaffee.web.msm.serializer.xstream.XStreamTranscoderFactory"],
        options: options::ALL,
        losses: options::LOSSES,
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        self.options = Options::read(settings)?;
        let schema =
            Schema::new(settings.schema).map_err(|error| Failure::BadOption(format!("schema: {error}")))?;
        self.classes = Classes::new(schema);
        self.losses = Losses::default();
        self.losses.refuse = self.options.refuse_losses;
        Ok(())
    }

    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let Options { common, pretty, .. } = self.options;
        let limits = write::Limits { depth: common.max_depth, bytes: common.max_bytes, pretty };
        // Indentation makes XML of about three times the document.
        out.reserve(document.len().saturating_mul(3).min(common.max_bytes));
        let start = out.len();
        let mut write = |document: &[u8], out: &mut Vec<u8>, classes: &mut Classes| {
            write::write(document, out, classes, &mut self.write, &mut self.losses, limits)
        };
        let written = write(document, out, &mut self.classes);
        let Err(Failure::Unrepresentable { .. }) = written else { return written };
        // What others tell of a class that extends a collection, as the collection that it is, is told as Java has it,
        // and not before it must be.
        let mut spread = Vec::new();
        let mut has_no_fields = |name: &str| self.classes.has_no_fields(name);
        match holdfast_document::whole::spread(document, &mut spread, &mut has_no_fields) {
            Ok(false) => return written,
            Ok(true) => {}
            Err(misfit) => {
                let path = holdfast_document::path(document, misfit.at);
                return Err(Failure::Unrepresentable { path, text: misfit.text });
            }
        }
        out.truncate(start);
        write(&spread, out, &mut self.classes)
    }

    fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let xml = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let offset = bytes.len() - xml.len();
        let xml = match simdutf8::compat::from_utf8(xml) {
            Ok(xml) => xml,
            Err(error) => {
                let at = error.valid_up_to();
                let valid = std::str::from_utf8(xml.get(..at).unwrap_or_default()).unwrap_or_default();
                read::begins(valid).map_err(Failure::NotThisFormat)?;
                return Err(Failure::Damaged {
                    offset: (at + offset) as u64,
                    text: "bytes that are not UTF-8".into(),
                });
            }
        };
        read::begins(xml).map_err(Failure::NotThisFormat)?;
        if xml.len() >= u32::MAX as usize {
            return Err(Failure::Limit("4 GiB of XML".into()));
        }
        let common = self.options.common;
        // Names of classes come again in a document where they do not in XML, but no honest session grows so: this keeps
        // the memory in proportion to the bytes.
        let most = xml.len().saturating_mul(MOST_GROWTH).saturating_add(256 << 10);
        let limits = (common.max_depth, common.max_bytes.min(most));
        out.reserve(xml.len() / 4);
        read::read(xml, out, &mut self.classes, &mut self.read, limits).map_err(|fault| {
            match Failure::from(fault) {
                Failure::Damaged { offset: at, text } => {
                    Failure::Damaged { offset: at + offset as u64, text }
                }
                failure => failure,
            }
        })
    }
}

holdfast_sdk::export!(Xstream);
