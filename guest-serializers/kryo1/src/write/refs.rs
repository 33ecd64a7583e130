//! Who is who: the document refers to places, Kryo numbers some objects in the order in which they come.

use std::cmp::Ordering;

use holdfast_document::{Event, Fact, Head, Notes};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::output::varint;

use super::{FrameKind, Home, Shelf, Slot, Writing};
use crate::classes::ClassId;
use crate::losses::Loss;

/// An object that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    /// Its place in its attribute.
    pub(super) place: u32,
    pub(super) number: u32,
    pub(super) class: ClassId,
}

impl Shelf {
    /// The object that was written of a place, if it was.
    #[inline]
    pub(super) fn find(&self, attribute: u32, place: u32) -> Option<Object> {
        if let Some(object) = self.moved.get(attribute, place) {
            return Some(object);
        }
        let from = *self.first_objects.get(attribute as usize)? as usize;
        let to = self.first_objects.get(attribute as usize + 1).map(|to| *to as usize);
        let objects = self.objects.get(from..to.unwrap_or(self.objects.len()))?;
        let found = objects.binary_search_by_key(&place, |object| object.place).ok()?;
        objects.get(found).copied()
    }
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes the class of a value where that is needed, or the mark of one that is not null.
    #[inline]
    pub(super) fn head(&mut self, slot: Slot, class: ClassId, at: usize) -> Outcome<()> {
        match slot {
            Slot::Any => {
                self.class(class);
                Ok(())
            }
            Slot::Known(known) if known == class => {
                self.out.push(1);
                Ok(())
            }
            Slot::Known(known) | Slot::Inner(known) => {
                let name = |class| self.classes.get(class).name.as_ref();
                let text = format!("a {} where Kryo holds nothing but a {}", name(class), name(known));
                Err(self.unrepresentable(at, text))
            }
        }
    }

    /// Writes class and number of an object. It says false where it was written before: then its number is all.
    #[inline]
    pub(super) fn object(&mut self, slot: Slot, class: ClassId, place: u32, at: usize) -> Outcome<bool> {
        self.head(slot, class, at)?;
        let attribute = self.way.attribute();
        if let Some(object) = self.shelf.moved.get(attribute, place) {
            varint(self.out, object.number);
            return Ok(false);
        }
        // A collection that comes again holds objects that were written on the straight way.
        if !self.way.is_straight()
            && let Some(object) = self.shelf.find(attribute, place)
        {
            varint(self.out, object.number);
            return Ok(false);
        }
        self.remember(place, self.next, class);
        self.out.push(0);
        self.next += 1;
        Ok(true)
    }

    /// Remembers the number of the object at a place.
    #[inline]
    fn remember(&mut self, place: u32, number: u32, class: ClassId) {
        let object = Object { place, number, class };
        if self.way.is_straight() {
            self.shelf.objects.push(object);
        } else {
            self.shelf.moved.insert(self.way.attribute(), place, object);
        }
    }

    /// Writes class and number of an object that stands at a place, and of which the JVM has one that was written.
    pub(super) fn single(
        &mut self,
        slot: Slot,
        class: ClassId,
        place: u32,
        number: u32,
        at: usize,
    ) -> Outcome<()> {
        self.head(slot, class, at)?;
        if self.shelf.find(self.way.attribute(), place).is_none() {
            self.remember(place, number, class);
        }
        varint(self.out, number);
        Ok(())
    }

    /// The attribute that a number of the extras means.
    pub(super) fn attribute_of(&mut self, number: u32, at: usize) -> Outcome<u32> {
        let found = self.extras.name(number).and_then(|name| self.way.find_attribute(name));
        found.ok_or_else(|| self.unrepresentable(at, "a reference into an attribute that is not there"))
    }

    /// Writes the value at a place that a reference at an offset leads to: the number of an object that was written,
    /// or the value itself.
    #[cold]
    pub(super) fn refer(&mut self, slot: Slot, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        if let Some(object) = self.shelf.find(attribute, place) {
            self.head(slot, object.class, at)?;
            varint(self.out, object.number);
            return Ok(());
        }
        let home = Home { attribute, place };
        let back = self.way.visit(attribute, place, &mut self.shelf.parts)?;
        let event = self.event()?;
        if !event.is_shareable() {
            return Err(self.unrepresentable(at, "a reference leads to no value that may be shared"));
        }
        if !self.has_identity(event) {
            if self.shelf.frames.iter().any(|frame| frame.home == home) {
                let text =
                    "a collection, map or array that holds itself: the library writes it without an end";
                return Err(self.unrepresentable(at, text));
            }
            self.lose(Loss::Identity, at)?;
        }
        self.way.reader.seek(place);
        self.push(FrameKind::Visit(back), ClassId::CLASS, 0)?;
        self.value(slot)
    }

    /// Whether Kryo has a number for the value that begins with this event.
    fn has_identity(&mut self, event: Event<'d>) -> bool {
        let class = match event {
            Event::Uuid(_) | Event::Instant(..) => return true,
            Event::Typed(Head::Builtin(number), _) => self.classes.builtin(number),
            Event::Typed(head, _) => self.class_of(head),
            _ => None,
        };
        class.is_some_and(|class| self.classes.codec(class).has_identity())
    }

    /// Writes a class.
    #[inline]
    pub(super) fn class(&mut self, class: ClassId) {
        if let Some(byte) = class.registered() {
            self.out.push(byte);
            return;
        }
        match self.classes.get(class).registered {
            0 => self.class_by_name(class),
            number => varint(self.out, number),
        }
    }

    /// A class that has no number stands by its name the first time, and then by the name's number, from 1 on.
    fn class_by_name(&mut self, class: ClassId) {
        let slot = self.classes.slot(class);
        self.out.extend_from_slice(&[0xff, 0x7f]);
        if let Some(number) = self.shelf.names.find(class, slot) {
            varint(self.out, number + 1);
            return;
        }
        self.shelf.names.push(class, slot);
        self.out.push(0);
        let Self { classes, out, .. } = self;
        super::scalar::string(out, classes.get(class).name.as_bytes());
    }

    /// The class that a HEAD names.
    pub(super) fn class_of(&mut self, head: Head<'d>) -> Option<ClassId> {
        match head {
            Head::Builtin(35) => Some(self.classes.resolve("java.util.EnumSet")),
            Head::Builtin(number) => self.classes.builtin(number),
            Head::Known(number) => {
                let name = self.way.reader.definition(number)?.name;
                Some(self.classes.resolve(name))
            }
            Head::Defined(definition) => Some(self.classes.resolve(definition.name)),
        }
    }

    /// The class name that a note on a place tells. Places come in rising order, as notes do; where values are written
    /// in another one, notes are passed over: they are hints.
    pub(super) fn told_class(&mut self, place: u32) -> Option<&'d str> {
        if !self.way.is_at_home() {
            return None;
        }
        while let Some(note) = self.note {
            let order = (note.place, note.part).cmp(&(place, 0));
            if order == Ordering::Greater {
                return None;
            }
            if order == Ordering::Equal
                && let Fact::ClassName(name) = note.fact
            {
                return Some(name);
            }
            self.note = self.notes.as_mut().and_then(Notes::next);
        }
        None
    }
}
