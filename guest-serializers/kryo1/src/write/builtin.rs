//! Values of the classes that documents have by a number.

use holdfast_document::{Event, builtin};
use holdfast_kryo_common::fault::{Outcome, no_document};
use holdfast_kryo_common::output::varint;

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::losses::Loss;

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
        let Some(class) = self.classes.builtin(number).filter(|_| fits) else {
            return Err(self.bad_form(at));
        };
        match self.classes.codec(class) {
            Codec::Collection(_) | Codec::Map(_) => {
                self.head(slot, class, at)?;
                self.inside(class, number, parts, at)
            }
            Codec::Empty(_) => self.head(slot, class, at),
            Codec::Values(_, parts) => {
                self.head(slot, class, at)?;
                self.begin(FrameKind::Values, class, u32::from(parts))
            }
            Codec::Wrapper(_, ordinal) => {
                self.head(slot, class, at)?;
                self.out.push(ordinal);
                self.begin(FrameKind::Values, class, 1)
            }
            Codec::ArraysAsList => self.arrays_as_list(slot, at),
            Codec::Objects { .. } | Codec::Arrays { .. } => self.array(slot, class, parts, at),
            Codec::EnumMap => self.enum_map(slot, class, parts, at),
            Codec::EnumSet => self.enum_set(slot, parts, place, at),
            // A byte array says its class where bare bytes would be a block of a `writeObject` method.
            Codec::Primitives(b'B') => {
                let Event::Bin(bytes) = self.event()? else { return Err(self.bad_form(at)) };
                self.primitives(slot, b'B', bytes, at)
            }
            Codec::Url => {
                let text = "java.net.URL: the library writes it, and what it reads fails at the first use";
                Err(self.unrepresentable(at, text))
            }
            Codec::Named | Codec::Unreadable(_) | Codec::Refused(_) | Codec::Unknown => {
                let text = self.classes.refusal(class);
                Err(self.unrepresentable(at, text))
            }
            codec if codec.has_identity() => {
                if matches!(codec, Codec::LocalTime | Codec::ZoneOffset)
                    && let Some(number) = self.single_of(codec)?
                {
                    self.single(slot, class, place, number, at)?;
                    return self.pass(place);
                }
                if !self.object_or_pass(slot, class, place, at)? {
                    return Ok(());
                }
                if let Codec::Reference(_) = codec {
                    return self.begin(FrameKind::Values, class, 1);
                }
                self.object_of_parts(codec, at)
            }
            codec => {
                self.head(slot, class, at)?;
                self.scalar(codec, at)
            }
        }
    }

    /// What is in a collection, map or date of a class, behind the class; of the number's form in the document.
    pub(super) fn inside(&mut self, class: ClassId, number: u16, parts: u32, at: usize) -> Outcome<()> {
        match self.classes.codec(class) {
            Codec::Collection(number) => self.collection(class, number, parts, at),
            Codec::Map(_) => self.map(class, number, parts, at),
            codec => self.scalar(codec, at),
        }
    }

    fn collection(&mut self, class: ClassId, number: u16, parts: u32, at: usize) -> Outcome<()> {
        let mut count = parts;
        if matches!(number, 6 | 32 | 33) {
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
            43 | 47 => {
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
        if self.way.reader.is_nil() {
            self.event()?;
            return Ok(());
        }
        self.way.reader.skip().map_err(no_document)?;
        self.lose(loss, at)
    }
}
