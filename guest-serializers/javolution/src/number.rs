//! Numbers as texts.

use holdfast_document::append;

/// Appends an integer.
#[inline]
pub(crate) fn integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    unsigned(out, value.unsigned_abs());
}

/// Appends an integer.
#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, value: u64) {
    let mut digits = [b'0'; 20];
    let mut rest = value;
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        length += 1;
        if rest == 0 {
            break;
        }
    }
    append(out, digits.get(20 - length..).unwrap_or_default());
}

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
        for value in [0, 7, -7, 10, 99, 100, i64::MAX, i64::MIN] {
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
