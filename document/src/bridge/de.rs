//! Documents become Rust values.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Copies, Inside, Keys, Map, Variant};
use super::typed::{Form, Slot, form_of, slots};
use super::{MAX_DEPTH, SerdeError};
use crate::attributes::{Attribute, Attributes};
use crate::big;
use crate::definition::{Definition, Head};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::int::first_int;
use crate::reader::Reader;
use crate::token::{DATE, utf8};

/// Where references lead.
pub(super) struct Source<'a, 'de> {
    attributes: &'a Attributes<'de>,
    /// For each attribute that a reference led into, by the address of its value, a reader that has met all its
    /// definitions: what stands at a place may use one that stands anywhere.
    scanned: RefCell<HashMap<usize, Reader<'de>>>,
    /// The slots of each class that was met, by the address of its definition.
    slots: RefCell<BTreeMap<usize, Rc<[Slot<'de>]>>>,
}

impl<'a, 'de> Source<'a, 'de> {
    pub(super) fn new(attributes: &'a Attributes<'de>) -> Self {
        Self { attributes, scanned: RefCell::default(), slots: RefCell::default() }
    }

    pub(super) fn at(&self, value: &'de [u8], place: u32) -> Result<Reader<'de>, Error> {
        let key = value.as_ptr() as usize;
        let known = self.scanned.borrow().get(&key).cloned();
        let mut reader = match known {
            Some(reader) => reader,
            None => {
                let mut reader = Reader::value(value);
                reader.skip()?;
                self.scanned.borrow_mut().insert(key, reader.clone());
                reader
            }
        };
        reader.seek(place);
        Ok(reader)
    }

    fn slots(&self, definition: &Definition<'de>) -> Result<Rc<[Slot<'de>]>, SerdeError> {
        if let Some(known) = self.known_slots(definition) {
            return Ok(known);
        }
        let slots = slots(definition)?;
        self.slots.borrow_mut().insert(definition.bytes.as_ptr() as usize, Rc::clone(&slots));
        Ok(slots)
    }

    /// The slots of a class whose objects were read before.
    fn known_slots(&self, definition: &Definition<'de>) -> Option<Rc<[Slot<'de>]>> {
        self.slots.borrow().get(&(definition.bytes.as_ptr() as usize)).cloned()
    }

    fn other(&self, number: u32) -> Result<&'de [u8], SerdeError> {
        let name = self.attributes.extras.name(number).ok_or(SerdeError::OtherAttribute)?;
        self.attributes.get(name).map(|attribute| attribute.value).ok_or(SerdeError::OtherAttribute)
    }
}

/// All attributes, a map.
pub(super) struct Document<'a, 'de> {
    source: Source<'a, 'de>,
    list: std::slice::Iter<'a, Attribute<'de>>,
    value: &'de [u8],
}

impl<'a, 'de> Document<'a, 'de> {
    pub(super) fn new(attributes: &'a Attributes<'de>) -> Self {
        Self { source: Source::new(attributes), list: attributes.list.iter(), value: &[] }
    }
}

impl<'de> Deserializer<'de> for Document<'_, 'de> {
    type Error = SerdeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Document<'_, 'de> {
    type Error = SerdeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, SerdeError> {
        let Some(attribute) = self.list.next() else { return Ok(None) };
        self.value = attribute.value;
        seed.deserialize(BorrowedStrDeserializer::new(attribute.name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, SerdeError> {
        seed.deserialize(Value::new(&self.source, &mut Reader::value(self.value), self.value))
    }
}

/// One value at the reader's place.
pub(super) struct Value<'r, 'de> {
    pub(super) source: &'r Source<'r, 'de>,
    pub(super) reader: &'r mut Reader<'de>,
    /// The value of the attribute in which it stands.
    pub(super) own: &'de [u8],
    pub(super) depth: usize,
}

impl<'r, 'de> Value<'r, 'de> {
    pub(super) fn new(source: &'r Source<'r, 'de>, reader: &'r mut Reader<'de>, own: &'de [u8]) -> Self {
        Self { source, reader, own, depth: 0 }
    }

    /// What a reference leads to, one level deeper: a cycle has an end.
    fn follow<T>(
        self,
        attribute: &'de [u8],
        place: u32,
        then: impl FnOnce(Value<'_, 'de>) -> Result<T, SerdeError>,
    ) -> Result<T, SerdeError> {
        if self.depth >= MAX_DEPTH {
            return Err(SerdeError::TooDeep(MAX_DEPTH));
        }
        let mut reader = self.source.at(attribute, place)?;
        then(Value { source: self.source, reader: &mut reader, own: attribute, depth: self.depth + 1 })
    }

    fn inside(self, count: u32) -> Result<Inside<'r, 'de>, SerdeError> {
        if self.depth >= MAX_DEPTH {
            return Err(SerdeError::TooDeep(MAX_DEPTH));
        }
        Ok(Inside {
            source: self.source,
            reader: self.reader,
            own: self.own,
            depth: self.depth + 1,
            left: count,
        })
    }

    fn seq<V: Visitor<'de>>(self, visitor: V, count: u32) -> Result<V::Value, SerdeError> {
        let mut inside = self.inside(count)?;
        let value = visitor.visit_seq(&mut inside)?;
        inside.end()?;
        Ok(value)
    }

    fn map<V: Visitor<'de>>(self, visitor: V, entries: u32, keys: Keys<'de>) -> Result<V::Value, SerdeError> {
        let mut map = Map { inside: self.inside(entries)?, keys };
        let value = visitor.visit_map(&mut map)?;
        // A visitor that wants no more has its reasons; the reader goes on behind the map.
        while map.skip_entry()? {}
        Ok(value)
    }

    fn typed<V: Visitor<'de>>(
        self,
        visitor: V,
        head: &Head<'de>,
        parts: u32,
    ) -> Result<V::Value, SerdeError> {
        if let Head::Known(number) = head
            && let Some(definition) = self.reader.definition(*number)
            && let Some(slots) = self.source.known_slots(definition)
        {
            let count = slots.len() as u32;
            return self.map(visitor, count, Keys::Fields { slots, next: 0 });
        }
        match form_of(self.reader, head, parts)? {
            Form::Sequence { skip, count } => {
                self.reader.skip_values(skip)?;
                self.seq(visitor, count)
            }
            Form::Entries { skip, count } => {
                self.reader.skip_values(skip)?;
                self.map(visitor, count, Keys::Values)
            }
            Form::Inner => self.inside(1)?.element(|value| value.deserialize_any(visitor)),
            Form::Copies => self.copies(visitor),
            Form::Parts(names) => {
                let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
                self.map(visitor, count, Keys::Parts(names.iter()))
            }
            Form::Fields(definition) => {
                let count = definition.len();
                let slots = self.source.slots(&definition)?;
                self.map(visitor, count, Keys::Fields { slots, next: 0 })
            }
        }
    }

    /// The next value, if it is an integer or a date, as most that are no strings are.
    #[inline]
    fn take_int(&mut self) -> Option<i64> {
        let rest = self.reader.rest();
        let (value, len) = match *rest {
            [0xd7, DATE, a, b, c, d, e, f, g, h, ..] => (i64::from_be_bytes([a, b, c, d, e, f, g, h]), 10),
            _ => first_int(rest)?,
        };
        self.reader.advance(len);
        Some(value)
    }

    /// `Collections.nCopies`: the element stands once.
    fn copies<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        let Event::Int(count) = self.reader.next()? else {
            return Err(Error::new(self.reader.at(), ErrorKind::Expected("the number of copies")).into());
        };
        let place = self.reader.place();
        self.reader.skip()?;
        let count = u32::try_from(count.value).ok().filter(|count| *count <= MAX_COPIES);
        let count =
            count.ok_or_else(|| SerdeError::custom(format!("more than {MAX_COPIES} copies of a value")))?;
        let (source, own, depth) = (self.source, self.own, self.depth);
        let copies = Copies { source, own, depth, place, left: count };
        visitor.visit_seq(copies)
    }
}

/// More of one value would let a few bytes fill the memory.
const MAX_COPIES: u32 = 65_536;

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = SerdeError;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, SerdeError> {
        let at = self.reader.at();
        // The commonest values, without the detour over events.
        if let Some(bytes) = self.reader.take_str() {
            return visitor.visit_borrowed_str(utf8(bytes).ok_or(Error::new(at, ErrorKind::BadUtf8))?);
        }
        if let Some(value) = self.take_int() {
            return visitor.visit_i64(value);
        }
        if let Some((definition, parts)) = self.reader.take_known() {
            return self.typed(visitor, &Head::Known(definition), parts);
        }
        match self.reader.next()? {
            Event::Nil => visitor.visit_unit(),
            Event::Bool(value) => visitor.visit_bool(value),
            Event::Int(number) => visitor.visit_i64(number.value),
            Event::Unsigned(value) => visitor.visit_u64(value),
            Event::F32(value) => visitor.visit_f32(value),
            Event::F64(value) => visitor.visit_f64(value),
            Event::Str(bytes) => {
                visitor.visit_borrowed_str(utf8(bytes).ok_or(Error::new(at, ErrorKind::BadUtf8))?)
            }
            // No Rust string holds a surrogate that stands alone.
            Event::Wstr(bytes) => visitor.visit_string(String::from_utf8_lossy(bytes).into_owned()),
            Event::Char(unit) => {
                visitor.visit_char(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            Event::Bin(bytes) | Event::Opaque(_, bytes) => visitor.visit_borrowed_bytes(bytes),
            Event::Primitives(element, bytes) => primitives(visitor, element, bytes),
            Event::Date(millis) => visitor.visit_i64(millis),
            // What serde makes of `std::time::SystemTime`.
            Event::Instant(seconds, nanos) => visitor.visit_map(MapDeserializer::new(
                [("secs_since_epoch", seconds), ("nanos_since_epoch", nanos.into())].into_iter(),
            )),
            Event::BigInteger(bytes) => big_integer(visitor, bytes),
            Event::BigDecimal(scale, bytes) => visitor.visit_string(
                big::decimal_to_text(scale, bytes)
                    .ok_or_else(|| SerdeError::custom("a BigDecimal of too many digits"))?,
            ),
            Event::Uuid(bytes) => visitor.visit_string(uuid(bytes)),
            Event::Class(head) => match class_of(self.reader, &head) {
                Some(name) => visitor.visit_borrowed_str(name),
                None => Err(Error::new(at, ErrorKind::Expected("a class")).into()),
            },
            Event::Array(count) => self.seq(visitor, count),
            Event::Map(count) => self.map(visitor, count, Keys::Values),
            Event::Typed(head, parts) => self.typed(visitor, &head, parts),
            Event::Ref(place) => {
                let own = self.own;
                self.follow(own, place, |value| value.deserialize_any(visitor))
            }
            Event::Xref(number, place) => {
                let other = self.source.other(number)?;
                self.follow(other, place, |value| value.deserialize_any(visitor))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        if self.reader.is_nil() {
            self.reader.advance(1);
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        visitor.visit_newtype_struct(self)
    }

    /// Bytes are a sequence to whoever asks for one, as `Vec<u8>` does.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        match self.reader.next_bin()? {
            Some(bytes) => {
                let elements = SeqDeserializer::new(bytes.iter().copied());
                visitor.visit_seq(elements)
            }
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, SerdeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        let at = self.reader.at();
        match self.reader.next()? {
            Event::Str(bytes) => {
                let name = utf8(bytes).ok_or(Error::new(at, ErrorKind::BadUtf8))?;
                visitor.visit_enum(BorrowedStrDeserializer::new(name))
            }
            Event::Map(1) => visitor.visit_enum(Variant(self.inside(1)?)),
            // A constant of a Java enum: its name.
            Event::Typed(_, 1) => self.inside(1)?.element(|value| value.deserialize_enum("", &[], visitor)),
            Event::Ref(place) => {
                let own = self.own;
                self.follow(own, place, |value| value.deserialize_enum("", &[], visitor))
            }
            _ => Err(Error::new(
                at,
                ErrorKind::Expected("a variant: its name, or a map of one entry from its name"),
            )
            .into()),
        }
    }

    /// Passes over the value without following a reference.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        self.reader.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct map struct
        identifier
    }
}

fn class_of<'de>(reader: &Reader<'de>, head: &Head<'de>) -> Option<&'de str> {
    match head {
        Head::Builtin(number) => crate::builtin::by_number(*number).map(|row| row.class),
        Head::Known(number) => reader.definition(*number).map(|definition| definition.name),
        Head::Defined(definition) => Some(definition.name),
    }
}

fn primitives<'de, V: Visitor<'de>>(
    visitor: V,
    element: u8,
    bytes: &'de [u8],
) -> Result<V::Value, SerdeError> {
    match element {
        b'Z' => visitor.visit_seq(SeqDeserializer::new(bytes.iter().map(|byte| *byte != 0))),
        b'C' => visitor.visit_seq(SeqDeserializer::new(
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|unit| u16::from_be_bytes(*unit))
                .map(|unit| char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        )),
        b'S' => visitor
            .visit_seq(SeqDeserializer::new(bytes.as_chunks().0.iter().map(|n| i16::from_be_bytes(*n)))),
        b'I' => visitor
            .visit_seq(SeqDeserializer::new(bytes.as_chunks().0.iter().map(|n| i32::from_be_bytes(*n)))),
        b'J' => visitor
            .visit_seq(SeqDeserializer::new(bytes.as_chunks().0.iter().map(|n| i64::from_be_bytes(*n)))),
        b'F' => visitor
            .visit_seq(SeqDeserializer::new(bytes.as_chunks().0.iter().map(|n| f32::from_be_bytes(*n)))),
        _ => visitor
            .visit_seq(SeqDeserializer::new(bytes.as_chunks().0.iter().map(|n| f64::from_be_bytes(*n)))),
    }
}

fn big_integer<'de, V: Visitor<'de>>(visitor: V, bytes: &[u8]) -> Result<V::Value, SerdeError> {
    let Some(value) = big::to_i128(bytes) else {
        let text = big::integer_to_text(bytes);
        return visitor
            .visit_string(text.ok_or_else(|| SerdeError::custom("a BigInteger of too many digits"))?);
    };
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => visitor.visit_i64(value),
        (_, Ok(value)) => visitor.visit_u64(value),
        _ => visitor.visit_i128(value),
    }
}

/// A UUID's text, groups of 8, 4, 4, 4 and 12 digits.
fn uuid(bytes: &[u8; 16]) -> String {
    let value = u128::from_be_bytes(*bytes);
    let group = |shift: u32, digits: u32| (value >> shift) & ((1 << (digits * 4)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        group(96, 8),
        group(80, 4),
        group(64, 4),
        group(48, 4),
        group(0, 12)
    )
}
