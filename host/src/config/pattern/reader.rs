//! The characters of a pattern, with `\Q..\E` taken apart and, in comments mode, blanks and comments passed over.

use super::fault::Fault;

/// A character of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) ch: char,
    /// It stood between `\Q` and `\E` and means itself.
    pub(super) quoted: bool,
    /// Where it stands, counted from 1.
    at: usize,
}

/// Reads a pattern from its first character to its last.
#[derive(Debug)]
pub(super) struct Reader {
    items: Vec<Item>,
    next: usize,
    /// How many characters the pattern has.
    length: usize,
}

impl Reader {
    pub(super) fn new(pattern: &str) -> Self {
        let mut items = Vec::with_capacity(pattern.len());
        let mut quoted = false;
        let mut characters = pattern.chars().enumerate().map(|(place, ch)| (place + 1, ch)).peekable();
        while let Some((at, ch)) = characters.next() {
            let follower = if ch == '\\' { characters.peek().copied() } else { None };
            match follower {
                Some((_, 'Q')) if !quoted => {
                    quoted = true;
                    characters.next();
                }
                Some((_, 'E')) if quoted => {
                    quoted = false;
                    characters.next();
                }
                Some((after, escaped)) if !quoted => {
                    characters.next();
                    items.push(Item { ch, quoted: false, at });
                    items.push(Item { ch: escaped, quoted: false, at: after });
                }
                _ => items.push(Item { ch, quoted, at }),
            }
        }
        Self { items, next: 0, length: pattern.chars().count() }
    }

    /// Where the next character stands, or the last one if there is none.
    pub(super) fn at(&self) -> usize {
        self.items.get(self.next).map_or(self.length.max(1), |item| item.at)
    }

    /// The next character, whatever it is.
    pub(super) fn raw(&self) -> Option<Item> {
        self.items.get(self.next).copied()
    }

    /// The character after the next one.
    pub(super) fn raw_after(&self) -> Option<Item> {
        self.items.get(self.next + 1).copied()
    }

    /// The character that many behind the next one.
    pub(super) fn raw_at(&self, offset: usize) -> Option<Item> {
        self.items.get(self.next + offset).copied()
    }

    /// Takes the next character, whatever it is.
    pub(super) fn take_raw(&mut self) -> Option<Item> {
        let item = self.raw()?;
        self.next += 1;
        Some(item)
    }

    /// The next character that counts: in comments mode neither blank nor comment. Moves to it.
    pub(super) fn peek(&mut self, comments: bool, unix_lines: bool) -> Option<Item> {
        if comments {
            while let Some(item) = self.raw().filter(|item| !item.quoted) {
                if is_blank(item.ch) {
                    self.next += 1;
                } else if item.ch == '#' {
                    while self.raw().is_some_and(|item| !is_line_end(item.ch, unix_lines)) {
                        self.next += 1;
                    }
                    // What ended the comment is a character of the pattern where it is no blank.
                    match self.raw() {
                        Some(end) if is_blank(end.ch) => self.next += 1,
                        _ => break,
                    }
                } else {
                    break;
                }
            }
        }
        self.raw()
    }

    /// Takes the next character that counts.
    pub(super) fn take(&mut self, comments: bool, unix_lines: bool) -> Option<Item> {
        self.peek(comments, unix_lines)?;
        self.take_raw()
    }

    /// Back to where [`Reader::place`] was asked.
    pub(super) fn back_to(&mut self, place: usize) {
        self.next = place;
    }

    /// A place to come back to.
    pub(super) fn place(&self) -> usize {
        self.next
    }

    /// A fault of the next character: Java refuses it.
    pub(super) fn invalid(&self, text: impl Into<String>) -> Fault {
        Fault::invalid(self.at(), text)
    }
}

/// What comments mode passes over.
fn is_blank(ch: char) -> bool {
    matches!(ch, ' ' | '\t'..='\r')
}

fn is_line_end(ch: char, unix_lines: bool) -> bool {
    ch == '\n' || !unix_lines && matches!(ch, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
