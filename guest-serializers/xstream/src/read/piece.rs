//! Pieces of XML in the form in which XStream writes them to the byte. Each looks at a window of fixed size from an offset
//! on and gives what stands there and where it ends; none calls anything (`holdfast_document::put` says why).

use holdfast_document::{LONGEST_TEXT, leading_digits};

use crate::text::date::{self, LastDay};
use crate::xml::parse::has;

/// An element is looked at in so many bytes: the longest text, and its tags.
pub(super) const WINDOW: usize = LONGEST_TEXT + 48;

pub(super) type Window = [u8; WINDOW];

const WORD: usize = 8;

#[inline(always)]
fn word(window: &Window, at: usize) -> Option<&[u8; WORD]> {
    window.get(at..)?.first_chunk()
}

/// Whether the first `len` bytes of `text` stand there.
#[inline(always)]
pub(super) fn stands(window: &Window, at: usize, text: &[u8; WORD], len: usize) -> bool {
    word(window, at)
        .is_some_and(|found| (u64::from_le_bytes(*found) ^ u64::from_le_bytes(*text)) << (64 - 8 * len) == 0)
}

/// What follows the line end and the indentation that come next, if any.
#[inline(always)]
pub(super) fn spaced(mut rest: &[u8]) -> Option<&[u8]> {
    const SPACES: u64 = u64::from_le_bytes([b' '; WORD]);
    let [b'\n', line @ ..] = rest else { return Some(rest) };
    rest = line;
    loop {
        let other = u64::from_le_bytes(*rest.first_chunk()?) ^ SPACES;
        if other != 0 {
            return rest.get((other.trailing_zeros() / 8) as usize..);
        }
        rest = rest.get(WORD..)?;
    }
}

/// Where the text ends that begins there and is as it stands.
#[inline(always)]
pub(super) fn text(window: &Window, mut at: usize) -> Option<usize> {
    loop {
        let word = u64::from_le_bytes(*word(window, at)?);
        let special = has(word, b'<') | has(word, b'&') | has(word, b'\r');
        if special != 0 {
            return Some(at + (special.trailing_zeros() / 8) as usize);
        }
        at += WORD;
    }
}

/// The number of up to sixteen digits.
#[inline(always)]
fn unsigned(window: &Window, at: usize) -> Option<(u64, usize)> {
    let (value, count) = leading_digits(word(window, at)?);
    if count < WORD {
        return (count > 0).then_some((value, at + count));
    }
    let (low, count) = leading_digits(word(window, at + WORD)?);
    Some((value * POW10.get(count)? + low, at + WORD + count))
}

/// An integer. With a zero in front it has octal digits, and is none.
#[inline(always)]
pub(super) fn integer(window: &Window, at: usize) -> Option<(i64, usize)> {
    let is_negative = window.get(at) == Some(&b'-');
    let from = at + usize::from(is_negative);
    let (value, end) = unsigned(window, from)?;
    if window.get(from) == Some(&b'0') && end > from + 1 {
        return None;
    }
    let value = value.cast_signed();
    Some((if is_negative { -value } else { value }, end))
}

/// A number with or without a fraction: whether it is negative, its digits, and how many of these are behind the point.
#[inline(always)]
fn fraction(window: &Window, at: usize) -> Option<(bool, u64, usize, usize)> {
    let is_negative = window.get(at) == Some(&b'-');
    let from = at + usize::from(is_negative);
    let (whole, count) = leading_digits(word(window, from)?);
    if count == 0 {
        return None;
    }
    let point = from + count;
    if window.get(point) != Some(&b'.') {
        return Some((is_negative, whole, 0, point));
    }
    let (part, end) = unsigned(window, point + 1)?;
    let places = end - point - 1;
    // Up to 18 digits are within 64 bits.
    (count + places <= 17).then_some(())?;
    Some((is_negative, whole * POW10.get(places)? + part, places, end))
}

/// A double of few digits: both they and the power of ten are exact, so that the quotient is the nearest double.
#[inline(always)]
pub(super) fn double(window: &Window, at: usize) -> Option<(f64, usize)> {
    let (is_negative, digits, places, end) = fraction(window, at)?;
    if digits >= 1 << 53 {
        return None;
    }
    let value = digits as f64 / *POW10.get(places)? as f64;
    Some((if is_negative { -value } else { value }, end))
}

/// The scale and the unscaled value of a big decimal.
#[inline(always)]
pub(super) fn decimal(window: &Window, at: usize) -> Option<(i32, i64, usize)> {
    let (is_negative, digits, places, end) = fraction(window, at)?;
    let value = digits.cast_signed();
    Some((places as i32, if is_negative { -value } else { value }, end))
}

/// `true` or `false`.
#[inline(always)]
pub(super) fn boolean(window: &Window, at: usize) -> Option<(bool, usize)> {
    if stands(window, at, b"true\0\0\0\0", 4) {
        Some((true, at + 4))
    } else {
        stands(window, at, b"false\0\0\0", 5).then_some((false, at + 5))
    }
}

/// The milliseconds of a date of the day that was read last.
#[inline(always)]
pub(super) fn date(window: &Window, at: usize, last: &LastDay) -> Option<(i64, usize)> {
    let text = window.get(at..)?.first_chunk::<28>()?;
    let millis = date::of_last_day(text.first_chunk()?, last)?;
    let [.., a, b, c, d, e, f, g, h] = text;
    let (milli, count) = leading_digits(&[*a, *b, *c, *d, *e, *f, *g, *h]);
    let end = at + 20 + count;
    ((1..=3).contains(&count) && stands(window, end, b" UTC\0\0\0\0", 4)).then_some(())?;
    Some((millis + milli.cast_signed(), end + 4))
}

const POW10: [u64; 17] = {
    let mut powers = [1; 17];
    let mut at = 1;
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};
