//! Text as XStream's PrettyPrintWriter writes it.

use holdfast_document::{SHORT_TEXT, short_bits};

use super::undefined::is_undefined;

/// Nothing to do; a character of ASCII to be replaced; the first byte of a block that holds characters which Java
/// calls control characters or undefined.
const PLAIN: u8 = 0;
const ASCII: u8 = 1;
const LINE: u8 = 2;
const BLOCK: u8 = 3;

const CLASS: [u8; 256] = {
    let mut table = [PLAIN; 256];
    let mut byte = 0;
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'\t' | b'\n' => LINE,
            0..=0x1f | 0x7f | b'&' | b'<' | b'>' | b'"' | b'\'' => ASCII,
            0xc2 | 0xcd | 0xce | 0xd4..=0xe3 | 0xe9 | 0xea | 0xed | 0xef => BLOCK,
            _ => PLAIN,
        };
        byte += 1;
    }
    table
};

#[inline]
fn class(byte: u8) -> u8 {
    CLASS.get(usize::from(byte)).copied().unwrap_or(PLAIN)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;

/// Sets the high bit of bytes that are zero; those above the lowest of them may be wrong.
#[inline(always)]
pub(super) const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Sets the high bit of bytes that are not characters of ASCII which stand for themselves; those above the lowest of them
/// may be wrong.
#[inline(always)]
pub(crate) const fn special(word: u64) -> u64 {
    // Control characters; DEL and what is not ASCII; & and '; < and >; ".
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let above = word.wrapping_add(ONES) | word;
    let and = zeros((word | ONES) ^ (ONES * 0x27));
    let angle = zeros((word | (ONES * 2)) ^ (ONES * 0x3e));
    let quote = zeros(word ^ (ONES * 0x22));
    (control | above | and | angle | quote) & HIGHS
}

/// Whether the first so many bytes, at most 16, are characters of ASCII that stand for themselves.
#[inline]
pub(crate) fn is_plain_chunk(chunk: &[u8; SHORT_TEXT], len: usize) -> bool {
    short_bits(chunk, len.min(SHORT_TEXT), special) == 0
}

/// Whether text may stand as it is, be it ASCII or not.
#[inline(always)]
pub(crate) fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|&byte| class(byte) == PLAIN)
}

/// Appends text, in an attribute or in an element.
#[inline]
pub(crate) fn escape(out: &mut Vec<u8>, text: &str, in_attribute: bool) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        escape_some(out, text, in_attribute);
    }
}

fn escape_some(out: &mut Vec<u8>, text: &str, in_attribute: bool) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let length = match class(byte) {
            ASCII => 1,
            LINE if in_attribute => 1,
            BLOCK => undefined(bytes.get(at..).unwrap_or_default()).unwrap_or_default(),
            _ => 0,
        };
        if length == 0 {
            at += 1;
            continue;
        }
        let piece = text.get(from..at).unwrap_or_default();
        out.extend_from_slice(piece.as_bytes());
        let end = at + length;
        if let Some(char) = text.get(at..end).and_then(|char| char.chars().next()) {
            push(out, char);
        }
        at = end;
        from = end;
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default().as_bytes());
}

/// The length of the character that begins here, if Java calls it a control character or undefined.
fn undefined(bytes: &[u8]) -> Option<usize> {
    let (unit, length) = match *bytes {
        [a @ 0xc0..=0xdf, b, ..] => (u16::from(a & 0x1f) << 6 | u16::from(b & 0x3f), 2),
        [0xe9, 0x80..=0xbe, ..] => return None,
        [a @ 0xe0..=0xef, b, c, ..] => {
            (u16::from(a & 0x0f) << 12 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f), 3)
        }
        _ => return None,
    };
    (matches!(unit, 0x80..=0x9f) || is_undefined(unit)).then_some(length)
}

fn push(out: &mut Vec<u8>, char: char) {
    let name: &[u8] = match char {
        '&' => b"&amp;",
        '<' => b"&lt;",
        '>' => b"&gt;",
        '"' => b"&quot;",
        '\'' => b"&apos;",
        _ => {
            out.extend_from_slice(crate::text::short(format_args!("&#x{:x};", u32::from(char))).as_bytes());
            return;
        }
    };
    out.extend_from_slice(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str, in_attribute: bool) -> String {
        let mut out = Vec::new();
        escape(&mut out, text, in_attribute);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_escaped_as_the_library_does_it() {
        assert_eq!(escaped("a\0\u{7f}\u{85}\r\n\t", false), "a&#x0;&#x7f;&#x85;&#xd;\n\t");
        assert_eq!(escaped("<a href=\"x\">&'", false), "&lt;a href=&quot;x&quot;&gt;&amp;&apos;");
        assert_eq!(escaped("v\"\n\t", true), "v&quot;&#xa;&#x9;");
    }

    #[test]
    fn plain_bytes_are_those_that_nothing_is_done_to() {
        for byte in 0..=255u8 {
            let plain = byte.is_ascii() && class(byte) == PLAIN;
            for at in 0..16 {
                let mut chunk = [b'a'; 16];
                chunk[at] = byte;
                assert_eq!(is_plain_chunk(&chunk, 16), plain, "{byte}");
                assert_eq!(is_plain_chunk(&chunk, at + 1), plain);
                assert!(is_plain_chunk(&chunk, at));
            }
        }
    }

    #[test]
    fn characters_that_java_17_does_not_know_are_references() {
        assert_eq!(
            escaped("\u{378}\u{a0}\u{fffe}\u{ffff}\u{200b}\u{2028} \u{1f600}\u{9fff}\u{9ffc}中", false),
            "&#x378;\u{a0}&#xfffe;&#xffff;\u{200b}\u{2028} \u{1f600}&#x9fff;\u{9ffc}中"
        );
    }
}
