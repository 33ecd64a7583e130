//! Reads plain JSON, the old value in hand.
//!
//! Where the old value has a type, the new one takes it if it fits: by the names of fields and keys, by position in
//! lists; a list or map whose values are all of one type has that for new ones as well. What a class declares of its
//! fields binds: a value that does not fit there is an error. Everything else is what JSON says by itself.

mod containers;
mod copy;
mod declared;
mod leaf;
mod old;
mod session;

use std::collections::HashMap;
use std::rc::Rc;

use crate::builtin;
use crate::definition::{Head, Kind as ClassKind};
use crate::event::Event;
use crate::json::plain::write::find;
use crate::json::{JsonError, Kind, Node, push_segment};
use crate::reader::Reader;
use crate::token::{ext, is_extension};
use crate::writer::Writer;
pub(in crate::json) use leaf::parse_uuid;
use old::{Old, Seen};
pub use session::{Change, Others, merge_plain, plain_changes, value_from_plain};

/// Whether a value was of the form and is written now. If not, nothing is.
type Fit = Result<bool, JsonError>;

/// What an attribute of another name is, for a `$ref` that leads there.
type Lookup<'v> = &'v mut dyn FnMut(&str) -> Result<Option<Rc<[u8]>>, JsonError>;

/// The writing of one attribute.
struct Fill<'o, 'v, 't> {
    writer: Writer<'v>,
    old: Option<Old<'o>>,
    /// The number here of each definition of the old value that was needed.
    classes: HashMap<u32, u32>,
    /// The whole value, of which `$ref` speaks.
    json: Node<'t>,
    /// Where the value that is being written stands, as a JSON pointer.
    path: String,
    /// How long the part of it is that leads to the attribute.
    root: usize,
    /// The paths that a `$ref` leads to, and the places of those that are written.
    targets: HashMap<String, Option<u32>>,
    /// References whose place is not known yet: where it is to stand, and the path.
    open: Vec<(u32, String)>,
    lookup: Lookup<'v>,
    /// The other attributes that references lead into.
    others: Vec<(String, Rc<[u8]>)>,
}

/// To go back to when a value turns out not to fit.
#[derive(Clone, Copy)]
struct Mark {
    place: u32,
    definitions: u32,
    open: usize,
}

impl<'o, 't> Fill<'o, '_, 't> {
    /// Writes a value that is like an old one, or of a type that a class declares, or what it is by itself.
    fn value(
        &mut self,
        json: Node<'t>,
        like: Option<u32>,
        declared: Option<&str>,
        depth: usize,
    ) -> Result<(), JsonError> {
        if depth > crate::MAX_DEPTH {
            return Err(self.bad(format!("nested deeper than {} levels", crate::MAX_DEPTH)));
        }
        if let Some(pointer) = pointer(json) {
            return self.reference(&pointer, like, declared, depth);
        }
        let place = self.writer.place();
        let awaited = !self.targets.is_empty() && self.targets.contains_key(&self.path);
        let container = matches!(json.kind(), Kind::Array | Kind::Object);
        if awaited && container {
            self.targets.insert(self.path.clone(), Some(place));
        }
        self.typed(json, like, declared, depth)?;
        if awaited && !container && is_shareable(self.writer.from(place)) {
            self.targets.insert(self.path.clone(), Some(place));
        }
        Ok(())
    }

    fn typed(
        &mut self,
        json: Node<'t>,
        like: Option<u32>,
        declared: Option<&str>,
        depth: usize,
    ) -> Result<(), JsonError> {
        if let Some(primitive @ ("Z" | "B" | "S" | "I" | "J" | "C" | "F" | "D")) = declared {
            return self.primitive(json, primitive);
        }
        if json.is_null() && !self.has_a_null_of_its_own(like)? {
            self.writer.nil();
            return Ok(());
        }
        if let Some(like) = like
            && self.like(json, like, depth)?
        {
            return Ok(());
        }
        match declared {
            Some(descriptor) => self.declared(json, descriptor, depth),
            None => self.plain(json, depth),
        }
    }

    /// Whether the old value is one that holds a null and is none.
    fn has_a_null_of_its_own(&mut self, like: Option<u32>) -> Fit {
        Ok(matches!(
            self.seen(like)?.map(|seen| seen.event),
            Some(Event::Typed(
                Head::Builtin(builtin::number::OPTIONAL | builtin::number::ATOMIC_REFERENCE),
                1
            ))
        ))
    }

    /// Writes what JSON says by itself.
    fn plain(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        match json.kind() {
            Kind::Array => {
                self.writer.array(count(json));
                for (index, element) in json.elements().enumerate() {
                    self.at(&index.to_string(), |fill| fill.value(element, None, None, depth + 1))?;
                }
            }
            Kind::Object => {
                self.writer.map(count(json));
                for (key, value) in json.entries() {
                    self.writer.str(&key);
                    self.at(&key, |fill| fill.value(value, None, None, depth + 1))?;
                }
            }
            _ => self.plain_leaf(json)?,
        }
        Ok(())
    }

    /// Writes a value as the type of the old one at a place, if it fits.
    fn like(&mut self, json: Node<'t>, place: u32, depth: usize) -> Fit {
        let Some(old) = &mut self.old else { return Ok(false) };
        let seen = old.at(place)?;
        let mark = self.mark();
        let fits = match (seen.event, json.kind()) {
            (Event::Array(_), Kind::Array) => self.list(json, &seen, depth)?,
            (Event::Map(_), Kind::Object) => self.map(json, &seen, depth)?,
            (Event::Typed(Head::Builtin(number), _), _) => self.builtin(json, number, &seen, depth)?,
            (Event::Typed(head, _), _) => self.object_like(json, &head, &seen, depth)?,
            _ => self.leaf_like(json, &seen.event, seen.place)?,
        };
        if !fits {
            self.go_back(mark);
        }
        Ok(fits)
    }

    fn object_like(&mut self, json: Node<'t>, head: &Head<'_>, seen: &Seen<'o>, depth: usize) -> Fit {
        let number = match head {
            Head::Known(number) => *number,
            Head::Defined(definition) => definition.number,
            Head::Builtin(_) => return Ok(false),
        };
        let Some(class) = self.old.as_ref().and_then(|old| old.definition(number)) else { return Ok(false) };
        match class.kind {
            ClassKind::Bean if class.named => self.named(json, &class, seen, depth),
            ClassKind::Bean => self.bean(json, &class, Some(seen), depth),
            ClassKind::Enum => self.constant(json, &class, Some(seen)),
            ClassKind::Proxy => self.proxy(json, &class, seen, depth),
            ClassKind::Array => self.object_array(json, &class, Some(seen), depth),
        }
    }

    /// Writes a reference to the value that a JSON pointer leads to.
    fn reference(
        &mut self,
        pointer: &str,
        like: Option<u32>,
        declared: Option<&str>,
        depth: usize,
    ) -> Result<(), JsonError> {
        let nowhere = || format!("{{\"$ref\": \"{pointer}\"}} leads to no value of the session");
        let root = self.path.get(..self.root).unwrap_or_default();
        let within = pointer.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some(within) = within else { return self.reference_across(pointer, nowhere) };
        let Some(target) = follow(self.json, within) else { return Err(self.bad(nowhere())) };
        match self.targets.get(pointer) {
            Some(Some(place)) => self.writer.reference(*place),
            // What holds others can be led to before it is written. What does not is so small that it is said
            // again: a string has no identity anyway, and nothing tells yet whether this one is a string.
            _ if matches!(target.kind(), Kind::Array | Kind::Object) && self::pointer(target).is_none() => {
                self.writer.reference(0);
                self.open.push((self.writer.place() - 4, pointer.to_owned()));
            }
            _ if self::pointer(target).is_some() => return Err(self.bad(nowhere())),
            _ => self.typed(target, like, declared, depth)?,
        }
        Ok(())
    }

    /// Writes a reference into another attribute.
    fn reference_across(&mut self, pointer: &str, nowhere: impl Fn() -> String) -> Result<(), JsonError> {
        let name = attribute_of(pointer).ok_or_else(|| self.bad(nowhere()))?;
        let known = self.others.iter().position(|(other, _)| *other == name);
        let number = match known {
            Some(number) => number,
            None => {
                let value = (self.lookup)(&name)?.ok_or_else(|| self.bad(nowhere()))?;
                self.others.push((name.clone(), value));
                self.others.len() - 1
            }
        };
        let Some((_, value)) = self.others.get(number) else { return Ok(()) };
        let place = find(&name, value, pointer)?.ok_or_else(|| self.bad(nowhere()))?;
        let value = value.get(place as usize..).unwrap_or_default();
        if is_shareable(value) {
            self.writer.xref(u32::try_from(number).unwrap_or(u32::MAX), place);
        } else {
            // A string, a number: it has no identity, and stands alone.
            let mut reader = Reader::value(value);
            reader.next()?;
            self.writer.copy(reader.slice(0, reader.at()));
        }
        Ok(())
    }

    /// Does something one level further in.
    fn at<T>(
        &mut self,
        segment: &str,
        inside: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        let len = self.path.len();
        push_segment(&mut self.path, segment);
        let result = inside(self)?;
        self.path.truncate(len);
        Ok(result)
    }

    fn mark(&self) -> Mark {
        Mark { place: self.writer.place(), definitions: self.writer.definitions(), open: self.open.len() }
    }

    fn go_back(&mut self, mark: Mark) {
        self.writer.truncate(mark.place, mark.definitions);
        self.open.truncate(mark.open);
        self.classes.retain(|_, number| *number < mark.definitions);
        // A place further on will be written anew, or not at all.
        for place in self.targets.values_mut() {
            *place = place.filter(|place| *place <= mark.place);
        }
    }

    fn bad(&self, what: impl Into<String>) -> JsonError {
        JsonError::value(&self.path, what)
    }
}

/// Whether the value that these bytes begin with has an identity that references may lead to.
fn is_shareable(value: &[u8]) -> bool {
    match value.first() {
        Some(0x90..=0x9f) => value.get(1..4) != Some(&[0xc7, 0, 13]),
        Some(0x80..=0x8f | 0xc4..=0xc6 | 0xdc..=0xdf) => true,
        _ => [ext::DATE, ext::TIMESTAMP, ext::UUID, ext::PRIMITIVES, ext::OPAQUE]
            .iter()
            .any(|kind| is_extension(value, *kind)),
    }
}

/// What a `{"$ref": "/attributes/..."}` leads to.
fn pointer(json: Node<'_>) -> Option<String> {
    if json.kind() != Kind::Object || json.len() != 1 {
        return None;
    }
    let pointer = json.get("$ref")?.as_str()?;
    pointer.starts_with("/attributes/").then(|| pointer.into_owned())
}

/// The name of the attribute that a JSON pointer leads into.
fn attribute_of(pointer: &str) -> Option<String> {
    pointer.strip_prefix("/attributes/")?.split('/').next().map(unescape)
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The value that a JSON pointer leads to.
fn follow<'t>(json: Node<'t>, pointer: &str) -> Option<Node<'t>> {
    let mut node = json;
    for segment in pointer.split('/').skip(1) {
        node = match node.kind() {
            Kind::Array => node.elements().nth(segment.parse().ok()?)?,
            _ => node.get(&unescape(segment))?,
        };
    }
    Some(node)
}

fn count(json: Node<'_>) -> u32 {
    u32::try_from(json.len()).unwrap_or(u32::MAX)
}
