//! Fields of classes that are known.

use super::Reader;
use super::frame::{Expects, Kind};
use crate::classes::Type;
use crate::fault::Fault;
use crate::xml::parse::{Tag, attribute};

impl<'a> Reader<'a, '_> {
    /// Reads a field. XStream writes them in the order of their declaration and leaves null out.
    #[inline]
    pub(super) fn bean_field(
        &mut self,
        tag: &Tag<'a>,
        top: usize,
        plan: u32,
        next: u32,
    ) -> Result<(), Fault> {
        let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
        let matches = |slot: &crate::classes::Slot| slot.element == tag.name && slot.defined_in.is_none();
        let mut found = next;
        if !tag.attributes.is_empty()
            && let Some(class) = attribute(tag, "defined-in")
        {
            let declared = slots
                .iter()
                .position(|slot| slot.element == tag.name && slot.defined_in.as_deref() == Some(class));
            match declared {
                Some(slot) if slot as u32 >= next => found = slot as u32,
                _ => return Err(unexpected(tag)),
            }
        } else if !slots.get(next as usize).is_some_and(matches) {
            match slots.iter().skip(next as usize).position(matches) {
                Some(further) => found = next + further as u32,
                None => return Err(unexpected(tag)),
            }
        }
        let kind = slots.get(found as usize).map_or(Type::Any, |slot| slot.kind);
        for skipped in next..found {
            self.absent_slot(plan, skipped);
        }
        if let Some(frame) = self.scratch.frames.get_mut(top) {
            frame.kind = Kind::Bean(plan, found + 1);
        }
        self.value(tag, Expects::Field(kind))
    }

    fn absent_slot(&mut self, plan: u32, slot: u32) {
        let kind = self
            .classes
            .plan(plan)
            .and_then(|plan| plan.slots.get(slot as usize))
            .map_or(Type::Any, |slot| slot.kind);
        self.absent(kind);
    }

    /// The fields that did not come are null.
    pub(super) fn finish_bean(&mut self, plan: u32, next: u32) {
        let slots = self.classes.plan(plan).map_or(0, |plan| plan.slots.len() as u32);
        for skipped in next..slots {
            self.absent_slot(plan, skipped);
        }
    }
}

#[cold]
fn unexpected(tag: &Tag<'_>) -> Fault {
    Fault::mismatch(
        tag.at,
        format!("<{}> is no field of its class, or does not stand where it is declared", tag.name),
    )
}
