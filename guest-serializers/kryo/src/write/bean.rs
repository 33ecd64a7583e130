//! Objects with fields: a document has them in the order of whoever wrote it, Kryo in that of their names.

use holdfast_document::{Definition, Event, Item, Number, Reader};
use holdfast_kryo_common::plan::Modes;

use super::raw::Raw;
use super::{FrameKind, Slot, Writing};
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::declared::Step;
use crate::fault::{Outcome, no_document};
use crate::losses::Loss;
use crate::output::{zigzag, zigzag_long};
use crate::plan::{Mode, Plan};
use crate::table::{IdMap, hash};

/// How the parts of objects lie, as far as that was found out.
#[derive(Debug, Default)]
pub(super) struct Beans {
    layouts: Vec<Layout>,
    by_definition: IdMap,
    /// The generation of classes that the layouts are of.
    generation: u32,
    /// Of each attribute that was indexed: where its objects are among `indexed`.
    attributes: Vec<(u32, usize, usize)>,
    /// The place of an object, and where the places of its parts begin.
    indexed: Vec<(u32, u32)>,
    /// The places of the parts of each object, and where it ends.
    parts: Vec<u32>,
    /// By number of the definition, of the attribute whose turn it is.
    straight: Vec<Option<Straight>>,
    /// The places of the fields of the objects that are being written, in Kryo's order, each followed by its end.
    targets: Vec<u32>,
}

/// Where a definition has the fields of a class.
#[derive(Debug)]
struct Layout {
    class: ClassId,
    definition: Box<[u8]>,
    /// The definition has Kryo's fields in Kryo's order, and nothing else.
    is_straight: bool,
    /// By slot of the plan: the part.
    order: Vec<u32>,
    /// Parts that are the data of a `writeObject` method.
    custom: Vec<u32>,
}

/// What is needed of a definition of this attribute whose values have Kryo's fields in Kryo's order.
#[derive(Debug, Clone, Copy)]
struct Straight {
    class: ClassId,
    modes: Modes,
}

/// The part of a field that the definition does not have: it has its default value, as Java reads an older class.
const MISSING: u32 = u32::MAX;

/// More classes than any application has in its sessions.
const MOST_LAYOUTS: usize = 10_000;

impl Beans {
    pub(super) fn begin_call(&mut self, classes: &Classes) {
        if self.generation != classes.generation() || self.layouts.len() > MOST_LAYOUTS {
            self.generation = classes.generation();
            self.layouts.clear();
            self.by_definition.clear();
        }
        self.attributes.clear();
        self.indexed.clear();
        self.parts.clear();
        self.targets.clear();
        self.straight.clear();
    }

    pub(super) fn begin_attribute(&mut self) {
        self.straight.clear();
    }

    fn remember(&mut self, number: u32, straight: Straight) {
        let number = number as usize;
        if self.straight.len() <= number {
            self.straight.resize(number + 1, None);
        }
        if let Some(place) = self.straight.get_mut(number) {
            *place = Some(straight);
        }
    }

    /// Walks over an attribute and takes note of where the parts of objects stand. The reader knows all definitions
    /// then.
    pub(super) fn index(&mut self, attribute: u32, reader: &mut Reader<'_>) -> Outcome<()> {
        let known = self.attributes.iter().any(|(known, ..)| *known == attribute);
        let from = self.indexed.len();
        // How many values are to come in each open container; and of an object, where the next place goes.
        let mut open: Vec<(u64, Option<usize>)> = Vec::new();
        let mut left = 1u64;
        let mut next: Option<usize> = None;
        loop {
            while left == 0 {
                if let Some(end) = next.and_then(|next| self.parts.get_mut(next)) {
                    *end = reader.place();
                }
                match open.pop() {
                    Some(outer) => (left, next) = outer,
                    None => {
                        if !known {
                            self.attributes.push((attribute, from, self.indexed.len()));
                        }
                        return Ok(());
                    }
                }
            }
            left -= 1;
            let place = reader.place();
            if let Some(at) = next {
                if let Some(part) = self.parts.get_mut(at) {
                    *part = place;
                }
                next = Some(at + 1);
            }
            let event = reader.next().map_err(no_document)?;
            let inside = event.inside();
            let is_object = matches!(event, Event::Typed(head, _) if !matches!(head, holdfast_document::Head::Builtin(_)));
            if inside == 0 && !is_object {
                continue;
            }
            open.push((left, next));
            left = inside;
            next = None;
            if is_object && !known {
                let base = self.parts.len();
                self.indexed.push((place, base as u32));
                self.parts.resize(base + inside as usize + 1, 0);
                next = Some(base);
            }
        }
    }

    /// The places of an object's parts, and its end.
    pub(super) fn parts_of(&self, attribute: u32, place: u32, count: u32) -> Option<&[u32]> {
        let (_, from, to) = self.attributes.iter().find(|(known, ..)| *known == attribute)?;
        let indexed = self.indexed.get(*from..*to)?;
        let found = indexed.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        let base = indexed.get(found)?.1 as usize;
        self.parts.get(base..=base + count as usize)
    }
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes an object of a class that was met in this attribute, by the number of its definition, if all its values
    /// are written as they come. Otherwise it says false.
    #[inline]
    pub(super) fn straight_bean(&mut self, slot: Slot, place: u32, at: usize) -> Outcome<bool> {
        if !self.travels.is_straight() || !self.shelf.moved.is_empty() || self.classes.compatible {
            return Ok(false);
        }
        let Some((number, parts)) = self.reader.take_known() else { return Ok(false) };
        let found = self.shelf.beans.straight.get(number as usize).copied().flatten();
        let Some(Straight { class, modes }) = found.filter(|found| found.modes.count == parts) else {
            self.reader.seek(place);
            return Ok(false);
        };
        self.object(slot, class, place, at)?;
        self.straight_fields(class, modes)?;
        Ok(true)
    }

    /// Writes the fields of an object up to one that is not of the commonest kinds: it and those behind it have a frame.
    #[inline]
    fn straight_fields(&mut self, class: ClassId, Modes { end, count }: Modes) -> Outcome<()> {
        for left in (0..count).rev() {
            if !self.quick_field(self.classes.mode(end, left)) {
                return self.push(FrameKind::Fields(end), class, left + 1);
            }
        }
        Ok(())
    }

    /// Writes an object of a class with fields.
    pub(super) fn bean(
        &mut self,
        slot: Slot,
        definition: &Definition<'d>,
        class: ClassId,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let plan = match self.classes.codec(class) {
            Codec::Fields(plan) => plan,
            Codec::Calendar if !definition.named => {
                return self.raw_calendar(slot, class, Raw { definition: *definition, parts, place, at });
            }
            Codec::Text(94) if !definition.named => {
                return self.raw_zone(slot, class, Raw { definition: *definition, parts, place, at });
            }
            _ => return Err(self.not_by_fields(class, at)),
        };
        if definition.named {
            return self.named_bean(slot, class, parts, place, at);
        }
        let layout = self.layout(definition, class, plan, at)?;
        if self.travels.is_straight()
            && self.shelf.beans.layouts.get(layout).is_some_and(|layout| layout.is_straight)
        {
            self.shelf
                .beans
                .remember(definition.number, Straight { class, modes: self.classes.modes_of(plan) });
        }
        self.object(slot, class, place, at)?;
        let Some(found) = self.shelf.beans.layouts.get(layout) else { return Ok(()) };
        if found.is_straight {
            let modes = self.classes.modes_of(plan);
            if self.classes.has_names(plan) {
                return self.compatible_object(class, plan, None, modes.count);
            }
            return self.straight_fields(class, modes);
        }
        self.inform()?;
        self.custom_data(layout, place, parts, at)?;
        let beans = &mut self.shelf.beans;
        let first = beans.targets.len() as u32;
        let Some(layout) = beans.layouts.get(layout) else { return Ok(()) };
        let slots = layout.order.len() as u32;
        let Some(places) = beans.parts_of(self.attribute, place, parts) else {
            return Err(self.bad_form(at));
        };
        let mut targets: Vec<u32> =
            layout.order.iter().map(|part| places.get(*part as usize).copied().unwrap_or(MISSING)).collect();
        targets.extend(places.last());
        beans.targets.append(&mut targets);
        self.begin_fields_at(first, class, slots)
    }

    /// Writes an object whose parts are names and values in turn.
    fn named_bean(&mut self, slot: Slot, class: ClassId, parts: u32, place: u32, at: usize) -> Outcome<()> {
        self.object(slot, class, place, at)?;
        self.inform()?;
        let Some(places) = self.shelf.beans.parts_of(self.attribute, place, parts) else {
            return Err(self.bad_form(at));
        };
        let places = places.to_vec();
        let mut names: Vec<(&str, u32)> = Vec::with_capacity(places.len() / 2);
        for pair in places.chunks_exact(2) {
            let [name, value] = *pair else { continue };
            self.reader.seek(name);
            match self.event()?.text(name as usize) {
                Ok(name) => names.push((name, value)),
                Err(_) => return Err(self.bad_form(at)),
            }
        }
        let mut targets = Vec::new();
        let Codec::Fields(plan) = self.classes.codec(class) else { return Ok(()) };
        let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
        let mut taken = 0;
        for (index, field) in slots.iter().enumerate() {
            // Of two fields of one name, the subclass's has it, and the other one its class in front.
            let is_shadowed = index
                .checked_sub(1)
                .and_then(|at| slots.get(at))
                .is_some_and(|other| other.name == field.name);
            let found = names.iter().find(|(name, _)| match name.split_once('#') {
                Some((_, name)) => is_shadowed && name == field.name,
                None => !is_shadowed && *name == field.name,
            });
            taken += usize::from(found.is_some());
            targets.push(found.map_or(MISSING, |(_, value)| *value));
        }
        if taken < names.len() {
            let text =
                format!("the schema's {} does not have all of these fields", self.classes.get(class).name);
            return Err(self.unrepresentable(at, text));
        }
        let (first, slots) = (self.shelf.beans.targets.len() as u32, targets.len() as u32);
        targets.extend(places.last());
        self.shelf.beans.targets.append(&mut targets);
        self.begin_fields_at(first, class, slots)
    }

    fn begin_fields_at(&mut self, first: u32, class: ClassId, slots: u32) -> Outcome<()> {
        self.travels.leave_straight_way();
        if let Codec::Fields(plan) = self.classes.codec(class)
            && self.classes.has_names(plan)
        {
            return self.compatible_object(class, plan, Some(first), slots);
        }
        self.push(FrameKind::FieldsAt(first), class, slots)?;
        Ok(())
    }

    pub(super) fn end_fields_at(&mut self, first: u32) {
        self.travels.return_to_straight_way();
        if let Some(end) = self.shelf.beans.targets.pop() {
            self.reader.seek(end);
        }
        self.shelf.beans.targets.truncate(first as usize);
    }

    /// What a class is that a document has by its fields, and Kryo has not.
    #[cold]
    fn not_by_fields(&self, class: ClassId, at: usize) -> Box<holdfast_sdk::Failure> {
        let class = self.classes.get(class);
        let text = match class.codec {
            Codec::Unknown | Codec::Refused(_) | Codec::Unreadable(_) | Codec::Named => {
                crate::refusal::text(self.classes, class)
            }
            _ => format!("a {} by its fields, which Kryo writes in another way", class.name),
        };
        self.unrepresentable(at, text)
    }

    /// How a definition lays out a class. Kept from call to call: applications have few classes.
    fn layout(
        &mut self,
        definition: &Definition<'d>,
        class: ClassId,
        plan: u32,
        at: usize,
    ) -> Outcome<usize> {
        let key = hash(definition.bytes);
        let fits = |layout: &Layout| layout.class == class && *layout.definition == *definition.bytes;
        if let Some(known) = self.shelf.beans.by_definition.get(key)
            && self.shelf.beans.layouts.get(known as usize).is_some_and(fits)
        {
            return Ok(known as usize);
        }
        let made = match self.classes.plan(plan) {
            Some(plan) => lay_out(definition, class, plan),
            None => Err(String::new()),
        };
        let layout = made.map_err(|text| {
            let name = &self.classes.get(class).name;
            self.unrepresentable(at, format!("{name}: {text}"))
        })?;
        let beans = &mut self.shelf.beans;
        beans.by_definition.insert(key, beans.layouts.len() as u32);
        beans.layouts.push(layout);
        Ok(beans.layouts.len() - 1)
    }

    /// Drops the data of `writeObject` methods, as the library does.
    fn custom_data(&mut self, layout: usize, place: u32, parts: u32, at: usize) -> Outcome<()> {
        let back = self.reader.place();
        let mut index = 0;
        while let Some(part) =
            self.shelf.beans.layouts.get(layout).and_then(|layout| layout.custom.get(index)).copied()
        {
            index += 1;
            let places = self.shelf.beans.parts_of(self.attribute, place, parts);
            let Some(place) = places.and_then(|places| places.get(part as usize)).copied() else { continue };
            self.reader.seek(place);
            let is_empty = self.event()?.inside() == 0;
            self.reader.seek(back);
            if !is_empty {
                let class = self.shelf.beans.layouts.get(layout).map(|layout| layout.class);
                self.lose_of(Loss::CustomData, class, at)?;
            }
        }
        Ok(())
    }

    /// Writes a field that stands where the reader does.
    #[inline]
    pub(super) fn field(&mut self, mode: Mode) -> Outcome<()> {
        match mode {
            Mode::Any => self.value(Slot::Any),
            Mode::Known(class) => self.value(Slot::Known(class)),
            Mode::Declared(step) => self.declared(step),
            mode => {
                self.primitive(mode)?;
                Ok(())
            }
        }
    }

    /// Writes a field that stands elsewhere.
    pub(super) fn field_at(&mut self, class: ClassId, first: u32, left: u32) -> Outcome<()> {
        let Codec::Fields(plan) = self.classes.codec(class) else { return Ok(()) };
        let Modes { end, count } = self.classes.modes_of(plan);
        let mode = self.classes.mode(end, left);
        let at = (first + count).saturating_sub(left + 1);
        match self.shelf.beans.targets.get(at as usize).copied() {
            Some(MISSING) | None => {
                if let Mode::Declared(Step::Digit { part, digit }) = mode {
                    return self.digit(usize::from(part), usize::from(digit), 0, self.at());
                }
                self.default(mode);
                Ok(())
            }
            Some(place) => {
                self.reader.seek(place);
                self.field(mode)
            }
        }
    }

    fn default(&mut self, mode: Mode) {
        let len = match mode {
            Mode::Declared(step) => {
                self.out.extend_from_slice(crate::declared::default(step));
                return;
            }
            Mode::Char | Mode::Short => 2,
            Mode::Float => 4,
            Mode::Double => 8,
            Mode::Boolean | Mode::Byte | Mode::Int | Mode::Long | Mode::Any | Mode::Known(_) => 1,
        };
        self.out.resize(self.out.len() + len, 0);
    }

    fn primitive(&mut self, mode: Mode) -> Outcome<()> {
        let at = self.at();
        let event = self.event()?;
        match (mode, event) {
            (Mode::Boolean, Event::Bool(value)) => self.out.push(u8::from(value)),
            (Mode::Char, Event::Char(unit)) => self.out.extend_from_slice(&unit.to_be_bytes()),
            (Mode::Float, Event::F32(value)) => self.out.extend_from_slice(&value.to_be_bytes()),
            (Mode::Double, Event::F64(value)) => self.out.extend_from_slice(&value.to_be_bytes()),
            (Mode::Double, Event::F32(value)) => self.out.extend_from_slice(&f64::from(value).to_be_bytes()),
            (_, Event::Int(Number { value, .. })) => match mode {
                Mode::Byte => match i8::try_from(value) {
                    Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                    Err(_) => return Err(self.too_wide(value, "byte", at)),
                },
                Mode::Short => match i16::try_from(value) {
                    Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                    Err(_) => return Err(self.too_wide(value, "short", at)),
                },
                Mode::Int => match i32::try_from(value) {
                    Ok(value) => zigzag(self.out, value),
                    Err(_) => return Err(self.too_wide(value, "int", at)),
                },
                Mode::Long => zigzag_long(self.out, value),
                _ => return Err(self.bad_form(at)),
            },
            _ => return Err(self.bad_form(at)),
        }
        Ok(())
    }

    #[cold]
    pub(super) fn too_wide(&self, value: i64, kind: &str, at: usize) -> Box<holdfast_sdk::Failure> {
        self.unrepresentable(at, format!("{value} where a {kind} stands"))
    }
}

/// Finds the fields of a class in a definition.
fn lay_out(definition: &Definition<'_>, class: ClassId, plan: &Plan) -> Result<Layout, String> {
    let mut order = vec![MISSING; plan.slots.len()];
    let mut custom = Vec::new();
    for (part, item) in definition.items().enumerate() {
        let part = part as u32;
        match item.map_err(|error| error.to_string())? {
            Item::Field { level, descriptor, name } => {
                let found = plan.slots.iter().position(|slot| slot.level == level && slot.name == name);
                let slot = found.and_then(|at| Some((plan.slots.get(at)?, order.get_mut(at)?)));
                let Some((slot, place)) = slot else {
                    return Err(format!("the schema's class has no field {name}"));
                };
                if descriptor != "?"
                    && (descriptor.len() == 1 || slot.descriptor.len() == 1)
                    && descriptor != slot.descriptor
                {
                    return Err(format!(
                        "its field {name} is {} in the schema and {descriptor} here",
                        slot.descriptor
                    ));
                }
                *place = part;
            }
            Item::Custom { .. } | Item::TypedCustom { .. } => custom.push(part),
            Item::Whole { .. } => {
                return Err("the value of a collection or date where fields must stand".into());
            }
            Item::Interface(_) => return Err("interfaces where fields must stand".into()),
        }
    }
    // `SC_EXTERNALIZABLE`, and ours for a class whose `writeObject` wrote none of its fields.
    let is_hidden = definition.java.is_some_and(|(flags, _)| flags & (4 | 128) != 0);
    if is_hidden && let Some(slot) = plan.slots.first() {
        return Err(format!(
            "the library writes its field {}, and this value has what the class itself wrote instead",
            slot.name
        ));
    }
    let is_straight = custom.is_empty() && order.iter().enumerate().all(|(at, part)| at == *part as usize);
    Ok(Layout { class, definition: definition.bytes.into(), is_straight, order, custom })
}
