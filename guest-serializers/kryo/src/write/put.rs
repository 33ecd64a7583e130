//! Scalars of a document that are written in one go into a room, without a call: of the loops in `quick.rs` and
//! `permuted.rs`. Each gives how many bytes of the document it took, and nothing where it is not as usual.

use holdfast_document::{
    LONGEST_TEXT, Room, WINDOW, Window, first_int, first_text, short_text, text_is_ascii,
};
use holdfast_kryo_common::output::zigzag_in;

use crate::classes::ClassId;
use crate::plan::Mode;

/// What stands before a string: its class where that is not known, and the mark of a first object.
pub(super) const STRING: [u8; 2] = [3, 1];
pub(super) const KNOWN_STRING: [u8; 1] = [1];

/// A short string of ASCII with its class.
#[inline(always)]
pub(super) fn short_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (len, text) = short_text(window)?;
    (len >= 2 && text_is_ascii(text, len)).then_some(())?;
    let last = *text.get(len - 1)?;
    room.put(STRING)?;
    room.put_first(text, len)?;
    room.set_last(last | 0x80).map(|()| 1 + len)
}

/// A scalar with its class. Gives how many objects it is, too.
#[inline(always)]
pub(super) fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<(usize, u32)> {
    match *window {
        [0xa0..=0xbf | 0xd9, ..] => marked(STRING, window, room).map(|len| (len, 1)),
        [value @ (0..=0x7f | 0xe0..=0xff), ..] => int(i32::from(value as i8), room).map(|()| (1, 0)),
        [0xc0, ..] => room.put([0]).map(|()| (1, 0)),
        [flag @ 0xc2..=0xc3, ..] => room.put([ClassId::BOOLEAN_BYTE, flag - 0xc2]).map(|()| (1, 0)),
        [0xcb, ref data @ ..] => {
            room.put([ClassId::DOUBLE_BYTE])?;
            room.put::<8>(*data.first_chunk()?).map(|()| (9, 0))
        }
        // An Integer or a Long by its marker, whatever the value.
        [0xd2, a, b, c, d, ..] => int(i32::from_be_bytes([a, b, c, d]), room).map(|()| (5, 0)),
        [0xd3, a, b, c, d, e, f, g, h, ..] => {
            long(i64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| (9, 0))
        }
        [0xcc, value, ..] => int(i32::from(value), room).map(|()| (2, 0)),
        [0xcd, a, b, ..] => int(i32::from(u16::from_be_bytes([a, b])), room).map(|()| (3, 0)),
        // One of no type is an Integer where it is small enough.
        [0xce, a, b, c, d, ..] => untyped(u64::from(u32::from_be_bytes([a, b, c, d])), room).map(|()| (5, 0)),
        [0xcf, a, b, c, d, e, f, g, h, ..] => {
            untyped(u64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| (9, 0))
        }
        _ => None,
    }
}

/// A field, as [`value`].
#[inline(always)]
pub(super) fn field(mode: Mode, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<(usize, u32)> {
    let len = match (mode, window) {
        (Mode::Any, _) => return value(window, room),
        (Mode::Known(_), [0xc0, ..]) => room.put([0]).map(|()| 1),
        (Mode::Known(ClassId::STRING), _) => return marked(KNOWN_STRING, window, room).map(|len| (len, 1)),
        (Mode::Boolean, [flag @ 0xc2..=0xc3, ..]) => room.put([flag - 0xc2]).map(|()| 1),
        (Mode::Int, _) => {
            let (value, len) = first_int(window)?;
            zigzag_in(room, i64::from(i32::try_from(value).ok()?)).map(|()| len)
        }
        (Mode::Long, _) => {
            let (value, len) = first_int(window)?;
            zigzag_in(room, value).map(|()| len)
        }
        (Mode::Double, [0xcb, data @ ..]) => room.put::<8>(*data.first_chunk()?).map(|()| 9),
        _ => None,
    }?;
    Some((len, 0))
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
    room.put([ClassId::INT_BYTE])?;
    zigzag_in(room, i64::from(value))
}

#[inline(always)]
fn long(value: i64, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([ClassId::LONG_BYTE])?;
    zigzag_in(room, value)
}

/// A string of ASCII, whose last byte is marked.
#[inline(always)]
fn marked<const N: usize>(head: [u8; N], window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    let is_short = (2..LONGEST_TEXT).contains(&len) && text_is_ascii(text, len);
    is_short.then_some(())?;
    let last = *text.get(len.checked_sub(1)?)?;
    room.put(head)?;
    room.put_text(text, len)?;
    room.set_last(last | 0x80).map(|()| begin + len)
}

/// A string with the count of its units, below 63, in front.
#[inline(always)]
pub(super) fn counted<const N: usize>(
    head: [u8; N],
    window: &Window,
    room: &mut Room<'_, WINDOW>,
) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    let (mut units, mut most) = (0, 0);
    for byte in text.get(..len)? {
        units += u8::from(byte & 0xc0 != 0x80);
        most = most.max(*byte);
    }
    // A string of ASCII has no count but where it is shorter.
    let is_counted = len <= 0x3e && most < 0xf0 && (most >= 0x80 || len < 2);
    is_counted.then_some(())?;
    room.put(head)?;
    room.put([0x80 | (units + 1)])?;
    room.put_text(text, len).map(|()| begin + len)
}
