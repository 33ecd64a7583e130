//! Runs the steps of values that lie in each other.

use super::{Frame, FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::fault::{Outcome, limit, no_document};

impl Writing<'_, '_, '_> {
    /// Writes until every container that was begun has ended: as far as it goes quickly, then a step of any kind.
    pub(super) fn run(&mut self) -> Outcome<()> {
        loop {
            self.run_plain();
            self.run_quickly();
            self.run_permuted();
            let Some(frame) = self.shelf.frames.last().copied() else { return Ok(()) };
            self.step(frame)?;
        }
    }

    /// Takes a step in the innermost container.
    #[inline(never)]
    fn step(&mut self, frame: Frame) -> Outcome<()> {
        match frame.kind {
            FrameKind::Values => self.part(frame, |writing, _| writing.value(Slot::Any)),
            FrameKind::Known => self.part(frame, |writing, _| writing.value(Slot::Known(frame.class))),
            FrameKind::Fields(end) => self.part(frame, |writing, left| {
                let mode = writing.classes.mode(end, left);
                writing.field(mode)
            }),
            FrameKind::LateValues => {
                if self.parts(frame.left, |writing, _| writing.value(Slot::Any))? {
                    self.shelf.late.pop();
                }
                Ok(())
            }
            FrameKind::FieldsAt(first) => {
                if self.parts(frame.left, |writing, left| writing.field_at(frame.class, first, left))? {
                    self.end_fields_at(first);
                }
                Ok(())
            }
            FrameKind::Compatible { end, first, in_field } => {
                self.compatible_fields(frame, end, first, in_field)
            }
            FrameKind::EnumEntries => {
                self.parts(frame.left, |writing, _| {
                    writing.enum_key(frame.class)?;
                    writing.value(Slot::Any)
                })?;
                Ok(())
            }
            kind if frame.left > 0 => {
                if let Some(frame) = self.shelf.frames.last_mut() {
                    frame.left = 0;
                }
                let depth = self.shelf.frames.len();
                self.value(Slot::Any)?;
                if self.shelf.frames.len() == depth {
                    self.after(kind, frame.class)?;
                }
                Ok(())
            }
            kind => self.after(kind, frame.class),
        }
    }

    /// Writes the next part of the innermost container, or ends that. `part` gets the number of those that follow.
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

    /// Writes parts of the innermost container until one is a container itself, which is then the innermost one, or
    /// they are over and so is it: then it says true. `part` gets the number of those that follow.
    #[inline]
    fn parts(&mut self, left: u32, mut part: impl FnMut(&mut Self, u32) -> Outcome<()>) -> Outcome<bool> {
        let depth = self.shelf.frames.len();
        for left in (0..left).rev() {
            self.check_size()?;
            part(self, left)?;
            if self.shelf.frames.len() != depth {
                if let Some(frame) = self.shelf.frames.get_mut(depth - 1) {
                    frame.left = left;
                }
                return Ok(false);
            }
        }
        self.shelf.frames.pop();
        Ok(true)
    }

    /// What follows the one value of some containers.
    fn after(&mut self, kind: FrameKind, class: ClassId) -> Outcome<()> {
        self.shelf.frames.pop();
        match kind {
            FrameKind::Comparator(count) => {
                self.shelf.late.pop();
                self.after_comparator(class, count)
            }
            FrameKind::SubList => {
                self.shelf.late.pop();
                self.after_list()
            }
            FrameKind::Handler => {
                self.shelf.late.pop();
                self.after_handler()
            }
            FrameKind::Whole(own) => self.way.reader.skip_values(own).map_err(no_document),
            FrameKind::Visit(back) => {
                self.way.return_from_visit(back);
                Ok(())
            }
            FrameKind::ChunksEnd => {
                self.close_chunks();
                Ok(())
            }
            FrameKind::Compatible { .. }
            | FrameKind::Values
            | FrameKind::LateValues
            | FrameKind::Known
            | FrameKind::EnumEntries
            | FrameKind::Fields(_)
            | FrameKind::FieldsAt(_) => Ok(()),
        }
    }

    /// Begins a container of so many parts, if there are any.
    #[inline]
    pub(super) fn begin(&mut self, kind: FrameKind, class: ClassId, left: u32) -> Outcome<()> {
        if left == 0 {
            return Ok(());
        }
        self.push(kind, class, left)?;
        Ok(())
    }

    #[inline]
    pub(super) fn push(&mut self, kind: FrameKind, class: ClassId, left: u32) -> Outcome<()> {
        if self.shelf.frames.len() >= self.limits.depth {
            return Err(limit(format!("nested deeper than {} levels (maxDepth)", self.limits.depth)));
        }
        self.shelf.frames.push(Frame { left, class, kind });
        Ok(())
    }
}
