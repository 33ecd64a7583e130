//! What can be wrong with a document.

use thiserror::Error;

/// A document that cannot be read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("byte {at}: {kind}")]
pub struct Error {
    /// Offset of the first byte that made no sense, from the first byte of what was read.
    pub at: usize,
    /// What was wrong there.
    pub kind: ErrorKind,
}

/// The kinds of [`struct@Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end inside a value.
    #[error("the document ends inside a value")]
    Truncated,
    /// Bytes follow where the document should have ended.
    #[error("bytes follow the end of the document")]
    TrailingBytes,
    /// The marker 0xc1, which MessagePack never uses.
    #[error("0xc1 is no MessagePack marker")]
    BadMarker,
    /// A string is not UTF-8.
    #[error("a string is not UTF-8")]
    BadUtf8,
    /// Another kind of value was needed here.
    #[error("expected {0}")]
    Expected(&'static str),
    /// An extension type that documents do not have.
    #[error("extension type {0} has no meaning in a session document")]
    UnknownExtension(i8),
    /// An extension whose payload has another length than its type asks for.
    #[error("the payload of an extension of type {0} has the wrong length")]
    BadExtension(i8),
    /// A class definition, or the use of one, is not of the form.
    #[error("{0}")]
    BadDefinition(&'static str),
    /// A reference that leads to no value that may be shared.
    #[error("a reference leads to no value that may be shared")]
    BadReference,
    /// The extras do not fit the attributes.
    #[error("{0}")]
    BadExtras(&'static str),
    /// Nested deeper than the limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// The document, or what would be made of it, is over a size limit.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// The same attribute stands in the document twice.
    #[error("an attribute stands in the document twice")]
    DuplicateAttribute,
}

impl Error {
    #[inline]
    pub(crate) const fn new(at: usize, kind: ErrorKind) -> Self {
        Self { at, kind }
    }

    /// The same in bytes that begin so much earlier.
    pub(crate) const fn moved(self, offset: usize) -> Self {
        Self { at: self.at.saturating_add(offset), kind: self.kind }
    }
}
