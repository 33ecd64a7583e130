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

/// Passes over so many values, up to one that the reader must see, because a class may be defined in it, or that is none.
/// How many bytes these were, and how many values are left.
#[inline]
fn run(bytes: &[u8], mut left: u64) -> (usize, u64) {
    let mut rest = bytes;
    while left > 0 {
        let (len, inside) = match *rest {
            [0..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff, ..] => (1, 0),
            [marker @ 0xa0..=0xbf, ..] => (1 + usize::from(marker & 0x1f), 0),
            [marker @ 0x80..=0x8f, ..] => (1, 2 * u64::from(marker & 0x0f)),
            // The array of a definition, of a class or of a value that defines its class begins so.
            [0x90..=0x9f, 0x90..=0x9f | 0xdc | 0xdd | 0xc7 | 0xd4, kind, ..]
                if kind != KNOWN && kind != BUILTIN =>
            {
                break;
            }
            [marker @ 0x90..=0x9f, ..] => (1, u64::from(marker & 0x0f)),
            [0xcc | 0xd0, ..] => (2, 0),
            [0xcd | 0xd1, ..] => (3, 0),
            [0xca | 0xce | 0xd2, ..] => (5, 0),
            [0xcb | 0xcf | 0xd3, ..] => (9, 0),
            [marker @ 0xd4..=0xd8, ..] => (2 + (1 << (marker - 0xd4)), 0),
            [0xc7, len, ..] => (3 + usize::from(len), 0),
            [0xc4 | 0xd9, len, ..] => (2 + usize::from(len), 0),
            [0xc5 | 0xda, high, low, ..] => (3 + usize::from(u16::from_be_bytes([high, low])), 0),
            _ => break,
        };
        let Some(after) = rest.get(len..) else { break };
        rest = after;
        left = left - 1 + inside;
    }
    (bytes.len() - rest.len(), left)
}

/// The extensions that name a class.
const BUILTIN: u8 = 1;
const KNOWN: u8 = 2;

impl Writing<'_, '_, '_> {
    /// Passes over so many values, and puts down where each begins.
    #[inline]
    pub(super) fn pass_parts(&mut self, count: u32) -> Outcome<()> {
        for _ in 0..count {
            let place = self.reader.place();
            self.shelf.parts.push(place);
            let rest = self.rest();
            let len = match *rest {
                [0..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff, ..] => 1,
                [marker @ 0xa0..=0xbf, ..] => 1 + usize::from(marker & 0x1f),
                [0xd7, ..] => 10,
                [0xc7, len, ..] => 3 + usize::from(len),
                _ => {
                    self.pass()?;
                    continue;
                }
            };
            if len > rest.len() {
                return Err(self.bad_form(self.at()));
            }
            self.reader.seek(place + len as u32);
        }
        Ok(())
    }

    /// Passes over a value. Values in values in values would be read as often as they are deep: so beyond a certain work,
    /// the ends of all are looked up.
    pub(super) fn pass(&mut self) -> Outcome<()> {
        if self.skips.passed < 4 * self.document.len() {
            let from = self.reader.at();
            let mut left = 1;
            loop {
                let (passed, still) = run(self.rest(), left);
                self.reader.seek(self.reader.place() + passed as u32);
                if still == 0 {
                    break;
                }
                let inside = match self.event()? {
                    Event::Array(count) | Event::Typed(_, count) => u64::from(count),
                    Event::Map(count) => 2 * u64::from(count),
                    _ => 0,
                };
                left = still - 1 + inside;
                if left == 0 {
                    break;
                }
            }
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
        self.skips.ends.clear();
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
