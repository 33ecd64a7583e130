//! The JDK's classes as their descriptors stand in a stream.
//!
//! The rows are what `ObjectStreamClass` of JDK 17 says; almost all are the same since JDK 1.4 to 8, because
//! streams outlive JDKs. A stream with another descriptor is read as a class of its own.

mod rows;

use rows::ROWS;

use crate::stream::descriptor_len;

/// A class descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class {
    /// Its number in the table of built-in classes of a document, or zero.
    pub(crate) number: u16,
    /// As `Class.getName` has it.
    pub(crate) name: &'static str,
    /// `serialVersionUID`.
    pub(crate) suid: i64,
    /// `SC_*`.
    pub(crate) flags: u8,
    /// Type and name of each field, in the descriptor's order, with a space between.
    fields: &'static str,
    superclass: &'static str,
}

/// Which row of the table.
pub(crate) type ClassId = u16;

/// How many rows there are.
pub(crate) const COUNT: usize = ROWS.len();

impl Class {
    /// The fields: JVM type and name in one.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.fields.split_terminator(' ')
    }

    /// The fields: JVM type and name apart.
    pub(crate) fn typed_fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.fields()
            .map(|field| field.split_at_checked(descriptor_len(field.as_bytes())).unwrap_or((field, "")))
    }

    /// How many fields there are.
    pub(crate) fn field_count(&self) -> usize {
        let spaces = self.fields.bytes().filter(|byte| *byte == b' ').count();
        if self.fields.is_empty() { 0 } else { spaces + 1 }
    }
}

/// The row of an id.
#[inline]
pub(crate) fn class(id: ClassId) -> Option<&'static Class> {
    ROWS.get(usize::from(id))
}

/// The superclass that stands in the descriptor of a class.
#[inline]
pub(crate) fn superclass(id: ClassId) -> Option<ClassId> {
    SUPERCLASSES.get(usize::from(id)).copied().flatten()
}

/// The class with a number of the built-in table.
#[inline]
pub(crate) fn by_number(number: u16) -> Option<ClassId> {
    BY_NUMBER.get(usize::from(number)).copied().flatten()
}

/// The class of a name.
pub(crate) fn by_name(name: &[u8]) -> Option<ClassId> {
    // Few names have the same length, and most of those that do differ at the end.
    let from = usize::from(*BY_LENGTH.get(name.len())?);
    let to = usize::from(*BY_LENGTH.get(name.len() + 1)?);
    let is_it = |at: &&ClassId| class(**at).is_some_and(|row| row.name.as_bytes() == name);
    SORTED.get(from..to)?.iter().find(is_it).copied()
}

/// The id of a class that is known to be in the table; the compiler refuses any other name.
#[allow(clippy::indexing_slicing, clippy::panic, reason = "run by the compiler, which refuses what panics")]
pub(crate) const fn id(name: &str) -> ClassId {
    let mut at = 0;
    while at < COUNT {
        if matches!(compare(ROWS[at].name, name), 0) {
            return at as ClassId;
        }
        at += 1;
    }
    panic!("the class is not in the table");
}

static SUPERCLASSES: [Option<ClassId>; COUNT] = superclasses();
static BY_NUMBER: [Option<ClassId>; 256] = numbers();
/// By the lengths of their names.
static SORTED: [ClassId; COUNT] = sorted();
/// Where the names of each length begin there.
static BY_LENGTH: [u16; LONGEST + 2] = lengths();
/// No name is longer.
const LONGEST: usize = 96;

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn superclasses() -> [Option<ClassId>; COUNT] {
    let mut result = [None; COUNT];
    let mut at = 0;
    while at < COUNT {
        if !ROWS[at].superclass.is_empty() {
            result[at] = Some(id(ROWS[at].superclass));
        }
        at += 1;
    }
    result
}

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn numbers() -> [Option<ClassId>; 256] {
    let mut result = [None; 256];
    let mut at = 0;
    while at < COUNT {
        if ROWS[at].number > 0 {
            result[ROWS[at].number as usize] = Some(at as ClassId);
        }
        at += 1;
    }
    result
}

/// An insertion sort by length and name, which the compiler runs once.
#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn sorted() -> [ClassId; COUNT] {
    let mut result = [0; COUNT];
    let mut count = 0;
    while count < COUNT {
        let mut at = count;
        while at > 0 && compare(ROWS[result[at - 1] as usize].name, ROWS[count].name) > 0 {
            result[at] = result[at - 1];
            at -= 1;
        }
        result[at] = count as ClassId;
        count += 1;
    }
    result
}

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn lengths() -> [u16; LONGEST + 2] {
    let mut result = [0; LONGEST + 2];
    let mut at = 0;
    while at < COUNT {
        // Counted where the next length begins, and then added up.
        result[ROWS[at].name.len() + 1] += 1;
        at += 1;
    }
    let mut len = 1;
    while len < result.len() {
        result[len] += result[len - 1];
        len += 1;
    }
    result
}

/// Order by length, then by bytes: below zero, zero or above.
#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn compare(left: &str, right: &str) -> i32 {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && left.len() == right.len() {
        if left[at] != right[at] {
            return left[at] as i32 - right[at] as i32;
        }
        at += 1;
    }
    left.len() as i32 - right.len() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_document::builtin;

    #[test]
    fn each_class_is_found_by_its_name() {
        for (at, row) in ROWS.iter().enumerate() {
            assert_eq!(by_name(row.name.as_bytes()), Some(at as ClassId), "{}", row.name);
        }
        assert_eq!(by_name(b"com.example.Person"), None);
    }

    #[test]
    fn every_built_in_class_of_a_document_has_a_descriptor_under_its_name() {
        for row in builtin::TABLE {
            if row.number == builtin::LINKED_HASH_MAP_ACCESS_ORDER {
                continue;
            }
            let found = by_number(row.number).and_then(class).expect(row.class);
            assert_eq!(found.name, row.class);
        }
    }

    #[test]
    fn superclasses_are_those_of_the_jdk() {
        let map = id("java.util.LinkedHashMap");
        assert_eq!(superclass(map), Some(id("java.util.HashMap")));
        assert_eq!(superclass(id("java.util.HashMap")), None);
    }
}
