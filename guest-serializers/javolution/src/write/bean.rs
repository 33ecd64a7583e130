//! Objects whose fields the document has, and of which it is known how the library writes them.

use holdfast_document::{Definition, Event, Head, Kind as ClassKind, Number};

use super::quick::{is_nil, whole};
use super::refs::Object;
use super::script::{Script, Step};
use super::tag::{Slot, Span};
use super::{Kind, Writing};
use crate::decimal;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::number::{integer, unsigned};
use crate::plan::{Field, Known, Place, Simple};
use crate::text::{escape, escape_lossy, hex};

/// Extensions of scalars.
const DATE: u8 = 9;
const DECIMAL: u8 = 11;

/// Where the parts of an object are whose fields are written in another order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    /// Where their places begin in the list.
    pub(super) first: u32,
    /// Where the object ends.
    pub(super) end: u32,
}

impl<'d> Writing<'d, '_, '_> {
    pub(super) fn bean(
        &mut self,
        slot: Slot<'_>,
        definition: &Definition<'d>,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let shelf = &mut *self.shelf;
        match shelf.scripts.of(definition, &self.reader, self.plans) {
            Ok(script) => self.bean_as(slot, script, parts, place, at),
            Err(why) => match self.plans.of(definition.name) {
                Known::Whole(whole) => self.extended(slot, definition, &whole, place, at),
                _ => Err(self.unrepresentable(at, format!("a {}: {why}", definition.name))),
            },
        }
    }

    pub(super) fn bean_as(
        &mut self,
        slot: Slot<'_>,
        script_number: u32,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let Some(script) = self.shelf.scripts.get(script_number).cloned() else { return Ok(()) };
        if parts != script.parts {
            return Err(self.bad_form(at));
        }
        if script.is_record {
            self.lose(Loss::Record, at)?;
        }
        if script.is_shadowed {
            self.lose(Loss::Shadowed, at)?;
        }
        let name = self.tag_of(slot, &script, place);
        if script.is_straight {
            self.attributes_of(&script, at)?;
            return self.elements_of(&script, script_number, name, None);
        }
        self.bean_permuted(&script, script_number, name, parts, at)
    }

    /// Writes the tag of an object up to its number.
    #[inline]
    fn tag_of(&mut self, slot: Slot<'_>, script: &Script, place: u32) -> Span {
        let name = self.begin(slot);
        let class = Span { from: self.out.len() as u32, len: script.class.len() as u32 };
        if name.is_some() {
            script.valued.put(self.out);
        } else {
            script.element.put(self.out);
        }
        let id = self.next;
        self.next += 1;
        unsigned(self.out, u64::from(id));
        self.out.push(b'"');
        self.took(Object { place, id, class });
        name.unwrap_or(class)
    }

    /// Writes the fields that stand in attributes, which come first in the document, too.
    #[inline]
    fn attributes_of(&mut self, script: &Script, at: usize) -> Outcome<()> {
        self.shelf.truths.clear();
        for step in script.steps.iter().take(script.attributes as usize) {
            self.attribute_of_bean(&step.field)?;
        }
        self.truths(&script.class, script.has_our_name, at)
    }

    fn bean_permuted(
        &mut self,
        script: &Script,
        number: u32,
        name: Span,
        parts: u32,
        at: usize,
    ) -> Outcome<()> {
        self.shelf.permuted.insert(self.attribute);
        let first = self.shelf.parts.len() as u32;
        self.pass_parts(parts)?;
        let end = self.reader.place();
        for custom in &script.custom {
            let place = self.shelf.parts.get((first + custom) as usize).copied();
            self.reader.seek(place.unwrap_or_default());
            if !matches!(self.rest().first(), Some(0x90 | 0xc0)) {
                self.lose(Loss::Custom, at)?;
            }
        }
        self.shelf.truths.clear();
        for step in script.steps.iter().take(script.attributes as usize) {
            self.seek_part(first, step);
            self.attribute_of_bean(&step.field)?;
        }
        // Of a field of unknown type the value says whether it is of an enum.
        for step in script.steps.iter().filter(|step| step.field.place == Place::Either) {
            if let Some(constant) = self.constant_of(first, step)? {
                self.out.push(b' ');
                self.out.extend_from_slice(step.field.name.as_bytes());
                self.out.extend_from_slice(b"=\"");
                escape(self.out, constant);
                self.out.push(b'"');
            }
        }
        self.truths(&script.class, script.has_our_name, at)?;
        self.refuse_loose(script, first, at)?;
        self.elements_of(script, number, name, Some(Parts { first, end }))
    }

    /// Ends the tag of an object, and writes its elements up to one that holds others.
    #[inline]
    fn elements_of(&mut self, script: &Script, number: u32, name: Span, parts: Option<Parts>) -> Outcome<()> {
        self.out.push(b'>');
        let body = self.out.len();
        let steps = script.steps.len() as u32;
        for (step, number_of_step) in script.steps.iter().zip(0..steps).skip(script.attributes as usize) {
            if let Some(parts) = parts {
                self.seek_part(parts.first, step);
            }
            let is_scalar = match *self.rest() {
                [0xc0, ..] => {
                    self.reader.seek(self.reader.place() + 1);
                    continue;
                }
                [0xd7, DATE | DECIMAL, ..] | [0xc7, _, DECIMAL, ..] | [0xa0..=0xbf, ..] => true,
                _ => false,
            };
            if is_scalar {
                self.value(Slot::Lead(&step.field.lead))?;
                continue;
            }
            self.push(
                name,
                steps - number_of_step,
                Kind::Bean { script: number, step: number_of_step, parts },
            )?;
            if let Some(frame) = self.shelf.frames.last_mut() {
                frame.body = body as u32;
            }
            return Ok(());
        }
        if let Some(parts) = parts {
            self.leave(parts);
        }
        if self.out.len() == body {
            self.out.pop();
            self.empty();
        } else {
            self.close(name);
        }
        Ok(())
    }

    /// Of elements whose order is not known there may be one: the library's reader goes through the fields as they are
    /// declared.
    fn refuse_loose(&mut self, script: &Script, first: u32, at: usize) -> Outcome<()> {
        let mut before: Option<&Step> = None;
        for step in script.steps.iter().filter(|step| step.loose.is_some()) {
            self.seek_part(first, step);
            if self.is_nil() || step.field.place == Place::Either && self.constant_of(first, step)?.is_some()
            {
                continue;
            }
            if let Some(before) = before.filter(|before| before.loose == step.loose) {
                let text = format!(
                    "a {}: the library writes its fields {} and {} in the order in which the class declares them, \
                     which a schema of the application's classes tells (holdfast schema)",
                    script.class, before.field.name, step.field.name
                );
                return Err(self.unrepresentable(at, text));
            }
            before = Some(step);
        }
        Ok(())
    }

    /// Ends an object whose fields were written in another order.
    pub(super) fn leave(&mut self, parts: Parts) {
        self.shelf.parts.truncate(parts.first as usize);
        self.reader.seek(parts.end);
    }

    fn seek_part(&mut self, first: u32, step: &Step) {
        let place = self.shelf.parts.get((first + step.part) as usize).copied();
        self.reader.seek(place.unwrap_or_default());
    }

    /// The name of the constant that a field holds, if it is one of the field's own type.
    fn constant_of(&mut self, first: u32, step: &Step) -> Outcome<Option<&'d [u8]>> {
        self.seek_part(first, step);
        let Event::Typed(head, 1) = self.event()? else { return Ok(None) };
        let definition = match head {
            Head::Defined(definition) => Some(definition),
            Head::Known(number) => self.reader.definition(number).copied(),
            Head::Builtin(_) => None,
        };
        if !definition.is_some_and(|class| class.kind == ClassKind::Enum && *class.name == *step.field.class)
        {
            return Ok(None);
        }
        match self.event()? {
            Event::Str(name) => Ok(Some(name)),
            _ => Ok(None),
        }
    }

    /// Writes the next field that stands in an element.
    #[inline]
    pub(super) fn bean_element(&mut self, script: u32, step: u32, parts: Option<Parts>) -> Outcome<()> {
        let Some(script) = self.shelf.scripts.get(script).cloned() else { return Ok(()) };
        let Some(step) = script.steps.get(step as usize) else { return Ok(()) };
        if let Some(parts) = parts {
            if step.field.place == Place::Either && self.constant_of(parts.first, step)?.is_some() {
                return Ok(());
            }
            self.seek_part(parts.first, step);
        }
        self.value(Slot::Lead(&step.field.lead))
    }

    /// Writes a field that stands in an attribute. Null is left away.
    #[inline]
    pub(super) fn attribute_of_bean(&mut self, field: &Field) -> Outcome<()> {
        let Place::Attribute(simple) = field.place else { return Ok(()) };
        let rest = self.rest();
        if is_nil(rest) {
            self.reader.seek(self.reader.place() + 1);
            return if simple.is_primitive() { Err(self.bad_form(self.at())) } else { Ok(()) };
        }
        let at = self.at();
        match simple {
            Simple::Text => {
                if let Some(text) = self.reader.take_str() {
                    field.lead.put(self.out);
                    escape(self.out, text);
                    self.out.push(b'"');
                    return Ok(());
                }
            }
            Simple::Bool => {
                let value = match rest.first() {
                    Some(0xc2) => &b"false\""[..],
                    Some(0xc3) => b"true\"",
                    _ => return Err(self.bad_form(at)),
                };
                self.reader.seek(self.reader.place() + 1);
                field.lead.put(self.out);
                self.out.extend_from_slice(value);
                return Ok(());
            }
            Simple::Whole(_) | Simple::BoxedWhole(_) => {
                if let Some((value, len)) = whole(rest) {
                    self.reader.seek(self.reader.place() + len);
                    field.lead.put(self.out);
                    integer(self.out, value);
                    self.out.push(b'"');
                    return Ok(());
                }
            }
            _ => {}
        }
        self.rare_attribute(field, simple, at)
    }

    fn rare_attribute(&mut self, field: &Field, simple: Simple, at: usize) -> Outcome<()> {
        field.lead.put(self.out);
        match (simple, self.event()?) {
            (Simple::Text, Event::Str(text)) => escape(self.out, text),
            (Simple::Text, Event::Wstr(text)) => {
                self.lose(Loss::Surrogates, at)?;
                escape_lossy(self.out, text);
                self.truth(field);
                hex(&mut self.shelf.truths, text);
            }
            (Simple::BoxedBool, Event::Bool(value)) => {
                self.out.extend_from_slice(if value { b"true" } else { b"false" });
            }
            (Simple::Whole(_) | Simple::BoxedWhole(_), Event::Int(Number { value, .. })) => {
                integer(self.out, value);
            }
            (Simple::Float, Event::F32(value)) => {
                if !decimal::float(self.out, value) {
                    self.lossy_field(field, u64::from(value.to_bits()), at)?;
                }
            }
            (Simple::Double, Event::F64(value)) => {
                if !decimal::double(self.out, value) {
                    self.lossy_field(field, value.to_bits(), at)?;
                }
            }
            (Simple::BoxedFloat, Event::F32(value)) => {
                if !decimal::java_float(self.out, value) {
                    self.lossy_field(field, u64::from(value.to_bits()), at)?;
                }
            }
            (Simple::BoxedDouble, Event::F64(value)) => {
                if !decimal::java_double(self.out, value) {
                    self.lossy_field(field, value.to_bits(), at)?;
                }
            }
            (Simple::Char | Simple::BoxedChar, Event::Char(unit)) => {
                let Some(char) = char::from_u32(u32::from(unit)) else {
                    return Err(self.unrepresentable(at, super::scalar::NO_HALF));
                };
                escape(self.out, char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            (Simple::Currency, Event::Typed(Head::Builtin(87), 1)) => match self.event()? {
                Event::Str(code) => escape(self.out, code),
                _ => return Err(self.bad_form(at)),
            },
            (Simple::Currency, Event::Ref(place)) => {
                let attribute = self.attribute;
                self.currency_at(attribute, place, at)?;
            }
            (Simple::Currency, Event::Xref(number, place)) => {
                let attribute = self.attribute_of(number, at)?;
                self.currency_at(attribute, place, at)?;
            }
            (Simple::Enum, Event::Typed(head, 1)) => {
                let is_constant = match head {
                    Head::Defined(definition) => definition.kind == ClassKind::Enum,
                    Head::Known(number) => {
                        self.reader.definition(number).is_some_and(|class| class.kind == ClassKind::Enum)
                    }
                    Head::Builtin(_) => false,
                };
                match self.event()? {
                    Event::Str(name) if is_constant => escape(self.out, name),
                    Event::Int(_) if is_constant => {
                        let text = format!("a constant of {} that is known by its number alone", field.class);
                        return Err(self.unrepresentable(at, text));
                    }
                    _ => return Err(self.bad_form(at)),
                }
            }
            _ => {
                let text =
                    format!("the field {} has a value of another type than its class declares", field.name);
                return Err(self.unrepresentable(at, text));
            }
        }
        self.out.push(b'"');
        Ok(())
    }

    /// Begins the true value of a field.
    fn truth(&mut self, field: &Field) {
        let truths = &mut self.shelf.truths;
        if !truths.is_empty() {
            truths.push(b' ');
        }
        truths.extend_from_slice(field.name.as_bytes());
        truths.push(b'=');
    }

    #[cold]
    fn lossy_field(&mut self, field: &Field, bits: u64, at: usize) -> Outcome<()> {
        self.lose(Loss::Number, at)?;
        self.truth(field);
        super::scalar::put_bits(&mut self.shelf.truths, bits);
        Ok(())
    }

    /// Writes the true values of fields.
    #[inline]
    pub(super) fn truths(&mut self, class: &str, has_our_name: bool, at: usize) -> Outcome<()> {
        if self.shelf.truths.is_empty() {
            return Ok(());
        }
        if has_our_name {
            let text = format!(
                "a {} with a field {}, where the true value of another field would have to stand",
                class,
                crate::TRUE_VALUE
            );
            return Err(self.unrepresentable(at, text));
        }
        self.begin_attribute(crate::TRUE_VALUE.as_bytes());
        self.out.extend_from_slice(&self.shelf.truths);
        self.out.push(b'"');
        Ok(())
    }
}
