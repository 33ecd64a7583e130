//! The classes that were met, by name: what is found once an instance is found fast afterwards.

use std::collections::HashMap;
use std::rc::Rc;

use holdfast_document::Kind;

use crate::codec::{self, Codec};
use crate::plan::{Known, Plan, Plans};

/// A class that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClassId(u32);

#[derive(Debug)]
struct Class {
    name: Box<[u8]>,
    codec: Codec,
    known: Known,
    /// In this call its objects have other fields, or in another order, than the schema says.
    is_irregular: bool,
    /// The attribute in which the class was defined last, the number of its definition there, and of what kind it is:
    /// bytes from outside may have enum constants and objects of one class.
    defined: (u32, u32, Kind, bool),
}

/// The classes, kept from call to call.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    classes: Vec<Class>,
    by_name: HashMap<Box<[u8]>, u32>,
    /// Where a class was found that had the same place here.
    recent: Recent,
    /// What is known of them.
    pub(crate) plans: Plans,
    /// No class of this call is as the schema says.
    is_irregular: bool,
    /// Counts attributes, through all calls, so that no definition of an earlier one is taken for one of this.
    attribute: u32,
}

#[derive(Debug)]
struct Recent([u32; 64]);

impl Default for Recent {
    fn default() -> Self {
        Self([u32::MAX; 64])
    }
}

/// Applications have hundreds of classes in their sessions; bytes from outside may name any number.
const MOST_CLASSES: usize = 4096;

impl Classes {
    pub(crate) fn new(plans: Plans) -> Self {
        Self { plans, ..Self::default() }
    }

    /// Begins a call. Ids of earlier ones are worth nothing.
    pub(crate) fn begin_call(&mut self) {
        if self.classes.len() > MOST_CLASSES || self.attribute > u32::MAX / 2 {
            *self = Self::new(std::mem::take(&mut self.plans));
        }
        self.is_irregular = false;
        for class in &mut self.classes {
            class.is_irregular = false;
        }
    }

    /// Takes note that the objects of a class in this call are not as the schema says.
    pub(crate) fn mark_irregular(&mut self, id: ClassId) {
        if let Some(class) = self.classes.get_mut(id.0 as usize) {
            class.is_irregular = true;
        }
    }

    /// As `mark_irregular`, of all classes that are known.
    pub(crate) fn mark_all(&mut self) {
        self.is_irregular = true;
    }

    /// Forgets all classes, of which more is known now.
    pub(crate) fn forget(&mut self) {
        *self = Self { attribute: self.attribute, ..Self::new(std::mem::take(&mut self.plans)) };
    }

    /// What is known of a class.
    #[inline]
    pub(crate) fn known(&self, id: ClassId) -> &Known {
        self.classes.get(id.0 as usize).map_or(&Known::Nothing, |class| &class.known)
    }

    /// The plan of a class whose objects are read by it.
    #[inline]
    pub(crate) fn plan(&self, id: ClassId) -> Option<&Rc<Plan>> {
        match self.classes.get(id.0 as usize) {
            Some(Class { known: Known::Objects(plan), is_irregular: false, .. })
                if plan.is_ordered && !self.is_irregular =>
            {
                Some(plan)
            }
            _ => None,
        }
    }

    /// Begins an attribute: nothing is defined in it.
    pub(crate) const fn begin_attribute(&mut self) {
        self.attribute = self.attribute.wrapping_add(1);
    }

    /// The class of a name.
    #[inline]
    pub(crate) fn find(&mut self, name: &[u8]) -> (ClassId, Codec) {
        match self.met(name) {
            Some(met) => met,
            None => self.look_up(name),
        }
    }

    /// The same without a call, of a class that was met of late.
    #[inline(always)]
    pub(crate) fn met(&self, name: &[u8]) -> Option<(ClassId, Codec)> {
        let id = *self.recent.0.get(place(name))?;
        let class = self.classes.get(id as usize)?;
        holdfast_document::is_equal(&class.name, name).then_some((ClassId(id), class.codec))
    }

    #[cold]
    fn look_up(&mut self, name: &[u8]) -> (ClassId, Codec) {
        let id = match self.by_name.get(name) {
            Some(id) => *id,
            None => {
                let id = self.classes.len() as u32;
                let (mut codec, mut known) = (Codec::Unknown, Known::Nothing);
                if let Ok(name) = std::str::from_utf8(name) {
                    codec = codec::of(name);
                    if codec == Codec::Unknown {
                        known = self.plans.of(name);
                    }
                }
                let defined = (0, 0, Kind::Bean, false);
                self.classes.push(Class { name: name.into(), codec, known, is_irregular: false, defined });
                self.by_name.insert(name.into(), id);
                id
            }
        };
        if let Some(recent) = self.recent.0.get_mut(place(name)) {
            *recent = id;
        }
        (ClassId(id), self.classes.get(id as usize).map_or(Codec::Unknown, |class| class.codec))
    }

    /// What it is called.
    pub(crate) fn name(&self, id: ClassId) -> &[u8] {
        self.classes.get(id.0 as usize).map_or(&[], |class| &class.name)
    }

    /// The number of the definition of a class in this attribute, if it has one of this kind.
    #[inline]
    pub(crate) fn definition(&self, id: ClassId, kind: Kind, named: bool) -> Option<u32> {
        let (attribute, number, known, known_named) = self.classes.get(id.0 as usize)?.defined;
        (attribute == self.attribute && known == kind && known_named == named).then_some(number)
    }

    /// Takes note of the number of the definition of a class in this attribute.
    pub(crate) fn define(&mut self, id: ClassId, kind: Kind, named: bool, number: u32) {
        if let Some(class) = self.classes.get_mut(id.0 as usize) {
            class.defined = (self.attribute, number, kind, named);
        }
    }
}

/// One of 64 places for a name. Names of classes differ in length and at the end.
#[inline]
fn place(name: &[u8]) -> usize {
    let tail = name.last_chunk::<4>().map_or(0, |tail| u32::from_le_bytes(*tail));
    ((tail ^ name.len() as u32).wrapping_mul(0x9e37_79b9) >> 26) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_defined_once_an_attribute() {
        let mut classes = Classes::default();
        classes.begin_call();
        classes.begin_attribute();
        let (item, codec) = classes.find(b"com.example.Item");
        assert_eq!((codec, classes.definition(item, Kind::Bean, false)), (Codec::Unknown, None));
        classes.define(item, Kind::Bean, false, 3);
        assert_eq!(classes.definition(item, Kind::Enum, false), None);
        assert_eq!(classes.find(b"com.example.Item").0, item);
        assert_eq!(classes.definition(item, Kind::Bean, false), Some(3));
        classes.begin_attribute();
        assert_eq!(classes.definition(item, Kind::Bean, false), None);
    }

    #[test]
    fn names_that_share_a_place_are_told_apart() {
        let mut classes = Classes::default();
        for round in 0..2 {
            for number in 0..500 {
                let name = format!("C{number}");
                let (id, _) = classes.find(name.as_bytes());
                assert_eq!(id, ClassId(number), "round {round}");
            }
        }
        assert_eq!(classes.find(b"java.util.ArrayList").1, Codec::List);
        assert_eq!(classes.find(b"[[I").1, Codec::Objects(Some(142)));
        assert_eq!(classes.find(b"[Lcom.example.Item;").1, Codec::Objects(None));
    }
}
