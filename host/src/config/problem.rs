//! What is wrong with a configuration: where, which attribute, and what would be right.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where in the configuration something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A position in a file. Lines and columns count from 1, columns in characters, as editors show them.
    Position {
        /// The file, as it was named.
        file: PathBuf,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// A file as a whole.
    File(PathBuf),
    /// `--set NAME=...` on the command line; holds the name.
    Flag(String),
    /// A change at run time; holds the name.
    Change(String),
    /// Nowhere: it is a default that does not go with something else.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position { file, line, column } => write!(f, "{}:{line}:{column}", file.display()),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Flag(name) => write!(f, "--set {name}"),
            Self::Change(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One thing that is wrong: `holdfast.toml:3:18: memcachedNodes: 'n1:localhost' has no port; write ...`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// The attribute, as `--set` would name it; empty where none is concerned.
    pub attribute: String,
    /// What is wrong and what would be right.
    pub text: String,
}

impl Problem {
    /// A problem of the attribute `attribute`.
    pub fn new(place: Place, attribute: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place, attribute: attribute.into(), text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        let place_names_it = matches!(
            &self.place,
            Place::Flag(name) | Place::Change(name) if *name == self.attribute
        );
        if !self.attribute.is_empty() && !place_names_it {
            write!(f, "{}: ", self.attribute)?;
        }
        f.write_str(&self.text)
    }
}

/// Everything that is wrong, in the order of the file, one line each when displayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// Turns byte offsets of one file into places.
pub(super) struct Locator<'a> {
    file: &'a Path,
    text: &'a str,
}

impl<'a> Locator<'a> {
    pub(super) fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, text }
    }

    pub(super) fn at(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place::Position {
            file: self.file.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let locator = Locator::new(Path::new("h.toml"), "a = 'ö'\nb = 1");
        assert_eq!(locator.at(0).to_string(), "h.toml:1:1");
        assert_eq!(locator.at(8).to_string(), "h.toml:1:8");
        assert_eq!(locator.at(9).to_string(), "h.toml:2:1");
        assert_eq!(locator.at(999).to_string(), "h.toml:2:6");
    }

    #[test]
    fn a_flag_is_not_named_twice() {
        let flag = Problem::new(Place::Flag("sticky".into()), "sticky", "wrong");
        assert_eq!(flag.to_string(), "--set sticky: wrong");
        let file = Problem::new(Place::File("h.toml".into()), "sticky", "wrong");
        assert_eq!(file.to_string(), "h.toml: sticky: wrong");
    }
}
