//! What sessions are full of, in the form in which XStream writes it to the byte, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, what is damaged or stands at the end of the XML,
//! or where a buffer has to grow, nothing happens and the loop ends. The rest of the reader takes any element.

use holdfast_document::{Room, Writer, has_room, put_item};

use super::define::{Definitions, Sort};
use super::frame::{Expects, Frame, Guess, Kind};
use super::piece::{WINDOW, Window, spaced, stands};
use super::scalar::{field, item};
use super::{Reader, Scratch};
use crate::classes::{ClassId, Classes, Slot, Type};
use crate::form::Form;
use crate::nodes::{NO_NODE, NodeId, Nodes};
use crate::text::date::LastDay;
use crate::xml::tags::MASKS;

/// What the innermost open element holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Elements,
    Entries,
    /// An entry of a map, whose frame was taken off.
    Entry,
    /// The fields of an object of a plan.
    Fields(u32),
    /// What does not go quickly.
    Other,
}

/// A value that holds others, and how long the name of its element is.
struct Begun {
    form: Form,
    class: ClassId,
    expects: Expects,
    length: usize,
}

/// What the loop works on.
struct Run<'a, 'o, 's> {
    /// The XML from the next element on.
    rest: &'a [u8],
    bytes: &'a [u8],
    doc: &'s mut Writer<'o>,
    inside: Inside,
    /// How many elements, or keys and values, came.
    count: u32,
    /// How many values the entry still takes; of elements so many that they never end.
    left: u32,
    /// The fields of the object, and which of them is next.
    slots: &'s [Slot],
    next: u32,
    /// Where the tag of the entry stands, and its node.
    entry: (u32, NodeId),
    classes: &'s Classes,
    frames: &'s mut Vec<Frame>,
    guesses: &'s mut Vec<Guess>,
    nodes: &'s mut Nodes,
    definitions: &'s Definitions,
    /// As the reader has it, where dates have no node.
    last_day: Option<&'s LastDay>,
    attribute: u32,
    depth: usize,
    most: Most,
}

/// Where the loop ends.
struct Most {
    depth: usize,
    /// With so many bytes written, another value may be too much.
    bytes: usize,
    /// No object is as its class says.
    is_loose: bool,
}

/// More elements than any XML has.
const NO_END: u32 = u32::MAX;

impl Reader<'_, '_> {
    /// Reads on as long as it goes quickly. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let most = Most {
            depth: self.max_depth,
            bytes: self.max_bytes.saturating_sub(WINDOW),
            is_loose: !self.scratch.loose.is_empty(),
        };
        let Scratch { frames, guesses, nodes, definitions, last_day, .. } = &mut *self.scratch;
        let (rest, bytes, classes) = (self.xml.rest(), self.bytes, &*self.classes);
        let (tracking, attribute, depth) = (self.tracking, self.attribute, self.depth);
        let (unread, depth) = self.out.at_hand(|doc| {
            let mut run = Run {
                rest,
                bytes,
                doc,
                inside: Inside::Other,
                count: 0,
                left: NO_END,
                slots: &[],
                next: 0,
                entry: (0, NO_NODE),
                classes,
                frames,
                guesses,
                nodes,
                definitions,
                last_day: (!tracking).then_some(last_day),
                attribute,
                depth,
                most,
            };
            if run.resume().is_some() {
                while run.go_on().is_some() {}
            }
            run.leave();
            (run.rest.len(), run.depth)
        });
        self.depth = depth;
        self.xml.seek(bytes.len() - unread);
    }
}

impl<'a> Run<'a, '_, '_> {
    /// Goes on in the element that was opened last, if it is one of those that go quickly.
    #[inline(always)]
    fn resume(&mut self) -> Option<()> {
        (self.inside, self.left) = (Inside::Other, NO_END);
        let frame = self.frames.last()?;
        match frame.kind {
            Kind::Elements => (self.inside, self.count) = (Inside::Elements, frame.count),
            Kind::Entries => (self.inside, self.count) = (Inside::Entries, frame.count),
            Kind::Bean(plan, next) => {
                self.slots = &self.classes.plan(plan)?.slots;
                (self.inside, self.next) = (Inside::Fields(plan), next);
            }
            Kind::Pair(came) => {
                let outer = self.frames.len().checked_sub(2).and_then(|outer| self.frames.get(outer))?;
                if outer.kind != Kind::Entries {
                    return None;
                }
                self.count = outer.count;
                self.left = 2_u32.checked_sub(u32::from(came))?;
                (self.inside, self.entry) = (Inside::Entry, (frame.name - 1, frame.node));
                self.frames.pop();
            }
            _ => return None,
        }
        Some(())
    }

    /// Brings the frames up to date.
    #[inline(always)]
    fn leave(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        match self.inside {
            Inside::Fields(plan) => frame.kind = Kind::Bean(plan, self.next),
            Inside::Elements | Inside::Entries => frame.count = self.count,
            Inside::Other => {}
            Inside::Entry => {
                frame.count = self.count;
                let owner = frame.owner;
                let (at, node) = self.entry;
                let kind = Kind::Pair((2 - self.left) as u8);
                put_item(self.frames, Frame { owner, ..Frame::named(kind, at + 1, 5, node) });
            }
        }
    }

    /// Reads the scalars that come next, then begins or ends what is none.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        let window = match self.inside {
            Inside::Elements | Inside::Entry => self.values()?,
            Inside::Entries => self.window()?,
            Inside::Fields(_) => self.fields()?,
            Inside::Other => return None,
        };
        let is_end = matches!(window, [b'<', b'/', ..]);
        match self.inside {
            Inside::Elements | Inside::Entries | Inside::Fields(_) if is_end => self.end(),
            Inside::Entries if stands(window, 0, b"<entry>\0", 7) => self.open_entry(),
            Inside::Elements | Inside::Entry => self.begin(&self.value(window)?),
            Inside::Fields(_) => {
                let absent = self.slots.get(self.next as usize..)?;
                let absent = absent.iter().position(|slot| slot.tags.opens_quickly(window))?;
                let slot = self.slots.get(self.next as usize + absent)?;
                if slot.defined_in.is_some() {
                    return None;
                }
                if absent > 0 {
                    return self.absent(absent);
                }
                self.begin(&self.field(slot)?)
            }
            _ => None,
        }
    }

    /// Passes over space.
    #[inline(always)]
    fn window(&mut self) -> Option<&'a Window> {
        self.rest = spaced(self.rest)?;
        self.rest.first_chunk()
    }

    /// Reads the elements that come next, or the keys and values of entries. Gives what is none.
    #[inline(always)]
    fn values(&mut self) -> Option<&'a Window> {
        loop {
            if self.left == 0 {
                self.end_entry()?;
                if self.inside != Inside::Entry {
                    return self.window();
                }
            }
            let window = self.window()?;
            let last_day = self.last_day;
            let Some(len) = self.put(|room| item(window, room, last_day)) else { return Some(window) };
            self.rest = self.rest.get(len..)?;
            self.count += 1;
            self.left -= 1;
        }
    }

    /// Reads the fields that come next in an object. Gives what is none, or none of which its class says all.
    #[inline(always)]
    fn fields(&mut self) -> Option<&'a Window> {
        loop {
            let window = self.window()?;
            let Some(slot) = self.slots.get(self.next as usize) else { return Some(window) };
            let last_day = self.last_day;
            let Some(len) = self.put(|room| field(slot, window, room, last_day)) else { return Some(window) };
            self.rest = self.rest.get(len..)?;
            self.next += 1;
        }
    }

    /// Writes a scalar, where there is room and it may be.
    #[inline(always)]
    fn put(&mut self, write: impl FnOnce(&mut Room<'_, WINDOW>) -> Option<usize>) -> Option<usize> {
        if self.doc.len() > self.most.bytes {
            return None;
        }
        self.doc.put_within(write)
    }

    /// Where the next element stands.
    #[inline(always)]
    fn at(&self) -> u32 {
        (self.bytes.len() - self.rest.len()) as u32
    }

    /// Ends an entry, and begins the one that follows.
    #[inline(always)]
    fn end_entry(&mut self) -> Option<()> {
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
    fn open_entry(&mut self) -> Option<()> {
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
    fn value(&self, window: &Window) -> Option<Begun> {
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
    fn field(&self, slot: &Slot) -> Option<Begun> {
        let Type::Class(class) = slot.kind else { return None };
        let form = self.classes.get(class).form;
        Some(Begun { form, class, expects: Expects::Field(slot.kind), length: slot.tags.open_len() - 2 })
    }

    #[inline(always)]
    fn begin(&mut self, begun: &Begun) -> Option<()> {
        match begun.form {
            Form::Bean(plan) => self.bean(begun, plan),
            Form::Elements(1) => self.container(Kind::Elements, begun.length),
            Form::Entries(40) => self.container(Kind::Entries, begun.length),
            _ => None,
        }
    }

    /// Writes what stands for the fields that come next and are not there.
    #[inline(always)]
    fn absent(&mut self, count: usize) -> Option<()> {
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
    fn end(&mut self) -> Option<()> {
        let frame = self.frames.last()?;
        let (name, length) = (frame.name as usize, frame.length as usize);
        let [b'<', b'/', close @ ..] = self.rest else { return None };
        is_same(self.bytes.get(name..)?, close, length)?;
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

/// Whether two texts that begin with names of a length begin with the same name, of at most 48 bytes.
#[inline(always)]
fn is_same(left: &[u8], right: &[u8], length: usize) -> Option<()> {
    let differ = |at: usize| {
        let (left, right) = (left.get(at..)?.first_chunk()?, right.get(at..)?.first_chunk()?);
        Some(u128::from_le_bytes(*left) ^ u128::from_le_bytes(*right))
    };
    let is_same = match length {
        0..=16 => differ(0)? & *MASKS.get(length)? == 0,
        // Of two looks that overlap the second sees again what the first saw.
        17..=32 => differ(0)? | differ(length - 16)? == 0,
        33..=48 => differ(0)? | differ(16)? | differ(length - 16)? == 0,
        _ => false,
    };
    is_same.then_some(())
}
