//! Appends short byte strings.

/// Up to this length eight bytes at a time beat a call of the host's copy.
const SHORT: usize = 64;

/// Appends `bytes` to `out`, as `extend_from_slice` does, but fast for short ones in WebAssembly: there a copy of
/// a length that only shows at run time is an instruction that leaves the guest, some ten times the cost of
/// copying a word. A copy of fixed length is a load and a store.
#[inline]
pub fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    if cfg!(not(target_arch = "wasm32")) || bytes.len() > SHORT {
        out.extend_from_slice(bytes);
        return;
    }
    out.reserve(bytes.len());
    let (words, mut rest) = bytes.as_chunks::<8>();
    for word in words {
        out.extend_from_slice(word);
    }
    if let Some((four, after)) = rest.split_first_chunk::<4>() {
        out.extend_from_slice(four);
        rest = after;
    }
    if let Some((two, after)) = rest.split_first_chunk::<2>() {
        out.extend_from_slice(two);
        rest = after;
    }
    if let [one] = rest {
        out.push(*one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_are_appended_whole() {
        let bytes: Vec<u8> = (0..200).collect();
        for len in 0..bytes.len() {
            let mut out = vec![7];
            append(&mut out, &bytes[..len]);
            assert_eq!((out[0], &out[1..]), (7, &bytes[..len]));
        }
    }
}
