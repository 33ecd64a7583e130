//! Appends short byte strings.

/// Up to this length words beat a call of the host's copy.
const SHORT: usize = 128;

/// Appends `bytes` to `out`, as `extend_from_slice` does, but fast for short ones in WebAssembly: there a copy of
/// a length that only shows at run time is an instruction that leaves the guest, some ten times the cost of
/// copying a word. A copy of fixed length is a load and a store, and of two that overlap the second writes again what
/// the first wrote.
#[inline]
pub fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    if cfg!(not(target_arch = "wasm32")) || bytes.len() > SHORT {
        out.extend_from_slice(bytes);
        return;
    }
    by_words(out, bytes);
}

#[inline]
fn by_words(out: &mut Vec<u8>, bytes: &[u8]) {
    let end = out.len() + bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        if bytes.len() <= 16 {
            out.extend_from_slice(first);
            out.truncate(end - 8);
            out.extend_from_slice(last);
            return;
        }
        for chunk in bytes.as_chunks::<16>().0 {
            out.extend_from_slice(chunk);
        }
        if let Some(last) = bytes.last_chunk::<16>() {
            out.truncate(end - 16);
            out.extend_from_slice(last);
        }
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        out.extend_from_slice(first);
        out.truncate(end - 4);
        out.extend_from_slice(last);
    } else {
        for byte in bytes {
            out.push(*byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_are_appended_whole() {
        let bytes: Vec<u8> = (0..200).collect();
        for len in 0..bytes.len() {
            for append in [append, by_words] {
                let mut out = vec![7];
                append(&mut out, &bytes[..len]);
                assert_eq!((out[0], &out[1..]), (7, &bytes[..len]));
            }
        }
    }
}
