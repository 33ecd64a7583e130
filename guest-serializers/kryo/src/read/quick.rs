//! The steps that sessions are full of, each taken from the bytes and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, is damaged or stands at the end of the bytes, or
//! where a buffer has to grow, nothing happens and the loop ends. [`Reading::step`] takes any step.

use holdfast_document::{Writer, has_room, put_back, put_item};
use holdfast_kryo_common::plan::Modes;
use holdfast_kryo_common::quick::varlong;

use super::define::Definitions;
use super::refs::Seen;
use super::{Frame, FrameKind, Reading, Shelf};
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::plan::Mode;

/// How the first object of a class that stands in the bytes by name is read at best.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quick {
    No,
    Date,
    BigDecimal,
    List,
    Map,
    /// By its fields.
    Bean(Modes),
}

impl Quick {
    pub(super) fn of(classes: &Classes, class: ClassId) -> Self {
        match classes.codec(class) {
            Codec::Date => Self::Date,
            Codec::BigDecimal => Self::BigDecimal,
            Codec::Collection(1) => Self::List,
            Codec::Map(40) => Self::Map,
            // One that the document has by a number may have another form there.
            Codec::Fields(plan) if !classes.compatible && classes.get(class).builtin == 0 => {
                Self::Bean(classes.modes_of(plan))
            }
            _ => Self::No,
        }
    }
}

/// What the loop works on: variables of its own, as what stands behind a reference is read and written at each step.
pub(super) struct Run<'i, 'o, 's> {
    /// The bytes from the next value on, and the position where they end.
    rest: &'i [u8],
    end: usize,
    pub(super) doc: &'s mut Writer<'o>,
    frame: Frame,
    /// The frames around it, of which there may be so many with it.
    frames: Vec<Frame>,
    depth: usize,
    seen: Vec<Seen>,
    most_bytes: usize,
    classes: &'s Classes,
    pub(super) names: &'s [(ClassId, Quick)],
    definitions: &'s Definitions,
}

impl Reading<'_, '_, '_> {
    /// Takes steps as long as they are quick. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let Shelf { frames, seen, names, definitions, .. } = &mut *self.shelf;
        let Some(frame) = frames.pop() else { return };
        let (rest, end) = (self.input.rest(), self.input.at() + self.input.rest().len());
        let left = self.doc.at_hand(|doc| {
            let mut run = Run {
                rest,
                end,
                doc,
                frame,
                frames: std::mem::take(frames),
                depth: self.limits.depth,
                seen: std::mem::take(seen),
                most_bytes: self.limits.bytes,
                classes: self.classes,
                names,
                definitions,
            };
            run.go_on();
            // There was room for the frame before.
            put_item(&mut run.frames, run.frame);
            put_back(frames, run.frames);
            put_back(seen, run.seen);
            run.rest.len()
        });
        self.input.advance(rest.len() - left);
    }
}

impl<'i> Run<'i, '_, '_> {
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
            if self.doc.len() > self.most_bytes {
                return;
            }
            if let Some(rest) = self.put_scalar(mode, self.rest) {
                self.rest = rest;
                self.frame.left = left;
            } else if mode != Mode::Any || self.begin(left).is_none() {
                return;
            }
        }
    }

    /// Whether another object may be numbered.
    #[inline(always)]
    pub(super) fn may_number(&self) -> bool {
        has_room(&self.seen, 1)
    }

    /// Gives an object, for which there is room and whose bytes are these, the next number.
    #[inline(always)]
    pub(super) fn number(&mut self, class: ClassId, place: u32, body: &[u8]) {
        let at = (self.end - body.len()) as u32;
        put_item(&mut self.seen, Seen { class, place, at, group: 0 });
    }

    /// Begins a value that holds others, behind which so many follow in the container around it.
    #[inline(always)]
    fn begin(&mut self, left: u32) -> Option<()> {
        let [1, number @ 0..0x80, 1, ref body @ ..] = *self.rest else { return None };
        let &(class, quick) = self.names.get(usize::from(number))?;
        let (place, may) = (self.doc.place(), self.may_number() && self.may_enter());
        may.then_some(())?;
        let (inside, kind, rest) = match quick {
            Quick::List => {
                let (count, rest) = count(body, 1)?;
                self.doc.put_array(count).then_some((count, FrameKind::Values, rest))
            }
            Quick::Map => {
                let (count, rest) = count(body, 2)?;
                self.doc.put_map(count).then_some((2 * count, FrameKind::Values, rest))
            }
            Quick::Bean(Modes { end, count }) => {
                let known = self.definitions.find(class, self.classes.slot(class))?;
                self.doc.put_known(known, count).then_some((count, FrameKind::Fields(end), body))
            }
            Quick::No | Quick::Date | Quick::BigDecimal => None,
        }?;
        self.number(class, place, body);
        self.rest = rest;
        self.frame.left = left;
        if inside > 0 {
            let inner = Frame { left: inside, class, kind };
            put_item(&mut self.frames, std::mem::replace(&mut self.frame, inner));
        }
        Some(())
    }

    /// Whether there may be another frame, and there is room for it and the one that is not among the others.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.frames.len() + 1 < self.depth && has_room(&self.frames, 2)
    }
}

/// How many things follow, of so many bytes each at least, if the bytes can hold them.
#[inline(always)]
fn count(bytes: &[u8], each: usize) -> Option<(u32, &[u8])> {
    let (count, len) = varlong(bytes).filter(|(_, len)| *len <= 4)?;
    let rest = bytes.get(len..)?;
    (count as usize * each <= rest.len()).then_some((count as u32, rest))
}
