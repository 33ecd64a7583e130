//! Who is who: the document refers to places, the library numbers objects in the order in which they come.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::{Slot, Span, Writing};
use crate::fault::Outcome;
use crate::number::unsigned;

use super::tag::Begun;

/// An object that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    /// Its place in its attribute.
    pub(super) place: u32,
    /// Its number.
    pub(super) id: u32,
    /// Where the name of its class stands in the XML.
    pub(super) class: Span,
}

/// What was written in another order than that of the places: found by a table, which is made at the first reference.
#[derive(Debug, Default)]
pub(super) struct Permuted {
    attributes: HashSet<u32, BuildHasherDefault<Mix>>,
    last: Option<u32>,
    table: HashMap<u64, u32, BuildHasherDefault<Mix>>,
    /// How many objects the table has.
    taken: usize,
    /// The attribute that the next one is in.
    attribute: usize,
}

/// A place of an attribute.
pub(super) const fn key(attribute: u32, place: u32) -> u64 {
    (attribute as u64) << 32 | place as u64
}

/// Hashes numbers: places are what they are, and nobody can choose many of one hash.
#[derive(Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    /// A product's highest bits are the best, and tables take the lowest.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        self.write_u64(rest.iter().fold(rest.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        // A product of 128 bits is a call in WebAssembly.
        self.0 = (self.0.rotate_left(26) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Permuted {
    pub(super) fn clear(&mut self) {
        self.attributes.clear();
        self.last = None;
        self.table.clear();
        self.taken = 0;
        self.attribute = 0;
    }

    /// The objects of an attribute are not in order.
    #[inline]
    pub(super) fn insert(&mut self, attribute: u32) {
        if self.last != Some(attribute) {
            self.last = Some(attribute);
            self.attributes.insert(attribute);
        }
    }

    /// Whether that is known of an attribute: the last of which it is.
    #[inline(always)]
    pub(super) fn is_last(&self, attribute: u32) -> bool {
        self.last == Some(attribute)
    }

    fn find(&mut self, objects: &[Object], first: &[u32], attribute: u32, place: u32) -> Option<Object> {
        for (index, object) in objects.iter().enumerate().skip(self.taken) {
            while first.get(self.attribute + 1).is_some_and(|next| *next as usize <= index) {
                self.attribute += 1;
            }
            self.table.insert(key(self.attribute as u32, object.place), index as u32);
        }
        self.taken = objects.len();
        objects.get(*self.table.get(&key(attribute, place))? as usize).copied()
    }
}

impl Writing<'_, '_, '_> {
    /// Begins the tag of an object that references may lead to: with its class and its number.
    #[inline]
    pub(super) fn object(&mut self, slot: Slot<'_>, class: &[u8], place: u32) -> Begun {
        let begun = self.open(slot, class);
        let id = self.number();
        self.took(Object { place, id, class: begun.class });
        begun
    }

    /// Takes note of an object.
    #[inline]
    pub(super) fn took(&mut self, object: Object) {
        if self.travels.is_straight() {
            self.shelf.objects.push(object);
        } else {
            self.shelf.moved.insert(self.attribute, object);
        }
    }

    /// The object that was written of a place, if it was.
    pub(super) fn find(&mut self, attribute: u32, place: u32) -> Option<Object> {
        if let Some(object) = self.shelf.moved.get(attribute, place) {
            return Some(object);
        }
        let shelf = &mut *self.shelf;
        if shelf.permuted.attributes.contains(&attribute) {
            return shelf.permuted.find(&shelf.objects, &shelf.first_objects, attribute, place);
        }
        let from = *self.shelf.first_objects.get(attribute as usize)? as usize;
        let to = self.shelf.first_objects.get(attribute as usize + 1).map(|to| *to as usize);
        let objects = self.shelf.objects.get(from..to.unwrap_or(self.shelf.objects.len()))?;
        let found = objects.binary_search_by_key(&place, |object| object.place).ok()?;
        objects.get(found).copied()
    }

    /// Writes the object at a place that a reference at an offset leads to: its number, or where it was not written yet,
    /// the object itself.
    #[cold]
    pub(super) fn refer(&mut self, slot: Slot<'_>, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        match self.find(attribute, place) {
            Some(object) => {
                self.again(slot, object);
                Ok(())
            }
            None => self.visit(slot, attribute, place, at),
        }
    }

    /// The attribute that a number of the extras means.
    pub(super) fn attribute_of(&mut self, number: u32, at: usize) -> Outcome<u32> {
        let name = self.extras.name(number);
        let found = name.and_then(|name| self.find_attribute(name));
        found.ok_or_else(|| self.unrepresentable(at, "a reference into an attribute that is not there"))
    }

    /// Writes the number of an object.
    pub(super) fn again(&mut self, slot: Slot<'_>, object: Object) {
        self.open_as(slot, object.class);
        self.reference(object.id);
    }

    /// Ends a tag with the number of an object.
    pub(super) fn reference(&mut self, id: u32) {
        self.out.extend_from_slice(b" __ref=\"");
        unsigned(self.out, u64::from(id));
        self.out.extend_from_slice(b"\"/>");
    }
}
