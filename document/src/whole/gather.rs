//! From all that a Java stream or XStream tells of an object to a value of the built-in class and the fields of its own.

use super::Extends;
use super::parts::{Content, OBJECTS, Object, Piece, Read};
use super::table::{self, Is, Row, Word};
use super::walk::text;
use crate::definition::Head;
use crate::event::Event;
use crate::reader::Reader;

impl<'a> Object<'_, 'a> {
    /// The pieces, from the fields of a Java stream.
    pub(super) fn gather(&self, row: &Row) -> Read<Vec<Piece>> {
        let mut content = Content::default();
        let mut count = None;
        for slot in row.slots {
            let wanted = format!("{}{}", "^".repeat((self.form.base + slot.up) as usize), slot.item);
            let found = self.definition.items().position(|item| item.is_ok_and(|item| text(item) == wanted));
            let Some(place) = found.and_then(|found| self.places.get(found)).copied() else {
                return Err(self.odd());
            };
            self.take(slot.is, place, false, &mut count, &mut content)?;
        }
        self.whole(row, &content)
    }

    /// Takes in what stands in a slot; `typed` says that data are values with types of their own, and not blocks.
    fn take(
        &self,
        is: Is,
        place: u32,
        typed: bool,
        count: &mut Option<u32>,
        content: &mut Content,
    ) -> Read<()> {
        let mut reader = self.reader(place);
        match is {
            Is::Count => *count = u32::try_from(self.int(&mut reader)?).ok(),
            Is::Comparator => content.comparator = (!reader.is_nil()).then_some(place),
            Is::Defaults => content.defaults = (!reader.is_nil()).then_some(place),
            Is::AccessOrder => content.access_order = self.event(&mut reader)? == Event::Bool(true),
            Is::Nanos => content.nanos = self.int(&mut reader)?,
            Is::Millis if typed => {
                let Event::Array(1) = self.event(&mut reader)? else { return Err(self.odd()) };
                content.millis = self.int(&mut reader)?;
            }
            Is::Millis => content.millis = self.millis(&mut reader)?,
            Is::Array => {
                let Event::Typed(Head::Builtin(OBJECTS), room) = self.event(&mut reader)? else {
                    return Err(self.odd());
                };
                content.values = count.filter(|count| *count <= room).ok_or_else(|| self.odd())?;
                content.first = reader.place();
            }
            Is::Data([]) | Is::LoadFactor | Is::Threshold | Is::Zero => {}
            Is::Data(words) if typed => self.typed_data(&mut reader, words, false, content)?,
            Is::Data(words) => self.data(&mut reader, words, content)?,
            Is::ComparatorAndData(words) if typed => self.typed_data(&mut reader, words, true, content)?,
            Is::ComparatorAndData(words) => self.compared(&mut reader, words, content)?,
            Is::ToNulls(nulls) => {
                let Event::Array(values) = self.event(&mut reader)? else { return Err(self.odd()) };
                content.first = reader.place();
                content.values = values.checked_sub(nulls).ok_or_else(|| self.odd())?;
            }
        }
        Ok(())
    }

    fn millis(&self, reader: &mut Reader<'a>) -> Read<i64> {
        match (self.event(reader)?, self.event(reader)?) {
            (Event::Array(1), Event::Bin(bytes)) => match <[u8; 8]>::try_from(bytes) {
                Ok(bytes) => Ok(i64::from_be_bytes(bytes)),
                Err(_) => Err(self.odd()),
            },
            _ => Err(self.odd()),
        }
    }

    fn data(&self, reader: &mut Reader<'a>, words: &[Word], content: &mut Content) -> Read<()> {
        let Event::Array(items) = self.event(reader)? else { return Err(self.odd()) };
        self.block(reader, words, items, content)
    }

    fn compared(&self, reader: &mut Reader<'a>, words: &[Word], content: &mut Content) -> Read<()> {
        let Event::Array(items) = self.event(reader)? else { return Err(self.odd()) };
        content.comparator = (!reader.is_nil()).then_some(reader.place());
        reader.skip().map_err(|_| self.odd())?;
        self.block(reader, words, items.saturating_sub(1), content)
    }

    /// A block of numbers, and the elements behind it.
    fn block(&self, reader: &mut Reader<'a>, words: &[Word], items: u32, content: &mut Content) -> Read<()> {
        let Event::Bin(block) = self.event(reader)? else { return Err(self.odd()) };
        content.first = reader.place();
        content.values = items.checked_sub(1).ok_or_else(|| self.odd())?;
        let said = block.chunks(4).zip(words).find(|(_, word)| **word == Word::Count);
        let count = said.map(|(bytes, _)| bytes.try_into().map_or(u32::MAX, u32::from_be_bytes));
        let fits = count.is_none_or(|count| self.values(count) == content.values);
        if fits && block.len() == 4 * words.len() { Ok(()) } else { Err(self.odd()) }
    }

    /// The pieces, from names and values, as XStream has them.
    pub(super) fn gather_named(&self, row: &Row, extends: &Extends) -> Read<Vec<Piece>> {
        let mut named: Vec<(&str, u32)> = Vec::new();
        for pair in self.places.chunks_exact(2) {
            let [name, value] = *pair else { continue };
            let mut reader = self.reader(name);
            let Event::Str(name) = self.event(&mut reader)? else { return Err(self.odd()) };
            named.push((std::str::from_utf8(name).map_err(|_| self.odd())?, value));
        }
        let find = |class: &str, name: &str| {
            named
                .iter()
                .find(|(known, _)| known.rsplit_once('#') == Some((class, name)))
                .map(|(_, value)| *value)
        };
        let mut content = Content::default();
        let mut count = None;
        for slot in row.slots {
            let name =
                slot.item.rsplit_once(';').map_or(slot.item.get(1..).unwrap_or_default(), |(_, name)| name);
            let name = if slot.item == "*" { "+" } else { name };
            let class = table::declaring(row.number, slot.up);
            let Some(place) = find(class, name) else {
                match slot.is {
                    // What is null or nothing stands nowhere.
                    Is::Data([])
                    | Is::Comparator
                    | Is::Defaults
                    | Is::Zero
                    | Is::LoadFactor
                    | Is::Threshold => {}
                    _ => return Err(self.odd()),
                }
                continue;
            };
            self.take(slot.is, place, true, &mut count, &mut content)?;
        }
        let mut pieces = self.whole(row, &content)?;
        for (_, class, descriptor, name) in extends.fields() {
            pieces.push(match (find(class, name), descriptor) {
                (Some(place), _) => Piece::one(place),
                (None, "Z") => Piece::Bool(false),
                (None, "C") => Piece::Char(0),
                (None, "F") => Piece::F32(0),
                (None, "D") => Piece::F64(0),
                (None, "B" | "S" | "I" | "J") => Piece::Int(0),
                (None, _) => Piece::Nil,
            });
        }
        Ok(pieces)
    }

    /// Data whose numbers are values of their own.
    fn typed_data(
        &self,
        reader: &mut Reader<'a>,
        words: &[Word],
        compared: bool,
        content: &mut Content,
    ) -> Read<()> {
        let Event::Array(items) = self.event(reader)? else { return Err(self.odd()) };
        let mut left = items;
        if compared {
            content.comparator = (!reader.is_nil()).then_some(reader.place());
            reader.skip().map_err(|_| self.odd())?;
            left = left.saturating_sub(1);
        }
        let mut count = None;
        for word in words {
            match (word, self.event(reader)?) {
                (Word::Count, Event::Int(number)) => count = u32::try_from(number.value).ok(),
                (Word::Buckets | Word::Queue, Event::Int(_)) | (Word::LoadFactor, Event::F32(_)) => {}
                _ => return Err(self.odd()),
            }
            left = left.checked_sub(1).ok_or_else(|| self.odd())?;
        }
        content.first = reader.place();
        content.values = left;
        let fits = count.is_none_or(|count| self.values(count) == left);
        if fits { Ok(()) } else { Err(self.odd()) }
    }
}
