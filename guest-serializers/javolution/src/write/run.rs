//! Writes what sessions are full of in a loop without calls (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, at the end of the document, or where a buffer has
//! to grow, nothing happens and the loop ends. [`Writing::run`] takes any step.

use holdfast_document::{Container, Room, Window, first_container, has_room, put_back, put_item, put_within};

use super::bean_run::put_text;
use super::numbered::stamp;
use super::quick::{BOOLEAN, DOUBLE, INTEGER, LIST, LONG, MAP, STRING, is_nil, whole};
use super::refs::Object;
use super::script::Scripts;
use super::tag::Span;
use super::{Frame, Kind, Writing};
use crate::decimal::put_double;
use crate::losses::Losses;
use crate::stamp::Stamp;

/// Longer names of elements are closed the long way.
const LONGEST_NAME: usize = 48;

/// What a value takes at most, or a field in an attribute: the longest stamps of a field and a class, and a text.
pub(super) const ROOM: usize = 256;

/// Where a value stands.
#[derive(Clone, Copy)]
pub(super) enum Slot<'r> {
    Key,
    Value,
    Element,
    Lead(&'r Stamp),
}

/// What the loop works with: variables of its own, as what stands behind a reference is read and written at each step.
pub(super) struct Run<'r, 'd> {
    /// The document from the next value on, and the place where its last byte ends.
    pub(super) rest: &'d [u8],
    end: u32,
    pub(super) out: Vec<u8>,
    /// What the innermost element holds, and how much is left of it.
    pub(super) left: u32,
    kind: Kind,
    frames: &'r mut Vec<Frame>,
    pub(super) objects: &'r mut Vec<Object>,
    pub(super) scripts: &'r Scripts,
    pub(super) losses: &'r Losses,
    max_depth: usize,
    max_bytes: usize,
    /// The number of the next object.
    pub(super) next: u32,
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes on as long as it is quick. Where it ends, no value is half written.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        self.running::<false>();
    }

    /// Has a loop work on the innermost element: that of objects in another order, or of all else. A closure would be a
    /// function of its own, which had what it works with behind a reference.
    #[inline(always)]
    pub(super) fn running<const PERMUTED: bool>(&mut self) {
        let shelf = &mut *self.shelf;
        let Some(&Frame { left, kind, .. }) = shelf.frames.last() else { return };
        if !shelf.moved.is_empty() || !self.travels.is_straight() {
            return;
        }
        let rest = self.reader.rest();
        let mut run = Run {
            rest,
            end: self.reader.place().wrapping_add(rest.len() as u32),
            out: std::mem::take(self.out),
            left,
            kind,
            frames: &mut shelf.frames,
            objects: &mut shelf.objects,
            scripts: &shelf.scripts,
            losses: self.losses,
            max_depth: self.limits.max_depth,
            max_bytes: self.limits.max_bytes,
            next: self.next,
        };
        while if PERMUTED { run.permuted() } else { run.go_on() }.is_some() {}
        run.leave();
        self.next = run.next;
        self.reader.advance(rest.len() - run.rest.len());
        put_back(self.out, run.out);
    }
}

impl<'r, 'd> Run<'r, 'd> {
    /// Writes the scalars that come next in the innermost element, then begins an element in it or ends it.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        (self.out.len() <= self.max_bytes).then_some(())?;
        while self.left > 0 {
            let window = self.rest.first_chunk()?;
            let slot = self.slot(window)?;
            let Some(len) = put_within(&mut self.out, |room| scalar(slot, window, room)) else {
                return self.other(slot, window);
            };
            self.pass(window, len)?;
        }
        self.close_innermost()
    }

    /// Where the value stands that begins here.
    #[inline(always)]
    pub(super) fn slot(&self, window: &Window) -> Option<Slot<'r>> {
        match self.kind {
            Kind::Elements => Some(Slot::Element),
            // A null key says so behind, where the value of the entry before may be.
            Kind::Entries { was_null: true, .. } if is_nil(window) => None,
            Kind::Entries { is_value: false, .. } => Some(Slot::Key),
            Kind::Entries { is_value: true, .. } => Some(Slot::Value),
            Kind::Bean { script, step, parts: None } => {
                Some(Slot::Lead(&self.scripts.get(script)?.steps.get(step as usize)?.field.lead))
            }
            _ => None,
        }
    }

    /// Goes on behind a value of so many bytes.
    #[inline(always)]
    pub(super) fn pass(&mut self, window: &Window, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        match &mut self.kind {
            Kind::Entries { is_value, was_null } => {
                *is_value = !*is_value;
                *was_null = is_nil(window);
            }
            Kind::Bean { step, .. } => *step += 1,
            _ => {}
        }
        Some(())
    }

    /// Brings the frame of the innermost element up to date.
    #[inline(always)]
    fn leave(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            (frame.left, frame.kind) = (self.left, self.kind);
        }
    }

    /// Where bytes of the document stand, which go on to its end.
    #[inline(always)]
    pub(super) const fn place_of(&self, bytes: &[u8]) -> u32 {
        self.end.wrapping_sub(bytes.len() as u32)
    }

    /// Closes the innermost element, and goes on in the one around it.
    #[inline(always)]
    fn close_innermost(&mut self) -> Option<()> {
        let &Frame { name, body, .. } = self.frames.last()?;
        let is_known = matches!(
            self.kind,
            Kind::Elements | Kind::Entries { .. } | Kind::Parts(_) | Kind::Bean { parts: None, .. }
        );
        (is_known && self.out.len() != body as usize).then_some(())?;
        self.close(name)?;
        self.frames.pop();
        let outer = self.frames.last()?;
        (self.left, self.kind) = (outer.left, outer.kind);
        Some(())
    }

    /// Writes the tag that closes an element.
    #[inline(always)]
    pub(super) fn close(&mut self, Span { from, len }: Span) -> Option<()> {
        let len = len as usize;
        if len == 1 {
            let letter = *self.out.get(from as usize)?;
            return put_within::<4, _>(&mut self.out, |room| room.put([b'<', b'/', letter, b'>']));
        }
        let name: [u8; LONGEST_NAME] = *self.out.get(from as usize..)?.first_chunk()?;
        put_within::<{ LONGEST_NAME + 3 }, _>(&mut self.out, |room| {
            room.put([b'<', b'/'])?;
            room.put_first(&name, len)?;
            room.put([b'>'])
        })
    }

    /// Writes an object without parts, or begins a value that holds others. The library writes what is empty in another
    /// form.
    #[inline(always)]
    fn other(&mut self, slot: Slot<'r>, window: &Window) -> Option<()> {
        if let Some(len) = self.object(slot, window, self.place_of(self.rest)) {
            return self.pass(window, len);
        }
        match first_container(window)? {
            (Container::Map(count @ 1..), len) => {
                let kind = Kind::Entries { is_value: false, was_null: false };
                self.container(slot, &MAP, window, count, len, (2 * count, kind))
            }
            (Container::List(count @ 1..), len) => {
                self.container(slot, &LIST, window, count, len, (count, Kind::Elements))
            }
            (Container::Known { definition, parts }, len) => {
                let from = self.out.len();
                let begun = self.bean(slot, window, definition, parts, len);
                if begun.is_none() {
                    self.out.truncate(from);
                }
                begun
            }
            _ => None,
        }
    }

    /// Whether a value that holds others may be begun.
    #[inline(always)]
    pub(super) fn may_open(&self) -> bool {
        self.frames.len() < self.max_depth && has_room(self.frames, 1) && has_room(self.objects, 1)
    }

    /// Opens an element, for which there is room: its tag was written.
    #[inline(always)]
    pub(super) fn open(&mut self, name: Span, (left, kind): (u32, Kind)) -> Option<()> {
        self.leave();
        (self.left, self.kind) = (left, kind);
        put_item(self.frames, Frame { name, body: self.out.len() as u32, left, kind }).then_some(())
    }
}

/// Writes the scalar that begins here. Gives how many bytes it takes.
#[inline(always)]
fn scalar(slot: Slot<'_>, window: &Window, room: &mut Room<'_, ROOM>) -> Option<usize> {
    let len = match *window {
        [0xa0..=0xbf | 0xd9, ..] => {
            stamp(slot, &STRING, room)?;
            put_text(window, room)?
        }
        [0xc0, ..] => {
            return match slot {
                Slot::Element => room.put(*b"<Null/>").map(|()| 1),
                _ => Some(1),
            };
        }
        [0xc2, ..] => {
            stamp(slot, &BOOLEAN, room)?;
            room.put(*b"false").map(|()| 1)?
        }
        [0xc3, ..] => {
            stamp(slot, &BOOLEAN, room)?;
            room.put(*b"true").map(|()| 1)?
        }
        [marker @ (0..=0x7f | 0xcc..=0xcf | 0xd2 | 0xd3 | 0xe0..=0xff), ..] => {
            let (value, len) = whole(window)?;
            let is_int = marker != 0xd3 && i32::try_from(value).is_ok();
            stamp(slot, if is_int { &INTEGER } else { &LONG }, room)?;
            room.integer(value).map(|()| len as usize)?
        }
        [0xcb, a, b, c, d, e, f, g, h, ..] => {
            stamp(slot, &DOUBLE, room)?;
            put_double(room, f64::from_be_bytes([a, b, c, d, e, f, g, h])).map(|()| 9)?
        }
        _ => return None,
    };
    room.put(*b"\"/>").map(|()| len)
}
