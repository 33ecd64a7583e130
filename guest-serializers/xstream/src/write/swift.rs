//! The short way for what most of a session is: strings, numbers, dates and flags, one after the other in a list, a map
//! or an object. What it does not know it leaves where it stands, for the long way.

use holdfast_document::Width;

use super::Writer;
use super::frame::{Frame, Kind};
use super::plan::{Part, Shape};
use super::refusal::Refusal;
use super::value::text_of;
use crate::classes::Simple;
use crate::text::{big, date, float, push_int};
use crate::xml::escape::escape;
use crate::xml::tags::Tags;

const STRING: Tags = Tags::of("string");
const INT: Tags = Tags::of("int");
const LONG: Tags = Tags::of("long");
const BOOLEAN: Tags = Tags::of("boolean");
const DOUBLE: Tags = Tags::of("double");
const DATE: Tags = Tags::of("date");
const BIG_DECIMAL: Tags = Tags::of("big-decimal");
const NULL: &[u8; 7] = b"<null/>";
const ENTRY: Tags = Tags::of("entry");

/// A value of few bytes, and where it ends.
enum Small {
    Nil,
    Bool(bool),
    Int(i64, Width),
    Double(f64),
    /// A string: where its bytes begin.
    Text(usize),
    Date(i64),
    /// Scale and unscaled value: where that begins.
    Decimal(i32, usize),
}

/// The value at an offset of a document, if the short way knows it.
#[inline]
fn small(document: &[u8], at: usize) -> Option<(Small, usize)> {
    let (marker, rest) = document.get(at..)?.split_first()?;
    let found = match marker {
        0xa0..=0xbf => (Small::Text(at + 1), at + 1 + usize::from(marker & 0x1f)),
        0xd9 => (Small::Text(at + 2), at + 2 + usize::from(*rest.first()?)),
        0x00..=0x7f => (Small::Int(i64::from(*marker), Width::Untyped), at + 1),
        0xe0..=0xff => (Small::Int(i64::from(marker.cast_signed()), Width::Untyped), at + 1),
        0xc0 => (Small::Nil, at + 1),
        0xc2 => (Small::Bool(false), at + 1),
        0xc3 => (Small::Bool(true), at + 1),
        0xcb => (Small::Double(f64::from_be_bytes(*rest.first_chunk()?)), at + 9),
        0xcc => (Small::Int(i64::from(*rest.first()?), Width::Untyped), at + 2),
        0xcd => (Small::Int(i64::from(u16::from_be_bytes(*rest.first_chunk()?)), Width::Untyped), at + 3),
        0xce => (Small::Int(i64::from(u32::from_be_bytes(*rest.first_chunk()?)), Width::Untyped), at + 5),
        0xcf => {
            let value = i64::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?;
            (Small::Int(value, Width::Untyped), at + 9)
        }
        // A signed marker is a type where a shorter one would do, which is so for all that is not negative.
        0xd2 => match i32::from_be_bytes(*rest.first_chunk()?) {
            value @ 0.. => (Small::Int(i64::from(value), Width::Int), at + 5),
            _ => return None,
        },
        0xd3 => match i64::from_be_bytes(*rest.first_chunk()?) {
            value @ 0.. => (Small::Int(value, Width::Long), at + 9),
            _ => return None,
        },
        0xd7 => match rest.split_first()? {
            (9, millis) => (Small::Date(i64::from_be_bytes(*millis.first_chunk()?)), at + 10),
            _ => return None,
        },
        0xc7 => match rest.first_chunk::<6>()? {
            [len @ 5..=12, 11, a, b, c, d] => {
                (Small::Decimal(i32::from_be_bytes([*a, *b, *c, *d]), at + 7), at + 3 + usize::from(*len))
            }
            _ => return None,
        },
        _ => return None,
    };
    // What is cut off is an error, which the long way tells.
    (found.1 <= document.len()).then_some(found)
}

impl Writer<'_, '_> {
    /// Writes what is left of the container that was opened last, up to a value that the short way does not know.
    #[inline]
    pub(super) fn swift(&mut self) -> Result<(), Refusal> {
        match self.frames.last() {
            Some(Frame { kind: Kind::Bean(_), .. }) => self.swift_bean(),
            Some(Frame { kind: Kind::Elements, .. }) => self.swift_elements(),
            Some(Frame { kind: Kind::Entries, .. }) => self.swift_entries(),
            _ => self.step(),
        }
    }

    fn swift_elements(&mut self) -> Result<(), Refusal> {
        let Some(Frame { begun, parts, .. }) = self.frames.last() else { return Ok(()) };
        let (mut begun, parts) = (*begun, *parts);
        while begun < parts && self.swift_item()? {
            begun += 1;
            self.check_len()?;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.begun = begun;
        }
        self.step()
    }

    fn swift_entries(&mut self) -> Result<(), Refusal> {
        let Some(Frame { begun, parts, .. }) = self.frames.last() else { return Ok(()) };
        let (mut begun, parts) = (*begun, *parts);
        loop {
            if begun.is_multiple_of(2) {
                if begun > 0 {
                    self.close();
                }
                if begun >= parts {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.begun = begun;
                    }
                    return self.end();
                }
                self.open_tags(&ENTRY, "entry");
            }
            begun += 1;
            if !self.swift_item()? {
                if let Some(frame) = self.frames.last_mut() {
                    frame.begun = begun;
                }
                return self.item();
            }
            self.check_len()?;
        }
    }

    /// Writes an element that is named after its class; false when the long way must do it.
    #[inline]
    fn swift_item(&mut self) -> Result<bool, Refusal> {
        let at = self.doc.at();
        let Some((value, end)) = small(self.document, at) else { return Ok(false) };
        let xml = &mut self.xml;
        match value {
            Small::Text(from) => {
                xml.begin_leaf(&STRING);
                self.swift_text(from, end, at)?;
                self.xml.end_leaf(&STRING);
            }
            Small::Int(value, width) => {
                let tags = match width {
                    Width::Long => &LONG,
                    Width::Int => &INT,
                    _ if i32::try_from(value).is_ok() => &INT,
                    _ => &LONG,
                };
                xml.begin_leaf(tags);
                push_int(xml.out, value);
                xml.end_leaf(tags);
            }
            Small::Bool(value) => xml.leaf(&BOOLEAN, if value { b"true" } else { b"false" }),
            Small::Double(value) if !value.is_nan() => {
                xml.begin_leaf(&DOUBLE);
                float::push_double(xml.out, value);
                xml.end_leaf(&DOUBLE);
            }
            Small::Nil => xml.short(NULL),
            Small::Date(millis) if !self.tracking => {
                xml.begin_leaf(&DATE);
                date::push(xml.out, millis, self.last_day);
                xml.end_leaf(&DATE);
            }
            Small::Decimal(scale, from) => {
                xml.begin_leaf(&BIG_DECIMAL);
                big::push_decimal(xml.out, scale, self.document.get(from..end).unwrap_or_default());
                xml.end_leaf(&BIG_DECIMAL);
            }
            Small::Date(_) | Small::Double(_) => return Ok(false),
        }
        self.pass(at, end);
        Ok(true)
    }

    /// Goes on behind a value.
    #[inline]
    fn pass(&mut self, at: usize, end: usize) {
        let place = self.doc.place();
        self.doc.seek(place + (end - at) as u32);
    }

    /// Writes the text between two offsets of the document.
    #[inline]
    fn swift_text(&mut self, from: usize, end: usize, at: usize) -> Result<(), Refusal> {
        let done = self.xml.plain(self.document, from, end - from);
        if from + done < end {
            let rest = self.document.get(from + done..end).unwrap_or_default();
            escape(self.xml.out, text_of(rest, at)?, false);
        }
        Ok(())
    }

    fn swift_bean(&mut self) -> Result<(), Refusal> {
        let Some(Frame { kind: Kind::Bean(plan), begun, parts, .. }) = self.frames.last() else {
            return Ok(());
        };
        let (mut begun, parts) = (*begun, *parts);
        let plan = std::rc::Rc::clone(plan);
        if let Shape::Bean(slots, _) = &plan.shape {
            for part in slots.get(begun as usize..parts as usize).unwrap_or_default() {
                let Part::Field(slot) = part else { break };
                if !self.swift_field(slot.simple, &slot.tags)? {
                    break;
                }
                begun += 1;
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.begun = begun;
        }
        self.step()
    }

    /// Writes a field; false when the long way must do it.
    #[inline]
    pub(super) fn swift_field(&mut self, simple: Simple, tags: &Tags) -> Result<bool, Refusal> {
        let at = self.doc.at();
        let Some((value, end)) = small(self.document, at) else { return Ok(false) };
        let xml = &mut self.xml;
        match (simple, value) {
            (_, Small::Nil) if !matches!(simple, Simple::Int(_)) => {}
            _ if !tags.fit() => return Ok(false),
            (Simple::Text, Small::Text(from)) => {
                xml.begin_leaf(tags);
                self.swift_text(from, end, at)?;
                self.xml.end_leaf(tags);
            }
            (Simple::Int(_), Small::Int(value, _)) => {
                xml.begin_leaf(tags);
                push_int(xml.out, value);
                xml.end_leaf(tags);
            }
            (Simple::Boxed(expected), Small::Int(value, width)) if expected == width => {
                xml.begin_leaf(tags);
                push_int(xml.out, value);
                xml.end_leaf(tags);
            }
            (Simple::Bool, Small::Bool(value)) => xml.leaf(tags, if value { b"true" } else { b"false" }),
            (Simple::Double, Small::Double(value)) if !value.is_nan() => {
                xml.begin_leaf(tags);
                float::push_double(xml.out, value);
                xml.end_leaf(tags);
            }
            (Simple::Date, Small::Date(millis)) if !self.tracking => {
                xml.begin_leaf(tags);
                date::push(xml.out, millis, self.last_day);
                xml.end_leaf(tags);
            }
            (Simple::Date, Small::Date(millis)) => {
                let name_at = xml.out.len();
                xml.begin_leaf(tags);
                // The name ends where the tag does, and is known by its length.
                let name_from = xml.out.len() + 1 - tags.open_len();
                debug_assert!(name_from > name_at);
                date::push(xml.out, millis, self.last_day);
                xml.end_leaf(tags);
                let node = self.nodes.push(
                    self.elements.last().copied().unwrap_or(crate::nodes::NO_NODE),
                    name_from,
                    tags.open_len() - 2,
                );
                let place = self.doc.place();
                let class = self.date_class();
                self.nodes.set_place(node, self.attribute, place, class);
                self.places.push((self.attribute, place, node));
                self.begun = (class, crate::nodes::NO_NODE);
            }
            (Simple::Decimal, Small::Decimal(scale, from)) => {
                xml.begin_leaf(tags);
                big::push_decimal(xml.out, scale, self.document.get(from..end).unwrap_or_default());
                xml.end_leaf(tags);
            }
            _ => return Ok(false),
        }
        self.pass(at, end);
        Ok(true)
    }
}
