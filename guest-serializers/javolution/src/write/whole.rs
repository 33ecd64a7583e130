//! Objects of classes that extend a collection or map: the library writes them as that, without their own fields.

use holdfast_document::{Definition, Event, Head, Item, builtin};

use super::{Kind, Slot, Span, Writing};
use crate::TRUE_VALUE;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::plan::Whole;

impl<'d> Writing<'d, '_, '_> {
    /// A document has the object by the fields of all classes, which the library does not write.
    #[cold]
    pub(super) fn by_fields(&self, class: &str, whole: &Whole, at: usize) -> Box<holdfast_sdk::Failure> {
        let base = builtin::by_number(whole.number).map_or("", |row| row.class);
        self.unrepresentable(
            at,
            format!("a {class} by its fields, which the library writes as the {base} that it is"),
        )
    }

    #[cold]
    pub(super) fn extended(
        &mut self,
        slot: Slot<'_>,
        definition: &Definition<'d>,
        whole: &Whole,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let class = definition.name;
        if !matches!(definition.items().next(), Some(Ok(Item::Whole { level })) if level == whole.level) {
            return Err(self.by_fields(class, whole, at));
        }
        let own = definition.len().saturating_sub(1);
        if own > 0 {
            self.lose(Loss::OwnFields, at)?;
        }
        let inner = self.at();
        let (number, parts) = match self.event()? {
            Event::Array(count) => (1, count),
            Event::Map(count) => (40, count.saturating_mul(2)),
            Event::Typed(Head::Builtin(number), parts) => (number, parts),
            _ => return Err(self.bad_form(inner)),
        };
        let in_access_order = number == builtin::LINKED_HASH_MAP_ACCESS_ORDER;
        let row = builtin::by_number(number).filter(|row| row.shape.fits(parts));
        let Some(row) = row.filter(|_| number == whole.number || in_access_order && whole.number == 41)
        else {
            return Err(self.bad_form(inner));
        };
        if row.shape.own_parts() > 0 {
            self.drop_part(if number == 45 { Loss::Defaults } else { Loss::Comparator }, at)?;
        }
        if in_access_order {
            self.lose(Loss::AccessOrder, at)?;
        }
        // It comes to its end when what is in the collection was written.
        self.push(Span { from: 0, len: 0 }, 0, Kind::Own(own))?;
        let tag = self.object(slot, class.as_bytes(), place);
        if in_access_order {
            self.attribute(TRUE_VALUE, b"access order");
        }
        let parts = parts.saturating_sub(row.shape.own_parts());
        if row.shape.is_map() {
            self.sized(tag.name, parts / 2, parts, Self::ENTRIES)
        } else {
            self.sized(tag.name, parts, parts, Kind::Elements)
        }
    }
}
