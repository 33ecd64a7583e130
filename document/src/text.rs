//! Strings by a look at their first bytes, for whoever meets many.

use crate::room::{LONGEST_TEXT, Window};

/// What [`short_text`] takes at most.
pub const SHORT_TEXT: usize = 16;

/// The string below 256 bytes that begins here in a document: how many bytes stand before its text, how long that is, and the
/// bytes from there on, in which a longer text than [`LONGEST_TEXT`] does not end.
#[inline(always)]
#[must_use]
pub fn first_text(window: &Window) -> Option<(usize, usize, &[u8; LONGEST_TEXT])> {
    match window {
        [marker @ 0xa0..=0xbf, text @ ..] => Some((1, usize::from(marker & 0x1f), text.first_chunk()?)),
        [0xd9, len, text @ ..] => Some((2, usize::from(*len), text.first_chunk()?)),
        _ => None,
    }
}

/// The string of at most [`SHORT_TEXT`] bytes that begins here in a document, behind one byte: how long its text is, and the
/// bytes from there on.
#[inline(always)]
#[must_use]
pub fn short_text(window: &Window) -> Option<(usize, &[u8; SHORT_TEXT])> {
    let [marker, text @ ..] = window;
    let len = usize::from(*marker).wrapping_sub(0xa0);
    (len <= SHORT_TEXT).then_some((len, text.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Writer;

    #[test]
    fn texts_are_those_that_were_written() {
        for len in [0, 1, 16, 17, 31, 32, LONGEST_TEXT, 255, 256] {
            let text: String = (0..len).map(|at| char::from(b'a' + at as u8 % 26)).collect();
            let mut bytes = Vec::new();
            Writer::value(&mut bytes).str(&text);
            let head = bytes.len() - text.len();
            bytes.resize(bytes.len().max(200), 0);
            let found = first_text(bytes.first_chunk().unwrap());
            assert_eq!(found.map(|(before, len, _)| (before, len)), (len < 256).then_some((head, len)));
            let shown = found.map_or(&[][..], |(_, _, bytes)| bytes.get(..len).unwrap_or_default());
            assert_eq!(shown, if len > LONGEST_TEXT { b"" } else { text.as_bytes() });
            let short = short_text(bytes.first_chunk().unwrap()).map(|(len, bytes)| &bytes[..len]);
            assert_eq!(short, (len <= SHORT_TEXT).then_some(text.as_bytes()));
        }
        assert_eq!(first_text(&[0xc0; 80]), None);
    }
}
