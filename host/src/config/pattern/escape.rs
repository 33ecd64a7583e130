//! What stands behind a backslash.

use super::case::Case;
use super::class::Class;
use super::fault::Fault;
use super::parse::Parser;
use super::property::{self, UNICODE_DIGIT, UNICODE_SPACE, UNICODE_WORD};
use super::tree::{Node, Place};

/// What an escape stands for.
pub(super) enum Escape {
    /// A code point; one of a surrogate alone matches nothing.
    Code(u32),
    Class(Class),
    /// What cannot stand in brackets.
    Node(Node),
}

const HORIZONTAL: &str = r"\x{9}\x{20}\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}";
const VERTICAL: &str = r"\x{A}-\x{D}\x{85}\x{2028}\x{2029}";
const VERTICAL_TAB: u32 = 0xB;

impl Parser {
    /// Reads an escape outside of brackets.
    pub(super) fn escaped(&mut self) -> Result<Node, Fault> {
        let at = self.reader.at();
        match self.escape(false)? {
            Escape::Code(code) => Ok(self.character(code)),
            Escape::Class(class) => Ok(Node::Set(class)),
            Escape::Node(Node::Reference { folds: true, .. }) if self.flags.case() != Case::Unicode => {
                Err(Fault::unsupported(at, "a back reference with (?i) that means a to z alone; (?iu) is"))
            }
            Escape::Node(node) => Ok(node),
        }
    }

    /// Reads an escape; `begins_range` if a hyphen follows or stands before it, in brackets.
    pub(super) fn escape(&mut self, begins_range: bool) -> Result<Escape, Fault> {
        let at = self.reader.at();
        self.reader.take_raw();
        let Some(item) = self.reader.take_raw() else {
            return Err(Fault::invalid(at, "a backslash ends the pattern; write \\\\ for the character"));
        };
        let Parser { flags, .. } = self;
        let unicode = flags.unicode_class;
        let unix = flags.unix_lines;
        let by = |unicode_text, ascii_text| Class::Named(if unicode { unicode_text } else { ascii_text });
        Ok(match item.ch {
            '0' => Escape::Code(self.octal(at)?),
            digit @ '1'..='9' => Escape::Node(self.numbered(digit)),
            'A' | 'G' => Escape::Node(Node::Place(Place::Begin)),
            'z' => Escape::Node(Node::Place(Place::End)),
            'Z' => Escape::Node(Node::Place(Place::LastLineEnd { unix })),
            'b' if self.is_cluster() => {
                return Err(Fault::unsupported(at, "\\b{g}, a boundary of grapheme clusters"));
            }
            sign @ ('b' | 'B') => Escape::Node(Node::Place(Place::Word { unicode, negated: sign == 'B' })),
            sign @ ('d' | 'D') => Escape::Class(by(UNICODE_DIGIT, "0-9").negated_if(sign == 'D')),
            sign @ ('s' | 'S') => {
                Escape::Class(by(UNICODE_SPACE, r"\x{9}-\x{D}\x{20}").negated_if(sign == 'S'))
            }
            sign @ ('w' | 'W') => Escape::Class(by(UNICODE_WORD, "0-9A-Z_a-z").negated_if(sign == 'W')),
            sign @ ('h' | 'H') => Escape::Class(Class::Named(HORIZONTAL).negated_if(sign == 'H')),
            'v' if begins_range => Escape::Code(VERTICAL_TAB),
            sign @ ('v' | 'V') => Escape::Class(Class::Named(VERTICAL).negated_if(sign == 'V')),
            sign @ ('p' | 'P') => Escape::Class(self.family(at)?.negated_if(sign == 'P')),
            'R' => Escape::Node(Node::LineEnd),
            'X' => return Err(Fault::unsupported(at, "\\X, a grapheme cluster")),
            'N' => {
                return Err(Fault::unsupported(
                    at,
                    "\\N{..}, a character by its name; write \\x{..} with its number",
                ));
            }
            'k' => Escape::Node(self.by_name(at)?),
            'a' => Escape::Code(7),
            'e' => Escape::Code(0x1B),
            'f' => Escape::Code(0xC),
            'n' => Escape::Code(0xA),
            'r' => Escape::Code(0xD),
            't' => Escape::Code(9),
            'c' => Escape::Code(self.control(at)?),
            'u' => Escape::Code(self.utf16(at)?),
            'x' => Escape::Code(self.hexadecimal(at)?),
            letter if letter.is_ascii_alphabetic() => {
                return Err(Fault::invalid(at, format!("Java knows no \\{letter}")));
            }
            other => Escape::Code(other.into()),
        })
    }

    /// Whether `{g}` follows.
    fn is_cluster(&self) -> bool {
        self.reader.raw().is_some_and(|item| item.ch == '{')
            && self.reader.raw_after().is_some_and(|item| item.ch == 'g')
    }

    /// `\12`: as many digits as there are groups for; the first one always.
    fn numbered(&mut self, first: char) -> Node {
        let mut group = first.to_digit(10).unwrap_or_default();
        while let Some(digit) = self.peek_syntax().and_then(|ch| ch.to_digit(10)) {
            let longer = group.saturating_mul(10).saturating_add(digit);
            if longer > self.groups {
                break;
            }
            group = longer;
            self.take();
        }
        self.reference(group)
    }

    fn by_name(&mut self, at: usize) -> Result<Node, Fault> {
        if !self.takes('<') {
            return Err(Fault::invalid(at, "\\k needs the name of a group; write \\k<name>"));
        }
        let name = self.group_name()?;
        match self.names.get(&name) {
            Some(group) => Ok(self.reference(*group)),
            None => Err(Fault::invalid(at, format!("there is no group <{name}> before this \\k"))),
        }
    }

    fn reference(&self, group: u32) -> Node {
        Node::Reference { group, folds: self.flags.case() != Case::Counts }
    }

    /// `\p{Name}` and `\pL`, behind the letter p.
    fn family(&mut self, at: usize) -> Result<Class, Fault> {
        let mut name = String::new();
        if self.takes('{') {
            loop {
                match self.reader.take_raw() {
                    Some(item) if item.ch == '}' => break,
                    Some(item) => name.push(item.ch),
                    None => return Err(Fault::invalid(at, "the name of this class is not closed by }")),
                }
            }
        } else {
            name.extend(self.take().map(|item| item.ch));
        }
        if name.is_empty() {
            return Err(Fault::invalid(at, "this class has no name; write one such as \\p{Lower}"));
        }
        property::class(&name, self.flags.asked())
            .ok_or_else(|| Fault::invalid(at, format!("Java 17 knows no class of characters {name}")))
    }

    fn control(&mut self, at: usize) -> Result<u32, Fault> {
        let item =
            self.take().ok_or_else(|| Fault::invalid(at, "\\c needs a character; write one such as \\cA"))?;
        Ok(u32::from(item.ch) ^ 0x40)
    }

    /// Up to three digits, up to 377.
    fn octal(&mut self, at: usize) -> Result<u32, Fault> {
        let mut code = None;
        for _ in 0..3 {
            let Some(digit) = self.peek().and_then(|item| item.ch.to_digit(8)) else { break };
            let longer = code.unwrap_or(0) * 8 + digit;
            if longer > 0o377 {
                break;
            }
            code = Some(longer);
            self.take();
        }
        code.ok_or_else(|| Fault::invalid(at, "\\0 needs octal digits; write one such as \\012"))
    }

    /// Takes the next character if it is a hexadecimal digit.
    fn hex_digit(&mut self) -> Option<u32> {
        let digit = self.peek()?.ch.to_digit(16)?;
        self.take();
        Some(digit)
    }

    fn hexadecimal(&mut self, at: usize) -> Result<u32, Fault> {
        let wrong =
            || Fault::invalid(at, "\\x needs two hexadecimal digits, or any number of them in braces");
        if !self.takes('{') {
            let high = self.hex_digit().ok_or_else(wrong)?;
            return Ok(high * 16 + self.hex_digit().ok_or_else(wrong)?);
        }
        let mut code = self.hex_digit().ok_or_else(wrong)?;
        while let Some(digit) = self.hex_digit() {
            code = code * 16 + digit;
            if code > u32::from(char::MAX) {
                return Err(Fault::invalid(at, "there is no character with such a large number"));
            }
        }
        if self.takes('}') { Ok(code) } else { Err(wrong()) }
    }

    fn utf16(&mut self, at: usize) -> Result<u32, Fault> {
        let first = self.unit(at)?;
        let place = self.reader.place();
        if (0xD800..0xDC00).contains(&first) && self.takes('\\') && self.takes('u') {
            let second = self.unit(at)?;
            if (0xDC00..0xE000).contains(&second) {
                return Ok(0x1_0000 + (first - 0xD800) * 0x400 + (second - 0xDC00));
            }
        }
        self.reader.back_to(place);
        Ok(first)
    }

    fn unit(&mut self, at: usize) -> Result<u32, Fault> {
        (0..4).try_fold(0, |code, _| {
            let digit = self.hex_digit();
            Ok(code * 16 + digit.ok_or_else(|| Fault::invalid(at, "\\u needs four hexadecimal digits"))?)
        })
    }
}
