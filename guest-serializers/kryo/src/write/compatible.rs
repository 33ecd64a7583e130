//! `CompatibleFieldSerializer`: see `read/compatible.rs` for its form.

use holdfast_document::append;

use super::{Frame, FrameKind, Writing};
use crate::classes::ClassId;
use crate::fault::Outcome;
use crate::output::varint;
use crate::read::two_of_one_name;
use crate::table::IdMap;
use crate::text::write_string;

/// Which classes were described, and the fields that are being written.
#[derive(Debug, Default)]
pub(super) struct Compatible {
    described: IdMap,
    /// Where the fields that are being written begin, and how many cuts there were.
    open: Vec<(usize, usize)>,
    /// Where the library cuts the fields that are being written.
    cuts: Vec<usize>,
    scratch: Vec<u8>,
    own_cuts: Vec<usize>,
}

/// The library's buffer, which is the size of its largest chunks. A number that would be cut there begins the next one, in
/// the library: that one place is not told apart here. Whoever reads takes chunks of any size.
const CHUNK: usize = 1024;

impl Compatible {
    pub(super) fn clear(&mut self) {
        self.described.clear();
        self.open.clear();
        self.cuts.clear();
    }

    /// Whether a class is described for the first time.
    fn is_new(&mut self, class: ClassId) -> bool {
        let is_new = self.described.get(u64::from(class.0)).is_none();
        if is_new {
            self.described.insert(u64::from(class.0), 0);
        }
        is_new
    }
}

impl Writing<'_, '_, '_> {
    /// Writes the names of a class's fields, the first time.
    pub(super) fn describe(&mut self, class: ClassId, fields: &[&str]) {
        if self.shelf.compatible.is_new(class) {
            varint(self.out, fields.len() as u32);
            for field in fields {
                write_string(self.out, field.as_bytes());
            }
        }
    }

    /// Begins the fields of an object, behind its mark.
    pub(super) fn compatible_object(
        &mut self,
        class: ClassId,
        plan: u32,
        first: Option<u32>,
        count: u32,
    ) -> Outcome<()> {
        if self.shelf.compatible.is_new(class) {
            let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
            varint(self.out, slots.len() as u32);
            for slot in slots {
                write_string(self.out, slot.name.as_bytes());
            }
            if let Some([one, _]) = slots.array_windows().find(|[one, other]| one.name == other.name) {
                let text = two_of_one_name(&self.classes.get(class).name, &one.name);
                return Err(self.unrepresentable(self.way.at(), text));
            }
        }
        let end = self.classes.modes_of(plan).end;
        self.push(FrameKind::Compatible { end, first, in_field: false }, class, count)
    }

    /// Goes on with the fields of the innermost object.
    pub(super) fn compatible_fields(
        &mut self,
        frame: Frame,
        end: u32,
        first: Option<u32>,
        in_field: bool,
    ) -> Outcome<()> {
        let depth = self.shelf.frames.len();
        let (mut left, mut in_field) = (frame.left, in_field);
        loop {
            if in_field {
                self.close_chunks();
                self.check_size()?;
            }
            let Some(rest) = left.checked_sub(1) else { break };
            (left, in_field) = (rest, true);
            if let Some(frame) = self.shelf.frames.last_mut() {
                *frame = Frame { left, kind: FrameKind::Compatible { end, first, in_field }, ..*frame };
            }
            self.open_chunks();
            match first {
                None => self.field(self.classes.mode(end, left))?,
                Some(first) => self.field_at(frame.class, first, left)?,
            }
            if self.shelf.frames.len() != depth {
                return Ok(());
            }
        }
        self.shelf.frames.pop();
        if let Some(first) = first {
            self.end_fields_at(first);
        }
        Ok(())
    }

    pub(super) fn open_chunks(&mut self) {
        let compatible = &mut self.shelf.compatible;
        compatible.open.push((self.out.len(), compatible.cuts.len()));
    }

    /// Cuts what was written of a field into chunks. Each time the library writes one it flushes the field around it, which
    /// is cut there, too.
    pub(super) fn close_chunks(&mut self) {
        let Compatible { open, cuts, scratch, own_cuts, .. } = &mut self.shelf.compatible;
        let Some((start, first)) = open.pop() else { return };
        own_cuts.clear();
        own_cuts.extend(cuts.drain(first..).map(|cut| cut - start));
        scratch.clear();
        append(scratch, self.out.get(start..).unwrap_or_default());
        self.out.truncate(start);
        own_cuts.push(scratch.len());
        let mut from = 0;
        for to in own_cuts.drain(..) {
            for chunk in scratch.get(from..to).unwrap_or_default().chunks(CHUNK) {
                varint(self.out, chunk.len() as u32);
                append(self.out, chunk);
                cuts.push(self.out.len());
            }
            from = to;
        }
        cuts.push(self.out.len());
        self.out.push(0);
        if open.is_empty() {
            cuts.clear();
        }
    }
}
