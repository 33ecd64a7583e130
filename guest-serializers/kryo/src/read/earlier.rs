//! What earlier sessions had at the same place: the names of attributes and classes.
//!
//! The sessions of an application are alike, and of a small one a good part is names. Where the bytes of an earlier
//! session's name stand again, they are not taken apart.

use super::Reading;
use super::quick::Quick;
use super::refs::{Attribute, NAME, NO_NUMBER, Seen};
use crate::classes::{ClassId, Classes};

/// A longer name is not kept, nor are more names.
const MAX_BYTES: usize = 256;
const MAX_NAMES: usize = 256;

/// The names of an earlier session.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// The name of each attribute: how it is stored, from the class of a string on, and its text. No two are the same.
    attributes: Vec<(Vec<u8>, String)>,
    /// So many of them count; what stands behind is room for others.
    count: usize,
    /// So many attributes of this session have these names, one after the other from the first.
    same: usize,
    /// The name of each class in the order of their numbers: how it is stored, and which class that is.
    classes: Vec<(Vec<u8>, ClassId, Quick)>,
    /// That of the classes.
    generation: u32,
}

impl Earlier {
    /// Begins a session; says whether the classes of earlier ones have lost their places.
    pub(super) fn begin_call(&mut self, classes: &Classes) -> bool {
        self.same = 0;
        let lost = self.generation != classes.generation();
        if lost {
            self.generation = classes.generation();
            self.classes.clear();
        }
        lost
    }

    /// Keeps the name of an attribute that differs from those before it.
    pub(super) fn keep_attribute(&mut self, place: usize, stored: &[u8], name: &str) {
        // Only what follows on the names of the earlier session is told apart from all of them.
        if place != self.same || stored.len() > MAX_BYTES || place >= MAX_NAMES {
            return;
        }
        if let Some((bytes, text)) = self.attributes.get_mut(place) {
            bytes.clear();
            bytes.extend_from_slice(stored);
            text.clear();
            text.push_str(name);
        } else {
            self.attributes.push((stored.to_vec(), name.to_owned()));
        }
        self.same = place + 1;
        self.count = self.same;
    }

    /// Keeps the name of a class.
    pub(super) fn keep_class(&mut self, number: usize, stored: &[u8], class: ClassId, quick: Quick) {
        let known = self.classes.len();
        if class.is_local() || stored.len() > MAX_BYTES || number >= MAX_NAMES || number > known {
            return;
        }
        let kept = (stored.to_vec(), class, quick);
        match self.classes.get_mut(number) {
            Some(place) => *place = kept,
            None => self.classes.push(kept),
        }
    }
}

impl Reading<'_, '_, '_> {
    /// Begins the next attribute, if it has the name that one had at this place in an earlier session.
    pub(super) fn attribute_again(&mut self) -> bool {
        let index = self.shelf.attributes.len();
        let earlier = &mut self.shelf.earlier;
        let Some((stored, name)) =
            earlier.attributes.get(index).filter(|_| index == earlier.same && index < earlier.count)
        else {
            return false;
        };
        if !self.input.stands(stored) {
            return false;
        }
        earlier.same += 1;
        let from = self.shelf.text.len();
        self.shelf.text.push_str(name);
        let first = self.shelf.seen.len() as u32;
        let at = self.input.at() as u32 + 2;
        self.shelf.seen.push(Seen { class: ClassId::STRING, place: NAME, at, group: 0 });
        let name_place = (from, self.shelf.text.len());
        self.shelf.attributes.push(Attribute { name: name_place, first, number: NO_NUMBER });
        self.doc.attribute(name);
        self.shelf.definitions.clear();
        self.input.advance(stored.len());
        true
    }

    /// The class whose name stands here, if it is that of an earlier session.
    pub(super) fn class_again(&mut self, number: usize) -> Option<(ClassId, Quick)> {
        let (stored, class, quick) = self.shelf.earlier.classes.get(number)?;
        if !self.input.stands(stored) {
            return None;
        }
        self.input.advance(stored.len());
        Some((*class, *quick))
    }
}
