//! Numbers as texts.

use holdfast_document::{Room, ZEROS, digits};
pub(crate) use holdfast_document::{append_integer as integer, append_unsigned as unsigned};

/// Appends a point, and the sixteen digits behind it without zeros at the end, but for one, where there is room and without
/// a call.
#[inline(always)]
pub(crate) fn put_fraction<const N: usize>(room: &mut Room<'_, N>, value: u64) -> Option<()> {
    let (high, low) = (digits((value / EIGHT) as u32), digits((value % EIGHT) as u32));
    let len = if low == 0 { 8 - high.leading_zeros() / 8 } else { 16 - low.leading_zeros() / 8 };
    let all = u128::from(low | ZEROS) << 64 | u128::from(high | ZEROS);
    room.put([b'.'])?;
    room.put_first(&all.to_le_bytes(), len.max(1) as usize)
}

/// A number of nine digits.
const EIGHT: u64 = 100_000_000;

/// An integer of all of the text, as the library takes it: a sign, then digits.
#[inline]
pub(crate) fn parse_integer(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0i64;
    for digit in digits {
        let digit = i64::from(digit.wrapping_sub(b'0'));
        if digit > 9 {
            return None;
        }
        // Downwards, because there is one more negative number.
        value = value.checked_mul(10)?.checked_sub(digit)?;
    }
    if is_negative { Some(value) } else { value.checked_neg() }
}

/// A number with a fraction, rounded once: what was meant by whoever wrote it.
pub(crate) fn parse_float<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    let known = match text {
        b"NaN" | b"Infinity" | b"-Infinity" | b"+Infinity" => true,
        _ => text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')),
    };
    if !known {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_all_their_digits() {
        for value in [
            0,
            7,
            -7,
            10,
            99,
            100,
            999,
            1_000,
            99_999_999,
            100_000_000,
            9_999_999_999_999_999,
            1 << 60,
            i64::MAX,
            i64::MIN,
        ] {
            let mut out = Vec::new();
            integer(&mut out, value);
            assert_eq!(out, value.to_string().as_bytes());
            assert_eq!(parse_integer(&out), Some(value));
        }
        for bad in ["", "-", "+", "1a", "9223372036854775808", "--1", " 1"] {
            assert_eq!(parse_integer(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(parse_integer(b"+5"), Some(5));
    }

    proptest::proptest! {
        #[test]
        fn any_integer_has_all_its_digits(value: u64, shift in 0..64) {
            let mut out = Vec::new();
            unsigned(&mut out, value >> shift);
            let shifted: u64 = value >> shift;
            assert_eq!(out, shifted.to_string().as_bytes());
        }

        #[test]
        fn any_fraction_has_its_digits_up_to_the_last(value in 0..10_000_000_000_000_000_u64, zeros in 0..17_u32) {
            let value = value / 10_u64.pow(zeros) * 10_u64.pow(zeros);
            let mut out = Vec::with_capacity(40);
            holdfast_document::put_within::<40, _>(&mut out, |room| put_fraction(room, value)).unwrap();
            let all = format!("{value:016}");
            let digits = all.trim_end_matches('0');
            assert_eq!(out, format!(".{}", if digits.is_empty() { "0" } else { digits }).as_bytes());
        }
    }

    #[test]
    fn only_numbers_are_numbers() {
        assert_eq!(parse_float::<f64>(b"1.5E3"), Some(1500.0));
        assert_eq!(parse_float::<f64>(b"-Infinity"), Some(f64::NEG_INFINITY));
        assert!(parse_float::<f64>(b"NaN").is_some_and(f64::is_nan));
        for bad in ["", "inf", "nan", "1e", "0x1", "infinity", "1.5 "] {
            assert_eq!(parse_float::<f64>(bad.as_bytes()), None, "{bad}");
        }
    }
}
