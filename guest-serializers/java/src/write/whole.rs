//! Classes of the JDK whose data does not come in the order of their parts.

use holdfast_document::{Event, Fact};

use super::{Frame, Step, Writing};
use crate::classes::id;
use crate::layout::{Hint, Op};
use crate::mutf8;
use crate::stream::tc;
use crate::time::{self, INSTANT, Temporal};

impl<'a> Writing<'a> {
    pub(super) fn whole(&mut self, op: Op, frame: &mut Frame) -> Step<()> {
        match op {
            Op::Text => {
                let at = self.at();
                match self.event()? {
                    event @ (Event::Str(_) | Event::Wstr(_) | Event::Nil) => {
                        self.value_of(at, event, Hint::None).map(|_| ())
                    }
                    _ => Err(self.misfit(at, "a string is needed here")),
                }
            }
            Op::Flag => {
                let at = self.at();
                let Event::Bool(value) = self.event()? else {
                    return Err(self.misfit(at, "a boolean is needed here"));
                };
                self.int(u32::from(value));
                Ok(())
            }
            Op::Builder => self.builder(frame),
            Op::Buffer => self.buffer(frame),
            Op::Locale => self.locale(),
            Op::Url => self.url(frame),
            Op::Words => self.words(frame),
            Op::Millis => {
                let millis = self.long_part()?;
                self.date_block(millis);
                Ok(())
            }
            Op::Timestamp => self.timestamp(),
            Op::Zone => self.zone(frame),
            Op::Time => self.time(frame),
            _ => Ok(()),
        }
    }

    /// A part that is a whole number.
    fn long_part(&mut self) -> Step<i64> {
        let at = self.at();
        match self.event()? {
            Event::Int(number) => Ok(number.value),
            _ => Err(self.misfit(at, "a whole number is needed here")),
        }
    }

    fn int_part(&mut self) -> Step<i32> {
        let at = self.at();
        let value = self.long_part()?;
        i32::try_from(value).map_err(|_| self.misfit(at, "a whole number of 32 bits is needed here"))
    }

    /// A part that is a string.
    fn text_part(&mut self) -> Step<&'a [u8]> {
        let at = self.at();
        match self.event()? {
            Event::Str(text) | Event::Wstr(text) => Ok(text),
            _ => Err(self.misfit(at, "a string is needed here")),
        }
    }

    /// UTF-16 units of a text part, into `bytes`, and how many zeros follow up to the capacity.
    fn characters(&mut self, frame: &Frame) -> Step<(u32, u32)> {
        const MAX_FREE: u32 = 1 << 20;
        let text = self.text_part()?;
        let mut modified = Vec::new();
        mutf8::encode(text, &mut modified);
        let mut units = Vec::new();
        if mutf8::decode(&modified, &mut units).is_err() {
            return Err(self.misfit(frame.at, "the text is not UTF-8"));
        }
        self.kept.bytes.clear();
        self.kept.bytes.extend(units.iter().flat_map(|unit| unit.to_be_bytes()));
        let count = units.len() as u32;
        let capacity = self
            .capacity(frame)
            .filter(|capacity| *capacity >= count && capacity - count <= MAX_FREE)
            .unwrap_or(count.saturating_add(16));
        Ok((count, capacity))
    }

    fn character_array(&mut self, capacity: u32) {
        self.hidden_array(const { id("[C") }, capacity);
        let end = self.out.len() + capacity as usize * 2;
        self.out.extend_from_slice(&self.kept.bytes);
        self.out.resize(end, 0);
        self.out.push(tc::ENDBLOCKDATA);
    }

    fn builder(&mut self, frame: &Frame) -> Step<()> {
        let (count, capacity) = self.characters(frame)?;
        self.block(&[count]);
        self.character_array(capacity);
        Ok(())
    }

    fn buffer(&mut self, frame: &Frame) -> Step<()> {
        let (count, capacity) = self.characters(frame)?;
        self.int(count);
        // The field `shared`, which has no meaning any more.
        self.out.push(0);
        self.character_array(capacity);
        Ok(())
    }

    fn locale(&mut self) -> Step<()> {
        let mut texts: [&[u8]; 5] = [&[]; 5];
        for text in &mut texts {
            let at = self.at();
            *text = self.text_part()?;
            if mutf8::encoded_len(text) > usize::from(u16::MAX) {
                return Err(self.misfit(at, "a part of a Locale over 65535 bytes long"));
            }
        }
        let [language, country, variant, script, extensions] = texts;
        // The field `hashcode`, which is never stored.
        self.int(u32::MAX);
        let mut bytes = Vec::new();
        for text in [country, extensions, language, script, variant] {
            bytes.clear();
            mutf8::encode(text, &mut bytes);
            self.interned(&bytes);
        }
        self.out.push(tc::ENDBLOCKDATA);
        Ok(())
    }

    fn url(&mut self, frame: &Frame) -> Step<()> {
        let hash = self.noted(frame, hidden).unwrap_or(-1);
        // The notes of the parts are read in the order of the document, which is not that of the stream.
        let notes = self.context.notes.clone();
        let mut parts: [(u32, Event<'a>); 6] = [(0, Event::Nil); 6];
        for part in &mut parts {
            *part = (self.at(), self.event()?);
        }
        let [protocol, authority, host, (port_at, port), file, reference] = parts;
        let port = match port {
            Event::Int(port) if i32::try_from(port.value).is_ok() => port.value as i32,
            _ => return Err(self.misfit(port_at, "a port is a whole number, -1 for none")),
        };
        self.int(hash as u32);
        self.int(port as u32);
        for (at, event) in [authority, file, host, protocol, reference] {
            let text = match event {
                Event::Str(text) | Event::Wstr(text) => Some(text),
                Event::Nil => None,
                _ => return Err(self.misfit(at, "a part of a URL is a string or nil")),
            };
            match text {
                Some(text) if mutf8::encoded_len(text) <= usize::from(u16::MAX) => {
                    self.context.notes = notes.clone();
                    self.text(at, text);
                }
                Some(_) => return Err(self.misfit(at, "a part of a URL over 65535 bytes long")),
                None => self.out.push(tc::NULL),
            }
        }
        self.context.notes = notes;
        self.out.push(tc::ENDBLOCKDATA);
        Ok(())
    }

    fn words(&mut self, frame: &Frame) -> Step<()> {
        const MAX_FREE: usize = 1 << 17;
        let at = self.at();
        let Event::Bin(bits) = self.event()? else {
            return Err(self.misfit(at, "the bits of a BitSet are bin"));
        };
        let needed = bits.len().div_ceil(8);
        let count = self
            .capacity(frame)
            .map(|capacity| capacity as usize)
            .filter(|capacity| *capacity >= needed && capacity - needed <= MAX_FREE)
            .unwrap_or(needed);
        self.hidden_array(const { id("[J") }, count as u32);
        for word in bits.chunks(8) {
            let mut bytes = [0; 8];
            for (byte, bit) in bytes.iter_mut().rev().zip(word) {
                *byte = *bit;
            }
            self.out.extend_from_slice(&bytes);
        }
        self.out.resize(self.out.len() + (count - needed) * 8, 0);
        Ok(())
    }

    fn timestamp(&mut self) -> Step<()> {
        let at = self.at();
        let millis = self.long_part()?;
        let nanos = self.int_part()?;
        // The milliseconds are in the nanos too.
        let seconds = millis.checked_sub(millis.rem_euclid(1_000));
        let (Some(seconds), 0..=999_999_999) = (seconds, nanos) else {
            return Err(self.misfit(at, "the nanos of a Timestamp are 0 to 999999999"));
        };
        self.date_block(seconds);
        self.int(nanos as u32);
        Ok(())
    }

    fn zone(&mut self, frame: &Frame) -> Step<()> {
        let noted = self.noted(frame, hidden);
        let at = self.at();
        let event = self.event()?;
        let Event::Str(zone) = event else {
            return Err(self.misfit(at, "the id of a time zone is a string"));
        };
        let Some(offset) = noted.or_else(|| time::zone_offset(zone)) else {
            let zone = String::from_utf8_lossy(zone);
            return Err(self.misfit(
                at,
                format!("the time zone {zone} from another format: Java stores its whole history, which this plugin does not have"),
            ));
        };
        self.value_of(at, event, Hint::None)?;
        self.last = frame.handle;
        for word in [0, 0, offset as u32, 0] {
            self.int(word);
        }
        self.out.extend_from_slice(&[0, tc::NULL, tc::NULL, tc::NULL]);
        Ok(())
    }

    fn time(&mut self, frame: &Frame) -> Step<()> {
        let number = u16::from(frame.number);
        let mut value = Temporal::new(number);
        let numbers = match number {
            112 => 0,
            104 => frame.count - 1,
            _ => frame.count,
        };
        for _ in 0..numbers {
            let at = self.at();
            match self.event()? {
                Event::Int(part) => value.push(part.value),
                Event::Nil if number == 104 => {
                    return Err(self.misfit(
                        at,
                        "a ZonedDateTime without its offset, which only the rules of its zone tell",
                    ));
                }
                _ => return Err(self.misfit(at, "a whole number is needed here")),
            }
        }
        if numbers < frame.count {
            let at = self.at();
            let text = self.text_part()?;
            match std::str::from_utf8(text) {
                Ok(zone) => value.zone = Some(zone),
                Err(_) => return Err(self.misfit(at, "the id of a time zone is UTF-8")),
            }
        }
        self.temporal(frame.at, &value)
    }

    pub(super) fn instant(&mut self, at: u32, seconds: i64, nanos: u32) -> Step<()> {
        self.object(at, u32::from(const { id("java.time.Ser") }));
        let mut value = Temporal::new(INSTANT);
        value.push(seconds);
        value.push(i64::from(nanos));
        self.temporal(at, &value)
    }

    /// A block of `java.time.Ser`.
    fn temporal(&mut self, at: u32, value: &Temporal<'_>) -> Step<()> {
        self.kept.bytes.clear();
        if let Err(rule) = value.write(&mut self.kept.bytes) {
            return Err(self.misfit(at, rule));
        }
        let Ok(len) = u8::try_from(self.kept.bytes.len()) else {
            return Err(self.misfit(at, "the id of a time zone is too long"));
        };
        self.out.extend_from_slice(&[tc::BLOCKDATA, len]);
        self.out.extend_from_slice(&self.kept.bytes);
        self.out.push(tc::ENDBLOCKDATA);
        Ok(())
    }
}

/// A number that only the class knows.
pub(super) fn hidden(fact: Fact<'_>) -> Option<i32> {
    match fact {
        Fact::Hidden(number) => Some(number),
        _ => None,
    }
}
