//! Tags and their attributes.

use holdfast_document::append;

use super::Writing;
use crate::number::{integer, unsigned};
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
        self.out.push(b'<');
        let from = self.out.len() as u32;
        let name = match slot {
            Slot::Key => b"k",
            Slot::Value => b"v",
            Slot::Field(name) => name,
            Slot::Element => {
                append(self.out, class);
                let name = Span { from, len: class.len() as u32 };
                return Begun { name, class: name };
            }
        };
        append(self.out, name);
        self.out.extend_from_slice(b" class=\"");
        let begun = Span { from: self.out.len() as u32, len: class.len() as u32 };
        append(self.out, class);
        self.out.push(b'"');
        Begun { name: Span { from, len: name.len() as u32 }, class: begun }
    }

    /// Begins a tag of a class whose name stands in the XML already.
    pub(super) fn open_as(&mut self, slot: Slot<'_>, class: Span) {
        let from = class.from as usize;
        let class = from..from + class.len as usize;
        self.out.push(b'<');
        let name = match slot {
            Slot::Key => b"k",
            Slot::Value => b"v",
            Slot::Field(name) => name,
            Slot::Element => return self.out.extend_from_within(class),
        };
        append(self.out, name);
        self.out.extend_from_slice(b" class=\"");
        self.out.extend_from_within(class);
        self.out.push(b'"');
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
            (1, Some(letter)) => self.out.extend_from_slice(&[b'<', b'/', *letter, b'>']),
            _ => {
                self.out.extend_from_slice(b"</");
                self.out.extend_from_within(from..from + name.len as usize);
                self.out.push(b'>');
            }
        }
    }
}
