//! Values that hold no others.

use super::{Fill, Rest};
use crate::big;
use crate::event::{Number, Width};
use crate::json::plain::parse_uuid;
use crate::json::text::{parse_base64, parse_special};
use crate::json::time::{parse, parse_millis};
use crate::json::typed::classes::builtin_by_label;
use crate::json::{JsonError, Kind, Node};

impl<'t> Fill<'_, 't> {
    pub(super) fn plain_leaf(&mut self, json: Node<'t>) -> Result<(), JsonError> {
        match json.kind() {
            Kind::Bool(value) => self.writer.bool(value),
            Kind::String | Kind::Verbatim => match json.as_str() {
                Some(text) => self.writer.str(&text),
                None => self.writer.wstr(&json.wtf8().unwrap_or_default()),
            },
            Kind::Number => return self.number_of(json.number().unwrap_or_default()),
            Kind::Null | Kind::Array | Kind::Object => self.writer.nil(),
        }
        Ok(())
    }

    fn number_of(&mut self, digits: &str) -> Result<(), JsonError> {
        if digits.contains(['.', 'e', 'E']) {
            let value = digits.parse().ok().filter(|value: &f64| value.is_finite());
            let value =
                value.ok_or_else(|| self.bad("a number of this size is a {\"$bigDecimal\": \"..\"}"))?;
            self.writer.f64(value);
        } else if let Ok(value) = digits.parse::<i64>() {
            self.writer.int(value);
        } else {
            let value = digits.parse::<u64>();
            let value =
                value.map_err(|_| self.bad("a number of this size is a {\"$bigInteger\": \"..\"}"))?;
            self.writer.unsigned(value);
        }
        Ok(())
    }

    /// A value of the type that a key says.
    pub(super) fn tagged(&mut self, form: &str, rest: &mut Rest<'t>) -> Result<(), JsonError> {
        let json = self.take(rest, form)?;
        let text = json.as_str();
        let text = text.as_deref();
        let (written, what) = match form {
            "$byte" => (self.sized(json, Width::Byte), "a whole number of 8 bits"),
            "$short" => (self.sized(json, Width::Short), "a whole number of 16 bits"),
            "$int" => (self.sized(json, Width::Int), "a whole number of 32 bits"),
            "$long" => (self.sized(json, Width::Long), "a whole number of 64 bits"),
            "$float" => (float(json).map(|value| self.writer.f32(value)), "a float"),
            "$double" => (double(json).map(|value| self.writer.f64(value)), "a double"),
            "$utf16" => {
                let wtf8 = text.and_then(wtf8_of);
                (wtf8.map(|wtf8| self.writer.wstr(&wtf8)), "text with \\\\ and \\ud800")
            }
            "$char" => {
                (unit(json).map(|unit| self.writer.char(unit)), "a string of one UTF-16 unit, or its number")
            }
            "$bytes" => (text.and_then(parse_base64).map(|bytes| self.writer.bin(&bytes)), "bytes in base64"),
            "$date" => (
                text.and_then(parse_millis).map(|millis| self.writer.date(millis)),
                "a date like 2024-01-31T00:00:00.123Z",
            ),
            "$instant" => (
                text.and_then(parse).map(|(seconds, nanos)| self.writer.instant(seconds, nanos)),
                "a point in time like 2024-01-31T00:00:00.123456789Z",
            ),
            "$uuid" => (text.and_then(parse_uuid).map(|bytes| self.writer.uuid(&bytes)), "a UUID"),
            "$bigInteger" => {
                let bytes = json.number().or(text).and_then(integer);
                (bytes.map(|bytes| self.writer.big_integer(&bytes)), "a whole number, its digits in a string")
            }
            "$bigDecimal" => {
                let decimal = decimal(json);
                let written = decimal.map(|(scale, bytes)| self.writer.big_decimal(scale, &bytes));
                (written, "a decimal number in a string")
            }
            "$class" => {
                let label = text.unwrap_or_default();
                (self.class_literal(label), "the name of a class that is built in or one of \"$classes\"")
            }
            "$opaque" => {
                let bytes = self.take(rest, "$bytes")?.as_str().as_deref().and_then(parse_base64);
                let both = text.zip(bytes);
                let written = both.map(|(format, bytes)| self.writer.opaque(format, &bytes));
                (written, "the id of a format, and its \"$bytes\" in base64")
            }
            _ => match primitive_of(form) {
                Some(element) => {
                    let data = primitives(json, element);
                    (data.map(|data| self.writer.primitives(element, &data)), "elements of the type")
                }
                None => {
                    return Err(self.bad(format!("\"{form}\" has no meaning; a key of data begins with $$")));
                }
            },
        };
        written.ok_or_else(|| self.bad(format!("{form} is {what}")))
    }

    fn sized(&mut self, json: Node<'_>, width: Width) -> Option<()> {
        let value = json.as_i64()?;
        let fits = match width {
            Width::Byte => i8::try_from(value).is_ok(),
            Width::Short => i16::try_from(value).is_ok(),
            Width::Int => i32::try_from(value).is_ok(),
            Width::Long | Width::Untyped => true,
        };
        fits.then(|| self.writer.number(Number { value, width }))
    }

    fn class_literal(&mut self, label: &str) -> Option<()> {
        if let Some(class) = self.classes.position(label) {
            self.writer.class();
            self.classes.head(class, &mut self.writer);
            return Some(());
        }
        let row = builtin_by_label(label)?;
        self.writer.class();
        self.writer.head_builtin(row.number);
        Some(())
    }
}

fn primitive_of(form: &str) -> Option<u8> {
    Some(match form {
        "$boolean[]" => b'Z',
        "$char[]" => b'C',
        "$short[]" => b'S',
        "$int[]" => b'I',
        "$long[]" => b'J',
        "$float[]" => b'F',
        "$double[]" => b'D',
        _ => return None,
    })
}

fn primitives(json: Node<'_>, element: u8) -> Option<Vec<u8>> {
    if let Some(text) = json.as_str() {
        return (element == b'C').then(|| text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    if json.kind() != Kind::Array {
        return None;
    }
    let mut data = Vec::new();
    for node in json.elements() {
        match element {
            b'Z' => data.push(match node.as_bool() {
                Some(value) => u8::from(value),
                None => whole(node)?,
            }),
            b'C' => data.extend(whole::<u16>(node)?.to_be_bytes()),
            b'S' => data.extend(whole::<i16>(node)?.to_be_bytes()),
            b'I' => data.extend(whole::<i32>(node)?.to_be_bytes()),
            b'J' => data.extend(whole::<i64>(node)?.to_be_bytes()),
            b'F' => data.extend(float(node)?.to_be_bytes()),
            _ => data.extend(double(node)?.to_be_bytes()),
        }
    }
    Some(data)
}

fn whole<T: std::str::FromStr>(json: Node<'_>) -> Option<T> {
    json.number()?.parse().ok()
}

/// A number, a name that JSON has no number for, or its bits.
fn float(json: Node<'_>) -> Option<f32> {
    if let Some(digits) = json.number() {
        return digits.parse().ok().filter(|value: &f32| value.is_finite());
    }
    let text = json.as_str()?;
    match text.strip_prefix("0x") {
        Some(bits) if bits.len() == 8 => u32::from_str_radix(bits, 16).ok().map(f32::from_bits),
        // As it is written: the bits of the float that has this name.
        _ => parse_special(&text).map(|value| if value.is_nan() { f32::NAN } else { value as f32 }),
    }
}

fn double(json: Node<'_>) -> Option<f64> {
    if let Some(digits) = json.number() {
        return digits.parse().ok().filter(|value: &f64| value.is_finite());
    }
    let text = json.as_str()?;
    match text.strip_prefix("0x") {
        Some(bits) if bits.len() == 16 => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
        _ => parse_special(&text),
    }
}

fn unit(json: Node<'_>) -> Option<u16> {
    if json.number().is_some() {
        return whole(json);
    }
    let text = json.as_str()?;
    let mut units = text.encode_utf16();
    units.next().filter(|_| units.next().is_none())
}

/// Digits, or bytes as `0x` and hexadecimal digits.
fn integer(text: &str) -> Option<Vec<u8>> {
    let Some(hex) = text.strip_prefix("0x") else { return big::integer_from_text(text) };
    if hex.is_empty() || !hex.len().is_multiple_of(2) || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len() / 2).map(|n| u8::from_str_radix(hex.get(n * 2..n * 2 + 2)?, 16).ok()).collect()
}

fn decimal(json: Node<'_>) -> Option<(i32, Vec<u8>)> {
    if json.kind() == Kind::Object {
        return Some((whole(json.get("scale")?)?, integer(&json.get("unscaled")?.as_str()?)?));
    }
    match json.number() {
        Some(digits) => big::decimal_from_text(digits),
        None => big::decimal_from_text(&json.as_str()?),
    }
}

/// Text in which `\ud800` is a UTF-16 unit, and `\\` is `\`, in WTF-8.
fn wtf8_of(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        rest = if let Some(rest) = escape.strip_prefix('\\') {
            out.push(b'\\');
            rest
        } else {
            let (digits, rest) = escape.strip_prefix('u')?.split_at_checked(4)?;
            let unit = u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))?;
            out.extend_from_slice(&[0xed, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]);
            rest
        };
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}
