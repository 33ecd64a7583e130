//! Classes that extend the JDK's collections, maps and dates.
//!
//! Documents have an object of such a class in one of two forms. A Java stream tells it by the fields of all classes,
//! the JDK's included, and by what the JDK's `writeObject` methods write: counts, capacities, elements. Formats that
//! write it as the collection or date that it is have no more than that: a value of the built-in class, the item `=` of
//! the definition. [`gather`] makes the second form of the first, [`spread`] the first of the second.

mod grown;
mod parts;
mod table;
mod walk;

use crate::definition::{Definition, Item, Kind, Super};
use crate::error::Error;
use crate::reader::Reader;

pub use grown::{grown_table, grown_vector, threshold};

/// Why an object cannot have the other form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where the object begins in the document.
    pub at: usize,
    /// What is in the way, for people.
    pub text: String,
}

impl From<Error> for Misfit {
    fn from(error: Error) -> Self {
        Self { at: error.at, text: error.kind.to_string() }
    }
}

/// Whether classes that extend this one of the built-in table are such: collections, maps and dates.
#[must_use]
pub fn is_extended(number: u16) -> bool {
    table::row(number).is_some()
}

/// What classes of the built-in table have in a Java stream: how many classes up, and the item.
pub fn streamed(number: u16) -> impl Iterator<Item = (u32, &'static str)> {
    table::row(number).into_iter().flat_map(|row| row.slots).map(|slot| (slot.up, slot.item))
}

/// Appends a document to `out` in which objects of such classes have the form of `=`, with their own fields behind it,
/// and says whether there are any; if there are none, nothing is appended. Notes are dropped.
///
/// # Errors
///
/// The bytes are no document; an object is not as the JDK writes it.
pub fn gather(document: &[u8], out: &mut Vec<u8>) -> Result<bool, Misfit> {
    walk::rework(document, out, &mut |definition, reader| Ok(gathered(definition, reader)))
}

/// Appends a document to `out` in which objects of such classes have the form that a Java stream tells, and says whether
/// there are any; if there are none, nothing is appended. Notes are dropped.
///
/// `has_no_fields` is asked for each class up to the JDK's whether it has no fields of its own: if it has, nobody knows
/// them.
///
/// # Errors
///
/// The bytes are no document; what `has_no_fields` says.
pub fn spread(
    document: &[u8],
    out: &mut Vec<u8>,
    has_no_fields: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<bool, Misfit> {
    walk::rework(document, out, &mut |definition, reader| to_spread(definition, reader, has_no_fields))
}

/// Which form a class gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// The class of the built-in table that it extends.
    number: u16,
    /// How many levels up that is.
    base: u32,
    spread: bool,
}

/// The class of the built-in table that a class extends, and how many levels up it is.
fn base(definition: &Definition<'_>, reader: &Reader<'_>) -> Option<(u16, u32)> {
    let (mut level, mut class) = (1, *definition);
    loop {
        match class.superclass? {
            Super::Builtin(number) => return Some((number, level)),
            Super::Known(number) => class = *reader.definition(number)?,
        }
        level += 1;
    }
}

fn gathered(definition: &Definition<'_>, reader: &Reader<'_>) -> Option<Form> {
    if definition.kind != Kind::Bean || definition.named {
        return None;
    }
    let (number, base) = base(definition, reader)?;
    let row = table::row(number)?;
    let has = |up: u32, item: &str| {
        let text = format!("{}{item}", "^".repeat((base + up) as usize));
        definition.items().any(|known| known.is_ok_and(|known| walk::text(known) == text))
    };
    // An Externalizable class has nothing of these.
    row.slots.iter().all(|slot| has(slot.up, slot.item)).then_some(Form { number, base, spread: false })
}

fn to_spread(
    definition: &Definition<'_>,
    reader: &Reader<'_>,
    has_no_fields: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<Option<Form>, String> {
    let whole = definition.items().find_map(|item| match item {
        Ok(Item::Whole { level }) => Some(level),
        _ => None,
    });
    let (Some(level), Some((number, base))) = (whole, base(definition, reader)) else { return Ok(None) };
    let Some(row) = table::row(number).filter(|_| level == base) else { return Ok(None) };
    if !row.is_writable() {
        let class = crate::builtin::by_number(number).map_or("", |row| row.class);
        return Err(format!("{} extends {class}, of which Java has fields that nobody knows here", definition.name));
    }
    if definition.len() == 1 {
        let mut class = *definition;
        loop {
            has_no_fields(class.name)?;
            match class.superclass {
                Some(Super::Known(number)) => match reader.definition(number) {
                    Some(above) => class = *above,
                    None => break,
                },
                _ => break,
            }
        }
    }
    Ok(Some(Form { number, base, spread: true }))
}
