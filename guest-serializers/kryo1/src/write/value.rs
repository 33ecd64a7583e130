//! Values: their class, and the containers among them.

use holdfast_document::{Definition, Event, Head, Item, Kind, Number, Width};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::output::{varint, zigzag, zigzag_long};

use super::{FrameKind, Home, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;

impl<'d> Writing<'d, '_, '_> {
    /// Writes the value that follows. If it has parts, its container is the innermost one then.
    pub(super) fn value(&mut self, slot: Slot) -> Outcome<()> {
        let (place, at) = (self.way.reader.place(), self.way.at());
        self.home = Home { attribute: self.way.attribute(), place };
        if self.met_bean(slot, place, at)? {
            return Ok(());
        }
        match self.event()? {
            Event::Str(bytes) | Event::Wstr(bytes) => {
                self.head(slot, ClassId::STRING, at)?;
                self.string(bytes);
                Ok(())
            }
            Event::Int(number) => self.int(slot, number, at),
            Event::Nil if matches!(slot, Slot::Inner(_)) => {
                let text = "null among the arrays of an array: the library writes nothing for it, and reads what follows";
                Err(self.unrepresentable(at, text))
            }
            Event::Nil => {
                self.out.push(0);
                Ok(())
            }
            event => self.other_value(slot, event, place, at),
        }
    }

    fn other_value(&mut self, slot: Slot, event: Event<'d>, place: u32, at: usize) -> Outcome<()> {
        match event {
            Event::Array(count) => {
                self.builtin_head(slot, 1, at)?;
                varint(self.out, count);
                self.begin(FrameKind::Values, ClassId::CLASS, count)
            }
            Event::Map(count) => {
                self.builtin_head(slot, 40, at)?;
                varint(self.out, count);
                self.begin(FrameKind::Values, ClassId::CLASS, count.saturating_mul(2))
            }
            Event::Typed(Head::Builtin(number), parts) => self.builtin(slot, number, parts, place, at),
            Event::Typed(Head::Known(number), parts) => match self.way.reader.definition(number).copied() {
                Some(definition) => self.defined(slot, &definition, parts, place, at),
                None => Err(self.bad_form(at)),
            },
            Event::Typed(Head::Defined(definition), parts) => {
                self.defined(slot, &definition, parts, place, at)
            }
            Event::Ref(target) => self.refer(slot, self.way.attribute(), target, at),
            Event::Xref(name, target) => {
                let attribute = self.attribute_of(name, at)?;
                self.refer(slot, attribute, target, at)
            }
            event => self.simple(slot, event, place, at),
        }
    }

    /// Writes the class of a built-in one that has no identity.
    pub(super) fn builtin_head(&mut self, slot: Slot, number: u16, at: usize) -> Outcome<()> {
        match self.classes.builtin(number) {
            Some(class) => self.head(slot, class, at),
            None => Err(self.bad_form(at)),
        }
    }

    /// Writes a value that is no container, and no string.
    fn simple(&mut self, slot: Slot, event: Event<'d>, place: u32, at: usize) -> Outcome<()> {
        match event {
            Event::Bool(value) => {
                self.head(slot, ClassId::BOOLEAN, at)?;
                self.out.push(u8::from(value));
            }
            Event::F32(value) => {
                self.head(slot, ClassId::FLOAT, at)?;
                self.out.extend_from_slice(&value.to_be_bytes());
            }
            Event::F64(value) => {
                self.head(slot, ClassId::DOUBLE, at)?;
                self.out.extend_from_slice(&value.to_be_bytes());
            }
            Event::Char(unit) => {
                self.head(slot, ClassId::CHAR, at)?;
                self.out.extend_from_slice(&unit.to_be_bytes());
            }
            Event::Unsigned(value) => {
                let mut bytes = [0; 9];
                if let Some(room) = bytes.last_chunk_mut() {
                    *room = value.to_be_bytes();
                }
                self.builtin_head(slot, 183, at)?;
                big_integer(self.out, &bytes);
            }
            Event::BigInteger(bytes) => {
                self.builtin_head(slot, 183, at)?;
                big_integer(self.out, bytes);
            }
            Event::BigDecimal(scale, bytes) => {
                self.builtin_head(slot, 184, at)?;
                big_integer(self.out, bytes);
                zigzag(self.out, scale);
            }
            Event::Class(head) => self.class_object(slot, head, at)?,
            Event::Opaque(format, _) => {
                let format = String::from_utf8_lossy(format);
                return Err(self.unrepresentable(at, format!("a value that only the format {format} knows")));
            }
            event => self.shareable(slot, event, place, at)?,
        }
        Ok(())
    }

    fn int(&mut self, slot: Slot, Number { value, width }: Number, at: usize) -> Outcome<()> {
        let class = match (width, slot) {
            (Width::Byte, _) => ClassId::BYTE,
            (Width::Short, _) => ClassId::SHORT,
            (Width::Int, _) => ClassId::INT,
            (Width::Long, _) => ClassId::LONG,
            // Where the class is known, it says what an untyped number is.
            (Width::Untyped, Slot::Known(class)) if class != ClassId::INT => class,
            (Width::Untyped, _) if i32::try_from(value).is_ok() => ClassId::INT,
            (Width::Untyped, _) => ClassId::LONG,
        };
        self.head(slot, class, at)?;
        match class {
            ClassId::INT => match i32::try_from(value) {
                Ok(value) => varint(self.out, value.cast_unsigned()),
                Err(_) => return Err(self.too_wide(value, "Integer", at)),
            },
            ClassId::LONG => zigzag_long(self.out, value),
            ClassId::SHORT => match i16::try_from(value) {
                Ok(value) => short(self.out, value),
                Err(_) => return Err(self.too_wide(value, "Short", at)),
            },
            ClassId::BYTE => match i8::try_from(value) {
                Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                Err(_) => return Err(self.too_wide(value, "Byte", at)),
            },
            class => {
                let name = &self.classes.get(class).name;
                let text = format!("a number where Kryo holds nothing but a {name}");
                return Err(self.unrepresentable(at, text));
            }
        }
        Ok(())
    }

    /// Writes a value of a class that the document defines.
    fn defined(
        &mut self,
        slot: Slot,
        definition: &Definition<'d>,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        if definition.kind == Kind::Proxy {
            self.head(slot, ClassId::PROXY, at)?;
            self.proxies.push(*definition);
            return self.push(FrameKind::Handler, ClassId::PROXY, 1);
        }
        let class = self.classes.resolve(definition.name);
        match (definition.kind, self.classes.codec(class)) {
            (Kind::Enum, _) => self.constant(slot, class, place, at),
            (Kind::Array, Codec::Objects { .. } | Codec::Arrays { .. }) => self.array(slot, class, parts, at),
            (Kind::Bean, Codec::Extends(number)) => self.extended(slot, definition, number, (class, at)),
            (Kind::Bean, _) => self.bean(slot, definition, class, parts, place, at),
            (Kind::Array | Kind::Proxy, _) => {
                let text = self.classes.refusal(class);
                Err(self.unrepresentable(at, text))
            }
        }
    }

    /// Writes the interfaces of a proxy: an array of class objects.
    pub(super) fn interfaces(&mut self) {
        let Some(definition) = self.proxies.pop() else { return };
        self.out.push(1);
        varint(self.out, definition.len());
        for item in definition.items() {
            if let Ok(Item::Interface(name)) = item {
                let class = self.classes.resolve(name);
                self.out.push(1);
                self.class(class);
            }
        }
    }

    #[cold]
    pub(super) fn too_wide(&self, value: i64, kind: &str, at: usize) -> Box<holdfast_sdk::Failure> {
        self.unrepresentable(at, format!("{value} where a {kind} stands"))
    }
}

fn big_integer(out: &mut Vec<u8>, bytes: &[u8]) {
    varint(out, bytes.len() as u32);
    out.extend_from_slice(bytes);
}

/// A short: one byte, or `ff` and two.
pub(super) fn short(out: &mut Vec<u8>, value: i16) {
    match u8::try_from(value) {
        Ok(byte @ 0..=254) => out.push(byte),
        _ => {
            let [high, low] = value.to_be_bytes();
            out.extend_from_slice(&[0xff, high, low]);
        }
    }
}
