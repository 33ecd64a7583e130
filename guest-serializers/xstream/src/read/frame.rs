//! The elements that are open.

use holdfast_document::Count;

use crate::classes::{ClassId, Type};
use crate::nodes::NodeId;
use crate::xml::parse::Tag;

/// What the children of an open element are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `<entry>` for each attribute.
    Root,
    /// The name and value of an attribute; how many came.
    RootEntry(u8),
    /// The root of XStream 1.4.2, and the level inside it: names and values in turn; how many came.
    OldRoot,
    OldEntries(u32),
    /// Values.
    Elements,
    /// Values behind a comparator.
    Sorted,
    /// `<entry>` with a key and a value.
    Entries,
    SortedEntries,
    /// A key and a value; how many came.
    Pair(u8),
    /// The fields of a known class: its plan, and the slot that is expected next.
    Bean(u32, u32),
    /// Fields of which nothing is known but what stands there; whether something in it was kept as it stands.
    Named(bool, bool),
    /// The levels of an object that wrote itself; what was expected of its class is not what stands there.
    Custom,
    /// A level: whether its `<default>` may still come.
    CustomLevel(ClassId, bool),
    /// The fields of a level.
    CustomFields(ClassId),
    /// An object that wrote the fields of its known classes and nothing else: its plan, and which class is next; one of
    /// them, and whether its `<default>` came; its fields, and which of them is next.
    Levels(u32, u16),
    Level(u32, u16, bool),
    LevelFields(u32, u16, u16),
    /// What `writeExternal` wrote.
    External,
    /// An object of a rule: how many of its levels came.
    Jdk(u8, u8),
    /// A level of it, by its number: how many items came.
    JdkLevel(u8, u8, u32),
    /// The fields of a level.
    JdkFields(u8, u8),
    /// An array of elements with room for more.
    Padded,
    /// Interfaces, then the handler.
    Proxy,
    Skipped,
}

/// An open element.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// Where its name stands, and how long it is.
    pub(crate) name: u32,
    pub(crate) length: u32,
    pub(crate) node: NodeId,
    /// The frame that counts the parts.
    pub(crate) owner: u32,
    pub(crate) count: u32,
    /// Where the count is to be told, and what is added to it.
    pub(crate) patch: Option<Count>,
    pub(crate) heads: u32,
    /// Entries are counted by two.
    pub(crate) halved: bool,
    /// Whether it is a container of the document.
    pub(crate) deep: bool,
    /// The parts in front of the elements, such as the comparator, were written.
    pub(crate) own: bool,
    /// How many elements there are to be.
    pub(crate) limit: u32,
    /// The attribute and place of the first part.
    pub(crate) first: (u32, u32),
    /// Whether the last guess is of it.
    pub(crate) guessed: bool,
    /// The class of the last element that said nothing but that; many lists hold values of one class.
    pub(crate) last: ClassId,
    /// What the fields expect, where only their order is not that of the class.
    pub(crate) plan: Option<u32>,
    /// Which of the first 64 fields of the plan came.
    pub(crate) came: u64,
}

/// Where to go back to when an object is not what its class was thought to hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guess {
    /// The place of its frame.
    pub(crate) frame: u32,
    pub(crate) class: ClassId,
    pub(crate) expects: Expects,
    /// Where its tag stands.
    pub(crate) at: u32,
    pub(crate) place: u32,
    pub(crate) definitions: u32,
    pub(crate) nodes: u32,
    pub(crate) depth: u32,
}

/// What says the class of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expects {
    /// The name of its element.
    Item,
    /// An attribute, or else the field.
    Field(Type),
}

impl Frame {
    pub(crate) fn new(kind: Kind, tag: &Tag<'_>, node: NodeId) -> Self {
        Self::named(kind, tag.at as u32 + 1, tag.name.len() as u32, node)
    }

    /// An element whose name stands there and is so long.
    #[inline(always)]
    pub(crate) const fn named(kind: Kind, name: u32, length: u32, node: NodeId) -> Self {
        Self {
            kind,
            name,
            length,
            node,
            owner: 0,
            count: 0,
            patch: None,
            heads: 0,
            halved: false,
            deep: false,
            own: true,
            limit: 0,
            first: (0, 0),
            guessed: false,
            last: super::swift::NO_CLASS,
            plan: None,
            came: 0,
        }
    }
}
