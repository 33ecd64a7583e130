//! From Java's form of a date to the logical one.

use holdfast_converter_sdk::Failure;
use holdfast_document::{Definition, Error, Event, Item, Replace, Shape, Target, Value};

use super::{misfit, torn};

const TEXT_CHRONOLOGY: &str = "Ljava/lang/String;chronology";

pub(super) static DATE_TIME: Shape = Shape {
    name: "org.joda.time.DateTime",
    java: None,
    superclass: None,
    items: &["Jmillis", TEXT_CHRONOLOGY, "Ljava/lang/String;zone"],
};

static INTERVAL: Shape = Shape {
    name: "org.joda.time.Interval",
    java: None,
    superclass: None,
    items: &["Jstart", "Jend", TEXT_CHRONOLOGY],
};

static LOCAL_DATE: Shape = Shape {
    name: "org.joda.time.LocalDate",
    java: None,
    superclass: None,
    items: &["Iyear", "Imonth", "Iday", TEXT_CHRONOLOGY],
};

static LOCAL_DATE_TIME: Shape = Shape {
    name: "org.joda.time.LocalDateTime",
    java: None,
    superclass: None,
    items: &["Iyear", "Imonth", "Iday", "ImillisOfDay", TEXT_CHRONOLOGY],
};

/// Those that are declared.
#[cfg(test)]
pub(super) static SHAPES: [&Shape; 4] = [&INTERVAL, &DATE_TIME, &LOCAL_DATE_TIME, &LOCAL_DATE];

const CHRONOLOGIES: &str = "org.joda.time.chrono.";
const ISO_STUB: &str = "ISOChronology$Stub";
const DAY: i64 = 86_400_000;

/// The chronologies that MSM's registrations know by an id, ISO aside.
pub(super) const KNOWN: [(&str, &str); 7] = [
    ("CopticChronology", "COPTIC"),
    ("EthiopicChronology", "ETHIOPIC"),
    ("GregorianChronology", "GREGORIAN"),
    ("JulianChronology", "JULIAN"),
    ("IslamicChronology", "ISLAMIC"),
    ("BuddhistChronology", "BUDDHIST"),
    ("GJChronology", "GJ"),
];

/// A chronology stands in others: limited, zoned, again of its own kind.
const NESTED: usize = 16;

pub(super) struct ToLogical<'a> {
    pub(super) document: &'a [u8],
}

impl<'a> Replace<'a> for ToLogical<'a> {
    type Error = Failure;

    /// The logical form has other slots.
    fn wants(&self, class: &Definition<'a>) -> bool {
        let slot = match class.name {
            "org.joda.time.DateTime" => "iMillis",
            "org.joda.time.Interval" => "iStartMillis",
            "org.joda.time.LocalDate" | "org.joda.time.LocalDateTime" => "iLocalMillis",
            _ => return false,
        };
        class.items().any(|item| matches!(item, Ok(Item::Field { name, .. }) if name == slot))
    }

    fn replace(&mut self, mut value: Value<'_, 'a>, out: &mut Target<'_, 'a>) -> Result<(), Failure> {
        let at = value.start();
        let class = value.class;
        let mut millis = [None; 2];
        let mut chronology = None;
        for item in class.items() {
            let name = match item? {
                Item::Field { name, .. } => name,
                Item::Custom { .. } | Item::TypedCustom { .. } | Item::Whole { .. } | Item::Interface(_) => {
                    ""
                }
            };
            match name {
                "iMillis" | "iLocalMillis" | "iStartMillis" => millis[0] = self.long(&mut value)?,
                "iEndMillis" => millis[1] = self.long(&mut value)?,
                "iChronology" => {
                    let mut there = value.clone();
                    let event = there.next_event()?;
                    let (event, there) = there.follow(event)?;
                    chronology = Some(self.chronology(event, there)?);
                    value.skip()?;
                }
                _ => value.skip()?,
            }
        }
        let ([Some(first), second], Some(chronology)) = (millis, chronology) else {
            return Err(misfit(self.document, at, "has no milliseconds or no chronology"));
        };
        let Chronology { id, zone } = chronology;
        match class.name {
            "org.joda.time.DateTime" => {
                out.begin(&DATE_TIME);
                out.writer().int(first);
                text_or_nil(out, id);
                match zone {
                    Zone::Utc => out.writer().str("UTC"),
                    Zone::Default => out.writer().nil(),
                    Zone::Id(id) => out.writer().str(id),
                }
            }
            "org.joda.time.Interval" => {
                let end = second.ok_or_else(|| misfit(self.document, at, "has no end"))?;
                out.begin(&INTERVAL);
                out.writer().int(first);
                out.writer().int(end);
                text_or_nil(out, id);
            }
            name => {
                if let Some(id) = id {
                    let text =
                        format!("has the chronology {id}; of {name} in Java's form only ISO is understood");
                    return Err(misfit(self.document, at, text));
                }
                let (year, month, day) = civil(first.div_euclid(DAY));
                let with_time = name == LOCAL_DATE_TIME.name;
                out.begin(if with_time { &LOCAL_DATE_TIME } else { &LOCAL_DATE });
                for number in [year, month, day] {
                    out.writer().int(number);
                }
                if with_time {
                    out.writer().int(first.rem_euclid(DAY));
                }
                out.writer().nil();
            }
        }
        Ok(())
    }

    fn torn(&self, at: usize) -> Failure {
        torn(self.document, at)
    }
}

fn text_or_nil(out: &mut Target<'_, '_>, text: Option<&str>) {
    match text {
        Some(text) => out.writer().str(text),
        None => out.writer().nil(),
    }
}

/// A chronology by its id, null being ISO, and its zone.
struct Chronology<'a> {
    id: Option<&'static str>,
    zone: Zone<'a>,
}

#[derive(Clone, Copy)]
enum Zone<'a> {
    Utc,
    /// That of whoever reads it.
    Default,
    Id(&'a str),
}

impl<'a> ToLogical<'a> {
    fn long(&self, value: &mut Value<'_, 'a>) -> Result<Option<i64>, Error> {
        match value.next_event()? {
            Event::Int(number) => Ok(Some(number.value)),
            _ => Ok(None),
        }
    }

    fn chronology(&self, event: Event<'a>, value: Value<'_, 'a>) -> Result<Chronology<'a>, Failure> {
        let at = value.start();
        let wrong = |text: String| misfit(self.document, at, text);
        let Event::Typed(head, _) = event else {
            // Of a null, Joda-Time makes ISO in the default zone.
            return match event {
                Event::Nil => Ok(Chronology { id: None, zone: Zone::Default }),
                _ => Err(wrong("is no chronology".to_owned())),
            };
        };
        let name = value.class_of(&head).map_or("", |class| class.name);
        let short = name.strip_prefix(CHRONOLOGIES).unwrap_or(name);
        if short == ISO_STUB {
            return Ok(Chronology { id: None, zone: self.stub(value)? });
        }
        let Some((_, id)) = KNOWN.iter().find(|(known, _)| *known == short) else {
            return Err(wrong(format!(
                "has a chronology of class {name}; MSM's registration knows ISO, Coptic, Ethiopic, Gregorian, Julian, \
                 Islamic, Buddhist and GJ"
            )));
        };
        Ok(Chronology { id: Some(id), zone: self.zone_of(event, value)? })
    }

    /// The zone of a chronology is that of the zoned one inside of it; without one it is UTC.
    fn zone_of(&self, event: Event<'a>, value: Value<'_, 'a>) -> Result<Zone<'a>, Failure> {
        let (mut event, mut value) = (event, value);
        for _ in 0..NESTED {
            let Event::Typed(head, _) = event else { return Ok(Zone::Utc) };
            let Some(class) = value.class_of(&head) else { return Ok(Zone::Utc) };
            if class.name == "org.joda.time.chrono.ISOChronology$Stub" {
                return self.stub(value);
            }
            let zoned = class.name == "org.joda.time.chrono.ZonedChronology";
            let wanted = if zoned { "iParam" } else { "iBase" };
            let mut found = None;
            for item in class.items() {
                if matches!(item?, Item::Field { name, .. } if name == wanted) {
                    let event = value.next_event()?;
                    found = Some(value.follow(event)?);
                    break;
                }
                value.skip()?;
            }
            let Some(next) = found else { return Ok(Zone::Utc) };
            if zoned {
                return self.zone(next.0, next.1);
            }
            (event, value) = next;
        }
        Err(misfit(self.document, value.start(), "has chronologies nested in each other without end"))
    }

    /// What the class `ISOChronology$Stub` writes: its zone.
    fn stub(&self, mut value: Value<'_, 'a>) -> Result<Zone<'a>, Failure> {
        let event = value.next_event()?;
        if !matches!(event, Event::Array(1)) {
            return Err(misfit(
                self.document,
                value.start(),
                "is a chronology of another version of Joda-Time",
            ));
        }
        let event = value.next_event()?;
        let (event, value) = value.follow(event)?;
        self.zone(event, value)
    }

    /// What the class `DateTimeZone$Stub` writes: its id, as `writeUTF` does.
    fn zone(&self, event: Event<'a>, mut value: Value<'_, 'a>) -> Result<Zone<'a>, Failure> {
        let at = value.start();
        let wrong = || misfit(self.document, at, "is no time zone as Joda-Time serializes one");
        let head = match event {
            Event::Nil => return Ok(Zone::Default),
            Event::Typed(head, 1) => head,
            _ => return Err(wrong()),
        };
        if value.class_of(&head).is_none_or(|class| class.name != "org.joda.time.DateTimeZone$Stub") {
            return Err(wrong());
        }
        let (Event::Array(1), Event::Bin(block)) = (value.next_event()?, value.next_event()?) else {
            return Err(wrong());
        };
        // Ids of zones are ASCII, which is the same in Java's modified UTF-8.
        let id = match block.split_first_chunk::<2>() {
            Some((length, id)) if usize::from(u16::from_be_bytes(*length)) == id.len() && id.is_ascii() => id,
            _ => return Err(wrong()),
        };
        std::str::from_utf8(id).map(Zone::Id).map_err(|_| wrong())
    }
}

/// Year, month and day of a day since 1970-01-01 in the ISO calendar, by Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_dates_of_the_iso_calendar() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (16_039, (2013, 11, 30)),
            (11_016, (2000, 2, 29)),
            (-719_528, (0, 1, 1)),
            (-719_529, (-1, 12, 31)),
        ] {
            assert_eq!(civil(days), date);
        }
    }
}
