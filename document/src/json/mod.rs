//! Documents as JSON.
//!
//! *Plain* JSON is for people and for clients that know nothing of Java: a number is a number, an object the map of
//! its fields. It does not say every type; [`merge_plain`] takes from the old value what the new text leaves open.
//! *Typed* JSON says all that a document says, readably, and [`from_typed`] makes the same document of it. What
//! both look like is in sections 11 and 12 of `wit/DOCUMENT.md`.
//!
//! | | a document | one attribute |
//! | --- | --- | --- |
//! | plain | [`to_plain`] | [`value_to_plain`] |
//! | and back | [`merge_plain`] | [`value_from_plain`] |
//! | typed | [`to_typed`] | [`value_to_typed`] |
//! | and back | [`from_typed`] | [`value_from_typed`] |

mod deep;
mod index;
mod plain;
mod slots;
mod text;
mod time;
mod tree;
mod typed;

use thiserror::Error;

pub use plain::{Change, Others, merge_plain, plain_changes, to_plain, value_from_plain, value_to_plain};
pub use text::indented;
pub use tree::{Kind, Node, Tree};
pub use typed::{from_typed, from_typed_among, to_typed, value_from_typed, value_to_typed};

/// JSON that cannot be read, or not as what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is no JSON.
    #[error("line {line}, column {column}: {what}")]
    Syntax {
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// A value is not what it must be.
    #[error("{path}: {what}")]
    Value {
        /// Where it stands, as a JSON pointer.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// What was read makes no document.
    #[error(transparent)]
    Document(#[from] crate::Error),
}

impl JsonError {
    fn syntax(text: &[u8], at: usize, what: &str) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        Self::Syntax {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            // Bytes that begin a character.
            column: line.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1,
            what: what.into(),
        }
    }

    fn value(path: &str, what: impl Into<String>) -> Self {
        Self::Value { path: if path.is_empty() { "/".into() } else { path.into() }, what: what.into() }
    }
}

/// Appends a segment to a JSON pointer.
fn push_segment(path: &mut String, segment: &str) {
    path.push('/');
    for char in segment.chars() {
        match char {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            _ => path.push(char),
        }
    }
}
