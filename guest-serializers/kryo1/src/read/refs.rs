//! Who is who: Kryo numbers objects in the order in which they come, the document refers to places.

use holdfast_document::{Extras, Fact, Note, NoteWriter, Writer};
use holdfast_kryo_common::fault::{Outcome, damaged};
use holdfast_kryo_common::table::hash;
use holdfast_sdk::Failure;

use super::{Reading, Shelf};
use crate::classes::{ClassId, Classes};
use crate::codec::{self, Codec};

/// An object that Kryo numbered. Its attribute follows from its number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) class: ClassId,
    /// Where it stands in the document, or [`HIDDEN`].
    pub(super) place: u32,
    /// Where its fields begin in Kryo's bytes.
    pub(super) at: u32,
}

/// The place of what has a number in Kryo's bytes, and is a piece of another value in the document.
pub(super) const HIDDEN: u32 = u32::MAX;

/// The number of the first object.
const FIRST: u32 = 2;

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    /// Its name in the text of all names.
    name: (usize, usize),
    /// The index of its first object.
    first: u32,
    /// Its number in the extras, or none.
    number: u32,
}

const NO_NUMBER: u32 = u32::MAX;

/// What goes to the extras of the document.
#[derive(Debug, Default)]
pub(super) struct Links {
    edges: Vec<(u32, u32)>,
    /// Class names that the writer would not find by itself: attribute, place, class.
    hints: Vec<(u32, u32, ClassId)>,
    /// Which attributes have numbers in the extras.
    numbered: Vec<u32>,
    notes: NoteWriter,
}

impl Links {
    pub(super) fn clear(&mut self) {
        self.edges.clear();
        self.hints.clear();
        self.numbered.clear();
        self.notes.clear();
    }

    pub(super) const fn mark(&self) -> (usize, usize) {
        (self.edges.len(), self.hints.len())
    }

    /// Takes back what was learned since a mark.
    pub(super) fn truncate(&mut self, (edges, hints): (usize, usize)) {
        self.edges.truncate(edges);
        self.hints.truncate(hints);
    }
}

/// Ends the document with what its attributes share.
pub(super) fn end(doc: Writer<'_>, shelf: &mut Shelf, classes: &Classes) {
    let Shelf { links, attributes, text, .. } = shelf;
    let Links { edges, hints, numbered, notes } = links;
    if edges.is_empty() && hints.is_empty() {
        doc.end();
        return;
    }
    edges.sort_unstable();
    edges.dedup();
    let mut ranges: Vec<(u32, usize, usize)> = Vec::new();
    for (attribute, place, class) in hints.iter() {
        let from = notes.mark().0;
        if ranges.last().is_none_or(|(last, ..)| last != attribute) {
            notes.next_attribute();
            ranges.push((*attribute, from, from));
        }
        let fact = Fact::ClassName(&classes.get(*class).name);
        notes.push(&Note { place: *place, part: 0, fact });
        if let Some((_, _, to)) = ranges.last_mut() {
            *to = notes.mark().0;
        }
    }
    let mut number = |index: u32| match attributes.get_mut(index as usize) {
        Some(attribute) => attribute.number(index, numbered),
        None => 0,
    };
    let edges = edges.iter().map(|(from, to)| {
        let to = number(*to);
        (number(*from), to)
    });
    let edges = edges.collect();
    let notes: Vec<(u32, &[u8])> = ranges
        .into_iter()
        .map(|(index, from, to)| (number(index), notes.bytes().get(from..to).unwrap_or_default()))
        .collect();
    let name = |index: &u32| {
        let (from, to) = attributes.get(*index as usize)?.name;
        text.get(from..to)
    };
    doc.end_with(&Extras { names: numbered.iter().map(name).collect(), edges, notes });
}

impl Attribute {
    /// Its number in the extras; it gets one when it is asked for.
    fn number(&mut self, index: u32, numbered: &mut Vec<u32>) -> u32 {
        if self.number == NO_NUMBER {
            self.number = numbered.len() as u32;
            numbered.push(index);
        }
        self.number
    }
}

impl Reading<'_, '_, '_> {
    /// Reads the name of an attribute and begins it.
    pub(super) fn attribute_name(&mut self) -> Outcome<()> {
        let at = self.input.at();
        if self.input.u8()? != 17 {
            return Err(damaged(at, "the name of an attribute is no string"));
        }
        let from = self.shelf.text.len();
        let text = self.units()?;
        if !text.push_to(&mut self.shelf.text) {
            let text = "the name of an attribute has half of a surrogate pair".into();
            return Err(Box::new(Failure::Unrepresentable { path: String::new(), text }));
        }
        let name = (from, self.shelf.text.len());
        let index = self.shelf.attributes.len() as u32;
        let first = self.shelf.seen.len() as u32;
        self.shelf.attributes.push(Attribute { name, first, number: NO_NUMBER });
        self.refuse_second(at, index)?;
        self.doc.attribute(self.shelf.text.get(name.0..name.1).unwrap_or_default());
        self.shelf.definitions.clear();
        Ok(())
    }

    fn refuse_second(&mut self, at: usize, index: u32) -> Outcome<()> {
        let name = |index: u32| {
            let (from, to) = self.shelf.attributes.get(index as usize).map(|attribute| attribute.name)?;
            self.shelf.text.get(from..to)
        };
        let own = name(index);
        let key = hash(own.unwrap_or_default().as_bytes());
        let is_second = match self.shelf.attribute_by_name.get(key) {
            None => false,
            // Another name with this hash may hide the one that is looked for.
            Some(other) => name(other) == own || (0..index).any(|other| name(other) == own),
        };
        if is_second {
            let text = format!("the attribute {:?} stands here a second time", own.unwrap_or_default());
            return Err(damaged(at, text));
        }
        self.shelf.attribute_by_name.insert(key, index);
        Ok(())
    }

    /// Gives the next number to the object whose fields begin here.
    #[inline]
    pub(super) fn number(&mut self, class: ClassId, place: u32) {
        if !self.again {
            self.shelf.seen.push(Seen { class, place, at: self.input.at() as u32 });
        }
    }

    /// The object of a reference as it stands in the bytes.
    fn seen(&self, class: ClassId, number: u32) -> Outcome<Seen> {
        let at = self.input.at() - 1;
        let seen = number.checked_sub(FIRST).and_then(|index| self.shelf.seen.get(index as usize));
        match seen {
            Some(seen) if seen.class == class => Ok(*seen),
            Some(_) => {
                let name = &self.classes.get(class).name;
                Err(damaged(at, format!("a reference to a {name} leads to another class")))
            }
            None => {
                let last = self.shelf.seen.len() + 1;
                Err(damaged(at, format!("a reference to object {number}, and the last one is {last}")))
            }
        }
    }

    /// Goes to the fields of an earlier object, which are read once more. Gives the way back.
    pub(super) fn go_back_to(&mut self, class: ClassId, number: u32) -> Outcome<(usize, bool)> {
        let seen = self.seen(class, number)?;
        let back = (self.input.at(), self.again);
        self.input.seek(seen.at as usize);
        self.again = true;
        Ok(back)
    }

    pub(super) const fn go_on_from(&mut self, (at, again): (usize, bool)) {
        self.input.seek(at);
        self.again = again;
    }

    /// Writes an object that came before.
    #[cold]
    pub(super) fn refer(&mut self, class: ClassId, codec: Codec, number: u32) -> Outcome<()> {
        let seen = self.seen(class, number)?;
        if seen.place == HIDDEN {
            // The document has no place for a piece of a date: it is written anew.
            let back = self.go_back_to(class, number)?;
            self.object_of_parts(codec)?;
            self.go_on_from(back);
            return Ok(());
        }
        let here = (self.shelf.attributes.len() as u32).saturating_sub(1);
        let index = number - FIRST;
        let home = self.shelf.attributes.partition_point(|attribute| attribute.first <= index) as u32;
        let home = home.saturating_sub(1);
        if here == home {
            self.doc.reference(seen.place);
            return Ok(());
        }
        let Shelf { attributes, links, .. } = &mut *self.shelf;
        if links.edges.last() != Some(&(here, home)) {
            links.edges.push((here, home));
        }
        let attribute = attributes.get_mut(home as usize);
        let number = attribute.map_or(0, |attribute| attribute.number(home, &mut links.numbered));
        self.doc.xref(number, seen.place);
        Ok(())
    }

    /// Notes the class of a constant, unless the writer would find it by itself.
    pub(super) fn note_constant(&mut self, class: ClassId, ordinal: u32) {
        if self.classes.class_of_constant(class, ordinal) != self.classes.get(class).name {
            self.hint(class, self.doc.place());
        }
    }

    /// Notes the class of an EnumSet, unless the writer would find it by itself.
    pub(super) fn note_enum_set(&mut self, class: ClassId, elements: ClassId, largest: u32, place: u32) {
        let constants = match self.classes.codec(elements) {
            Codec::Enum(Some(number)) => self.classes.constants(number).len(),
            _ => largest as usize + 1,
        };
        if self.classes.get(class).name != codec::enum_set(constants) {
            self.hint(class, place);
        }
    }

    fn hint(&mut self, class: ClassId, place: u32) {
        let here = (self.shelf.attributes.len() as u32).saturating_sub(1);
        self.shelf.links.hints.push((here, place, class));
    }
}
