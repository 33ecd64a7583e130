//! The attributes that a session holds while it lives.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::check::{Limits, check_value, walk};
use crate::detach::{Part, detach, is_needed};
use crate::error::{Error, ErrorKind};
use crate::extras::Extras;
use crate::writer::Writer;

/// The attributes of a session, in order, as they came: bytes, of which only what is asked for is looked at.
///
/// All of them stand in one buffer; a session costs little more than its bytes, and a clone shares them until
/// one of the two is changed.
///
/// Attributes may share objects ("Identity" in `wit/DOCUMENT.md`). Here that never shows: what
/// [`AttributeMap::get`] hands out leads into no other attribute, and whatever is set, removed or left out,
/// the other attributes keep their content. Sessions whose attributes share nothing pay nothing for it.
///
/// ```
/// use holdfast_document::{AttributeMap, Writer};
///
/// # fn main() -> Result<(), holdfast_document::Error> {
/// let mut value = Vec::new();
/// Writer::value(&mut value).str("alice");
///
/// let mut attributes = AttributeMap::default();
/// assert!(attributes.set("user", &value)?);
/// assert!(!attributes.set("user", &value)?, "nothing changed");
/// assert_eq!(attributes.get("user")?.as_deref(), Some(value.as_slice()));
///
/// let mut document = Vec::new();
/// attributes.to_document(None, &mut document)?;
/// assert_eq!(document, b"\x93\xce\0\0\0\0\x81\xa4user\xa5alice\xc0");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct AttributeMap {
    held: Arc<Held>,
}

#[derive(Debug, Clone, Default)]
struct Held {
    limits: Limits,
    /// Names and values, and what was overwritten since.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// How many entries are not gone.
    live: usize,
    /// How many of the bytes nobody needs any more.
    waste: usize,
    /// Positions by name, made by the first look-up in a session of many attributes.
    index: OnceLock<HashMap<Box<str>, u32>>,
    /// Few sessions have any.
    links: Option<Box<Links>>,
}

/// Where an attribute stands in the bytes: its name, and behind it its value.
#[derive(Debug, Clone, Copy)]
struct Entry {
    name: u32,
    value: u32,
    /// 0 when the attribute is gone; its number in the order is not given to another one.
    end: u32,
}

impl Entry {
    const GONE: Self = Self { name: 0, value: 0, end: 0 };

    const fn is_gone(self) -> bool {
        self.end == 0
    }
}

/// The extras of a document, by position of the attribute.
#[derive(Debug, Clone, Default)]
struct Links {
    names: Vec<Option<u32>>,
    edges: Vec<(u32, u32)>,
    /// The number of the attribute, and where the note stands in the bytes.
    notes: Vec<(u32, u32, u32)>,
}

/// Up to so many attributes, comparing all names is faster than hashing one.
const FEW: usize = 24;

impl AttributeMap {
    /// Attributes of which there are none yet, within limits for what becomes of them.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { held: Arc::new(Held { limits, ..Held::default() }) }
    }

    /// Takes the attributes of a document, after a look at every byte of it.
    ///
    /// # Errors
    /// When the bytes are no document, or one over the limits.
    pub fn from_document(document: &[u8], limits: Limits) -> Result<Self, Error> {
        let walked = walk(document, limits)?;
        let start = walked.spans.first().map_or(document.len(), |span| span.from);
        let mut held = Held { limits, ..Held::default() };
        let names: usize = walked.spans.iter().map(|span| span.name.len()).sum();
        held.bytes.reserve_exact(names + document.len().saturating_sub(start));
        held.entries.reserve_exact(walked.spans.len());
        for span in &walked.spans {
            held.push(span.name, document.get(span.from..span.to).unwrap_or_default());
        }
        if !walked.extras.is_empty() {
            let mut links = Links { edges: walked.extras.edges, ..Links::default() };
            links.names = walked
                .numbers
                .iter()
                .map(|position| position.and_then(|position| u32::try_from(position).ok()))
                .collect();
            for (number, note) in walked.extras.notes {
                let from = offset(held.bytes.len());
                held.bytes.extend_from_slice(note);
                links.notes.push((number, from, offset(held.bytes.len())));
            }
            held.links = Some(Box::new(links));
        }
        held.bytes.shrink_to_fit();
        Ok(Self { held: Arc::new(held) })
    }

    /// Appends the document of these attributes to `out`: of all of them, or of those that `keep` keeps.
    ///
    /// # Errors
    /// When an attribute that is left out shares objects with one that is not, and these do not fit there
    /// within the limits.
    pub fn to_document(&self, keep: Option<&dyn Fn(&str) -> bool>, out: &mut Vec<u8>) -> Result<(), Error> {
        let Some(keep) = keep else {
            self.held.write(out);
            return Ok(());
        };
        if self.names().all(keep) {
            self.held.write(out);
            return Ok(());
        }
        let mut kept = self.clone();
        kept.retain(|name| keep(name))?;
        kept.held.write(out);
        Ok(())
    }

    /// How many attributes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.live
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.live == 0
    }

    /// How many bytes names and values take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.held.bytes.len() - self.held.waste
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.held.entries.iter().filter(|entry| !entry.is_gone()).map(|entry| self.held.name(*entry))
    }

    /// Whether there is an attribute of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.held.position(name).is_some()
    }

    /// The value of an attribute. It leads into no other attribute: objects that it shares with others are
    /// copied into it.
    ///
    /// # Errors
    /// When the value would be over the limits with what it shares.
    pub fn get(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Error> {
        self.held.position(name).map(|position| self.held.alone(position)).transpose()
    }

    /// All attributes, in order, as [`AttributeMap::get`] gives them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Result<Cow<'_, [u8]>, Error>)> {
        let held = &*self.held;
        held.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_gone())
            .map(|(position, entry)| (held.name(*entry), held.alone(position)))
    }

    /// Sets an attribute; false when it has this value already. A new attribute becomes the last one.
    ///
    /// # Errors
    /// When the bytes are not one whole value, or lead into another attribute, or when objects that this
    /// attribute shared with others do not fit there within the limits. Then nothing has changed.
    pub fn set(&mut self, name: &str, value: &[u8]) -> Result<bool, Error> {
        check_value(value, self.held.limits)?;
        let Some(position) = self.held.position(name) else {
            self.held.room_for(name.len() + value.len(), 0)?;
            let held = Arc::make_mut(&mut self.held);
            held.push(name, value);
            held.settle();
            return Ok(true);
        };
        if self.held.alone(position).is_ok_and(|known| *known == *value) {
            return Ok(false);
        }
        let held = Arc::make_mut(&mut self.held);
        held.room_for(name.len() + value.len(), held.len_of(position))?;
        held.release(|other| other == position)?;
        held.replace(position, value);
        held.settle();
        Ok(true)
    }

    /// Removes an attribute; false when there is none of this name.
    ///
    /// # Errors
    /// When objects that it shared with others do not fit there within the limits. Then nothing has changed.
    pub fn remove(&mut self, name: &str) -> Result<bool, Error> {
        let Some(position) = self.held.position(name) else { return Ok(false) };
        let held = Arc::make_mut(&mut self.held);
        held.release(|other| other == position)?;
        held.drop_entry(position);
        held.settle();
        Ok(true)
    }

    /// Removes all attributes but those that `keep` keeps; false when it keeps all. It is one pass over those
    /// that share objects with what goes, where many calls of [`AttributeMap::remove`] would be many.
    ///
    /// # Errors
    /// When objects that were shared with what goes do not fit within the limits. Then nothing has changed.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) -> Result<bool, Error> {
        let entries = self.held.entries.iter();
        let gone: Vec<bool> =
            entries.map(|entry| !entry.is_gone() && !keep(self.held.name(*entry))).collect();
        if !gone.contains(&true) {
            return Ok(false);
        }
        let held = Arc::make_mut(&mut self.held);
        held.release(|position| gone.get(position).copied().unwrap_or_default())?;
        for (position, _) in gone.iter().enumerate().filter(|(_, gone)| **gone) {
            held.drop_entry(position);
        }
        held.settle();
        Ok(true)
    }

    /// Removes all attributes.
    pub fn clear(&mut self) {
        *self = Self::with_limits(self.held.limits);
    }
}

impl Held {
    fn name(&self, entry: Entry) -> &str {
        // They were checked when they came: a failure cannot happen, and an empty name is found by nobody.
        self.bytes
            .get(entry.name as usize..entry.value as usize)
            .and_then(|name| std::str::from_utf8(name).ok())
            .unwrap_or_default()
    }

    fn value(&self, entry: Entry) -> &[u8] {
        self.bytes.get(entry.value as usize..entry.end as usize).unwrap_or_default()
    }

    fn position(&self, name: &str) -> Option<usize> {
        if self.entries.len() > FEW {
            return self.index().get(name).map(|position| *position as usize);
        }
        let is_it = |entry: &Entry| {
            !entry.is_gone()
                && self.bytes.get(entry.name as usize..entry.value as usize) == Some(name.as_bytes())
        };
        self.entries.iter().position(is_it)
    }

    fn index(&self) -> &HashMap<Box<str>, u32> {
        self.index.get_or_init(|| {
            let live = self.entries.iter().enumerate().filter(|(_, entry)| !entry.is_gone());
            live.map(|(position, entry)| (self.name(*entry).into(), offset(position))).collect()
        })
    }

    /// The value of an attribute without references into others.
    fn alone(&self, position: usize) -> Result<Cow<'_, [u8]>, Error> {
        let value = self.entries.get(position).map(|entry| self.value(*entry)).unwrap_or_default();
        let Some(links) = &self.links else { return Ok(Cow::Borrowed(value)) };
        let parts = self.parts(links, |other| other == position);
        if !is_needed(&parts, &links.edges) {
            return Ok(Cow::Borrowed(value));
        }
        let rewritten = detach(&parts, &links.edges, self.limits)?;
        Ok(rewritten.into_iter().next().map_or(Cow::Borrowed(value), |alone| Cow::Owned(alone.value)))
    }

    fn parts(&self, links: &Links, stays: impl Fn(usize) -> bool) -> Vec<Option<Part<'_>>> {
        let part = |position: &Option<u32>| {
            let position = (*position)? as usize;
            let value = self.value(*self.entries.get(position)?);
            Some(Part { value, position, stays: stays(position) })
        };
        links.names.iter().map(part).collect()
    }

    /// Makes sure that no other attribute needs those that go, and forgets what the extras say of them.
    fn release(&mut self, goes: impl Fn(usize) -> bool) -> Result<(), Error> {
        let Some(links) = &self.links else { return Ok(()) };
        let parts = self.parts(links, |position| !goes(position));
        let rewritten = if is_needed(&parts, &links.edges) {
            detach(&parts, &links.edges, self.limits)?
        } else {
            Vec::new()
        };
        let position = |number: u32| links.names.get(number as usize).copied().flatten();
        let new: Vec<_> = rewritten
            .iter()
            .filter_map(|attribute| Some((position(attribute.number)? as usize, &attribute.value)))
            .collect();
        let more = new.iter().map(|(_, value)| value.len()).sum();
        self.room_for(more, new.iter().map(|(position, _)| self.len_of(*position)).sum())?;
        for (position, value) in new {
            self.replace(position, value);
        }
        let Some(mut links) = self.links.take() else { return Ok(()) };
        links.edges.retain(|(from, _)| rewritten.iter().all(|attribute| attribute.number != *from));
        for attribute in &rewritten {
            links.edges.extend(attribute.leads_into.iter().map(|to| (attribute.number, *to)));
        }
        for name in &mut links.names {
            *name = name.filter(|position| !goes(*position as usize));
        }
        let Links { names, edges, notes } = &mut *links;
        let stays = |number: u32| names.get(number as usize).copied().flatten().is_some();
        edges.retain(|(from, to)| stays(*from) && stays(*to));
        // A note names places, and these have moved.
        let moved = |number: u32| rewritten.iter().any(|other| other.moved && other.number == number);
        notes.retain(|(number, from, to)| {
            let keep = stays(*number) && !moved(*number);
            self.waste += if keep { 0 } else { (to - from) as usize };
            keep
        });
        if !edges.is_empty() || !notes.is_empty() {
            while names.pop_if(|last| last.is_none()).is_some() {}
            self.links = Some(links);
        }
        Ok(())
    }

    /// Whether so many bytes may be written when so many are given up.
    fn room_for(&self, more: usize, less: usize) -> Result<(), Error> {
        let most = self.limits.bytes.min(u32::MAX as usize);
        let held = self.bytes.len() - self.waste;
        if held + more > most.saturating_add(less) || self.bytes.len() + more > u32::MAX as usize {
            return Err(Error::new(0, ErrorKind::TooLarge(most)));
        }
        Ok(())
    }

    /// How many bytes an attribute takes.
    fn len_of(&self, position: usize) -> usize {
        self.entries.get(position).map_or(0, |entry| (entry.end - entry.name) as usize)
    }

    fn push(&mut self, name: &str, value: &[u8]) {
        let entry = self.append(name, value);
        if let Some(index) = self.index.get_mut() {
            index.insert(name.into(), offset(self.entries.len()));
        }
        self.entries.push(entry);
        self.live += 1;
    }

    fn append(&mut self, name: &str, value: &[u8]) -> Entry {
        let start = self.bytes.len();
        let end = start + name.len() + value.len();
        // Doubling, as a vector does of its own accord, would leave half of it empty.
        if self.bytes.capacity() < end {
            self.bytes.reserve_exact(name.len() + value.len() + start / 8);
        }
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(value);
        Entry { name: offset(start), value: offset(start + name.len()), end: offset(end) }
    }

    fn replace(&mut self, position: usize, value: &[u8]) {
        let Some(entry) = self.entries.get(position).copied() else { return };
        let old = (entry.end - entry.value) as usize;
        let room = entry.value as usize..entry.value as usize + value.len();
        if value.len() <= old
            && let Some(room) = self.bytes.get_mut(room)
        {
            room.copy_from_slice(value);
            self.waste += old - value.len();
            if let Some(entry) = self.entries.get_mut(position) {
                entry.end = entry.value + offset(value.len());
            }
            return;
        }
        let name = self.name(entry).to_owned();
        let new = self.append(&name, value);
        self.waste += (entry.end - entry.name) as usize;
        if let Some(entry) = self.entries.get_mut(position) {
            *entry = new;
        }
    }

    fn drop_entry(&mut self, position: usize) {
        let Some(entry) = self.entries.get(position).copied() else { return };
        if self.index.get().is_some() {
            let name = self.name(entry).to_owned();
            if let Some(index) = self.index.get_mut() {
                index.remove(name.as_str());
            }
        }
        self.waste += (entry.end - entry.name) as usize;
        self.live -= 1;
        if let Some(entry) = self.entries.get_mut(position) {
            *entry = Entry::GONE;
        }
    }

    /// Gives back memory when more than a quarter of it is for nothing. Done that seldom, it costs a change no
    /// more than a few bytes each.
    fn settle(&mut self) {
        let gone = self.entries.len() - self.live;
        if self.waste <= 64 + self.bytes.len() / 4 && gone <= 16 + self.live {
            return;
        }
        let mut settled = Self { limits: self.limits, ..Self::default() };
        settled.bytes.reserve_exact(self.bytes.len() - self.waste);
        settled.entries.reserve_exact(self.live);
        let mut positions: Vec<Option<u32>> = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            positions.push((!entry.is_gone()).then(|| offset(settled.entries.len())));
            if !entry.is_gone() {
                let name = offset(settled.bytes.len());
                let bytes = self.bytes.get(entry.name as usize..entry.end as usize).unwrap_or_default();
                settled.bytes.extend_from_slice(bytes);
                settled.entries.push(Entry {
                    name,
                    value: name + (entry.value - entry.name),
                    end: offset(settled.bytes.len()),
                });
            }
        }
        settled.live = settled.entries.len();
        settled.links = self.links.take().map(|mut links| {
            for name in &mut links.names {
                *name = name.and_then(|position| positions.get(position as usize).copied().flatten());
            }
            for (_, from, to) in &mut links.notes {
                let start = offset(settled.bytes.len());
                let note = self.bytes.get(*from as usize..*to as usize).unwrap_or_default();
                settled.bytes.extend_from_slice(note);
                (*from, *to) = (start, offset(settled.bytes.len()));
            }
            links
        });
        *self = settled;
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.bytes.len() + 3 * self.entries.len() + 16);
        let mut writer = Writer::document(out, offset(self.live));
        for entry in self.entries.iter().filter(|entry| !entry.is_gone()) {
            writer.attribute(self.name(*entry));
            writer.copy(self.value(*entry));
        }
        let Some(links) = &self.links else { return writer.end() };
        let name = |position: &Option<u32>| {
            let position = (*position)? as usize;
            self.entries.get(position).map(|entry| self.name(*entry))
        };
        let note = |(number, from, to): &(u32, u32, u32)| {
            (*number, self.bytes.get(*from as usize..*to as usize).unwrap_or_default())
        };
        writer.end_with(&Extras {
            names: links.names.iter().map(name).collect(),
            edges: links.edges.clone(),
            notes: links.notes.iter().map(note).collect(),
        });
    }
}

/// A length or a position; none is over 4 GiB, which [`Held::room_for`] sees to.
fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
