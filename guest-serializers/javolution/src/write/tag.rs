//! Tags and their attributes.

use holdfast_document::append;

use super::Writing;
use crate::number::{integer, unsigned};
use crate::stamp::Stamp;
use crate::text::escape;

/// A piece of the XML that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) len: u32,
}

/// Where a value stands, which says what its element is called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'n> {
    Key,
    Value,
    Field(&'n [u8]),
    /// A field whose tag up to its class is known.
    Lead(&'n Stamp),
    /// It is called as its class.
    Element,
}

/// A tag that was begun: where its name and the class of the value stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub(super) name: Span,
    pub(super) class: Span,
}

impl Writing<'_, '_, '_> {
    /// Begins a tag, with the class of the value. Attributes may follow.
    #[inline]
    pub(super) fn open(&mut self, slot: Slot<'_>, class: &[u8]) -> Begun {
        let name = self.begin(slot);
        let begun = Span { from: self.out.len() as u32, len: class.len() as u32 };
        append(self.out, class);
        let Some(name) = name else { return Begun { name: begun, class: begun } };
        self.out.push(b'"');
        Begun { name, class: begun }
    }

    /// Begins a tag up to the name of the value's class: that of an element, which is its class, has no name of its own.
    #[inline]
    pub(super) fn begin(&mut self, slot: Slot<'_>) -> Option<Span> {
        let from = self.out.len() as u32 + 1;
        let len = match slot {
            Slot::Element => {
                self.out.push(b'<');
                return None;
            }
            Slot::Key => {
                self.out.extend_from_slice(b"<k class=\"");
                1
            }
            Slot::Value => {
                self.out.extend_from_slice(b"<v class=\"");
                1
            }
            Slot::Lead(lead) => {
                lead.put(self.out);
                lead.len() as u32 - b"< class=\"".len() as u32
            }
            Slot::Field(name) => {
                self.out.push(b'<');
                append(self.out, name);
                self.out.extend_from_slice(b" class=\"");
                name.len() as u32
            }
        };
        Some(Span { from, len })
    }

    /// Begins a tag of a class whose name stands in the XML already.
    pub(super) fn open_as(&mut self, slot: Slot<'_>, class: Span) {
        let is_named = self.begin(slot).is_some();
        let from = class.from as usize;
        self.out.extend_from_within(from..from + class.len as usize);
        if is_named {
            self.out.push(b'"');
        }
    }

    #[inline]
    pub(super) fn attribute(&mut self, name: &str, value: &[u8]) {
        self.begin_attribute(name.as_bytes());
        escape(self.out, value);
        self.out.push(b'"');
    }

    #[inline]
    pub(super) fn number_attribute(&mut self, name: &str, value: i64) {
        self.begin_attribute(name.as_bytes());
        integer(self.out, value);
        self.out.push(b'"');
    }

    #[inline]
    pub(super) fn begin_attribute(&mut self, name: &[u8]) {
        self.out.push(b' ');
        append(self.out, name);
        self.out.extend_from_slice(b"=\"");
    }

    /// Gives the object of the tag the next number.
    #[inline]
    pub(super) fn number(&mut self) -> u32 {
        let id = self.next;
        self.next += 1;
        self.out.extend_from_slice(b" __id=\"");
        unsigned(self.out, u64::from(id));
        self.out.push(b'"');
        id
    }

    /// Ends the tag of an element that holds nothing.
    #[inline]
    pub(super) fn empty(&mut self) {
        self.out.extend_from_slice(b"/>");
    }

    /// Writes the tag that closes an element.
    #[inline]
    pub(super) fn close(&mut self, name: Span) {
        let from = name.from as usize;
        match (name.len, self.out.get(from)) {
            // Keys and values, mostly.
            (1, Some(letter)) => {
                let tag = [b'<', b'/', *letter, b'>'];
                self.out.extend_from_slice(&tag);
            }
            _ => {
                self.out.extend_from_slice(b"</");
                let end = self.out.len() + name.len as usize;
                match self.out.get(from..).and_then(|text| text.first_chunk::<BLOCK>()).copied() {
                    Some(block) if name.len as usize <= BLOCK => {
                        self.out.extend_from_slice(&block);
                        self.out.truncate(end);
                    }
                    _ => self.out.extend_from_within(from..from + name.len as usize),
                }
                self.out.push(b'>');
            }
        }
    }
}

/// Names up to this length are copied as a block of fixed size, and the rest is taken back: it costs less than a copy of
/// a length that only shows at run time.
const BLOCK: usize = 64;
