//! Appends a document to a buffer.

mod objects;
mod put;
pub(crate) mod raw;
mod room;
mod scalars;

use crate::append::append;
use crate::extras::Extras;
use crate::token::{Tokens, ext};

/// A count that was not known when its container was begun, to be given to [`Writer::patch`].
#[derive(Debug)]
#[must_use = "the container has no count before it is patched"]
pub struct Count(usize);

/// Writes a document, or one attribute's value, in one pass. Nothing that was written moves: a count that is
/// not known up front is a header of fixed width, patched.
///
/// ```
/// use holdfast_document::Writer;
///
/// let mut bytes = Vec::new();
/// let mut writer = Writer::document(&mut bytes, 1);
/// writer.attribute("user");
/// writer.str("alice");
/// writer.end();
/// assert_eq!(bytes, b"\x93\xce\0\0\0\0\x81\xa4user\xa5alice\xc0");
/// ```
#[derive(Debug)]
pub struct Writer<'v> {
    out: &'v mut Vec<u8>,
    /// Where the document begins in the buffer.
    start: usize,
    /// Where the current attribute's value begins; references count from here.
    base: usize,
    /// Definitions written in the current attribute.
    definitions: u32,
}

/// What a [`Writer`] knows of a document but for its bytes.
#[derive(Debug, Clone, Copy)]
pub struct State {
    base: usize,
    definitions: u32,
}

impl<'v> Writer<'v> {
    /// Begins a document of so many attributes at the end of `out`.
    pub fn document(out: &'v mut Vec<u8>, attributes: u32) -> Self {
        let start = out.len();
        out.extend_from_slice(&[0x93, 0xce, 0, 0, 0, 0]);
        raw::map(out, attributes);
        Self { base: out.len(), out, start, definitions: 0 }
    }

    /// Begins a document whose number of attributes is told at the end.
    pub fn document_of_unknown_count(out: &'v mut Vec<u8>) -> (Self, Count) {
        let start = out.len();
        out.extend_from_slice(&[0x93, 0xce, 0, 0, 0, 0]);
        let count = Count(out.len() + 1);
        raw::wide(out, 0xdf, [0; 4]);
        (Self { base: out.len(), out, start, definitions: 0 }, count)
    }

    /// Begins the value of one attribute at the end of `out`.
    pub fn value(out: &'v mut Vec<u8>) -> Self {
        Self { start: out.len(), base: out.len(), out, definitions: 0 }
    }

    /// Begins an attribute; its value must follow.
    pub fn attribute(&mut self, name: &str) {
        self.attribute_bytes(name.as_bytes());
    }

    /// As [`Writer::attribute`], of bytes that the caller knows to be UTF-8.
    pub fn attribute_bytes(&mut self, name: &[u8]) {
        raw::str(self.out, name);
        self.base = self.out.len();
        self.definitions = 0;
    }

    /// Ends a document that needs no extras.
    pub fn end(self) {
        raw::nil(self.out);
    }

    /// Ends a document.
    pub fn end_with(self, extras: &Extras<'_>) {
        let at = raw::count(self.out.len() - self.start);
        extras.write(self.out);
        if !extras.is_empty()
            && let Some(field) = self.out.get_mut(self.start + 2..self.start + 6)
        {
            field.copy_from_slice(&at.to_be_bytes());
        }
    }

    /// Where the next value will stand in its attribute: what a reference to it says.
    #[inline]
    #[must_use]
    pub fn place(&self) -> u32 {
        raw::count(self.out.len() - self.base)
    }

    /// How many definitions were written in this attribute; the next one has this number.
    #[must_use]
    pub const fn definitions(&self) -> u32 {
        self.definitions
    }

    /// How many bytes were written since the document, or the value, was begun.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes back all that was written from `place` on, `definitions` being their number there.
    pub fn truncate(&mut self, place: u32, definitions: u32) {
        self.out.truncate(self.base + place as usize);
        self.definitions = definitions;
    }

    /// Takes back the attribute that was begun when [`Writer::len`] was `at`, with all that was written since.
    pub fn withdraw(&mut self, at: usize) {
        self.out.truncate(self.start + at);
        self.base = self.out.len();
        self.definitions = 0;
    }

    /// Begins a plain array, Java's `ArrayList`; so many elements must follow.
    #[inline]
    pub fn array(&mut self, count: u32) {
        raw::array(self.out, count);
    }

    /// Begins a plain map, Java's `HashMap`; so many keys and values must follow.
    #[inline]
    pub fn map(&mut self, count: u32) {
        raw::map(self.out, count);
    }

    /// Begins a plain array whose count is told at its end.
    pub fn array_of_unknown_count(&mut self) -> Count {
        raw::wide(self.out, 0xdd, [0; 4]);
        Count(self.out.len() - 4)
    }

    /// Begins a plain map whose count is told at its end.
    pub fn map_of_unknown_count(&mut self) -> Count {
        raw::wide(self.out, 0xdf, [0; 4]);
        Count(self.out.len() - 4)
    }

    /// Tells the count of a container that was begun without. For a typed value it is the parts, and one for
    /// the HEAD.
    #[allow(clippy::needless_pass_by_value, reason = "a count is told once: the value is used up")]
    #[inline(always)]
    pub fn patch(&mut self, at: Count, count: u32) {
        if let Some(field) = self.out.get_mut(at.0..at.0 + 4) {
            field.copy_from_slice(&count.to_be_bytes());
        }
    }

    /// Says that the value is the object at a place of this attribute.
    #[inline]
    pub fn reference(&mut self, place: u32) {
        self.extension(ext::REF, &place.to_be_bytes());
    }

    /// Says that the value is the object at a place of another attribute, by its number in the extras.
    pub fn xref(&mut self, name: u32, place: u32) {
        raw::ext(self.out, ext::XREF, 8);
        self.out.extend_from_slice(&name.to_be_bytes());
        self.out.extend_from_slice(&place.to_be_bytes());
    }

    /// Fills in where a reference leads to, of which the last four bytes stand at `field`.
    #[cfg(feature = "json")]
    pub(crate) fn fill_in(&mut self, field: u32, place: u32) {
        let at = self.base + field as usize;
        if let Some(field) = self.out.get_mut(at..at + 4) {
            field.copy_from_slice(&place.to_be_bytes());
        }
    }

    /// What was written of the attribute from a place on.
    #[cfg(feature = "json")]
    pub(crate) fn from(&self, place: u32) -> &[u8] {
        self.out.get(self.base + place as usize..).unwrap_or_default()
    }

    /// Copies a value that holds no reference and no use of a definition, or a whole attribute, or elements of a
    /// primitive array.
    pub fn copy(&mut self, value: &[u8]) {
        append(self.out, value);
    }

    /// Writes again the scalar that was written when [`Writer::len`] was `at`: a value without an identity that comes
    /// a second time.
    pub fn repeat(&mut self, at: usize) {
        let from = self.start + at;
        // What Java caches is this short, and worth no call of a copy.
        let rest = self.out.get(from..).unwrap_or_default();
        match *rest.first_chunk().unwrap_or(&[0; 5]) {
            [marker @ (0xc2 | 0xc3), ..] => return self.out.push(marker),
            [0xd0, value, ..] => return self.out.extend_from_slice(&[0xd0, value]),
            [0xd2, a, b, c, d] => return self.out.extend_from_slice(&[0xd2, a, b, c, d]),
            _ => {}
        }
        let mut tokens = Tokens::new(self.out);
        tokens.seek(from);
        if tokens.next().is_err() {
            return;
        }
        let to = tokens.at();
        match rest.first_chunk::<16>() {
            Some(&chunk) if to - from <= 16 => {
                let end = self.out.len() + (to - from);
                self.out.extend_from_slice(&chunk);
                self.out.truncate(end);
            }
            _ => self.out.extend_from_within(from..to),
        }
    }

    /// What was written since the document, or the value, was begun.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.out.get(self.start..).unwrap_or_default()
    }

    #[inline]
    fn extension(&mut self, kind: i8, payload: &[u8]) {
        raw::ext(self.out, kind, payload.len());
        append(self.out, payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_that_comes_again_is_copied_whole() {
        let mut bytes = b"before".to_vec();
        let mut writer = Writer::value(&mut bytes);
        writer.array(4);
        let text = writer.len();
        writer.str("twice");
        let number = writer.len();
        writer.big_decimal(2, &[1, 2, 3]);
        writer.repeat(text);
        writer.repeat(number);
        writer.repeat(1_000);
        let expected = b"before\x94\xa5twice\xc7\x07\x0b\0\0\0\x02\x01\x02\x03\xa5twice\xc7\x07\x0b\0\0\0\x02\x01\x02\x03";
        assert_eq!(bytes, expected);
    }
}
