//! JSON text, taken apart.
//!
//! A flat list of nodes over the text: nothing recursive, so that text may be nested as deep as documents are, and
//! no number or string is turned into anything before somebody asks for it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::JsonError;
use super::text::plain_len;
use crate::token::utf8;

/// How deep JSON may be nested. The typed JSON of a document has several levels for one of the document's.
const MAX_DEPTH: usize = 8 * crate::MAX_DEPTH;

/// A JSON text and where its values stand in it.
///
/// ```
/// use holdfast_document::json::Tree;
///
/// # fn main() -> Result<(), holdfast_document::json::JsonError> {
/// let tree = Tree::parse(br#"{"attributes": {"user": "alice"}, "maxInactiveInterval": 1800}"#)?;
/// assert_eq!(tree.root().get("maxInactiveInterval").and_then(|node| node.as_i64()), Some(1800));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Entry>,
    depth: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: Kind,
    /// Where it stands in the text: a string without its quotes, a container only its first character.
    from: u32,
    to: u32,
    /// The node behind it and all that is in it.
    next: u32,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number; [`Node::number`] has its text.
    Number,
    /// A string without escapes.
    #[doc(hidden)]
    Verbatim,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object. Its keys are all different.
    Object,
}

/// A value in a JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    index: u32,
}

impl<'t> Tree<'t> {
    /// Takes a JSON text apart.
    ///
    /// # Errors
    /// When it is not JSON, or an object has a key twice, or it is nested too deep: with line and column.
    pub fn parse(text: &'t [u8]) -> Result<Self, JsonError> {
        let bad_at = |at: usize, what: &str| JsonError::syntax(text, at, what);
        if text.len() >= u32::MAX as usize {
            return Err(bad_at(0, "JSON of 4 GiB and more is not read"));
        }
        let Some(utf8) = utf8(text) else {
            let valid = std::str::from_utf8(text).map_or_else(|error| error.valid_up_to(), str::len);
            return Err(bad_at(valid, "this is not UTF-8"));
        };
        let mut parser = Parser { text, at: 0, nodes: Vec::with_capacity(text.len() / 8), depth: 0 };
        parser.document().map_err(|what| bad_at(parser.at, what))?;
        let Parser { nodes, depth, .. } = parser;
        Ok(Self { text: utf8, nodes, depth })
    }

    /// The value.
    #[must_use]
    pub const fn root(&'t self) -> Node<'t> {
        Node { tree: self, index: 0 }
    }

    /// How deep the values are nested.
    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    fn entry(&self, index: u32) -> Entry {
        const NOTHING: Entry = Entry { kind: Kind::Null, from: 0, to: 0, next: u32::MAX };
        self.nodes.get(index as usize).copied().unwrap_or(NOTHING)
    }
}

impl<'t> Node<'t> {
    /// How deep values are nested in the whole text.
    pub(super) const fn depth_of_all(self) -> usize {
        self.tree.depth()
    }

    fn entry(self) -> Entry {
        self.tree.entry(self.index)
    }

    fn text(self) -> &'t str {
        let entry = self.entry();
        self.tree.text.get(entry.from as usize..entry.to as usize).unwrap_or_default()
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.entry().kind {
            Kind::Verbatim => Kind::String,
            kind => kind,
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The boolean that it is.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The digits of the number that it is, as they stand in the text.
    #[must_use]
    pub fn number(self) -> Option<&'t str> {
        (self.kind() == Kind::Number).then(|| self.text())
    }

    /// The whole number of 64 bits that it is.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.number()?.parse().ok()
    }

    /// The string that it is; `None` as well for one with unpaired surrogates.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        match self.wtf8()? {
            Cow::Borrowed(_) => Some(Cow::Borrowed(self.text())),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// The string that it is, in UTF-8 but for unpaired surrogates, which stand there as in WTF-8.
    pub(super) fn wtf8(self) -> Option<Cow<'t, [u8]>> {
        match self.entry().kind {
            Kind::Verbatim => Some(Cow::Borrowed(self.text().as_bytes())),
            Kind::String => Some(Cow::Owned(unescape(self.text()))),
            _ => None,
        }
    }

    /// How many elements an array, or entries an object, has.
    #[must_use]
    pub fn len(self) -> usize {
        match self.kind() {
            Kind::Array => self.inside().count(),
            Kind::Object => self.inside().count() / 2,
            _ => 0,
        }
    }

    /// Whether it has no elements and no entries.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.entry().next <= self.index + 1
    }

    /// The elements of the array that it is; none if it is something else.
    pub fn elements(self) -> impl Iterator<Item = Node<'t>> {
        self.inside().filter(move |_| self.kind() == Kind::Array)
    }

    /// The entries of the object that it is; none if it is something else. Unpaired surrogates in keys are
    /// replaced.
    pub fn entries(self) -> impl Iterator<Item = (Cow<'t, str>, Node<'t>)> {
        let mut inside = self.inside().filter(move |_| self.kind() == Kind::Object);
        std::iter::from_fn(move || {
            let (key, value) = (inside.next()?, inside.next()?);
            let key = key.as_str().unwrap_or_else(|| {
                Cow::Owned(String::from_utf8_lossy(&key.wtf8().unwrap_or_default()).into_owned())
            });
            Some((key, value))
        })
    }

    /// The value of a key of the object that it is.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// This value and all in it, keys included.
    pub(super) fn all(self) -> impl Iterator<Item = Node<'t>> {
        (self.index..self.entry().next).map(move |index| Node { tree: self.tree, index })
    }

    /// Whether two values are written with the same numbers and strings, the keys in the same order.
    pub(super) fn says_the_same_as(self, other: Node<'_>) -> bool {
        let size = |node: Node<'_>| node.entry().next.saturating_sub(node.index);
        let same = |(one, other): (Node<'_>, Node<'_>)| {
            one.kind() == other.kind()
                && size(one) == size(other)
                && one.number() == other.number()
                && one.wtf8() == other.wtf8()
        };
        size(self) == size(other) && self.all().zip(other.all()).all(same)
    }

    /// The values one level in, keys included.
    fn inside(self) -> impl Iterator<Item = Node<'t>> {
        let Self { tree, index } = self;
        let end = tree.entry(index).next;
        let mut at = index + 1;
        std::iter::from_fn(move || {
            let index = (at < end).then_some(at)?;
            at = tree.entry(index).next;
            Some(Node { tree, index })
        })
    }
}

/// The escapes were looked at when the text was parsed.
fn unescape(text: &str) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut parts = text.split('\\');
    out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    while let Some(part) = parts.next() {
        let Some(letter) = part.chars().next() else {
            // Two in a row: an escaped one, and what follows it as it stands.
            out.push(b'\\');
            out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
            continue;
        };
        let mut rest = part.get(1..).unwrap_or_default();
        match letter {
            'b' => out.push(8),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'u' => {
                let unit =
                    rest.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok()).unwrap_or_default();
                rest = rest.get(4..).unwrap_or_default();
                push_unit(&mut out, unit);
            }
            _ => out.push(letter as u8),
        }
        out.extend_from_slice(rest.as_bytes());
    }
    out
}

/// Appends a UTF-16 unit in WTF-8, joining it with a surrogate that waits for it.
fn push_unit(out: &mut Vec<u8>, unit: u16) {
    let waiting = match out.as_slice() {
        [.., 0xed, second @ 0xa0..=0xaf, third] => {
            Some(0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f))
        }
        _ => None,
    };
    let low = (0xdc00..0xe000).contains(&unit);
    if let (Some(high), true) = (waiting, low) {
        out.truncate(out.len() - 3);
        let char = 0x1_0000 + ((high & 0x3ff) << 10) + u32::from(unit & 0x3ff);
        let char = char::from_u32(char).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    } else if let Some(char) = char::from_u32(u32::from(unit)) {
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        out.extend_from_slice(&[0xed, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]);
    }
}

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
    nodes: Vec<Entry>,
    depth: usize,
}

/// A container that is open.
struct Open {
    index: usize,
    object: bool,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), &'static str> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.space();
            if open.last().is_some_and(|open| open.object) {
                self.key()?;
            }
            let container = self.value()?;
            if let Some(object) = container {
                let index = self.nodes.len() - 1;
                self.space();
                if self.peek() == Some(if object { b'}' } else { b']' }) {
                    self.at += 1;
                } else if open.len() >= MAX_DEPTH {
                    return Err("this is nested too deep");
                } else {
                    open.push(Open { index, object });
                    self.depth = self.depth.max(open.len());
                    continue;
                }
            }
            // A value has ended, and with it perhaps what it stands in.
            loop {
                self.space();
                let Some(innermost) = open.last() else {
                    return if self.at == self.text.len() {
                        Ok(())
                    } else {
                        Err("nothing more was expected")
                    };
                };
                match (self.peek(), innermost.object) {
                    (Some(b','), _) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        self.close(innermost.index)?;
                        open.pop();
                    }
                    (_, true) => return Err("expected , or } here"),
                    (_, false) => return Err("expected , or ] here"),
                }
            }
        }
    }

    /// Says of the array or object that it is one when a container begins.
    fn value(&mut self) -> Result<Option<bool>, &'static str> {
        let from = self.at;
        let kind = match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => {
                self.string()?;
                return Ok(None);
            }
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(b'-' | b'0'..=b'9') => self.digits()?,
            None => return Err("the text ends where a value was expected"),
            Some(_) => return Err("expected a value here"),
        };
        let container = matches!(kind, Kind::Object | Kind::Array);
        if container {
            self.at += 1;
        }
        self.push(kind, from, self.at);
        Ok(container.then_some(kind == Kind::Object))
    }

    fn key(&mut self) -> Result<(), &'static str> {
        if self.peek() != Some(b'"') {
            return Err("expected a key in double quotes here");
        }
        self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err("expected : here");
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    fn close(&mut self, index: usize) -> Result<(), &'static str> {
        let next = self.nodes.len() as u32;
        let Some(entry) = self.nodes.get_mut(index) else { return Ok(()) };
        entry.next = next;
        if entry.kind == Kind::Object { self.keys_differ(index, next) } else { Ok(()) }
    }

    fn keys_differ(&self, object: usize, end: u32) -> Result<(), &'static str> {
        let mut few: [&[u8]; 8] = [&[]; 8];
        let mut many: HashSet<Cow<'_, [u8]>> = HashSet::new();
        let (mut count, mut at) = (0, object as u32 + 1);
        while at < end {
            let Some(key) = self.nodes.get(at as usize) else { break };
            let bytes = self.text.get(key.from as usize..key.to as usize).unwrap_or_default();
            let fresh = match few.get_mut(count) {
                Some(slot) if key.kind == Kind::Verbatim && many.is_empty() => {
                    *slot = bytes;
                    let known = few.get(..count).unwrap_or_default();
                    !known.contains(&bytes)
                }
                _ => {
                    if many.is_empty() {
                        many.extend(few.iter().take(count).map(|known| Cow::Borrowed(*known)));
                    }
                    let text = std::str::from_utf8(bytes).unwrap_or_default();
                    many.insert(match key.kind {
                        Kind::String => Cow::Owned(unescape(text)),
                        _ => Cow::Borrowed(bytes),
                    })
                }
            };
            if !fresh {
                return Err("the object that ends here has a key twice");
            }
            count += 1;
            at = self.nodes.get(at as usize + 1).map_or(end, |value| value.next);
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), &'static str> {
        self.at += 1;
        let from = self.at;
        let mut kind = Kind::Verbatim;
        loop {
            match plain_len(self.text.get(self.at..).unwrap_or_default()) {
                Some(plain) => self.at += plain,
                None => {
                    self.at = self.text.len();
                    return Err("the text ends inside a string");
                }
            }
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    kind = Kind::String;
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err("a control character in a string must be escaped"),
            }
        }
        self.push(kind, from, self.at);
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), &'static str> {
        let len = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 1,
            Some(b'u') => {
                let hex = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
                if hex.len() < 4 || !hex.iter().all(u8::is_ascii_hexdigit) {
                    return Err("\\u is followed by four hexadecimal digits");
                }
                5
            }
            _ => return Err("JSON has no such escape"),
        };
        self.at += len;
        Ok(())
    }

    fn digits(&mut self) -> Result<Kind, &'static str> {
        let run = |parser: &mut Self| {
            let from = parser.at;
            while parser.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                parser.at += 1;
            }
            parser.at - from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        match run(self) {
            0 => return Err("expected a digit here"),
            2.. if zero => return Err("a number does not begin with 0"),
            _ => {}
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if run(self) == 0 {
                return Err("expected a digit here");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if run(self) == 0 {
                return Err("expected a digit here");
            }
        }
        Ok(Kind::Number)
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, &'static str> {
        if !self.text.get(self.at..).unwrap_or_default().starts_with(word.as_bytes()) {
            return Err("expected a value here");
        }
        self.at += word.len();
        Ok(kind)
    }

    fn push(&mut self, kind: Kind, from: usize, to: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Entry { kind, from: from as u32, to: to as u32, next });
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Tree::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn values_are_found_and_read() {
        let text =
            r#" {"a": [1, -2.5e3, "x\n\"\u00e9\ud83d\ude00\\\\n"], "b": {"c": null, "d": true}, "e": []} "#;
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let root = tree.root();
        let a: Vec<_> = root.get("a").unwrap().elements().collect();
        assert_eq!(a[0].as_i64(), Some(1));
        assert_eq!(a[1].number(), Some("-2.5e3"));
        assert_eq!(a[2].as_str().unwrap(), "x\n\"é😀\\\\n");
        let b = root.get("b").unwrap();
        assert!(b.get("c").unwrap().is_null());
        assert_eq!(b.get("d").unwrap().as_bool(), Some(true));
        assert!(root.get("e").unwrap().is_empty());
        assert_eq!((root.len(), b.len(), root.get("e").unwrap().len()), (3, 2, 0));
        assert!(root.get("f").is_none());
    }

    #[test]
    fn surrogates_may_stand_alone() {
        let tree =
            Tree::parse(br#"["\ud83d", "\ude00\ud83d", "\ud83d\u0041", "\ud83d\ud83d\ude00"]"#).unwrap();
        let units: Vec<_> = tree.root().elements().map(|node| node.wtf8().unwrap().into_owned()).collect();
        assert_eq!(units[0], b"\xed\xa0\xbd");
        assert_eq!(units[1], b"\xed\xb8\x80\xed\xa0\xbd");
        assert_eq!(units[2], b"\xed\xa0\xbdA");
        assert_eq!(units[3], [b"\xed\xa0\xbd".as_slice(), "😀".as_bytes()].concat());
        assert!(tree.root().elements().all(|node| node.as_str().is_none()));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_column() {
        for (text, expected) in [
            ("", "line 1, column 1: the text ends where a value was expected"),
            ("{\n  \"a\": tru\n}", "line 2, column 8: expected a value here"),
            ("{\"ä\": 1,}", "line 1, column 9: expected a key in double quotes here"),
            ("[1 2]", "line 1, column 4: expected , or ] here"),
            ("{\"a\" 1}", "line 1, column 6: expected : here"),
            ("[01]", "line 1, column 4: a number does not begin with 0"),
            ("\"\\x\"", "line 1, column 3: JSON has no such escape"),
            ("\"\\u12\"", "line 1, column 3: \\u is followed by four hexadecimal digits"),
            ("\"a\nb\"", "line 1, column 3: a control character in a string must be escaped"),
            (
                "{\"a\":1,\"b\":2,\"\\u0061\":3}",
                "line 1, column 25: the object that ends here has a key twice",
            ),
            ("1 2", "line 1, column 3: nothing more was expected"),
            ("[-]", "line 1, column 3: expected a digit here"),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
        let many: Vec<_> = (0..20).map(|n| format!("\"k{}\":0", n % 19)).collect();
        assert!(error(&format!("{{{}}}", many.join(","))).contains("a key twice"));
    }

    #[test]
    fn depth_is_limited_and_not_by_the_stack() {
        let deep = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
        assert!(Tree::parse(&deep(MAX_DEPTH)).is_ok());
        let error = Tree::parse(&deep(1_000_000)).unwrap_err();
        assert!(error.to_string().ends_with("nested too deep"), "{error}");
    }
}
