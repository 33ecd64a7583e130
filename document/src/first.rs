//! Appends the beginning of bytes that go on.

use crate::append::append;

/// Appends the first `len` bytes of `source`, all of them if there are fewer. As [`append`], but the faster the more bytes
/// stand behind those that are wanted: then whole vectors are copied, and what is too much is taken back.
#[inline]
pub fn append_first(out: &mut Vec<u8>, source: &[u8], len: usize) {
    let end = out.len() + len;
    if len <= 16
        && let Some(chunk) = source.first_chunk::<16>()
    {
        out.extend_from_slice(chunk);
        out.truncate(end);
    } else if len <= 32
        && let Some(chunk) = source.first_chunk::<32>()
    {
        out.extend_from_slice(chunk);
        out.truncate(end);
    } else {
        append(out, source.get(..len).unwrap_or(source));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_are_appended_and_no_others() {
        let bytes: Vec<u8> = (0..100).collect();
        for all in 0..bytes.len() {
            for len in 0..=all {
                let mut out = vec![7];
                append_first(&mut out, &bytes[..all], len);
                assert_eq!((out[0], &out[1..]), (7, &bytes[..len]));
            }
        }
        let mut out = Vec::new();
        append_first(&mut out, &[1, 2], 20);
        assert_eq!(out, [1, 2]);
    }
}
