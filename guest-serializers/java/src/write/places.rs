//! References: which handle the object at a place of the document has.

use std::collections::BTreeMap;

use holdfast_document::{Reader, has_room, put_item};
use holdfast_sdk::Failure;

use super::notes::Cursor;
use super::{Context, Frame, Step, Writing};
use crate::layout::Hint;

/// Handles of objects by their places.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Place and handle, in the order of the walk, which is that of the places.
    met: Vec<(u32, u32)>,
    /// Those that a reference led to before the walk came there.
    early: BTreeMap<u32, u32>,
    /// Whether the walk is where a reference led it.
    elsewhere: bool,
}

impl Places {
    pub(super) fn clear(&mut self) {
        self.met.clear();
        self.early.clear();
        self.elsewhere = false;
    }

    #[inline]
    pub(super) fn push(&mut self, place: u32, handle: u32) {
        if self.elsewhere {
            self.early.insert(place, handle);
        } else {
            self.met.push((place, handle));
        }
    }

    /// Whether [`Places::put`] takes a place.
    #[inline(always)]
    pub(super) fn has_room(&self) -> bool {
        !self.elsewhere && has_room(&self.met, 1)
    }

    /// As [`Places::push`], where there is room.
    #[inline(always)]
    pub(super) fn put(&mut self, place: u32, handle: u32) {
        put_item(&mut self.met, (place, handle));
    }

    fn find(&self, place: u32) -> Option<u32> {
        let met = self.met.binary_search_by_key(&place, |(place, _)| *place).ok();
        met.and_then(|at| self.met.get(at)).map(|(_, handle)| *handle).or_else(|| self.early(place))
    }

    /// Whether the walk follows the order of the document, as it does where no reference leads ahead.
    #[inline]
    pub(super) fn in_order(&self) -> bool {
        self.early.is_empty() && !self.elsewhere
    }

    /// The handle of an object that a reference led to before.
    #[inline]
    pub(super) fn early(&self, place: u32) -> Option<u32> {
        if self.early.is_empty() { None } else { self.early.get(&place).copied() }
    }
}

impl Writing<'_> {
    /// The object at a place of an attribute comes again, or first of all here.
    pub(super) fn meet(&mut self, at: u32, number: Option<u32>, place: u32) -> Step<Option<Frame>> {
        let base = match number {
            None => self.context.base,
            Some(number) => self.base_of(at, number)?,
        };
        let target = base.saturating_add(place);
        match self.kept.places.find(target) {
            Some(handle) => {
                self.last = handle;
                self.reference(handle);
                Ok(None)
            }
            None => self.go(at, base, target),
        }
    }

    fn base_of(&mut self, at: u32, number: u32) -> Step<u32> {
        if self.extras.base(number).is_none() {
            self.find_all()?;
        }
        self.extras
            .base(number)
            .ok_or_else(|| self.misfit(at, "a reference into an attribute that is not there"))
    }

    /// Finds all attributes, because one that comes later is needed.
    fn find_all(&mut self) -> Step<()> {
        let (mut reader, count) = Reader::document(self.document).map_err(|error| self.broken(error))?;
        for _ in 0..count {
            let name = reader.attribute().map_err(|error| self.broken(error))?;
            self.extras.begin(name, reader.at() as u32);
            reader.skip().map_err(|error| self.broken(error))?;
        }
        Ok(())
    }

    /// Writes the object at a place that the walk did not come to, and lets the walk come back.
    pub(super) fn go(&mut self, at: u32, base: u32, target: u32) -> Step<Option<Frame>> {
        let nowhere = "a reference that leads to no value";
        let Some(bytes) = self.document.get(base as usize..) else { return Err(self.misfit(at, nowhere)) };
        // Definitions in front of the object may be those of classes in it.
        let mut reader = Reader::value(bytes);
        while (reader.at() as u32).saturating_add(base) < target {
            reader.next().map_err(|_| self.misfit(at, nowhere))?;
        }
        self.walked += reader.at();
        if self.walked > self.document.len().saturating_mul(64).saturating_add(1 << 20) {
            return Err(Box::new(Failure::Limit("too many references to values that come later".into())));
        }
        if (reader.at() as u32).saturating_add(base) != target || self.contexts.len() >= self.depth {
            return Err(self.misfit(at, nowhere));
        }
        self.context.plain = 0;
        let there = Context {
            reader,
            origin: base,
            base,
            notes: Cursor::default(),
            plain: 0,
            definitions: Vec::new(),
        };
        self.contexts.push(std::mem::replace(&mut self.context, there));
        self.kept.places.elsewhere = true;
        if !self.is_shareable() {
            return Err(self.misfit(at, nowhere));
        }
        match self.value(Hint::None)? {
            Some(frame) => Ok(Some(Frame { back: true, ..frame })),
            None => {
                self.come_back();
                Ok(None)
            }
        }
    }

    fn is_shareable(&self) -> bool {
        self.context.reader.clone().next().is_ok_and(|event| event.is_shareable())
    }

    /// The walk goes on where a reference led it away.
    pub(super) fn come_back(&mut self) {
        if let Some(context) = self.contexts.pop() {
            self.context = context;
        }
        self.kept.places.elsewhere = !self.contexts.is_empty();
    }
}
