//! What a typed value is to a program that knows nothing of classes.

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

/// The name of a slot, and whether a subclass has a field of that name too, which then is the one that counts.
pub(super) fn field<'de>(definition: &Definition<'de>, at: u32) -> Result<(&'de str, bool), SerdeError> {
    let mut items = definition.items().skip(at as usize);
    let item = items.next().ok_or(Error::new(0, ErrorKind::Truncated))??;
    Ok(match item {
        Item::Field { level, name, .. } => {
            let hides = |item: Result<Item<'_>, Error>| matches!(item, Ok(Item::Field { level: other, name: same, .. }) if other < level && same == name);
            (name, level > 0 && definition.items().any(hides))
        }
        Item::Custom { .. } | Item::TypedCustom { .. } => ("*", false),
        Item::Whole { .. } => ("=", false),
        Item::Interface(name) => (name, false),
    })
}
