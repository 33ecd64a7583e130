//! Values: their class, their number, and the containers among them.

use holdfast_document::{Number, Width};

use super::quick::Quick;
use super::{FrameKind, Reading};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::{Outcome, damaged};
use crate::plan::Mode;

/// The JDK's own time zone, in the document's table: the library reads all time zones as those.
const ZONE_INFO: u16 = 94;

impl Reading<'_, '_, '_> {
    /// Reads a value and its class. If it has parts, its container is the innermost one then.
    #[inline(never)]
    pub(super) fn value(&mut self) -> Outcome<()> {
        match self.input.u8()? {
            0 => {
                self.doc.nil();
                Ok(())
            }
            1 => {
                let class = self.named_class()?;
                self.object(class)
            }
            2 => {
                let value = i64::from(self.input.zigzag()?);
                self.doc.number(Number { value, width: Width::Int });
                Ok(())
            }
            3 => {
                if self.input.peek() == Some(1) {
                    self.input.seek(self.input.at() + 1);
                    return self.first_string();
                }
                self.object(ClassId::STRING)
            }
            byte => {
                let class = self.numbered_class(byte)?;
                self.object(class)
            }
        }
    }

    /// A string that is the first of its kind, behind its mark.
    #[inline]
    fn first_string(&mut self) -> Outcome<()> {
        self.number(ClassId::STRING);
        match self.input.marked() {
            Some(marked) => self.doc.str_marked(marked),
            None => self.input.text()?.write(&mut self.doc),
        }
        Ok(())
    }

    /// A class that Kryo knows by a number.
    fn numbered_class(&mut self, first: u8) -> Outcome<ClassId> {
        let class = ClassId(u32::from(first.wrapping_sub(2)));
        if class.registered() == Some(first) {
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

    /// A class that stands here by name the first time, and then by its number among them.
    fn named_class(&mut self) -> Outcome<ClassId> {
        let at = self.input.at();
        let number = self.input.varint()? as usize;
        if let Some((class, _)) = self.shelf.names.get(number) {
            return Ok(*class);
        }
        if number != self.shelf.names.len() {
            let known = self.shelf.names.len();
            return Err(damaged(at, format!("class name {number}, and {known} were given")));
        }
        if let Some(named) = self.class_again(number) {
            self.shelf.names.push(named);
            return Ok(named.0);
        }
        let at = self.input.at();
        let rest = self.input.rest();
        let text = self.input.text()?;
        let stored = rest.get(..self.input.at() - at).unwrap_or_default();
        let name = &mut self.shelf.name;
        name.clear();
        if !text.push_to(name) || name.is_empty() {
            return Err(damaged(at, "no class name"));
        }
        let class = self.classes.resolve(name);
        let quick = Quick::of(self.classes, class);
        self.shelf.names.push((class, quick));
        self.shelf.earlier.keep_class(number, stored, class, quick);
        Ok(class)
    }

    /// The class of a class object, an enum map or the like.
    pub(super) fn class(&mut self) -> Outcome<ClassId> {
        match self.input.u8()? {
            0 => Err(damaged(self.input.at() - 1, "a null where a class must be given")),
            1 => self.named_class(),
            byte => self.numbered_class(byte),
        }
    }

    /// Reads an object of a class: the mark of the first one, or the number of an earlier one.
    #[inline]
    fn object(&mut self, class: ClassId) -> Outcome<()> {
        let codec = self.classes.codec(class);
        if codec.is_boxed() {
            return self.body(class, codec);
        }
        match self.input.varint()? {
            1 => {
                self.number(class);
                self.body(class, codec)
            }
            number => self.again(class, codec, number),
        }
    }

    /// Reads a value whose class is known, or null.
    pub(super) fn known(&mut self, class: ClassId) -> Outcome<()> {
        let codec = self.classes.codec(class);
        let at = self.input.at();
        match self.input.varint()? {
            0 => {
                self.doc.nil();
                Ok(())
            }
            1 => {
                if !codec.is_boxed() {
                    self.number(class);
                }
                self.body(class, codec)
            }
            _ if codec.is_boxed() => Err(damaged(at, "a reference to a boxed value, which has no number")),
            number => self.again(class, codec, number),
        }
    }

    /// Reads a field.
    #[inline]
    pub(super) fn field(&mut self, mode: Mode) -> Outcome<()> {
        match mode {
            Mode::Any => self.value(),
            Mode::Declared(step) => self.declared(step),
            Mode::Known(ClassId::STRING) if self.input.peek() == Some(1) => {
                self.input.seek(self.input.at() + 1);
                self.first_string()?;
                Ok(())
            }
            Mode::Known(class) => self.known(class),
            mode => {
                self.primitive(mode)?;
                Ok(())
            }
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
                let value = i16::from_be_bytes(self.input.fixed()?);
                self.doc.int(i64::from(value));
            }
            Mode::Int => {
                let value = self.input.zigzag()?;
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
            Codec::String => {
                self.input.text()?.write(&mut self.doc);
                Ok(())
            }
            Codec::Fields(number) => {
                if self.classes.has_names(number) {
                    return self.compatible_object(class, number);
                }
                let modes = self.classes.modes_of(number);
                self.typed(class, modes.count)?;
                self.begin(FrameKind::Fields(modes.end), class, modes.count)
            }
            Codec::Collection(builtin) => self.collection(class, builtin),
            Codec::Map(builtin) => self.map(class, builtin),
            _ => self.other_body(class, codec),
        }
    }

    fn other_body(&mut self, class: ClassId, codec: Codec) -> Outcome<()> {
        if self.classes.compatible
            && let Some(fields) = codec.fields()
        {
            return self.compatible_scalar(class, codec, fields);
        }
        match codec {
            Codec::SortedSet(_) | Codec::SortedMap(_) => self.sorted(class, codec),
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
            Codec::Strings => {
                let count = self.input.count_plus_one(1)?;
                self.doc.builtin(121, count);
                self.begin(FrameKind::Known, ClassId::STRING, count)
            }
            Codec::Objects { component, is_final } => {
                let count = self.input.count_plus_one(1)?;
                self.typed(class, count)?;
                let kind = if is_final { FrameKind::Known } else { FrameKind::Values };
                self.begin(kind, component, count)
            }
            Codec::Extends(number) => self.whole(class, number),
            Codec::EnumSet => self.enum_set(class),
            Codec::EnumMap => {
                let class = self.enum_class()?;
                let count = self.input.count(2)?;
                self.doc.builtin(48, 2 * count + 1);
                self.class_literal(class)?;
                self.begin(FrameKind::EnumEntries, class, count)
            }
            Codec::SubList => {
                self.typed(class, 3)?;
                self.begin(FrameKind::SubList, class, 1)
            }
            Codec::Proxy => self.proxy(),
            Codec::Enum(_) => {
                let at = self.input.at();
                let Some(ordinal) = self.input.varint()?.checked_sub(1) else {
                    return Err(damaged(at, "a null where its class and number were given"));
                };
                self.number_constant(ordinal);
                self.note_constant(class, ordinal, self.doc.place());
                self.constant(class, ordinal)?;
                Ok(())
            }
            Codec::Class => {
                let object = self.class_of_object()?;
                self.number_class(object);
                self.class_object(object)?;
                Ok(())
            }
            Codec::Named | Codec::Unreadable(_) | Codec::Refused(_) | Codec::Unknown => {
                Err(Self::unrepresentable(self.refusal(class)))
            }
            codec => {
                if codec == Codec::Text(ZONE_INFO) {
                    self.note_class(class, ZONE_INFO, self.doc.place());
                }
                self.scalar(codec)?;
                Ok(())
            }
        }
    }

    /// An object that is stored as the collection, map or date that it is.
    fn whole(&mut self, class: ClassId, number: u32) -> Outcome<()> {
        let Some(whole) = self.classes.whole(number) else { return Ok(()) };
        self.typed(class, 1)?;
        self.open(FrameKind::Whole, whole.class, 0)?;
        self.body(whole.class, self.classes.codec(whole.class))
    }

    fn refusal(&self, id: ClassId) -> String {
        let class = self.classes.get(id);
        crate::refusal::text(self.classes, class)
    }

    fn collection(&mut self, class: ClassId, builtin: u16) -> Outcome<()> {
        let count = self.input.count(1)?;
        match builtin {
            1 => self.doc.array(count),
            // The comparator of these is not stored.
            6 | 33 => {
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
            45 | 47 => {
                self.doc.builtin(builtin, 2 * count + 1);
                self.doc.nil();
            }
            _ => self.doc.builtin(builtin, 2 * count),
        }
        self.begin(FrameKind::Values, class, 2 * count)
    }

    /// A set or map that may have a comparator. The count, which the document wants first, stands behind it.
    fn sorted(&mut self, class: ClassId, codec: Codec) -> Outcome<()> {
        let (builtin, each) = match codec {
            Codec::SortedMap(builtin) => (builtin, 2),
            Codec::SortedSet(builtin) => (builtin, 1),
            _ => return Ok(()),
        };
        if self.input.peek() == Some(0) {
            self.input.u8()?;
            let count = self.input.count(each as usize)?;
            self.doc.builtin(builtin, each * count + 1);
            self.doc.nil();
            return self.begin(FrameKind::Values, class, each * count);
        }
        let count = self.doc.array_of_unknown_count();
        self.shelf.counts.push(count);
        self.doc.head_builtin(builtin);
        self.begin(FrameKind::Comparator, class, 1)
    }

    pub(super) fn after_comparator(&mut self, class: ClassId) -> Outcome<()> {
        let each = if matches!(self.classes.codec(class), Codec::SortedMap(_)) { 2 } else { 1 };
        let count = self.input.count(each as usize)?;
        if let Some(place) = self.shelf.counts.pop() {
            self.doc.patch(place, each * count + 2);
        }
        self.begin(FrameKind::Values, class, each * count)?;
        Ok(())
    }

    /// The array in this list has no number of its own, so that nothing can refer to it.
    fn arrays_as_list(&mut self) -> Outcome<()> {
        let count = self.input.count(1)?;
        let component = self.class()?;
        let array = self.array_of(component)?;
        self.doc.builtin(12, 1);
        self.typed(array, count)?;
        self.begin(FrameKind::Values, array, count)
    }

    /// The class of an array by that of its elements.
    fn array_of(&mut self, component: ClassId) -> Outcome<ClassId> {
        let name = &self.classes.get(component).name;
        let name = if name.starts_with('[') { format!("[{name}") } else { format!("[L{name};") };
        Ok(self.classes.resolve(&name))
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
        let declared = self.classes.get(elements).declared;
        self.class_literal(declared)?;
        let (mut first, mut largest) = (None, 0);
        for _ in 0..count {
            let at = self.input.at();
            let Some(ordinal) = self.input.varint()?.checked_sub(1) else {
                return Err(damaged(at, "an EnumSet holds no null"));
            };
            first.get_or_insert(ordinal);
            largest = largest.max(ordinal);
            self.constant(elements, ordinal)?;
        }
        // What stands for the class of the elements is the class of the first, or of the first that is not in the set.
        self.note_enum_set(class, elements, first.unwrap_or(0), largest, place);
        Ok(())
    }

    pub(super) fn enum_key(&mut self, class: ClassId) -> Outcome<()> {
        let ordinal = self.input.varint()?;
        self.constant(class, ordinal)
    }

    /// The indexes behind the list of which a sub-list is a part.
    pub(super) fn after_list(&mut self) -> Outcome<()> {
        let at = self.input.at();
        let from = self.input.varint()?;
        let to = self.input.varint()?;
        let Some(size) = to.checked_sub(from) else {
            return Err(damaged(at, format!("a part of a list from {from} to {to}")));
        };
        self.doc.int(i64::from(from));
        self.doc.int(i64::from(size));
        Ok(())
    }
}
