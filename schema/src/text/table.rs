//! The values of a table of TOML, with whatever is wrong with them.

use std::borrow::Cow;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Place, Problem};

pub(super) type Value<'i> = Spanned<DeValue<'i>>;
pub(super) type Key<'i> = Spanned<Cow<'i, str>>;

/// Collects what is wrong with a text.
pub(super) struct Judge<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
    pub(super) problems: Vec<Problem>,
}

impl Judge<'_> {
    pub(super) fn problem(&mut self, at: usize, class: Option<&str>, text: impl Into<String>) {
        let place =
            Place { file: self.file.to_path_buf(), inside: String::new(), position: self.position(at) };
        self.problems.push(Problem { place, class: class.map(str::to_owned), text: text.into() });
    }

    /// Line and column of an offset.
    fn position(&self, at: usize) -> Option<(usize, usize)> {
        let before = self.text.get(..at)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        Some((before.matches('\n').count() + 1, column + 1))
    }
}

/// The table of one class; each value is taken once.
pub(super) struct Entries<'a, 'i> {
    pub(super) class: &'a str,
    pub(super) table: &'a DeTable<'i>,
}

impl<'a, 'i> Entries<'a, 'i> {
    pub(super) fn get(&self, key: &str) -> Option<(&'a Key<'i>, &'a Value<'i>)> {
        self.table.get_key_value(key)
    }

    pub(super) fn text(&self, key: &str, example: &str, judge: &mut Judge<'_>) -> Option<(&'a str, usize)> {
        let (_, value) = self.get(key)?;
        let at = value.span().start;
        if let DeValue::String(text) = value.get_ref() {
            return Some((text, at));
        }
        judge.problem(at, Some(self.class), format!("{key} is no text; write {key} = \"{example}\""));
        None
    }

    pub(super) fn flag(&self, key: &str, judge: &mut Judge<'_>) -> Option<bool> {
        let (_, value) = self.get(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        let text = format!("{key} is neither true nor false; write {key} = true, or leave it out");
        judge.problem(value.span().start, Some(self.class), text);
        None
    }

    pub(super) fn list(&self, key: &str, example: &str, judge: &mut Judge<'_>) -> Option<&'a [Value<'i>]> {
        let (_, value) = self.get(key)?;
        if let DeValue::Array(items) = value.get_ref() {
            return Some(items);
        }
        let text = format!("{key} is no list; write {key} = [\"{example}\"]");
        judge.problem(value.span().start, Some(self.class), text);
        None
    }

    /// The texts of a table with these keys and no others, as an item of a list.
    pub(super) fn item<const N: usize>(
        &self,
        item: &'a Value<'i>,
        keys: [(&str, bool); N],
        judge: &mut Judge<'_>,
    ) -> Option<[Option<&'a str>; N]> {
        let table = item.get_ref().as_table()?;
        let known = |name: &str| keys.iter().any(|(key, _)| *key == name);
        let names = keys.map(|(key, _)| key).join(" and ");
        if let Some((key, _)) = table.iter().find(|(key, _)| !known(key.get_ref())) {
            let text = format!("'{}' is not known here; there are {names}", key.get_ref());
            judge.problem(key.span().start, Some(self.class), text);
            return None;
        }
        let mut sound = true;
        let found = keys.map(|(key, needed)| match table.get(key).map(|value| (value, value.get_ref())) {
            Some((_, DeValue::String(text))) => Some(&**text),
            Some((value, _)) => {
                judge.problem(value.span().start, Some(self.class), format!("{key} is no text in quotes"));
                sound = false;
                None
            }
            None if needed => {
                judge.problem(
                    item.span().start,
                    Some(self.class),
                    format!("{key} is missing; write {names}"),
                );
                sound = false;
                None
            }
            None => None,
        });
        sound.then_some(found)
    }
}
