//! Values that are written before their place is reached, because a reference came first.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use holdfast_document::{Event, Head, Reader};

use super::refs::{Mix, Object, key};
use super::tag::Span;
use super::{Kind, Slot, Writing};
use crate::fault::{Outcome, no_document};
use crate::text::escape;

/// The objects that were not written in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Moved(HashMap<u64, Object, BuildHasherDefault<Mix>>);

impl Moved {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn insert(&mut self, attribute: u32, object: Object) {
        self.0.insert(key(attribute, object.place), object);
    }

    #[inline]
    pub(super) fn get(&self, attribute: u32, place: u32) -> Option<Object> {
        if self.is_empty() { None } else { self.0.get(&key(attribute, place)).copied() }
    }
}

/// Where the writing is, away from the straight way through the document.
#[derive(Debug, Default)]
pub(super) struct Travels<'d> {
    /// How many visits are open.
    open: u32,
    /// The readers of attributes that were left for another one.
    parked: Vec<Parked<'d>>,
    /// The reader of the document, while one of the attribute alone stands in for it.
    main: Option<Reader<'d>>,
    /// All attributes of the document; empty until they are asked for.
    spans: Vec<Attribute<'d>>,
    /// Readers that know all definitions of their attribute.
    informed: Vec<(u32, Reader<'d>)>,
}

#[derive(Debug)]
struct Parked<'d> {
    reader: Reader<'d>,
    origin: usize,
    attribute: u32,
    scripts: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Attribute<'d> {
    name: &'d str,
    from: usize,
    to: usize,
}

impl Travels<'_> {
    /// Whether objects are written in the order of their places.
    #[inline]
    pub(super) const fn is_straight(&self) -> bool {
        self.open == 0
    }
}

impl<'d> Writing<'d, '_, '_> {
    /// The index of the attribute of a name.
    pub(super) fn find_attribute(&mut self, name: &str) -> Option<u32> {
        let index = match self.names.iter().position(|known| *known == name) {
            Some(index) => index,
            None => {
                self.survey().ok()?;
                self.travels.spans.iter().position(|span| span.name == name)?
            }
        };
        Some(index as u32)
    }

    /// Finds where all attributes stand.
    fn survey(&mut self) -> Outcome<()> {
        if !self.travels.spans.is_empty() {
            return Ok(());
        }
        let (mut reader, count) = Reader::document(self.document).map_err(no_document)?;
        for _ in 0..count {
            let name = reader.attribute().map_err(no_document)?;
            let from = reader.at();
            reader.skip().map_err(no_document)?;
            self.travels.spans.push(Attribute { name, from, to: reader.at() });
        }
        Ok(())
    }

    /// Writes the value at a place that was not reached yet, in the slot of the reference at an offset that leads there.
    pub(super) fn visit(&mut self, slot: Slot<'_>, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        let back = self.reader.place();
        let parked = attribute != self.attribute;
        self.push(Span { from: 0, len: 0 }, 0, Kind::Visit { back, parked })?;
        if parked {
            let reader = self.informed(attribute)?;
            let origin = self.travels.spans.get(attribute as usize).map_or(0, |span| span.from);
            let away = Parked {
                reader: std::mem::replace(&mut self.reader, reader),
                origin: std::mem::replace(&mut self.origin, origin),
                attribute: std::mem::replace(&mut self.attribute, attribute),
                scripts: self.shelf.scripts.leave(),
            };
            self.travels.parked.push(away);
        } else {
            self.inform()?;
        }
        self.travels.open += 1;
        self.reader.seek(place);
        if !self.event()?.is_shareable() {
            return Err(self.unrepresentable(at, "a reference leads to no value that may be shared"));
        }
        self.reader.seek(place);
        self.value(slot)
    }

    pub(super) fn return_from_visit(&mut self, back: u32, parked: bool) {
        self.travels.open = self.travels.open.saturating_sub(1);
        if parked && let Some(home) = self.travels.parked.pop() {
            let reader = std::mem::replace(&mut self.reader, home.reader);
            self.travels.informed.push((self.attribute, reader));
            self.origin = home.origin;
            self.attribute = home.attribute;
            self.shelf.scripts.come_back(home.scripts);
        }
        self.reader.seek(back);
    }

    /// A reader of an attribute that may stand anywhere, because it knows all definitions.
    fn informed(&mut self, attribute: u32) -> Outcome<Reader<'d>> {
        self.survey()?;
        if let Some(known) = self.travels.informed.iter().position(|(known, _)| *known == attribute) {
            return Ok(self.travels.informed.swap_remove(known).1);
        }
        let mut reader = Reader::value(self.span(attribute));
        reader.skip().map_err(no_document)?;
        Ok(reader)
    }

    /// The value of an attribute, of all of which it is known where they stand.
    pub(super) fn span(&self, attribute: u32) -> &'d [u8] {
        let span = self.travels.spans.get(attribute as usize);
        span.and_then(|span| self.document.get(span.from..span.to)).unwrap_or_default()
    }

    /// Writes the code of a currency that stands elsewhere: to the library it has no number.
    pub(super) fn currency_at(&mut self, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        let mut reader = self.informed(attribute)?;
        reader.seek(place);
        let code = match (reader.next().map_err(no_document)?, reader.next().map_err(no_document)?) {
            (Event::Typed(Head::Builtin(87), 1), Event::Str(code)) => Some(code),
            _ => None,
        };
        self.travels.informed.push((attribute, reader));
        match code {
            Some(code) => escape(self.out, code),
            None => return Err(self.bad_form(at)),
        }
        Ok(())
    }

    /// Makes the reader of the current attribute know all of its definitions.
    pub(super) fn inform(&mut self) -> Outcome<()> {
        // The readers of other attributes are informed when they are made.
        if self.travels.main.is_some() || !self.travels.parked.is_empty() {
            return Ok(());
        }
        let place = self.reader.place();
        let reader = self.informed(self.attribute)?;
        self.travels.main = Some(std::mem::replace(&mut self.reader, reader));
        self.origin = self.travels.spans.get(self.attribute as usize).map_or(0, |span| span.from);
        self.reader.seek(place);
        Ok(())
    }

    /// Goes back to the reader of the document.
    pub(super) fn end_attribute(&mut self) {
        if let Some(main) = self.travels.main.take() {
            let place = self.reader.place();
            self.reader = main;
            self.reader.seek(place);
            self.origin = 0;
        }
    }
}
