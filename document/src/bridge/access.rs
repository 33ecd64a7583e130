//! The insides of containers, one element or entry after the other.

use std::rc::Rc;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer as _, EnumAccess, Error as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::SerdeError;
use super::de::{Source, Value};
use super::typed::Slot;
use crate::error::{Error, ErrorKind};
use crate::reader::Reader;

/// The inside of a container, so many values of which are left.
pub(super) struct Inside<'r, 'de> {
    pub(super) source: &'r Source<'r, 'de>,
    pub(super) reader: &'r mut Reader<'de>,
    pub(super) own: &'de [u8],
    pub(super) depth: usize,
    pub(super) left: u32,
}

impl<'de> Inside<'_, 'de> {
    pub(super) fn element<T>(
        &mut self,
        read: impl FnOnce(Value<'_, 'de>) -> Result<T, SerdeError>,
    ) -> Result<T, SerdeError> {
        read(Value { source: self.source, reader: self.reader, own: self.own, depth: self.depth })
    }

    pub(super) fn end(&self) -> Result<(), SerdeError> {
        match self.left {
            0 => Ok(()),
            left => Err(SerdeError::custom(format!("{left} elements more than were expected"))),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Inside<'_, 'de> {
    type Error = SerdeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, SerdeError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        self.element(|value| seed.deserialize(value)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left as usize)
    }
}

/// What the keys of a map are.
pub(super) enum Keys<'de> {
    /// Values that stand in front of their own.
    Values,
    /// The names of the parts of a built-in class.
    Parts(std::slice::Iter<'static, &'static str>),
    /// The names of fields.
    Fields { slots: Rc<[Slot<'de>]>, next: usize },
}

pub(super) struct Map<'r, 'de> {
    pub(super) inside: Inside<'r, 'de>,
    pub(super) keys: Keys<'de>,
}

impl Map<'_, '_> {
    /// Passes over an entry; false where there is none.
    pub(super) fn skip_entry(&mut self) -> Result<bool, SerdeError> {
        let Some(left) = self.inside.left.checked_sub(1) else { return Ok(false) };
        self.inside.left = left;
        if matches!(self.keys, Keys::Values) {
            self.inside.reader.skip()?;
        }
        self.inside.reader.skip()?;
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for &mut Map<'_, 'de> {
    type Error = SerdeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, SerdeError> {
        let Some(left) = self.inside.left.checked_sub(1) else { return Ok(None) };
        match &mut self.keys {
            Keys::Values => {
                self.inside.left = left;
                self.inside.element(|key| seed.deserialize(key)).map(Some)
            }
            Keys::Parts(names) => {
                self.inside.left = left;
                let name = names.next().copied().unwrap_or_default();
                seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
            }
            Keys::Fields { slots, next } => {
                let slot = slots.get(*next).ok_or(Error::new(0, ErrorKind::Truncated))?;
                let (name, shadowed) = (slot.name, slot.shadowed);
                *next += 1;
                if shadowed {
                    self.skip_entry()?;
                    return self.next_key_seed(seed);
                }
                self.inside.left = left;
                seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, SerdeError> {
        self.inside.element(|value| seed.deserialize(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.inside.left as usize)
    }
}

/// The same value again and again.
pub(super) struct Copies<'r, 'de> {
    pub(super) source: &'r Source<'r, 'de>,
    pub(super) own: &'de [u8],
    pub(super) depth: usize,
    pub(super) place: u32,
    pub(super) left: u32,
}

impl<'de> SeqAccess<'de> for Copies<'_, 'de> {
    type Error = SerdeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, SerdeError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let mut reader = self.source.at(self.own, self.place)?;
        seed.deserialize(Value {
            source: self.source,
            reader: &mut reader,
            own: self.own,
            depth: self.depth + 1,
        })
        .map(Some)
    }
}

/// A variant that holds something, a map from its name.
pub(super) struct Variant<'r, 'de>(pub(super) Inside<'r, 'de>);

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = SerdeError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), SerdeError> {
        let name = self.0.element(|value| seed.deserialize(value))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = SerdeError;

    fn unit_variant(mut self) -> Result<(), SerdeError> {
        self.0.element(|value| Deserialize::deserialize(value))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, SerdeError> {
        self.0.element(|value| seed.deserialize(value))
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, _: usize, visitor: V) -> Result<V::Value, SerdeError> {
        self.0.element(|value| value.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        mut self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.0.element(|value| value.deserialize_any(visitor))
    }
}
