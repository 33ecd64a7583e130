//! Values of the classes that documents have by a number.

use holdfast_document::{Event, Fact, builtin};

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::{Outcome, no_document};
use crate::losses::Loss;
use crate::output::varint;

/// The JDK's own time zone, in the document's table.
const ZONE_INFO: u16 = 94;
/// What the library writes as the id that it has, and reads as the JDK's own time zone of that id.
const SIMPLE_TIME_ZONE: &str = "java.util.SimpleTimeZone";

impl Writing<'_, '_, '_> {
    pub(super) fn builtin(
        &mut self,
        slot: Slot,
        number: u16,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let fits = builtin::by_number(number).is_some_and(|row| row.shape.fits(parts));
        let Some(mut class) = self.classes.builtin(number).filter(|_| fits) else {
            return Err(self.bad_form(at));
        };
        if number == ZONE_INFO
            && self.note.is_some()
            && let Some(Fact::ClassName(SIMPLE_TIME_ZONE)) = self.fact(place, 0)
        {
            class = self.classes.resolve(SIMPLE_TIME_ZONE);
        }
        match self.classes.codec(class) {
            Codec::Collection(_) | Codec::Map(_) | Codec::SortedSet(_) | Codec::SortedMap(_) => {
                let id = self.object(slot, class, place, at)?;
                self.inside(class, number, parts, id, at)
            }
            Codec::Empty(_) => {
                self.object(slot, class, place, at)?;
                Ok(())
            }
            codec @ Codec::Values(_, parts) => {
                let id = self.object(slot, class, place, at)?;
                if self.classes.compatible
                    && let Some(fields) = codec.fields()
                {
                    self.describe(class, fields);
                    self.open_chunks();
                    self.push(FrameKind::ChunksEnd, class, 0)?;
                }
                let kind = if codec.is_late() {
                    self.shelf.late.push(id);
                    FrameKind::LateValues
                } else {
                    FrameKind::Values
                };
                self.begin(kind, class, u32::from(parts))
            }
            Codec::Wrapper(_, ordinal) => {
                let id = self.object(slot, class, place, at)?;
                self.out.push(ordinal);
                self.shelf.late.push(id);
                self.begin(FrameKind::LateValues, class, 1)
            }
            Codec::ArraysAsList => self.arrays_as_list(slot, place, at),
            Codec::Objects { .. } | Codec::Strings => self.array(slot, class, parts, place, at),
            Codec::EnumMap => self.enum_map(slot, class, parts, place, at),
            Codec::EnumSet => {
                self.enum_set(slot, parts, place, at)?;
                Ok(())
            }
            // A byte array says its class where bare bytes would be a block of a `writeObject` method.
            Codec::Primitives(b'B') => {
                let Event::Bin(bytes) = self.event()? else { return Err(self.bad_form(at)) };
                self.object(slot, class, place, at)?;
                self.bytes(bytes);
                Ok(())
            }
            Codec::Named | Codec::Unreadable(_) | Codec::Refused(_) | Codec::Unknown => {
                let text = crate::refusal::text(self.classes, self.classes.get(class));
                Err(self.unrepresentable(at, text))
            }
            codec => {
                self.object(slot, class, place, at)?;
                if self.classes.compatible
                    && let Some(fields) = codec.fields()
                {
                    self.describe(class, fields);
                    self.open_chunks();
                    self.scalar(codec, at)?;
                    self.close_chunks();
                    return Ok(());
                }
                self.scalar(codec, at)?;
                Ok(())
            }
        }
    }

    /// What is in a collection, map or date of a class, behind the class; of the number's form in the document.
    pub(super) fn inside(
        &mut self,
        class: ClassId,
        number: u16,
        parts: u32,
        id: u32,
        at: usize,
    ) -> Outcome<()> {
        match self.classes.codec(class) {
            Codec::Collection(number) => self.collection(class, number, parts, at),
            Codec::Map(_) => self.map(class, number, parts, at),
            codec @ (Codec::SortedSet(_) | Codec::SortedMap(_)) => {
                let is_map = matches!(codec, Codec::SortedMap(_));
                self.sorted(class, is_map, parts.saturating_sub(1), id)
            }
            codec => self.scalar(codec, at),
        }
    }

    fn collection(&mut self, class: ClassId, number: u16, parts: u32, at: usize) -> Outcome<()> {
        let mut count = parts;
        if matches!(number, 6 | 33) {
            self.drop_part(Loss::Comparator, at)?;
            count = parts.saturating_sub(1);
        }
        varint(self.out, count);
        self.begin(FrameKind::Values, class, count)
    }

    fn map(&mut self, class: ClassId, number: u16, parts: u32, at: usize) -> Outcome<()> {
        let mut parts = parts;
        match number {
            builtin::LINKED_HASH_MAP_ACCESS_ORDER => self.lose(Loss::AccessOrder, at)?,
            45 => {
                self.drop_part(Loss::Defaults, at)?;
                parts = parts.saturating_sub(1);
            }
            47 => {
                self.drop_part(Loss::Comparator, at)?;
                parts = parts.saturating_sub(1);
            }
            _ => {}
        }
        varint(self.out, parts / 2);
        self.begin(FrameKind::Values, class, parts)
    }

    /// Passes over a part that is not stored, unless it is nil a loss.
    fn drop_part(&mut self, loss: Loss, at: usize) -> Outcome<()> {
        let place = self.way.reader.place();
        if self.event()? == Event::Nil {
            return Ok(());
        }
        self.way.reader.seek(place);
        self.way.reader.skip().map_err(no_document)?;
        self.lose(loss, at)
    }

    /// A set or map with its comparator, of which the library learns behind the comparator.
    fn sorted(&mut self, class: ClassId, is_map: bool, parts: u32, id: u32) -> Outcome<()> {
        let place = self.way.reader.place();
        if self.event()? == Event::Nil {
            self.out.push(0);
            varint(self.out, if is_map { parts / 2 } else { parts });
            return self.begin(FrameKind::Values, class, parts);
        }
        self.way.reader.seek(place);
        self.shelf.late.push(id);
        self.push(FrameKind::Comparator(parts), class, 1)?;
        Ok(())
    }

    pub(super) fn after_comparator(&mut self, class: ClassId, parts: u32) -> Outcome<()> {
        let is_map = matches!(self.classes.codec(class), Codec::SortedMap(_));
        varint(self.out, if is_map { parts / 2 } else { parts });
        self.begin(FrameKind::Values, class, parts)?;
        Ok(())
    }
}
