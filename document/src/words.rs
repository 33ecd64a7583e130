//! Looks at byte strings a word at a time. Those of sessions are short: what a vectorised look takes to begin, and to
//! end behind the last whole word, is more than the work itself.

use vectors::{is_unmarked, marked, unmarked};

use crate::text::SHORT_TEXT;

/// The bits of `look` at words that together hold every byte of `bytes`, some of them twice, and no other byte.
/// Nothing when there are no bytes.
///
/// ```
/// use holdfast_document::any_bits;
///
/// let high = |word| word & 0x8080_8080_8080_8080;
/// assert_eq!(any_bits("key-00017".as_bytes(), high), 0);
/// assert_ne!(any_bits("é".as_bytes(), high), 0);
/// ```
#[inline(always)]
pub fn any_bits(bytes: &[u8], look: impl Fn(u64) -> u64) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let mut bits = look(u64::from_ne_bytes(*first)) | look(u64::from_ne_bytes(*last));
        if bytes.len() > 16 {
            for word in bytes.as_chunks::<8>().0.iter().skip(1) {
                bits |= look(u64::from_ne_bytes(*word));
            }
        }
        return bits;
    }
    let word = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_ne_bytes(*first)) << 32 | u64::from(u32::from_ne_bytes(*last))
        }
        _ => match *bytes {
            [] => return 0,
            [a] => u64::from_ne_bytes([a; 8]),
            [a, b] => u64::from_ne_bytes([a, b, a, b, a, b, a, b]),
            [a, b, c, ..] => u64::from_ne_bytes([a, b, c, c, a, b, c, c]),
        },
    };
    look(word)
}

/// Whether all bytes are ASCII.
#[inline(always)]
#[must_use]
pub fn is_ascii(bytes: &[u8]) -> bool {
    any_bits(bytes, |word| word & 0x8080_8080_8080_8080) == 0
}

/// Where the first byte stands whose highest bit `look` sets, of those in whole words.
///
/// ```
/// use holdfast_document::first_bit;
///
/// assert_eq!(first_bit("a value of 3 €, or of 4".as_bytes(), |word| word), Some(13));
/// assert_eq!(first_bit(b"key-00017", |word| word), None);
/// ```
#[inline(always)]
pub fn first_bit(bytes: &[u8], look: impl Fn(u64) -> u64) -> Option<usize> {
    for (index, word) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let bits = look(u64::from_le_bytes(*word)) & 0x8080_8080_8080_8080;
        if bits != 0 {
            return Some(index * 8 + bits.trailing_zeros() as usize / 8);
        }
    }
    None
}

/// The highest bits that `look` gives to the first `len` of these bytes, eight at a time. Of more bytes than there are, all are set.
///
/// ```
/// use holdfast_document::short_bits;
///
/// let text = b"fianc\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9e";
/// assert_eq!(short_bits(text, 5, |word| word), 0);
/// assert_ne!(short_bits(text, 6, |word| word), 0);
/// ```
#[inline(always)]
#[must_use]
pub fn short_bits(bytes: &[u8; SHORT_TEXT], len: usize, look: impl Fn(u64) -> u64) -> u64 {
    const HIGHEST: [[u64; 2]; SHORT_TEXT + 1] = {
        let mut bits = [[0; 2]; SHORT_TEXT + 1];
        let mut len = 0;
        while len <= SHORT_TEXT {
            let unused = 8 * (SHORT_TEXT - len) as u32;
            let all = (u128::MAX / 0xff * 0x80).unbounded_shr(unused);
            #[allow(clippy::indexing_slicing, reason = "at compile time, within its length")]
            let both = &mut bits[len];
            *both = [all as u64, (all >> 64) as u64];
            len += 1;
        }
        bits
    };
    let word = u128::from_le_bytes(*bytes);
    let Some([first, second]) = HIGHEST.get(len) else { return u64::MAX };
    look(word as u64) & first | look((word >> 64) as u64) & second
}

/// Whether the first `len` bytes of a text are ASCII. Of more bytes than there are, one is not. They are looked at
/// [`SHORT_TEXT`] at a time.
///
/// ```
/// use holdfast_document::text_is_ascii;
///
/// let text = b"tab\tnul\0\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9";
/// assert!(text_is_ascii(text, 8) && !text_is_ascii(text, 9));
/// ```
#[inline(always)]
#[must_use]
pub fn text_is_ascii<const N: usize>(text: &[u8; N], len: usize) -> bool {
    is_unmarked(text, len, |bytes| bytes)
}

/// How many bytes of ASCII stand in front of a text.
///
/// ```
/// use holdfast_document::ascii_len;
///
/// assert_eq!(ascii_len(b"fianc\xc3\xa9e........"), 5);
/// assert_eq!(ascii_len(&[b' '; 64]), 64);
/// ```
#[inline(always)]
#[must_use]
pub fn ascii_len<const N: usize>(text: &[u8; N]) -> usize {
    unmarked(text, |bytes| bytes)
}

/// Whether none of the first `len` bytes of a text is one of the `count` from `first` on, behind 0xff those from 0 on. Of
/// more bytes than there are, one is.
///
/// ```
/// use holdfast_document::has_none;
///
/// let text = b"a clef \xf0\x9d\x84\x9e\0.........................";
/// assert!(has_none(text, 7, 0xf0, 17) && !has_none(text, 8, 0xf0, 17), "what begins four bytes");
/// assert!(has_none(text, 11, 0, 32) && !has_none(text, 12, 0, 32), "a control character");
/// ```
#[inline(always)]
#[must_use]
pub fn has_none<const N: usize>(text: &[u8; N], len: usize, first: u8, count: u8) -> bool {
    is_unmarked(text, len, |bytes| marked(bytes, first, count))
}

/// All bytes are compared at once. WebAssembly is told so, as compilers do not see it in words.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    use core::arch::wasm32::{i8x16_add, i8x16_bitmask, i8x16_lt, i8x16_splat, u64x2, v128};

    use super::SHORT_TEXT;

    /// How many bytes stand in front of the first whose highest bit `mark` sets; where it sets none, at least as many as there
    /// are.
    #[inline(always)]
    fn before_mark<const N: usize>(text: &[u8; N], mark: impl Fn(v128) -> v128) -> usize {
        const { assert!(N.is_multiple_of(SHORT_TEXT) && N <= 64, "whole chunks, and a bit a byte") };
        let marks = |chunk: &[u8; SHORT_TEXT]| {
            let word = u128::from_le_bytes(*chunk);
            i8x16_bitmask(mark(u64x2(word as u64, (word >> 64) as u64)))
        };
        let before = match text.as_chunks().0 {
            // Of none, there are 32 before the first.
            [only] => u32::from(marks(only)).trailing_zeros(),
            chunks => {
                let all =
                    chunks.iter().rev().fold(0_u64, |all, chunk| all << SHORT_TEXT | u64::from(marks(chunk)));
                all.trailing_zeros()
            }
        };
        before as usize
    }

    /// How many bytes stand in front of the first whose highest bit `mark` sets.
    #[inline(always)]
    pub(super) fn unmarked<const N: usize>(text: &[u8; N], mark: impl Fn(v128) -> v128) -> usize {
        before_mark(text, mark).min(N)
    }

    /// Whether `mark` sets the highest bit of none of the first `len` bytes.
    #[inline(always)]
    pub(super) fn is_unmarked<const N: usize>(
        text: &[u8; N],
        len: usize,
        mark: impl Fn(v128) -> v128,
    ) -> bool {
        len <= N && before_mark(text, mark) >= len
    }

    /// The bytes of a range, moved to where it begins with the lowest number that has a sign.
    #[inline(always)]
    pub(super) fn marked(bytes: v128, first: u8, count: u8) -> v128 {
        let moved = i8x16_add(bytes, i8x16_splat(0x80_u8.wrapping_sub(first) as i8));
        i8x16_lt(moved, i8x16_splat((0x80 ^ count) as i8))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod vectors {
    use super::{SHORT_TEXT, any_bits, first_bit, short_bits};

    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * EACH;

    /// How many bytes stand in front of the first whose highest bit `mark` sets.
    #[inline(always)]
    pub(super) fn unmarked<const N: usize>(text: &[u8; N], mark: impl Fn(u64) -> u64) -> usize {
        first_bit(text, mark).unwrap_or(N)
    }

    /// Whether `mark` sets the highest bit of none of the first `len` bytes.
    #[inline(always)]
    pub(super) fn is_unmarked<const N: usize>(text: &[u8; N], len: usize, mark: impl Fn(u64) -> u64) -> bool {
        match text.first_chunk() {
            Some(short) if N == SHORT_TEXT => short_bits(short, len, mark) == 0,
            _ => text.get(..len).is_some_and(|bytes| any_bits(bytes, |word| mark(word) & HIGHEST) == 0),
        }
    }

    /// Byte by byte: how far it stands behind the first, and what is borrowed where the count is taken from that.
    #[inline(always)]
    pub(super) const fn marked(bytes: u64, first: u8, count: u8) -> u64 {
        let (first, count) = (first as u64 * EACH, count as u64 * EACH);
        let behind = ((bytes | HIGHEST) - (first & !HIGHEST)) ^ ((bytes ^ !first) & HIGHEST);
        let less = (behind | HIGHEST) - (count & !HIGHEST);
        !behind & count | !(behind ^ count) & !less
    }
}

/// How many bytes the character takes that begins this UTF-8, if it is one of the first 65,536: one unit of UTF-16. In a word
/// they are looked at without a branch for each.
#[inline(always)]
#[must_use]
pub const fn first_unit(bytes: [u8; 4]) -> Option<usize> {
    let word = u32::from_le_bytes(bytes);
    if word & 0x80 == 0 {
        Some(1)
    } else if word & 0xc0e0 == 0x80c0 && word & 0x1e != 0 {
        Some(2)
    } else if word & 0x00c0_c0f0 == 0x0080_80e0 && !matches!(word & 0x200f, 0 | 0x200d) {
        // Neither longer than it has to be, nor a surrogate.
        Some(3)
    } else {
        None
    }
}

/// The number of the digits in front of eight bytes, and how many they are: found and joined all at once.
///
/// ```
/// assert_eq!(holdfast_document::leading_digits(b"123</int"), (123, 3));
/// assert_eq!(holdfast_document::leading_digits(b"-123</in"), (0, 0));
/// ```
#[inline(always)]
#[must_use]
pub const fn leading_digits(bytes: &[u8; 8]) -> (u64, usize) {
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_le_bytes(*bytes) ^ 0x3030_3030_3030_3030;
    // What is above 9 gets its highest bit.
    let others = (((word & !HIGHS) + 0x7676_7676_7676_7676) | word) & HIGHS;
    let count = (others.trailing_zeros() / 8) as usize;
    // With zeros in front, the first one in the lowest byte.
    let digits = word.unbounded_shl(64 - 8 * count as u32);
    let twos = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    ((fours * 10_000 + (fours >> 32)) & 0xffff_ffff, count)
}

/// Whether two byte strings are the same, without a call, which `==` is.
#[inline(always)]
#[must_use]
pub fn is_equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (Some(left_last), Some(right_last)) = (left.last_chunk::<8>(), right.last_chunk::<8>()) else {
        return left.iter().zip(right).all(|(left, right)| left == right);
    };
    left.as_chunks::<8>()
        .0
        .iter()
        .zip(right.as_chunks::<8>().0)
        .all(|(left, right)| u64::from_ne_bytes(*left) == u64::from_ne_bytes(*right))
        && left_last == right_last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LONGEST_TEXT;

    #[test]
    fn a_unit_is_as_long_as_its_character_is_in_utf8() {
        for char in (0..=0x10_ffff).filter_map(char::from_u32) {
            let mut bytes = [0x80; 4];
            let len = char.encode_utf8(&mut bytes).len();
            assert_eq!(first_unit(bytes), (len < 4).then_some(len), "{char:?}");
            bytes[len - 1..].fill(b'x');
            assert_eq!(first_unit(bytes), (len == 1).then_some(1), "{char:?}, but for its last byte");
        }
        for first in 0..=0xff {
            for second in 0..=0xff {
                for third in [0, 0x7f, 0x80, 0xbf, 0xc0, 0xff] {
                    let bytes = [first, second, third, b'x'];
                    let whole = (1..4).find(|&len| std::str::from_utf8(&bytes[..len]).is_ok());
                    assert_eq!(first_unit(bytes), whole, "{bytes:x?}");
                }
            }
        }
        assert_eq!(first_unit(*b"\xf0\x9d\x84\x9e"), None);
    }

    #[test]
    fn bytes_are_the_same_or_differ_somewhere() {
        let bytes: Vec<u8> = (0..70).collect();
        for len in 0..70 {
            assert!(is_equal(&bytes[..len], &bytes.clone()[..len]));
            assert!(!is_equal(&bytes[..len], &bytes[..=len]));
            for at in 0..len {
                let mut other = bytes.clone();
                other[at] ^= 0x40;
                assert!(!is_equal(&bytes[..len], &other[..len]), "{len} {at}");
            }
        }
    }

    #[test]
    fn of_a_short_text_every_byte_is_seen_and_none_behind_it() {
        for len in 0..=SHORT_TEXT {
            let mut bytes = [0x80; SHORT_TEXT];
            bytes[..len].fill(b'a');
            assert!(text_is_ascii(&bytes, len), "{len}");
            for at in 0..len {
                let old = std::mem::replace(&mut bytes[at], 0x80);
                assert!(!text_is_ascii(&bytes, len), "{len} {at}");
                bytes[at] = old;
            }
        }
        assert!(!text_is_ascii(&[b'a'; SHORT_TEXT], SHORT_TEXT + 1), "there are not so many");
    }

    #[test]
    fn of_a_text_the_bytes_of_a_range_are_found() {
        for (first, count) in [(0x80, 128), (0x80, 129), (0xf0, 17), (0, 32), (b'a', 1)] {
            let other = u8::wrapping_sub(first, 1);
            for len in 0..=LONGEST_TEXT {
                let mut text = [first; LONGEST_TEXT];
                text[..len].fill(other);
                assert!(has_none(&text, len, first, count), "{first} {len}");
                text[..len].fill(first.wrapping_add(count));
                assert!(has_none(&text, len, first, count), "{first} {len}");
                for at in 0..len {
                    for odd in [first, first.wrapping_add(count - 1)] {
                        let old = std::mem::replace(&mut text[at], odd);
                        assert!(!has_none(&text, len, first, count), "{first} {len} {at} {odd}");
                        text[at] = old;
                    }
                }
            }
            let text = [other; LONGEST_TEXT];
            assert!(!has_none(&text, LONGEST_TEXT + 1, first, count), "there are not so many");
        }
    }

    #[test]
    fn the_first_byte_with_a_bit_is_found_in_whole_words() {
        for len in 0..40 {
            for at in 0..len {
                let mut bytes = vec![0x7f; len];
                bytes[at..].fill(0x80);
                let expected = (at < len / 8 * 8).then_some(at);
                assert_eq!(first_bit(&bytes, |word| word), expected, "{len} {at}");
            }
        }
    }

    #[test]
    fn every_byte_is_seen_and_no_other() {
        for len in 0..70 {
            let mut bytes = vec![b'a'; len + 2];
            if let [first, .., last] = bytes.as_mut_slice() {
                (*first, *last) = (0x80, 0x80);
            }
            assert!(is_ascii(&bytes[1..=len]), "{len}");
            let zeros = |word: u64| word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080;
            assert_eq!(any_bits(&bytes[1..=len], zeros), 0, "{len}");
            for at in 1..=len {
                let old = std::mem::replace(&mut bytes[at], 0xff);
                assert!(!is_ascii(&bytes[1..=len]), "{len} {at}");
                bytes[at] = 0;
                assert_ne!(any_bits(&bytes[1..=len], zeros), 0, "{len} {at}");
                bytes[at] = old;
            }
        }
    }
}
