//! What sessions are full of, in the form in which XStream writes it to the byte, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, what is damaged or stands at the end of the XML,
//! or where a buffer has to grow, nothing happens and the loop ends. The rest of the reader takes any element.

mod nest;

use holdfast_document::{Room, Writer, put_item};

use super::define::Definitions;
use super::frame::{Frame, Guess, Kind};
use super::piece::{WINDOW, Window, spaced, stands};
use super::scalar::{field, item};
use super::{Reader, Scratch};
use crate::classes::{Classes, Slot};
use crate::nodes::{NO_NODE, NodeId, Nodes};
use crate::text::date::LastDay;

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
        let mut out = self.out.take_out();
        let mut doc = self.out.onto(&mut out);
        let mut run = Run {
            rest,
            bytes,
            doc: &mut doc,
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
        let (unread, depth) = (run.rest.len(), run.depth);
        let state = doc.state();
        self.out.put_out_back(out, state);
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
                // `==` is a call.
                if !matches!(outer.kind, Kind::Entries) {
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
            Inside::Elements | Inside::Entry => match self.value(window) {
                Some(begun) => self.begin(&begun),
                None => self.empty(window),
            },
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
}
