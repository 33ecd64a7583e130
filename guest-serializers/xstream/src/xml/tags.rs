//! The tags of an element that holds text, put together once.
//!
//! Most of a session's XML is such elements. Their tags are written and recognised sixteen bytes at a time: a copy or a
//! comparison of a length that only shows at run time is a call, and in WebAssembly one that leaves the guest.

use holdfast_document::put_first;

/// How many bytes a tag may have; a longer one goes the long way.
const ROOM: usize = 48;

/// `<name>` and `</name>`, with room behind them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tags {
    open: [u8; ROOM],
    close: [u8; ROOM],
    /// The length of the name; 0 when it is too long for this.
    len: u8,
}

impl Tags {
    pub(crate) const fn of(name: &str) -> Self {
        let name = name.as_bytes();
        let mut tags = Self { open: [0; ROOM], close: [0; ROOM], len: 0 };
        if name.len() + 3 > ROOM {
            return tags;
        }
        tags.open[0] = b'<';
        tags.close[0] = b'<';
        tags.close[1] = b'/';
        let mut at = 0;
        #[allow(clippy::indexing_slicing, reason = "the name fits, as was seen above")]
        while at < name.len() {
            tags.open[at + 1] = name[at];
            tags.close[at + 2] = name[at];
            at += 1;
        }
        #[allow(clippy::indexing_slicing, reason = "the name fits, as was seen above")]
        {
            tags.open[at + 1] = b'>';
            tags.close[at + 2] = b'>';
        }
        tags.len = name.len() as u8;
        tags
    }

    /// Whether there was room for them.
    #[inline(always)]
    pub(crate) const fn fit(&self) -> bool {
        self.len > 0
    }

    /// The length of the name.
    #[inline(always)]
    pub(crate) fn name_len(&self) -> usize {
        usize::from(self.len)
    }

    /// The length of `<name>`.
    #[inline(always)]
    pub(crate) fn open_len(&self) -> usize {
        usize::from(self.len) + 2
    }

    /// The length of `</name>`.
    #[inline(always)]
    pub(crate) fn close_len(&self) -> usize {
        usize::from(self.len) + 3
    }

    /// Appends `<name>`.
    #[inline]
    pub(crate) fn push_open(&self, out: &mut Vec<u8>) {
        push(out, &self.open, self.open_len());
    }

    /// Appends `</name>`.
    #[inline]
    pub(crate) fn push_close(&self, out: &mut Vec<u8>) {
        push(out, &self.close, self.close_len());
    }

    /// As [`Tags::push_open`], where there is room.
    #[inline(always)]
    pub(crate) fn put_open(&self, out: &mut Vec<u8>) -> bool {
        self.fit() && put(out, &self.open, self.open_len())
    }

    /// As [`Tags::push_close`], where there is room.
    #[inline(always)]
    pub(crate) fn put_close(&self, out: &mut Vec<u8>) -> bool {
        put(out, &self.close, self.close_len())
    }

    /// Whether `<name>` stands at the offset.
    #[inline]
    pub(crate) fn opens(&self, bytes: &[u8], at: usize) -> bool {
        self.fit() && stands(bytes, at, &self.open, self.open_len())
    }

    /// Whether `</name>` stands at the offset.
    #[inline]
    pub(crate) fn closes(&self, bytes: &[u8], at: usize) -> bool {
        self.fit() && stands(bytes, at, &self.close, self.close_len())
    }

    /// Whether `<name>` comes next, seen without a call.
    #[inline(always)]
    pub(crate) fn opens_quickly<const N: usize>(&self, window: &[u8; N]) -> bool {
        self.fit() && begin_alike(window, &self.open, self.open_len()).is_some()
    }

    /// Whether `</name>` stands at the offset, seen without a call.
    #[inline(always)]
    pub(crate) fn closes_quickly<const N: usize>(&self, window: &[u8; N], at: usize) -> bool {
        let found = window.get(at..).unwrap_or_default();
        begin_alike(found, &self.close, self.close_len()).is_some()
    }
}

#[inline]
fn push(out: &mut Vec<u8>, tag: &[u8; ROOM], len: usize) {
    let end = out.len() + len;
    let (chunks, _) = tag.as_chunks::<16>();
    let [a, b, c] = chunks else { return };
    out.extend_from_slice(a);
    if len > 16 {
        out.extend_from_slice(b);
        if len > 32 {
            out.extend_from_slice(c);
        }
    }
    out.truncate(end);
}

/// What was written is to be taken back where there was no room for all.
#[inline(always)]
fn put(out: &mut Vec<u8>, tag: &[u8; ROOM], len: usize) -> bool {
    let [a, b, c] = tag.as_chunks::<16>().0 else { return false };
    put_first(out, [], *a, len)
        && (len <= 16 || put_first(out, [], *b, len - 16))
        && (len <= 32 || put_first(out, [], *c, len - 32))
}

/// The lowest so many bytes.
const MASKS: [u128; 17] = {
    let mut masks = [u128::MAX; 17];
    let mut len = 0;
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    while len < 16 {
        masks[len] = (1 << (8 * len)) - 1;
        len += 1;
    }
    masks
};

#[inline]
fn stands(bytes: &[u8], at: usize, tag: &[u8; ROOM], len: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let (chunks, _) = tag.as_chunks::<16>();
    let Some(first) = rest.first_chunk::<16>() else {
        // So near to the end there is time.
        return tag.get(..len).is_some_and(|tag| rest.starts_with(tag));
    };
    let Some(wanted) = chunks.first() else { return false };
    let mask = MASKS.get(len.min(16)).copied().unwrap_or(u128::MAX);
    if (u128::from_le_bytes(*first) ^ u128::from_le_bytes(*wanted)) & mask != 0 {
        return false;
    }
    len <= 16 || tag.get(16..len).is_some_and(|tag| rest.get(16..len).is_some_and(|rest| same(rest, tag)))
}

/// Whether two texts, each with some bytes behind it, are the same in their first `len` bytes, of at most 48: as [`stands`],
/// without a call.
#[inline(always)]
pub(crate) fn begin_alike(left: &[u8], right: &[u8], len: usize) -> Option<()> {
    let mask = *MASKS.get(len.min(16))?;
    let differs = |offset: usize, mask: u128| {
        let left = left.get(offset..)?.first_chunk::<16>()?;
        let right = right.get(offset..)?.first_chunk::<16>()?;
        Some((u128::from_le_bytes(*left) ^ u128::from_le_bytes(*right)) & mask != 0)
    };
    let mut differ = len > ROOM || differs(0, mask)?;
    if len > 16 {
        // Of two looks that overlap the second sees again what the first saw.
        differ |= differs(len - 16, u128::MAX)?;
        differ |= len > 32 && differs(16, u128::MAX)?;
    }
    (!differ).then_some(())
}

/// Whether two slices are equal, eight bytes at a time.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    a.iter().zip(b).all(|(a, b)| u64::from_le_bytes(*a) == u64::from_le_bytes(*b))
        && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_and_recognised_at_every_length() {
        for len in 1..60 {
            let name = "n".repeat(len);
            let tags = Tags::of(&name);
            assert_eq!(tags.fit(), len <= 45);
            if !tags.fit() {
                continue;
            }
            let mut out = b"x".to_vec();
            tags.push_open(&mut out);
            tags.push_close(&mut out);
            let text = format!("x<{name}></{name}>");
            assert_eq!(out, text.as_bytes());
            for tail in ["", "and much more than sixteen bytes"] {
                let text = format!("{text}{tail}");
                assert!(tags.opens(text.as_bytes(), 1) && !tags.opens(text.as_bytes(), 0));
                assert!(tags.closes(text.as_bytes(), 3 + len) && !tags.closes(text.as_bytes(), 1));
            }
            let mut window = [b'.'; 200];
            window[..2 * len + 5].copy_from_slice(&text.as_bytes()[1..]);
            assert!(tags.opens_quickly(&window) && tags.closes_quickly(&window, len + 2));
            assert!(!tags.closes_quickly(&window, 0) && !tags.closes_quickly(&window, 199));
            for at in 0..2 * len + 5 {
                let mut other = window;
                other[at] ^= 1;
                assert_eq!(tags.opens_quickly(&other), at >= len + 2);
                assert_eq!(tags.closes_quickly(&other, len + 2), at < len + 2);
            }
            assert!(!tags.opens(format!("<{name}n>......................").as_bytes(), 0));
            assert!(!tags.opens(&out[..len], 1));
        }
    }
}
