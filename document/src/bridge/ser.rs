//! Rust values become plain data.

use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::SerdeError;
use crate::big;
use crate::writer::{Count, Writer};

/// Writes the attributes of a document.
pub(super) fn attributes<T: Serialize + ?Sized>(attributes: &T, out: &mut Vec<u8>) -> Result<(), SerdeError> {
    let (mut writer, count) = Writer::document_of_unknown_count(out);
    let written = attributes.serialize(Attributes(&mut writer))?;
    writer.patch(count, written);
    writer.end();
    Ok(())
}

/// Writes one value.
pub(super) fn value<T: Serialize + ?Sized>(value: &T, writer: &mut Writer<'_>) -> Result<(), SerdeError> {
    value.serialize(Value { writer, depth: 0 })
}

fn length(len: usize) -> Result<u32, SerdeError> {
    u32::try_from(len)
        .map_err(|_| SerdeError::Message(format!("{len} elements are more than a document holds")))
}

/// Writes one value at the writer's place.
struct Value<'w, 'v> {
    writer: &'w mut Writer<'v>,
    depth: usize,
}

impl<'w, 'v> Value<'w, 'v> {
    /// One level deeper: types may hold themselves.
    fn inside(self) -> Result<Inside<'w, 'v>, SerdeError> {
        if self.depth >= super::MAX_DEPTH {
            return Err(SerdeError::TooDeep(super::MAX_DEPTH));
        }
        Ok(Inside { writer: self.writer, depth: self.depth + 1, unknown: None, count: 0 })
    }

    fn array(self, len: usize) -> Result<Inside<'w, 'v>, SerdeError> {
        self.writer.array(length(len)?);
        self.inside()
    }

    fn map(self, len: usize) -> Result<Inside<'w, 'v>, SerdeError> {
        self.writer.map(length(len)?);
        self.inside()
    }

    /// A variant that holds something: a map from its name.
    fn variant(self, name: &str) -> Self {
        self.writer.map(1);
        self.writer.str(name);
        self
    }
}

impl<'w, 'v> Serializer for Value<'w, 'v> {
    type Ok = ();
    type Error = SerdeError;
    type SerializeSeq = Inside<'w, 'v>;
    type SerializeTuple = Inside<'w, 'v>;
    type SerializeTupleStruct = Inside<'w, 'v>;
    type SerializeTupleVariant = Inside<'w, 'v>;
    type SerializeMap = Inside<'w, 'v>;
    type SerializeStruct = Inside<'w, 'v>;
    type SerializeStructVariant = Inside<'w, 'v>;

    fn serialize_bool(self, value: bool) -> Result<(), SerdeError> {
        self.writer.bool(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), SerdeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), SerdeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), SerdeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), SerdeError> {
        self.writer.int(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), SerdeError> {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.writer.int(value),
            (_, Ok(value)) => self.writer.unsigned(value),
            _ => self.writer.big_integer(big::shortest(&value.to_be_bytes())),
        }
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), SerdeError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), SerdeError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), SerdeError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), SerdeError> {
        self.writer.unsigned(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), SerdeError> {
        match u64::try_from(value) {
            Ok(value) => self.writer.unsigned(value),
            Err(_) => {
                let mut bytes = [0; 17];
                if let Some(low) = bytes.last_chunk_mut::<16>() {
                    *low = value.to_be_bytes();
                }
                self.writer.big_integer(big::shortest(&bytes));
            }
        }
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), SerdeError> {
        self.writer.f32(value);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), SerdeError> {
        self.writer.f64(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), SerdeError> {
        // A Rust char is more than a UTF-16 unit.
        self.writer.str(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), SerdeError> {
        self.writer.str(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), SerdeError> {
        self.writer.bin(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), SerdeError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SerdeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), SerdeError> {
        self.writer.nil();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), SerdeError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), SerdeError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), SerdeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), SerdeError> {
        let Inside { writer, depth, .. } = self.variant(variant).inside()?;
        value.serialize(Value { writer, depth })
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Inside<'w, 'v>, SerdeError> {
        match len {
            Some(len) => self.array(len),
            None => {
                let count = self.writer.array_of_unknown_count();
                Ok(Inside { unknown: Some(count), ..self.inside()? })
            }
        }
    }

    fn serialize_tuple(self, len: usize) -> Result<Inside<'w, 'v>, SerdeError> {
        self.array(len)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Inside<'w, 'v>, SerdeError> {
        self.array(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Inside<'w, 'v>, SerdeError> {
        self.variant(variant).array(len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Inside<'w, 'v>, SerdeError> {
        match len {
            Some(len) => self.map(len),
            None => {
                let count = self.writer.map_of_unknown_count();
                Ok(Inside { unknown: Some(count), ..self.inside()? })
            }
        }
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Inside<'w, 'v>, SerdeError> {
        self.map(len)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Inside<'w, 'v>, SerdeError> {
        self.variant(variant).map(len)
    }

    fn is_human_readable(&self) -> bool {
        // The types of other crates (dates, addresses) then choose the form that other languages can read.
        true
    }
}

/// Writes the inside of an array or a map.
struct Inside<'w, 'v> {
    writer: &'w mut Writer<'v>,
    depth: usize,
    unknown: Option<Count>,
    count: u32,
}

impl Inside<'_, '_> {
    fn write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
        value.serialize(Value { writer: self.writer, depth: self.depth })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
        self.count = self.count.saturating_add(1);
        self.write(value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), SerdeError> {
        self.writer.str(name);
        self.write(value)
    }

    fn done(self) {
        if let Some(unknown) = self.unknown {
            self.writer.patch(unknown, self.count);
        }
    }
}

/// The traits of all arrays have one method that writes and one that ends.
macro_rules! array {
    ($($kind:ident $write:ident),+) => {
        $(impl $kind for Inside<'_, '_> {
            type Ok = ();
            type Error = SerdeError;

            fn $write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
                self.element(value)
            }

            fn end(self) -> Result<(), SerdeError> {
                self.done();
                Ok(())
            }
        })+
    };
}

array!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

impl SerializeMap for Inside<'_, '_> {
    type Ok = ();
    type Error = SerdeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerdeError> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
        self.write(value)
    }

    fn end(self) -> Result<(), SerdeError> {
        self.done();
        Ok(())
    }
}

/// So have the traits of structs.
macro_rules! fields {
    ($($kind:ident),+) => {
        $(impl $kind for Inside<'_, '_> {
            type Ok = ();
            type Error = SerdeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), SerdeError> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), SerdeError> {
                Ok(())
            }
        })+
    };
}

fields!(SerializeStruct, SerializeStructVariant);

mod attributes;

use attributes::Attributes;

/// For what cannot be attributes.
type No = Impossible<u32, SerdeError>;
