//! Values that are written before their place is reached: a reference came first, or the fields of an object are
//! stored in another order than the document has them.

use holdfast_document::Reader;

use super::refs::Object;
use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::fault::{Outcome, no_document};
use crate::table::IdMap;

/// The objects that were not written in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Moved {
    by_place: IdMap,
    objects: Vec<Object>,
}

impl Moved {
    pub(super) fn clear(&mut self) {
        self.by_place.clear();
        self.objects.clear();
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    pub(super) fn insert(&mut self, attribute: u32, object: Object) {
        self.by_place.insert(key(attribute, object.place), self.objects.len() as u32);
        self.objects.push(object);
    }

    #[inline]
    pub(super) fn get(&self, attribute: u32, place: u32) -> Option<Object> {
        let index = self.by_place.get(key(attribute, place))?;
        self.objects.get(index as usize).copied()
    }
}

const fn key(attribute: u32, place: u32) -> u64 {
    (attribute as u64) << 32 | place as u64
}

/// Where the writing is, away from the straight way through the document.
#[derive(Debug, Default)]
pub(super) struct Travels<'d> {
    /// How many visits and permuted objects are open.
    open: u32,
    /// The readers of attributes that were left for another one.
    parked: Vec<Parked<'d>>,
    /// The reader of the document, while one of the attribute alone stands in for it.
    main: Option<Reader<'d>>,
    /// All attributes of the document; empty until they are asked for.
    spans: Vec<Span<'d>>,
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
struct Span<'d> {
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

    /// Whether the attribute that is read is the one whose turn it is.
    #[inline]
    pub(super) const fn is_at_home(&self) -> bool {
        self.parked.is_empty()
    }

    pub(super) const fn leave_straight_way(&mut self) {
        self.open += 1;
    }

    pub(super) const fn return_to_straight_way(&mut self) {
        self.open = self.open.saturating_sub(1);
    }
}

impl<'d> Writing<'d, '_, '_> {
    /// The index of the attribute of a name.
    pub(super) fn find_attribute(&mut self, name: &str) -> Option<u32> {
        let index = match self.attributes.iter().position(|known| *known == name) {
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
            self.travels.spans.push(Span { name, from, to: reader.at() });
        }
        Ok(())
    }

    /// Writes the value at a place that was not reached yet, in the slot of the reference at an offset that leads
    /// there.
    pub(super) fn visit(&mut self, slot: Slot, attribute: u32, place: u32, at: usize) -> Outcome<()> {
        let back = self.reader.place();
        let parked = attribute != self.attribute;
        self.push(FrameKind::Visit { back, parked }, ClassId::VOID, 0)?;
        if parked {
            let reader = self.informed(attribute)?;
            let origin = self.travels.spans.get(attribute as usize).map_or(0, |span| span.from);
            let away = Parked {
                reader: std::mem::replace(&mut self.reader, reader),
                origin: std::mem::replace(&mut self.origin, origin),
                attribute: std::mem::replace(&mut self.attribute, attribute),
            };
            self.travels.parked.push(away);
        } else {
            self.inform()?;
        }
        self.travels.leave_straight_way();
        self.reader.seek(place);
        if !self.event()?.is_shareable() {
            return Err(self.unrepresentable(at, "a reference leads to no value that may be shared"));
        }
        self.reader.seek(place);
        self.value(slot)?;
        Ok(())
    }

    pub(super) fn return_from_visit(&mut self, back: u32, parked: bool) {
        self.travels.return_to_straight_way();
        if parked && let Some(home) = self.travels.parked.pop() {
            let reader = std::mem::replace(&mut self.reader, home.reader);
            self.travels.informed.push((self.attribute, reader));
            self.origin = home.origin;
            self.attribute = home.attribute;
        }
        self.reader.seek(back);
    }

    /// A reader of an attribute that may stand anywhere, because it knows all definitions.
    fn informed(&mut self, attribute: u32) -> Outcome<Reader<'d>> {
        if let Some(known) = self.travels.informed.iter().position(|(known, _)| *known == attribute) {
            return Ok(self.travels.informed.swap_remove(known).1);
        }
        self.survey()?;
        let span = self.travels.spans.get(attribute as usize).copied();
        let (from, to) = span.map_or((0, 0), |span| (span.from, span.to));
        let mut reader = Reader::value(self.document.get(from..to).unwrap_or_default());
        self.shelf.beans.index(attribute, &mut reader)?;
        Ok(reader)
    }

    /// Makes the reader of the current attribute know all of its definitions, and where the parts of its objects
    /// stand.
    pub(super) fn inform(&mut self) -> Outcome<()> {
        if self.travels.is_at_home() && self.travels.main.is_some() {
            return Ok(());
        }
        if !self.travels.is_at_home() {
            // The readers of other attributes are informed when they are made.
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
