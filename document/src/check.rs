//! Whether bytes are a document: the one look that untrusted bytes get, after which walks may trust them.

use crate::builtin;
use crate::definition::{Definition, Head, Item, Kind, Super};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::extras::Extras;
use crate::reader::Reader;
use crate::token::utf8;

/// What a document may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How deep it may be nested.
    pub depth: usize,
    /// How many bytes it may have.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: crate::MAX_DEPTH, bytes: u32::MAX as usize }
    }
}

/// Looks at every byte of a document: markers, UTF-8, classes, counts, references, depth, extras.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn check(document: &[u8], limits: Limits) -> Result<(), Error> {
    walk(document, limits, |_, _, _| {}).map(|_| ())
}

/// Checks a document and hands out each attribute: name, and first and last offset of its value.
pub(crate) fn walk<'a>(
    document: &'a [u8],
    limits: Limits,
    mut each: impl FnMut(&'a str, usize, usize),
) -> Result<Extras<'a>, Error> {
    if document.len() > limits.bytes {
        return Err(Error::new(limits.bytes, ErrorKind::TooLarge(limits.bytes)));
    }
    let (mut reader, count) = Reader::document(document)?;
    let mut checker = Checker { limits, open: Vec::new(), references: Vec::new(), crossing: Vec::new() };
    let mut spans: Vec<(&str, usize, usize)> = Vec::with_capacity((count as usize).min(document.len() / 2));
    for _ in 0..count {
        let start = reader.at();
        let name = reader.attribute()?;
        let from = reader.at();
        checker.value(&mut reader)?;
        checker.references_lead_somewhere(document, from, reader.at())?;
        each(name, from, reader.at());
        if checker.seen(&spans, name) {
            return Err(Error::new(start, ErrorKind::DuplicateAttribute));
        }
        spans.push((name, from, reader.at()));
    }
    let extras_at = reader.at();
    let extras = reader.extras()?;
    let told = document.get(2..6).and_then(|field| field.try_into().ok()).map_or(0, u32::from_be_bytes);
    if told as usize != if extras.is_empty() { 0 } else { extras_at } {
        return Err(Error::new(2, ErrorKind::BadExtras("the offset of the extras is another one")));
    }
    checker.crossing_references_lead_somewhere(document, &spans, &extras)?;
    Ok(extras)
}

/// A reference to be looked after: where it stands, where it leads.
struct Checker {
    limits: Limits,
    /// How many values are still to come in each open container.
    open: Vec<u64>,
    references: Vec<(usize, u32)>,
    /// References into other attributes: where they stand, from which attribute, to which number and place.
    crossing: Vec<(usize, u32, u32)>,
}

impl Checker {
    fn value(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.open.clear();
        let mut left: u64 = 1;
        loop {
            while left == 0 {
                match self.open.pop() {
                    Some(outer) => left = outer,
                    None => return Ok(()),
                }
            }
            left -= 1;
            let at = reader.at();
            let inside = match reader.next()? {
                Event::Str(bytes) if utf8(bytes).is_none() => return Err(Error::new(at, ErrorKind::BadUtf8)),
                Event::Wstr(bytes) if !is_wtf8(bytes) => return Err(Error::new(at, ErrorKind::BadUtf8)),
                Event::Array(count) => u64::from(count),
                Event::Map(count) => 2 * u64::from(count),
                Event::Typed(head, parts) => {
                    check_typed(reader, at, &head, parts)?;
                    u64::from(parts)
                }
                Event::Class(Head::Defined(definition)) => {
                    check_definition(reader, at, &definition)?;
                    0
                }
                Event::Class(Head::Builtin(number)) if builtin::by_number(number).is_none() => {
                    return Err(Error::new(
                        at,
                        ErrorKind::BadDefinition("no built-in class has this number"),
                    ));
                }
                Event::Ref(place) => {
                    self.references.push((at, place));
                    0
                }
                Event::Xref(name, place) => {
                    self.crossing.push((at, name, place));
                    0
                }
                _ => 0,
            };
            if inside > 0 {
                if self.open.len() >= self.limits.depth {
                    return Err(Error::new(at, ErrorKind::TooDeep(self.limits.depth)));
                }
                self.open.push(left);
                left = inside;
            }
        }
    }

    /// Attributes are few; a set would cost more than it saves.
    fn seen(&self, spans: &[(&str, usize, usize)], name: &str) -> bool {
        spans.iter().any(|(other, ..)| *other == name)
    }

    fn references_lead_somewhere(&mut self, document: &[u8], from: usize, to: usize) -> Result<(), Error> {
        if self.references.is_empty() {
            return Ok(());
        }
        let value = document.get(from..to).unwrap_or_default();
        let targets = Targets::of(value)?;
        for (at, place) in self.references.drain(..) {
            if !targets.has(place) {
                return Err(Error::new(at, ErrorKind::BadReference));
            }
        }
        Ok(())
    }

    fn crossing_references_lead_somewhere(
        &mut self,
        document: &[u8],
        spans: &[(&str, usize, usize)],
        extras: &Extras<'_>,
    ) -> Result<(), Error> {
        let find = |number: u32| {
            let name = extras.name(number)?;
            spans.iter().position(|(other, ..)| *other == name)
        };
        let mut targets: Vec<(usize, Targets)> = Vec::new();
        for (at, number, place) in self.crossing.drain(..) {
            let bad = Error::new(at, ErrorKind::BadReference);
            let target = find(number).ok_or(bad)?;
            let source = spans.iter().position(|(_, from, to)| (*from..*to).contains(&at)).ok_or(bad)?;
            let told = extras.edges.iter().any(|(a, b)| *b == number && find(*a) == Some(source));
            if !told {
                return Err(Error::new(
                    at,
                    ErrorKind::BadExtras("a reference between attributes stands in no edge"),
                ));
            }
            if !targets.iter().any(|(known, _)| *known == target) {
                let (_, from, to) = spans.get(target).copied().ok_or(bad)?;
                targets.push((target, Targets::of(document.get(from..to).unwrap_or_default())?));
            }
            if !targets.iter().any(|(known, targets)| *known == target && targets.has(place)) {
                return Err(bad);
            }
        }
        Ok(())
    }
}

/// The places of an attribute where a value stands that may be shared, a bit each.
struct Targets(Vec<u8>);

impl Targets {
    fn of(value: &[u8]) -> Result<Self, Error> {
        let mut bits = vec![0u8; value.len() / 8 + 1];
        let mut reader = Reader::value(value);
        while reader.at() < value.len() {
            let at = reader.at();
            let shared = matches!(
                reader.next()?,
                Event::Array(_)
                    | Event::Map(_)
                    | Event::Typed(..)
                    | Event::Bin(_)
                    | Event::Primitives(..)
                    | Event::Date(_)
                    | Event::Instant(..)
                    | Event::Uuid(_)
                    | Event::Opaque(..)
            );
            if shared && let Some(byte) = bits.get_mut(at / 8) {
                *byte |= 1 << (at % 8);
            }
        }
        Ok(Self(bits))
    }

    fn has(&self, place: u32) -> bool {
        self.0.get(place as usize / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
    }
}

fn check_typed(reader: &Reader<'_>, at: usize, head: &Head<'_>, parts: u32) -> Result<(), Error> {
    let bad = |why| Err(Error::new(at, ErrorKind::BadDefinition(why)));
    let definition = match head {
        Head::Builtin(number) => {
            return match builtin::by_number(*number) {
                None => bad("no built-in class has this number"),
                Some(row) if !row.shape.fits(parts) => {
                    bad("a value of a built-in class has the wrong number of parts")
                }
                Some(_) => Ok(()),
            };
        }
        Head::Known(number) => match reader.definition(*number) {
            Some(definition) => *definition,
            None => return bad("the class is not defined before its use"),
        },
        Head::Defined(definition) => {
            check_definition(reader, at, definition)?;
            *definition
        }
    };
    let fits = match definition.kind {
        _ if definition.named => parts.is_multiple_of(2),
        Kind::Bean => parts == definition.len(),
        Kind::Enum | Kind::Proxy => parts == 1,
        Kind::Array => true,
    };
    if fits { Ok(()) } else { bad("a value has another number of parts than its class has slots") }
}

/// Looks at a definition and at those of its superclasses that stand in it.
fn check_definition(reader: &Reader<'_>, at: usize, definition: &Definition<'_>) -> Result<(), Error> {
    let bad = |why| Err(Error::new(at, ErrorKind::BadDefinition(why)));
    let mut next = Some(*definition);
    while let Some(definition) = next {
        if definition.name.is_empty() {
            return bad("a class has no name");
        }
        for item in definition.items() {
            if let Item::Field { descriptor, name, .. } = item?
                && (name.is_empty() || !is_descriptor(descriptor))
            {
                return bad("the slot of a field is a JVM type descriptor and a name");
            }
        }
        next = match definition.superclass {
            Some(Super::Builtin(number)) if builtin::by_number(number).is_none() => {
                return bad("no built-in class has the number of the superclass");
            }
            // Only one that stands in this one is new.
            Some(Super::Known(number)) if number > definition.number => reader.definition(number).copied(),
            _ => None,
        };
    }
    Ok(())
}

fn is_descriptor(text: &str) -> bool {
    let element = text.trim_start_matches('[');
    matches!(element, "Z" | "B" | "C" | "S" | "I" | "J" | "F" | "D" | "?")
        || (element.len() > 2 && element.starts_with('L') && element.ends_with(';'))
}

/// WTF-8: UTF-8 in which surrogates may stand alone.
fn is_wtf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(error) => match rest.get(error.valid_up_to()..) {
                Some([0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..]) => rest = after,
                _ => return false,
            },
        }
    }
}
