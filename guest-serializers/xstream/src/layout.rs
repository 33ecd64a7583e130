//! What a `writeObject` or `writeExternal` method writes beside the fields, as the user says it in the schema.
//!
//! ```text
//! int n, utf*n, object, long, boolean
//! ```
//!
//! Words are those of `java.io.DataOutput`, `bytes` is `write(byte[])`, `object` is `writeObject`. A name behind a word
//! keeps its number; `*n` or `*3` says how often a word comes. Commas or spaces stand between them.

/// A word of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Boolean,
    Byte,
    Char,
    Short,
    Int,
    Long,
    Float,
    Double,
    Utf,
    Bytes,
    Object,
}

/// How often a word comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    Number(u32),
    /// As often as the number says that the unit with this index held.
    Of(usize),
}

/// A word and how often it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) word: Word,
    pub(crate) times: Times,
}

const WORDS: [(&str, Word); 11] = [
    ("boolean", Word::Boolean),
    ("byte", Word::Byte),
    ("char", Word::Char),
    ("short", Word::Short),
    ("int", Word::Int),
    ("long", Word::Long),
    ("float", Word::Float),
    ("double", Word::Double),
    ("utf", Word::Utf),
    ("bytes", Word::Bytes),
    ("object", Word::Object),
];

/// Reads a layout.
pub(crate) fn parse(text: &str) -> Result<Vec<Unit>, String> {
    let mut units: Vec<Unit> = Vec::new();
    let mut names: Vec<(&str, usize)> = Vec::new();
    for token in text.split([',', ' ', '\t', '\n']).filter(|token| !token.is_empty()) {
        let (word, times) = match token.split_once('*') {
            Some((word, times)) => (word, Some(times)),
            None => (token, None),
        };
        let Some((_, word)) = WORDS.iter().find(|(known, _)| *known == word) else {
            match units.len().checked_sub(1) {
                Some(last) if times.is_none() && names.iter().all(|(_, unit)| *unit != last) => {
                    names.push((token, last));
                    continue;
                }
                _ => {
                    let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
                    return Err(format!("layout '{text}': '{word}' is none of {}", words.join(", ")));
                }
            }
        };
        let times = match times {
            None => Times::Number(1),
            Some(times) => match (times.parse(), names.iter().find(|(name, _)| *name == times)) {
                (Ok(number), _) => Times::Number(number),
                (_, Some((_, unit))) => Times::Of(*unit),
                _ => return Err(format!("layout '{text}': nothing before '{token}' is called '{times}'")),
            },
        };
        units.push(Unit { word: *word, times });
    }
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_read_and_what_is_none_says_why() {
        let unit = |word, times| Unit { word, times };
        assert_eq!(
            parse("int n, utf*n, object, bytes*3").unwrap(),
            [
                unit(Word::Int, Times::Number(1)),
                unit(Word::Utf, Times::Of(0)),
                unit(Word::Object, Times::Number(1)),
                unit(Word::Bytes, Times::Number(3)),
            ]
        );
        assert_eq!(parse("int utf object").unwrap().len(), 3);
        for (bad, why) in
            [("integer", "none of"), ("int, utf*n", "called 'n'"), ("int n m", "none of"), ("n", "none of")]
        {
            assert!(parse(bad).unwrap_err().contains(why), "{bad}");
        }
    }
}
