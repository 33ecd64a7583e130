//! Pieces of tags in the form in which the library writes them to the byte. Each takes the bytes that come next and gives
//! what follows the piece; none calls anything (`holdfast_document::put` says why).

use holdfast_document::{Number, Width, is_equal, leading_digits};

use crate::decimal::POW10;

const WORD: usize = 8;

#[inline(always)]
const fn word(text: &[u8; WORD]) -> u64 {
    u64::from_le_bytes(*text)
}

/// What follows eight bytes, if they come next.
#[inline(always)]
pub(super) fn eight<'b>(bytes: &'b [u8], text: &[u8; WORD]) -> Option<&'b [u8]> {
    let (found, rest) = bytes.split_first_chunk::<WORD>()?;
    (u64::from_le_bytes(*found) == word(text)).then_some(rest)
}

/// What follows the first `len` bytes of `text`, if they come next.
#[inline(always)]
pub(super) fn up_to_eight<'b>(bytes: &'b [u8], text: &[u8; WORD], len: usize) -> Option<&'b [u8]> {
    let found = u64::from_le_bytes(*bytes.first_chunk::<WORD>()?);
    let differ = (found ^ word(text)) << (64 - 8 * len);
    if differ == 0 { bytes.get(len..) } else { None }
}

/// What follows ` __id="`, if it comes next.
#[inline(always)]
pub(super) fn id(bytes: &[u8]) -> Option<&[u8]> {
    up_to_eight(bytes, b" __id=\"\0", 7)
}

/// What follows `" holdfast="`, if it comes next.
#[inline(always)]
pub(super) fn truth(bytes: &[u8]) -> Option<&[u8]> {
    match eight(bytes, b"\" holdfa")? {
        [b's', b't', b'=', b'"', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// What follows the tag that ends an element of this name, behind the `</` of that tag.
#[inline(always)]
pub(super) fn ended<'x>(close: &'x [u8], name: &[u8]) -> Option<&'x [u8]> {
    let is_same = match (name, close) {
        ([name], [close, ..]) => name == close,
        _ => is_equal(close.get(..name.len())?, name),
    };
    match close.get(name.len()..)? {
        [b'>', after @ ..] if is_same => Some(after),
        _ => None,
    }
}

/// What follows `"/>`, if it comes next.
#[inline(always)]
pub(super) const fn closed(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'"', b'/', b'>', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// How a tag ends: what follows it, and whether the element is empty.
#[inline(always)]
pub(super) const fn opened(bytes: &[u8]) -> Option<(&[u8], bool)> {
    match bytes {
        [b'>', rest @ ..] => Some((rest, false)),
        [b'/', b'>', rest @ ..] => Some((rest, true)),
        _ => None,
    }
}

/// The number of the up to eight digits that come next, and how many they are. `None` where fewer than eight bytes follow.
#[inline(always)]
fn digits(bytes: &[u8]) -> Option<(u64, usize)> {
    bytes.first_chunk().map(leading_digits)
}

/// The number of up to sixteen digits, and what follows these.
#[inline(always)]
pub(super) fn unsigned(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (value, count) = digits(bytes)?;
    if count < WORD {
        return if count == 0 { None } else { Some((value, bytes.get(count..)?)) };
    }
    let rest = bytes.get(WORD..)?;
    let (low, count) = digits(rest)?;
    Some((value * POW10.get(count)? + low, rest.get(count..)?))
}

/// As [`unsigned`], with a sign.
#[inline(always)]
pub(super) fn signed(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let is_negative = bytes.first() == Some(&b'-');
    let (value, rest) = unsigned(bytes.get(usize::from(is_negative)..)?)?;
    let value = value.cast_signed();
    Some((if is_negative { -value } else { value }, rest))
}

/// A number with a fraction, as its digits and how many of them are behind the point; and what follows it.
#[inline(always)]
pub(super) fn fraction(bytes: &[u8]) -> Option<(u64, usize, &[u8])> {
    let (whole, whole_len) = digits(bytes)?;
    let [b'.', rest @ ..] = bytes.get(whole_len..)? else { return None };
    let (first, behind) = unsigned(rest)?;
    let places = rest.len() - behind.len();
    // Up to 18 digits are within 64 bits.
    let fits = whole_len > 0 && whole_len + places <= 18;
    fits.then_some(())?;
    Some((whole * POW10.get(places)? + first, places, behind))
}

/// A number, if its type holds it.
#[inline(always)]
pub(super) fn fitting(value: i64, width: Width) -> Option<Number> {
    let fits = match width {
        Width::Byte => i8::try_from(value).is_ok(),
        Width::Short => i16::try_from(value).is_ok(),
        Width::Int => i32::try_from(value).is_ok(),
        Width::Long | Width::Untyped => true,
    };
    fits.then_some(Number { value, width })
}

/// `true` or `false`, and what follows.
#[inline(always)]
pub(super) const fn boolean(bytes: &[u8]) -> Option<(bool, &[u8])> {
    match bytes {
        [b't', b'r', b'u', b'e', rest @ ..] => Some((true, rest)),
        [b'f', b'a', b'l', b's', b'e', rest @ ..] => Some((false, rest)),
        _ => None,
    }
}

/// The milliseconds of a date behind its number, and what follows its tag.
#[inline(always)]
pub(super) fn date(rest: &[u8]) -> Option<(i64, &[u8])> {
    let (millis, rest) = match truth(rest) {
        Some(value) => signed(value)?,
        None => (0, rest),
    };
    Some((millis, closed(rest)?))
}

/// The unscaled value and the scale of a big decimal behind its number, and what follows its tag.
#[inline(always)]
pub(super) fn decimal(rest: &[u8]) -> Option<(i64, i32, &[u8])> {
    let [b'"', rest @ ..] = rest else { return None };
    let (whole, rest) = signed(eight(rest, b" value=\"")?)?;
    let Some(value) = truth(rest) else { return Some((whole, 0, closed(rest)?)) };
    let (unscaled, rest) = signed(value)?;
    let [b'E', rest @ ..] = rest else { return None };
    let (exponent, rest) = signed(rest)?;
    Some((unscaled, i32::try_from(-exponent).ok()?, closed(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_number_is_read_up_to_16_digits(value: u64, shift in 0..64, behind in "[^0-9].{8,16}") {
            let value: u64 = value >> shift;
            let text = format!("{value}{behind}");
            let read = unsigned(text.as_bytes());
            if value < 10_000_000_000_000_000 {
                assert_eq!(read, Some((value, behind.as_bytes())));
                let negative = format!("-{text}");
                assert_eq!(signed(negative.as_bytes()), Some((-(value as i64), behind.as_bytes())));
            }
            assert_eq!(unsigned(behind.as_bytes()), None);
        }

        #[test]
        fn only_digits_are_digits(bytes: [u8; 8]) {
            let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let text = std::str::from_utf8(&bytes[..count]).unwrap();
            assert_eq!(digits(&bytes), Some((text.parse().unwrap_or(0), count)));
        }

        #[test]
        fn any_fraction_is_its_digits(whole in 0..99_999_999_u64, part in "[0-9]{1,16}", behind in "[^0-9].{8,16}") {
            let text = format!("{whole}.{part}{behind}");
            let digits = format!("{whole}{part}");
            let expected = (digits.len() <= 18).then(|| (digits.parse().unwrap(), part.len(), behind.as_bytes()));
            assert_eq!(fraction(text.as_bytes()), expected);
        }
    }

    #[test]
    fn digits_are_a_number() {
        for (text, expected) in [
            (b"12345678", (12_345_678, 8)),
            (b"00000009", (9, 8)),
            (b"1234567:", (1_234_567, 7)),
            (b"/2345678", (0, 0)),
            (b"1\xb12345678".first_chunk().unwrap(), (1, 1)),
        ] {
            assert_eq!(digits(text), Some(expected));
        }
        assert_eq!(digits(b"1234567"), None);
        assert_eq!(fraction(b".5\"/></v></v>"), None);
        assert_eq!(fraction(b"5.\"/></v></v>"), None);
        assert_eq!(fraction(b"5\"/></v></v>"), None);
    }

    #[test]
    fn pieces_are_found_where_they_come_next() {
        assert_eq!(up_to_eight(b"</k>next", b"</k>\0\0\0\0", 4), Some(&b"next"[..]));
        assert_eq!(up_to_eight(b"</v>next", b"</k>\0\0\0\0", 4), None);
        assert_eq!(id(b" __id=\"12\"/>"), Some(&b"12\"/>"[..]));
        assert_eq!(id(b" __ref=\"12\"/>"), None);
        assert_eq!(truth(b"\" holdfast=\"1\"/>"), Some(&b"1\"/>"[..]));
        assert_eq!(opened(b"/>x"), Some((&b"x"[..], true)));
    }
}
