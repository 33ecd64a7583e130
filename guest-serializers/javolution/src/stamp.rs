//! Text that is written often, ready to be copied in one piece.

use holdfast_document::{append, is_equal};

/// Up to this length a text is copied as a block of fixed size, which takes a few instructions; of what is behind the
/// text, the length is taken back.
const BLOCK: usize = 64;

/// A text.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    block: [u8; BLOCK],
    len: usize,
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
        Self { block, len, long: None }
    }

    /// Any text.
    pub(crate) fn new(text: &str) -> Self {
        let mut block = [0; BLOCK];
        let long = match block.get_mut(..text.len()) {
            Some(room) => {
                room.copy_from_slice(text.as_bytes());
                None
            }
            None => Some(text.as_bytes().into()),
        };
        Self { block, len: text.len(), long }
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

    /// How it looks.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.long {
            Some(long) => long,
            None => self.block.get(..self.len).unwrap_or_default(),
        }
    }

    /// What follows it in bytes that begin with it.
    #[inline]
    pub(crate) fn strip<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let rest = bytes.get(self.len..)?;
        if self.len <= 16
            && let (Some(found), Some(own)) = (bytes.first_chunk::<16>(), self.block.first_chunk::<16>())
        {
            let mask = if self.len == 0 { 0 } else { u128::MAX >> (128 - 8 * self.len) };
            let differ = (u128::from_le_bytes(*found) ^ u128::from_le_bytes(*own)) & mask;
            return (differ == 0).then_some(rest);
        }
        is_equal(bytes.get(..self.len)?, self.bytes()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_copied_and_found_again() {
        for len in 0..200 {
            let text: String = ('a'..='z').cycle().take(len).collect();
            let stamp = Stamp::new(&text);
            let mut out = b"x".to_vec();
            stamp.put(&mut out);
            assert_eq!(out, format!("x{text}").as_bytes());
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
