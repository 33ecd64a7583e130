//! Objects whose fields stand in another order in the document than in the XML, as documents of other formats have them. If
//! all fields are short scalars, nothing but the place of each is needed. A loop of its own, as in `run.rs`: what such
//! objects need would be in the way of the others.

use holdfast_document::{Container, Reader, Window, first_container, has_room, put_within};

use super::Writing;
use super::bean_run::put_attribute;
use super::quick::is_nil;
use super::run::{Run, Slot};
use super::script::Script;

/// Objects of more fields are written the long way.
const MOST_PARTS: usize = 16;

impl Writing<'_, '_, '_> {
    /// Writes the objects that come next in the innermost element, as long as they are such.
    #[inline(never)]
    pub(super) fn run_permuted(&mut self) {
        // It is known then that the objects of the attribute are not in the order of their places.
        if self.shelf.permuted.is_last(self.attribute) {
            self.running::<true>();
        }
    }
}

impl<'r> Run<'r, '_> {
    #[inline(always)]
    pub(super) fn permuted(&mut self) -> Option<()> {
        (self.left > 0).then_some(())?;
        let window = self.rest.first_chunk()?;
        let (Container::Known { definition, parts }, head) = first_container(window)? else { return None };
        let script = self.scripts.get(self.scripts.known(definition)?)?;
        let is_such = parts == script.parts && script.is_simple && !script.is_straight;
        (is_such && self.may_open()).then_some(())?;
        let slot = self.slot(window)?;
        let before = (self.out.len(), self.objects.len(), self.next);
        let Some(len) = self.permuted_bean(slot, script, self.rest.get(head..)?) else {
            self.out.truncate(before.0);
            self.objects.truncate(before.1);
            self.next = before.2;
            return None;
        };
        self.pass(window, head + len)
    }

    /// Writes an object with these parts, and gives how long they are. What was written is to be taken back where that is
    /// nothing.
    #[inline(always)]
    fn permuted_bean(&mut self, slot: Slot<'_>, script: &'r Script, parts: &[u8]) -> Option<usize> {
        let mut begins = [0; MOST_PARTS];
        let begins = begins.get_mut(..script.parts as usize)?;
        let (attributes, elements) = script.steps.split_at_checked(script.attributes as usize)?;
        let len = Reader::value(parts).scalars(begins)? as usize;
        has_room(self.objects, 1 + elements.len()).then_some(())?;
        let from = self.out.len();
        self.begin_bean(slot, script)?;
        let name = self.begun(slot, from, script.class.len() as u32, self.place_of(self.rest));
        for step in attributes {
            let begin = *begins.get(step.part as usize)?;
            put_attribute(&mut self.out, &step.field, parts.get(begin as usize..)?)?;
        }
        put_within::<1, _>(&mut self.out, |room| room.put([b'>']))?;
        let body = self.out.len();
        for step in elements {
            let begin = *begins.get(step.part as usize)?;
            let part = parts.get(begin as usize..)?;
            let window: &Window = part.first_chunk()?;
            // Null is left away.
            if !is_nil(window) {
                self.object(Slot::Lead(&step.field.lead), window, self.place_of(part))?;
            }
        }
        // The library writes an object of nothing but nulls as an empty element.
        (self.out.len() > body).then_some(())?;
        self.close(name)?;
        Some(len)
    }
}
