//! Class definitions, each written once an attribute.

use holdfast_document::Kind;

use super::Reader;
use crate::classes::ClassId;
use crate::form::{FILE, Form, Leaf, TRACE};

/// Which definition of a class is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Bean,
    Named,
    Enum,
    Array,
    External,
}

const SORTS: usize = 5;

/// Which definitions stand in the attribute that is being written.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    /// For each class and sort the attribute in which it was defined last, from 1, and its number there.
    known: Vec<[(u32, u32); SORTS]>,
    attribute: u32,
}

impl Definitions {
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.attribute = 1;
    }

    pub(super) fn next_attribute(&mut self) {
        self.attribute += 1;
    }

    /// The number of the definition of a class, where it has one.
    #[inline(always)]
    pub(super) fn get(&self, class: ClassId, sort: Sort) -> Option<u32> {
        let (attribute, number) = *self.known.get(class as usize)?.get(sort as usize)?;
        (attribute == self.attribute).then_some(number)
    }

    fn set(&mut self, class: ClassId, sort: Sort, number: u32) {
        let at = class as usize;
        if self.known.len() <= at {
            self.known.resize(at + 1, [(0, 0); SORTS]);
        }
        if let Some(slot) = self.known.get_mut(at).and_then(|sorts| sorts.get_mut(sort as usize)) {
            *slot = (self.attribute, number);
        }
    }

    /// Forgets the definitions of this attribute from this number on.
    pub(super) fn truncate(&mut self, definitions: u32) {
        for slot in self.known.iter_mut().flatten() {
            if slot.0 == self.attribute && slot.1 >= definitions {
                *slot = (0, 0);
            }
        }
    }
}

impl Reader<'_, '_> {
    /// Writes the HEAD of a class: its definition, where it was not defined yet.
    pub(super) fn head(&mut self, class: ClassId, sort: Sort) {
        if let Some(number) = self.scratch.definitions.get(class, sort) {
            self.out.head_known(number);
            return;
        }
        let (kind, named) = match sort {
            Sort::Bean | Sort::External => (Kind::Bean, false),
            Sort::Named => (Kind::Bean, true),
            Sort::Enum => (Kind::Enum, false),
            Sort::Array => (Kind::Array, false),
        };
        let form = self.classes.get(class).form;
        let (slots, superclass) = match (sort, form) {
            (Sort::Bean, Form::Bean(plan) | Form::Levels(plan)) => match self.classes.plan(plan) {
                Some(plan) => (plan.slots.len() as u32, plan.superclass),
                None => (0, None),
            },
            (Sort::External, _) => (1, None),
            (Sort::Bean, Form::Leaf(Leaf::Trace)) => (TRACE.len() as u32, None),
            (Sort::Bean, Form::Leaf(Leaf::File)) => (FILE.len() as u32, None),
            _ => (0, None),
        };
        let name = &self.classes.get(class).name;
        let name = if name.is_empty() { "?" } else { name };
        let number = self.out.begin_definition(kind, named, None, name, slots);
        self.scratch.definitions.set(class, sort, number);
        // More superclasses than a plan can have do not nest here.
        match superclass {
            Some(superclass) => self.head(superclass, Sort::Bean),
            None => self.out.nil(),
        }
        match (sort, form) {
            (Sort::Bean, Form::Bean(plan) | Form::Levels(plan)) => {
                let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
                for slot in slots {
                    self.out.item(slot.level, &slot.descriptor, &slot.name);
                }
            }
            (Sort::External, _) => self.out.item(0, "+", ""),
            (Sort::Bean, Form::Leaf(leaf @ (Leaf::Trace | Leaf::File))) => {
                for (descriptor, name) in if leaf == Leaf::File { FILE } else { TRACE } {
                    self.out.item(0, descriptor, name);
                }
            }
            _ => {}
        }
    }

    /// Writes the HEAD of a class literal.
    pub(super) fn literal(&mut self, class: ClassId) {
        let found = self.classes.get(class);
        if found.builtin != 0 {
            self.out.head_builtin(found.builtin);
            return;
        }
        let sort = match found.form {
            _ if found.name.starts_with('[') => Sort::Array,
            Form::Enum => Sort::Enum,
            Form::Bean(_) | Form::Levels(_) => Sort::Bean,
            _ => Sort::Named,
        };
        self.head(class, sort);
    }

    /// Writes a constant of an enum.
    pub(super) fn constant(&mut self, class: ClassId, name: &str) {
        self.out.defined(1);
        self.head(class, Sort::Enum);
        self.out.str(name);
    }
}
