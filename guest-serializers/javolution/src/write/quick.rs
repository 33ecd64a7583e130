//! The values that most sessions are full of, without a detour over the reader's events.

use holdfast_document::{Container, Reader, first_container, first_int};

use super::refs::Object;
use super::tag::{Slot, Span};
use super::{Kind, Writing};
use crate::big;
use crate::decimal;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::number::{integer, unsigned};
use crate::stamp::Stamp;
use crate::text::escape;

/// What stands before the first attribute's value of a class, wherever a value of it stands.
pub(super) struct Lead {
    pub(super) key: Stamp,
    pub(super) value: Stamp,
    pub(super) element: Stamp,
    pub(super) field: Stamp,
    /// The length of the class's name.
    pub(super) class: u32,
}

const fn lead(class: &str, attribute: &str) -> Lead {
    Lead {
        key: Stamp::of(&["<k class=\"", class, "\" ", attribute, "=\""]),
        value: Stamp::of(&["<v class=\"", class, "\" ", attribute, "=\""]),
        element: Stamp::of(&["<", class, " ", attribute, "=\""]),
        field: Stamp::of(&[class, "\" ", attribute, "=\""]),
        class: class.len() as u32,
    }
}

pub(super) static STRING: Lead = lead("java.lang.String", "value");
pub(super) static BOOLEAN: Lead = lead("java.lang.Boolean", "value");
static BYTE: Lead = lead("java.lang.Byte", "value");
static SHORT: Lead = lead("java.lang.Short", "value");
pub(super) static INTEGER: Lead = lead("java.lang.Integer", "value");
pub(super) static LONG: Lead = lead("java.lang.Long", "value");
pub(super) static DOUBLE: Lead = lead("java.lang.Double", "value");
pub(super) static DATE: Lead = lead("java.util.Date", "__id");
pub(super) static DECIMAL: Lead = lead("java.math.BigDecimal", "__id");
pub(super) static LIST: Lead = lead("java.util.ArrayList", "__id");
pub(super) static MAP: Lead = lead("java.util.HashMap", "__id");

/// Whether null begins here.
#[inline(always)]
pub(super) fn is_nil(rest: &[u8]) -> bool {
    matches!(rest, [0xc0, ..])
}

/// The whole number that begins here, whatever its type, and how many bytes it takes.
#[inline(always)]
pub(super) fn whole(rest: &[u8]) -> Option<(i64, u32)> {
    let (value, len) = first_int(rest).or(match *rest {
        [0xd0, a, ..] => Some((i64::from(i8::from_be_bytes([a])), 2)),
        [0xd1, a, b, ..] => Some((i64::from(i16::from_be_bytes([a, b])), 3)),
        _ => None,
    })?;
    Some((value, len as u32))
}

/// A big decimal of at most 64 bits and up to 18 places: the value is `value / power`, and `power` 10 to the `scale`.
pub(super) struct Short {
    pub(super) scale: u32,
    pub(super) power: i64,
    pub(super) value: i64,
}

/// The big decimal of a payload of at most twelve bytes, if it is a short one.
#[inline(always)]
pub(super) fn short_decimal(payload: &[u8]) -> Option<Short> {
    let (scale, unscaled) = payload.split_first_chunk::<4>()?;
    let scale = u32::from_be_bytes(*scale);
    let power = i64::try_from(*decimal::POW10.get(scale as usize)?).ok()?;
    let fill = if unscaled.first()? >= &0x80 { -1 } else { 0 };
    let value = unscaled.iter().fold(fill, |value: i64, byte| value << 8 | i64::from(*byte));
    Some(Short { scale, power, value })
}

impl<'d> Writing<'d, '_, '_> {
    /// The document from here on.
    #[inline]
    pub(super) fn rest(&self) -> &'d [u8] {
        self.document.get(self.at()..).unwrap_or_default()
    }

    /// Passes over so many bytes.
    #[inline]
    fn advance(&mut self, bytes: u32) {
        let reader: &mut Reader<'d> = &mut self.reader;
        reader.seek(reader.place() + bytes);
    }

    /// Begins a tag up to the value of its first attribute. The name of the element, if it is not its class.
    #[inline]
    fn stamp(&mut self, slot: Slot<'_>, lead: &Lead) {
        match slot {
            Slot::Value => lead.value.put(self.out),
            Slot::Key => lead.key.put(self.out),
            Slot::Element => lead.element.put(self.out),
            Slot::Lead(name) => {
                name.put(self.out);
                lead.field.put(self.out);
            }
            Slot::Field(_) => {
                self.begin(slot);
                lead.field.put(self.out);
            }
        }
    }

    /// As `stamp`, for an object: writes its number, too. Gives the name of the element.
    #[inline]
    fn stamp_object(&mut self, slot: Slot<'_>, lead: &Lead, place: u32) -> Span {
        let from = self.out.len() as u32 + 1;
        self.stamp(slot, lead);
        let class = Span { from: self.out.len() as u32 - 8 - lead.class, len: lead.class };
        let (class, name) = match slot {
            Slot::Value | Slot::Key => (Span { from: from + 9, ..class }, Span { from, len: 1 }),
            Slot::Element => {
                let class = Span { from, ..class };
                (class, class)
            }
            Slot::Lead(name) => {
                let name = Span { from, len: name.len() as u32 - 9 };
                (Span { from: name.from + name.len + 8, ..class }, name)
            }
            Slot::Field(name) => {
                let name = Span { from, len: name.len() as u32 };
                (Span { from: name.from + name.len + 8, ..class }, name)
            }
        };
        let id = self.next;
        self.next += 1;
        unsigned(self.out, u64::from(id));
        self.took(Object { place, id, class });
        name
    }

    /// Writes the next value, if it is one of the commonest. False says that nothing happened.
    #[inline]
    pub(super) fn quick(&mut self, slot: Slot<'_>) -> Outcome<bool> {
        if let Some(text) = self.reader.take_str() {
            self.stamp(slot, &STRING);
            escape(self.out, text);
            self.out.extend_from_slice(b"\"/>");
            return Ok(true);
        }
        let place = self.reader.place();
        if let Some((number, parts)) = self.reader.take_known() {
            if let Some(script) = self.shelf.scripts.known(number) {
                self.bean_as(slot, script, parts, place, self.at())?;
                return Ok(true);
            }
            self.reader.seek(place);
            return Ok(false);
        }
        let rest = self.rest();
        match *rest {
            [0xc0, ..] => {
                self.advance(1);
                if let Slot::Element = slot {
                    self.out.extend_from_slice(b"<Null/>");
                }
            }
            [value @ (0xc2 | 0xc3), ..] => {
                self.advance(1);
                self.stamp(slot, &BOOLEAN);
                if value == 0xc3 {
                    self.out.extend_from_slice(b"true\"/>");
                } else {
                    self.out.extend_from_slice(b"false\"/>");
                }
            }
            [marker @ (0..=0x7f | 0xcc..=0xd3 | 0xe0..=0xff), ..] => {
                // Of what has no type, an Integer.
                let Some((value, len)) = whole(rest) else { return Ok(false) };
                let lead = match marker {
                    0xd0 if !(-0x80..-32).contains(&value) => &BYTE,
                    0xd1 if !(-0x8000..-0x80).contains(&value) => &SHORT,
                    0xd3 => &LONG,
                    _ if i32::try_from(value).is_ok() => &INTEGER,
                    _ => &LONG,
                };
                self.advance(len);
                self.stamp(slot, lead);
                integer(self.out, value);
                self.out.extend_from_slice(b"\"/>");
            }
            [0xcb, a, b, c, d, e, f, g, h, ..] => {
                let value = f64::from_be_bytes([a, b, c, d, e, f, g, h]);
                let at = self.at();
                self.advance(9);
                self.stamp(slot, &DOUBLE);
                if decimal::double(self.out, value) {
                    self.out.extend_from_slice(b"\"/>");
                } else {
                    self.lossy_number(value.to_bits(), at)?;
                }
            }
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                let millis = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
                let at = self.at();
                self.advance(10);
                self.stamp_object(slot, &DATE, place);
                if millis != 0 {
                    self.lose(Loss::Date, at)?;
                    self.out.extend_from_slice(b"\" holdfast=\"");
                    integer(self.out, millis);
                }
                self.out.extend_from_slice(b"\"/>");
            }
            [0xd7, 0x0b, ..] => return self.decimal(slot, rest.get(2..10), 10),
            [0xc7, len @ 5..=12, 0x0b, ..] => {
                return self.decimal(slot, rest.get(3..3 + usize::from(len)), u32::from(len) + 3);
            }
            _ => match first_container(rest) {
                Some((Container::List(count), len)) => {
                    self.advance(len as u32);
                    self.container(slot, &LIST, place, count, count, Kind::Elements)?;
                }
                Some((Container::Map(count), len)) => {
                    self.advance(len as u32);
                    self.container(slot, &MAP, place, count, 2 * count, Self::ENTRIES)?;
                }
                _ => return Ok(false),
            },
        }
        Ok(true)
    }

    #[inline]
    fn container(
        &mut self,
        slot: Slot<'_>,
        lead: &Lead,
        place: u32,
        count: u32,
        parts: u32,
        kind: Kind,
    ) -> Outcome<()> {
        let name = self.stamp_object(slot, lead, place);
        self.out.extend_from_slice(b"\" size=\"");
        unsigned(self.out, u64::from(count));
        self.out.push(b'"');
        self.opened(name, parts, kind)
    }

    /// A BigDecimal of at most 64 bits and up to 18 places.
    #[inline]
    fn decimal(&mut self, slot: Slot<'_>, payload: Option<&[u8]>, len: u32) -> Outcome<bool> {
        let Some(Short { scale, power, value }) = payload.and_then(short_decimal) else { return Ok(false) };
        let at = self.at();
        self.advance(len);
        if scale != 0 {
            self.lose(Loss::BigDecimal, at)?;
        }
        // Numbers have no identity in documents, and one in the library.
        self.stamp(slot, &DECIMAL);
        unsigned(self.out, u64::from(self.next));
        self.next += 1;
        self.out.extend_from_slice(b"\" value=\"");
        integer(self.out, value / power);
        if scale != 0 {
            self.out.extend_from_slice(b"\" holdfast=\"");
            big::write_narrow(self.out, scale, value);
        }
        self.out.extend_from_slice(b"\"/>");
        Ok(true)
    }
}
