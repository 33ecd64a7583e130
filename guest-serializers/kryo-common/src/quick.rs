//! Numbers by a look at their first bytes, for values that come often.

/// A number of 7 bits a byte that takes at most 8 of them, and how many. It wants eight bytes to look at.
#[inline(always)]
#[must_use]
pub fn varlong(bytes: &[u8]) -> Option<(u64, usize)> {
    if let [byte @ 0..0x80, ..] = *bytes {
        return Some((u64::from(byte), 1));
    }
    let word = u64::from_le_bytes(*bytes.first_chunk::<8>()?);
    let ends = !word & 0x8080_8080_8080_8080;
    if ends == 0 {
        return None;
    }
    let len = ends.trailing_zeros() / 8 + 1;
    let word = word & (u64::MAX >> (64 - 8 * len)) & 0x7f7f_7f7f_7f7f_7f7f;
    // Pairs of sevens, of fourteens, of twenty-eights move together.
    let word = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let word = word & 0x0000_3fff_0000_3fff | (word & 0x3fff_0000_3fff_0000) >> 2;
    let word = word & 0x0000_0000_0fff_ffff | (word & 0x0fff_ffff_0000_0000) >> 4;
    Some((word, len as usize))
}

/// As [`varlong`], for a number of at most 32 bits.
#[inline(always)]
#[must_use]
pub fn varint(bytes: &[u8]) -> Option<(u32, usize)> {
    if let [byte @ 0..0x80, ..] = *bytes {
        return Some((u32::from(byte), 1));
    }
    let (value, len) = varlong(bytes).filter(|(_, len)| *len <= 5)?;
    Some((u32::try_from(value).ok()?, len))
}

/// The signed number of one that has its sign in the lowest bit.
#[inline(always)]
#[must_use]
pub const fn signed(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// As [`signed`], of 32 bits.
#[inline(always)]
#[must_use]
pub const fn signed_int(value: u32) -> i32 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output;

    #[test]
    fn numbers_are_those_that_were_written_or_left_alone() {
        for bit in 0..64 {
            for value in [1u64 << bit, (1u64 << bit) - 1, u64::MAX >> bit] {
                let mut out = Vec::new();
                output::varlong(&mut out, value);
                let len = out.len();
                out.extend_from_slice(&[0xff; 8]);
                assert_eq!(varlong(&out), (len <= 8).then_some((value, len)));
                let small = u32::try_from(value).ok().map(|value| (value, len));
                assert_eq!(varint(&out), small);
            }
        }
        assert_eq!(varlong(&[0x80, 1]), None);
        assert_eq!(varlong(&[5]), Some((5, 1)));
        assert_eq!(varint(&[]), None);
    }
}
