//! From the logical form of a date to Java's.

use holdfast_converter_sdk::Failure;
use holdfast_document::{Definition, Event, Item, Replace, Shape, Target, Value};

use super::logical::{DATE_TIME, KNOWN};
use super::{misfit, torn};

macro_rules! shape {
    ($name:ident = $class:literal, $flags:literal, $suid:literal, $superclass:expr, [$($item:literal),*]) => {
        static $name: Shape =
            Shape { name: $class, java: Some(($flags, $suid)), superclass: $superclass, items: &[$($item),*] };
    };
}

// Names, flags, serialVersionUIDs and fields of Joda-Time 2.9.2, which are those of 1.6 too.
shape!(
    BASE_DATE_TIME = "org.joda.time.base.BaseDateTime",
    2,
    -6_728_882_245_981,
    None,
    ["JiMillis", "Lorg/joda/time/Chronology;iChronology"]
);
shape!(
    JAVA_DATE_TIME = "org.joda.time.DateTime",
    2,
    -5_171_125_899_451_703_815,
    Some(&BASE_DATE_TIME),
    ["^JiMillis", "^Lorg/joda/time/Chronology;iChronology"]
);
shape!(ISO_STUB = "org.joda.time.chrono.ISOChronology$Stub", 3, -6_212_696_554_273_812_441, None, ["*"]);
shape!(ZONE_STUB = "org.joda.time.DateTimeZone$Stub", 3, -6_471_952_376_487_863_581, None, ["*"]);
shape!(BASE = "org.joda.time.chrono.BaseChronology", 2, -7_310_865_996_721_419_676, None, []);
shape!(
    ASSEMBLED = "org.joda.time.chrono.AssembledChronology",
    2,
    -6_728_465_968_995_518_215,
    Some(&BASE),
    ["Lorg/joda/time/Chronology;iBase", "Ljava/lang/Object;iParam"]
);
shape!(
    ZONED = "org.joda.time.chrono.ZonedChronology",
    2,
    -1_079_258_847_191_166_848,
    Some(&ASSEMBLED),
    ["^Lorg/joda/time/Chronology;iBase", "^Ljava/lang/Object;iParam"]
);
shape!(
    BASIC = "org.joda.time.chrono.BasicChronology",
    2,
    8_283_225_332_206_808_863,
    Some(&ASSEMBLED),
    ["^Lorg/joda/time/Chronology;iBase", "^Ljava/lang/Object;iParam", "IiMinDaysInFirstWeek"]
);
shape!(
    BASIC_GJ = "org.joda.time.chrono.BasicGJChronology",
    2,
    538_276_888_268,
    Some(&BASIC),
    ["^^Lorg/joda/time/Chronology;iBase", "^^Ljava/lang/Object;iParam", "^IiMinDaysInFirstWeek"]
);
shape!(
    BASIC_FIXED = "org.joda.time.chrono.BasicFixedMonthChronology",
    2,
    261_387_371_998,
    Some(&BASIC),
    ["^^Lorg/joda/time/Chronology;iBase", "^^Ljava/lang/Object;iParam", "^IiMinDaysInFirstWeek"]
);
shape!(
    GREGORIAN = "org.joda.time.chrono.GregorianChronology",
    2,
    -861_407_383_323_710_522,
    Some(&BASIC_GJ),
    ["^^^Lorg/joda/time/Chronology;iBase", "^^^Ljava/lang/Object;iParam", "^^IiMinDaysInFirstWeek"]
);
shape!(
    JULIAN = "org.joda.time.chrono.JulianChronology",
    2,
    -8_731_039_522_547_897_247,
    Some(&BASIC_GJ),
    ["^^^Lorg/joda/time/Chronology;iBase", "^^^Ljava/lang/Object;iParam", "^^IiMinDaysInFirstWeek"]
);
shape!(
    COPTIC = "org.joda.time.chrono.CopticChronology",
    2,
    -5_972_804_258_688_333_942,
    Some(&BASIC_FIXED),
    ["^^^Lorg/joda/time/Chronology;iBase", "^^^Ljava/lang/Object;iParam", "^^IiMinDaysInFirstWeek"]
);
shape!(
    ETHIOPIC = "org.joda.time.chrono.EthiopicChronology",
    2,
    -5_972_804_258_688_333_942,
    Some(&BASIC_FIXED),
    ["^^^Lorg/joda/time/Chronology;iBase", "^^^Ljava/lang/Object;iParam", "^^IiMinDaysInFirstWeek"]
);
shape!(
    ISLAMIC = "org.joda.time.chrono.IslamicChronology",
    2,
    -3_663_823_829_888,
    Some(&BASIC),
    [
        "^^Lorg/joda/time/Chronology;iBase",
        "^^Ljava/lang/Object;iParam",
        "^IiMinDaysInFirstWeek",
        "Lorg/joda/time/chrono/IslamicChronology$LeapYearPatternType;iLeapYears"
    ]
);
shape!(
    LEAP_YEARS = "org.joda.time.chrono.IslamicChronology$LeapYearPatternType",
    2,
    26_581_275_372_698,
    None,
    ["Bindex", "Ipattern"]
);
shape!(
    BUDDHIST = "org.joda.time.chrono.BuddhistChronology",
    2,
    -3_474_595_157_769_370_126,
    Some(&ASSEMBLED),
    ["^Lorg/joda/time/Chronology;iBase", "^Ljava/lang/Object;iParam"]
);
shape!(
    GJ = "org.joda.time.chrono.GJChronology",
    2,
    -2_545_574_827_706_931_671,
    Some(&ASSEMBLED),
    [
        "^Lorg/joda/time/Chronology;iBase",
        "^Ljava/lang/Object;iParam",
        "JiCutoverMillis",
        "JiGapDuration",
        "Lorg/joda/time/Instant;iCutoverInstant",
        "Lorg/joda/time/chrono/GregorianChronology;iGregorianChronology",
        "Lorg/joda/time/chrono/JulianChronology;iJulianChronology"
    ]
);
shape!(INSTANT = "org.joda.time.Instant", 2, 3_299_096_530_934_209_741, None, ["JiMillis"]);

/// 1582-10-15, where a GJ chronology passes from the Julian to the Gregorian calendar unless it was told otherwise.
const CUTOVER: i64 = -12_219_292_800_000;

/// `Object[]` in the table of built-in classes.
const OBJECTS: u16 = 120;

/// The zone of which nothing needs to be written.
const UTC: &str = "UTC";

pub(super) struct ToJava<'a, 'z> {
    pub(super) document: &'a [u8],
    pub(super) default_zone: Option<&'z str>,
}

impl<'a> Replace<'a> for ToJava<'a, '_> {
    type Error = Failure;

    /// Java's form has other slots. The other classes of Joda-Time have none of their own here.
    fn wants(&self, class: &Definition<'a>) -> bool {
        class.name == DATE_TIME.name
            && class.items().any(|item| matches!(item, Ok(Item::Field { name: "millis", .. })))
    }

    fn replace(&mut self, mut value: Value<'_, 'a>, out: &mut Target<'_, 'a>) -> Result<(), Failure> {
        let at = value.start();
        let (mut millis, mut chronology, mut zone) = (None, None, None);
        let class = value.class;
        for item in class.items() {
            let Item::Field { name, .. } = item? else {
                value.skip()?;
                continue;
            };
            let place = value.at();
            match (name, value.next_event()?) {
                ("millis", Event::Int(number)) => millis = Some(number.value),
                ("chronology", event @ Event::Str(_)) => chronology = Some(event.text(place)?),
                ("zone", event @ Event::Str(_)) => zone = Some(event.text(place)?),
                ("chronology" | "zone", Event::Nil) => {}
                (name, _) => {
                    let text = format!("has a slot '{name}' that is none of a date, or has another type");
                    return Err(misfit(self.document, at, text));
                }
            }
        }
        let millis = millis.ok_or_else(|| misfit(self.document, at, "has no milliseconds"))?;
        let zone = zone.or(self.default_zone);
        let class = match chronology {
            None => None,
            Some(id) => Some(shape(id).ok_or_else(|| {
                let ids = KNOWN.map(|(_, id)| id).join(", ");
                misfit(
                    self.document,
                    at,
                    format!("has the chronology '{id}'; there are {ids}, and null for ISO"),
                )
            })?),
        };
        out.begin(&JAVA_DATE_TIME);
        out.writer().int(millis);
        match (class, zone) {
            (None, zone) => self.iso(at, zone, out)?,
            (Some(class), Some(zone)) => self.chronology(at, class, zone, out)?,
            (Some(class), None) => {
                return Err(misfit(
                    self.document,
                    at,
                    format!(
                        "has the default zone of the server that wrote it, which {} cannot say in Java's form; the \
                         option defaultZone says which it is",
                        class.name
                    ),
                ));
            }
        }
        Ok(())
    }

    fn torn(&self, at: usize) -> Failure {
        torn(self.document, at)
    }
}

fn shape(id: &str) -> Option<&'static Shape> {
    Some(match id {
        "COPTIC" => &COPTIC,
        "ETHIOPIC" => &ETHIOPIC,
        "GREGORIAN" => &GREGORIAN,
        "JULIAN" => &JULIAN,
        "ISLAMIC" => &ISLAMIC,
        "BUDDHIST" => &BUDDHIST,
        "GJ" => &GJ,
        _ => return None,
    })
}

impl<'a> ToJava<'a, '_> {
    /// A chronology finds its instance by the zone of its base when it is read, so the base need not be all that
    /// Joda-Time puts there.
    fn chronology(
        &self,
        at: usize,
        class: &'static Shape,
        zone: &str,
        out: &mut Target<'_, 'a>,
    ) -> Result<(), Failure> {
        out.begin(class);
        if class == &BUDDHIST {
            self.iso(at, Some(zone), out)?;
            // What is not null says that nothing is to be computed of the base.
            out.writer().str("");
            return Ok(());
        }
        if zone == UTC {
            out.writer().nil();
        } else {
            out.begin(&ZONED);
            self.iso(at, Some(UTC), out)?;
            self.zone(at, Some(zone), out)?;
        }
        if class == &GJ {
            Self::cutover(out);
            return Ok(());
        }
        out.writer().nil();
        out.writer().int(4);
        if class == &ISLAMIC {
            out.begin(&LEAP_YEARS);
            out.writer().int(1);
            out.writer().int(623_191_204);
        }
        Ok(())
    }

    /// The rest of a GJ chronology: its two calendars and the instant between them, once as a parameter.
    fn cutover(out: &mut Target<'_, 'a>) {
        out.writer().builtin(OBJECTS, 3);
        let mut places = [0; 3];
        for (place, class) in places.iter_mut().zip([&JULIAN, &GREGORIAN]) {
            *place = out.writer().place();
            out.begin(class);
            out.writer().nil();
            out.writer().nil();
            out.writer().int(4);
        }
        let [julian, gregorian, _] = places;
        let instant = out.writer().place();
        out.begin(&INSTANT);
        out.writer().int(CUTOVER);
        out.writer().int(CUTOVER);
        out.writer().int(0);
        for place in [instant, gregorian, julian] {
            out.writer().reference(place);
        }
    }

    fn iso(&self, at: usize, zone: Option<&str>, out: &mut Target<'_, 'a>) -> Result<(), Failure> {
        out.begin(&ISO_STUB);
        out.writer().array(1);
        self.zone(at, zone, out)
    }

    /// Null is the default zone of whoever reads it.
    fn zone(&self, at: usize, zone: Option<&str>, out: &mut Target<'_, 'a>) -> Result<(), Failure> {
        let Some(zone) = zone else {
            out.writer().nil();
            return Ok(());
        };
        let length = u16::try_from(zone.len()).ok().filter(|_| zone.is_ascii()).ok_or_else(|| {
            misfit(self.document, at, format!("has the zone '{zone}', which is no id of a time zone"))
        })?;
        let mut block = length.to_be_bytes().to_vec();
        block.extend_from_slice(zone.as_bytes());
        out.begin(&ZONE_STUB);
        out.writer().array(1);
        out.writer().bin(&block);
        Ok(())
    }
}
