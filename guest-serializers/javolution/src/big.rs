//! BigDecimals: the whole number that the library keeps, and the true value as a text.

use std::io::Write as _;

use crate::number::{integer, parse_integer, unsigned};
use crate::text::{hex, unhex};

/// Longer ones take too long to divide.
const MOST_BYTES: usize = 1024;

/// `BigDecimal.longValue`: the lowest 64 bits of the whole part. `None` if the number is too long to tell.
pub(crate) fn long_value(scale: i32, unscaled: &[u8]) -> Option<i64> {
    let low = unscaled.iter().fold(sign_fill(unscaled), |low, byte| low << 8 | u64::from(*byte));
    match scale {
        0 => return Some(low.cast_signed()),
        // 10^64 has 64 zero bits at its end.
        ..=-64 => return Some(0),
        -63..0 => {
            return Some((0..-scale).fold(low, |low, _| low.wrapping_mul(10)).cast_signed());
        }
        _ => {}
    }
    if let Some(value) = narrow(unscaled) {
        let power = u32::try_from(scale).ok().and_then(|scale| 10i128.checked_pow(scale));
        return Some(power.map_or(0, |power| (value / power) as i64));
    }
    if unscaled.len() > MOST_BYTES {
        return None;
    }
    let is_negative = unscaled.first().is_some_and(|byte| *byte >= 0x80);
    let mut words = magnitude(unscaled, is_negative);
    let mut left = scale.cast_unsigned();
    while left > 0 && words.iter().any(|word| *word != 0) {
        let step = left.min(9);
        divide(&mut words, 10u64.pow(step));
        left -= step;
    }
    let low = words.iter().rev().take(2).rev().fold(0u64, |low, word| low << 32 | u64::from(*word));
    Some(if is_negative { low.wrapping_neg() } else { low }.cast_signed())
}

fn sign_fill(unscaled: &[u8]) -> u64 {
    if unscaled.first().is_some_and(|byte| *byte >= 0x80) { u64::MAX } else { 0 }
}

fn narrow(unscaled: &[u8]) -> Option<i128> {
    if unscaled.len() > 16 {
        return None;
    }
    let fill = i128::from(sign_fill(unscaled).cast_signed());
    Some(unscaled.iter().fold(fill, |value, byte| value << 8 | i128::from(*byte)))
}

/// The absolute value in words, the highest first.
fn magnitude(unscaled: &[u8], is_negative: bool) -> Vec<u32> {
    let mut carry = u16::from(is_negative);
    let mut bytes: Vec<u8> = Vec::with_capacity(unscaled.len() + 4);
    for byte in unscaled.iter().rev() {
        let byte = if is_negative { !byte } else { *byte };
        let sum = u16::from(byte) + carry;
        bytes.push(sum as u8);
        carry = sum >> 8;
    }
    bytes.push(carry as u8);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.as_chunks::<4>().0.iter().rev().map(|word| u32::from_le_bytes(*word)).collect()
}

fn divide(words: &mut [u32], divisor: u64) {
    let mut rest = 0;
    for word in words {
        let value = rest << 32 | u64::from(*word);
        *word = (value / divisor) as u32;
        rest = value % divisor;
    }
}

/// Appends the true value: `87624E-2`, and `0x0156480000000000000000000000000000E-2` where that has over 16 bytes.
pub(crate) fn write(out: &mut Vec<u8>, scale: i32, unscaled: &[u8]) {
    match narrow(unscaled) {
        Some(value) => {
            let _ = write!(out, "{value}");
        }
        None => {
            out.extend_from_slice(b"0x");
            hex(out, unscaled);
        }
    }
    out.push(b'E');
    integer(out, -i64::from(scale));
}

/// As [`write()`], of 64 bits.
#[inline]
pub(crate) fn write_narrow(out: &mut Vec<u8>, scale: u32, unscaled: i64) {
    integer(out, unscaled);
    out.extend_from_slice(b"E-");
    unsigned(out, u64::from(scale));
}

/// Reads what [`write()`] wrote: the scale; the unscaled value is put behind `out`.
pub(crate) fn read(out: &mut Vec<u8>, text: &[u8]) -> Option<i32> {
    let at = text.iter().rposition(|byte| *byte == b'E')?;
    let (digits, exponent) = (text.get(..at)?, text.get(at + 1..)?);
    let scale = i32::try_from(parse_integer(exponent)?.checked_neg()?).ok()?;
    match digits {
        [b'0', b'x', digits @ ..] if !digits.is_empty() => unhex(out, digits).then_some(scale),
        _ => {
            let value: i128 = std::str::from_utf8(digits).ok()?.parse().ok()?;
            push(out, value);
            Some(scale)
        }
    }
}

/// Appends a number in as few bytes as two's complement takes.
pub(crate) fn push(out: &mut Vec<u8>, value: i128) {
    let bytes = value.to_be_bytes();
    let fill = if value < 0 { 0xff } else { 0 };
    let spare = bytes.iter().take_while(|byte| **byte == fill).count().min(15);
    // The first bit is the sign.
    let needed = bytes.get(spare).is_some_and(|byte| (*byte ^ fill) >= 0x80);
    out.extend_from_slice(bytes.get(spare - usize::from(needed && spare > 0)..).unwrap_or_default());
}

/// How many of the eight bytes of a number in two's complement say nothing.
#[inline]
pub(crate) const fn spare(value: i64) -> usize {
    // All bits that are the sign's, but for the sign itself.
    let signs = (value ^ (value >> 63)).leading_zeros() - 1;
    (signs / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: i128) -> Vec<u8> {
        let mut out = Vec::new();
        push(&mut out, value);
        out
    }

    #[test]
    fn numbers_take_as_few_bytes_as_they_can() {
        for (value, expected) in [
            (0, &[0][..]),
            (-1, &[0xff]),
            (127, &[0x7f]),
            (128, &[0, 0x80]),
            (-128, &[0x80]),
            (-129, &[0xff, 0x7f]),
            (87_624, &[1, 0x56, 0x48]),
            (i128::MIN, &i128::MIN.to_be_bytes()),
        ] {
            assert_eq!(bytes(value), expected);
            if let Ok(value) = i64::try_from(value) {
                assert_eq!(&value.to_be_bytes()[spare(value)..], expected);
            }
        }
    }

    #[test]
    fn the_library_keeps_the_lowest_bits_of_the_whole_part() {
        for (scale, value, expected) in [
            (2, 11_347, 113),
            (2, -11_347, -113),
            (0, 5, 5),
            (-30, 5, 6_937_977_277_816_766_464),
            (-64, 1, 0),
            (i32::MIN, 1, 0),
            (i32::MAX, i128::MAX, 0),
            (40, i128::MAX, 0),
            (1, 50_000_000_005, 5_000_000_000),
        ] {
            assert_eq!(long_value(scale, &bytes(value)), Some(expected), "{value}E{}", -i64::from(scale));
        }
        // 2^136 = 87112285931760246646623899502532662132736
        let mut large = vec![1];
        large.resize(18, 0);
        assert_eq!(long_value(25, &large), Some(8_711_228_593_176_024));
        assert_eq!(long_value(0, &large), Some(0));
        assert_eq!(long_value(1, &vec![1; 5000]), None);
        let negative: Vec<u8> = [vec![0xff], vec![0; 17]].concat();
        assert_eq!(long_value(25, &negative), Some(-8_711_228_593_176_024));
    }

    #[test]
    fn the_true_value_comes_back() {
        for (scale, unscaled) in
            [(2, bytes(87_624)), (-3, bytes(-1)), (i32::MIN, bytes(0)), (i32::MAX, vec![7; 40])]
        {
            let mut text = Vec::new();
            write(&mut text, scale, &unscaled);
            let mut back = Vec::new();
            assert_eq!((read(&mut back, &text), back), (Some(scale), unscaled));
        }
        for bad in ["", "1", "E", "1E", "xE5", "0xE5", "1E99999999999"] {
            assert_eq!(read(&mut Vec::new(), bad.as_bytes()), None, "{bad}");
        }
    }
}
