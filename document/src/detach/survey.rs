//! What there is to know of attributes before any of them is rewritten.

use super::broken;
use crate::definition::{Definition, Item};
use crate::error::Error;
use crate::event::Event;
use crate::reader::Reader;

/// A place that a reference leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) place: u32,
    /// Where the value there ends.
    pub(super) end: u32,
    /// The attribute that holds the value in the end. Of one that goes it is not known before the first
    /// reference asks for it.
    pub(super) home: Option<u32>,
    /// The place there, once the value is written.
    pub(super) written: Option<u32>,
}

/// An attribute that is copied, or copied from.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) value: &'a [u8],
    pub(super) stays: bool,
    /// Knows all definitions, so that it may stand anywhere.
    pub(super) reader: Reader<'a>,
    /// By place.
    pub(super) targets: Vec<Target>,
    /// The slots of custom data of each definition.
    custom: Vec<Vec<u32>>,
}

impl<'a> Source<'a> {
    pub(super) const fn new(value: &'a [u8], stays: bool) -> Self {
        let reader = Reader::value(value);
        Self { value, stays, reader, targets: Vec::new(), custom: Vec::new() }
    }

    /// Which target stands at a place.
    #[inline]
    pub(super) fn target_at(&self, place: u32) -> Option<usize> {
        self.targets.binary_search_by_key(&place, |target| target.place).ok()
    }

    /// Whether a slot of a class holds custom data.
    pub(super) fn is_custom(&self, definition: u32, slot: u32) -> bool {
        self.custom.get(definition as usize).is_some_and(|slots| slots.binary_search(&slot).is_ok())
    }

    /// Walks over all of it for the definitions, and for the references that stand in it.
    fn read(&mut self, mut leads_to: impl FnMut(Option<u32>, u32)) -> Result<(), Error> {
        while self.reader.at() < self.value.len() {
            match self.reader.next()? {
                Event::Ref(place) => leads_to(None, place),
                Event::Xref(number, place) => leads_to(Some(number), place),
                _ => {}
            }
        }
        for number in 0..self.reader.definitions() {
            self.custom.push(self.reader.definition(number).map(custom_slots).unwrap_or_default());
        }
        Ok(())
    }

    /// Finds where the values end that references lead to. Those of an attribute that stays need it not: nobody
    /// takes a value out of it.
    fn find_ends(&mut self) -> Result<(), Error> {
        let mut targets = self.targets.iter_mut().peekable();
        // Targets that are still open, and how many values are to come in each container.
        let mut waiting: Vec<(&mut Target, usize)> = Vec::new();
        let mut open: Vec<u64> = Vec::new();
        self.reader.seek(0);
        while self.reader.at() < self.value.len() {
            let at = self.reader.place();
            let inside = self.reader.next()?.inside();
            if let Some(target) = targets.next_if(|target| target.place == at) {
                waiting.push((target, open.len()));
            }
            if inside > 0 {
                open.push(inside);
                continue;
            }
            // A value has ended, and with it perhaps some that it is the last of.
            loop {
                while let Some((target, _)) = waiting.pop_if(|(_, depth)| *depth == open.len()) {
                    target.end = self.reader.place();
                }
                match open.last_mut() {
                    Some(left) if *left > 1 => {
                        *left -= 1;
                        break;
                    }
                    Some(_) => open.pop(),
                    None => break,
                };
            }
        }
        match targets.next() {
            Some(target) => Err(broken(target.place as usize)),
            None => Ok(()),
        }
    }
}

fn custom_slots(definition: &Definition<'_>) -> Vec<u32> {
    (0u32..)
        .zip(definition.items())
        .filter(|(_, item)| matches!(item, Ok(Item::Custom { .. })))
        .map(|(slot, _)| slot)
        .collect()
}

/// Surveys the attributes; they stand by their number in the extras.
pub(super) fn survey(sources: &mut [Option<Source<'_>>]) -> Result<(), Error> {
    let mut places: Vec<(u32, u32)> = Vec::new();
    for (number, source) in (0u32..).zip(sources.iter_mut()) {
        if let Some(source) = source {
            source.read(|other, place| places.push((other.unwrap_or(number), place)))?;
        }
    }
    places.sort_unstable();
    places.dedup();
    for (number, place) in places {
        // One that nobody rewrites and that does not go keeps its places.
        if let Some(source) = sources.get_mut(number as usize).and_then(Option::as_mut) {
            let home = source.stays.then_some(number);
            source.targets.push(Target { place, end: place, home, written: None });
        }
    }
    sources.iter_mut().flatten().filter(|source| !source.stays).try_for_each(Source::find_ends)
}
