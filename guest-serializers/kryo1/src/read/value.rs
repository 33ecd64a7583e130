//! Values: their class, and the containers among them.

use holdfast_document::{Number, Width};
use holdfast_kryo_common::fault::{Outcome, damaged};
use holdfast_kryo_common::plan::Modes;

use super::{FrameKind, Reading};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::plan::Mode;

impl Reading<'_, '_, '_> {
    /// Reads a value and its class. If it has parts, its container is the innermost one then.
    pub(super) fn value(&mut self) -> Outcome<()> {
        match self.input.u8()? {
            0 => {
                self.doc.nil();
                Ok(())
            }
            13 => {
                let value = i64::from(self.input.varint()?.cast_signed());
                self.doc.number(Number { value, width: Width::Int });
                Ok(())
            }
            17 => self.string(),
            0xff => {
                let class = self.named_class()?;
                self.body(class, self.classes.codec(class))
            }
            number => {
                let class = self.numbered_class(number)?;
                self.body(class, self.classes.codec(class))
            }
        }
    }

    /// A class that Kryo knows by a number.
    fn numbered_class(&mut self, number: u8) -> Outcome<ClassId> {
        if let Some(class) = ClassId::of_number(number) {
            return Ok(class);
        }
        let at = self.input.at() - 1;
        self.input.seek(at);
        let number = self.input.varint()?;
        self.classes.numbered(number).ok_or_else(|| {
            let last = self.classes.last_number();
            let cure =
                "a class that a custom converter registers needs that converter here too (customConverter)";
            damaged(at, format!("class {number}, and those that are registered end with {last}; {cure}"))
        })
    }

    /// A class that stands here by name the first time, and then by its number among them; behind its first byte.
    fn named_class(&mut self) -> Outcome<ClassId> {
        let at = self.input.at();
        if self.input.u8()? != 0x7f {
            return Err(damaged(at - 1, "a class that MSM does not register"));
        }
        let at = self.input.at();
        let number = self.input.varint()? as usize;
        if let Some(number) = number.checked_sub(1) {
            return self.shelf.names.get(number).copied().ok_or_else(|| {
                let known = self.shelf.names.len();
                damaged(at, format!("class name {}, and {known} were given", number + 1))
            });
        }
        let at = self.input.at();
        let mut name = String::new();
        if !self.units()?.push_to(&mut name) || name.is_empty() {
            return Err(damaged(at, "no class name"));
        }
        let class = self.classes.resolve(&name);
        self.shelf.names.push(class);
        Ok(class)
    }

    /// The class of a class object, an enum map or the like.
    pub(super) fn class(&mut self) -> Outcome<ClassId> {
        match self.input.u8()? {
            0 => Err(damaged(self.input.at() - 1, "a null where a class must be given")),
            0xff => self.named_class(),
            number => self.numbered_class(number),
        }
    }

    /// Reads the mark of a value whose class is known: whether it is there.
    pub(super) fn mark(&mut self) -> Outcome<bool> {
        match self.input.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(damaged(self.input.at() - 1, format!("{byte:#04x} is no mark, 00 for null or 01"))),
        }
    }

    /// Reads a value whose class is known, or null.
    #[inline]
    pub(super) fn known(&mut self, class: ClassId) -> Outcome<()> {
        if !self.mark()? {
            self.doc.nil();
            return Ok(());
        }
        if class == ClassId::STRING {
            return self.string();
        }
        self.body(class, self.classes.codec(class))
    }

    /// Reads a field.
    #[inline]
    pub(super) fn field(&mut self, mode: Mode) -> Outcome<()> {
        match mode {
            Mode::Any => self.value(),
            Mode::Known(class) => self.known(class),
            Mode::Declared(step) => self.declared(step),
            mode => self.primitive(mode),
        }
    }

    fn primitive(&mut self, mode: Mode) -> Outcome<()> {
        match mode {
            Mode::Any | Mode::Known(_) | Mode::Declared(_) => {}
            Mode::Boolean => {
                let value = self.input.boolean()?;
                self.doc.bool(value);
            }
            Mode::Byte => {
                let value = i8::from_be_bytes(self.input.fixed()?);
                self.doc.int(i64::from(value));
            }
            Mode::Short => {
                let value = self.short()?;
                self.doc.int(i64::from(value));
            }
            Mode::Int => {
                let value = self.input.varint()?.cast_signed();
                self.doc.int(i64::from(value));
            }
            Mode::Long => {
                let value = self.input.zigzag_long()?;
                self.doc.int(value);
            }
            Mode::Char => {
                let unit = u16::from_be_bytes(self.input.fixed()?);
                self.doc.char(unit);
            }
            Mode::Float => {
                let bits = u32::from_be_bytes(self.input.fixed()?);
                self.doc.f32(f32::from_bits(bits));
            }
            Mode::Double => {
                let bits = u64::from_be_bytes(self.input.fixed()?);
                self.doc.f64(f64::from_bits(bits));
            }
        }
        Ok(())
    }

    /// Reads what is in a value.
    #[inline]
    pub(super) fn body(&mut self, class: ClassId, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Fields(number) => {
                if !self.first(class, codec)? {
                    return Ok(());
                }
                let modes = self.classes.modes_of(number);
                self.typed(class, modes.count)?;
                self.begin(FrameKind::Fields(modes.end), class, modes.count)
            }
            Codec::Declared(number) => {
                let Modes { end, count } = self.classes.modes_of(number);
                self.typed(class, count)?;
                self.begin(FrameKind::Fields(end), class, count)
            }
            Codec::Collection(builtin) => self.collection(class, builtin),
            Codec::Map(builtin) => self.map(class, builtin),
            _ => self.other_body(class, codec),
        }
    }

    /// Reads what stands before the fields of an object: nothing new, or the number of an earlier one, which is
    /// written then.
    #[inline]
    fn first(&mut self, class: ClassId, codec: Codec) -> Outcome<bool> {
        match self.input.varint()? {
            0 => {
                self.number(class, self.doc.place());
                Ok(true)
            }
            number => {
                self.refer(class, codec, number)?;
                Ok(false)
            }
        }
    }

    fn other_body(&mut self, class: ClassId, codec: Codec) -> Outcome<()> {
        if codec.has_identity() {
            return if self.first(class, codec)? { self.object(class, codec) } else { Ok(()) };
        }
        match codec {
            Codec::Empty(builtin) => {
                self.doc.builtin(builtin, 0);
                Ok(())
            }
            Codec::Values(builtin, parts) => {
                self.doc.builtin(builtin, u32::from(parts));
                self.begin(FrameKind::Values, class, u32::from(parts))
            }
            Codec::Wrapper(builtin, ordinal) => {
                let at = self.input.at();
                if self.input.u8()? != ordinal {
                    return Err(damaged(at, format!("a wrapper whose number is not {ordinal}, its class's")));
                }
                self.doc.builtin(builtin, 1);
                self.begin(FrameKind::Values, class, 1)
            }
            Codec::ArraysAsList => self.arrays_as_list(),
            Codec::Primitives(_) | Codec::Objects { .. } | Codec::Arrays { .. } => self.array(class, codec),
            Codec::Extends(number) => self.whole(class, number),
            Codec::EnumSet => self.enum_set(class),
            Codec::EnumMap => {
                let class = self.enum_class()?;
                let count = self.input.count(2)?;
                self.doc.builtin(48, 2 * count + 1);
                self.class_literal(class);
                self.begin(FrameKind::EnumEntries, class, count)
            }
            Codec::Proxy => self.proxy(),
            Codec::Enum(_) => {
                let ordinal = self.input.varint()?;
                self.note_constant(class, ordinal);
                self.constant(class, ordinal)
            }
            Codec::Class => {
                let class = self.class()?;
                self.class_literal(class);
                Ok(())
            }
            Codec::Named | Codec::Unreadable(_) | Codec::Refused(_) | Codec::Unknown => {
                Err(Self::unrepresentable(self.classes.refusal(class)))
            }
            codec => self.scalar(codec),
        }
    }

    /// An object that is stored as the collection, map or date that it is.
    fn whole(&mut self, class: ClassId, number: u32) -> Outcome<()> {
        let Some(whole) = self.classes.whole(number) else { return Ok(()) };
        self.typed(class, 1)?;
        self.open(FrameKind::Whole, whole.class, 0)?;
        self.body(whole.class, self.classes.codec(whole.class))
    }

    /// Reads an object's fields, behind its number.
    pub(super) fn object(&mut self, class: ClassId, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Fields(number) => {
                let Modes { end, count } = self.classes.modes_of(number);
                self.typed(class, count)?;
                self.begin(FrameKind::Fields(end), class, count)
            }
            Codec::Zone(number) => {
                if self.simple_zone()? {
                    return Ok(());
                }
                let Modes { end, count } = self.classes.modes_of(number);
                self.define_typed(class, count)?;
                self.begin(FrameKind::Fields(end), class, count)
            }
            Codec::Reference(builtin) => {
                self.doc.builtin(builtin, 1);
                self.begin(FrameKind::Values, class, 1)
            }
            codec => self.object_of_parts(codec),
        }
    }

    fn collection(&mut self, class: ClassId, builtin: u16) -> Outcome<()> {
        let count = self.input.count(1)?;
        match builtin {
            1 => self.doc.array(count),
            // The comparator of these is not stored.
            6 | 32 | 33 => {
                self.doc.builtin(builtin, count + 1);
                self.doc.nil();
            }
            _ => self.doc.builtin(builtin, count),
        }
        self.begin(FrameKind::Values, class, count)
    }

    fn map(&mut self, class: ClassId, builtin: u16) -> Outcome<()> {
        let count = self.input.count(2)?;
        match builtin {
            40 => self.doc.map(count),
            // Comparator and defaults of these are not stored.
            43 | 45 | 47 => {
                self.doc.builtin(builtin, 2 * count + 1);
                self.doc.nil();
            }
            _ => self.doc.builtin(builtin, 2 * count),
        }
        self.begin(FrameKind::Values, class, 2 * count)
    }

    fn enum_class(&mut self) -> Outcome<ClassId> {
        let at = self.input.at();
        let class = self.class()?;
        let class = self.classes.learn_enum(class);
        match self.classes.codec(class) {
            Codec::Enum(_) => Ok(class),
            _ => Err(damaged(at, format!("{} is no enum", self.classes.get(class).name))),
        }
    }

    fn enum_set(&mut self, class: ClassId) -> Outcome<()> {
        let place = self.doc.place();
        let elements = self.enum_class()?;
        let count = self.input.count(1)?;
        self.doc.builtin(35, count + 1);
        self.class_literal(elements);
        let mut largest = 0;
        for _ in 0..count {
            let ordinal = self.input.varint()?;
            largest = largest.max(ordinal);
            self.constant(elements, ordinal)?;
            self.check_size()?;
        }
        self.note_enum_set(class, elements, largest, place);
        Ok(())
    }
}
