//! One value of a document: which object of a stream it is.

use holdfast_document::{Event, Head, Kind, builtin};
use holdfast_sdk::Failure;

use super::class::Sort as ClassSort;
use super::notes::{Identity, Sort};
use super::{Frame, Step, Writing};
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{Hint, Program};
use crate::mutf8;
use crate::stream::{sc, tc};

impl<'a> Writing<'a> {
    /// Writes a value. One that holds others is begun only, and is complete when its frame ran.
    #[inline(never)]
    pub(super) fn value(&mut self, hint: Hint) -> Step<Option<Frame>> {
        if self.out.len() > self.room {
            return Err(self.too_large());
        }
        let at = self.at();
        if let Some(handle) = self.kept.places.early(at) {
            // A reference led here before.
            self.context.reader.skip().map_err(|error| self.broken(error))?;
            self.last = handle;
            self.reference(handle);
            return Ok(None);
        }
        // The commonest values, without the detour over events.
        if let Some(text) = self.context.reader.take_str() {
            self.last = u32::MAX;
            self.text(at, text);
            return Ok(None);
        }
        if let Some((definition, parts)) = self.context.reader.take_known() {
            return self.typed(at, &Head::Known(definition), parts);
        }
        match self.context.reader.next() {
            Ok(event) => self.value_of(at, event, hint),
            Err(error) => Err(self.broken(error)),
        }
    }

    pub(super) fn value_of(&mut self, at: u32, event: Event<'a>, hint: Hint) -> Step<Option<Frame>> {
        self.last = u32::MAX;
        match event {
            Event::Str(text) | Event::Wstr(text) => self.text(at, text),
            Event::Nil => self.out.push(tc::NULL),
            Event::Int(number) => self.number(at, number, hint),
            Event::Typed(head, parts) => return self.typed(at, &head, parts),
            Event::Bool(value) => {
                self.boxed(at, const { id("java.lang.Boolean") }, Boxed::Boolean(value), &[u8::from(value)]);
            }
            Event::F32(value) => {
                self.unboxed(at, const { id("java.lang.Float") }, &value.to_bits().to_be_bytes());
            }
            Event::F64(value) => self.double(at, value, hint),
            Event::Char(unit) => {
                self.boxed(
                    at,
                    const { id("java.lang.Character") },
                    Boxed::Character(unit),
                    &unit.to_be_bytes(),
                );
            }
            Event::Date(millis) => {
                self.object(at, u32::from(const { id("java.util.Date") }));
                self.date_block(millis);
            }
            Event::BigDecimal(scale, unscaled) => self.big_decimal(at, scale, unscaled),
            Event::BigInteger(value) => self.big_integer(at, 0, value),
            Event::Unsigned(value) => self.big_integer_of(at, value),
            Event::Array(count) => return Ok(Some(self.collection(at, 1, count, count))),
            Event::Map(count) => return Ok(Some(self.collection(at, 40, count, count.saturating_mul(2)))),
            Event::Bin(data) => self.primitives(at, const { id("[B") }, data, 1),
            Event::Primitives(element, data) => {
                let (class, width) = match element {
                    b'Z' => (const { id("[Z") }, 1),
                    b'C' => (const { id("[C") }, 2),
                    b'S' => (const { id("[S") }, 2),
                    b'I' => (const { id("[I") }, 4),
                    b'F' => (const { id("[F") }, 4),
                    b'J' => (const { id("[J") }, 8),
                    _ => (const { id("[D") }, 8),
                };
                self.primitives(at, class, data, width);
            }
            Event::Uuid(value) => {
                self.object(at, u32::from(const { id("java.util.UUID") }));
                let (most, least) = value.split_at(8);
                self.out.extend_from_slice(least);
                self.out.extend_from_slice(most);
            }
            Event::Instant(seconds, nanos) => self.instant(at, seconds, nanos)?,
            Event::Ref(place) => return self.meet(at, None, place),
            Event::Xref(number, place) => return self.meet(at, Some(number), place),
            Event::Class(head) => self.literal(at, &head)?,
            Event::Opaque(format, _) => {
                let format = String::from_utf8_lossy(format);
                return Err(self.misfit(
                    at,
                    format!("the value is kept in the bytes of {format}, which only that format can write"),
                ));
            }
        }
        Ok(None)
    }

    #[cold]
    pub(super) fn too_large(&self) -> Box<Failure> {
        Box::new(Failure::Limit(format!(
            "the stream would be larger than {} bytes (option maxBytes)",
            self.room
        )))
    }

    /// Begins an object that references may lead to.
    #[inline]
    pub(super) fn object(&mut self, at: u32, class: u32) -> u32 {
        let handle = self.begin_object(class);
        self.kept.places.push(at, handle);
        self.last = handle;
        handle
    }

    /// Begins an array of a class and a length.
    #[inline]
    fn array(&mut self, at: u32, class: u32, len: u32) -> u32 {
        self.out.push(tc::ARRAY);
        self.class_desc(class);
        let handle = self.next_handle();
        self.kept.places.push(at, handle);
        self.last = handle;
        self.out.extend_from_slice(&len.to_be_bytes());
        handle
    }

    fn primitives(&mut self, at: u32, class: ClassId, data: &[u8], width: usize) {
        self.array(at, u32::from(class), (data.len() / width) as u32);
        self.out.extend_from_slice(data);
    }

    /// An ArrayList or a HashMap.
    #[inline]
    fn collection(&mut self, at: u32, number: u8, count: u32, left: u32) -> Frame {
        let (class, pc) = self
            .kept
            .code
            .of_number(u16::from(number))
            .map_or((0, 0), |(program, pc)| (u32::from(program.class), pc));
        let handle = self.object(at, class);
        Frame { pc, left, count, at, handle, number, ..Frame::default() }
    }

    fn typed(&mut self, at: u32, head: &Head<'a>, parts: u32) -> Step<Option<Frame>> {
        let number = match head {
            Head::Builtin(number) => return self.built_in(at, *number, parts),
            Head::Known(number) => *number,
            Head::Defined(definition) => definition.number,
        };
        let Some(kind) = self.context.reader.definition(number).map(|definition| definition.kind) else {
            return Err(self.misfit(at, "a class that the attribute does not define"));
        };
        let class = self.class_of(at, number)?;
        match kind {
            Kind::Enum => {
                self.constant(at, class, parts)?;
                Ok(None)
            }
            Kind::Array => {
                let handle = self.array(at, class, parts);
                let pc = self.kept.code.elements();
                Ok(Some(Frame { pc, left: parts, count: parts, at, handle, ..Frame::default() }))
            }
            Kind::Bean | Kind::Proxy => {
                let (pc, expected, flags, sort) =
                    self.kept.classes.get(class).map_or((0, 0, 0, ClassSort::Bean), |class| {
                        (class.code, class.parts, class.flags, class.sort)
                    });
                let expected = if sort == ClassSort::Proxy { 1 } else { expected };
                if parts != expected {
                    return Err(self.misfit(
                        at,
                        format!("an object with {parts} values of a class with {expected} slots"),
                    ));
                }
                if flags & (sc::SERIALIZABLE | sc::EXTERNALIZABLE) == 0 {
                    return Err(self.misfit(at, "an object of a class that is not Serializable"));
                }
                let handle = self.object(at, class);
                Ok(Some(Frame { pc, at, handle, ..Frame::default() }))
            }
        }
    }

    fn built_in(&mut self, at: u32, number: u16, parts: u32) -> Step<Option<Frame>> {
        let Some(row) = builtin::by_number(number).filter(|row| row.shape.fits(parts)) else {
            return Err(self.misfit(at, "a value of a built-in class that no document has"));
        };
        if let Some((program, pc)) = self.kept.code.of_number(number) {
            let own = row.shape.own_parts();
            let left = parts - own;
            let count = if row.shape.is_map() { left / 2 } else { left };
            return self.begin_program(at, program, pc, count, left);
        }
        let Some(class) = crate::classes::by_number(number).filter(|_| row.class.starts_with('[')) else {
            return Err(self.misfit(at, why_not(row.class)));
        };
        if number == builtin::BYTES_IN_CUSTOM_DATA {
            let Event::Bin(data) = self.event()? else {
                return Err(self.misfit(at, "a byte array without its bytes"));
            };
            self.primitives(at, class, data, 1);
            return Ok(None);
        }
        let handle = self.array(at, u32::from(class), parts);
        let pc = self.kept.code.elements();
        Ok(Some(Frame { pc, left: parts, count: parts, at, handle, ..Frame::default() }))
    }

    fn begin_program(
        &mut self,
        at: u32,
        program: &Program,
        pc: u32,
        count: u32,
        left: u32,
    ) -> Step<Option<Frame>> {
        let handle = self.object(at, u32::from(program.class));
        Ok(Some(Frame { pc, left, count, at, handle, number: program.number, ..Frame::default() }))
    }

    /// A class as a value.
    fn literal(&mut self, at: u32, head: &Head<'a>) -> Step<()> {
        let class = self.named_class(at, head)?;
        let identity = self.identity(at, 0);
        match self.kept.classes.literal(class) {
            Some(handle) if !identity.distinct => self.reference(handle),
            met => {
                self.out.push(tc::CLASS);
                self.class_desc(class);
                let handle = self.next_handle();
                if met.is_none() {
                    self.kept.classes.set_literal(class, handle);
                }
            }
        }
        Ok(())
    }

    /// A constant of an enum: one object for one name.
    fn constant(&mut self, at: u32, class: u32, parts: u32) -> Step<()> {
        let name_at = self.at();
        let name = match self.event()? {
            Event::Str(name) if parts == 1 && mutf8::encoded_len(name) <= usize::from(u16::MAX) => name,
            Event::Int(_) => {
                return Err(self.misfit(
                    name_at,
                    "an enum constant by its number; Java needs its name, which the schema has",
                ));
            }
            _ => return Err(self.misfit(name_at, "an enum constant without its name")),
        };
        let mut bytes = std::mem::take(&mut self.kept.bytes);
        bytes.clear();
        mutf8::encode(name, &mut bytes);
        let space = self.kept.classes.descriptor(class) + 1;
        let identity = self.identity(at, 0);
        match self.kept.interned.get(space, &bytes) {
            Some(handle) if !identity.distinct => self.reference(handle),
            met => {
                self.out.push(tc::ENUM);
                self.class_desc(class);
                let handle = self.next_handle();
                if met.is_none() {
                    self.kept.interned.insert(space, &bytes, handle);
                }
                self.interned(&bytes);
            }
        }
        self.kept.bytes = bytes;
        Ok(())
    }

    /// What the notes say of who the value at a place is.
    #[inline]
    pub(super) fn identity(&mut self, at: u32, part: u32) -> Identity {
        let place = at.wrapping_sub(self.context.base);
        if self.context.notes.reaches(place) {
            Identity::of(self.context.notes.facts(place, part))
        } else {
            Identity::default()
        }
    }

    /// The handle of a group whose members are equal to this content.
    pub(super) fn group_handle(&self, identity: &Identity, sort: Sort, content: &[u8]) -> Option<u32> {
        let member = self.groups.get(identity.group? as usize)?.as_ref()?;
        (member.sort == sort && member.content == content).then_some(member.handle)
    }

    /// Makes an object the first of its group.
    pub(super) fn join(&mut self, identity: &Identity, sort: Sort, content: &'a [u8], handle: u32) {
        let Some(group) = identity.group.map(|group| group as usize) else { return };
        // Notes are hints: a number that no notes of this size could need is none.
        if group < self.document.len() {
            if self.groups.len() <= group {
                self.groups.resize(group + 1, None);
            }
            if let Some(place) = self.groups.get_mut(group) {
                *place = Some(super::notes::Member { handle, sort, content });
            }
        }
    }
}

/// Why a built-in class of a document has no place in a stream.
fn why_not(class: &str) -> String {
    match class {
        "java.util.Optional" => "java.util.Optional is not Serializable".to_owned(),
        "java.util.GregorianCalendar" => {
            "a calendar from another format: Java stores the whole history of its time zone with it"
                .to_owned()
        }
        _ => format!("the number of {class} names the class, and no value is written with it"),
    }
}
