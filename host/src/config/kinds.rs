//! Kinds of values: how each is read from what was written, and written as TOML.

use super::given::Raw;
use super::locking::LockingMode;
use super::nodes::{NodeList, parse_failover};
use super::pattern::Pattern;
use super::prefix::{KeyPrefix, PrefixNames};
use super::suggest::did_you_mean;
use super::types::Secret;

/// A kind of value.
pub(super) trait Kind {
    /// What the rest of the program sees.
    type Value;

    /// Reads what was written; each error is a sentence without the attribute's name.
    fn read(&self, raw: &Raw) -> Result<Self::Value, Vec<String>>;

    /// Writes the value as `read` would read it.
    fn show(&self, value: &Self::Value) -> Shown;
}

/// A value for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A TOML value.
    Value(String),
    /// There is none; says what that means.
    Absent(&'static str),
    /// There is one that is nobody's business.
    Hidden,
}

/// A TOML string, quoted in the way that needs least escaping.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Text in quotes, as strings must be in TOML.
pub(super) fn text(raw: &Raw) -> Result<&str, Vec<String>> {
    match raw {
        Raw::Text(text) => Ok(text),
        Raw::Bare(bare) => Err(vec![format!("is text, which needs quotes; write {}", quoted(bare))]),
    }
}

/// A number or a word, quoted or not.
pub(super) fn word(raw: &Raw) -> &str {
    match raw {
        Raw::Text(text) | Raw::Bare(text) => text.trim(),
    }
}

/// `true` or `false`.
pub(super) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn read(&self, raw: &Raw) -> Result<bool, Vec<String>> {
        match word(raw) {
            text if text.eq_ignore_ascii_case("true") => Ok(true),
            text if text.eq_ignore_ascii_case("false") => Ok(false),
            text => Err(vec![format!("'{text}' is neither true nor false")]),
        }
    }

    fn show(&self, value: &bool) -> Shown {
        Shown::Value(value.to_string())
    }
}

/// One of some words.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Kind for Choice<T> {
    type Value = T;

    fn read(&self, raw: &Raw) -> Result<T, Vec<String>> {
        let text = word(raw);
        if let Some((_, value)) = self.0.iter().find(|(name, _)| *name == text) {
            return Ok(*value);
        }
        let names = self.0.iter().map(|(name, _)| *name);
        Err(vec![format!(
            "'{text}' is none of {}{}",
            names.clone().collect::<Vec<_>>().join(", "),
            did_you_mean(text, names)
        )])
    }

    fn show(&self, value: &T) -> Shown {
        let name = self.0.iter().find(|(_, known)| known == value);
        Shown::Value(quoted(name.map_or("", |(name, _)| name)))
    }
}

/// Any text, or none.
pub(super) struct OptionalText;

impl Kind for OptionalText {
    type Value = Option<String>;

    fn read(&self, raw: &Raw) -> Result<Option<String>, Vec<String>> {
        text(raw).map(|text| Some(text.to_owned()))
    }

    fn show(&self, value: &Option<String>) -> Shown {
        value.as_ref().map_or(Shown::Absent("not set"), |text| Shown::Value(quoted(text)))
    }
}

/// Text that is not shown again.
pub(super) struct OptionalSecret;

impl Kind for OptionalSecret {
    type Value = Option<Secret>;

    fn read(&self, raw: &Raw) -> Result<Option<Secret>, Vec<String>> {
        match raw {
            Raw::Text(text) => Ok(Some(Secret::new(text))),
            Raw::Bare(_) => Err(vec!["is text, which needs quotes".to_owned()]),
        }
    }

    fn show(&self, value: &Option<Secret>) -> Shown {
        if value.is_some() { Shown::Hidden } else { Shown::Absent("not set") }
    }
}

/// A regular expression; blank text is none, as in MSM.
pub(super) struct OptionalPattern;

impl Kind for OptionalPattern {
    type Value = Option<Pattern>;

    fn read(&self, raw: &Raw) -> Result<Option<Pattern>, Vec<String>> {
        match text(raw)? {
            blank if blank.trim().is_empty() => Ok(None),
            pattern => Pattern::new(pattern).map(Some).map_err(|problem| vec![problem]),
        }
    }

    fn show(&self, value: &Option<Pattern>) -> Shown {
        value.as_ref().map_or(Shown::Absent("not set"), |pattern| Shown::Value(quoted(pattern.as_str())))
    }
}

/// `lockingMode`.
pub(super) struct Locking;

impl Kind for Locking {
    type Value = LockingMode;

    fn read(&self, raw: &Raw) -> Result<LockingMode, Vec<String>> {
        LockingMode::parse(text(raw)?).map_err(|problem| vec![problem])
    }

    fn show(&self, value: &LockingMode) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// `memcachedNodes`.
pub(super) struct Nodes;

impl Kind for Nodes {
    type Value = NodeList;

    fn read(&self, raw: &Raw) -> Result<NodeList, Vec<String>> {
        NodeList::parse(text(raw)?)
    }

    fn show(&self, value: &NodeList) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// `failoverNodes`.
pub(super) struct FailoverIds;

impl Kind for FailoverIds {
    type Value = Vec<String>;

    fn read(&self, raw: &Raw) -> Result<Vec<String>, Vec<String>> {
        parse_failover(text(raw)?)
    }

    fn show(&self, value: &Vec<String>) -> Shown {
        list(value)
    }
}

/// `storageKeyPrefix`, before the names that it asks for are known.
pub(super) struct Prefix;

impl Kind for Prefix {
    type Value = KeyPrefix;

    fn read(&self, raw: &Raw) -> Result<KeyPrefix, Vec<String>> {
        KeyPrefix::parse(text(raw)?, PrefixNames::default())
    }

    fn show(&self, value: &KeyPrefix) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// Names in one text, as `parse_failover` and its like read them.
pub(super) fn list(items: &[String]) -> Shown {
    if items.is_empty() { Shown::Absent("none") } else { Shown::Value(quoted(&items.join(","))) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{problem, text};
    use super::*;

    #[test]
    fn booleans_are_words_quoted_or_not() {
        assert!(Flag.read(&text("TRUE")).unwrap());
        assert!(!Flag.read(&Raw::Bare("false".into())).unwrap());
        assert_eq!(problem(&Flag, &text("yes")), "'yes' is neither true nor false");
    }

    #[test]
    fn a_choice_names_its_words() {
        let choice = Choice(&[("fail", 1), ("skip", 2)]);
        assert_eq!(choice.read(&text("skip")).unwrap(), 2);
        assert_eq!(problem(&choice, &text("skp")), "'skp' is none of fail, skip; did you mean skip?");
    }
}
