//! Copies what plain JSON does not speak of: keys, comparators, classes, custom data.

use std::collections::HashMap;

use super::{Fill, JsonError};
use crate::definition::{Definition, Head, Super};
use crate::event::Event;
use crate::token::array_header;

impl<'o> Fill<'o, '_, '_> {
    /// Copies the old value at a place, with the classes that it needs.
    pub(super) fn copy_old(&mut self, place: u32) -> Result<(), JsonError> {
        let Some(old) = &mut self.old else { return Ok(()) };
        let place = old.at(place)?.place;
        let end = old.index.end(place)?;
        let (mut at, mut run) = (place, place);
        let mut moved: HashMap<u32, u32> = HashMap::new();
        let mut references: Vec<(u32, u32)> = Vec::new();
        while at < end {
            let Some(old) = &mut self.old else { break };
            let value = old.index.value;
            let seen = old.index.at(at)?;
            let copied = |from: u32, to: u32| value.get(from as usize..to as usize).unwrap_or_default();
            if seen.event.is_shareable() {
                moved.insert(at, self.writer.place() + (at - run));
            }
            match seen.event {
                Event::Ref(target) => {
                    self.writer.copy(copied(run, at));
                    self.writer.reference(0);
                    references.push((self.writer.place() - 4, target));
                    run = seen.inside;
                }
                Event::Typed(Head::Known(class) | Head::Defined(Definition { number: class, .. }), _)
                | Event::Class(Head::Known(class) | Head::Defined(Definition { number: class, .. })) => {
                    let mark = if matches!(seen.event, Event::Class(_)) { 3 } else { 0 };
                    let header = value.get(at as usize).map_or(1, |marker| array_header(*marker));
                    self.writer.copy(copied(run, at + header + mark));
                    self.class(class)?;
                    run = seen.inside;
                }
                _ => {}
            }
            at = seen.inside;
        }
        let value = self.old.as_ref().map(|old| old.index.value).unwrap_or_default();
        self.writer.copy(value.get(run as usize..end as usize).unwrap_or_default());
        for (field, target) in references {
            let Some(place) = moved.get(&target) else {
                return Err(
                    self.bad("this holds an object that stands elsewhere too, which plain JSON cannot say")
                );
            };
            self.writer.fill_in(field, *place);
        }
        Ok(())
    }

    /// Begins a value of a class of the old value.
    pub(super) fn head(&mut self, class: &Definition<'o>, parts: u32) -> Result<(), JsonError> {
        // A definition is an array element like the number that stands for it.
        self.writer.defined(parts);
        self.class(class.number)
    }

    /// Writes the HEAD of a class of the old value: its number, if it stands here already.
    fn class(&mut self, number: u32) -> Result<(), JsonError> {
        let mut open = Vec::new();
        let mut next = number;
        loop {
            if let Some(known) = self.classes.get(&next) {
                self.writer.head_known(*known);
                break;
            }
            let Some(class) = self.old.as_ref().and_then(|old| old.definition(next)) else {
                return Err(self.bad("a class is not defined"));
            };
            let number =
                self.writer.begin_definition(class.kind, class.named, class.java, class.name, class.len());
            self.classes.insert(next, number);
            open.push(class);
            match class.superclass {
                None => self.writer.nil(),
                Some(Super::Builtin(number)) => self.writer.head_builtin(number),
                Some(Super::Known(number)) => {
                    next = number;
                    continue;
                }
            }
            break;
        }
        for class in open.iter().rev() {
            self.writer.copy(class.raw_items());
        }
        Ok(())
    }
}
