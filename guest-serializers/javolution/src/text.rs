//! Text in XML attributes: what the library escapes, and what may be escaped.

use holdfast_document::append;

use crate::fault::{Outcome, damaged};

/// Which bytes the library escapes in the value of an attribute.
const ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
        {
            table[byte] = true;
        }
        byte += 1;
    }
    let mut table = set(table, b'"');
    table = set(table, b'&');
    table = set(table, b'<');
    set(table, b'>')
};

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn set(mut table: [bool; 256], byte: u8) -> [bool; 256] {
    table[byte as usize] = true;
    table
}

/// Whether a byte has a special meaning, or none, in an attribute's value.
#[inline]
pub(crate) fn is_escaped(byte: u8) -> bool {
    ESCAPED.get(usize::from(byte)).copied().unwrap_or_default()
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Eight bytes that are all this one.
const fn each(byte: u64) -> u64 {
    ONES * byte
}

/// Not zero if any of eight bytes is.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Not zero if one of eight bytes is escaped: `"` and `&` differ in one bit, `<` and `>` as well.
#[inline(always)]
pub(crate) const fn escaped_bits(word: u64) -> u64 {
    let controls = zeros(word & each(0xe0));
    let quotes = zeros((word | each(0x04)) ^ each(0x26));
    let angles = zeros((word | each(0x02)) ^ each(0x3e));
    controls | quotes | angles
}

/// Whether one of eight bytes is escaped.
#[inline]
const fn has_escaped(word: u64) -> bool {
    escaped_bits(word) != 0
}

/// The last bytes of a text, of which so many are below eight, in a word whose other bytes are zero.
#[inline]
pub(crate) fn tail(text: &[u8], len: usize) -> u64 {
    match text.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last).unbounded_shr(64 - 8 * len as u32),
        None => text.iter().rev().take(len).fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Writes UTF-8 as the library does into the value of an attribute.
#[inline]
pub(crate) fn escape(out: &mut Vec<u8>, text: &[u8]) {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        if has_escaped(u64::from_le_bytes(*word)) {
            return escape_each(out, text.get(8 * at..).unwrap_or_default());
        }
        out.extend_from_slice(word);
    }
    if rest.is_empty() {
        return;
    }
    let word = tail(text, rest.len());
    let filled = word | (each(0x30) << (8 * rest.len()));
    if has_escaped(filled) {
        return escape_each(out, rest);
    }
    let end = out.len() + rest.len();
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(end);
}

fn escape_each(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| is_escaped(*byte)) {
        let (plain, special) = rest.split_at(at);
        append(out, plain);
        let Some((byte, after)) = special.split_first() else { return };
        match byte {
            b'"' => out.extend_from_slice(b"&quot;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            // Two digits, always.
            control => out.extend_from_slice(&[b'&', b'#', b'0' + control / 10, b'0' + control % 10, b';']),
        }
        rest = after;
    }
    append(out, rest);
}

/// How long the value of an attribute is that begins here, up to the quote, if it stands for itself and is followed by
/// a quote: no entity and no `<` is in it. Bytes that do not fill a chunk at the end are not looked at.
#[inline(always)]
pub(crate) fn plain_value(bytes: &[u8]) -> Option<usize> {
    for (at, chunk) in bytes.as_chunks().0.iter().enumerate() {
        if let Some(found) = first_mark(chunk) {
            let at = CHUNK * at + found;
            return (bytes.get(at) == Some(&b'"')).then_some(at);
        }
    }
    None
}

/// So many bytes are looked at at once.
const CHUNK: usize = 16;

/// Where the first `"`, `&` or `<` stands. WebAssembly is told that all bytes are compared at once, as compilers do not see it
/// in words.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn first_mark(chunk: &[u8; CHUNK]) -> Option<usize> {
    use core::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, u64x2, v128_or};

    let whole = u128::from_le_bytes(*chunk);
    let bytes = u64x2(whole as u64, (whole >> 64) as u64);
    let quotes = i8x16_eq(v128_or(bytes, i8x16_splat(0x04)), i8x16_splat(0x26));
    let marks = i8x16_bitmask(v128_or(quotes, i8x16_eq(bytes, i8x16_splat(0x3c))));
    (marks != 0).then_some(marks.trailing_zeros() as usize)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn first_mark(chunk: &[u8; CHUNK]) -> Option<usize> {
    let marks = |word: u64| zeros((word | each(0x04)) ^ each(0x26)) | zeros(word ^ each(0x3c));
    let whole = u128::from_le_bytes(*chunk);
    // The lowest mark is right, those above it may not be.
    let (first, second) = (marks(whole as u64), marks((whole >> 64) as u64));
    let bits = if first != 0 { first.trailing_zeros() } else { 64 + second.trailing_zeros() };
    (first | second != 0).then_some(bits as usize / 8)
}

/// Writes WTF-8 as [`escape`] does, without its unpaired surrogates: of the first half of a pair the library writes
/// nothing. Of a second half alone it writes a character made with the last first half anywhere before it, or what its
/// reader cannot read, which helps nobody.
pub(crate) fn escape_lossy(out: &mut Vec<u8>, wtf8: &[u8]) {
    let mut rest = wtf8;
    while let Some(at) = rest.windows(2).position(|pair| matches!(pair, [0xed, 0xa0..=0xbf])) {
        escape(out, rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    escape(out, rest);
}

/// Puts what a raw value of an attribute says behind `out`, in WTF-8. True says that it has unpaired surrogates, so is
/// not UTF-8. `at` is where the value stands.
pub(crate) fn unescape(out: &mut Vec<u8>, raw: &[u8], at: usize) -> Outcome<bool> {
    let start = out.len();
    let mut surrogates = false;
    let mut from = 0;
    while let Some(ampersand) = raw.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'&')) {
        let entity = from + ampersand;
        out.extend_from_slice(raw.get(from..entity).unwrap_or_default());
        // The longest one is that of the last character: `&#x0010ffff;`.
        let rest = raw.get(entity + 1..).unwrap_or_default();
        let Some(length) = rest.iter().take(12).position(|byte| *byte == b';') else {
            return Err(damaged(at + entity, "an ampersand that begins no entity; it must be &amp;"));
        };
        let name = rest.get(..length).unwrap_or_default();
        match name {
            b"amp" => out.push(b'&'),
            b"lt" => out.push(b'<'),
            b"gt" => out.push(b'>'),
            b"quot" => out.push(b'"'),
            b"apos" => out.push(b'\''),
            [b'#', digits @ ..] => match code_point(digits) {
                Some(code) => surrogates |= push(out, start, code),
                None => return Err(damaged(at + entity, "a reference to a character that does not exist")),
            },
            _ => {
                let text = "an entity other than amp, lt, gt, quot, apos and those of characters";
                return Err(damaged(at + entity, text));
            }
        }
        from = entity + length + 2;
    }
    out.extend_from_slice(raw.get(from..).unwrap_or_default());
    Ok(surrogates && std::str::from_utf8(out.get(start..).unwrap_or_default()).is_err())
}

fn code_point(digits: &[u8]) -> Option<u32> {
    let (digits, radix) = match digits {
        [b'x', hex @ ..] => (hex, 16),
        decimal => (decimal, 10),
    };
    if digits.is_empty() {
        return None;
    }
    let mut code = 0u32;
    for digit in digits {
        code = code.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?)?;
    }
    (code <= 0x0010_ffff).then_some(code)
}

/// Appends a code point, or a UTF-16 unit that makes one with the unit before. True says it is half of a pair.
fn push(out: &mut Vec<u8>, start: usize, code: u32) -> bool {
    if let Some(char) = char::from_u32(code) {
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        return false;
    }
    if let Some([0xed, second @ 0xa0..=0xaf, third]) = out.get(start..).and_then(<[u8]>::last_chunk)
        && code >= 0xdc00
    {
        let high = u32::from(second & 0x0f) << 6 | u32::from(third & 0x3f);
        out.truncate(out.len() - 3);
        if let Some(char) = char::from_u32(0x1_0000 + (high << 10) + (code - 0xdc00)) {
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        return false;
    }
    out.extend_from_slice(&[0xed, 0x80 | (code >> 6 & 0x3f) as u8, 0x80 | (code & 0x3f) as u8]);
    true
}

/// The one UTF-16 unit of a text in WTF-8, if it is one.
pub(crate) fn single_unit(text: &[u8]) -> Option<u16> {
    if let [0xed, second @ 0xa0..=0xbf, third] = *text {
        return Some(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f));
    }
    let mut chars = std::str::from_utf8(text).ok()?.chars();
    match (chars.next(), chars.next()) {
        (Some(char), None) => u16::try_from(u32::from(char)).ok(),
        _ => None,
    }
}

/// Writes bytes as hexadecimal digits.
pub(crate) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }
}

/// Reads what [`hex`] wrote; false if it did not.
pub(crate) fn unhex(out: &mut Vec<u8>, text: &[u8]) -> bool {
    let (pairs, rest) = text.as_chunks::<2>();
    for [high, low] in pairs {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        match (digit(high), digit(low)) {
            (Some(high), Some(low)) => out.push((high << 4 | low) as u8),
            _ => return false,
        }
    }
    rest.is_empty()
}

/// How long the name of an element is that begins here, up to a space or the end of its tag.
#[inline(always)]
pub(crate) fn name_len(bytes: &[u8]) -> Option<usize> {
    let (words, _) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ each(0x20)) | zeros(word ^ each(0x2f)) | zeros(word ^ each(0x3e));
        if found != 0 {
            return Some(8 * at + (found.trailing_zeros() / 8) as usize);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        escape(&mut out, text.as_bytes());
        String::from_utf8(out).unwrap()
    }

    fn unescaped(raw: &str) -> Outcome<(Vec<u8>, bool)> {
        let mut out = b"x".to_vec();
        let unpaired = unescape(&mut out, raw.as_bytes(), 0)?;
        Ok((out.split_off(1), unpaired))
    }

    #[test]
    fn what_the_library_escapes_comes_back() {
        let text = "a<b>&\"'\0\u{1}\t\n\r\u{1f}\u{7f} 中 😀";
        let raw = "a&lt;b&gt;&amp;&quot;'&#00;&#01;&#09;&#10;&#13;&#31;\u{7f} 中 😀";
        assert_eq!(escaped(text), raw);
        assert_eq!(unescaped(raw).unwrap(), (text.as_bytes().to_vec(), false));
    }

    #[test]
    fn a_plain_value_ends_at_its_quote() {
        for len in 0..40 {
            let text = "a'>中".chars().cycle().take(len).collect::<String>();
            let whole = format!("{text}\"/><v x=\"&amp;\"/>");
            assert_eq!(plain_value(whole.as_bytes()), Some(text.len()), "{whole}");
            for other in ["&lt;\"         ", "<\"        ", "         "] {
                assert_eq!(plain_value(format!("{text}{other}").as_bytes()), None);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_escaped_byte_for_byte(text in "[a-z<>&\"\u{0}-\u{1f}é中😀]{0,30}") {
            let mut each = Vec::new();
            escape_each(&mut each, text.as_bytes());
            assert_eq!(escaped(&text).into_bytes(), each);
            let mut back = Vec::new();
            unescape(&mut back, &each, 0).unwrap();
            assert_eq!(back, text.as_bytes());
        }
    }

    #[test]
    fn references_to_characters_may_be_code_points_or_halves_of_pairs() {
        assert_eq!(unescaped("&#x1F600;&#65;&apos;").unwrap(), ("😀A'".as_bytes().to_vec(), false));
        assert_eq!(unescaped("&#55357;&#56832;").unwrap(), ("😀".as_bytes().to_vec(), false));
        assert_eq!(unescaped("&#xd83d;").unwrap(), (vec![0xed, 0xa0, 0xbd], true));
        assert_eq!(unescaped("&#xde00;&#xd83d;").unwrap(), (vec![0xed, 0xb8, 0x80, 0xed, 0xa0, 0xbd], true));
    }

    #[test]
    fn other_entities_are_refused() {
        for raw in ["&lol;", "&", "&;", "&#;", "&#x;", "&#x110000;", "&#1a;", "&amp", "&#99999999999;"] {
            assert!(unescaped(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_unit_is_one_character_below_the_supplementary_ones() {
        assert_eq!(single_unit("中".as_bytes()), Some(0x4e2d));
        assert_eq!(single_unit(b"\0"), Some(0));
        assert_eq!(single_unit(&[0xed, 0xa0, 0xbd]), Some(0xd83d));
        assert_eq!(single_unit("😀".as_bytes()), None);
        assert_eq!(single_unit(b"ab"), None);
        assert_eq!(single_unit(b""), None);
    }

    #[test]
    fn unpaired_surrogates_are_left_out() {
        let mut out = Vec::new();
        escape_lossy(&mut out, b"a\xed\xa0\xbd<\xed\xb8\x80\xed\x9f\xbf");
        assert_eq!(out, b"a&lt;\xed\x9f\xbf");
        let mut hexed = Vec::new();
        hex(&mut hexed, &[0, 0xed, 0xff]);
        let mut back = Vec::new();
        assert!(unhex(&mut back, &hexed) && back == [0, 0xed, 0xff]);
        assert!(!unhex(&mut back, b"0") && !unhex(&mut back, b"0g"));
    }
}
