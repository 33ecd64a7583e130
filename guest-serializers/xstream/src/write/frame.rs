//! The containers that are open.

use super::levels::At;
use crate::classes::ClassId;
use crate::nodes::NodeId;

/// What is to be written of an open container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Values.
    Elements,
    /// Keys and values in turn. An entry has four parts: its element begins, key, value, its element ends.
    Entries,
    /// Values behind a comparator; whether it was written.
    Sorted(bool),
    SortedEntries(bool),
    /// The parts of an object of a plan.
    Bean(u32),
    /// The same in another order, and where the places of the parts are kept.
    Permuted(u32, u32),
    /// The parts of an object that writes itself.
    Levels(u32, At),
    /// The data that a method wrote, as a layout tells it.
    Data,
    /// Names and values in turn; how many levels of elements are open in it, and whether the next field says nothing of
    /// its class.
    Named(u8, bool),
    /// The elements of an array with room for so many more.
    Padded(u32),
    /// The items of a level of such an object.
    Items,
    /// The handler of a proxy.
    Proxy,
    /// An object of a rule.
    Jdk(Jdk),
}

/// How far an object of a rule was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jdk {
    pub(super) rule: u8,
    pub(super) level: u8,
    pub(super) field: u8,
    pub(super) phase: Phase,
    /// The rule of the object in it whose elements are its own.
    pub(super) outer: Option<u8>,
    /// The class of the first part, and the element of the object if it stands elsewhere.
    pub(super) first: Option<(ClassId, NodeId)>,
}

/// What of a level is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Begin,
    Fields,
    Tail,
    Items,
}

/// An open container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// How many parts there are, and how many were begun.
    pub(super) parts: u32,
    pub(super) begun: u32,
    /// Where the value begins, in its attribute.
    pub(super) place: u32,
}

impl Frame {
    pub(super) const fn new(kind: Kind, parts: u32, place: u32) -> Self {
        Self { kind, parts, begun: 0, place }
    }

    /// The frame of so many keys and values.
    pub(super) const fn entries(values: u32, place: u32) -> Self {
        Self::new(Kind::Entries, values.saturating_mul(2), place)
    }
}
