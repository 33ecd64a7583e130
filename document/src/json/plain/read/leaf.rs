//! Values that hold no others.

use super::{Fill, Fit};
use crate::big;
use crate::event::{Event, Number, Width};
use crate::json::text::{parse_base64, parse_special};
use crate::json::time::{parse, parse_millis};
use crate::json::{JsonError, Kind, Node};

/// What JSON says of itself where nothing else says a type.
impl<'o> Fill<'o, '_, '_> {
    /// Writes a number, string or boolean as the type that it has by itself.
    pub(super) fn plain_leaf(&mut self, json: Node<'_>) -> Result<(), JsonError> {
        match json.kind() {
            Kind::Null => self.writer.nil(),
            Kind::Bool(value) => self.writer.bool(value),
            Kind::Number => return self.plain_number(json.number().unwrap_or_default()),
            Kind::String | Kind::Verbatim => self.string(&json),
            Kind::Array | Kind::Object => {}
        }
        Ok(())
    }

    /// Writes a string; one with unpaired surrogates is one of its own kind.
    pub(super) fn string(&mut self, json: &Node<'_>) {
        match json.as_str() {
            Some(text) => self.writer.str(&text),
            None => self.writer.wstr(&json.wtf8().unwrap_or_default()),
        }
    }

    fn plain_number(&mut self, digits: &str) -> Result<(), JsonError> {
        if digits.contains(['.', 'e', 'E']) {
            match double(digits) {
                Some(value) => self.writer.f64(value),
                None => return Err(self.bad("a number of this size needs an attribute that is a BigDecimal")),
            }
        } else if let Ok(value) = digits.parse::<i64>() {
            self.writer.int(value);
        } else if let Ok(value) = digits.parse::<u64>() {
            self.writer.unsigned(value);
        } else {
            match big::integer_from_text(digits) {
                Some(bytes) => self.writer.big_integer(&bytes),
                None => return Err(self.bad("a number has too many digits")),
            }
        }
        Ok(())
    }

    /// Writes JSON as the type that an old value of one of the scalar types has, if it fits.
    pub(super) fn leaf_like(&mut self, json: Node<'_>, old: &Event<'o>, place: u32) -> Fit {
        if matches!(json.kind(), Kind::Array | Kind::Object | Kind::Null) {
            return match *old {
                Event::Primitives(element, _) => Ok(self.primitives(json, element)),
                _ => Ok(false),
            };
        }
        let text = json.as_str();
        let text = text.as_deref();
        let number = json.number();
        Ok(match *old {
            Event::Bool(_) => json.as_bool().map(|value| self.writer.bool(value)).is_some(),
            Event::Int(old) => number.is_some_and(|digits| self.integer(digits, old.width)),
            Event::Unsigned(_) => number.is_some_and(|digits| self.integer(digits, Width::Untyped)),
            Event::F32(_) => json_float(number, text).is_some_and(|value| self.float(value)),
            Event::F64(_) => json_double(number, text).map(|value| self.writer.f64(value)).is_some(),
            Event::BigInteger(_) => {
                let bytes = number.and_then(big::integer_from_text);
                bytes.map(|bytes| self.writer.big_integer(&bytes)).is_some() || self.unchanged(json, place)?
            }
            Event::BigDecimal(..) => {
                let decimal = number.and_then(big::decimal_from_text);
                decimal.map(|(scale, bytes)| self.writer.big_decimal(scale, &bytes)).is_some()
                    || self.unchanged(json, place)?
            }
            Event::Str(_) if json.kind() == Kind::String => {
                self.string(&json);
                true
            }
            Event::Char(_) => self.unchanged(json, place)? || text.is_some_and(|text| self.char(text)),
            Event::Bin(_) => text.and_then(parse_base64).map(|bytes| self.writer.bin(&bytes)).is_some(),
            Event::Primitives(b'C', _) => {
                self.unchanged(json, place)? || text.map(|text| self.chars(text)).is_some()
            }
            Event::Date(_) => text.and_then(parse_millis).map(|millis| self.writer.date(millis)).is_some(),
            Event::Instant(..) => {
                text.and_then(parse).map(|(seconds, nanos)| self.writer.instant(seconds, nanos)).is_some()
            }
            Event::Uuid(_) => text.and_then(parse_uuid).map(|bytes| self.writer.uuid(&bytes)).is_some(),
            Event::Wstr(_) | Event::Opaque(..) | Event::Class(_) => self.unchanged(json, place)?,
            _ => false,
        })
    }

    /// Copies an old scalar if its text is that of the JSON.
    fn unchanged(&mut self, json: Node<'_>, place: u32) -> Fit {
        let text = match json.number() {
            Some(digits) => digits.to_owned(),
            None => json.as_str().unwrap_or_default().into_owned(),
        };
        let Some(old) = &mut self.old else { return Ok(false) };
        if old.text(place)? != text {
            return Ok(false);
        }
        self.copy_old(place)?;
        Ok(true)
    }

    /// Writes a whole number of a type, if that holds it.
    pub(super) fn integer(&mut self, digits: &str, width: Width) -> bool {
        let Ok(value) = digits.parse::<i64>() else {
            let unsigned = digits.parse().ok().filter(|_| width == Width::Untyped);
            return unsigned.map(|value| self.writer.unsigned(value)).is_some();
        };
        let fits = match width {
            Width::Byte => i8::try_from(value).is_ok(),
            Width::Short => i16::try_from(value).is_ok(),
            Width::Int => i32::try_from(value).is_ok(),
            Width::Long | Width::Untyped => true,
        };
        if fits {
            self.writer.number(Number { value, width });
        }
        fits
    }

    pub(super) fn float(&mut self, value: f32) -> bool {
        self.writer.f32(value);
        true
    }

    /// Writes a text of one UTF-16 unit as such.
    pub(super) fn char(&mut self, text: &str) -> bool {
        let mut units = text.encode_utf16();
        let (Some(unit), None) = (units.next(), units.next()) else { return false };
        self.writer.char(unit);
        true
    }

    fn chars(&mut self, text: &str) {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        self.writer.primitives(b'C', &bytes);
    }

    /// Writes an array of primitives, if all elements are of the type.
    pub(super) fn primitives(&mut self, json: Node<'_>, element: u8) -> bool {
        if json.kind() == Kind::String
            && element == b'C'
            && let Some(text) = json.as_str()
        {
            self.chars(&text);
            return true;
        }
        if json.kind() != Kind::Array {
            return false;
        }
        let mut bytes = Vec::new();
        for node in json.elements() {
            let number = node.number();
            let text = node.as_str();
            let fits = match element {
                b'Z' => node.as_bool().map(|value| bytes.push(u8::from(value))).is_some(),
                b'S' => extend(&mut bytes, int(number).map(i16::to_be_bytes)),
                b'I' => extend(&mut bytes, int(number).map(i32::to_be_bytes)),
                b'J' => extend(&mut bytes, int(number).map(i64::to_be_bytes)),
                b'F' => extend(&mut bytes, json_float(number, text.as_deref()).map(f32::to_be_bytes)),
                b'D' => extend(&mut bytes, json_double(number, text.as_deref()).map(f64::to_be_bytes)),
                _ => false,
            };
            if !fits {
                return false;
            }
        }
        self.writer.primitives(element, &bytes);
        true
    }

    /// Writes a key, which JSON has as text, as the type of an old one, if it fits.
    pub(super) fn key_like(&mut self, text: &str, old: &Event<'o>) -> bool {
        match *old {
            Event::Str(_) => {
                self.writer.str(text);
                Some(())
            }
            Event::Bool(_) => text.parse().ok().map(|value| self.writer.bool(value)),
            Event::Int(old) => self.integer(text, old.width).then_some(()),
            Event::Unsigned(_) => self.integer(text, Width::Untyped).then_some(()),
            Event::F32(_) => {
                json_float(is_number(text).then_some(text), Some(text)).map(|value| self.writer.f32(value))
            }
            Event::F64(_) => {
                json_double(is_number(text).then_some(text), Some(text)).map(|value| self.writer.f64(value))
            }
            Event::BigInteger(_) => big::integer_from_text(text).map(|bytes| self.writer.big_integer(&bytes)),
            Event::BigDecimal(..) => {
                big::decimal_from_text(text).map(|(scale, bytes)| self.writer.big_decimal(scale, &bytes))
            }
            Event::Char(_) => self.char(text).then_some(()),
            Event::Date(_) => parse_millis(text).map(|millis| self.writer.date(millis)),
            Event::Instant(..) => parse(text).map(|(seconds, nanos)| self.writer.instant(seconds, nanos)),
            Event::Uuid(_) => parse_uuid(text).map(|bytes| self.writer.uuid(&bytes)),
            _ => None,
        }
        .is_some()
    }
}

fn extend<const N: usize>(bytes: &mut Vec<u8>, element: Option<[u8; N]>) -> bool {
    element.map(|element| bytes.extend_from_slice(&element)).is_some()
}

fn int<T: std::str::FromStr>(number: Option<&str>) -> Option<T> {
    number?.parse().ok()
}

fn double(digits: &str) -> Option<f64> {
    digits.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Rust reads `inf`, `nan` and more as numbers.
fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) && text != "-inf"
}

/// A double, of which JSON has some as strings, because it has no numbers for them.
pub(super) fn json_double(number: Option<&str>, text: Option<&str>) -> Option<f64> {
    match number {
        Some(digits) => double(digits),
        None => parse_special(text?),
    }
}

pub(super) fn json_float(number: Option<&str>, text: Option<&str>) -> Option<f32> {
    match number {
        Some(digits) => digits.parse().ok().filter(|value: &f32| value.is_finite()),
        None => parse_special(text?).map(|special| special as f32),
    }
}

pub(in crate::json) fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let dashes = [8, 13, 18, 23];
    if text.len() != 36 || !dashes.iter().all(|at| text.as_bytes().get(*at) == Some(&b'-')) {
        return None;
    }
    let digits: String = text.split('-').collect();
    if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)
}
