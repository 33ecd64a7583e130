//! Whether bytes are a document: the one look that untrusted bytes get, after which walks may trust them.

use std::collections::HashMap;

use crate::builtin;
use crate::container::{Container, first_container};
use crate::definition::{Definition, Head, Item, Kind, Super};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::extras::Extras;
use crate::reader::Reader;
use crate::room::put_item;
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
    walk(document, limits).map(|_| ())
}

/// Looks at every byte of the value of one attribute that stands alone: no reference leads out of it.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn check_value(value: &[u8], limits: Limits) -> Result<(), Error> {
    walk_value(value, limits).map(|_| ())
}

/// Checks a value that stands alone.
pub(crate) fn walk_value(value: &[u8], limits: Limits) -> Result<Traits, Error> {
    if value.len() > limits.bytes {
        return Err(Error::new(limits.bytes, ErrorKind::TooLarge(limits.bytes)));
    }
    let mut reader = Reader::value(value);
    let mut checker = Checker::new(limits);
    checker.value(&mut reader, 0)?;
    reader.end()?;
    if let Some(crossing) = checker.crossing.first() {
        return Err(Error::new(
            crossing.at,
            ErrorKind::Expected("a value that leads into no other attribute"),
        ));
    }
    checker.references_lead_somewhere(value)?;
    Ok(checker.traits)
}

/// An attribute of a document: its name, and where its value begins and ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span<'a> {
    pub(crate) name: &'a str,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// What [`walk`] found.
pub(crate) struct Walked<'a> {
    pub(crate) spans: Vec<Span<'a>>,
    pub(crate) extras: Extras<'a>,
    /// Which attribute each name of the extras means.
    pub(crate) numbers: Vec<Option<usize>>,
    /// Only JSON asks.
    #[cfg_attr(
        not(feature = "json"),
        allow(dead_code, reason = "JSON is a feature, and a check is not made twice")
    )]
    pub(crate) traits: Traits,
}

/// What a walk over values found out by the way.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traits {
    /// Whether there is any reference.
    pub(crate) references: bool,
    /// How deep they are nested.
    pub(crate) depth: usize,
}

/// Checks a document and finds its attributes.
pub(crate) fn walk(document: &[u8], limits: Limits) -> Result<Walked<'_>, Error> {
    if document.len() > limits.bytes {
        return Err(Error::new(limits.bytes, ErrorKind::TooLarge(limits.bytes)));
    }
    let (mut reader, count) = Reader::document(document)?;
    let mut checker = Checker::new(limits);
    let mut names = Names::with_capacity((count as usize).min(document.len() / 2));
    for attribute in 0..count {
        let start = reader.at();
        let name = reader.attribute()?;
        let from = reader.at();
        checker.value(&mut reader, attribute)?;
        checker.references_lead_somewhere(document.get(from..reader.at()).unwrap_or_default())?;
        if !names.push(Span { name, from, to: reader.at() }) {
            return Err(Error::new(start, ErrorKind::DuplicateAttribute));
        }
    }
    let extras_at = reader.at();
    let extras = reader.extras()?;
    let told = document.get(2..6).and_then(|field| field.try_into().ok()).map_or(0, u32::from_be_bytes);
    if told as usize != if extras.is_empty() { 0 } else { extras_at } {
        return Err(Error::new(2, ErrorKind::BadExtras("the offset of the extras is another one")));
    }
    let numbers = names.numbers(&extras, extras_at)?;
    checker.crossing_references_lead_somewhere(document, &names.spans, &numbers, &extras)?;
    Ok(Walked { spans: names.spans, extras, numbers, traits: checker.traits })
}

/// The attributes that were met. Most documents have so few that comparing them all is the fastest.
struct Names<'a> {
    spans: Vec<Span<'a>>,
    index: Option<HashMap<&'a str, usize>>,
}

impl<'a> Names<'a> {
    const FEW: usize = 16;

    fn with_capacity(attributes: usize) -> Self {
        let index = (attributes > Self::FEW).then(|| HashMap::with_capacity(attributes));
        Self { spans: Vec::with_capacity(attributes), index }
    }

    /// False when there is one of this name.
    fn push(&mut self, span: Span<'a>) -> bool {
        let fresh = match &mut self.index {
            Some(index) => index.insert(span.name, self.spans.len()).is_none(),
            None => self.find(span.name).is_none(),
        };
        self.spans.push(span);
        fresh
    }

    fn find(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.spans.iter().position(|span| span.name == name),
        }
    }

    /// Which attribute each name of the extras means.
    fn numbers(&self, extras: &Extras<'a>, at: usize) -> Result<Vec<Option<usize>>, Error> {
        let bad = |why| Error::new(at, ErrorKind::BadExtras(why));
        let mut taken = vec![false; if extras.names.is_empty() { 0 } else { self.spans.len() }];
        let mut numbers = Vec::with_capacity(extras.names.len());
        for name in &extras.names {
            numbers.push(match name {
                None => None,
                Some(name) => {
                    let found =
                        self.find(name).ok_or(bad("the extras name an attribute that is not there"))?;
                    match taken.get_mut(found) {
                        Some(taken) if !*taken => *taken = true,
                        _ => return Err(bad("the extras name an attribute twice")),
                    }
                    Some(found)
                }
            });
        }
        Ok(numbers)
    }
}

/// A reference into another attribute: where it stands, in which attribute, and where it leads.
struct Crossing {
    at: usize,
    attribute: u32,
    number: u32,
    place: u32,
}

/// A walk over values, and the references that are to be looked after when it is over.
struct Checker {
    limits: Limits,
    /// How many values are still to come in each open container.
    open: Vec<u64>,
    /// Where a reference stands and where it leads.
    references: Vec<(usize, u32)>,
    traits: Traits,
    crossing: Vec<Crossing>,
}

impl Checker {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Vec::new(),
            references: Vec::new(),
            traits: Traits::default(),
            crossing: Vec::new(),
        }
    }

    fn value(&mut self, reader: &mut Reader<'_>, attribute: u32) -> Result<(), Error> {
        self.open.clear();
        let mut left: u64 = 1;
        loop {
            left = self.pass_quickly(reader, left);
            let Some(fewer) = left.checked_sub(1) else { return Ok(()) };
            left = fewer;
            let at = reader.at();
            let event = reader.next()?;
            let inside = match event {
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
                Event::Xref(number, place) => {
                    self.traits.references = true;
                    self.crossing.push(Crossing { at, attribute, number, place });
                    0
                }
                _ => 0,
            };
            if inside > 0 {
                if self.open.len() >= self.limits.depth {
                    return Err(Error::new(at, ErrorKind::TooDeep(self.limits.depth)));
                }
                self.open.push(left);
                self.traits.depth = self.traits.depth.max(self.open.len());
                left = inside;
            }
        }
    }

    /// Passes over what documents are full of, in a loop without calls ([`crate::put`] says why): scalars, plain containers
    /// and values of classes that were defined. Ends in front of anything else, and gives how many values are still to come
    /// in the innermost container; none at the end.
    #[inline(never)]
    fn pass_quickly(&mut self, reader: &mut Reader<'_>, mut left: u64) -> u64 {
        loop {
            left -= reader.pass_scalars(left);
            if left == 0 {
                let Some(outer) = self.open.pop() else { return 0 };
                left = outer;
                continue;
            }
            if reader.pass_date_or_decimal() {
                left -= 1;
                continue;
            }
            let Some((inside, header)) = plain_or_known(reader) else { return left };
            if inside == 0 {
                left -= 1;
            } else if self.open.len() < self.limits.depth && put_item(&mut self.open, left - 1) {
                self.traits.depth = self.traits.depth.max(self.open.len());
                left = inside;
            } else {
                return left;
            }
            reader.advance(header);
        }
    }

    fn references_lead_somewhere(&mut self, value: &[u8]) -> Result<(), Error> {
        if self.references.is_empty() {
            return Ok(());
        }
        self.traits.references = true;
        let targets = Targets::of(value)?;
        for (at, place) in self.references.drain(..) {
            if !targets.has(place) {
                return Err(Error::new(at, ErrorKind::BadReference));
            }
        }
        Ok(())
    }

    fn crossing_references_lead_somewhere(
        &self,
        document: &[u8],
        spans: &[Span<'_>],
        numbers: &[Option<usize>],
        extras: &Extras<'_>,
    ) -> Result<(), Error> {
        if self.crossing.is_empty() {
            return Ok(());
        }
        let attribute = |number: u32| numbers.get(number as usize).copied().flatten();
        let mut edges: Vec<(Option<usize>, u32)> =
            extras.edges.iter().map(|(from, to)| (attribute(*from), *to)).collect();
        edges.sort_unstable();
        let mut targets: HashMap<usize, Targets> = HashMap::new();
        for crossing in &self.crossing {
            let bad = Error::new(crossing.at, ErrorKind::BadReference);
            let target = attribute(crossing.number).ok_or(bad)?;
            if edges.binary_search(&(Some(crossing.attribute as usize), crossing.number)).is_err() {
                return Err(Error::new(
                    crossing.at,
                    ErrorKind::BadExtras("a reference between attributes stands in no edge"),
                ));
            }
            let known = match targets.entry(target) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => {
                    let span = spans.get(target).ok_or(bad)?;
                    new.insert(Targets::of(document.get(span.from..span.to).unwrap_or_default())?)
                }
            };
            if !known.has(crossing.place) {
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
            if reader.next()?.is_shareable()
                && let Some(byte) = bits.get_mut(at / 8)
            {
                *byte |= 1 << (at % 8);
            }
        }
        Ok(Self(bits))
    }

    fn has(&self, place: u32) -> bool {
        self.0.get(place as usize / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
    }
}

/// How many values are in the container that comes next, and how long its header is, if it is a plain one or a value of
/// below 15 parts that has as many as its class.
#[inline(always)]
fn plain_or_known(reader: &Reader<'_>) -> Option<(u64, usize)> {
    let (container, header) = first_container(reader.rest())?;
    let inside = match container {
        Container::Map(count) => 2 * u64::from(count),
        Container::List(count) => u64::from(count),
        Container::Known { definition, parts } => {
            let definition = reader.definition(definition)?;
            let fits =
                matches!(definition.kind, Kind::Bean) && !definition.named && parts == definition.len();
            fits.then_some(u64::from(parts))?
        }
    };
    Some((inside, header))
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
            Some(definition) => definition,
            None => return bad("the class is not defined before its use"),
        },
        Head::Defined(definition) => {
            check_definition(reader, at, definition)?;
            definition
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

/// WTF-8: UTF-8 in which surrogates may stand, but no pair of them, which is one character.
fn is_wtf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(error) => match rest.get(error.valid_up_to()..) {
                Some([0xed, 0xa0..=0xaf, 0x80..=0xbf, 0xed, 0xb0..=0xbf, ..]) => return false,
                Some([0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..]) => rest = after,
                _ => return false,
            },
        }
    }
}
