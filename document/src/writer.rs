//! Appends a document to a buffer.

use crate::append::append;
use crate::definition::Kind;
use crate::event::{Number, Width};
use crate::extras::Extras;
use crate::first::append_first;
use crate::token::{Tokens, ext};

/// MessagePack's own layer of writing.
pub(crate) mod raw {
    use crate::append::append;

    pub(crate) fn nil(out: &mut Vec<u8>) {
        out.push(0xc0);
    }

    /// A length as MessagePack can say it. Longer ones cannot arise: a document is below 4 GiB.
    pub(crate) fn count(len: usize) -> u32 {
        u32::try_from(len).unwrap_or(u32::MAX)
    }

    #[inline]
    pub(crate) fn unsigned(out: &mut Vec<u8>, value: u64) {
        match value {
            0..=0x7f => out.extend_from_slice(&[value as u8]),
            0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
            0x100..=0xffff => wide(out, 0xcd, (value as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => wide(out, 0xce, (value as u32).to_be_bytes()),
            _ => wide(out, 0xcf, value.to_be_bytes()),
        }
    }

    /// A marker and a number of fixed width, in one append.
    #[inline]
    pub(crate) fn wide<const N: usize>(out: &mut Vec<u8>, marker: u8, bytes: [u8; N]) {
        let mut buffer = [marker; 9];
        if let Some(room) = buffer.get_mut(1..=N) {
            room.copy_from_slice(&bytes);
        }
        out.extend_from_slice(buffer.get(..=N).unwrap_or_default());
    }

    #[inline]
    pub(crate) fn array(out: &mut Vec<u8>, count: u32) {
        match count {
            0..=15 => out.push(0x90 | count as u8),
            16..=0xffff => wide(out, 0xdc, (count as u16).to_be_bytes()),
            _ => wide(out, 0xdd, count.to_be_bytes()),
        }
    }

    #[inline]
    pub(crate) fn map(out: &mut Vec<u8>, count: u32) {
        match count {
            0..=15 => out.push(0x80 | count as u8),
            16..=0xffff => wide(out, 0xde, (count as u16).to_be_bytes()),
            _ => wide(out, 0xdf, count.to_be_bytes()),
        }
    }

    #[inline]
    pub(crate) fn str_len(out: &mut Vec<u8>, len: usize) {
        match len {
            0..=31 => out.push(0xa0 | len as u8),
            32..=0xff => out.extend_from_slice(&[0xd9, len as u8]),
            0x100..=0xffff => wide(out, 0xda, (len as u16).to_be_bytes()),
            _ => wide(out, 0xdb, count(len).to_be_bytes()),
        }
    }

    #[inline]
    pub(crate) fn str(out: &mut Vec<u8>, bytes: &[u8]) {
        str_len(out, bytes.len());
        append(out, bytes);
    }

    #[inline]
    pub(crate) fn bin(out: &mut Vec<u8>, bytes: &[u8]) {
        match bytes.len() {
            0..=0xff => out.extend_from_slice(&[0xc4, bytes.len() as u8]),
            0x100..=0xffff => wide(out, 0xc5, (bytes.len() as u16).to_be_bytes()),
            _ => wide(out, 0xc6, count(bytes.len()).to_be_bytes()),
        }
        append(out, bytes);
    }

    /// The header of an extension; its payload follows.
    #[inline]
    pub(crate) fn ext(out: &mut Vec<u8>, kind: i8, len: usize) {
        let fixed = match len {
            1 => 0xd4,
            2 => 0xd5,
            4 => 0xd6,
            8 => 0xd7,
            16 => 0xd8,
            0..=0xff => {
                out.extend_from_slice(&[0xc7, len as u8, kind as u8]);
                return;
            }
            0x100..=0xffff => {
                wide(out, 0xc8, (len as u16).to_be_bytes());
                out.push(kind as u8);
                return;
            }
            _ => {
                wide(out, 0xc9, count(len).to_be_bytes());
                out.push(kind as u8);
                return;
            }
        };
        out.extend_from_slice(&[fixed, kind as u8]);
    }
}

/// A count that was not known when its container was begun, to be given to [`Writer::patch`].
#[derive(Debug)]
#[must_use = "the container has no count before it is patched"]
pub struct Count(usize);

/// Writes a document, or one attribute's value, in one pass. Nothing that was written moves: a count that is
/// not known up front is a header of fixed width, patched.
///
/// ```
/// use holdfast_document::Writer;
///
/// let mut bytes = Vec::new();
/// let mut writer = Writer::document(&mut bytes, 1);
/// writer.attribute("user");
/// writer.str("alice");
/// writer.end();
/// assert_eq!(bytes, b"\x93\xce\0\0\0\0\x81\xa4user\xa5alice\xc0");
/// ```
#[derive(Debug)]
pub struct Writer<'v> {
    out: &'v mut Vec<u8>,
    /// Where the document begins in the buffer.
    start: usize,
    /// Where the current attribute's value begins; references count from here.
    base: usize,
    /// Definitions written in the current attribute.
    definitions: u32,
}

impl<'v> Writer<'v> {
    /// Begins a document of so many attributes at the end of `out`.
    pub fn document(out: &'v mut Vec<u8>, attributes: u32) -> Self {
        let start = out.len();
        out.extend_from_slice(&[0x93, 0xce, 0, 0, 0, 0]);
        raw::map(out, attributes);
        Self { base: out.len(), out, start, definitions: 0 }
    }

    /// Begins a document whose number of attributes is told at the end.
    pub fn document_of_unknown_count(out: &'v mut Vec<u8>) -> (Self, Count) {
        let start = out.len();
        out.extend_from_slice(&[0x93, 0xce, 0, 0, 0, 0]);
        let count = Count(out.len() + 1);
        raw::wide(out, 0xdf, [0; 4]);
        (Self { base: out.len(), out, start, definitions: 0 }, count)
    }

    /// Begins the value of one attribute at the end of `out`.
    pub fn value(out: &'v mut Vec<u8>) -> Self {
        Self { start: out.len(), base: out.len(), out, definitions: 0 }
    }

    /// Begins an attribute; its value must follow.
    pub fn attribute(&mut self, name: &str) {
        self.attribute_bytes(name.as_bytes());
    }

    /// As [`Writer::attribute`], of bytes that the caller knows to be UTF-8.
    pub fn attribute_bytes(&mut self, name: &[u8]) {
        raw::str(self.out, name);
        self.base = self.out.len();
        self.definitions = 0;
    }

    /// Ends a document that needs no extras.
    pub fn end(self) {
        raw::nil(self.out);
    }

    /// Ends a document.
    pub fn end_with(self, extras: &Extras<'_>) {
        let at = raw::count(self.out.len() - self.start);
        extras.write(self.out);
        if !extras.is_empty()
            && let Some(field) = self.out.get_mut(self.start + 2..self.start + 6)
        {
            field.copy_from_slice(&at.to_be_bytes());
        }
    }

    /// Where the next value will stand in its attribute: what a reference to it says.
    #[inline]
    #[must_use]
    pub fn place(&self) -> u32 {
        raw::count(self.out.len() - self.base)
    }

    /// How many definitions were written in this attribute; the next one has this number.
    #[must_use]
    pub const fn definitions(&self) -> u32 {
        self.definitions
    }

    /// How many bytes were written since the document, or the value, was begun.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes back all that was written from `place` on, `definitions` being their number there.
    pub fn truncate(&mut self, place: u32, definitions: u32) {
        self.out.truncate(self.base + place as usize);
        self.definitions = definitions;
    }

    /// Takes back the attribute that was begun when [`Writer::len`] was `at`, with all that was written since.
    pub fn withdraw(&mut self, at: usize) {
        self.out.truncate(self.start + at);
        self.base = self.out.len();
        self.definitions = 0;
    }

    /// Writes null.
    #[inline]
    pub fn nil(&mut self) {
        raw::nil(self.out);
    }

    /// Writes a boolean.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.out.push(if value { 0xc3 } else { 0xc2 });
    }

    /// Writes an integer that says its type.
    #[inline]
    pub fn number(&mut self, number: Number) {
        let Number { value, width } = number;
        match width {
            Width::Untyped => self.int(value),
            Width::Byte => self.sized(0xd0, ext::NUM, (value as i8).to_be_bytes(), -0x80..-32, value),
            Width::Short => self.sized(0xd1, ext::NUM, (value as i16).to_be_bytes(), -0x8000..-0x80, value),
            Width::Int => {
                self.sized(0xd2, ext::NUM, (value as i32).to_be_bytes(), -0x8000_0000..-0x8000, value);
            }
            Width::Long => self.sized(0xd3, ext::NUM, value.to_be_bytes(), i64::MIN..-0x8000_0000, value),
        }
    }

    /// Where the marker would be the shortest for the value, it would say nothing: an extension says it.
    #[inline]
    fn sized<const N: usize>(
        &mut self,
        marker: u8,
        kind: i8,
        bytes: [u8; N],
        shortest: std::ops::Range<i64>,
        value: i64,
    ) {
        if shortest.contains(&value) {
            raw::ext(self.out, kind, N);
            self.out.extend_from_slice(&bytes);
        } else {
            raw::wide(self.out, marker, bytes);
        }
    }

    /// Writes an integer that says no type, as short as it can be. A primitive field is written so, its
    /// definition has the type.
    #[inline]
    pub fn int(&mut self, value: i64) {
        match value {
            0.. => raw::unsigned(self.out, value as u64),
            -32..=-1 => self.out.push(value as u8),
            -0x80..=-33 => raw::wide(self.out, 0xd0, (value as i8).to_be_bytes()),
            -0x8000..=-0x81 => raw::wide(self.out, 0xd1, (value as i16).to_be_bytes()),
            -0x8000_0000..=-0x8001 => raw::wide(self.out, 0xd2, (value as i32).to_be_bytes()),
            _ => raw::wide(self.out, 0xd3, value.to_be_bytes()),
        }
    }

    /// Writes an untyped integer over `i64::MAX`.
    pub fn unsigned(&mut self, value: u64) {
        raw::unsigned(self.out, value);
    }

    /// Writes a float.
    #[inline]
    pub fn f32(&mut self, value: f32) {
        raw::wide(self.out, 0xca, value.to_be_bytes());
    }

    /// Writes a double.
    #[inline]
    pub fn f64(&mut self, value: f64) {
        raw::wide(self.out, 0xcb, value.to_be_bytes());
    }

    /// Writes a string.
    #[inline]
    pub fn str(&mut self, value: &str) {
        raw::str(self.out, value.as_bytes());
    }

    /// Writes a string whose bytes the caller knows to be UTF-8: those of another document.
    #[inline]
    pub fn str_bytes(&mut self, value: &[u8]) {
        raw::str(self.out, value);
    }

    /// As [`Writer::str_bytes`], of the first `len` bytes of a source that may have more: see [`append_first`].
    #[inline]
    pub fn str_first(&mut self, source: &[u8], len: usize) {
        raw::str_len(self.out, len);
        append_first(self.out, source, len);
    }

    /// Writes a string of ASCII whose last byte has its high bit set to mark the end.
    #[inline]
    pub fn str_marked(&mut self, marked: &[u8]) {
        raw::str(self.out, marked);
        if let Some(last) = self.out.last_mut() {
            *last &= 0x7f;
        }
    }

    /// As [`Writer::str_marked`], of the first `len` bytes of a source that may have more: see [`append_first`].
    #[inline]
    pub fn str_marked_first(&mut self, source: &[u8], len: usize) {
        raw::str_len(self.out, len);
        append_first(self.out, source, len);
        if let Some(last) = self.out.last_mut() {
            *last &= 0x7f;
        }
    }

    /// Writes UTF-16 units: as a string, or with [`ext::WSTR`] when surrogates are unpaired.
    pub fn utf16(&mut self, units: impl Iterator<Item = u16> + Clone) {
        let mut unpaired = false;
        let len = char::decode_utf16(units.clone())
            .map(|unit| match unit {
                Ok(char) => char.len_utf8(),
                Err(_) => {
                    unpaired = true;
                    3
                }
            })
            .sum();
        if unpaired {
            raw::ext(self.out, ext::WSTR, len);
        } else {
            raw::str_len(self.out, len);
        }
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(char) => self.out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(surrogate) => {
                    let unit = surrogate.unpaired_surrogate();
                    self.out.extend_from_slice(&[
                        0xe0 | (unit >> 12) as u8,
                        0x80 | (unit >> 6 & 0x3f) as u8,
                        0x80 | (unit & 0x3f) as u8,
                    ]);
                }
            }
        }
    }

    /// Writes a string with unpaired surrogates, in WTF-8.
    pub fn wstr(&mut self, wtf8: &[u8]) {
        self.extension(ext::WSTR, wtf8);
    }

    /// Writes a UTF-16 unit.
    pub fn char(&mut self, unit: u16) {
        self.extension(ext::CHAR, &unit.to_be_bytes());
    }

    /// Writes bytes, Java's `byte[]`.
    pub fn bin(&mut self, value: &[u8]) {
        raw::bin(self.out, value);
    }

    /// Writes a primitive array: the JVM's type character, one of `ZCSIJFD`, and big-endian elements.
    pub fn primitives(&mut self, element: u8, data: &[u8]) {
        raw::ext(self.out, ext::PRIMITIVES, data.len() + 1);
        self.out.push(element);
        append(self.out, data);
    }

    /// Begins a primitive array of so many bytes; its big-endian elements must follow by [`Writer::copy`].
    pub fn begin_primitives(&mut self, element: u8, bytes: usize) {
        raw::ext(self.out, ext::PRIMITIVES, bytes + 1);
        self.out.push(element);
    }

    /// Writes a `java.util.Date`, ms since the epoch.
    #[inline]
    pub fn date(&mut self, millis: i64) {
        let [a, b, c, d, e, f, g, h] = millis.to_be_bytes();
        self.out.extend_from_slice(&[0xd7, ext::DATE as u8, a, b, c, d, e, f, g, h]);
    }

    /// Writes a `java.time.Instant`, in the shortest form of MessagePack's timestamp.
    pub fn instant(&mut self, seconds: i64, nanos: u32) {
        match (u32::try_from(seconds), u64::try_from(seconds)) {
            (Ok(seconds), _) if nanos == 0 => self.extension(ext::TIMESTAMP, &seconds.to_be_bytes()),
            (_, Ok(seconds)) if seconds < 1 << 34 => {
                self.extension(ext::TIMESTAMP, &(u64::from(nanos) << 34 | seconds).to_be_bytes());
            }
            _ => {
                raw::ext(self.out, ext::TIMESTAMP, 12);
                self.out.extend_from_slice(&nanos.to_be_bytes());
                self.out.extend_from_slice(&seconds.to_be_bytes());
            }
        }
    }

    /// Writes a BigInteger, big-endian two's complement.
    pub fn big_integer(&mut self, twos_complement: &[u8]) {
        self.extension(ext::BIG_INTEGER, twos_complement);
    }

    /// Writes a BigDecimal.
    pub fn big_decimal(&mut self, scale: i32, unscaled: &[u8]) {
        raw::ext(self.out, ext::BIG_DECIMAL, unscaled.len() + 4);
        self.out.extend_from_slice(&scale.to_be_bytes());
        append(self.out, unscaled);
    }

    /// As [`Writer::big_decimal`], of the first `len` bytes of a source that may have more: see [`append_first`].
    #[inline]
    pub fn big_decimal_first(&mut self, scale: i32, source: &[u8], len: usize) {
        let [a, b, c, d] = scale.to_be_bytes();
        match len {
            4 => self.out.extend_from_slice(&[0xd7, ext::BIG_DECIMAL as u8, a, b, c, d]),
            0..=11 => {
                self.out.extend_from_slice(&[0xc7, len as u8 + 4, ext::BIG_DECIMAL as u8, a, b, c, d]);
            }
            _ => {
                raw::ext(self.out, ext::BIG_DECIMAL, len + 4);
                self.out.extend_from_slice(&[a, b, c, d]);
            }
        }
        append_first(self.out, source, len);
    }

    /// Writes a UUID.
    pub fn uuid(&mut self, value: &[u8; 16]) {
        self.extension(ext::UUID, value);
    }

    /// Writes a value that only the format with this id understands.
    pub fn opaque(&mut self, format: &str, bytes: &[u8]) {
        let head = match format.len() {
            0..=31 => 1,
            32..=0xff => 2,
            0x100..=0xffff => 3,
            _ => 5,
        };
        raw::ext(self.out, ext::OPAQUE, head + format.len() + bytes.len());
        raw::str(self.out, format.as_bytes());
        append(self.out, bytes);
    }

    /// Begins a plain array, Java's `ArrayList`; so many elements must follow.
    #[inline]
    pub fn array(&mut self, count: u32) {
        raw::array(self.out, count);
    }

    /// Begins a plain map, Java's `HashMap`; so many keys and values must follow.
    #[inline]
    pub fn map(&mut self, count: u32) {
        raw::map(self.out, count);
    }

    /// Begins a plain array whose count is told at its end.
    pub fn array_of_unknown_count(&mut self) -> Count {
        raw::wide(self.out, 0xdd, [0; 4]);
        Count(self.out.len() - 4)
    }

    /// Begins a plain map whose count is told at its end.
    pub fn map_of_unknown_count(&mut self) -> Count {
        raw::wide(self.out, 0xdf, [0; 4]);
        Count(self.out.len() - 4)
    }

    /// Tells the count of a container that was begun without. For a typed value it is the parts, and one for
    /// the HEAD.
    #[allow(clippy::needless_pass_by_value, reason = "a count is told once: the value is used up")]
    pub fn patch(&mut self, at: Count, count: u32) {
        if let Some(field) = self.out.get_mut(at.0..at.0 + 4) {
            field.copy_from_slice(&count.to_be_bytes());
        }
    }

    /// Begins a value of a built-in class; so many parts must follow.
    #[inline]
    pub fn builtin(&mut self, number: u16, parts: u32) {
        raw::array(self.out, parts.saturating_add(1));
        self.head_builtin(number);
    }

    /// Begins a value of a class that was defined in this attribute; so many parts must follow.
    #[inline]
    pub fn known(&mut self, definition: u32, parts: u32) {
        if let (0..=14, Ok(number)) = (parts, u8::try_from(definition)) {
            self.out.extend_from_slice(&[0x91 + parts as u8, 0xd4, ext::KNOWN as u8, number]);
            return;
        }
        raw::array(self.out, parts.saturating_add(1));
        self.head_known(definition);
    }

    /// Begins a value that defines its class. [`Writer::begin_definition`] must follow, then its items, then
    /// so many parts.
    pub fn defined(&mut self, parts: u32) {
        raw::array(self.out, parts.saturating_add(1));
    }

    /// Begins a class literal; a HEAD must follow: [`Writer::head_builtin`], [`Writer::head_known`] or a
    /// definition.
    pub fn class(&mut self) {
        raw::array(self.out, 2);
        raw::ext(self.out, ext::CLASS, 0);
    }

    /// Writes the HEAD of a built-in class.
    #[inline]
    pub fn head_builtin(&mut self, number: u16) {
        self.head(ext::BUILTIN, number);
    }

    /// Writes the HEAD of a class that was defined in this attribute.
    #[inline]
    pub fn head_known(&mut self, definition: u32) {
        self.head(ext::KNOWN, u16::try_from(definition).unwrap_or(u16::MAX));
    }

    #[inline]
    fn head(&mut self, kind: i8, number: u16) {
        match u8::try_from(number) {
            Ok(number) => self.out.extend_from_slice(&[0xd4, kind as u8, number]),
            Err(_) => {
                let [high, low] = number.to_be_bytes();
                self.out.extend_from_slice(&[0xd5, kind as u8, high, low]);
            }
        }
    }

    /// Begins a definition of so many items, and gives its number. Its superclass must follow (a HEAD, a
    /// definition, or nil), then the items by [`Writer::item`].
    pub fn begin_definition(
        &mut self,
        kind: Kind,
        named: bool,
        java: Option<(u8, i64)>,
        name: &str,
        items: u32,
    ) -> u32 {
        let number = self.definitions;
        self.definitions += 1;
        raw::array(self.out, items.saturating_add(3));
        let kind = u8::from(named) << 6
            | match kind {
                Kind::Bean => 0,
                Kind::Enum => 1,
                Kind::Proxy => 2,
                Kind::Array => 3,
            };
        match java {
            None => self.extension(ext::DEFINITION, &[kind]),
            Some((flags, suid)) => {
                raw::ext(self.out, ext::DEFINITION, 10);
                self.out.extend_from_slice(&[kind, flags]);
                self.out.extend_from_slice(&suid.to_be_bytes());
            }
        }
        self.str(name);
        number
    }

    /// Writes a definition that another document has: its bytes, with those of its superclasses inside, so many in all.
    /// Gives the number of the first.
    pub fn definition_again(&mut self, bytes: &[u8], definitions: u32) -> u32 {
        let number = self.definitions;
        self.definitions += definitions;
        append(self.out, bytes);
        number
    }

    /// Writes the slot of a field: how many classes up it is declared, its type descriptor, its name.
    pub fn item(&mut self, level: u32, descriptor: &str, name: &str) {
        raw::str_len(self.out, level as usize + descriptor.len() + name.len());
        self.out.resize(self.out.len() + level as usize, b'^');
        self.out.extend_from_slice(descriptor.as_bytes());
        self.out.extend_from_slice(name.as_bytes());
    }

    /// Writes the slot of custom data.
    pub fn item_custom(&mut self, level: u32) {
        self.item(level, "*", "");
    }

    /// Writes the slot of what a value is as an object of the built-in class so many levels up.
    pub fn item_whole(&mut self, level: u32) {
        self.item(level, "=", "");
    }

    /// Says that the value is the object at a place of this attribute.
    #[inline]
    pub fn reference(&mut self, place: u32) {
        self.extension(ext::REF, &place.to_be_bytes());
    }

    /// Says that the value is the object at a place of another attribute, by its number in the extras.
    pub fn xref(&mut self, name: u32, place: u32) {
        raw::ext(self.out, ext::XREF, 8);
        self.out.extend_from_slice(&name.to_be_bytes());
        self.out.extend_from_slice(&place.to_be_bytes());
    }

    /// Fills in where a reference leads to, of which the last four bytes stand at `field`.
    #[cfg(feature = "json")]
    pub(crate) fn fill_in(&mut self, field: u32, place: u32) {
        let at = self.base + field as usize;
        if let Some(field) = self.out.get_mut(at..at + 4) {
            field.copy_from_slice(&place.to_be_bytes());
        }
    }

    /// What was written of the attribute from a place on.
    #[cfg(feature = "json")]
    pub(crate) fn from(&self, place: u32) -> &[u8] {
        self.out.get(self.base + place as usize..).unwrap_or_default()
    }

    /// Copies a value that holds no reference and no use of a definition, or a whole attribute, or elements of a
    /// primitive array.
    pub fn copy(&mut self, value: &[u8]) {
        append(self.out, value);
    }

    /// Writes again the scalar that was written when [`Writer::len`] was `at`: a value without an identity that comes
    /// a second time.
    pub fn repeat(&mut self, at: usize) {
        let from = self.start + at;
        // What Java caches is this short, and worth no call of a copy.
        let rest = self.out.get(from..).unwrap_or_default();
        match *rest.first_chunk().unwrap_or(&[0; 5]) {
            [marker @ (0xc2 | 0xc3), ..] => return self.out.push(marker),
            [0xd0, value, ..] => return self.out.extend_from_slice(&[0xd0, value]),
            [0xd2, a, b, c, d] => return self.out.extend_from_slice(&[0xd2, a, b, c, d]),
            _ => {}
        }
        let mut tokens = Tokens::new(self.out);
        tokens.seek(from);
        if tokens.next().is_err() {
            return;
        }
        let to = tokens.at();
        match rest.first_chunk::<16>() {
            Some(&chunk) if to - from <= 16 => {
                let end = self.out.len() + (to - from);
                self.out.extend_from_slice(&chunk);
                self.out.truncate(end);
            }
            _ => self.out.extend_from_within(from..to),
        }
    }

    /// Makes another built-in class, of a number below 256, of the value that was begun when [`Writer::len`] was
    /// `at`, for formats that tell the class behind the parts.
    pub fn patch_builtin(&mut self, at: usize, number: u8) {
        let Some(value) = self.out.get_mut(self.start + at..) else { return };
        if let [0x90..=0x9f, 0xd4, _, old, ..]
        | [0xdc, _, _, 0xd4, _, old, ..]
        | [0xdd, _, _, _, _, 0xd4, _, old, ..] = value
        {
            *old = number;
        }
    }

    /// What was written since the document, or the value, was begun.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.out.get(self.start..).unwrap_or_default()
    }

    #[inline]
    fn extension(&mut self, kind: i8, payload: &[u8]) {
        raw::ext(self.out, kind, payload.len());
        append(self.out, payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_that_comes_again_is_copied_whole() {
        let mut bytes = b"before".to_vec();
        let mut writer = Writer::value(&mut bytes);
        writer.array(4);
        let text = writer.len();
        writer.str("twice");
        let number = writer.len();
        writer.big_decimal(2, &[1, 2, 3]);
        writer.repeat(text);
        writer.repeat(number);
        writer.repeat(1_000);
        let expected = b"before\x94\xa5twice\xc7\x07\x0b\0\0\0\x02\x01\x02\x03\xa5twice\xc7\x07\x0b\0\0\0\x02\x01\x02\x03";
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_built_in_class_of_a_value_may_be_told_behind_its_parts() {
        for parts in [2, 20, 70_000] {
            let mut bytes = Vec::new();
            let mut writer = Writer::value(&mut bytes);
            writer.nil();
            let at = writer.len();
            writer.builtin(41, parts);
            writer.patch_builtin(at, 42);
            writer.patch_builtin(0, 42);
            assert_eq!(writer.written().last(), Some(&42));
            assert_eq!(bytes.first(), Some(&0xc0));
        }
    }
}
