//! Scalars that are written in one go, where there is room: of the loop in `quick.rs`. Each is nothing where it is not as
//! usual or has no room, and then nothing was written.

use holdfast_document::{first_int, has_room, put, put_text};

use super::quick::Run;
use crate::classes::ClassId;
use crate::plan::Mode;
use crate::text::put_string;
use holdfast_kryo_common::output::{put_varlong, put_zigzag};

impl Run<'_, '_> {
    /// Writes the scalar that begins bytes of the document, and gives its length.
    #[inline(always)]
    pub(super) fn put_scalar(&mut self, mode: Mode, source: &[u8]) -> Option<usize> {
        match mode {
            Mode::Any => self.put_with_class(source),
            Mode::Known(ClassId::STRING) => match *source {
                [0xc0, ..] => put(&mut self.out, [0]).then_some(1),
                _ => self.put_text([1], source),
            },
            Mode::Boolean => match *source {
                [flag @ 0xc2..=0xc3, ..] => put(&mut self.out, [flag - 0xc2]).then_some(1),
                _ => None,
            },
            Mode::Int => {
                let (value, len) = first_int(source)?;
                let fits = i32::try_from(value).is_ok();
                (fits && put_zigzag(&mut self.out, [], value)).then_some(len)
            }
            Mode::Long => {
                let (value, len) = first_int(source)?;
                put_zigzag(&mut self.out, [], value).then_some(len)
            }
            Mode::Double => match *source {
                [0xcb, a, b, c, d, e, f, g, h, ..] => {
                    put(&mut self.out, [a, b, c, d, e, f, g, h]).then_some(9)
                }
                _ => None,
            },
            Mode::Known(_) | Mode::Declared(_) | Mode::Byte | Mode::Char | Mode::Short | Mode::Float => None,
        }
    }

    #[inline(always)]
    fn put_with_class(&mut self, source: &[u8]) -> Option<usize> {
        match *source {
            [0xa0..=0xbf | 0xd9, ..] => self.put_text([3, 1], source),
            [0xc0, ..] => put(&mut self.out, [0]).then_some(1),
            // An Integer or a Long by its marker, or of no type and then one of the two by its value.
            [0x00..=0x7f | 0xcc..=0xcf | 0xd2 | 0xd3 | 0xe0..=0xff, ..] => {
                let (value, len) = first_int(source)?;
                let is_int = source.first() != Some(&0xd3) && i32::try_from(value).is_ok();
                let class = if is_int { ClassId::INT_BYTE } else { ClassId::LONG_BYTE };
                put_zigzag(&mut self.out, [class], value).then_some(len)
            }
            [flag @ 0xc2..=0xc3, ..] => put(&mut self.out, [ClassId::BOOLEAN_BYTE, flag - 0xc2]).then_some(1),
            [0xcb, a, b, c, d, e, f, g, h, ..] => {
                put(&mut self.out, [ClassId::DOUBLE_BYTE, a, b, c, d, e, f, g, h]).then_some(9)
            }
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                self.put_date(u64::from_be_bytes([a, b, c, d, e, f, g, h]), source)
            }
            [0xd7, 11, ref payload @ ..] => self.put_decimal(payload, 8, 2, source),
            [0xc7, len, 11, ref payload @ ..] => self.put_decimal(payload, usize::from(len), 3, source),
            _ => None,
        }
    }

    /// A string below 256 bytes behind its class and mark, unless notes may say something of it.
    #[inline(always)]
    fn put_text<const N: usize>(&mut self, head: [u8; N], source: &[u8]) -> Option<usize> {
        let (len, text) = match *source {
            [marker @ 0xa0..=0xbf, ref text @ ..] => (usize::from(marker & 0x1f), text),
            [0xd9, len, ref text @ ..] => (usize::from(len), text),
            _ => return None,
        };
        let written = self.noted > self.place_of(source) && put_string(&mut self.out, head, text, len);
        written.then_some(())?;
        self.next += 1;
        Some(source.len() - text.len() + len)
    }

    #[inline(always)]
    fn put_date(&mut self, millis: u64, source: &[u8]) -> Option<usize> {
        let head = self.heads.date;
        let written =
            self.in_order && has_room(&self.objects, 1) && put_varlong(&mut self.out, head.mark()?, millis);
        written.then_some(())?;
        self.count_object(head.class, self.place_of(source));
        Some(10)
    }

    /// A `BigDecimal` of so many bytes behind a marker of so many, unless notes may say something of it.
    #[inline(always)]
    fn put_decimal(&mut self, payload: &[u8], len: usize, marker: usize, source: &[u8]) -> Option<usize> {
        let (scale, unscaled) = payload.split_first_chunk::<4>()?;
        let digits = len.checked_sub(4).filter(|digits| (1..=LONGEST_NUMBER).contains(digits))?;
        let [a, b, c] = self.heads.decimal.mark()?;
        let before = self.out.len();
        let written = self.noted > self.place_of(source)
            && put_text(&mut self.out, [a, b, c, digits as u8 + 1], unscaled, digits)
            && put_zigzag(&mut self.out, [], i64::from(i32::from_be_bytes(*scale)));
        if !written {
            self.out.truncate(before);
            return None;
        }
        self.next += 1;
        Some(marker + len)
    }
}

/// A larger unscaled value is none of the usual ones.
const LONGEST_NUMBER: usize = 16;
