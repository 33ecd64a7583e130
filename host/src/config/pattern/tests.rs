use proptest::prelude::*;

use super::scripts::SCRIPTS;
use super::{MAX_LENGTH, Pattern};

/// What java.util.regex of Java 17 says; `Verdicts.java` beside it writes the last column.
const TABLE: &str = include_str!("../../../tests/patterns/table.tsv");

/// `<U+A>` stands for a line feed, and so on.
fn text(column: &str) -> String {
    let mut parts = column.split("<U+");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('>').unwrap();
        text.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        text.push_str(rest);
    }
    text
}

fn refusal(pattern: &str) -> String {
    Pattern::new(pattern).map(|_| ()).unwrap_err()
}

#[test]
fn patterns_match_what_they_match_in_java() {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [pattern, input, verdict] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let found = match Pattern::new(&text(pattern)) {
            Err(_) => "invalid",
            Ok(compiled) if compiled.matches(&text(input)).unwrap() => "yes",
            Ok(_) => "no",
        };
        rows += 1;
        if found != verdict {
            wrong.push(format!("{line}, and not {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows > 2000, "the table has {rows} rows");
}

#[test]
fn what_java_refuses_is_refused_with_its_place() {
    for (pattern, says) in [
        (
            "(",
            "'(' is not a regular expression: character 1: this ( is not closed; write \\( for the character",
        ),
        ("a)(b", "'a)(b' is not a regular expression: character 2: this ')' closes nothing"),
        ("ab[c", "character 3: this [ is not closed"),
        (
            "é*+*",
            "character 4: there is nothing before this * that it could repeat; write \\* for the character",
        ),
        ("a{,2}", "character 2: this { begins no count such as {2,3}; write \\{ for the character"),
        ("a{3,2}", "character 2: the least count is larger than the most"),
        ("x\\", "character 2: a backslash ends the pattern"),
        (r"a\y", r"character 2: Java knows no \y"),
        (r"\p{lower}", "character 1: Java 17 knows no class of characters lower"),
        (r"\Qab\E(?<n>a)\k<m>", r"character 14: there is no group <m> before this \k"),
        ("(?P<n>a)", "character 1: (? followed by 'P' begins no kind of group that Java knows"),
        ("[z-a]", "character 2: the range ends before it begins"),
        (r"(?<!\.(?:do)*)x", "character 1: the look-behind has no obvious maximum length"),
    ] {
        let said = refusal(pattern);
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn what_java_takes_and_holdfast_does_not_is_refused_with_its_place() {
    for (pattern, says) in [
        (r"a\Xb", r"'a\Xb' is not supported: character 2: \X, a grapheme cluster"),
        (r"a\b{g}", r"character 2: \b{g}, a boundary of grapheme clusters"),
        (r"\N{DIGIT ONE}", r"character 1: \N{..}, a character by its name; write \x{..} with its number"),
        ("ab(?c)", "character 5: (?c), canonical equivalence"),
        (r"(?i)(a)\1", "character 8: a back reference with (?i) that means a to z alone; (?iu) is"),
        (&"(".repeat(70), "character 62: groups and classes stand in each other more than 60 deep"),
        (r"a{2000000000}", "'a{2000000000}' is not supported: it is too large or too deep to be compiled"),
        (&r"\b".repeat(101), r"it has 101 look-behinds, \b and \B; 100 are allowed"),
    ] {
        let said = refusal(pattern);
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn long_patterns_are_refused_and_long_ones_not_shown_in_full() {
    let longest = "a".repeat(MAX_LENGTH);
    assert!(Pattern::new(&longest).unwrap().matches(&longest).unwrap());
    let said = refusal(&"é".repeat(MAX_LENGTH + 1));
    assert_eq!(said, "a regular expression of 8193 characters is too long; 8192 are allowed");
    assert!(refusal(&r"\pL".repeat(2000)).len() < 300);
}

#[test]
fn all_scripts_of_java_are_known() {
    for (script, _) in SCRIPTS {
        assert!(Pattern::new(&format!(r"\p{{Is{script}}}")).is_ok(), "{script}");
    }
}

#[test]
fn a_pattern_that_explodes_is_given_up() {
    for slow in [r"(?:(a+)+\1)*b", r"(?!x)(a|a?)+b", r"(a|aa)+\1b"] {
        let error = Pattern::new(slow).unwrap().matches(&"a".repeat(60)).unwrap_err();
        assert!(error.to_string().contains("takes too long on a string of 60 bytes"), "{error}");
    }
    // What does not need to go back is not bounded: it goes over the text once.
    assert!(!Pattern::new("(a+a+)+b").unwrap().matches(&"a".repeat(100_000)).unwrap());
}

#[test]
fn a_text_is_too_long_for_a_pattern_that_may_look_at_all_of_it_from_each_character() {
    let looks = Pattern::new("(?:(?=.*x).)*").unwrap();
    assert!(!looks.matches(&"a".repeat(8192)).unwrap());
    let error = looks.matches(&"a".repeat(8193)).unwrap_err();
    assert!(error.to_string().contains("8192 at most"), "{error}");
    let looks_often = Pattern::new(&format!("(?:{}.)*", "(?=.*x)".repeat(100))).unwrap();
    assert!(looks_often.matches(&"a".repeat(820)).is_err());
    assert!(!looks_often.matches(&"a".repeat(819)).unwrap());
}

/// Pieces of patterns, so that more than every thousandth one is valid.
fn piece() -> impl Strategy<Value = String> {
    let spelled = prop::sample::select(vec![
        "a", "(", ")", "(?:", "(?=", "(?<=", "(?<!", "(?>", "(?<n>", "(?i)", "(?x)", "(?iu:", "[", "[^", "]",
        "&&", "-", "*", "+", "?", "{2}", "{1,", "}", "|", "\\", "\\Q", "\\E", "\\1", "\\k<n>", "\\p{",
        "\\pL", "\\b", "\\R", "\\x{", "\\u00", "\\cA", "\\0", "^", "$", ".", "#", " ", "\n", "é", "😀",
        "\u{2028}",
    ]);
    prop_oneof![4 => spelled.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_a_pattern_or_refused(pieces in prop::collection::vec(piece(), 0..12), text in ".{0,8}") {
        if let Ok(pattern) = Pattern::new(&pieces.concat()) {
            _ = pattern.matches(&text);
        }
    }

    #[test]
    fn quoted_text_matches_itself_and_nothing_else(quoted in any::<String>(), other in any::<String>()) {
        prop_assume!(!quoted.contains("\\E"));
        let pattern = Pattern::new(&format!("\\Q{quoted}\\E")).unwrap();
        prop_assert!(pattern.matches(&quoted).unwrap());
        prop_assert_eq!(pattern.matches(&other).unwrap(), quoted == other);
    }
}
