//! Constants by their ordinals, and class objects.

use holdfast_document::{Event, Head, Number};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::output::varint;

use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::{self, Codec};

impl<'d> Writing<'d, '_, '_> {
    /// Writes a constant of an enum.
    pub(super) fn constant(&mut self, slot: Slot, class: ClassId, place: u32, at: usize) -> Outcome<()> {
        let declared = self.classes.learn_enum(class);
        let ordinal = self.ordinal(declared, at)?;
        match slot {
            // A slot of an enum takes the constants with bodies, too.
            Slot::Known(known) if known == declared => self.out.push(1),
            _ => {
                let class = self.class_of_constant(declared, ordinal, place);
                self.head(slot, class, at)?;
            }
        }
        varint(self.out, ordinal);
        Ok(())
    }

    /// The ordinal of the constant of an enum that stands here as its name or ordinal.
    fn ordinal(&mut self, declared: ClassId, at: usize) -> Outcome<u32> {
        let codec = self.classes.codec(declared);
        match (codec, self.event()?) {
            (Codec::Enum(_), Event::Int(Number { value, .. })) => {
                let known = match codec {
                    Codec::Enum(Some(number)) => self.classes.constants(number).len(),
                    _ => i32::MAX as usize,
                };
                let ordinal = u32::try_from(value).ok();
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
                let text = self.classes.refusal(declared);
                Err(self.unrepresentable(at, format!("a constant of a class that is no enum: {text}")))
            }
        }
    }

    /// The class that stands for a constant: its body's, where that is known or noted.
    fn class_of_constant(&mut self, declared: ClassId, ordinal: u32, place: u32) -> ClassId {
        if self.note.is_some()
            && let Some(name) = self.told_class(place)
        {
            // A hint: believed of the enum itself and of what is the body of a constant of it.
            let class = self.classes.resolve(name);
            if self.classes.get(class).declared == declared {
                return class;
            }
        }
        let name = self.classes.class_of_constant(declared, ordinal).to_owned();
        self.classes.resolve(&name)
    }

    /// Writes an `EnumSet`.
    pub(super) fn enum_set(&mut self, slot: Slot, parts: u32, place: u32, at: usize) -> Outcome<()> {
        let told = if self.note.is_some() { self.told_class(place) } else { None };
        let declared = self.enum_literal(at)?;
        self.shelf.ordinals.clear();
        for _ in 1..parts {
            let ordinal = self.constant_of(declared)?;
            self.shelf.ordinals.push(ordinal);
        }
        let largest = self.shelf.ordinals.iter().copied().max().unwrap_or(0);
        let constants = match self.classes.codec(declared) {
            Codec::Enum(Some(number)) => self.classes.constants(number).len(),
            _ => largest as usize + 1,
        };
        let mut name = codec::enum_set(constants);
        // Which one it is depends on the number of constants, which only a schema tells.
        if largest < 64 && told == Some(codec::enum_set(usize::MAX)) {
            name = codec::enum_set(usize::MAX);
        }
        let class = self.classes.resolve(name);
        self.head(slot, class, at)?;
        self.class(declared);
        varint(self.out, parts.saturating_sub(1));
        for ordinal in &self.shelf.ordinals {
            varint(self.out, *ordinal);
        }
        Ok(())
    }

    /// Writes an `EnumMap`.
    pub(super) fn enum_map(&mut self, slot: Slot, class: ClassId, parts: u32, at: usize) -> Outcome<()> {
        self.head(slot, class, at)?;
        let declared = self.enum_literal(at)?;
        self.class(declared);
        let count = parts.saturating_sub(1) / 2;
        varint(self.out, count);
        self.begin(FrameKind::EnumEntries, declared, count)
    }

    /// The class literal that tells the enum of a set or map.
    fn enum_literal(&mut self, at: usize) -> Outcome<ClassId> {
        let Event::Class(head) = self.event()? else { return Err(self.bad_form(at)) };
        let Some(class) = self.class_of(head) else { return Err(self.bad_form(at)) };
        Ok(self.classes.learn_enum(class))
    }

    /// A constant of this enum, where no other value can stand.
    pub(super) fn constant_of(&mut self, declared: ClassId) -> Outcome<u32> {
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

    /// Writes a class object.
    pub(super) fn class_object(&mut self, slot: Slot, head: Head<'d>, at: usize) -> Outcome<()> {
        let Some(class) = self.class_of(head) else { return Err(self.bad_form(at)) };
        let name = &self.classes.get(class).name;
        if matches!(name.as_ref(), "void" | "java.lang.Enum") {
            return Err(self.unrepresentable(at, format!("{name}.class: the library fails to write it")));
        }
        self.head(slot, ClassId::CLASS, at)?;
        self.class(class);
        Ok(())
    }
}
