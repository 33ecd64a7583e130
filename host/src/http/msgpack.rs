//! Plain MessagePack, which most documents are already but for what stands around their map of attributes.

use std::fmt;

use holdfast_document::json::{Tree, value_from_plain, value_to_plain};
use holdfast_document::{
    AttributeMap, Error, Event, Limits, Number, Reader, SerdeError, Width, Writer, from_document, from_value,
};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::given::NIL;
use super::problem::{Kind, Problem};
use super::written::bad_document;

/// What stands in front of the map of attributes in a document without extras, and what stands behind it.
const HEAD: &[u8] = &[0x93, 0xce, 0, 0, 0, 0];
const NO_EXTRAS: &[u8] = &[0xc0];

/// Attributes from a map.
///
/// # Errors
/// 400 when it is no map with strings as keys, or not plain.
pub(super) fn read(map: &[u8]) -> Result<AttributeMap, Problem> {
    if let Some(at) = first_extension(map).map_err(bad_document)? {
        return Err(Problem::new(
            Kind::UnreadableBody,
            format_args!(
                "byte {at}: plain MessagePack has no extension type but the timestamp; typed values are for \
                 application/vnd.holdfast.typed+json and application/vnd.holdfast.document"
            ),
        )
        .with("offset", at));
    }
    let document = [HEAD, map, NO_EXTRAS].concat();
    AttributeMap::from_document(&document, Limits::default()).map_err(|error| {
        // The client counts from the first byte of its map.
        bad_document(Error { at: error.at.saturating_sub(HEAD.len()), ..error })
    })
}

/// The attributes of a document as a map; null is no attribute.
pub(super) fn write(document: &[u8]) -> Result<Vec<u8>, SerdeError> {
    match document.get(HEAD.len()..document.len().saturating_sub(NO_EXTRAS.len())) {
        Some(map) if document.starts_with(HEAD) && is_plain(map) => Ok(map.to_vec()),
        _ => from_document::<Plain>(document).map(|plain| plain.0),
    }
}

/// The value of one attribute.
pub(super) fn write_value(value: &[u8]) -> Result<Vec<u8>, SerdeError> {
    if is_plain(value) { Ok(value.to_vec()) } else { from_value::<Plain>(value).map(|plain| plain.0) }
}

/// The new value of an attribute with the types of the old one, as far as they fit; none where the old one has no
/// types to give.
///
/// # Errors
/// 400 when a class of the old value declares something else.
pub(super) fn typed_as(name: &str, new: &[u8], old: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    if !has_types(old) || new == NIL {
        return Ok(None);
    }
    let json = value_to_plain(name, new).map_err(bad_document)?;
    let tree = Tree::parse(json.as_bytes())?;
    Ok(Some(value_from_plain(name, tree.root(), Some(old))?))
}

fn has_types(value: &[u8]) -> bool {
    let mut reader = Reader::value(value);
    while reader.at() < value.len() {
        match reader.next() {
            Ok(Event::Int(Number { width: Width::Untyped, .. })) => {}
            Ok(
                Event::Nil
                | Event::Bool(_)
                | Event::Unsigned(_)
                | Event::F64(_)
                | Event::Str(_)
                | Event::Bin(_)
                | Event::Instant(..)
                | Event::Array(_)
                | Event::Map(_),
            ) => {}
            _ => return true,
        }
    }
    false
}

fn is_plain(value: &[u8]) -> bool {
    matches!(first_extension(value), Ok(None))
}

/// Where the first value stands that is not plain.
fn first_extension(value: &[u8]) -> Result<Option<usize>, Error> {
    let mut reader = Reader::value(value);
    let mut left: u64 = 1;
    while left > 0 {
        let at = reader.at();
        let inside = match reader.next()? {
            // Typed values begin as plain arrays do.
            Event::Typed(..) | Event::Class(_) => return Ok(Some(at)),
            Event::Array(count) => u64::from(count),
            Event::Map(count) => 2 * u64::from(count),
            Event::Instant(..) => 0,
            // A number may well be an extension.
            _ if matches!(reader.slice(at, at + 1), [0xc7..=0xc9 | 0xd4..=0xd8]) => return Ok(Some(at)),
            _ => 0,
        };
        left = left - 1 + inside;
    }
    reader.end()?;
    Ok(None)
}

/// A typed value as the plain data that the serde bridge makes of it.
struct Plain(Vec<u8>);

impl Plain {
    fn of(write: impl FnOnce(&mut Writer<'_>)) -> Self {
        let mut bytes = Vec::new();
        write(&mut Writer::value(&mut bytes));
        Self(bytes)
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Plain, E> {
        Ok(Plain(NIL.to_vec()))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Plain, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Plain, D::Error> {
        Plain::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.number(Number { value, width: Width::Untyped })))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.unsigned(value)))
    }

    /// MessagePack has no integer of this size: its digits.
    fn visit_i128<E>(self, value: i128) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.str(&value.to_string())))
    }

    fn visit_f32<E>(self, value: f32) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.f32(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.f64(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.str(value)))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Plain, E> {
        Ok(Plain::of(|writer| writer.bin(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Plain, A::Error> {
        let mut inside = Vec::new();
        let mut count = 0;
        while let Some(Plain(element)) = elements.next_element()? {
            inside.extend_from_slice(&element);
            count += 1;
        }
        Ok(Plain::of(|writer| {
            writer.array(count);
            writer.copy(&inside);
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Plain, A::Error> {
        let mut inside = Vec::new();
        let mut count = 0;
        while let Some((Plain(key), Plain(value))) = entries.next_entry()? {
            inside.extend_from_slice(&key);
            inside.extend_from_slice(&value);
            count += 1;
        }
        Ok(Plain::of(|writer| {
            writer.map(count);
            writer.copy(&inside);
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(value: &[u8]) -> Vec<u8> {
        [HEAD, b"\x81\xa1a", value, NO_EXTRAS].concat()
    }

    #[test]
    fn what_is_plain_goes_out_as_it_stands() {
        for value in [&b"\x07"[..], b"\xd2\0\0\0\x07", b"\x92\xc3\xa1b", b"\x81\xa1k\xcb\x3f\xb9\0\0\0\0\0\0"]
        {
            assert_eq!(write(&document(value)).unwrap(), [b"\x81\xa1a", value].concat());
            assert_eq!(write_value(value).unwrap(), value);
            assert_eq!(read(&[b"\x81\xa1a", value].concat()).unwrap().get("a").unwrap().unwrap(), value);
        }
    }

    #[test]
    fn what_is_typed_becomes_the_plain_data_that_it_holds() {
        for (typed, plain) in [
            // A LinkedList, a NUM, a Date, a BigInteger, an object of class N with the field `next`.
            (&b"\x92\xd4\x01\x02\xa1b"[..], &b"\x91\xa1b"[..]),
            (b"\xd5\x04\xfc\x18", b"\xd1\xfc\x18"),
            (b"\xd7\x09\0\0\0\0\0\0\0\x07", b"\x07"),
            (b"\xd4\x0a\xff", b"\xff"),
            (b"\x92\x94\xd4\x03\x00\xa1N\xc0\xa5?next\xa1b", b"\x81\xa4next\xa1b"),
        ] {
            assert_eq!(write_value(typed).unwrap(), plain, "{typed:x?}");
            assert_eq!(write(&document(typed)).unwrap(), [b"\x81\xa1a", plain].concat(), "{typed:x?}");
        }
    }

    #[test]
    fn a_new_value_takes_the_types_of_the_old_one() {
        let long = b"\xd3\0\0\0\0\0\0\0\x07";
        assert_eq!(typed_as("n", b"\x08", long).unwrap().unwrap(), b"\xd3\0\0\0\0\0\0\0\x08");
        assert_eq!(typed_as("n", b"\xa1x", long).unwrap().unwrap(), b"\xa1x", "another kind of value");
        assert_eq!(
            typed_as("n", b"\x91\xa1b", b"\x92\xd4\x01\x02\xa1a").unwrap().unwrap(),
            b"\x92\xd4\x01\x02\xa1b"
        );
        assert_eq!(typed_as("n", b"\x08", b"\x07").unwrap(), None);
    }

    #[test]
    fn a_cycle_has_no_plain_form() {
        let cycle = b"\x92\xd4\x01\x02\xd6\x07\0\0\0\0";
        assert!(write_value(cycle).is_err());
    }
}
