//! MessagePack's own layer: markers, lengths, numbers. Nothing here knows what a document is.

use crate::error::{Error, ErrorKind};
use crate::words::is_ascii;

/// The extension types of a document; `wit/DOCUMENT.md` has their payloads.
pub mod ext {
    /// HEAD: number in the built-in table.
    pub const BUILTIN: i8 = 1;
    /// HEAD: the k-th definition of this attribute.
    pub const KNOWN: i8 = 2;
    /// First element of a class definition.
    pub const DEFINITION: i8 = 3;
    /// Integer whose marker cannot say its width.
    pub const NUM: i8 = 4;
    /// `java.lang.Character`.
    pub const CHAR: i8 = 5;
    /// String with unpaired surrogates, WTF-8.
    pub const WSTR: i8 = 6;
    /// Reference within the attribute.
    pub const REF: i8 = 7;
    /// Reference into another attribute.
    pub const XREF: i8 = 8;
    /// `java.util.Date`.
    pub const DATE: i8 = 9;
    /// `java.math.BigInteger`.
    pub const BIG_INTEGER: i8 = 10;
    /// `java.math.BigDecimal`.
    pub const BIG_DECIMAL: i8 = 11;
    /// `java.util.UUID`.
    pub const UUID: i8 = 12;
    /// First element of a class literal.
    pub const CLASS: i8 = 13;
    /// Array of primitives.
    pub const PRIMITIVES: i8 = 14;
    /// A value in the bytes of one format.
    pub const OPAQUE: i8 = 15;
    /// MessagePack's timestamp, `java.time.Instant`.
    pub const TIMESTAMP: i8 = -1;
}

/// Extension types as they stand in the bytes.
pub(crate) const DATE: u8 = ext::DATE.cast_unsigned();
pub(crate) const BIG_DECIMAL: u8 = ext::BIG_DECIMAL.cast_unsigned();

/// How long the header of an array is that begins with this marker.
pub(crate) const fn array_header(marker: u8) -> u32 {
    match marker {
        0xdc => 3,
        0xdd => 5,
        _ => 1,
    }
}

#[cfg(feature = "json")]
/// Whether bytes begin with an extension of this type.
pub(crate) fn is_extension(bytes: &[u8], kind: i8) -> bool {
    let at = match bytes.first() {
        Some(0xd4..=0xd8) => 1,
        Some(0xc7) => 2,
        Some(0xc8) => 3,
        Some(0xc9) => 5,
        _ => return false,
    };
    bytes.get(at) == Some(&kind.cast_unsigned())
}

/// One MessagePack token. Containers are announced by their length, their elements follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'a> {
    Nil,
    Bool(bool),
    /// A fixint or an unsigned marker.
    Unsigned(u64),
    /// A signed marker of so many bytes, or a negative fixint (0 bytes).
    Signed(i64, u8),
    F32(f32),
    F64(f64),
    Str(&'a [u8]),
    Bin(&'a [u8]),
    Array(u32),
    Map(u32),
    Ext(i8, &'a [u8]),
}

/// How long the scalars are whose length their marker says, or 0. Numbers of all widths come in any order: a table cannot be
/// mispredicted.
static WIDTHS: [u8; 256] = widths();

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn widths() -> [u8; 256] {
    let mut widths = [0; 256];
    let mut marker = 0;
    while marker < 256 {
        if let Some(len) = Tokens::scalar_len(&[marker as u8]) {
            widths[marker] = len as u8;
        }
        marker += 1;
    }
    widths
}

/// A position in bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline]
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The bytes from here on.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Result<Token<'a>, Error> {
        let start = self.at;
        let marker = self.peek().ok_or(Error::new(start, ErrorKind::Truncated))?;
        self.at += 1;
        Ok(match marker {
            0x00..=0x7f => Token::Unsigned(u64::from(marker)),
            0x80..=0x8f => Token::Map(u32::from(marker & 0x0f)),
            0x90..=0x9f => Token::Array(u32::from(marker & 0x0f)),
            0xa0..=0xbf => Token::Str(self.take(usize::from(marker & 0x1f))?),
            0xc0 => Token::Nil,
            0xc1 => return Err(Error::new(start, ErrorKind::BadMarker)),
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4 => self.length8().and_then(|n| self.take(n)).map(Token::Bin)?,
            0xc5 => self.length16().and_then(|n| self.take(n)).map(Token::Bin)?,
            0xc6 => self.length32().and_then(|n| self.take(n)).map(Token::Bin)?,
            0xc7 => self.length8().and_then(|n| self.ext(n))?,
            0xc8 => self.length16().and_then(|n| self.ext(n))?,
            0xc9 => self.length32().and_then(|n| self.ext(n))?,
            0xca => Token::F32(f32::from_be_bytes(self.fixed()?)),
            0xcb => Token::F64(f64::from_be_bytes(self.fixed()?)),
            0xcc => Token::Unsigned(u64::from(u8::from_be_bytes(self.fixed()?))),
            0xcd => Token::Unsigned(u64::from(u16::from_be_bytes(self.fixed()?))),
            0xce => Token::Unsigned(u64::from(u32::from_be_bytes(self.fixed()?))),
            0xcf => Token::Unsigned(u64::from_be_bytes(self.fixed()?)),
            0xd0 => Token::Signed(i64::from(i8::from_be_bytes(self.fixed()?)), 1),
            0xd1 => Token::Signed(i64::from(i16::from_be_bytes(self.fixed()?)), 2),
            0xd2 => Token::Signed(i64::from(i32::from_be_bytes(self.fixed()?)), 4),
            0xd3 => Token::Signed(i64::from_be_bytes(self.fixed()?), 8),
            0xd4 => self.ext(1)?,
            0xd5 => self.ext(2)?,
            0xd6 => self.ext(4)?,
            0xd7 => self.ext(8)?,
            0xd8 => self.ext(16)?,
            0xd9 => self.length8().and_then(|n| self.take(n)).map(Token::Str)?,
            0xda => self.length16().and_then(|n| self.take(n)).map(Token::Str)?,
            0xdb => self.length32().and_then(|n| self.take(n)).map(Token::Str)?,
            0xdc => Token::Array(u32::from(u16::from_be_bytes(self.fixed()?))),
            0xdd => Token::Array(u32::from_be_bytes(self.fixed()?)),
            0xde => Token::Map(u32::from(u16::from_be_bytes(self.fixed()?))),
            0xdf => Token::Map(u32::from_be_bytes(self.fixed()?)),
            0xe0..=0xff => Token::Signed(i64::from(i8::from_be_bytes([marker])), 0),
        })
    }

    /// The number of elements of the container that begins here, if it is an array.
    #[inline]
    pub(crate) fn array(&mut self, what: &'static str) -> Result<u32, Error> {
        let start = self.at;
        if let Some(marker @ 0x90..=0x9f) = self.peek() {
            self.at += 1;
            return Ok(u32::from(marker & 0x0f));
        }
        match self.next()? {
            Token::Array(n) => Ok(n),
            _ => Err(Error::new(start, ErrorKind::Expected(what))),
        }
    }

    pub(crate) fn str(&mut self, what: &'static str) -> Result<&'a str, Error> {
        let start = self.at;
        let token = match self.short_str() {
            Some(text) => Token::Str(text),
            None => self.next()?,
        };
        match token {
            Token::Str(bytes) => utf8(bytes).ok_or(Error::new(start, ErrorKind::BadUtf8)),
            _ => Err(Error::new(start, ErrorKind::Expected(what))),
        }
    }

    /// Passes over a string.
    pub(crate) fn pass_str(&mut self, what: &'static str) -> Result<(), Error> {
        let start = self.at;
        match self.short_str() {
            Some(text) if is_ascii(text) => Ok(()),
            _ => {
                self.at = start;
                self.str(what).map(drop)
            }
        }
    }

    /// Takes a string below 256 bytes, if one begins here. Otherwise the position stays where it is.
    #[inline]
    pub(crate) fn short_str(&mut self) -> Option<&'a [u8]> {
        let (len, from) = match *self.rest() {
            [marker @ 0xa0..=0xbf, ..] => (usize::from(marker & 0x1f), 1),
            [0xd9, len, ..] => (usize::from(len), 2),
            _ => return None,
        };
        let text = self.rest().get(from..from + len)?;
        self.at += from + len;
        Some(text)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, Error> {
        let start = self.at;
        match self.next()? {
            Token::Unsigned(n) => u32::try_from(n).ok(),
            _ => None,
        }
        .ok_or(Error::new(start, ErrorKind::Expected(what)))
    }

    /// Passes over scalars that hold nothing to look at but ASCII, as most of a document is: at most so many, up to the
    /// first token of another kind. Gives how many they were.
    ///
    /// This is what makes walks over a document fast: no token is built, and no byte is seen twice.
    #[inline]
    pub(crate) fn pass_scalars(&mut self, most: u64) -> u64 {
        let mut passed = 0;
        let mut rest = self.rest();
        while passed < most {
            let Some(&marker) = rest.first() else { break };
            let (from, to) = match marker {
                0xa0..=0xbf => (1, usize::from(marker & 0x1f) + 1),
                0xd9 => (2, rest.get(1).map_or(0, |len| usize::from(*len) + 2)),
                _ => (0, 0),
            };
            let len = if to > 0 {
                match rest.get(from..to) {
                    Some(text) if is_ascii(text) => to,
                    _ => break,
                }
            } else {
                match WIDTHS.get(usize::from(marker)) {
                    Some(&len) if len > 0 => usize::from(len),
                    _ => break,
                }
            };
            let Some(after) = rest.get(len..) else { break };
            rest = after;
            passed += 1;
        }
        self.at = self.bytes.len() - rest.len();
        passed
    }

    /// How long the scalar is that begins these bytes, if one does that is not long and leads nowhere: no reference, nothing
    /// that holds values, no class.
    #[inline(always)]
    pub(crate) const fn scalar_len(bytes: &[u8]) -> Option<usize> {
        Some(match *bytes {
            [0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff, ..] => 1,
            [marker @ 0xa0..=0xbf, ..] => (marker & 0x1f) as usize + 1,
            [0xd9, len, ..] => len as usize + 2,
            [0xda, high, low, ..] => u16::from_be_bytes([high, low]) as usize + 3,
            [0xcc | 0xd0, ..] => 2,
            [0xcd | 0xd1, ..] => 3,
            [0xca | 0xce | 0xd2, ..] => 5,
            [0xcb | 0xcf | 0xd3, ..] => 9,
            [marker @ 0xd4..=0xd7, 4..=6 | 9..=11, ..] => (1 << (marker - 0xd4)) + 2,
            [0xc7, len, 4..=6 | 9..=11, ..] => len as usize + 3,
            _ => return None,
        })
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let end = self.at.saturating_add(len);
        let taken = self.bytes.get(self.at..end).ok_or(Error::new(self.at, ErrorKind::Truncated))?;
        self.at = end;
        Ok(taken)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let taken = self.rest().first_chunk::<N>().ok_or(Error::new(self.at, ErrorKind::Truncated))?;
        self.at += N;
        Ok(*taken)
    }

    #[inline]
    fn length8(&mut self) -> Result<usize, Error> {
        self.fixed().map(|n| usize::from(u8::from_be_bytes(n)))
    }

    #[inline]
    fn length16(&mut self) -> Result<usize, Error> {
        self.fixed().map(|n| usize::from(u16::from_be_bytes(n)))
    }

    #[inline]
    fn length32(&mut self) -> Result<usize, Error> {
        // A length that does not fit an address is longer than any input.
        self.fixed().map(|n| usize::try_from(u32::from_be_bytes(n)).unwrap_or(usize::MAX))
    }

    #[inline]
    fn ext(&mut self, len: usize) -> Result<Token<'a>, Error> {
        let kind = i8::from_be_bytes(self.fixed()?);
        self.take(len).map(|payload| Token::Ext(kind, payload))
    }
}

/// The bytes as a string, if they are UTF-8. Short ones are not worth a call into the vectorised check.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    if bytes.len() < 32 { std::str::from_utf8(bytes).ok() } else { simdutf8::basic::from_utf8(bytes).ok() }
}
