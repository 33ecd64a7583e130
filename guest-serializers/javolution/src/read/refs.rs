//! Who is who: the library numbers objects in the order in which they come, the document refers to places.

use std::collections::HashSet;

use holdfast_document::{Extras, Writer, put_item};

use super::{Kind, Reading, null_attribute};
use crate::fault::{Outcome, damaged};
use crate::text::unescape;
use crate::xml::Open;

/// An object that the library numbered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    attribute: u32,
    /// Where it stands in its attribute.
    place: u32,
    /// Where its element begins.
    at: u32,
}

/// The attribute of what has a number and no identity in documents: it is read again where it comes again.
const VALUE: u32 = u32::MAX;
/// That of the map of attributes.
const ROOT: u32 = u32::MAX - 1;

impl Target {
    pub(super) const HIDDEN: Self = Self { attribute: ROOT, place: 0, at: 0 };
}

/// What the attributes share, and how they are called.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The names of all attributes, one behind the other, and where each ends.
    text: String,
    ends: Vec<u32>,
    edges: Vec<(u32, u32)>,
    /// The number in the extras of each attribute that has one.
    numbers: Vec<u32>,
    numbered: Vec<u32>,
}

const NO_NUMBER: u32 = u32::MAX;

impl Links {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.edges.clear();
        self.numbers.clear();
        self.numbered.clear();
    }

    fn name(&self, attribute: u32) -> Option<&str> {
        let end = *self.ends.get(attribute as usize)? as usize;
        let from = attribute.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        self.text.get(from.map_or(0, |from| *from as usize)..end)
    }

    fn current(&self) -> u32 {
        (self.ends.len() as u32).saturating_sub(1)
    }

    fn number(&mut self, attribute: u32) -> u32 {
        let at = attribute as usize;
        if self.numbers.len() <= at {
            self.numbers.resize(at + 1, NO_NUMBER);
        }
        let next = self.numbered.len() as u32;
        match self.numbers.get_mut(at) {
            Some(number) if *number == NO_NUMBER => {
                *number = next;
                self.numbered.push(attribute);
                next
            }
            Some(number) => *number,
            None => next,
        }
    }

    /// The first attribute that has the name of an earlier one.
    fn repeated(&self) -> Option<&str> {
        let mut seen = HashSet::with_capacity(self.ends.len());
        (0..self.ends.len() as u32)
            .filter_map(|attribute| self.name(attribute))
            .find(|name| !seen.insert(*name))
    }
}

/// Ends the document with what its attributes share.
pub(super) fn end(doc: Writer<'_>, links: &mut Links) {
    if links.edges.is_empty() {
        return doc.end();
    }
    let edges = std::mem::take(&mut links.edges);
    let mut edges: Vec<(u32, u32)> =
        edges.into_iter().map(|(from, to)| (links.number(from), links.number(to))).collect();
    edges.sort_unstable();
    edges.dedup();
    let names = links.numbered.iter().map(|attribute| links.name(*attribute)).collect();
    doc.end_with(&Extras { names, edges, notes: Vec::new() });
}

impl super::Shelf {
    /// Takes note of an object that has the next number: where its value stands in the current attribute, unless
    /// documents give it no identity, and where its element begins.
    #[inline]
    pub(super) fn take(&mut self, at: usize, place: u32, is_value: bool) {
        let target = self.next(at, place, is_value);
        self.targets.push(target);
    }

    /// The same where there is room.
    #[inline(always)]
    pub(super) fn put(&mut self, at: usize, place: u32, is_value: bool) {
        let target = self.next(at, place, is_value);
        put_item(&mut self.targets, target);
    }

    #[inline(always)]
    fn next(&self, at: usize, place: u32, is_value: bool) -> Target {
        let (attribute, place) = if is_value { (VALUE, 0) } else { (self.links.current(), place) };
        Target { attribute, place, at: at as u32 }
    }
}

impl<'x> Reading<'x, '_, '_> {
    /// The name of an attribute, or its value.
    pub(super) fn attribute(&mut self, open: Open<'x>) -> Outcome<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let Kind::Attributes { named } = &mut frame.kind else { return Ok(()) };
        match (open.name, *named) {
            (b"k", false) => {
                *named = true;
                frame.seen += 1;
                self.name(open)
            }
            (b"v", true) => {
                *named = false;
                self.value(open)
            }
            (b"k", true) => Err(null_attribute(open.at)),
            _ => Err(damaged(open.at, "the name of a session attribute was expected, an element k")),
        }
    }

    fn name(&mut self, open: Open<'x>) -> Outcome<()> {
        let text = match self.find("__ref") {
            // MSM's first javolution numbers strings.
            Some(reference) => {
                let target = self.target(reference)?;
                if target.attribute != VALUE {
                    return Err(damaged(reference.at, "the name of a session attribute is no string"));
                }
                let back = self.xml.at();
                self.xml.seek(target.at as usize);
                self.xml.tag(&mut self.attributes)?;
                let text = self.require(open, "value")?;
                self.xml.seek(back);
                text
            }
            None => {
                let class = self.require(open, "class")?;
                if class.raw != b"java.lang.String" {
                    return Err(damaged(class.at, "the name of a session attribute is no java.lang.String"));
                }
                self.number_value(open)?;
                self.require(open, "value")?
            }
        };
        let from = self.shelf.links.text.len();
        self.shelf.scratch.clear();
        let is_bad = unescape(&mut self.shelf.scratch, text.raw, text.at)?;
        let name = std::str::from_utf8(&self.shelf.scratch).ok().filter(|_| !is_bad);
        let Some(name) = name else {
            return Err(damaged(text.at, "the name of a session attribute has half of a surrogate pair"));
        };
        self.shelf.links.text.push_str(name);
        self.shelf.links.ends.push(self.shelf.links.text.len() as u32);
        self.doc.attribute(self.shelf.links.text.get(from..).unwrap_or_default());
        self.classes.begin_attribute();
        self.close(open)
    }

    /// Sees that no two attributes have one name.
    pub(super) fn refuse_repeated_names(&self) -> Outcome<()> {
        match self.shelf.links.repeated() {
            None => Ok(()),
            Some(name) => Err(damaged(self.xml.at(), format!("there are two session attributes {name:?}"))),
        }
    }

    /// Takes note of an object that has a number: the element that begins with this tag.
    #[inline]
    pub(super) fn number(&mut self, open: Open<'x>) -> Outcome<()> {
        let (attribute, place) = (self.shelf.links.current(), self.doc.place());
        self.number_as(open, attribute, place)
    }

    /// As `number`, for what documents give no identity.
    #[inline]
    pub(super) fn number_value(&mut self, open: Open<'x>) -> Outcome<()> {
        self.number_as(open, VALUE, 0)
    }

    #[inline]
    fn number_as(&mut self, open: Open<'x>, attribute: u32, place: u32) -> Outcome<()> {
        let Some(id) = self.find("__id") else { return Ok(()) };
        if self.is_again {
            return Ok(());
        }
        let number = self.narrow::<u32>(id)?;
        if number as usize != self.shelf.targets.len() {
            let next = self.shelf.targets.len();
            return Err(damaged(
                id.at,
                format!("an object of number {number}, where {next} is the next one"),
            ));
        }
        self.shelf.targets.push(Target { attribute, place, at: open.at as u32 });
        Ok(())
    }

    /// The number of the object that was numbered last, or will be next if there is none.
    pub(super) fn last_number(&self) -> u32 {
        (self.shelf.targets.len() as u32).saturating_sub(1)
    }

    /// Where the element of the object begins that a reference leads to.
    pub(super) fn place_of(&mut self, reference: crate::xml::Attribute<'x>) -> Outcome<usize> {
        match self.target(reference)? {
            Target { attribute: ROOT, .. } => {
                Err(damaged(reference.at, "a reference to the map of all attributes, which is no attribute"))
            }
            target => Ok(target.at as usize),
        }
    }

    fn target(&mut self, reference: crate::xml::Attribute<'x>) -> Outcome<Target> {
        let number = self.narrow::<u32>(reference)?;
        let target = self.shelf.targets.get(number as usize).copied();
        target.ok_or_else(|| {
            let text = format!("a reference to object {number}, and there are {}", self.shelf.targets.len());
            damaged(reference.at, text)
        })
    }

    /// Writes an object that came before.
    #[cold]
    pub(super) fn again(&mut self, open: Open<'x>, reference: crate::xml::Attribute<'x>) -> Outcome<()> {
        let target = self.target(reference)?;
        self.close(open)?;
        let here = self.shelf.links.current();
        match target.attribute {
            ROOT => {
                Err(damaged(reference.at, "a reference to the map of all attributes, which is no attribute"))
            }
            VALUE if self.is_again => Err(damaged(reference.at, "a reference inside of what is referred to")),
            VALUE => {
                let back = self.xml.at();
                self.xml.seek(target.at as usize);
                self.is_again = true;
                let crate::xml::Tag::Open(again) = self.xml.tag(&mut self.attributes)? else {
                    return Err(damaged(target.at as usize, "an element was expected"));
                };
                self.element(again)?;
                self.is_again = false;
                self.xml.seek(back);
                Ok(())
            }
            home if home == here => {
                self.doc.reference(target.place);
                Ok(())
            }
            home => {
                let links = &mut self.shelf.links;
                if links.edges.last() != Some(&(here, home)) {
                    links.edges.push((here, home));
                }
                let number = links.number(home);
                self.doc.xref(number, target.place);
                Ok(())
            }
        }
    }
}
