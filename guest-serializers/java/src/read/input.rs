//! A position in the bytes of a stream.

use holdfast_document::is_equal;

use super::{Step, damaged};

/// A piece of the stream, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) at: u32,
    pub(super) len: u32,
}

#[derive(Debug)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// All bytes of the stream.
    pub(super) const fn all(&self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    pub(super) const fn at(&self) -> u32 {
        self.at as u32
    }

    #[inline]
    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over bytes that [`Input::rest`] showed.
    #[inline]
    pub(super) const fn advance(&mut self, len: usize) {
        self.at += len;
    }

    /// Goes to an offset.
    pub(super) const fn seek(&mut self, at: u32) {
        self.at = at as usize;
    }

    /// Passes these bytes over, if they stand here.
    #[inline]
    pub(super) fn skip_equal(&mut self, expected: &[u8]) -> Option<()> {
        let found = self.rest().get(..expected.len())?;
        is_equal(found, expected).then(|| self.at += expected.len())
    }

    /// The bytes from here on.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn span(&self, span: Span) -> &'a [u8] {
        self.bytes.get(span.at as usize..).and_then(|rest| rest.get(..span.len as usize)).unwrap_or_default()
    }

    #[cold]
    fn truncated<T>(&self) -> Step<T> {
        Err(damaged(self.at(), "the stream ends inside a value"))
    }

    #[inline]
    pub(super) fn fixed<const N: usize>(&mut self) -> Step<[u8; N]> {
        match self.rest().first_chunk::<N>() {
            Some(taken) => {
                self.at += N;
                Ok(*taken)
            }
            None => self.truncated(),
        }
    }

    #[inline]
    pub(super) fn u8(&mut self) -> Step<u8> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    #[inline]
    pub(super) fn u16(&mut self) -> Step<u16> {
        self.fixed().map(u16::from_be_bytes)
    }

    #[inline]
    pub(super) fn i32(&mut self) -> Step<i32> {
        self.fixed().map(i32::from_be_bytes)
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Step<u32> {
        self.fixed().map(u32::from_be_bytes)
    }

    #[inline]
    pub(super) fn i64(&mut self) -> Step<i64> {
        self.fixed().map(i64::from_be_bytes)
    }

    #[inline]
    pub(super) fn take(&mut self, len: usize) -> Step<&'a [u8]> {
        match self.rest().get(..len) {
            Some(taken) => {
                self.at += len;
                Ok(taken)
            }
            None => self.truncated(),
        }
    }

    /// Passes so many bytes over and says which they were.
    #[inline]
    pub(super) fn pass(&mut self, len: usize) -> Step<Span> {
        let at = self.at();
        self.take(len)?;
        Ok(Span { at, len: len as u32 })
    }

    /// A text behind its length of two bytes.
    #[inline]
    pub(super) fn short_text(&mut self) -> Step<Span> {
        let len = self.u16()?;
        self.pass(usize::from(len))
    }

    /// A text behind its length of eight bytes.
    pub(super) fn long_text(&mut self) -> Step<Span> {
        let len = u64::from_be_bytes(self.fixed()?);
        self.pass(usize::try_from(len).unwrap_or(usize::MAX))
    }

    /// The bytes that stand here are these, and passed over.
    #[inline]
    pub(super) fn skip_if<const N: usize>(&mut self, expected: &[u8; N]) -> bool {
        let found = self.rest().first_chunk::<N>().is_some_and(|found| is_equal(found, expected));
        if found {
            self.at += N;
        }
        found
    }
}
