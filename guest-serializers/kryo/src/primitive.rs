//! Primitive types, which share their numbers with their wrappers in Kryo's bytes.

use crate::classes::ClassId;

/// Primitive types and their numbers in the document's table.
const TYPES: [(ClassId, u16); 9] = [
    (ClassId::BOOLEAN, 160),
    (ClassId::BYTE, 161),
    (ClassId::CHAR, 162),
    (ClassId::SHORT, 163),
    (ClassId::INT, 164),
    (ClassId::LONG, 165),
    (ClassId::FLOAT, 166),
    (ClassId::DOUBLE, 167),
    (ClassId::VOID, 168),
];

/// The number of the primitive type that shares the class's registration.
pub(crate) fn builtin(class: ClassId) -> Option<u16> {
    TYPES.iter().find(|(known, _)| *known == class).map(|(_, number)| *number)
}

/// Whether a number of the document's table is that of a primitive type.
pub(crate) const fn is_primitive(number: u16) -> bool {
    number >= 160 && number <= 168
}
