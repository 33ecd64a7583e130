//! What holds others: begun where its tag says no more than what is expected, ended where all in it was read.

use holdfast_document::{has_room, put_item};

use super::{Inside, NO_END, Run};
use crate::classes::{ClassId, Slot, Type};
use crate::form::Form;
use crate::nodes::{NO_NODE, NodeId};
use crate::read::define::Sort;
use crate::read::frame::{Expects, Frame, Guess, Kind};
use crate::read::piece::{Window, spaced, stands};
use crate::xml::tags::begin_alike;

/// A value that holds others, and how long the name of its element is.
pub(super) struct Begun {
    form: Form,
    class: ClassId,
    expects: Expects,
    length: usize,
}

impl Run<'_, '_, '_> {
    /// Ends an entry, and begins the one that follows.
    #[inline(always)]
    pub(super) fn end_entry(&mut self) -> Option<()> {
        self.rest = spaced(self.rest)?;
        let window = self.rest.first_chunk()?;
        if !stands(window, 0, b"</entry>", 8) {
            return None;
        }
        self.rest = self.rest.get(8..)?;
        self.inside = Inside::Entries;
        self.rest = spaced(self.rest)?;
        match self.rest.first_chunk() {
            Some(window) if stands(window, 0, b"<entry>\0", 7) => self.open_entry(),
            _ => Some(()),
        }
    }

    #[inline(always)]
    pub(super) fn open_entry(&mut self) -> Option<()> {
        if self.doc.len() > self.most.bytes || !has_room(self.frames, 1) {
            return None;
        }
        let parent = self.frames.last()?.node;
        let at = self.at();
        let node = self.enter(parent, at, 5)?;
        self.entry = (at, node);
        (self.inside, self.left) = (Inside::Entry, 2);
        self.rest = self.rest.get(7..)?;
        Some(())
    }

    /// As [`Reader::enter`], where there is room.
    #[inline(always)]
    fn enter(&mut self, parent: NodeId, at: u32, length: usize) -> Option<NodeId> {
        if self.last_day.is_some() {
            return Some(NO_NODE);
        }
        self.nodes.has_room().then(|| self.nodes.put(parent, at as usize + 1, length))
    }

    /// What holds others among elements, or in an entry.
    #[inline(always)]
    pub(super) fn value(&self, window: &Window) -> Option<Begun> {
        if stands(window, 0, b"<list>\0\0", 6) {
            return Some(Begun { form: Form::Elements(1), class: 0, expects: Expects::Item, length: 4 });
        }
        if stands(window, 0, b"<map>\0\0\0", 5) {
            return Some(Begun { form: Form::Entries(40), class: 0, expects: Expects::Item, length: 3 });
        }
        if self.inside != Inside::Elements {
            return None;
        }
        let class = self.frames.last()?.last;
        let described = self.classes.get(class);
        let tags = described.tags().filter(|tags| tags.opens_quickly(window))?;
        Some(Begun { form: described.form, class, expects: Expects::Item, length: tags.open_len() - 2 })
    }

    /// What holds others in a field.
    #[inline(always)]
    pub(super) fn field(&self, slot: &Slot) -> Option<Begun> {
        let Type::Class(class) = slot.kind else { return None };
        let form = self.classes.get(class).form;
        Some(Begun { form, class, expects: Expects::Field(slot.kind), length: slot.tags.open_len() - 2 })
    }

    #[inline(always)]
    pub(super) fn begin(&mut self, begun: &Begun) -> Option<()> {
        match begun.form {
            Form::Bean(plan) => self.bean(begun, plan),
            Form::Elements(1) => self.container(Kind::Elements, begun.length),
            Form::Entries(40) => self.container(Kind::Entries, begun.length),
            _ => None,
        }
    }

    /// Writes what stands for the fields that come next and are not there.
    #[inline(always)]
    pub(super) fn absent(&mut self, count: usize) -> Option<()> {
        let (place, definitions) = (self.doc.place(), self.doc.definitions());
        // None of them takes more than nine bytes.
        let room = self.most.bytes.checked_sub(self.doc.len());
        (room? / 9 >= count).then_some(())?;
        for slot in self.slots.get(self.next as usize..)?.get(..count)? {
            let written = match slot.kind {
                Type::Primitive(b'Z') => self.doc.put_bool(false),
                Type::Primitive(b'C') => self.doc.put_char(0),
                Type::Primitive(b'F') => self.doc.put_f32(0.0),
                Type::Primitive(b'D') => self.doc.put_f64(0.0),
                Type::Primitive(_) => self.doc.put_int(0),
                _ => self.doc.put_nil(),
            };
            if !written {
                self.doc.truncate(place, definitions);
                return None;
            }
        }
        self.next += count as u32;
        Some(())
    }

    /// Begins a list or a map, in an element with a name of this length.
    #[inline(always)]
    fn container(&mut self, kind: Kind, length: usize) -> Option<()> {
        let (at, place) = (self.at(), self.doc.place());
        self.may_open()?;
        let (count, halved) = match kind {
            Kind::Elements => (self.doc.put_array_of_unknown_count()?, false),
            _ => (self.doc.put_map_of_unknown_count()?, true),
        };
        let node = self.open(at, length, place)?;
        let owner = self.frames.len() as u32;
        let frame = Frame::named(kind, at + 1, length as u32, node);
        put_item(self.frames, Frame { owner, patch: Some(count), halved, deep: true, ..frame });
        (self.inside, self.left, self.count) = match kind {
            Kind::Elements => (Inside::Elements, NO_END, 0),
            _ => (Inside::Entries, NO_END, 0),
        };
        Some(())
    }

    /// Reads a list or a map that has nothing in it, if there is one.
    #[inline(always)]
    pub(super) fn empty(&mut self, window: &Window) -> Option<()> {
        let (is_list, length) = if stands(window, 0, b"<list/>\0", 7) {
            (true, 4)
        } else if stands(window, 0, b"<map/>\0\0", 6) {
            (false, 3)
        } else {
            return None;
        };
        let (at, place) = (self.at(), self.doc.place());
        self.may_open()?;
        let count = if is_list {
            self.doc.put_array_of_unknown_count()?
        } else {
            self.doc.put_map_of_unknown_count()?
        };
        self.doc.patch(count, 0);
        self.open(at, length, place)?;
        self.depth -= 1;
        self.rest = self.rest.get(1..)?;
        self.resume()
    }

    /// Begins an object of a class that was defined in this attribute.
    #[inline(always)]
    fn bean(&mut self, begun: &Begun, plan: u32) -> Option<()> {
        let Begun { class, expects, length, .. } = *begun;
        let known = self.definitions.get(class, Sort::Bean)?;
        let slots = &*self.classes.plan(plan)?.slots;
        let at = self.at();
        let (place, definitions, depth) = (self.doc.place(), self.doc.definitions(), self.depth as u32);
        let nodes = self.nodes.len() as u32;
        self.may_open()?;
        let may = !self.most.is_loose && has_room(self.guesses, 1);
        (may && self.doc.put_known(known, slots.len() as u32)).then_some(())?;
        let node = self.open(at, length, place)?;
        let owner = self.frames.len() as u32;
        put_item(self.guesses, Guess { frame: owner, class, expects, at, place, definitions, nodes, depth });
        let frame = Frame::named(Kind::Bean(plan, 0), at + 1, length as u32, node);
        put_item(self.frames, Frame { owner, deep: true, guessed: true, ..frame });
        (self.inside, self.slots, self.next) = (Inside::Fields(plan), slots, 0);
        Some(())
    }

    /// Whether a container may be opened: one of the document and the entry around it.
    #[inline(always)]
    fn may_open(&self) -> Option<()> {
        let may = self.depth < self.most.depth
            && self.doc.len() <= self.most.bytes
            && has_room(self.frames, 2)
            && (self.last_day.is_some() || self.nodes.has_room());
        may.then_some(())
    }

    /// Passes over the tag of a container that was written, for which there is room: an object at a
    /// place. Gives its node.
    #[inline(always)]
    fn open(&mut self, at: u32, length: usize, place: u32) -> Option<NodeId> {
        match self.inside {
            Inside::Fields(_) => self.next += 1,
            _ => self.count += 1,
        }
        self.left -= 1;
        self.leave();
        let parent = self.frames.last()?.node;
        let node = self.enter(parent, at, length)?;
        if node != NO_NODE {
            self.nodes.set_place(node, self.attribute, place, 0);
        }
        self.rest = self.rest.get(length + 2..)?;
        self.depth += 1;
        Some(node)
    }

    /// Ends the innermost element if that is what comes next.
    #[inline(always)]
    pub(super) fn end(&mut self) -> Option<()> {
        let frame = self.frames.last()?;
        let (name, length) = (frame.name as usize, frame.length as usize);
        let [b'<', b'/', close @ ..] = self.rest else { return None };
        begin_alike(self.bytes.get(name..)?, close, length)?;
        let [b'>', behind @ ..] = close.get(length..)? else { return None };
        if let Inside::Fields(_) = self.inside {
            self.absent(self.slots.len().checked_sub(self.next as usize)?)?;
        } else if frame.limit > 0 {
            return None;
        }
        let frame = self.frames.last_mut()?;
        if let Some(patch) = frame.patch.take() {
            let count = if frame.halved { self.count / 2 } else { self.count };
            self.doc.patch(patch, count + frame.heads);
        }
        if frame.guessed {
            self.guesses.pop();
        }
        self.depth -= usize::from(frame.deep);
        self.frames.pop();
        self.rest = behind;
        self.resume()
    }
}
