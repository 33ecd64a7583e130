//! The commonest values, written by a look at their first bytes: nearly all of a session goes this way. What is met
//! seldom is left to the events of the reader.

use holdfast_document::{append_first, first_int};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::output::{varint, varlong, zigzag, zigzag_long};
use holdfast_kryo_common::plan::Modes;

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::plan::Mode;

impl<'d> Writing<'d, '_, '_> {
    /// Writes the value that follows if it is one of the commonest, and says whether it was.
    #[inline]
    pub(super) fn quick(&mut self, slot: Slot) -> bool {
        let rest = self.way.reader.rest();
        let Some(first) = rest.first() else { return false };
        let head = match slot {
            Slot::Any => 17,
            Slot::Known(ClassId::STRING) => 1,
            Slot::Known(_) | Slot::Inner(_) => return false,
        };
        match *first {
            0xa0..=0xbf => self.quick_string(head, rest, usize::from(first & 0x1f), 1),
            0xd9 => match rest.get(1) {
                Some(len @ 0..0x80) => self.quick_string(head, rest, usize::from(*len), 2),
                _ => false,
            },
            0xc0 => {
                self.out.push(0);
                self.way.reader.advance(1);
                true
            }
            0x00..=0x7f if slot == Slot::Any => {
                self.out.extend_from_slice(&[13, *first]);
                self.way.reader.advance(1);
                true
            }
            0xc2..=0xdf if slot == Slot::Any => self.quick_scalar(*first, rest),
            _ => false,
        }
    }

    /// A string of fewer than 128 bytes behind its marker.
    #[inline]
    fn quick_string(&mut self, head: u8, rest: &'d [u8], len: usize, marker: usize) -> bool {
        let Some(source) = rest.get(marker..) else { return false };
        match source.get(..len) {
            Some(bytes) if holdfast_document::is_ascii(bytes) => {
                self.out.extend_from_slice(&[head, len as u8]);
                append_first(self.out, source, len);
                self.way.reader.advance(marker + len);
                true
            }
            _ => false,
        }
    }

    /// Boxed values, dates and big decimals.
    fn quick_scalar(&mut self, first: u8, rest: &'d [u8]) -> bool {
        // An Integer or a Long by its marker, or of no type and then one of the two by its value.
        let taken = match (first, rest) {
            (0xd7, [_, 9, millis @ ..]) => return self.quick_date(millis),
            (0xd7, [_, 11, payload @ ..]) => return self.quick_decimal(payload, 8, 2),
            (0xc7, [_, len, 11, payload @ ..]) => return self.quick_decimal(payload, usize::from(*len), 3),
            (0xcb, [_, a, b, c, d, e, f, g, h, ..]) => {
                self.out.extend_from_slice(&[16, *a, *b, *c, *d, *e, *f, *g, *h]);
                9
            }
            (0xc2 | 0xc3, _) => {
                self.out.extend_from_slice(&[9, first - 0xc2]);
                1
            }
            (0xd2, [_, a, b, c, d, ..]) => {
                self.out.push(13);
                varint(self.out, u32::from_be_bytes([*a, *b, *c, *d]));
                5
            }
            (0xd3, [_, a, b, c, d, e, f, g, h, ..]) => {
                self.out.push(14);
                zigzag_long(self.out, i64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
                9
            }
            (0xcc, [_, value, ..]) => {
                self.out.push(13);
                varint(self.out, u32::from(*value));
                2
            }
            (0xcd, [_, a, b, ..]) => {
                self.out.push(13);
                varint(self.out, u32::from(u16::from_be_bytes([*a, *b])));
                3
            }
            _ => return false,
        };
        self.way.reader.advance(taken);
        true
    }

    #[inline]
    fn quick_date(&mut self, millis: &[u8]) -> bool {
        let Some(millis) = millis.first_chunk::<8>() else { return false };
        let Some(class) = self.classes.builtin(DATE) else { return false };
        self.class(class);
        varlong(self.out, u64::from_be_bytes(*millis));
        self.way.reader.advance(10);
        true
    }

    /// A `BigDecimal` of so many bytes, behind a marker of so many.
    #[inline]
    fn quick_decimal(&mut self, payload: &[u8], len: usize, marker: usize) -> bool {
        let Some((scale, unscaled)) = payload.split_first_chunk::<4>() else { return false };
        let Some(digits @ 1..128) = len.checked_sub(4).filter(|digits| unscaled.len() >= *digits) else {
            return false;
        };
        self.out.extend_from_slice(&[33, digits as u8]);
        append_first(self.out, unscaled, digits);
        zigzag(self.out, i32::from_be_bytes(*scale));
        self.way.reader.advance(marker + len);
        true
    }

    /// Writes the fields of an object, which stand in Kryo's order, up to one that is not of the commonest kinds: it and
    /// those behind it have a frame.
    #[inline]
    pub(super) fn fields(&mut self, class: ClassId, Modes { end, count }: Modes) -> Outcome<()> {
        for left in (0..count).rev() {
            if !self.quick_field(self.classes.mode(end, left)) {
                return self.begin(FrameKind::Fields(end), class, left + 1);
            }
        }
        Ok(())
    }

    /// Writes the field that follows if it is one of the commonest values, and says whether it was.
    #[inline(always)]
    pub(super) fn quick_field(&mut self, mode: Mode) -> bool {
        let rest = self.way.reader.rest();
        let len = match mode {
            Mode::Any => return self.quick(Slot::Any),
            Mode::Known(class) => return self.quick(Slot::Known(class)),
            Mode::Boolean => {
                let Some(flag @ 0xc2..=0xc3) = rest.first() else { return false };
                self.out.push(flag - 0xc2);
                1
            }
            Mode::Int => {
                let Some((value, len)) = first_int(rest) else { return false };
                let Ok(value) = i32::try_from(value) else { return false };
                varint(self.out, value.cast_unsigned());
                len
            }
            Mode::Long => {
                let Some((value, len)) = first_int(rest) else { return false };
                zigzag_long(self.out, value);
                len
            }
            Mode::Double => {
                let [0xcb, a, b, c, d, e, f, g, h, ..] = *rest else { return false };
                self.out.extend_from_slice(&[a, b, c, d, e, f, g, h]);
                9
            }
            Mode::Byte | Mode::Char | Mode::Short | Mode::Float | Mode::Declared(_) => return false,
        };
        self.way.reader.advance(len);
        true
    }
}

/// The number of Date in the document's table.
const DATE: u16 = 185;
