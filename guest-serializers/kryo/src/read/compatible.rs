//! `CompatibleFieldSerializer`: the names of a class's fields stand before its first object, and each field of each object
//! is cut into chunks, so that whoever does not know a field can pass over it.
//!
//! ```text
//! object = mark [, count, name...], field...        names before the first object of the class
//! field  = chunk..., 00
//! chunk  = size (varint), bytes
//! ```

use super::{FrameKind, Reading};
use crate::arena::Arena;
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::{Outcome, damaged, limit};
use crate::input::Input;
use crate::plan::Mode;

/// What the bytes said of classes, and the objects with names that are being read.
#[derive(Debug, Default)]
pub(super) struct Compatible {
    /// Each class that was described, and where its fields end among those of all.
    described: Vec<(ClassId, usize)>,
    /// By class: its number, if `described` has the class there.
    numbers: Vec<u32>,
    /// The slots of the classes' plans, in the order of the bytes.
    slots: Vec<u32>,
    open: Vec<Object>,
}

/// An object whose fields are being read.
#[derive(Debug, Clone, Copy)]
struct Object {
    /// The slots of the fields that come: a range of those of all classes.
    from: usize,
    to: usize,
    /// The slot whose turn it is in the document.
    next: u32,
    /// Whether the chunks of a field are open.
    in_field: bool,
}

impl Compatible {
    pub(super) fn clear(&mut self) {
        self.described.clear();
        self.slots.clear();
        self.open.clear();
    }

    pub(super) const fn described(&self) -> usize {
        self.described.len()
    }

    pub(super) fn truncate(&mut self, described: usize) {
        self.described.truncate(described);
        self.slots.truncate(self.described.last().map_or(0, |(_, end)| *end));
    }

    /// The slots of a class that was described.
    fn find(&self, class: ClassId, slot: usize) -> Option<(usize, usize)> {
        let number = *self.numbers.get(slot)? as usize;
        let (known, to) = *self.described.get(number)?;
        let from =
            number.checked_sub(1).and_then(|before| self.described.get(before)).map_or(0, |(_, to)| *to);
        (known == class).then_some((from, to))
    }

    fn describe(&mut self, class: ClassId, slot: usize) {
        if self.numbers.len() <= slot {
            self.numbers.resize(slot + 1, u32::MAX);
        }
        if let Some(number) = self.numbers.get_mut(slot) {
            *number = self.described.len() as u32;
        }
        self.described.push((class, self.slots.len()));
    }
}

/// The buffers that are read: Kryo's bytes, and what was put together from chunks.
#[derive(Debug)]
pub(super) struct Chunks<'i> {
    arena: &'i Arena,
    buffers: Vec<Buffer<'i>>,
    /// The inputs to go back to.
    parents: Vec<Input<'i>>,
    /// How many bytes may still be put together.
    left: usize,
}

#[derive(Debug, Clone, Copy)]
struct Buffer<'i> {
    base: usize,
    bytes: &'i [u8],
    /// Where its first byte stands in Kryo's bytes.
    origin: usize,
}

impl<'i> Chunks<'i> {
    pub(super) fn new(bytes: &'i [u8], arena: &'i Arena) -> Self {
        let buffers = vec![Buffer { base: 0, bytes, origin: 0 }];
        let left = bytes.len().saturating_mul(16).saturating_add(64 << 10);
        Self { arena, buffers, parents: Vec::new(), left }
    }

    fn buffer(&self, at: usize) -> Option<Buffer<'i>> {
        let after = self.buffers.partition_point(|buffer| buffer.base <= at);
        self.buffers.get(after.checked_sub(1)?).copied()
    }

    /// An input at a position where something was read before.
    pub(super) fn input_at(&self, at: usize) -> Input<'i> {
        let buffer = self.buffer(at);
        let mut input = buffer.map_or(Input::new(&[]), |buffer| Input::with_base(buffer.bytes, buffer.base));
        input.seek(at);
        input
    }

    /// A position in Kryo's bytes: of what was put together from chunks, that of the first of them.
    pub(super) fn origin(&self, at: u64) -> u64 {
        match self.buffer(at as usize) {
            Some(Buffer { base: 1.., origin, .. }) => origin as u64,
            _ => at,
        }
    }
}

impl<'i> Reading<'i, '_, '_> {
    /// Begins an object of a class with fields.
    pub(super) fn compatible_object(&mut self, class: ClassId, plan: u32) -> Outcome<()> {
        let (from, to) = match self.shelf.compatible.find(class, self.classes.slot(class)) {
            Some(known) => known,
            None => self.describe(class, plan)?,
        };
        let count = self.classes.modes_of(plan).count;
        self.typed(class, count)?;
        self.shelf.compatible.open.push(Object { from, to, next: 0, in_field: false });
        self.begin(FrameKind::Compatible, class, 1)
    }

    /// Reads the names of a class's fields.
    fn describe(&mut self, class: ClassId, plan: u32) -> Outcome<(usize, usize)> {
        let from = self.shelf.compatible.slots.len();
        let mut name = String::new();
        for _ in 0..self.input.count(1)? {
            let at = self.input.at();
            self.field_name(&mut name)?;
            let slots = self.classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
            let mut found = slots.iter().enumerate().filter(|(_, slot)| slot.name == name);
            let (first, second) = (found.next(), found.next());
            let Some((slot, _)) = first else {
                let class = &self.classes.get(class).name;
                return Err(Self::unrepresentable(format!(
                    "{class} has a field {name} here and none in the schema: whoever passes over it, as the library \
                     does, takes one object for another afterwards"
                )));
            };
            if second.is_some() {
                let class = &self.classes.get(class).name;
                return Err(Self::unrepresentable(two_of_one_name(class, &name)));
            }
            let last = self.shelf.compatible.slots.get(from..).and_then(<[u32]>::last);
            if last.is_some_and(|last| *last >= slot as u32) {
                return Err(damaged(at, format!("field {name} does not stand in the order of names")));
            }
            self.shelf.compatible.slots.push(slot as u32);
        }
        self.shelf.compatible.describe(class, self.classes.slot(class));
        Ok((from, self.shelf.compatible.slots.len()))
    }

    fn field_name(&mut self, name: &mut String) -> Outcome<()> {
        let at = self.input.at();
        name.clear();
        if !self.input.text()?.push_to(name) {
            return Err(damaged(at, "no name of a field"));
        }
        Ok(())
    }

    /// Goes on with the fields of the innermost object.
    pub(super) fn compatible_fields(&mut self, class: ClassId) -> Outcome<()> {
        let Codec::Fields(plan) = self.classes.codec(class) else { return Ok(()) };
        let modes = self.classes.modes_of(plan);
        let depth = self.shelf.frames.len();
        loop {
            let Some(mut object) = self.shelf.compatible.open.last().copied() else { return Ok(()) };
            if object.in_field {
                self.close_chunks()?;
                object.in_field = false;
            }
            let slot = (object.from < object.to)
                .then(|| self.shelf.compatible.slots.get(object.from).copied())
                .flatten();
            // Fields that the bytes do not have are as a new object has them.
            while object.next < slot.unwrap_or(modes.count) {
                self.default(self.classes.mode(modes.end, modes.count - object.next - 1));
                object.next += 1;
            }
            let Some(slot) = slot else {
                self.shelf.compatible.open.pop();
                self.shelf.frames.pop();
                return Ok(());
            };
            object = Object { from: object.from + 1, next: slot + 1, in_field: true, ..object };
            if let Some(open) = self.shelf.compatible.open.last_mut() {
                *open = object;
            }
            self.open_chunks()?;
            self.field(self.classes.mode(modes.end, modes.count.saturating_sub(slot + 1)))?;
            if self.shelf.frames.len() != depth {
                return Ok(());
            }
        }
    }

    fn default(&mut self, mode: Mode) {
        match mode {
            Mode::Any | Mode::Known(_) | Mode::Declared(_) => self.doc.nil(),
            Mode::Boolean => self.doc.bool(false),
            Mode::Char => self.doc.char(0),
            Mode::Float => self.doc.f32(0.0),
            Mode::Double => self.doc.f64(0.0),
            Mode::Byte | Mode::Short | Mode::Int | Mode::Long => self.doc.int(0),
        }
    }

    /// Reads a value of the JDK that is an object with these fields to the library.
    pub(super) fn compatible_scalar(
        &mut self,
        class: ClassId,
        codec: Codec,
        fields: &'static [&'static str],
    ) -> Outcome<()> {
        if self.shelf.compatible.find(class, self.classes.slot(class)).is_none() {
            let at = self.input.at();
            let mut name = String::new();
            let mut is_known = self.input.count(1)? as usize == fields.len();
            for field in fields.iter().filter(|_| is_known) {
                self.field_name(&mut name)?;
                if name != *field {
                    is_known = false;
                    break;
                }
            }
            if !is_known {
                let class = &self.classes.get(class).name;
                return Err(damaged(at, format!("a {class} has the fields {}", fields.join(", "))));
            }
            self.shelf.compatible.describe(class, self.classes.slot(class));
        }
        match codec {
            Codec::Uuid => {
                let mut halves = [0; 2];
                for half in &mut halves {
                    self.open_chunks()?;
                    *half = self.input.zigzag_long()?.cast_unsigned();
                    self.close_chunks()?;
                }
                let [low, high] = halves;
                self.doc.uuid(&(u128::from(high) << 64 | u128::from(low)).to_be_bytes());
                Ok(())
            }
            Codec::Values(builtin, parts) => {
                self.open_chunks()?;
                self.doc.builtin(builtin, u32::from(parts));
                self.begin(FrameKind::ChunksEnd, class, 1)?;
                if let Some(frame) = self.shelf.frames.last_mut() {
                    frame.left = 0;
                }
                self.begin(FrameKind::Values, class, u32::from(parts))
            }
            codec => {
                self.open_chunks()?;
                self.scalar(codec)?;
                self.close_chunks()
            }
        }
    }

    /// Reads on inside the chunks of a field.
    fn open_chunks(&mut self) -> Outcome<()> {
        let at = self.input.at();
        let size = self.input.count(1)? as usize;
        let mut inside = self.input.part(size);
        let first = self.input.take(size)?;
        if size > 0 && self.input.peek() != Some(0) {
            let mut whole = first.to_vec();
            loop {
                let size = self.input.count(1)? as usize;
                if size == 0 {
                    break;
                }
                whole.extend_from_slice(self.input.take(size)?);
            }
            inside = self.keep(at, whole)?;
        } else if size > 0 {
            self.input.u8()?;
        }
        self.chunks.parents.push(std::mem::replace(&mut self.input, inside));
        Ok(())
    }

    /// Keeps what several chunks hold, in a row.
    fn keep(&mut self, at: usize, whole: Vec<u8>) -> Outcome<Input<'i>> {
        let chunks = &mut self.chunks;
        let Some(left) = chunks.left.checked_sub(whole.len()) else {
            return Err(limit(
                "objects with large fields lie too deep in each other: their chunks are copied for each",
            ));
        };
        chunks.left = left;
        let origin = chunks.origin(at as u64) as usize;
        let last = chunks.buffers.last();
        let base = last.map_or(0, |buffer| buffer.base + buffer.bytes.len() + 1);
        let (arena, bytes) = chunks.arena.keep(whole);
        chunks.arena = arena;
        chunks.buffers.push(Buffer { base, bytes, origin });
        Ok(Input::with_base(bytes, base))
    }

    /// Reads on behind the chunks of a field.
    pub(super) fn close_chunks(&mut self) -> Outcome<()> {
        let left = self.input.rest().len();
        if left > 0 {
            return Err(damaged(self.input.at(), format!("{left} bytes follow the value of a field")));
        }
        if let Some(parent) = self.chunks.parents.pop() {
            self.input = parent;
        }
        Ok(())
    }
}

/// What to say of a class in which two fields have one name.
pub(crate) fn two_of_one_name(class: &str, name: &str) -> String {
    format!(
        "{class} and a superclass have a field {name} each, and the library reads both into one (compatibleFields)"
    )
}
