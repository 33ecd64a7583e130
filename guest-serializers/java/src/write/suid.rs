//! The `serialVersionUID` that Java computes for an array class.

/// What `ObjectStreamClass` computes for a class of this name without members, public, abstract and final: the first
/// eight bytes of a SHA-1, little-endian. Java does not compare it when it reads an array.
pub(super) fn of_array(name: &[u8]) -> i64 {
    const MODIFIERS: u32 = 0x0411;
    let mut data = Vec::with_capacity(name.len() + 6);
    data.extend_from_slice(&(name.len() as u16).to_be_bytes());
    data.extend_from_slice(name);
    data.extend_from_slice(&MODIFIERS.to_be_bytes());
    let [a, b, ..] = sha1(&data);
    i64::from(a.swap_bytes()) | i64::from(b.swap_bytes()) << 32
}

/// FIPS 180-4, section 6.1.
fn sha1(data: &[u8]) -> [u32; 5] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut message = data.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend_from_slice(&(data.len() as u64 * 8).to_be_bytes());
    for block in message.chunks_exact(64) {
        let mut words: Vec<u32> =
            block.chunks_exact(4).map(|word| word.try_into().map_or(0, u32::from_be_bytes)).collect();
        for at in 16..80 {
            let word =
                [3, 8, 14, 16].iter().fold(0, |sum, back| sum ^ words.get(at - back).copied().unwrap_or(0));
            words.push(word.rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (round, word) in words.iter().enumerate() {
            let (mix, constant) = match round {
                0..20 => (b & c | !b & d, 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let next =
                a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        }
        for (sum, part) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(part);
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes;

    #[test]
    fn the_hash_is_sha_1() {
        assert_eq!(sha1(b"abc"), [0xa999_3e36, 0x4706_816a, 0xba3e_2571, 0x7850_c26c, 0x9cd0_d89d]);
        assert_eq!(sha1(&[b'a'; 56])[0], 0xc2db_330f);
    }

    #[test]
    fn arrays_of_public_classes_get_the_uid_that_the_jdk_has() {
        for name in ["[Ljava.lang.Object;", "[Ljava.lang.String;", "[[I", "[Ljava.util.UUID;"] {
            let row = classes::by_name(name.as_bytes()).and_then(classes::class).unwrap();
            assert_eq!(of_array(name.as_bytes()), row.suid, "{name}");
        }
    }
}
