//! Kryo's `Output`: numbers.

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
}
