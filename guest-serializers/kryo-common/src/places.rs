//! Ways through a document that are not straight: to the value that a reference leads to, and to the parts of an object
//! that a format wants in another order.

use holdfast_document::{Event, Head, Reader, put_item};

use crate::fault::{Outcome, no_document};
use crate::table::IdMap;

/// Where the parts of objects stand, for the attributes that were asked for.
#[derive(Debug, Default)]
pub struct Parts {
    /// Of each attribute that was indexed: where its objects are among `objects`.
    attributes: Vec<(u32, usize, usize)>,
    /// The place of an object, and where the places of its parts begin.
    objects: Vec<(u32, u32)>,
    /// The places of the parts of each object, and where it ends.
    places: Vec<u32>,
}

impl Parts {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.attributes.clear();
        self.objects.clear();
        self.places.clear();
    }

    /// Walks over an attribute and takes note of where the parts of objects stand. The reader knows all definitions
    /// then.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn index(&mut self, attribute: u32, reader: &mut Reader<'_>) -> Outcome<()> {
        let known = self.attributes.iter().any(|(known, ..)| *known == attribute);
        let from = self.objects.len();
        // How many values are to come in each open container; and of an object, where the next place goes.
        let mut open: Vec<(u64, Option<usize>)> = Vec::new();
        let mut left = 1u64;
        let mut next: Option<usize> = None;
        loop {
            while left == 0 {
                if let Some(end) = next.and_then(|next| self.places.get_mut(next)) {
                    *end = reader.place();
                }
                match open.pop() {
                    Some(outer) => (left, next) = outer,
                    None => {
                        if !known {
                            self.attributes.push((attribute, from, self.objects.len()));
                        }
                        return Ok(());
                    }
                }
            }
            left -= 1;
            let place = reader.place();
            if let Some(at) = next {
                if let Some(part) = self.places.get_mut(at) {
                    *part = place;
                }
                next = Some(at + 1);
            }
            let event = reader.next().map_err(no_document)?;
            let inside = event.inside();
            let is_object = matches!(event, Event::Typed(head, _) if !matches!(head, Head::Builtin(_)));
            if inside == 0 && !is_object {
                continue;
            }
            open.push((left, next));
            left = inside;
            next = None;
            if is_object && !known {
                let base = self.places.len();
                self.objects.push((place, base as u32));
                self.places.resize(base + inside as usize + 1, 0);
                next = Some(base);
            }
        }
    }

    /// The places of an object's parts, and its end.
    #[must_use]
    pub fn of(&self, attribute: u32, place: u32, count: u32) -> Option<&[u32]> {
        let (_, from, to) = self.attributes.iter().find(|(known, ..)| *known == attribute)?;
        let objects = self.objects.get(*from..*to)?;
        let found = objects.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        let base = objects.get(found)?.1 as usize;
        self.places.get(base..=base + count as usize)
    }
}

/// Where a writer is in a document: mostly on the straight way through it, at times away.
#[derive(Debug)]
pub struct Way<'d> {
    document: &'d [u8],
    /// The reader of the place.
    pub reader: Reader<'d>,
    /// Where the reader's first byte stands in the document.
    origin: usize,
    /// The attribute that is being read, by its index.
    attribute: u32,
    /// How many visits and permuted objects are open.
    open: u32,
    /// The readers of attributes that were left for another one.
    parked: Vec<Parked<'d>>,
    /// The reader of the document, while one of the attribute alone stands in for it.
    main: Option<Reader<'d>>,
    /// The attributes so far, or all of them where one was asked for that comes later.
    attributes: Vec<Attribute<'d>>,
    /// Whether they are all.
    surveyed: bool,
    /// Readers that know all definitions of their attribute.
    informed: Vec<(u32, Reader<'d>)>,
}

#[derive(Debug)]
struct Parked<'d> {
    reader: Reader<'d>,
    origin: usize,
    attribute: u32,
}

#[derive(Debug, Clone, Copy)]
struct Attribute<'d> {
    name: &'d str,
    /// Where its value begins in the document.
    from: usize,
}

/// The way back from a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Back {
    place: u32,
    parked: bool,
}

impl<'d> Way<'d> {
    /// At the first attribute of a document, with the number of its attributes.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn new(document: &'d [u8]) -> Result<(Self, u32), holdfast_document::Error> {
        let (reader, count) = Reader::document(document)?;
        let way = Self {
            document,
            reader,
            origin: 0,
            attribute: 0,
            open: 0,
            parked: Vec::new(),
            main: None,
            attributes: Vec::new(),
            surveyed: false,
            informed: Vec::new(),
        };
        Ok((way, count))
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &'d [u8] {
        self.document
    }

    /// Where the reader stands in the document.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> usize {
        self.origin + self.reader.at()
    }

    /// The index of the attribute that is read.
    #[inline]
    #[must_use]
    pub const fn attribute(&self) -> u32 {
        self.attribute
    }

    /// Whether objects are met in the order of their places.
    #[inline]
    #[must_use]
    pub const fn is_straight(&self) -> bool {
        self.open == 0
    }

    /// Whether the attribute that is read is the one whose turn it is.
    #[inline]
    #[must_use]
    pub const fn is_at_home(&self) -> bool {
        self.parked.is_empty()
    }

    /// Says that objects are met out of order from here on.
    pub const fn leave_straight_way(&mut self) {
        self.open += 1;
    }

    /// Takes back one call of [`Way::leave_straight_way`].
    pub const fn return_to_straight_way(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// Begins an attribute: its name.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn begin_attribute(&mut self, index: u32) -> Outcome<&'d str> {
        self.attribute = index;
        let name = self.reader.attribute().map_err(no_document)?;
        if !self.surveyed {
            self.attributes.push(Attribute { name, from: self.reader.at() });
        }
        Ok(name)
    }

    /// Goes back to the reader of the document.
    pub fn end_attribute(&mut self) {
        if let Some(main) = self.main.take() {
            let place = self.reader.place();
            self.reader = main;
            self.reader.seek(place);
            self.origin = 0;
        }
    }

    /// The index of the attribute of a name.
    pub fn find_attribute(&mut self, name: &str) -> Option<u32> {
        let find = |way: &Self| way.attributes.iter().position(|known| known.name == name);
        let mut found = find(self);
        if found.is_none() {
            self.survey().ok()?;
            found = find(self);
        }
        found.map(|index| index as u32)
    }

    /// Finds where all attributes stand.
    fn survey(&mut self) -> Outcome<()> {
        if self.surveyed {
            return Ok(());
        }
        let (mut reader, count) = Reader::document(self.document).map_err(no_document)?;
        self.attributes.clear();
        for _ in 0..count {
            let name = reader.attribute().map_err(no_document)?;
            self.attributes.push(Attribute { name, from: reader.at() });
            reader.skip().map_err(no_document)?;
        }
        self.surveyed = true;
        Ok(())
    }

    /// Goes to a place.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn visit(&mut self, attribute: u32, place: u32, parts: &mut Parts) -> Outcome<Back> {
        let back = Back { place: self.reader.place(), parked: attribute != self.attribute };
        if back.parked {
            let reader = self.informed(attribute, parts)?;
            let origin = self.origin_of(attribute);
            let away = Parked {
                reader: std::mem::replace(&mut self.reader, reader),
                origin: std::mem::replace(&mut self.origin, origin),
                attribute: std::mem::replace(&mut self.attribute, attribute),
            };
            self.parked.push(away);
        } else {
            self.inform(parts)?;
        }
        self.leave_straight_way();
        self.reader.seek(place);
        Ok(back)
    }

    /// Goes back from a visit.
    pub fn return_from_visit(&mut self, back: Back) {
        self.return_to_straight_way();
        if back.parked
            && let Some(home) = self.parked.pop()
        {
            let reader = std::mem::replace(&mut self.reader, home.reader);
            self.informed.push((self.attribute, reader));
            self.origin = home.origin;
            self.attribute = home.attribute;
        }
        self.reader.seek(back.place);
    }

    fn origin_of(&self, attribute: u32) -> usize {
        self.attributes.get(attribute as usize).map_or(0, |attribute| attribute.from)
    }

    /// A reader of an attribute that may stand anywhere, because it knows all definitions.
    fn informed(&mut self, attribute: u32, parts: &mut Parts) -> Outcome<Reader<'d>> {
        if let Some(known) = self.informed.iter().position(|(known, _)| *known == attribute) {
            return Ok(self.informed.swap_remove(known).1);
        }
        let from = self.origin_of(attribute);
        let mut reader = Reader::value(self.document.get(from..).unwrap_or_default());
        parts.index(attribute, &mut reader)?;
        Ok(reader)
    }

    /// Makes the reader of the current attribute know all of its definitions, and the index where the parts of its
    /// objects stand.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn inform(&mut self, parts: &mut Parts) -> Outcome<()> {
        // The readers of other attributes are informed when they are made.
        if !self.is_at_home() || self.main.is_some() {
            return Ok(());
        }
        let place = self.reader.place();
        let reader = self.informed(self.attribute, parts)?;
        self.main = Some(std::mem::replace(&mut self.reader, reader));
        self.origin = self.origin_of(self.attribute);
        self.reader.seek(place);
        Ok(())
    }
}

/// What was written of objects that did not come in the order of their places.
#[derive(Debug)]
pub struct Moved<O> {
    by_place: IdMap,
    objects: Vec<O>,
}

impl<O> Default for Moved<O> {
    fn default() -> Self {
        Self { by_place: IdMap::default(), objects: Vec::new() }
    }
}

impl<O: Copy> Moved<O> {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.by_place.clear();
        self.objects.clear();
    }

    /// Whether there are none.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    /// Remembers an object of a place.
    pub fn insert(&mut self, attribute: u32, place: u32, object: O) {
        self.by_place.insert(key(attribute, place), self.objects.len() as u32);
        self.objects.push(object);
    }

    /// As [`Moved::insert`], where there is room, without a call. Says whether there was.
    #[inline(always)]
    pub fn put(&mut self, attribute: u32, place: u32, object: O) -> bool {
        let number = self.objects.len() as u32;
        let is_kept = self.by_place.has_room() && put_item(&mut self.objects, object);
        if is_kept {
            self.by_place.put(key(attribute, place), number);
        }
        is_kept
    }

    /// The object of a place.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, attribute: u32, place: u32) -> Option<O> {
        if self.is_empty() {
            return None;
        }
        let index = self.by_place.get(key(attribute, place))?;
        self.objects.get(index as usize).copied()
    }
}

const fn key(attribute: u32, place: u32) -> u64 {
    (attribute as u64) << 32 | place as u64
}
