//! Values of the JDK that are no containers of other objects.

use holdfast_document::{Event, Number, append};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::output::{varint, varlong, zigzag_long};
use holdfast_kryo_common::{locale, text};

use super::{Slot, Writing};
use crate::codec::Codec;
use crate::losses::Loss;
use crate::read::REFORM;

/// Writes a string of UTF-8 or WTF-8: the count of its units, and the units.
#[inline]
pub(super) fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    if holdfast_document::is_ascii(bytes) {
        varint(out, bytes.len() as u32);
        append(out, bytes);
    } else {
        varint(out, text::count(bytes) as u32);
        text::write(out, bytes);
    }
}

impl<'d> Writing<'d, '_, '_> {
    #[inline]
    pub(super) fn string(&mut self, bytes: &[u8]) {
        string(self.out, bytes);
    }

    /// Writes a value that has an event of its own, and an identity in a document.
    pub(super) fn shareable(&mut self, slot: Slot, event: Event<'d>, place: u32, at: usize) -> Outcome<()> {
        let number = match event {
            Event::Bin(bytes) => return self.primitives(slot, b'B', bytes, at),
            Event::Primitives(element, data) => return self.primitives(slot, element, data, at),
            Event::Date(millis) => {
                self.builtin_head(slot, 185, at)?;
                varlong(self.out, millis.cast_unsigned());
                return Ok(());
            }
            Event::Instant(..) => 187,
            Event::Uuid(_) => 186,
            _ => return Err(self.bad_form(at)),
        };
        let Some(class) = self.classes.builtin(number) else { return Err(self.bad_form(at)) };
        if !self.object(slot, class, place, at)? {
            return Ok(());
        }
        match event {
            Event::Instant(seconds, nanos) => {
                varint(self.out, nanos);
                zigzag_long(self.out, seconds);
            }
            Event::Uuid(bytes) => {
                let value = u128::from_be_bytes(*bytes);
                zigzag_long(self.out, (value as u64).cast_signed());
                zigzag_long(self.out, ((value >> 64) as u64).cast_signed());
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes the parts of a built-in value without identity.
    pub(super) fn scalar(&mut self, codec: Codec, at: usize) -> Outcome<()> {
        match codec {
            Codec::SqlDate(_) => {
                let millis = self.int_part()?;
                varlong(self.out, millis.cast_unsigned());
            }
            Codec::Timestamp => {
                let (millis, nanos) = (self.int_part()?, self.int_part()?);
                if nanos % 1_000_000 != 0 {
                    self.lose(Loss::Nanos, at)?;
                }
                // A document may have whole seconds, or what `getTime` says.
                let seconds = millis.div_euclid(1000);
                let millis = seconds.saturating_mul(1000).saturating_add(nanos.div_euclid(1_000_000));
                varlong(self.out, millis.cast_unsigned());
            }
            Codec::Calendar => self.calendar(at)?,
            Codec::Text(_) => {
                let text = self.text_part()?;
                self.out.push(1);
                self.string(text);
            }
            Codec::Locale => self.locale(at)?,
            _ => return Err(self.bad_form(at)),
        }
        Ok(())
    }

    /// Writes the fields of an object that documents have by its parts.
    pub(super) fn object_of_parts(&mut self, codec: Codec, at: usize) -> Outcome<()> {
        match codec {
            Codec::Uri => match self.optional_part()? {
                None => self.out.push(0),
                Some(text) => {
                    self.out.push(1);
                    self.string(text);
                }
            },
            Codec::AtomicBoolean => match self.event()? {
                Event::Bool(value) => self.out.push(u8::from(value)),
                _ => return Err(self.bad_form(at)),
            },
            Codec::AtomicInteger => self.int_of_32_bits()?,
            Codec::AtomicLong => {
                let value = self.int_part()?;
                zigzag_long(self.out, value);
            }
            Codec::BitSet => match self.event()? {
                Event::Bin(bytes) => {
                    if bytes.iter().any(|byte| *byte != 0) {
                        self.lose(Loss::Bits, at)?;
                    }
                    self.words(bytes);
                }
                _ => return Err(self.bad_form(at)),
            },
            Codec::Zone(_) => self.zone()?,
            codec => self.time(codec, at)?,
        }
        Ok(())
    }

    /// The words of a BitSet, an array. One without bits has one of them.
    fn words(&mut self, bits: &[u8]) {
        let words = bits.len().div_ceil(8).max(1);
        self.out.extend_from_slice(&[1, 1]);
        varint(self.out, words as u32);
        for index in 0..words {
            let mut word = [0; 8];
            for (byte, bit) in word.iter_mut().zip(bits.iter().skip(index * 8)) {
                *byte = *bit;
            }
            zigzag_long(self.out, i64::from_le_bytes(word));
        }
    }

    fn calendar(&mut self, at: usize) -> Outcome<()> {
        let millis = self.int_part()?;
        let zone = self.text_part()?;
        let Event::Bool(lenient) = self.event()? else { return Err(self.bad_form(at)) };
        let first_day = self.small_part()?;
        let minimal_days = self.small_part()?;
        if self.int_part()? != REFORM {
            self.lose(Loss::Reform, at)?;
        }
        varlong(self.out, millis.cast_unsigned());
        self.out.push(u8::from(lenient));
        varint(self.out, first_day);
        varint(self.out, minimal_days);
        self.string(zone);
        Ok(())
    }

    fn locale(&mut self, at: usize) -> Outcome<()> {
        let [language, country, variant] = [self.str_part()?, self.str_part()?, self.str_part()?];
        let [script, extensions] = [self.str_part()?, self.str_part()?];
        if !script.is_empty() || extensions != locale::extensions(language, country, variant) {
            self.lose(Loss::Locale, at)?;
        }
        for part in [language, country, variant] {
            self.string(part.as_bytes());
        }
        Ok(())
    }

    /// A time zone of which the document has the id: written if that says all of it. By name: ID, checksum, dstSavings,
    /// offsets, rawOffset, rawOffsetDiff, simpleTimeZoneParams, transitions, willGMTOffsetChange.
    fn zone(&mut self) -> Outcome<()> {
        let at = self.way.at();
        let id = self.str_part()?;
        let Some(offset) = crate::zone::offset(id) else {
            let text = format!(
                "the time zone {id}, of which the document has nothing but the id: the library stores all of its history"
            );
            return Err(self.unrepresentable(at, text));
        };
        self.out.push(1);
        self.string(id.as_bytes());
        self.out.extend_from_slice(&[0; 3]);
        varint(self.out, offset.cast_unsigned());
        self.out.extend_from_slice(&[0; 4]);
        Ok(())
    }

    /// An integer among the parts of a value.
    pub(super) fn int_part(&mut self) -> Outcome<i64> {
        let at = self.way.at();
        match self.event()? {
            Event::Int(Number { value, .. }) => Ok(value),
            _ => Err(self.bad_form(at)),
        }
    }

    /// Copies an integer of 32 bits: a negative one takes all of them.
    pub(super) fn int_of_32_bits(&mut self) -> Outcome<()> {
        let at = self.way.at();
        let value = self.int_part()?;
        match i32::try_from(value) {
            Ok(value) => varint(self.out, value.cast_unsigned()),
            Err(_) => return Err(self.too_wide(value, "int", at)),
        }
        Ok(())
    }

    fn small_part(&mut self) -> Outcome<u32> {
        let at = self.way.at();
        u32::try_from(self.int_part()?).map_err(|_| self.bad_form(at))
    }

    fn text_part(&mut self) -> Outcome<&'d [u8]> {
        let at = self.way.at();
        self.optional_part()?.ok_or_else(|| self.bad_form(at))
    }

    fn optional_part(&mut self) -> Outcome<Option<&'d [u8]>> {
        let at = self.way.at();
        match self.event()? {
            Event::Nil => Ok(None),
            Event::Str(bytes) | Event::Wstr(bytes) => Ok(Some(bytes)),
            _ => Err(self.bad_form(at)),
        }
    }

    pub(super) fn str_part(&mut self) -> Outcome<&'d str> {
        let at = self.way.at();
        self.event()?.text(at).map_err(|_| self.bad_form(at))
    }
}
