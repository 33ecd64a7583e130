//! Class definitions on their way from one attribute to another.

use std::collections::HashMap;

use super::survey::Source;
use crate::definition::{Definition, Kind, MAX_SUPERCLASSES, Super};
use crate::error::{Error, ErrorKind};
use crate::writer::Writer;

/// The definitions of the attribute that is being written.
#[derive(Debug, Default)]
pub(super) struct Classes<'a> {
    /// The number here of a definition: its attribute, its number there.
    numbers: HashMap<(u32, u32), u32>,
    /// What was defined, and by whom, so that a class that two attributes define stands here once.
    defined: HashMap<Key<'a>, (u32, u32)>,
    count: u32,
    /// Whether a definition of another attribute was written; until then the attribute's own numbers hold.
    mixed: bool,
}

/// What a definition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key<'a> {
    kind: Kind,
    named: bool,
    java: Option<(u8, i64)>,
    name: &'a str,
    superclass: Option<Super>,
    items: &'a [u8],
}

impl<'a> Key<'a> {
    const fn of(definition: &Definition<'a>, superclass: Option<Super>) -> Self {
        Self {
            kind: definition.kind,
            named: definition.named,
            java: definition.java,
            name: definition.name,
            superclass,
            items: definition.raw_items(),
        }
    }
}

impl<'a> Classes<'a> {
    /// The number here of a definition of an attribute, if it stands here already.
    pub(super) fn number(&self, source: u32, definition: u32) -> Option<u32> {
        self.numbers.get(&(source, definition)).copied()
    }

    /// Whether the attribute's own definitions still have the numbers that they had.
    pub(super) const fn is_pure(&self) -> bool {
        !self.mixed
    }

    /// Takes note of a definition that is copied as it stands, with the superclasses in it.
    pub(super) fn keep(&mut self, source: u32, known: &Source<'a>, definition: &Definition<'a>) {
        let mut next = Some(definition);
        while let Some(definition) = next {
            self.numbers.insert((source, definition.number), definition.number);
            self.defined.insert(Key::of(definition, definition.superclass), (definition.number, source));
            self.count = self.count.max(definition.number.saturating_add(1));
            next = match definition.superclass {
                Some(Super::Known(number)) if number > definition.number => known.reader.definition(number),
                _ => None,
            };
        }
    }

    /// Writes the HEAD of a class: its number if it stands here already, else its definition.
    pub(super) fn head(
        &mut self,
        out: &mut Vec<u8>,
        home: u32,
        source: u32,
        known: &Source<'a>,
        definition: u32,
    ) -> Result<(), Error> {
        let at = out.len();
        let mut writer = Writer::value(out);
        if let Some(number) = self.number(source, definition) {
            writer.head_known(number);
            return Ok(());
        }
        self.mixed |= source != home;
        let find = |number| {
            known
                .reader
                .definition(number)
                .ok_or(Error::new(at, ErrorKind::BadDefinition("the class is not defined before its use")))
        };
        self.find_equal(source, find(definition)?, known);

        let mut open = Vec::new();
        let mut next = definition;
        loop {
            if let Some(number) = self.number(source, next) {
                writer.head_known(number);
                break;
            }
            if open.len() > MAX_SUPERCLASSES {
                return Err(Error::new(at, ErrorKind::TooDeep(MAX_SUPERCLASSES)));
            }
            let definition = find(next)?;
            let number = self.count;
            if number > u32::from(u16::MAX) {
                return Err(Error::new(
                    at,
                    ErrorKind::BadDefinition("one attribute would define more than 65,536 classes"),
                ));
            }
            self.count += 1;
            self.numbers.insert((source, next), number);
            writer.begin_definition(
                definition.kind,
                definition.named,
                definition.java,
                definition.name,
                definition.len(),
            );
            open.push(definition);
            match definition.superclass {
                None => writer.nil(),
                Some(Super::Builtin(number)) => writer.head_builtin(number),
                Some(Super::Known(number)) => {
                    next = number;
                    continue;
                }
            }
            break;
        }
        while let Some(definition) = open.pop() {
            writer.copy(definition.raw_items());
            if let Some(key) = self.key(source, definition)
                && let Some(number) = self.number(source, definition.number)
            {
                self.defined.insert(key, (number, source));
            }
        }
        Ok(())
    }

    /// Gives a definition, and its superclasses, the numbers of equal ones that another attribute brought.
    fn find_equal(&mut self, source: u32, definition: &Definition<'a>, known: &Source<'a>) {
        let mut chain = Vec::new();
        let mut next = Some(definition);
        while let Some(definition) = next.filter(|class| self.number(source, class.number).is_none()) {
            chain.push(definition);
            next = match definition.superclass {
                Some(Super::Known(number)) => known.reader.definition(number),
                _ => None,
            };
        }
        // A class can only be equal to one that is here if its superclass is.
        while let Some(definition) = chain.pop() {
            let equal = self.key(source, definition).and_then(|key| self.defined.get(&key));
            match equal {
                Some((number, other)) if *other != source => {
                    self.numbers.insert((source, definition.number), *number);
                }
                _ => return,
            }
        }
    }

    /// What a definition says, the superclass being told by its number here.
    fn key(&self, source: u32, definition: &Definition<'a>) -> Option<Key<'a>> {
        let superclass = match definition.superclass {
            Some(Super::Known(number)) => Some(Super::Known(self.number(source, number)?)),
            other => other,
        };
        Some(Key::of(definition, superclass))
    }
}
