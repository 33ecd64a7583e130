//! One value: what its class says, and those that stand in attributes alone.

use holdfast_document::{Kind, Number};

use super::Reading;
use crate::TRUE_VALUE;
use crate::big;
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::decimal::{parse_double, parse_float32};
use crate::fault::{Outcome, damaged};
use crate::number::parse_integer;
use crate::text::{single_unit, unescape, unhex};
use crate::xml::{Attribute, Open, repeated};

impl<'x> Reading<'x, '_, '_> {
    /// A value of which an attribute has the class.
    #[inline]
    pub(super) fn value(&mut self, open: Open<'x>) -> Outcome<()> {
        if let Some(first) = self.attributes.first()
            && first.name == b"class"
        {
            return self.valued(open, first.raw);
        }
        if let Some(reference) = self.find("__ref") {
            return self.again(open, reference);
        }
        let class = self.require(open, "class")?;
        self.valued(open, class.raw)
    }

    /// A value of which the element's name is the class, or null.
    #[inline]
    pub(super) fn element(&mut self, open: Open<'x>) -> Outcome<()> {
        if open.name == b"Null" {
            self.doc.nil();
            return self.close(open);
        }
        // What is read again may have stood anywhere.
        let name = match self.find("class") {
            Some(class) if self.is_again => class.raw,
            _ => open.name,
        };
        self.valued(open, name)
    }

    fn valued(&mut self, open: Open<'x>, name: &'x [u8]) -> Outcome<()> {
        if name.is_empty() {
            return Err(damaged(open.at, "the class of the element has no name"));
        }
        let (class, codec) = self.classes.find(name);
        // Of an object of the schema's it is known which of the fields is which.
        if let Some(again) = repeated(&self.attributes)
            && self.classes.plan(class).is_none()
        {
            let text = "an attribute stands twice: the class has two fields of this name, which a schema of the \
                        application's classes tells apart (holdfast schema)";
            return Err(damaged(again.at, text));
        }
        // The library writes it behind the class.
        if let Some(reference) = self.attributes.iter().take(2).find(|attribute| attribute.name == b"__ref") {
            return self.again(open, *reference);
        }
        if codec.is_shareable() && codec != Codec::Unknown {
            self.number(open)?;
        }
        match codec {
            Codec::List => self.list(open),
            Codec::Map => self.map(open),
            Codec::Elements(number) => self.sized(open, number, 0, 1),
            Codec::SortedElements(number) => self.sized(open, number, 1, 1),
            Codec::Entries(41) if self.find(TRUE_VALUE).is_some() => self.sized(open, 42, 0, 2),
            Codec::Entries(number) => self.sized(open, number, 0, 2),
            Codec::SortedEntries(number) => self.sized(open, number, 1, 2),
            Codec::Primitives(element) => self.primitives(open, element),
            Codec::Objects(number) => self.array(open, class, name, number),
            Codec::Parts(number, names) => self.parts(open, number, names),
            Codec::Wrapper(number, names) => self.wrapper(open, number, names),
            Codec::CopiesList => self.copies(open),
            Codec::BitSet => self.bit_set(open),
            Codec::Time(number) => self.time(open, number),
            Codec::Unknown => self.object(open, class, name),
            Codec::Refused(why) => {
                let name = String::from_utf8_lossy(name).into_owned();
                Err(self.unrepresentable(format!("a value of {name}: {why}")))
            }
            codec => {
                if !codec.is_shareable() {
                    self.number_value(open)?;
                }
                self.scalar(open, codec)?;
                self.close(open)
            }
        }
    }

    fn scalar(&mut self, open: Open<'x>, codec: Codec) -> Outcome<()> {
        match codec {
            Codec::Str => return self.string(open, "value"),
            Codec::Text(number, name) => {
                self.doc.builtin(number, 1);
                return self.string(open, name);
            }
            Codec::Integers(number, names) => {
                self.doc.builtin(number, names.len() as u32);
                for name in names {
                    let value = self.integer(name)?;
                    self.doc.int(value);
                }
                return Ok(());
            }
            Codec::AtomicBoolean => {
                self.doc.builtin(84, 1);
                let value = self.integer("value")?;
                self.doc.bool(value != 0);
                return Ok(());
            }
            Codec::Instant => {
                let seconds = self.integer("seconds")?;
                let nanos = self.nanos()?;
                self.doc.instant(seconds, nanos);
                return Ok(());
            }
            Codec::Uuid => {
                let (most, least) = (self.integer("mostSigBits")?, self.integer("leastSigBits")?);
                let bits = u128::from(most.cast_unsigned()) << 64 | u128::from(least.cast_unsigned());
                self.doc.uuid(&bits.to_be_bytes());
                return Ok(());
            }
            Codec::Date => {
                let millis = self.integer(TRUE_VALUE)?;
                self.doc.date(millis);
                return Ok(());
            }
            Codec::SqlDate(number) => {
                let millis = self.integer(TRUE_VALUE)?;
                self.doc.builtin(number, 1);
                self.doc.int(millis);
                return Ok(());
            }
            Codec::Timestamp => {
                let nanos = self.nanos()?;
                let millis = match self.find(TRUE_VALUE) {
                    Some(millis) => self.integer_of(millis)?,
                    None => i64::from(nanos / 1_000_000),
                };
                self.doc.builtin(92, 2);
                self.doc.int(millis);
                self.doc.int(i64::from(nanos));
                return Ok(());
            }
            Codec::Calendar => return self.calendar(open),
            Codec::BigDecimal => return self.big_decimal(open),
            _ => {}
        }
        let value = self.require(open, "value")?;
        match codec {
            Codec::Bool => match value.raw {
                b"true" => self.doc.bool(true),
                b"false" => self.doc.bool(false),
                _ => return Err(damaged(value.at, "true or false was expected")),
            },
            Codec::Number(width) => {
                let value = self.whole(value, width)?;
                self.doc.number(Number { value, width });
            }
            Codec::F32 => {
                let value = self.f32(value)?;
                self.doc.f32(value);
            }
            Codec::F64 => {
                let value = self.f64(value)?;
                self.doc.f64(value);
            }
            _ => {
                let unit = self.unit(value)?;
                self.doc.char(unit);
            }
        }
        Ok(())
    }

    /// A string, or its true value.
    #[inline]
    fn string(&mut self, open: Open<'x>, name: &str) -> Outcome<()> {
        let Some(truth) = self.find(TRUE_VALUE) else {
            let value = self.require(open, name)?;
            return self.text(value);
        };
        self.wtf8(truth)
    }

    /// A string with unpaired surrogates, as we write it.
    pub(super) fn wtf8(&mut self, truth: Attribute<'x>) -> Outcome<()> {
        let encoded = &mut self.shelf.scratch;
        encoded.clear();
        if !unhex(encoded, truth.raw) || !is_wtf8(encoded) {
            return Err(damaged(
                truth.at,
                "the hexadecimal digits of a string with unpaired surrogates were expected",
            ));
        }
        self.doc.wstr(encoded);
        Ok(())
    }

    pub(super) fn f64(&mut self, value: Attribute<'x>) -> Outcome<f64> {
        let truth = self.find(TRUE_VALUE);
        self.f64_of(value, truth)
    }

    pub(super) fn f64_of(&mut self, value: Attribute<'x>, truth: Option<Attribute<'x>>) -> Outcome<f64> {
        if let Some(truth) = truth {
            return self.bits(truth).map(f64::from_bits);
        }
        parse_double(value.raw).ok_or_else(|| damaged(value.at, "a number was expected"))
    }

    pub(super) fn f32(&mut self, value: Attribute<'x>) -> Outcome<f32> {
        let truth = self.find(TRUE_VALUE);
        self.f32_of(value, truth)
    }

    pub(super) fn f32_of(&mut self, value: Attribute<'x>, truth: Option<Attribute<'x>>) -> Outcome<f32> {
        if let Some(truth) = truth {
            let bits = self.bits(truth)?;
            let bits =
                u32::try_from(bits).map_err(|_| damaged(truth.at, "the bits of a float were expected"))?;
            return Ok(f32::from_bits(bits));
        }
        parse_float32(value.raw).ok_or_else(|| damaged(value.at, "a number was expected"))
    }

    /// The bits of a number, as we write them.
    fn bits(&self, truth: Attribute<'x>) -> Outcome<u64> {
        let digits = truth.raw.strip_prefix(b"0x").and_then(|digits| std::str::from_utf8(digits).ok());
        let bits = digits
            .filter(|digits| !digits.starts_with('+'))
            .and_then(|digits| u64::from_str_radix(digits, 16).ok());
        bits.ok_or_else(|| damaged(truth.at, "the hexadecimal bits of a number were expected"))
    }

    /// A `char`.
    pub(super) fn unit(&mut self, value: Attribute<'x>) -> Outcome<u16> {
        let unit = if value.is_plain {
            single_unit(value.raw)
        } else {
            self.shelf.unit.clear();
            unescape(&mut self.shelf.unit, value.raw, value.at)?;
            single_unit(&self.shelf.unit)
        };
        unit.ok_or_else(|| damaged(value.at, "one character of 16 bits was expected"))
    }

    fn nanos(&mut self) -> Outcome<u32> {
        match self.find("nanos") {
            None => Ok(0),
            Some(nanos) => match self.narrow::<u32>(nanos)? {
                value @ 0..1_000_000_000 => Ok(value),
                _ => Err(damaged(nanos.at, "nanoseconds of a second are below 1000000000")),
            },
        }
    }

    fn calendar(&mut self, open: Open<'x>) -> Outcome<()> {
        let millis = self.require(open, "timeInMillis")?;
        let (millis, zone) = (self.integer_of(millis)?, self.require(open, "tz")?);
        let lenient = self.find("lenient").is_none_or(|lenient| lenient.raw == b"true");
        let (first_day, minimal_days) =
            (self.integer("firstDayOfWeek")?, self.integer("minimalDaysInFirstWeek")?);
        let change = match self.find(TRUE_VALUE) {
            Some(change) => self.integer_of(change)?,
            None => GREGORIAN_CHANGE,
        };
        self.doc.builtin(93, 6);
        self.doc.int(millis);
        self.text(zone)?;
        self.doc.bool(lenient);
        self.doc.int(first_day);
        self.doc.int(minimal_days);
        self.doc.int(change);
        Ok(())
    }

    fn big_decimal(&mut self, open: Open<'x>) -> Outcome<()> {
        let mut unscaled = std::mem::take(&mut self.shelf.scratch);
        unscaled.clear();
        let scale = match self.find(TRUE_VALUE) {
            Some(truth) => big::read(&mut unscaled, truth.raw)
                .ok_or_else(|| damaged(truth.at, "a number such as 87624E-2 was expected"))?,
            None => {
                let value = self.require(open, "value")?;
                let whole = parse_integer(value.raw)
                    .ok_or_else(|| damaged(value.at, "a whole number of 64 bits was expected"))?;
                big::push(&mut unscaled, i128::from(whole));
                0
            }
        };
        self.doc.big_decimal(scale, &unscaled);
        self.shelf.scratch = unscaled;
        Ok(())
    }

    /// A constant of an enum.
    pub(super) fn constant(&mut self, class: ClassId, name: &'x [u8], open: Open<'x>) -> Outcome<()> {
        self.number_value(open)?;
        let Ok(name) = std::str::from_utf8(name) else { return Err(damaged(open.at, "not UTF-8")) };
        self.constant_head(class, name, open)?;
        let value = self.require(open, "value")?;
        self.text(value)?;
        self.close(open)
    }

    /// Begins a constant of an enum; its name must follow.
    pub(super) fn constant_head(&mut self, class: ClassId, name: &str, open: Open<'x>) -> Outcome<()> {
        match self.classes.definition(class, Kind::Enum, false) {
            Some(known) => self.doc.known(known, 1),
            None => {
                self.doc.defined(1);
                self.define(class, name.as_bytes(), Kind::Enum, false, open)?;
                self.doc.nil();
            }
        }
        Ok(())
    }
}

/// The date of the Gregorian reform that calendars have unless they are told another one.
pub(crate) const GREGORIAN_CHANGE: i64 = -12_219_292_800_000;

/// Whether bytes are UTF-8 but for unpaired surrogates.
fn is_wtf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Err(error) = std::str::from_utf8(rest) {
        match rest.get(error.valid_up_to()..) {
            Some([0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..]) => rest = after,
            _ => return false,
        }
    }
    true
}
