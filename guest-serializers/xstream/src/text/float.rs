//! Floating point numbers as Java's `Double.toString` has them.

use std::fmt::{LowerExp, Write};

use super::{Short, short};

/// A double as text. The digits are the fewest that tell it from its neighbours, as Java has them from version 19 on;
/// before, it wrote one too many now and then, or others that read the same.
pub(crate) fn double(value: f64) -> Short {
    match special(value.is_nan(), value.is_infinite(), value < 0.0) {
        Some(text) => short(format_args!("{text}")),
        None if value == 0.0 || (1e-3..1e7).contains(&value.abs()) => plainly(value),
        None => with_exponent(value),
    }
}

/// Appends a double.
#[inline]
pub(crate) fn push_double(out: &mut Vec<u8>, value: f64) {
    match decimal(value) {
        Some((scale, digits)) => super::big::push_small(out, scale, digits),
        None => holdfast_document::append(out, double(value).as_bytes()),
    }
}

/// A double that is a number of at most 15 digits and few of them behind the point, which is what money is. There is one
/// such number for a double at most, so its digits are the fewest that tell it from others.
#[inline(always)]
pub(super) fn decimal(value: f64) -> Option<(i32, i64)> {
    if !(1e-3..1e7).contains(&value.abs()) {
        return None;
    }
    for (scale, factor) in [(1, 1e1), (2, 1e2), (3, 1e3), (4, 1e4)] {
        let whole = (value * factor).round_ties_even();
        // Both are exact, so the quotient is the double that is nearest to the decimal.
        if whole / factor == value {
            return Some((scale, whole as i64));
        }
    }
    None
}

/// A float as text.
pub(crate) fn float(value: f32) -> Short {
    match special(value.is_nan(), value.is_infinite(), value < 0.0) {
        Some(text) => short(format_args!("{text}")),
        None if value == 0.0 || (1e-3..1e7).contains(&value.abs()) => plainly(value),
        None => with_exponent(value),
    }
}

const fn special(nan: bool, infinite: bool, negative: bool) -> Option<&'static str> {
    match (nan, infinite, negative) {
        (true, ..) => Some("NaN"),
        (_, true, false) => Some("Infinity"),
        (_, true, true) => Some("-Infinity"),
        _ => None,
    }
}

/// From 10^-3 to 10^7, or zero.
fn plainly(value: impl zmij::Float) -> Short {
    let mut out = Short::new();
    // It takes less than half of the room.
    let _ = out.write_str(zmij::Buffer::new().format_finite(value));
    out
}

/// Other numbers have one digit in front of the point.
fn with_exponent(value: impl zmij::Float + LowerExp) -> Short {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    let (sign, text) = text.split_at(usize::from(text.starts_with('-')));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = short(format_args!("{whole}{fraction}"));
    let digits = all.as_str().trim_start_matches('0');
    let before = whole.len() as i32 - (all.len - digits.len()) as i32;
    match digits.trim_end_matches('0').split_at_checked(1) {
        Some((first, rest)) if !rest.is_empty() => {
            let exponent = exponent.parse().unwrap_or(0) + before - 1;
            short(format_args!("{sign}{first}.{rest}E{exponent}"))
        }
        // Java looks for two digits at least, and the nearest two may be others: 4.9E-324.
        _ => {
            let text = short(format_args!("{value:.1e}"));
            let (mantissa, exponent) = text.as_str().split_once('e').unwrap_or((text.as_str(), "0"));
            short(format_args!("{mantissa}E{exponent}"))
        }
    }
}

/// A double, as Java's `Double.valueOf` reads it, but for hexadecimal digits, which nobody writes.
#[inline]
pub(crate) fn parse_double(text: &str) -> Option<f64> {
    if let (Some(b'0'..=b'9'), Some(b'0'..=b'9'), 2..=20) =
        (text.as_bytes().first(), text.as_bytes().last(), text.len())
    {
        return text.parse().ok().filter(|_| is_number(text));
    }
    match plain(text)? {
        "NaN" | "+NaN" | "-NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        text => text.parse().ok().filter(|_| is_number(text)),
    }
}

/// A float, as Java's `Float.valueOf` reads it.
#[inline]
pub(crate) fn parse_float(text: &str) -> Option<f32> {
    match plain(text)? {
        "NaN" | "+NaN" | "-NaN" => Some(f32::NAN),
        "Infinity" | "+Infinity" => Some(f32::INFINITY),
        "-Infinity" => Some(f32::NEG_INFINITY),
        text => text.parse().ok().filter(|_| is_number(text)),
    }
}

/// Without white space around it, and without Java's suffix for a type.
fn plain(text: &str) -> Option<&str> {
    let text = text.trim_matches(|c: char| c <= ' ');
    // The longest that a double can need is about 770 digits.
    (text.len() <= 2_000).then(|| text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text))
}

/// Rust reads some words as numbers that Java does not.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn money_is_written_as_other_doubles_are() {
        for cents in (0..2_000_000i64).step_by(7) {
            for value in [cents as f64 / 100.0, cents as f64 / -1e4, cents as f64 / 3.0, cents as f64] {
                let mut out = Vec::new();
                push_double(&mut out, value);
                assert_eq!(std::str::from_utf8(&out), Ok(double(value).as_str()));
            }
        }
    }

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        for (value, text) in [
            (1e7, "1.0E7"),
            (9_999_999.5, "9999999.5"),
            (1e-3, "0.001"),
            (1e-4, "1.0E-4"),
            (0.012_5, "0.0125"),
            (123_456_789.123, "1.23456789123E8"),
            (5e-324, "4.9E-324"),
            (f64::MAX, "1.7976931348623157E308"),
            (-0.0, "-0.0"),
            (100.0, "100.0"),
            (1234.56, "1234.56"),
            // As near as 1125899906842624.3.
            (4_503_599_627_370_497.0 / 4.0, "1.1258999068426242E15"),
            (3.5, "3.5"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double(value).as_str(), text);
            let mut out = Vec::new();
            push_double(&mut out, value);
            assert_eq!(out, text.as_bytes());
            assert_eq!(parse_double(text).map(f64::to_bits), Some(value.to_bits()));
        }
        assert_eq!(float(1.5).as_str(), "1.5");
        assert_eq!(float(f32::MAX).as_str(), "3.4028235E38");
        assert_eq!(float(-7_730_961.0 / 4.0).as_str(), "-1932740.2");
        assert_eq!(parse_float("1.5f"), Some(1.5));
        for bad in ["", "inf", "nan", "infinity", "0x1p3", "1e", "."] {
            assert_eq!(parse_double(bad), None, "{bad}");
        }
    }

    /// The digits of a number, without those that only say how large it is.
    fn digits(text: &str) -> String {
        let mantissa = text.split(['e', 'E']).next().unwrap();
        mantissa.trim_end_matches(".0").trim_matches(['-', '0', '.']).replace('.', "")
    }

    /// Rust's own formatting has the fewest digits and the nearest as well, but of two that are as near not always the even one.
    fn is_shortest(text: &str, same: &str) -> bool {
        let (ours, others) = (digits(text), digits(same));
        let is_even = ours.len() == others.len() && ours.ends_with(['0', '2', '4', '6', '8']);
        // Where one digit is enough, it has two.
        ours == others || is_even || others.len() == 1 && ours.len() == 2
    }

    proptest! {
        #[test]
        fn digits_are_the_fewest_and_the_nearest(bits in any::<u64>(), exponent in -10..24, any in any::<bool>()) {
            // Of every size that is written without an exponent, and a little beyond.
            let usual = bits & !(0x7ff << 52) | ((1023 + exponent) as u64) << 52;
            let double = f64::from_bits(if any { bits } else { usual });
            let float = double as f32;
            if double.is_finite() {
                let text = super::double(double);
                prop_assert_eq!(text.as_str().parse(), Ok(double));
                prop_assert!(is_shortest(text.as_str(), &format!("{double:e}")), "{} {double:e}", text.as_str());
            }
            if float.is_finite() {
                let text = super::float(float);
                prop_assert_eq!(text.as_str().parse(), Ok(float));
                prop_assert!(is_shortest(text.as_str(), &format!("{float:e}")), "{} {float:e}", text.as_str());
            }
        }
    }
}
