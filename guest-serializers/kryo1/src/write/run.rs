//! Writes the parts of containers that lie in each other.

use holdfast_kryo_common::fault::{Outcome, limit, no_document};
use holdfast_kryo_common::output::varint;

use super::{Frame, FrameKind, Limits, Slot, Writing};
use crate::classes::ClassId;

impl Writing<'_, '_, '_> {
    /// Writes until every container that was begun has ended: as far as it goes quickly, then a step of any kind.
    pub(super) fn run(&mut self) -> Outcome<()> {
        loop {
            self.run_plain();
            self.run_quickly();
            self.run_permuted();
            if !self.step()? {
                return Ok(());
            }
        }
    }

    /// Writes a part of the innermost container, or its end. It says false where there is none.
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
            FrameKind::Values | FrameKind::Whole(_) | FrameKind::Handler | FrameKind::Visit(_) => {
                self.value(Slot::Any)
            }
            FrameKind::Known => self.value(Slot::Known(frame.class)),
            FrameKind::Arrays => self.value(Slot::Inner(frame.class)),
            FrameKind::Fields(end) => self.field(self.classes.mode(end, frame.left)),
            FrameKind::FieldsAt { end, from } => {
                self.field_at(self.classes.mode(end, frame.left), from + 1 + frame.left)
            }
            FrameKind::EnumEntries => {
                let ordinal = self.constant_of(frame.class)?;
                varint(self.out, ordinal);
                self.value(Slot::Any)
            }
        }
    }

    fn end_container(&mut self) -> Outcome<()> {
        let Some(frame) = self.shelf.frames.pop() else { return Ok(()) };
        match frame.kind {
            FrameKind::FieldsAt { from, .. } => self.end_fields_at(from),
            FrameKind::Whole(own) => self.way.reader.skip_values(own).map_err(no_document)?,
            FrameKind::Handler => self.interfaces(),
            FrameKind::Visit(back) => self.way.return_from_visit(back),
            _ => {}
        }
        Ok(())
    }

    #[inline]
    pub(super) fn check_size(&self) -> Outcome<()> {
        if self.out.len() > self.limits.bytes {
            let Limits { bytes, option, .. } = self.limits;
            return Err(limit(format!("the session takes more than {bytes} bytes ({option})")));
        }
        Ok(())
    }

    /// Begins a container of so many parts, if there are any.
    #[inline]
    pub(super) fn begin(&mut self, kind: FrameKind, class: ClassId, left: u32) -> Outcome<()> {
        if left == 0 {
            return Ok(());
        }
        self.push(kind, class, left)
    }

    #[inline]
    pub(super) fn push(&mut self, kind: FrameKind, class: ClassId, left: u32) -> Outcome<()> {
        if self.shelf.frames.len() >= self.limits.depth {
            return Err(limit(format!("nested deeper than {} levels (maxDepth)", self.limits.depth)));
        }
        self.shelf.frames.push(Frame { left, class, home: self.home, kind });
        Ok(())
    }
}
