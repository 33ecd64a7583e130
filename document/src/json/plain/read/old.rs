//! The value that new JSON takes the place of: it knows the types that plain JSON does not say.

use std::collections::HashMap;
use std::rc::Rc;

use crate::definition::{Definition, Item, Kind};
use crate::error::Error;
use crate::event::Event;
use crate::json::index::Index;
pub(super) use crate::json::index::Seen;
use crate::json::plain::write::Texts;
use crate::json::slots;

/// The old value.
pub(super) struct Old<'o> {
    pub(super) index: Index<'o>,
    texts: Texts<'o>,
    slots: HashMap<u32, Rc<[Slot<'o>]>>,
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
        let index = Index::new(value)?;
        let texts = Texts::new(index.reader());
        Ok(Self { index, texts, slots: HashMap::new() })
    }

    /// The value at a place, or that a reference there leads to.
    pub(super) fn at(&mut self, place: u32) -> Result<Seen<'o>, Error> {
        match self.index.at(place)? {
            Seen { event: Event::Ref(place), .. } => self.index.at(place),
            seen => Ok(seen),
        }
    }

    /// The places of what stands in a value.
    pub(super) fn children(&mut self, of: &Seen<'o>) -> Result<Vec<u32>, Error> {
        self.index.children(of)
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
        self.index.definition(number).copied()
    }

    /// The first definition of a class of this name and kind.
    pub(super) fn class(&self, name: &str, kind: Kind) -> Option<Definition<'o>> {
        let mut classes = self.index.definitions();
        classes.find(|class| class.name == name && class.kind == kind && !class.named).copied()
    }

    pub(super) fn slots(&mut self, class: &Definition<'o>) -> Rc<[Slot<'o>]> {
        if let Some(known) = self.slots.get(&class.number) {
            return Rc::clone(known);
        }
        let names = slots::names(|number| self.index.definition(number).copied(), class);
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
