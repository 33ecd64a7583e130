//! Writes elements where there is room and without a call (`holdfast_document::put`), as [`Printer`] does. What has no
//! room is not done, or is to be taken back by [`Quick::back`].

use holdfast_document::{Room, has_room, put, put_again, put_back, put_first, put_item};

use super::entry::Entry;
use super::escape::is_plain_chunk;
use super::print::Printer;
use super::tags::Tags;

/// The end of a tag, a line end, and the spaces of 31 levels.
const LINE: &[u8; 80] = b">\n                                                                              ";

/// The element of a key and a value.
pub(crate) const ENTRY: Tags = Tags::of("entry");

/// A printer that does not grow.
pub(crate) struct Quick<'p> {
    pub(crate) out: Vec<u8>,
    open: &'p mut Vec<(u32, u32)>,
    pretty: bool,
    /// The element that was begun last has no content, and its tag no `>` yet.
    pub(crate) in_tag: bool,
}

impl Printer<'_> {
    /// Writes what needs no more room.
    #[inline(always)]
    pub(crate) fn quickly<T>(&mut self, work: impl FnOnce(&mut Quick<'_>) -> T) -> T {
        let mut quick = self.quick();
        let result = work(&mut quick);
        let Quick { out, in_tag, .. } = quick;
        self.went_quickly(out, in_tag);
        result
    }

    /// As [`Printer::quickly`] in steps, for work that is too much for compilers to take a closure as a part of what has it.
    /// [`Printer::went_quickly`] ends it.
    #[inline(always)]
    pub(crate) fn quick(&mut self) -> Quick<'_> {
        Quick {
            out: std::mem::take(self.out),
            open: &mut self.open,
            pretty: self.pretty,
            in_tag: self.in_tag,
        }
    }

    /// Takes back the buffer, and whether the tag that was opened last lacks its `>`.
    #[inline(always)]
    pub(crate) fn went_quickly(&mut self, out: Vec<u8>, in_tag: bool) {
        put_back(self.out, out);
        self.in_tag = in_tag;
        self.empty = in_tag;
        self.text = false;
    }
}

/// How elements begin that are not the first: in a line of their own, or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    pretty: bool,
}

impl Lines {
    /// Where the line of an element ends in [`LINE`], so many elements being open.
    #[inline(always)]
    const fn end(self, depth: usize) -> usize {
        if self.pretty { 2 + 2 * depth } else { 1 }
    }

    /// Writes it, if it is not very long.
    #[inline(always)]
    pub(crate) fn put<const N: usize>(self, room: &mut Room<'_, N>, depth: usize) -> Option<()> {
        let (_, line) = LINE.split_first_chunk::<1>()?;
        room.put_text(line.first_chunk()?, self.end(depth) - 1)
    }
}

impl Quick<'_> {
    /// How elements begin behind the first one.
    #[inline(always)]
    pub(crate) const fn lines(&self) -> Lines {
        Lines { pretty: self.pretty }
    }

    /// What stands around the keys and values of a map that was begun last.
    #[inline(always)]
    pub(crate) fn entry(&self) -> Option<&'static Entry> {
        Entry::at(self.pretty, self.depth())
    }

    /// Ends the tag that was begun last, in front of what the element holds.
    #[inline(always)]
    pub(crate) fn finish_tag(&mut self) -> bool {
        let done = !self.in_tag || put(&mut self.out, *b">");
        self.in_tag &= !done;
        done
    }

    /// Whether so many more elements may be open.
    #[inline(always)]
    pub(crate) fn has_room(&self, more: usize) -> bool {
        has_room(self.open, more)
    }

    /// Says that an entry is open whose name stands there, for which there is room.
    #[inline(always)]
    pub(crate) fn put_entry(&mut self, at: u32) {
        put_item(self.open, (at, ENTRY.name_len() as u32));
    }

    /// Leaves it to the caller to end the entry that was begun last. Gives where its name stands.
    #[inline(always)]
    pub(crate) fn take_entry(&mut self) -> Option<u32> {
        self.open.pop().map(|(at, _)| at)
    }

    /// Takes back what was written of an element behind the first `len` bytes.
    #[inline(always)]
    pub(crate) fn back(&mut self, len: usize) {
        self.out.truncate(len);
    }

    #[inline(always)]
    pub(crate) const fn depth(&self) -> usize {
        self.open.len()
    }

    /// The place for an element or the end of one.
    #[inline(always)]
    fn line(&mut self, depth: usize) -> bool {
        let (mut from, end) = (usize::from(!self.in_tag), self.lines().end(depth));
        while from < end {
            let chunk = LINE.get(from..).and_then(<[u8]>::first_chunk::<16>);
            if !chunk.is_some_and(|chunk| put_first(&mut self.out, [], *chunk, end - from)) {
                return false;
            }
            from += 16;
        }
        true
    }

    /// Begins an element that holds text alone. It must be ended by [`Quick::end_leaf`].
    #[inline(always)]
    pub(crate) fn begin_leaf(&mut self, tags: &Tags) -> bool {
        self.line(self.open.len()) && tags.put_open(&mut self.out)
    }

    #[inline(always)]
    pub(crate) fn end_leaf(&mut self, tags: &Tags) -> bool {
        let done = tags.put_close(&mut self.out);
        self.in_tag &= !done;
        done
    }

    /// An element that holds nothing, as it stands.
    #[inline(always)]
    pub(crate) fn short<const N: usize>(&mut self, element: [u8; N]) -> bool {
        let done = self.line(self.open.len()) && put(&mut self.out, element);
        self.in_tag &= !done;
        done
    }

    /// Adds text that needs no escapes and stands in a buffer with more behind it.
    #[inline(always)]
    pub(crate) fn plain(&mut self, buffer: &[u8], from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            let left = to - at;
            let chunk = buffer.get(at..).and_then(<[u8]>::first_chunk::<16>);
            if !chunk.is_some_and(|chunk| {
                is_plain_chunk(chunk, left) && put_first(&mut self.out, [], *chunk, left)
            }) {
                return false;
            }
            at += 16;
        }
        true
    }

    /// Begins an element inside of another. Gives where its name stands.
    #[inline(always)]
    pub(crate) fn open(&mut self, tags: &Tags) -> Option<u32> {
        let before = self.out.len();
        if self.open.is_empty() || !(has_room(self.open, 1) && self.begin_leaf(tags)) {
            self.back(before);
            return None;
        }
        // An attribute may follow, or nothing.
        let end = self.out.len() - 1;
        self.back(end);
        let len = tags.name_len();
        let at = (end - len) as u32;
        put_item(self.open, (at, len as u32));
        self.in_tag = true;
        Some(at)
    }

    /// Ends the element that was begun last.
    #[inline(always)]
    pub(crate) fn close(&mut self) -> bool {
        let Some(&(at, len)) = self.open.last() else { return false };
        let before = self.out.len();
        let done = if self.in_tag {
            put(&mut self.out, *b"/>")
        } else {
            self.line(self.open.len() - 1)
                && put(&mut self.out, *b"</")
                && put_again(&mut self.out, at as usize, len as usize)
                && put(&mut self.out, *b">")
        };
        if done {
            self.open.pop();
            self.in_tag = false;
        } else {
            self.back(before);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes elements in each other with text in them, as a printer does or quickly: where there is no room for that,
    /// as a printer does.
    #[allow(clippy::redundant_closure_for_method_calls, reason = "a method is of one lifetime only")]
    fn print(pretty: bool, depth: usize, room: Option<usize>) -> String {
        let mut out = Vec::with_capacity(room.unwrap_or_default());
        let mut printer = Printer::new(&mut out, pretty, Vec::with_capacity(40));
        let tags: Vec<_> = (1..=depth).map(|len| "n".repeat(len)).collect();
        let leaf = Tags::of("leaf");
        let text = b"some text, and what stands behind it in a buffer";
        for name in &tags {
            let tags = Tags::of(name);
            if room.is_none() || printer.quickly(|quick| quick.open(&tags)).is_none() {
                printer.open_tags(&tags, name);
            }
            let wrote = room.is_some()
                && printer.quickly(|quick| {
                    let before = quick.out.len();
                    let wrote = quick.begin_leaf(&leaf) && quick.plain(text, 0, 9) && quick.end_leaf(&leaf);
                    if !wrote {
                        quick.back(before);
                    }
                    wrote
                });
            if !wrote {
                printer.leaf(&leaf, b"some text");
            }
        }
        while printer.depth() > 0 {
            if room.is_none() || !printer.quickly(|quick| quick.close()) {
                printer.close();
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn elements_are_written_as_a_printer_writes_them() {
        for pretty in [true, false] {
            for depth in 0..40 {
                let text = print(pretty, depth, None);
                for room in [0, 10, 100, 1_000, 100_000] {
                    assert_eq!(print(pretty, depth, Some(room)), text);
                }
            }
        }
    }

    #[test]
    fn what_needs_an_escape_or_stands_at_the_end_of_its_buffer_is_left() {
        let plain = |text: &[u8], from, to| {
            let mut out = Vec::with_capacity(100);
            let mut printer = Printer::new(&mut out, true, Vec::new());
            printer.quickly(|quick| quick.plain(text, from, to)).then_some(out)
        };
        let text = b"twelve bytes<and more that follows it";
        assert_eq!(plain(text, 0, 12).as_deref(), Some(b"twelve bytes".as_slice()));
        assert_eq!(plain(text, 7, 7).as_deref(), Some(b"".as_slice()));
        assert_eq!((plain(text, 0, 13), plain(text, 30, 37), plain(text, 40, 50)), (None, None, None));
    }
}
