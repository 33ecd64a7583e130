//! `java.time.Ser`: what the classes of `java.time` are written as by XStream 1.4.7.

/// An item: a `<byte>`, `<int>` or `<long>`, and the `<string>` with a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Byte(i64),
    Int(i64),
    Long(i64),
    Zone,
}

/// The items that stand for the parts of a value: its class by number in the document's table, its numbers in the order
/// of the parts, and whether a region is its zone.
pub(crate) fn encode(number: u16, parts: &[i64], region: bool) -> Option<Vec<Unit>> {
    let mut out = Vec::with_capacity(10);
    let kind = |kind| Unit::Byte(kind);
    match (number, parts) {
        (106, [seconds, nanos]) => out.extend([kind(1), Unit::Long(*seconds), Unit::Int(*nanos)]),
        (187, [seconds, nanos]) => out.extend([kind(2), Unit::Long(*seconds), Unit::Int(*nanos)]),
        (100, date) => {
            out.push(kind(3));
            push_date(&mut out, date)?;
        }
        (101, time) => {
            out.push(kind(4));
            push_time(&mut out, time)?;
        }
        (102, both) => {
            out.push(kind(5));
            push_both(&mut out, both)?;
        }
        (104, parts) => {
            out.push(kind(6));
            push_both(&mut out, parts.get(..7)?)?;
            push_offset(&mut out, *parts.get(7)?);
            if region {
                out.extend([kind(7), Unit::Zone]);
            } else {
                out.push(kind(8));
                push_offset(&mut out, *parts.get(7)?);
            }
        }
        (112, []) => out.extend([kind(7), Unit::Zone]),
        (111, [offset]) => {
            out.push(kind(8));
            push_offset(&mut out, *offset);
        }
        (105, parts) => {
            out.push(kind(9));
            push_time(&mut out, parts.get(..4)?)?;
            push_offset(&mut out, *parts.get(4)?);
        }
        (103, parts) => {
            out.push(kind(10));
            push_both(&mut out, parts.get(..7)?)?;
            push_offset(&mut out, *parts.get(7)?);
        }
        (108, [year]) => out.extend([kind(11), Unit::Int(*year)]),
        (109, [year, month]) => out.extend([kind(12), Unit::Int(*year), Unit::Byte(*month)]),
        (110, [month, day]) => out.extend([kind(13), Unit::Byte(*month), Unit::Byte(*day)]),
        (107, [years, months, days]) => {
            out.extend([kind(14), Unit::Int(*years), Unit::Int(*months), Unit::Int(*days)]);
        }
        _ => return None,
    }
    Some(out)
}

fn push_date(out: &mut Vec<Unit>, date: &[i64]) -> Option<()> {
    let [year, month, day] = *date else { return None };
    out.extend([Unit::Int(year), Unit::Byte(month), Unit::Byte(day)]);
    Some(())
}

/// What is zero at the end is left out: the last number is complemented.
fn push_time(out: &mut Vec<Unit>, time: &[i64]) -> Option<()> {
    let [hour, minute, second, nano] = *time else { return None };
    match (minute, second, nano) {
        (0, 0, 0) => out.push(Unit::Byte(!hour)),
        (_, 0, 0) => out.extend([Unit::Byte(hour), Unit::Byte(!minute)]),
        (_, _, 0) => out.extend([Unit::Byte(hour), Unit::Byte(minute), Unit::Byte(!second)]),
        _ => out.extend([Unit::Byte(hour), Unit::Byte(minute), Unit::Byte(second), Unit::Int(nano)]),
    }
    Some(())
}

fn push_both(out: &mut Vec<Unit>, both: &[i64]) -> Option<()> {
    let (date, time) = both.split_at_checked(3)?;
    push_date(out, date)?;
    push_time(out, time)
}

fn push_offset(out: &mut Vec<Unit>, offset: i64) {
    if offset % 900 == 0 {
        out.push(Unit::Byte(offset / 900));
    } else {
        out.extend([Unit::Byte(127), Unit::Int(offset)]);
    }
}

/// The class and parts of items, and whether the string is their zone.
pub(crate) fn decode(items: &[i64]) -> Option<(u16, Vec<i64>, bool)> {
    let (kind, mut rest) = items.split_first()?;
    let mut parts = Vec::with_capacity(9);
    let mut region = false;
    let number = match kind {
        1 | 2 => {
            copy(&mut rest, &mut parts, 2)?;
            if *kind == 1 { 106 } else { 187 }
        }
        3 => {
            copy(&mut rest, &mut parts, 3)?;
            100
        }
        4 => {
            take_time(&mut rest, &mut parts)?;
            101
        }
        5 => {
            copy(&mut rest, &mut parts, 3)?;
            take_time(&mut rest, &mut parts)?;
            102
        }
        6 | 10 => {
            copy(&mut rest, &mut parts, 3)?;
            take_time(&mut rest, &mut parts)?;
            take_offset(&mut rest, &mut parts)?;
            if *kind == 10 {
                103
            } else {
                match take(&mut rest)? {
                    7 => region = true,
                    8 => take_offset(&mut rest, &mut Vec::new())?,
                    _ => return None,
                }
                104
            }
        }
        7 => {
            region = true;
            112
        }
        8 => {
            take_offset(&mut rest, &mut parts)?;
            111
        }
        9 => {
            take_time(&mut rest, &mut parts)?;
            take_offset(&mut rest, &mut parts)?;
            105
        }
        11 => {
            copy(&mut rest, &mut parts, 1)?;
            108
        }
        12 | 13 => {
            copy(&mut rest, &mut parts, 2)?;
            if *kind == 12 { 109 } else { 110 }
        }
        14 => {
            copy(&mut rest, &mut parts, 3)?;
            107
        }
        _ => return None,
    };
    rest.is_empty().then_some((number, parts, region))
}

fn take(rest: &mut &[i64]) -> Option<i64> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    Some(*first)
}

fn copy(rest: &mut &[i64], parts: &mut Vec<i64>, count: usize) -> Option<()> {
    for _ in 0..count {
        parts.push(take(rest)?);
    }
    Some(())
}

fn take_time(rest: &mut &[i64], parts: &mut Vec<i64>) -> Option<()> {
    let mut time = [0; 4];
    for (index, field) in time.iter_mut().enumerate() {
        let value = take(rest)?;
        if index < 3 && value < 0 {
            *field = !value;
            break;
        }
        *field = value;
    }
    parts.extend(time);
    Some(())
}

fn take_offset(rest: &mut &[i64], parts: &mut Vec<i64>) -> Option<()> {
    let offset = match take(rest)? {
        127 => take(rest)?,
        quarters => quarters * 900,
    };
    parts.push(offset);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back() {
        for (number, parts, region) in [
            (106, vec![5, 6], false),
            (187, vec![5, 6], false),
            (100, vec![2024, 1, 31], false),
            (101, vec![1, 0, 0, 0], false),
            (101, vec![1, 2, 0, 0], false),
            (101, vec![1, 2, 3, 0], false),
            (101, vec![1, 2, 3, 4], false),
            (102, vec![2024, 1, 31, 0, 0, 0, 0], false),
            (103, vec![2024, 1, 31, 0, 0, 0, 0, 7_201], false),
            (104, vec![2024, 1, 31, 0, 0, 0, 0, 28_800], true),
            (104, vec![2024, 1, 31, 0, 0, 0, 0, 28_800], false),
            (105, vec![1, 2, 3, 4, -900], false),
            (107, vec![1, 2, 3], false),
            (108, vec![2024], false),
            (109, vec![2024, 3], false),
            (110, vec![3, 4], false),
            (111, vec![7_200], false),
            (112, vec![], true),
        ] {
            let units = encode(number, &parts, region).unwrap();
            let items: Vec<i64> = units
                .iter()
                .filter_map(|unit| match unit {
                    Unit::Byte(value) | Unit::Int(value) | Unit::Long(value) => Some(*value),
                    Unit::Zone => None,
                })
                .collect();
            assert_eq!(decode(&items), Some((number, parts, region)));
        }
        for bad in [&[][..], &[0], &[3, 1], &[15, 1], &[11, 1, 2]] {
            assert_eq!(decode(bad), None);
        }
    }
}
