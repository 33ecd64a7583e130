//! Values of `java.time`.

use super::Reading;
use crate::codec::Codec;
use crate::fault::{Outcome, damaged};

/// An hour of a day, and what is left of it.
type Time = [i64; 4];

impl Reading<'_, '_, '_> {
    pub(super) fn time(&mut self, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Instant => {
                let seconds = self.input.varlong()?.cast_signed();
                let nanos = self.nanos()?;
                self.doc.instant(seconds, nanos);
            }
            Codec::Duration => {
                let seconds = i64::from_be_bytes(self.input.fixed()?);
                let nanos = self.nanos()?;
                self.numbers(106, &[seconds, i64::from(nanos)]);
            }
            Codec::LocalDate => {
                let date = self.date()?;
                self.numbers(100, &date);
            }
            Codec::LocalTime => {
                let time = self.time_of_day()?;
                self.numbers(101, &time);
            }
            Codec::LocalDateTime => {
                let ([year, month, day], [hour, minute, second, nano]) = (self.date()?, self.time_of_day()?);
                self.numbers(102, &[year, month, day, hour, minute, second, nano]);
            }
            Codec::OffsetDateTime => {
                let ([year, month, day], [hour, minute, second, nano]) = (self.date()?, self.time_of_day()?);
                let offset = self.offset()?;
                self.numbers(103, &[year, month, day, hour, minute, second, nano, offset]);
            }
            Codec::ZonedDateTime => {
                let ([year, month, day], [hour, minute, second, nano]) = (self.date()?, self.time_of_day()?);
                let zone = self.input.text()?;
                self.doc.builtin(104, 9);
                for part in [year, month, day, hour, minute, second, nano] {
                    self.doc.int(part);
                }
                // The offset is not stored: the zone has it.
                self.doc.nil();
                zone.write(&mut self.doc);
            }
            Codec::OffsetTime => {
                let [hour, minute, second, nano] = self.time_of_day()?;
                let offset = self.offset()?;
                self.numbers(105, &[hour, minute, second, nano, offset]);
            }
            Codec::Period => {
                let mut parts = [0; 3];
                for part in &mut parts {
                    *part = self.int()?;
                }
                self.numbers(107, &parts);
            }
            Codec::Year => {
                let year = self.year()?;
                self.numbers(108, &[year]);
            }
            Codec::YearMonth => {
                let year = self.year()?;
                let month = self.input.small(1..=12, "month")?;
                self.numbers(109, &[year, i64::from(month)]);
            }
            Codec::MonthDay => {
                let month = self.input.small(1..=12, "month")?;
                let day = self.input.small(1..=31, "day")?;
                self.numbers(110, &[i64::from(month), i64::from(day)]);
            }
            Codec::ZoneOffset => {
                let offset = self.offset()?;
                self.numbers(111, &[offset]);
            }
            _ => return Err(Self::unrepresentable("a class without values")),
        }
        Ok(())
    }

    fn numbers(&mut self, builtin: u16, parts: &[i64]) {
        self.doc.builtin(builtin, parts.len() as u32);
        for part in parts {
            self.doc.int(*part);
        }
    }

    /// A number that Kryo expects to be positive: a negative one has all of its 32 bits.
    fn int(&mut self) -> Outcome<i64> {
        Ok(i64::from(self.input.varint()?.cast_signed()))
    }

    fn year(&mut self) -> Outcome<i64> {
        let at = self.input.at();
        let year = self.int()?;
        if (-999_999_999..=999_999_999).contains(&year) {
            return Ok(year);
        }
        Err(damaged(at, format!("a year of {year}")))
    }

    fn nanos(&mut self) -> Outcome<u32> {
        let at = self.input.at();
        match self.input.varint()? {
            nanos @ 0..1_000_000_000 => Ok(nanos),
            nanos => Err(damaged(at, format!("{nanos} nanoseconds, which are a second"))),
        }
    }

    fn date(&mut self) -> Outcome<[i64; 3]> {
        let year = self.year()?;
        let month = self.input.small(1..=12, "month")?;
        let day = self.input.small(1..=31, "day")?;
        Ok([year, i64::from(month), i64::from(day)])
    }

    /// The last part that is not zero has its bits inverted.
    fn time_of_day(&mut self) -> Outcome<Time> {
        let mut time = [0; 4];
        for (part, (most, what)) in time.iter_mut().zip([(23, "hour"), (59, "minute"), (59, "second")]) {
            let at = self.input.at();
            let byte = self.input.u8()?;
            let value = if byte < 0x80 { byte } else { !byte };
            if value > most {
                return Err(damaged(at, format!("a {what} of {value}")));
            }
            *part = i64::from(value);
            if byte >= 0x80 {
                return Ok(time);
            }
        }
        let nanos = self.nanos()?;
        if let Some(part) = time.last_mut() {
            *part = i64::from(nanos);
        }
        Ok(time)
    }

    /// Quarters of an hour, or 127 and seconds.
    fn offset(&mut self) -> Outcome<i64> {
        let at = self.input.at();
        let offset = match i8::from_be_bytes(self.input.fixed()?) {
            127 => i64::from(i32::from_be_bytes(self.input.fixed()?)),
            quarters => i64::from(quarters) * 900,
        };
        if (-64_800..=64_800).contains(&offset) {
            return Ok(offset);
        }
        Err(damaged(at, format!("an offset of {offset} seconds")))
    }
}
