//! The sizes that Java's tables and arrays have after so many elements were put into them one by one.

/// Buckets, load factor and threshold that a hash table has after so many `put`s, from its empty constructor on, by the
/// number of its class in the table of built-in classes.
#[must_use]
#[inline(always)]
pub fn grown_table(number: u8, count: u32) -> (u32, u32, u32) {
    const LOAD_FACTOR: u32 = 0x3f40_0000;
    match number {
        // Since JDK 9 Properties is a ConcurrentHashMap that pretends.
        45 => (count.saturating_mul(2), 0, 0),
        44 => {
            let mut buckets = 11u32;
            while buckets < 0x4000_0000 && threshold(buckets, LOAD_FACTOR) < count {
                buckets = buckets * 2 + 1;
            }
            (buckets, LOAD_FACTOR, threshold(buckets, LOAD_FACTOR))
        }
        _ => {
            // The smallest power of two, from 16 on and up to 2^30, of which three quarters are enough.
            let threshold = |buckets: u32| buckets / 4 * 3;
            let least = count.clamp(16, 1 << 29).next_power_of_two();
            let buckets = if threshold(least) < count { least * 2 } else { least };
            // The table of a HashMap is made by the first `put`.
            (buckets, LOAD_FACTOR, if count == 0 { 0 } else { threshold(buckets) })
        }
    }
}

/// The threshold that a hash table of these buckets has.
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "as Java computes it"
)]
#[inline]
pub fn threshold(buckets: u32, load_factor: u32) -> u32 {
    (buckets as f32 * f32::from_bits(load_factor)) as u32
}

/// The capacity that a Vector has after so many `add`s.
#[must_use]
pub const fn grown_vector(count: u32) -> u32 {
    let mut capacity = 10u32;
    while capacity < count {
        capacity = capacity.saturating_mul(2);
    }
    capacity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_grow_as_in_java() {
        let f = 0x3f40_0000;
        assert_eq!(grown_table(40, 0), (16, f, 0));
        assert_eq!(grown_table(40, 12), (16, f, 12));
        assert_eq!(grown_table(40, 13), (32, f, 24));
        assert_eq!(grown_table(44, 0), (11, f, 8));
        assert_eq!(grown_table(44, 9), (23, f, 17));
        assert_eq!(grown_table(45, 3), (6, 0, 0));
        for power in 4..=30 {
            let full = threshold(1 << power, f);
            assert_eq!(grown_table(40, full), (1 << power, f, full));
            if power < 30 {
                assert_eq!(grown_table(40, full + 1), (2 << power, f, full * 2));
            }
        }
        assert_eq!(grown_table(40, u32::MAX), (1 << 30, f, 3 << 28));
        assert_eq!((grown_vector(0), grown_vector(11)), (10, 20));
    }
}
