//! BigIntegers: two's complement in documents, sign and magnitude in streams.

/// Sign and magnitude of a big-endian two's complement. The magnitude goes to `out`, without leading zeros.
pub(crate) fn magnitude(twos_complement: &[u8], out: &mut Vec<u8>) -> i32 {
    out.clear();
    let negative = twos_complement.first().is_some_and(|byte| *byte >= 0x80);
    if negative {
        out.extend(twos_complement.iter().map(|byte| !byte));
        for byte in out.iter_mut().rev() {
            let carry;
            (*byte, carry) = byte.overflowing_add(1);
            if !carry {
                break;
            }
        }
        // All bytes zero: the value was -256^n, whose magnitude has a byte more.
        if out.iter().all(|byte| *byte == 0) {
            out.insert(0, 1);
        }
    } else {
        out.extend_from_slice(twos_complement);
    }
    let zeros = out.iter().take_while(|byte| **byte == 0).count();
    out.drain(..zeros);
    match (out.is_empty(), negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    }
}

/// The shortest two's complement of sign and magnitude, which `BigInteger.toByteArray` gives, replaces `out`.
///
/// False where sign and magnitude are not as Java writes them.
pub(crate) fn twos_complement(signum: i32, magnitude: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let Some(first) = magnitude.first() else {
        out.push(0);
        return signum == 0;
    };
    if *first == 0 || !matches!(signum, -1 | 1) {
        return false;
    }
    out.push(0);
    out.extend_from_slice(magnitude);
    if signum < 0 {
        let mut carry = true;
        for byte in out.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    // The sign byte is needed only where the next one does not say the sign.
    if let [sign, next, ..] = out[..]
        && (sign ^ next) & 0x80 == 0
    {
        out.remove(0);
    }
    true
}

/// The number of a sign and of a magnitude, the first `len` of these bytes, of at most seven.
#[inline(always)]
pub(crate) fn of_magnitude(signum: i32, bytes: &[u8; 8], len: usize) -> Option<i64> {
    let [first, ..] = *bytes;
    let is_usual = match signum {
        0 => len == 0,
        -1 | 1 => (1..=7).contains(&len) && first != 0,
        _ => false,
    };
    is_usual.then(|| (u64::from_be_bytes(*bytes) >> 8 >> (56 - 8 * len)) as i64 * i64::from(signum))
}

/// Where the shortest two's complement begins in the eight bytes of a number.
pub(crate) const fn shortest(value: i64) -> usize {
    // As many bits as differ from the sign, and one for the sign.
    let bits = 65 - (value ^ (value >> 63)).leading_zeros() as usize;
    8 - bits.div_ceil(8)
}

/// The value, where it has at most 64 bits.
pub(crate) fn small(twos_complement: &[u8]) -> Option<i64> {
    let (first, rest) = twos_complement.split_first()?;
    if rest.len() > 7 {
        return None;
    }
    let start = i64::from(*first as i8);
    Some(rest.iter().fold(start, |value, byte| value << 8 | i64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signs_and_borders() {
        for (bytes, sign, expected) in [
            (&[0u8][..], 0, &[][..]),
            (&[5], 1, &[5]),
            (&[0, 0x80], 1, &[0x80]),
            (&[0x80], -1, &[0x80]),
            (&[0xff], -1, &[1]),
            (&[0xff, 0x7f], -1, &[0x81]),
            (&[0xff, 0x00], -1, &[1, 0]),
            (&[0x80, 0x00], -1, &[0x80, 0]),
        ] {
            let (mut out, mut back) = (Vec::new(), Vec::new());
            assert_eq!(magnitude(bytes, &mut out), sign, "{bytes:?}");
            assert_eq!(out, expected, "{bytes:?}");
            assert!(twos_complement(sign, &out, &mut back));
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn what_java_never_writes_is_told() {
        let mut out = Vec::new();
        assert!(!twos_complement(1, &[], &mut out));
        assert!(!twos_complement(0, &[1], &mut out));
        assert!(!twos_complement(1, &[0, 1], &mut out));
        assert!(!twos_complement(2, &[1], &mut out));
    }

    proptest! {
        #[test]
        fn numbers_come_back(value in any::<i64>()) {
            let (mut out, mut back) = (Vec::new(), Vec::new());
            let sign = magnitude(&value.to_be_bytes(), &mut out);
            prop_assert!(twos_complement(sign, &out, &mut back));
            prop_assert_eq!(small(&back), Some(value));
            prop_assert_eq!(&back, &value.to_be_bytes()[shortest(value)..]);
            let len = out.len();
            out.resize(8, 0xff);
            let number = of_magnitude(sign, out.first_chunk().unwrap(), len);
            prop_assert_eq!(number, (len < 8).then_some(value));
        }
    }
}
