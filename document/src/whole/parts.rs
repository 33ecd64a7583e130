//! The parts of an object, taken from the one form and put together in the other.

use super::table::{self, Row};
use super::walk::{Bytes, Source, is_own};
use super::{Form, Into};
use crate::builtin::{self, LINKED_HASH_MAP_ACCESS_ORDER};
use crate::definition::Definition;
use crate::event::Event;
use crate::reader::Reader;
use crate::writer::Writer;

pub(super) const ARRAY_LIST: u16 = 1;
pub(super) const HASH_MAP: u16 = 40;
pub(super) const LINKED_HASH_MAP: u16 = 41;
pub(super) const TIMESTAMP: u16 = 92;
/// `[Ljava.lang.Object;`
pub(super) const OBJECTS: u16 = 120;

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
    pub(super) const fn one(place: u32) -> Self {
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
pub(super) struct Content {
    /// Where the first element stands, and how many values there are.
    pub(super) first: u32,
    pub(super) values: u32,
    pub(super) comparator: Option<u32>,
    pub(super) defaults: Option<u32>,
    pub(super) access_order: bool,
    pub(super) millis: i64,
    pub(super) nanos: i64,
}

/// An object that gets another form.
pub(super) struct Object<'s, 'a> {
    pub(super) source: &'s Source<'a>,
    pub(super) form: &'s Form,
    pub(super) definition: Definition<'a>,
    /// Where its parts stand, and where it ends.
    pub(super) places: &'s [u32],
}

pub(super) type Read<T> = Result<T, String>;

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

    pub(super) fn odd(&self) -> String {
        let class = builtin::by_number(self.form.number).map_or("", |row| row.class);
        format!("{} extends {class}, and what it has of it is not as the JDK writes it", self.definition.name)
    }

    pub(super) fn reader(&self, place: u32) -> Reader<'a> {
        let mut reader = self.source.reader.clone();
        reader.seek(place);
        reader
    }

    pub(super) fn event(&self, reader: &mut Reader<'a>) -> Read<Event<'a>> {
        reader.next().map_err(|_| self.odd())
    }

    pub(super) fn is_map(&self) -> bool {
        builtin::by_number(self.form.number).is_some_and(|row| row.shape.is_map())
    }

    /// How many values a count means.
    pub(super) fn values(&self, count: u32) -> u32 {
        if self.is_map() { count.saturating_mul(2) } else { count }
    }

    pub(super) fn count(&self, values: u32) -> u32 {
        if self.is_map() { values / 2 } else { values }
    }

    pub(super) fn int(&self, reader: &mut Reader<'a>) -> Read<i64> {
        match self.event(reader)? {
            Event::Int(number) => Ok(number.value),
            _ => Err(self.odd()),
        }
    }

    /// The value of the built-in class.
    pub(super) fn whole(&self, row: &Row, content: &Content) -> Read<Vec<Piece>> {
        let Content { first, values, .. } = *content;
        let shape = builtin::by_number(row.number).map_or(builtin::Shape::Elements, |row| row.shape);
        let parts = values.saturating_add(shape.own_parts());
        // A key without a value.
        if self.is_map() && !values.is_multiple_of(2) {
            return Err(self.odd());
        }
        let mut pieces = vec![match row.number {
            builtin::DATE => return Ok(vec![Piece::Date(content.millis)]),
            90 | 91 => return Ok(vec![Piece::Builtin(row.number, 1), Piece::Int(content.millis)]),
            TIMESTAMP => {
                // Some have whole seconds there.
                let millis = content.millis - content.millis.rem_euclid(1000) + content.nanos / 1_000_000;
                return Ok(vec![Piece::Builtin(TIMESTAMP, 2), Piece::Int(millis), Piece::Int(content.nanos)]);
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
        Ok(pieces)
    }
}
