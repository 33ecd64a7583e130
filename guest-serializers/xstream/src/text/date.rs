//! Dates as XStream's converters write them: in UTC, in Java's calendar, which is the Julian one before 15 October 1582.

use std::fmt::Write;

use super::Short;

pub(super) const DAY: i64 = 86_400_000;
/// The first day of the Gregorian calendar, since the epoch.
const CUTOVER: i64 = -141_427;
/// 1 January of the year 1 in the Julian calendar: from here on back, an era is written.
const ERA_START: i64 = -719_164;

/// Year (0 is 1 BC), month, day.
pub(crate) type Civil = (i64, u32, u32);

/// The date of a day since the epoch, in the calendar of its time.
pub(crate) fn civil(days: i64) -> Civil {
    if days >= CUTOVER { gregorian(days) } else { julian(days) }
}

/// The date of a day in the Gregorian calendar, whatever its time.
pub(crate) fn gregorian(days: i64) -> Civil {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    finish(yoe + era * 400, doy)
}

fn julian(days: i64) -> Civil {
    let z = days + 719_470;
    let era = z.div_euclid(1_461);
    let doe = z.rem_euclid(1_461);
    let yoe = (doe - doe / 1_460) / 365;
    finish(yoe + era * 4, doe - 365 * yoe)
}

/// From a year that begins in March and the day in it.
const fn finish(year: i64, doy: i64) -> Civil {
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (if month <= 2 { year + 1 } else { year }, month as u32, day as u32)
}

/// The day of a date in the calendar of its time.
pub(crate) fn days(date: Civil) -> Option<i64> {
    let gregorian = gregorian_days(date)?;
    if gregorian >= CUTOVER {
        return (self::gregorian(gregorian) == date).then_some(gregorian);
    }
    let days = julian_days(date)?;
    (days < CUTOVER && julian(days) == date).then_some(days)
}

/// The day of a date in the Gregorian calendar.
pub(crate) fn gregorian_days((year, month, day): Civil) -> Option<i64> {
    let (year, doy) = march(year, month, day)?;
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    Some(era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468)
}

fn julian_days((year, month, day): Civil) -> Option<i64> {
    let (year, doy) = march(year, month, day)?;
    Some(year.div_euclid(4) * 1_461 + year.rem_euclid(4) * 365 + doy - 719_470)
}

fn march(year: i64, month: u32, day: u32) -> Option<(i64, i64)> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year.unsigned_abs() > 300_000_000 {
        return None;
    }
    let mp = (i64::from(month) + 9) % 12;
    Some((if month <= 2 { year - 1 } else { year }, (153 * mp + 2) / 5 + i64::from(day) - 1))
}

/// The day that was written or read last, and its text: most dates of a session are of a few days.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastDay {
    pub(super) day: i64,
    pub(super) text: [u8; 10],
}

impl Default for LastDay {
    fn default() -> Self {
        Self { day: 0, text: *b"1970-01-01" }
    }
}

/// Appends `yyyy-MM-dd HH:mm:ss.S z`, with the era where that is needed.
#[inline]
pub(crate) fn push(out: &mut Vec<u8>, millis: i64, last: &mut LastDay) {
    let day = millis.div_euclid(DAY);
    if day != last.day {
        let (year, month, date) = civil(day);
        if day < ERA_START || year > 9_999 {
            out.extend_from_slice(format(millis).as_bytes());
            return;
        }
        let year = year as u32;
        let [[a, b], [c, d], [e, f], [g, h]] = [year / 100, year % 100, month, date].map(super::pair);
        *last = LastDay { day, text: [a, b, c, d, b'-', e, f, b'-', g, h] };
    }
    let rest = (millis - day * DAY) as u32;
    let (seconds, milli) = (rest / 1_000, rest % 1_000);
    let [[i, j], [k, l], [m, n]] = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(super::pair);
    let [a, b, c, d, e, f, g, h, y, z] = last.text;
    out.extend_from_slice(&[a, b, c, d, e, f, g, h, y, z, b' ', i, j, b':', k, l, b':', m, n, b'.']);
    super::push_int(out, i64::from(milli));
    out.extend_from_slice(b" UTC");
}

/// Writes `yyyy-MM-dd HH:mm:ss.S z`, with the era where that is needed.
fn format(millis: i64) -> Short {
    let mut out = Short::new();
    let day = millis.div_euclid(DAY);
    let rest = millis.rem_euclid(DAY);
    let (year, month, date) = civil(day);
    let (era, year) = if day < ERA_START { (" BC", 1 - year) } else { ("", year) };
    let (hour, minute, second, milli) =
        (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60, rest % 1_000);
    let _ = write!(out, "{year:04}-{month:02}-{date:02}{era} {hour:02}:{minute:02}:{second:02}.{milli} UTC");
    out
}

/// Reads a date, its day at once if it is the same as the last one's.
#[inline]
pub(crate) fn parse_after(text: &str, last: &mut LastDay) -> Option<i64> {
    match usual(text.as_bytes(), last) {
        Some(millis) => Some(millis),
        None => {
            let millis = parse(text)?;
            if let Some(day) = text.as_bytes().first_chunk::<10>()
                && text.len() < 30
                && text.as_bytes().get(10) == Some(&b' ')
                && text.ends_with(" UTC")
                && !text.contains("BC")
            {
                *last = LastDay { day: millis.div_euclid(DAY), text: *day };
            }
            Some(millis)
        }
    }
}

/// `yyyy-MM-dd HH:mm:ss.S UTC` of the day that was read last.
fn usual(text: &[u8], last: &LastDay) -> Option<i64> {
    let (front, rest) = text.split_first_chunk()?;
    let seconds = of_last_day(front, last)?;
    let milli = match *rest {
        [a, b' ', b'U', b'T', b'C'] => digit(a)?,
        [a, b, b' ', b'U', b'T', b'C'] => digit(a)? * 10 + digit(b)?,
        [a, b, c, b' ', b'U', b'T', b'C'] => digit(a)? * 100 + digit(b)? * 10 + digit(c)?,
        _ => return None,
    };
    Some(seconds + i64::from(milli))
}

/// `yyyy-MM-dd HH:mm:ss.` of the day that was read last: its milliseconds, without a call.
#[inline(always)]
pub(crate) fn of_last_day(text: &[u8; 20], last: &LastDay) -> Option<i64> {
    let [a, b, c, d, e, f, g, h, y, z, b' ', i, j, b':', k, l, b':', m, n, b'.'] = *text else { return None };
    let [last_a, last_b, last_c, last_d, last_e, last_f, last_g, last_h, last_y, last_z] = last.text;
    let front = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let last_front = u64::from_le_bytes([last_a, last_b, last_c, last_d, last_e, last_f, last_g, last_h]);
    if front != last_front || (y, z) != (last_y, last_z) {
        return None;
    }
    let two = |a: u8, b: u8| Some(digit(a)? * 10 + digit(b)?);
    let (hour, minute, second) = (two(i, j)?, two(k, l)?, two(m, n)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(last.day * DAY + i64::from((hour * 60 + minute) * 60 + second) * 1_000)
}

#[inline(always)]
const fn digit(byte: u8) -> Option<u32> {
    let digit = byte.wrapping_sub(b'0');
    if digit < 10 { Some(digit as u32) } else { None }
}

/// Reads a date as XStream's DateConverter does, in its own format and the older ones that it accepts, of zones in UTC
/// alone and numbers.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let mut scan = Scan::new(text.trim());
    let date = scan.date()?;
    scan.eat(" ").then_some(())?;
    let before = scan.eat("BC ");
    if !before {
        scan.eat("AD ");
    }
    let date = if before { (1 - date.0, date.1, date.2) } else { date };
    let time = scan.time()?;
    let millis = if scan.eat(".") { scan.number(1, 3)? } else { 0 };
    scan.eat(" ");
    let offset = scan.zone()?;
    scan.end()?;
    // The first day that a Date can have began before its first millisecond.
    let total =
        i128::from(days(date)?) * i128::from(DAY) + i128::from(time * 1_000 + millis - offset * 1_000);
    i64::try_from(total).ok()
}

/// A date and a time without a zone: `yyyy-MM-dd`, `HH:mm:ss`, with a fraction of up to nine digits.
pub(crate) fn parse_sql_timestamp(text: &str) -> Option<(i64, u32)> {
    let mut scan = Scan::new(text.trim());
    let date = scan.date()?;
    scan.eat(" ").then_some(())?;
    let time = scan.time()?;
    let nanos = if scan.eat(".") { scan.fraction()? } else { 0 };
    scan.end()?;
    Some((days(date)?.checked_mul(DAY)?.checked_add(time * 1_000)?, nanos))
}

/// `yyyy-MM-dd` as ms.
pub(crate) fn parse_sql_date(text: &str) -> Option<i64> {
    let mut scan = Scan::new(text.trim());
    let date = scan.date()?;
    scan.end()?;
    days(date)?.checked_mul(DAY)
}

/// `HH:mm:ss` as ms.
pub(crate) fn parse_sql_time(text: &str) -> Option<i64> {
    let mut scan = Scan::new(text.trim());
    let time = scan.time()?;
    scan.end()?;
    Some(time * 1_000)
}

/// Whole seconds of a `java.sql.Timestamp` in ms, and its nanoseconds. Years of more than four digits and before
/// Christ do not come back from its text.
pub(crate) fn format_sql_timestamp(millis: i64, nanos: u32) -> Option<Short> {
    let day = millis.div_euclid(DAY);
    let seconds = millis.rem_euclid(DAY) / 1_000;
    let (year, month, date) = civil(day);
    if !(1..=9_999).contains(&year) {
        return None;
    }
    let mut out = Short::new();
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let _ = write!(out, "{year:04}-{month:02}-{date:02} {hour:02}:{minute:02}:{second:02}.");
    let fraction = super::short(format_args!("{nanos:09}"));
    let digits = fraction.as_str().trim_end_matches('0');
    let _ = out.write_str(if digits.is_empty() { "0" } else { digits });
    Some(out)
}

/// `yyyy-MM-dd` of a `java.sql.Date`.
pub(crate) fn format_sql_date(millis: i64) -> Option<Short> {
    let (year, month, date) = civil(millis.div_euclid(DAY));
    (1..=9_999).contains(&year).then(|| super::short(format_args!("{year:04}-{month:02}-{date:02}")))
}

/// `HH:mm:ss` of a `java.sql.Time`.
pub(crate) fn format_sql_time(millis: i64) -> Short {
    let seconds = millis.rem_euclid(DAY) / 1_000;
    super::short(format_args!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
}

/// A position in a text of dates and times.
pub(super) struct Scan<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        self.rest.strip_prefix(wanted).map(|rest| self.rest = rest).is_some()
    }

    pub(super) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }

    /// A number of so many digits.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at_checked(digits)?;
        if digits < least {
            return None;
        }
        self.rest = rest;
        super::parse_int(number)
    }

    /// The digits of a fraction of a second, as nanoseconds.
    pub(super) fn fraction(&mut self) -> Option<u32> {
        let before = self.rest.len();
        let value = self.number(1, 9)?;
        let digits = before - self.rest.len();
        u32::try_from(value * 10i64.pow(9 - digits as u32)).ok()
    }

    pub(super) fn date(&mut self) -> Option<Civil> {
        let year = self.number(1, 9)?;
        self.eat("-").then_some(())?;
        let month = self.number(1, 2)?;
        self.eat("-").then_some(())?;
        Some((year, month as u32, self.number(1, 2)? as u32))
    }

    /// Seconds of the day.
    pub(super) fn time(&mut self) -> Option<i64> {
        let hour = self.number(1, 2)?;
        self.eat(":").then_some(())?;
        let minute = self.number(1, 2)?;
        self.eat(":").then_some(())?;
        let second = self.number(1, 2)?;
        (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
    }

    /// Seconds east of UTC.
    fn zone(&mut self) -> Option<i64> {
        let named = self.eat("UTC") || self.eat("GMT") || self.eat("Z");
        let sign = match self.rest.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return named.then_some(0),
        };
        self.rest = self.rest.get(1..)?;
        let hours = self.number(2, 2)?;
        self.eat(":");
        let minutes = self.number(2, 2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_library_in_all_eras() {
        let mut last = LastDay::default();
        for (millis, text) in [
            (0, "1970-01-01 00:00:00.0 UTC"),
            (-1, "1969-12-31 23:59:59.999 UTC"),
            (1_706_659_200_123, "2024-01-31 00:00:00.123 UTC"),
            (i64::MAX, "292278994-08-17 07:12:55.807 UTC"),
            (i64::MIN, "292269055-12-02 BC 16:47:04.192 UTC"),
            (-62_135_596_800_000, "0001-01-03 00:00:00.0 UTC"),
            (-62_135_596_800_001, "0001-01-02 23:59:59.999 UTC"),
            (-70_000_000_000_000, "0250-10-19 BC 19:33:20.0 UTC"),
            (-12_219_292_800_000, "1582-10-15 00:00:00.0 UTC"),
            (-12_219_292_800_001, "1582-10-04 23:59:59.999 UTC"),
            (253_402_300_800_000, "10000-01-01 00:00:00.0 UTC"),
        ] {
            assert_eq!(format(millis).as_str(), text);
            assert_eq!(parse(text), Some(millis), "{text}");
            let mut out = Vec::new();
            for last in [&mut LastDay::default(), &mut last] {
                for _ in 0..2 {
                    out.clear();
                    push(&mut out, millis, last);
                    assert_eq!(out, text.as_bytes());
                    assert_eq!(parse_after(text, last), Some(millis), "{text}");
                }
            }
        }
    }

    #[test]
    fn older_formats_and_zones_are_read_and_nonsense_is_not() {
        assert_eq!(parse("1970-01-01 00:00:01 UTC"), Some(1_000));
        assert_eq!(parse("1970-01-01 00:00:01UTC"), Some(1_000));
        assert_eq!(parse("1970-01-01 01:00:01.5 GMT+01:00"), Some(1_005));
        for bad in [
            "",
            "1970-02-30 00:00:00.0 UTC",
            "1582-10-10 00:00:00.0 UTC",
            "1970-01-01 24:00:00.0 UTC",
            "1970-01-01 00:00:00.0 CET",
            "1970-13-01 00:00:00.0 UTC",
            "x",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn timestamps_have_nine_digits_at_most() {
        for (nanos, text) in [
            (123_456_789, "2024-01-31 00:00:00.123456789"),
            (120_000_000, "2024-01-31 00:00:00.12"),
            (0, "2024-01-31 00:00:00.0"),
        ] {
            assert_eq!(format_sql_timestamp(1_706_659_200_000, nanos).unwrap().as_str(), text);
            assert_eq!(parse_sql_timestamp(text), Some((1_706_659_200_000, nanos)));
        }
        assert_eq!(parse_sql_date("2024-01-31"), Some(1_706_659_200_000));
        assert_eq!(parse_sql_time("00:00:07"), Some(7_000));
        assert_eq!(format_sql_date(1_706_659_200_123).unwrap().as_str(), "2024-01-31");
    }
}
