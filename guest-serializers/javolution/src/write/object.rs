//! Values of classes that the document defines: objects by their fields, enum constants, arrays.

use holdfast_document::{Definition, Event, Kind as ClassKind};

use super::bean::Parts;
use super::{Kind, Slot, Writing};
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::plan::{Known, Plan};
use crate::text::{escape, escape_lossy};

impl<'d> Writing<'d, '_, '_> {
    pub(super) fn defined(
        &mut self,
        slot: Slot<'_>,
        definition: &Definition<'d>,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let name = definition.name;
        if !is_name(name.as_bytes()) {
            return Err(
                self.unrepresentable(at, format!("the class {name:?}, whose name no element can have"))
            );
        }
        match definition.kind {
            ClassKind::Enum => self.constant(slot, name, at),
            ClassKind::Array => {
                let tag = self.object(slot, name.as_bytes(), place);
                self.array(tag, name, parts)
            }
            ClassKind::Proxy => {
                let text =
                    "a java.lang.reflect.Proxy: the library writes it, and cannot use what it reads again";
                Err(self.unrepresentable(at, text))
            }
            ClassKind::Bean if definition.named => self.named(slot, name, parts, place, at),
            ClassKind::Bean if name == "java.util.GregorianCalendar" => {
                self.raw_calendar(slot, definition, parts, place, at)
            }
            ClassKind::Bean => self.bean(slot, definition, parts, place, at),
        }
    }

    /// A constant of an enum, which is one object wherever it stands.
    fn constant(&mut self, slot: Slot<'_>, class: &'d str, at: usize) -> Outcome<()> {
        let Event::Str(name) = self.event()? else {
            let text = format!("a constant of {class} that is known by its number alone");
            return Err(self.unrepresentable(at, text));
        };
        if let Some((id, class)) = self.constants.get(&(class, name)).copied() {
            self.open_as(slot, class);
            self.reference(id);
            return Ok(());
        }
        // A constant with a body has a class of its own, which the library writes by its fields.
        let body = self.plans.body(class, name);
        let begun = self.open(slot, body.as_ref().map_or(class, |body| &*body.class).as_bytes());
        let id = self.number();
        self.constants.insert((class, name), (id, begun.class));
        match body {
            None => {
                self.attribute("value", name);
                self.attribute("type", class.as_bytes());
            }
            Some(body) if body.is_plain => {
                self.attribute("name", name);
                self.number_attribute("ordinal", i64::from(body.ordinal));
            }
            Some(body) => {
                let text = format!(
                    "the constant {} of {class}: it has a class of its own, {}, and the library writes the fields of                      it, which nothing here has",
                    String::from_utf8_lossy(name),
                    body.class
                );
                return Err(self.unrepresentable(at, text));
            }
        }
        self.empty();
        Ok(())
    }

    /// An object whose fields come with their names.
    fn named(&mut self, slot: Slot<'_>, class: &str, parts: u32, place: u32, at: usize) -> Outcome<()> {
        if !parts.is_multiple_of(2) {
            return Err(self.bad_form(at));
        }
        match self.plans.of(class) {
            Known::Objects(plan) => self.named_as(slot, class, &plan, parts, place, at),
            Known::Whole(whole) => Err(self.by_fields(class, &whole, at)),
            _ => self.named_opaque(slot, class, parts, place, at),
        }
    }

    /// First those fields that this format has as attributes, in texts of its own.
    fn named_opaque(
        &mut self,
        slot: Slot<'_>,
        class: &str,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let tag = self.object(slot, class.as_bytes(), place);
        let mut left = parts / 2;
        while left > 0 {
            let field = self.reader.place();
            let name = self.field_name(at)?;
            let Event::Opaque(format, text) = self.event()? else {
                self.reader.seek(field);
                break;
            };
            if format != crate::FORMAT.as_bytes() {
                self.reader.seek(field);
                break;
            }
            self.opaque(name, text, at)?;
            left -= 1;
        }
        self.opened(tag.name, left, Kind::Named(None))
    }

    fn opaque(&mut self, name: &[u8], text: &[u8], at: usize) -> Outcome<()> {
        self.begin_attribute(name);
        match std::str::from_utf8(text) {
            Ok(_) => escape(self.out, text),
            Err(_) => {
                self.lose(Loss::Surrogates, at)?;
                escape_lossy(self.out, text);
            }
        }
        self.out.push(b'"');
        Ok(())
    }

    /// An object of a class of the schema, which says what is an attribute.
    fn named_as(
        &mut self,
        slot: Slot<'_>,
        class: &str,
        plan: &Plan,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        if plan.is_record {
            self.lose(Loss::Record, at)?;
        }
        let tag = self.object(slot, class.as_bytes(), place);
        self.shelf.permuted.insert(self.attribute);
        self.shelf.truths.clear();
        // Which field it is, if that is known, and where it stands.
        let mut elements = std::mem::take(&mut self.shelf.elements);
        elements.clear();
        for _ in 0..parts / 2 {
            let field = self.reader.place();
            let name = self.field_name(at)?;
            if let Some(known) = plan.attribute(name) {
                self.attribute_of_bean(known)?;
                continue;
            }
            let value = self.reader.place();
            match self.event()? {
                Event::Nil => continue,
                Event::Opaque(format, text) if format == crate::FORMAT.as_bytes() => {
                    self.opaque(name, text, at)?;
                }
                _ => {
                    self.reader.seek(value);
                    self.pass()?;
                    let order = plan.fields.iter().position(|field| field.name.as_bytes() == name);
                    elements.push((order, field));
                }
            }
        }
        let end = self.reader.place();
        self.truths(class, plan.has_our_name, at)?;
        if plan.is_ordered && elements.iter().all(|(order, _)| order.is_some()) {
            elements.sort_unstable_by_key(|(order, place)| (*order, *place));
        }
        let first = self.shelf.parts.len() as u32;
        self.shelf.parts.extend(elements.iter().map(|(_, field)| *field));
        let parts = Parts { first, end };
        let count = elements.len() as u32;
        self.shelf.elements = elements;
        if count == 0 {
            self.empty();
            self.leave(parts);
            return Ok(());
        }
        self.out.push(b'>');
        self.push(tag.name, count, Kind::Named(Some((parts, 0))))
    }

    /// A field that stands in an element, or is null and nowhere.
    pub(super) fn named_field(&mut self, parts: Option<(Parts, u32)>) -> Outcome<()> {
        if let Some((parts, next)) = parts {
            let place = self.shelf.parts.get((parts.first + next) as usize).copied();
            self.reader.seek(place.unwrap_or_default());
        }
        let at = self.at();
        let name = self.field_name(at)?;
        self.value(Slot::Field(name))
    }

    fn field_name(&mut self, at: usize) -> Outcome<&'d [u8]> {
        let Event::Str(name) = self.event()? else { return Err(self.bad_form(at)) };
        if name.ends_with(b"#") || name.ends_with(b"#+") {
            let text = "what a method of the class wrote to XStream's XML, and not the fields that the library writes";
            return Err(self.unrepresentable(at, text));
        }
        if !is_name(name) || matches!(name, b"class" | b"__id" | b"__ref" | b"Null") {
            let name = String::from_utf8_lossy(name);
            return Err(self
                .unrepresentable(at, format!("a field of the name {name:?}, which no attribute can have")));
        }
        Ok(name)
    }
}

/// Whether the library can read an element or an attribute of this name.
pub(super) fn is_name(name: &[u8]) -> bool {
    let ends = |byte: &u8| {
        matches!(byte, 0..=b' ' | b'=' | b'>' | b'/' | b'<' | b'"' | b'\'' | b'&' | b'!' | b'?' | b':')
    };
    !name.is_empty() && !name.iter().any(ends)
}
