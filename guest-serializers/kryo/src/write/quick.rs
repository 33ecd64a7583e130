//! The commonest values, written by a look at their first bytes: nearly all of a session goes this way. What is met
//! seldom is left to the events of the reader.

use holdfast_document::{append_first, first_int};

use super::refs::Object;
use super::{Slot, Writing};
use crate::classes::ClassId;
use crate::output::{varint, varlong, zigzag, zigzag_long};
use crate::plan::Mode;
use crate::text;

impl<'d> Writing<'d, '_, '_> {
    /// Writes the value that follows if it is one of the commonest, and says whether it was.
    #[inline(always)]
    pub(super) fn quick(&mut self, slot: Slot) -> bool {
        let rest = self.way.reader.rest();
        let Some(first) = rest.first() else { return false };
        let class = match slot {
            Slot::Any => true,
            Slot::Known(ClassId::STRING) => false,
            Slot::Known(_) => return false,
        };
        match *first {
            0xa0..=0xbf => self.quick_string(rest, usize::from(first & 0x1f), 1, class),
            0xd9 => match rest.get(1) {
                Some(len) => self.quick_string(rest, usize::from(*len), 2, class),
                None => false,
            },
            0xc0 => {
                self.out.push(0);
                self.way.reader.advance(1);
                true
            }
            0x00..=0x7f if class => {
                self.out.push(ClassId::INT_BYTE);
                zigzag(self.out, i32::from(*first));
                self.way.reader.advance(1);
                true
            }
            0xc2..=0xdf if class => self.quick_scalar(*first, rest),
            _ => false,
        }
    }

    /// A string of so many bytes behind its marker, unless notes may say something of it.
    #[inline(always)]
    fn quick_string(&mut self, rest: &'d [u8], len: usize, marker: usize, class: bool) -> bool {
        if self.is_noted() {
            return false;
        }
        let Some(source) = rest.get(marker..).filter(|source| source.len() >= len) else { return false };
        if class {
            self.out.extend_from_slice(&[3, 1]);
        } else {
            self.out.push(1);
        }
        self.next += 1;
        text::write_first(self.out, source, len);
        self.way.reader.advance(marker + len);
        true
    }

    /// Boxed values, dates and big decimals.
    fn quick_scalar(&mut self, first: u8, rest: &'d [u8]) -> bool {
        // An Integer or a Long by its marker, or of no type and then one of the two by its value.
        let taken = match (first, rest) {
            (0xd7, [_, 9, millis @ ..]) => return self.quick_date(millis),
            (0xd7, [_, 11, payload @ ..]) => return self.quick_decimal(payload, 8, 2),
            (0xc7, [_, len, 11, payload @ ..]) => return self.quick_decimal(payload, usize::from(*len), 3),
            (0xcb, [_, a, b, c, d, e, f, g, h, ..]) => {
                self.out.extend_from_slice(&[ClassId::DOUBLE_BYTE, *a, *b, *c, *d, *e, *f, *g, *h]);
                9
            }
            (0xc2 | 0xc3, _) => {
                self.out.extend_from_slice(&[ClassId::BOOLEAN_BYTE, first - 0xc2]);
                1
            }
            (0xd2, [_, a, b, c, d, ..]) => {
                self.out.push(ClassId::INT_BYTE);
                zigzag(self.out, i32::from_be_bytes([*a, *b, *c, *d]));
                5
            }
            (0xd3, [_, a, b, c, d, e, f, g, h, ..]) => {
                self.out.push(ClassId::LONG_BYTE);
                zigzag_long(self.out, i64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
                9
            }
            (0xcc, [_, value, ..]) => {
                self.out.push(ClassId::INT_BYTE);
                zigzag(self.out, i32::from(*value));
                2
            }
            (0xcd, [_, a, b, ..]) => {
                self.out.push(ClassId::INT_BYTE);
                zigzag(self.out, i32::from(u16::from_be_bytes([*a, *b])));
                3
            }
            _ => return false,
        };
        self.way.reader.advance(taken);
        true
    }

    #[inline]
    fn quick_date(&mut self, millis: &[u8]) -> bool {
        let Some(millis) = millis.first_chunk::<8>().filter(|_| self.is_plain()) else { return false };
        let Some(class) = self.classes.builtin(DATE) else { return false };
        let (place, id) = (self.way.reader.place(), self.next);
        self.class_and_mark(class);
        self.shelf.objects.push(Object { place, id, class });
        varlong(self.out, u64::from_be_bytes(*millis));
        self.way.reader.advance(10);
        true
    }

    /// A `BigDecimal` of so many bytes, behind a marker of so many.
    #[inline]
    fn quick_decimal(&mut self, payload: &[u8], len: usize, marker: usize) -> bool {
        if self.is_noted() {
            return false;
        }
        let Some((scale, unscaled)) = payload.split_first_chunk::<4>() else { return false };
        let Some(digits) = len.checked_sub(4).filter(|digits| *digits > 0 && unscaled.len() >= *digits)
        else {
            return false;
        };
        let Some(class) = self.classes.builtin(BIG_DECIMAL) else { return false };
        self.class_and_mark(class);
        varint(self.out, digits as u32 + 1);
        append_first(self.out, unscaled, digits);
        zigzag(self.out, i32::from_be_bytes(*scale));
        self.way.reader.advance(marker + len);
        true
    }

    /// Whether a note may say something of the value that follows: notes come in the order of places.
    #[inline]
    fn is_noted(&self) -> bool {
        self.note.is_some_and(|note| note.place <= self.way.reader.place())
    }

    /// Whether notes say something of the values between two places; those in front were passed by then.
    #[inline]
    pub(super) fn is_noted_before(&mut self, place: u32, end: u32) -> bool {
        // Of another attribute's values no note speaks.
        self.note.is_some() && self.way.is_at_home() && {
            self.fact(place, 0);
            self.note.is_some_and(|note| note.place < end)
        }
    }

    /// Whether objects are written in the order in which they stand.
    #[inline]
    fn is_plain(&self) -> bool {
        self.way.is_straight() && self.shelf.moved.is_empty()
    }

    /// Writes the class and the mark of the first one, and counts it.
    #[inline]
    fn class_and_mark(&mut self, class: ClassId) {
        self.next += 1;
        match self.shelf.names.known(class, self.classes.slot(class)) {
            Some(number @ 0..0x80) => self.out.extend_from_slice(&[1, number as u8, 1]),
            _ => {
                self.class(class);
                self.out.push(1);
            }
        }
    }

    /// Writes the field that follows if it is one of the commonest values, and says whether it was.
    #[inline(always)]
    pub(super) fn quick_field(&mut self, mode: Mode) -> bool {
        match mode {
            Mode::Any => self.quick(Slot::Any),
            Mode::Known(class) => self.quick(Slot::Known(class)),
            Mode::Boolean => match self.way.reader.rest().first() {
                Some(flag @ 0xc2..=0xc3) => {
                    self.out.push(flag - 0xc2);
                    self.way.reader.advance(1);
                    true
                }
                _ => false,
            },
            Mode::Int => match first_int(self.way.reader.rest()) {
                Some((value, len)) => match i32::try_from(value) {
                    Ok(value) => {
                        zigzag(self.out, value);
                        self.way.reader.advance(len);
                        true
                    }
                    Err(_) => false,
                },
                None => false,
            },
            Mode::Long => match first_int(self.way.reader.rest()) {
                Some((value, len)) => {
                    zigzag_long(self.out, value);
                    self.way.reader.advance(len);
                    true
                }
                None => false,
            },
            Mode::Double => match *self.way.reader.rest() {
                [0xcb, a, b, c, d, e, f, g, h, ..] => {
                    self.out.extend_from_slice(&[a, b, c, d, e, f, g, h]);
                    self.way.reader.advance(9);
                    true
                }
                _ => false,
            },
            Mode::Declared(_) | Mode::Byte | Mode::Char | Mode::Short | Mode::Float => false,
        }
    }
}

/// Numbers of the document's table.
const DATE: u16 = 185;
const BIG_DECIMAL: u16 = 184;
