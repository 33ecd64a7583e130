//! How the document names classes: by the number of a built-in one, or by a definition that stands once an attribute.

use holdfast_document::{Kind, builtin};

use super::Reading;
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::Outcome;

/// The definitions of the current attribute.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// Which class each of them defines.
    order: Vec<ClassId>,
    /// By class: the definition's number, if `order` has the class there.
    numbers: Vec<u32>,
    /// By class: its definition as it was written before.
    made: Vec<Option<Made>>,
}

/// A definition, and those in it: of which classes, in their order.
#[derive(Debug)]
struct Made {
    bytes: Vec<u8>,
    classes: Vec<ClassId>,
}

/// A longer definition is written anew each time.
const MAX_BYTES: usize = 8 << 10;

const NO_CLASS: ClassId = ClassId(u32::MAX);

/// `ArrayList$SubList` and its like have these fields in the document.
pub(crate) const SUB_LIST: [(&str, &str); 3] = [("Ljava/util/List;", "root"), ("I", "offset"), ("I", "size")];

impl Definitions {
    pub(super) fn clear(&mut self) {
        self.order.clear();
    }

    /// Forgets the classes of earlier calls.
    pub(super) fn forget(&mut self) {
        self.made.clear();
    }

    fn keep(&mut self, slot: usize, made: Made) {
        if self.made.len() <= slot {
            self.made.resize_with(slot + 1, || None);
        }
        if let Some(place) = self.made.get_mut(slot) {
            *place = Some(made);
        }
    }

    pub(super) fn truncate(&mut self, definitions: u32) {
        self.order.truncate(definitions as usize);
    }

    /// Counts a definition that no class has for its own.
    pub(super) fn push_anonymous(&mut self) {
        self.order.push(NO_CLASS);
    }

    #[inline(always)]
    pub(super) fn find(&self, class: ClassId, slot: usize) -> Option<u32> {
        let number = *self.numbers.get(slot)?;
        (self.order.get(number as usize) == Some(&class)).then_some(number)
    }

    fn push(&mut self, class: ClassId, slot: usize) {
        if self.numbers.len() <= slot {
            self.numbers.resize(slot + 1, u32::MAX);
        }
        if let Some(number) = self.numbers.get_mut(slot) {
            *number = self.order.len() as u32;
        }
        self.order.push(class);
    }
}

impl Reading<'_, '_, '_> {
    /// Begins a typed value of so many parts.
    #[inline]
    pub(super) fn typed(&mut self, class: ClassId, parts: u32) -> Outcome<()> {
        let number = self.classes.get(class).builtin;
        if number != 0 && builtin::by_number(number).is_some_and(|row| row.shape.fits(parts)) {
            self.doc.builtin(number, parts);
        } else if let Some(known) = self.shelf.definitions.find(class, self.classes.slot(class)) {
            self.doc.known(known, parts);
        } else {
            self.doc.defined(parts);
            self.define(class);
        }
        Ok(())
    }

    /// Writes a class object.
    pub(super) fn class_literal(&mut self, class: ClassId) -> Outcome<()> {
        self.doc.class();
        let number = self.classes.get(class).builtin;
        if number != 0 {
            self.doc.head_builtin(number);
        } else if let Some(known) = self.shelf.definitions.find(class, self.classes.slot(class)) {
            self.doc.head_known(known);
        } else {
            self.define(class);
        }
        Ok(())
    }

    /// Writes a constant: its name where that is known.
    pub(super) fn constant(&mut self, class: ClassId, ordinal: u32) -> Outcome<()> {
        let class = self.classes.get(class);
        let (declared, codec) = (class.declared, class.codec);
        self.typed(declared, 1)?;
        match (codec, self.classes.constant(codec, ordinal)) {
            (_, Some(constant)) => self.doc.str(&constant.name),
            (Codec::Enum(Some(_)), None) => {
                let name = &self.classes.get(declared).name;
                return Err(Self::unrepresentable(format!(
                    "constant {ordinal} of {name}, and the schema has no such one"
                )));
            }
            _ => self.doc.int(i64::from(ordinal)),
        }
        Ok(())
    }

    /// Writes the definition of a class as it was written before, if none in it was written in this attribute.
    fn define_again(&mut self, class: ClassId) -> bool {
        let Reading { shelf, classes, doc, .. } = self;
        let definitions = &mut shelf.definitions;
        let slot = classes.slot(class);
        let Some(made) = definitions.made.get_mut(slot).and_then(Option::take) else { return false };
        let fits = made.classes.iter().all(|class| definitions.find(*class, classes.slot(*class)).is_none());
        if fits {
            doc.definition_again(&made.bytes, made.classes.len() as u32);
            for class in &made.classes {
                definitions.push(*class, classes.slot(*class));
            }
        }
        definitions.keep(slot, made);
        fits
    }

    /// Writes the definition of a class, and in it those of its superclasses that have none yet.
    fn define(&mut self, class: ClassId) {
        if self.define_again(class) {
            return;
        }
        let (from, first) = (self.doc.len(), class);
        let mut whole = !class.is_local();
        let mut chain = Vec::new();
        let mut next = Some(class);
        while let Some(class) = next.take() {
            let described = self.classes.get(class);
            let kind = match described.codec {
                Codec::Enum(_) => Kind::Enum,
                // Where nothing is known of its elements either: they may all be null.
                _ if described.name.starts_with('[') => Kind::Array,
                _ => Kind::Bean,
            };
            let plan = match described.codec {
                Codec::Fields(number) | Codec::Extends(number) => self.classes.plan(number),
                _ => None,
            };
            let items = match described.codec {
                Codec::SubList => SUB_LIST.len(),
                Codec::Extends(_) => 1,
                _ => plan.map_or(0, |plan| plan.slots.len()),
            };
            self.doc.begin_definition(kind, false, None, &described.name, items as u32);
            self.shelf.definitions.push(class, self.classes.slot(class));
            chain.push(class);
            match plan.and_then(|plan| plan.superclass) {
                None => self.doc.nil(),
                Some(above) => {
                    let number = self.classes.get(above).builtin;
                    if number != 0 {
                        self.doc.head_builtin(number);
                    } else if let Some(known) = self.shelf.definitions.find(above, self.classes.slot(above)) {
                        self.doc.head_known(known);
                        whole = false;
                    } else {
                        whole &= !above.is_local();
                        next = Some(above);
                    }
                }
            }
        }
        for class in chain.iter().rev() {
            match self.classes.codec(*class) {
                Codec::SubList => {
                    for (descriptor, name) in SUB_LIST {
                        self.doc.item(0, descriptor, name);
                    }
                }
                Codec::Extends(number) => {
                    self.doc.item_whole(self.classes.whole(number).map_or(0, |whole| whole.level));
                }
                Codec::Fields(number) => {
                    for slot in self.classes.plan(number).map_or(&[][..], |plan| &plan.slots) {
                        self.doc.item(slot.level, &slot.descriptor, &slot.name);
                    }
                }
                _ => {}
            }
        }
        if whole && let Some(bytes) = self.doc.written().get(from..).filter(|bytes| bytes.len() <= MAX_BYTES)
        {
            let made = Made { bytes: bytes.to_vec(), classes: chain };
            self.shelf.definitions.keep(self.classes.slot(first), made);
        }
    }
}
