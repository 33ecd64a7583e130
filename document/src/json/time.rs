//! Points in time as ISO 8601 text, in UTC, in the calendar that ISO 8601 has for all time.

use std::fmt::Write as _;

const DAY: i64 = 86_400;

/// A point in time with three decimals, as `java.util.Date` counts.
pub(super) fn millis_to_text(millis: i64) -> String {
    let mut text = seconds_to_text(millis.div_euclid(1000));
    let _ = write!(text, ".{:03}Z", millis.rem_euclid(1000));
    text
}

/// A point in time with as many decimals, in threes, as it needs.
pub(super) fn instant_to_text(seconds: i64, nanos: u32) -> String {
    let mut text = seconds_to_text(seconds);
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(text, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1000) => write!(text, ".{:06}", nanos / 1000),
        _ => write!(text, ".{nanos:09}"),
    };
    text.push('Z');
    text
}

fn seconds_to_text(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let time = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let mut text = String::with_capacity(32);
    push_date(&mut text, year, month, day);
    let _ = write!(text, "T{hour:02}:{minute:02}:{second:02}");
    text
}

pub(super) fn push_date(text: &mut String, year: i64, month: i64, day: i64) {
    let _ = match year {
        0..=9999 => write!(text, "{year:04}"),
        _ => write!(text, "{year:+05}"),
    };
    let _ = write!(text, "-{month:02}-{day:02}");
}

/// Seconds since the epoch and nanoseconds of a text as the functions above give it; another offset than `Z`
/// is understood as well.
pub(super) fn parse(text: &str) -> Option<(i64, u32)> {
    let ((year, month, day), rest) = parse_date(text)?;
    let (time, nanos, rest) = parse_time(rest.strip_prefix('T')?)?;
    let (offset, rest) = parse_offset(rest)?;
    // The first and the last second of all begin outside of 64 bits.
    let seconds = i128::from(days(year, month, day)) * i128::from(DAY) + i128::from(time - offset);
    Some((i64::try_from(seconds).ok()?, nanos)).filter(|_| rest.is_empty())
}

/// Year, month and day of a day that there is, and the text behind it.
pub(super) fn parse_date(text: &str) -> Option<((i64, i64, i64), &str)> {
    let (year, rest) = year(text)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2, 1..=12)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2, 1..=31)?;
    let parsed = (year, month, day);
    (date(days(year, month, day)) == parsed).then_some((parsed, rest))
}

/// The second of the day and the nanosecond, and the text behind them.
pub(super) fn parse_time(text: &str) -> Option<(i64, u32, &str)> {
    let (hour, rest) = number(text, 2, 0..=23)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2, 0..=59)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2, 0..=59)?;
    let (nanos, rest) = fraction(rest)?;
    Some((hour * 3600 + minute * 60 + second, nanos, rest))
}

/// Seconds east of UTC, and the text behind them.
pub(super) fn parse_offset(text: &str) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((0, rest));
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = number(text.strip_prefix(['+', '-'])?, 2, 0..=18)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2, 0..=59)?;
    let (seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2, 0..=59)?,
        None => (0, rest),
    };
    Some((sign * (hours * 3600 + minutes * 60 + seconds), rest))
}

/// As [`parse`], in milliseconds; `None` where it is more exact than that.
pub(super) fn parse_millis(text: &str) -> Option<i64> {
    let (seconds, nanos) = parse(text)?;
    if !nanos.is_multiple_of(1_000_000) {
        return None;
    }
    let millis = i128::from(seconds) * 1000 + i128::from(nanos / 1_000_000);
    i64::try_from(millis).ok()
}

/// Four digits, or a sign and more.
fn year(text: &str) -> Option<(i64, &str)> {
    let signed = text.starts_with(['+', '-']);
    let digits = text.get(usize::from(signed)..)?;
    let len = digits.bytes().take_while(u8::is_ascii_digit).count();
    if len < 4 || len > if signed { 12 } else { 4 } {
        return None;
    }
    let (year, rest) = digits.split_at_checked(len)?;
    let year: i64 = year.parse().ok()?;
    Some((if text.starts_with('-') { -year } else { year }, rest))
}

fn number(text: &str, len: usize, range: std::ops::RangeInclusive<i64>) -> Option<(i64, &str)> {
    let (digits, rest) = text.split_at_checked(len)?;
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse().ok().filter(|value| range.contains(value))?;
    Some((value, rest))
}

fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(digits) = text.strip_prefix('.') else { return Some((0, text)) };
    let len = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, rest) = digits.split_at_checked(len)?;
    if len == 0 || len > 9 {
        return None;
    }
    let value: u32 = fraction.parse().ok()?;
    Some((value * 10u32.pow(9 - u32::try_from(len).ok()?), rest))
}

/// Year, month and day of a day since the epoch. Years begin in March here, so that the day that comes and goes
/// is the last one, and four hundred of them are always as long.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month > 2 { month - 3 } else { month + 9 };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `Instant.toString` of JDK 17 prints them.
    #[test]
    fn dates_print_as_in_java_and_are_read_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_706_659_200_123, "2024-01-31T00:00:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_827_696_000, "2000-02-29T12:34:56.000Z"),
            (253_402_300_800_000, "+10000-01-01T00:00:00.000Z"),
            (-62_198_755_200_000, "-0001-01-01T00:00:00.000Z"),
            (i64::MAX, "+292278994-08-17T07:12:55.807Z"),
            (i64::MIN, "-292275055-05-16T16:47:04.192Z"),
        ] {
            assert_eq!(millis_to_text(millis), text);
            assert_eq!(parse_millis(text), Some(millis), "{text}");
        }
        assert_eq!(instant_to_text(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(instant_to_text(0, 120_000), "1970-01-01T00:00:00.000120Z");
        assert_eq!(instant_to_text(i64::MAX, 1), "+292277026596-12-04T15:30:07.000000001Z");
        assert_eq!(parse("+292277026596-12-04T15:30:07.000000001Z"), Some((i64::MAX, 1)));
        assert_eq!(parse("-292277022657-01-27T08:29:52Z"), Some((i64::MIN, 0)));
    }

    #[test]
    fn every_day_of_a_thousand_years_is_read_back() {
        for day in -200_000..200_000 {
            let text = instant_to_text(day * DAY, 0);
            assert_eq!(parse(&text), Some((day * DAY, 0)), "{text}");
        }
    }

    #[test]
    fn offsets_and_decimals_are_understood_and_nonsense_is_not() {
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some((0, 500_000_000)));
        assert_eq!(parse("1970-01-01T00:00:00-00:30"), Some((1800, 0)));
        assert_eq!(parse_millis("1970-01-01T00:00:00.0005Z"), None);
        for bad in [
            "",
            "1970",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-02-30T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00Zulu",
            "19700-01-01T00:00:00Z",
            "+999999999999-01-01T00:00:00Z",
            "1970-01-01 00:00:00Z",
            "197ä-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
