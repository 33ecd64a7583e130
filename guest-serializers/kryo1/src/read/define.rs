//! How the document names classes: by the number of a built-in one, or by a definition that stands once an attribute.

use holdfast_document::{Kind, builtin};
use holdfast_kryo_common::fault::Outcome;

use super::Reading;
use crate::classes::ClassId;
use crate::codec::Codec;

impl Reading<'_, '_, '_> {
    /// Begins a typed value of so many parts.
    #[inline]
    pub(super) fn typed(&mut self, class: ClassId, parts: u32) -> Outcome<()> {
        let number = self.classes.get(class).builtin;
        if number != 0 && builtin::by_number(number).is_some_and(|row| row.shape.fits(parts)) {
            self.doc.builtin(number, parts);
            return Ok(());
        }
        self.define_typed(class, parts)
    }

    /// Begins a typed value of a class that is defined, whether or not it has a number.
    #[inline]
    pub(super) fn define_typed(&mut self, class: ClassId, parts: u32) -> Outcome<()> {
        if let Some(known) = self.shelf.definitions.find(class, self.classes.slot(class)) {
            self.doc.known(known, parts);
        } else {
            self.doc.defined(parts);
            self.define(class);
        }
        Ok(())
    }

    /// Writes a class object.
    pub(super) fn class_literal(&mut self, class: ClassId) {
        self.doc.class();
        self.head(class);
    }

    fn head(&mut self, class: ClassId) {
        if !self.known_head(class) {
            self.define(class);
        }
    }

    /// Writes the HEAD of a class that has a number.
    fn known_head(&mut self, class: ClassId) -> bool {
        let number = self.classes.get(class).builtin;
        if number != 0 {
            self.doc.head_builtin(number);
            return true;
        }
        let known = self.shelf.definitions.find(class, self.classes.slot(class));
        if let Some(known) = known {
            self.doc.head_known(known);
        }
        known.is_some()
    }

    /// Writes a constant: its name where that is known.
    pub(super) fn constant(&mut self, class: ClassId, ordinal: u32) -> Outcome<()> {
        let class = self.classes.get(class);
        let (declared, codec) = (class.declared, class.codec);
        self.define_typed(declared, 1)?;
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

    /// Writes the definition of a class, and in it those of its superclasses that have none yet.
    fn define(&mut self, class: ClassId) {
        let mut chain = Vec::new();
        let mut next = Some(class);
        while let Some(class) = next.take() {
            let described = self.classes.get(class);
            let kind = match described.codec {
                Codec::Enum(_) => Kind::Enum,
                _ if described.name.starts_with('[') => Kind::Array,
                _ => Kind::Bean,
            };
            let plan = self.classes.plan_of(class);
            let items = plan.map_or(0, |plan| plan.slots.len() + usize::from(plan.whole.is_some()));
            self.doc.begin_definition(kind, false, None, &described.name, items as u32);
            self.shelf.definitions.push(class, self.classes.slot(class));
            chain.push(class);
            match plan.and_then(|plan| plan.superclass) {
                None => self.doc.nil(),
                Some(above) => {
                    if !self.known_head(above) {
                        next = Some(above);
                    }
                }
            }
        }
        while let Some(class) = chain.pop() {
            let Some(plan) = self.classes.plan_of(class) else { continue };
            if let Some(whole) = plan.whole {
                self.doc.item_whole(whole.level);
            }
            for slot in &plan.slots {
                self.doc.item(slot.level, &slot.descriptor, &slot.name);
            }
        }
    }
}
