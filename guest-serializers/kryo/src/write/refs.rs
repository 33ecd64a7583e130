//! Who is who: the document refers to places, Kryo numbers objects in the order in which they come.

use std::cmp::Ordering;

use holdfast_document::{Event, Fact, NAME_PART, Notes, Reader};

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::fault::Outcome;
use crate::output::varint;
use crate::table::IdMap;
use crate::text::write_string;

/// An object that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    /// Its place in its attribute.
    pub(super) place: u32,
    /// Its number, or [`HIDDEN`].
    pub(super) id: u32,
    pub(super) class: ClassId,
}

/// The number of what has none in Kryo's bytes.
pub(super) const HIDDEN: u32 = u32::MAX;

/// Strings and numbers that notes say are one object.
#[derive(Debug, Default)]
pub(super) struct Groups {
    by_number: IdMap,
    /// The number of the first one that was written, and where it stands in the document.
    firsts: Vec<(u32, usize)>,
}

impl Groups {
    pub(super) fn clear(&mut self) {
        self.by_number.clear();
        self.firsts.clear();
    }
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes the name of an attribute, which stands at an offset of the document, and opens its notes.
    pub(super) fn begin_attribute(&mut self, name: &'d str, at: usize) {
        self.shelf.beans.begin_attribute();
        self.shelf.first_objects.push(self.shelf.objects.len() as u32);
        let number = self.extras.notes.iter().find(|(number, _)| self.extras.name(*number) == Some(name));
        self.notes = number.map(|(_, bytes)| Notes::new(bytes));
        self.note = self.notes.as_mut().and_then(Notes::next);
        self.out.push(3);
        let event = Event::Str(name.as_bytes());
        match self.same(0, NAME_PART, event, at) {
            Some(id) => varint(self.out, id + 2),
            None => {
                self.first();
                write_string(self.out, name.as_bytes());
            }
        }
    }

    /// Marks an object as the first one, and numbers it.
    #[inline]
    pub(super) fn first(&mut self) -> u32 {
        self.out.push(1);
        let id = self.next;
        self.next += 1;
        id
    }

    /// Writes the class of an object where that is needed.
    #[inline]
    pub(super) fn head(&mut self, slot: Slot, class: ClassId, at: usize) -> Outcome<()> {
        match slot {
            Slot::Any => {
                self.class(class);
                Ok(())
            }
            Slot::Known(known) if known == class => Ok(()),
            Slot::Known(known) => {
                let name = |class| self.classes.get(class).name.as_ref();
                let text = format!("a {} where Kryo holds nothing but a {}", name(class), name(known));
                Err(self.unrepresentable(at, text))
            }
        }
    }

    /// Writes class and mark of an object that references may lead to, and remembers it. Gives its number.
    #[inline]
    pub(super) fn object(&mut self, slot: Slot, class: ClassId, place: u32, at: usize) -> Outcome<u32> {
        self.head(slot, class, at)?;
        let id = self.first();
        self.remember(Object { place, id, class });
        Ok(id)
    }

    #[inline]
    pub(super) fn remember(&mut self, object: Object) {
        if self.way.is_straight() {
            self.shelf.objects.push(object);
        } else {
            self.shelf.moved.insert(self.way.attribute(), object.place, object);
        }
    }

    /// The object that was written of a place, if it was.
    pub(super) fn find(&self, attribute: u32, place: u32) -> Option<Object> {
        if let Some(object) = self.shelf.moved.get(attribute, place) {
            return Some(object);
        }
        let from = *self.shelf.first_objects.get(attribute as usize)? as usize;
        let to = self.shelf.first_objects.get(attribute as usize + 1).map(|to| *to as usize);
        let objects = self.shelf.objects.get(from..to.unwrap_or(self.shelf.objects.len()))?;
        let found = objects.binary_search_by_key(&place, |object| object.place).ok()?;
        objects.get(found).copied()
    }

    /// Writes the object at a place that a reference at an offset leads to: its number, or where it was not written
    /// yet, the object itself.
    #[cold]
    pub(super) fn refer(&mut self, slot: Slot, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        match self.find(attribute, place) {
            Some(object) => self.again(slot, object, at),
            None => self.visit(slot, attribute, place, at),
        }
    }

    /// Writes the value at a place that was not reached yet, in the slot of the reference at an offset that leads
    /// there.
    fn visit(&mut self, slot: Slot, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        let back = self.way.visit(attribute, place, &mut self.shelf.parts)?;
        self.push(FrameKind::Visit(back), ClassId::VOID, 0)?;
        if !self.event()?.is_shareable() {
            return Err(self.unrepresentable(at, "a reference leads to no value that may be shared"));
        }
        self.way.reader.seek(place);
        self.value(slot)
    }

    /// The attribute that a number of the extras means.
    pub(super) fn attribute_of(&mut self, number: u32, at: usize) -> Outcome<u32> {
        let name = self.extras.name(number);
        let found = name.and_then(|name| self.way.find_attribute(name));
        found.ok_or_else(|| self.unrepresentable(at, "a reference into an attribute that is not there"))
    }

    /// Writes the number of an object.
    pub(super) fn again(&mut self, slot: Slot, object: Object, at: usize) -> Outcome<()> {
        if object.id == HIDDEN {
            let text =
                "a reference to the array of an Arrays.asList list, which has no number in Kryo's bytes";
            return Err(self.unrepresentable(at, text));
        }
        if let Some(text) = self.classes.codec(object.class).breaks_references() {
            return Err(self.unrepresentable(at, text));
        }
        if self.shelf.late.contains(&object.id) {
            let name = &self.classes.get(object.class).name;
            let text = format!("a reference back to a {name} around it, which the library reads as null");
            return Err(self.unrepresentable(at, text));
        }
        self.head(slot, object.class, at)?;
        varint(self.out, object.id + 2);
        Ok(())
    }

    /// Writes a string.
    pub(super) fn string(
        &mut self,
        slot: Slot,
        bytes: &'d [u8],
        event: Event<'d>,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        self.head(slot, ClassId::STRING, at)?;
        if self.note.is_some()
            && let Some(id) = self.same(place, 0, event, at)
        {
            varint(self.out, id + 2);
            return Ok(());
        }
        self.first();
        write_string(self.out, bytes);
        Ok(())
    }

    /// The note on a place, if there is one. Places come in rising order, as notes do; where fields are written in
    /// another one, notes are passed over: they are hints.
    pub(super) fn fact(&mut self, place: u32, part: u32) -> Option<Fact<'d>> {
        if !self.way.is_at_home() {
            return None;
        }
        // The name of an attribute comes before what is in it.
        let rank = |place: u32, part: u32| (place, part != NAME_PART, part);
        while let Some(note) = self.note {
            match rank(note.place, note.part).cmp(&rank(place, part)) {
                Ordering::Greater => return None,
                Ordering::Equal => return Some(note.fact),
                Ordering::Less => self.note = self.notes.as_mut().and_then(Notes::next),
            }
        }
        None
    }

    /// The number of the object that a string or number at a place, and an offset of the document, is by its notes.
    pub(super) fn same(&mut self, place: u32, part: u32, event: Event<'d>, at: usize) -> Option<u32> {
        let Fact::Group(group) = self.fact(place, part)? else { return None };
        let groups = &mut self.shelf.groups;
        match groups.by_number.get(u64::from(group)) {
            None => {
                groups.by_number.insert(u64::from(group), groups.firsts.len() as u32);
                groups.firsts.push((self.next, at));
                None
            }
            Some(first) => {
                let (id, first) = *groups.firsts.get(first as usize)?;
                let equal = Reader::value(self.way.document().get(first..)?).next() == Ok(event);
                equal.then_some(id)
            }
        }
    }
}
