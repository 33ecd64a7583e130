//! Numbers and dates in text, written where there is room and without a call (`holdfast_document::put`). Each writes
//! what the function of the same name in its module writes, or tells that it does not: what it then wrote is to be taken
//! back.

use std::num::NonZeroU64;

use holdfast_document::{put, put_first};

use super::date::{DAY, LastDay};

const EIGHT_DIGITS: u64 = 100_000_000;
const ZEROS: u64 = u64::from_le_bytes(*b"00000000");

/// The eight digits of a number below 10^8: the first of them is the lowest byte. Two numbers of four digits, then four of
/// two, then eight of one are made of it at once.
#[inline(always)]
const fn eight(value: u32) -> u64 {
    let fours = (value / 10_000) as u64 | ((value % 10_000) as u64) << 32;
    let hundreds = (fours * 10_486) >> 20 & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = (twos * 103) >> 10 & 0x000f_000f_000f_000f;
    (tens | (twos - tens * 10) << 8) + ZEROS
}

/// A number below 10^8.
#[inline(always)]
fn put_short(out: &mut Vec<u8>, value: u32) -> bool {
    let digits = eight(value);
    // The last digit stays.
    let zeros = ((digits ^ ZEROS) | 1 << 56).trailing_zeros() & !7;
    put_first(out, [], (digits >> zeros).to_le_bytes(), 8 - (zeros / 8) as usize)
}

/// A number below 10^16.
#[inline(always)]
fn put_unsigned(out: &mut Vec<u8>, value: u64) -> bool {
    if value < EIGHT_DIGITS {
        return put_short(out, value as u32);
    }
    let (high, low) = (value / EIGHT_DIGITS, (value % EIGHT_DIGITS) as u32);
    high < EIGHT_DIGITS && put_short(out, high as u32) && put(out, eight(low).to_le_bytes())
}

/// An integer.
#[inline(always)]
pub(crate) fn put_int(out: &mut Vec<u8>, value: i64) -> bool {
    (value >= 0 || put(out, [b'-'])) && put_unsigned(out, value.unsigned_abs())
}

const fn power(exponent: u32) -> NonZeroU64 {
    NonZeroU64::MIN.saturating_add(9).saturating_pow(exponent)
}

const POWERS: [NonZeroU64; 7] = [power(0), power(1), power(2), power(3), power(4), power(5), power(6)];

/// A number with so many digits behind the point, at most six.
#[inline(always)]
pub(crate) fn put_decimal(out: &mut Vec<u8>, scale: i32, value: i64) -> bool {
    let Some(power) = POWERS.get(scale as usize) else { return false };
    let size = value.unsigned_abs();
    let (whole, fraction) = (size / *power, size % *power);
    // The point stands in front of the last digits.
    let behind = eight(fraction as u32).wrapping_shr(64 - 8 * scale as u32) << 8 | u64::from(b'.');
    (value >= 0 || put(out, [b'-']))
        && put_unsigned(out, whole)
        && (scale == 0 || put_first(out, [], behind.to_le_bytes(), scale as usize + 1))
}

/// A double that is a number of few digits.
#[inline(always)]
pub(crate) fn put_double(out: &mut Vec<u8>, value: f64) -> bool {
    super::float::decimal(value).is_some_and(|(scale, digits)| put_decimal(out, scale, digits))
}

/// A date of the day that was written last.
#[inline(always)]
pub(crate) fn put_date(out: &mut Vec<u8>, millis: i64, last: &LastDay) -> bool {
    let Some(rest @ 0..DAY) = millis.checked_sub(last.day * DAY) else { return false };
    let (seconds, milli) = (rest as u32 / 1_000, rest as u32 % 1_000);
    // One by one: `map` is a call.
    let ([i, j], [k, l], [m, n]) =
        (super::pair(seconds / 3_600), super::pair(seconds / 60 % 60), super::pair(seconds % 60));
    let [a, b, c, d, e, f, g, h, y, z] = last.text;
    put(out, [a, b, c, d, e, f, g, h, y, z, b' ', i, j, b':', k, l])
        && put(out, [b':', m, n, b'.'])
        && put_short(out, milli)
        && put(out, *b" UTC")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{big, date, float, push_int};

    /// Both write the same, or the second tells that it does not: with much room, and with none.
    fn same(push: impl FnOnce(&mut Vec<u8>), put: impl Fn(&mut Vec<u8>) -> bool) -> bool {
        let (mut pushed, mut filled) = (Vec::new(), Vec::with_capacity(100));
        push(&mut pushed);
        let done = put(&mut filled);
        if done {
            assert_eq!(String::from_utf8(filled), String::from_utf8(pushed));
        }
        assert!(!put(&mut Vec::new()));
        done
    }

    /// Numbers of any length.
    fn sized() -> impl Strategy<Value = i64> {
        (any::<i64>(), 0..64).prop_map(|(value, bits)| value >> bits)
    }

    proptest! {
        #[test]
        fn integers_are_written_as_others_are(value in sized()) {
            let done = same(|out| push_int(out, value), |out| put_int(out, value));
            prop_assert_eq!(done, value.unsigned_abs() < EIGHT_DIGITS * EIGHT_DIGITS);
        }

        #[test]
        fn decimals_are_written_as_others_are(value in sized(), scale in -1..9) {
            let unscaled = value.to_be_bytes();
            let done = same(
                |out| big::push_decimal(out, scale, &unscaled),
                |out| put_decimal(out, scale, value),
            );
            prop_assert!(done || !(0..=6).contains(&scale) || value.unsigned_abs() >= 1 << 50);
        }

        #[test]
        fn doubles_are_written_as_others_are(value in any::<i32>(), scale in 0..6, bits in any::<u64>()) {
            let money = f64::from(value) / 10f64.powi(scale);
            same(|out| float::push_double(out, money), |out| put_double(out, money));
            let any = f64::from_bits(bits);
            same(|out| float::push_double(out, any), |out| put_double(out, any));
        }

        #[test]
        fn dates_are_written_as_others_are(millis in sized(), more in -100_000_000..100_000_000_i64) {
            let mut last = LastDay::default();
            date::push(&mut Vec::new(), millis, &mut last);
            for millis in [millis, millis.saturating_add(more)] {
                let mut other = last;
                same(|out| date::push(out, millis, &mut other), |out| put_date(out, millis, &last));
            }
        }
    }

    #[test]
    fn digits_are_those_of_all_numbers() {
        for value in (0..1_000_000).chain((1_000_000..100_000_000).step_by(997)).chain([99_999_999]) {
            assert_eq!(eight(value).to_le_bytes(), format!("{value:08}").as_bytes());
        }
    }
}
