//! Numbers out of bytes that nobody vouches for.

use crate::fault::{Outcome, damaged};
use crate::quick::{signed, signed_int};

/// A position in bytes.
#[derive(Debug, Clone)]
pub struct Input<'i> {
    bytes: &'i [u8],
    at: usize,
}

impl<'i> Input<'i> {
    /// At the first of these bytes.
    #[must_use]
    pub const fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where it is.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Goes to a position where something was read before.
    #[inline]
    pub const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Passes over so many bytes.
    #[inline]
    pub const fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The bytes from here on.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> &'i [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next byte, if there is one.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes a byte.
    ///
    /// # Errors
    /// When there is none, as all that follow.
    #[inline]
    pub fn u8(&mut self) -> Outcome<u8> {
        match self.bytes.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => Err(self.truncated()),
        }
    }

    /// The failure of bytes that end too early.
    #[cold]
    #[must_use]
    pub fn truncated(&self) -> Box<holdfast_sdk::Failure> {
        damaged(self.bytes.len(), "the bytes end inside a value")
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// When there are fewer.
    #[inline]
    pub fn take(&mut self, len: usize) -> Outcome<&'i [u8]> {
        let end = self.at.saturating_add(len);
        match self.bytes.get(self.at..end) {
            Some(taken) => {
                self.at = end;
                Ok(taken)
            }
            None => Err(self.truncated()),
        }
    }

    /// Takes a fixed number of bytes.
    ///
    /// # Errors
    /// When there are fewer.
    #[inline]
    pub fn fixed<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        match self.rest().first_chunk::<N>() {
            Some(taken) => {
                self.at += N;
                Ok(*taken)
            }
            None => Err(self.truncated()),
        }
    }

    /// 1 to 5 bytes, 7 bits each, the lowest first.
    ///
    /// # Errors
    /// When it has more than 32 bits.
    #[inline]
    pub fn varint(&mut self) -> Outcome<u32> {
        let first = self.u8()?;
        if first < 0x80 { Ok(u32::from(first)) } else { self.varint_of_more(first) }
    }

    fn varint_of_more(&mut self, first: u8) -> Outcome<u32> {
        let start = self.at - 1;
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
    ///
    /// # Errors
    /// When it has more than 32 bits.
    #[inline]
    pub fn zigzag(&mut self) -> Outcome<i32> {
        Ok(signed_int(self.varint()?))
    }

    /// 1 to 10 bytes, 7 bits each, as Kryo 1 has it.
    ///
    /// # Errors
    /// When it has more than 64 bits.
    #[inline]
    pub fn varlong(&mut self) -> Outcome<u64> {
        let start = self.at;
        let mut value = 0u64;
        for shift in [0, 7, 14, 21, 28, 35, 42, 49, 56] {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        match self.u8()? {
            byte @ 0..=1 => Ok(value | u64::from(byte) << 63),
            _ => Err(damaged(start, "a number of 10 bytes is over 64 bits")),
        }
    }

    /// As [`Input::varlong`], the sign in the lowest bit.
    ///
    /// # Errors
    /// When it has more than 64 bits.
    #[inline]
    pub fn zigzag_long(&mut self) -> Outcome<i64> {
        Ok(signed(self.varlong()?))
    }

    /// 0 or 1.
    ///
    /// # Errors
    /// When it is another byte.
    pub fn boolean(&mut self) -> Outcome<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(damaged(self.at - 1, format!("{byte:#04x} is no boolean, 0 or 1"))),
        }
    }

    /// How many things follow, each of which takes so many bytes at least: what the bytes cannot hold is not
    /// believed, and nothing is allocated for it.
    ///
    /// # Errors
    /// When the bytes cannot hold them.
    #[inline]
    pub fn count(&mut self, each: usize) -> Outcome<u32> {
        let start = self.at;
        let count = self.varint()?;
        let left = self.bytes.len() - self.at.min(self.bytes.len());
        if (count as usize).saturating_mul(each) > left {
            return Err(damaged(start, format!("a length of {count}, and {left} bytes are left")));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_their_last_bit_and_no_further() {
        assert_eq!(Input::new(&[0x80, 0x80, 0x80, 0x80, 0x0f]).varint().unwrap(), 0xf000_0000);
        assert_eq!(Input::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]).zigzag().unwrap(), i32::MIN);
        assert!(Input::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).varint().is_err());
        let mut most = [0xff; 10];
        most[9] = 1;
        assert_eq!(Input::new(&most).varlong().unwrap(), u64::MAX);
        most[9] = 2;
        assert!(Input::new(&most).varlong().is_err());
        for bytes in [&[][..], &[0x80], &[0x80, 0x80]] {
            assert!(Input::new(bytes).varint().is_err());
            assert!(Input::new(bytes).varlong().is_err());
        }
    }

    #[test]
    fn a_count_beyond_the_bytes_is_damaged_at_its_first_byte() {
        assert_eq!(Input::new(&[2, 0, 0]).count(1).unwrap(), 2);
        let failure = Input::new(&[2, 0, 0]).count(2).unwrap_err();
        assert!(failure.to_string().starts_with("damaged at byte 0"), "{failure}");
    }
}
