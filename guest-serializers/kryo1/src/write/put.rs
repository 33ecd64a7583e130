//! Scalars of a document that are written in one go into a room, without a call: of the loops in `quick.rs` and
//! `permuted.rs`. Each gives how many bytes of the document it took, and nothing where it is not as usual.

use holdfast_document::{
    LONGEST_TEXT, Room, WINDOW, Window, first_int, first_text, short_text, text_is_ascii,
};
use holdfast_kryo_common::output::{varlong_in, zigzag_in};

use crate::classes::ClassId;
use crate::plan::Mode;

/// What stands before a string: its class, or a mark where the class is known.
pub(super) const STRING: u8 = 17;
pub(super) const KNOWN_STRING: u8 = 1;

/// A larger unscaled value is none of the usual ones.
const LONGEST_NUMBER: usize = 16;

/// A short string of ASCII with its class.
#[inline(always)]
pub(super) fn short_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (len, text) = short_text(window)?;
    text_is_ascii(text, len).then_some(())?;
    room.put([STRING, len as u8])?;
    room.put_first(text, len)?;
    Some(1 + len)
}

/// A scalar with its class.
#[inline(always)]
pub(super) fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match *window {
        [0xa0..=0xbf | 0xd9, ..] => ascii(STRING, window, room),
        [value @ (0..=0x7f | 0xe0..=0xff), ..] => int(i32::from(value as i8), room).map(|()| 1),
        [0xc0, ..] => room.put([0]).map(|()| 1),
        [flag @ 0xc2..=0xc3, ..] => room.put([9, flag - 0xc2]).map(|()| 1),
        [0xcb, ref data @ ..] => {
            room.put([16])?;
            room.put::<8>(*data.first_chunk()?).map(|()| 9)
        }
        // An Integer or a Long by its marker, whatever the value.
        [0xd2, a, b, c, d, ..] => int(i32::from_be_bytes([a, b, c, d]), room).map(|()| 5),
        [0xd3, a, b, c, d, e, f, g, h, ..] => {
            long(i64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| 9)
        }
        [0xcc, value, ..] => int(i32::from(value), room).map(|()| 2),
        [0xcd, a, b, ..] => int(i32::from(u16::from_be_bytes([a, b])), room).map(|()| 3),
        // One of no type is an Integer where it is small enough.
        [0xce, a, b, c, d, ..] => untyped(u64::from(u32::from_be_bytes([a, b, c, d])), room).map(|()| 5),
        [0xcf, a, b, c, d, e, f, g, h, ..] => {
            untyped(u64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| 9)
        }
        [0xd7, 11, ref payload @ ..] => decimal(payload, 8, room).map(|()| 10),
        [0xc7, len, 11, ref payload @ ..] => {
            decimal(payload, usize::from(len), room).map(|()| 3 + usize::from(len))
        }
        _ => None,
    }
}

/// A field, as [`value`].
#[inline(always)]
pub(super) fn field(mode: Mode, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match (mode, window) {
        (Mode::Any, _) => value(window, room),
        (Mode::Known(_), [0xc0, ..]) => room.put([0]).map(|()| 1),
        (Mode::Known(ClassId::STRING), _) => ascii(KNOWN_STRING, window, room),
        (Mode::Boolean, [flag @ 0xc2..=0xc3, ..]) => room.put([flag - 0xc2]).map(|()| 1),
        (Mode::Int, _) => {
            let (value, len) = first_int(window)?;
            let value = i32::try_from(value).ok()?.cast_unsigned();
            varlong_in(room, u64::from(value)).map(|()| len)
        }
        (Mode::Long, _) => {
            let (value, len) = first_int(window)?;
            zigzag_in(room, value).map(|()| len)
        }
        (Mode::Double, [0xcb, data @ ..]) => room.put::<8>(*data.first_chunk()?).map(|()| 9),
        _ => None,
    }
}

#[inline(always)]
fn untyped(value: u64, room: &mut Room<'_, WINDOW>) -> Option<()> {
    match i32::try_from(value) {
        Ok(value) => int(value, room),
        Err(_) => long(i64::try_from(value).ok()?, room),
    }
}

#[inline(always)]
fn int(value: i32, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([13])?;
    varlong_in(room, u64::from(value.cast_unsigned()))
}

#[inline(always)]
fn long(value: i64, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([14])?;
    zigzag_in(room, value)
}

/// A `BigDecimal` of so many bytes.
#[inline(always)]
fn decimal(payload: &[u8], len: usize, room: &mut Room<'_, WINDOW>) -> Option<()> {
    let (scale, unscaled) = payload.split_first_chunk::<4>()?;
    let digits = len.checked_sub(4).filter(|digits| (1..=LONGEST_NUMBER).contains(digits))?;
    room.put([33, digits as u8])?;
    room.put_first::<LONGEST_NUMBER>(unscaled.first_chunk()?, digits)?;
    zigzag_in(room, i64::from(i32::from_be_bytes(*scale)))
}

/// A string of ASCII behind a head.
#[inline(always)]
fn ascii(head: u8, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    text_is_ascii(text, len).then_some(())?;
    room.put([head, len as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}

/// A string of which no character takes two units of UTF-16: those do not stand in Kryo's bytes as they do in UTF-8.
#[inline(always)]
pub(super) fn any_text(head: u8, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    let units = units_of_utf8(text.get(..len)?)?;
    room.put([head, units as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}

/// How many UTF-16 units a text is, if it is not long and no character takes two.
#[inline(always)]
fn units_of_utf8(text: &[u8]) -> Option<usize> {
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
