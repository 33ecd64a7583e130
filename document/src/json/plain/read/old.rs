//! The value that new JSON takes the place of: it knows the types that plain JSON does not say.

use std::collections::HashMap;
use std::rc::Rc;

use crate::definition::{Definition, Item, Kind};
use crate::error::Error;
use crate::event::Event;
use crate::json::plain::write::Texts;
use crate::json::slots;
use crate::reader::Reader;

/// A value of which any place can be looked at, in any order.
pub(super) struct Old<'o> {
    pub(super) value: &'o [u8],
    reader: Reader<'o>,
    texts: Texts<'o>,
    /// Where containers that are not empty begin and end, by place.
    ends: Vec<(u32, u32)>,
    slots: HashMap<u32, Rc<[Slot<'o>]>>,
}

/// A value in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'o> {
    pub(super) place: u32,
    pub(super) event: Event<'o>,
    /// Where its first element, key or part stands.
    pub(super) inside: u32,
}

/// A slot of a class.
#[derive(Debug)]
pub(super) struct Slot<'o> {
    pub(super) name: String,
    /// The type that the class declares; none for custom data.
    pub(super) descriptor: Option<&'o str>,
}

impl<'o> Old<'o> {
    pub(super) fn new(value: &'o [u8]) -> Result<Self, Error> {
        let mut reader = Reader::value(value);
        let mut ends: Vec<(u32, u32)> = Vec::new();
        let mut open: Vec<(usize, u64)> = Vec::new();
        while reader.at() < value.len() {
            let place = reader.place();
            let inside = reader.next()?.inside();
            if inside > 0 {
                open.push((ends.len(), inside));
                ends.push((place, place));
                continue;
            }
            while let Some((container, left)) = open.last_mut() {
                *left -= 1;
                if *left > 0 {
                    break;
                }
                if let Some((_, end)) = ends.get_mut(*container) {
                    *end = reader.place();
                }
                open.pop();
            }
        }
        let texts = Texts::new(reader.clone());
        Ok(Self { value, reader, texts, ends, slots: HashMap::new() })
    }

    /// The value at a place, or that a reference there leads to.
    pub(super) fn at(&mut self, place: u32) -> Result<Seen<'o>, Error> {
        self.reader.seek(place);
        let seen = |event, reader: &Reader<'_>, place| Seen { place, event, inside: reader.place() };
        match self.reader.next()? {
            Event::Ref(place) => {
                self.reader.seek(place);
                let event = self.reader.next()?;
                Ok(seen(event, &self.reader, place))
            }
            event => Ok(seen(event, &self.reader, place)),
        }
    }

    /// The value at a place itself, be it a reference.
    pub(super) fn exactly_at(&mut self, place: u32) -> Result<Seen<'o>, Error> {
        self.reader.seek(place);
        let event = self.reader.next()?;
        Ok(Seen { place, event, inside: self.reader.place() })
    }

    /// Where the value at a place ends.
    pub(super) fn end(&mut self, place: u32) -> Result<u32, Error> {
        if let Ok(known) = self.ends.binary_search_by_key(&place, |(start, _)| *start) {
            return Ok(self.ends.get(known).map_or(place, |(_, end)| *end));
        }
        self.reader.seek(place);
        self.reader.next()?;
        Ok(self.reader.place())
    }

    /// The places of what stands in a value.
    pub(super) fn children(&mut self, of: &Seen<'o>) -> Result<Vec<u32>, Error> {
        let mut at = of.inside;
        let mut places = Vec::new();
        for _ in 0..of.event.inside() {
            places.push(at);
            at = self.end(at)?;
        }
        Ok(places)
    }

    /// The place that a new sibling of these is like, if all of them are of one type.
    pub(super) fn alike(&mut self, places: impl Iterator<Item = u32>) -> Result<Option<u32>, Error> {
        let mut found: Option<Seen<'o>> = None;
        for place in places {
            let seen = self.at(place)?;
            match found {
                _ if seen.event == Event::Nil => {}
                Some(known) if !same_type(&known.event, &seen.event) => return Ok(None),
                _ => found = Some(seen),
            }
        }
        Ok(found.map(|seen| seen.place))
    }

    /// The text of a value as plain JSON has it, without quotes if it is a string.
    pub(super) fn text(&mut self, place: u32) -> Result<String, Error> {
        self.texts.of(place)
    }

    pub(super) fn definition(&self, number: u32) -> Option<Definition<'o>> {
        self.reader.definition(number).copied()
    }

    /// The first definition of a class of this name and kind.
    pub(super) fn class(&self, name: &str, kind: Kind) -> Option<Definition<'o>> {
        (0..self.reader.definitions())
            .filter_map(|number| self.definition(number))
            .find(|class| class.name == name && class.kind == kind && !class.named)
    }

    pub(super) fn slots(&mut self, class: &Definition<'o>) -> Rc<[Slot<'o>]> {
        if let Some(known) = self.slots.get(&class.number) {
            return Rc::clone(known);
        }
        let names = slots::names(&self.reader, class);
        let descriptors = class.items().map(|item| match item {
            Ok(Item::Field { descriptor, .. }) => Some(descriptor),
            _ => None,
        });
        let slots: Rc<[Slot<'o>]> =
            names.into_iter().zip(descriptors).map(|(name, descriptor)| Slot { name, descriptor }).collect();
        self.slots.insert(class.number, Rc::clone(&slots));
        slots
    }
}

/// Whether two values are of the same type as far as a third one may be taken for it.
fn same_type(one: &Event<'_>, other: &Event<'_>) -> bool {
    use crate::definition::Head;
    let number = |head: &Head<'_>| match head {
        Head::Builtin(number) => (0, u32::from(*number)),
        Head::Known(number) => (1, *number),
        Head::Defined(definition) => (1, definition.number),
    };
    match (one, other) {
        (Event::Typed(one, _), Event::Typed(other, _)) => number(one) == number(other),
        (Event::Int(one), Event::Int(other)) => one.width == other.width,
        (Event::Primitives(one, _), Event::Primitives(other, _)) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}
