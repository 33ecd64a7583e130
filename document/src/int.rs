//! Integers by a look at their first bytes, for whoever meets many.

/// The integer that begins these bytes of a document, whatever its type, and how many bytes it takes. Rare forms are none:
/// those of 8 and 16 bits with a sign, those behind an extension's marker, and what no `i64` holds.
#[inline(always)]
#[must_use]
pub fn first_int(bytes: &[u8]) -> Option<(i64, usize)> {
    Some(match *bytes {
        [value @ 0x00..=0x7f, ..] => (i64::from(value), 1),
        [value @ 0xe0..=0xff, ..] => (i64::from(value as i8), 1),
        [0xcc, value, ..] => (i64::from(value), 2),
        [0xcd, a, b, ..] => (i64::from(u16::from_be_bytes([a, b])), 3),
        [0xce, a, b, c, d, ..] => (i64::from(u32::from_be_bytes([a, b, c, d])), 5),
        [0xcf, a @ 0..=0x7f, b, c, d, e, f, g, h, ..] => (i64::from_be_bytes([a, b, c, d, e, f, g, h]), 9),
        [0xd2, a, b, c, d, ..] => (i64::from(i32::from_be_bytes([a, b, c, d])), 5),
        [0xd3, a, b, c, d, e, f, g, h, ..] => (i64::from_be_bytes([a, b, c, d, e, f, g, h]), 9),
        _ => return None,
    })
}

/// The number of which the first `len` of these bytes, of at least one, are the big-endian two's complement.
///
/// ```
/// use holdfast_document::first_number;
///
/// assert_eq!(first_number(b"\xff\x7f.SCALE", 2), Some(-129));
/// assert_eq!(first_number(b"\xff\x7f.SCALE", 9), None);
/// ```
#[inline(always)]
#[must_use]
pub const fn first_number(bytes: &[u8; 8], len: usize) -> Option<i64> {
    if len == 0 || len > 8 {
        return None;
    }
    Some(i64::from_be_bytes(*bytes) >> (8 * (8 - len)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Writer;

    #[test]
    fn integers_are_those_that_were_written() {
        for bit in 0..63 {
            for value in [1i64 << bit, (1 << bit) - 1, -(1i64 << bit)] {
                let mut bytes = Vec::new();
                Writer::value(&mut bytes).int(value);
                // Rare forms are left to events.
                if !matches!(bytes.first(), Some(0xd0 | 0xd1)) {
                    assert_eq!(first_int(&bytes), Some((value, bytes.len())), "{bytes:x?}");
                    assert_eq!(first_int(bytes.split_last().unwrap().1), None);
                }
            }
        }
        assert_eq!(first_int(b"\xcf\x80\0\0\0\0\0\0\0"), None);
    }
}
