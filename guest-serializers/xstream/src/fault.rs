//! Why bytes could not be read.

use holdfast_sdk::Failure;

/// What is wrong with the XML, and where; or a limit that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes at the offset make no sense.
    Damaged(usize, String),
    /// The content is not what the class was thought to hold: it may be read again, less closely.
    Mismatch(usize, String),
    /// A limit was passed.
    Limit(String),
}

impl Fault {
    #[cold]
    pub(crate) fn at(offset: usize, text: impl Into<String>) -> Self {
        Self::Damaged(offset, text.into())
    }

    #[cold]
    pub(crate) fn mismatch(offset: usize, text: impl Into<String>) -> Self {
        Self::Mismatch(offset, text.into())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Damaged(offset, text) | Fault::Mismatch(offset, text) => {
                Self::Damaged { offset: offset as u64, text }
            }
            Fault::Limit(text) => Self::Limit(text),
        }
    }
}
