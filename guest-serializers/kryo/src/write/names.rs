//! Classes as they stand in the bytes: by their number, or by name.

use super::Writing;
use crate::classes::ClassId;
use crate::output::varint;
use crate::text::write_string;

/// The classes that stand in the bytes by name, by their number there.
#[derive(Debug, Default)]
pub(super) struct Names {
    order: Vec<ClassId>,
    /// By class: its number, if `order` has the class there.
    numbers: Vec<u32>,
}

impl Names {
    pub(super) fn clear(&mut self) {
        self.order.clear();
    }

    /// The number of a class that stands in the bytes already.
    #[inline]
    pub(super) fn known(&self, class: ClassId, slot: usize) -> Option<u32> {
        let number = *self.numbers.get(slot)?;
        (self.order.get(number as usize) == Some(&class)).then_some(number)
    }

    /// The number of a class, and whether it is new.
    #[inline]
    fn number(&mut self, class: ClassId, slot: usize) -> (u32, bool) {
        if let Some(number) = self.numbers.get(slot)
            && self.order.get(*number as usize) == Some(&class)
        {
            return (*number, false);
        }
        let number = self.order.len() as u32;
        self.order.push(class);
        if self.numbers.len() <= slot {
            self.numbers.resize(slot + 1, 0);
        }
        if let Some(place) = self.numbers.get_mut(slot) {
            *place = number;
        }
        (number, true)
    }
}

impl Writing<'_, '_, '_> {
    /// Writes a class.
    #[inline]
    pub(super) fn class(&mut self, class: ClassId) {
        if let Some(byte) = class.registered() {
            self.out.push(byte);
            return;
        }
        let registered = self.classes.get(class).registered;
        if registered != 0 {
            varint(self.out, registered);
            return;
        }
        self.out.push(1);
        let (number, is_new) = self.shelf.names.number(class, self.classes.slot(class));
        varint(self.out, number);
        if is_new {
            write_string(self.out, self.classes.get(class).name.as_bytes());
        }
    }
}
