//! The short way for what most of a session is: elements of text that are strings, numbers, dates and flags, in a list, a
//! map or an object, where the loop without calls left them. What it does not recognise at once it leaves where it stands, for
//! the long way.

use holdfast_document::{Number, Width, Writer};

use super::Reader;
use super::frame::{Expects, Frame, Kind};
use super::scalar::fits;
use crate::classes::{ClassId, Simple};
use crate::fault::Fault;
use crate::text::date::LastDay;
use crate::text::{big, date, float};
use crate::xml::parse::{Next, Parser, Tag};
use crate::xml::tags::Tags;

const STRING: Tags = Tags::of("string");
const INT: Tags = Tags::of("int");
const LONG: Tags = Tags::of("long");
const BOOLEAN: Tags = Tags::of("boolean");
const DOUBLE: Tags = Tags::of("double");
const DATE: Tags = Tags::of("date");
const BIG_DECIMAL: Tags = Tags::of("big-decimal");
const ENTRY: Tags = Tags::of("entry");
/// No class.
pub(super) const NO_CLASS: ClassId = ClassId::MAX;

impl<'a> Reader<'a, '_> {
    /// Reads the next part of the element that was opened last.
    #[inline]
    pub(super) fn swift(&mut self) -> Result<(), Fault> {
        match self.scratch.frames.last().map(|frame| frame.kind) {
            Some(Kind::Bean(plan, next)) => self.swift_bean(plan, next),
            Some(Kind::Elements) => self.swift_elements(),
            Some(Kind::Entries | Kind::Root) => self.swift_entries(),
            _ => self.step(),
        }
    }

    fn check_len(&self) -> Result<(), Fault> {
        if self.out.len() > self.max_bytes {
            return Err(Fault::Limit(format!("larger than maxBytes, {} bytes", self.max_bytes)));
        }
        Ok(())
    }

    fn swift_bean(&mut self, plan: u32, next: u32) -> Result<(), Fault> {
        self.xml.space();
        let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
        let (bytes, at) = (self.bytes, self.xml.at());
        let ahead = slots.iter().skip(next as usize);
        let Some(skipped) = ahead.clone().position(|slot| slot.tags.opens(bytes, at)) else {
            return self.step();
        };
        let Some(slot) = ahead.clone().nth(skipped) else { return self.step() };
        if slot.simple == Simple::No || self.tracking && slot.simple == Simple::Date {
            return self.step();
        }
        let Some(text) = self.xml.leaf(&slot.tags) else { return self.step() };
        for absent in ahead.take(skipped) {
            super::leaf::absent(&mut self.out, absent.kind);
        }
        let done = simple(&mut self.out, slot.simple, text, &mut self.scratch.last_day);
        if let Some(frame) = self.scratch.frames.last_mut() {
            frame.kind = Kind::Bean(plan, next + skipped as u32 + u32::from(done));
        }
        if done {
            return Ok(());
        }
        // The long way says what is wrong, or knows better; what was left out counts already.
        self.xml.seek(at);
        self.step()
    }

    fn swift_elements(&mut self) -> Result<(), Fault> {
        self.xml.space();
        let done = item(&mut self.xml, &mut self.out, self.tracking, &mut self.scratch.last_day);
        let Some(frame) = self.scratch.frames.last_mut() else { return Ok(()) };
        if done {
            frame.count += 1;
            return self.check_len();
        }
        let last = frame.last;
        let at = self.xml.at();
        if last != NO_CLASS {
            let class = self.classes.get(last);
            if let Some(tags) = class.tags()
                && tags.opens(self.bytes, at)
            {
                frame.count += 1;
                let end = at + tags.open_len();
                let tag = Tag { name: self.xml.slice(at + 1, end - 1), attributes: "", empty: false, at };
                self.xml.seek(end);
                self.check_len()?;
                return self.begin(&tag, last, Expects::Item);
            }
        }
        match self.xml.next()? {
            Next::Open(tag) => {
                self.check_len()?;
                let class = if tag.attributes.is_empty() { self.item_class(&tag)? } else { NO_CLASS };
                if let Some(frame) = self.scratch.frames.last_mut() {
                    frame.count += 1;
                    frame.last = class;
                }
                if class == NO_CLASS {
                    return self.value(&tag, Expects::Item);
                }
                self.begin(&tag, class, Expects::Item)
            }
            Next::Close(name) => self.close(name),
            Next::End => Err(Fault::at(self.xml.at(), "the document ends inside an element")),
        }
    }

    /// Entries of a map, or the attributes.
    fn swift_entries(&mut self) -> Result<(), Fault> {
        let top = self.scratch.frames.len().wrapping_sub(1);
        loop {
            self.xml.space();
            let at = self.xml.at();
            if !ENTRY.opens(self.bytes, at) {
                return self.step();
            }
            let Some(&Frame { kind, node, .. }) = self.scratch.frames.get(top) else { return Ok(()) };
            self.check_len()?;
            self.xml.seek(at + ENTRY.open_len());
            let inside =
                if self.tracking { self.scratch.nodes.push(node, at + 1, 5) } else { crate::nodes::NO_NODE };
            self.xml.space();
            let root = kind == Kind::Root;
            let mut came = 0;
            let key = self.xml.at();
            if root {
                if STRING.opens(self.bytes, key)
                    && let Some(text) = self.xml.leaf(&STRING)
                {
                    self.begin_named(key, text)?;
                    came = 1;
                }
            } else if item(&mut self.xml, &mut self.out, self.tracking, &mut self.scratch.last_day) {
                came = 1;
            }
            if came == 1 {
                self.xml.space();
                if item(&mut self.xml, &mut self.out, self.tracking, &mut self.scratch.last_day) {
                    came = 2;
                    self.xml.space();
                }
            }
            if let Some(frame) = self.scratch.frames.get_mut(top)
                && !root
            {
                frame.count += u32::from(came);
            }
            if came == 2 && ENTRY.closes(self.bytes, self.xml.at()) {
                self.xml.seek(self.xml.at() + ENTRY.close_len());
                if root {
                    continue;
                }
                return Ok(());
            }
            let tag = Tag { name: "entry", attributes: "", empty: false, at };
            let kind = if root { Kind::RootEntry(came) } else { Kind::Pair(came) };
            let mut frame = Frame::new(kind, &tag, inside);
            frame.owner = self.scratch.frames.last().map_or(0, |frame| frame.owner);
            self.scratch.frames.push(frame);
            return self.step();
        }
    }
}

/// Writes the text of a field; false when it is not what is usual.
#[inline]
fn simple(out: &mut Writer<'_>, simple: Simple, text: &str, last: &mut LastDay) -> bool {
    match simple {
        Simple::Text => out.str(text),
        Simple::Int(bits) => match int(text) {
            Some(value) if fits(value, bits) => out.int(value),
            _ => return false,
        },
        Simple::Boxed(width) => match int(text) {
            Some(value) if fits(value, if width == Width::Int { 32 } else { 64 }) => {
                out.number(Number { value, width });
            }
            _ => return false,
        },
        Simple::Bool => match text {
            "true" => out.bool(true),
            "false" => out.bool(false),
            _ => return false,
        },
        Simple::Double => match float::parse_double(text) {
            Some(value) => out.f64(value),
            None => return false,
        },
        Simple::Date => match date::parse_after(text, last) {
            Some(millis) => out.date(millis),
            None => return false,
        },
        Simple::Decimal => match big::parse_small_decimal(text) {
            Some((scale, value)) => decimal(out, scale, value),
            None => return false,
        },
        Simple::No => return false,
    }
    true
}

#[inline]
fn decimal(out: &mut Writer<'_>, scale: i32, value: i64) {
    let (bytes, from) = big::twos_complement(value);
    out.big_decimal(scale, bytes.get(from..).unwrap_or_default());
}

/// An integer of at most 18 digits.
#[inline]
fn int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let value = match digits {
        [digit @ b'0'..=b'9'] => i64::from(digit - b'0'),
        // A zero in front means octal digits.
        [b'1'..=b'9', ..] if digits.len() <= 18 => {
            let mut value = 0i64;
            for byte in digits {
                let digit = byte.wrapping_sub(b'0');
                if digit > 9 {
                    return None;
                }
                value = value * 10 + i64::from(digit);
            }
            value
        }
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

/// Reads an element that is named after its class; false, and nothing is read, when it is none that is usual.
#[inline]
fn item(xml: &mut Parser<'_>, out: &mut Writer<'_>, tracking: bool, last: &mut LastDay) -> bool {
    let (bytes, at) = (xml.bytes(), xml.at());
    let (tags, kind) = match bytes.get(at + 1) {
        Some(b's') => (&STRING, Simple::Text),
        Some(b'i') => (&INT, Simple::Boxed(Width::Int)),
        Some(b'l') => (&LONG, Simple::Boxed(Width::Long)),
        Some(b'd') if bytes.get(at + 2) == Some(&b'o') => (&DOUBLE, Simple::Double),
        Some(b'd') if !tracking => (&DATE, Simple::Date),
        Some(b'b') if bytes.get(at + 2) == Some(&b'o') => (&BOOLEAN, Simple::Bool),
        Some(b'b') => (&BIG_DECIMAL, Simple::Decimal),
        Some(b'n') => {
            let null = bytes.get(at..).is_some_and(|rest| rest.starts_with(b"<null/>"));
            if null {
                out.nil();
                xml.seek(at + 7);
            }
            return null;
        }
        _ => return false,
    };
    if !tags.opens(bytes, at) {
        return false;
    }
    let Some(text) = xml.leaf(tags) else { return false };
    if !simple(out, kind, text, last) {
        xml.seek(at);
        return false;
    }
    true
}
