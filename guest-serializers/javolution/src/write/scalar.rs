//! One value: what it is, and those that take one element.

use holdfast_document::{Event, Head, Number, Width};

use super::{Kind, Slot, Writing};
use crate::TRUE_VALUE;
use crate::big;
use crate::decimal;
use crate::fault::{Outcome, no_document};
use crate::losses::Loss;
use crate::number::integer;
use crate::text::{escape, escape_lossy, hex};

impl Writing<'_, '_, '_> {
    /// Writes the next value. One that holds others is left open.
    #[inline]
    pub(super) fn value(&mut self, slot: Slot<'_>) -> Outcome<()> {
        if self.shelf.moved.is_empty() {
            if self.quick(slot)? {
                return Ok(());
            }
        } else if let Some(object) = self.shelf.moved.get(self.attribute, self.reader.place()) {
            self.reader.skip().map_err(no_document)?;
            self.again(slot, object);
            return Ok(());
        }
        let (at, place) = (self.at(), self.reader.place());
        let event = self.event()?;
        match event {
            Event::Nil => {
                if let Slot::Element = slot {
                    self.out.extend_from_slice(b"<Null/>");
                }
            }
            Event::Str(text) => {
                self.begin_scalar(slot, b"java.lang.String");
                escape(self.out, text);
                self.end_scalar();
            }
            Event::Bool(value) => {
                self.begin_scalar(slot, b"java.lang.Boolean");
                self.out.extend_from_slice(if value { b"true" } else { b"false" });
                self.end_scalar();
            }
            Event::Int(number) => self.integer(slot, number),
            Event::F64(value) => {
                self.begin_scalar(slot, b"java.lang.Double");
                if decimal::double(self.out, value) {
                    self.end_scalar();
                } else {
                    self.lossy_number(value.to_bits(), at)?;
                }
            }
            Event::F32(value) => {
                self.begin_scalar(slot, b"java.lang.Float");
                if decimal::float(self.out, value) {
                    self.end_scalar();
                } else {
                    self.lossy_number(u64::from(value.to_bits()), at)?;
                }
            }
            Event::Array(count) => {
                let tag = self.object(slot, b"java.util.ArrayList", place);
                self.sized(tag.name, count, count, Kind::Elements)?;
            }
            Event::Map(count) => {
                let tag = self.object(slot, b"java.util.HashMap", place);
                self.sized(tag.name, count, count.saturating_mul(2), Self::ENTRIES)?;
            }
            Event::Typed(Head::Builtin(number), parts) => self.builtin(slot, number, parts, place, at)?,
            Event::Typed(Head::Known(number), parts) => {
                let Some(definition) = self.reader.definition(number).copied() else {
                    return Err(self.bad_form(at));
                };
                self.defined(slot, &definition, parts, place, at)?;
            }
            Event::Typed(Head::Defined(definition), parts) => {
                self.defined(slot, &definition, parts, place, at)?;
            }
            Event::Ref(target) => self.refer(slot, self.attribute, target, at)?,
            Event::Xref(number, target) => {
                let attribute = self.attribute_of(number, at)?;
                self.refer(slot, attribute, target, at)?;
            }
            other => self.rare(slot, other, place, at)?,
        }
        Ok(())
    }

    /// Values that sessions have few of.
    fn rare(&mut self, slot: Slot<'_>, event: Event<'_>, place: u32, at: usize) -> Outcome<()> {
        match event {
            Event::Wstr(text) => {
                self.lose(Loss::Surrogates, at)?;
                self.begin_scalar(slot, b"java.lang.String");
                self.surrogates(text);
                self.empty();
            }
            Event::Char(unit) => {
                let Some(char) = char::from_u32(u32::from(unit)) else {
                    return Err(self.unrepresentable(at, NO_HALF));
                };
                self.begin_scalar(slot, b"java.lang.Character");
                escape(self.out, char.encode_utf8(&mut [0; 4]).as_bytes());
                self.end_scalar();
            }
            Event::Bin(bytes) => self.primitives(slot, b'B', bytes, place, at)?,
            Event::Primitives(element, bytes) => self.primitives(slot, element, bytes, place, at)?,
            Event::Date(millis) => {
                self.object(slot, b"java.util.Date", place);
                self.date(millis, millis, Loss::Date, at)?;
                self.empty();
            }
            Event::Instant(seconds, nanos) => {
                self.object(slot, b"java.time.Instant", place);
                self.number_attribute("seconds", seconds);
                self.number_attribute("nanos", i64::from(nanos));
                self.empty();
            }
            Event::Uuid(bytes) => {
                let (most, least) = halves(bytes);
                self.object(slot, b"java.util.UUID", place);
                self.number_attribute("mostSigBits", most);
                self.number_attribute("leastSigBits", least);
                self.empty();
            }
            Event::BigDecimal(scale, unscaled) => self.big_decimal(slot, scale, unscaled, at)?,
            Event::BigInteger(_) => {
                let text = "a java.math.BigInteger, which the library cannot write";
                return Err(self.unrepresentable(at, text));
            }
            Event::Unsigned(value) => {
                let text = format!("{value}, a java.math.BigInteger, which the library cannot write");
                return Err(self.unrepresentable(at, text));
            }
            Event::Class(_) => {
                let text =
                    "a java.lang.Class, of which the library does not bring back those of every loader";
                return Err(self.unrepresentable(at, text));
            }
            Event::Opaque(format, _) => {
                let format = String::from_utf8_lossy(format);
                let text =
                    format!("a value in the bytes of {format}, which only an object's field can be here");
                return Err(self.unrepresentable(at, text));
            }
            _ => return Err(self.bad_form(at)),
        }
        Ok(())
    }

    #[inline]
    fn begin_scalar(&mut self, slot: Slot<'_>, class: &[u8]) {
        self.open(slot, class);
        self.begin_attribute(b"value");
    }

    #[inline]
    fn end_scalar(&mut self) {
        self.out.extend_from_slice(b"\"/>");
    }

    #[inline]
    fn integer(&mut self, slot: Slot<'_>, number: Number) {
        let class: &[u8] = match number.width {
            Width::Byte => b"java.lang.Byte",
            Width::Short => b"java.lang.Short",
            Width::Int => b"java.lang.Integer",
            Width::Long => b"java.lang.Long",
            Width::Untyped if i32::try_from(number.value).is_ok() => b"java.lang.Integer",
            Width::Untyped => b"java.lang.Long",
        };
        self.begin_scalar(slot, class);
        integer(self.out, number.value);
        self.end_scalar();
    }

    /// Ends the tag of a number that the library reads as another one.
    #[cold]
    pub(super) fn lossy_number(&mut self, bits: u64, at: usize) -> Outcome<()> {
        self.lose(Loss::Number, at)?;
        self.out.push(b'"');
        self.begin_attribute(TRUE_VALUE.as_bytes());
        put_bits(self.out, bits);
        self.end_scalar();
        Ok(())
    }

    /// A date, of which the library keeps nothing but its class: it reads the epoch. `rest` is 0 where that is right.
    pub(super) fn date(&mut self, millis: i64, rest: i64, loss: Loss, at: usize) -> Outcome<()> {
        if rest != 0 {
            self.lose(loss, at)?;
            self.number_attribute(TRUE_VALUE, millis);
        }
        Ok(())
    }

    /// Ends the value of an attribute with a text that has unpaired surrogates, and adds the true one.
    pub(super) fn surrogates(&mut self, text: &[u8]) {
        escape_lossy(self.out, text);
        self.out.push(b'"');
        self.begin_attribute(TRUE_VALUE.as_bytes());
        hex(self.out, text);
        self.out.push(b'"');
    }

    fn big_decimal(&mut self, slot: Slot<'_>, scale: i32, unscaled: &[u8], at: usize) -> Outcome<()> {
        let Some(whole) = big::long_value(scale, unscaled) else {
            return Err(self.unrepresentable(at, "a java.math.BigDecimal of over 1024 bytes"));
        };
        let is_whole = scale == 0 && unscaled.len() <= 8;
        if !is_whole {
            self.lose(Loss::BigDecimal, at)?;
        }
        self.open(slot, b"java.math.BigDecimal");
        self.number();
        self.number_attribute("value", whole);
        if !is_whole {
            self.begin_attribute(TRUE_VALUE.as_bytes());
            big::write(self.out, scale, unscaled);
            self.out.push(b'"');
        }
        self.empty();
        Ok(())
    }

    /// An array of a primitive type, which is not nested any further.
    fn primitives(
        &mut self,
        slot: Slot<'_>,
        element: u8,
        bytes: &[u8],
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        if element == b'Z' {
            return Err(self.unrepresentable(at, "a boolean[], which the library cannot write"));
        }
        let (wrapper, size): (&[u8], usize) = match element {
            b'B' => (b"java.lang.Byte", 1),
            b'C' => (b"java.lang.Character", 2),
            b'S' => (b"java.lang.Short", 2),
            b'I' => (b"java.lang.Integer", 4),
            b'J' => (b"java.lang.Long", 8),
            b'F' => (b"java.lang.Float", 4),
            _ => (b"java.lang.Double", 8),
        };
        let tag = self.object(slot, &[b'[', element], place);
        self.number_attribute("length", (bytes.len() / size) as i64);
        if bytes.is_empty() {
            self.empty();
            return Ok(());
        }
        self.out.push(b'>');
        for item in bytes.chunks_exact(size) {
            self.begin_scalar(Slot::Element, wrapper);
            match element {
                b'C' => {
                    let unit = u16::from_be_bytes(item.try_into().unwrap_or_default());
                    let Some(char) = char::from_u32(u32::from(unit)) else {
                        return Err(self.unrepresentable(at, NO_HALF));
                    };
                    escape(self.out, char.encode_utf8(&mut [0; 4]).as_bytes());
                }
                b'F' => {
                    let value = f32::from_be_bytes(item.try_into().unwrap_or_default());
                    if !decimal::float(self.out, value) {
                        self.lossy_number(u64::from(value.to_bits()), at)?;
                        continue;
                    }
                }
                b'D' => {
                    let value = f64::from_be_bytes(item.try_into().unwrap_or_default());
                    if !decimal::double(self.out, value) {
                        self.lossy_number(value.to_bits(), at)?;
                        continue;
                    }
                }
                _ => {
                    let fill = if item.first().is_some_and(|byte| *byte >= 0x80) { -1 } else { 0 };
                    integer(self.out, item.iter().fold(fill, |value, byte| value << 8 | i64::from(*byte)));
                }
            }
            self.end_scalar();
            self.check_size()?;
        }
        self.close(tag.name);
        Ok(())
    }
}

/// The bits of a number, as its true value.
pub(super) fn put_bits(out: &mut Vec<u8>, bits: u64) {
    out.extend_from_slice(b"0x");
    let bytes = bits.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    hex(out, bytes.get(zeros..).unwrap_or_default());
}

pub(super) const NO_HALF: &str =
    "a character that is half of a surrogate pair, which the library cannot read";

/// The two longs of a UUID.
fn halves(bytes: &[u8; 16]) -> (i64, i64) {
    let bits = u128::from_be_bytes(*bytes);
    ((bits >> 64) as i64, bits as i64)
}
