//! The text of `java.time`, as XStream 1.4.20 writes it: read only, since 1.4.7 does not know it.

use super::date::{Scan, gregorian_days};

/// The numbers of a value and the id of its zone, in the order of the document's parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) numbers: Vec<i64>,
    pub(crate) zone: Option<&'a str>,
}

/// Reads the text of the class with this number in the document's table (187 is Instant: seconds and nanoseconds).
pub(crate) fn parse(number: u16, text: &str) -> Option<Parts<'_>> {
    let mut scan = Scan::new(text.trim());
    let mut parts = Parts::default();
    match number {
        100 => date(&mut scan, &mut parts.numbers)?,
        101 => time(&mut scan, &mut parts.numbers)?,
        102 => date_time(&mut scan, &mut parts.numbers)?,
        103 | 104 => {
            date_time(&mut scan, &mut parts.numbers)?;
            let offset = offset(&mut scan)?;
            parts.numbers.push(offset);
            if number == 104 {
                // A zone that is an offset is not repeated.
                let id = match scan.rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    Some(id) => id,
                    None if scan.rest.is_empty() => "",
                    None => return None,
                };
                parts.zone = Some(id);
                return Some(parts);
            }
        }
        105 => {
            time(&mut scan, &mut parts.numbers)?;
            parts.numbers.push(offset(&mut scan)?);
        }
        106 => duration(&mut scan, &mut parts.numbers)?,
        107 => period(&mut scan, &mut parts.numbers)?,
        108 => parts.numbers.push(year(&mut scan)?),
        109 => {
            parts.numbers.push(year(&mut scan)?);
            scan.eat("-").then_some(())?;
            parts.numbers.push(scan.number(2, 2)?);
        }
        110 => {
            scan.eat("--").then_some(())?;
            parts.numbers.push(scan.number(2, 2)?);
            scan.eat("-").then_some(())?;
            parts.numbers.push(scan.number(2, 2)?);
        }
        187 => instant(&mut scan, &mut parts.numbers)?,
        _ => return None,
    }
    scan.end()?;
    Some(parts)
}

fn year(scan: &mut Scan<'_>) -> Option<i64> {
    let sign = if scan.eat("-") {
        -1
    } else {
        scan.eat("+");
        1
    };
    Some(sign * scan.number(1, 10)?)
}

fn date(scan: &mut Scan<'_>, numbers: &mut Vec<i64>) -> Option<()> {
    let year = year(scan)?;
    scan.eat("-").then_some(())?;
    let month = scan.number(2, 2)?;
    scan.eat("-").then_some(())?;
    let day = scan.number(2, 2)?;
    let days = gregorian_days((year, month as u32, day as u32))?;
    let (_, month_again, day_again) = super::date::gregorian(days);
    numbers.extend([year, month, day]);
    (i64::from(month_again) == month && i64::from(day_again) == day).then_some(())
}

fn time(scan: &mut Scan<'_>, numbers: &mut Vec<i64>) -> Option<()> {
    let hour = scan.number(2, 2)?;
    scan.eat(":").then_some(())?;
    let minute = scan.number(2, 2)?;
    let second = if scan.eat(":") { scan.number(2, 2)? } else { 0 };
    let nano = if scan.eat(".") { i64::from(scan.fraction()?) } else { 0 };
    numbers.extend([hour, minute, second, nano]);
    (hour < 24 && minute < 60 && second < 60).then_some(())
}

fn date_time(scan: &mut Scan<'_>, numbers: &mut Vec<i64>) -> Option<()> {
    date(scan, numbers)?;
    scan.eat("T").then_some(())?;
    time(scan, numbers)
}

/// `Z` or `+hh:mm[:ss]`, in seconds.
pub(crate) fn parse_offset(text: &str) -> Option<i64> {
    let mut scan = Scan::new(text);
    let offset = offset(&mut scan)?;
    scan.end()?;
    Some(offset)
}

fn offset(scan: &mut Scan<'_>) -> Option<i64> {
    if scan.eat("Z") {
        return Some(0);
    }
    let sign = if scan.eat("-") { -1 } else { scan.eat("+").then_some(1)? };
    let hours = scan.number(2, 2)?;
    let minutes = if scan.eat(":") { scan.number(2, 2)? } else { 0 };
    let seconds = if scan.eat(":") { scan.number(2, 2)? } else { 0 };
    (hours <= 18 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

fn instant(scan: &mut Scan<'_>, numbers: &mut Vec<i64>) -> Option<()> {
    let mut fields = Vec::with_capacity(7);
    date_time(scan, &mut fields)?;
    scan.eat("Z").then_some(())?;
    let [year, month, day, hour, minute, second, nano] = *fields.as_slice() else { return None };
    let days = gregorian_days((year, month as u32, day as u32))?;
    numbers.extend([days * 86_400 + hour * 3_600 + minute * 60 + second, nano]);
    Some(())
}

/// `PT1H2M3.5S`; each number may have a sign.
fn duration(scan: &mut Scan<'_>, numbers: &mut Vec<i64>) -> Option<()> {
    scan.eat("PT").then_some(())?;
    let (mut seconds, mut nanos) = (0i64, 0i64);
    while !scan.rest.is_empty() {
        let negative = scan.eat("-");
        let sign = if negative { -1 } else { 1 };
        let value = sign * scan.number(1, 18)?;
        let fraction = if scan.eat(".") { sign * i64::from(scan.fraction()?) } else { 0 };
        let unit = if scan.eat("H") {
            3_600
        } else if scan.eat("M") {
            60
        } else {
            scan.eat("S").then_some(1)?
        };
        seconds = seconds.checked_add(value.checked_mul(unit)?)?;
        nanos += fraction;
    }
    if nanos < 0 {
        seconds = seconds.checked_sub(1)?;
        nanos += 1_000_000_000;
    }
    numbers.extend([seconds, nanos]);
    Some(())
}

/// `P1Y2M3D`.
fn period(scan: &mut Scan<'_>, numbers: &mut Vec<i64>) -> Option<()> {
    scan.eat("P").then_some(())?;
    let mut fields = [0; 3];
    while !scan.rest.is_empty() {
        let sign = if scan.eat("-") { -1 } else { 1 };
        let value = sign * scan.number(1, 10)?;
        let unit = ["Y", "M", "D"].iter().position(|unit| scan.eat(unit))?;
        *fields.get_mut(unit)? = value;
    }
    numbers.extend(fields);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(number: u16, text: &str) -> Vec<i64> {
        parse(number, text).unwrap_or_else(|| panic!("{text}")).numbers
    }

    #[test]
    fn the_forms_of_1_4_20_are_read() {
        assert_eq!(numbers(187, "1970-01-01T00:00:05.000000007Z"), [5, 7]);
        assert_eq!(numbers(100, "-0005-01-01"), [-5, 1, 1]);
        assert_eq!(numbers(101, "01:02:03.000004"), [1, 2, 3, 4_000]);
        assert_eq!(numbers(101, "01:02"), [1, 2, 0, 0]);
        assert_eq!(numbers(102, "2024-01-31T00:00:05"), [2024, 1, 31, 0, 0, 5, 0]);
        assert_eq!(numbers(103, "2024-01-31T00:00:00+02:00"), [2024, 1, 31, 0, 0, 0, 0, 7_200]);
        let zoned = parse(104, "2024-01-31T00:00:00+08:00[Asia/Shanghai]").unwrap();
        assert_eq!((zoned.numbers.len(), zoned.zone), (8, Some("Asia/Shanghai")));
        assert_eq!(numbers(105, "01:02:00Z"), [1, 2, 0, 0, 0]);
        assert_eq!(numbers(106, "PT5.000000005S"), [5, 5]);
        assert_eq!(numbers(106, "PT-1H-0.5S"), [-3_601, 500_000_000]);
        assert_eq!(numbers(107, "P1Y2M3D"), [1, 2, 3]);
        assert_eq!(numbers(108, "2024"), [2024]);
        assert_eq!(numbers(109, "2024-03"), [2024, 3]);
        assert_eq!(numbers(110, "--03-04"), [3, 4]);
        for (number, bad) in [(100, "2024-02-30"), (101, "24:00"), (187, "x"), (106, "P1D"), (107, "PT1S")] {
            assert!(parse(number, bad).is_none(), "{bad}");
        }
    }
}
