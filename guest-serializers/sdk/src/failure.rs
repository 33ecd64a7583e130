//! Why a call did not do its work.

use std::error::Error;
use std::fmt;

use holdfast_document::ErrorKind;

/// Why a call did not do its work. The variant says what the caller may do; each text is for people: what is wrong,
/// and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The bytes are of another format. Another serializer may be asked.
    NotThisFormat(String),
    /// The bytes are of this format and broken.
    Damaged {
        /// The offset of the first byte that made no sense.
        offset: u64,
        /// What is wrong there.
        text: String,
    },
    /// The document holds a value that this format cannot hold.
    Unrepresentable {
        /// From the attribute to the value, such as `/cart/items/3/price`.
        path: String,
        /// What about the value does not fit.
        text: String,
    },
    /// A limit was passed: depth, size of the result.
    Limit(String),
    /// `configure` was given an option that it does not know, or a value that is wrong.
    BadOption(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThisFormat(text) => write!(f, "not this format: {text}"),
            Self::Damaged { offset, text } => write!(f, "damaged at byte {offset}: {text}"),
            Self::Unrepresentable { path, text } => write!(f, "{path} cannot be represented: {text}"),
            Self::Limit(text) => write!(f, "limit passed: {text}"),
            Self::BadOption(text) => f.write_str(text),
        }
    }
}

impl Error for Failure {}

/// What is wrong with a document, where its first byte is the first of the bytes that were given.
impl From<holdfast_document::Error> for Failure {
    fn from(error: holdfast_document::Error) -> Self {
        match error.kind {
            ErrorKind::TooDeep(most) => Self::Limit(format!("nested deeper than maxDepth, {most} levels")),
            ErrorKind::TooLarge(most) => Self::Limit(format!("larger than maxBytes, {most} bytes")),
            kind => Self::Damaged { offset: error.at as u64, text: kind.to_string() },
        }
    }
}
