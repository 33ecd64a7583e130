//! Regular expressions of the configuration: Java's, matched as MSM matches them, against the whole string.
//!
//! A pattern is read as `java.util.regex` of Java 17 reads it and written anew for the crate fancy-regex, whose
//! syntax is near enough to look right and to be wrong: `\w`, `.`, `$`, `(?i)` and `&&` mean something else there.

mod behind;
mod blocks;
mod bracket;
mod case;
mod class;
mod emit;
mod escape;
mod fault;
mod parse;
mod property;
mod reader;
mod scripts;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;

use fancy_regex::{Regex, RegexBuilder};

/// How far a match may go back before it is given up: a hostile URI must not keep a thread busy.
const BACKTRACK_LIMIT: usize = 100_000;

/// Bytes of a text that a pattern with one look-around may go over: what it looks at does not count as going back,
/// and as it may look at all the text from each character, that is the square of the length.
const MAX_TEXT: usize = 8192;

/// How many characters a pattern may have.
const MAX_LENGTH: usize = 8192;

/// Bytes that a compiled part of a pattern may take.
const SIZE_LIMIT: usize = 4 << 20;

/// Instructions that a compiled pattern may have.
const PROGRAM_LIMIT: usize = 100_000;

/// How much of a pattern a message shows.
const SHOWN: usize = 200;

/// A pattern that has to match a string from its first character to its last.
///
/// The work of a match is bounded, and a match that would need more is an error. What the error is taken for is for
/// the caller to say, and to count in the statistics: a pattern of `lockingMode` is taken to match, as a lock too
/// many harms nobody; a `requestUriIgnorePattern` is taken not to match, as a session is rather stored in vain than
/// lost; and so a `sessionAttributeFilter` is taken to match.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
    /// Bytes that a text may have.
    max_text: usize,
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
    /// What is wrong with it or not supported, and at which character.
    pub fn new(source: &str) -> Result<Self, String> {
        let length = source.chars().count();
        if length > MAX_LENGTH {
            return Err(format!(
                "a regular expression of {length} characters is too long; {MAX_LENGTH} are allowed"
            ));
        }
        let shown = match source.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}...", source.get(..end).unwrap_or_default()),
            None => source.to_owned(),
        };
        let node = parse::parse(source).map_err(|fault| format!("'{shown}' {fault}"))?;
        let written = emit::emit(&node).map_err(|excess| format!("'{shown}' is not supported: {excess}"))?;
        let regex = RegexBuilder::new(&written.text)
            .backtrack_limit(BACKTRACK_LIMIT)
            .delegate_size_limit(SIZE_LIMIT)
            .max_prog_size(PROGRAM_LIMIT)
            .build()
            .map_err(|_| format!("'{shown}' is not supported: it is too large or too deep to be compiled"))?;
        let max_text = if written.goes_back { MAX_TEXT / written.looks.max(1).isqrt() } else { usize::MAX };
        Ok(Self { source: source.to_owned(), regex, max_text })
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
        let given_up = |reason| PatternError { pattern: self.source.clone(), length: text.len(), reason };
        if text.len() > self.max_text {
            return Err(given_up(format!(
                "a pattern that goes back as this one is given {} at most",
                self.max_text
            )));
        }
        self.regex.is_match(text).map_err(|error| given_up(error.to_string()))
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
