//! Fills the room that a buffer has already, and keeps where it stands at hand.
//!
//! As [`crate::put`], nothing here calls. Beside that, a [`Room`] may lie in registers as long as a loop runs: a vector
//! behind a reference is looked at anew for each append.

#![allow(unsafe_code, reason = "the length of a Vec behind bytes that were written into its room")]

use std::mem::MaybeUninit;

/// A buffer that does not grow. What has no room is not appended.
#[derive(Debug)]
pub struct Room<'v> {
    /// All that the buffer has room for. The first `len` bytes were written.
    bytes: &'v mut [MaybeUninit<u8>],
    len: usize,
}

/// Appends to a buffer, as far as it has room.
///
/// ```
/// let mut out = Vec::with_capacity(8);
/// let filled = holdfast_document::fill(&mut out, |room| room.put([1, 2, 3]) && !room.put([0; 1_000]));
/// assert!(filled);
/// assert_eq!(out, [1, 2, 3]);
/// ```
#[inline(always)]
pub fn fill<T>(out: &mut Vec<u8>, work: impl FnOnce(&mut Room<'_>) -> T) -> T {
    let (len, capacity) = (out.len(), out.capacity());
    // SAFETY: the vector owns so many bytes, and nobody uses it while they are borrowed.
    let bytes = unsafe { std::slice::from_raw_parts_mut(out.as_mut_ptr().cast(), capacity) };
    let mut room = Room { bytes, len };
    let result = work(&mut room);
    let len = room.len;
    // SAFETY: so many bytes were written. No other room can have taken the place of this one, which has a lifetime of
    // its own.
    unsafe { out.set_len(len) };
    result
}

impl Room<'_> {
    /// How many bytes the buffer holds.
    #[inline(always)]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the buffer holds nothing.
    #[inline(always)]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes back all behind the first `len` bytes.
    #[inline(always)]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Appends `bytes`.
    #[inline(always)]
    pub fn put<const N: usize>(&mut self, bytes: [u8; N]) -> bool {
        self.put_first(bytes, N)
    }

    /// Appends the first `len` of `bytes`, where there is room for all of them.
    #[inline(always)]
    pub fn put_first<const N: usize>(&mut self, bytes: [u8; N], len: usize) -> bool {
        self.set(bytes.map(MaybeUninit::new), len)
    }

    /// Appends again the `len` bytes that were written behind the first `at`.
    #[inline(always)]
    pub fn again(&mut self, at: usize, len: usize) -> bool {
        let (before, end) = (self.len, at.saturating_add(len));
        let mut from = at;
        while from < end && end <= before {
            let chunk = self.bytes.get(from..).and_then(<[_]>::first_chunk::<16>).copied();
            if !chunk.is_some_and(|chunk| self.set(chunk, end - from)) {
                break;
            }
            from += 16;
        }
        let done = from >= end && end <= before;
        if !done {
            self.len = before;
        }
        done
    }

    /// Sets the bytes behind those that were written, of which the first `len` were written themselves.
    #[inline(always)]
    fn set<const N: usize>(&mut self, bytes: [MaybeUninit<u8>; N], len: usize) -> bool {
        let room = self.bytes.get_mut(self.len..).and_then(<[_]>::first_chunk_mut::<N>);
        let fits = room.is_some();
        if let Some(room) = room {
            *room = bytes;
            self.len += len.min(N);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_appended_where_there_is_room_for_all() {
        let mut out = Vec::with_capacity(20);
        out.push(7);
        fill(&mut out, |room| {
            assert!(room.put([1, 2]) && room.put_first([3; 16], 2) && room.put_first([4; 4], 9));
            assert_eq!(room.len(), 9);
            let mut rest = 0;
            while room.put([5]) {
                rest += 1;
            }
            assert!(rest >= 11 && !room.put_first([6; 16], 0));
            room.truncate(9);
            room.truncate(1_000);
            assert!(!room.is_empty());
        });
        assert_eq!(out, [7, 1, 2, 3, 3, 4, 4, 4, 4]);
    }

    #[test]
    fn what_was_written_is_written_again_whole_or_not_at_all() {
        let source: Vec<u8> = (0..50).collect();
        for (at, len) in [(0, 0), (0, 1), (3, 16), (3, 17), (0, 50), (49, 1), (50, 0), (34, 16)] {
            let mut out = source.clone();
            out.reserve(100);
            assert!(fill(&mut out, |room| room.again(at, len)), "{at} {len}");
            assert_eq!(out, [&source[..], &source[at..at + len]].concat());
        }
        for (at, len, room) in [(0, 51, 100), (50, 1, 100), (usize::MAX, 2, 100), (0, 50, 40), (0, 1, 5)] {
            let mut out = Vec::with_capacity(source.len() + room);
            out.extend_from_slice(&source);
            if out.capacity() == source.len() + room {
                assert!(!fill(&mut out, |room| room.again(at, len)), "{at} {len}");
                assert_eq!(out, source);
            }
        }
    }
}
