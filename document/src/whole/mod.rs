//! Classes that extend the JDK's collections, maps and dates.
//!
//! Documents have an object of such a class in one of two forms. A Java stream tells it by the fields of all classes,
//! the JDK's included, and by what the JDK's `writeObject` methods write: counts, capacities, elements. Formats that
//! write it as the collection or date that it is have no more than that: a value of the built-in class, the item `=` of
//! the definition. [`gather`] makes the second form of the first, [`spread`] the first of the second.

mod gather;
mod grown;
mod parts;
mod spread;
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

/// What a class is that extends one of the built-in table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extends {
    number: u16,
    /// The names of the classes below that, and of the fields of each the descriptor and the name; the class itself first.
    classes: Vec<(String, Vec<(String, String)>)>,
}

impl Extends {
    /// A class that extends the one of a number: the names of the classes below that, from the class itself up, and of the
    /// fields that each declares the JVM's descriptor and the name.
    #[must_use]
    pub const fn new(number: u16, classes: Vec<(String, Vec<(String, String)>)>) -> Self {
        Self { number, classes }
    }

    /// How many levels up the built-in class is.
    fn base(&self) -> u32 {
        u32::try_from(self.classes.len()).unwrap_or(u32::MAX)
    }

    /// The fields of all classes, those of superclasses first: how many classes up, the class, the descriptor, the name.
    fn fields(&self) -> impl Iterator<Item = (u32, &str, &str, &str)> {
        let levels = (0..).zip(&self.classes).collect::<Vec<_>>().into_iter().rev();
        levels.flat_map(|(level, (class, fields))| {
            fields
                .iter()
                .map(move |(descriptor, name)| (level, class.as_str(), descriptor.as_str(), name.as_str()))
        })
    }
}

/// The number of a collection, map or date of the JDK in the built-in table.
#[must_use]
pub fn number_of(class: &str) -> Option<u16> {
    let number = crate::builtin::by_class(class)?.number;
    table::row(number).is_some().then_some(number)
}

/// What classes of the built-in table have in a Java stream: how many classes up, and the item.
pub fn streamed(number: u16) -> impl Iterator<Item = (u32, &'static str)> {
    table::row(number).into_iter().flat_map(|row| row.slots).map(|slot| (slot.up, slot.item))
}

/// Appends a document to `out` in which objects of such classes have the form of `=`, with their own fields behind it,
/// and says whether there are any; if there are none, nothing is appended. Notes are dropped.
///
/// `extends` says of a class whose objects come with the names of their fields, `Class#field`, what it is; those of the
/// JDK's classes and `Class#+`, their data, become the value of that class.
///
/// # Errors
///
/// The bytes are no document; an object is not as the JDK writes it.
pub fn gather(
    document: &[u8],
    out: &mut Vec<u8>,
    extends: &mut dyn FnMut(&str) -> Option<Extends>,
) -> Result<bool, Misfit> {
    walk::rework(document, out, &mut |definition, reader| {
        if definition.kind == Kind::Bean && definition.named {
            return Ok(named(definition, extends));
        }
        Ok(told_by_java(definition, reader))
    })
}

/// The document in the form that [`gather`] makes, for a format that cannot hold it as it is; nothing where it has no such
/// form. `extends` gives what [`Extends::new`] takes.
pub fn gathered(
    document: &[u8],
    extends: impl Fn(&str) -> Option<(u16, Vec<(String, Vec<(String, String)>)>)>,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut extends = |name: &str| extends(name).map(|(number, classes)| Extends::new(number, classes));
    gather(document, &mut out, &mut extends).unwrap_or(false).then_some(out)
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
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    /// The class of the built-in table that it extends.
    number: u16,
    /// How many levels up that is.
    base: u32,
    into: Into,
}

/// From which form into which.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Into {
    Gathered,
    Spread,
    /// From names and values.
    GatheredFrom(std::rc::Rc<Extends>),
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

fn told_by_java(definition: &Definition<'_>, reader: &Reader<'_>) -> Option<Form> {
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
    row.slots.iter().all(|slot| has(slot.up, slot.item)).then_some(Form {
        number,
        base,
        into: Into::Gathered,
    })
}

fn named(definition: &Definition<'_>, extends: &mut dyn FnMut(&str) -> Option<Extends>) -> Option<Form> {
    let found = extends(definition.name)?;
    table::row(found.number)?;
    Some(Form { number: found.number, base: found.base(), into: Into::GatheredFrom(std::rc::Rc::new(found)) })
}

fn to_spread(
    definition: &Definition<'_>,
    reader: &Reader<'_>,
    has_no_fields: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<Option<Form>, String> {
    if definition.kind != Kind::Bean || definition.named {
        return Ok(None);
    }
    let whole = definition.items().find_map(|item| match item {
        Ok(Item::Whole { level }) => Some(level),
        _ => None,
    });
    let (Some(level), Some((number, base))) = (whole, base(definition, reader)) else { return Ok(None) };
    let Some(row) = table::row(number).filter(|_| level == base) else { return Ok(None) };
    if !row.is_writable() {
        let class = crate::builtin::by_number(number).map_or("", |row| row.class);
        return Err(format!(
            "{} extends {class}, of which Java has fields that nobody knows here",
            definition.name
        ));
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
    Ok(Some(Form { number, base, into: Into::Spread }))
}
