//! `[a-z&&[^aeiou]]`: classes in brackets. The regular expressions of Java 9 and later, oddities and all: single
//! characters below U+0100 are collected, and what is collected later counts for the intersections before.

use std::cell::RefCell;
use std::rc::Rc;

use super::case::{Case, Span};
use super::class::Class;
use super::escape::Escape;
use super::fault::Fault;
use super::parse::Parser;

/// Single characters of a class.
type Collected = Rc<RefCell<Vec<Span>>>;

/// Characters below U+0100 that Java does not collect where case does not count: their other case lies above.
const FOLDED_ABOVE: [u32; 10] = [0xFF, 0xB5, 0x49, 0x69, 0x53, 0x73, 0x4B, 0x6B, 0xC5, 0xE5];

impl Parser {
    /// Reads a class, from its opening bracket to its closing one.
    pub(super) fn bracket(&mut self) -> Result<Class, Fault> {
        let at = self.reader.at();
        self.take();
        let negated = self.reader.raw().is_some_and(|item| !item.quoted && item.ch == '^');
        if negated {
            self.reader.take_raw();
        }
        let class = self.deeper(|parser| parser.members(at))?;
        self.take();
        Ok(class.negated_if(negated))
    }

    /// Reads what stands in brackets, up to the closing one.
    fn members(&mut self, at: usize) -> Result<Class, Fault> {
        let collected = Collected::default();
        let mut pending = false;
        let mut all: Option<Class> = None;
        let mut last: Option<Class> = None;
        loop {
            match self.peek_syntax() {
                Some('[') => {
                    let class = self.bracket()?;
                    last = Some(class.clone());
                    all = Some(joined(all, class));
                    continue;
                }
                Some('&') if self.takes_intersection() => {
                    let right = self.right_side(at)?;
                    if pending {
                        let class = Class::Collected(Rc::clone(&collected));
                        if all.is_none() {
                            last = Some(class.clone());
                        }
                        all = Some(joined(all, class));
                        pending = false;
                    }
                    if right.is_some() {
                        last.clone_from(&right);
                    }
                    all = Some(match (all, &last) {
                        (None, _) => {
                            right.ok_or_else(|| self.reader.invalid("&& has nothing on either side"))?
                        }
                        (Some(left), Some(last)) => left.and(last.clone()),
                        (Some(_), None) => {
                            return Err(self.reader.invalid("&& has nothing on its right side"));
                        }
                    });
                    continue;
                }
                Some(']') if pending || all.is_some() => break,
                None if self.reader.raw().is_none() => {
                    return Err(Fault::invalid(at, "this [ is not closed; write \\[ for the character"));
                }
                _ => {}
            }
            last = self.member(&collected)?;
            match &last {
                None => pending = true,
                Some(class) => all = Some(joined(all, class.clone())),
            }
        }
        Ok(match all {
            None => Class::Collected(collected),
            Some(all) if pending => all.or(Class::Collected(collected)),
            Some(all) => all,
        })
    }

    /// Takes `&&`. Java loses a single `&` before a blank that does not count.
    fn takes_intersection(&mut self) -> bool {
        self.take();
        if self.takes('&') {
            return true;
        }
        self.reader.back_to(self.reader.place().saturating_sub(1));
        false
    }

    /// What stands behind `&&`, up to the next `&` or the closing bracket.
    fn right_side(&mut self, at: usize) -> Result<Option<Class>, Fault> {
        let mut right = None;
        loop {
            let class = match self.peek_syntax() {
                Some(']' | '&') => return Ok(right),
                Some('[') => self.bracket()?,
                _ => self.deeper(|parser| parser.members(at))?,
            };
            right = Some(joined(right, class));
        }
    }

    /// Reads a character, a range or a class with a name. `None` if it was collected.
    fn member(&mut self, collected: &Collected) -> Result<Option<Class>, Fault> {
        let at = self.reader.at();
        let first = if self.peek_syntax() == Some('\\') {
            let begins_range = self.reader.raw_at(2).is_some_and(|item| !item.quoted && item.ch == '-');
            match self.escape(begins_range)? {
                Escape::Code(code) => code,
                Escape::Class(class) => return Ok(Some(class)),
                Escape::Node(_) => return Err(Fault::invalid(at, "this escape cannot stand in brackets")),
            }
        } else {
            self.take().map_or(0, |item| item.ch.into())
        };
        if self.peek_syntax() == Some('-') {
            let end = self.reader.raw_after();
            if !end.is_some_and(|end| !end.quoted && matches!(end.ch, '[' | ']')) {
                self.take();
                return self.range(first, at).map(Some);
            }
        }
        let case = self.flags.case();
        let single = case.single(first);
        if first < 0x100 && !(case == Case::Unicode && FOLDED_ABOVE.contains(&first)) {
            collected.borrow_mut().extend(single);
            return Ok(None);
        }
        Ok(Some(Class::Spans(single)))
    }

    fn range(&mut self, first: u32, at: usize) -> Result<Class, Fault> {
        let last = if self.peek_syntax() == Some('\\') {
            match self.escape(true)? {
                Escape::Code(code) => Some(code),
                Escape::Class(_) | Escape::Node(_) => None,
            }
        } else {
            self.take().map(|item| item.ch.into())
        };
        match last {
            Some(last) if last >= first => Ok(Class::Spans(self.flags.case().range(first, last))),
            Some(_) => Err(Fault::invalid(at, "the range ends before it begins")),
            None => Err(Fault::invalid(at, "the range has no end; write \\- for the character")),
        }
    }
}

fn joined(all: Option<Class>, class: Class) -> Class {
    match all {
        None => class,
        Some(all) => all.or(class),
    }
}
