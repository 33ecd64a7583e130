//! Values as XStream's converters write them in text.

pub(crate) mod base64;
pub(crate) mod big;
pub(crate) mod date;
pub(crate) mod float;
pub(crate) mod iso;
pub(crate) mod locale;
pub(crate) mod quick;
pub(crate) mod ser;
pub(crate) mod trace;
pub(crate) mod url;

use std::fmt::{self, Write};

pub(crate) use holdfast_document::append_integer as push_int;

/// Text that is put together on the stack.
pub(crate) struct Short {
    bytes: [u8; 64],
    len: usize,
}

impl Short {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 64], len: 0 }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// Puts together what is known to fit.
pub(crate) fn short(arguments: fmt::Arguments<'_>) -> Short {
    let mut text = Short::new();
    // 64 bytes hold all that comes here; more would be cut off.
    let _ = text.write_fmt(arguments);
    text
}

/// Two digits.
#[inline]
pub(crate) const fn pair(value: u32) -> [u8; 2] {
    [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]
}

/// An integer in decimal, as Java's `Long.parseLong` reads it.
#[inline]
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value = 0u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

/// `Integer.decode` of XStream's converters: decimal, or hexadecimal and octal with a prefix, where the high bit may
/// be set.
pub(crate) fn decode_int(text: &str, bits: u32) -> Option<i64> {
    let spare = 64 - bits;
    let range = |value: i64| (i64::MIN >> spare..=i64::MAX >> spare).contains(&value).then_some(value);
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1, body),
        None => (1, text),
    };
    let hex = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")).or_else(|| body.strip_prefix('#'));
    let number = match hex {
        Some(digits) => i64::from_str_radix(digits, 16).ok()?,
        None if body.len() > 1 && body.starts_with('0') => i64::from_str_radix(body, 8).ok()?,
        None => return range(parse_int(text)?),
    };
    // 0xff is the byte -1.
    if sign == 1 && bits < 64 && number >= 1i64 << (bits - 1) && number < 1i64 << bits {
        return range(number - (1i64 << bits));
    }
    range(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_the_bits_of_their_type() {
        assert_eq!(decode_int("-9223372036854775808", 64), Some(i64::MIN));
        assert_eq!(decode_int("9223372036854775808", 64), None);
        assert_eq!(decode_int("-0x80", 8), Some(-128));
        assert_eq!(decode_int("0xff", 8), Some(-1));
        assert_eq!(decode_int("128", 8), None);
    }

    #[test]
    fn integers_are_written_and_read() {
        for value in [0, 7, 10, 99, 100, -1, -10, 123_456, 4_294_967_295, 4_294_967_296, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            push_int(&mut out, value);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text, value.to_string());
            assert_eq!(parse_int(&text), Some(value));
        }
        for bad in ["", "-", "+", "1x", " 1", "9223372036854775808", "99999999999999999999"] {
            assert_eq!(parse_int(bad), None, "{bad}");
        }
        assert_eq!(decode_int("0xff", 8), Some(-1));
        assert_eq!(decode_int("-0x80", 8), Some(-128));
        assert_eq!(decode_int("010", 32), Some(8));
        assert_eq!(decode_int("128", 8), None);
        assert_eq!(decode_int("-128", 8), Some(-128));
    }
}
