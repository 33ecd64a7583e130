//! Regular expressions of the configuration, matched as MSM matches them: against the whole string.

use std::fmt;

use fancy_regex::{Regex, RegexBuilder};

/// How far a match may go back before it is given up: a hostile URI must not keep a thread busy.
const BACKTRACK_LIMIT: usize = 100_000;

/// A pattern that has to match a string from its first character to its last.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

/// A match that was given up because it took too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern '{pattern}' takes too long on a string of {length} bytes: {reason}")]
pub struct PatternError {
    pattern: String,
    length: usize,
    reason: String,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with its syntax.
    pub fn new(source: &str) -> Result<Self, String> {
        let compile = |text: &str| RegexBuilder::new(text).backtrack_limit(BACKTRACK_LIMIT).build();
        // Compiled alone first: inside the group `a)(b` would be legal, and positions in messages would be off.
        compile(source)
            .and_then(|_| compile(&format!(r"\A(?:{source})\z")))
            .map(|regex| Self { source: source.to_owned(), regex })
            .map_err(|error| format!("'{source}' is not a regular expression: {error}"))
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the whole of `text` matches.
    ///
    /// # Errors
    /// When the pattern needs too many steps for this text.
    pub fn matches(&self, text: &str) -> Result<bool, PatternError> {
        self.regex.is_match(text).map_err(|error| PatternError {
            pattern: self.source.clone(),
            length: text.len(),
            reason: error.to_string(),
        })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_strings_only() {
        let images = Pattern::new(r".*\.(ico|png)$").unwrap();
        assert!(images.matches("GET /a.png").unwrap());
        assert!(!images.matches("GET /a.png?x=1").unwrap());
        let either = Pattern::new("cart|user").unwrap();
        assert!(either.matches("user").unwrap());
        assert!(!either.matches("username").unwrap());
    }

    #[test]
    fn a_wrong_pattern_is_refused() {
        assert!(Pattern::new("(").unwrap_err().starts_with("'(' is not a regular expression: "));
        assert!(Pattern::new("a)(b").is_err());
    }

    #[test]
    fn a_pattern_that_explodes_is_given_up() {
        let slow = Pattern::new(r"(?:(a+)+\1)*b").unwrap();
        let error = slow.matches(&"a".repeat(60)).unwrap_err();
        assert!(error.to_string().contains("takes too long on a string of 60 bytes"));
    }
}
