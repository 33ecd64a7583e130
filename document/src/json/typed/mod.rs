//! Typed JSON: all that a document says, for people to read and to change.

mod classes;
mod notes;
mod read;
mod write;

use crate::error::Error;
use crate::json::text::Text;

pub use read::{from_typed, from_typed_among, value_from_typed};

/// A document as typed JSON. [`from_typed`] makes the same document of it.
///
/// # Errors
/// When the bytes are no document, or one that is nested deeper than [`crate::MAX_DEPTH`].
pub fn to_typed(document: &[u8]) -> Result<String, Error> {
    let mut text = Text::with_capacity(document.len() * 3);
    write::document(document, &mut text)?;
    Ok(text.out)
}

/// The value of one attribute, which stands alone, as typed JSON. [`value_from_typed`] makes the same value of it.
///
/// # Errors
/// When the bytes are no value, or one that is nested deeper than [`crate::MAX_DEPTH`].
pub fn value_to_typed(value: &[u8]) -> Result<String, Error> {
    let mut text = Text::with_capacity(value.len() * 3);
    write::value(value, &mut text)?;
    Ok(text.out)
}

/// The Java name of the type of a primitive array's elements.
const fn primitive_name(element: u8) -> &'static str {
    match element {
        b'Z' => "$boolean[]",
        b'C' => "$char[]",
        b'S' => "$short[]",
        b'I' => "$int[]",
        b'J' => "$long[]",
        b'F' => "$float[]",
        _ => "$double[]",
    }
}

/// The key under which the own part of a collection stands.
const fn own_part(shape: crate::builtin::Shape) -> &'static str {
    use crate::builtin::Shape;
    match shape {
        Shape::SortedElements | Shape::SortedEntries => "$comparator",
        Shape::KeyedElements | Shape::KeyedEntries => "$of",
        _ => "$defaults",
    }
}
