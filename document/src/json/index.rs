//! A value of which any place can be looked at, in any order.

use crate::definition::Definition;
use crate::error::Error;
use crate::event::Event;
use crate::reader::Reader;

/// Knows where each value ends, without a walk to there.
#[derive(Debug)]
pub(super) struct Index<'d> {
    pub(super) value: &'d [u8],
    reader: Reader<'d>,
    /// Where containers that are not empty begin and end, by place.
    ends: Vec<(u32, u32)>,
}

/// A value in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'d> {
    pub(super) place: u32,
    pub(super) event: Event<'d>,
    /// Where its first element, key or part stands.
    pub(super) inside: u32,
}

impl<'d> Index<'d> {
    pub(super) fn new(value: &'d [u8]) -> Result<Self, Error> {
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
        Ok(Self { value, reader, ends })
    }

    /// A reader at the beginning that knows all definitions.
    pub(super) fn reader(&self) -> Reader<'d> {
        let mut reader = self.reader.clone();
        reader.seek(0);
        reader
    }

    /// The value at a place, be it a reference.
    pub(super) fn at(&mut self, place: u32) -> Result<Seen<'d>, Error> {
        self.reader.seek(place);
        let event = self.reader.next()?;
        Ok(Seen { place, event, inside: self.reader.place() })
    }

    /// Where the value at a place ends.
    pub(super) fn end(&mut self, place: u32) -> Result<u32, Error> {
        if let Ok(known) = self.ends.binary_search_by_key(&place, |(start, _)| *start) {
            return Ok(self.ends.get(known).map_or(place, |(_, end)| *end));
        }
        Ok(self.at(place)?.inside)
    }

    /// The places of what stands in a value.
    pub(super) fn children(&mut self, of: &Seen<'_>) -> Result<Vec<u32>, Error> {
        let mut at = of.inside;
        let mut places = Vec::new();
        for _ in 0..of.event.inside() {
            places.push(at);
            at = self.end(at)?;
        }
        Ok(places)
    }

    pub(super) fn definitions(&self) -> impl Iterator<Item = &Definition<'d>> {
        (0..self.reader.definitions()).filter_map(|number| self.reader.definition(number))
    }

    pub(super) fn definition(&self, number: u32) -> Option<&Definition<'d>> {
        self.reader.definition(number)
    }
}
