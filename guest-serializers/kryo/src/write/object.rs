//! Values: their class, their mark, and the containers among them.

use holdfast_document::{Event, Head, Kind, Number, Width};

use super::refs::{HIDDEN, Object};
use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::Outcome;
use crate::output::{varint, zigzag, zigzag_long};

impl<'d> Writing<'d, '_, '_> {
    /// Writes the value that follows. If it has parts, its container is the innermost one then.
    #[inline(never)]
    pub(super) fn value(&mut self, slot: Slot) -> Outcome<()> {
        let (place, at) = (self.way.reader.place(), self.way.at());
        if self.met_bean(slot, place, at)? {
            return Ok(());
        }
        match self.event()? {
            event @ (Event::Str(bytes) | Event::Wstr(bytes)) => {
                self.string(slot, bytes, event, place, at)?;
                Ok(())
            }
            Event::Int(number) => {
                self.int(slot, number, at)?;
                Ok(())
            }
            Event::Nil => {
                self.out.push(0);
                Ok(())
            }
            event => self.other_value(slot, event, place, at),
        }
    }

    fn other_value(&mut self, slot: Slot, event: Event<'d>, place: u32, at: usize) -> Outcome<()> {
        if !self.shelf.moved.is_empty()
            && event.is_shareable()
            && let Some(object) = self.shelf.moved.get(self.way.attribute(), place)
        {
            // It was written where a reference to it came first.
            self.way.reader.seek(place);
            self.way.reader.skip().map_err(crate::fault::no_document)?;
            return self.again(slot, object, at);
        }
        match event {
            Event::Array(count) => {
                self.builtin_object(slot, 1, place, at)?;
                varint(self.out, count);
                self.begin(FrameKind::Values, ClassId::VOID, count)
            }
            Event::Map(count) => {
                self.builtin_object(slot, 40, place, at)?;
                varint(self.out, count);
                self.begin(FrameKind::Values, ClassId::VOID, count.saturating_mul(2))
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
            event => {
                self.simple(slot, event, place, at)?;
                Ok(())
            }
        }
    }

    /// Writes class and mark of an object of a built-in class.
    pub(super) fn builtin_object(&mut self, slot: Slot, number: u16, place: u32, at: usize) -> Outcome<u32> {
        match self.classes.builtin(number) {
            Some(class) => self.object(slot, class, place, at),
            None => Err(self.bad_form(at)),
        }
    }

    /// Writes a value that is no container, and no string.
    fn simple(&mut self, slot: Slot, event: Event<'d>, place: u32, at: usize) -> Outcome<()> {
        match event {
            Event::Bool(value) => {
                self.boxed(slot, ClassId::BOOLEAN, at)?;
                self.out.push(u8::from(value));
            }
            Event::F32(value) => {
                self.boxed(slot, ClassId::FLOAT, at)?;
                self.out.extend_from_slice(&value.to_be_bytes());
            }
            Event::F64(value) => {
                self.boxed(slot, ClassId::DOUBLE, at)?;
                self.out.extend_from_slice(&value.to_be_bytes());
            }
            Event::Char(unit) => {
                self.boxed(slot, ClassId::CHAR, at)?;
                self.out.extend_from_slice(&unit.to_be_bytes());
            }
            Event::Unsigned(value) => {
                let mut bytes = [0; 9];
                if let Some(room) = bytes.last_chunk_mut() {
                    *room = value.to_be_bytes();
                }
                self.big(slot, 183, event, place, at, |out| big_integer(out, &bytes))?;
            }
            Event::BigInteger(bytes) => {
                self.big(slot, 183, event, place, at, |out| big_integer(out, bytes))?;
            }
            Event::BigDecimal(scale, bytes) => self.big(slot, 184, event, place, at, |out| {
                big_integer(out, bytes);
                zigzag(out, scale);
            })?,
            Event::Class(head) => self.class_object(slot, head, at)?,
            Event::Opaque(format, _) => {
                let format = String::from_utf8_lossy(format);
                return Err(self.unrepresentable(at, format!("a value that only the format {format} knows")));
            }
            event => self.shareable(slot, event, place, at)?,
        }
        Ok(())
    }

    /// Writes class, or mark, of a value that has no number.
    #[inline]
    fn boxed(&mut self, slot: Slot, class: ClassId, at: usize) -> Outcome<()> {
        self.head(slot, class, at)?;
        if slot != Slot::Any {
            self.out.push(1);
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
        self.boxed(slot, class, at)?;
        match class {
            ClassId::INT => match i32::try_from(value) {
                Ok(value) => zigzag(self.out, value),
                Err(_) => return Err(self.too_wide(value, "Integer", at)),
            },
            ClassId::LONG => zigzag_long(self.out, value),
            ClassId::SHORT => match i16::try_from(value) {
                Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                Err(_) => return Err(self.too_wide(value, "Short", at)),
            },
            ClassId::BYTE => match i8::try_from(value) {
                Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                Err(_) => return Err(self.too_wide(value, "Byte", at)),
            },
            class => {
                let name = &self.classes.get(class).name;
                return Err(
                    self.unrepresentable(at, format!("a number where Kryo holds nothing but a {name}"))
                );
            }
        }
        Ok(())
    }

    /// Writes a big number, which Kryo numbers as it does strings.
    fn big(
        &mut self,
        slot: Slot,
        number: u16,
        event: Event<'d>,
        place: u32,
        at: usize,
        body: impl FnOnce(&mut Vec<u8>),
    ) -> Outcome<()> {
        let Some(class) = self.classes.builtin(number) else { return Err(self.bad_form(at)) };
        self.head(slot, class, at)?;
        if self.note.is_some()
            && let Some(id) = self.same(place, 0, event, at)
        {
            varint(self.out, id + 2);
            return Ok(());
        }
        self.first();
        body(self.out);
        Ok(())
    }

    /// Writes a value of a class that the document defines.
    fn defined(
        &mut self,
        slot: Slot,
        definition: &holdfast_document::Definition<'d>,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        if definition.kind == Kind::Proxy {
            let id = self.object(slot, ClassId::PROXY, place, at)?;
            self.shelf.late.push(id);
            self.proxies.push(*definition);
            self.push(FrameKind::Handler, ClassId::PROXY, 1)?;
            return Ok(());
        }
        let class = self.classes.resolve(definition.name);
        match (definition.kind, self.classes.codec(class)) {
            (Kind::Enum, _) => {
                self.constant(slot, class, place, at)?;
                Ok(())
            }
            (Kind::Array, Codec::Objects { .. } | Codec::Strings) => {
                self.array(slot, class, parts, place, at)
            }
            (Kind::Bean, Codec::Extends(number)) => {
                self.extended(slot, definition, number, (class, place, at))
            }
            (Kind::Bean, Codec::SubList) => self.sub_list(slot, definition, class, place, at),
            (Kind::Bean, _) => self.bean(slot, definition, class, parts, place, at),
            (Kind::Array | Kind::Proxy, _) => {
                let text = crate::refusal::text(self.classes, self.classes.get(class));
                Err(self.unrepresentable(at, text))
            }
        }
    }

    /// Writes an array of objects.
    pub(super) fn array(
        &mut self,
        slot: Slot,
        class: ClassId,
        count: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        self.object(slot, class, place, at)?;
        varint(self.out, count.saturating_add(1));
        match self.classes.codec(class) {
            Codec::Objects { component, is_final: false } => self.begin(FrameKind::Values, component, count),
            Codec::Objects { component, is_final: true } => self.begin(FrameKind::Known, component, count),
            _ => self.begin(FrameKind::Known, ClassId::STRING, count),
        }
    }

    /// Writes the list of `Arrays.asList`, whose array has no number of its own.
    pub(super) fn arrays_as_list(&mut self, slot: Slot, place: u32, at: usize) -> Outcome<()> {
        let id = self.object(slot, ClassId::ARRAYS_AS_LIST, place, at)?;
        let (inner, at) = (self.way.reader.place(), self.way.at());
        let (class, count) = match self.event()? {
            Event::Typed(Head::Builtin(number), count) => match self.classes.builtin(number) {
                Some(class) => (class, count),
                None => return Err(self.bad_form(at)),
            },
            Event::Typed(Head::Known(number), count) => match self.way.reader.definition(number) {
                Some(definition) => (self.classes.resolve(definition.name), count),
                None => return Err(self.bad_form(at)),
            },
            Event::Typed(Head::Defined(definition), count) => (self.classes.resolve(definition.name), count),
            Event::Ref(_) | Event::Xref(..) => {
                let text = "an array that something else refers to, of a list of Arrays.asList: \
                            Kryo has no number for it";
                return Err(self.unrepresentable(at, text));
            }
            _ => return Err(self.bad_form(at)),
        };
        let component = match self.classes.codec(class) {
            Codec::Objects { component, .. } => component,
            Codec::Strings => ClassId::STRING,
            _ => match self.component_name(class) {
                Some(name) => self.classes.resolve(&name),
                None => return Err(self.bad_form(at)),
            },
        };
        if self.shelf.moved.get(self.way.attribute(), inner).is_some() {
            let text = "an array that something before it refers to, of a list of Arrays.asList: \
                        Kryo has no number for it";
            return Err(self.unrepresentable(at, text));
        }
        self.remember(Object { place: inner, id: HIDDEN, class });
        varint(self.out, count);
        self.class(component);
        self.shelf.late.push(id);
        self.push(FrameKind::LateValues, component, count)?;
        Ok(())
    }

    /// The class of the elements of an array of which nothing but the name is known: that is enough here.
    fn component_name(&self, array: ClassId) -> Option<String> {
        let name = self.classes.get(array).name.strip_prefix('[')?;
        match name.strip_prefix('L') {
            Some(name) => name.strip_suffix(';').map(str::to_owned),
            None => name.starts_with('[').then(|| name.to_owned()),
        }
    }

    fn sub_list(
        &mut self,
        slot: Slot,
        definition: &holdfast_document::Definition<'d>,
        class: ClassId,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let expected = crate::read::define::SUB_LIST;
        let fits = definition.items().zip(expected).all(|(item, (descriptor, name))| {
            item == Ok(holdfast_document::Item::Field { level: 0, descriptor, name })
        });
        if !fits || definition.len() as usize != expected.len() {
            return Err(self.bad_form(at));
        }
        let id = self.object(slot, class, place, at)?;
        self.shelf.late.push(id);
        self.push(FrameKind::SubList, class, 1)?;
        Ok(())
    }

    pub(super) fn after_list(&mut self) -> Outcome<()> {
        let at = self.way.at();
        let (from, size) = (self.int_part()?, self.int_part()?);
        match (u32::try_from(from), u32::try_from(from.saturating_add(size))) {
            (Ok(from), Ok(to)) if from <= to => {
                varint(self.out, from);
                varint(self.out, to);
                Ok(())
            }
            _ => Err(self.bad_form(at)),
        }
    }

    /// Writes the interfaces of a proxy: an array that has a number and no place, of class objects.
    pub(super) fn after_handler(&mut self) -> Outcome<()> {
        let Some(definition) = self.proxies.pop() else { return Ok(()) };
        self.first();
        varint(self.out, definition.len().saturating_add(1));
        for item in definition.items() {
            if let Ok(holdfast_document::Item::Interface(name)) = item {
                let class = self.classes.resolve(name);
                self.class_single(class, false);
            }
        }
        Ok(())
    }
}

fn big_integer(out: &mut Vec<u8>, bytes: &[u8]) {
    varint(out, bytes.len() as u32 + 1);
    out.extend_from_slice(bytes);
}
