//! Where everything stands in the attributes of a document.

use holdfast_document::{Error, Event, Extras, Head, Kind, Reader};

/// An object whose parts may have to stand in another order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    /// Where the places of its parts begin among all.
    first: usize,
    /// How many there are.
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
    /// With the places at which they begin, in the order of these.
    objects: Vec<(u32, Object)>,
    /// The places of the parts of all objects.
    places: Vec<u32>,
}

impl Attribute<'_> {
    /// The object that begins at a place.
    pub(super) fn object(&self, place: u32) -> Option<Object> {
        let found = self.objects.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        self.objects.get(found).map(|(_, object)| *object)
    }

    /// The place of a part of an object.
    pub(super) fn part(&self, object: Object, part: usize) -> Option<u32> {
        self.places.get(object.first + part).copied()
    }
}

/// All attributes.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) extras: Extras<'a>,
    /// What references lead to: the number of an attribute, and a place in it, in the order of both.
    targets: Vec<(usize, u32)>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(document: &'a [u8]) -> Result<Self, Error> {
        let (mut reader, count) = Reader::document(document)?;
        let mut survey = Self { extras: Extras::of(document)?, ..Self::default() };
        let mut elsewhere = Vec::new();
        for number in 0..count as usize {
            let name = reader.attribute()?;
            let base = reader.at();
            let mut objects: Vec<(u32, Object)> = Vec::new();
            let mut places = Vec::new();
            let mut stack = vec![Frame { left: 1, object: None }];
            while let Some(frame) = stack.last_mut() {
                let at = reader.place();
                let Some(left) = frame.left.checked_sub(1) else {
                    if let Some((number, _)) = frame.object
                        && let Some((_, object)) = objects.get_mut(number)
                    {
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
                    Event::Ref(place) => survey.targets.push((number, place)),
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
                let object = match object {
                    None => None,
                    Some(parts) => {
                        let (first, parts) = (places.len(), parts as usize);
                        places.resize(first + parts, 0);
                        let scalars = places.get_mut(first..).and_then(|places| reader.scalars(places));
                        objects.push((at, Object { first, parts, end: scalars.unwrap_or(reader.place()) }));
                        if let Some(end) = scalars {
                            reader.seek(end);
                            continue;
                        }
                        Some((objects.len() - 1, first))
                    }
                };
                if event.inside() > 0 {
                    stack.push(Frame { left: event.inside(), object });
                }
            }
            survey.attributes.push(Attribute { name, base, reader: reader.clone(), objects, places });
        }
        for (name, place) in elsewhere {
            if let Some(number) = survey.number_of(name) {
                survey.targets.push((number, place));
            }
        }
        survey.targets.sort_unstable();
        Ok(survey)
    }

    /// Whether a reference leads to a place of an attribute.
    pub(super) fn is_target(&self, attribute: usize, place: u32) -> bool {
        !self.targets.is_empty() && self.targets.binary_search(&(attribute, place)).is_ok()
    }

    /// The attribute that the extras have under this number.
    pub(super) fn number_of(&self, name: u32) -> Option<usize> {
        let name = self.extras.name(name)?;
        self.attributes.iter().position(|attribute| attribute.name == name)
    }
}

struct Frame {
    left: u64,
    /// The number of the object, and the index of its next part.
    object: Option<(usize, usize)>,
}
