//! Who is who: Kryo numbers objects in the order in which they come, the document refers to places.

use holdfast_document::{Extras, Fact, NAME_PART, Note, NoteWriter, Writer};
use holdfast_sdk::Failure;

use super::{Reading, Shelf};
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::fault::{Outcome, damaged};
use crate::table::hash;

/// An object that Kryo numbered. Its attribute follows from its number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) class: ClassId,
    /// Where it stands in the document; for a constant its ordinal, for a class object the class.
    pub(super) place: u32,
    /// Where what is in it begins in Kryo's bytes; for a class object, whether it is that of a primitive type.
    pub(super) at: u32,
    /// For a string or number that came again: the group of notes that says so; 0 is none.
    pub(super) group: u32,
}

/// The place of a string that is an attribute's name.
pub(super) const NAME: u32 = u32::MAX;

impl Seen {
    /// The map of attributes.
    pub(super) const ATTRIBUTES: Self = Self { class: ClassId(u32::MAX), place: 0, at: 0, group: 0 };
    /// What has a number in Kryo's bytes and no place in a document.
    pub(super) const HIDDEN: Self = Self { class: ClassId(u32::MAX - 1), place: 0, at: 0, group: 0 };
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    /// Its name in the text of all names.
    pub(super) name: (usize, usize),
    /// The number of its first object.
    pub(super) first: u32,
    /// Its number in the extras, or none.
    pub(super) number: u32,
}

pub(super) const NO_NUMBER: u32 = u32::MAX;

/// What goes to the extras of the document.
#[derive(Debug, Default)]
pub(super) struct Links {
    edges: Vec<(u32, u32)>,
    /// In the order of their places.
    hints: Vec<Hint>,
    /// The first members of groups, which were passed before it was known that others follow.
    firsts: Vec<(u32, Hint)>,
    /// Which attributes have numbers in the extras.
    numbered: Vec<u32>,
    notes: NoteWriter,
}

/// A note to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hint {
    attribute: u32,
    place: u32,
    /// The name of an attribute comes before what is in it.
    part: Part,
    says: Says,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Name,
    Value,
    /// The class of the elements of an EnumSet.
    Elements,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Group(u32),
    Class(u32),
}

impl Links {
    pub(super) fn clear(&mut self) {
        self.edges.clear();
        self.hints.clear();
        self.firsts.clear();
        self.numbered.clear();
        self.notes.clear();
    }

    pub(super) const fn mark(&self) -> (usize, usize) {
        (self.edges.len(), self.hints.len())
    }

    /// Takes back what was learned since a mark, about objects from a number on.
    pub(super) fn truncate(&mut self, (edges, hints): (usize, usize), objects: usize) {
        self.edges.truncate(edges);
        self.hints.truncate(hints);
        self.firsts.retain(|(id, _)| (*id as usize) < objects);
    }
}

/// Ends the document with what its attributes share.
pub(super) fn end(doc: Writer<'_>, shelf: &mut Shelf, classes: &Classes) {
    let Shelf { links, attributes, text, .. } = shelf;
    if links.edges.is_empty() && links.hints.is_empty() {
        doc.end();
        return;
    }
    links.edges.sort_unstable();
    links.edges.dedup();
    links.firsts.sort_unstable_by_key(|(_, hint)| *hint);
    let mut ranges = Vec::new();
    let (mut firsts, mut hints) =
        (links.firsts.iter().map(|(_, hint)| *hint).peekable(), links.hints.iter().peekable());
    let mut current = u32::MAX;
    loop {
        let hint = match (firsts.peek(), hints.peek()) {
            (Some(first), Some(hint)) if first < *hint => firsts.next(),
            (Some(_), None) => firsts.next(),
            _ => hints.next().copied(),
        };
        let attribute = hint.map_or(u32::MAX, |hint| hint.attribute);
        if attribute != current {
            let end = links.notes.mark().0;
            if let Some((_, _, to)) = ranges.last_mut() {
                *to = end;
            }
            current = attribute;
            links.notes.next_attribute();
            ranges.push((attribute, end, end));
        }
        let Some(hint) = hint else { break };
        let (place, part) = match hint.part {
            Part::Name => (0, NAME_PART),
            Part::Value => (hint.place, 0),
            Part::Elements => (hint.place, 1),
        };
        let fact = match hint.says {
            Says::Group(group) => Fact::Group(group),
            Says::Class(class) => Fact::ClassName(&classes.get(ClassId(class)).name),
        };
        links.notes.push(&Note { place, part, fact });
    }
    let mut number = |index: u32| match attributes.get_mut(index as usize) {
        Some(attribute) => attribute.number(index, &mut links.numbered),
        None => 0,
    };
    let edges = links.edges.iter().map(|(from, to)| {
        let to = number(*to);
        (number(*from), to)
    });
    let edges = edges.collect();
    // The last range is that of no attribute.
    ranges.pop();
    let notes: Vec<(u32, &[u8])> = ranges
        .into_iter()
        .map(|(index, from, to)| (number(index), links.notes.bytes().get(from..to).unwrap_or_default()))
        .collect();
    let name = |index: &u32| {
        let (from, to) = attributes.get(*index as usize)?.name;
        text.get(from..to)
    };
    doc.end_with(&Extras { names: links.numbered.iter().map(name).collect(), edges, notes });
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
        let rest = self.input.rest();
        if self.input.u8()? != 3 {
            return Err(damaged(at, "the name of an attribute is no string"));
        }
        let number = self.input.varint()?;
        let from = self.shelf.text.len();
        let first = self.shelf.seen.len() as u32;
        let mut same = None;
        let text = if number == 1 {
            let at = self.input.at() as u32;
            self.shelf.seen.push(Seen { class: ClassId::STRING, place: NAME, at, group: 0 });
            self.input.text()?
        } else {
            let seen = self.seen(number)?;
            if seen.class != ClassId::STRING {
                return Err(damaged(at, "the name of an attribute is no string"));
            }
            same = Some(number - 2);
            self.chunks.input_at(seen.at as usize).text()?
        };
        if !text.push_to(&mut self.shelf.text) {
            let text = "the name of an attribute has half of a surrogate pair".into();
            return Err(Box::new(Failure::Unrepresentable { path: String::new(), text }));
        }
        let name = (from, self.shelf.text.len());
        let index = self.shelf.attributes.len() as u32;
        self.shelf.attributes.push(Attribute { name, first, number: NO_NUMBER });
        self.refuse_second(at, index)?;
        let text = self.shelf.text.get(name.0..name.1).unwrap_or_default();
        self.doc.attribute(text);
        self.shelf.definitions.clear();
        if same.is_none() {
            let stored = rest.get(..self.input.at() - at).unwrap_or_default();
            self.shelf.earlier.keep_attribute(index as usize, stored, text);
        }
        if let Some(id) = same {
            self.note_same(0, Part::Name, id);
        }
        Ok(())
    }

    fn refuse_second(&mut self, at: usize, index: u32) -> Outcome<()> {
        self.enter_same(index);
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

    /// Enters the names before this one that needed no look because they are those of an earlier session.
    fn enter_same(&mut self, index: u32) {
        let from = self.shelf.entered;
        for place in from..index {
            let Some(attribute) = self.shelf.attributes.get(place as usize) else { break };
            let name = self.shelf.text.get(attribute.name.0..attribute.name.1).unwrap_or_default();
            self.shelf.attribute_by_name.insert(hash(name.as_bytes()), place);
        }
        self.shelf.entered = index + 1;
    }

    /// Gives the object that begins here the next number.
    #[inline]
    pub(super) fn number(&mut self, class: ClassId) {
        self.number_at(class, self.input.at() as u32);
    }

    /// As [`Self::number`], of one whose body begins at a position.
    #[inline]
    pub(super) fn number_at(&mut self, class: ClassId, at: u32) {
        let place = self.doc.place();
        self.shelf.seen.push(Seen { class, place, at, group: 0 });
    }

    /// Says of the object that was just numbered which constant it is.
    pub(super) fn number_constant(&mut self, ordinal: u32) {
        if let Some(seen) = self.shelf.seen.last_mut() {
            seen.place = ordinal;
        }
    }

    /// Says of the object that was just numbered which class it is.
    pub(super) fn number_class(&mut self, (class, is_primitive): (ClassId, bool)) {
        if let Some(seen) = self.shelf.seen.last_mut() {
            seen.place = class.0;
            seen.at = u32::from(is_primitive);
        }
    }

    /// The object of a reference as it stands in the bytes.
    pub(super) fn seen(&self, number: u32) -> Outcome<Seen> {
        let seen = number.checked_sub(2).and_then(|id| self.shelf.seen.get(id as usize));
        seen.copied().ok_or_else(|| {
            let text = match number {
                0 => "a null where its class was given".to_owned(),
                _ => format!(
                    "a reference to object {}, and there are {}",
                    i64::from(number) - 2,
                    self.shelf.seen.len()
                ),
            };
            damaged(self.input.at() - 1, text)
        })
    }

    /// Writes an object that came before.
    #[cold]
    pub(super) fn again(&mut self, class: ClassId, codec: Codec, number: u32) -> Outcome<()> {
        let seen = self.seen(number)?;
        let id = number - 2;
        if seen.class == Seen::ATTRIBUTES.class {
            return Err(Self::unrepresentable(
                "a reference to the map of all attributes, which is no attribute",
            ));
        }
        if seen.class != class {
            let name = &self.classes.get(class).name;
            return Err(damaged(
                self.input.at() - 1,
                format!("a reference to a {name} leads to another class"),
            ));
        }
        let place = self.doc.place();
        match codec {
            Codec::String => {
                self.note_same(place, Part::Value, id);
                self.chunks.input_at(seen.at as usize).text()?.write(&mut self.doc);
            }
            Codec::BigInteger | Codec::BigDecimal => {
                self.note_same(place, Part::Value, id);
                let earlier = self.chunks.input_at(seen.at as usize);
                let back = std::mem::replace(&mut self.input, earlier);
                self.scalar(codec)?;
                self.input = back;
            }
            Codec::Class => self.class_object((ClassId(seen.place), seen.at != 0))?,
            Codec::Enum(_) => self.constant(class, seen.place)?,
            _ => {
                let (here, home) = (self.here(), self.home(id));
                if here == home {
                    self.doc.reference(seen.place);
                } else {
                    if self.shelf.links.edges.last() != Some(&(here, home)) {
                        self.shelf.links.edges.push((here, home));
                    }
                    let Shelf { attributes, links, .. } = &mut *self.shelf;
                    let number = attributes
                        .get_mut(home as usize)
                        .map_or(0, |attribute| attribute.number(home, &mut links.numbered));
                    self.doc.xref(number, seen.place);
                }
            }
        }
        Ok(())
    }

    /// The current attribute.
    fn here(&self) -> u32 {
        (self.shelf.attributes.len() as u32).saturating_sub(1)
    }

    /// The attribute that holds the object with this number.
    fn home(&self, id: u32) -> u32 {
        (self.shelf.attributes.partition_point(|attribute| attribute.first <= id) as u32).saturating_sub(1)
    }

    /// Notes that a string or number is the same object as an earlier one, which documents do not say.
    ///
    /// What needs no note is that every string is an object of its own. The other rule, that equal strings are one
    /// object unless a note says otherwise, would save the notes of most Java sessions; but its reader and its writer
    /// would have to look each string up among all others, those of programs that know no identity included, and
    /// `java` follows the first one.
    fn note_same(&mut self, place: u32, part: Part, id: u32) {
        let (here, home) = (self.here(), self.home(id));
        let links = &mut self.shelf.links;
        let Some(first) = self.shelf.seen.get_mut(id as usize) else { return };
        if first.group == 0 {
            first.group = id;
            let part = if first.place == NAME { Part::Name } else { Part::Value };
            let place = if first.place == NAME { 0 } else { first.place };
            links.firsts.push((id, Hint { attribute: home, place, part, says: Says::Group(id) }));
        }
        links.hints.push(Hint { attribute: here, place, part, says: Says::Group(first.group) });
    }

    /// Notes the class of a constant, unless the writer would find it by itself.
    pub(super) fn note_constant(&mut self, class: ClassId, ordinal: u32, place: u32) {
        self.note_body(class, ordinal, place, Part::Value);
    }

    fn note_body(&mut self, class: ClassId, ordinal: u32, place: u32, part: Part) {
        if self.classes.class_of_constant(class, ordinal) != self.classes.get(class).name {
            let says = Says::Class(class.0);
            self.shelf.links.hints.push(Hint { attribute: self.here(), place, part, says });
        }
    }

    /// Notes the class of a value, unless it is that of a number of the document's table.
    #[cold]
    pub(super) fn note_class(&mut self, class: ClassId, builtin: u16, place: u32) {
        if self.classes.get(class).builtin != builtin {
            let says = Says::Class(class.0);
            self.shelf.links.hints.push(Hint { attribute: self.here(), place, part: Part::Value, says });
        }
    }

    /// Notes the class of an EnumSet and that which stands for its elements, unless the writer would find them.
    pub(super) fn note_enum_set(
        &mut self,
        class: ClassId,
        elements: ClassId,
        first: u32,
        largest: u32,
        place: u32,
    ) {
        if self.classes.get(class).name != crate::codec::enum_set(largest) {
            let says = Says::Class(class.0);
            self.shelf.links.hints.push(Hint { attribute: self.here(), place, part: Part::Value, says });
        }
        self.note_body(elements, first, place, Part::Elements);
    }
}
