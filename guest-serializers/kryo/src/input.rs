//! Kryo's `Input`: numbers and strings, from bytes that nobody vouches for.

use holdfast_document::is_equal;
use holdfast_kryo_common::quick::{signed, signed_int};
use holdfast_kryo_common::text::Units;

use crate::fault::{Outcome, damaged};
use crate::text::{Text, end_of_marked};

/// A position in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Input<'i> {
    bytes: &'i [u8],
    at: usize,
    /// What the first byte counts as: there may be several buffers.
    base: usize,
}

impl<'i> Input<'i> {
    pub(crate) const fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, at: 0, base: 0 }
    }

    #[inline]
    pub(crate) const fn at(&self) -> usize {
        self.base + self.at
    }

    /// Another buffer, whose first byte counts as this position.
    pub(crate) const fn with_base(bytes: &'i [u8], base: usize) -> Self {
        Self { bytes, at: 0, base }
    }

    /// The same buffer, of which no more than so many bytes from here on count.
    pub(crate) fn part(&self, len: usize) -> Self {
        Self { bytes: self.bytes.get(..self.at.saturating_add(len)).unwrap_or(self.bytes), ..*self }
    }

    /// Goes to a position where something was read before.
    pub(crate) const fn seek(&mut self, at: usize) {
        self.at = at - self.base;
    }

    /// Passes over bytes that were looked at.
    #[inline]
    pub(crate) const fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'i [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether these bytes stand here.
    #[inline]
    pub(crate) fn stands(&self, expected: &[u8]) -> bool {
        self.rest().get(..expected.len()).is_some_and(|found| is_equal(found, expected))
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Outcome<u8> {
        match self.bytes.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => Err(self.truncated()),
        }
    }

    #[cold]
    fn truncated(&self) -> Box<holdfast_sdk::Failure> {
        damaged(self.base + self.bytes.len(), "the bytes end inside a value")
    }

    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Outcome<&'i [u8]> {
        let end = self.at.saturating_add(len);
        match self.bytes.get(self.at..end) {
            Some(taken) => {
                self.at = end;
                Ok(taken)
            }
            None => Err(self.truncated()),
        }
    }

    #[inline]
    pub(crate) fn fixed<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        match self.rest().first_chunk::<N>() {
            Some(taken) => {
                self.at += N;
                Ok(*taken)
            }
            None => Err(self.truncated()),
        }
    }

    /// 1 to 5 bytes, 7 bits each, the lowest first.
    #[inline]
    pub(crate) fn varint(&mut self) -> Outcome<u32> {
        let first = self.u8()?;
        if first < 0x80 { Ok(u32::from(first)) } else { self.varint_of_more(first) }
    }

    fn varint_of_more(&mut self, first: u8) -> Outcome<u32> {
        let start = self.at() - 1;
        let mut value = u32::from(first & 0x7f);
        for shift in [7, 14, 21] {
            let byte = self.u8()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        match self.u8()? {
            byte @ 0..=0x0f => Ok(value | u32::from(byte) << 28),
            _ => Err(damaged(start, "a number of 5 bytes is over 32 bits")),
        }
    }

    /// As [`Input::varint`], the sign in the lowest bit.
    #[inline]
    pub(crate) fn zigzag(&mut self) -> Outcome<i32> {
        Ok(signed_int(self.varint()?))
    }

    /// 1 to 9 bytes, 7 bits each but for the ninth, which has 8.
    #[inline]
    pub(crate) fn varlong(&mut self) -> Outcome<u64> {
        let mut value = 0u64;
        for shift in [0, 7, 14, 21, 28, 35, 42, 49] {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Ok(value | u64::from(self.u8()?) << 56)
    }

    /// As [`Input::varlong`], the sign in the lowest bit.
    #[inline]
    pub(crate) fn zigzag_long(&mut self) -> Outcome<i64> {
        Ok(signed(self.varlong()?))
    }

    pub(crate) fn boolean(&mut self) -> Outcome<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(damaged(self.at() - 1, format!("{byte:#04x} is no boolean, 0 or 1"))),
        }
    }

    /// A byte that must lie in a range.
    pub(crate) fn small(&mut self, range: std::ops::RangeInclusive<u8>, what: &str) -> Outcome<u8> {
        let byte = self.u8()?;
        if range.contains(&byte) {
            return Ok(byte);
        }
        let (from, to) = (range.start(), range.end());
        Err(damaged(self.at() - 1, format!("a {what} of {byte}; it lies between {from} and {to}")))
    }

    /// How many things follow, each of which takes so many bytes at least: what the bytes cannot hold is not
    /// believed, and nothing is allocated for it.
    #[inline]
    pub(crate) fn count(&mut self, each: usize) -> Outcome<u32> {
        let start = self.at();
        let count = self.varint()?;
        self.check_count(start, count, each)
    }

    /// As [`Input::count`], for what is stored as its length plus one, 0 being null.
    pub(crate) fn count_plus_one(&mut self, each: usize) -> Outcome<u32> {
        let start = self.at();
        match self.varint()?.checked_sub(1) {
            Some(count) => self.check_count(start, count, each),
            None => Err(damaged(start, "a null where its class and number were given")),
        }
    }

    #[inline]
    fn check_count(&self, start: usize, count: u32, each: usize) -> Outcome<u32> {
        let left = self.bytes.len() - self.at.min(self.bytes.len());
        if (count as usize).saturating_mul(each) > left {
            return Err(damaged(start, format!("a length of {count}, and {left} bytes are left")));
        }
        Ok(count)
    }

    /// A string of the short form, as it stands there. Otherwise the position stays.
    #[inline]
    pub(crate) fn marked(&mut self) -> Option<&'i [u8]> {
        let rest = self.rest();
        let end = end_of_marked(rest)?;
        // One that begins with a mark has its length in front.
        let marked = rest.get(..=end).filter(|_| end > 0)?;
        self.at += end + 1;
        Some(marked)
    }

    /// A string; Kryo's null string never stands where a class was given.
    #[inline]
    pub(crate) fn text(&mut self) -> Outcome<Text<'i>> {
        let start = self.at();
        let rest = self.rest();
        match rest.first() {
            None => Err(self.truncated()),
            Some(0x80..) => self.counted_text(start),
            Some(_) => match end_of_marked(rest) {
                Some(last) => {
                    self.at += last + 1;
                    Ok(Text::Marked(rest.get(..=last).unwrap_or_default()))
                }
                None => Err(self.truncated()),
            },
        }
    }

    /// A string with its length in front: bit 7 says so, bit 6 that more bytes of the length follow.
    fn counted_text(&mut self, start: usize) -> Outcome<Text<'i>> {
        let first = self.u8()?;
        let mut units = usize::from(first & 0x3f);
        if first & 0x40 != 0 {
            let mut shift = 6;
            loop {
                let byte = self.u8()?;
                units |= usize::from(byte & 0x7f).checked_shl(shift).unwrap_or_default();
                if byte < 0x80 {
                    break;
                }
                shift += 7;
                if shift > 27 {
                    return Err(damaged(start, "the length of a string is over 31 bits"));
                }
            }
        }
        match units.checked_sub(1) {
            None => Err(damaged(start, "a null string where its class and number were given")),
            Some(0) => Ok(Text::Counted(Units::Plain(""))),
            Some(units) => {
                let (text, len) = Units::read(self.rest(), units).map_err(|bad| {
                    let at = self.at + bad;
                    if at >= self.bytes.len() {
                        self.truncated()
                    } else {
                        damaged(self.base + at, "no character of a string")
                    }
                })?;
                self.at += len;
                Ok(Text::Counted(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_kryo_common::quick::varlong;

    #[test]
    fn numbers_are_read_to_their_last_bit() {
        assert_eq!(Input::new(&[0x80, 0x80, 0x80, 0x80, 0x0f]).varint().unwrap(), 0xf000_0000);
        assert_eq!(Input::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]).zigzag().unwrap(), i32::MIN);
        assert_eq!(Input::new(&[0xff; 9]).varlong().unwrap(), u64::MAX);
        assert_eq!(Input::new(&[0xff; 9]).zigzag_long().unwrap(), i64::MIN);
        assert_eq!(Input::new(&[0x80, 0xe8, 0x88, 0x87, 0x43]).zigzag_long().unwrap(), 9_000_000_000);
    }

    #[test]
    fn a_number_is_the_same_read_at_once_and_byte_by_byte() {
        for bit in 0..56 {
            for value in [1u64 << bit, (1u64 << bit) - 1, 0x00aa_aaaa_aaaa_aaaa >> (55 - bit)] {
                let mut bytes = Vec::new();
                crate::output::varlong(&mut bytes, value);
                let len = bytes.len();
                bytes.extend_from_slice(&[0xff; 8]);
                assert_eq!(Input::new(&bytes).varlong().unwrap(), value);
                assert_eq!(varlong(&bytes), Some((value, len)));
            }
        }
        assert_eq!(varlong(&[0xff; 9]), None);
        assert_eq!(varlong(&[0x80; 7]), None);
    }

    #[test]
    fn numbers_that_are_too_long_or_cut_are_damaged() {
        assert!(Input::new(&[0xff, 0xff, 0xff, 0xff, 0x10]).varint().is_err());
        assert!(Input::new(&[0xff, 0xff]).varint().is_err());
        assert!(Input::new(&[0xff; 8]).varlong().is_err());
    }

    #[test]
    fn a_length_that_the_bytes_cannot_hold_is_not_believed() {
        assert!(Input::new(&[0xff, 0xff, 0xff, 0xff, 0x07, 0]).count(1).is_err());
        assert_eq!(Input::new(&[2, 0, 0]).count(1).unwrap(), 2);
        assert!(Input::new(&[2, 0, 0, 0]).count(2).is_err());
        assert!(Input::new(&[0]).count_plus_one(1).is_err());
    }
}
