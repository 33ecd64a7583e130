//! Failures on the way through a session.

use holdfast_document::Error;
use holdfast_sdk::Failure;

/// A failure is large and seldom, results are returned for every value: so it lies in a box.
pub type Outcome<T> = Result<T, Box<Failure>>;

/// Bytes that Kryo never wrote.
#[cold]
pub fn damaged(at: usize, text: impl Into<String>) -> Box<Failure> {
    Box::new(Failure::Damaged { offset: at as u64, text: text.into() })
}

/// A limit of the options was passed.
#[cold]
pub fn limit(text: impl Into<String>) -> Box<Failure> {
    Box::new(Failure::Limit(text.into()))
}

/// A value that Kryo, or the document, cannot hold: `at` is its offset in the document.
#[cold]
pub fn unrepresentable(document: &[u8], at: usize, text: impl Into<String>) -> Box<Failure> {
    Box::new(Failure::Unrepresentable { path: holdfast_document::path(document, at), text: text.into() })
}

/// A document that is none. The host checks documents before a serializer sees them.
#[cold]
pub fn no_document(error: Error) -> Box<Failure> {
    Box::new(error.into())
}
