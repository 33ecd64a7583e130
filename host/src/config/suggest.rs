//! The name that was probably meant.

/// The candidate nearest to `written`, if one is near enough to be a slip of the finger.
pub(super) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters =
        |text: &str| -> Vec<char> { text.chars().map(|letter| letter.to_ascii_lowercase()).collect() };
    let wanted = letters(written);
    // The distance grows with the length; nobody is helped by comparing what is far longer than any name.
    if wanted.len() > 100 {
        return None;
    }
    let allowed = (wanted.len() / 3).max(2).min(wanted.len() / 2);
    candidates
        .into_iter()
        .map(|candidate| (badness(&wanted, &letters(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean X?`, or nothing.
pub(super) fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, candidates).map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

/// The distance; but a name that was only begun is nearly right, however much is missing.
fn badness(wanted: &[char], candidate: &[char]) -> usize {
    let begun = wanted.len() >= 4 && candidate.starts_with(wanted);
    distance(wanted, candidate).min(if begun { 1 } else { usize::MAX })
}

/// How many letters must be inserted, removed or replaced to make one word of the other (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (other, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let names = ["memcachedNodes", "failoverNodes", "sticky"];
        assert_eq!(nearest("memcachedNode", names), Some("memcachedNodes"));
        assert_eq!(nearest("MemcachedNodes", names), Some("memcachedNodes"));
        assert_eq!(nearest("stiky", names), Some("sticky"));
        assert_eq!(nearest("msm.failoverNodes", names), Some("failoverNodes"));
        assert_eq!(nearest("failover", names), Some("failoverNodes"));
        assert_eq!(nearest("password", names), None);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        let of = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("same", "same"), 0);
    }
}
