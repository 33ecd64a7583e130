//! Looks at byte strings a word at a time. Those of sessions are short: what a vectorised look takes to begin, and to
//! end behind the last whole word, is more than the work itself.

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

/// Whether the first `len` bytes of a text are ASCII. Of more bytes than there are, one is not.
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
    has_none(text, len, 0x80, 128)
}

/// Whether none of the first `len` bytes of a text is one of the `count` from `first` on, behind 0xff those from 0 on. Of
/// more bytes than there are, one is. They are looked at [`SHORT_TEXT`] at a time.
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
    len <= N && is_free(text, len, first, count)
}

/// All bytes are compared at once. WebAssembly is told so, as compilers do not see it in words.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn is_free<const N: usize>(text: &[u8; N], len: usize, first: u8, count: u8) -> bool {
    use core::arch::wasm32::{i8x16_add, i8x16_bitmask, i8x16_lt, i8x16_splat, u64x2};

    let mut left = len;
    for chunk in text.as_chunks::<SHORT_TEXT>().0 {
        let word = u128::from_le_bytes(*chunk);
        let bytes = u64x2(word as u64, (word >> 64) as u64);
        // The first of them becomes the lowest of all with a sign. The mask alone tells what is below zero.
        let moved = i8x16_add(bytes, i8x16_splat(0x80_u8.wrapping_sub(first) as i8));
        let found = if count == 128 { moved } else { i8x16_lt(moved, i8x16_splat((0x80 ^ count) as i8)) };
        // Of none, there are 32 before the first.
        let before = u32::from(i8x16_bitmask(found)).trailing_zeros() as usize;
        if before < SHORT_TEXT || left <= SHORT_TEXT {
            return before >= left;
        }
        left -= SHORT_TEXT;
    }
    false
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn is_free<const N: usize>(text: &[u8; N], len: usize, first: u8, count: u8) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * EACH;

    let (first, count) = (u64::from(first) * EACH, u64::from(count) * EACH);
    // Byte by byte: how far it stands behind the first, and what is borrowed where the count is taken from that.
    let found = |word: u64| {
        let behind = ((word | HIGHEST) - (first & !HIGHEST)) ^ ((word ^ !first) & HIGHEST);
        let less = (behind | HIGHEST) - (count & !HIGHEST);
        (!behind & count | !(behind ^ count) & !less) & HIGHEST
    };
    match text.first_chunk() {
        Some(short) if N == SHORT_TEXT => short_bits(short, len, found) == 0,
        _ => text.get(..len).is_some_and(|bytes| any_bits(bytes, found) == 0),
    }
}

/// How many bytes the character takes that begins this UTF-8, if it is one of the first 65,536: one unit of UTF-16.
#[inline(always)]
#[must_use]
pub const fn first_unit(bytes: &[u8]) -> Option<usize> {
    Some(match bytes {
        [0..=0x7f, ..] => 1,
        [0xc2..=0xdf, 0x80..=0xbf, ..] => 2,
        [0xe0, 0xa0..=0xbf, 0x80..=0xbf, ..]
        | [0xe1..=0xec | 0xee..=0xef, 0x80..=0xbf, 0x80..=0xbf, ..]
        | [0xed, 0x80..=0x9f, 0x80..=0xbf, ..] => 3,
        _ => return None,
    })
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
            let mut bytes = [0x80; 5];
            let len = char.encode_utf8(&mut bytes).len();
            assert_eq!(first_unit(&bytes), (len < 4).then_some(len), "{char:?}");
            assert_eq!(first_unit(&bytes[..len - 1]), None, "{char:?}");
        }
        for bytes in [&[0x80][..], &[0xc0, 0x80], &[0xc1, 0xbf], &[0xe0, 0x9f, 0xbf], &[0xed, 0xa0, 0x80]] {
            assert_eq!(first_unit(bytes), None, "{bytes:x?}");
        }
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
