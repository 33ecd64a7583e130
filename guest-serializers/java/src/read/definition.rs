//! Class definitions of the document: what a stream says of a class, once an attribute.

use std::borrow::Cow;

use holdfast_document::Kind;

use super::class::Described;
use super::{Reading, Step, limit};
use crate::classes;
use crate::stream::{MAX_SUPERCLASSES, sc};

/// A HEAD has two bytes for the number of a definition.
const MAX_DEFINITIONS: u32 = 0x1_0000;

impl Reading<'_> {
    /// Writes the HEAD of a class that is named only: in a class literal or as a superclass.
    pub(super) fn named_head(&mut self, class: u32) -> Step<()> {
        match self.built_in(class) {
            Some(number) => {
                self.writer.head_builtin(number);
                Ok(())
            }
            None => self.defined_head(class),
        }
    }

    /// Begins a value of a class that the attribute defines; so many parts must follow.
    #[inline]
    pub(super) fn begin_defined(&mut self, class: u32, parts: u32) -> Step<()> {
        match self.kept.classes.get(class as usize) {
            Some(found) if found.defined_in == self.attribute + 1 => {
                self.writer.known(found.definition, parts);
                Ok(())
            }
            _ => {
                self.writer.defined(parts);
                self.defined_head(class)
            }
        }
    }

    /// The number of a class of the JDK that has one.
    fn built_in(&self, class: u32) -> Option<u16> {
        self.known_class(class).and_then(classes::class).map(|row| row.number).filter(|number| *number > 0)
    }

    /// Writes the HEAD of a class: its definition, or that it is known.
    fn defined_head(&mut self, class: u32) -> Step<()> {
        if self.writer.definitions() < MAX_DEFINITIONS - MAX_SUPERCLASSES as u32
            && self.definition_again(class)
        {
            return self.definition_fits();
        }
        let from = self.writer.len();
        let mut whole = true;
        let mut open = std::mem::take(&mut self.kept.open);
        open.clear();
        let mut next = Some(class);
        while let Some(class) = next {
            // Only superclasses are named: the class itself is not what the built-in number stands for.
            if !open.is_empty()
                && let Some(number) = self.built_in(class)
            {
                self.writer.head_builtin(number);
                break;
            }
            let Some(found) = self.kept.classes.get(class as usize).copied() else { break };
            if found.defined_in == self.attribute + 1 {
                self.writer.head_known(found.definition);
                whole = false;
                break;
            }
            self.begin_definition(class, &found)?;
            open.push(class);
            next = if is_plain(&found) { self.superclass_of(&found) } else { None };
            if next.is_none() {
                self.writer.nil();
            }
        }
        for class in open.iter().rev() {
            self.items(*class)?;
        }
        if whole && self.again.is_new() {
            self.keep_definition(class, from, open.len() as u32);
        }
        self.kept.open = open;
        self.definition_fits()
    }

    fn definition_fits(&self) -> Step<()> {
        if self.writer.len() > self.room {
            return Err(limit(super::finish::TOO_LARGE));
        }
        Ok(())
    }

    /// The superclass as a document tells it: that of an enum is understood.
    fn superclass_of(&self, class: &Described) -> Option<u32> {
        let superclass = class.superclass?;
        let is_enum = self.known_class(superclass) == Some(const { classes::id("java.lang.Enum") });
        if is_enum && class.flags & sc::ENUM != 0 { None } else { Some(superclass) }
    }

    fn begin_definition(&mut self, class: u32, found: &Described) -> Step<()> {
        let name = if found.proxy {
            Cow::Borrowed("java.lang.reflect.Proxy")
        } else {
            self.text(found.name, found.at)?
        };
        let told = Some((found.flags | self.fieldless_flag(found), found.suid));
        let (kind, java) = if found.proxy {
            (Kind::Proxy, None)
        } else if name.starts_with('[') {
            (Kind::Array, told)
        } else if found.flags & sc::ENUM != 0 {
            // Flags and serialVersionUID of an enum are always the same.
            (Kind::Enum, told.filter(|told| *told != (sc::ENUM | sc::SERIALIZABLE, 0)))
        } else {
            (Kind::Bean, told)
        };
        if self.writer.definitions() >= MAX_DEFINITIONS {
            return Err(limit(format!("an attribute with more than {MAX_DEFINITIONS} classes")));
        }
        let items = self.item_count(class, found);
        let definition = self.writer.begin_definition(kind, false, java, &name, items);
        if let Some(found) = self.kept.classes.get_mut(class as usize) {
            found.defined_in = self.attribute + 1;
            found.definition = definition;
        }
        Ok(())
    }

    fn fieldless_flag(&self, class: &Described) -> u8 {
        if self.again.is_fieldless(class.at) { sc::FIELDLESS } else { 0 }
    }

    fn item_count(&self, class: u32, found: &Described) -> u32 {
        if found.proxy {
            return found.fields;
        }
        if found.flags & sc::EXTERNALIZABLE != 0 {
            return 1;
        }
        let at = |class: u32| self.kept.classes.get(class as usize);
        let levels = std::iter::successors(at(class), |level| level.superclass.and_then(at));
        levels.map(|level| level.fields + u32::from(level.flags & sc::WRITE_METHOD)).sum()
    }

    /// The slots of a class, in the order in which a stream has their values: from the topmost class down.
    fn items(&mut self, class: u32) -> Step<()> {
        let Some(found) = self.kept.classes.get(class as usize).copied() else { return Ok(()) };
        if found.proxy {
            for place in 0..found.fields as usize {
                let Some(interface) = self.fields(&found).get(place).copied() else { continue };
                let name = self.text(interface.name, interface.name.at)?;
                self.writer.str(&name);
            }
            return Ok(());
        }
        if found.flags & sc::EXTERNALIZABLE != 0 {
            self.writer.item_custom(0);
            return Ok(());
        }
        let chain = self.chain(class);
        for (distance, class) in chain.iter().enumerate().rev() {
            let distance = distance as u32;
            self.list_fields(*class);
            let Some(level) = self.kept.classes.get(*class as usize).copied() else { continue };
            for place in 0..level.fields as usize {
                let Some(field) = self.fields(&level).get(place).copied() else { continue };
                let name = self.text(field.name, field.name.at)?;
                let descriptor = self.text(field.descriptor, field.descriptor.at)?;
                self.writer.item(distance, &descriptor, &name);
            }
            if level.flags & sc::WRITE_METHOD != 0 {
                self.writer.item_custom(distance);
            }
        }
        self.kept.chain = chain;
        Ok(())
    }
}

const fn is_plain(class: &Described) -> bool {
    !class.proxy
}
