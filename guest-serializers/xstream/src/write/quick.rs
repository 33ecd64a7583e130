//! What most of a session is: strings, numbers, dates and flags in lists, maps and objects, written in a loop without
//! calls (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not as usual, or where a buffer has to grow, nothing happens and the
//! loop ends. [`Writer::step`] takes any step.

use std::rc::Rc;

use holdfast_document::{Container, Room, first_container, has_room, put_item};

use super::Writer;
use super::frame::{Frame, Kind};
use super::permute::Places;
use super::plan::{Part, Plan, Shape};
use super::small::{Small, small};
use crate::classes::{ClassId, Classes, Slot, Type};
use crate::nodes::{NO_NODE, NodeId, Nodes};
use crate::text::date::LastDay;
use crate::text::{big, quick};
use crate::xml::quick::{ENTRY, Quick as Xml};
use crate::xml::tags::Tags;

/// Numbers of classes in the document's table.
pub(super) const ARRAY_LIST: u16 = 1;
pub(super) const HASH_MAP: u16 = 40;
const DATE: u16 = 185;

/// What the loop works with, each by itself.
struct Quick<'q, 'd, 'p> {
    xml: &'q mut Xml<'p>,
    document: &'d [u8],
    at: usize,
    /// Where the value of the attribute begins.
    base: usize,
    frames: &'q mut Vec<Frame>,
    plans: &'q [Option<Rc<Plan>>],
    permuted: &'q mut Places,
    classes: &'q Classes,
    last_day: &'q LastDay,
    tracked: Tracked<'q>,
    depth: usize,
    most: usize,
}

/// Where objects stand, if there are references.
struct Tracked<'q> {
    tracking: bool,
    attribute: u32,
    nodes: &'q mut Nodes,
    elements: &'q mut Vec<NodeId>,
    places: &'q mut Vec<(u32, u32, NodeId)>,
}

impl Writer<'_, '_> {
    /// Writes on as long as it goes quickly. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let at = self.doc.at();
        let base = at - self.doc.place() as usize;
        let end = self.xml.quickly(|xml| {
            let mut quick = Quick {
                xml,
                document: self.document,
                at,
                base,
                frames: &mut self.frames,
                plans: self.plans.current(),
                permuted: self.permuted,
                classes: self.classes,
                last_day: self.last_day,
                tracked: Tracked {
                    tracking: self.tracking,
                    attribute: self.attribute,
                    nodes: self.nodes,
                    elements: self.elements,
                    places: self.places,
                },
                depth: self.limits.depth,
                most: self.limits.bytes,
            };
            quick.run();
            quick.at
        });
        self.doc.seek((end - base) as u32);
    }
}

impl<'q> Quick<'q, '_, '_> {
    #[inline(always)]
    fn run(&mut self) {
        let Some(mut frame) = self.frames.last().copied() else { return };
        while self.xml.out.len() <= self.most && self.step(&mut frame) {}
        if let Some(last) = self.frames.last_mut() {
            *last = frame;
        }
    }

    /// Takes a step in the container that was opened last, which the frame is of: as [`Writer::step`].
    #[inline(always)]
    fn step(&mut self, frame: &mut Frame) -> bool {
        let ended = frame.begun >= frame.parts;
        let slot = match frame.kind {
            Kind::Entries if ended && !frame.begun.is_multiple_of(4) => return false,
            Kind::Elements | Kind::Entries | Kind::Bean(_) if ended => return self.end(frame),
            Kind::Entries if frame.begun.is_multiple_of(4) => return self.begin_entry(frame),
            Kind::Entries if frame.begun % 4 == 3 => return self.end_entry(frame),
            Kind::Elements | Kind::Entries => None,
            Kind::Bean(plan) => match self.slot(plan, frame.begun) {
                Some(slot) => Some(slot),
                None => return false,
            },
            Kind::Permuted(plan, base) => match self.permuted_slot(plan, base, frame.begun) {
                Some(slot) => Some(slot),
                None => return self.end_permuted(frame, plan, base),
            },
            _ => return false,
        };
        let Some((value, end)) = small(self.document, self.at) else {
            return self.container(frame, slot);
        };
        let before = self.xml.out.len();
        let written = self.leaf(&value, end, slot);
        if written {
            self.at = end;
            frame.begun += 1;
        } else {
            self.xml.back(before);
        }
        written
    }

    #[inline(always)]
    fn begin_entry(&mut self, frame: &mut Frame) -> bool {
        let begun = self.open(&ENTRY, None);
        frame.begun += u32::from(begun);
        begun
    }

    #[inline(always)]
    fn end_entry(&mut self, frame: &mut Frame) -> bool {
        let ended = self.close();
        frame.begun += u32::from(ended);
        ended
    }

    /// The parts of an object, and the order of its class where that is another.
    #[inline(always)]
    fn parts(&self, plan: u32) -> Option<(&'q [Part], &'q [u32])> {
        match &self.plans.get(plan as usize)?.as_ref()?.shape {
            Shape::Bean(parts, order) => Some((parts, order)),
            _ => None,
        }
    }

    /// The field that a part is.
    #[inline(always)]
    fn slot(&self, plan: u32, part: u32) -> Option<&'q Slot> {
        match self.parts(plan)?.0.get(part as usize)? {
            Part::Field(slot) => Some(slot),
            _ => None,
        }
    }

    /// The next field of an object in the order of its class. Goes where its value is.
    #[inline(always)]
    fn permuted_slot(&mut self, plan: u32, base: u32, next: u32) -> Option<&'q Slot> {
        let part = *self.parts(plan)?.1.get(next as usize)?;
        let place = self.permuted.place(base, part)?;
        self.at = self.base + place as usize;
        self.slot(plan, part)
    }

    /// Ends an object in the order of its class, if all its fields were written.
    #[inline(always)]
    fn end_permuted(&mut self, frame: &mut Frame, plan: u32, base: u32) -> bool {
        let all = self.parts(plan).is_some_and(|(_, order)| frame.begun as usize >= order.len());
        let Some(end) = self.permuted.place(base, frame.parts).filter(|_| all) else { return false };
        let ended = self.end(frame);
        if ended {
            self.at = self.base + end as usize;
            self.permuted.close(base);
        }
        ended
    }

    /// Writes a value of few bytes. What was written is to be taken back where not all of it was.
    #[inline(always)]
    fn leaf(&mut self, value: &Small, end: usize, slot: Option<&Slot>) -> bool {
        let tags = match (slot, value) {
            (None, Small::Nil) => return self.xml.short(*b"<null/>"),
            (Some(_), Small::Nil) => return true,
            (None, value) => value.tags(),
            (Some(slot), value) => value.suits(slot.simple).then_some(&slot.tags),
        };
        let Some(tags) = tags else { return false };
        let is_object = self.tracked.tracking && matches!(value, Small::Date(_));
        if is_object && !self.tracked.has_room() || !self.xml.begin_leaf(tags) {
            return false;
        }
        let name = self.xml.out.len() + 1 - tags.open_len();
        let written = if let Small::Text(from) = *value {
            self.xml.plain(self.document, from, end)
        } else {
            let Some(mut room) = Room::behind(&mut self.xml.out) else { return false };
            let document = self.document.get(..end).unwrap_or_default();
            short(value, document, self.last_day, &mut room).map(|()| room.keep()).is_some()
        };
        let written = written && self.xml.end_leaf(tags);
        if written && is_object {
            self.remember_date(name, tags);
        }
        written
    }

    /// Begins a value that holds others.
    #[inline(always)]
    fn container(&mut self, frame: &mut Frame, slot: Option<&Slot>) -> bool {
        let Some(rest) = self.document.get(self.at..) else { return false };
        match first_container(rest) {
            Some((Container::Map(count), len)) => self.map(frame, slot, count, len),
            Some((Container::List(count), len)) => self.list(frame, slot, count, len),
            Some((Container::Known { definition, parts }, len)) => {
                self.object(frame, slot, definition, parts, len)
            }
            None => false,
        }
    }

    #[inline(always)]
    fn map(&mut self, frame: &mut Frame, slot: Option<&Slot>, count: u32, len: usize) -> bool {
        let Some(class) = self.classes.known(HASH_MAP) else { return false };
        self.enter(frame, slot, class, (Kind::Entries, count * 4), len)
    }

    #[inline(always)]
    fn list(&mut self, frame: &mut Frame, slot: Option<&Slot>, count: u32, len: usize) -> bool {
        let Some(class) = self.classes.known(ARRAY_LIST) else { return false };
        self.enter(frame, slot, class, (Kind::Elements, count), len)
    }

    /// An object of a class that was met in this attribute, whose parts stand in the order of the class.
    #[inline(always)]
    fn object(
        &mut self,
        frame: &mut Frame,
        slot: Option<&Slot>,
        definition: u32,
        parts: u32,
        len: usize,
    ) -> bool {
        let Some(Some(plan)) = self.plans.get(definition as usize) else { return false };
        match &plan.shape {
            Shape::Bean(_, order) if order.is_empty() => {
                self.enter(frame, slot, plan.class, (Kind::Bean(definition), parts), len)
            }
            _ => false,
        }
    }

    /// Begins a value of a class, and goes on in it. Its header takes `len` bytes.
    #[inline(always)]
    fn enter(
        &mut self,
        frame: &mut Frame,
        slot: Option<&Slot>,
        class: ClassId,
        (kind, parts): (Kind, u32),
        len: usize,
    ) -> bool {
        let tags = match slot {
            None => self.classes.get(class).tags(),
            Some(slot) => {
                (slot.kind == Type::Class(class) && slot.defined_in.is_none()).then_some(&slot.tags)
            }
        };
        let deep = self.xml.depth().div_ceil(2) > self.depth || self.frames.len() >= self.depth;
        let Some(tags) = tags.filter(|_| !deep && has_room(self.frames, 1)) else { return false };
        let place = (self.at - self.base) as u32;
        if !self.open(tags, Some((place, class))) {
            return false;
        }
        self.at += len;
        frame.begun += 1;
        if let Some(outer) = self.frames.last_mut() {
            *outer = *frame;
        }
        *frame = Frame::new(kind, parts, place);
        put_item(self.frames, *frame)
    }

    /// Ends the value that the frame is of, and goes on in the one around it.
    #[inline(always)]
    fn end(&mut self, frame: &mut Frame) -> bool {
        let closed = self.close();
        if closed {
            self.frames.pop();
            // Outside of all containers there is nothing that goes quickly.
            *frame = self.frames.last().copied().unwrap_or(Frame::new(Kind::Items, 0, 0));
        }
        closed
    }

    /// Begins an element, of an object of a place and class if it is one.
    #[inline(always)]
    fn open(&mut self, tags: &Tags, object: Option<(u32, ClassId)>) -> bool {
        if self.tracked.tracking && !self.tracked.has_room() {
            return false;
        }
        let Some(name) = self.xml.open(tags) else { return false };
        if self.tracked.tracking {
            let node = self.tracked.element(name as usize, tags, object);
            put_item(self.tracked.elements, node);
        }
        true
    }

    #[inline(always)]
    fn close(&mut self) -> bool {
        let closed = self.xml.close();
        if closed && self.tracked.tracking {
            self.tracked.elements.pop();
        }
        closed
    }

    /// Says that a date stands in the element that was written last.
    #[inline(always)]
    fn remember_date(&mut self, name: usize, tags: &Tags) {
        if let Some(class) = self.classes.known(DATE) {
            let place = (self.at - self.base) as u32;
            self.tracked.element(name, tags, Some((place, class)));
        }
    }
}

/// Writes a value that is no text, of which none is longer; it ends where the document is cut off.
#[inline(always)]
fn short(value: &Small, document: &[u8], last_day: &LastDay, room: &mut Room<'_, 40>) -> Option<()> {
    match *value {
        Small::Int(value, _) => room.integer(value),
        Small::Bool(true) => room.put(*b"true"),
        Small::Bool(false) => room.put(*b"false"),
        Small::Double(value) => quick::put_double(room, value),
        Small::Date(millis) => quick::put_date(room, millis, last_day),
        Small::Decimal(scale, from) => quick::put_decimal(room, scale, big::small(document.get(from..)?)?),
        Small::Text(_) | Small::Nil => None,
    }
}

impl Tracked<'_> {
    /// Whether another element has room.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.nodes.has_room() && has_room(self.elements, 1) && has_room(self.places, 1)
    }

    /// Takes note of an element, of an object of a place and class if it is one, for which there is room.
    #[inline(always)]
    fn element(&mut self, name: usize, tags: &Tags, object: Option<(u32, ClassId)>) -> NodeId {
        let parent = self.elements.last().copied().unwrap_or(NO_NODE);
        let node = self.nodes.put(parent, name, tags.open_len() - 2);
        if let Some((place, class)) = object {
            self.nodes.set_place(node, self.attribute, place, class);
            put_item(self.places, (self.attribute, place, node));
        }
        node
    }
}
