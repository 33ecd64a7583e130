//! The steps that sessions are full of, each taken from the document and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, or where a buffer has to grow, nothing
//! happens and the loop ends. [`Writing::step`] takes any step.

use holdfast_document::{Container, Reader, first_container, has_room, put, put_back, put_item};
use holdfast_kryo_common::beans::{Beans, MOST_SCALARS, Met};

use super::names::Names;
use super::refs::Object;
use super::{Frame, FrameKind, Shelf, Writing};
use crate::classes::{ClassId, Classes};
use crate::plan::Mode;
use holdfast_kryo_common::output::put_varlong;

/// What the loop works on: variables of its own, as what stands behind a reference is read and written at each step.
pub(super) struct Run<'d, 's> {
    pub(super) out: Vec<u8>,
    /// The bytes of the document from the next value on, and the place where the last of them ends.
    pub(super) rest: &'d [u8],
    end: u32,
    frame: Frame,
    /// The frames around it, of which there may be so many with it.
    frames: Vec<Frame>,
    depth: usize,
    pub(super) objects: Vec<Object>,
    /// The number of the next object.
    pub(super) next: u32,
    /// Whether objects are written in the order in which they stand.
    pub(super) in_order: bool,
    /// From this place on, notes may say something of strings and numbers.
    pub(super) noted: u32,
    pub(super) heads: Heads,
    most_bytes: usize,
    classes: &'s Classes,
    names: &'s Names,
    beans: &'s Beans<ClassId>,
    begins: &'s mut [u32; MOST_SCALARS],
}

/// Numbers of the document's table.
pub(super) const ARRAY_LIST: u16 = 1;
pub(super) const HASH_MAP: u16 = 40;
pub(super) const BIG_DECIMAL: u16 = 184;
pub(super) const DATE: u16 = 185;

/// How the commonest built-in classes stand in the bytes.
pub(super) struct Heads {
    list: Head,
    map: Head,
    pub(super) date: Head,
    pub(super) decimal: Head,
}

/// A class that stands in the bytes by name, and its number among those.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) class: ClassId,
    number: u8,
}

impl Head {
    /// A class that is not there yet, or with a number of more than a byte.
    const NONE: Self = Self { class: ClassId::VOID, number: 0x80 };

    #[inline(always)]
    fn of(class: ClassId, classes: &Classes, names: &Names) -> Self {
        match names.known(class, classes.slot(class)) {
            Some(number @ 0..0x80) => Self { class, number: number as u8 },
            _ => Self::NONE,
        }
    }

    #[inline(always)]
    pub(super) fn of_builtin(number: u16, classes: &Classes, names: &Names) -> Self {
        classes.known_builtin(number).map_or(Self::NONE, |class| Self::of(class, classes, names))
    }

    /// The class and the mark of a first object.
    #[inline(always)]
    pub(super) fn mark(self) -> Option<[u8; 3]> {
        (self.number < 0x80).then_some([1, self.number, 1])
    }
}

impl Writing<'_, '_, '_> {
    /// Whether objects are written in the order in which they stand.
    #[inline]
    pub(super) fn is_in_order(&self) -> bool {
        self.way.is_straight() && self.shelf.moved.is_empty()
    }

    /// Takes steps as long as they are quick. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let in_order = self.is_in_order();
        let Shelf { frames, objects, names, beans, begins, .. } = &mut *self.shelf;
        let Some(frame) = frames.pop() else { return };
        let (rest, classes) = (self.way.reader.rest(), &*self.classes);
        let head = |number| Head::of_builtin(number, classes, names);
        let mut run = Run {
            out: std::mem::take(self.out),
            rest,
            end: self.way.reader.place().wrapping_add(rest.len() as u32),
            frame,
            frames: std::mem::take(frames),
            depth: self.limits.depth,
            objects: std::mem::take(objects),
            next: self.next,
            in_order,
            noted: self.note.map_or(u32::MAX, |note| note.place),
            heads: Heads {
                list: head(ARRAY_LIST),
                map: head(HASH_MAP),
                date: head(DATE),
                decimal: head(BIG_DECIMAL),
            },
            most_bytes: self.limits.bytes,
            classes,
            names,
            beans,
            begins,
        };
        run.go_on();
        // There was room for the frame before.
        put_item(&mut run.frames, run.frame);
        put_back(frames, run.frames);
        put_back(objects, run.objects);
        put_back(self.out, run.out);
        self.next = run.next;
        self.way.reader.advance(rest.len() - run.rest.len());
    }
}

impl Run<'_, '_> {
    #[inline(always)]
    fn go_on(&mut self) {
        loop {
            let mode = match self.frame.kind {
                FrameKind::Values => Mode::Any,
                FrameKind::Known => Mode::Known(self.frame.class),
                FrameKind::Fields(end) => self.classes.mode(end, self.frame.left.wrapping_sub(1)),
                _ => return,
            };
            let Some(left) = self.frame.left.checked_sub(1) else {
                let Some(outer) = self.frames.pop() else { return };
                self.frame = outer;
                continue;
            };
            if self.out.len() > self.most_bytes {
                return;
            }
            if let Some(len) = self.put_scalar(mode, self.rest) {
                self.advance(len);
                self.frame.left = left;
            } else if mode != Mode::Any || !self.begin(left) {
                return;
            }
        }
    }

    #[inline(always)]
    fn advance(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// Where bytes of the document stand, which go on to its end.
    #[inline(always)]
    pub(super) fn place_of(&self, bytes: &[u8]) -> u32 {
        self.end.wrapping_sub(bytes.len() as u32)
    }

    /// Begins a value that holds others, behind which so many follow in the container around it.
    #[inline(always)]
    fn begin(&mut self, left: u32) -> bool {
        if !self.in_order || !has_room(&self.objects, 1) || !self.may_enter() {
            return false;
        }
        match first_container(self.rest) {
            Some((Container::Map(count), len)) => {
                self.begin_plain(self.heads.map, left, count, 2 * count, len)
            }
            Some((Container::List(count), len)) => self.begin_plain(self.heads.list, left, count, count, len),
            Some((Container::Known { definition, parts }, len)) => {
                self.begin_bean(left, definition, parts, len)
            }
            None => false,
        }
    }

    /// Whether there may be another frame, and there is room for it and the one that is not among the others.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.frames.len() + 1 < self.depth && has_room(&self.frames, 2)
    }

    /// Begins a container of a header of `len` bytes, in which so many values follow.
    #[inline(always)]
    fn begin_plain(&mut self, head: Head, left: u32, count: u32, inside: u32, len: usize) -> bool {
        let Some(mark) = head.mark() else { return false };
        if !put_varlong(&mut self.out, mark, u64::from(count)) {
            return false;
        }
        self.count_object(head.class, self.place_of(self.rest));
        self.advance(len);
        self.frame.left = left;
        if inside > 0 {
            self.enter(Frame { left: inside, class: ClassId::VOID, kind: FrameKind::Values });
        }
        true
    }

    /// Goes on in a container, for whose frame there is room.
    #[inline(always)]
    fn enter(&mut self, frame: Frame) {
        put_item(&mut self.frames, std::mem::replace(&mut self.frame, frame));
    }

    /// Numbers an object that references may lead to, and for which there is room.
    #[inline(always)]
    pub(super) fn count_object(&mut self, class: ClassId, place: u32) {
        put_item(&mut self.objects, Object { place, id: self.next, class });
        self.next += 1;
    }

    /// Begins an object of a class that was met in this attribute, or writes it if it has scalars alone.
    #[inline(always)]
    fn begin_bean(&mut self, left: u32, definition: u32, parts: u32, header: usize) -> bool {
        let Some(met) = self.beans.met(definition, parts) else { return false };
        let Some(mark) = Head::of(met.class, self.classes, self.names).mark() else { return false };
        let Some(fields) = self.rest.get(header..) else { return false };
        let place = self.place_of(self.rest);
        if !met.is_straight {
            let before = (self.out.len(), self.objects.len(), self.next);
            let Some(len) = self.put_object(met, mark, place, fields) else {
                self.out.truncate(before.0);
                self.objects.truncate(before.1);
                self.next = before.2;
                return false;
            };
            self.rest = fields.get(len..).unwrap_or_default();
            self.frame.left = left;
            return true;
        }
        if !put(&mut self.out, mark) {
            return false;
        }
        self.count_object(met.class, place);
        self.rest = fields;
        self.frame.left = left;
        if met.modes.count > 0 {
            self.enter(Frame {
                left: met.modes.count,
                class: met.class,
                kind: FrameKind::Fields(met.modes.end),
            });
        }
        true
    }

    /// Writes an object that has its fields in another order than Kryo, if all of them are scalars: then none leads
    /// elsewhere, and nothing but the place of each is needed. Gives how long they are. What was written is to be taken
    /// back where that is nothing.
    #[inline(always)]
    fn put_object(&mut self, met: Met<ClassId>, mark: [u8; 3], place: u32, fields: &[u8]) -> Option<usize> {
        let begins = self.begins.get_mut(..met.parts as usize)?;
        let len = Reader::value(fields).scalars(begins)? as usize;
        if self.noted < self.place_of(fields.get(len..)?) || !put(&mut self.out, mark) {
            return None;
        }
        self.count_object(met.class, place);
        let first = self.objects.len();
        let order = &self.beans.layouts.get(met.layout)?.order;
        for (mode, part) in self.classes.modes(met.modes).iter().zip(order) {
            let begin = *self.begins.get(*part as usize)?;
            self.put_scalar(*mode, fields.get(begin as usize..)?)?;
            self.settle(first);
        }
        Some(len)
    }

    /// Objects are looked for by their places: moves the last one of those behind so many in front of all with a
    /// greater place.
    #[inline(always)]
    fn settle(&mut self, first: usize) {
        let mut objects = self.objects.get_mut(first..).unwrap_or_default();
        while let [before @ .., a, b] = objects
            && a.place > b.place
        {
            std::mem::swap(a, b);
            let len = before.len() + 1;
            objects = objects.get_mut(..len).unwrap_or_default();
        }
    }
}
