//! Passes over values that are written later, without a look at any of them more often than a few times.

use holdfast_document::{Event, Reader};

use super::Writing;
use crate::fault::{Outcome, no_document};

/// What was passed over, and where values end.
#[derive(Debug, Default)]
pub(super) struct Skips {
    /// How many bytes were read only to pass over them.
    passed: usize,
    /// Where the containers of an attribute begin and end, in this order; empty until it is needed.
    ends: Vec<(u32, u32)>,
    /// The attribute that `ends` is of.
    attribute: Option<u32>,
}

impl Skips {
    pub(super) fn begin_attribute(&mut self) {
        self.attribute = None;
    }
}

impl Writing<'_, '_, '_> {
    /// Passes over a value.
    #[inline]
    pub(super) fn pass(&mut self) -> Outcome<()> {
        let from = self.reader.at();
        if self.reader.take_str().is_some() {
            return Ok(());
        }
        match self.reader.slice(from, from + 1).first() {
            Some(0x00..=0x7f | 0xc0..=0xdb | 0xe0..) => self.reader.skip().map_err(no_document),
            _ => self.pass_container(),
        }
    }

    /// Values in values in values would be read as often as they are deep: so beyond a certain work, the ends of all are
    /// looked up.
    fn pass_container(&mut self) -> Outcome<()> {
        if self.skips.passed < 4 * self.document.len() {
            let from = self.reader.at();
            self.reader.skip().map_err(no_document)?;
            self.skips.passed += self.reader.at() - from;
            return Ok(());
        }
        self.inform()?;
        if self.skips.attribute != Some(self.attribute) {
            self.survey_ends()?;
        }
        let place = self.reader.place();
        let ends = &self.skips.ends;
        let found = ends.binary_search_by_key(&place, |(start, _)| *start).ok().and_then(|at| ends.get(at));
        match found {
            Some((_, end)) => self.reader.seek(*end),
            None => self.reader.skip().map_err(no_document)?,
        }
        Ok(())
    }

    fn survey_ends(&mut self) -> Outcome<()> {
        let ends = &mut self.skips.ends;
        ends.clear();
        let mut reader = Reader::value(self.span(self.attribute));
        // The open containers: which one, and how many values are still to come.
        let ends = &mut self.skips.ends;
        let mut open: Vec<(usize, u64)> = Vec::new();
        loop {
            let start = reader.place();
            let inside = match reader.next().map_err(no_document)? {
                Event::Array(count) | Event::Typed(_, count) => Some(u64::from(count)),
                Event::Map(count) => Some(2 * u64::from(count)),
                _ => None,
            };
            if let Some(count) = inside {
                open.push((ends.len(), count));
                ends.push((start, start));
            } else if let Some((_, left)) = open.last_mut() {
                *left -= 1;
            }
            while let Some((index, 0)) = open.last().copied() {
                open.pop();
                if let Some((_, end)) = ends.get_mut(index) {
                    *end = reader.place();
                }
                if let Some((_, left)) = open.last_mut() {
                    *left -= 1;
                }
            }
            if open.is_empty() {
                break;
            }
        }
        self.skips.attribute = Some(self.attribute);
        Ok(())
    }
}
