//! Writes JSON text.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// JSON text that grows, without white space.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) out: String,
    /// Whether a value stands in front, from which the next one is set apart.
    comma: bool,
    /// Whether a string that is the whole text goes without its quotes: it is to be a key.
    bare: bool,
}

impl Text {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), ..Self::default() }
    }

    pub(super) fn bare() -> Self {
        Self { bare: true, ..Self::default() }
    }

    /// Begins a value.
    fn value(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }

    pub(super) fn begin(&mut self, bracket: char) {
        self.value();
        self.bare = false;
        self.out.push(bracket);
        self.comma = false;
    }

    pub(super) fn end(&mut self, bracket: char) {
        self.out.push(bracket);
        self.comma = true;
    }

    pub(super) fn key(&mut self, key: &str) {
        self.str(key);
        self.out.push(':');
        self.comma = false;
    }

    /// Digits, `null`, `true`: what stands in the text as it is.
    pub(super) fn word(&mut self, word: &str) {
        self.value();
        self.out.push_str(word);
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.word(if value { "true" } else { "false" });
    }

    pub(super) fn int(&mut self, value: i64) {
        self.value();
        let _ = write!(self.out, "{value}");
    }

    pub(super) fn unsigned(&mut self, value: u64) {
        self.value();
        let _ = write!(self.out, "{value}");
    }

    /// A number with a point or an exponent in it; a string for what JSON has no number for.
    pub(super) fn f64(&mut self, value: f64) {
        match special(value) {
            Some(word) => self.str(word),
            None => {
                self.value();
                let _ = write!(self.out, "{value:?}");
            }
        }
    }

    pub(super) fn f32(&mut self, value: f32) {
        match special(f64::from(value)) {
            Some(word) => self.str(word),
            None => {
                self.value();
                let _ = write!(self.out, "{value:?}");
            }
        }
    }

    pub(super) fn str(&mut self, text: &str) {
        if self.bare {
            self.out.push_str(text);
            return;
        }
        self.value();
        self.out.push('"');
        let mut rest = text;
        while let Some(at) = plain_len(rest.as_bytes()) {
            let (plain, escaped) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.out.push_str(plain);
            let _ = match escaped.as_bytes().first() {
                Some(b'"') => self.out.write_str("\\\""),
                Some(b'\\') => self.out.write_str("\\\\"),
                Some(b'\n') => self.out.write_str("\\n"),
                Some(b'\r') => self.out.write_str("\\r"),
                Some(b'\t') => self.out.write_str("\\t"),
                Some(byte) => write!(self.out, "\\u{byte:04x}"),
                None => Ok(()),
            };
            rest = escaped.get(1..).unwrap_or_default();
        }
        self.out.push_str(rest);
        self.out.push('"');
    }

    pub(super) fn base64(&mut self, bytes: &[u8]) {
        self.value();
        let quote = if self.bare { "" } else { "\"" };
        self.out.push_str(quote);
        STANDARD.encode_string(bytes, &mut self.out);
        self.out.push_str(quote);
    }
}

/// How many bytes stand in front of the first one that a string cannot have as it is; none: all can stand there.
pub(super) fn plain_len(text: &[u8]) -> Option<usize> {
    const AT_ONCE: usize = 32;
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Without a way out in it, the compiler looks at many bytes at a time.
    let any = |chunk: &[u8]| chunk.iter().fold(false, |any, byte| any | special(byte));
    let mut chunks = text.chunks_exact(AT_ONCE);
    let plain = chunks.position(any).unwrap_or(text.len() / AT_ONCE) * AT_ONCE;
    text.get(plain..)?.iter().position(special).map(|at| plain + at)
}

/// JSON without white space, as the functions of this module give it, with a line for each value: for people to
/// read. Arrays and objects of a few plain values stay on one line.
#[must_use]
pub fn indented(json: &str) -> String {
    const WIDTH: usize = 80;
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut at = 0;
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(byte) = json.as_bytes().get(at) {
        let rest = json.get(at..).unwrap_or_default();
        let len = match byte {
            b'"' => string_len(rest),
            b'{' | b'[' => match flat_len(rest, WIDTH) {
                Some(len) => {
                    spaced(rest.get(..len).unwrap_or_default(), &mut out);
                    at += len;
                    continue;
                }
                None => {
                    depth += 1;
                    out.push(char::from(*byte));
                    line(&mut out, depth);
                    at += 1;
                    continue;
                }
            },
            b'}' | b']' => {
                depth -= usize::from(depth > 0);
                line(&mut out, depth);
                1
            }
            _ => 1,
        };
        let len = if byte.is_ascii() { len } else { rest.chars().next().map_or(1, char::len_utf8) };
        out.push_str(rest.get(..len).unwrap_or_default());
        at += len;
        match byte {
            b',' => line(&mut out, depth),
            b':' => out.push(' '),
            _ => {}
        }
    }
    out
}

/// How long the string is that a text begins with.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    let inside = |byte: u8| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    };
    text.bytes().skip(1).position(inside).map_or(text.len(), |end| end + 2)
}

/// How long the array or object is that a text begins with, if it is short and nothing in it has anything in it.
fn flat_len(text: &str, width: usize) -> Option<usize> {
    let mut at = 1;
    while at < width {
        match text.as_bytes().get(at)? {
            b'"' => at += string_len(text.get(at..)?),
            b'{' | b'[' if !matches!(text.as_bytes().get(at + 1)?, b'}' | b']') => return None,
            b'{' | b'[' => at += 2,
            b'}' | b']' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Appends JSON with a space behind each comma and colon.
fn spaced(json: &str, out: &mut String) {
    let mut at = 0;
    while let Some(byte) = json.as_bytes().get(at) {
        let rest = json.get(at..).unwrap_or_default();
        let len = if *byte == b'"' { string_len(rest) } else { 1 };
        out.push_str(rest.get(..len).unwrap_or_default());
        at += len;
        if matches!(byte, b',' | b':') {
            out.push(' ');
        }
    }
}

/// The name of a number that JSON does not have.
pub(super) fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("Infinity")
    } else if value == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

/// The number of such a name.
pub(super) fn parse_special(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

pub(super) fn parse_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn short_values_stay_on_a_line_and_others_get_one_each() {
        let json = r#"{"a":{"$int":7},"b":[1,[],{"c":"x, {y}\"é"}],"d":{},"e":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#;
        let expected = r#"{
  "a": {"$int": 7},
  "b": [
    1,
    [],
    {"c": "x, {y}\"é"}
  ],
  "d": {},
  "e": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
}"#;
        assert_eq!(indented(json), expected);
        assert_eq!(indented("[]"), "[]");
        assert_eq!(indented("\"é\""), "\"é\"");
    }
}
