//! Reads the parts of containers that lie in each other.

use holdfast_kryo_common::fault::{Outcome, limit};

use super::{Frame, FrameKind, Reading};
use crate::classes::ClassId;

impl Reading<'_, '_, '_> {
    /// Reads until every container that was begun has ended: as far as it goes quickly, then a step of any kind.
    pub(super) fn run(&mut self) -> Outcome<()> {
        loop {
            self.run_quickly();
            if !self.step()? {
                return Ok(());
            }
        }
    }

    /// Reads a part of the innermost container, or its end. It says false where there is none.
    #[inline(never)]
    fn step(&mut self) -> Outcome<bool> {
        let Some(frame) = self.shelf.frames.last_mut() else { return Ok(false) };
        if frame.left == 0 {
            self.end_container()?;
            return Ok(true);
        }
        frame.left -= 1;
        let frame = *frame;
        self.check_size()?;
        self.part(&frame)?;
        Ok(true)
    }

    fn part(&mut self, frame: &Frame) -> Outcome<()> {
        match frame.kind {
            FrameKind::Values | FrameKind::Whole | FrameKind::Handler { .. } => self.value(),
            FrameKind::Known => self.known(frame.class),
            FrameKind::Fields(end) => self.field(self.classes.mode(end, frame.left)),
            FrameKind::Arrays => self.inner_array(frame.class),
            FrameKind::EnumEntries => {
                let ordinal = self.input.varint()?;
                self.constant(frame.class, ordinal)?;
                self.value()
            }
        }
    }

    fn end_container(&mut self) -> Outcome<()> {
        let Some(frame) = self.shelf.frames.pop() else { return Ok(()) };
        match frame.kind {
            FrameKind::Handler { again } => self.after_handler(again),
            _ => Ok(()),
        }
    }

    #[inline]
    pub(super) fn check_size(&self) -> Outcome<()> {
        if self.doc.len() > self.limits.bytes {
            return Err(limit(format!("the document is over {} bytes", self.limits.bytes)));
        }
        Ok(())
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
