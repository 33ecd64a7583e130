//! The two forms of a string: ASCII whose last byte has its high bit set, and a count of UTF-16 units followed by
//! one to three bytes for each unit.

use holdfast_document::{LONGEST_TEXT, SHORT_TEXT, Writer, append, ascii_len, first_bit, is_ascii};
use holdfast_kryo_common::text::{self, Units};

/// A string as it stands in Kryo's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text<'i> {
    /// ASCII whose last byte is marked.
    Marked(&'i [u8]),
    Counted(Units<'i>),
}

impl Text<'_> {
    /// Appends the string to a document.
    #[inline]
    pub(crate) fn write(self, doc: &mut Writer<'_>) {
        match self {
            Self::Marked(bytes) => doc.str_marked(bytes),
            Self::Counted(units) => units.write(doc),
        }
    }

    /// Appends the string to another; false when surrogates without a partner stand in it.
    pub(crate) fn push_to(self, out: &mut String) -> bool {
        match self {
            Self::Marked(bytes) => {
                if let Some((last, before)) = bytes.split_last() {
                    out.push_str(std::str::from_utf8(before).unwrap_or_default());
                    out.push(char::from(last & 0x7f));
                }
                true
            }
            Self::Counted(units) => units.push_to(out),
        }
    }
}

/// Where the marked byte of a string stands.
#[inline]
pub(crate) fn end_of_marked(bytes: &[u8]) -> Option<usize> {
    // Eight bytes at a time: names and short texts have few more.
    first_bit(bytes, |word| word).or_else(|| {
        let (words, rest) = bytes.as_chunks::<8>();
        rest.iter().position(|byte| *byte >= 0x80).map(|at| words.len() * 8 + at)
    })
}

/// As [`end_of_marked`], of a string that `holdfast_document::put` takes, where eight bytes are left. Without a call.
#[inline(always)]
pub(crate) fn quick_end_of_marked(bytes: &[u8; LONGEST_TEXT]) -> Option<usize> {
    Some(ascii_len(bytes)).filter(|end| *end < LONGEST_TEXT)
}

/// The length of a short string of ASCII that begins here, and its bytes, with others behind them. Its last byte is marked, and
/// one that begins with a mark has its length in front.
#[inline(always)]
pub(crate) fn short_marked(bytes: &[u8; SHORT_TEXT]) -> Option<(usize, [u8; SHORT_TEXT])> {
    const MARKS: u128 = u128::MAX / 0xff * 0x80;
    let end = ascii_len(bytes);
    let plain = u128::from_le_bytes(*bytes) & !MARKS;
    (1..SHORT_TEXT).contains(&end).then_some((end + 1, plain.to_le_bytes()))
}

/// Whether Kryo writes a string of UTF-8 in its short form.
#[inline(always)]
fn is_short(bytes: &[u8]) -> bool {
    (2..64).contains(&bytes.len()) && is_ascii(bytes)
}

/// `Output.writeString(String)`, of UTF-8 or WTF-8.
#[inline]
pub(crate) fn write_string(out: &mut Vec<u8>, bytes: &[u8]) {
    if is_short(bytes) { write_marked(out, bytes) } else { write_counted(out, bytes) }
}

/// `Output.writeAscii`, which has no upper limit for the short form.
pub(crate) fn write_ascii(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() > 1 && bytes.is_ascii() { write_marked(out, bytes) } else { write_counted(out, bytes) }
}

#[inline]
fn write_marked(out: &mut Vec<u8>, bytes: &[u8]) {
    append(out, bytes);
    if let Some(last) = out.last_mut() {
        *last |= 0x80;
    }
}

/// `Output.writeString(CharSequence)`: always the long form.
pub(crate) fn write_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_ascii() {
        write_count(out, bytes.len());
        append(out, bytes);
        return;
    }
    write_count(out, text::count(bytes));
    text::write(out, bytes);
}

/// The length of a string plus one: 6 bits and two marks in the first byte, 7 bits in each other.
fn write_count(out: &mut Vec<u8>, units: usize) {
    let value = units + 1;
    if value < 0x40 {
        out.push(0x80 | value as u8);
        return;
    }
    out.push(0xc0 | (value & 0x3f) as u8);
    let mut rest = value >> 6;
    while rest >= 0x80 {
        out.push(0x80 | (rest & 0x7f) as u8);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    fn written(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write_string(&mut out, text.as_bytes());
        out
    }

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        assert!(Input::new(bytes).text().unwrap().push_to(&mut text));
        text
    }

    #[test]
    fn strings_have_the_bytes_that_kryo_gives_them() {
        assert_eq!(written(""), [0x81]);
        assert_eq!(written("a"), [0x82, b'a']);
        assert_eq!(written("foo"), [b'f', b'o', 0xef]);
        assert_eq!(written("\0"), [0x82, 0]);
        assert_eq!(written("a\0b"), [b'a', 0, 0xe2]);
        assert_eq!(written("é"), [0x82, 0xc3, 0xa9]);
        assert_eq!(written("中"), [0x82, 0xe4, 0xb8, 0xad]);
        assert_eq!(written("😀"), [0x83, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]);
        assert_eq!(written(&"x".repeat(64))[..3], [0xc1, 0x01, b'x']);
        assert_eq!(written(&"x".repeat(70_000))[..4], [0xf1, 0xc5, 0x08, b'x']);
    }

    #[test]
    fn a_short_string_ends_at_its_mark() {
        for len in 0..20 {
            let text = "x".repeat(len);
            let mut bytes = [0x80; SHORT_TEXT + 4];
            let written = written(&text);
            bytes[..written.len()].copy_from_slice(&written);
            let (found, rest) = (short_marked(bytes.first_chunk().unwrap()), SHORT_TEXT.min(len));
            let is_marked = (2..=SHORT_TEXT).contains(&len);
            assert_eq!(
                found.map(|(len, text)| (len, text[..rest].to_vec())),
                is_marked.then(|| (len, text.into_bytes()))
            );
        }
        assert_eq!(short_marked(b"no mark to be seen".first_chunk().unwrap()), None);
    }

    #[test]
    fn every_string_is_read_as_it_was_written() {
        for text in
            ["", "a", "ab", "é", "aé", "日本語", "a😀b😀", "\0\u{1}", "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}"]
        {
            assert_eq!(read(&written(text)), text);
        }
        for len in [62, 63, 64, 65, 8191, 8192, 1 << 20] {
            let text = "x".repeat(len);
            assert_eq!(read(&written(&text)), text);
            let text = "中".repeat(len);
            assert_eq!(read(&written(&text)), text);
        }
    }

    #[test]
    fn half_surrogates_go_there_and_back() {
        let mut doc = Vec::new();
        let bytes = [0x83, 0xed, 0xa0, 0xbd, b'x'];
        Input::new(&bytes).text().unwrap().write(&mut Writer::value(&mut doc));
        assert_eq!(doc, [0xd6, 6, 0xed, 0xa0, 0xbd, b'x']);
        let mut out = Vec::new();
        write_string(&mut out, &doc[2..]);
        assert_eq!(out, bytes);
    }

    #[test]
    fn bytes_that_are_no_characters_are_damaged() {
        for bytes in [
            &[0x82, 0x80][..],
            &[0x82, 0xc0, 0x80],
            &[0x82, 0xe0, 0x80, 0x80],
            &[0x82, 0xf0, 0x9f, 0x98, 0x80],
            &[0x82, 0xc3],
            &[0x83, b'a'],
            b"ab",
            &[0x80],
            &[0xff; 8],
            &[],
        ] {
            assert!(Input::new(bytes).text().is_err(), "{bytes:x?}");
        }
    }
}
