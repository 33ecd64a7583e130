//! What sessions are full of, each value taken from the document and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, or where a buffer has to grow, nothing
//! happens and the loop ends. [`Writing::step`](super::Writing) takes any step.

use holdfast_document::{Container, first_container, has_room, put_back, put_item};
use holdfast_kryo_common::beans::Met;
use holdfast_kryo_common::layout::MISSING;

use super::cursor::Cursor;
use super::refs::Object;
use super::{Frame, FrameKind, Home, Shelf, Writing};
use crate::classes::ClassId;
use crate::plan::Mode;

/// The number of Date in the document's table.
pub(super) const DATE: u16 = 185;

/// What stands in the bytes for an ArrayList and a HashMap.
pub(super) const ARRAY_LIST: u8 = 18;
pub(super) const HASH_MAP: u8 = 21;

/// What stands before a string: its class, or a mark where the class is known.
pub(super) const ANY: u8 = 17;
const KNOWN_STRING: u8 = 1;

/// How nothing is stored that is quick.
const NOT_QUICK: Mode = Mode::Float;

/// What a step needs of the innermost frame, a local variable of the loop.
struct Inner {
    left: u32,
    kind: FrameKind,
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes parts of the innermost container, and of those in it and around it, as long as they are quick. Where it
    /// ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let Some(frame) = self.shelf.frames.last() else { return };
        let mut inner = Inner { left: frame.left, kind: frame.kind };
        let mut cursor = Cursor { rest: self.way.reader.rest(), out: std::mem::take(self.out) };
        while self.quick_step(&mut inner, &mut cursor) {}
        self.way.reader.seek(self.place_of(cursor.rest));
        put_back(self.out, cursor.out);
        self.leave(inner.left);
    }

    /// The place where these bytes begin.
    #[inline(always)]
    pub(super) fn place_of(&self, rest: &[u8]) -> u32 {
        let passed = self.way.reader.rest().len().wrapping_sub(rest.len());
        self.way.reader.place().wrapping_add(passed as u32)
    }

    /// Brings the frame of a container up to date.
    #[inline(always)]
    pub(super) fn leave(&mut self, left: u32) {
        if let Some(frame) = self.shelf.frames.last_mut() {
            frame.left = left;
        }
    }

    /// Writes a part, or ends the container.
    #[inline(always)]
    fn quick_step(&mut self, inner: &mut Inner, cursor: &mut Cursor<'d>) -> bool {
        let Some(left) = inner.left.checked_sub(1) else { return self.quick_end(inner, cursor) };
        inner.left = left;
        let written = self.quick_part(inner, cursor);
        if !written {
            inner.left += 1;
        }
        written
    }

    #[inline(always)]
    fn quick_part(&mut self, inner: &mut Inner, cursor: &mut Cursor<'d>) -> bool {
        let head = match inner.kind {
            FrameKind::Values => ANY,
            _ => match self.quick_mode(inner, cursor) {
                Mode::Any => ANY,
                Mode::Known(ClassId::STRING) => KNOWN_STRING,
                Mode::Known(_) => return cursor.null(),
                Mode::Boolean => return cursor.boolean_field(),
                Mode::Int => return cursor.int_field(),
                Mode::Long => return cursor.long_field(),
                Mode::Double => return cursor.double_field(),
                _ => return false,
            },
        };
        let Some((&first, behind)) = cursor.rest.split_first() else { return false };
        match first {
            0xa0..=0xbf => cursor.string(head, behind, usize::from(first & 0x1f)),
            0xd9 => match *behind {
                [len, ref source @ ..] => cursor.string(head, source, usize::from(len)),
                [] => false,
            },
            _ if head == KNOWN_STRING => cursor.null(),
            _ => cursor.scalar(first, behind) || self.quick_object(inner, cursor, first, behind),
        }
    }

    /// How the next part is stored that is none of those with their classes; goes to its place if it stands elsewhere.
    #[inline(always)]
    fn quick_mode(&mut self, inner: &Inner, cursor: &mut Cursor<'d>) -> Mode {
        match inner.kind {
            FrameKind::Known => {
                Mode::Known(self.shelf.frames.last().map_or(ClassId::CLASS, |frame| frame.class))
            }
            FrameKind::Fields(end) => self.classes.mode(end, inner.left),
            FrameKind::FieldsAt { end, from } if self.goes_to(from + 1 + inner.left, cursor) => {
                self.classes.mode(end, inner.left)
            }
            _ => NOT_QUICK,
        }
    }

    /// Goes to the place of a field that stands elsewhere, if it is there.
    #[inline(always)]
    fn goes_to(&mut self, target: u32, cursor: &mut Cursor<'d>) -> bool {
        match self.shelf.beans.targets.get(target as usize) {
            Some(&place) if place != MISSING => {
                self.way.reader.seek(place);
                cursor.go_to(self.way.reader.rest())
            }
            _ => false,
        }
    }

    /// Ends the container, and goes on in the one around it.
    #[inline(always)]
    fn quick_end(&mut self, inner: &mut Inner, cursor: &mut Cursor<'d>) -> bool {
        match inner.kind {
            FrameKind::Whole(_) | FrameKind::Handler | FrameKind::Visit(_) => return false,
            FrameKind::FieldsAt { from, .. } => {
                self.end_fields_at(from);
                cursor.go_to(self.way.reader.rest());
            }
            _ => {}
        }
        self.shelf.frames.pop();
        match self.shelf.frames.last() {
            Some(outer) => *inner = Inner { left: outer.left, kind: outer.kind },
            None => return false,
        }
        true
    }

    /// Writes a date, or begins a value with parts.
    #[inline(always)]
    fn quick_object(
        &mut self,
        inner: &mut Inner,
        cursor: &mut Cursor<'d>,
        first: u8,
        behind: &'d [u8],
    ) -> bool {
        match first {
            0xd7 => {
                let [9, a, b, c, d, e, f, g, h, ref after @ ..] = *behind else { return false };
                let millis = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                let class = self.classes.known_builtin(DATE).and_then(|class| self.quick_class(class));
                class.is_some_and(|class| cursor.varlong(class, millis, after))
            }
            0x80..=0x9f | 0xdc | 0xde => self.quick_container(inner, cursor),
            _ => false,
        }
    }

    /// Begins a value with parts.
    #[inline(always)]
    fn quick_container(&mut self, inner: &mut Inner, cursor: &mut Cursor<'d>) -> bool {
        let Some((container, len)) = first_container(cursor.rest) else { return false };
        let Some(after) = cursor.rest.get(len..) else { return false };
        match container {
            Container::Map(count) => self.quick_map(inner, cursor, count, after),
            Container::List(count) => self.quick_list(inner, cursor, count, after),
            Container::Known { definition, parts } => {
                self.quick_bean(inner, cursor, definition, parts, after)
            }
        }
    }

    /// What stands in the bytes for a class that came before by its name.
    #[inline(always)]
    pub(super) fn quick_class(&self, class: ClassId) -> Option<[u8; 3]> {
        if class.registered().is_some() || self.classes.get(class).registered != 0 {
            return None;
        }
        match self.shelf.names.find(class, self.classes.slot(class)) {
            Some(number @ 0..0x7f) => Some([0xff, 0x7f, number as u8 + 1]),
            _ => None,
        }
    }

    /// A list, of which the elements are to come.
    #[inline(always)]
    fn quick_list(
        &mut self,
        inner: &mut Inner,
        cursor: &mut Cursor<'d>,
        count: u32,
        after: &'d [u8],
    ) -> bool {
        let place = self.place_of(cursor.rest);
        self.may_enter()
            && cursor.varlong([ARRAY_LIST], u64::from(count), after)
            && self.quick_enter(inner, FrameKind::Values, ClassId::CLASS, count, place)
    }

    /// A map, of which keys and values are to come.
    #[inline(always)]
    fn quick_map(&mut self, inner: &mut Inner, cursor: &mut Cursor<'d>, count: u32, after: &'d [u8]) -> bool {
        let place = self.place_of(cursor.rest);
        self.may_enter()
            && cursor.varlong([HASH_MAP], u64::from(count), after)
            && self.quick_enter(inner, FrameKind::Values, ClassId::CLASS, count * 2, place)
    }

    /// An object of a class that was met in this attribute, of which the parts are to come.
    #[inline(always)]
    fn quick_bean(
        &mut self,
        inner: &mut Inner,
        cursor: &mut Cursor<'d>,
        number: u32,
        parts: u32,
        after: &'d [u8],
    ) -> bool {
        let place = self.place_of(cursor.rest);
        let Some(met) = self.shelf.beans.met(number, parts) else { return false };
        let Some([a, b, c]) = self.quick_class(met.class) else { return false };
        if !self.may_enter() || !self.is_new() || !has_room(&cursor.out, 4) {
            return false;
        }
        let kind = if met.is_straight {
            FrameKind::Fields(met.modes.end)
        } else {
            self.way.reader.seek(self.place_of(after));
            let Some(from) = self.quick_places(&met) else { return false };
            self.way.leave_straight_way();
            FrameKind::FieldsAt { end: met.modes.end, from }
        };
        put_item(&mut self.shelf.objects, Object { place, number: self.next, class: met.class });
        self.next += 1;
        cursor.put([a, b, c, 0], after) && self.quick_enter(inner, kind, met.class, met.modes.count, place)
    }

    /// Whether an object is written for the first time wherever it stands, and there is room to remember it.
    #[inline(always)]
    fn is_new(&self) -> bool {
        self.way.is_at_home()
            && self.way.is_straight()
            && has_room(&self.shelf.objects, 1)
            && self.shelf.moved.is_empty()
    }

    /// Finds where the fields of an object stand if all of its parts, which begin here, are scalars. Gives where their
    /// places are among the targets.
    #[inline(always)]
    fn quick_places(&mut self, met: &Met<ClassId>) -> Option<u32> {
        let Shelf { beans, begins, .. } = &mut *self.shelf;
        let end = self.way.reader.scalars(begins.get_mut(..met.parts as usize)?)?;
        let order = &beans.layouts.get(met.layout)?.order;
        let from = beans.targets.len();
        has_room(&beans.targets, order.len() + 1).then_some(())?;
        put_item(&mut beans.targets, end);
        for part in order.iter().rev() {
            put_item(&mut beans.targets, begins.get(*part as usize).copied().unwrap_or(MISSING));
        }
        Some(from as u32)
    }

    /// Whether a value may be begun that holds others.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.shelf.frames.len() < self.limits.depth && has_room(&self.shelf.frames, 1)
    }

    /// Goes on in a value, for which there is room.
    #[inline(always)]
    fn quick_enter(
        &mut self,
        inner: &mut Inner,
        kind: FrameKind,
        class: ClassId,
        left: u32,
        place: u32,
    ) -> bool {
        self.leave(inner.left);
        *inner = Inner { left, kind };
        let home = Home { attribute: self.way.attribute(), place };
        put_item(&mut self.shelf.frames, Frame { left, class, home, kind })
    }
}
