//! Appends where there is room already.
//!
//! What grows a buffer is a call, and a call in a loop costs WebAssembly more than its time: compilers keep no value in
//! a register over it, whether it is ever made or not. A loop that has none, and is left where something has to grow
//! or is not as usual, takes a fifth less. So nothing here calls: each function tells whether it did its work, and did
//! nothing where it did not.
//!
//! A place in such a loop where more values are held at once than there are registers costs the whole loop, too, however
//! seldom it is reached: a variable gives up its register for it, and stands on the stack at each step. So bytes are copied as a
//! whole, `put(*data.first_chunk()?)`, not by a pattern whose every byte is a value (`[a, b, c, ..]`).

#![allow(unsafe_code, reason = "the length of a Vec behind bytes that were written into its spare capacity")]

use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{Ordering, compiler_fence};

/// What [`put_text`] takes at most.
pub const LONGEST_TEXT: usize = 64;

/// Appends `bytes`.
///
/// ```
/// let mut out = Vec::with_capacity(8);
/// assert!(holdfast_document::put(&mut out, [1, 2, 3]));
/// assert!(!holdfast_document::put(&mut out, [0; 1_000]));
/// assert_eq!(out, [1, 2, 3]);
/// ```
#[inline(always)]
pub fn put<const N: usize>(out: &mut Vec<u8>, bytes: [u8; N]) -> bool {
    let Some(room) = out.spare_capacity_mut().first_chunk_mut::<N>() else { return false };
    room.write_copy_of_slice(&bytes);
    let len = out.len() + N;
    // SAFETY: the bytes in front of the new length were written, the last of them just now.
    unsafe { out.set_len(len) };
    true
}

/// Appends `first` and `second`.
#[inline(always)]
pub fn put_pair<const N: usize, const M: usize>(out: &mut Vec<u8>, first: [u8; N], second: [u8; M]) -> bool {
    let Some((one, rest)) = out.spare_capacity_mut().split_first_chunk_mut::<N>() else { return false };
    let Some(two) = rest.first_chunk_mut::<M>() else { return false };
    one.write_copy_of_slice(&first);
    two.write_copy_of_slice(&second);
    let len = out.len() + N + M;
    // SAFETY: the bytes in front of the new length were written, the last of them just now.
    unsafe { out.set_len(len) };
    true
}

/// Appends `head` and the first `len` of `bytes`, where there is room for all of them.
#[inline(always)]
pub fn put_first<const N: usize, const M: usize>(
    out: &mut Vec<u8>,
    head: [u8; N],
    bytes: [u8; M],
    len: usize,
) -> bool {
    let end = out.len() + N + len;
    let written = put_pair(out, head, bytes);
    if written {
        out.truncate(end);
    }
    written
}

/// Appends again the `len` bytes that were written behind the first `at`; the last of them as part of a chunk of 16 bytes that
/// must have been written too.
#[inline(always)]
pub fn put_again(out: &mut Vec<u8>, at: usize, len: usize) -> bool {
    let (before, end) = (out.len(), at.saturating_add(len));
    let mut from = at;
    while from < end {
        let chunk = out.get(from..before).and_then(<[u8]>::first_chunk::<16>).copied();
        if !chunk.is_some_and(|chunk| put_first(out, [], chunk, end - from)) {
            out.truncate(before);
            return false;
        }
        from += 16;
    }
    end <= before
}

/// Appends `head` and the first `len` bytes of `source`, of up to [`LONGEST_TEXT`]; the faster, the more bytes stand
/// behind them.
#[inline(always)]
pub fn put_text<const N: usize>(out: &mut Vec<u8>, head: [u8; N], source: &[u8], len: usize) -> bool {
    let spare = out.spare_capacity_mut();
    let Some((first, rest)) = spare.split_first_chunk_mut::<N>() else { return false };
    let Some(room) = rest.first_chunk_mut::<LONGEST_TEXT>() else { return false };
    let written = if len <= 16
        && let Some(chunk) = source.first_chunk::<16>()
    {
        set(room, 0, *chunk)
    } else if len <= 32
        && let Some(chunk) = source.first_chunk::<32>()
    {
        set(room, 0, *chunk)
    } else {
        source.get(..len).is_some_and(|text| set_exactly(room, text))
    };
    if !written {
        return false;
    }
    first.write_copy_of_slice(&head);
    let len = out.len() + N + len;
    // SAFETY: the bytes in front of the new length were written, head and text just now.
    unsafe { out.set_len(len) };
    true
}

/// Of two copies that overlap the second writes again what the first wrote.
#[inline(always)]
fn set_exactly(room: &mut [MaybeUninit<u8>; LONGEST_TEXT], text: &[u8]) -> bool {
    let len = text.len();
    if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        set(room, 0, *first)
            && (len <= 32 || text.as_chunks().0.get(1).is_some_and(|second| set::<16>(room, 16, *second)))
            && (len <= 48 || text.as_chunks().0.get(2).is_some_and(|third| set::<16>(room, 32, *third)))
            && set(room, len - 16, *last)
    } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        set(room, 0, *first) && set(room, len - 8, *last)
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        set(room, 0, *first) && set(room, len - 4, *last)
    } else {
        match *text {
            [] => true,
            [a] => set(room, 0, [a]),
            [a, b] => set(room, 0, [a, b]),
            [a, b, c, ..] => set(room, 0, [a, b, c]),
        }
    }
}

#[inline(always)]
fn set<const N: usize>(room: &mut [MaybeUninit<u8>; LONGEST_TEXT], at: usize, bytes: [u8; N]) -> bool {
    let room = room.get_mut(at..).and_then(<[_]>::first_chunk_mut::<N>);
    let fits = room.is_some();
    if let Some(room) = room {
        room.write_copy_of_slice(&bytes);
    }
    fits
}

/// In so many bytes a loop looks at a value: the longest text and what may stand before it. As many are room for one.
pub const WINDOW: usize = LONGEST_TEXT + 16;

/// The next bytes of what is read, where so many are left: to look at them needs no check.
pub type Window = [u8; WINDOW];

/// A place of `N` bytes behind those of a buffer, which has them once they are kept: what is written there needs no look
/// at the buffer.
#[derive(Debug)]
pub struct Room<'a, const N: usize> {
    /// The first bytes of the buffer's spare capacity.
    bytes: NonNull<[MaybeUninit<u8>; N]>,
    len: usize,
    out: &'a mut Vec<u8>,
}

/// Appends what `write` puts into a room of `N` bytes, if there is one; nothing of it where `write` gives nothing.
///
/// ```
/// let mut out = Vec::with_capacity(16);
/// let written = holdfast_document::put_within::<16, _>(&mut out, |room| {
///     room.put([1])?;
///     room.put_text(&[7; 64], 3)
/// });
/// assert_eq!(written, None, "64 bytes of text may need as many");
/// assert!(out.is_empty());
/// ```
#[inline(always)]
pub fn put_within<const N: usize, R>(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Room<'_, N>) -> Option<R>,
) -> Option<R> {
    let mut room = Room::behind(out)?;
    let result = write(&mut room)?;
    room.keep();
    Some(result)
}

impl<'a, const N: usize> Room<'a, N> {
    /// The room behind the bytes of a buffer. What [`put_within`] is given becomes a call where compilers find it too
    /// long; this never does.
    ///
    /// ```
    /// let mut out = Vec::with_capacity(16);
    /// let mut room = holdfast_document::Room::<16>::behind(&mut out).unwrap();
    /// room.put([1, 2]).unwrap();
    /// room.keep();
    /// assert_eq!(out, [1, 2]);
    /// assert!(holdfast_document::Room::<99>::behind(&mut out).is_none());
    /// ```
    #[inline(always)]
    pub fn behind(out: &'a mut Vec<u8>) -> Option<Self> {
        let bytes = NonNull::from(out.spare_capacity_mut().first_chunk_mut()?);
        Some(Self { bytes, len: 0, out })
    }

    /// Gives the buffer what was written.
    #[inline(always)]
    pub fn keep(self) {
        let len = self.out.len() + self.len;
        // SAFETY: a room is as long as the bytes that were written into it, the first ones of the spare capacity.
        unsafe { self.out.set_len(len) };
    }

    #[inline(always)]
    const fn bytes(&mut self) -> &mut [MaybeUninit<u8>; N] {
        // SAFETY: the buffer does not change as long as its room is borrowed.
        unsafe { self.bytes.as_mut() }
    }

    /// Appends `bytes`.
    #[inline(always)]
    pub fn put<const M: usize>(&mut self, bytes: [u8; M]) -> Option<()> {
        let from = self.len;
        self.bytes().get_mut(from..)?.first_chunk_mut::<M>()?.write_copy_of_slice(&bytes);
        self.len += M;
        Some(())
    }

    /// Appends the first `len` of `bytes`; the others may be written behind them.
    #[inline(always)]
    pub fn put_first<const M: usize>(&mut self, bytes: &[u8; M], len: usize) -> Option<()> {
        let from = self.len;
        let room = self.bytes().get_mut(from..)?.first_chunk_mut::<M>()?;
        if len > M {
            return None;
        }
        room.write_copy_of_slice(bytes);
        self.len += len;
        Some(())
    }

    /// As [`Room::put_first`], faster for a text, which is mostly much shorter than one may be.
    #[inline(always)]
    pub fn put_text(&mut self, text: &[u8; LONGEST_TEXT], len: usize) -> Option<()> {
        match len {
            0..=16 => self.put_first::<16>(text.first_chunk()?, len),
            17..=32 => self.put_first::<32>(text.first_chunk()?, len),
            _ => self.put_first(text, len),
        }
    }

    /// Writes the last byte anew. To read it back would be to wait for it.
    #[inline(always)]
    pub fn set_last(&mut self, byte: u8) -> Option<()> {
        let last = self.len.checked_sub(1)?;
        self.bytes().get_mut(last)?.write(byte);
        Some(())
    }
}

/// Keeps a loop apart from the one around it, in which this is called before it. Otherwise compilers take one that is all
/// but the other's beginning for the same loop. What makes code of WebAssembly gives registers to an inner loop first:
/// what is in it should be little, and what comes most often.
#[inline(always)]
pub fn keep_apart() {
    compiler_fence(Ordering::AcqRel);
}

/// Gives a buffer back to where it was taken from by [`std::mem::take`]. Nothing is dropped there, which would be a call.
#[inline(always)]
pub fn put_back<T>(place: &mut Vec<T>, items: Vec<T>) {
    let taken = std::mem::replace(place, items);
    debug_assert!(taken.capacity() == 0, "what stood there was taken");
    std::mem::forget(taken);
}

/// Whether so many more items have room.
#[inline(always)]
pub fn has_room<T>(items: &Vec<T>, more: usize) -> bool {
    items.capacity() - items.len() >= more
}

/// Appends an item.
#[inline(always)]
pub fn put_item<T>(items: &mut Vec<T>, item: T) -> bool {
    let room = has_room(items, 1);
    if room {
        items.push(item);
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_appended_whole_or_not_at_all() {
        let source: Vec<u8> = (0..100).collect();
        for all in 0..source.len() {
            for len in 0..=all {
                for room in [0, 1, 40, 65, 66, 200] {
                    let mut out = Vec::with_capacity(room);
                    let room = out.capacity();
                    if put_text(&mut out, [7, 8], &source[..all], len) {
                        assert_eq!((&out[..2], &out[2..]), (&[7, 8][..], &source[..len]));
                    } else {
                        assert!(out.is_empty());
                        assert!(len > LONGEST_TEXT || room < LONGEST_TEXT + 2, "{all} {len} {room}");
                    }
                    assert_eq!(out.capacity(), room);
                }
            }
        }
    }

    #[test]
    fn no_more_text_is_appended_than_there_is() {
        let mut out = Vec::with_capacity(100);
        assert!(!put_text(&mut out, [7], b"short", 6));
        assert!(out.is_empty());
    }

    #[test]
    fn a_pair_is_appended_whole_or_not_at_all() {
        let mut out = Vec::with_capacity(20);
        assert!(put_pair(&mut out, [1, 2], [3; 9]));
        assert_eq!(out, [1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
        let room = out.capacity();
        while out.capacity() - out.len() >= 11 {
            assert!(put_pair(&mut out, [1, 2], [3; 9]));
        }
        let len = out.len();
        assert!(!put_pair(&mut out, [1, 2], [3; 9]));
        assert_eq!((out.len(), out.capacity()), (len, room));
    }

    #[test]
    fn the_first_bytes_are_appended_where_all_have_room() {
        let mut out = Vec::with_capacity(20);
        assert!(put_first(&mut out, [1, 2], [3, 4, 5, 6], 3));
        assert_eq!(out, [1, 2, 3, 4, 5]);
        let mut small = Vec::with_capacity(8);
        while put(&mut small, [7]) {}
        small.truncate(small.capacity() - 5);
        let len = small.len();
        assert!(!put_first(&mut small, [1, 2], [3, 4, 5, 6], 3));
        assert_eq!(small.len(), len);
        assert!(put_first(&mut small, [1, 2], [3, 4, 5], 3));
    }

    #[test]
    fn what_was_written_is_written_again_whole_or_not_at_all() {
        let source: Vec<u8> = (0..50).collect();
        for (at, len, room, done) in [
            (0, 0, 100, true),
            (0, 1, 100, true),
            (3, 16, 100, true),
            (3, 17, 100, true),
            (0, 48, 100, true),
            (34, 16, 100, true),
            (50, 0, 100, true),
            (49, 1, 100, false),
            (0, 51, 100, false),
            (50, 1, 100, false),
            (usize::MAX, 2, 100, false),
            (0, 48, 40, false),
            (0, 1, 5, false),
        ] {
            let mut out = Vec::with_capacity(source.len() + room);
            out.extend_from_slice(&source);
            assert_eq!(put_again(&mut out, at, len), done, "{at} {len} {room}");
            let again = if done { &source[at..at + len] } else { &[] };
            assert_eq!(out, [&source[..], again].concat());
        }
    }

    #[test]
    fn what_is_written_into_a_room_is_appended_whole_or_not_at_all() {
        let text = std::array::from_fn(|at| at as u8);
        for len in 0..70 {
            for enough in [true, false] {
                let mut out = Vec::with_capacity(80);
                out.push(9);
                let done = put_within::<67, _>(&mut out, |room| {
                    room.put([7, 8])?;
                    room.put_text(&text, len)?;
                    room.set_last(9)?;
                    enough.then_some(len)
                });
                let mut wanted = vec![9];
                if enough && len <= LONGEST_TEXT {
                    wanted.extend([7, 8]);
                    wanted.extend(&text[..len]);
                    *wanted.last_mut().unwrap() = 9;
                    assert_eq!(done, Some(len));
                } else {
                    assert_eq!(done, None);
                }
                assert_eq!(out, wanted);
            }
        }
    }

    #[test]
    fn a_room_takes_no_more_than_its_size_and_the_buffer_no_room_that_it_has_not() {
        let mut out = Vec::with_capacity(100);
        assert_eq!(put_within::<3, _>(&mut out, |room| room.put([1, 2, 3, 4])), None);
        assert_eq!(
            put_within::<3, _>(&mut out, |room| room.put([1, 2]).and_then(|()| room.put([3, 4]))),
            None
        );
        assert_eq!(put_within::<1, _>(&mut out, |room| room.set_last(9)), None);
        let free = out.capacity() as u8;
        out.resize(usize::from(free) - 2, 0);
        assert_eq!(put_within::<3, _>(&mut out, |room| room.put([1])), None);
        assert_eq!(put_within::<2, _>(&mut out, |room| room.put([1])), Some(()));
        assert_eq!(out.last(), Some(&1));
    }

    #[test]
    fn items_are_appended_while_there_is_room() {
        let mut items = Vec::with_capacity(4);
        let room = items.capacity();
        while put_item(&mut items, 1_u32) {}
        assert_eq!((items.len(), items.capacity()), (room, room));
    }
}
