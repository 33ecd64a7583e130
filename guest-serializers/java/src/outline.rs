//! Class descriptors without the types of their fields.
//!
//! All of a descriptor is the same in every stream but these: a type stands there in full where the stream has it for
//! the first time, and from then on as a reference.

use crate::table::Table;

/// A descriptor from its first byte to its superclass.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) bytes: Vec<u8>,
    /// Where in the bytes a type is left out, and its number among [`Types`].
    pub(crate) types: Vec<(u32, u32)>,
}

/// The type of a field.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) text: Vec<u8>,
    /// The handle that it has in the stream, plus one.
    pub(crate) handle: u32,
}

/// The types of all outlines, and which of them the stream has.
#[derive(Debug, Default)]
pub(crate) struct Types {
    all: Vec<Type>,
    by_text: Table,
    /// Those that have a handle.
    used: Vec<u32>,
    /// So many of these are known to whoever asked for them.
    told: usize,
}

impl Types {
    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.all.len()
    }

    /// The number of a type.
    pub(crate) fn number(&mut self, text: &[u8]) -> u32 {
        self.by_text.get(0, text).unwrap_or_else(|| {
            let number = self.all.len() as u32;
            self.all.push(Type { text: text.to_vec(), handle: 0 });
            self.by_text.insert(0, text, number);
            number
        })
    }

    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&Type> {
        self.all.get(number as usize)
    }

    /// Gives a type without a handle one.
    #[inline]
    pub(crate) fn bind(&mut self, number: u32, handle: u32) {
        if let Some(found) = self.all.get_mut(number as usize) {
            found.handle = handle + 1;
            self.used.push(number);
        }
    }

    /// How many have a handle.
    pub(crate) const fn bound(&self) -> usize {
        self.used.len()
    }

    /// Takes the handles away from all types but the first that got one.
    pub(crate) fn release(&mut self, first: usize) {
        for used in self.used.drain(first..) {
            if let Some(found) = self.all.get_mut(used as usize) {
                found.handle = 0;
            }
        }
        self.told = self.told.min(first);
    }

    /// Enters the types that got a handle since this was asked before among the interned strings.
    pub(crate) fn tell(&mut self, interned: &mut Table, space: u32) {
        for number in self.used.get(self.told..).unwrap_or_default() {
            let Some(found) = self.all.get(*number as usize) else { continue };
            if interned.get(space, &found.text).is_none() {
                interned.insert(space, &found.text, found.handle - 1);
            }
        }
        self.told = self.used.len();
    }
}
