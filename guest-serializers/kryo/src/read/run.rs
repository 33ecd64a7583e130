//! Runs the steps of values that lie in each other.

use super::{Frame, FrameKind, Reading};
use crate::classes::ClassId;
use crate::fault::{Outcome, limit};

impl Reading<'_, '_, '_> {
    /// Reads until every container that was begun has ended: as far as it goes quickly, then a step of any kind.
    pub(super) fn run(&mut self) -> Outcome<()> {
        loop {
            self.run_quickly();
            let Some(frame) = self.shelf.frames.last().copied() else { return Ok(()) };
            self.step(frame)?;
        }
    }

    /// Takes a step in the innermost container.
    #[inline(never)]
    fn step(&mut self, frame: Frame) -> Outcome<()> {
        match frame.kind {
            FrameKind::Values => self.part(frame, |reading, _| reading.value()),
            FrameKind::Known => self.part(frame, |reading, _| reading.known(frame.class)),
            FrameKind::Fields(end) => self.part(frame, |reading, left| {
                let mode = reading.classes.mode(end, left);
                reading.field(mode)
            }),
            FrameKind::Compatible => self.compatible_fields(frame.class),
            FrameKind::EnumEntries => self.parts(frame.left, |reading, _| {
                reading.enum_key(frame.class)?;
                reading.value()
            }),
            kind if frame.left > 0 => {
                if let Some(frame) = self.shelf.frames.last_mut() {
                    frame.left = 0;
                }
                let depth = self.shelf.frames.len();
                self.value()?;
                if self.shelf.frames.len() == depth {
                    self.after(kind, frame.class)?;
                }
                Ok(())
            }
            kind => self.after(kind, frame.class),
        }
    }

    /// Reads the next part of the innermost container, or ends that. `part` gets the number of those that follow.
    #[inline]
    fn part(&mut self, frame: Frame, part: impl FnOnce(&mut Self, u32) -> Outcome<()>) -> Outcome<()> {
        let Some(left) = frame.left.checked_sub(1) else {
            self.shelf.frames.pop();
            return Ok(());
        };
        self.check_size()?;
        if let Some(frame) = self.shelf.frames.last_mut() {
            frame.left = left;
        }
        part(self, left)
    }

    #[inline]
    pub(super) fn check_size(&self) -> Outcome<()> {
        if self.doc.len() > self.limits.bytes {
            return Err(limit(format!("the document is over {} bytes", self.limits.bytes)));
        }
        Ok(())
    }

    /// Reads parts of the innermost container until one is a container itself, which is then the innermost one, or
    /// they are over and so is it. `part` gets the number of those that follow.
    #[inline]
    fn parts(&mut self, left: u32, mut part: impl FnMut(&mut Self, u32) -> Outcome<()>) -> Outcome<()> {
        let depth = self.shelf.frames.len();
        for left in (0..left).rev() {
            self.check_size()?;
            part(self, left)?;
            if self.shelf.frames.len() != depth {
                if let Some(frame) = self.shelf.frames.get_mut(depth - 1) {
                    frame.left = left;
                }
                return Ok(());
            }
        }
        self.shelf.frames.pop();
        Ok(())
    }

    /// What follows the one value of some containers.
    fn after(&mut self, kind: FrameKind, class: ClassId) -> Outcome<()> {
        self.shelf.frames.pop();
        match kind {
            FrameKind::Comparator => self.after_comparator(class),
            FrameKind::SubList => self.after_list(),
            FrameKind::Handler { again } => self.after_handler(again),
            FrameKind::ChunksEnd => self.close_chunks(),
            FrameKind::Whole
            | FrameKind::Values
            | FrameKind::Known
            | FrameKind::EnumEntries
            | FrameKind::Fields(_)
            | FrameKind::Compatible => Ok(()),
        }
    }

    /// Begins a container of so many parts, if there are any.
    #[inline]
    pub(super) fn begin(&mut self, kind: FrameKind, class: ClassId, left: u32) -> Outcome<()> {
        if left == 0 {
            return Ok(());
        }
        self.open(kind, class, left)
    }

    #[inline]
    pub(super) fn open(&mut self, kind: FrameKind, class: ClassId, left: u32) -> Outcome<()> {
        if self.shelf.frames.len() >= self.limits.depth {
            return Err(limit(format!("nested deeper than {} levels (maxDepth)", self.limits.depth)));
        }
        self.shelf.frames.push(Frame { left, class, kind });
        Ok(())
    }
}
