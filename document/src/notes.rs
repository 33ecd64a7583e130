//! Notes: what only one format knows of an attribute, as entries with a place.

use crate::token::utf8;

/// The hidden part that means the attribute's own name; its place is 0.
pub const NAME_PART: u32 = 127;

/// One entry of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// Where the value stands that it speaks of, as a reference would say it.
    pub place: u32,
    /// 0 is the value itself, [`NAME_PART`] the attribute's name; others are a format's own.
    pub part: u32,
    /// What it says.
    pub fact: Fact<'a>,
}

/// What a [`Note`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    /// Another object than an equal one before it.
    Distinct,
    /// The same object as an equal one before it.
    SameAs {
        /// Its attribute, by its number in the extras' names.
        attribute: u32,
        /// Its place there.
        place: u32,
        /// 0, or which hidden part.
        part: u32,
    },
    /// One of a group: the same object as every equal value of this attribute or another that a note puts into the
    /// group of the same number. Unlike [`Fact::SameAs`] it leads nowhere, so it outlives the other members.
    Group(u32),
    /// The same object as the equal string that a class description holds: a field's type, a constant's name.
    Interned,
    /// The table of a `java.util.HashMap`, where its size does not tell it.
    HashTable {
        /// How many buckets.
        capacity: u32,
        /// The bits of the load factor.
        load_factor: u32,
    },
    /// The capacity of a `java.util.ArrayList`, where it is not its size.
    Capacity(u32),
    /// The threshold of a `java.util.HashMap`, where capacity and load factor do not tell it.
    Threshold(u32),
    /// A number that only the class itself knows: the cached hash code of a URL, the offset of a time zone.
    Hidden(i32),
    /// The class name that a format wrote, where the document's class does not tell it: the body of an enum
    /// constant, a private subclass.
    ClassName(&'a str),
}

const DISTINCT: u8 = 0;
const SAME_AS: u8 = 1;
const GROUP: u8 = 2;
const INTERNED: u8 = 3;
const HASH_TABLE: u8 = 16;
const CAPACITY: u8 = 17;
const THRESHOLD: u8 = 18;
const HIDDEN: u8 = 19;
const CLASS_NAME: u8 = 32;

/// Writes the entries of one attribute, in the order of their places.
#[derive(Debug, Default)]
pub struct NoteWriter {
    bytes: Vec<u8>,
    last: u32,
}

impl NoteWriter {
    /// Adds an entry. Its place is not before that of the last one.
    pub fn push(&mut self, note: &Note<'_>) {
        varint(&mut self.bytes, note.place.saturating_sub(self.last));
        self.last = note.place;
        varint(&mut self.bytes, note.part);
        match note.fact {
            Fact::Distinct => self.bytes.push(DISTINCT),
            Fact::SameAs { attribute, place, part } => {
                self.bytes.push(SAME_AS);
                varint(&mut self.bytes, attribute);
                varint(&mut self.bytes, place);
                varint(&mut self.bytes, part);
            }
            Fact::Group(group) => {
                self.bytes.push(GROUP);
                varint(&mut self.bytes, group);
            }
            Fact::Interned => self.bytes.push(INTERNED),
            Fact::HashTable { capacity, load_factor } => {
                self.fixed(HASH_TABLE, capacity);
                self.bytes.extend_from_slice(&load_factor.to_be_bytes());
            }
            Fact::Capacity(capacity) => self.fixed(CAPACITY, capacity),
            Fact::Threshold(threshold) => self.fixed(THRESHOLD, threshold),
            Fact::Hidden(number) => self.fixed(HIDDEN, number as u32),
            Fact::ClassName(name) => {
                self.bytes.push(CLASS_NAME);
                varint(&mut self.bytes, u32::try_from(name.len()).unwrap_or(u32::MAX));
                self.bytes.extend_from_slice(name.as_bytes());
            }
        }
    }

    fn fixed(&mut self, tag: u8, number: u32) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// What was written: the bytes and the last place, to go back to with [`NoteWriter::truncate`].
    #[must_use]
    pub const fn mark(&self) -> (usize, u32) {
        (self.bytes.len(), self.last)
    }

    /// Takes back what was written since a mark.
    pub fn truncate(&mut self, (len, last): (usize, u32)) {
        self.bytes.truncate(len);
        self.last = last;
    }

    /// The bytes of all entries.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Begins the next attribute at the end of the same buffer: places count from 0 again.
    pub const fn next_attribute(&mut self) {
        self.last = 0;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.last = 0;
    }
}

/// Reads the entries of a note. Notes are hints: where one makes no sense, there are no more.
#[derive(Debug, Clone)]
pub struct Notes<'a> {
    rest: &'a [u8],
    last: u32,
}

impl<'a> Notes<'a> {
    /// The entries of a note's bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, last: 0 }
    }

    fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn fixed(&mut self) -> Option<u32> {
        let (bytes, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_be_bytes(*bytes))
    }

    fn entry(&mut self) -> Option<Note<'a>> {
        let place = self.last.checked_add(self.varint()?)?;
        self.last = place;
        let part = self.varint()?;
        let (tag, rest) = self.rest.split_first()?;
        self.rest = rest;
        let fact = match *tag {
            DISTINCT => Fact::Distinct,
            SAME_AS => {
                Fact::SameAs { attribute: self.varint()?, place: self.varint()?, part: self.varint()? }
            }
            GROUP => Fact::Group(self.varint()?),
            INTERNED => Fact::Interned,
            HASH_TABLE => Fact::HashTable { capacity: self.fixed()?, load_factor: self.fixed()? },
            CAPACITY => Fact::Capacity(self.fixed()?),
            THRESHOLD => Fact::Threshold(self.fixed()?),
            HIDDEN => Fact::Hidden(self.fixed()? as i32),
            CLASS_NAME => {
                let len = self.varint()? as usize;
                let (name, rest) = self.rest.split_at_checked(len)?;
                self.rest = rest;
                Fact::ClassName(utf8(name)?)
            }
            _ => return None,
        };
        Some(Note { place, part, fact })
    }
}

impl<'a> Iterator for Notes<'a> {
    type Item = Note<'a>;

    fn next(&mut self) -> Option<Note<'a>> {
        let entry = self.entry();
        if entry.is_none() {
            self.rest = &[];
        }
        entry
    }
}

fn varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: [Note<'static>; 10] = [
        Note { place: 0, part: NAME_PART, fact: Fact::SameAs { attribute: 3, place: 70_000, part: 0 } },
        Note { place: 0, part: 0, fact: Fact::HashTable { capacity: 64, load_factor: 0x3f40_0000 } },
        Note { place: 0, part: 0, fact: Fact::Threshold(0) },
        Note { place: 7, part: 0, fact: Fact::Group(300) },
        Note { place: 7, part: 0, fact: Fact::Interned },
        Note { place: 8, part: 0, fact: Fact::Hidden(-5) },
        Note { place: 9, part: 2, fact: Fact::Distinct },
        Note { place: 9, part: 3, fact: Fact::Capacity(10) },
        Note { place: 300, part: 0, fact: Fact::ClassName("com.example.Op$1") },
        Note { place: u32::MAX, part: 0, fact: Fact::Distinct },
    ];

    #[test]
    fn entries_are_read_as_they_were_written() {
        let mut writer = NoteWriter::default();
        for entry in &ENTRIES {
            writer.push(entry);
        }
        assert!(Notes::new(writer.bytes()).eq(ENTRIES));
    }

    #[test]
    fn damaged_notes_end_and_do_not_panic() {
        let mut writer = NoteWriter::default();
        for entry in &ENTRIES {
            writer.push(entry);
        }
        for end in 0..writer.bytes().len() {
            let read: Vec<_> = Notes::new(&writer.bytes()[..end]).collect();
            assert_eq!(read, ENTRIES[..read.len()]);
        }
        assert_eq!(Notes::new(&[0xff; 20]).count(), 0);
        assert_eq!(Notes::new(&[0, 0, 99, 1, 1]).count(), 0);
    }
}
