//! New attributes of a session from plain JSON.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::old::Old;
use super::{Fill, Lookup, attribute_of, pointer};
use crate::check::{Limits, walk_value};
use crate::extras::Extras;
use crate::json::plain::{to_plain, value_to_plain};
use crate::json::{JsonError, Kind, Node, Tree, deep, push_segment};
use crate::map::AttributeMap;
use crate::token::{Token, Tokens};
use crate::writer::Writer;

/// What becomes of the attributes that JSON does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They stay as they are.
    Stay,
    /// They go.
    Go,
}

/// What plain JSON makes of an attribute that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it says what the attribute says.
    Stays,
    /// It gets this value.
    Set(Vec<u8>),
    /// It goes.
    Removed,
}

/// Sets the attributes that a JSON object has: a null removes one. A value takes its types from the value that it
/// replaces, as far as it fits; one that says what the old one said changes nothing. True when anything changed.
///
/// # Errors
/// When a value cannot stand where it does: with its place, as a JSON pointer. Then nothing has changed.
pub fn merge_plain(attributes: &mut AttributeMap, json: Node<'_>, others: Others) -> Result<bool, JsonError> {
    let changes = plain_changes(attributes, json, others)?;
    let named: HashMap<&str, &Change> =
        changes.iter().map(|(name, change)| (name.as_ref(), change)).collect();
    let stays = |name: &str| match named.get(name) {
        Some(change) => **change != Change::Removed,
        None => others == Others::Stay,
    };
    let mut merged = attributes.clone();
    let mut any = merged.retain(stays)?;
    for (name, change) in &changes {
        if let Change::Set(value) = change {
            any |= merged.set(name, value)?;
        }
    }
    *attributes = merged;
    Ok(any)
}

/// What [`merge_plain`] does to the attributes that a JSON object has, in its order.
///
/// # Errors
/// As for [`merge_plain`].
pub fn plain_changes<'j>(
    attributes: &AttributeMap,
    json: Node<'j>,
    others: Others,
) -> Result<Vec<(Cow<'j, str>, Change)>, JsonError> {
    if json.kind() != Kind::Object {
        return Err(JsonError::value("/attributes", "expected an object"));
    }
    let leads = Leads::of(json);
    let levels = levels(attributes, json, &leads)?.max(json.depth_of_all());
    deep::run(levels, || match leads.0.is_empty() {
        true => match changes_one_by_one(attributes, json)? {
            Some(changes) => Ok(changes),
            None => changes_together(attributes, json, &leads, others),
        },
        false => changes_together(attributes, json, &leads, others),
    })
}

/// How deep the values are nested that have to be looked at: those that JSON names, unless it leads into others.
fn levels(attributes: &AttributeMap, json: Node<'_>, leads: &Leads) -> Result<usize, JsonError> {
    let mut levels = 0;
    if leads.0.is_empty() {
        for (name, _) in json.entries().filter(|(_, json)| !json.is_null()) {
            if let Some(value) = attributes.get(&name)? {
                levels = levels.max(walk_value(&value, Limits::default())?.depth);
            }
        }
    } else {
        for (_, value) in attributes.iter() {
            levels = levels.max(walk_value(&value?, Limits::default())?.depth);
        }
    }
    Ok(levels)
}

/// The changes where no value leads into another attribute. None: one that is there shares objects with others.
#[allow(clippy::type_complexity, reason = "as its caller, or not at all")]
fn changes_one_by_one<'j>(
    attributes: &AttributeMap,
    json: Node<'j>,
) -> Result<Option<Vec<(Cow<'j, str>, Change)>>, JsonError> {
    let mut changes = Vec::new();
    for (name, json) in json.entries() {
        let change = if json.is_null() {
            Change::Removed
        } else {
            let old = attributes.get(&name)?;
            if matches!(old, Some(Cow::Owned(_))) {
                return Ok(None);
            }
            match old.as_deref() {
                Some(old) if says_the_same(&name, old, json)? => Change::Stays,
                old => Change::Set(write(&name, json, old, &mut |_| Ok(None))?),
            }
        };
        changes.push((name, change));
    }
    Ok(Some(changes))
}

fn changes_together<'j>(
    attributes: &AttributeMap,
    json: Node<'j>,
    leads: &Leads,
    others: Others,
) -> Result<Vec<(Cow<'j, str>, Change)>, JsonError> {
    let named: HashMap<Cow<'_, str>, Node<'_>> = json.entries().collect();
    let stays = |name: &str| match named.get(name) {
        Some(value) => !value.is_null(),
        None => others == Others::Stay,
    };
    let changed = find_changed(attributes, &named, leads, stays)?;
    let mut done: HashMap<String, Rc<[u8]>> = HashMap::new();
    for name in leads.order(&changed)? {
        let Some(json) = named.get(name.as_str()) else { continue };
        let old = attributes.get(&name)?;
        let mut lookup = |other: &str| match done.get(other) {
            Some(value) => Ok(Some(Rc::clone(value))),
            None if stays(other) => Ok(attributes.get(other)?.map(Rc::from)),
            None => Ok(None),
        };
        let value = write(&name, *json, old.as_deref(), &mut lookup)?;
        done.insert(name, value.into());
    }
    let change = |name: &str| match (done.get(name), stays(name)) {
        (_, false) => Change::Removed,
        (Some(value), true) => Change::Set(value.to_vec()),
        (None, true) => Change::Stays,
    };
    Ok(json
        .entries()
        .map(|(name, _)| {
            let change = change(&name);
            (name, change)
        })
        .collect())
}

/// Makes the value of the attribute of this name from JSON. It takes its types from the old value as far as it
/// fits.
///
/// # Errors
/// When a value cannot stand where it does: with its place, as a JSON pointer.
pub fn value_from_plain(name: &str, json: Node<'_>, old: Option<&[u8]>) -> Result<Vec<u8>, JsonError> {
    let levels = match old {
        Some(old) => walk_value(old, Limits::default())?.depth.max(json.depth_of_all()),
        None => json.depth_of_all(),
    };
    deep::run(levels, || write(name, json, old, &mut |_| Ok(None)))
}

/// The attributes that are not what they were: their JSON is another one, or leads into one of which it is.
fn find_changed(
    attributes: &AttributeMap,
    named: &HashMap<Cow<'_, str>, Node<'_>>,
    leads: &Leads,
    stays: impl Fn(&str) -> bool,
) -> Result<HashSet<String>, JsonError> {
    let mut changed = HashSet::new();
    let mut sharing = Vec::new();
    for (name, json) in named.iter().filter(|(_, json)| !json.is_null()) {
        let before = attributes.get(name)?;
        if let Some(before) = &before
            && says_the_same(name, before, *json)?
        {
            continue;
        }
        if matches!(before, Some(Cow::Owned(_))) {
            sharing.push((name, *json));
        }
        changed.insert(name.clone().into_owned());
    }
    if !sharing.is_empty() {
        // Among the others, an attribute that shares objects with them looks otherwise.
        let mut document = Vec::new();
        attributes.to_document(None, &mut document)?;
        let text = to_plain(&document)?;
        let before = Tree::parse(text.as_bytes()).ok();
        let before: HashMap<_, _> = before.iter().flat_map(|tree| tree.root().entries()).collect();
        for (name, json) in sharing {
            if before.get(name).is_some_and(|before| before.says_the_same_as(json)) {
                changed.remove(name.as_ref());
            }
        }
    }
    let led_into = leads.0.iter().flat_map(|(name, others)| others.iter().map(move |other| (other, name)));
    let mut by_target: HashMap<&str, Vec<&str>> = HashMap::new();
    for (other, name) in led_into {
        by_target.entry(other).or_default().push(name);
    }
    let gone = by_target.keys().filter(|other| !stays(other)).map(|other| (*other).to_owned());
    let mut open: Vec<String> = changed.iter().cloned().chain(gone).collect();
    while let Some(name) = open.pop() {
        for from in by_target.get(name.as_str()).into_iter().flatten() {
            if changed.insert((*from).to_owned()) {
                open.push((*from).to_owned());
            }
        }
    }
    Ok(changed)
}

/// Whether JSON says what a value says.
fn says_the_same(name: &str, before: &[u8], json: Node<'_>) -> Result<bool, JsonError> {
    if let (Some(before), Some(text)) = (string(before), json.wtf8()) {
        return Ok(*text == *before);
    }
    let text = value_to_plain(name, before)?;
    // Two keys of a map may have the same text: then it cannot be compared, and counts as changed.
    Ok(Tree::parse(text.as_bytes()).is_ok_and(|tree| tree.root().says_the_same_as(json)))
}

/// The bytes of the string that a value is.
fn string(value: &[u8]) -> Option<&[u8]> {
    let mut tokens = Tokens::new(value);
    match tokens.next() {
        Ok(Token::Str(text)) if tokens.rest().is_empty() => Some(text),
        _ => None,
    }
}

/// Which other attributes the `$ref`s of an attribute lead into.
struct Leads(HashMap<String, Vec<String>>);

impl Leads {
    fn of(object: Node<'_>) -> Self {
        let mut leads = HashMap::new();
        for (name, json) in object.entries() {
            let mut others: Vec<String> = json
                .all()
                .filter_map(|node| attribute_of(&pointer(node)?))
                .filter(|other| *other != name)
                .collect();
            others.sort_unstable();
            others.dedup();
            if !others.is_empty() {
                leads.insert(name.into_owned(), others);
            }
        }
        Self(leads)
    }

    /// These attributes in such an order that what they lead into stands before them.
    fn order(&self, names: &HashSet<String>) -> Result<Vec<String>, JsonError> {
        let others = |name: &str| self.0.get(name).map_or(&[][..], Vec::as_slice);
        let mut order = Vec::with_capacity(names.len());
        // False while it is open.
        let mut closed: HashMap<&str, bool> = HashMap::new();
        for name in names {
            let mut open = vec![(name.as_str(), 0)];
            while let Some((name, next)) = open.pop() {
                if next == 0 && closed.contains_key(name) {
                    continue;
                }
                match others(name).get(next) {
                    Some(other) if names.contains(other) && closed.get(other.as_str()) == Some(&false) => {
                        let mut path = "/attributes".to_owned();
                        push_segment(&mut path, name);
                        let what = "attributes lead into each other, which plain JSON cannot say";
                        return Err(JsonError::value(&path, what));
                    }
                    Some(other) => {
                        closed.insert(name, false);
                        open.push((name, next + 1));
                        if names.contains(other) {
                            open.push((other, 0));
                        }
                    }
                    None => {
                        closed.insert(name, true);
                        order.push(name.to_owned());
                    }
                }
            }
        }
        Ok(order)
    }
}

fn write(name: &str, json: Node<'_>, old: Option<&[u8]>, lookup: Lookup<'_>) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::new();
    let mut path = "/attributes".to_owned();
    push_segment(&mut path, name);
    let within = |pointer: &String| {
        pointer.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let targets = json.all().filter_map(pointer).filter(within).map(|pointer| (pointer, None)).collect();
    let old = old.map(Old::new).transpose()?;
    let mut fill = Fill {
        writer: Writer::value(&mut out),
        classes: HashMap::new(),
        json,
        root: path.len(),
        path,
        targets,
        open: Vec::new(),
        lookup,
        others: Vec::new(),
        old,
    };
    let like = fill.old.is_some().then_some(0);
    fill.value(json, like, None, 0)?;
    for (field, pointer) in std::mem::take(&mut fill.open) {
        let Some(place) = fill.targets.get(&pointer).copied().flatten() else {
            return Err(fill.bad(format!("{{\"$ref\": \"{pointer}\"}} leads to no value that may be shared")));
        };
        fill.writer.fill_in(field, place);
    }
    let others = std::mem::take(&mut fill.others);
    if others.is_empty() { Ok(out) } else { without_references(&out, &others) }
}

/// Copies what references into other attributes lead to into the value.
fn without_references(value: &[u8], others: &[(String, Rc<[u8]>)]) -> Result<Vec<u8>, JsonError> {
    let number = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
    let names: Vec<String> = (0..=others.len()).map(|number| number.to_string()).collect();
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, number(others.len() + 1));
    let values = others.iter().map(|(_, other)| &**other).chain([value]);
    for (name, value) in names.iter().zip(values) {
        writer.attribute(name);
        writer.copy(value);
    }
    writer.end_with(&Extras {
        names: names.iter().map(|name| Some(name.as_str())).collect(),
        edges: (0..others.len()).map(|other| (number(others.len()), number(other))).collect(),
        notes: Vec::new(),
    });
    let map = AttributeMap::from_document(&document, Limits::default())?;
    let alone = names.last().map(|name| map.get(name)).transpose()?.flatten();
    Ok(alone.unwrap_or_default().into_owned())
}
