//! The commonest values, read by a look at their first bytes: nearly all of a session goes this way. What is met seldom,
//! what stands at the end of the bytes, and all that is damaged, is left to the reading of one value after the other.

use holdfast_document::{Number, Width};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::plan::Modes;
use holdfast_kryo_common::quick::{varint, varlong};

use super::{FrameKind, Reading};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::plan::Mode;

impl<'i> Reading<'i, '_, '_> {
    /// Reads a value with its class if it is one of the commonest, and says whether it was.
    #[inline(always)]
    pub(super) fn quick(&mut self) -> bool {
        match *self.input.rest() {
            [17, ref text @ ..] => self.quick_string(text),
            [0xff, 0x7f, number @ 1..0x80, ref body @ ..] => self.quick_named(number, body),
            [0, ..] => {
                self.doc.nil();
                self.input.advance(1);
                true
            }
            [13, ref value @ ..] => {
                let Some((value, len)) = varint(value) else { return false };
                self.doc.number(Number { value: i64::from(value.cast_signed()), width: Width::Int });
                self.input.advance(1 + len);
                true
            }
            [33, ref body @ ..] => self.quick_decimal(body),
            [9, flag @ 0..=1, ..] => {
                self.doc.bool(flag == 1);
                self.input.advance(2);
                true
            }
            [14, ref value @ ..] => {
                let Some((value, len)) = varlong(value) else { return false };
                self.doc.number(Number { value: signed(value), width: Width::Long });
                self.input.advance(1 + len);
                true
            }
            [16, a, b, c, d, e, f, g, h, ..] => {
                self.doc.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h]));
                self.input.advance(9);
                true
            }
            _ => false,
        }
    }

    /// A string behind one byte of class or mark.
    #[inline(always)]
    fn quick_string(&mut self, text: &'i [u8]) -> bool {
        let Some((&len @ 0..0x80, source)) = text.split_first() else { return false };
        let len = usize::from(len);
        match source.get(..len) {
            Some(bytes) if holdfast_document::is_ascii(bytes) => {
                self.doc.str_first(source, len);
                self.input.advance(2 + len);
                true
            }
            _ => false,
        }
    }

    /// A value of a class that was named before, behind the class.
    #[inline]
    fn quick_named(&mut self, number: u8, body: &'i [u8]) -> bool {
        let Some(class) = self.shelf.names.get(usize::from(number) - 1).copied() else { return false };
        let Codec::Date = self.classes.codec(class) else { return false };
        let Some((millis, len)) = varlong(body) else { return false };
        self.doc.date(millis.cast_signed());
        self.input.advance(3 + len);
        true
    }

    #[inline]
    fn quick_decimal(&mut self, body: &'i [u8]) -> bool {
        let Some((&count @ 1..0x80, unscaled)) = body.split_first() else { return false };
        let digits = usize::from(count);
        let Some((scale, len)) = unscaled.get(digits..).and_then(varint) else { return false };
        let scale = (scale >> 1).cast_signed() ^ -(scale & 1).cast_signed();
        self.doc.big_decimal_first(scale, unscaled, digits);
        self.input.advance(2 + digits + len);
        true
    }

    /// Reads the fields of an object up to one that is not of the commonest kinds: it and those behind it have a frame.
    #[inline]
    pub(super) fn fields(&mut self, class: ClassId, Modes { end, count }: Modes) -> Outcome<()> {
        for left in (0..count).rev() {
            if !self.quick_field(self.classes.mode(end, left)) {
                return self.begin(FrameKind::Fields(end), class, left + 1);
            }
        }
        Ok(())
    }

    /// Reads a field if it is one of the commonest values, and says whether it was.
    #[inline]
    fn quick_field(&mut self, mode: Mode) -> bool {
        let rest = self.input.rest();
        match mode {
            Mode::Any => self.quick(),
            Mode::Known(ClassId::STRING) => match *rest {
                [1, ref text @ ..] => self.quick_string(text),
                [0, ..] => {
                    self.doc.nil();
                    self.input.advance(1);
                    true
                }
                _ => false,
            },
            Mode::Boolean => match *rest {
                [flag @ 0..=1, ..] => {
                    self.doc.bool(flag == 1);
                    self.input.advance(1);
                    true
                }
                _ => false,
            },
            Mode::Int => {
                let Some((value, len)) = varint(rest) else { return false };
                self.doc.int(i64::from(value.cast_signed()));
                self.input.advance(len);
                true
            }
            Mode::Long => {
                let Some((value, len)) = varlong(rest) else { return false };
                self.doc.int(signed(value));
                self.input.advance(len);
                true
            }
            Mode::Double => match *rest {
                [a, b, c, d, e, f, g, h, ..] => {
                    self.doc.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h]));
                    self.input.advance(8);
                    true
                }
                _ => false,
            },
            Mode::Known(_) | Mode::Byte | Mode::Char | Mode::Short | Mode::Float | Mode::Declared(_) => false,
        }
    }
}

const fn signed(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}
