//! Whether a document has references, as only then there are objects to keep in mind.

/// Whether there may be references, by the two bytes that they begin with: what only looks like one costs no more than
/// the tracking. Both at once, in a loop that compilers make vectors of, takes a third of two searches.
#[inline(never)]
pub(super) fn has_references(document: &[u8]) -> bool {
    // Both have the same difference.
    let begins = |first: u8, second: u8| (first | 1 == 0xd7) & (second.wrapping_sub(first) == 0x31);
    let mut rest = document;
    while let (Some(first), Some([_, second @ ..])) = (rest.first_chunk::<64>(), rest.first_chunk::<65>()) {
        if first.iter().zip(second).fold(false, |any, (&first, &second)| any | begins(first, second)) {
            return true;
        }
        rest = rest.get(64..).unwrap_or_default();
    }
    rest.array_windows().any(|&[first, second]| begins(first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_wherever_they_begin_and_nothing_else_is() {
        for begin in [[0xd6, 7], [0xd7, 8], [0xd6, 8], [0xd7, 7], [0xd5, 6], [0xd8, 9], [0xd6, 0xd6]] {
            let expected = matches!(begin, [0xd6, 7] | [0xd7, 8]);
            for len in [2, 3, 64, 65, 66, 129, 200] {
                for at in 0..len - 1 {
                    let mut document = vec![0; len];
                    document[at..at + 2].copy_from_slice(&begin);
                    assert_eq!(has_references(&document), expected, "{begin:x?} at {at} of {len}");
                }
            }
        }
        assert!(!has_references(&[]) && !has_references(&[0xd6]));
    }
}
