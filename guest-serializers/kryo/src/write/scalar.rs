//! Values of the JDK that are no containers of other objects.

use holdfast_document::{Event, Number};

use super::{Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::output::{varint, varlong, zigzag, zigzag_long};
use crate::text::{write_ascii, write_counted, write_string};
use crate::url;

impl<'d> Writing<'d, '_, '_> {
    /// Writes a value that has an event of its own, and an identity.
    pub(super) fn shareable(&mut self, slot: Slot, event: Event<'d>, place: u32, at: usize) -> Outcome<()> {
        let number = match event {
            Event::Bin(_) => 189,
            Event::Primitives(element, _) => match element {
                b'Z' => 188,
                b'C' => 190,
                b'S' => 191,
                b'I' => 192,
                b'J' => 193,
                b'F' => 194,
                _ => 195,
            },
            Event::Date(_) => 185,
            Event::Instant(..) => 187,
            Event::Uuid(_) => 186,
            _ => return Err(self.bad_form(at)),
        };
        self.builtin_object(slot, number, place, at)?;
        match event {
            Event::Bin(bytes) => self.bytes(bytes),
            Event::Primitives(element, data) => self.primitives(element, data),
            Event::Date(millis) => varlong(self.out, millis.cast_unsigned()),
            Event::Instant(seconds, nanos) => {
                varlong(self.out, seconds.cast_unsigned());
                varint(self.out, nanos);
            }
            Event::Uuid(bytes) => {
                let value = u128::from_be_bytes(*bytes);
                if self.classes.compatible
                    && let Some(class) = self.classes.builtin(number)
                {
                    self.describe(class, &["leastSigBits", "mostSigBits"]);
                    for half in [value as u64, (value >> 64) as u64] {
                        self.open_chunks();
                        zigzag_long(self.out, half.cast_signed());
                        self.close_chunks();
                    }
                    return Ok(());
                }
                zigzag_long(self.out, (value as u64).cast_signed());
                zigzag_long(self.out, ((value >> 64) as u64).cast_signed());
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        varint(self.out, bytes.len() as u32 + 1);
        self.out.extend_from_slice(bytes);
    }

    fn primitives(&mut self, element: u8, data: &[u8]) {
        let size = match element {
            b'Z' => 1,
            b'C' | b'S' => 2,
            b'I' | b'F' => 4,
            _ => 8,
        };
        varint(self.out, (data.len() / size) as u32 + 1);
        match element {
            b'I' => {
                for value in data.as_chunks().0 {
                    zigzag(self.out, i32::from_be_bytes(*value));
                }
            }
            b'J' => {
                for value in data.as_chunks().0 {
                    zigzag_long(self.out, i64::from_be_bytes(*value));
                }
            }
            _ => self.out.extend_from_slice(data),
        }
    }

    /// Writes the parts of a built-in value.
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
                write_string(self.out, text);
            }
            Codec::Builder(_) => {
                let text = self.text_part()?;
                write_counted(self.out, text);
            }
            Codec::Uri => {
                self.value(Slot::Known(ClassId::STRING))?;
            }
            Codec::Locale => self.locale(at)?,
            Codec::Url => self.url()?,
            Codec::AtomicBoolean => match self.event()? {
                Event::Bool(value) => zigzag(self.out, i32::from(value)),
                _ => return Err(self.bad_form(at)),
            },
            Codec::AtomicInteger => {
                let value = self.int_part()?;
                match i32::try_from(value) {
                    Ok(value) => zigzag(self.out, value),
                    Err(_) => return Err(self.too_wide(value, "int", at)),
                }
            }
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
            codec => self.time(codec, at)?,
        }
        Ok(())
    }

    /// The words of a BitSet, an array that has a number and no place. One without bits has one of them.
    fn words(&mut self, bits: &[u8]) {
        self.first();
        let words = bits.len().div_ceil(8).max(1);
        varint(self.out, words as u32 + 1);
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
        let change = self.int_part()?;
        write_string(self.out, zone);
        varlong(self.out, millis.cast_unsigned());
        self.out.push(u8::from(lenient));
        varint(self.out, first_day);
        varint(self.out, minimal_days);
        zigzag_long(self.out, change);
        Ok(())
    }

    fn locale(&mut self, at: usize) -> Outcome<()> {
        let [language, country, variant] = [self.str_part()?, self.str_part()?, self.str_part()?];
        let [script, extensions] = [self.str_part()?, self.str_part()?];
        if !script.is_empty() || extensions != crate::locale::extensions(language, country, variant) {
            self.lose(Loss::Locale, at)?;
        }
        write_ascii(self.out, language.as_bytes());
        write_ascii(self.out, country.as_bytes());
        write_string(self.out, variant.as_bytes());
        Ok(())
    }

    fn url(&mut self) -> Outcome<()> {
        let protocol = self.str_part()?;
        let authority = self.optional_part()?;
        // The authority holds the host and the port.
        let host = self.optional_part()?;
        let port = self.int_part()?;
        let file = self.str_part()?;
        let reference = self.optional_part()?;
        let made = match (authority, host) {
            (None, Some(host)) if !host.is_empty() => {
                Some(if port < 0 { host.to_owned() } else { format!("{host}:{port}") })
            }
            _ => None,
        };
        let text = url::text(protocol, made.as_deref().or(authority), file, reference);
        write_string(self.out, text.as_bytes());
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

    fn small_part(&mut self) -> Outcome<u32> {
        let at = self.way.at();
        u32::try_from(self.int_part()?).map_err(|_| self.bad_form(at))
    }

    fn text_part(&mut self) -> Outcome<&'d [u8]> {
        let at = self.way.at();
        match self.event()? {
            Event::Str(bytes) | Event::Wstr(bytes) => Ok(bytes),
            _ => Err(self.bad_form(at)),
        }
    }

    pub(super) fn str_part(&mut self) -> Outcome<&'d str> {
        let at = self.way.at();
        self.event()?.text(at).map_err(|_| self.bad_form(at))
    }

    fn optional_part(&mut self) -> Outcome<Option<&'d str>> {
        let at = self.way.at();
        match self.event()? {
            Event::Nil => Ok(None),
            event => event.text(at).map(Some).map_err(|_| self.bad_form(at)),
        }
    }
}
