//! Writes what sessions are full of in a loop without calls (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, or where a buffer has to grow, nothing happens
//! and the loop ends. [`Writing::run`] takes any step.

use holdfast_document::{Container, Reader, any_bits, first_container, has_room, put, put_item, put_text};

use super::bean_run::{put_attribute, put_attributes};
use super::quick::{BOOLEAN, DATE, DECIMAL, DOUBLE, INTEGER, LIST, LONG, Lead, MAP, STRING, is_nil, whole};
use super::refs::Object;
use super::script::{Script, Scripts};
use super::tag::Span;
use super::{Frame, Kind, Writing};
use crate::decimal::{self, put_double};
use crate::losses::{Loss, Losses};
use crate::number::{put_integer, put_unsigned};
use crate::stamp::Stamp;
use crate::text::escaped_bits;

/// Longer names of elements are closed the long way.
const LONGEST_NAME: u32 = 48;
/// Objects of more fields, in another order than in the document, are written the long way.
const MOST_PARTS: usize = 16;

/// Where a value stands.
#[derive(Clone, Copy)]
enum Slot<'r> {
    Key,
    Value,
    Element,
    Lead(&'r Stamp),
}

/// What the loop works with.
struct Run<'r, 'd> {
    out: &'r mut Vec<u8>,
    reader: &'r mut Reader<'d>,
    frames: &'r mut Vec<Frame>,
    objects: &'r mut Vec<Object>,
    scripts: &'r Scripts,
    losses: &'r Losses,
    max_depth: usize,
    /// Whether it is known that the objects of the attribute are not in the order of their places.
    is_permuted: bool,
    /// The number of the next object.
    next: u32,
}

impl Writing<'_, '_, '_> {
    /// Writes on as long as it is quick. Where it ends, no value is half written.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        if !self.shelf.moved.is_empty() || !self.travels.is_straight() {
            return;
        }
        let (max_bytes, shelf) = (self.limits.max_bytes, &mut *self.shelf);
        let mut run = Run {
            out: self.out,
            reader: &mut self.reader,
            frames: &mut shelf.frames,
            objects: &mut shelf.objects,
            scripts: &shelf.scripts,
            losses: self.losses,
            max_depth: self.limits.max_depth,
            is_permuted: shelf.permuted.is_last(self.attribute),
            next: self.next,
        };
        while run.out.len() <= max_bytes {
            let from = run.out.len();
            if run.step().is_none() {
                run.out.truncate(from);
                break;
            }
        }
        self.next = run.next;
    }
}

impl<'r, 'd> Run<'r, 'd> {
    /// Writes the next value of the innermost open element, or ends that. Where it does not, something may have been
    /// written that is to be taken back.
    #[inline(always)]
    fn step(&mut self) -> Option<()> {
        let parent = self.frames.len().checked_sub(1)?;
        let frame = self.frames.last()?;
        if frame.left == 0 {
            return self.end();
        }
        let rest = self.reader.rest();
        let slot = match frame.kind {
            Kind::Elements => Slot::Element,
            Kind::Entries { was_null: true, .. } if is_nil(rest) => return None,
            Kind::Entries { is_value: false, .. } => Slot::Key,
            Kind::Entries { is_value: true, .. } => Slot::Value,
            Kind::Bean { script, step, parts: None } => {
                Slot::Lead(&self.scripts.get(script)?.steps.get(step as usize)?.field.lead)
            }
            _ => return None,
        };
        self.value(slot, rest)?;
        let frame = self.frames.get_mut(parent)?;
        frame.left -= 1;
        match &mut frame.kind {
            Kind::Entries { is_value, was_null } => {
                *is_value = !*is_value;
                *was_null = is_nil(rest);
            }
            Kind::Bean { step, .. } => *step += 1,
            _ => {}
        }
        Some(())
    }

    /// Closes the innermost element.
    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        let frame = self.frames.last()?;
        if !matches!(
            frame.kind,
            Kind::Elements | Kind::Entries { .. } | Kind::Parts(_) | Kind::Bean { parts: None, .. }
        ) || self.out.len() == frame.body as usize
        {
            return None;
        }
        let name = frame.name;
        self.close(name).then_some(())?;
        self.frames.pop();
        Some(())
    }

    /// Writes the tag that closes an element.
    #[inline(always)]
    fn close(&mut self, name: Span) -> bool {
        let Span { from, len } = name;
        match (len, self.out.get(from as usize..)) {
            (1, Some([letter, ..])) => {
                let letter = *letter;
                put(self.out, [b'<', b'/', letter, b'>'])
            }
            (2..=LONGEST_NAME, Some(name)) => {
                let Some(name) = name.first_chunk::<{ LONGEST_NAME as usize }>().copied() else {
                    return false;
                };
                put_text(self.out, [b'<', b'/'], &name, len as usize) && put(self.out, [b'>'])
            }
            _ => false,
        }
    }

    /// Writes the value that begins here.
    #[inline(always)]
    fn value(&mut self, slot: Slot<'r>, rest: &'d [u8]) -> Option<()> {
        let len = match *rest {
            [marker @ 0xa0..=0xbf, ref behind @ ..] => {
                let len = usize::from(marker & 0x1f);
                self.text(slot, behind, len)?;
                1 + len
            }
            [0xd9, len, ref behind @ ..] => {
                let len = usize::from(len);
                self.text(slot, behind, len)?;
                2 + len
            }
            [0xc0, ..] => {
                let is_silent = !matches!(slot, Slot::Element);
                (is_silent || put(self.out, *b"<Null/>")).then_some(1)?
            }
            [0xc2, ..] => {
                self.stamp(slot, &BOOLEAN)?;
                put(self.out, *b"false\"/>").then_some(1)?
            }
            [0xc3, ..] => {
                self.stamp(slot, &BOOLEAN)?;
                put(self.out, *b"true\"/>").then_some(1)?
            }
            [0..=0x7f | 0xcc..=0xcf | 0xd2 | 0xd3 | 0xe0..=0xff, ..] => {
                let (value, len) = whole(rest)?;
                let is_int = rest.first() != Some(&0xd3) && i32::try_from(value).is_ok();
                self.stamp(slot, if is_int { &INTEGER } else { &LONG })?;
                self.closed(|out| put_integer(out, value))?;
                len as usize
            }
            [0xcb, a, b, c, d, e, f, g, h, ..] => {
                self.stamp(slot, &DOUBLE)?;
                self.closed(|out| put_double(out, f64::from_be_bytes([a, b, c, d, e, f, g, h])))?;
                9
            }
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                return self.date(slot, i64::from_be_bytes([a, b, c, d, e, f, g, h]));
            }
            [0xd7, 11, ref payload @ ..] => return self.decimal(slot, payload.get(..8)?, 10),
            [0xc7, len @ 5..=12, 11, ref payload @ ..] => {
                let len = usize::from(len);
                return self.decimal(slot, payload.get(..len)?, 3 + len);
            }
            _ => return self.holder(slot, rest),
        };
        self.reader.advance(len);
        Some(())
    }

    /// Begins a value that holds others. The library writes what is empty in another form.
    #[inline(always)]
    fn holder(&mut self, slot: Slot<'_>, rest: &[u8]) -> Option<()> {
        match first_container(rest)? {
            (Container::Map(count @ 1..), len) => self.container(slot, &MAP, count, true, len),
            (Container::List(count @ 1..), len) => self.container(slot, &LIST, count, false, len),
            (Container::Known { definition, parts }, len) => self.bean(slot, definition, parts, len),
            _ => None,
        }
    }

    /// Begins a tag up to the value of its first attribute.
    #[inline(always)]
    fn stamp(&mut self, slot: Slot<'_>, lead: &Lead) -> Option<()> {
        let written = match slot {
            Slot::Value => lead.value.put_in(self.out),
            Slot::Key => lead.key.put_in(self.out),
            Slot::Element => lead.element.put_in(self.out),
            Slot::Lead(name) => name.put_in(self.out) && lead.field.put_in(self.out),
        };
        written.then_some(())
    }

    /// Writes the value of the last attribute, and ends the tag.
    #[inline(always)]
    fn closed(&mut self, value: impl FnOnce(&mut Vec<u8>) -> bool) -> Option<()> {
        (value(self.out) && put(self.out, *b"\"/>")).then_some(())
    }

    #[inline(always)]
    fn text(&mut self, slot: Slot<'_>, source: &[u8], len: usize) -> Option<()> {
        let is_plain = any_bits(source.get(..len)?, escaped_bits) == 0;
        is_plain.then_some(())?;
        self.stamp(slot, &STRING)?;
        self.closed(|out| put_text(out, [], source, len))
    }

    #[inline(always)]
    fn date(&mut self, slot: Slot<'_>, millis: i64) -> Option<()> {
        (has_room(self.objects, 1) && self.losses.is_told(Loss::Date)).then_some(())?;
        let from = self.out.len();
        self.stamp(slot, &DATE)?;
        let written = put_unsigned(self.out, u64::from(self.next))
            && (millis == 0 || put(self.out, *b"\" holdfast=\"") && put_integer(self.out, millis))
            && put(self.out, *b"\"/>");
        written.then_some(())?;
        self.begun(slot, from, DATE.class, 10);
        Some(())
    }

    /// A big decimal of at most 64 bits and up to 18 places, which has a number and no identity in documents.
    #[inline(always)]
    fn decimal(&mut self, slot: Slot<'_>, payload: &[u8], len: usize) -> Option<()> {
        let (scale, unscaled) = payload.split_first_chunk::<4>()?;
        let scale = u32::from_be_bytes(*scale);
        let power = i64::try_from(*decimal::POW10.get(scale as usize)?).ok()?;
        let fill = if unscaled.first()? >= &0x80 { -1 } else { 0 };
        let value = unscaled.iter().fold(fill, |value: i64, byte| value << 8 | i64::from(*byte));
        (scale == 0 || self.losses.is_told(Loss::BigDecimal)).then_some(())?;
        self.stamp(slot, &DECIMAL)?;
        let written = put_unsigned(self.out, u64::from(self.next))
            && put(self.out, *b"\" value=\"")
            && put_integer(self.out, value / power)
            && (scale == 0
                || put(self.out, *b"\" holdfast=\"")
                    && put_integer(self.out, value)
                    && put(self.out, *b"E-")
                    && put_unsigned(self.out, u64::from(scale)))
            && put(self.out, *b"\"/>");
        written.then_some(())?;
        self.next += 1;
        self.reader.advance(len);
        Some(())
    }

    /// Begins a list or map that is not empty, whose header takes `len` bytes.
    #[inline(always)]
    fn container(&mut self, slot: Slot<'_>, lead: &Lead, count: u32, is_map: bool, len: usize) -> Option<()> {
        self.may_open().then_some(())?;
        let from = self.out.len();
        self.stamp(slot, lead)?;
        let written = put_unsigned(self.out, u64::from(self.next))
            && put(self.out, *b"\" size=\"")
            && put_unsigned(self.out, u64::from(count))
            && put(self.out, *b"\">");
        written.then_some(())?;
        let name = self.begun(slot, from, lead.class, len);
        let (left, kind) = if is_map {
            (2 * count, Kind::Entries { is_value: false, was_null: false })
        } else {
            (count, Kind::Elements)
        };
        self.open(name, left, kind);
        Some(())
    }

    /// Begins an object of a class whose script is known, with the fields that stand in attributes.
    #[inline(always)]
    fn bean(&mut self, slot: Slot<'_>, definition: u32, parts: u32, head: usize) -> Option<()> {
        let number = self.scripts.known(definition)?;
        let script = self.scripts.get(number)?;
        let steps = script.steps.len() as u32;
        if !self.may_open()
            || parts != script.parts
            || !script.is_simple
            || script.is_straight && steps == script.attributes
        {
            return None;
        }
        let from = self.out.len();
        let begun = match slot {
            Slot::Value => put(self.out, *b"<v class=\"") && script.valued.put_in(self.out),
            Slot::Key => put(self.out, *b"<k class=\"") && script.valued.put_in(self.out),
            Slot::Element => put(self.out, [b'<']) && script.element.put_in(self.out),
            Slot::Lead(name) => name.put_in(self.out) && script.valued.put_in(self.out),
        };
        let written = begun && put_unsigned(self.out, u64::from(self.next)) && put(self.out, [b'"']);
        written.then_some(())?;
        if !script.is_straight {
            return self.permuted(slot, script, from, head);
        }
        let parts = self.reader.rest().get(head..)?;
        let len = head + put_attributes(self.out, script, parts)?;
        put(self.out, [b'>']).then_some(())?;
        let name = self.begun(slot, from, script.class.len() as u32, len);
        let kind = Kind::Bean { script: number, step: script.attributes, parts: None };
        self.open(name, steps - script.attributes, kind);
        Some(())
    }

    /// Goes on with an object whose fields are in another order than in the document, if all are short scalars. It takes
    /// `head` bytes in front of them.
    #[inline(always)]
    fn permuted(&mut self, slot: Slot<'_>, script: &'r Script, from: usize, head: usize) -> Option<()> {
        let mut begins = [0; MOST_PARTS];
        let begins = begins.get_mut(..script.parts as usize)?;
        let (place, next, objects) = (self.reader.place(), self.next, self.objects.len());
        let (attributes, elements) = script.steps.split_at_checked(script.attributes as usize)?;
        if !self.is_permuted || !has_room(self.objects, 1 + elements.len()) {
            return None;
        }
        self.reader.advance(head);
        let end = self.reader.scalars(begins);
        self.reader.seek(place);
        let end = end?;
        let name = self.begun(slot, from, script.class.len() as u32, 0);
        let written = (|| {
            for step in attributes {
                self.reader.seek(*begins.get(step.part as usize)?);
                put_attribute(self.out, &step.field, self.reader.rest())?;
            }
            put(self.out, [b'>']).then_some(())?;
            let body = self.out.len();
            for step in elements {
                self.reader.seek(*begins.get(step.part as usize)?);
                self.field(Slot::Lead(&step.field.lead))?;
            }
            // The library writes an object of nothing but nulls as an empty element.
            (self.out.len() > body && self.close(name)).then_some(())?;
            self.reader.seek(end);
            Some(())
        })();
        if written.is_none() {
            self.reader.seek(place);
            self.next = next;
            self.objects.truncate(objects);
        }
        written
    }

    /// Writes a field that stands in an element: those that objects have there in most cases.
    #[inline(always)]
    fn field(&mut self, slot: Slot<'r>) -> Option<()> {
        match *self.reader.rest() {
            [0xc0, ..] => Some(()),
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                self.date(slot, i64::from_be_bytes([a, b, c, d, e, f, g, h]))
            }
            [0xd7, 11, ref payload @ ..] => self.decimal(slot, payload.get(..8)?, 10),
            [0xc7, len @ 5..=12, 11, ref payload @ ..] => {
                let len = usize::from(len);
                self.decimal(slot, payload.get(..len)?, 3 + len)
            }
            _ => None,
        }
    }

    /// Whether a value that holds others may be begun.
    #[inline(always)]
    fn may_open(&self) -> bool {
        self.frames.len() < self.max_depth && has_room(self.frames, 1) && has_room(self.objects, 1)
    }

    /// Opens an element, for which there is room: its tag was written.
    #[inline(always)]
    fn open(&mut self, name: Span, left: u32, kind: Kind) {
        put_item(self.frames, Frame { name, body: self.out.len() as u32, left, kind });
    }

    /// An object was written, for which there is room: the beginning of its tag, which stands at an offset, with its number.
    /// It took `len` bytes of the document. The name of its element.
    #[inline(always)]
    fn begun(&mut self, slot: Slot<'_>, from: usize, class: u32, len: usize) -> Span {
        let from = from as u32 + 1;
        let (name, class_from) = match slot {
            Slot::Key | Slot::Value => (Span { from, len: 1 }, from + 9),
            Slot::Element => (Span { from, len: class }, from),
            Slot::Lead(lead) => {
                let len = lead.len() as u32 - 9;
                (Span { from, len }, from + len + 8)
            }
        };
        let class = Span { from: class_from, len: class };
        put_item(self.objects, Object { place: self.reader.place(), id: self.next, class });
        self.next += 1;
        self.reader.advance(len);
        name
    }
}
