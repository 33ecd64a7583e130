//! Objects whose fields another format wrote in another order than the class declares them, which is XStream's.
//!
//! Their values are looked up by place, which is known at a look where all are scalars. So that nothing is passed over
//! again and again where objects lie in each other, the first of these in an attribute makes an index of where values end.

use holdfast_document::Event;

use super::Writer;
use super::frame::{Frame, Kind};
use super::plan::{Part, Shape};
use super::refusal::Refusal;

/// Where the values of the attribute end, and the parts of the objects that are open.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// First and last place of each container, in the order of the first.
    ends: Vec<(u32, u32)>,
    indexed: bool,
    /// The containers that are open while the index is made: which, and how many values are left.
    open: Vec<(usize, u64)>,
    parts: Vec<u32>,
}

impl Places {
    pub(super) fn next_attribute(&mut self) {
        self.indexed = false;
        self.parts.clear();
    }

    /// Where a part stands of an object whose places begin at `base`.
    #[inline(always)]
    pub(super) fn place(&self, base: u32, part: u32) -> Option<u32> {
        self.parts.get(base as usize + part as usize).copied()
    }

    /// Forgets the places of an object, the last that was begun.
    #[inline(always)]
    pub(super) fn close(&mut self, base: u32) {
        self.parts.truncate(base as usize);
    }
}

impl Writer<'_, '_> {
    /// Begins to write the parts of an object in the order of its class: gives where their places are kept. Nothing, where
    /// references may lead into it: they lead back where they were, so what holds them stays in its order, which XStream
    /// reads as well.
    pub(super) fn permuted(&mut self, parts: u32) -> Result<Option<u32>, Refusal> {
        let base = self.permuted.parts.len();
        let end = base + parts as usize;
        self.permuted.parts.resize(end + 1, 0);
        if let Some((last, places)) = self.permuted.parts.get_mut(base..).and_then(<[u32]>::split_last_mut)
            && let Some(found) = self.doc.scalars(places)
        {
            *last = found;
            let dates = places.iter().filter(|place| self.doc.is_date(**place)).count();
            // One alone comes in the order of places, behind the object.
            if !self.tracking || dates <= 1 {
                return Ok(Some(base as u32));
            }
        }
        self.permuted.parts.truncate(base);
        if self.tracking {
            return Ok(None);
        }
        self.index()?;
        for _ in 0..parts {
            self.permuted.parts.push(self.doc.place());
            self.leap()?;
        }
        self.permuted.parts.push(self.doc.place());
        Ok(Some(base as u32))
    }

    /// Makes the index. The reader knows all definitions of the attribute then, and may go anywhere.
    fn index(&mut self) -> Result<(), Refusal> {
        if self.permuted.indexed {
            return Ok(());
        }
        let back = self.doc.place();
        let places = &mut *self.permuted;
        places.ends.clear();
        places.open.clear();
        self.doc.seek(0);
        loop {
            let from = self.doc.place();
            let values = match self.doc.next()? {
                Event::Array(count) | Event::Typed(_, count) => Some(u64::from(count)),
                Event::Map(count) => Some(2 * u64::from(count)),
                _ => None,
            };
            if let Some(values) = values {
                places.open.push((places.ends.len(), values));
                places.ends.push((from, from));
            }
            // The value ends here, and with it what it is the last value of.
            while let Some((container, left)) = places.open.last_mut() {
                if *left > 0 {
                    *left -= 1;
                    break;
                }
                if let Some((_, end)) = places.ends.get_mut(*container) {
                    *end = self.doc.place();
                }
                places.open.pop();
            }
            if places.open.is_empty() {
                break;
            }
        }
        places.indexed = true;
        self.doc.seek(back);
        Ok(())
    }

    /// Passes over a value.
    fn leap(&mut self) -> Result<(), Refusal> {
        let place = self.doc.place();
        match self.permuted.ends.binary_search_by_key(&place, |(from, _)| *from) {
            Ok(found) => {
                if let Some((_, end)) = self.permuted.ends.get(found) {
                    self.doc.seek(*end);
                }
            }
            Err(_) => {
                self.doc.next()?;
            }
        }
        Ok(())
    }

    /// Writes the next field of such an object.
    pub(super) fn permuted_step(&mut self) -> Result<(), Refusal> {
        let Some(Frame { kind: Kind::Permuted(plan, base), begun, parts, .. }) = self.frames.last_mut()
        else {
            return Ok(());
        };
        let (base, next, parts) = (*base, *begun as usize, *parts);
        *begun += 1;
        let Some(plan) = self.plans.get(*plan) else { return Ok(()) };
        let Shape::Bean(slots, order) = &plan.shape else { return Ok(()) };
        let Some(part) = order.get(next).copied() else {
            if let Some(end) = self.permuted.place(base, parts) {
                self.doc.seek(end);
            }
            self.permuted.close(base);
            return self.end();
        };
        if let Some(place) = self.permuted.place(base, part) {
            self.doc.seek(place);
        }
        match slots.get(part as usize) {
            Some(Part::Field(slot)) => self.slot(slot),
            _ => Ok(()),
        }
    }
}
