//! Values that are text.

use holdfast_document::{Event, Number, Width};

use super::refusal::Refusal;
use super::value::text_of;
use super::{Field, Writer};
use crate::classes::Type;
use crate::losses::Loss;
use crate::text::{base64, big, date, float, push_int, short};
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
    pub(super) fn int(&mut self, value: i64) {
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
