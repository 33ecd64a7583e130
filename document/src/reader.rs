//! Pulls events out of a document.

use crate::container::may_be_head;
use crate::definition::{Definition, Head, small};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, Number, Width};
use crate::extras::Extras;
use crate::token::{BIG_DECIMAL, DATE, Token, Tokens, ext, utf8};

/// Reads a document, or one attribute of it, from the first byte to the last.
///
/// A document is opened by [`Reader::document`], which says how many attributes follow; each is begun by
/// [`Reader::attribute`]. A single attribute value, as the manager holds it, is opened by [`Reader::value`].
/// Then [`Reader::next`] hands out one [`Event`] after the other. The reader keeps no stack: whoever walks
/// knows from the counts when a container ends.
///
/// ```
/// use holdfast_document::{Event, Reader};
///
/// # fn main() -> Result<(), holdfast_document::Error> {
/// let (mut reader, attributes) = Reader::document(b"\x93\xce\0\0\0\0\x81\xa4user\xa5alice\xc0")?;
/// assert_eq!(attributes, 1);
/// assert_eq!(reader.attribute()?, "user");
/// assert_eq!(reader.next()?, Event::Str(b"alice"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Reader<'a> {
    tokens: Tokens<'a>,
    /// Where the current attribute's value begins; references count from here.
    base: usize,
    definitions: Vec<Definition<'a>>,
}

impl<'a> Reader<'a> {
    /// Opens a document; the number is that of its attributes.
    ///
    /// # Errors
    /// When the bytes do not begin as a document does.
    pub fn document(bytes: &'a [u8]) -> Result<(Self, u32), Error> {
        let mut tokens = Tokens::new(bytes);
        if tokens.array("a document, an array of 3")? != 3 {
            return Err(Error::new(0, ErrorKind::Expected("a document, an array of 3")));
        }
        let at = tokens.at();
        if tokens.peek() != Some(0xce) {
            return Err(Error::new(at, ErrorKind::Expected("the offset of the extras, marker ce")));
        }
        tokens.u32("the offset of the extras")?;
        let at = tokens.at();
        let Token::Map(count) = tokens.next()? else {
            return Err(Error::new(at, ErrorKind::Expected("the map of attributes")));
        };
        Ok((Self { base: tokens.at(), tokens, definitions: Vec::new() }, count))
    }

    /// Opens the value of one attribute.
    #[must_use]
    pub const fn value(bytes: &'a [u8]) -> Self {
        Self { tokens: Tokens::new(bytes), base: 0, definitions: Vec::new() }
    }

    /// Begins the next attribute: its name. Its value's events follow.
    ///
    /// # Errors
    /// When no string stands here.
    pub fn attribute(&mut self) -> Result<&'a str, Error> {
        let name = self.tokens.str("the name of an attribute")?;
        self.base = self.tokens.at();
        self.definitions.clear();
        Ok(name)
    }

    /// Where the reader stands, from the first byte of all.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> usize {
        self.tokens.at()
    }

    /// Where the reader stands, from the first byte of the attribute's value: what references count.
    #[inline]
    #[must_use]
    pub fn place(&self) -> u32 {
        u32::try_from(self.tokens.at() - self.base).unwrap_or(u32::MAX)
    }

    /// The bytes between two offsets as [`Reader::at`] gives them.
    #[must_use]
    #[inline]
    pub fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.tokens.bytes().get(from..to).unwrap_or_default()
    }

    /// A definition that was met in this attribute.
    #[inline]
    #[must_use]
    pub fn definition(&self, number: u32) -> Option<&Definition<'a>> {
        self.definitions.get(number as usize)
    }

    /// How many definitions were met in this attribute.
    #[must_use]
    pub fn definitions(&self) -> u32 {
        u32::try_from(self.definitions.len()).unwrap_or(u32::MAX)
    }

    /// Goes back, or forward, to a place of this attribute. The definitions that were met stay known, and keep
    /// their numbers when they are met again; so go forward only over what was read or skipped before.
    pub fn seek(&mut self, place: u32) {
        self.tokens.seek(self.base.saturating_add(place as usize));
    }

    /// The next event.
    ///
    /// # Errors
    /// When the bytes are no document.
    #[inline]
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator of results cannot be asked where it stands"
    )]
    pub fn next(&mut self) -> Result<Event<'a>, Error> {
        let start = self.tokens.at();
        Ok(match self.tokens.next()? {
            Token::Nil => Event::Nil,
            Token::Bool(value) => Event::Bool(value),
            Token::Unsigned(value) => i64::try_from(value)
                .map_or(Event::Unsigned(value), |value| Event::Int(Number { value, width: Width::Untyped })),
            Token::Signed(value, bytes) => Event::Int(Number { value, width: signed_width(value, bytes) }),
            Token::F32(value) => Event::F32(value),
            Token::F64(value) => Event::F64(value),
            Token::Str(bytes) => Event::Str(bytes),
            Token::Bin(bytes) => Event::Bin(bytes),
            Token::Map(count) => Event::Map(count),
            Token::Array(count) => return self.array(start, count),
            Token::Ext(kind, payload) => scalar(start, kind, payload)?,
        })
    }

    /// The bytes from here on: whoever knows MessagePack may take the commonest values from them without the detour
    /// over [`Event`], and then [`Reader::advance`].
    #[inline]
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.tokens.rest()
    }

    /// Passes over so many bytes of [`Reader::rest`], which were whole tokens and began no definition.
    #[inline]
    pub const fn advance(&mut self, bytes: usize) {
        self.tokens.seek(self.tokens.at().saturating_add(bytes));
    }

    /// The next value, if it is a string below 256 bytes: the commonest event, without the detour over [`Event`].
    /// Otherwise the reader stays where it is.
    #[inline]
    pub fn take_str(&mut self) -> Option<&'a [u8]> {
        self.tokens.short_str()
    }

    /// The next value, if it is one of below 15 parts of a class that was defined earlier in the attribute: the
    /// definition's number, and how many parts follow. Otherwise the reader stays where it is.
    #[inline]
    pub fn take_known(&mut self) -> Option<(u32, u32)> {
        let [count @ 0x91..=0x9f, 0xd4, 2, number, ..] = *self.tokens.rest() else { return None };
        if usize::from(number) >= self.definitions.len() {
            return None;
        }
        self.tokens.seek(self.tokens.at() + 4);
        Some((u32::from(number), u32::from(count & 0x0f) - 1))
    }

    /// Passes over one value. Definitions in it are taken note of.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn skip(&mut self) -> Result<(), Error> {
        let mut left: u64 = 1;
        loop {
            while left > 0 && self.take_scalar().is_some() {
                left -= 1;
            }
            let Some(fewer) = left.checked_sub(1) else { return Ok(()) };
            left = fewer;
            if let Some((_, parts)) = self.take_known() {
                left += u64::from(parts);
                continue;
            }
            left += match self.next()? {
                Event::Array(count) | Event::Typed(_, count) => u64::from(count),
                Event::Map(count) => 2 * u64::from(count),
                _ => 0,
            };
        }
    }

    /// The bytes of the next value, if it is a short scalar that leads nowhere: a plain one, a date or a big number. Otherwise
    /// the reader stays where it is.
    #[inline]
    pub fn take_scalar(&mut self) -> Option<&'a [u8]> {
        let rest = self.tokens.rest();
        let taken = rest.get(..Tokens::scalar_len(rest)?)?;
        self.tokens.seek(self.tokens.at() + taken.len());
        Some(taken)
    }

    /// Passes over at most so many values that are plain scalars; gives how many there were.
    #[inline]
    pub(crate) fn pass_scalars(&mut self, most: u64) -> u64 {
        self.tokens.pass_scalars(most)
    }

    /// Where the next values begin, and where the last of them ends, if all are short scalars that lead nowhere: plain ones,
    /// dates and big numbers. Whoever wants them in another order need not walk over them. The reader stays where it is.
    #[inline(always)]
    #[must_use]
    pub fn scalars(&self, begins: &mut [u32]) -> Option<u32> {
        let (mut place, mut rest) = (self.place(), self.rest());
        for begin in begins {
            *begin = place;
            let len = Tokens::scalar_len(rest)?;
            rest = rest.get(len..)?;
            place += len as u32;
        }
        Some(place)
    }

    /// Passes over a date or a big decimal, in which there is nothing to look at.
    #[inline]
    pub(crate) fn pass_date_or_decimal(&mut self) -> bool {
        let rest = self.tokens.rest();
        let len = match *rest {
            [0xd7, DATE | BIG_DECIMAL, ..] => 10,
            [0xc7, len @ 5..=0xff, BIG_DECIMAL, ..] => usize::from(len) + 3,
            _ => return false,
        };
        let is_whole = rest.len() >= len;
        if is_whole {
            self.advance(len);
        }
        is_whole
    }

    /// Whether a date begins at a place of this attribute.
    #[inline]
    #[must_use]
    pub fn is_date(&self, place: u32) -> bool {
        let from = self.base.saturating_add(place as usize);
        matches!(self.tokens.bytes().get(from..), Some([0xd7, DATE, ..]))
    }

    /// Passes over so many values.
    ///
    /// # Errors
    /// When the bytes are no document.
    pub fn skip_values(&mut self, count: u32) -> Result<(), Error> {
        (0..count).try_for_each(|_| self.skip())
    }

    /// Whether null comes next.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.tokens.peek() == Some(0xc0)
    }

    /// Reads bytes, if they come next; else nothing.
    pub(crate) fn next_bin(&mut self) -> Result<Option<&'a [u8]>, Error> {
        if !matches!(self.tokens.peek(), Some(0xc4..=0xc6)) {
            return Ok(None);
        }
        match self.next()? {
            Event::Bin(bytes) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    /// The extras, which stand behind the last attribute, and with them the end of the document.
    ///
    /// # Errors
    /// When they are not of the form, or bytes follow.
    pub fn extras(&mut self) -> Result<Extras<'a>, Error> {
        Extras::read(&mut self.tokens)
    }

    /// # Errors
    /// When bytes follow.
    pub fn end(&self) -> Result<(), Error> {
        match self.tokens.peek() {
            None => Ok(()),
            Some(_) => Err(Error::new(self.tokens.at(), ErrorKind::TrailingBytes)),
        }
    }

    #[inline]
    fn array(&mut self, start: usize, count: u32) -> Result<Event<'a>, Error> {
        match self.tokens.peek() {
            Some(marker) if count > 0 && may_be_head(marker) => self.maybe_typed(start, count),
            _ => Ok(Event::Array(count)),
        }
    }

    fn maybe_typed(&mut self, start: usize, count: u32) -> Result<Event<'a>, Error> {
        Ok(match *self.tokens.rest() {
            [0xd4, 1 | 2, ..] | [0xd5, 1 | 2, ..] => Event::Typed(self.head()?, count - 1),
            [0xc7, 0, 13, ..] => {
                self.tokens.next()?;
                if count != 2 {
                    return Err(Error::new(start, ErrorKind::Expected("a class literal, an array of 2")));
                }
                Event::Class(self.head()?)
            }
            [0x90..=0x9f, 0xd4, 3, ..]
            | [0x90..=0x9f, 0xc7, _, 3, ..]
            | [0xdc, _, _, 0xd4, 3, ..]
            | [0xdc, _, _, 0xc7, _, 3, ..]
            | [0xdd, _, _, _, _, 0xd4, 3, ..]
            | [0xdd, _, _, _, _, 0xc7, _, 3, ..] => Event::Typed(self.head()?, count - 1),
            _ => Event::Array(count),
        })
    }

    fn head(&mut self) -> Result<Head<'a>, Error> {
        let start = self.tokens.at();
        match self.tokens.next()? {
            Token::Ext(ext::BUILTIN, payload) => small(start, payload).map(Head::Builtin),
            Token::Ext(ext::KNOWN, payload) => {
                let number = u32::from(small(start, payload)?);
                match self.definition(number) {
                    Some(_) => Ok(Head::Known(number)),
                    None => Err(Error::new(
                        start,
                        ErrorKind::BadDefinition("the class is not defined before its use"),
                    )),
                }
            }
            Token::Array(_) => {
                self.tokens.seek(start);
                Definition::read(&mut self.tokens, &mut self.definitions).map(Head::Defined)
            }
            _ => Err(Error::new(start, ErrorKind::Expected("a class"))),
        }
    }
}

/// A signed marker is a type, but for a negative number it is none where it is the shortest that there is:
/// that is what any MessagePack library writes.
#[inline]
fn signed_width(value: i64, bytes: u8) -> Width {
    let shortest = match value {
        -32..=-1 => 0,
        -0x80..=-1 => 1,
        -0x8000..=-1 => 2,
        -0x8000_0000..=-1 => 4,
        i64::MIN..=-1 => 8,
        _ => 0,
    };
    match bytes {
        _ if bytes == shortest => Width::Untyped,
        1 => Width::Byte,
        2 => Width::Short,
        4 => Width::Int,
        8 => Width::Long,
        _ => Width::Untyped,
    }
}

fn scalar(start: usize, kind: i8, payload: &[u8]) -> Result<Event<'_>, Error> {
    let bad = || Error::new(start, ErrorKind::BadExtension(kind));
    Ok(match kind {
        ext::NUM => Event::Int(num(payload).ok_or_else(bad)?),
        ext::CHAR => Event::Char(u16::from_be_bytes(payload.try_into().map_err(|_| bad())?)),
        ext::WSTR => Event::Wstr(payload),
        ext::REF => Event::Ref(u32::from_be_bytes(payload.try_into().map_err(|_| bad())?)),
        ext::XREF => match payload.split_first_chunk::<4>() {
            Some((name, at)) => {
                Event::Xref(u32::from_be_bytes(*name), u32::from_be_bytes(at.try_into().map_err(|_| bad())?))
            }
            None => return Err(bad()),
        },
        ext::DATE => Event::Date(i64::from_be_bytes(payload.try_into().map_err(|_| bad())?)),
        ext::BIG_INTEGER if !payload.is_empty() => Event::BigInteger(payload),
        ext::BIG_DECIMAL => match payload.split_first_chunk::<4>() {
            Some((scale, unscaled)) if !unscaled.is_empty() => {
                Event::BigDecimal(i32::from_be_bytes(*scale), unscaled)
            }
            _ => return Err(bad()),
        },
        ext::UUID => Event::Uuid(payload.try_into().map_err(|_| bad())?),
        ext::PRIMITIVES => {
            let (element, data) = payload.split_first().ok_or_else(bad)?;
            let size = match element {
                b'Z' => 1,
                b'C' | b'S' => 2,
                b'I' | b'F' => 4,
                b'J' | b'D' => 8,
                _ => return Err(bad()),
            };
            if data.len() % size != 0 {
                return Err(bad());
            }
            Event::Primitives(*element, data)
        }
        ext::OPAQUE => {
            // The id of the format is a MessagePack string in front of its bytes.
            let mut tokens = Tokens::new(payload);
            match tokens.next() {
                Ok(Token::Str(format)) if utf8(format).is_some() => Event::Opaque(format, tokens.rest()),
                _ => return Err(bad()),
            }
        }
        ext::TIMESTAMP => instant(payload).ok_or_else(bad)?,
        _ => return Err(Error::new(start, ErrorKind::UnknownExtension(kind))),
    })
}

fn num(payload: &[u8]) -> Option<Number> {
    Some(match *payload {
        [a] => Number { value: i64::from(i8::from_be_bytes([a])), width: Width::Byte },
        [a, b] => Number { value: i64::from(i16::from_be_bytes([a, b])), width: Width::Short },
        [a, b, c, d] => Number { value: i64::from(i32::from_be_bytes([a, b, c, d])), width: Width::Int },
        _ => Number { value: i64::from_be_bytes(payload.try_into().ok()?), width: Width::Long },
    })
}

/// MessagePack's three forms of a timestamp.
fn instant(payload: &[u8]) -> Option<Event<'static>> {
    let (seconds, nanos) = match payload.len() {
        4 => (i64::from(u32::from_be_bytes(payload.try_into().ok()?)), 0),
        8 => {
            let packed = u64::from_be_bytes(payload.try_into().ok()?);
            (i64::try_from(packed & 0x3_ffff_ffff).ok()?, u32::try_from(packed >> 34).ok()?)
        }
        12 => {
            let (nanos, seconds) = payload.split_first_chunk::<4>()?;
            (i64::from_be_bytes(seconds.try_into().ok()?), u32::from_be_bytes(*nanos))
        }
        _ => return None,
    };
    (nanos < 1_000_000_000).then_some(Event::Instant(seconds, nanos))
}

impl<'a> Event<'a> {
    /// The text of a string.
    ///
    /// # Errors
    /// When this is no string, or not UTF-8; `at` is where the event began.
    pub fn text(self, at: usize) -> Result<&'a str, Error> {
        match self {
            Self::Str(bytes) => utf8(bytes).ok_or(Error::new(at, ErrorKind::BadUtf8)),
            _ => Err(Error::new(at, ErrorKind::Expected("a string"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Event<'_> {
        Reader::value(bytes).next().unwrap()
    }

    #[test]
    fn a_signed_marker_is_a_type_and_a_shortest_one_is_none() {
        let int = |value, width| Event::Int(Number { value, width });
        assert_eq!(one(b"\x07"), int(7, Width::Untyped));
        assert_eq!(one(b"\xd2\0\0\0\x07"), int(7, Width::Int));
        assert_eq!(one(b"\xd3\0\0\0\0\0\0\0\x07"), int(7, Width::Long));
        assert_eq!(one(b"\xd1\xfc\x18"), int(-1000, Width::Untyped));
        assert_eq!(one(b"\xd5\x04\xfc\x18"), int(-1000, Width::Short));
        assert_eq!(one(b"\xd6\x04\xff\xfe\xee\x90"), int(-70000, Width::Int));
        assert_eq!(one(b"\xd2\0\x01\x11\x70"), int(70000, Width::Int));
        assert_eq!(one(b"\xd0\x2a"), int(42, Width::Byte));
        assert_eq!(one(b"\xd0\xff"), int(-1, Width::Byte));
        assert_eq!(one(b"\xff"), int(-1, Width::Untyped));
    }

    #[test]
    fn the_worked_example_with_a_cycle_reads_as_it_was_written() {
        let bytes = [
            b"\x92\x94\xc7\x0a\x03\x00\x02\0\0\0\0\0\0\0\x01\xa1N\xc0\xb6Ljava/lang/Object;next".as_slice(),
            b"\x92\xd4\x02\x00\xd6\x07\0\0\0\0",
        ]
        .concat();
        let mut reader = Reader::value(&bytes);
        let Event::Typed(Head::Defined(definition), 1) = reader.next().unwrap() else {
            panic!("no definition")
        };
        assert_eq!((definition.name, definition.java), ("N", Some((2, 1))));
        let items: Vec<_> = definition.items().map(Result::unwrap).collect();
        assert_eq!(items, [crate::Item::Field { level: 0, descriptor: "Ljava/lang/Object;", name: "next" }]);
        assert_eq!(reader.next().unwrap(), Event::Typed(Head::Known(0), 1));
        assert_eq!(reader.next().unwrap(), Event::Ref(0));
        reader.end().unwrap();
    }

    #[test]
    fn common_values_are_taken_and_others_left() {
        let bytes = b"\xa2hi\x92\x93\xd4\x03\x01\xa1E\xc0\xa1A\x92\xd4\x02\x00\xa1B\xd9\x02hi\xa3cu";
        let mut reader = Reader::value(bytes);
        assert_eq!(reader.take_known(), None);
        assert_eq!(reader.take_str(), Some(b"hi".as_slice()));
        assert_eq!((reader.take_str(), reader.take_known()), (None, None));
        reader.skip().unwrap();
        assert_eq!(reader.take_known(), Some((0, 1)));
        assert_eq!(reader.take_str(), Some(b"B".as_slice()));
        assert_eq!(reader.take_str(), Some(b"hi".as_slice()));
        assert_eq!(reader.take_str(), None);
        assert!(reader.next().is_err());
    }

    #[test]
    fn scalars_are_found_and_what_may_lead_elsewhere_is_left() {
        let scalars =
            b"\xa2hi\x07\xd9\x01a\xd7\x09\0\0\0\0\0\0\0\x01\xc7\x07\x0b\0\0\0\x02\x01\x02\x03\xc3\xd5\x05\0a";
        let mut reader = Reader::value(scalars);
        let mut found = [0; 7];
        let end = reader.scalars(&mut found);
        for begin in found {
            assert_eq!(reader.place(), begin);
            reader.next().unwrap();
        }
        assert_eq!(end, Some(reader.place()));
        reader.end().unwrap();
        for other in [
            b"\x91\xc0\xc0".as_slice(),
            b"\xd6\x07\0\0\0\0\xc0",
            b"\xc4\x00\xc0",
            b"\xd8\x0c0123456789abcdef\xc0",
            b"\xa2h",
            b"\xc0",
        ] {
            assert_eq!(Reader::value(other).scalars(&mut [0; 2]), None, "{other:x?}");
        }
    }

    #[test]
    fn dates_and_decimals_are_passed_over_if_they_are_whole() {
        let pass = |bytes: &[u8]| {
            let mut reader = Reader::value(bytes);
            let passed = reader.pass_date_or_decimal();
            assert_eq!(passed, reader.at() > 0);
            passed && one(bytes) != Event::Nil && reader.at() == bytes.len()
        };
        assert!(pass(b"\xd7\x09\0\0\0\0\0\0\0\x01"));
        assert!(pass(b"\xd7\x0b\0\0\0\x02\0\0\0\x01"));
        assert!(pass(b"\xc7\x05\x0b\0\0\0\x02\x01"));
        for other in [
            b"\xd7\x09\0\0\0\0\0\0\0".as_slice(),
            b"\xc7\x04\x0b\0\0\0\x02",
            b"\xc7\x05\x0b\0\0\0\x02",
            b"\xd7\x0a\0\0\0\0\0\0\0\x01",
            b"\xc0",
        ] {
            assert!(!pass(other), "{other:x?}");
        }
    }

    #[test]
    fn a_list_of_typed_values_is_plain() {
        let mut reader = Reader::value(b"\x91\x92\x93\xd4\x03\x01\xa1E\xc0\xa1A");
        assert_eq!(reader.next().unwrap(), Event::Array(1));
        assert!(matches!(reader.next().unwrap(), Event::Typed(Head::Defined(_), 1)));
    }
}
