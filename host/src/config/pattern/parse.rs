//! Java's syntax of regular expressions, as `java.util.regex.Pattern` of Java 17 reads it.

use std::collections::HashMap;

use super::behind::has_maximum;
use super::case::Case;
use super::class::Class;
use super::fault::Fault;
use super::property::Asked;
use super::reader::{Item, Reader};
use super::tree::{Kind, Node, Place};

/// How deep groups and classes may stand in each other.
const MAX_DEPTH: usize = 60;

/// What ends a line where `(?d)` does not say otherwise.
const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// The switches that `(?idmsuxU)` turns.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    ignore_case: bool,
    unicode_case: bool,
    pub(super) unicode_class: bool,
    pub(super) unix_lines: bool,
    pub(super) comments: bool,
    multiline: bool,
    dot_all: bool,
}

impl Flags {
    pub(super) fn case(self) -> Case {
        match (self.ignore_case, self.unicode_case) {
            (false, _) => Case::Counts,
            (true, false) => Case::Ascii,
            (true, true) => Case::Unicode,
        }
    }

    pub(super) fn asked(self) -> Asked {
        Asked { case: self.case(), unicode: self.unicode_class }
    }
}

/// Reads one pattern.
pub(super) struct Parser {
    pub(super) reader: Reader,
    pub(super) flags: Flags,
    /// Capturing groups that were begun so far.
    pub(super) groups: u32,
    pub(super) names: HashMap<String, u32>,
    depth: usize,
}

/// Reads `pattern`.
///
/// # Errors
/// What Java would refuse, and what is not supported.
pub(super) fn parse(pattern: &str) -> Result<Node, Fault> {
    let mut parser = Parser {
        reader: Reader::new(pattern),
        flags: Flags::default(),
        groups: 0,
        names: HashMap::new(),
        depth: 0,
    };
    let node = parser.alternatives()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.reader.invalid("this ')' closes nothing; write \\) for the character")),
    }
}

impl Parser {
    /// The next character, behind blanks and comments where they do not count.
    pub(super) fn peek(&mut self) -> Option<Item> {
        self.reader.peek(self.flags.comments, self.flags.unix_lines)
    }

    /// Takes what [`Parser::peek`] gives.
    pub(super) fn take(&mut self) -> Option<Item> {
        self.reader.take(self.flags.comments, self.flags.unix_lines)
    }

    /// The next character if it may be more than itself.
    pub(super) fn peek_syntax(&mut self) -> Option<char> {
        self.peek().filter(|item| !item.quoted).map(|item| item.ch)
    }

    /// Takes the next character if it is `ch` and does not mean itself.
    pub(super) fn takes(&mut self, ch: char) -> bool {
        let is_it = self.peek_syntax() == Some(ch);
        if is_it {
            self.take();
        }
        is_it
    }

    /// Does `inner` one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::unsupported(
                self.reader.at(),
                format!("groups and classes stand in each other more than {MAX_DEPTH} deep"),
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn alternatives(&mut self) -> Result<Node, Fault> {
        let first = self.sequence()?;
        if self.peek_syntax() != Some('|') {
            return Ok(first);
        }
        let mut branches = vec![first];
        while self.takes('|') {
            branches.push(self.sequence()?);
        }
        Ok(Node::Either(branches))
    }

    fn sequence(&mut self) -> Result<Node, Fault> {
        let mut nodes = Vec::new();
        while let Some(item) = self.peek() {
            let syntax = if item.quoted { None } else { Some(item.ch) };
            let node = match syntax {
                Some('|' | ')') => break,
                Some('(') => match self.group()? {
                    Some(node) => node,
                    None => continue,
                },
                Some('[') => Node::Set(self.bracket()?),
                Some('\\') => self.escaped()?,
                Some(sign @ ('?' | '*' | '+')) => {
                    return Err(self.reader.invalid(format!(
                        "there is nothing before this {sign} that it could repeat; write \\{sign} for the character"
                    )));
                }
                // Behind nothing, or behind another quantifier, Java repeats the empty text.
                Some('{') => Node::Empty,
                Some(sign @ ('^' | '$' | '.')) => {
                    self.take();
                    self.sign(sign)
                }
                _ => {
                    self.take();
                    self.character(item.ch.into())
                }
            };
            nodes.push(self.quantified(node)?);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Sequence(nodes),
        })
    }

    /// A character, in the cases that the flags let it have.
    pub(super) fn character(&self, code: u32) -> Node {
        Node::Set(Class::Spans(self.flags.case().single(code)))
    }

    fn sign(&self, sign: char) -> Node {
        let Flags { multiline, dot_all, unix_lines: unix, .. } = self.flags;
        match sign {
            '^' if multiline => Node::Place(Place::LineBegin { unix }),
            '^' => Node::Place(Place::Begin),
            '$' if multiline => Node::Place(Place::LineEnd { unix }),
            '$' => Node::Place(Place::LastLineEnd { unix }),
            _ if dot_all => Node::Set(Class::Named(r"\x{0}-\x{10FFFF}")),
            _ if unix => Node::Set(Class::only('\n').negated()),
            _ => Node::Set(Class::Named(LINE_ENDS).negated()),
        }
    }

    fn quantified(&mut self, body: Node) -> Result<Node, Fault> {
        let (min, max) = match self.peek_syntax() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => self.counts()?,
            _ => return Ok(body),
        };
        self.take();
        let kind = match self.peek_syntax() {
            Some('?') => Kind::Lazy,
            Some('+') => Kind::Possessive,
            _ => Kind::Greedy,
        };
        if kind != Kind::Greedy {
            self.take();
        }
        Ok(Node::Repeat { body: Box::new(body), min, max, kind })
    }

    /// Reads `{2`, `{2,` or `{2,3`, up to the closing brace.
    fn counts(&mut self) -> Result<(u32, Option<u32>), Fault> {
        let at = self.reader.at();
        self.take();
        if !self.reader.raw().is_some_and(|item| !item.quoted && item.ch.is_ascii_digit()) {
            return Err(Fault::invalid(
                at,
                "this { begins no count such as {2,3}; write \\{ for the character",
            ));
        }
        let min = self.count(at)?;
        let max = if self.takes(',') {
            if self.peek_syntax() == Some('}') { None } else { Some(self.count(at)?) }
        } else {
            Some(min)
        };
        if self.peek_syntax() != Some('}') {
            return Err(Fault::invalid(at, "this { begins a count that is not closed; write {2,3} or \\{"));
        }
        if max.is_some_and(|max| max < min) {
            return Err(Fault::invalid(at, "the least count is larger than the most"));
        }
        // Java's word for any number.
        Ok((min, max.filter(|max| *max != i32::MAX.unsigned_abs())))
    }

    fn count(&mut self, at: usize) -> Result<u32, Fault> {
        let mut count: i32 = 0;
        while let Some(digit) = self.peek_syntax().and_then(|ch| ch.to_digit(10)) {
            self.take();
            let next = count.checked_mul(10).and_then(|tens| tens.checked_add_unsigned(digit));
            count =
                next.ok_or_else(|| Fault::invalid(at, format!("the count is larger than {}", i32::MAX)))?;
        }
        Ok(count.unsigned_abs())
    }

    /// Reads a group; flags alone, as in `(?i)`, are none.
    fn group(&mut self) -> Result<Option<Node>, Fault> {
        let at = self.reader.at();
        self.take();
        let outside = self.flags;
        let node = if self.takes('?') {
            match self.reader.raw().filter(|item| !item.quoted).map(|item| item.ch) {
                Some(':') => self.body(at, 1)?,
                Some(sign @ ('=' | '!')) => {
                    Node::Look { behind: false, negative: sign == '!', body: Box::new(self.body(at, 1)?) }
                }
                Some('>') => Node::Atomic(Box::new(self.body(at, 1)?)),
                Some('<') => {
                    self.reader.take_raw();
                    match self.peek_syntax() {
                        Some(sign @ ('=' | '!')) => self.behind(at, sign == '!')?,
                        _ => self.named(at)?,
                    }
                }
                _ => {
                    self.switches()?;
                    match self.peek_syntax() {
                        Some(')') => {
                            self.take();
                            return Ok(None);
                        }
                        Some(':') => self.body(at, 1)?,
                        _ => return Err(self.unknown_group(at)),
                    }
                }
            }
        } else {
            self.groups += 1;
            let number = self.groups;
            Node::Group(Some(number), Box::new(self.body(at, 0)?))
        };
        self.flags = outside;
        Ok(Some(match node {
            Node::Group(..) | Node::Look { .. } | Node::Atomic(_) => node,
            other => Node::Group(None, Box::new(other)),
        }))
    }

    fn unknown_group(&mut self, at: usize) -> Fault {
        let text = match self.peek_syntax() {
            Some(ch) => format!("(? followed by '{ch}' begins no kind of group that Java knows"),
            None => "(? begins a group that is not closed".to_owned(),
        };
        Fault::invalid(at, text)
    }

    /// What stands in a group, behind `skipped` characters, and the parenthesis that closes it.
    fn body(&mut self, at: usize, skipped: usize) -> Result<Node, Fault> {
        for _ in 0..skipped {
            self.take();
        }
        let node = self.deeper(Self::alternatives)?;
        if !self.takes(')') {
            return Err(Fault::invalid(at, "this ( is not closed; write \\( for the character"));
        }
        Ok(node)
    }

    fn behind(&mut self, at: usize, negative: bool) -> Result<Node, Fault> {
        let body = self.body(at, 1)?;
        if !has_maximum(&body) {
            // Java takes a few of them by mistake.
            return Err(Fault::unsupported(
                at,
                "the look-behind has no obvious maximum length; *, + and back references cannot stand in it",
            ));
        }
        Ok(Node::Look { behind: true, negative, body: Box::new(body) })
    }

    fn named(&mut self, at: usize) -> Result<Node, Fault> {
        let name = self.group_name()?;
        self.groups += 1;
        let number = self.groups;
        if self.names.insert(name.clone(), number).is_some() {
            return Err(Fault::invalid(at, format!("there is another group <{name}> already")));
        }
        Ok(Node::Group(Some(number), Box::new(self.body(at, 0)?)))
    }

    /// Reads `name>`.
    pub(super) fn group_name(&mut self) -> Result<String, Fault> {
        let mut name = String::new();
        while let Some(ch) = self.peek().map(|item| item.ch).filter(char::is_ascii_alphanumeric) {
            if name.is_empty() && ch.is_ascii_digit() {
                break;
            }
            name.push(ch);
            self.take();
        }
        if name.is_empty() {
            return Err(self.reader.invalid("the name of a group begins with a letter from a to z"));
        }
        if !self.takes('>') {
            let text =
                format!("the name <{name} of a group is not closed by >; letters and digits can stand in it");
            return Err(self.reader.invalid(text));
        }
        Ok(name)
    }

    /// Reads `im-sx`.
    fn switches(&mut self) -> Result<(), Fault> {
        let mut on = true;
        while let Some(ch) = self.peek_syntax() {
            let flags = &mut self.flags;
            match ch {
                'i' => flags.ignore_case = on,
                'm' => flags.multiline = on,
                's' => flags.dot_all = on,
                'd' => flags.unix_lines = on,
                'u' => flags.unicode_case = on,
                'x' => flags.comments = on,
                'U' => {
                    flags.unicode_class = on;
                    flags.unicode_case = on;
                }
                'c' if on => {
                    return Err(Fault::unsupported(self.reader.at(), "(?c), canonical equivalence"));
                }
                'c' => {}
                '-' if on => on = false,
                _ => break,
            }
            self.reader.take_raw();
        }
        Ok(())
    }
}
