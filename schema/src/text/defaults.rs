//! What is so of most classes, and so need not be written.
//!
//! Reader and writer both ask here, in this order: what is said of a class earlier decides what goes without saying later.

use crate::class::{Class, Kind, Origin};

pub(super) const OBJECT: &str = "java.lang.Object";
const SERIALIZABLE: &str = "java.io.Serializable";
const EXTERNALIZABLE: &str = "java.io.Externalizable";

/// An enum where constants are listed.
pub(super) fn kind(constants: bool) -> Kind {
    if constants { Kind::Enum } else { Kind::Class }
}

pub(super) fn superclass(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Enum => Some("java.lang.Enum"),
        Kind::Record => Some("java.lang.Record"),
        Kind::Class | Kind::Interface => None,
    }
}

pub(super) fn is_serializable(kind: Kind) -> bool {
    kind != Kind::Interface
}

/// A class that has no superclass gets to be serializable by itself.
pub(super) fn interfaces(class: &Class) -> &'static [&'static str] {
    let by_itself = matches!(class.kind, Kind::Class | Kind::Record)
        && class.superclass.as_deref() == superclass(class.kind)
        && class.origin == Origin::Class;
    match class {
        _ if !by_itself => &[],
        Class { is_externalizable: true, .. } => &[EXTERNALIZABLE],
        Class { is_serializable: true, .. } => &[SERIALIZABLE],
        _ => &[],
    }
}

/// An enum is final unless a constant has a body.
pub(super) fn is_final(class: &Class) -> bool {
    match class.kind {
        _ if class.origin == Origin::Stream => false,
        Kind::Enum => class.constants.iter().all(|constant| constant.body.is_none()),
        Kind::Record => true,
        Kind::Class | Kind::Interface => false,
    }
}

pub(super) fn is_abstract(kind: Kind) -> bool {
    kind == Kind::Interface
}

/// Java has 0 for enums, and for records that declare none.
pub(super) fn suid(kind: Kind) -> Option<i64> {
    matches!(kind, Kind::Enum | Kind::Record).then_some(0)
}
