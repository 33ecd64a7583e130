//! Why a document could not be written.

use holdfast_document::Error;

/// Why a document could not be written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is none.
    Document(Error),
    /// The value that begins at the offset does not fit.
    Misfit(usize, String),
    /// A limit was passed.
    Limit(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Document(error)
    }
}
