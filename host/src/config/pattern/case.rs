//! Letters that are one letter where case does not count, as Java compares them.

use std::sync::LazyLock;

/// Code points from the first to the last.
pub(super) type Span = (u32, u32);

/// What `(?i)` and `(?u)` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Letters are different in another case.
    Counts,
    /// `(?i)`: the letters a to z are not.
    Ascii,
    /// `(?iu)`: no letter is.
    Unicode,
}

impl Case {
    /// The code points that are `code` then.
    pub(super) fn single(self, code: u32) -> Vec<Span> {
        let mut spans = vec![(code, code)];
        let Some(ch) = char::from_u32(code) else { return spans };
        match self {
            Self::Counts => {}
            Self::Ascii => spans.extend(other_ascii_case(ch).map(|other| (other, other))),
            Self::Unicode => {
                let folded = fold(ch);
                // Java folds what it compares with only if the letter of the pattern has a case: ẞ is ß, ß is not ẞ.
                if upper(ch) != folded {
                    spans.push((folded.into(), folded.into()));
                    spans.extend(CASED.iter().filter(|cased| cased.folded == folded).map(Cased::span));
                }
            }
        }
        spans
    }

    /// The code points that are one of `first` to `last` then.
    pub(super) fn range(self, first: u32, last: u32) -> Vec<Span> {
        let within = |ch: char| (first..=last).contains(&u32::from(ch));
        let mut spans = vec![(first, last)];
        match self {
            Self::Counts => {}
            Self::Ascii => {
                let letters = ('A'..='Z').chain('a'..='z').filter(|letter| within(*letter));
                spans.extend(letters.filter_map(other_ascii_case).map(|other| (other, other)));
            }
            Self::Unicode => {
                let cased = CASED.iter().filter(|cased| within(cased.upper) || within(cased.folded));
                spans.extend(cased.map(Cased::span));
            }
        }
        spans
    }
}

fn other_ascii_case(ch: char) -> Option<u32> {
    match ch {
        'a'..='z' => Some(ch.to_ascii_uppercase().into()),
        'A'..='Z' => Some(ch.to_ascii_lowercase().into()),
        _ => None,
    }
}

/// A letter that is not its own upper case or not its own lower case.
struct Cased {
    ch: char,
    upper: char,
    folded: char,
}

impl Cased {
    fn span(&self) -> Span {
        (self.ch.into(), self.ch.into())
    }
}

static CASED: LazyLock<Vec<Cased>> = LazyLock::new(|| {
    ('\0'..=char::MAX)
        .map(|ch| Cased { ch, upper: upper(ch), folded: fold(ch) })
        .filter(|cased| cased.upper != cased.ch || cased.folded != cased.ch)
        .collect()
});

/// Java's `Character.toLowerCase(Character.toUpperCase(ch))`.
fn fold(ch: char) -> char {
    lower(upper(ch))
}

/// The upper case that is one character, as `Character.toUpperCase`.
fn upper(ch: char) -> char {
    let mut mapped = ch.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        // Greek letters with an iota below, whose upper case is two characters and whose title case is one.
        _ => match ch {
            '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => later(ch, 8),
            '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => later(ch, 9),
            _ => ch,
        },
    }
}

/// The lower case that is one character, as `Character.toLowerCase`.
fn lower(ch: char) -> char {
    let mut mapped = ch.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ if ch == 'İ' => 'i',
        _ => ch,
    }
}

fn later(ch: char, by: u32) -> char {
    char::from_u32(u32::from(ch) + by).unwrap_or(ch)
}
