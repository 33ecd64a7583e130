//! Text that is written often, ready to be copied in one piece.

use holdfast_document::{LONGEST_TEXT, Room, append, is_equal};

/// Up to this length a text is copied as a block of fixed size, which takes a few instructions; of what is behind the
/// text, the length is taken back.
const BLOCK: usize = LONGEST_TEXT;

/// The lowest bits of so many bytes.
const fn mask(len: usize) -> u128 {
    if len < 16 { (1 << (8 * len)) - 1 } else { u128::MAX }
}

/// A text.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    block: [u8; BLOCK],
    len: usize,
    /// The bits of the text among the first 16 bytes.
    mask: u128,
    /// All of it, where it is longer than a block.
    long: Option<Box<[u8]>>,
}

impl Stamp {
    /// A text of at most 64 bytes, in pieces.
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    pub(crate) const fn of(pieces: &[&str]) -> Self {
        let (mut block, mut len) = ([0; BLOCK], 0);
        let mut piece = 0;
        while piece < pieces.len() {
            let bytes = pieces[piece].as_bytes();
            let mut at = 0;
            while at < bytes.len() {
                block[len] = bytes[at];
                len += 1;
                at += 1;
            }
            piece += 1;
        }
        Self { block, len, mask: mask(len), long: None }
    }

    /// Any text.
    pub(crate) fn new(text: &str) -> Self {
        let mut block = [0; BLOCK];
        for (room, byte) in block.iter_mut().zip(text.bytes()) {
            *room = byte;
        }
        let long = (text.len() > BLOCK).then(|| text.as_bytes().into());
        Self { block, len: text.len(), mask: mask(text.len()), long }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Appends it.
    #[inline]
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        if let Some(long) = &self.long {
            return append(out, long);
        }
        let end = out.len() + self.len;
        out.extend_from_slice(&self.block);
        out.truncate(end);
    }

    /// The same where there is room, without a call. A longer text than a block is not appended.
    #[inline(always)]
    pub(crate) fn put_in<const N: usize>(&self, room: &mut Room<'_, N>) -> Option<()> {
        room.put_text(&self.block, self.len)
    }

    /// How it looks.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.long {
            Some(long) => long,
            None => self.block.get(..self.len).unwrap_or_default(),
        }
    }

    /// What follows it in bytes that begin with it.
    #[inline(always)]
    pub(crate) fn strip<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (text, rest) = bytes.split_at_checked(self.len)?;
        let (Some(found), Some(own)) = (first(bytes), first(&self.block)) else {
            return is_equal(text, self.bytes()).then_some(rest);
        };
        let is_found = (found ^ own) & self.mask == 0
            && match self.len {
                ..=16 => true,
                // Of two looks that overlap the second sees again what the first saw.
                17..=32 => last(text) == last(self.bytes()),
                _ => is_equal(text, self.bytes()),
            };
        is_found.then_some(rest)
    }
}

#[inline(always)]
fn first(bytes: &[u8]) -> Option<u128> {
    bytes.first_chunk().map(|chunk| u128::from_le_bytes(*chunk))
}

#[inline(always)]
fn last(bytes: &[u8]) -> Option<u128> {
    bytes.last_chunk().map(|chunk| u128::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use holdfast_document::put_within;

    use super::*;

    #[test]
    fn texts_of_every_length_are_copied_and_found_again() {
        for len in 0..200 {
            let text: String = ('a'..='z').cycle().take(len).collect();
            let stamp = Stamp::new(&text);
            let mut out = b"x".to_vec();
            stamp.put(&mut out);
            assert_eq!(out, format!("x{text}").as_bytes());
            let mut roomy = Vec::with_capacity(100);
            let done = put_within::<100, _>(&mut roomy, |room| stamp.put_in(room));
            assert_eq!(done.is_some(), len <= BLOCK);
            assert_eq!(roomy, if len <= BLOCK { text.as_bytes() } else { b"" });
            for behind in ["", "y", "yyyyyyyyyyyyyyyyyyyyyyy"] {
                let whole = format!("{text}{behind}");
                assert_eq!(stamp.strip(whole.as_bytes()), Some(behind.as_bytes()));
            }
            if len > 0 {
                assert_eq!(stamp.strip(&text.as_bytes()[..len - 1]), None);
                let mut other = text.clone().into_bytes();
                other[len - 1] ^= 1;
                assert_eq!(stamp.strip(&other), None);
                other.extend_from_slice(&[0; 30]);
                assert_eq!(stamp.strip(&other), None);
            }
        }
        assert_eq!(Stamp::of(&["<k", " "]).bytes(), b"<k ");
    }
}
