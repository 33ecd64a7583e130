//! Objects of classes that extend a collection, map or date: the library stores them as that, without their own fields.

use holdfast_document::{Definition, Event, Head, Item, builtin};

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::fault::Outcome;
use crate::losses::Loss;

impl<'d> Writing<'d, '_, '_> {
    /// Writes an object of such a class, which has its plan by a number.
    #[cold]
    pub(super) fn extended(
        &mut self,
        slot: Slot,
        definition: &Definition<'d>,
        number: u32,
        (class, place, at): (ClassId, u32, usize),
    ) -> Outcome<()> {
        let Some(whole) = self.classes.whole(number) else { return Err(self.bad_form(at)) };
        if !matches!(definition.items().next(), Some(Ok(Item::Whole { level })) if level == whole.level) {
            let name = &self.classes.get(class).name;
            let base = &self.classes.get(whole.class).name;
            let text = format!("a {name} by its fields, which the library stores as the {base} that it is");
            return Err(self.unrepresentable(at, text));
        }
        let own = definition.len().saturating_sub(1);
        if own > 0 {
            self.lose_of(Loss::OwnFields, Some(class), at)?;
        }
        let id = self.object(slot, class, place, at)?;
        self.push(FrameKind::Whole(own), class, 0)?;
        let inner = self.way.at();
        let number = self.classes.get(whole.class).builtin;
        let (found, parts) = match self.event()? {
            Event::Array(count) => (1, count),
            Event::Map(count) => (40, count.saturating_mul(2)),
            Event::Date(millis) if number == builtin::DATE => {
                crate::output::varlong(self.out, millis.cast_unsigned());
                return Ok(());
            }
            Event::Typed(Head::Builtin(number), parts) => (number, parts),
            _ => return Err(self.bad_form(inner)),
        };
        let is_linked = found == builtin::LINKED_HASH_MAP_ACCESS_ORDER && number == 41;
        let fits = builtin::by_number(found).is_some_and(|row| row.shape.fits(parts));
        if !fits || (found != number && !is_linked) {
            return Err(self.bad_form(inner));
        }
        self.inside(whole.class, found, parts, id, inner)
    }
}
