//! What a typed value is to a program that knows nothing of classes.

use std::collections::HashMap;
use std::rc::Rc;

use super::SerdeError;
use crate::builtin::{self, Shape};
use crate::definition::{Definition, Head, Item, Kind};
use crate::error::{Error, ErrorKind};
use crate::reader::Reader;

/// How the parts of a typed value are read.
pub(super) enum Form<'de> {
    /// So many elements, behind parts of the class's own.
    Sequence { skip: u32, count: u32 },
    /// So many entries, behind parts of the class's own.
    Entries { skip: u32, count: u32 },
    /// The one part is the value.
    Inner,
    /// A count, then the element that stands for so many.
    Copies,
    /// A map from these names.
    Parts(&'static [&'static str]),
    /// A map from the fields of the class.
    Fields(Definition<'de>),
}

pub(super) fn form_of<'de>(
    reader: &Reader<'de>,
    head: &Head<'de>,
    parts: u32,
) -> Result<Form<'de>, SerdeError> {
    let unknown =
        || Error::new(reader.at(), ErrorKind::BadDefinition("the class is not defined before its use"));
    let definition = match head {
        Head::Builtin(number) => {
            return Ok(builtin_form(builtin::by_number(*number).ok_or_else(unknown)?, parts));
        }
        Head::Known(number) => *reader.definition(*number).ok_or_else(unknown)?,
        Head::Defined(definition) => *definition,
    };
    Ok(match definition.kind {
        _ if definition.named => Form::Entries { skip: 0, count: parts / 2 },
        Kind::Enum => Form::Inner,
        Kind::Array => Form::Sequence { skip: 0, count: parts },
        Kind::Proxy => Form::Parts(&["handler"]),
        Kind::Bean if definition.whole().is_some() => Form::Inner,
        Kind::Bean => Form::Fields(definition),
    })
}

fn builtin_form(row: &builtin::Builtin, parts: u32) -> Form<'static> {
    let skip = row.shape.own_parts();
    match (row.class, row.shape) {
        ("java.util.Collections$CopiesList", _) => Form::Copies,
        ("java.util.Collections$SingletonMap", _) => Form::Entries { skip: 0, count: 1 },
        ("java.util.Collections$SingletonList" | "java.util.Collections$SingletonSet", _) => {
            Form::Sequence { skip: 0, count: 1 }
        }
        ("java.util.Collections$EmptyMap", _) => Form::Entries { skip: 0, count: 0 },
        (_, Shape::Parts([])) => Form::Sequence { skip: 0, count: 0 },
        (_, Shape::Parts([_])) => Form::Inner,
        (_, Shape::Parts(names)) => Form::Parts(names),
        (_, shape) if shape.is_map() => Form::Entries { skip, count: parts.saturating_sub(skip) / 2 },
        _ => Form::Sequence { skip, count: parts.saturating_sub(skip) },
    }
}

/// A slot of a class.
pub(super) struct Slot<'de> {
    pub(super) name: &'de str,
    /// A subclass has a field of that name too, which then is the one that counts.
    pub(super) shadowed: bool,
}

/// The slots of a class, in value order.
pub(super) fn slots<'de>(definition: &Definition<'de>) -> Result<Rc<[Slot<'de>]>, SerdeError> {
    let mut slots = Vec::with_capacity(definition.len() as usize);
    for item in definition.items() {
        slots.push(match item? {
            Item::Field { level, name, .. } => (name, level),
            Item::Custom { .. } | Item::TypedCustom { .. } => ("*", 0),
            Item::Whole { .. } => ("=", 0),
            Item::Interface(name) => (name, 0),
        });
    }
    // How far up the class stands that has the last word on a name, where there are several classes.
    let mut lowest: HashMap<&str, u32> = HashMap::new();
    if slots.iter().any(|(_, level)| *level > 0) {
        for (name, level) in &slots {
            let first = lowest.entry(name).or_insert(*level);
            *first = (*level).min(*first);
        }
    }
    let shadowed = |name: &str, level: u32| lowest.get(name).is_some_and(|lowest| *lowest < level);
    Ok(slots.into_iter().map(|(name, level)| Slot { name, shadowed: shadowed(name, level) }).collect())
}
