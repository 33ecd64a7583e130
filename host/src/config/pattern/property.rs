//! `\p{NAME}`: classes by name, as Java 17 knows them. The sets are those of the regex crate's Unicode, which is
//! newer than Java's: characters that were assigned since are in them.

use super::blocks::{BLOCKS, OTHER_NAMES};
use super::case::Case;
use super::class::Class;
use super::scripts::SCRIPTS;

/// The letters that `(?i)` makes one of upper, lower and title case.
const CASED: &str = r"\p{Lowercase}\p{Uppercase}\p{Lt}";
/// The same for general categories.
const CASED_LETTERS: &str = r"\p{Lu}\p{Ll}\p{Lt}";
/// `\p{IsWhite_Space}`: separators and the controls that are blank.
pub(super) const UNICODE_SPACE: &str = r"\p{Z}\x{9}-\x{D}\x{85}";
/// `\w` with `(?U)`.
pub(super) const UNICODE_WORD: &str = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{200C}\x{200D}";
/// `\p{IsDigit}`.
pub(super) const UNICODE_DIGIT: &str = r"\p{Nd}";

/// What a property is asked under.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) case: Case,
    /// `(?U)`: POSIX names are Unicode's.
    pub(super) unicode: bool,
}

/// The class with this name, if Java has one. The name is all between the braces.
pub(super) fn class(name: &str, asked: Asked) -> Option<Class> {
    let folds = asked.case != Case::Counts;
    if let Some((key, value)) = name.split_once('=') {
        return match key.to_lowercase().as_str() {
            "sc" | "script" => script(value),
            "blk" | "block" => block(value),
            "gc" | "general_category" => java(value, folds),
            _ => None,
        };
    }
    if let Some(block_name) = name.strip_prefix("In") {
        return block(block_name);
    }
    if let Some(short) = name.strip_prefix("Is") {
        let upper = short.to_uppercase();
        return unicode(&upper, folds).or_else(|| java(short, folds)).or_else(|| script(short));
    }
    let posix = if asked.unicode { unicode_posix(&name.to_uppercase(), folds) } else { None };
    posix.or_else(|| java(name, folds))
}

fn named(text: &'static str) -> Option<Class> {
    Some(Class::Named(text))
}

fn cased(text: &'static str, folds: bool) -> Option<Class> {
    named(if folds { CASED } else { text })
}

/// Binary properties of Unicode, by name in capitals, which `Is` stands before.
fn unicode(upper: &str, folds: bool) -> Option<Class> {
    match upper {
        "ALPHABETIC" => named(r"\p{Alphabetic}"),
        "ASSIGNED" => Class::Named(r"\p{Cn}").negated().into(),
        "CONTROL" => named(r"\p{Cc}"),
        "HEXDIGIT" | "HEX_DIGIT" => hex_digit(),
        "IDEOGRAPHIC" => named(r"\p{Ideographic}"),
        "JOINCONTROL" | "JOIN_CONTROL" => named(r"\x{200C}\x{200D}"),
        "LETTER" => named(r"\p{L}"),
        "LOWERCASE" => cased(r"\p{Lowercase}", folds),
        "NONCHARACTERCODEPOINT" | "NONCHARACTER_CODE_POINT" => named(r"\p{Noncharacter_Code_Point}"),
        "TITLECASE" => cased(r"\p{Lt}", folds),
        "PUNCTUATION" => named(r"\p{P}"),
        "UPPERCASE" => cased(r"\p{Uppercase}", folds),
        "WHITESPACE" | "WHITE_SPACE" => named(UNICODE_SPACE),
        "WORD" => named(UNICODE_WORD),
        _ => unicode_posix(upper, folds),
    }
}

fn hex_digit() -> Option<Class> {
    named(r"\p{Nd}0-9A-Fa-f\x{FF10}-\x{FF19}\x{FF21}-\x{FF26}\x{FF41}-\x{FF46}")
}

/// POSIX classes of all of Unicode, by name in capitals.
fn unicode_posix(upper: &str, folds: bool) -> Option<Class> {
    let graph = || Class::Named(r"\p{Z}\p{Cc}\p{Cn}").negated();
    match upper {
        "ALPHA" => named(r"\p{Alphabetic}"),
        "LOWER" => cased(r"\p{Lowercase}", folds),
        "UPPER" => cased(r"\p{Uppercase}", folds),
        "SPACE" => named(UNICODE_SPACE),
        "PUNCT" => named(r"\p{P}"),
        "XDIGIT" => hex_digit(),
        "ALNUM" => named(r"\p{Alphabetic}\p{Nd}"),
        "CNTRL" => named(r"\p{Cc}"),
        "DIGIT" => named(UNICODE_DIGIT),
        "BLANK" => named(r"\p{Zs}\x{9}"),
        "GRAPH" => Some(graph()),
        "PRINT" => Some(graph().or(Class::Named(r"\p{Zs}"))),
        _ => None,
    }
}

/// General categories, POSIX classes of ASCII and the methods of `java.lang.Character`.
fn java(name: &str, folds: bool) -> Option<Class> {
    let text = match name {
        "Lu" | "Ll" | "Lt" if folds => CASED_LETTERS,
        "Lower" | "Upper" if folds => "a-zA-Z",
        "javaLowerCase" | "javaUpperCase" | "javaTitleCase" if folds => CASED,
        "Cn" => r"\p{Cn}",
        "Lu" => r"\p{Lu}",
        "Ll" => r"\p{Ll}",
        "Lt" | "javaTitleCase" => r"\p{Lt}",
        "Lm" => r"\p{Lm}",
        "Lo" => r"\p{Lo}",
        "Mn" => r"\p{Mn}",
        "Me" => r"\p{Me}",
        "Mc" => r"\p{Mc}",
        "Nd" | "javaDigit" => r"\p{Nd}",
        "Nl" => r"\p{Nl}",
        "No" => r"\p{No}",
        "Zs" => r"\p{Zs}",
        "Zl" => r"\p{Zl}",
        "Zp" => r"\p{Zp}",
        "Cc" => r"\p{Cc}",
        "Cf" => r"\p{Cf}",
        "Co" => r"\p{Co}",
        "Cs" => return Some(Class::Spans(Vec::new())),
        "Pd" => r"\p{Pd}",
        "Ps" => r"\p{Ps}",
        "Pe" => r"\p{Pe}",
        "Pc" => r"\p{Pc}",
        "Po" => r"\p{Po}",
        "Sm" => r"\p{Sm}",
        "Sc" => r"\p{Sc}",
        "Sk" => r"\p{Sk}",
        "So" => r"\p{So}",
        "Pi" => r"\p{Pi}",
        "Pf" => r"\p{Pf}",
        "L" | "javaLetter" => r"\p{L}",
        "M" => r"\p{M}",
        "N" => r"\p{N}",
        "Z" | "javaSpaceChar" => r"\p{Z}",
        "C" => r"\p{Cc}\p{Cf}\p{Co}\p{Cn}",
        "P" => r"\p{P}",
        "S" => r"\p{S}",
        "LC" => CASED_LETTERS,
        "LD" | "javaLetterOrDigit" => r"\p{L}\p{Nd}",
        "L1" => r"\x{0}-\x{FF}",
        "all" => r"\x{0}-\x{10FFFF}",
        "ASCII" => r"\x{0}-\x{7F}",
        "Alnum" => "0-9A-Za-z",
        "Alpha" => "A-Za-z",
        "Blank" => r"\x{9}\x{20}",
        "Cntrl" => r"\x{0}-\x{1F}\x{7F}",
        "Digit" => "0-9",
        "Graph" => r"\x{21}-\x{7E}",
        "Lower" => "a-z",
        "Print" => r"\x{20}-\x{7E}",
        "Punct" => r"\x{21}-\x{2F}\x{3A}-\x{40}\x{5B}-\x{60}\x{7B}-\x{7E}",
        "Space" => r"\x{9}-\x{D}\x{20}",
        "Upper" => "A-Z",
        "XDigit" => "0-9A-Fa-f",
        "javaLowerCase" => r"\p{Lowercase}",
        "javaUpperCase" => r"\p{Uppercase}",
        "javaAlphabetic" => r"\p{Alphabetic}",
        "javaIdeographic" => r"\p{Ideographic}",
        "javaDefined" => return Class::Named(r"\p{Cn}").negated().into(),
        "javaJavaIdentifierStart" => r"\p{L}\p{Nl}\p{Sc}\p{Pc}",
        "javaJavaIdentifierPart" => {
            r"\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mc}\p{Mn}\p{Cf}\x{0}-\x{8}\x{E}-\x{1B}\x{7F}-\x{9F}"
        }
        "javaUnicodeIdentifierStart" => r"\p{ID_Start}",
        "javaUnicodeIdentifierPart" => r"\p{ID_Continue}\p{Cf}\x{0}-\x{8}\x{E}-\x{1B}\x{7F}-\x{9F}",
        "javaIdentifierIgnorable" => r"\p{Cf}\x{0}-\x{8}\x{E}-\x{1B}\x{7F}-\x{9F}",
        "javaWhitespace" => {
            r"\x{9}-\x{D}\x{1C}-\x{20}\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200A}\x{2028}\x{2029}\x{205F}\x{3000}"
        }
        "javaISOControl" => r"\p{Cc}",
        "javaMirrored" => r"\p{Bidi_Mirrored}",
        _ => return None,
    };
    named(text)
}

fn script(name: &str) -> Option<Class> {
    let upper = name.to_uppercase();
    let (script, _) = SCRIPTS.iter().find(|(script, code)| *script == upper || *code == upper)?;
    // The regex crate has no script of what no script is.
    if *script == "UNKNOWN" { named(r"\p{Cn}\p{Co}") } else { Some(Class::Script(script)) }
}

/// Java takes a block by Unicode's name, by it without blanks, and as the name of a constant.
fn block(name: &str) -> Option<Class> {
    let upper = name.to_uppercase();
    if upper == "SURROGATES_AREA" {
        return Some(Class::Spans(Vec::new()));
    }
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == upper);
    let wanted = other.map_or(upper.as_str(), |(_, name)| *name);
    let is_wanted = |name: &str| {
        name == wanted || name.replace(' ', "") == wanted || name.replace([' ', '-'], "_") == wanted
    };
    let (first, last, _) = BLOCKS.iter().find(|(.., name)| is_wanted(name))?;
    Some(Class::Spans(vec![(*first, *last)]))
}
