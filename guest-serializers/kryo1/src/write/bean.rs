//! Objects with fields: a document has them in the order of whoever wrote it, Kryo in that of their names.

use holdfast_document::{Definition, Event, Number};
use holdfast_kryo_common::beans::Met;
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::layout::MISSING;
use holdfast_kryo_common::output::{varint, zigzag_long};
use holdfast_kryo_common::plan::Modes;

use super::value::short;
use super::{FrameKind, Shelf, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::declared::Step;
use crate::losses::Loss;
use crate::plan::Mode;

impl<'d> Writing<'d, '_, '_> {
    /// Writes an object of a class that was met in this attribute, by the number of its definition, if its values are
    /// written as they come, or are scalars. Otherwise it says false.
    #[inline]
    pub(super) fn met_bean(&mut self, slot: Slot, place: u32, at: usize) -> Outcome<bool> {
        if !self.way.is_at_home() {
            return Ok(false);
        }
        let Some((number, parts)) = self.way.reader.take_known() else { return Ok(false) };
        if let Some(met) = self.shelf.beans.met(number, parts) {
            if met.is_straight {
                if self.object(slot, met.class, place, at)? {
                    self.begin(FrameKind::Fields(met.modes.end), met.class, met.modes.count)?;
                } else {
                    self.pass(place)?;
                }
                return Ok(true);
            }
            if self.scalar_fields(slot, met, place, at)? {
                return Ok(true);
            }
        }
        self.way.reader.seek(place);
        Ok(false)
    }

    /// Begins an object that has its fields in another order than Kryo, if all of them are scalars: then none leads
    /// elsewhere, and nothing but the place of each is needed. The reader stands at the first one. Otherwise it says false.
    fn scalar_fields(&mut self, slot: Slot, met: Met<ClassId>, place: u32, at: usize) -> Outcome<bool> {
        let Shelf { beans, begins, .. } = &mut *self.shelf;
        let Some(begins) = begins.get_mut(..met.parts as usize) else { return Ok(false) };
        let Some(end) = self.way.reader.scalars(begins) else { return Ok(false) };
        let Some(layout) = beans.layouts.get(met.layout) else { return Ok(false) };
        let from = beans.targets.len();
        beans.targets.push(end);
        let places = layout.order.iter().rev().map(|part| begins.get(*part as usize).copied());
        beans.targets.extend(places.map(|place| place.unwrap_or(MISSING)));
        if self.object_or_pass(slot, met.class, place, at)? {
            self.begin_fields_at(from, met.class, met.modes)?;
        } else {
            self.shelf.beans.targets.truncate(from);
        }
        Ok(true)
    }

    /// Passes over the value at a place, which was written before.
    pub(super) fn pass(&mut self, place: u32) -> Outcome<()> {
        self.way.reader.seek(place);
        self.way.reader.skip().map_err(holdfast_kryo_common::fault::no_document)
    }

    /// Begins an object; where it was written before, passes over it and says false.
    pub(super) fn object_or_pass(
        &mut self,
        slot: Slot,
        class: ClassId,
        place: u32,
        at: usize,
    ) -> Outcome<bool> {
        if matches!(self.classes.codec(class), Codec::Declared(_)) {
            return self.head(slot, class, at).map(|()| true);
        }
        let is_new = self.object(slot, class, place, at)?;
        if !is_new {
            self.pass(place)?;
        }
        Ok(is_new)
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
        let codec = self.classes.codec(class);
        let (Codec::Fields(plan) | Codec::Zone(plan) | Codec::Declared(plan)) = codec else {
            return Err(self.not_by_fields(class, at));
        };
        let modes = self.classes.modes_of(plan);
        if definition.named {
            return self.named_bean(slot, class, modes, (parts, place, at));
        }
        let number = self.layout(definition, class, plan, at)?;
        let Some(layout) = self.shelf.beans.layouts.get(number) else { return Err(self.bad_form(at)) };
        let is_straight = layout.is_straight;
        if layout.custom.is_empty() {
            let met = Met { class, modes, parts, is_straight, layout: number };
            if self.way.is_at_home() && codec.has_identity() {
                self.shelf.beans.meet(definition.number, met);
            }
            if !is_straight && self.scalar_fields(slot, met, place, at)? {
                return Ok(());
            }
        }
        if !self.object_or_pass(slot, class, place, at)? {
            return Ok(());
        }
        if is_straight {
            return self.begin(FrameKind::Fields(modes.end), class, modes.count);
        }
        self.way.inform(&mut self.shelf.parts)?;
        self.custom_data(number, place, parts, at)?;
        let beans = &mut self.shelf.beans;
        let from = beans.targets.len();
        let (Some(layout), Some(places)) =
            (beans.layouts.get(number), self.shelf.parts.of(self.way.attribute(), place, parts))
        else {
            return Err(self.bad_form(at));
        };
        let fields = layout.order.iter().rev();
        beans.targets.push(places.last().copied().unwrap_or(MISSING));
        beans.targets.extend(fields.map(|part| places.get(*part as usize).copied().unwrap_or(MISSING)));
        self.begin_fields_at(from, class, modes)
    }

    /// Writes an object whose parts are names and values in turn.
    fn named_bean(
        &mut self,
        slot: Slot,
        class: ClassId,
        modes: Modes,
        (parts, place, at): (u32, u32, usize),
    ) -> Outcome<()> {
        if !self.object_or_pass(slot, class, place, at)? {
            return Ok(());
        }
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
        let slots = self.classes.plan_of(class).map_or(&[][..], |plan| &plan.slots);
        let mut taken = 0;
        let targets = &mut self.shelf.beans.targets;
        let from = targets.len();
        targets.push(places.last().copied().unwrap_or(MISSING));
        for field in slots.iter().rev() {
            // Of two fields of one name, the subclass's has it, and the other one its class in front.
            let is_shadowed = slots.iter().any(|other| other.name == field.name && other.level < field.level);
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
        self.begin_fields_at(from, class, modes)
    }

    /// Begins an object whose places begin here among the targets: that of its end, those of its fields from the last to
    /// the first.
    fn begin_fields_at(&mut self, from: usize, class: ClassId, modes: Modes) -> Outcome<()> {
        self.way.leave_straight_way();
        self.push(FrameKind::FieldsAt { end: modes.end, from: from as u32 }, class, modes.count)
    }

    /// Goes to the end of an object that was begun so.
    #[inline(always)]
    pub(super) fn end_fields_at(&mut self, from: u32) {
        self.way.return_to_straight_way();
        let targets = &mut self.shelf.beans.targets;
        if let Some(end) = targets.get(from as usize) {
            self.way.reader.seek(*end);
        }
        targets.truncate(from as usize);
    }

    /// What a class is that a document has by its fields, and Kryo has not.
    #[cold]
    fn not_by_fields(&self, class: ClassId, at: usize) -> Box<holdfast_sdk::Failure> {
        let text = match self.classes.codec(class) {
            Codec::Unknown | Codec::Refused(_) | Codec::Unreadable(_) | Codec::Named => {
                self.classes.refusal(class)
            }
            _ => {
                format!("a {} by its fields, which Kryo writes in another way", self.classes.get(class).name)
            }
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
                self.lose(Loss::CustomData, at)?;
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
            mode => self.primitive(mode),
        }
    }

    /// Writes a field that stands elsewhere, at a target: at a place, or nowhere, and then it has its default value.
    pub(super) fn field_at(&mut self, mode: Mode, target: u32) -> Outcome<()> {
        match self.shelf.beans.targets.get(target as usize) {
            Some(&place) if place != MISSING => {
                self.way.reader.seek(place);
                self.field(mode)
            }
            _ => self.missing(mode),
        }
    }

    /// Writes a field that the document does not have.
    fn missing(&mut self, mode: Mode) -> Outcome<()> {
        if let Mode::Declared(Step::Digit { part, digit }) = mode {
            return self.digit(usize::from(part), usize::from(digit), 0, self.way.at());
        }
        self.default(mode);
        Ok(())
    }

    /// Null or zero.
    fn default(&mut self, mode: Mode) {
        let len = match mode {
            Mode::Declared(step) => {
                self.out.extend_from_slice(crate::declared::default(step));
                return;
            }
            Mode::Char => 2,
            Mode::Float => 4,
            Mode::Double => 8,
            Mode::Boolean
            | Mode::Byte
            | Mode::Short
            | Mode::Int
            | Mode::Long
            | Mode::Any
            | Mode::Known(_) => 1,
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
            // The class's own method wrote none of its fields.
            (mode, Event::Nil) => self.default(mode),
            (_, Event::Int(Number { value, .. })) => match mode {
                Mode::Byte => match i8::try_from(value) {
                    Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                    Err(_) => return Err(self.too_wide(value, "byte", at)),
                },
                Mode::Short => match i16::try_from(value) {
                    Ok(value) => short(self.out, value),
                    Err(_) => return Err(self.too_wide(value, "short", at)),
                },
                Mode::Int => match i32::try_from(value) {
                    Ok(value) => varint(self.out, value.cast_unsigned()),
                    Err(_) => return Err(self.too_wide(value, "int", at)),
                },
                Mode::Long => zigzag_long(self.out, value),
                _ => return Err(self.bad_form(at)),
            },
            _ => return Err(self.bad_form(at)),
        }
        Ok(())
    }
}
