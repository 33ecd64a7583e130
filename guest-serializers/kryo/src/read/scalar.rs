//! Values of the JDK that are no containers of other objects.

use holdfast_document::{Number, Width};

use super::Reading;
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::{Outcome, damaged};
use crate::url;

impl<'i> Reading<'i, '_, '_> {
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
                let value = i64::from(i16::from_be_bytes(self.input.fixed()?));
                self.doc.number(Number { value, width: Width::Short });
            }
            Codec::Int => {
                let value = i64::from(self.input.zigzag()?);
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
            Codec::Uuid => {
                // By name the lower half comes first.
                let low = self.input.zigzag_long()?.cast_unsigned();
                let high = self.input.zigzag_long()?.cast_unsigned();
                self.doc.uuid(&(u128::from(high) << 64 | u128::from(low)).to_be_bytes());
            }
            Codec::Primitives(element) => self.primitives(element)?,
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
            Codec::Text(builtin) | Codec::Builder(builtin) => {
                self.doc.builtin(builtin, 1);
                self.input.text()?.write(&mut self.doc);
            }
            Codec::Uri => {
                self.doc.builtin(89, 1);
                self.known(ClassId::STRING)?;
            }
            Codec::Locale => self.locale()?,
            Codec::Url => self.url()?,
            Codec::AtomicBoolean => {
                let at = self.input.at();
                let value = match self.input.zigzag()? {
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
                let value = self.input.zigzag()?;
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

    fn big_integer(&mut self) -> Outcome<&'i [u8]> {
        let at = self.input.at();
        match self.input.count_plus_one(1)? {
            0 => Err(damaged(at, "a number of no bytes")),
            len => self.input.take(len as usize),
        }
    }

    fn primitives(&mut self, element: u8) -> Outcome<()> {
        let count = self.input.count_plus_one(1)? as usize;
        let size = match element {
            b'B' => {
                let bytes = self.input.take(count)?;
                self.doc.bin(bytes);
                return Ok(());
            }
            b'Z' => 1,
            b'C' | b'S' => 2,
            b'I' | b'F' => 4,
            _ => 8,
        };
        match element {
            b'I' => {
                self.doc.begin_primitives(element, count * size);
                for _ in 0..count {
                    let value = self.input.zigzag()?;
                    self.doc.copy(&value.to_be_bytes());
                }
            }
            b'J' => {
                self.doc.begin_primitives(element, count * size);
                for _ in 0..count {
                    let value = self.input.zigzag_long()?;
                    self.doc.copy(&value.to_be_bytes());
                }
            }
            // The others have a fixed size, and the order of bytes that the document has.
            _ => {
                let at = self.input.at();
                let bytes = self.input.take(count * size)?;
                if element == b'Z'
                    && let Some(bad) = bytes.iter().position(|byte| *byte > 1)
                {
                    return Err(damaged(at + bad, "no boolean, 0 or 1"));
                }
                self.doc.primitives(element, bytes);
            }
        }
        Ok(())
    }

    /// The words are stored, and how many of them count is not: the library reads a set without bits. Here they all
    /// count.
    fn bit_set(&mut self) -> Outcome<()> {
        let at = self.input.at();
        if self.input.varint()? != 1 {
            return Err(damaged(at, "the words of a BitSet are an array of their own"));
        }
        self.shelf.seen.push(super::refs::Seen::HIDDEN);
        let count = self.input.count_plus_one(1)?;
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
        let zone = self.input.text()?;
        let millis = self.input.varlong()?.cast_signed();
        let lenient = self.input.boolean()?;
        let first_day = self.input.varint()?;
        let minimal_days = self.input.varint()?;
        let change = self.input.zigzag_long()?;
        self.doc.builtin(93, 6);
        self.doc.int(millis);
        zone.write(&mut self.doc);
        self.doc.bool(lenient);
        self.doc.int(i64::from(first_day));
        self.doc.int(i64::from(minimal_days));
        self.doc.int(change);
        Ok(())
    }

    fn locale(&mut self) -> Outcome<()> {
        let mut parts = [const { String::new() }; 3];
        for part in &mut parts {
            self.text_to(part)?;
        }
        let [language, country, variant] = &parts;
        self.doc.builtin(86, 5);
        for part in &parts {
            self.doc.str(part);
        }
        self.doc.str("");
        self.doc.str(crate::locale::extensions(language, country, variant));
        Ok(())
    }

    fn url(&mut self) -> Outcome<()> {
        let at = self.input.at();
        let mut text = String::new();
        self.text_to(&mut text)?;
        let Some(url) = url::parse(&text) else {
            return Err(damaged(at, format!("{text:?} is no URL")));
        };
        self.doc.builtin(88, 6);
        self.doc.str(url.protocol);
        for part in [url.authority, url.host] {
            match part {
                Some(part) => self.doc.str(part),
                None => self.doc.nil(),
            }
        }
        self.doc.int(i64::from(url.port));
        self.doc.str(url.file);
        match url.reference {
            Some(part) => self.doc.str(part),
            None => self.doc.nil(),
        }
        Ok(())
    }

    fn text_to(&mut self, out: &mut String) -> Outcome<()> {
        let at = self.input.at();
        if self.input.text()?.push_to(out) {
            return Ok(());
        }
        Err(damaged(at, "half of a surrogate pair"))
    }

    /// Writes a class object.
    pub(super) fn class_object(&mut self, (class, is_primitive): (ClassId, bool)) -> Outcome<()> {
        if let Some(number) = crate::primitive::builtin(class).filter(|_| is_primitive) {
            self.doc.class();
            self.doc.head_builtin(number);
            return Ok(());
        }
        self.class_literal(class)
    }

    /// The class of a class object, and whether it is the primitive type instead of its wrapper.
    pub(super) fn class_of_object(&mut self) -> Outcome<(ClassId, bool)> {
        let class = self.class()?;
        let is_primitive = self.input.boolean()?;
        if is_primitive && crate::primitive::builtin(class).is_none() {
            let name = &self.classes.get(class).name;
            return Err(damaged(self.input.at() - 1, format!("{name} is no primitive type")));
        }
        Ok((class, is_primitive))
    }
}
