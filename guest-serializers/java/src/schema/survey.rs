//! Where everything stands in the attributes of a document.

use std::collections::{HashMap, HashSet};

use holdfast_document::{Error, Event, Extras, Head, Kind, Reader};

/// An object whose parts may have to stand in another order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    /// Where the places of its parts begin among all, and how many there are.
    pub(super) first: usize,
    pub(super) parts: usize,
    /// Where it ends.
    pub(super) end: u32,
}

/// An attribute.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// Where its value begins in the document.
    pub(super) base: usize,
    /// It knows all definitions.
    pub(super) reader: Reader<'a>,
    /// By the place at which they begin.
    pub(super) objects: HashMap<u32, Object>,
    pub(super) places: Vec<u32>,
}

/// All attributes.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) extras: Extras<'a>,
    /// What references lead to: the number of an attribute, and a place in it.
    pub(super) targets: HashSet<(usize, u32)>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(document: &'a [u8]) -> Result<Self, Error> {
        let (mut reader, count) = Reader::document(document)?;
        let mut survey = Self { extras: Extras::of(document)?, ..Self::default() };
        let mut elsewhere = Vec::new();
        for number in 0..count as usize {
            let name = reader.attribute()?;
            let base = reader.at();
            let (mut objects, mut places) = (HashMap::new(), Vec::new());
            let mut stack = vec![Frame { left: 1, object: None }];
            while let Some(frame) = stack.last_mut() {
                let at = reader.place();
                let Some(left) = frame.left.checked_sub(1) else {
                    if let Some((place, _)) = frame.object
                        && let Some(object) = objects.get_mut(&place)
                    {
                        let object: &mut Object = object;
                        object.end = at;
                    }
                    stack.pop();
                    continue;
                };
                frame.left = left;
                if let Some((_, next)) = &mut frame.object {
                    if let Some(place) = places.get_mut(*next) {
                        *place = at;
                    }
                    *next += 1;
                }
                let event = reader.next()?;
                let mut object = None;
                match event {
                    Event::Ref(place) => {
                        survey.targets.insert((number, place));
                    }
                    Event::Xref(name, place) => elsewhere.push((name, place)),
                    Event::Typed(Head::Known(class), parts)
                        if reader.definition(class).is_some_and(|class| class.kind == Kind::Bean) =>
                    {
                        object = Some(parts);
                    }
                    Event::Typed(Head::Defined(class), parts) if class.kind == Kind::Bean => {
                        object = Some(parts);
                    }
                    _ => {}
                }
                let object = object.map(|parts| {
                    let (first, parts) = (places.len(), parts as usize);
                    places.resize(first + parts, 0);
                    objects.insert(at, Object { first, parts, end: reader.place() });
                    (at, first)
                });
                stack.push(Frame { left: event.inside(), object });
            }
            survey.attributes.push(Attribute { name, base, reader: reader.clone(), objects, places });
        }
        for (name, place) in elsewhere {
            if let Some(number) = survey.number_of(name) {
                survey.targets.insert((number, place));
            }
        }
        Ok(survey)
    }

    /// The attribute that the extras have under this number.
    pub(super) fn number_of(&self, name: u32) -> Option<usize> {
        let name = self.extras.name(name)?;
        self.attributes.iter().position(|attribute| attribute.name == name)
    }
}

struct Frame {
    left: u64,
    /// Where the object begins, and the index of its next part.
    object: Option<(u32, usize)>,
}
