//! How bytes are compared in a plugin. What Rust brings along for the bare target goes through them one by one, and any `==`
//! of strings ends there: names of classes, keys of maps. This takes eight at once.

use std::cmp::Ordering;

/// C's `memcmp`, in place of the one of `compiler_builtins`, which is weak.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "the compiler calls it by this name, with pointers")]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    if len == 0 {
        // The pointers need not be any.
        return 0;
    }
    // SAFETY: the caller says that so many bytes stand at both.
    let (left, right) =
        unsafe { (std::slice::from_raw_parts(left, len), std::slice::from_raw_parts(right, len)) };
    compare(left, right) as i32
}

/// Compares two byte strings of one length, without a comparison of slices, which would be a call of the above.
fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (words, rest) = left.as_chunks::<8>();
    let (other_words, other_rest) = right.as_chunks::<8>();
    for (word, other) in words.iter().zip(other_words) {
        if u64::from_ne_bytes(*word) != u64::from_ne_bytes(*other) {
            return u64::from_be_bytes(*word).cmp(&u64::from_be_bytes(*other));
        }
    }
    for (byte, other) in rest.iter().zip(other_rest) {
        if byte != other {
            return byte.cmp(other);
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_compared_as_slices_are() {
        for len in 0..40_usize {
            let bytes: Vec<u8> = (0..len).map(|at| (at * 37) as u8).collect();
            assert_eq!(compare(&bytes, &bytes.clone()), Ordering::Equal);
            for at in 0..len {
                for byte in [0, 0x7f, 0x80, 0xff] {
                    let mut other = bytes.clone();
                    other[at] = byte;
                    // What comes behind the first difference says nothing.
                    if let Some(last) = other.last_mut() {
                        *last ^= 0x81;
                    }
                    assert_eq!(compare(&bytes, &other), bytes.cmp(&other), "{len} {at} {byte}");
                    assert_eq!(compare(&other, &bytes), other.cmp(&bytes), "{len} {at} {byte}");
                }
            }
        }
    }
}
