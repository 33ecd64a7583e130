//! Strings as UTF-16 units of one to three bytes each: a pair of surrogates takes six, and half of one survives.

use holdfast_document::{Writer, append, first_bit, first_unit};

/// So many units as they stand in Kryo's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units<'i> {
    /// Bytes that are UTF-8 as they stand.
    Plain(&'i str),
    /// Bytes with surrogates, each unit for itself. Every sequence in it is whole.
    Surrogates(&'i [u8]),
}

impl<'i> Units<'i> {
    /// Reads so many units; the number is that of their bytes.
    ///
    /// # Errors
    /// The offset of what is no unit, that of the end where the bytes end too early.
    pub fn read(bytes: &'i [u8], units: usize) -> Result<(Self, usize), usize> {
        if let Some(Ok(ascii)) = bytes.get(..units).filter(|b| b.is_ascii()).map(std::str::from_utf8) {
            return Ok((Self::Plain(ascii), units));
        }
        let (len, surrogates) = measure(bytes, units)?;
        let taken = bytes.get(..len).unwrap_or_default();
        if surrogates {
            return Ok((Self::Surrogates(taken), len));
        }
        match std::str::from_utf8(taken) {
            Ok(text) => Ok((Self::Plain(text), len)),
            Err(error) => Err(error.valid_up_to()),
        }
    }

    /// Appends the string to a document.
    #[inline]
    pub fn write(self, doc: &mut Writer<'_>) {
        match self {
            Self::Plain(text) => doc.str(text),
            Self::Surrogates(bytes) => doc.utf16(Decode(bytes)),
        }
    }

    /// Appends the string to another; false when surrogates without a partner stand in it.
    pub fn push_to(self, out: &mut String) -> bool {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Surrogates(bytes) => {
                for unit in char::decode_utf16(Decode(bytes)) {
                    let Ok(char) = unit else { return false };
                    out.push(char);
                }
            }
        }
        true
    }
}

/// How many bytes so many units take, behind which there are others, if none is a surrogate and all are whole: then they are
/// UTF-8. Without a call.
#[inline(always)]
#[must_use]
pub fn plain_len(bytes: &[u8], units: usize) -> Option<usize> {
    // Those of ASCII in front are seen a word at a time.
    let plain = first_bit(bytes, |word| word).unwrap_or(0).min(units);
    let mut at = plain;
    for _ in plain..units {
        at += first_unit(*bytes.get(at..)?.first_chunk()?)?;
    }
    Some(at)
}

/// How many bytes so many units take, and whether surrogates are among them.
fn measure(bytes: &[u8], units: usize) -> Result<(usize, bool), usize> {
    let mut at = 0;
    let mut surrogates = false;
    for _ in 0..units {
        at += match *bytes.get(at..).unwrap_or_default() {
            [0..=0x7f, ..] => 1,
            [0xc2..=0xdf, 0x80..=0xbf, ..] => 2,
            [0xe0, 0xa0..=0xbf, 0x80..=0xbf, ..]
            | [0xe1..=0xec | 0xee..=0xef, 0x80..=0xbf, 0x80..=0xbf, ..] => 3,
            [0xed, second @ 0x80..=0xbf, 0x80..=0xbf, ..] => {
                surrogates |= second >= 0xa0;
                3
            }
            [0xc2..=0xdf] | [0xe0..=0xef] | [0xe0..=0xef, 0x80..=0xbf] => return Err(bytes.len()),
            _ => return Err(at),
        };
    }
    Ok((at, surrogates))
}

/// The units of bytes that [`measure`] has seen.
#[derive(Debug, Clone)]
struct Decode<'i>(&'i [u8]);

impl Iterator for Decode<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let bits = |byte: u8| u16::from(byte & 0x3f);
        let (unit, rest) = match self.0 {
            [a @ 0..=0x7f, rest @ ..] => (u16::from(*a), rest),
            [a @ 0xe0..=0xff, b, c, rest @ ..] => {
                (u16::from(a & 0x0f) << 12 | bits(*b) << 6 | bits(*c), rest)
            }
            [a, b, rest @ ..] => (u16::from(a & 0x1f) << 6 | bits(*b), rest),
            _ => return None,
        };
        self.0 = rest;
        Some(unit)
    }
}

/// How many units UTF-8 or WTF-8 has: one a character, two for one beyond the first 65,536, which has four bytes.
#[must_use]
pub fn count(bytes: &[u8]) -> usize {
    let characters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let supplementary = bytes.iter().filter(|byte| **byte >= 0xf0).count();
    characters + supplementary
}

/// Writes the units of UTF-8 or WTF-8.
pub fn write(out: &mut Vec<u8>, bytes: &[u8]) {
    // Mostly there is none of four bytes. The largest is found many bytes at a time, the first of them one by one.
    if bytes.iter().fold(0, |most, byte| most.max(*byte)) < 0xf0 {
        append(out, bytes);
        return;
    }
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte >= 0xf0) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        append(out, before);
        let (char, after) = from.split_at_checked(4).unwrap_or((from, &[]));
        let text = std::str::from_utf8(char).unwrap_or_default();
        for unit in text.encode_utf16() {
            out.extend_from_slice(&[
                0xe0 | (unit >> 12) as u8,
                0x80 | (unit >> 6 & 0x3f) as u8,
                0x80 | (unit & 0x3f) as u8,
            ]);
        }
        rest = after;
    }
    append(out, rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, text.as_bytes());
        out
    }

    #[test]
    fn every_string_is_read_as_it_was_written() {
        let long = "x中😀".repeat(9_000);
        for text in ["", "a", "\0", "é", "日本語", "a😀b😀", "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}", &long]
        {
            let bytes = written(text);
            let (units, len) = Units::read(&bytes, count(text.as_bytes())).unwrap();
            let mut again = String::new();
            assert!(units.push_to(&mut again));
            assert_eq!((again.as_str(), len), (text, bytes.len()));
        }
        assert_eq!(written("😀"), [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]);
    }

    #[test]
    fn half_surrogates_go_there_and_back() {
        let bytes = [0xed, 0xa0, 0xbd, b'x'];
        let mut doc = Vec::new();
        Units::read(&bytes, 2).unwrap().0.write(&mut Writer::value(&mut doc));
        assert_eq!(doc, [0xd6, 6, 0xed, 0xa0, 0xbd, b'x']);
        let mut out = Vec::new();
        write(&mut out, &doc[2..]);
        assert_eq!(out, bytes);
        assert!(!Units::read(&bytes, 2).unwrap().0.push_to(&mut String::new()));
    }

    #[test]
    fn plain_units_are_measured_as_they_are_read() {
        let mut seen = 0;
        for first in 0..=0xff {
            for second in (0x70..=0xff).step_by(0x10) {
                for third in (0x70..=0xff).step_by(0x10) {
                    for before in ["", "Price: ", "Product 17"] {
                        let bytes = [before.as_bytes(), &[first, second, third, b'x']].concat();
                        for units in 0..before.len() + 5 {
                            let expected = match Units::read(&bytes, units) {
                                Ok((Units::Plain(_), len)) => Some(len),
                                _ => None,
                            };
                            let padded = [&bytes[..], &[0xff; 4]].concat();
                            assert_eq!(plain_len(&padded, units), expected, "{bytes:x?} {units}");
                            seen += usize::from(expected.is_some());
                        }
                    }
                }
            }
        }
        assert!(seen > 1_000);
    }

    #[test]
    fn bytes_that_are_no_characters_are_told_by_their_offset() {
        for (bytes, units, at) in [
            (&[0x80][..], 1, 0),
            (&[b'a', 0xc0, 0x80], 2, 1),
            (&[0xe0, 0x80, 0x80], 1, 0),
            (&[0xf0, 0x9f, 0x98, 0x80], 2, 0),
            (&[b'a', 0xc3], 2, 2),
            (b"ab", 3, 2),
        ] {
            let found = Units::read(bytes, units).unwrap_err();
            assert_eq!(found.min(bytes.len()), at, "{bytes:x?}");
        }
    }
}
