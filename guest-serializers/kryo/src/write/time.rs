//! Values of `java.time`.

use holdfast_document::Event;

use super::Writing;
use crate::codec::Codec;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::output::varint;
use crate::text::write_string;

impl Writing<'_, '_, '_> {
    pub(super) fn time(&mut self, codec: Codec, at: usize) -> Outcome<()> {
        match codec {
            Codec::Duration => {
                let seconds = self.int_part()?;
                let nanos = self.ranged(0, 999_999_999)?;
                self.out.extend_from_slice(&seconds.to_be_bytes());
                varint(self.out, nanos as u32);
            }
            Codec::LocalDate => self.date()?,
            Codec::LocalTime => self.time_of_day()?,
            Codec::LocalDateTime => {
                self.date()?;
                self.time_of_day()?;
            }
            Codec::OffsetDateTime => {
                self.date()?;
                self.time_of_day()?;
                self.offset()?;
            }
            Codec::OffsetTime => {
                self.time_of_day()?;
                self.offset()?;
            }
            Codec::ZonedDateTime => {
                self.date()?;
                self.time_of_day()?;
                let offset = self.event()?;
                let zone = self.str_part()?;
                // Z, +01:00 and their like have one offset only.
                if offset != Event::Nil && zone.starts_with(|c: char| c.is_ascii_alphabetic() && c != 'Z') {
                    self.lose(Loss::ZoneOffset, at)?;
                }
                write_string(self.out, zone.as_bytes());
            }
            Codec::Period => {
                for _ in 0..3 {
                    self.int_of_32_bits()?;
                }
            }
            Codec::Year => self.year()?,
            Codec::YearMonth => {
                self.year()?;
                self.byte(1, 12)?;
            }
            Codec::MonthDay => {
                self.byte(1, 12)?;
                self.byte(1, 31)?;
            }
            Codec::ZoneOffset => self.offset()?,
            _ => return Err(self.bad_form(at)),
        }
        Ok(())
    }

    fn ranged(&mut self, from: i64, to: i64) -> Outcome<i64> {
        let at = self.way.at();
        match self.int_part()? {
            value if (from..=to).contains(&value) => Ok(value),
            value => Err(self.unrepresentable(at, format!("{value}, which is not between {from} and {to}"))),
        }
    }

    fn byte(&mut self, from: i64, to: i64) -> Outcome<()> {
        let value = self.ranged(from, to)?;
        self.out.push(value as u8);
        Ok(())
    }

    /// A number that Kryo expects to be positive: a negative one takes all of its 32 bits.
    fn int_of_32_bits(&mut self) -> Outcome<()> {
        let value = self.ranged(i64::from(i32::MIN), i64::from(i32::MAX))?;
        varint(self.out, value as i32 as u32);
        Ok(())
    }

    fn year(&mut self) -> Outcome<()> {
        let value = self.ranged(-999_999_999, 999_999_999)?;
        varint(self.out, value as i32 as u32);
        Ok(())
    }

    fn date(&mut self) -> Outcome<()> {
        self.year()?;
        self.byte(1, 12)?;
        self.byte(1, 31)
    }

    /// The last part that is not zero is inverted, and none follows; nanoseconds come whole.
    fn time_of_day(&mut self) -> Outcome<()> {
        let parts =
            [self.ranged(0, 23)?, self.ranged(0, 59)?, self.ranged(0, 59)?, self.ranged(0, 999_999_999)?];
        let [hour, minute, second, nano] = parts;
        if nano != 0 {
            self.out.extend_from_slice(&[hour as u8, minute as u8, second as u8]);
            varint(self.out, nano as u32);
        } else if second != 0 {
            self.out.extend_from_slice(&[hour as u8, minute as u8, !(second as u8)]);
        } else if minute != 0 {
            self.out.extend_from_slice(&[hour as u8, !(minute as u8)]);
        } else {
            self.out.push(!(hour as u8));
        }
        Ok(())
    }

    fn offset(&mut self) -> Outcome<()> {
        let seconds = self.ranged(-64_800, 64_800)?;
        if seconds % 900 == 0 {
            self.out.push((seconds / 900) as i8 as u8);
        } else {
            self.out.push(127);
            self.out.extend_from_slice(&(seconds as i32).to_be_bytes());
        }
        Ok(())
    }
}
