//! Values of `java.time`: the fields of their classes, by name, and objects in objects with numbers of their own.

use holdfast_kryo_common::fault::{Outcome, damaged};

use super::Reading;
use super::refs::HIDDEN;
use crate::codec::Codec;

/// Year, month and day.
type Date = [i64; 3];
/// Hour, minute, second and nanosecond.
type Time = [i64; 4];

impl Reading<'_, '_, '_> {
    pub(super) fn time(&mut self, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Instant => {
                let nanos = self.nanos()?;
                let seconds = self.input.zigzag_long()?;
                self.doc.instant(seconds, nanos as u32);
            }
            Codec::Duration => {
                let nanos = self.nanos()?;
                let seconds = self.input.zigzag_long()?;
                self.write_parts(106, &[seconds, nanos]);
            }
            Codec::LocalDate => {
                let date = self.date()?;
                self.write_parts(100, &date);
            }
            Codec::LocalTime => {
                let time = self.time_of_day()?;
                self.write_parts(101, &time);
            }
            Codec::LocalDateTime => {
                let date_time = self.date_time()?;
                self.write_parts(102, &date_time);
            }
            Codec::OffsetTime => {
                let offset = self.inner("java.time.ZoneOffset", Self::offset)?;
                let time = self.inner("java.time.LocalTime", Self::time_of_day)?;
                let [hour, minute, second, nano] = time;
                self.write_parts(105, &[hour, minute, second, nano, offset]);
            }
            Codec::OffsetDateTime => {
                let date_time = self.inner("java.time.LocalDateTime", Self::date_time)?;
                let offset = self.inner("java.time.ZoneOffset", Self::offset)?;
                let [year, month, day, hour, minute, second, nano] = date_time;
                self.write_parts(103, &[year, month, day, hour, minute, second, nano, offset]);
            }
            Codec::ZonedDateTime => self.zoned_date_time()?,
            Codec::Period => {
                let days = self.int()?;
                let months = self.int()?;
                let years = self.int()?;
                self.write_parts(107, &[years, months, days]);
            }
            Codec::Year => {
                let year = self.year()?;
                self.write_parts(108, &[year]);
            }
            Codec::YearMonth => {
                let month = self.ranged(1..=12, "month", Self::int)?;
                let year = self.year()?;
                self.write_parts(109, &[year, month]);
            }
            Codec::MonthDay => {
                let day = self.ranged(1..=31, "day", Self::int)?;
                let month = self.ranged(1..=12, "month", Self::int)?;
                self.write_parts(110, &[month, day]);
            }
            Codec::ZoneOffset => {
                let offset = self.offset()?;
                self.write_parts(111, &[offset]);
            }
            Codec::ZoneRegion => {
                let id = self.region()?;
                self.doc.builtin(112, 1);
                self.doc.str(&id);
            }
            _ => return Err(damaged(self.input.at(), "a value that has no form")),
        }
        Ok(())
    }

    /// A zone is of a class of its own: an offset or a region.
    fn zoned_date_time(&mut self) -> Outcome<()> {
        let date_time = self.inner("java.time.LocalDateTime", Self::date_time)?;
        let offset = self.inner("java.time.ZoneOffset", Self::offset)?;
        let at = self.input.at();
        let class = self.class()?;
        let zone = match self.classes.codec(class) {
            Codec::ZoneOffset => {
                let offset = self.inner_fields("java.time.ZoneOffset", Self::offset)?;
                id_of_offset(offset)
            }
            Codec::ZoneRegion => self.inner_fields("java.time.ZoneRegion", Self::region)?,
            _ => return Err(damaged(at, "a class that is none of a time zone")),
        };
        self.doc.builtin(104, 9);
        for part in date_time {
            self.doc.int(part);
        }
        self.doc.int(offset);
        self.doc.str(&zone);
        Ok(())
    }

    fn write_parts(&mut self, builtin: u16, parts: &[i64]) {
        self.doc.builtin(builtin, parts.len() as u32);
        for part in parts {
            self.doc.int(*part);
        }
    }

    /// Reads an object in a field of its class. Its number is taken, but the document has only what is in it.
    fn inner<T>(&mut self, class: &str, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if !self.mark()? {
            return Err(damaged(self.input.at() - 1, format!("a null for a {class}")));
        }
        self.inner_fields(class, read)
    }

    fn inner_fields<T>(&mut self, class: &str, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let class = self.classes.resolve(class);
        match self.input.varint()? {
            0 => {
                self.number(class, HIDDEN);
                read(self)
            }
            number => {
                let back = self.go_back_to(class, number)?;
                let value = read(self)?;
                self.go_on_from(back);
                Ok(value)
            }
        }
    }

    fn int(&mut self) -> Outcome<i64> {
        Ok(i64::from(self.input.varint()?.cast_signed()))
    }

    fn ranged(
        &mut self,
        range: std::ops::RangeInclusive<i64>,
        what: &str,
        read: impl FnOnce(&mut Self) -> Outcome<i64>,
    ) -> Outcome<i64> {
        let at = self.input.at();
        let value = read(self)?;
        if range.contains(&value) {
            return Ok(value);
        }
        Err(damaged(
            at,
            format!("a {what} of {value}; it lies between {} and {}", range.start(), range.end()),
        ))
    }

    fn short_part(&mut self) -> Outcome<i64> {
        self.short().map(i64::from)
    }

    fn byte_part(&mut self) -> Outcome<i64> {
        Ok(i64::from(i8::from_be_bytes(self.input.fixed()?)))
    }

    fn year(&mut self) -> Outcome<i64> {
        self.ranged(-999_999_999..=999_999_999, "year", Self::int)
    }

    fn nanos(&mut self) -> Outcome<i64> {
        self.ranged(0..=999_999_999, "nanosecond", Self::int)
    }

    /// By name: day, month, year.
    fn date(&mut self) -> Outcome<Date> {
        let day = self.ranged(1..=31, "day", Self::short_part)?;
        let month = self.ranged(1..=12, "month", Self::short_part)?;
        let year = self.year()?;
        Ok([year, month, day])
    }

    /// By name: hour, minute, nano, second.
    fn time_of_day(&mut self) -> Outcome<Time> {
        let hour = self.ranged(0..=23, "hour", Self::byte_part)?;
        let minute = self.ranged(0..=59, "minute", Self::byte_part)?;
        let nano = self.nanos()?;
        let second = self.ranged(0..=59, "second", Self::byte_part)?;
        Ok([hour, minute, second, nano])
    }

    fn date_time(&mut self) -> Outcome<[i64; 7]> {
        let [year, month, day] = self.inner("java.time.LocalDate", Self::date)?;
        let [hour, minute, second, nano] = self.inner("java.time.LocalTime", Self::time_of_day)?;
        Ok([year, month, day, hour, minute, second, nano])
    }

    /// Seconds; the text is transient.
    fn offset(&mut self) -> Outcome<i64> {
        self.ranged(-64_800..=64_800, "offset", Self::int)
    }

    fn region(&mut self) -> Outcome<String> {
        let at = self.input.at();
        self.optional_text()?.ok_or_else(|| damaged(at, "a time zone without an id"))
    }
}

/// The id of an offset as `ZoneOffset.getId` has it.
pub(crate) fn id_of_offset(seconds: i64) -> String {
    if seconds == 0 {
        return "Z".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let all = seconds.unsigned_abs();
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    if rest == 0 {
        format!("{sign}{hours:02}:{minutes:02}")
    } else {
        format!("{sign}{hours:02}:{minutes:02}:{rest:02}")
    }
}
