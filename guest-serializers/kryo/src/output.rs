//! Kryo's `Output`: numbers.

use holdfast_document::{put_first, put_pair};
use holdfast_kryo_common::output::{CONTINUED, groups, varlong_of_56};

#[inline]
pub(crate) fn varint(out: &mut Vec<u8>, value: u32) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        varlong(out, u64::from(value));
    }
}

#[inline]
pub(crate) fn zigzag(out: &mut Vec<u8>, value: i32) {
    varint(out, (value << 1 ^ value >> 31).cast_unsigned());
}

/// 7 bits a byte, the lowest first; a ninth byte has 8.
#[inline]
pub(crate) fn varlong(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else if value < 1 << 56 {
        varlong_of_56(out, value);
    } else {
        out.extend_from_slice(&(groups(value) | CONTINUED).to_le_bytes());
        out.push((value >> 56) as u8);
    }
}

#[inline]
pub(crate) fn zigzag_long(out: &mut Vec<u8>, value: i64) {
    varlong(out, (value << 1 ^ value >> 63).cast_unsigned());
}

/// Writes `head` and a number below 2^56 as [`varlong`] does, where there is room and without a call: see
/// `holdfast_document::put`.
#[inline(always)]
pub(crate) fn put_varlong<const N: usize>(out: &mut Vec<u8>, head: [u8; N], value: u64) -> bool {
    if value < 0x80 {
        return put_pair(out, head, [value as u8]);
    }
    if value >= 1 << 56 {
        return false;
    }
    let groups = groups(value);
    let last = (63 - groups.leading_zeros() as usize) / 8;
    let marks = CONTINUED & !(u64::MAX << (8 * last));
    put_first(out, head, (groups | marks).to_le_bytes(), last + 1)
}

/// As [`put_varlong`], of a signed number, its sign in the lowest bit.
#[inline(always)]
pub(crate) fn put_zigzag<const N: usize>(out: &mut Vec<u8>, head: [u8; N], value: i64) -> bool {
    put_varlong(out, head, (value << 1 ^ value >> 63).cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    #[test]
    fn numbers_have_the_bytes_that_kryo_gives_them() {
        let mut out = Vec::new();
        zigzag(&mut out, 7);
        zigzag(&mut out, -1);
        zigzag_long(&mut out, 9_000_000_000);
        varlong(&mut out, u64::MAX);
        assert_eq!(out[..7], [0x0e, 0x01, 0x80, 0xe8, 0x88, 0x87, 0x43]);
        assert_eq!(out[7..], [0xff; 9]);
    }

    #[test]
    fn every_number_is_read_as_it_was_written() {
        for bit in 0..64 {
            for value in [1u64 << bit, (1u64 << bit) - 1, u64::MAX >> bit] {
                let mut out = Vec::new();
                varlong(&mut out, value);
                assert_eq!(Input::new(&out).varlong().unwrap(), value);
                out.clear();
                zigzag_long(&mut out, value.cast_signed());
                assert_eq!(Input::new(&out).zigzag_long().unwrap(), value.cast_signed());
                out.clear();
                zigzag(&mut out, value as u32 as i32);
                assert_eq!(Input::new(&out).zigzag().unwrap(), value as u32 as i32);
            }
        }
    }

    #[test]
    fn numbers_are_the_same_where_there_is_room() {
        for bit in 0..64 {
            for value in [1u64 << bit, (1u64 << bit) - 1, u64::MAX >> bit] {
                let (mut written, mut out) = (vec![7, 8], Vec::with_capacity(20));
                varlong(&mut written, value);
                assert_eq!(put_varlong(&mut out, [7, 8], value), value < 1 << 56);
                assert!(out.is_empty() || out == written);
                assert!(!put_varlong(&mut Vec::new(), [7, 8], value));
                for signed in [value.cast_signed(), value.cast_signed().wrapping_neg()] {
                    written.truncate(2);
                    zigzag_long(&mut written, signed);
                    out.clear();
                    assert_eq!(put_zigzag(&mut out, [7, 8], signed), written.len() <= 10);
                    assert!(out.is_empty() || out == written);
                }
            }
        }
    }
}
