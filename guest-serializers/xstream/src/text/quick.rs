//! Numbers and dates in text, written into a room without a call (`holdfast_document::put`). Each writes what the function
//! of the same name in its module writes, or tells that it does not: then what the room holds is of no use.

use std::num::NonZeroU64;

use holdfast_document::Room;

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
fn put_short<const N: usize>(room: &mut Room<'_, N>, value: u32) -> Option<()> {
    let digits = eight(value);
    // The last digit stays.
    let zeros = ((digits ^ ZEROS) | 1 << 56).trailing_zeros() & !7;
    room.put_first(&(digits >> zeros).to_le_bytes(), 8 - (zeros / 8) as usize)
}

/// A number below 10^16.
#[inline(always)]
fn put_unsigned<const N: usize>(room: &mut Room<'_, N>, value: u64) -> Option<()> {
    if value < EIGHT_DIGITS {
        return put_short(room, value as u32);
    }
    let (high, low) = (value / EIGHT_DIGITS, (value % EIGHT_DIGITS) as u32);
    (high < EIGHT_DIGITS).then_some(())?;
    put_short(room, high as u32)?;
    room.put(eight(low).to_le_bytes())
}

#[inline(always)]
fn put_sign<const N: usize>(room: &mut Room<'_, N>, value: i64) -> Option<()> {
    if value < 0 { room.put([b'-']) } else { Some(()) }
}

/// An integer.
#[inline(always)]
pub(crate) fn put_int<const N: usize>(room: &mut Room<'_, N>, value: i64) -> Option<()> {
    put_sign(room, value)?;
    put_unsigned(room, value.unsigned_abs())
}

const fn power(exponent: u32) -> NonZeroU64 {
    NonZeroU64::MIN.saturating_add(9).saturating_pow(exponent)
}

const POWERS: [NonZeroU64; 7] = [power(0), power(1), power(2), power(3), power(4), power(5), power(6)];

/// A number with so many digits behind the point, at most six.
#[inline(always)]
pub(crate) fn put_decimal<const N: usize>(room: &mut Room<'_, N>, scale: i32, value: i64) -> Option<()> {
    let power = POWERS.get(scale as usize)?;
    let size = value.unsigned_abs();
    let (whole, fraction) = (size / *power, size % *power);
    // The point stands in front of the last digits.
    let behind = eight(fraction as u32).wrapping_shr(64 - 8 * scale as u32) << 8 | u64::from(b'.');
    put_sign(room, value)?;
    put_unsigned(room, whole)?;
    if scale == 0 { Some(()) } else { room.put_first(&behind.to_le_bytes(), scale as usize + 1) }
}

/// A double that is a number of few digits.
#[inline(always)]
pub(crate) fn put_double<const N: usize>(room: &mut Room<'_, N>, value: f64) -> Option<()> {
    let (scale, digits) = super::float::decimal(value)?;
    put_decimal(room, scale, digits)
}

/// A date of the day that was written last.
#[inline(always)]
pub(crate) fn put_date<const N: usize>(room: &mut Room<'_, N>, millis: i64, last: &LastDay) -> Option<()> {
    let rest @ 0..DAY = millis.checked_sub(last.day * DAY)? else { return None };
    let (seconds, milli) = (rest as u32 / 1_000, rest as u32 % 1_000);
    // One by one: `map` is a call.
    let ([i, j], [k, l], [m, n]) =
        (super::pair(seconds / 3_600), super::pair(seconds / 60 % 60), super::pair(seconds % 60));
    let [a, b, c, d, e, f, g, h, y, z] = last.text;
    room.put([a, b, c, d, e, f, g, h, y, z, b' ', i, j, b':', k, l])?;
    room.put([b':', m, n, b'.'])?;
    put_short(room, milli)?;
    room.put(*b" UTC")
}

#[cfg(test)]
mod tests {
    use holdfast_document::put_within;
    use proptest::prelude::*;

    use super::*;
    use crate::text::{big, date, float, push_int};

    /// Both write the same, or the second tells that it does not.
    fn same(push: impl FnOnce(&mut Vec<u8>), put: impl Fn(&mut Room<'_, 40>) -> Option<()>) -> bool {
        let (mut pushed, mut filled) = (Vec::new(), Vec::with_capacity(40));
        push(&mut pushed);
        let done = put_within(&mut filled, put).is_some();
        if done {
            assert_eq!(String::from_utf8(filled), String::from_utf8(pushed));
        }
        done
    }

    /// Numbers of any length.
    fn sized() -> impl Strategy<Value = i64> {
        (any::<i64>(), 0..64).prop_map(|(value, bits)| value >> bits)
    }

    proptest! {
        #[test]
        fn integers_are_written_as_others_are(value in sized()) {
            let done = same(|out| push_int(out, value), |room| put_int(room, value));
            prop_assert_eq!(done, value.unsigned_abs() < EIGHT_DIGITS * EIGHT_DIGITS);
        }

        #[test]
        fn decimals_are_written_as_others_are(value in sized(), scale in -1..9) {
            let unscaled = value.to_be_bytes();
            let done = same(
                |out| big::push_decimal(out, scale, &unscaled),
                |room| put_decimal(room, scale, value),
            );
            prop_assert!(done || !(0..=6).contains(&scale) || value.unsigned_abs() >= 1 << 50);
        }

        #[test]
        fn doubles_are_written_as_others_are(value in any::<i32>(), scale in 0..6, bits in any::<u64>()) {
            let money = f64::from(value) / 10f64.powi(scale);
            same(|out| float::push_double(out, money), |room| put_double(room, money));
            let any = f64::from_bits(bits);
            same(|out| float::push_double(out, any), |room| put_double(room, any));
        }

        #[test]
        fn dates_are_written_as_others_are(millis in sized(), more in -100_000_000..100_000_000_i64) {
            let mut last = LastDay::default();
            date::push(&mut Vec::new(), millis, &mut last);
            for millis in [millis, millis.saturating_add(more)] {
                let mut other = last;
                same(|out| date::push(out, millis, &mut other), |room| put_date(room, millis, &last));
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
