//! Dates and times of day of `java.time` as text, in the manner of their `toString`.

use std::fmt::Write as _;

use crate::event::{Event, Number};
use crate::json::time::{parse_date, parse_offset, parse_time, push_date};
use crate::writer::Writer;

/// The most parts that a class here has.
pub(super) const MAX_PARTS: usize = 9;

/// What a class here holds, in this order.
#[derive(Clone, Copy)]
struct Form {
    date: bool,
    time: bool,
    offset: bool,
    zone: bool,
}

/// The form of a built-in class, if it is one of these.
const fn form(number: u16) -> Option<Form> {
    let (date, time, offset, zone) = match number {
        100 => (true, false, false, false),
        101 => (false, true, false, false),
        102 => (true, true, false, false),
        103 => (true, true, true, false),
        104 => (true, true, true, true),
        105 => (false, true, true, false),
        _ => return None,
    };
    Some(Form { date, time, offset, zone })
}

pub(super) const fn is_text(number: u16) -> bool {
    form(number).is_some()
}

/// The text of a value of a built-in class; `None` if its parts are not what they should be.
pub(super) fn to_text(number: u16, parts: &[Event<'_>]) -> Option<String> {
    let form = form(number)?;
    let mut parts = parts.iter();
    let mut int = |from: i64, to: i64| match parts.next() {
        Some(Event::Int(Number { value, .. })) if (from..=to).contains(value) => Some(*value),
        _ => None,
    };
    let mut text = String::with_capacity(48);
    if form.date {
        push_date(&mut text, int(-999_999_999, 999_999_999)?, int(1, 12)?, int(1, 31)?);
    }
    if form.time {
        let separator = if form.date { "T" } else { "" };
        let (hour, minute, second) = (int(0, 23)?, int(0, 59)?, int(0, 59)?);
        let _ = write!(text, "{separator}{hour:02}:{minute:02}:{second:02}");
        match int(0, 999_999_999)? {
            0 => {}
            nanos if nanos % 1_000_000 == 0 => {
                let _ = write!(text, ".{:03}", nanos / 1_000_000);
            }
            nanos => {
                let _ = write!(text, ".{nanos:09}");
            }
        }
    }
    if form.offset {
        match parts.next()? {
            Event::Nil if form.zone => {}
            Event::Int(Number { value: 0, .. }) => text.push('Z'),
            Event::Int(Number { value: offset @ -64_800..=64_800, .. }) => {
                let (sign, offset) = (if *offset < 0 { '-' } else { '+' }, offset.abs());
                let _ = write!(text, "{sign}{:02}:{:02}", offset / 3600, offset / 60 % 60);
                if offset % 60 != 0 {
                    let _ = write!(text, ":{:02}", offset % 60);
                }
            }
            _ => return None,
        }
    }
    if form.zone {
        let Event::Str(zone) = parts.next()? else { return None };
        let _ = write!(text, "[{}]", std::str::from_utf8(zone).ok()?);
    }
    Some(text)
}

/// Writes the value of a built-in class that a text means; false if it means none.
pub(super) fn write(number: u16, text: &str, writer: &mut Writer<'_>) -> bool {
    let Some(form) = form(number) else { return false };
    let Some(parts) = parse(form, text) else { return false };
    writer.builtin(number, u32::try_from(parts.len()).unwrap_or(u32::MAX));
    for part in parts {
        match part {
            Part::Nil => writer.nil(),
            Part::Int(value) => writer.int(value),
            Part::Str(text) => writer.str(text),
        }
    }
    true
}

enum Part<'t> {
    Nil,
    Int(i64),
    Str(&'t str),
}

fn parse(form: Form, text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::with_capacity(MAX_PARTS);
    let mut rest = text;
    if form.date {
        let ((year, month, day), behind) = parse_date(rest)?;
        parts.extend([year, month, day].map(Part::Int));
        rest = behind;
    }
    if form.time {
        if form.date {
            rest = rest.strip_prefix('T')?;
        }
        let (second, nanos, behind) = parse_time(rest)?;
        parts.extend([second / 3600, second / 60 % 60, second % 60, i64::from(nanos)].map(Part::Int));
        rest = behind;
    }
    if form.offset {
        if form.zone && rest.starts_with('[') {
            parts.push(Part::Nil);
        } else {
            let (offset, behind) = parse_offset(rest)?;
            parts.push(Part::Int(offset));
            rest = behind;
        }
    }
    if form.zone {
        let zone = rest.strip_prefix('[')?.strip_suffix(']').filter(|zone| !zone.is_empty())?;
        parts.push(Part::Str(zone));
        rest = "";
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Head, Reader};

    #[test]
    fn text_becomes_a_value_of_the_class_and_the_same_text_again() {
        for (number, text) in [
            (100, "1969-12-31"),
            (101, "23:59:59"),
            (101, "23:59:59.500"),
            (102, "2024-02-29T00:00:00.000000001"),
            (103, "2024-02-29T00:00:00Z"),
            (103, "-0044-03-15T12:00:00+01:30"),
            (104, "2024-02-29T00:00:00+01:00[Europe/Berlin]"),
            (104, "2024-02-29T00:00:00[Europe/Berlin]"),
            (105, "10:00:00-00:00:30"),
        ] {
            let mut bytes = Vec::new();
            assert!(write(number, text, &mut Writer::value(&mut bytes)), "{text}");
            let mut reader = Reader::value(&bytes);
            let Event::Typed(Head::Builtin(read), parts) = reader.next().unwrap() else {
                panic!("{bytes:?}")
            };
            assert_eq!(read, number);
            let parts: Vec<_> = (0..parts).map(|_| reader.next().unwrap()).collect();
            assert_eq!(to_text(number, &parts).as_deref(), Some(text));
        }
    }

    #[test]
    fn other_text_is_no_value() {
        for (number, text) in [
            (100, "1969-02-30"),
            (100, "1969-12-31T00:00:00"),
            (101, "24:00:00"),
            (102, "2024-02-29 00:00:00"),
            (103, "2024-02-29T00:00:00"),
            (104, "2024-02-29T00:00:00Z"),
            (104, "2024-02-29T00:00:00Z[]"),
            (7, "1969-12-31"),
        ] {
            assert!(!write(number, text, &mut Writer::value(&mut Vec::new())), "{text}");
        }
    }
}
