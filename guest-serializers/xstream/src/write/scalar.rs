//! Values that are text.

use holdfast_document::{Event, Number, Width};

use super::plan::Part;
use super::refusal::Refusal;
use super::value::text_of;
use super::{Field, Writer};
use crate::classes::{ClassId, Type};
use crate::form::Form;
use crate::losses::Loss;
use crate::read::offset_id;
use crate::text::ser::{self, Unit};
use crate::text::trace::{self, Trace};
use crate::text::{base64, big, date, float, locale, push_int, short, url};
use crate::xml::tags::Tags;

const BOOLEAN: Tags = Tags::of("boolean");
const SHORT: Tags = Tags::of("short");
const INT: Tags = Tags::of("int");
const LONG: Tags = Tags::of("long");
const FLOAT: Tags = Tags::of("float");
const DOUBLE: Tags = Tags::of("double");

/// Numbers of classes in the document's table.
mod number {
    pub(super) const STRING: u16 = 171;
    pub(super) const BOOLEAN: u16 = 172;
    pub(super) const BYTE: u16 = 173;
    pub(super) const CHARACTER: u16 = 174;
    pub(super) const SHORT: u16 = 175;
    pub(super) const INTEGER: u16 = 176;
    pub(super) const LONG: u16 = 177;
    pub(super) const FLOAT: u16 = 178;
    pub(super) const DOUBLE: u16 = 179;
    pub(super) const BIG_INTEGER: u16 = 183;
    pub(super) const BIG_DECIMAL: u16 = 184;
    pub(super) const DATE: u16 = 185;
    pub(super) const UUID: u16 = 186;
    pub(super) const INSTANT: u16 = 187;
    pub(super) const BYTES: u16 = 189;
}

/// The class of an array of primitives.
const fn array_number(element: u8) -> u16 {
    match element {
        b'Z' => 188,
        b'C' => 190,
        b'S' => 191,
        b'I' => 192,
        b'J' => 193,
        b'F' => 194,
        _ => 195,
    }
}

impl<'d> Writer<'d, '_> {
    /// Writes a value without parts.
    #[inline]
    pub(super) fn scalar(
        &mut self,
        event: Event<'d>,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        if let Some(Field { kind: Type::Primitive(_), .. }) = field {
            self.begin(0, field);
            return self.primitive(event, at);
        }
        match event {
            Event::Str(bytes) => {
                let text = text_of(bytes, at)?;
                self.start(number::STRING, field);
                self.xml.text(text);
            }
            Event::Int(Number { value, width }) => {
                let class = match width {
                    Width::Byte => number::BYTE,
                    Width::Short => number::SHORT,
                    Width::Int => number::INTEGER,
                    Width::Long => number::LONG,
                    Width::Untyped if i32::try_from(value).is_ok() => number::INTEGER,
                    Width::Untyped => number::LONG,
                };
                self.start(class, field);
                self.int(value);
            }
            Event::Bool(value) => {
                self.start(number::BOOLEAN, field);
                self.xml.raw(if value { b"true" } else { b"false" });
            }
            Event::F64(value) => {
                self.check_double(value, number::DOUBLE, at)?;
                self.start(number::DOUBLE, field);
                self.xml.begin_text();
                float::push_double(self.xml.out, value);
            }
            Event::F32(value) => {
                self.check_float(value, number::FLOAT, at)?;
                self.start(number::FLOAT, field);
                self.xml.raw(float::float(value).as_bytes());
            }
            Event::BigDecimal(scale, unscaled) => {
                // Zeros are written out in front of digits, at most six.
                self.check_digits(unscaled, at)?;
                self.start(number::BIG_DECIMAL, field);
                self.xml.begin_text();
                big::push_decimal(self.xml.out, scale, unscaled);
            }
            Event::Date(millis) => {
                self.start(number::DATE, field);
                self.remember_builtin(place, number::DATE);
                self.xml.begin_text();
                date::push(self.xml.out, millis, self.last_day);
            }
            Event::Nil => {
                self.nothing("null");
                return Ok(());
            }
            event => return self.seldom(event, at, place, field),
        }
        self.close();
        Ok(())
    }

    fn seldom(
        &mut self,
        event: Event<'d>,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        match event {
            Event::Char(unit) => {
                self.start(number::CHARACTER, field);
                self.char(unit, at)?;
            }
            Event::Unsigned(value) => {
                self.start(number::BIG_INTEGER, field);
                self.xml.raw(short(format_args!("{value}")).as_bytes());
            }
            Event::BigInteger(bytes) => {
                self.check_digits(bytes, at)?;
                self.start(number::BIG_INTEGER, field);
                self.xml.begin_text();
                big::push_integer(self.xml.out, bytes);
            }
            Event::Wstr(bytes) => {
                self.lose(at, Loss::Surrogates, number::STRING)?;
                self.start(number::STRING, field);
                let text = wtf8(bytes);
                self.xml.text(&text);
            }
            Event::Uuid(bytes) => {
                self.start(number::UUID, field);
                self.remember_builtin(place, number::UUID);
                let value = u128::from_be_bytes(*bytes);
                let text = short(format_args!(
                    "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                    value >> 96,
                    value >> 80 & 0xffff,
                    value >> 64 & 0xffff,
                    value >> 48 & 0xffff,
                    value & 0xffff_ffff_ffff
                ));
                self.xml.raw(text.as_bytes());
            }
            Event::Bin(bytes) => {
                self.start(number::BYTES, field);
                self.remember_builtin(place, number::BYTES);
                self.xml.begin_text();
                base64::encode(self.xml.out, bytes);
            }
            Event::Primitives(element, data) => {
                self.start(array_number(element), field);
                self.remember_builtin(place, array_number(element));
                self.primitives(element, data, at)?;
            }
            Event::Instant(seconds, nanos) => {
                let class = self.classes.by_builtin(number::INSTANT).unwrap_or_default();
                return self.time(
                    number::INSTANT,
                    class,
                    &[seconds, i64::from(nanos)],
                    None,
                    at,
                    place,
                    field,
                );
            }
            _ => return self.misfit(at, "it is no value that XStream could write"),
        }
        self.close();
        Ok(())
    }

    /// Begins the element of a value of a class of the table.
    #[inline]
    fn start(&mut self, number: u16, field: Option<Field<'_>>) {
        let class = self.classes.by_builtin(number).unwrap_or_default();
        self.begun.0 = class;
        self.begin(class, field);
    }

    fn remember_builtin(&mut self, place: u32, number: u16) {
        let class = self.classes.by_builtin(number).unwrap_or_default();
        self.remember(place, class);
    }

    #[inline]
    fn int(&mut self, value: i64) {
        self.xml.begin_text();
        push_int(self.xml.out, value);
    }

    fn check_digits(&self, bytes: &[u8], at: usize) -> Result<(), Refusal> {
        if bytes.len() > big::MAX_BYTES {
            return self.misfit(at, format!("a number of more than {} digits", big::MAX_DIGITS));
        }
        Ok(())
    }

    /// All that is no number is one thing to XStream.
    fn check_double(&mut self, value: f64, class: u16, at: usize) -> Result<(), Refusal> {
        if value.is_nan() && value.to_bits() != 0x7ff8 << 48 {
            self.lose(at, Loss::NotANumber, class)
        } else {
            Ok(())
        }
    }

    fn check_float(&mut self, value: f32, class: u16, at: usize) -> Result<(), Refusal> {
        if value.is_nan() && value.to_bits() != 0x7fc0 << 16 {
            self.lose(at, Loss::NotANumber, class)
        } else {
            Ok(())
        }
    }

    pub(super) fn char(&mut self, unit: u16, at: usize) -> Result<(), Refusal> {
        match char::from_u32(u32::from(unit)) {
            // The library writes NUL as nothing.
            Some('\0') => self.xml.raw(b""),
            Some(char) => self.xml.text(char.encode_utf8(&mut [0; 4])),
            None => {
                self.lose(at, Loss::Surrogates, number::CHARACTER)?;
                self.xml.raw(b"?");
            }
        }
        Ok(())
    }

    /// Writes the value of a primitive field.
    #[inline]
    fn primitive(&mut self, event: Event<'d>, at: usize) -> Result<(), Refusal> {
        match event {
            Event::Int(number) => self.int(number.value),
            Event::Bool(value) => self.xml.raw(if value { b"true" } else { b"false" }),
            Event::F64(value) => {
                self.check_double(value, number::DOUBLE, at)?;
                self.xml.begin_text();
                float::push_double(self.xml.out, value);
            }
            Event::F32(value) => {
                self.check_float(value, number::FLOAT, at)?;
                self.xml.raw(float::float(value).as_bytes());
            }
            Event::Char(unit) => self.char(unit, at)?,
            _ => return self.misfit(at, "the field is of a primitive type, and this is none"),
        }
        self.close();
        Ok(())
    }

    fn primitives(&mut self, element: u8, data: &[u8], at: usize) -> Result<(), Refusal> {
        if element == b'C' {
            let units = || data.as_chunks::<2>().0.iter().map(|bytes| u16::from_be_bytes(*bytes));
            if char::decode_utf16(units()).any(|unit| unit.is_err()) {
                self.lose(at, Loss::Surrogates, array_number(element))?;
            }
            let text: String = char::decode_utf16(units()).map(|unit| unit.unwrap_or('?')).collect();
            self.xml.text(&text);
            return Ok(());
        }
        match element {
            b'F' => {
                for bytes in data.as_chunks::<4>().0 {
                    self.check_float(f32::from_be_bytes(*bytes), array_number(element), at)?;
                }
            }
            b'D' => {
                for bytes in data.as_chunks::<8>().0 {
                    self.check_double(f64::from_be_bytes(*bytes), array_number(element), at)?;
                }
            }
            _ => {}
        }
        // Their ordinals matter to nobody: nothing leads to a number.
        match element {
            b'Z' => {
                for byte in data {
                    self.xml.leaf(&BOOLEAN, if *byte == 0 { b"false" } else { b"true" });
                }
            }
            b'S' => {
                self.numbers(&SHORT, data.as_chunks::<2>().0, |bytes| i64::from(i16::from_be_bytes(bytes)));
            }
            b'I' => {
                self.numbers(&INT, data.as_chunks::<4>().0, |bytes| i64::from(i32::from_be_bytes(bytes)));
            }
            b'J' => self.numbers(&LONG, data.as_chunks::<8>().0, i64::from_be_bytes),
            b'F' => {
                for bytes in data.as_chunks::<4>().0 {
                    self.xml.leaf(&FLOAT, float::float(f32::from_be_bytes(*bytes)).as_bytes());
                }
            }
            _ => {
                for bytes in data.as_chunks::<8>().0 {
                    self.xml.begin_leaf(&DOUBLE);
                    float::push_double(self.xml.out, f64::from_be_bytes(*bytes));
                    self.xml.end_leaf(&DOUBLE);
                }
            }
        }
        Ok(())
    }

    fn numbers<const N: usize>(&mut self, tags: &Tags, data: &[[u8; N]], value: impl Fn([u8; N]) -> i64) {
        for bytes in data {
            self.xml.begin_leaf(tags);
            push_int(self.xml.out, value(*bytes));
            self.xml.end_leaf(tags);
        }
    }

    /// A string, or null.
    fn part_str(&mut self, at: usize) -> Result<Option<&'d str>, Refusal> {
        match self.doc.next()? {
            Event::Str(bytes) => text_of(bytes, at).map(Some),
            Event::Nil => Ok(None),
            _ => self.misfit(at, "one of its parts is no string"),
        }
    }

    fn part_int(&mut self, at: usize) -> Result<i64, Refusal> {
        match self.doc.next()? {
            Event::Int(number) => Ok(number.value),
            _ => self.misfit(at, "one of its parts is no number"),
        }
    }

    /// Writes a value of a class of the table that is text, or text in a few elements.
    pub(super) fn builtin_scalar(
        &mut self,
        number: u16,
        form: Form,
        class: ClassId,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        match number {
            80 | 81 | 87 | 89 => {
                let text = self.part_str(at)?.unwrap_or_default();
                self.begin_at(class, place, field);
                self.xml.text(text);
            }
            82..=84 => {
                let value = match self.doc.next()? {
                    Event::Int(number) => number.value,
                    Event::Bool(value) => i64::from(value),
                    _ => return self.misfit(at, "an atomic number holds a number"),
                };
                self.begin_at(class, place, field);
                self.open("value");
                self.int(value);
                self.close();
            }
            86 => {
                let mut parts = [""; 5];
                for part in &mut parts {
                    *part = self.part_str(at)?.unwrap_or_default();
                }
                let [language, country, variant, script, extensions] = parts;
                let placeless = language.is_empty() && !(country.is_empty() && variant.is_empty());
                if placeless || !script.is_empty() || !extensions.is_empty() {
                    self.lose(at, Loss::Locale, number)?;
                }
                let text = locale::format(&locale::Locale { language, country, variant, script, extensions });
                self.begin_at(class, place, field);
                self.xml.text(&text);
            }
            88 => {
                let (protocol, authority, _host) =
                    (self.part_str(at)?, self.part_str(at)?, self.part_str(at)?);
                self.part_int(at)?;
                let (file, reference) = (self.part_str(at)?, self.part_str(at)?);
                let text =
                    url::format(protocol.unwrap_or_default(), authority, file.unwrap_or_default(), reference);
                self.begin_at(class, place, field);
                self.xml.text(&text);
            }
            90 => {
                let millis = self.part_int(at)?;
                if millis % 86_400_000 != 0 {
                    self.lose(at, Loss::SqlDate, number)?;
                }
                let Some(text) = date::format_sql_date(millis) else {
                    return self.misfit(at, "a java.sql.Date outside of the years 1 to 9999");
                };
                self.begin_at(class, place, field);
                self.xml.raw(text.as_bytes());
            }
            91 => {
                let millis = self.part_int(at)?;
                if !(0..86_400_000).contains(&millis) || millis % 1_000 != 0 {
                    self.lose(at, Loss::SqlTime, number)?;
                }
                self.begin_at(class, place, field);
                self.xml.raw(date::format_sql_time(millis).as_bytes());
            }
            92 => {
                let millis = self.part_int(at)?;
                let nanos = u32::try_from(self.part_int(at)?).unwrap_or(u32::MAX);
                let text =
                    (nanos < 1_000_000_000).then(|| date::format_sql_timestamp(millis, nanos)).flatten();
                let Some(text) = text else {
                    return self.misfit(at, "a java.sql.Timestamp outside of the years 1 to 9999");
                };
                self.begin_at(class, place, field);
                self.xml.raw(text.as_bytes());
            }
            93 => return self.calendar(class, at, place, field),
            95 => {
                let Event::Bin(bits) = self.doc.next()? else { return self.misfit(at, "bits are bytes") };
                self.begin_at(class, place, field);
                self.xml.begin_text();
                let mut first = true;
                for (index, byte) in bits.iter().enumerate() {
                    for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
                        if !std::mem::take(&mut first) {
                            self.xml.out.push(b',');
                        }
                        push_int(self.xml.out, index as i64 * 8 + bit);
                    }
                }
            }
            100..=112 => {
                let Form::Time(_) = form else { return self.misfit(at, "it cannot be written") };
                return self.time_parts(number, class, at, place, field);
            }
            189 => {
                let Event::Bin(bytes) = self.doc.next()? else {
                    return self.misfit(at, "a byte[] holds bytes");
                };
                self.begin_at(class, place, field);
                self.xml.begin_text();
                base64::encode(self.xml.out, bytes);
            }
            _ => {
                let name = self.classes.get(class).name.clone();
                return self
                    .misfit(at, format!("{name} of another format cannot be written in XStream's form"));
            }
        }
        self.close();
        Ok(())
    }

    fn begin_at(&mut self, class: ClassId, place: u32, field: Option<Field<'_>>) {
        self.begin(class, field);
        self.remember(place, class);
    }

    fn calendar(
        &mut self,
        class: ClassId,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let millis = self.part_int(at)?;
        let zone = self.part_str(at)?.unwrap_or("UTC");
        let lenient = self.doc.next()? == Event::Bool(true);
        let (first, minimal, change) = (self.part_int(at)?, self.part_int(at)?, self.part_int(at)?);
        if !lenient || (first, minimal, change) != (1, 1, -12_219_292_800_000) {
            self.lose(at, Loss::Calendar, 93)?;
        }
        self.begin_at(class, place, field);
        self.open("time");
        self.int(millis);
        self.close();
        self.open("timezone");
        self.xml.text(zone);
        self.close();
        self.close();
        Ok(())
    }

    fn time_parts(
        &mut self,
        number: u16,
        class: ClassId,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let count = holdfast_document::builtin::by_number(number).map_or(0, |row| match row.shape {
            holdfast_document::builtin::Shape::Parts(names) => names.len(),
            _ => 0,
        });
        let zoned = matches!(number, 104 | 112);
        let mut parts = Vec::with_capacity(count);
        for index in 0..count - usize::from(zoned) {
            match self.doc.next()? {
                Event::Int(number) => parts.push(number.value),
                Event::Nil if number == 104 && index == 7 => {
                    return self
                        .misfit(at, "nobody told its offset from UTC, which XStream writes beside its zone");
                }
                _ => return self.misfit(at, "one of its parts is no number"),
            }
        }
        let zone = if zoned { self.part_str(at)? } else { None };
        self.time(number, class, &parts, zone, at, place, field)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one value")]
    fn time(
        &mut self,
        number: u16,
        class: ClassId,
        parts: &[i64],
        zone: Option<&str>,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        self.lose(at, Loss::Time, number)?;
        let offset = parts.get(7).copied().unwrap_or_default();
        let region = zone.is_some_and(|zone| number != 104 || zone != offset_id(offset));
        let Some(units) = ser::encode(number, parts, region) else {
            return self.misfit(at, "it has other parts than its class");
        };
        self.begin_at(class, place, field);
        self.xml.attribute("resolves-to", "java.time.Ser");
        for unit in units {
            match unit {
                Unit::Byte(value) => self.part("byte", value),
                Unit::Int(value) => self.part("int", value),
                Unit::Long(value) => self.part("long", value),
                Unit::Zone => {
                    self.open("string");
                    self.xml.text(zone.unwrap_or_default());
                    self.close();
                }
            }
        }
        self.close();
        Ok(())
    }

    fn part(&mut self, name: &str, value: i64) {
        self.open(name);
        self.int(value);
        self.close();
    }

    /// Writes a file, whose path is one of its parts; Java's separator, which a stream has beside it, is not written.
    pub(super) fn file(
        &mut self,
        path: u32,
        parts: u32,
        class: ClassId,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let mut text = None;
        for index in 0..parts {
            if index != path {
                self.doc.skip()?;
            } else if let Event::Str(bytes) = self.doc.next()? {
                text = Some(text_of(bytes, at)?);
            } else {
                return self.misfit(at, "the path of a file is a string");
            }
        }
        self.begin_at(class, place, field);
        self.xml.text(text.unwrap_or_default());
        self.close();
        Ok(())
    }

    /// Writes a line of a stack trace.
    pub(super) fn trace(
        &mut self,
        slots: &[Part],
        parts: u32,
        class: ClassId,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let mut trace = Trace { line: -1, ..Trace::default() };
        let named = slots.is_empty();
        for index in 0..if named { parts / 2 } else { parts } {
            let name = if named {
                self.part_str(at)?.unwrap_or_default().to_owned()
            } else {
                slots
                    .get(index as usize)
                    .and_then(Part::slot)
                    .map_or_else(String::new, |slot| slot.name.clone())
            };
            let event = self.doc.next()?;
            let text = match event {
                Event::Str(bytes) => Some(text_of(bytes, at)?),
                _ => None,
            };
            match (name.as_str(), event) {
                ("lineNumber", Event::Int(number)) => trace.line = number.value,
                ("format", Event::Int(number)) => trace.format = number.value,
                (_, Event::Str(_) | Event::Nil) => match name.as_str() {
                    "declaringClass" => trace.class = text.unwrap_or_default(),
                    "methodName" => trace.method = text.unwrap_or_default(),
                    "fileName" => trace.file = text,
                    "classLoaderName" => trace.loader = text,
                    "moduleName" => trace.module = text,
                    "moduleVersion" => trace.version = text,
                    _ => {}
                },
                _ => return self.misfit(at, "a line of a stack trace holds strings and numbers"),
            }
        }
        if trace.file.is_none() || trace.loader.is_some() || trace.module.is_some() || trace.format != 0 {
            self.lose(at, Loss::Trace, 0)?;
        }
        self.begin_at(class, place, field);
        self.xml.text(&trace::format(&trace));
        self.close();
        Ok(())
    }
}

/// A string with unpaired surrogates as Java's UTF-8 encoder has it: a question mark each.
fn wtf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => {
                let (valid, after) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
                text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                text.push('?');
                rest = after.get(3..).unwrap_or_default();
            }
        }
    }
}
