//! Class definitions of a document, made ready: once an instance, not once an object.

use holdfast_document::{Definition, Head, Item, Kind, Super};

use super::class::{Defined, Sort, UNKNOWN};
use super::{Kept, Step, Writing, suid};
use crate::classes::{self, ClassId, id};
use crate::layout::{Hint, Op, field};
use crate::mutf8;
use crate::stream::{MAX_SUPERCLASSES, is_descriptor, sc};

const ENUM_FLAGS: u8 = sc::SERIALIZABLE | sc::ENUM;

impl<'a> Writing<'a> {
    /// The class of a HEAD that is named only: in a class literal.
    pub(super) fn named_class(&mut self, at: u32, head: &Head<'a>) -> Step<u32> {
        match head {
            Head::Builtin(number) => Kept::built_in(*number)
                .ok_or_else(|| self.misfit(at, "a built-in class that this plugin does not know")),
            Head::Known(number) => self.class_of(at, *number),
            Head::Defined(definition) => self.class_of(at, definition.number),
        }
    }

    /// The class of a definition of this attribute.
    #[inline]
    pub(super) fn class_of(&mut self, at: u32, number: u32) -> Step<u32> {
        match self.context.definitions.get(number as usize) {
            Some(class) if *class != UNKNOWN => Ok(*class),
            _ => self.look_up(at, number),
        }
    }

    /// Makes a definition ready, and before it those of its superclasses that are not.
    fn look_up(&mut self, at: u32, number: u32) -> Step<u32> {
        let mut open = Vec::new();
        let mut next = number;
        let mut superclass = loop {
            if let Some(class) = self.context.definitions.get(next as usize)
                && *class != UNKNOWN
            {
                break Some(*class);
            }
            let Some(definition) = self.context.reader.definition(next).copied() else {
                return Err(self.misfit(at, "a class that the attribute does not define"));
            };
            open.push(definition);
            if open.len() > MAX_SUPERCLASSES {
                return Err(
                    self.misfit(at, format!("a class with more than {MAX_SUPERCLASSES} superclasses"))
                );
            }
            match definition.superclass {
                None => break None,
                Some(Super::Builtin(number)) => {
                    break Some(Kept::built_in(number).ok_or_else(|| {
                        self.misfit(at, "a built-in class that this plugin does not know")
                    })?);
                }
                Some(Super::Known(number)) => next = number,
            }
        };
        for definition in open.iter().rev() {
            let class = self.ready(at, definition, superclass)?;
            let place = definition.number as usize;
            if self.context.definitions.len() <= place {
                self.context.definitions.resize(place + 1, UNKNOWN);
            }
            if let Some(found) = self.context.definitions.get_mut(place) {
                *found = class;
            }
            superclass = Some(class);
        }
        superclass.ok_or_else(|| self.misfit(at, "a class that the attribute does not define"))
    }

    /// The class of one definition, which may be known from an earlier document.
    fn ready(&mut self, at: u32, definition: &Definition<'a>, superclass: Option<u32>) -> Step<u32> {
        let space = superclass.map_or(0, |class| class + 1);
        if let Some(class) = self.kept.classes.by_definition.get(space, definition.bytes) {
            return Ok(class);
        }
        let class = self.compile(at, definition, superclass)?;
        self.kept.classes.by_definition.insert(space, definition.bytes, class);
        Ok(class)
    }

    fn compile(&mut self, at: u32, definition: &Definition<'a>, superclass: Option<u32>) -> Step<u32> {
        let mut name = Vec::new();
        mutf8::encode(definition.name.as_bytes(), &mut name);
        if definition.named {
            return Err(self.misfit(at, format!(
                "the fields of {} came by name, from a format that does not tell their order; Java needs the \
                 schema of the class",
                definition.name
            )));
        }
        if name.is_empty() || name.len() > usize::from(u16::MAX) {
            return Err(self.misfit(at, "a class whose name is empty or over 65535 bytes long"));
        }
        if matches!(definition.kind, Kind::Bean | Kind::Enum) && name.first() == Some(&b'[') {
            return Err(self.misfit(
                at,
                format!("a class that is no array, under an array's name: {}", definition.name),
            ));
        }
        let mut class = Defined {
            sort: Sort::Bean,
            name,
            suid: 0,
            flags: sc::SERIALIZABLE,
            fields: Vec::new(),
            superclass,
            slots: Vec::new(),
            code: self.kept.code.end(),
            parts: definition.len(),
            descriptor: UNKNOWN,
        };
        let told = definition.java;
        match definition.kind {
            Kind::Bean => self.bean(at, definition, &mut class)?,
            Kind::Enum => {
                class.sort = Sort::Enum;
                (class.flags, class.suid) = told.unwrap_or((ENUM_FLAGS, 0));
                class.superclass = superclass.or(Some(u32::from(const { id("java.lang.Enum") })));
            }
            Kind::Proxy => {
                class.sort = Sort::Proxy;
                class.superclass = Some(u32::from(const { id("java.lang.reflect.Proxy") }));
                for item in definition.items() {
                    if let Item::Interface(name) = item.map_err(|error| self.broken(error))? {
                        class.fields.push((Vec::new(), self.short(at, name)?));
                    }
                }
                self.kept.code.push(Op::Part(Hint::None));
                self.kept.code.push(Op::Return);
            }
            Kind::Array => {
                class.sort = Sort::Array;
                class.superclass = None;
                if !matches!(class.name[..], [b'[', b'[', ..] | [b'[', b'L', .., b';']) {
                    return Err(self.misfit(at, format!("an array whose class is named {}", definition.name)));
                }
                let uid = suid::of_array(&class.name);
                (class.flags, class.suid) = told.unwrap_or((sc::SERIALIZABLE, uid));
                class.code = self.kept.code.elements();
            }
        }
        let fixed = match definition.kind {
            Kind::Enum => Some(ENUM_FLAGS),
            Kind::Array => Some(sc::SERIALIZABLE),
            Kind::Bean | Kind::Proxy => None,
        };
        if fixed.is_some_and(|fixed| fixed != class.flags || !definition.is_empty()) {
            return Err(self.misfit(
                at,
                format!(
                    "the class {}: an enum or array has no fields, and the flags that Java gives it",
                    definition.name
                ),
            ));
        }
        Ok(self.add(class))
    }

    /// Adds a class, under the descriptor of an equal one if there is one.
    fn add(&mut self, mut class: Defined) -> u32 {
        let classes = &mut self.kept.classes;
        let above = class.superclass.map(|class| classes.descriptor(class));
        class.superclass = above;
        let space = above.map_or(0, |class| class + 1);
        let mut content = vec![class.sort as u8, class.flags & !sc::FIELDLESS];
        content.extend_from_slice(&class.suid.to_be_bytes());
        content.extend_from_slice(&class.name);
        for (descriptor, name) in &class.fields {
            content.push(0);
            content.extend_from_slice(descriptor);
            content.extend_from_slice(name);
        }
        let number = classes.next();
        class.descriptor = match (jdk_class(&class), classes.by_content.get(space, &content)) {
            (Some(jdk), _) => u32::from(jdk),
            (None, Some(equal)) => equal,
            (None, None) => {
                classes.by_content.insert(space, &content, number);
                number
            }
        };
        classes.add(class)
    }

    /// Fields, flags and steps of a class with fields.
    fn bean(&mut self, at: u32, definition: &Definition<'a>, class: &mut Defined) -> Step<()> {
        let bad = |writing: &Self, why: &str| {
            Err(writing.misfit(at, format!("the class {}: {why}", definition.name)))
        };
        if class
            .superclass
            .and_then(|above| self.kept.classes.get(above))
            .is_some_and(|above| above.sort != Sort::Bean)
        {
            return bad(self, "its superclass is an enum, a proxy or an array");
        }
        let above = self.slots_above(class.superclass);
        let mut expected = above.as_slice();
        let is_externalizable = definition.java.is_some_and(|(flags, _)| flags & sc::EXTERNALIZABLE != 0);
        let mut custom = false;
        for item in definition.items() {
            let (level, text, name) = match item.map_err(|error| self.broken(error))? {
                Item::Field { level, descriptor, name } => (level, descriptor, name),
                Item::Custom { level } => (level, "*", ""),
                Item::TypedCustom { .. } => {
                    return bad(
                        self,
                        "its custom data came from a format that does not tell it as Java has it",
                    );
                }
                Item::Whole { .. } => {
                    return bad(
                        self,
                        "it came as the collection, map or date that it is, from a format that does not tell its own \
                         fields; Java needs the schema of the class",
                    );
                }
                Item::Interface(_) => continue,
            };
            if text == "?" {
                return bad(self, "the type of a field is not known; Java needs the schema of the class");
            }
            if text != "*" && !text.bytes().next().is_some_and(|code| is_descriptor(code, text.as_bytes())) {
                return bad(self, "the type of a field is no type descriptor");
            }
            let slot = slot(level, &self.short(at, text)?, &self.short(at, name)?);
            class.slots.extend_from_slice(&slot);
            if level > 0 {
                match expected.strip_prefix(slot_below(&slot).as_slice()) {
                    Some(rest) if !custom && class.fields.is_empty() => expected = rest,
                    _ => return bad(self, "its slots are not those of its superclass and then its own"),
                }
            } else if custom {
                return bad(self, "its custom data is not its last slot");
            } else if text == "*" {
                custom = true;
            } else {
                class.fields.push((self.short(at, text)?, self.short(at, name)?));
            }
        }
        if !expected.is_empty() && !is_externalizable {
            return bad(self, "it lacks slots of its superclass");
        }
        let is_object =
            |(descriptor, _): &(Vec<u8>, Vec<u8>)| matches!(descriptor.first(), Some(b'L' | b'['));
        if !class.fields.is_sorted_by_key(is_object) || class.fields.len() > usize::from(u16::MAX) {
            return bad(self, "Java has primitive fields in front of the others, and at most 65535");
        }
        (class.flags, class.suid) = match definition.java {
            Some(told) => told,
            None => match same_named(class, custom) {
                Some(told) => told,
                None => {
                    return bad(
                        self,
                        "it came without its serialVersionUID, from another format than Java's; Java needs the \
                         schema of the class",
                    );
                }
            },
        };
        let fits = if is_externalizable {
            class.flags & (sc::BLOCK_DATA | sc::WRITE_METHOD | sc::SERIALIZABLE) == sc::BLOCK_DATA
                && class.fields.is_empty()
                && definition.len() == u32::from(custom)
        } else {
            (class.flags & sc::WRITE_METHOD != 0) == custom
                && (class.flags & sc::SERIALIZABLE != 0 || (class.fields.is_empty() && !custom))
        };
        let known = sc::WRITE_METHOD | sc::SERIALIZABLE | sc::EXTERNALIZABLE | sc::BLOCK_DATA | sc::FIELDLESS;
        if !fits || class.flags & !known != 0 {
            return bad(self, "its slots do not fit its flags");
        }
        self.steps(class);
        Ok(())
    }

    /// The steps for values: those of the superclass, then its own.
    fn steps(&mut self, class: &mut Defined) {
        let above = if class.flags & sc::EXTERNALIZABLE != 0 { None } else { class.superclass };
        let mut levels = Vec::new();
        let mut next = above;
        let mut from_defined = None;
        while let Some(above) = next {
            if let Some(defined) = self.kept.classes.get(above) {
                from_defined = Some((defined.code, defined.parts));
                break;
            }
            levels.push(above as ClassId);
            next = classes::superclass(above as ClassId).map(u32::from);
        }
        class.code = self.kept.code.end();
        if let Some((code, parts)) = from_defined {
            for pc in code..code + parts {
                let op = self.kept.code.at(pc);
                self.kept.code.push(op);
            }
        }
        for row in levels.iter().rev().filter_map(|level| classes::class(*level)) {
            for (descriptor, _) in row.typed_fields() {
                self.kept.code.push(field(descriptor.as_bytes()));
            }
            if row.flags & sc::WRITE_METHOD != 0 {
                self.kept.code.push(Op::Custom);
            }
        }
        for (descriptor, _) in &class.fields {
            let fieldless = class.flags & sc::FIELDLESS != 0;
            self.kept.code.push(if fieldless { Op::Absent } else { field(descriptor) });
        }
        if class.flags & (sc::WRITE_METHOD | sc::EXTERNALIZABLE) != 0 {
            self.kept.code.push(Op::Custom);
        }
        class.parts = self.kept.code.end() - class.code;
        self.kept.code.push(Op::Return);
    }

    /// The slots of a superclass.
    fn slots_above(&self, superclass: Option<u32>) -> Vec<u8> {
        match superclass {
            None => Vec::new(),
            Some(above) => match self.kept.classes.get(above) {
                Some(defined) => defined.slots.clone(),
                None => jdk_slots(above as ClassId),
            },
        }
    }

    /// A text of a descriptor, which has two bytes for its length.
    fn short(&self, at: u32, text: &str) -> Step<Vec<u8>> {
        let mut out = Vec::new();
        mutf8::encode(text.as_bytes(), &mut out);
        if out.len() > usize::from(u16::MAX) {
            return Err(self.misfit(at, "a name of a class or field over 65535 bytes long"));
        }
        Ok(out)
    }
}

/// The class of the JDK that has this descriptor.
fn jdk_class(class: &Defined) -> Option<ClassId> {
    let id = classes::by_name(&class.name)?;
    let row = classes::class(id)?;
    let same = class.sort != Sort::Proxy
        && row.suid == class.suid
        && row.flags == class.flags & !sc::FIELDLESS
        && classes::superclass(id).map(u32::from) == class.superclass
        && has_fields(row, class);
    same.then_some(id)
}

fn has_fields(row: &classes::Class, class: &Defined) -> bool {
    row.field_count() == class.fields.len()
        && row.fields().zip(&class.fields).all(|(expected, (descriptor, name))| {
            expected.as_bytes().strip_prefix(descriptor.as_slice()) == Some(name.as_slice())
        })
}

/// Flags and `serialVersionUID` of a class of the JDK that came without them.
fn same_named(class: &Defined, custom: bool) -> Option<(u8, i64)> {
    let id = classes::by_name(&class.name)?;
    let row = classes::class(id)?;
    let same = has_fields(row, class)
        && classes::superclass(id).map(u32::from) == class.superclass
        && (row.flags & sc::WRITE_METHOD != 0) == custom;
    same.then_some((row.flags, row.suid))
}

/// One slot: the level, the length of the text, the text.
fn slot(level: u32, descriptor: &[u8], name: &[u8]) -> Vec<u8> {
    let mut slot = vec![level.min(u32::from(u8::MAX)) as u8];
    slot.extend_from_slice(&((descriptor.len() + name.len()) as u32).to_be_bytes());
    slot.extend_from_slice(descriptor);
    slot.extend_from_slice(name);
    slot
}

/// The same slot as the superclass has it.
fn slot_below(slot: &[u8]) -> Vec<u8> {
    let mut below = slot.to_vec();
    if let Some(level) = below.first_mut() {
        *level = level.saturating_sub(1);
    }
    below
}

/// The slots of a class of the JDK when it is a superclass.
fn jdk_slots(class: ClassId) -> Vec<u8> {
    let mut chain = vec![class];
    let mut next = class;
    while let Some(above) = classes::superclass(next) {
        chain.push(above);
        next = above;
    }
    let mut slots = Vec::new();
    for (level, class) in chain.iter().enumerate().rev() {
        let Some(row) = classes::class(*class) else { continue };
        for text in row.fields() {
            slots.extend_from_slice(&slot(level as u32, text.as_bytes(), b""));
        }
        if row.flags & sc::WRITE_METHOD != 0 {
            slots.extend_from_slice(&slot(level as u32, b"*", b""));
        }
    }
    slots
}
