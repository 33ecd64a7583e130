//! What sessions are full of, each value taken from the document and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, at the end of the document, or where a buffer has
//! to grow, nothing happens and the loop ends. [`Writing::step`] takes any step.

use holdfast_document::{
    Container, Room, WINDOW, Window, first_container, has_room, keep_apart, put, put_back, put_item,
    put_within,
};
use holdfast_kryo_common::output::{put_varlong, zigzag_in};

use super::put::{KNOWN_STRING, STRING, counted, field, short_string, value};
use super::refs::Object;
use super::{Frame, FrameKind, Shelf, Writing};
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
    kind: FrameKind,
    /// The number of the next object.
    pub(super) next: u32,
    /// How much is left of the document where notes begin to say something of strings and numbers.
    noted: usize,
    /// Whether objects are written in the order in which they stand.
    in_order: bool,
    pub(super) shelf: &'s mut Shelf,
    pub(super) classes: &'s Classes,
    depth: usize,
    most_bytes: usize,
}

/// Numbers of the document's table.
const ARRAY_LIST: u16 = 1;
const HASH_MAP: u16 = 40;
const BIG_DECIMAL: u16 = 184;
const DATE: u16 = 185;

/// A larger unscaled value is none of the usual ones.
const LONGEST_NUMBER: usize = 16;

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
        let is_of_values =
            self.shelf.frames.last().is_some_and(|frame| matches!(frame.kind, FrameKind::Values));
        if is_of_values && self.note.is_none() {
            self.running(|run| while run.go_on::<false>().is_some() {});
        }
    }

    /// Has a loop work on the innermost container.
    #[inline(always)]
    pub(super) fn running(&mut self, work: impl FnOnce(&mut Run<'d, '_>)) {
        let in_order = self.way.is_straight() && self.shelf.moved.is_empty();
        let Some(&Frame { left, kind, .. }) = self.shelf.frames.last() else { return };
        let rest = self.way.reader.rest();
        let end = self.way.reader.place().wrapping_add(rest.len() as u32);
        let mut run = Run {
            rest,
            end,
            out: std::mem::take(self.out),
            left,
            kind,
            next: self.next,
            noted: self.note.map_or(0, |note| end.saturating_sub(note.place) as usize),
            in_order,
            shelf: self.shelf,
            classes: self.classes,
            depth: self.limits.depth,
            most_bytes: self.limits.bytes,
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
        self.may_grow()?;
        // Of plain data nothing else comes.
        if !OBJECTS {
            return self.values::<OBJECTS>();
        }
        match self.kind {
            FrameKind::Values => self.values::<OBJECTS>(),
            FrameKind::Fields(end) => {
                while self.left > 0 {
                    let window = self.window::<OBJECTS>()?;
                    let mode = self.classes.mode(end, self.left - 1);
                    let written = put_within(&mut self.out, |room| field(mode, window, room));
                    let Some((len, objects)) = written else {
                        return match mode {
                            Mode::Any => self.begin::<OBJECTS>(window),
                            Mode::Known(ClassId::STRING) => {
                                let len = self.counted_text(KNOWN_STRING, window)?;
                                self.pass(len)
                            }
                            _ => None,
                        };
                    };
                    self.next += objects;
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
            let window = self.window::<OBJECTS>()?;
            let Some((len, objects)) = put_within(&mut self.out, |room| value(window, room)) else {
                return self.begin::<OBJECTS>(window);
            };
            self.next += objects;
            self.pass(len)?;
        }
    }

    /// Writes the short strings that come next in a container of values, which are plain data.
    #[inline(always)]
    fn short_strings(&mut self) {
        while self.left > 0
            && let Some(window) = self.window::<false>()
            && let Some(len) = put_within(&mut self.out, |room| short_string(window, room))
            && self.pass(len).is_some()
        {
            self.next += 1;
        }
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

    /// Whether parts of the container stand with their classes.
    #[inline(always)]
    pub(super) fn holds_any(&self) -> bool {
        match self.kind {
            FrameKind::Values => true,
            FrameKind::Fields(end) => matches!(self.classes.mode(end, self.left.wrapping_sub(1)), Mode::Any),
            _ => false,
        }
    }

    /// Whether what was written is not over the limit.
    #[inline(always)]
    pub(super) fn may_grow(&self) -> Option<()> {
        (self.out.len() <= self.most_bytes).then_some(())
    }

    /// The next value, unless notes may say something of it. Of plain data there are none.
    #[inline(always)]
    fn window<const NOTES: bool>(&self) -> Option<&'d Window> {
        self.rest.first_chunk().filter(|_| !NOTES || self.rest.len() > self.noted)
    }

    /// Whether notes say nothing of what stands in front of these bytes, which go on to the end of the document.
    #[inline(always)]
    pub(super) const fn is_plain_before(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.noted
    }

    /// Where bytes of the document stand, which go on to its end.
    #[inline(always)]
    pub(super) const fn place_of(&self, bytes: &[u8]) -> u32 {
        self.end.wrapping_sub(bytes.len() as u32)
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
                let len = self.unusual(window, place)?;
                return self.pass(len);
            }
        };
        self.may_enter().then_some(())?;
        let frame = match container {
            Container::Map(count) => {
                let class = self.first(HASH_MAP, u64::from(count), place)?;
                Frame { left: count * 2, class, kind: FrameKind::Values }
            }
            Container::List(count) => {
                let class = self.first(ARRAY_LIST, u64::from(count), place)?;
                Frame { left: count, class, kind: FrameKind::Values }
            }
            Container::Known { definition, parts } if OBJECTS => {
                let met = self.shelf.beans.met(definition, parts).filter(|met| met.is_straight)?;
                self.first_bean(met.class, place)?;
                Frame { left: met.modes.count, class: met.class, kind: FrameKind::Fields(met.modes.end) }
            }
            Container::Known { .. } => return None,
        };
        self.pass(len)?;
        self.leave();
        self.left = frame.left;
        if OBJECTS {
            self.kind = frame.kind;
        }
        put_item(&mut self.shelf.frames, frame).then_some(())
    }

    /// Whether there may be another frame.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.shelf.frames.len() < self.depth && has_room(&self.shelf.frames, 1)
    }

    /// Writes a scalar with its class that is less usual, and gives how many bytes of the document it took.
    #[inline(always)]
    pub(super) fn unusual(&mut self, window: &Window, place: u32) -> Option<usize> {
        match *window {
            [0xa0..=0xbf | 0xd9, ..] => self.counted_text(STRING, window),
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                self.first(DATE, u64::from_be_bytes([a, b, c, d, e, f, g, h]), place)?;
                Some(10)
            }
            [0xd7, 11, ref payload @ ..] => self.decimal(payload, 2, 8),
            [0xc7, len, 11, ref payload @ ..] => self.decimal(payload, 3, usize::from(len)),
            _ => None,
        }
    }

    /// Writes a string with its count.
    #[inline(always)]
    pub(super) fn counted_text<const N: usize>(&mut self, head: [u8; N], window: &Window) -> Option<usize> {
        let mut room = Room::behind(&mut self.out)?;
        let len = counted(head, window, &mut room)?;
        room.keep();
        self.next += 1;
        Some(len)
    }

    /// Writes a `BigDecimal` that takes so many bytes behind its marker of so many.
    #[inline(always)]
    fn decimal(&mut self, payload: &[u8], marker: usize, len: usize) -> Option<usize> {
        let [a, b, c] = self.mark(self.classes.known_builtin(BIG_DECIMAL)?)?;
        let (scale, unscaled) = payload.split_first_chunk::<4>()?;
        let digits = len.checked_sub(4).filter(|digits| (1..=LONGEST_NUMBER).contains(digits))?;
        let mut room = Room::<WINDOW>::behind(&mut self.out)?;
        room.put([a, b, c, digits as u8 + 1])?;
        room.put_first::<LONGEST_NUMBER>(unscaled.first_chunk()?, digits)?;
        zigzag_in(&mut room, i64::from(i32::from_be_bytes(*scale)))?;
        room.keep();
        self.next += 1;
        Some(marker + len)
    }

    /// Writes class and mark of a first object of a built-in class, and a number. Gives the class.
    #[inline(always)]
    fn first(&mut self, builtin: u16, value: u64, place: u32) -> Option<ClassId> {
        let class = self.classes.known_builtin(builtin)?;
        let mark = self.mark(class)?;
        self.may_number().then_some(())?;
        put_varlong(&mut self.out, mark, value).then_some(())?;
        self.number(class, place);
        Some(class)
    }

    /// Writes class and mark of a first object of a class of the application.
    #[inline(always)]
    pub(super) fn first_bean(&mut self, class: ClassId, place: u32) -> Option<()> {
        let mark = self.mark(class)?;
        (self.may_number() && put(&mut self.out, mark)).then_some(())?;
        self.number(class, place);
        Some(())
    }

    /// What stands in the bytes for a first object of a class that came before by its name.
    #[inline(always)]
    fn mark(&self, class: ClassId) -> Option<[u8; 3]> {
        match self.shelf.names.known(class, self.classes.slot(class)) {
            Some(number @ 0..0x80) => Some([1, number as u8, 1]),
            _ => None,
        }
    }

    /// Whether the next object may be numbered here, and there is room to remember it.
    #[inline(always)]
    fn may_number(&self) -> bool {
        self.in_order && has_room(&self.shelf.objects, 1)
    }

    /// Numbers an object that references may lead to.
    #[inline(always)]
    fn number(&mut self, class: ClassId, place: u32) {
        put_item(&mut self.shelf.objects, Object { place, id: self.next, class });
        self.next += 1;
    }
}
