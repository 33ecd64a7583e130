//! Numbers of any length: two's complement and decimal digits.

use super::{parse_int, push_int};

/// More digits than any number of a session has. Both ways take time by the square of the length.
pub(crate) const MAX_DIGITS: usize = 100_000;
/// As many bytes.
pub(crate) const MAX_BYTES: usize = MAX_DIGITS / 12 * 5;

/// Appends the decimal digits of a big-endian two's complement.
pub(crate) fn push_integer(out: &mut Vec<u8>, twos_complement: &[u8]) {
    if let Some(value) = small(twos_complement) {
        push_int(out, value);
        return;
    }
    let (negative, digits) = digits_of(twos_complement);
    if negative {
        out.push(b'-');
    }
    out.extend_from_slice(&digits);
}

/// Appends a BigDecimal as its `toString` has it.
pub(crate) fn push_decimal(out: &mut Vec<u8>, scale: i32, unscaled: &[u8]) {
    if let (0..=6, Some(value)) = (scale, small(unscaled)) {
        push_small(out, scale, value);
        return;
    }
    let mut buffer = Vec::new();
    let small = small(unscaled);
    let (negative, digits) = match small {
        Some(value) => {
            push_int(&mut buffer, value);
            let negative = buffer.first() == Some(&b'-');
            (negative, buffer.get(usize::from(negative)..).unwrap_or_default())
        }
        None => {
            let (negative, digits) = digits_of(unscaled);
            buffer = digits;
            (negative, buffer.as_slice())
        }
    };
    if negative {
        out.push(b'-');
    }
    let count = digits.len() as i64;
    let adjusted = count - 1 - i64::from(scale);
    if scale == 0 {
        out.extend_from_slice(digits);
    } else if scale > 0 && adjusted >= -6 {
        let scale = i64::from(scale);
        if count > scale {
            let (whole, fraction) =
                digits.split_at_checked((count - scale) as usize).unwrap_or((digits, &[]));
            out.extend_from_slice(whole);
            out.push(b'.');
            out.extend_from_slice(fraction);
        } else {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + (scale - count) as usize, b'0');
            out.extend_from_slice(digits);
        }
    } else {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, &[]));
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        if adjusted != 0 {
            out.push(b'E');
            if adjusted > 0 {
                out.push(b'+');
            }
            push_int(out, adjusted);
        }
    }
}

/// A number of at most six digits behind the point, which no exponent can shorten.
pub(super) fn push_small(out: &mut Vec<u8>, scale: i32, value: i64) {
    let mut text = [0u8; 32];
    let mut at = text.len();
    let mut put = |byte: u8| {
        at -= 1;
        if let Some(room) = text.get_mut(at) {
            *room = byte;
        }
    };
    let mut rest = value.unsigned_abs();
    let mut count = 0;
    while rest != 0 || count <= scale {
        if count == scale && scale > 0 {
            put(b'.');
        }
        // Half as wide, it is much faster to divide.
        let (digit, left) = match u32::try_from(rest) {
            Ok(rest) => (rest % 10, u64::from(rest / 10)),
            Err(_) => ((rest % 10) as u32, rest / 10),
        };
        put(b'0' + digit as u8);
        rest = left;
        count += 1;
    }
    if value < 0 {
        put(b'-');
    }
    holdfast_document::append(out, text.get(at..).unwrap_or_default());
}

/// A BigDecimal of few digits without an exponent: its scale and unscaled value.
#[inline]
pub(crate) fn parse_small_decimal(text: &str) -> Option<(i32, i64)> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut value, mut scale, mut seen) = (0u64, None, 0);
    for &byte in digits {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => {
                value = value * 10 + u64::from(digit);
                seen += 1;
                scale = scale.map(|scale| scale + 1);
            }
            _ if byte == b'.' && scale.is_none() => scale = Some(0),
            _ => return None,
        }
    }
    let value = value as i64;
    (seen > 0).then_some((scale.unwrap_or(0), if negative { -value } else { value }))
}

/// The big-endian two's complement of a number, and how many of its bytes say nothing.
#[inline(always)]
pub(crate) const fn twos_complement(value: i64) -> ([u8; 8], usize) {
    let significant = 64 - (if value < 0 { !value } else { value }).leading_zeros() as usize;
    (value.to_be_bytes(), 7 - significant / 8)
}

#[inline(always)]
pub(crate) fn small(bytes: &[u8]) -> Option<i64> {
    let first = *bytes.first()?;
    if bytes.len() > 8 {
        return None;
    }
    let mut value = if first & 0x80 != 0 { -1i64 } else { 0 };
    for &byte in bytes {
        value = value << 8 | i64::from(byte);
    }
    Some(value)
}

fn digits_of(bytes: &[u8]) -> (bool, Vec<u8>) {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    if let Some(value) = small(bytes) {
        let mut digits = Vec::with_capacity(20);
        push_int(&mut digits, value);
        if negative {
            digits.remove(0);
        }
        return (negative, digits);
    }
    // The magnitude as 32-bit limbs, the highest first.
    let mut limbs: Vec<u32> = Vec::with_capacity(bytes.len() / 4 + 1);
    let fill = if negative { 0xff } else { 0 };
    let lead = bytes.len() % 4;
    let (head, tail) = bytes.split_at_checked(lead).unwrap_or((&[], bytes));
    let mut first = [fill; 4];
    if let Some(room) = first.get_mut(4 - lead..) {
        room.copy_from_slice(head);
    }
    limbs.push(u32::from_be_bytes(first));
    limbs.extend(tail.as_chunks::<4>().0.iter().map(|chunk| u32::from_be_bytes(*chunk)));
    if negative {
        let mut carry = true;
        for limb in limbs.iter_mut().rev() {
            let (flipped, over) = (!*limb).overflowing_add(u32::from(carry));
            *limb = flipped;
            carry = over;
        }
    }
    // Nine digits at a time, the lowest first.
    let mut groups = Vec::with_capacity(limbs.len() * 10 / 9 + 2);
    let mut from = limbs.iter().take_while(|limb| **limb == 0).count();
    while from < limbs.len() {
        let mut rest = 0u64;
        for limb in limbs.iter_mut().skip(from) {
            let part = rest << 32 | u64::from(*limb);
            *limb = (part / 1_000_000_000) as u32;
            rest = part % 1_000_000_000;
        }
        groups.push(rest as u32);
        while limbs.get(from) == Some(&0) {
            from += 1;
        }
    }
    let mut digits = Vec::with_capacity(groups.len() * 9);
    let mut groups = groups.iter().rev();
    if let Some(first) = groups.next() {
        push_int(&mut digits, i64::from(*first));
    }
    for group in groups {
        let at = digits.len();
        let mut group = *group;
        digits.resize(at + 9, b'0');
        for digit in digits.iter_mut().skip(at).rev() {
            *digit = b'0' + (group % 10) as u8;
            group /= 10;
        }
    }
    if digits.is_empty() {
        digits.push(b'0');
    }
    (negative, digits)
}

/// The shortest big-endian two's complement of decimal digits; `None` when there are others, or none.
pub(crate) fn parse_integer(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    parse_digits(negative, digits, out)
}

fn parse_digits(negative: bool, digits: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.len() <= 18 {
        let value = parse_int(std::str::from_utf8(digits).ok()?)?;
        shortest(&(if negative { -value } else { value }).to_be_bytes(), out);
        return Some(());
    }
    // The magnitude as 32-bit limbs, the lowest first.
    let mut limbs: Vec<u32> = Vec::with_capacity(digits.len() / 9 + 1);
    for group in digits.rchunks(9).rev() {
        let mut carry = group.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        let factor = 10u64.pow(group.len() as u32);
        for limb in &mut limbs {
            carry += u64::from(*limb) * factor;
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    // One more for the sign.
    limbs.push(0);
    if negative {
        let mut carry = true;
        for limb in &mut limbs {
            let (flipped, over) = (!*limb).overflowing_add(u32::from(carry));
            *limb = flipped;
            carry = over;
        }
    }
    let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    shortest(&bytes, out);
    Some(())
}

/// Appends without the bytes in front that only repeat the sign.
fn shortest(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let [0, next @ 0..=0x7f, ..] | [0xff, next @ 0x80..=0xff, ..] = rest {
        let _ = next;
        rest = rest.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// A BigDecimal as its constructor reads text: the scale, and the unscaled value in `out`.
pub(crate) fn parse_decimal(text: &str, out: &mut Vec<u8>) -> Option<i32> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (body.get(..at)?, parse_int(body.get(at + 1..)?)?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let scale = i32::try_from((fraction.len() as i64).checked_sub(exponent)?).ok()?;
    let mut joined = [0u8; 40];
    let length = whole.len() + fraction.len();
    if let Some(room) = joined.get_mut(..length) {
        let (front, back) = room.split_at_mut_checked(whole.len())?;
        front.copy_from_slice(whole.as_bytes());
        back.copy_from_slice(fraction.as_bytes());
        parse_digits(negative, joined.get(..length)?, out)?;
    } else {
        parse_digits(negative, [whole, fraction].concat().as_bytes(), out)?;
    }
    Some(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_integers_come_back() {
        for text in [
            "0",
            "-1",
            "127",
            "128",
            "-128",
            "-129",
            "9223372036854775808",
            "-9223372036854775809",
            "6864797660130609714981900799081393217269435300143305409394463459185543183397656052122559640661454554977296311391480858037121987999716643812574028291115057151",
            "-10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ] {
            let mut bytes = Vec::new();
            parse_integer(text, &mut bytes).unwrap();
            let mut back = Vec::new();
            push_integer(&mut back, &bytes);
            assert_eq!(String::from_utf8(back).unwrap(), text);
        }
        let mut bytes = Vec::new();
        parse_integer("-129", &mut bytes).unwrap();
        assert_eq!(bytes, [0xff, 0x7f]);
        for bad in ["", "-", "1.0", "1 ", "0x1"] {
            assert!(parse_integer(bad, &mut Vec::new()).is_none(), "{bad}");
        }
    }

    #[test]
    fn decimals_are_laid_out_as_java_does_it() {
        for text in [
            "1E+3",
            "-1E-7",
            "1E-10",
            "0.000",
            "0E+5",
            "99.90",
            "-0.0001",
            "123",
            "1.5E+20",
            "0.0000001",
            "0",
            "-128.5",
            "12.8",
            "-0.05",
            "32768",
            "4294967296.123456",
            "-99999999999999.999",
        ] {
            let mut bytes = Vec::new();
            let scale = parse_decimal(text, &mut bytes).unwrap();
            let mut back = Vec::new();
            push_decimal(&mut back, scale, &bytes);
            let expected = if text == "0.0000001" { "1E-7" } else { text };
            if let Some((small, value)) = parse_small_decimal(text) {
                let (twos, from) = twos_complement(value);
                assert_eq!((small, &twos[from..]), (scale, bytes.as_slice()), "{text}");
            }
            assert_eq!(String::from_utf8(back).unwrap(), expected);
        }
        for bad in ["", ".", "1e", "e5", "1.2.3", "1E99999999999"] {
            assert!(parse_small_decimal(bad).is_none(), "{bad}");
            assert!(parse_decimal(bad, &mut Vec::new()).is_none(), "{bad}");
        }
    }

    #[test]
    fn padded_twos_complement_is_the_same_number() {
        let mut out = Vec::new();
        push_integer(&mut out, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(out, b"5");
        out.clear();
        push_integer(&mut out, &[0; 12]);
        assert_eq!(out, b"0");
        out.clear();
        push_integer(&mut out, &[0xff; 12]);
        assert_eq!(out, b"-1");
    }
}
