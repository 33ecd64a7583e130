//! Kryo's numbers of variable length: 7 bits a byte, the lowest first, a high bit where another byte follows.

use holdfast_document::{Room, append, put_first, put_pair};

/// Writes an unsigned number of 32 bits in 1 to 5 bytes.
#[inline]
pub fn varint(out: &mut Vec<u8>, value: u32) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        varlong(out, u64::from(value));
    }
}

/// Writes a signed number of 32 bits, its sign in the lowest bit.
#[inline]
pub fn zigzag(out: &mut Vec<u8>, value: i32) {
    varint(out, (value << 1 ^ value >> 31).cast_unsigned());
}

/// Writes an unsigned number of 64 bits in 1 to 10 bytes, as Kryo 1 does.
#[inline]
pub fn varlong(out: &mut Vec<u8>, value: u64) {
    if value < 1 << 56 {
        varlong_of_56(out, value);
        return;
    }
    let mut buffer = [0u8; 10];
    let mut rest = value;
    let mut len = 0;
    for byte in &mut buffer {
        len += 1;
        if rest < 0x80 {
            *byte = rest as u8;
            break;
        }
        *byte = rest as u8 | 0x80;
        rest >>= 7;
    }
    append(out, buffer.get(..len).unwrap_or_default());
}

/// As [`varlong`], a number of at most 56 bits: without a branch for each byte.
#[inline]
pub fn varlong_of_56(out: &mut Vec<u8>, value: u64) {
    let (bytes, len) = marked(value);
    let end = out.len() + len;
    out.extend_from_slice(&bytes);
    out.truncate(end);
}

/// Writes `head` and a number below 2^56 as [`varlong`] does, where there is room and without a call: see
/// `holdfast_document::put`.
#[inline(always)]
pub fn put_varlong<const N: usize>(out: &mut Vec<u8>, head: [u8; N], value: u64) -> bool {
    if value < 0x80 {
        return put_pair(out, head, [value as u8]);
    }
    let (bytes, len) = marked(value);
    value < 1 << 56 && put_first(out, head, bytes, len)
}

/// As [`put_varlong`], of a signed number, its sign in the lowest bit.
#[inline(always)]
pub fn put_zigzag<const N: usize>(out: &mut Vec<u8>, head: [u8; N], value: i64) -> bool {
    put_varlong(out, head, (value << 1 ^ value >> 63).cast_unsigned())
}

/// As [`put_varlong`], into a room in which eight bytes must be left.
#[inline(always)]
pub fn varlong_in<const N: usize>(room: &mut Room<'_, N>, value: u64) -> Option<()> {
    if value < 0x80 {
        return room.put([value as u8]);
    }
    let (bytes, len) = marked(value);
    (value < 1 << 56).then_some(())?;
    room.put_first(&bytes, len)
}

/// As [`put_zigzag`], into a room in which eight bytes must be left.
#[inline(always)]
pub fn zigzag_in<const N: usize>(room: &mut Room<'_, N>, value: i64) -> Option<()> {
    varlong_in(room, (value << 1 ^ value >> 63).cast_unsigned())
}

/// The bytes of a number of at most 56 bits, and how many they are.
#[inline(always)]
const fn marked(value: u64) -> ([u8; 8], usize) {
    let groups = groups(value);
    let last = (63 - (groups | 1).leading_zeros() as usize) / 8;
    let marks = CONTINUED & !(u64::MAX << (8 * last));
    ((groups | marks).to_le_bytes(), last + 1)
}

/// The high bit of each byte: another one follows.
pub const CONTINUED: u64 = 0x8080_8080_8080_8080;

/// The lowest 56 bits, seven in each byte: halves, quarters and eighths move apart, all at once.
#[inline]
#[must_use]
pub const fn groups(value: u64) -> u64 {
    let halves = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4;
    let quarters = halves & 0x0000_3fff_0000_3fff | (halves & 0x0fff_c000_0fff_c000) << 2;
    quarters & 0x007f_007f_007f_007f | (quarters & 0x3f80_3f80_3f80_3f80) << 1
}

/// As [`varlong`], for a signed number, its sign in the lowest bit.
#[inline]
pub fn zigzag_long(out: &mut Vec<u8>, value: i64) {
    varlong(out, (value << 1 ^ value >> 63).cast_unsigned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    #[test]
    fn numbers_have_the_bytes_that_kryo_gives_them() {
        let mut out = Vec::new();
        varint(&mut out, 7);
        zigzag(&mut out, -1);
        zigzag_long(&mut out, 9_000_000_000);
        varlong(&mut out, u64::MAX);
        assert_eq!(out[..8], [0x07, 0x01, 0x80, 0xe8, 0x88, 0x87, 0x43, 0xff]);
        assert_eq!(out[8..], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
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
                varint(&mut out, value as u32);
                assert_eq!(Input::new(&out).varint().unwrap(), value as u32);
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
