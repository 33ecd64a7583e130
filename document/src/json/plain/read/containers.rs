//! Lists, sets and maps that take the class of an old one, and the other built-in classes.

use std::borrow::Cow;
use std::collections::HashMap;

use super::old::Seen;
use super::{Fill, Fit, count};
use crate::builtin::{self, Builtin, Shape};
use crate::event::{Event, Number, Width};
use crate::json::plain::java_time;
use crate::json::time::{parse, parse_millis};
use crate::json::{JsonError, Kind, Node};

/// Something and the text of the key that it has, or is.
type Keyed<'t, T> = (Cow<'t, str>, T);

impl<'o, 't> Fill<'o, '_, 't> {
    pub(super) fn list(&mut self, json: Node<'t>, old: &Seen<'o>, depth: usize) -> Fit {
        let places = self.children(old)?;
        self.writer.array(count(json));
        self.elements(json, &places, None, depth)?;
        Ok(true)
    }

    /// Writes the elements of a list. Those at the positions of old ones are like these; others are like all the
    /// old ones, if these are of one type.
    pub(super) fn elements(
        &mut self,
        json: Node<'t>,
        old: &[u32],
        declared: Option<&str>,
        depth: usize,
    ) -> Result<(), JsonError> {
        let alike = self.alike(old.iter().copied())?;
        for (index, element) in json.elements().enumerate() {
            let like = old.get(index).copied().or(alike);
            self.at(&index.to_string(), |fill| fill.value(element, like, declared, depth + 1))?;
        }
        Ok(())
    }

    pub(super) fn map(&mut self, json: Node<'t>, old: &Seen<'o>, depth: usize) -> Fit {
        let places = self.children(old)?;
        self.writer.map(count(json));
        self.entries(json.entries().collect(), &places, depth)?;
        Ok(true)
    }

    /// Writes the entries of a map. Old keys stay what they were; new ones are like all the old ones, if these are
    /// of one type.
    pub(super) fn entries(
        &mut self,
        entries: Vec<Keyed<'t, Node<'t>>>,
        old: &[u32],
        depth: usize,
    ) -> Result<(), JsonError> {
        let (pairs, _) = old.as_chunks::<2>();
        let mut known: HashMap<String, [u32; 2]> = HashMap::with_capacity(pairs.len());
        for pair in pairs {
            known.insert(self.text(pair[0])?, *pair);
        }
        let key_alike = self.alike(pairs.iter().map(|[key, _]| *key))?;
        let value_alike = self.alike(pairs.iter().map(|[_, value]| *value))?;
        for (key, value) in entries {
            let place = known.get(key.as_ref());
            match place {
                Some([key, _]) => self.copy_old(*key)?,
                None => self.new_key(&key, key_alike)?,
            }
            let like = place.map(|[_, value]| *value).or(value_alike);
            self.at(&key, |fill| fill.value(value, like, None, depth + 1))?;
        }
        Ok(())
    }

    fn new_key(&mut self, key: &str, alike: Option<u32>) -> Result<(), JsonError> {
        let fits = match self.seen(alike)? {
            Some(Seen { event: Event::Typed(head, 1), .. }) => self.constant_like(&head, key)?,
            Some(seen) => self.key_like(key, &seen.event),
            None => false,
        };
        if !fits {
            self.writer.str(key);
        }
        Ok(())
    }

    /// Puts the keys of a sorted map, or the elements of a sorted set, in their order, for Java takes them as they
    /// stand. What a comparator does, or a class of the application, only Java knows: there the old ones alone have
    /// an order.
    pub(super) fn sort<T>(
        &mut self,
        items: Vec<Keyed<'t, T>>,
        old: &[u32],
        natural: bool,
    ) -> Result<Vec<Keyed<'t, T>>, JsonError> {
        let alike = self.alike(old.iter().copied())?;
        let of_one_type = self.seen(alike)?.map(|seen| seen.event);
        let mut items: Vec<(Option<Rank>, Keyed<'t, T>)> = items
            .into_iter()
            .map(|item| (natural.then(|| rank(&item.0, of_one_type.as_ref())).flatten(), item))
            .collect();
        let no_types = of_one_type.is_none() && !old.is_empty();
        if no_types || items.iter().any(|(rank, _)| rank.is_none()) {
            let mut positions = HashMap::new();
            for (position, place) in old.iter().enumerate() {
                positions.insert(self.text(*place)?, position);
            }
            for (rank, (text, _)) in &mut items {
                let Some(position) = positions.get(text.as_ref()) else {
                    return self
                        .at(text, |fill| Err(fill.bad("only Java knows where this belongs in the order")));
                };
                *rank = Some(Rank::Number(*position as i128));
            }
        }
        items.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    pub(super) fn builtin(&mut self, json: Node<'t>, number: u16, old: &Seen<'o>, depth: usize) -> Fit {
        let Some(row) = builtin::by_number(number) else { return Ok(false) };
        let places = self.children(old)?;
        let own = row.shape.own_parts();
        let (own_places, content) = places.split_at_checked(own as usize).unwrap_or_default();
        if let Shape::Parts(names) = row.shape {
            return self.parts(json, row, names, &places, depth);
        }
        let kind = if row.shape.is_map() { Kind::Object } else { Kind::Array };
        // The class of constants is told, but not how one is written.
        let unknown = matches!(row.shape, Shape::KeyedElements | Shape::KeyedEntries)
            && content.is_empty()
            && !json.is_empty();
        if json.kind() != kind || unknown {
            return Ok(false);
        }
        let parts = if row.shape.is_map() { count(json).saturating_mul(2) } else { count(json) };
        self.writer.builtin(number, parts.saturating_add(own));
        let natural = match own_places.first() {
            Some(place) => {
                self.copy_old(*place)?;
                matches!(self.seen(Some(*place))?, Some(Seen { event: Event::Nil, .. }))
            }
            None => true,
        };
        match row.shape {
            Shape::SortedEntries => {
                let (pairs, _) = content.as_chunks::<2>();
                let keys: Vec<u32> = pairs.iter().map(|[key, _]| *key).collect();
                let entries = self.sort(json.entries().collect(), &keys, natural)?;
                self.entries(entries, content, depth)?;
            }
            Shape::SortedElements if number != builtin::number::PRIORITY_QUEUE => {
                self.sorted_elements(json, content, natural, depth)?;
            }
            shape if shape.is_map() => self.entries(json.entries().collect(), content, depth)?,
            _ => {
                let element = element_descriptor(row.class);
                self.elements(json, content, element.as_deref(), depth)?;
            }
        }
        Ok(true)
    }

    pub(super) fn sorted_elements(
        &mut self,
        json: Node<'t>,
        old: &[u32],
        natural: bool,
        depth: usize,
    ) -> Result<(), JsonError> {
        let text = |node: &Node<'t>| match node.number() {
            Some(digits) => Some(Cow::Borrowed(digits)),
            None => node.as_str(),
        };
        let nodes: Vec<_> = json.elements().collect();
        let texts: Option<Vec<_>> = nodes.iter().map(text).collect();
        let Some(texts) = texts else {
            // Objects have no text to be found by. As many as before are taken for the old ones.
            if nodes.len() != old.len() {
                return Err(self.bad("only Java knows the order of these: it must be as many as before"));
            }
            return self.elements(json, old, None, depth);
        };
        let items = texts.into_iter().zip(nodes.into_iter().enumerate()).collect();
        let alike = self.alike(old.iter().copied())?;
        for (_, (index, element)) in self.sort(items, old, natural)? {
            self.at(&index.to_string(), |fill| fill.value(element, alike, None, depth + 1))?;
        }
        Ok(())
    }

    /// A built-in class whose parts have names.
    fn parts(&mut self, json: Node<'t>, row: &Builtin, names: &[&str], old: &[u32], depth: usize) -> Fit {
        let number = row.number;
        if java_time::is_text(number)
            && let Some(text) = json.as_str()
        {
            return Ok(java_time::write(number, &text, &mut self.writer));
        }
        match number {
            builtin::number::EMPTY_LIST | builtin::number::EMPTY_SET | builtin::number::EMPTY_MAP => {
                let kind = if number == builtin::number::EMPTY_MAP { Kind::Object } else { Kind::Array };
                self.writer.builtin(number, 0);
                Ok(json.kind() == kind && json.is_empty())
            }
            builtin::number::SINGLETON_LIST | builtin::number::SINGLETON_SET => {
                self.writer.builtin(number, 1);
                let fits = json.kind() == Kind::Array && json.len() == 1;
                if fits {
                    self.elements(json, old, None, depth)?;
                }
                Ok(fits)
            }
            builtin::number::SINGLETON_MAP => {
                self.writer.builtin(number, 2);
                let fits = json.kind() == Kind::Object && json.len() == 1;
                if fits {
                    self.entries(json.entries().collect(), old, depth)?;
                }
                Ok(fits)
            }
            builtin::number::SQL_DATE | builtin::number::SQL_TIME | builtin::number::SQL_TIMESTAMP
                if json.kind() == Kind::String =>
            {
                self.sql(json, number, old)
            }
            builtin::number::OPTIONAL | builtin::number::ATOMIC_REFERENCE => {
                self.writer.builtin(number, 1);
                self.value(json, old.first().copied(), None, depth + 1)?;
                Ok(true)
            }
            _ if names.len() == 1 => {
                self.writer.builtin(number, 1);
                let Some(place) = old.first() else { return Ok(false) };
                self.like(json, *place, depth + 1)
            }
            _ => {
                let known = names.iter().all(|name| json.get(name).is_some());
                if json.kind() != Kind::Object || json.len() != names.len() || !known {
                    return Ok(false);
                }
                self.writer.builtin(number, u32::try_from(names.len()).unwrap_or(u32::MAX));
                for (name, place) in names.iter().zip(old) {
                    let Some(part) = json.get(name) else { continue };
                    self.at(name, |fill| fill.value(part, Some(*place), None, depth + 1))?;
                }
                Ok(true)
            }
        }
    }

    /// The dates of `java.sql`; their parts keep the width that they had.
    fn sql(&mut self, json: Node<'t>, number: u16, old: &[u32]) -> Fit {
        let text = json.as_str().unwrap_or_default();
        let (parts, count) = match number {
            builtin::number::SQL_TIMESTAMP => {
                let Some((seconds, nanos)) = parse(&text) else { return Ok(false) };
                let millis = seconds.checked_mul(1000);
                let Some(millis) = millis.and_then(|millis| millis.checked_add(i64::from(nanos / 1_000_000)))
                else {
                    return Ok(false);
                };
                ([millis, i64::from(nanos)], 2)
            }
            _ => match parse_millis(&text) {
                Some(millis) => ([millis, 0], 1),
                None => return Ok(false),
            },
        };
        self.writer.builtin(number, u32::try_from(count).unwrap_or(u32::MAX));
        for (part, value) in parts.into_iter().take(count).enumerate() {
            let width = match self.seen(old.get(part).copied())?.map(|seen| seen.event) {
                Some(Event::Int(Number { width, .. })) => width,
                _ => Width::Untyped,
            };
            self.writer.number(Number { value, width });
        }
        Ok(true)
    }

    fn children(&mut self, of: &Seen<'o>) -> Result<Vec<u32>, JsonError> {
        match &mut self.old {
            Some(old) => Ok(old.children(of)?),
            None => Ok(Vec::new()),
        }
    }

    fn alike(&mut self, places: impl Iterator<Item = u32>) -> Result<Option<u32>, JsonError> {
        match &mut self.old {
            Some(old) => Ok(old.alike(places)?),
            None => Ok(None),
        }
    }

    fn text(&mut self, place: u32) -> Result<String, JsonError> {
        match &mut self.old {
            Some(old) => Ok(old.text(place)?),
            None => Ok(String::new()),
        }
    }

    /// The old value at a place.
    pub(super) fn seen(&mut self, place: Option<u32>) -> Result<Option<Seen<'o>>, JsonError> {
        match (&mut self.old, place) {
            (Some(old), Some(place)) => Ok(Some(old.at(place)?)),
            _ => Ok(None),
        }
    }
}

/// What Java compares of keys in their natural order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Number(i128),
    Time(i64, u32),
    Text(Vec<u16>),
}

/// `None` if it is not known how Java compares such keys.
fn rank(key: &str, of_one_type: Option<&Event<'_>>) -> Option<Rank> {
    match of_one_type {
        None | Some(Event::Str(_)) => Some(Rank::Text(key.encode_utf16().collect())),
        Some(Event::Int(_) | Event::Unsigned(_) | Event::BigInteger(_)) => key.parse().ok().map(Rank::Number),
        Some(Event::Date(_) | Event::Instant(..)) => {
            parse(key).map(|(seconds, nanos)| Rank::Time(seconds, nanos))
        }
        Some(_) => None,
    }
}

/// What the elements of an array class are declared to be.
pub(super) fn element_descriptor(class: &str) -> Option<String> {
    class.strip_prefix('[').map(|element| element.replace('.', "/"))
}
