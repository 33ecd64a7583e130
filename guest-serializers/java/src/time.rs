//! `java.time.Ser`: what the classes of java.time are written as, one block of data each.

/// A value of java.time: its number among the built-in classes, and its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Temporal<'a> {
    /// 100 to 112, or [`INSTANT`].
    pub(crate) number: u16,
    numbers: [i64; 8],
    count: usize,
    /// The id of the time zone, the last part of some.
    pub(crate) zone: Option<&'a str>,
}

/// The number that names `java.time.Instant`.
pub(crate) const INSTANT: u16 = 187;

const MAX_OFFSET: i64 = 18 * 3600;

impl<'a> Temporal<'a> {
    pub(crate) const fn new(number: u16) -> Self {
        Self { number, numbers: [0; 8], count: 0, zone: None }
    }

    /// Adds a part. There are at most eight.
    pub(crate) fn push(&mut self, part: i64) {
        if let Some(next) = self.numbers.get_mut(self.count) {
            *next = part;
            self.count += 1;
        }
    }

    /// The parts that are numbers.
    pub(crate) fn numbers(&self) -> &[i64] {
        self.numbers.get(..self.count).unwrap_or_default()
    }

    /// Reads a block. `None` where it is none that Java writes.
    pub(crate) fn read(block: &'a [u8]) -> Option<Self> {
        let (kind, data) = block.split_first()?;
        let mut input = Input(data);
        let number = match kind {
            1 => 106,
            2 => INSTANT,
            3 => 100,
            4 => 101,
            5 => 102,
            6 => 104,
            7 => 112,
            8 => 111,
            9 => 105,
            10 => 103,
            11 => 108,
            12 => 109,
            13 => 110,
            14 => 107,
            _ => return None,
        };
        let mut value = Self::new(number);
        match number {
            106 | INSTANT => {
                value.push(input.long()?);
                value.push(input.int()?);
            }
            100 => value.date(&mut input)?,
            101 => value.time(&mut input)?,
            102..=104 => {
                value.date(&mut input)?;
                value.time(&mut input)?;
                if number != 102 {
                    value.push(input.offset()?);
                }
                if number == 104 {
                    value.zone = Some(input.zone()?);
                }
            }
            105 => {
                value.time(&mut input)?;
                value.push(input.offset()?);
            }
            107 => (0..3).try_for_each(|_| input.int().map(|part| value.push(part)))?,
            108 => value.push(input.int()?),
            109 => {
                value.push(input.int()?);
                value.push(input.byte()?);
            }
            110 => {
                value.push(input.byte()?);
                value.push(input.byte()?);
            }
            111 => value.push(input.offset()?),
            _ => value.zone = Some(input.text()?),
        }
        input.0.is_empty().then_some(value)
    }

    fn date(&mut self, input: &mut Input<'_>) -> Option<()> {
        self.push(input.int()?);
        self.push(input.byte()?);
        self.push(input.byte()?);
        Some(())
    }

    /// The last part that is not zero stands inverted, those behind it not at all.
    fn time(&mut self, input: &mut Input<'_>) -> Option<()> {
        for part in 0..3 {
            let value = input.byte()?;
            if value < 0 {
                self.push(!value);
                (part..3).for_each(|_| self.push(0));
                return Some(());
            }
            self.push(value);
        }
        self.push(input.int()?);
        Some(())
    }

    /// Appends the block's content. The error says what Java could not read.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let part = |at: usize| self.numbers().get(at).copied().unwrap_or(0);
        match self.number {
            106 | INSTANT => {
                out.push(if self.number == 106 { 1 } else { 2 });
                out.extend_from_slice(&part(0).to_be_bytes());
                out.extend_from_slice(
                    &ranged::<i32>(part(1), 0..=999_999_999, "nanos are below 1000000000")?.to_be_bytes(),
                );
            }
            100 => {
                out.push(3);
                self.write_date(out)?;
            }
            101 => {
                out.push(4);
                self.write_time(0, out)?;
            }
            102..=104 => {
                out.push(match self.number {
                    102 => 5,
                    103 => 10,
                    _ => 6,
                });
                self.write_date(out)?;
                self.write_time(3, out)?;
                if self.number != 102 {
                    write_offset(part(7), out)?;
                }
                if self.number == 104 {
                    let zone = self.zone.unwrap_or_default();
                    match parse_offset(zone) {
                        Some(offset) => {
                            out.push(8);
                            write_offset(offset, out)?;
                        }
                        None => {
                            out.push(7);
                            write_text(zone, out)?;
                        }
                    }
                }
            }
            105 => {
                out.push(9);
                self.write_time(0, out)?;
                write_offset(part(4), out)?;
            }
            107 => {
                out.push(14);
                for at in 0..3 {
                    out.extend_from_slice(&int(part(at))?.to_be_bytes());
                }
            }
            108 => {
                out.push(11);
                out.extend_from_slice(&int(part(0))?.to_be_bytes());
            }
            109 => {
                out.push(12);
                out.extend_from_slice(&int(part(0))?.to_be_bytes());
                out.push(ranged(part(1), 1..=12, MONTH)?);
            }
            110 => {
                out.push(13);
                out.push(ranged(part(0), 1..=12, MONTH)?);
                out.push(ranged(part(1), 1..=31, DAY)?);
            }
            111 => {
                out.push(8);
                write_offset(part(0), out)?;
            }
            _ => {
                out.push(7);
                write_text(self.zone.unwrap_or_default(), out)?;
            }
        }
        Ok(())
    }

    fn write_date(&self, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let [year, month, day, ..] = self.numbers;
        let year: i32 = ranged(year, -999_999_999..=999_999_999, "a year has at most 9 digits")?;
        out.extend_from_slice(&year.to_be_bytes());
        out.push(ranged(month, 1..=12, MONTH)?);
        out.push(ranged(day, 1..=31, DAY)?);
        Ok(())
    }

    fn write_time(&self, from: usize, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let Some(&[hour, minute, second, nano]) = self.numbers.get(from..from + 4) else {
            return Err("a time has hour, minute, second and nano");
        };
        let hour: u8 = ranged(hour, 0..=23, "an hour is 0 to 23")?;
        let minute: u8 = ranged(minute, 0..=59, "a minute is 0 to 59")?;
        let second: u8 = ranged(second, 0..=59, "a second is 0 to 59")?;
        let nano: u32 = ranged(nano, 0..=999_999_999, "a nano is 0 to 999999999")?;
        match (minute, second, nano) {
            (0, 0, 0) => out.push(!hour),
            (_, 0, 0) => out.extend_from_slice(&[hour, !minute]),
            (_, _, 0) => out.extend_from_slice(&[hour, minute, !second]),
            _ => {
                out.extend_from_slice(&[hour, minute, second]);
                out.extend_from_slice(&nano.to_be_bytes());
            }
        }
        Ok(())
    }
}

const MONTH: &str = "a month is 1 to 12";
const DAY: &str = "a day is 1 to 31";

fn ranged<T: TryFrom<i64>>(
    value: i64,
    range: std::ops::RangeInclusive<i64>,
    rule: &'static str,
) -> Result<T, &'static str> {
    if range.contains(&value) { T::try_from(value).map_err(|_| rule) } else { Err(rule) }
}

fn int(value: i64) -> Result<i32, &'static str> {
    i32::try_from(value).map_err(|_| "it has at most 32 bits")
}

fn write_offset(seconds: i64, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let seconds: i32 =
        ranged(seconds, -MAX_OFFSET..=MAX_OFFSET, "an offset is at most 18 hours, in seconds")?;
    if seconds % 900 == 0 {
        out.push((seconds / 900) as u8);
    } else {
        out.push(127);
        out.extend_from_slice(&seconds.to_be_bytes());
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let len = match u16::try_from(text.len()) {
        Ok(len) if len > 0 && text.is_ascii() => len,
        _ => return Err("the id of a time zone is ASCII text"),
    };
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// The seconds of an id such as `+05:30` or `Z`, which is that of a ZoneOffset and of no region.
fn parse_offset(id: &str) -> Option<i64> {
    if id == "Z" {
        return Some(0);
    }
    let (sign, digits) = match id.as_bytes().split_first()? {
        (b'+', digits) => (1, digits),
        (b'-', digits) => (-1, digits),
        _ => return None,
    };
    let two = |high: u8, low: u8| {
        (high.is_ascii_digit() && low.is_ascii_digit())
            .then(|| i64::from(high - b'0') * 10 + i64::from(low - b'0'))
    };
    match *digits {
        [a, b, b':', c, d] => Some(sign * (two(a, b)? * 3600 + two(c, d)? * 60)),
        [a, b, b':', c, d, b':', e, f] => Some(sign * (two(a, b)? * 3600 + two(c, d)? * 60 + two(e, f)?)),
        _ => None,
    }
}

/// The offset, in milliseconds, of a `java.util.TimeZone` that has no history, where its id tells it.
pub(crate) fn zone_offset(id: &[u8]) -> Option<i32> {
    match id {
        b"UTC" | b"GMT" | b"Z" | b"Etc/UTC" | b"Etc/GMT" | b"UCT" | b"Etc/UCT" | b"Zulu" | b"Etc/Zulu"
        | b"Greenwich" | b"Universal" | b"Etc/Universal" | b"Etc/Greenwich" => Some(0),
        [b'G', b'M', b'T', offset @ ..] => {
            let seconds = parse_offset(std::str::from_utf8(offset).ok()?)?;
            i32::try_from(seconds * 1000).ok()
        }
        _ => None,
    }
}

/// The id of an offset as `ZoneOffset.getId` has it, for each offset that a stream may hold.
pub(crate) fn offset_id(seconds: i64, buffer: &mut [u8; 9]) -> &str {
    if seconds == 0 {
        return "Z";
    }
    let all = seconds.unsigned_abs();
    let digit = |number: u64| b'0' + (number % 10) as u8;
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    *buffer = [
        if seconds < 0 { b'-' } else { b'+' },
        digit(hours / 10),
        digit(hours),
        b':',
        digit(minutes / 10),
        digit(minutes),
        b':',
        digit(rest / 10),
        digit(rest),
    ];
    let len = if rest == 0 { 6 } else { 9 };
    buffer.get(..len).and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default()
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<i64> {
        self.fixed().map(|byte| i64::from(i8::from_be_bytes(byte)))
    }

    fn int(&mut self) -> Option<i64> {
        self.fixed().map(|bytes| i64::from(i32::from_be_bytes(bytes)))
    }

    fn long(&mut self) -> Option<i64> {
        self.fixed().map(i64::from_be_bytes)
    }

    fn offset(&mut self) -> Option<i64> {
        match self.byte()? {
            127 => self.int(),
            quarters => Some(quarters * 900),
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = usize::from(u16::from_be_bytes(self.fixed()?));
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// The zone of a ZonedDateTime: an offset, which the caller knows by [`Temporal::zone`] being empty, or a region.
    fn zone(&mut self) -> Option<&'a str> {
        match self.byte()? {
            7 => self.text(),
            8 => self.offset().map(|_| ""),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn blocks_of_the_jdk_are_read_and_written_back() {
        for block in [
            "02000000000000000500000006",
            "03000007e8021d",
            "04f5",
            "040af4",
            "040a0bf3",
            "040a0b0c0000000d",
            "05000007e8010203040500000006",
            "0a000007e801020304050000000608",
            "06000007e80102030405000000060407000d4575726f70652f4265726c696e",
            "09010203000000047f00000e4d",
            "01fffffffffffffffb00000007",
            "0e00000001fffffffe00000003",
            "0b000007e8",
            "0c000007e805",
            "0d0506",
            "08e0",
            "07000a417369612f546f6b796f",
        ] {
            let bytes = hex(block);
            let value = Temporal::read(&bytes).expect(block);
            let mut out = Vec::new();
            value.write(&mut out).unwrap();
            assert_eq!(out, bytes, "{value:?}");
        }
    }

    #[test]
    fn a_zoned_time_at_an_offset_has_the_offset_as_its_zone() {
        let bytes = hex("06000007e8010203040500000006160816");
        let mut value = Temporal::read(&bytes).unwrap();
        assert_eq!((value.zone, value.numbers().last()), (Some(""), Some(&19_800)));
        value.zone = Some("+05:30");
        let mut out = Vec::new();
        value.write(&mut out).unwrap();
        assert_eq!(out, bytes);
    }

    #[test]
    fn ids_of_offsets_are_those_of_java() {
        let mut buffer = [0; 9];
        for (seconds, id) in
            [(0, "Z"), (3600, "+01:00"), (-1800, "-00:30"), (3661, "+01:01:01"), (64_800, "+18:00")]
        {
            assert_eq!(offset_id(seconds, &mut buffer), id);
            assert_eq!(parse_offset(id), Some(seconds));
        }
        assert_eq!(parse_offset("Europe/Berlin"), None);
        assert_eq!(parse_offset("+5"), None);
    }

    #[test]
    fn parts_out_of_range_are_refused() {
        let mut value = Temporal::new(110);
        value.push(13);
        value.push(1);
        assert_eq!(value.write(&mut Vec::new()), Err(MONTH));
    }

    #[test]
    fn cut_blocks_are_none() {
        let bytes = hex("06000007e80102030405000000060407000d4575726f70652f4265726c696e");
        for end in 0..bytes.len() {
            assert_eq!(Temporal::read(&bytes[..end]), None);
        }
    }
}
