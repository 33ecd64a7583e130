//! Java's modified UTF-8: NUL in two bytes, supplementary characters as two surrogates in three bytes each.

use holdfast_document::{
    LONGEST_TEXT, SHORT_TEXT, any_bits, append, first_bit, first_unit, has_none, is_ascii,
};

/// Whether text is the same in UTF-8 and in modified UTF-8: neither NUL nor a character of four bytes.
#[inline(always)]
pub(crate) fn is_same(utf8: &[u8]) -> bool {
    // NUL, or a byte whose four highest bits are set.
    let odd = |word: u64| {
        let nul = word.wrapping_sub(0x0101_0101_0101_0101) & !word;
        let four_bytes = word & word << 1 & word << 2 & word << 3;
        (nul | four_bytes) & 0x8080_8080_8080_8080
    };
    any_bits(utf8, |word| nul_or_no_ascii(word) & 0x8080_8080_8080_8080) == 0 || any_bits(utf8, odd) == 0
}

/// As [`is_same`], of the first `len` bytes of a text.
#[inline(always)]
pub(crate) fn is_same_text(text: &[u8; LONGEST_TEXT], len: usize) -> bool {
    // NUL, and what begins a character of four bytes.
    has_none(text, len, 0xf0, 17)
}

/// As [`is_same_text`], of most short texts: they are ASCII.
#[inline(always)]
pub(crate) fn is_same_short(text: &[u8; SHORT_TEXT], len: usize) -> bool {
    has_none(text, len, 0x80, 129)
}

/// Sets the highest bit of the first byte that is NUL or not ASCII, and of none before it.
#[inline(always)]
const fn nul_or_no_ascii(word: u64) -> u64 {
    word | word.wrapping_sub(0x0101_0101_0101_0101)
}

/// Whether modified UTF-8 is UTF-8 as well. Bytes that are no UTF-8 at all are not.
#[inline]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    is_ascii(bytes) || is_utf8_beyond_ascii(bytes)
}

/// As [`is_utf8`], of the first `len` of these bytes, behind which there are others, and without a call:
/// `holdfast_document::put` says why.
#[inline(always)]
pub(crate) fn is_utf8_of_units(bytes: &[u8], len: usize) -> bool {
    let Some(text) = bytes.get(..len) else { return false };
    // Those of ASCII in front are seen a word at a time.
    let mut at = first_bit(text, nul_or_no_ascii).unwrap_or(0);
    while at < len {
        let first = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
        let unit = first.filter(|[first, ..]| *first != 0).and_then(|first| first_unit(*first));
        let Some(unit) = unit else { return false };
        at += unit;
    }
    at == len
}

fn is_utf8_beyond_ascii(bytes: &[u8]) -> bool {
    is_same(bytes) && std::str::from_utf8(bytes).is_ok()
}

/// How many bytes UTF-8, or WTF-8, takes in modified UTF-8.
pub(crate) fn encoded_len(utf8: &[u8]) -> usize {
    utf8.len()
        + utf8
            .iter()
            .map(|byte| match byte {
                0 => 1,
                0xf0.. => 2,
                _ => 0,
            })
            .sum::<usize>()
}

/// Appends UTF-8, or WTF-8, in modified UTF-8.
pub(crate) fn encode(utf8: &[u8], out: &mut Vec<u8>) {
    let mut rest = utf8;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0 | 0xf0..)) {
        let (same, odd) = rest.split_at(at);
        append(out, same);
        rest = match *odd {
            [a, b, c, d, ref after @ ..] if a != 0 => {
                let bits = |byte: u8| u32::from(byte & 0x3f);
                let scalar = u32::from(a & 0x07) << 18 | bits(b) << 12 | bits(c) << 6 | bits(d);
                let above = scalar.saturating_sub(0x1_0000);
                surrogate(0xd800 | (above >> 10 & 0x3ff), out);
                surrogate(0xdc00 | (above & 0x3ff), out);
                after
            }
            [0, ref after @ ..] => {
                out.extend_from_slice(&[0xc0, 0x80]);
                after
            }
            _ => return,
        };
    }
    append(out, rest);
}

fn surrogate(unit: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[
        0xe0 | (unit >> 12) as u8,
        0x80 | (unit >> 6 & 0x3f) as u8,
        0x80 | (unit & 0x3f) as u8,
    ]);
}

/// Replaces what stands in `units` by the UTF-16 units of modified UTF-8, as `DataInput.readUTF` takes it.
///
/// The error is the offset of the first byte that makes no sense.
pub(crate) fn decode(bytes: &[u8], units: &mut Vec<u16>) -> Result<(), usize> {
    units.clear();
    units.reserve(bytes.len());
    let mut rest = bytes;
    loop {
        let (unit, after) = match *rest {
            [] => return Ok(()),
            [a @ 0..=0x7f, ref after @ ..] => (u16::from(a), after),
            [a @ 0xc0..=0xdf, b @ 0x80..=0xbf, ref after @ ..] => {
                (u16::from(a & 0x1f) << 6 | u16::from(b & 0x3f), after)
            }
            [a @ 0xe0..=0xef, b @ 0x80..=0xbf, c @ 0x80..=0xbf, ref after @ ..] => {
                (u16::from(a & 0x0f) << 12 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f), after)
            }
            _ => return Err(bytes.len() - rest.len()),
        };
        units.push(unit);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        encode(text.as_bytes(), &mut out);
        assert_eq!(out.len(), encoded_len(text.as_bytes()));
        out
    }

    #[test]
    fn nul_and_supplementary_characters_are_written_as_java_does() {
        assert_eq!(encoded("a\0b"), b"a\xc0\x80b");
        assert_eq!(encoded("\u{1f600}!"), b"\xed\xa0\xbd\xed\xb8\x80!");
        assert_eq!(encoded("中é"), "中é".as_bytes());
    }

    #[test]
    fn four_bytes_and_stray_ones_are_refused_where_they_begin() {
        let mut units = Vec::new();
        assert_eq!(decode(b"ab\xf0\x9f\x98\x80", &mut units), Err(2));
        assert_eq!(decode(b"\x80", &mut units), Err(0));
        assert_eq!(decode(b"a\xe4\xb8", &mut units), Err(1));
    }

    proptest! {
        #[test]
        fn text_comes_back(text in any::<String>()) {
            let bytes = encoded(&text);
            prop_assert_eq!(is_same(text.as_bytes()), bytes == text.as_bytes());
            let padded = [&bytes[..], &[0x80; 4]].concat();
            prop_assert_eq!(is_utf8_of_units(&padded, bytes.len()), is_utf8(&bytes));
            let mut first = [0; LONGEST_TEXT];
            let len = text.len().min(LONGEST_TEXT);
            first[..len].copy_from_slice(&text.as_bytes()[..len]);
            prop_assert_eq!(is_same_text(&first, len), is_same(&first[..len]));
            let (short, len) = (first.first_chunk().unwrap(), len.min(SHORT_TEXT));
            prop_assert_eq!(is_same_short(short, len), is_same(&first[..len]) && is_ascii(&first[..len]));
            if is_utf8(&bytes) {
                prop_assert_eq!(&bytes, text.as_bytes());
            }
            let mut units = Vec::new();
            decode(&bytes, &mut units).unwrap();
            prop_assert_eq!(String::from_utf16(&units).unwrap(), text);
        }

        #[test]
        fn any_bytes_decode_or_are_refused(bytes in any::<Vec<u8>>()) {
            let mut units = Vec::new();
            if is_utf8(&bytes) {
                prop_assert!(decode(&bytes, &mut units).is_ok());
            }
            let _ = decode(&bytes, &mut units);
            let mut out = Vec::new();
            encode(&bytes, &mut out);
        }
    }
}
