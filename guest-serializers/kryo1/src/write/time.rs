//! Values of `java.time`: the fields of their classes, by name, and objects in objects with numbers of their own.

use holdfast_document::{Event, Number};
use holdfast_kryo_common::fault::Outcome;
use holdfast_kryo_common::output::{varint, zigzag_long};

use super::Writing;
use super::value::short;
use crate::codec::Codec;
use crate::losses::Loss;
use crate::read::id_of_offset;

/// Hour, minute, second and nanosecond.
type Time = [i64; 4];

impl Writing<'_, '_, '_> {
    pub(super) fn time(&mut self, codec: Codec, at: usize) -> Outcome<()> {
        match codec {
            Codec::Duration => {
                let seconds = self.int_part()?;
                let nanos = self.ranged(0, 999_999_999)?;
                varint(self.out, nanos as u32);
                zigzag_long(self.out, seconds);
            }
            Codec::LocalDate => {
                let date = self.date_parts()?;
                self.date(date);
            }
            Codec::LocalTime => {
                let time = self.time_parts()?;
                self.time_of_day(time);
            }
            Codec::LocalDateTime => {
                let (date, time) = (self.date_parts()?, self.time_parts()?);
                self.date_time(date, time);
            }
            Codec::OffsetTime => {
                let time = self.time_parts()?;
                let offset = self.offset_part(at)?;
                self.inner_offset(offset);
                self.inner();
                self.time_of_day(time);
            }
            Codec::OffsetDateTime => {
                let (date, time) = (self.date_parts()?, self.time_parts()?);
                let offset = self.offset_part(at)?;
                self.inner();
                self.date_time(date, time);
                self.inner_offset(offset);
            }
            Codec::ZonedDateTime => self.zoned_date_time(at)?,
            Codec::Period => {
                let years = self.ranged(i64::from(i32::MIN), i64::from(i32::MAX))?;
                let months = self.ranged(i64::from(i32::MIN), i64::from(i32::MAX))?;
                // By name: days, months, years.
                self.int_of_32_bits()?;
                self.put(months);
                self.put(years);
            }
            Codec::Year => {
                let year = self.year()?;
                self.put(year);
            }
            Codec::YearMonth => {
                let (year, month) = (self.year()?, self.ranged(1, 12)?);
                self.put(month);
                self.put(year);
            }
            Codec::MonthDay => {
                let (month, day) = (self.ranged(1, 12)?, self.ranged(1, 31)?);
                self.put(day);
                self.put(month);
            }
            Codec::ZoneOffset => {
                let offset = self.offset_part(at)?;
                self.put(offset);
            }
            Codec::ZoneRegion => {
                let id = self.str_part()?;
                self.lose(Loss::ZoneRules, at)?;
                self.out.push(1);
                self.string(id.as_bytes());
            }
            _ => return Err(self.bad_form(at)),
        }
        Ok(())
    }

    /// By name: dateTime, offset, zone. A zone that is an offset is the same object as the offset.
    fn zoned_date_time(&mut self, at: usize) -> Outcome<()> {
        let (date, time) = (self.date_parts()?, self.time_parts()?);
        let told = match self.event()? {
            Event::Nil => None,
            Event::Int(Number { value, .. }) => Some(value),
            _ => return Err(self.bad_form(at)),
        };
        let zone = self.str_part()?;
        let fixed = offset_of_id(zone);
        let Some(offset) = told.or(fixed).filter(|offset| offset.abs() <= 64_800) else {
            let text = format!("a time in {zone} without its offset, which only the rules of the zone tell");
            return Err(self.unrepresentable(at, text));
        };
        self.lose(Loss::OffsetId, at)?;
        self.inner();
        self.date_time(date, time);
        let number = self.next;
        self.inner_offset(offset);
        if id_of_offset(offset) == zone {
            self.inner_class("java.time.ZoneOffset");
            varint(self.out, number);
            return Ok(());
        }
        if fixed.is_none() {
            self.lose(Loss::ZoneRules, at)?;
        }
        self.inner_class("java.time.ZoneRegion");
        self.out.push(0);
        self.next += 1;
        self.out.push(1);
        self.string(zone.as_bytes());
        Ok(())
    }

    fn inner_class(&mut self, name: &str) {
        let class = self.classes.resolve(name);
        self.class(class);
    }

    /// Begins an object in a field of its class. It takes a number, though nothing leads there.
    fn inner(&mut self) {
        self.out.extend_from_slice(&[1, 0]);
        self.next += 1;
    }

    fn inner_offset(&mut self, offset: i64) {
        self.inner();
        self.put(offset);
    }

    fn put(&mut self, value: i64) {
        varint(self.out, value as i32 as u32);
    }

    fn ranged(&mut self, from: i64, to: i64) -> Outcome<i64> {
        let at = self.way.at();
        match self.int_part()? {
            value if (from..=to).contains(&value) => Ok(value),
            value => Err(self.unrepresentable(at, format!("{value}, which is not between {from} and {to}"))),
        }
    }

    fn year(&mut self) -> Outcome<i64> {
        self.ranged(-999_999_999, 999_999_999)
    }

    fn date_parts(&mut self) -> Outcome<[i64; 3]> {
        Ok([self.year()?, self.ranged(1, 12)?, self.ranged(1, 31)?])
    }

    fn time_parts(&mut self) -> Outcome<Time> {
        Ok([self.ranged(0, 23)?, self.ranged(0, 59)?, self.ranged(0, 59)?, self.ranged(0, 999_999_999)?])
    }

    /// Seconds. The library does not keep the text of an offset.
    fn offset_part(&mut self, at: usize) -> Outcome<i64> {
        let offset = self.ranged(-64_800, 64_800)?;
        self.lose(Loss::OffsetId, at)?;
        Ok(offset)
    }

    /// By name: day, month, year.
    fn date(&mut self, [year, month, day]: [i64; 3]) {
        short(self.out, day as i16);
        short(self.out, month as i16);
        self.put(year);
    }

    /// By name: hour, minute, nano, second.
    fn time_of_day(&mut self, [hour, minute, second, nano]: Time) {
        self.out.extend_from_slice(&[hour as u8, minute as u8]);
        self.put(nano);
        self.out.push(second as u8);
    }

    fn date_time(&mut self, date: [i64; 3], time: Time) {
        self.inner();
        self.date(date);
        self.inner();
        self.time_of_day(time);
    }
}

/// The offset of a zone whose id tells it.
fn offset_of_id(id: &str) -> Option<i64> {
    let digits = match id {
        "Z" | "UTC" | "GMT" | "UT" => return Some(0),
        _ => ["UTC", "GMT", "UT"].into_iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id),
    };
    let (sign, digits) = match digits.as_bytes().split_first()? {
        (b'+', digits) => (1, digits),
        (b'-', digits) => (-1, digits),
        _ => return None,
    };
    let mut seconds = 0;
    let mut unit = 3600;
    for pair in digits.split(|byte| *byte == b':') {
        let [high @ b'0'..=b'9', low @ b'0'..=b'9'] = *pair else { return None };
        seconds += unit * (i64::from(high - b'0') * 10 + i64::from(low - b'0'));
        unit /= 60;
    }
    Some(sign * seconds)
}
