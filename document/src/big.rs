//! Java's BigInteger and BigDecimal as text.

/// Digits over which a number is no longer turned into text, or text into a number: that takes time by the square
/// of the length.
const MAX_DIGITS: usize = 2466;
/// What that many digits need.
const MAX_BYTES: usize = 1025;

/// An integer in big-endian two's complement as decimal digits; `None` when it is too long for them.
pub(crate) fn integer_to_text(twos_complement: &[u8]) -> Option<String> {
    if let Some(value) = to_i128(twos_complement) {
        return Some(value.to_string());
    }
    if twos_complement.len() > MAX_BYTES {
        return None;
    }
    let negative = is_negative(twos_complement);
    let mut limbs = limbs(&magnitude(twos_complement));
    // Nine digits at a time, the lowest first.
    let mut groups = Vec::new();
    while !limbs.is_empty() {
        let mut carry = 0u64;
        for limb in limbs.iter_mut().rev() {
            let value = carry << 32 | u64::from(*limb);
            *limb = (value / 1_000_000_000) as u32;
            carry = value % 1_000_000_000;
        }
        groups.push(carry);
        while limbs.pop_if(|limb| *limb == 0).is_some() {}
    }
    let mut text = String::with_capacity(groups.len() * 9 + 1);
    if negative {
        text.push('-');
    }
    for (n, group) in groups.iter().rev().enumerate() {
        text.push_str(&if n == 0 { group.to_string() } else { format!("{group:09}") });
    }
    (text.len() - usize::from(negative) <= MAX_DIGITS).then_some(text)
}

#[cfg(any(test, feature = "json"))]
/// The shortest two's complement of an integer in decimal digits; `None` when it is none, or too long.
pub(crate) fn integer_from_text(text: &str) -> Option<Vec<u8>> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut limbs: Vec<u32> = Vec::new();
    let (first, rest) = digits.split_at_checked(digits.len() % 9)?;
    let groups = std::iter::once(first).chain((0..rest.len() / 9).filter_map(|n| rest.get(n * 9..n * 9 + 9)));
    for group in groups.filter(|group| !group.is_empty()) {
        let mut carry: u64 = group.parse().ok()?;
        for limb in &mut limbs {
            let value = u64::from(*limb) * 1_000_000_000 + carry;
            *limb = value as u32;
            carry = value >> 32;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    let mut bytes = vec![0];
    bytes.extend(limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()));
    if negative {
        negate(&mut bytes);
    }
    Some(shortest(&bytes).to_vec())
}

/// A BigDecimal as Java's `toString` has it, which its constructor reads back to the same scale.
pub(crate) fn decimal_to_text(scale: i32, unscaled: &[u8]) -> Option<String> {
    let mut unscaled = integer_to_text(unscaled)?;
    let (sign, digits) = match unscaled.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", unscaled.as_str()),
    };
    let scale = i64::from(scale);
    let len = i64::try_from(digits.len()).ok()?;
    let exponent = len - 1 - scale;
    if scale == 0 {
        return Some(unscaled);
    }
    if scale > 0 && exponent >= -6 {
        let point = len - scale;
        if point > 0 {
            // One of the digits has so many others in front of it.
            unscaled.insert(sign.len() + usize::try_from(point).ok()?, '.');
            return Some(unscaled);
        }
        let zeros = "0".repeat(usize::try_from(-point).ok()?);
        return Some(format!("{sign}0.{zeros}{digits}"));
    }
    let (first, rest) = digits.split_at_checked(1)?;
    let point = if rest.is_empty() { "" } else { "." };
    Some(format!("{sign}{first}{point}{rest}E{exponent:+}"))
}

#[cfg(any(test, feature = "json"))]
/// The scale and the unscaled value of a decimal number, with or without exponent.
pub(crate) fn decimal_from_text(text: &str) -> Option<(i32, Vec<u8>)> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.starts_with(['+', '-']) {
        return None;
    }
    let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    Some((i32::try_from(scale).ok()?, integer_from_text(&format!("{whole}{fraction}"))?))
}

/// The value, if 128 bits hold it.
pub(crate) fn to_i128(twos_complement: &[u8]) -> Option<i128> {
    let bytes = shortest(twos_complement);
    if bytes.len() > 16 {
        return None;
    }
    let mut wide = [if is_negative(bytes) { 0xff } else { 0 }; 16];
    wide.get_mut(16 - bytes.len()..)?.copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

/// Two's complement without the bytes in front that say nothing.
pub(crate) fn shortest(mut bytes: &[u8]) -> &[u8] {
    while let [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] = bytes {
        bytes = bytes.get(1..).unwrap_or_default();
    }
    bytes
}

fn is_negative(twos_complement: &[u8]) -> bool {
    twos_complement.first().is_some_and(|first| *first >= 0x80)
}

fn magnitude(twos_complement: &[u8]) -> Vec<u8> {
    let mut bytes = twos_complement.to_vec();
    if is_negative(twos_complement) {
        negate(&mut bytes);
    }
    bytes
}

/// As an unsigned number of the same length, so that the smallest negative number is right as well.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
}

/// The lowest first, without zeros at the end.
fn limbs(magnitude: &[u8]) -> Vec<u32> {
    let mut limbs: Vec<u32> = magnitude
        .rchunks(4)
        .map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte)))
        .collect();
    while limbs.pop_if(|limb| *limb == 0).is_some() {}
    limbs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_size_go_to_text_and_back() {
        for (bytes, text) in [
            (vec![0], "0"),
            (vec![0xff], "-1"),
            (vec![0x80], "-128"),
            (vec![0x00, 0x80], "128"),
            ([&[1u8][..], &[0; 16]].concat(), "340282366920938463463374607431768211456"),
            ([&[0xff][..], &[0; 16]].concat(), "-340282366920938463463374607431768211456"),
            ([&[0x80][..], &[0; 19]].concat(), "-730750818665451459101842416358141509827966271488"),
        ] {
            assert_eq!(integer_to_text(&bytes).as_deref(), Some(text));
            assert_eq!(integer_from_text(text), Some(bytes));
        }
        assert_eq!(integer_from_text("007"), Some(vec![7]));
        let huge = "9".repeat(MAX_DIGITS);
        assert_eq!(integer_to_text(&integer_from_text(&huge).unwrap()), Some(huge));
        for bad in ["", "-", "+-1", "1x", "1.0", &"9".repeat(MAX_DIGITS + 1)] {
            assert_eq!(integer_from_text(bad), None, "{bad}");
        }
        assert_eq!(integer_to_text(&[1; MAX_BYTES]), None);
        assert_eq!(integer_to_text(&[1; 2 * MAX_BYTES]), None);
    }

    /// As `BigDecimal.toString` of JDK 17 prints them.
    #[test]
    fn decimals_print_as_in_java_and_are_read_back() {
        for (scale, unscaled, text) in [
            (0, "0", "0"),
            (2, "0", "0.00"),
            (2, "87624", "876.24"),
            (2, "-5", "-0.05"),
            (2, "10", "0.10"),
            (7, "5", "5E-7"),
            (6, "5", "0.000005"),
            (-3, "5", "5E+3"),
            (-3, "125", "1.25E+5"),
            (10, "125", "1.25E-8"),
            (-5, "0", "0E+5"),
        ] {
            let bytes = integer_from_text(unscaled).unwrap();
            assert_eq!(decimal_to_text(scale, &bytes).as_deref(), Some(text));
            assert_eq!(decimal_from_text(text), Some((scale, bytes)));
        }
        assert_eq!(decimal_from_text("1e400000000000000000000"), None);
        assert_eq!(decimal_from_text("1.-5"), None);
        assert_eq!(decimal_from_text("."), None);
    }
}
