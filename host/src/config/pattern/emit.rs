//! Writes a pattern as the crate fancy-regex reads it, to be matched against a whole string.
//!
//! What it can, fancy-regex hands to the crate regex, which goes over a text once; nothing is captured that no
//! reference asks for, and anchors at the ends are left out, so that most patterns are of that kind.

use std::fmt::Write as _;

use super::class::{Class, NOTHING, write_code};
use super::tree::{Kind, Node, Place};

/// How long the written pattern may get, in bytes.
const MAX_LENGTH: usize = 1 << 18;

/// How many look-behinds, `\b` and `\B` there may be: each is an automaton of its own, a millisecond to build.
const MAX_BEHINDS: usize = 100;

/// A change between what `\b` takes for a part of a word and what not, up to Java 18: letters, decimal digits and
/// `_`, and marks behind one of the first two.
macro_rules! boundary {
    () => {
        concat!(
            r"(?:(?<=_)(?![\p{L}\p{Nd}_])",
            r"|(?<=[\p{L}\p{Nd}]\p{Mn}*)(?![\p{L}\p{Nd}_\p{Mn}])",
            r"|(?<![\p{L}\p{Nd}_]|[\p{L}\p{Nd}]\p{Mn}+)(?=[\p{L}\p{Nd}_]))",
        )
    };
}
const BOUNDARY: &str = boundary!();
const NO_BOUNDARY: &str = concat!("(?!", boundary!(), ")");

/// A pattern as fancy-regex reads it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) text: String,
    /// Whether a match may have to go back over the text.
    pub(super) goes_back: bool,
    /// How many look-arounds there are.
    pub(super) looks: usize,
}

/// Writes `node` with anchors at both ends.
///
/// # Errors
/// What there is too much of.
pub(super) fn emit(node: &Node) -> Result<Written, String> {
    let mut emitter = Emitter::default();
    collect_references(node, &mut emitter.referred);
    collect_captures(node, &emitter.referred, &mut emitter.captured);
    emitter.out.push_str(r"\A(?:");
    emitter.node(node, Edges { begin: true, end: true });
    emitter.out.push_str(r")\z");
    if emitter.behinds > MAX_BEHINDS {
        return Err(format!(
            "it has {} look-behinds, \\b and \\B; {MAX_BEHINDS} are allowed",
            emitter.behinds
        ));
    }
    if emitter.out.len() > MAX_LENGTH {
        return Err("the classes in it are too large".to_owned());
    }
    Ok(Written { text: emitter.out, goes_back: emitter.goes_back, looks: emitter.looks })
}

fn collect_references(node: &Node, groups: &mut Vec<u32>) {
    if let Node::Reference { group, .. } = node {
        groups.push(*group);
    }
    for child in node.children() {
        collect_references(child, groups);
    }
}

/// The groups that something refers to, in the order of their numbers.
fn collect_captures(node: &Node, referred: &[u32], captured: &mut Vec<u32>) {
    if let Node::Group(Some(number), _) = node
        && referred.contains(number)
    {
        captured.push(*number);
    }
    if !matches!(node, Node::Repeat { max: Some(0), .. }) {
        for child in node.children() {
            collect_captures(child, referred, captured);
        }
    }
}

/// Whether `node` says nothing but where it stands.
fn is_zero_width(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Place(_) | Node::Look { .. } => true,
        Node::Set(_) | Node::LineEnd | Node::Reference { .. } => false,
        Node::Repeat { max: Some(0), .. } => true,
        Node::Sequence(_) | Node::Either(_) | Node::Group(..) | Node::Atomic(_) | Node::Repeat { .. } => {
            node.children().iter().all(is_zero_width)
        }
    }
}

/// Whether a part of the pattern can only stand at the begin or the end of the text.
#[derive(Debug, Clone, Copy)]
struct Edges {
    begin: bool,
    end: bool,
}

impl Edges {
    const NONE: Self = Self { begin: false, end: false };
}

#[derive(Default)]
struct Emitter {
    out: String,
    referred: Vec<u32>,
    captured: Vec<u32>,
    behinds: usize,
    looks: usize,
    goes_back: bool,
}

impl Emitter {
    fn node(&mut self, node: &Node, edges: Edges) {
        if self.out.len() > MAX_LENGTH {
            return;
        }
        match node {
            Node::Empty => {}
            Node::Set(class) => self.class(class),
            Node::Sequence(nodes) => {
                let last = nodes.len().saturating_sub(1);
                for (index, node) in nodes.iter().enumerate() {
                    self.node(
                        node,
                        Edges { begin: edges.begin && index == 0, end: edges.end && index == last },
                    );
                }
            }
            Node::Either(branches) => {
                self.out.push_str("(?:");
                for (index, branch) in branches.iter().enumerate() {
                    if index > 0 {
                        self.out.push('|');
                    }
                    self.node(branch, edges);
                }
                self.out.push(')');
            }
            Node::Group(number, body) => {
                let captures = number.is_some_and(|number| self.referred.contains(&number));
                self.enclosed(if captures { "(" } else { "(?:" }, body, edges);
            }
            Node::Atomic(body) => {
                self.goes_back = true;
                self.enclosed("(?>", body, Edges { end: false, ..edges });
            }
            Node::Look { behind, negative, body } => {
                let open = match (behind, negative) {
                    (false, false) => "(?=",
                    (false, true) => "(?!",
                    (true, false) => "(?<=",
                    (true, true) => "(?<!",
                };
                self.goes_back = true;
                self.looks += 1;
                self.behinds += usize::from(*behind);
                self.enclosed(open, body, Edges::NONE);
            }
            Node::Repeat { body, min, max, kind } => self.repeat(body, *min, *max, *kind),
            Node::Place(place) => self.place(*place, edges),
            Node::LineEnd => self.out.push_str(r"(?:\r\n|[\n\x{B}\f\r\x{85}\x{2028}\x{2029}])"),
            Node::Reference { group, folds } => match self.captured.iter().position(|number| number == group)
            {
                // A reference to a group that does not exist never matches.
                None => self.out.push_str(NOTHING),
                Some(index) => {
                    self.goes_back = true;
                    let flags = if *folds { "i" } else { "" };
                    _ = write!(self.out, r"(?{flags}:\{})", index + 1);
                }
            },
        }
    }

    fn enclosed(&mut self, open: &str, body: &Node, edges: Edges) {
        self.out.push_str(open);
        self.node(body, edges);
        self.out.push(')');
    }

    fn class(&mut self, class: &Class) {
        match class {
            Class::Spans(spans) => match spans.as_slice() {
                [(first, last)] if first == last && char::from_u32(*first).is_some() => {
                    write_code(*first, &mut self.out);
                }
                _ => class.write(&mut self.out, MAX_LENGTH),
            },
            _ => class.write(&mut self.out, MAX_LENGTH),
        }
    }

    fn repeat(&mut self, body: &Node, min: u32, max: Option<u32>, kind: Kind) {
        if max == Some(0) {
            return;
        }
        let possessive = kind == Kind::Possessive;
        if possessive {
            self.goes_back = true;
            self.out.push_str("(?>");
        }
        if is_zero_width(body) {
            // Once is as good as often.
            match (min, kind) {
                (0, Kind::Lazy) => self.enclosed("(?:|", body, Edges::NONE),
                (0, _) => {
                    self.enclosed("(?:(?:", body, Edges::NONE);
                    self.out.push_str("|)");
                }
                _ => self.node(body, Edges::NONE),
            }
        } else {
            match body {
                Node::Set(_) => self.node(body, Edges::NONE),
                // Java does not come back into a run of what it repeats possessively, nor into a repeated \R.
                _ if possessive || matches!(body, Node::LineEnd) => {
                    self.goes_back = true;
                    self.enclosed("(?>", body, Edges::NONE);
                }
                _ => self.enclosed("(?:", body, Edges::NONE),
            }
            match (min, max) {
                (0, None) => self.out.push('*'),
                (1, None) => self.out.push('+'),
                (0, Some(1)) => self.out.push('?'),
                (min, None) => _ = write!(self.out, "{{{min},}}"),
                (min, Some(max)) if min == max => _ = write!(self.out, "{{{min}}}"),
                (min, Some(max)) => _ = write!(self.out, "{{{min},{max}}}"),
            }
            if kind == Kind::Lazy {
                self.out.push('?');
            }
        }
        if possessive {
            self.out.push(')');
        }
    }

    fn place(&mut self, place: Place, edges: Edges) {
        let text = match place {
            // Where the whole string is to match, these say nothing.
            Place::Begin if edges.begin => "",
            Place::End | Place::LastLineEnd { .. } | Place::LineEnd { .. } if edges.end => "",
            Place::Begin => r"\A",
            Place::End => r"\z",
            Place::LastLineEnd { unix: true } => r"(?=\n?\z)",
            Place::LastLineEnd { unix: false } => {
                r"(?:(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])?\z)|(?<!\r)(?=\n\z))"
            }
            Place::LineEnd { unix: true } => r"(?=\n|\z)",
            Place::LineEnd { unix: false } => r"(?:(?=[\r\x{85}\x{2028}\x{2029}]|\z)|(?<!\r)(?=\n))",
            // Java never sees the begin of a line at the end of the text, even where the text is empty.
            Place::LineBegin { unix: true } => r"(?!\z)(?:\A|(?<=\n))",
            Place::LineBegin { unix: false } => r"(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))",
            Place::Word { unicode: true, negated: false } => r"\b",
            Place::Word { unicode: true, negated: true } => r"\B",
            Place::Word { unicode: false, negated: false } => BOUNDARY,
            Place::Word { unicode: false, negated: true } => NO_BOUNDARY,
        };
        // All of them but \A, \z and Unicode's boundaries look around, at a character or two.
        self.goes_back |= text.starts_with("(?");
        self.behinds += usize::from(matches!(place, Place::Word { unicode: false, .. }));
        self.out.push_str(text);
    }
}
