//! What is known of the fields of a class.

use std::ops::Range;

use holdfast_document::Width;

use super::ClassId;
use crate::xml::tags::Tags;

/// The fields of a class, those of superclasses first.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    pub(crate) superclass: Option<ClassId>,
    /// Of a class that writes itself: its classes from the top down.
    pub(crate) levels: Vec<Level>,
}

/// One class of an object that writes the fields of each of its classes, and nothing else.
#[derive(Debug)]
pub(crate) struct Level {
    /// The name of its element.
    pub(crate) element: String,
    /// Its slots.
    pub(super) slots: Range<usize>,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Slot {
    /// How many classes up it is declared.
    pub(crate) level: u32,
    pub(crate) descriptor: String,
    pub(crate) name: String,
    /// The name of its element.
    pub(crate) element: String,
    /// The class that declares it, where a subclass has a field of the same name.
    pub(crate) defined_in: Option<String>,
    pub(crate) kind: Type,
    /// Its tags, and what may stand between them without a word more: the short way for most fields.
    pub(crate) tags: Tags,
    pub(crate) simple: Simple,
}

/// What a field holds whose element says no class, as far as the short way knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Simple {
    /// A string.
    Text,
    /// A primitive integer of so many bits, or its wrapper.
    Int(u32),
    Boxed(Width),
    Bool,
    Double,
    Date,
    Decimal,
    /// The long way.
    No,
}

impl Simple {
    pub(super) fn of(descriptor: &str) -> Self {
        match descriptor {
            "Ljava/lang/String;" => Self::Text,
            "B" => Self::Int(8),
            "S" => Self::Int(16),
            "I" => Self::Int(32),
            "J" => Self::Int(64),
            "Ljava/lang/Integer;" => Self::Boxed(Width::Int),
            "Ljava/lang/Long;" => Self::Boxed(Width::Long),
            "Z" | "Ljava/lang/Boolean;" => Self::Bool,
            "D" | "Ljava/lang/Double;" => Self::Double,
            "Ljava/util/Date;" => Self::Date,
            "Ljava/math/BigDecimal;" => Self::Decimal,
            _ => Self::No,
        }
    }
}

/// What a field expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A primitive, by the JVM's type character.
    Primitive(u8),
    /// Values of this class say nothing of it.
    Class(ClassId),
    /// Nothing is known of the field.
    Any,
}
