//! Elements that hold a scalar, each taken from XML and written in one go, without a call. What is not as usual is left to
//! the rest of the reader.

use holdfast_document::{Number, Room, Width};

use super::piece::{self, WINDOW, Window, stands};
use crate::classes::{Simple, Slot};
use crate::text::big;
use crate::text::date::LastDay;

/// Reads an element that is named after its class, and gives how many bytes it took.
#[inline(always)]
pub(super) fn item(
    window: &Window,
    room: &mut Room<'_, WINDOW>,
    last_day: Option<&LastDay>,
) -> Option<usize> {
    let begins = |text: &[u8; 8], len: usize| stands(window, 0, text, len);
    let ends = |end: usize, text: &[u8; 8], len: usize| stands(window, end, text, len).then_some(end + len);
    if begins(b"<string>", 8) {
        let end = text(window, 8, room)?;
        ends(end, b"</string", 8)?;
        ends(end + 8, b">\0\0\0\0\0\0\0", 1)
    } else if begins(b"<int>\0\0\0", 5) {
        ends(boxed(window, 5, Width::Int, room)?, b"</int>\0\0", 6)
    } else if begins(b"<double>", 8) {
        let (value, end) = piece::double(window, 8)?;
        room.f64(value)?;
        ends(end, b"</double", 8)?;
        ends(end + 8, b">\0\0\0\0\0\0\0", 1)
    } else if begins(b"<long>\0\0", 6) {
        ends(boxed(window, 6, Width::Long, room)?, b"</long>\0", 7)
    } else if begins(b"<boolean", 8) && window.get(8) == Some(&b'>') {
        let (value, end) = piece::boolean(window, 9)?;
        room.bool(value)?;
        ends(end, b"</boolea", 8)?;
        ends(end + 8, b"n>\0\0\0\0\0\0", 2)
    } else if begins(b"<date>\0\0", 6) {
        let (millis, end) = piece::date(window, 6, last_day?)?;
        room.date(millis)?;
        ends(end, b"</date>\0", 7)
    } else if begins(b"<big-dec", 8) && stands(window, 8, b"imal>\0\0\0", 5) {
        let end = decimal(window, 13, room)?;
        ends(end, b"</big-de", 8)?;
        ends(end + 8, b"cimal>\0\0", 6)
    } else if begins(b"<null/>\0", 7) {
        room.nil().map(|()| 7)
    } else {
        None
    }
}

/// Reads a field that says no class, and gives how many bytes it took.
#[inline(always)]
pub(super) fn field(
    slot: &Slot,
    window: &Window,
    room: &mut Room<'_, WINDOW>,
    last_day: Option<&LastDay>,
) -> Option<usize> {
    if !slot.tags.opens_quickly(window) {
        return None;
    }
    let at = slot.tags.open_len();
    let end = match slot.simple {
        Simple::Text => text(window, at, room)?,
        Simple::Int(bits) => {
            let (value, end) = piece::integer(window, at)?;
            fits(value, bits).then_some(())?;
            room.int(value).map(|()| end)?
        }
        Simple::Boxed(width) => boxed(window, at, width, room)?,
        Simple::Bool => {
            let (value, end) = piece::boolean(window, at)?;
            room.bool(value).map(|()| end)?
        }
        Simple::Double => {
            let (value, end) = piece::double(window, at)?;
            room.f64(value).map(|()| end)?
        }
        Simple::Date => {
            let (millis, end) = piece::date(window, at, last_day?)?;
            room.date(millis).map(|()| end)?
        }
        Simple::Decimal => decimal(window, at, room)?,
        Simple::No => return None,
    };
    slot.tags.closes_quickly(window, end).then(|| end + slot.tags.close_len())
}

/// Reads text, and gives where it ends.
#[inline(always)]
fn text(window: &Window, at: usize, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let end = piece::text(window, at)?;
    room.str(window.get(at..)?.first_chunk()?, end.checked_sub(at)?)?;
    Some(end)
}

#[inline(always)]
fn boxed(window: &Window, at: usize, width: Width, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (value, end) = piece::integer(window, at)?;
    (width == Width::Long || fits(value, 32)).then_some(())?;
    room.number(Number { value, width })?;
    Some(end)
}

#[inline(always)]
fn decimal(window: &Window, at: usize, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (scale, value, end) = piece::decimal(window, at)?;
    let (_, spare) = big::twos_complement(value);
    let [a, b, c, d, e, f, g, h] = (value << (8 * spare)).to_be_bytes();
    room.big_decimal(scale, &[a, b, c, d, e, f, g, h, 0, 0, 0], 8 - spare)?;
    Some(end)
}

/// Whether a number is one of so many bits.
#[inline(always)]
pub(super) const fn fits(value: i64, bits: u32) -> bool {
    value << (64 - bits) >> (64 - bits) == value
}
