//! What a pattern says, apart from how it is spelled.

use super::class::Class;

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Matches the empty text.
    Empty,
    /// One character.
    Set(Class),
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first of them that leads to a match.
    Either(Vec<Node>),
    /// A group; a capturing one has a number.
    Group(Option<u32>, Box<Node>),
    /// `(?>..)`: what it matched first, it keeps.
    Atomic(Box<Node>),
    /// Look-ahead and look-behind.
    Look { behind: bool, negative: bool, body: Box<Node> },
    /// A quantifier.
    Repeat { body: Box<Node>, min: u32, max: Option<u32>, kind: Kind },
    /// A place.
    Place(Place),
    /// `\R`.
    LineEnd,
    /// `\1`, `\k<name>`: what a group matched last. The group may not exist.
    Reference { group: u32, folds: bool },
}

/// Which of its possible lengths a repetition tries first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The longest.
    Greedy,
    /// The shortest.
    Lazy,
    /// The longest, and no other.
    Possessive,
}

/// A place between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `\A`, `\G`, `^`.
    Begin,
    /// `\z`.
    End,
    /// `\Z`, `$`: the end, or before the line terminator there.
    LastLineEnd { unix: bool },
    /// `^` of `(?m)`.
    LineBegin { unix: bool },
    /// `$` of `(?m)`.
    LineEnd { unix: bool },
    /// `\b` and `\B`.
    Word { unicode: bool, negated: bool },
}

impl Node {
    /// The parts that it is made of.
    pub(super) fn children(&self) -> &[Node] {
        match self {
            Self::Sequence(nodes) | Self::Either(nodes) => nodes,
            Self::Group(_, body) | Self::Atomic(body) => std::slice::from_ref(body),
            Self::Look { body, .. } | Self::Repeat { body, .. } => std::slice::from_ref(body),
            Self::Empty | Self::Set(_) | Self::Place(_) | Self::LineEnd | Self::Reference { .. } => &[],
        }
    }
}
