//! What is wrong with a source of classes: where, and what would be right.

use std::fmt;
use std::path::PathBuf;

/// Where something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The path inside of the file, where it is an archive; of an archive in it, with `!/` between both as Java writes it.
    pub inside: String,
    /// Line and column, where it is text. Both count from 1, columns in characters.
    pub position: Option<(usize, usize)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if !self.inside.is_empty() {
            write!(f, "!/{}", self.inside)?;
        }
        match self.position {
            Some((line, column)) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

/// One thing that is wrong: `schema.toml:3:11: com.example.Cart: 'int' has no name; write 'int quantity'`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// The class that it is about, where it is about one.
    pub class: Option<String>,
    /// What is wrong and what would be right.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(class) = &self.class {
            write!(f, "{class}: ")?;
        }
        f.write_str(&self.text)
    }
}
