//! The parts of an object, taken from the one form and put together in the other.

use super::table::{self, Is, Row, Word};
use super::walk::{Bytes, Source, is_own, text};
use super::{Extends, Form, Into, grown_table, grown_vector};
use crate::builtin::{self, LINKED_HASH_MAP_ACCESS_ORDER};
use crate::definition::{Definition, Head};
use crate::event::Event;
use crate::reader::Reader;
use crate::writer::Writer;

const ARRAY_LIST: u16 = 1;
const HASH_MAP: u16 = 40;
const LINKED_HASH_MAP: u16 = 41;
const TIMESTAMP: u16 = 92;
/// `[Ljava.lang.Object;`
const OBJECTS: u16 = 120;

/// A piece of a new object.
#[derive(Debug)]
pub(super) enum Piece {
    /// So many values that stand in the old document from a place on.
    Copy {
        place: u32,
        count: u64,
        bytes: Bytes,
    },
    Nil,
    /// So many times.
    Nils(u32),
    Bool(bool),
    Char(u16),
    Int(i64),
    F32(u32),
    F64(u64),
    Date(i64),
    Bin(Vec<u8>),
    Array(u32),
    Map(u32),
    Builtin(u16, u32),
}

impl Piece {
    const fn one(place: u32) -> Self {
        Self::Copy { place, count: 1, bytes: Bytes::AsTheyAre }
    }

    pub(super) fn write(self, writer: &mut Writer<'_>) {
        match self {
            Self::Copy { .. } => {}
            Self::Nil => writer.nil(),
            Self::Nils(count) => (0..count).for_each(|_| writer.nil()),
            Self::Bool(value) => writer.bool(value),
            Self::Char(unit) => writer.char(unit),
            Self::Int(value) => writer.int(value),
            Self::F64(bits) => writer.f64(f64::from_bits(bits)),
            Self::F32(bits) => writer.f32(f32::from_bits(bits)),
            Self::Date(millis) => writer.date(millis),
            Self::Bin(bytes) => writer.bin(&bytes),
            Self::Array(count) => writer.array(count),
            Self::Map(count) => writer.map(count),
            Self::Builtin(number, parts) => writer.builtin(number, parts),
        }
    }
}

/// What a collection or map holds, wherever it stands.
#[derive(Debug, Default, Clone, Copy)]
struct Content {
    /// Where the first element stands, and how many values there are.
    first: u32,
    values: u32,
    comparator: Option<u32>,
    defaults: Option<u32>,
    access_order: bool,
    millis: i64,
    nanos: i64,
}

/// An object that gets another form.
pub(super) struct Object<'s, 'a> {
    pub(super) source: &'s Source<'a>,
    pub(super) form: &'s Form,
    pub(super) definition: Definition<'a>,
    /// Where its parts stand, and where it ends.
    pub(super) places: &'s [u32],
}

type Read<T> = Result<T, String>;

impl<'a> Object<'_, 'a> {
    /// The pieces of its new form.
    pub(super) fn pieces(&self) -> Read<Vec<Piece>> {
        let Some(row) = table::row(self.form.number) else { return Err(self.odd()) };
        let mut pieces = match &self.form.into {
            Into::Spread => self.spread(row)?,
            Into::Gathered => self.gather(row)?,
            Into::GatheredFrom(extends) => return self.gather_named(row, extends),
        };
        let own = self.definition.items().zip(self.places);
        let own = own.filter(|(item, _)| item.as_ref().is_ok_and(|item| is_own(item, self.form.base)));
        pieces.extend(own.map(|(_, place)| Piece::one(*place)));
        Ok(pieces)
    }

    fn odd(&self) -> String {
        let class = builtin::by_number(self.form.number).map_or("", |row| row.class);
        format!("{} extends {class}, and what it has of it is not as the JDK writes it", self.definition.name)
    }

    fn reader(&self, place: u32) -> Reader<'a> {
        let mut reader = self.source.reader.clone();
        reader.seek(place);
        reader
    }

    fn event(&self, reader: &mut Reader<'a>) -> Read<Event<'a>> {
        reader.next().map_err(|_| self.odd())
    }

    fn is_map(&self) -> bool {
        builtin::by_number(self.form.number).is_some_and(|row| row.shape.is_map())
    }

    /// How many values a count means.
    fn values(&self, count: u32) -> u32 {
        if self.is_map() { count.saturating_mul(2) } else { count }
    }

    fn count(&self, values: u32) -> u32 {
        if self.is_map() { values / 2 } else { values }
    }

    // From the fields of a Java stream.

    fn gather(&self, row: &Row) -> Read<Vec<Piece>> {
        let mut content = Content::default();
        let mut count = None;
        for slot in row.slots {
            let wanted = format!("{}{}", "^".repeat((self.form.base + slot.up) as usize), slot.item);
            let found = self.definition.items().position(|item| item.is_ok_and(|item| text(item) == wanted));
            let Some(place) = found.and_then(|found| self.places.get(found)).copied() else {
                return Err(self.odd());
            };
            let mut reader = self.reader(place);
            match slot.is {
                Is::Count => count = u32::try_from(self.int(&mut reader)?).ok(),
                Is::Comparator => content.comparator = (!reader.is_nil()).then_some(place),
                Is::Defaults => content.defaults = (!reader.is_nil()).then_some(place),
                Is::AccessOrder => content.access_order = self.event(&mut reader)? == Event::Bool(true),
                Is::Nanos => content.nanos = self.int(&mut reader)?,
                Is::Millis => content.millis = self.millis(&mut reader)?,
                Is::Array => {
                    let Event::Typed(Head::Builtin(OBJECTS), room) = self.event(&mut reader)? else {
                        return Err(self.odd());
                    };
                    content.values = count.filter(|count| *count <= room).ok_or_else(|| self.odd())?;
                    content.first = reader.place();
                }
                Is::Data([]) => {}
                Is::Data(words) => self.data(&mut reader, words, &mut content)?,
                Is::ComparatorAndData(words) => self.compared(&mut reader, words, &mut content)?,
                Is::ToNulls(nulls) => {
                    let Event::Array(values) = self.event(&mut reader)? else { return Err(self.odd()) };
                    content.first = reader.place();
                    content.values = values.checked_sub(nulls).ok_or_else(|| self.odd())?;
                }
                Is::LoadFactor | Is::Threshold | Is::Zero => {}
            }
        }
        Ok(self.whole(row, &content))
    }

    fn int(&self, reader: &mut Reader<'a>) -> Read<i64> {
        match self.event(reader)? {
            Event::Int(number) => Ok(number.value),
            _ => Err(self.odd()),
        }
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

    /// The value of the built-in class.
    fn whole(&self, row: &Row, content: &Content) -> Vec<Piece> {
        let Content { first, values, .. } = *content;
        let shape = builtin::by_number(row.number).map_or(builtin::Shape::Elements, |row| row.shape);
        let parts = values.saturating_add(shape.own_parts());
        let mut pieces = vec![match row.number {
            builtin::DATE => return vec![Piece::Date(content.millis)],
            90 | 91 => return vec![Piece::Builtin(row.number, 1), Piece::Int(content.millis)],
            TIMESTAMP => {
                // Some have whole seconds there.
                let millis = content.millis - content.millis.rem_euclid(1000) + content.nanos / 1_000_000;
                return vec![Piece::Builtin(TIMESTAMP, 2), Piece::Int(millis), Piece::Int(content.nanos)];
            }
            ARRAY_LIST => Piece::Array(values),
            HASH_MAP => Piece::Map(values / 2),
            LINKED_HASH_MAP if content.access_order => Piece::Builtin(LINKED_HASH_MAP_ACCESS_ORDER, parts),
            number => Piece::Builtin(number, parts),
        }];
        if shape.own_parts() > 0 {
            pieces.push(content.comparator.or(content.defaults).map_or(Piece::Nil, Piece::one));
        }
        let bytes = if row.has_array() { Bytes::AsTheyAre } else { Bytes::OutOfData };
        pieces.push(Piece::Copy { place: first, count: u64::from(values), bytes });
        pieces
    }

    // From names and values, as XStream has them.

    fn gather_named(&self, row: &Row, extends: &Extends) -> Read<Vec<Piece>> {
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
            let class = super::table::declaring(row.number, slot.up);
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
            let mut reader = self.reader(place);
            match slot.is {
                Is::Count => count = u32::try_from(self.int(&mut reader)?).ok(),
                Is::Comparator => content.comparator = (!reader.is_nil()).then_some(place),
                Is::Defaults => content.defaults = (!reader.is_nil()).then_some(place),
                Is::AccessOrder => content.access_order = self.event(&mut reader)? == Event::Bool(true),
                Is::Nanos => content.nanos = self.int(&mut reader)?,
                Is::Millis => {
                    let Event::Array(1) = self.event(&mut reader)? else { return Err(self.odd()) };
                    content.millis = self.int(&mut reader)?;
                }
                Is::Array => {
                    let Event::Typed(Head::Builtin(OBJECTS), room) = self.event(&mut reader)? else {
                        return Err(self.odd());
                    };
                    content.values = count.filter(|count| *count <= room).ok_or_else(|| self.odd())?;
                    content.first = reader.place();
                }
                Is::Data([]) | Is::LoadFactor | Is::Threshold | Is::Zero => {}
                Is::Data(words) => self.typed_data(&mut reader, words, false, &mut content)?,
                Is::ComparatorAndData(words) => self.typed_data(&mut reader, words, true, &mut content)?,
                Is::ToNulls(nulls) => {
                    let Event::Array(values) = self.event(&mut reader)? else { return Err(self.odd()) };
                    content.first = reader.place();
                    content.values = values.checked_sub(nulls).ok_or_else(|| self.odd())?;
                }
            }
        }
        let mut pieces = self.whole(row, &content);
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

    // From the value of the built-in class.

    fn spread(&self, row: &Row) -> Read<Vec<Piece>> {
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
