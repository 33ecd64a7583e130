//! Bytes as base64, in lines of 76 characters, as XStream 1.4.7 has them.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(bits: u32) -> u8 {
    DIGITS.get((bits & 63) as usize).copied().unwrap_or(b'A')
}

/// Appends bytes.
pub(crate) fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() / 3 * 4 + bytes.len() / 57 + 8);
    for (number, line) in bytes.chunks(57).enumerate() {
        if number > 0 {
            out.push(b'\n');
        }
        let (groups, rest) = line.as_chunks::<3>();
        for [a, b, c] in groups {
            let bits = u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c);
            out.extend_from_slice(&[digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)]);
        }
        match *rest {
            [a] => {
                let bits = u32::from(a) << 16;
                out.extend_from_slice(&[digit(bits >> 18), digit(bits >> 12), b'=', b'=']);
            }
            [a, b] => {
                let bits = u32::from(a) << 16 | u32::from(b) << 8;
                out.extend_from_slice(&[digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), b'=']);
            }
            _ => {}
        }
    }
}

const VALUE: [u8; 256] = {
    let mut table = [255u8; 256];
    let mut at = 0;
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    while at < 64 {
        table[DIGITS[at] as usize] = at as u8;
        at += 1;
    }
    table
};

/// Appends the bytes that base64 stands for, lines of any length. False when it is none.
#[must_use]
pub(crate) fn decode(out: &mut Vec<u8>, text: &str) -> bool {
    out.reserve(text.len() / 4 * 3);
    let mut bits = 0u32;
    let mut have = 0;
    let mut padding = 0;
    for &byte in text.as_bytes() {
        let value = VALUE.get(usize::from(byte)).copied().unwrap_or(255);
        if value == 255 {
            match byte {
                b'\n' | b'\r' | b' ' | b'\t' => continue,
                b'=' => {
                    padding += 1;
                    continue;
                }
                _ => return false,
            }
        }
        if padding > 0 {
            return false;
        }
        bits = bits << 6 | u32::from(value);
        have += 1;
        if have == 4 {
            out.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
            bits = 0;
            have = 0;
        }
    }
    match (have, padding) {
        (0, 0) => true,
        (2, 2) => {
            out.push((bits >> 4) as u8);
            true
        }
        (3, 1) => {
            out.extend_from_slice(&[(bits >> 10) as u8, (bits >> 2) as u8]);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_in_lines_of_76() {
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length).map(|n: u32| (n * 7) as u8).collect();
            let mut text = Vec::new();
            encode(&mut text, &bytes);
            let text = String::from_utf8(text).unwrap();
            assert!(text.split('\n').all(|line| line.len() <= 76) && !text.ends_with('\n'));
            let mut back = Vec::new();
            assert!(decode(&mut back, &text));
            assert_eq!(back, bytes);
        }
        for bad in ["A", "AA", "AAA", "A===", "AAAA=", "A?==", "AA=A"] {
            assert!(!decode(&mut Vec::new(), bad), "{bad}");
        }
    }
}
