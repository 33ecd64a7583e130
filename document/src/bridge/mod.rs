//! Rust types to documents and back, by serde.
//!
//! What is written is plain data: structs are maps of their fields, sequences are arrays, an enum variant is its
//! name, or a map from its name to what it holds. What is read may be anything: of a Java object its fields are
//! read, of a typed list its elements, and a reference is the value that it leads to. Section 10 of
//! `wit/DOCUMENT.md` has the rules.

mod access;
mod de;
mod ser;
mod typed;

use std::fmt::Display;

use serde::{Serialize, de::Deserialize};
use thiserror::Error;

use crate::attributes::Attributes;
use crate::check::Limits;
use crate::writer::Writer;

/// How deep Rust values may be nested: each level takes stack, and no type that people write goes this far.
const MAX_DEPTH: usize = 256;

/// Why a Rust value makes no document, or a document not that Rust value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SerdeError {
    /// What the type's own implementation says.
    #[error("{0}")]
    Message(String),
    /// The bytes are no document.
    #[error(transparent)]
    Document(#[from] crate::Error),
    /// The attributes of a session are the fields of a struct or the entries of a map; this is neither.
    #[error("attributes are a struct or a map with strings as keys")]
    NotAttributes,
    /// Attributes, or a value, with a nesting that no document has.
    #[error("nested deeper than {0} levels; does it hold itself?")]
    TooDeep(usize),
    /// The value leads into another attribute, which is not at hand.
    #[error("the value shares an object with another attribute; read the whole document")]
    OtherAttribute,
}

impl serde::ser::Error for SerdeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }
}

impl serde::de::Error for SerdeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }
}

/// The document whose attributes are the fields of a struct, or the entries of a map.
///
/// ```
/// #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
/// struct Login {
///     user: String,
///     roles: Vec<String>,
/// }
///
/// # fn main() -> Result<(), holdfast_document::SerdeError> {
/// let login = Login { user: "alice".into(), roles: vec!["customer".into()] };
/// let document = holdfast_document::to_document(&login)?;
/// assert_eq!(holdfast_document::from_document::<Login>(&document)?, login);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When it is neither, or holds what a document cannot.
pub fn to_document<T: Serialize + ?Sized>(attributes: &T) -> Result<Vec<u8>, SerdeError> {
    let mut out = Vec::new();
    ser::attributes(attributes, &mut out)?;
    Ok(out)
}

/// The bytes of one attribute's value.
///
/// # Errors
/// When it holds what a document cannot.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, SerdeError> {
    let mut out = Vec::new();
    ser::value(value, &mut Writer::value(&mut out))?;
    Ok(out)
}

/// The Rust value of all attributes of a document. Text is borrowed from the document where the type allows it.
///
/// # Errors
/// When the bytes are no document, or its content is not of the type.
pub fn from_document<'de, T: Deserialize<'de>>(document: &'de [u8]) -> Result<T, SerdeError> {
    let attributes = Attributes::split(document, Limits::default())?;
    T::deserialize(de::Document::new(&attributes))
}

/// The Rust value of one attribute.
///
/// # Errors
/// When the bytes are no value, or it is not of the type.
pub fn from_value<'de, T: Deserialize<'de>>(value: &'de [u8]) -> Result<T, SerdeError> {
    crate::check::check_value(value, Limits::default())?;
    let attributes = Attributes::default();
    let source = de::Source::new(&attributes);
    let mut reader = crate::Reader::value(value);
    T::deserialize(de::Value::new(&source, &mut reader, value))
}

#[cfg(test)]
mod tests;
