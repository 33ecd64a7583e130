//! Values of `java.time` that the library writes as objects in objects.

use holdfast_document::Event;

use super::{Slot, Writing};
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::read::offset_id;

impl Writing<'_, '_, '_> {
    pub(super) fn time(
        &mut self,
        slot: Slot<'_>,
        number: u16,
        class: &[u8],
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let mut numbers = [0; 7];
        let skipped = if number == 105 { 3 } else { 0 };
        for value in numbers.iter_mut().skip(skipped) {
            *value = self.number_part(at)?;
        }
        let [year, month, day, hour, minute, second, nano] = numbers;
        let offset = match number {
            102 => None,
            _ if self.is_nil() => {
                let text = "a java.time.ZonedDateTime that came without its offset, which the library writes and only \
                            the rules of its zone tell";
                return Err(self.unrepresentable(at, text));
            }
            _ => {
                self.lose(Loss::ZoneOffset, at)?;
                Some(self.number_part(at)?)
            }
        };
        let tag = self.object(slot, class, place);
        self.out.push(b'>');
        let inner = (number == 103 || number == 104).then(|| {
            let inner = self.open(Slot::Field(b"dateTime"), b"java.time.LocalDateTime");
            self.number();
            self.out.push(b'>');
            inner
        });
        if number != 105 {
            let names = ["year", "month", "day"].into_iter().zip([year, month, day]);
            self.piece(b"date", b"java.time.LocalDate", names);
        }
        let names = ["hour", "minute", "second", "nano"].into_iter().zip([hour, minute, second, nano]);
        self.piece(b"time", b"java.time.LocalTime", names);
        if let Some(inner) = inner {
            self.close(inner.name);
        }
        if let Some(offset) = offset {
            let id = self.next;
            self.piece(b"offset", b"java.time.ZoneOffset", [("totalSeconds", offset)].into_iter());
            if number == 104 {
                self.zone(offset, id, at)?;
            }
        }
        self.close(tag.name);
        Ok(())
    }

    /// An object whose fields are numbers.
    fn piece<'n>(&mut self, field: &[u8], class: &[u8], numbers: impl Iterator<Item = (&'n str, i64)>) {
        self.open(Slot::Field(field), class);
        self.number();
        for (name, value) in numbers {
            self.number_attribute(name, value);
        }
        self.empty();
    }

    /// The zone of a ZonedDateTime, which may be its offset, whose number is `id`.
    fn zone(&mut self, offset: i64, id: u32, at: usize) -> Outcome<()> {
        let Event::Str(zone) = self.event()? else { return Err(self.bad_form(at)) };
        let is_offset = matches!(zone, b"Z" | [b'+' | b'-', ..]);
        self.shelf.truths.clear();
        offset_id(&mut self.shelf.truths, offset);
        if is_offset && *zone == *self.shelf.truths {
            self.open(Slot::Field(b"zone"), b"java.time.ZoneOffset");
            self.reference(id);
            return Ok(());
        }
        if is_offset {
            let text = "a java.time.ZonedDateTime whose zone is another offset than its own";
            return Err(self.unrepresentable(at, text));
        }
        self.open(Slot::Field(b"zone"), b"java.time.ZoneRegion");
        self.number();
        self.attribute("id", zone);
        self.empty();
        Ok(())
    }
}
