//! The attributes of a document as slices of it.

use crate::check::{Limits, Span, walk};
use crate::error::Error;
use crate::extras::Extras;
use crate::writer::Writer;

/// An attribute: its name, and its value as a piece of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a [u8],
}

/// A document taken apart: its attributes in order, and what stands behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// The attributes, in the document's order.
    pub list: Vec<Attribute<'a>>,
    /// Names, edges and notes.
    pub extras: Extras<'a>,
}

impl<'a> Attributes<'a> {
    /// Splits a document, and checks every byte of it.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn split(document: &'a [u8], limits: Limits) -> Result<Self, Error> {
        let walked = walk(document, limits)?;
        let value = |span: &Span<'_>| document.get(span.from..span.to).unwrap_or_default();
        let list =
            walked.spans.iter().map(|span| Attribute { name: span.name, value: value(span) }).collect();
        Ok(Self { list, extras: walked.extras })
    }

    /// Appends the document of these attributes to `out`.
    pub fn compose(&self, out: &mut Vec<u8>) {
        let size: usize =
            self.list.iter().map(|attribute| attribute.name.len() + attribute.value.len() + 5).sum();
        out.reserve(size + 16);
        let mut writer = Writer::document(out, u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        for attribute in &self.list {
            writer.attribute(attribute.name);
            writer.copy(attribute.value);
        }
        writer.end_with(&self.extras);
    }

    /// The attribute of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Attribute<'a>> {
        self.list.iter().find(|attribute| attribute.name == name)
    }
}
