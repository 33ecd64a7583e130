//! Values of the JDK that are no containers of other objects.

use holdfast_document::{Number, Width};
use holdfast_kryo_common::fault::{Outcome, damaged};
use holdfast_kryo_common::{locale, text};

use super::{HIDDEN_ZONE, Reading};
use crate::codec::Codec;

impl<'i> Reading<'i, '_, '_> {
    /// Reads a string: the count of its units, and the units.
    #[inline]
    pub(super) fn string(&mut self) -> Outcome<()> {
        let rest = self.input.rest();
        if let Some((&len @ ..0x80, behind)) = rest.split_first()
            && let Some(bytes) = behind.get(..usize::from(len))
            && holdfast_document::is_ascii(bytes)
        {
            self.input.seek(self.input.at() + 1 + bytes.len());
            self.doc.str_bytes(bytes);
            return Ok(());
        }
        self.units()?.write(&mut self.doc);
        Ok(())
    }

    /// Reads a string for whoever wants to look at it.
    pub(super) fn units(&mut self) -> Outcome<text::Units<'i>> {
        let count = self.input.count(1)?;
        let at = self.input.at();
        let rest = self.input.rest();
        match text::Units::read(rest, count as usize) {
            Ok((units, len)) => {
                self.input.seek(at + len);
                Ok(units)
            }
            Err(bad) if bad >= rest.len() => Err(self.input.truncated()),
            Err(bad) => Err(damaged(at + bad, "no character of a string")),
        }
    }

    /// Reads a string that a `String` can hold.
    fn text(&mut self) -> Outcome<String> {
        let at = self.input.at();
        let mut text = String::new();
        if self.units()?.push_to(&mut text) {
            return Ok(text);
        }
        Err(damaged(at, "half of a surrogate pair"))
    }

    pub(super) fn scalar(&mut self, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Boolean => {
                let value = self.input.boolean()?;
                self.doc.bool(value);
            }
            Codec::Byte => {
                let value = i64::from(i8::from_be_bytes(self.input.fixed()?));
                self.doc.number(Number { value, width: Width::Byte });
            }
            Codec::Short => {
                let value = i64::from(self.short()?);
                self.doc.number(Number { value, width: Width::Short });
            }
            Codec::Int => {
                let value = i64::from(self.input.varint()?.cast_signed());
                self.doc.number(Number { value, width: Width::Int });
            }
            Codec::Long => {
                let value = self.input.zigzag_long()?;
                self.doc.number(Number { value, width: Width::Long });
            }
            Codec::Char => {
                let unit = u16::from_be_bytes(self.input.fixed()?);
                self.doc.char(unit);
            }
            Codec::Float => {
                let bits = u32::from_be_bytes(self.input.fixed()?);
                self.doc.f32(f32::from_bits(bits));
            }
            Codec::Double => {
                let bits = u64::from_be_bytes(self.input.fixed()?);
                self.doc.f64(f64::from_bits(bits));
            }
            Codec::String => self.string()?,
            Codec::BigInteger => {
                let bytes = self.big_integer()?;
                self.doc.big_integer(bytes);
            }
            Codec::BigDecimal => {
                let unscaled = self.big_integer()?;
                let scale = self.input.zigzag()?;
                self.doc.big_decimal(scale, unscaled);
            }
            Codec::Date => {
                let millis = self.input.varlong()?.cast_signed();
                self.doc.date(millis);
            }
            Codec::SqlDate(builtin) => {
                let millis = self.input.varlong()?.cast_signed();
                self.doc.builtin(builtin, 1);
                self.doc.int(millis);
            }
            Codec::Timestamp => {
                // The library keeps what `getTime` says, and no nanoseconds beyond.
                let millis = self.input.varlong()?.cast_signed();
                self.doc.builtin(92, 2);
                self.doc.int(millis);
                self.doc.int(millis.rem_euclid(1000) * 1_000_000);
            }
            Codec::Calendar => self.calendar()?,
            Codec::Text(builtin) => {
                if !self.mark()? {
                    return Err(damaged(self.input.at() - 1, "a null for the text of a value"));
                }
                self.doc.builtin(builtin, 1);
                self.string()?;
            }
            Codec::Locale => self.locale()?,
            _ => return Err(damaged(self.input.at(), "a value that has no form")),
        }
        Ok(())
    }

    /// Reads the fields of an object that documents have by its parts.
    pub(super) fn object_of_parts(&mut self, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Uuid => {
                // By name the lower half comes first.
                let low = self.input.zigzag_long()?.cast_unsigned();
                let high = self.input.zigzag_long()?.cast_unsigned();
                self.doc.uuid(&(u128::from(high) << 64 | u128::from(low)).to_be_bytes());
            }
            Codec::Uri => {
                self.doc.builtin(89, 1);
                self.optional_string()?;
            }
            Codec::Url => self.url()?,
            Codec::AtomicBoolean => {
                let at = self.input.at();
                let value = match self.input.varint()? {
                    0 => false,
                    1 => true,
                    value => {
                        return Err(damaged(at, format!("an AtomicBoolean of {value}, which is 0 or 1")));
                    }
                };
                self.doc.builtin(84, 1);
                self.doc.bool(value);
            }
            Codec::AtomicInteger => {
                let value = self.input.varint()?.cast_signed();
                self.doc.builtin(82, 1);
                self.doc.int(i64::from(value));
            }
            Codec::AtomicLong => {
                let value = self.input.zigzag_long()?;
                self.doc.builtin(83, 1);
                self.doc.int(value);
            }
            Codec::BitSet => self.bit_set()?,
            codec => self.time(codec)?,
        }
        Ok(())
    }

    /// A field of class String: null or a string.
    fn optional_string(&mut self) -> Outcome<()> {
        if self.mark()? {
            self.string()
        } else {
            self.doc.nil();
            Ok(())
        }
    }

    pub(super) fn optional_text(&mut self) -> Outcome<Option<String>> {
        if self.mark()? { self.text().map(Some) } else { Ok(None) }
    }

    fn big_integer(&mut self) -> Outcome<&'i [u8]> {
        let at = self.input.at();
        match self.input.count(1)? {
            0 => Err(damaged(at, "a number of no bytes")),
            len => self.input.take(len as usize),
        }
    }

    /// The words are stored, and how many of them count is not: the library reads a set without bits. Here they all
    /// count.
    fn bit_set(&mut self) -> Outcome<()> {
        let at = self.input.at();
        if !self.mark()? || self.input.u8()? != 1 {
            return Err(damaged(at, "the words of a BitSet are an array of one dimension"));
        }
        let count = self.input.count(1)?;
        let mut bits = Vec::with_capacity(count as usize * 8);
        for _ in 0..count {
            bits.extend_from_slice(&self.input.zigzag_long()?.to_le_bytes());
        }
        let len = bits.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.doc.builtin(95, 1);
        self.doc.bin(bits.get(..len).unwrap_or_default());
        Ok(())
    }

    fn calendar(&mut self) -> Outcome<()> {
        let millis = self.input.varlong()?.cast_signed();
        let lenient = self.input.boolean()?;
        let first_day = self.input.varint()?;
        let minimal_days = self.input.varint()?;
        let zone = self.units()?;
        self.doc.builtin(93, 6);
        self.doc.int(millis);
        zone.write(&mut self.doc);
        self.doc.bool(lenient);
        self.doc.int(i64::from(first_day));
        self.doc.int(i64::from(minimal_days));
        self.doc.int(crate::read::REFORM);
        Ok(())
    }

    fn locale(&mut self) -> Outcome<()> {
        let [language, country, variant] = [self.text()?, self.text()?, self.text()?];
        self.doc.builtin(86, 5);
        for part in [&language, &country, &variant] {
            self.doc.str(part);
        }
        self.doc.str("");
        self.doc.str(locale::extensions(&language, &country, &variant));
        Ok(())
    }

    /// The library's fields of a URL, by name: authority, file, hashCode, host, port, protocol, ref.
    fn url(&mut self) -> Outcome<()> {
        let authority = self.optional_text()?;
        let file = self.optional_text()?;
        self.input.varint()?;
        let host = self.optional_text()?;
        let port = self.input.varint()?.cast_signed();
        let protocol = self.optional_text()?;
        let reference = self.optional_text()?;
        self.doc.builtin(88, 6);
        self.doc.str(protocol.as_deref().unwrap_or_default());
        for part in [authority, host] {
            match part {
                Some(part) => self.doc.str(&part),
                None => self.doc.nil(),
            }
        }
        self.doc.int(i64::from(port));
        self.doc.str(file.as_deref().unwrap_or_default());
        match reference {
            Some(part) => self.doc.str(&part),
            None => self.doc.nil(),
        }
        Ok(())
    }

    /// A time zone without a history, whose id tells its offset: that is how documents have it. Otherwise the position
    /// stays.
    pub(super) fn simple_zone(&mut self) -> Outcome<bool> {
        let at = self.input.at();
        if let Some(id) = self.optional_text()?
            && let Some(offset) = crate::zone::offset(&id)
            && self.input.rest().starts_with(&HIDDEN_ZONE)
        {
            self.input.take(HIDDEN_ZONE.len())?;
            if self.input.varint()?.cast_signed() == offset && self.input.rest().starts_with(&[0; 4]) {
                self.input.take(4)?;
                self.doc.builtin(94, 1);
                self.doc.str(&id);
                return Ok(true);
            }
        }
        self.input.seek(at);
        Ok(false)
    }
}
