//! Values without parts.

use super::{Writer, raw};
use crate::append::append;
use crate::event::{Number, Width};
use crate::token::ext;

impl Writer<'_> {
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

    /// Writes a string of ASCII whose last byte has its high bit set to mark the end.
    #[inline]
    pub fn str_marked(&mut self, marked: &[u8]) {
        raw::str(self.out, marked);
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
}
