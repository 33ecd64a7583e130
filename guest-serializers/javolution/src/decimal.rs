//! Numbers with a fraction as javolution's `TextBuilder` writes them and its `TypeFormat` reads them.
//!
//! Its decimal conversions are its own and not exact. They are followed step by step, so that the same bytes come out
//! and so that it is known which numbers the library itself does not bring back.

use std::io::Write as _;

use holdfast_document::Room;

use crate::number::{integer, parse_float, parse_integer, put_fraction, unsigned};

/// Appends a double. False says that the library would read another one.
#[inline]
pub(crate) fn double(out: &mut Vec<u8>, value: f64) -> bool {
    let from = out.len();
    append(out, value, None);
    read_by_library(out.get(from..).unwrap_or_default()).is_some_and(|read| read.to_bits() == value.to_bits())
}

/// Appends a float. False says that the library would read another one.
#[inline]
pub(crate) fn float(out: &mut Vec<u8>, value: f32) -> bool {
    let from = out.len();
    append(out, f64::from(value), Some(10));
    let read = read_by_library(out.get(from..).unwrap_or_default());
    read.is_some_and(|read| (read as f32).to_bits() == value.to_bits())
}

/// Appends a double as Java's `Double.toString` does. False says that the library would read another one.
pub(crate) fn java_double(out: &mut Vec<u8>, value: f64) -> bool {
    let from = out.len();
    java(out, value.is_nan(), value.is_infinite(), value < 0.0, value.abs(), &value);
    read_by_library(out.get(from..).unwrap_or_default()).is_some_and(|read| read.to_bits() == value.to_bits())
}

/// Appends a float as Java's `Float.toString` does. False says that the library would read another one.
pub(crate) fn java_float(out: &mut Vec<u8>, value: f32) -> bool {
    let from = out.len();
    java(out, value.is_nan(), value.is_infinite(), value < 0.0, f64::from(value.abs()), &value);
    let read = read_by_library(out.get(from..).unwrap_or_default());
    read.is_some_and(|read| (read as f32).to_bits() == value.to_bits())
}

/// The fewest digits that tell a number from its neighbours, as Java has them since version 19; earlier ones had a digit
/// more for a few.
fn java(
    out: &mut Vec<u8>,
    is_nan: bool,
    is_infinite: bool,
    is_negative: bool,
    positive: f64,
    value: &impl std::fmt::LowerExp,
) {
    if is_nan {
        return out.extend_from_slice(b"NaN");
    }
    if is_infinite {
        return out.extend_from_slice(if is_negative { b"-Infinity" } else { b"Infinity" });
    }
    // `-1.25e-7`
    let from = out.len();
    let _ = write!(out, "{value:e}");
    let mut text = [0; 40];
    let written = out.get(from..).unwrap_or_default();
    let len = written.len().min(text.len());
    if let (Some(room), Some(written)) = (text.get_mut(..len), written.get(..len)) {
        room.copy_from_slice(written);
    }
    out.truncate(from);
    let text = text.get(..len).unwrap_or_default();
    let (sign, text) = text.split_at(usize::from(text.first() == Some(&b'-')));
    out.extend_from_slice(sign);
    let Some(e) = text.iter().position(|byte| *byte == b'e') else { return };
    let (digits, exponent) = (text.get(..e).unwrap_or_default(), text.get(e + 1..).unwrap_or_default());
    let exponent = parse_integer(exponent).and_then(|exponent| i32::try_from(exponent).ok()).unwrap_or(0);
    let digits = || digits.iter().copied().filter(|byte| *byte != b'.');
    let count = digits().count() as i32;
    if positive != 0.0 && !(0.001..1e7).contains(&positive) {
        out.extend(digits().take(1));
        out.push(b'.');
        if count == 1 {
            out.push(b'0');
        }
        out.extend(digits().skip(1));
        out.push(b'E');
        return integer(out, i64::from(exponent));
    }
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', (-1 - exponent) as usize));
        return out.extend(digits());
    }
    let whole = exponent as usize + 1;
    out.extend(digits().chain(std::iter::repeat(b'0')).take(whole));
    out.push(b'.');
    if count as usize <= whole {
        out.push(b'0');
    }
    out.extend(digits().skip(whole));
}

/// Powers of ten.
pub(crate) const POW10: [u64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < 19 {
        #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
        {
            powers[at] = powers[at - 1] * 10;
        }
        at += 1;
    }
    powers
};

/// `TextBuilder.append(double, int, boolean, boolean)`; no number of digits means 16 or 17.
fn append(out: &mut Vec<u8>, value: f64, digits: Option<i32>) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    }
    if value == 0.0 {
        return out.extend_from_slice(if digits.is_some() { b"0" } else { b"0.0" });
    }
    let positive = value.abs();
    if value < 0.0 {
        out.push(b'-');
    }
    let exponent = floor_log10(positive);
    let (digits, mantissa) = match digits {
        Some(digits) => (digits, to_long_pow10(positive, digits - 1 - exponent)),
        None => {
            let long = to_long_pow10(positive, 16 - exponent);
            let short = long / 10;
            if to_double_pow10(short, exponent - 15) == positive { (16, short) } else { (17, long) }
        }
    };
    let power = |at: i32| usize::try_from(at).ok().and_then(|at| POW10.get(at)).copied();
    if !(0.001..1e7).contains(&positive) || exponent >= digits {
        let power = power(digits - 1).unwrap_or(1);
        let first = mantissa / power;
        out.push(b'0'.wrapping_add(first as u8));
        fraction(out, mantissa - power * first, digits - 1);
        out.push(b'E');
        integer(out, i64::from(exponent));
    } else {
        let places = digits - exponent - 1;
        let mut rest = mantissa;
        match power(places) {
            Some(power) => {
                unsigned(out, mantissa / power);
                rest = mantissa % power;
            }
            None => out.push(b'0'),
        }
        fraction(out, rest, places);
    }
}

fn fraction(out: &mut Vec<u8>, mut value: u64, places: i32) {
    out.push(b'.');
    if value == 0 {
        out.push(b'0');
        return;
    }
    for _ in value.ilog10() as i32 + 1..places {
        out.push(b'0');
    }
    while value.is_multiple_of(10) {
        value /= 10;
    }
    unsigned(out, value);
}

/// As [`double`] where there is room, without a call, of a price: a number of two places, from 1 to below 10 million.
#[inline(always)]
pub(crate) fn put_double<const N: usize>(room: &mut Room<'_, N>, value: f64) -> Option<()> {
    let (mantissa, places) = price(value.abs())?;
    let (power, fill) = (POW10.get(places)?, POW10.get(16 - places)?);
    if value < 0.0 {
        room.put([b'-'])?;
    }
    room.unsigned(mantissa / power)?;
    put_fraction(room, mantissa % power * fill)
}

/// The digits of a price as the library has them, and how many are behind the point: sixteen, and where these would be read
/// as another number, seventeen.
#[inline(always)]
fn price(value: f64) -> Option<(u64, usize)> {
    if !(1.0..1e7).contains(&value) {
        return None;
    }
    let cents = (value * 100.0 + 0.5) as u64;
    if cents as f64 / 100.0 != value {
        return None;
    }
    let exponent = log10(cents)? - 2;
    let power = *POW10.get(14 - exponent)?;
    // The value is `mantissa / 2^bits`, and differs from its cents by `off / 2^bits` of a cent.
    let bits = 1075 - (value.to_bits() >> 52);
    let mantissa = value.to_bits() & 0x000f_ffff_ffff_ffff | 0x0010_0000_0000_0000;
    let off = (mantissa * 100).wrapping_sub(cents << bits).cast_signed() * power.cast_signed();
    let long = (cents * power).wrapping_add_signed((off + (1 << (bits - 1))) >> bits);
    let short = long / 10;
    // Whether the short one lies nearer to the value than half of the way to its neighbours. The library's own
    // calculation is as good as exact, but not where that is a near thing.
    let distance = (((short * 10).wrapping_sub(cents * power).cast_signed() << bits) - off).unsigned_abs();
    let half = 50 * power;
    if distance.abs_diff(half) < half >> 20 {
        return None;
    }
    Some(if distance < half { (short, 15 - exponent) } else { (long, 16 - exponent) })
}

/// As `ilog10` of a number below 2^56, which is a call.
#[inline(always)]
fn log10(value: u64) -> Option<usize> {
    let about = ((64 - value.leading_zeros() as usize) * 1_233) >> 12;
    Some(about - usize::from(value < *POW10.get(about)?))
}

/// A double as the library reads it, which may be a neighbour of the nearest one.
pub(crate) fn parse_double(text: &[u8]) -> Option<f64> {
    // What is of another form, the library did not write.
    read_by_library(text).or_else(|| parse_float(text))
}

/// As [`parse_double`] of a positive number of so many digits, of which so many are behind the point, without a call;
/// `None` where the library may be other than the nearest one, and of numbers that are seldom.
#[inline(always)]
pub(crate) fn quick_double(digits: u64, places: usize) -> Option<f64> {
    let at = places.wrapping_sub(EXACT);
    if places <= EXACT && digits < 1 << 53 {
        // The library divides once and rounds once, and what is exact is divided so by any processor.
        return Some(digits as f64 / *POW10.get(places)? as f64);
    }
    let divisor = *LARGE_POW5.get(at).filter(|_| digits != 0)?;
    let zeros = digits.leading_zeros();
    let digits = digits << zeros;
    let (first, rest) = (digits / divisor, digits % divisor);
    // 63 bits of the quotient, as many at once as a remainder leaves room for.
    let missing = first.leading_zeros().checked_sub(1)?;
    let last = missing.checked_sub(STEP)?;
    let (second, rest) = ((rest << STEP) / divisor, (rest << STEP) % divisor);
    let quotient = (first << missing) | (second << last) | ((rest << last) / divisor);
    // The library divides in two steps, and its quotient may be less by one.
    if quotient & 0x1ff == 0 {
        return None;
    }
    let mantissa = (quotient >> 10) + (quotient >> 9 & 1);
    let exponent = u64::from(1023 + 10 - missing - zeros) - places as u64;
    Some(mantissa as f64 * f64::from_bits(exponent << 52))
}

/// So many powers of 5 the library divides by in one step.
const EXACT: usize = 13;
/// Those from there on of numbers with 16 or 17 digits. None has more than 38 bits.
const LARGE_POW5: [u64; 4] = [1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625];
const STEP: u32 = 26;

/// A float as the library reads it.
pub(crate) fn parse_float32(text: &[u8]) -> Option<f32> {
    read_by_library(text).map(|value| value as f32).or_else(|| parse_float(text))
}

/// `TypeFormat.parseDouble`, of what [`append`] writes.
fn read_by_library(text: &[u8]) -> Option<f64> {
    let (is_negative, text) = match text {
        b"NaN" => return Some(f64::NAN),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let sign = |value: f64| if is_negative { -value } else { value };
    if text == b"Infinity" {
        return Some(sign(f64::INFINITY));
    }
    let (mut decimal, mut places, mut exponent) = (0u64, None, 0i32);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                decimal = match decimal {
                    // What follows is within 64 bits, without a look at each product.
                    0..=922_337_203_685_477_579 => decimal * 10 + u64::from(byte - b'0'),
                    _ => return None,
                };
                places = places.map(|places| places + 1);
            }
            b'.' if places.is_none() => places = Some(0),
            b'E' => {
                exponent = i32::try_from(parse_integer(bytes.as_slice())?).ok()?;
                break;
            }
            _ => return None,
        }
    }
    if decimal == 0 {
        // The library forgets the sign of zero.
        return Some(0.0);
    }
    i64::try_from(decimal).ok()?;
    Some(sign(to_double_pow10(decimal, exponent - places.unwrap_or(0))))
}

const POW5: [u64; 14] = [
    1,
    5,
    25,
    125,
    625,
    3_125,
    15_625,
    78_125,
    390_625,
    1_953_125,
    9_765_625,
    48_828_125,
    244_140_625,
    1_220_703_125,
];
const LOW: u64 = 0xffff_ffff;

const fn bit_length(value: u64) -> i32 {
    64 - value.leading_zeros() as i32
}

/// The largest power of 5 of the table, and which one it is, up to the n-th.
fn power_of_5(n: i32) -> (u64, i32) {
    let at = n.min(13);
    (POW5.get(at as usize).copied().unwrap_or(1), at)
}

/// `mantissa * 10^n` as 63 bits and a power of 2: four registers of 32 bits, which lose what does not fit.
fn multiply(mantissa: u64, mut n: i32) -> (u64, i32) {
    let (mut x0, mut x1, mut x2, mut x3) = (0u64, 0u64, mantissa & LOW, mantissa >> 32);
    let mut pow2 = 0;
    while n != 0 {
        let (factor, at) = power_of_5(n);
        x0 *= factor;
        x1 *= factor;
        x2 *= factor;
        x3 *= factor;
        x1 += x0 >> 32;
        x0 &= LOW;
        x2 += x1 >> 32;
        x1 &= LOW;
        x3 += x2 >> 32;
        x2 &= LOW;
        pow2 += at;
        n -= at;
        let carry = x3 >> 32;
        if carry != 0 {
            (x0, x1, x2, x3) = (x1, x2, x3 & LOW, carry);
            pow2 += 32;
        }
    }
    let shift = 31 - bit_length(x3);
    let merged = if shift < 0 {
        x3 << 31 | x2 >> 1
    } else {
        (x3 << 32 | x2) << shift | x1.checked_shr((32 - shift) as u32).unwrap_or(0)
    };
    (merged, pow2 - shift)
}

/// `mantissa / 10^n` as 63 bits and a power of 2.
fn divide(mantissa: u64, mut n: i32) -> (u64, i32) {
    let (mut x1, mut x0, mut pow2) = (mantissa, 0u64, 0);
    loop {
        let shift = 63 - bit_length(x1);
        x1 <<= shift;
        x1 |= x0.checked_shr((63 - shift) as u32).unwrap_or(0);
        x0 = (x0 << shift) & (u64::MAX >> 1);
        pow2 -= shift;
        if n == 0 {
            return (x1, pow2);
        }
        let (divisor, at) = power_of_5(n);
        let mut high = x1 >> 32;
        let mut quotient = high / divisor;
        let mut low = (high - quotient * divisor) << 32 | x1 & LOW;
        x1 = (quotient << 32) | (low / divisor);
        high = (low % divisor) << 31 | x0 >> 32;
        quotient = high / divisor;
        low = (high - quotient * divisor) << 32 | x0 & LOW;
        x0 = (quotient << 32) | (low / divisor);
        n -= at;
        pow2 -= at;
    }
}

/// `MathLib.toDoublePow10`
fn to_double_pow10(mantissa: u64, n: i32) -> f64 {
    match n {
        _ if mantissa == 0 => 0.0,
        309.. => f64::INFINITY,
        0..309 => {
            let (mantissa, pow2) = multiply(mantissa, n);
            to_double_pow2(mantissa, pow2)
        }
        -344..0 => {
            let (mantissa, pow2) = divide(mantissa, -n);
            to_double_pow2(mantissa, pow2)
        }
        _ => 0.0,
    }
}

/// `MathLib.toDoublePow2`
fn to_double_pow2(mantissa: u64, n: i32) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = bit_length(mantissa) - 53;
    let mut exponent = 1023 + 52 + n + shift;
    match exponent {
        0x7ff.. => return f64::INFINITY,
        ..=-54 => return 0.0,
        -53..=0 => return to_double_pow2(mantissa, n + 54) / 18_014_398_509_481_984.0,
        _ => {}
    }
    let bits =
        if shift > 0 { (mantissa >> shift) + (mantissa >> (shift - 1) & 1) } else { mantissa << -shift };
    if bits >> 52 != 1 {
        exponent += 1;
        if exponent >= 0x7ff {
            return f64::INFINITY;
        }
    }
    f64::from_bits(bits & 0x000f_ffff_ffff_ffff | (exponent as u64) << 52)
}

/// `MathLib.toLongPow10`, of a positive number.
fn to_long_pow10(value: f64, n: i32) -> u64 {
    let bits = value.to_bits();
    let exponent = (bits >> 52) as i32 & 0x7ff;
    if exponent == 0 {
        if value == 0.0 {
            return 0;
        }
        return to_long_pow10(value * 1e16, n - 16);
    }
    let mantissa = bits & 0x000f_ffff_ffff_ffff | 0x0010_0000_0000_0000;
    let (mantissa, moved) = if n >= 0 { multiply(mantissa, n) } else { divide(mantissa, -n) };
    let pow2 = exponent - 1023 - 52 + moved;
    if !(-63..=0).contains(&pow2) {
        return 0;
    }
    // A shift of -1 is one of 63 to Java.
    (mantissa >> -pow2) + (mantissa >> (-(pow2 + 1) & 63) & 1)
}

fn floor_log2(value: f64) -> i32 {
    match (value.to_bits() >> 52) as i32 & 0x7ff {
        0 => floor_log2(value * 18_014_398_509_481_984.0) - 54,
        exponent => exponent - 1023,
    }
}

/// `MathLib.floorLog10`
fn floor_log10(value: f64) -> i32 {
    let guess = (std::f64::consts::LOG10_2 * f64::from(floor_log2(value))) as i32;
    let power = to_double_pow10(1, guess);
    if power <= value && power * 10.0 > value {
        guess
    } else if power > value {
        guess - 1
    } else {
        guess + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> bool) -> (String, bool) {
        let mut out = Vec::new();
        let exact = write(&mut out);
        (String::from_utf8(out).unwrap(), exact)
    }

    #[test]
    fn doubles_are_written_as_the_library_writes_them() {
        for (value, expected, exact) in [
            (0.1, "0.1", true),
            (1e7, "1.0E7", true),
            (9_999_999.5, "9999999.5", true),
            (1e-3, "0.001", true),
            (9.99e-4, "9.990000000000001E-4", true),
            (std::f64::consts::PI, "3.141592653589793", true),
            (1.0 / 3.0, "0.3333333333333333", true),
            (5e-324, "4.940656458412465E-324", true),
            (f64::MAX, "1.7976931348623157E308", true),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308", true),
            (1e-300, "1.0E-300", true),
            (f64::NEG_INFINITY, "-Infinity", true),
            (0.0, "0.0", true),
            (-0.0, "0.0", false),
            (f64::from_bits(0x7ff8_0000_0000_0001), "NaN", false),
        ] {
            assert_eq!(text(|out| double(out, value)), (expected.to_owned(), exact));
        }
    }

    #[test]
    fn boxed_numbers_are_written_as_java_writes_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-12.5, "-12.5"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (9.99e-4, "9.99E-4"),
            (1e7, "1.0E7"),
            (9_999_999.5, "9999999.5"),
            (1_234_000.0, "1234000.0"),
            (1.25e-7, "1.25E-7"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (f64::INFINITY, "Infinity"),
        ] {
            assert_eq!(text(|out| java_double(out, value)).0, expected);
        }
        assert_eq!(text(|out| java_float(out, 0.1)).0, "0.1");
        assert_eq!(text(|out| java_float(out, f32::MAX)).0, "3.4028235E38");
        assert_eq!(text(|out| java_float(out, 100.0)), ("100.0".into(), true));
        assert!(!text(|out| java_double(out, -0.0)).1);
    }

    #[test]
    fn floats_are_written_with_ten_digits() {
        for (value, expected, exact) in [
            (0.0, "0", true),
            (-0.0, "0", false),
            (0.1, "0.1000000015", true),
            (f32::MAX, "3.402823466E38", true),
            (1e-45, "1.401298464E-45", true),
            (1.0 / 3.0, "0.3333333433", true),
            (16_777_216.0, "1.6777216E7", true),
            (1.5, "1.5", true),
        ] {
            assert_eq!(text(|out| float(out, value)), (expected.to_owned(), exact));
        }
    }

    #[test]
    fn a_double_that_the_library_reads_is_read_as_it_does_so() {
        let value = f64::from_bits(0xc375_1e91_aa3d_6c49);
        let (text, exact) = text(|out| double(out, value));
        assert!(exact);
        assert_eq!(parse_double(text.as_bytes()), Some(value));
        assert_ne!(parse_float(text.as_bytes()), Some(value), "{text} is nearer to another one");
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_quickly_is_as_the_library_reads_it(bits: u64, shift in 0..64, places in 0..20_usize) {
            let digits: u64 = bits >> shift;
            let digits = digits % 1_000_000_000_000_000_000;
            if let Some(value) = quick_double(digits, places) {
                assert_eq!(value.to_bits(), to_double_pow10(digits, -(places as i32)).to_bits());
            }
        }

        #[test]
        fn prices_are_read_quickly(cents in 0..10_000_000_u64, places in 0..4) {
            let mut text = Vec::new();
            assert!(double(&mut text, cents as f64 / f64::from(10_i32.pow(places as u32))));
            let digits = text.iter().filter(|byte| **byte != b'.').fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
            let places = text.iter().rev().position(|byte| *byte == b'.').unwrap();
            let read = quick_double(digits, places);
            if let Some(read) = read {
                assert_eq!(Some(read), parse_double(&text));
            }
        }

        #[test]
        fn prices_are_written_as_any_number(cents in 0..2_000_000_000_u64, shift in 0..31, negative: bool, next in -1..=1_i64) {
            let cents: u64 = cents >> shift;
            let value = cents as f64 / if negative { -100.0 } else { 100.0 };
            let value = f64::from_bits(value.to_bits().wrapping_add_signed(next));
            let (mut quick, mut long) = (Vec::with_capacity(64), Vec::new());
            let exact = double(&mut long, value);
            if holdfast_document::put_within::<64, _>(&mut quick, |room| put_double(room, value)).is_some() {
                assert_eq!((String::from_utf8_lossy(&quick), exact), (String::from_utf8_lossy(&long), true));
            } else {
                assert!(next != 0 || !(100..1_000_000_000).contains(&cents));
            }
        }

        #[test]
        fn any_number_is_written_and_what_is_exact_is_read_again(bits: u64, small: u32) {
            for value in [f64::from_bits(bits), f64::from(small) / 100.0] {
                let mut out = Vec::new();
                if double(&mut out, value) && !value.is_nan() {
                    assert_eq!(parse_double(&out), Some(value), "{}", String::from_utf8_lossy(&out));
                }
            }
            let value = f32::from_bits(small);
            let mut out = Vec::new();
            if float(&mut out, value) && !value.is_nan() {
                assert_eq!(parse_float32(&out), Some(value));
            }
        }
    }
}
