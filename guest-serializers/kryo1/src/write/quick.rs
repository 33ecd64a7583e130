//! What sessions are full of, each value taken from the document and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, at the end of the document, or where a buffer has
//! to grow, nothing happens and the loop ends. [`Writing::step`](super::Writing) takes any step.

use holdfast_document::{
    Container, Room, Window, first_container, has_room, keep_apart, put, put_back, put_item, put_within,
};
use holdfast_kryo_common::output::put_varlong;

use super::put::{KNOWN_STRING, STRING, any_text, field, short_string, value};
use super::refs::Object;
use super::{Frame, FrameKind, Home, Shelf, Writing};
use crate::classes::{ClassId, Classes};
use crate::plan::Mode;

/// What the loop works on: variables of its own, as what stands behind a reference is read and written at each step.
pub(super) struct Run<'d, 's> {
    /// The document from the next value on, and the place where its last byte ends.
    pub(super) rest: &'d [u8],
    end: u32,
    pub(super) out: Vec<u8>,
    /// What is left of the innermost container.
    pub(super) left: u32,
    pub(super) kind: FrameKind,
    /// The number of the next object.
    pub(super) next: u32,
    /// Whether objects are met in the order of their places, each for the first time.
    in_order: bool,
    /// Whether the attribute is the one whose turn it is, and its bytes from its first value on.
    at_home: bool,
    attribute: u32,
    all: &'d [u8],
    pub(super) shelf: &'s mut Shelf,
    pub(super) classes: &'s Classes,
    depth: usize,
}

/// The number of Date in the document's table.
const DATE: u16 = 185;

/// What stands in the bytes for an ArrayList and a HashMap.
const ARRAY_LIST: u8 = 18;
const HASH_MAP: u8 = 21;

impl<'d> Writing<'d, '_, '_> {
    /// Writes parts of the innermost container, and of those in it and around it, as long as they are quick. Where it ends
    /// no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        self.running(|run| while run.go_on::<true>().is_some() {});
    }

    /// As [`Writing::run_quickly`], as long as they are plain data: maps and lists of scalars, without objects. The fewer
    /// values a loop works on, the more of them stay in registers.
    #[inline(never)]
    pub(super) fn run_plain(&mut self) {
        if self.shelf.frames.last().is_some_and(|frame| matches!(frame.kind, FrameKind::Values)) {
            self.running(|run| while run.go_on::<false>().is_some() {});
        }
    }

    /// Has a loop work on the innermost container.
    #[inline(always)]
    pub(super) fn running(&mut self, work: impl FnOnce(&mut Run<'d, '_>)) {
        let at_home = self.way.is_at_home();
        let Some(&Frame { left, kind, .. }) = self.shelf.frames.last() else { return };
        let (rest, place, at) = (self.way.reader.rest(), self.way.reader.place(), self.way.reader.at());
        let mut run = Run {
            rest,
            end: place.wrapping_add(rest.len() as u32),
            out: std::mem::take(self.out),
            left,
            kind,
            next: self.next,
            in_order: at_home && self.way.is_straight() && self.shelf.moved.is_empty(),
            at_home,
            attribute: self.way.attribute(),
            all: self.way.reader.slice(at - place as usize, at + rest.len()),
            shelf: self.shelf,
            classes: self.classes,
            depth: self.limits.depth,
        };
        work(&mut run);
        run.leave();
        self.next = run.next;
        self.way.reader.advance(rest.len() - run.rest.len());
        put_back(self.out, run.out);
    }
}

impl<'d> Run<'d, '_> {
    /// Writes the scalars that come next in the container, then begins a container or ends this one.
    #[inline(always)]
    fn go_on<const OBJECTS: bool>(&mut self) -> Option<()> {
        // Of plain data nothing else comes.
        if !OBJECTS {
            return self.values::<OBJECTS>();
        }
        match self.kind {
            FrameKind::Values => self.values::<OBJECTS>(),
            FrameKind::Fields(end) => {
                while self.left > 0 {
                    let window = self.window()?;
                    let mode = self.classes.mode(end, self.left - 1);
                    let Some(len) = put_within(&mut self.out, |room| field(mode, window, room)) else {
                        return match mode {
                            Mode::Any => self.begin::<OBJECTS>(window),
                            Mode::Known(ClassId::STRING) => {
                                let len = self.any_text(KNOWN_STRING, window)?;
                                self.pass(len)
                            }
                            _ => None,
                        };
                    };
                    self.pass(len)?;
                }
                self.end::<OBJECTS>()
            }
            _ => None,
        }
    }

    /// Writes the scalars that come next in a container of values, then begins another one or ends this one.
    #[inline(always)]
    fn values<const OBJECTS: bool>(&mut self) -> Option<()> {
        loop {
            if !OBJECTS {
                keep_apart();
                self.short_strings();
            }
            if self.left == 0 {
                return self.end::<OBJECTS>();
            }
            let window = self.window()?;
            let Some(len) = put_within(&mut self.out, |room| value(window, room)) else {
                return self.begin::<OBJECTS>(window);
            };
            self.pass(len)?;
        }
    }

    /// Writes the short strings that come next in a container of values.
    #[inline(always)]
    fn short_strings(&mut self) {
        while self.left > 0
            && let Some(window) = self.window()
            && let Some(len) = put_within(&mut self.out, |room| short_string(window, room))
            && self.pass(len).is_some()
        {}
    }

    /// Goes on behind the last part of the innermost container.
    #[inline(always)]
    fn end<const OBJECTS: bool>(&mut self) -> Option<()> {
        if !OBJECTS {
            let outer = self.shelf.frames.len().checked_sub(2)?;
            matches!(self.shelf.frames.get(outer)?.kind, FrameKind::Values).then_some(())?;
        }
        self.shelf.frames.pop();
        let outer = self.shelf.frames.last()?;
        self.left = outer.left;
        if OBJECTS {
            self.kind = outer.kind;
        }
        Some(())
    }

    /// The next value.
    #[inline(always)]
    fn window(&self) -> Option<&'d Window> {
        self.rest.first_chunk()
    }

    /// Whether parts of the container stand with their classes.
    #[inline(always)]
    pub(super) fn holds_any(&self) -> bool {
        match self.kind {
            FrameKind::Values => true,
            FrameKind::Fields(end) => matches!(self.classes.mode(end, self.left.wrapping_sub(1)), Mode::Any),
            _ => false,
        }
    }

    /// Where bytes of the document stand, which go on to its end.
    #[inline(always)]
    pub(super) const fn place_of(&self, bytes: &[u8]) -> u32 {
        self.end.wrapping_sub(bytes.len() as u32)
    }

    /// The bytes of the attribute from a place on.
    #[inline(always)]
    pub(super) fn bytes_at(&self, place: u32) -> Option<&'d [u8]> {
        self.all.get(place as usize..)
    }

    /// Goes on behind a part of so many bytes.
    #[inline(always)]
    pub(super) fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// Brings the frame of the container up to date.
    #[inline(always)]
    fn leave(&mut self) {
        if let Some(frame) = self.shelf.frames.last_mut() {
            frame.left = self.left;
        }
    }

    /// Begins a value that holds others, or writes one that is less usual.
    #[inline(always)]
    fn begin<const OBJECTS: bool>(&mut self, window: &Window) -> Option<()> {
        let place = self.place_of(self.rest);
        let (container, len) = match *window {
            [0x80..=0x9f | 0xdc..=0xdf, ..] => first_container(window)?,
            _ => {
                let len = self.unusual(window)?;
                return self.pass(len);
            }
        };
        self.may_enter().then_some(())?;
        let (class, kind, left) = match container {
            Container::Map(count) => {
                put_varlong(&mut self.out, [HASH_MAP], u64::from(count)).then_some(())?;
                (ClassId::CLASS, FrameKind::Values, count * 2)
            }
            Container::List(count) => {
                put_varlong(&mut self.out, [ARRAY_LIST], u64::from(count)).then_some(())?;
                (ClassId::CLASS, FrameKind::Values, count)
            }
            Container::Known { definition, parts } if OBJECTS => {
                let met = self.shelf.beans.met(definition, parts).filter(|met| met.is_straight)?;
                self.first_bean(met.class, place)?;
                (met.class, FrameKind::Fields(met.modes.end), met.modes.count)
            }
            Container::Known { .. } => return None,
        };
        self.pass(len)?;
        self.leave();
        self.left = left;
        if OBJECTS {
            self.kind = kind;
        }
        let home = Home { attribute: self.attribute, place };
        put_item(&mut self.shelf.frames, Frame { left, class, home, kind }).then_some(())
    }

    /// Whether there may be another frame.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.shelf.frames.len() < self.depth && has_room(&self.shelf.frames, 1)
    }

    /// Writes a scalar with its class that is less usual, and gives how many bytes of the document it took.
    #[inline(always)]
    pub(super) fn unusual(&mut self, window: &Window) -> Option<usize> {
        match *window {
            [0xa0..=0xbf | 0xd9, ..] => self.any_text(STRING, window),
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                let class = self.named(self.classes.known_builtin(DATE)?)?;
                let millis = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                put_varlong(&mut self.out, class, millis).then_some(10)
            }
            _ => None,
        }
    }

    /// Writes a string that is not ASCII.
    #[inline(always)]
    pub(super) fn any_text(&mut self, head: u8, window: &Window) -> Option<usize> {
        let mut room = Room::behind(&mut self.out)?;
        let len = any_text(head, window, &mut room)?;
        room.keep();
        Some(len)
    }

    /// Writes the class and the mark of a new object, and remembers it.
    #[inline(always)]
    fn first_bean(&mut self, class: ClassId, place: u32) -> Option<Object> {
        (self.in_order && has_room(&self.shelf.objects, 1)).then_some(())?;
        let object = self.put_first(class, place)?;
        put_item(&mut self.shelf.objects, object);
        Some(object)
    }

    /// As [`Run::first_bean`], wherever the object stands. It is to be remembered by [`Run::moved`] once it is written.
    #[inline(always)]
    pub(super) fn first_anywhere(&mut self, class: ClassId, place: u32) -> Option<Object> {
        if self.in_order {
            return self.first_bean(class, place);
        }
        (self.at_home && self.shelf.find(self.attribute, place).is_none()).then_some(())?;
        self.put_first(class, place)
    }

    /// Remembers an object that does not stand where its turn is.
    #[inline(always)]
    pub(super) fn moved(&mut self, object: Object) -> Option<()> {
        let is_kept = self.in_order || self.shelf.moved.put(self.attribute, object.place, object);
        is_kept.then_some(())
    }

    /// Writes the class and the mark of a new object, and gives it the next number.
    #[inline(always)]
    fn put_first(&mut self, class: ClassId, place: u32) -> Option<Object> {
        let [a, b, c] = self.named(class)?;
        put(&mut self.out, [a, b, c, 0]).then_some(())?;
        let object = Object { place, number: self.next, class };
        self.next += 1;
        Some(object)
    }

    /// What stands in the bytes for a class that came before by its name.
    #[inline(always)]
    fn named(&self, class: ClassId) -> Option<[u8; 3]> {
        if class.registered().is_some() || self.classes.get(class).registered != 0 {
            return None;
        }
        match self.shelf.names.find(class, self.classes.slot(class)) {
            Some(number @ 0..0x7f) => Some([0xff, 0x7f, number as u8 + 1]),
            _ => None,
        }
    }
}
