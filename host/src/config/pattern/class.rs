//! Sets of characters, and how the regex crate writes them.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use super::case::Span;

/// A set of characters.
#[derive(Debug, Clone)]
pub(super) enum Class {
    /// Code points; those of surrogates stand for nothing, as no text here has one alone.
    Spans(Vec<Span>),
    /// What the regex crate knows by this text inside of brackets.
    Named(&'static str),
    /// A script of Unicode.
    Script(&'static str),
    /// Code points that are still being collected.
    Collected(Rc<RefCell<Vec<Span>>>),
    /// What is in one of them.
    Union(Vec<Class>),
    /// What is in both.
    Both(Rc<Class>, Rc<Class>),
    /// Everything else.
    Not(Rc<Class>),
}

/// Text of a class that no character is in.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

const SURROGATES: Span = (0xD800, 0xDFFF);

impl Class {
    /// The one character, case and all.
    pub(super) fn only(ch: char) -> Self {
        Self::Spans(vec![(ch.into(), ch.into())])
    }

    /// All other characters.
    pub(super) fn negated(self) -> Self {
        Self::Not(Rc::new(self))
    }

    /// The others if `negate`.
    pub(super) fn negated_if(self, negate: bool) -> Self {
        if negate { self.negated() } else { self }
    }

    /// What is in this or in `other`.
    pub(super) fn or(self, other: Self) -> Self {
        match self {
            Self::Union(mut classes) => {
                classes.push(other);
                Self::Union(classes)
            }
            first => Self::Union(vec![first, other]),
        }
    }

    /// What is in this and in `other`.
    pub(super) fn and(self, other: Self) -> Self {
        Self::Both(Rc::new(self), Rc::new(other))
    }

    /// Writes the class as the regex crate reads it, at most `limit` bytes or so in all.
    pub(super) fn write(&self, out: &mut String, limit: usize) {
        if out.len() > limit {
            return;
        }
        match self {
            Self::Spans(spans) => write_spans(spans, out),
            Self::Collected(spans) => write_spans(&spans.borrow(), out),
            Self::Named(text) => {
                out.push('[');
                out.push_str(text);
                out.push(']');
            }
            Self::Script(name) => {
                out.push_str(r"[\p{Script=");
                out.push_str(name);
                out.push_str("}]");
            }
            Self::Union(classes) => {
                out.push('[');
                for class in classes {
                    class.write(out, limit);
                }
                out.push(']');
            }
            Self::Both(first, second) => {
                out.push('[');
                first.write(out, limit);
                out.push_str("&&");
                second.write(out, limit);
                out.push(']');
            }
            Self::Not(class) => {
                out.push_str("[^");
                class.write(out, limit);
                out.push(']');
            }
        }
    }
}

fn write_spans(spans: &[Span], out: &mut String) {
    let mut parts = spans.iter().flat_map(|span| without_surrogates(*span)).flatten().peekable();
    if parts.peek().is_none() {
        out.push_str(NOTHING);
        return;
    }
    out.push('[');
    for (first, last) in parts {
        write_code(first, out);
        if last > first {
            out.push('-');
            write_code(last, out);
        }
    }
    out.push(']');
}

/// What lies before and behind the surrogates.
fn without_surrogates((first, last): Span) -> [Option<Span>; 2] {
    let part = |first, last| if first <= last { Some((first, last)) } else { None };
    let (surrogate, end) = SURROGATES;
    [part(first, last.min(surrogate - 1)), part(first.max(end + 1), last)]
}

/// Writes a character so that it means itself, inside of brackets and outside.
pub(super) fn write_code(code: u32, out: &mut String) {
    match char::from_u32(code) {
        Some(ch) if ch.is_ascii_alphanumeric() => out.push(ch),
        // A string takes any text.
        _ => _ = write!(out, r"\x{{{code:X}}}"),
    }
}
