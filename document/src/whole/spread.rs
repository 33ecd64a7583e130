//! From a value of the built-in class to all that a Java stream tells of an object.

use super::parts::{ARRAY_LIST, Content, HASH_MAP, LINKED_HASH_MAP, OBJECTS, Object, Piece, Read, TIMESTAMP};
use super::table::{Is, Row, Word};
use super::walk::{Bytes, text};
use super::{grown_table, grown_vector};
use crate::builtin::{self, LINKED_HASH_MAP_ACCESS_ORDER};
use crate::definition::Head;
use crate::event::Event;

impl<'a> Object<'_, 'a> {
    /// The pieces, from the value of the built-in class.
    pub(super) fn spread(&self, row: &Row) -> Read<Vec<Piece>> {
        let found = self.definition.items().position(|item| item.is_ok_and(|item| text(item).ends_with('=')));
        let Some(place) = found.and_then(|found| self.places.get(found)).copied() else {
            return Err(self.odd());
        };
        let content = self.content(row, place)?;
        let mut pieces = Vec::new();
        for slot in row.slots {
            self.streamed(row, slot.is, &content, &mut pieces)?;
        }
        Ok(pieces)
    }

    fn content(&self, row: &Row, place: u32) -> Read<Content> {
        let mut reader = self.reader(place);
        let mut content = Content::default();
        let (number, parts) = match self.event(&mut reader)? {
            Event::Array(count) => (ARRAY_LIST, count),
            Event::Map(count) => (HASH_MAP, count.saturating_mul(2)),
            Event::Date(millis) => {
                content.millis = millis;
                (builtin::DATE, 0)
            }
            Event::Typed(Head::Builtin(number), parts) => (number, parts),
            _ => return Err(self.odd()),
        };
        content.access_order = number == LINKED_HASH_MAP_ACCESS_ORDER;
        if number != row.number && !(content.access_order && row.number == LINKED_HASH_MAP) {
            return Err(self.odd());
        }
        match number {
            builtin::DATE => {}
            90 | 91 => content.millis = self.int(&mut reader)?,
            TIMESTAMP => {
                content.millis = self.int(&mut reader)?;
                content.nanos = self.int(&mut reader)?;
            }
            _ => {
                let shape = builtin::by_number(number).map_or(builtin::Shape::Elements, |row| row.shape);
                if !shape.fits(parts) {
                    return Err(self.odd());
                }
                if shape.own_parts() > 0 {
                    let own = (!reader.is_nil()).then_some(reader.place());
                    match shape {
                        builtin::Shape::DefaultedEntries => content.defaults = own,
                        _ => content.comparator = own,
                    }
                    reader.skip().map_err(|_| self.odd())?;
                }
                content.values = parts.saturating_sub(shape.own_parts());
                content.first = reader.place();
            }
        }
        Ok(content)
    }

    /// What Java has in a slot.
    fn streamed(&self, row: &Row, is: Is, content: &Content, pieces: &mut Vec<Piece>) -> Read<()> {
        let count = self.count(content.values);
        let (_, load_factor, threshold) = self.table(count);
        let values = |bytes| Piece::Copy { place: content.first, count: u64::from(content.values), bytes };
        match is {
            Is::Count => pieces.push(Piece::Int(i64::from(count))),
            Is::LoadFactor => pieces.push(Piece::F32(load_factor)),
            Is::Threshold => pieces.push(Piece::Int(i64::from(threshold))),
            Is::AccessOrder => pieces.push(Piece::Bool(content.access_order)),
            Is::Comparator => pieces.push(content.comparator.map_or(Piece::Nil, Piece::one)),
            Is::Defaults => pieces.push(content.defaults.map_or(Piece::Nil, Piece::one)),
            Is::Zero => pieces.push(Piece::Int(0)),
            Is::Nanos => pieces.push(Piece::Int(content.nanos)),
            Is::Millis => {
                let millis = match row.number {
                    // The rest stands in the nanoseconds.
                    TIMESTAMP => content.millis - content.millis.rem_euclid(1000),
                    _ => content.millis,
                };
                pieces.extend([Piece::Array(1), Piece::Bin(millis.to_be_bytes().to_vec())]);
            }
            Is::Array => {
                let room = grown_vector(count);
                pieces.extend([
                    Piece::Builtin(OBJECTS, room),
                    values(Bytes::AsTheyAre),
                    Piece::Nils(room.saturating_sub(count)),
                ]);
            }
            Is::Data([]) => pieces.push(Piece::Array(0)),
            Is::Data(words) => {
                self.in_natural_order(row, content)?;
                pieces.extend([
                    Piece::Array(content.values.saturating_add(1)),
                    Piece::Bin(self.words(words, count)),
                    values(Bytes::IntoData),
                ]);
            }
            Is::ComparatorAndData(words) => {
                self.in_natural_order(row, content)?;
                pieces.extend([
                    Piece::Array(content.values.saturating_add(2)),
                    content.comparator.map_or(Piece::Nil, Piece::one),
                    Piece::Bin(self.words(words, count)),
                    values(Bytes::IntoData),
                ]);
            }
            Is::ToNulls(nulls) => {
                self.in_natural_order(row, content)?;
                pieces.extend([
                    Piece::Array(content.values.saturating_add(nulls)),
                    values(Bytes::IntoData),
                    Piece::Nils(nulls),
                ]);
            }
        }
        Ok(())
    }

    fn table(&self, count: u32) -> (u32, u32, u32) {
        grown_table(u8::try_from(self.form.number).unwrap_or_default(), count)
    }

    fn words(&self, words: &[Word], count: u32) -> Vec<u8> {
        let (buckets, load_factor, _) = self.table(count);
        let word = |word: &Word| match word {
            Word::Count => count,
            Word::Buckets => buckets,
            Word::LoadFactor => load_factor,
            Word::Queue => count.saturating_add(1).max(2),
        };
        words.iter().flat_map(|one| word(one).to_be_bytes()).collect()
    }

    /// Java builds a tree of elements as they come. Formats that lose the comparator tell them in an order that is
    /// another one than the tree then has.
    fn in_natural_order(&self, row: &Row, content: &Content) -> Read<()> {
        if !matches!(row.number, 32 | 43 | 47) || content.comparator.is_some() {
            return Ok(());
        }
        let mut reader = self.reader(content.first);
        let mut before = Event::Nil;
        for _ in 0..self.count(content.values) {
            let place = reader.place();
            let key = self.event(&mut reader)?;
            reader.seek(place);
            let skipped = (0..if self.is_map() { 2 } else { 1 }).try_for_each(|_| reader.skip());
            skipped.map_err(|_| self.odd())?;
            let falls = match (before, key) {
                (Event::Int(before), Event::Int(key)) => before.value >= key.value,
                (Event::Str(before), Event::Str(key)) => {
                    match (std::str::from_utf8(before), std::str::from_utf8(key)) {
                        (Ok(before), Ok(key)) => before.encode_utf16().ge(key.encode_utf16()),
                        _ => false,
                    }
                }
                _ => false,
            };
            if falls {
                return Err(format!(
                    "a {} without a comparator, whose elements do not stand in their natural order: Java would not \
                     find them",
                    self.definition.name
                ));
            }
            before = key;
        }
        Ok(())
    }
}
