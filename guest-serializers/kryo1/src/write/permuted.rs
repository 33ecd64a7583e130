//! Objects whose fields stand in another order in the document than in Kryo's bytes, as documents of other formats have
//! them. If all fields are scalars, then none leads elsewhere, and nothing but the place of each is needed. A loop of its
//! own, as in `quick.rs`: what such objects need would be in the way of the others.

use holdfast_document::{Container, Reader, Room, first_container};
use holdfast_kryo_common::beans::Met;

use super::put::{KNOWN_STRING, field};
use super::quick::Run;
use super::{FrameKind, Writing};
use crate::classes::ClassId;
use crate::plan::Mode;

impl Writing<'_, '_, '_> {
    /// Writes the objects that come next in the innermost container, as long as they are such, or fields of an object of
    /// which not all are scalars.
    #[inline(never)]
    pub(super) fn run_permuted(&mut self) {
        if self.shelf.beans.has_permuted() {
            self.running(|run| while run.permuted().is_some() {});
        }
    }
}

impl Run<'_, '_> {
    #[inline(always)]
    fn permuted(&mut self) -> Option<()> {
        (self.left > 0).then_some(())?;
        if let FrameKind::FieldsAt { end, from } = self.kind {
            let place = *self.shelf.beans.targets.get((from + self.left) as usize)?;
            let mode = self.classes.mode(end, self.left - 1);
            // One that is missing has no place.
            self.field(mode, self.bytes_at(place)?)?;
            self.left -= 1;
            return Some(());
        }
        let (Container::Known { definition, parts }, header) = first_container(self.rest)? else {
            return None;
        };
        let met = self.shelf.beans.met(definition, parts).filter(|met| !met.is_straight)?;
        self.holds_any().then_some(())?;
        let before = (self.out.len(), self.shelf.objects.len(), self.next);
        let Some(len) = self.object(met, self.rest.get(header..)?) else {
            self.out.truncate(before.0);
            self.shelf.objects.truncate(before.1);
            self.next = before.2;
            return None;
        };
        self.pass(header + len)
    }

    /// Writes an object with these fields, and gives how long they are. What was written is to be taken back where that is
    /// nothing.
    #[inline(always)]
    fn object(&mut self, met: Met<ClassId>, fields: &[u8]) -> Option<usize> {
        let begins = self.shelf.begins.get_mut(..met.parts as usize)?;
        let len = Reader::value(fields).scalars(begins)? as usize;
        let object = self.first_anywhere(met.class, self.place_of(self.rest))?;
        for at in 0..met.modes.count {
            let part = self.shelf.beans.part(met.layout, at)?;
            let begin = *self.shelf.begins.get(part as usize)?;
            let mode = self.classes.mode(met.modes.end, met.modes.count - at - 1);
            self.field(mode, fields.get(begin as usize..)?)?;
        }
        self.moved(object)?;
        Some(len)
    }

    /// Writes the field that begins these bytes.
    #[inline(always)]
    fn field(&mut self, mode: Mode, bytes: &[u8]) -> Option<()> {
        let window = bytes.first_chunk()?;
        let mut room = Room::behind(&mut self.out)?;
        match (field(mode, window, &mut room), mode) {
            (Some(_), _) => {
                room.keep();
                Some(())
            }
            (None, Mode::Any) => self.unusual(window).map(drop),
            (None, Mode::Known(ClassId::STRING)) => self.any_text(KNOWN_STRING, window).map(drop),
            _ => None,
        }
    }
}
