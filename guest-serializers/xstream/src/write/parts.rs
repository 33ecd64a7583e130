//! Values of the JDK's classes that are text made of their parts, or text in a few elements.

use holdfast_document::Event;

use super::plan::Part;
use super::refusal::Refusal;
use super::value::text_of;
use super::{Field, Writer};
use crate::classes::ClassId;
use crate::form::Form;
use crate::losses::Loss;
use crate::read::offset_id;
use crate::text::ser::{self, Unit};
use crate::text::trace::{self, Trace};
use crate::text::{base64, date, locale, push_int, url};

impl<'d> Writer<'d, '_> {
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
    pub(super) fn time(
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
