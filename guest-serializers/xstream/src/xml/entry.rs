//! What stands around the keys and values of maps, ready to be written at once.

use holdfast_document::{LONGEST_TEXT, Room};

/// The tags of an entry with the lines that they stand in, so many elements being open around it.
#[derive(Debug)]
pub(crate) struct Entry {
    begin: Piece,
    end: Piece,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    bytes: [u8; LONGEST_TEXT],
    len: usize,
}

/// How many depths there are at which a piece has room for an entry with its lines.
const DEPTHS: usize = 14;

/// Without lines, then with those of each depth.
const ENTRIES: [Entry; 1 + DEPTHS] = {
    let mut entries = [const { Entry::of(None) }; 1 + DEPTHS];
    let mut depth = 0;
    while depth < DEPTHS {
        #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
        let entry = &mut entries[1 + depth];
        *entry = Entry::of(Some(depth));
        depth += 1;
    }
    entries
};

impl Entry {
    /// Of a map that stands so many elements deep, unless that is too deep.
    #[inline(always)]
    pub(crate) fn at(pretty: bool, depth: usize) -> Option<&'static Self> {
        const { &ENTRIES }.get(if pretty { 1 + depth } else { 0 })
    }

    const fn of(depth: Option<usize>) -> Self {
        let empty = Piece { bytes: [0; LONGEST_TEXT], len: 0 };
        let (begin, end) = (empty.line(depth, 0).with(b"<entry>"), empty.line(depth, 0).with(b"</entry>"));
        Self { begin: begin.line(depth, 1), end }
    }

    /// Writes its begin, up to the key.
    #[inline(always)]
    pub(crate) fn put_begin<const N: usize>(&self, room: &mut Room<'_, N>) -> Option<()> {
        room.put_text(&self.begin.bytes, self.begin.len)
    }

    /// Writes its end, behind the value.
    #[inline(always)]
    pub(crate) fn put_end<const N: usize>(&self, room: &mut Room<'_, N>) -> Option<()> {
        room.put_text(&self.end.bytes, self.end.len)
    }

    /// How many bytes stand in front of its name: as many as in front of the slash.
    #[inline(always)]
    pub(crate) const fn name(&self) -> usize {
        self.end.len - b"/entry>".len()
    }
}

impl Piece {
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    const fn with(mut self, text: &[u8]) -> Self {
        let mut at = 0;
        while at < text.len() {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// With a new line of so many levels, if there are lines.
    const fn line(mut self, depth: Option<usize>, more: usize) -> Self {
        if let Some(depth) = depth {
            self = self.with(b"\n");
            let mut level = 0;
            while level < depth + more {
                self = self.with(b"  ");
                level += 1;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use holdfast_document::put_within;

    use super::*;

    #[test]
    fn tags_of_entries_stand_in_lines_of_their_own_or_in_none() {
        let written = |pretty, depth| {
            let entry = Entry::at(pretty, depth)?;
            let mut out = Vec::with_capacity(200);
            put_within::<200, _>(&mut out, |room| {
                entry.put_begin(room)?;
                room.put(*b"|")?;
                entry.put_end(room)
            })?;
            assert!(out[entry.name()..].starts_with(b"entry>"));
            String::from_utf8(out).ok()
        };
        for depth in 0..14 {
            let (outer, inner) = ("  ".repeat(depth), "  ".repeat(depth + 1));
            let lines = format!("\n{outer}<entry>\n{inner}|\n{outer}</entry>");
            assert_eq!(written(true, depth), Some(lines));
            assert_eq!(written(false, depth).as_deref(), Some("<entry>|</entry>"));
        }
        assert_eq!(written(true, 14), None);
    }
}
