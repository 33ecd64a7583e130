//! Why a regular expression is refused.

use std::fmt;

/// What is wrong with a regular expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The character, counted from 1, as editors do.
    at: usize,
    kind: Kind,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Java refuses it too.
    Invalid,
    /// Java takes it, Holdfast does not.
    Unsupported,
}

impl Fault {
    /// Java refuses what stands at character `at`.
    pub(super) fn invalid(at: usize, text: impl Into<String>) -> Self {
        Self { at, kind: Kind::Invalid, text: text.into() }
    }

    /// Java would take what stands at character `at`.
    pub(super) fn unsupported(at: usize, text: impl Into<String>) -> Self {
        Self { at, kind: Kind::Unsupported, text: text.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = match self.kind {
            Kind::Invalid => "is not a regular expression",
            Kind::Unsupported => "is not supported",
        };
        write!(f, "{says}: character {}: {}", self.at, self.text)
    }
}
