//! Objects that the library writes by the fields of their classes: those of applications, and Java's own that documents
//! have no number for. Enum constants are among them.

use holdfast_document::Kind as ClassKind;

use super::{Kind, Reading, Total};
use crate::classes::ClassId;
use crate::fault::{Outcome, damaged};
use crate::text::unescape;
use crate::xml::{Attribute, Open};

/// What is no field among the attributes of an object.
fn is_field(attribute: &Attribute<'_>) -> bool {
    !matches!(attribute.name, b"class" | b"__id")
}

impl<'x> Reading<'x, '_, '_> {
    /// An object by its fields, under their names. The types of those that stand in attributes are known to nobody: they
    /// stay texts of this format.
    pub(super) fn object(&mut self, open: Open<'x>, class: ClassId, name: &'x [u8]) -> Outcome<()> {
        // Objects have this attribute where they are enum constants, and hardly ever else: it repeats the class.
        if self.find("type").is_some_and(|kind| kind.raw == name) && self.find("value").is_some() {
            return self.constant(class, name, open);
        }
        self.number(open)?;
        let fields = self.attributes.iter().filter(|attribute| is_field(attribute)).count() as u32;
        let definition = self.classes.definition(class, ClassKind::Bean);
        let total = if open.is_empty {
            match definition {
                Some(known) => self.doc.known(known, fields * 2),
                None => self.doc.defined(fields * 2),
            }
            Total::Fixed
        } else {
            let at = self.doc.array_of_unknown_count();
            if let Some(known) = definition {
                self.doc.head_known(known);
            }
            Total::Patched { at, own: 1 + fields * 2, each: 2 }
        };
        if definition.is_none() {
            self.define(class, name, ClassKind::Bean, true, open)?;
            self.doc.nil();
        }
        let mut has_size = false;
        for index in 0..self.attributes.len() {
            let Some(attribute) = self.attributes.get(index).copied().filter(is_field) else { continue };
            has_size |= attribute.name == b"size";
            self.doc.str_bytes(attribute.name);
            self.opaque(attribute)?;
        }
        self.push(open, Kind::Fields { has_size }, total)
    }

    fn opaque(&mut self, attribute: Attribute<'x>) -> Outcome<()> {
        if attribute.is_plain {
            self.doc.opaque(crate::FORMAT, attribute.raw);
            return Ok(());
        }
        self.shelf.scratch.clear();
        unescape(&mut self.shelf.scratch, attribute.raw, attribute.at)?;
        self.doc.opaque(crate::FORMAT, &self.shelf.scratch);
        Ok(())
    }

    /// A field that stands in an element.
    pub(super) fn field(&mut self, open: Open<'x>) -> Outcome<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let Kind::Fields { has_size } = frame.kind else { return Ok(()) };
        let is_first = frame.seen == 0;
        frame.seen += 1;
        let is_field = self.attributes.first().is_some_and(|first| first.name == b"class");
        if has_size && (!is_field || is_first && matches!(open.name, b"k" | b"v")) {
            let text = "a collection or map of a class of its own, of which the library writes no fields: only those \
                        of the JDK are known";
            return Err(self.unrepresentable(text));
        }
        if !is_field {
            return Err(damaged(open.at, "the element of a field has no attribute class"));
        }
        self.doc.str_bytes(open.name);
        self.value(open)
    }
}
