//! The outermost value, whose fields or entries are the attributes. Its result is their number.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::super::SerdeError;
use super::{No, value};
use crate::writer::Writer;

pub(super) struct Attributes<'w, 'v>(pub(super) &'w mut Writer<'v>);

pub(super) struct Written<'w, 'v> {
    writer: &'w mut Writer<'v>,
    count: u32,
    name: String,
}

impl<'w, 'v> Attributes<'w, 'v> {
    fn begin(self) -> Written<'w, 'v> {
        Written { writer: self.0, count: 0, name: String::new() }
    }
}

/// All that is no struct and no map.
macro_rules! refuse {
    ($($method:ident($($kind:ty),*)),+ $(,)?) => {
        $(fn $method(self, $(_: $kind),*) -> Result<u32, SerdeError> {
            Err(SerdeError::NotAttributes)
        })+
    };
}

macro_rules! refuse_begin {
    ($($method:ident($($kind:ty),*)),+ $(,)?) => {
        $(fn $method(self, $(_: $kind),*) -> Result<No, SerdeError> {
            Err(SerdeError::NotAttributes)
        })+
    };
}

impl<'w, 'v> Serializer for Attributes<'w, 'v> {
    type Ok = u32;
    type Error = SerdeError;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = Written<'w, 'v>;
    type SerializeStruct = Written<'w, 'v>;
    type SerializeStructVariant = No;

    refuse!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
    );

    refuse_begin!(
        serialize_seq(Option<usize>),
        serialize_tuple(usize),
        serialize_tuple_struct(&'static str, usize),
        serialize_tuple_variant(&'static str, u32, &'static str, usize),
        serialize_struct_variant(&'static str, u32, &'static str, usize),
    );

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<u32, SerdeError> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<u32, SerdeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<u32, SerdeError> {
        Err(SerdeError::NotAttributes)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Written<'w, 'v>, SerdeError> {
        Ok(self.begin())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Written<'w, 'v>, SerdeError> {
        Ok(self.begin())
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

impl Written<'_, '_> {
    fn attribute<T: Serialize + ?Sized>(&mut self, name: &str, content: &T) -> Result<(), SerdeError> {
        self.count = self.count.saturating_add(1);
        self.writer.attribute(name);
        value(content, self.writer)
    }
}

impl SerializeMap for Written<'_, '_> {
    type Ok = u32;
    type Error = SerdeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerdeError> {
        let mut bytes = Vec::new();
        value(key, &mut Writer::value(&mut bytes))?;
        let mut reader = crate::Reader::value(&bytes);
        let name = reader.next()?.text(0).map_err(|_| SerdeError::NotAttributes)?;
        self.name.clear();
        self.name.push_str(name);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
        let name = std::mem::take(&mut self.name);
        self.attribute(&name, value)?;
        self.name = name;
        Ok(())
    }

    fn end(self) -> Result<u32, SerdeError> {
        Ok(self.count)
    }
}

impl SerializeStruct for Written<'_, '_> {
    type Ok = u32;
    type Error = SerdeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), SerdeError> {
        self.attribute(name, value)
    }

    fn end(self) -> Result<u32, SerdeError> {
        Ok(self.count)
    }
}
