//! Scalars that are written in one go, where there is room: of the loop in `quick.rs`. Each gives the bytes behind it, or
//! nothing where it is not as usual or has no room; then nothing was written.

use holdfast_document::{Number, Width};
use holdfast_kryo_common::quick::{signed, signed_int, varint, varlong};
use holdfast_kryo_common::text::plain_len;

use super::quick::{Quick, Run};
use crate::classes::ClassId;
use crate::plan::Mode;
use crate::text::quick_end_of_marked;

impl<'i> Run<'i, '_, '_> {
    /// Reads a scalar that begins these bytes.
    #[inline(always)]
    pub(super) fn put_scalar(&mut self, mode: Mode, source: &'i [u8]) -> Option<&'i [u8]> {
        match mode {
            Mode::Any => self.put_with_class(source),
            Mode::Known(ClassId::STRING) => match *source {
                [1, ref text @ ..] => self.put_text(text),
                [0, ref rest @ ..] => self.doc.put_nil().then_some(rest),
                _ => None,
            },
            Mode::Boolean => match *source {
                [flag @ 0..=1, ref rest @ ..] => self.doc.put_bool(flag == 1).then_some(rest),
                _ => None,
            },
            Mode::Int => {
                let (value, rest) = int(source)?;
                self.doc.put_int(i64::from(value)).then_some(rest)
            }
            Mode::Long => {
                let (value, rest) = long(source)?;
                self.doc.put_int(value).then_some(rest)
            }
            Mode::Double => match *source {
                [a, b, c, d, e, f, g, h, ref rest @ ..] => {
                    self.doc.put_f64(f64::from_be_bytes([a, b, c, d, e, f, g, h])).then_some(rest)
                }
                _ => None,
            },
            Mode::Known(_) | Mode::Declared(_) | Mode::Byte | Mode::Char | Mode::Short | Mode::Float => None,
        }
    }

    #[inline(always)]
    fn put_with_class(&mut self, source: &'i [u8]) -> Option<&'i [u8]> {
        match *source {
            [3, 1, ref text @ ..] => self.put_text(text),
            [1, number @ 0..0x80, 1, ref body @ ..] => self.put_named(number, body),
            [0, ref rest @ ..] => self.doc.put_nil().then_some(rest),
            [ClassId::INT_BYTE, ref value @ ..] => {
                let (value, rest) = int(value)?;
                self.doc.put_number(Number { value: i64::from(value), width: Width::Int }).then_some(rest)
            }
            [ClassId::BOOLEAN_BYTE, flag @ 0..=1, ref rest @ ..] => {
                self.doc.put_bool(flag == 1).then_some(rest)
            }
            [ClassId::LONG_BYTE, ref value @ ..] => {
                let (value, rest) = long(value)?;
                self.doc.put_number(Number { value, width: Width::Long }).then_some(rest)
            }
            [ClassId::DOUBLE_BYTE, a, b, c, d, e, f, g, h, ref rest @ ..] => {
                self.doc.put_f64(f64::from_be_bytes([a, b, c, d, e, f, g, h])).then_some(rest)
            }
            _ => None,
        }
    }

    /// A string behind its class and mark.
    #[inline(always)]
    fn put_text(&mut self, text: &'i [u8]) -> Option<&'i [u8]> {
        let place = self.doc.place();
        let written = match *text {
            // One that begins with a mark has its length in front.
            [units @ 0x81..=0xbf, ref units_on @ ..] if self.may_number() => {
                let len = plain_len(units_on, usize::from(units & 0x3f) - 1)?;
                self.doc.put_str_first(units_on, len).then_some(len + 1)
            }
            [0..=0x7f, ..] if self.may_number() => {
                let len = quick_end_of_marked(text)? + 1;
                self.doc.put_str_marked_first(text, len).then_some(len)
            }
            _ => None,
        };
        let rest = text.get(written?..)?;
        self.number(ClassId::STRING, place, text);
        Some(rest)
    }

    /// The first object of a class that was named before, behind class and mark.
    #[inline(always)]
    fn put_named(&mut self, number: u8, body: &'i [u8]) -> Option<&'i [u8]> {
        let &(class, quick) = self.names.get(usize::from(number))?;
        let place = self.doc.place();
        let rest = match quick {
            Quick::Date if self.may_number() => {
                let (millis, len) = varlong(body)?;
                let rest = body.get(len..)?;
                self.doc.put_date(millis.cast_signed()).then_some(rest)
            }
            Quick::BigDecimal if self.may_number() => {
                let (&count @ 2..0x80, unscaled) = body.split_first()? else { return None };
                let digits = usize::from(count) - 1;
                let (scale, rest) = int(unscaled.get(digits..)?)?;
                self.doc.put_big_decimal_first(scale, unscaled, digits).then_some(rest)
            }
            _ => None,
        }?;
        self.number(class, place, body);
        Some(rest)
    }
}

/// A signed number of at most 32 bits, and the bytes behind it.
#[inline(always)]
fn int(bytes: &[u8]) -> Option<(i32, &[u8])> {
    let (value, len) = varint(bytes)?;
    Some((signed_int(value), bytes.get(len..)?))
}

/// A signed number of at most 56 bits, and the bytes behind it.
#[inline(always)]
fn long(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (value, len) = varlong(bytes)?;
    Some((signed(value), bytes.get(len..)?))
}
