//! Constants and class objects: one object each, wherever it stands.

use holdfast_document::{Event, Fact, Head, Number};

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::{self, Codec};
use crate::fault::Outcome;
use crate::output::varint;
use crate::primitive;

impl<'d> Writing<'d, '_, '_> {
    /// Writes a constant of an enum.
    pub(super) fn constant(&mut self, slot: Slot, class: ClassId, place: u32, at: usize) -> Outcome<()> {
        let declared = self.classes.learn_enum(class);
        let ordinal = self.ordinal(declared, at)?;
        let key = u64::from(declared.0) << 32 | u64::from(ordinal);
        if let Some((id, class)) = self.single(key) {
            self.head(by_declaration(slot, declared, class), class, at)?;
            varint(self.out, id + 2);
            return Ok(());
        }
        let class = self.class_of_constant(declared, ordinal, place, 0);
        self.head(by_declaration(slot, declared, class), class, at)?;
        let id = self.first();
        self.add_single(key, id, class);
        varint(self.out, ordinal.saturating_add(1));
        Ok(())
    }

    fn single(&self, key: u64) -> Option<(u32, ClassId)> {
        let index = self.shelf.single_by_key.get(key)?;
        self.shelf.singles.get(index as usize).copied()
    }

    fn add_single(&mut self, key: u64, id: u32, class: ClassId) {
        self.shelf.single_by_key.insert(key, self.shelf.singles.len() as u32);
        self.shelf.singles.push((id, class));
    }

    /// The ordinal of the constant of an enum that stands here as its name or ordinal.
    fn ordinal(&mut self, declared: ClassId, at: usize) -> Outcome<u32> {
        let codec = self.classes.codec(declared);
        match (codec, self.event()?) {
            (Codec::Enum(_), Event::Int(Number { value, .. })) => {
                let ordinal = u32::try_from(value).ok();
                let known = match codec {
                    Codec::Enum(Some(number)) => self.classes.constants(number).len(),
                    _ => i32::MAX as usize,
                };
                ordinal.filter(|ordinal| (*ordinal as usize) < known).ok_or_else(|| {
                    let name = &self.classes.get(declared).name;
                    self.unrepresentable(at, format!("{name} has no constant {value}"))
                })
            }
            (Codec::Enum(Some(number)), Event::Str(text)) => {
                let constants = self.classes.constants(number);
                let found = constants.iter().position(|constant| constant.name.as_bytes() == text);
                found.map(|found| found as u32).ok_or_else(|| {
                    let (name, text) = (&self.classes.get(declared).name, String::from_utf8_lossy(text));
                    self.unrepresentable(at, format!("{name} has no constant {text} in the schema"))
                })
            }
            (Codec::Enum(None), Event::Str(text)) => {
                let (name, text) = (&self.classes.get(declared).name, String::from_utf8_lossy(text));
                let text = format!(
                    "{text} of {name}, which is not in the schema: Kryo writes the number of a constant, not its \
                     name; give a schema of the application's classes (holdfast schema)"
                );
                Err(self.unrepresentable(at, text))
            }
            (Codec::Enum(_), _) => Err(self.bad_form(at)),
            _ => {
                let text = crate::refusal::text(self.classes, self.classes.get(declared));
                Err(self.unrepresentable(at, format!("a constant of a class that is no enum: {text}")))
            }
        }
    }

    /// The class that stands for a constant: its body's, where that is known or noted.
    fn class_of_constant(&mut self, declared: ClassId, ordinal: u32, place: u32, part: u32) -> ClassId {
        if self.note.is_some()
            && let Some(Fact::ClassName(name)) = self.fact(place, part)
        {
            // A hint: believed of the enum itself and of what may be the body of a constant.
            let own = &self.classes.get(declared).name;
            let rest = name.strip_prefix(&**own).map(|rest| rest.strip_prefix('$').unwrap_or(rest));
            if rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
                let class = self.classes.resolve(name);
                if self.classes.get(class).declared == declared {
                    return class;
                }
            }
        }
        let name = self.classes.class_of_constant(declared, ordinal).to_owned();
        self.classes.resolve(&name)
    }

    /// Writes an `EnumSet`: its class depends on its largest ordinal, so that all are read first.
    pub(super) fn enum_set(&mut self, slot: Slot, parts: u32, place: u32, at: usize) -> Outcome<()> {
        let declared = self.enum_literal(at)?;
        self.shelf.ordinals.clear();
        for _ in 1..parts {
            let ordinal = self.constant_of(declared)?;
            self.shelf.ordinals.push(ordinal);
        }
        let largest = self.shelf.ordinals.iter().copied().max().unwrap_or(0);
        let mut name = codec::enum_set(largest);
        if self.note.is_some()
            && let Some(Fact::ClassName(told)) = self.fact(place, 0)
            && largest < 64
            && told == codec::enum_set(64)
        {
            name = codec::enum_set(64);
        }
        let first = self.shelf.ordinals.first().copied().unwrap_or(0);
        let elements = self.class_of_constant(declared, first, place, 1);
        let class = self.classes.resolve(name);
        self.object(slot, class, place, at)?;
        self.class(elements);
        varint(self.out, parts.saturating_sub(1));
        for ordinal in &self.shelf.ordinals {
            varint(self.out, ordinal.saturating_add(1));
        }
        Ok(())
    }

    /// Writes an `EnumMap`.
    pub(super) fn enum_map(
        &mut self,
        slot: Slot,
        class: ClassId,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        self.object(slot, class, place, at)?;
        let declared = self.enum_literal(at)?;
        self.class(declared);
        let count = parts.saturating_sub(1) / 2;
        varint(self.out, count);
        self.begin(FrameKind::EnumEntries, declared, count)
    }

    pub(super) fn enum_key(&mut self, declared: ClassId) -> Outcome<()> {
        let ordinal = self.constant_of(declared)?;
        varint(self.out, ordinal);
        Ok(())
    }

    /// The class literal that tells the enum of a set or map.
    fn enum_literal(&mut self, at: usize) -> Outcome<ClassId> {
        let Event::Class(head) = self.event()? else { return Err(self.bad_form(at)) };
        let Some(class) = self.class_of(head) else { return Err(self.bad_form(at)) };
        Ok(self.classes.learn_enum(class))
    }

    /// A constant of this enum, where no other value can stand.
    fn constant_of(&mut self, declared: ClassId) -> Outcome<u32> {
        let at = self.way.at();
        let class = match self.event()? {
            Event::Typed(head, 1) => self.class_of(head),
            _ => None,
        };
        if class != Some(declared) {
            let name = &self.classes.get(declared).name;
            return Err(self.unrepresentable(at, format!("no constant of {name} in its EnumSet or EnumMap")));
        }
        self.ordinal(declared, at)
    }

    /// The class that a HEAD names.
    pub(super) fn class_of(&mut self, head: Head<'d>) -> Option<ClassId> {
        match head {
            Head::Builtin(35) => Some(self.classes.resolve("java.util.EnumSet")),
            Head::Builtin(number) => self.classes.builtin(number),
            Head::Known(number) => {
                let name = self.way.reader.definition(number)?.name;
                Some(self.classes.resolve(name))
            }
            Head::Defined(definition) => Some(self.classes.resolve(definition.name)),
        }
    }

    /// Writes a class object.
    pub(super) fn class_object(&mut self, slot: Slot, head: Head<'d>, at: usize) -> Outcome<()> {
        let is_primitive = matches!(head, Head::Builtin(number) if primitive::is_primitive(number));
        let Some(class) = self.class_of(head) else { return Err(self.bad_form(at)) };
        let Some(class_of_class) = self.classes.builtin(181) else { return Err(self.bad_form(at)) };
        self.head(slot, class_of_class, at)?;
        self.class_single(class, is_primitive);
        Ok(())
    }

    /// Writes what follows the class of a class object.
    pub(super) fn class_single(&mut self, class: ClassId, is_primitive: bool) {
        // Constants have the number of their enum in the upper half; none has all of these bits.
        let key = u64::from(u32::MAX - u32::from(is_primitive)) << 32 | u64::from(class.0);
        if let Some((id, _)) = self.single(key) {
            varint(self.out, id + 2);
            return;
        }
        let id = self.first();
        self.add_single(key, id, class);
        self.class(class);
        self.out.push(u8::from(is_primitive));
    }
}

/// A slot of an enum takes the constants with bodies, too.
const fn by_declaration(slot: Slot, declared: ClassId, class: ClassId) -> Slot {
    match slot {
        Slot::Known(known) if known.0 == declared.0 => Slot::Known(class),
        slot => slot,
    }
}
