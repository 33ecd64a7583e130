//! Objects with fields: a document has them in the order of whoever wrote it, Kryo in that of their names.

use holdfast_document::{Definition, Event, Number};
use holdfast_kryo_common::beans::Met;
use holdfast_kryo_common::layout::MISSING;
use holdfast_kryo_common::plan::Modes;

use super::raw::Raw;
use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::declared::Step;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::output::{zigzag, zigzag_long};
use crate::plan::Mode;

impl<'d> Writing<'d, '_, '_> {
    /// Writes an object of a class that was met in this attribute, by the number of its definition, if its values are
    /// written as they come, or are scalars. Otherwise it says false.
    #[inline]
    pub(super) fn met_bean(&mut self, slot: Slot, place: u32, at: usize) -> Outcome<bool> {
        if !self.way.is_at_home() || self.classes.compatible {
            return Ok(false);
        }
        let Some((number, parts)) = self.way.reader.take_known() else { return Ok(false) };
        if let Some(met) = self.shelf.beans.met(number, parts)
            && self.shelf.moved.get(self.way.attribute(), place).is_none()
        {
            if met.is_straight {
                self.object(slot, met.class, place, at)?;
                self.begin(FrameKind::Fields(met.modes.end), met.class, met.modes.count)?;
                return Ok(true);
            }
            if self.scalar_fields(slot, met, place, at)? {
                return Ok(true);
            }
        }
        self.way.reader.seek(place);
        Ok(false)
    }

    /// Writes an object that has its fields in another order than Kryo, if all of them are scalars: then none leads
    /// elsewhere, and nothing but the place of each is needed. The reader stands at the first one. Otherwise it says false.
    #[inline(never)]
    fn scalar_fields(&mut self, slot: Slot, met: Met<ClassId>, place: u32, at: usize) -> Outcome<bool> {
        let Some(begins) = self.shelf.begins.get_mut(..met.parts as usize) else { return Ok(false) };
        let Some(end) = self.way.reader.scalars(begins) else { return Ok(false) };
        if self.is_noted_before(place, end) {
            return Ok(false);
        }
        self.object(slot, met.class, place, at)?;
        let written = self.shelf.objects.len();
        for field in 0..met.modes.count {
            let mode = self.classes.mode(met.modes.end, met.modes.count - field - 1);
            let part = self.shelf.beans.part(met.layout, field);
            let place = part.and_then(|part| self.shelf.begins.get(part as usize)).copied();
            self.field_from(mode, place)?;
        }
        self.way.reader.seek(end);
        // Objects are looked for by their places.
        if let Some(dates @ [_, _, ..]) = self.shelf.objects.get_mut(written..) {
            dates.sort_unstable_by_key(|object| object.place);
        }
        Ok(true)
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
        let number = self.layout(definition, class, plan, at)?;
        let modes = self.classes.modes_of(plan);
        let Some(layout) = self.shelf.beans.layouts.get(number) else { return Err(self.bad_form(at)) };
        let is_straight = layout.is_straight;
        if layout.custom.is_empty() && !self.classes.compatible {
            let met = Met { class, modes, parts, is_straight, layout: number };
            if self.way.is_at_home() {
                self.shelf.beans.meet(definition.number, met);
            }
            if !is_straight && self.scalar_fields(slot, met, place, at)? {
                return Ok(());
            }
        }
        self.object(slot, class, place, at)?;
        if is_straight {
            if self.classes.has_names(plan) {
                return self.compatible_object(class, plan, None, modes.count);
            }
            return self.begin(FrameKind::Fields(modes.end), class, modes.count);
        }
        self.way.inform(&mut self.shelf.parts)?;
        self.custom_data(number, place, parts, at)?;
        let beans = &mut self.shelf.beans;
        let first = beans.targets.len() as u32;
        let (Some(layout), Some(places)) =
            (beans.layouts.get(number), self.shelf.parts.of(self.way.attribute(), place, parts))
        else {
            return Err(self.bad_form(at));
        };
        let fields = layout.order.iter().map(|part| places.get(*part as usize).copied().unwrap_or(MISSING));
        beans.targets.extend(fields.chain(places.last().copied()));
        self.begin_fields_at(first, class, modes.count)
    }

    /// Writes an object whose parts are names and values in turn.
    fn named_bean(&mut self, slot: Slot, class: ClassId, parts: u32, place: u32, at: usize) -> Outcome<()> {
        self.object(slot, class, place, at)?;
        self.way.inform(&mut self.shelf.parts)?;
        let Some(places) = self.shelf.parts.of(self.way.attribute(), place, parts) else {
            return Err(self.bad_form(at));
        };
        let places = places.to_vec();
        let mut names: Vec<(&str, u32)> = Vec::with_capacity(places.len() / 2);
        for pair in places.chunks_exact(2) {
            let [name, value] = *pair else { continue };
            self.way.reader.seek(name);
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
        self.way.leave_straight_way();
        if let Codec::Fields(plan) = self.classes.codec(class)
            && self.classes.has_names(plan)
        {
            return self.compatible_object(class, plan, Some(first), slots);
        }
        self.push(FrameKind::FieldsAt(first), class, slots)?;
        Ok(())
    }

    pub(super) fn end_fields_at(&mut self, first: u32) {
        self.way.return_to_straight_way();
        if let Some(end) = self.shelf.beans.targets.pop() {
            self.way.reader.seek(end);
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

    /// How a definition lays out a class.
    fn layout(
        &mut self,
        definition: &Definition<'d>,
        class: ClassId,
        plan: u32,
        at: usize,
    ) -> Outcome<usize> {
        let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
        self.shelf.beans.layouts.of(definition, class, slots).map_err(|text| {
            let name = &self.classes.get(class).name;
            self.unrepresentable(at, format!("{name}: {text}"))
        })
    }

    /// Drops the data of `writeObject` methods, as the library does.
    fn custom_data(&mut self, layout: usize, place: u32, parts: u32, at: usize) -> Outcome<()> {
        let back = self.way.reader.place();
        let mut index = 0;
        while let Some(part) =
            self.shelf.beans.layouts.get(layout).and_then(|layout| layout.custom.get(index)).copied()
        {
            index += 1;
            let places = self.shelf.parts.of(self.way.attribute(), place, parts);
            let Some(place) = places.and_then(|places| places.get(part as usize)).copied() else { continue };
            self.way.reader.seek(place);
            let is_empty = self.event()?.inside() == 0;
            self.way.reader.seek(back);
            if !is_empty {
                let class = self.shelf.beans.layouts.get(layout).map(|layout| layout.class);
                self.lose_of(Loss::CustomData, class, at)?;
            }
        }
        Ok(())
    }

    /// Whether notes say something of the values between two places; those in front were passed by then.
    fn is_noted_before(&mut self, place: u32, end: u32) -> bool {
        // Of another attribute's values no note speaks.
        self.note.is_some() && self.way.is_at_home() && {
            self.fact(place, 0);
            self.note.is_some_and(|note| note.place < end)
        }
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
        let place = self.shelf.beans.targets.get(at as usize).copied();
        self.field_from(mode, place.filter(|place| *place != MISSING))
    }

    /// Writes a field that stands at a place, or nowhere: then it has its default value.
    #[inline(always)]
    fn field_from(&mut self, mode: Mode, place: Option<u32>) -> Outcome<()> {
        let Some(place) = place else { return self.missing(mode) };
        self.way.reader.seek(place);
        self.field(mode)
    }

    /// Writes a field that the document does not have.
    fn missing(&mut self, mode: Mode) -> Outcome<()> {
        if let Mode::Declared(Step::Digit { part, digit }) = mode {
            return self.digit(usize::from(part), usize::from(digit), 0, self.way.at());
        }
        self.default(mode);
        Ok(())
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
        let at = self.way.at();
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
