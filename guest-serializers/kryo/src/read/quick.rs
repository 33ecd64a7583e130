//! The commonest values, read by a look at their first bytes: nearly all of a session goes this way. What is met seldom,
//! what stands at the end of the bytes, and all that is damaged, is left to the reading of one value after the other.

use holdfast_document::{Number, Width};
use holdfast_kryo_common::plan::Modes;

use super::Reading;
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::fault::Outcome;
use crate::input::quick_varlong;
use crate::plan::Mode;
use crate::text::end_of_marked;

/// How the first object of a class that stands in the bytes by name is read at best.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quick {
    No,
    Date,
    BigDecimal,
    /// By its fields.
    Bean(Modes),
}

impl Quick {
    pub(super) fn of(classes: &Classes, class: ClassId) -> Self {
        match classes.codec(class) {
            Codec::Date => Self::Date,
            Codec::BigDecimal => Self::BigDecimal,
            Codec::Fields(plan) if !classes.compatible => Self::Bean(classes.modes_of(plan)),
            _ => Self::No,
        }
    }
}

impl<'i> Reading<'i, '_, '_> {
    /// Reads a value with its class if it is one of the commonest, and says whether it was.
    #[inline(always)]
    pub(super) fn quick(&mut self) -> bool {
        let rest = self.input.rest();
        match *rest {
            [3, 1, ref text @ ..] => self.quick_string(text, 2),
            [1, number @ 0..0x80, 1, ref body @ ..] => self.quick_named(number, body),
            [0, ..] => {
                self.doc.nil();
                self.input.advance(1);
                true
            }
            [ClassId::INT_BYTE, ref value @ ..] => match quick_int(value) {
                Some((value, len)) => {
                    self.doc.number(Number { value: i64::from(value), width: Width::Int });
                    self.input.advance(1 + len);
                    true
                }
                None => false,
            },
            [ClassId::BOOLEAN_BYTE, flag @ 0..=1, ..] => {
                self.doc.bool(flag == 1);
                self.input.advance(2);
                true
            }
            [ClassId::LONG_BYTE, ref value @ ..] => match quick_varlong(value) {
                Some((value, len)) => {
                    let value = (value >> 1).cast_signed() ^ -(value & 1).cast_signed();
                    self.doc.number(Number { value, width: Width::Long });
                    self.input.advance(1 + len);
                    true
                }
                None => false,
            },
            [ClassId::DOUBLE_BYTE, a, b, c, d, e, f, g, h, ..] => {
                self.doc.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h]));
                self.input.advance(9);
                true
            }
            _ => false,
        }
    }

    /// A string of the short form behind so many bytes of class and mark.
    #[inline(always)]
    fn quick_string(&mut self, text: &'i [u8], before: usize) -> bool {
        // One that begins with a mark has its length in front.
        let Some(last) = end_of_marked(text).filter(|last| *last > 0) else {
            return self.quick_counted(before);
        };
        self.input.advance(before);
        self.number(ClassId::STRING);
        self.doc.str_marked_first(text, last + 1);
        self.input.advance(last + 1);
        true
    }

    /// A string with its length in front.
    fn quick_counted(&mut self, before: usize) -> bool {
        let start = self.input.at();
        self.input.advance(before);
        let at = self.input.at() as u32;
        match self.input.text() {
            Ok(text) => {
                self.number_at(ClassId::STRING, at);
                text.write(&mut self.doc);
                true
            }
            Err(_) => {
                self.input.seek(start);
                false
            }
        }
    }

    /// Begins the first object of a class with fields that was named before: its class.
    #[inline]
    pub(super) fn quick_bean(&mut self) -> Option<(ClassId, Modes)> {
        let [1, number @ 0..0x80, 1, ..] = *self.input.rest() else { return None };
        match *self.shelf.names.get(usize::from(number))? {
            (class, Quick::Bean(modes)) => {
                self.input.advance(3);
                Some((class, modes))
            }
            _ => None,
        }
    }

    /// The first object of a class that was named before, behind class and mark.
    #[inline]
    fn quick_named(&mut self, number: u8, body: &'i [u8]) -> bool {
        let Some(&(class, quick)) = self.shelf.names.get(usize::from(number)) else { return false };
        match quick {
            Quick::Date => {
                let Some((millis, len)) = quick_varlong(body) else { return false };
                self.input.advance(3);
                self.number(class);
                self.doc.date(millis.cast_signed());
                self.input.advance(len);
                true
            }
            Quick::BigDecimal => {
                let Some((count @ 2..0x80, unscaled)) = body.split_first().map(|(c, u)| (*c, u)) else {
                    return false;
                };
                let digits = usize::from(count) - 1;
                let Some(scale) = unscaled.get(digits..) else { return false };
                let Some((scale, len)) = quick_int(scale) else { return false };
                self.input.advance(3);
                self.number(class);
                self.doc.big_decimal_first(scale, unscaled, digits);
                self.input.advance(1 + digits + len);
                true
            }
            Quick::No | Quick::Bean(_) => false,
        }
    }

    /// Reads the fields of an object up to one that is not of the commonest kinds: it and those behind it have a frame.
    #[inline]
    pub(super) fn straight_fields(&mut self, class: ClassId, Modes { end, count }: Modes) -> Outcome<()> {
        for left in (0..count).rev() {
            if !self.quick_field(self.classes.mode(end, left)) {
                return self.begin(super::FrameKind::Fields(end), class, left + 1);
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
                [1, ref text @ ..] => self.quick_string(text, 1),
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
            Mode::Int => match quick_int(rest) {
                Some((value, len)) => {
                    self.doc.int(i64::from(value));
                    self.input.advance(len);
                    true
                }
                None => false,
            },
            Mode::Long => match quick_varlong(rest) {
                Some((value, len)) => {
                    self.doc.int((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
                    self.input.advance(len);
                    true
                }
                None => false,
            },
            Mode::Double => match *rest {
                [a, b, c, d, e, f, g, h, ..] => {
                    self.doc.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h]));
                    self.input.advance(8);
                    true
                }
                _ => false,
            },
            Mode::Known(_) | Mode::Declared(_) | Mode::Byte | Mode::Char | Mode::Short | Mode::Float => false,
        }
    }
}

/// A signed number of at most 32 bits, and how many bytes it takes.
#[inline]
fn quick_int(bytes: &[u8]) -> Option<(i32, usize)> {
    let (value, len) = match *bytes {
        [byte @ 0..0x80, ..] => (u32::from(byte), 1),
        _ => {
            let (value, len) = quick_varlong(bytes).filter(|(_, len)| *len <= 5)?;
            (u32::try_from(value).ok()?, len)
        }
    };
    Some(((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), len))
}
