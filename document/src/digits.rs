//! Whole numbers as decimal text, written into a room without a call: what XML is full of. Each takes up to 20 bytes, and
//! wants eight to be left behind the last but eight.

use crate::room::{Room, put_within};

/// A number of nine digits.
const EIGHT: u64 = 100_000_000;

/// The character `0` in each byte: with it the digits of [`digits`] are text.
pub const ZEROS: u64 = u64::from_le_bytes(*b"00000000");

/// The eight digits of a number below 10^8, the first one in the lowest byte. Two numbers of four digits, then four of two,
/// then eight of one are made of it at once.
///
/// ```
/// use holdfast_document::{ZEROS, digits};
///
/// assert_eq!((digits(1_234) | ZEROS).to_le_bytes(), *b"00001234");
/// ```
#[inline(always)]
#[must_use]
pub const fn digits(value: u32) -> u64 {
    let fours = (value / 10_000) as u64 | ((value % 10_000) as u64) << 32;
    let hundreds = (fours * 10_486) >> 20 & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = (twos * 103) >> 10 & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

impl<const N: usize> Room<'_, N> {
    /// Appends a number below 10^8.
    #[inline(always)]
    fn short_digits(&mut self, value: u32) -> Option<()> {
        let digits = digits(value);
        // The last digit stays.
        let spare = (digits.trailing_zeros() / 8).min(7);
        self.put_first(&((digits | ZEROS) >> (8 * spare)).to_le_bytes(), 8 - spare as usize)
    }

    /// Appends all of eight digits.
    #[inline(always)]
    fn eight_digits(&mut self, value: u64) -> Option<()> {
        self.put((digits((value % EIGHT) as u32) | ZEROS).to_le_bytes())
    }

    /// Appends a number as decimal text.
    #[inline(always)]
    pub fn unsigned(&mut self, value: u64) -> Option<()> {
        if value < 10 {
            return self.put([b'0' + value as u8]);
        }
        let high = value / EIGHT;
        match high {
            0 => return self.short_digits(value as u32),
            1..EIGHT => self.short_digits(high as u32)?,
            _ => {
                self.short_digits((high / EIGHT) as u32)?;
                self.eight_digits(high)?;
            }
        }
        self.eight_digits(value)
    }

    /// As [`Room::unsigned`], with a sign if it is below zero.
    #[inline(always)]
    pub fn integer(&mut self, value: i64) -> Option<()> {
        if value < 0 {
            self.put([b'-'])?;
        }
        self.unsigned(value.unsigned_abs())
    }
}

/// What a number takes at most, and what must be left behind the last but eight.
const MOST: usize = 28;

/// Appends a number as decimal text.
pub fn append_unsigned(out: &mut Vec<u8>, value: u64) {
    out.reserve(MOST);
    put_within::<MOST, _>(out, |room| room.unsigned(value));
}

/// As [`append_unsigned`], with a sign if it is below zero.
pub fn append_integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    append_unsigned(out, value.unsigned_abs());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_have_all_their_digits(value in any::<i64>(), shift in 0..64) {
            let value: i64 = value >> shift;
            for room in [28, 10] {
                let mut out = Vec::with_capacity(room);
                let done = put_within::<28, _>(&mut out, |room| room.integer(value)).is_some();
                prop_assert_eq!(done, room == 28);
                prop_assert_eq!(String::from_utf8(out).unwrap(), if done { value.to_string() } else { String::new() });
            }
            let mut out = b"=".to_vec();
            append_integer(&mut out, value);
            prop_assert_eq!(String::from_utf8(out).unwrap(), format!("={value}"));
        }
    }

    #[test]
    fn digits_are_those_of_all_numbers() {
        for value in (0..1_000_000).chain((1_000_000..100_000_000).step_by(997)).chain([99_999_999]) {
            assert_eq!((digits(value) | ZEROS).to_le_bytes(), format!("{value:08}").as_bytes());
        }
    }

    #[test]
    fn the_smallest_and_the_largest_numbers_have_theirs_too() {
        for value in
            [0, 9, 10, u64::MAX, 99_999_999, 100_000_000, 9_999_999_999_999_999, 10_000_000_000_000_000]
        {
            let mut out = Vec::with_capacity(40);
            put_within::<40, _>(&mut out, |room| room.unsigned(value)).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
            let mut out = Vec::new();
            append_unsigned(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
        let mut out = Vec::with_capacity(40);
        put_within::<40, _>(&mut out, |room| room.integer(i64::MIN)).unwrap();
        assert_eq!(out, i64::MIN.to_string().as_bytes());
    }
}
