//! Numbers and dates in text, written into a room without a call (`holdfast_document::put`). Each writes what the function
//! of the same name in its module writes, or tells that it does not: then what the room holds is of no use.

use std::num::NonZeroU64;

use holdfast_document::{Room, ZEROS, digits};

use super::date::{DAY, LastDay};

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
    let behind = (digits(fraction as u32) | ZEROS).wrapping_shr(64 - 8 * scale as u32) << 8 | u64::from(b'.');
    if value < 0 {
        room.put([b'-'])?;
    }
    room.unsigned(whole)?;
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
    room.unsigned(u64::from(milli))?;
    room.put(*b" UTC")
}

#[cfg(test)]
mod tests {
    use holdfast_document::put_within;
    use proptest::prelude::*;

    use super::*;
    use crate::text::{big, date, float};

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
}
