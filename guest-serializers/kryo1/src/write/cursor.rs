//! Where a quick loop is in the document, and what it writes: values that are put whole, or not at all.
//!
//! It is a local variable of the loop: what is in it stays in registers, while what stands behind a reference would be
//! loaded again after each byte that is written.

use holdfast_document::{LONGEST_TEXT, first_int, has_room, is_ascii, put, put_text};
use holdfast_kryo_common::output::{put_varlong, put_zigzag};

/// Room that is enough for a big decimal: marks, digits, scale.
const ROOM_OF_DECIMAL: usize = 2 + LONGEST_TEXT + 8;

pub(super) struct Cursor<'d> {
    /// The document from here on.
    pub(super) rest: &'d [u8],
    pub(super) out: Vec<u8>,
}

impl<'d> Cursor<'d> {
    /// Puts these bytes for what stands before `after`.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, bytes: [u8; N], after: &'d [u8]) -> bool {
        put(&mut self.out, bytes) && self.go_to(after)
    }

    #[inline(always)]
    pub(super) fn go_to(&mut self, rest: &'d [u8]) -> bool {
        self.rest = rest;
        true
    }

    /// A number of at most 56 bits behind a head, 7 bits a byte, for what stands before `after`.
    #[inline(always)]
    pub(super) fn varlong<const N: usize>(&mut self, head: [u8; N], value: u64, after: &'d [u8]) -> bool {
        put_varlong(&mut self.out, head, value) && self.go_to(after)
    }

    /// A string of so many bytes, the beginning of `source`, behind a head.
    #[inline(always)]
    pub(super) fn string(&mut self, head: u8, source: &'d [u8], len: usize) -> bool {
        let Some((text, after)) = source.split_at_checked(len) else { return false };
        let Some(units) = units(source, text) else { return false };
        put_text(&mut self.out, [head, units as u8], source, len) && self.go_to(after)
    }

    /// A boxed value or a big decimal with its class, which begins with a byte.
    #[inline(always)]
    pub(super) fn scalar(&mut self, first: u8, behind: &'d [u8]) -> bool {
        match first {
            0..=0x7f => self.put([13, first], behind),
            0xc0 => self.put([0], behind),
            0xc2..=0xc3 => self.put([9, first - 0xc2], behind),
            0xcb => {
                let Some((&[a, b, c, d, e, f, g, h], after)) = behind.split_first_chunk() else {
                    return false;
                };
                self.put([16, a, b, c, d, e, f, g, h], after)
            }
            // An Integer or a Long by its marker, whatever the value.
            0xd2 => match behind.split_first_chunk() {
                Some((value, after)) => self.int(i32::from_be_bytes(*value), after),
                None => false,
            },
            0xd3 => match behind.split_first_chunk() {
                Some((value, after)) => self.long(i64::from_be_bytes(*value), after),
                None => false,
            },
            0xcc => match behind.split_first_chunk() {
                Some((value, after)) => self.int(i32::from(u8::from_be_bytes(*value)), after),
                None => false,
            },
            0xcd => match behind.split_first_chunk() {
                Some((value, after)) => self.int(i32::from(u16::from_be_bytes(*value)), after),
                None => false,
            },
            // One of no type is an Integer where it is small enough.
            0xce => match behind.split_first_chunk() {
                Some((value, after)) => self.untyped(u64::from(u32::from_be_bytes(*value)), after),
                None => false,
            },
            0xcf => match behind.split_first_chunk() {
                Some((value, after)) => self.untyped(u64::from_be_bytes(*value), after),
                None => false,
            },
            0xd7 => match *behind {
                [11, ref payload @ ..] => self.decimal(payload, 8),
                _ => false,
            },
            0xc7 => match *behind {
                [len, 11, ref payload @ ..] => self.decimal(payload, usize::from(len)),
                _ => false,
            },
            _ => false,
        }
    }

    #[inline(always)]
    fn untyped(&mut self, value: u64, after: &'d [u8]) -> bool {
        match (i32::try_from(value), i64::try_from(value)) {
            (Ok(value), _) => self.int(value, after),
            (Err(_), Ok(value)) => self.long(value, after),
            (Err(_), Err(_)) => false,
        }
    }

    #[inline(always)]
    fn int(&mut self, value: i32, after: &'d [u8]) -> bool {
        self.varlong([13], u64::from(value.cast_unsigned()), after)
    }

    #[inline(always)]
    fn long(&mut self, value: i64, after: &'d [u8]) -> bool {
        put_zigzag(&mut self.out, [14], value) && self.go_to(after)
    }

    /// A `BigDecimal` of so many bytes.
    #[inline(always)]
    fn decimal(&mut self, payload: &'d [u8], len: usize) -> bool {
        let Some(after) = payload.get(len..) else { return false };
        let Some((scale, unscaled)) = payload.split_first_chunk::<4>() else { return false };
        let Some(digits @ 1..) = len.checked_sub(4) else { return false };
        let scale = i32::from_be_bytes(*scale);
        let scale = (scale << 1 ^ scale >> 31).cast_unsigned();
        has_room(&self.out, ROOM_OF_DECIMAL)
            && put_text(&mut self.out, [33, digits as u8], unscaled, digits)
            && self.varlong([], u64::from(scale), after)
    }

    /// Null, where a value could be written.
    #[inline(always)]
    pub(super) fn null(&mut self) -> bool {
        let [0xc0, ref after @ ..] = *self.rest else { return false };
        self.put([0], after)
    }

    /// A field of type `boolean`.
    #[inline(always)]
    pub(super) fn boolean_field(&mut self) -> bool {
        let [flag @ 0xc2..=0xc3, ref after @ ..] = *self.rest else { return false };
        self.put([flag - 0xc2], after)
    }

    /// A field of type `int`.
    #[inline(always)]
    pub(super) fn int_field(&mut self) -> bool {
        if let [value @ 0..=0x7f, ref after @ ..] = *self.rest {
            return self.put([value], after);
        }
        let Some((value, taken)) = first_int(self.rest) else { return false };
        let (Ok(value), Some(after)) = (i32::try_from(value), self.rest.get(taken..)) else { return false };
        self.varlong([], u64::from(value.cast_unsigned()), after)
    }

    /// A field of type `long`.
    #[inline(always)]
    pub(super) fn long_field(&mut self) -> bool {
        let Some((value, taken)) = first_int(self.rest) else { return false };
        let Some(after) = self.rest.get(taken..) else { return false };
        put_zigzag(&mut self.out, [], value) && self.go_to(after)
    }

    /// A field of type `double`.
    #[inline(always)]
    pub(super) fn double_field(&mut self) -> bool {
        let [0xcb, a, b, c, d, e, f, g, h, ref after @ ..] = *self.rest else { return false };
        self.put([a, b, c, d, e, f, g, h], after)
    }
}

/// How many UTF-16 units a text is, the beginning of `source`. None where it is long, or a character takes two units: it does
/// not stand in Kryo's bytes as it does in UTF-8.
#[inline(always)]
fn units(source: &[u8], text: &[u8]) -> Option<usize> {
    if is_ascii_text(source, text) { Some(text.len()) } else { units_of_utf8(text) }
}

/// Whether a text, the beginning of `source`, is not long and ASCII.
#[inline(always)]
pub(super) fn is_ascii_text(source: &[u8], text: &[u8]) -> bool {
    match source.first_chunk::<16>() {
        Some(chunk) if text.len() <= 16 => first_is_ascii(*chunk, text.len()),
        _ => text.len() <= LONGEST_TEXT && is_ascii(text),
    }
}

/// Whether so many of these bytes are ASCII. Of none it may say that they are not.
#[inline(always)]
fn first_is_ascii(chunk: [u8; 16], len: usize) -> bool {
    let word = u128::from_le_bytes(chunk);
    let (low, high) = (word as u64, (word >> 64) as u64);
    // What stands behind them is shifted out.
    let unused = (128 - 8 * len) as u32;
    let bits = if len <= 8 { low.wrapping_shl(unused) } else { low | high.wrapping_shl(unused) };
    bits & HIGH == 0
}

/// How many UTF-16 units a text is, if it is not long and no character takes two.
#[inline(always)]
pub(super) fn units_of_utf8(text: &[u8]) -> Option<usize> {
    let (words, tail) = text.as_chunks::<8>();
    let mut following = 0;
    let mut four = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // Of all bytes but the first of a character the highest bits are 10, of the first of four bytes 1111.
        following += (word & !(word << 1) & HIGH).count_ones() as usize;
        four |= word & word << 1 & word << 2 & word << 3 & HIGH;
    }
    for byte in tail {
        following += usize::from(byte & 0xc0 == 0x80);
        four |= u64::from(*byte >= 0xf0);
    }
    (four == 0 && text.len() <= LONGEST_TEXT).then_some(text.len() - following)
}

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;
