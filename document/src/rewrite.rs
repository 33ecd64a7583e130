//! Copies a document with other values in the place of some.
//!
//! Whoever moves bytes must see that references lead to where the values now stand, and that definitions keep their
//! order. This does it, for converters and whoever else changes some values of a document and leaves the others alone.

use std::collections::{BTreeSet, HashMap};

use crate::attributes::{Attribute, Attributes};
use crate::check::Limits;
use crate::definition::{Definition, Head, Kind, Super};
use crate::error::Error;
use crate::event::Event;
use crate::extras::Extras;
use crate::reader::Reader;
use crate::writer::Writer;

/// What is put in the place of which values.
pub trait Replace<'a> {
    /// What can go wrong, errors of the document included.
    type Error: From<Error>;

    /// Whether values of this class are replaced.
    fn wants(&self, class: &Definition<'a>) -> bool;

    /// Writes one value in the place of another.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the value.
    fn replace(&mut self, value: Value<'_, 'a>, out: &mut Target<'_, 'a>) -> Result<(), Self::Error>;

    /// A reference, at this offset of the document, leads into a value that was replaced.
    fn torn(&self, at: usize) -> Self::Error;
}

/// A value that is to be replaced: its class, and its parts, which [`Value::next_event`] tells one after the other.
#[derive(Debug, Clone)]
pub struct Value<'s, 'a> {
    /// Its class.
    pub class: Definition<'a>,
    /// How many parts it has.
    pub parts: u32,
    sources: &'s Sources<'a>,
    attribute: usize,
    reader: Reader<'a>,
    start: usize,
}

impl<'a> Value<'_, 'a> {
    /// The next event in it.
    ///
    /// # Errors
    ///
    /// When the bytes are no document.
    pub fn next_event(&mut self) -> Result<Event<'a>, Error> {
        self.reader.next().map_err(|error| error.moved(self.sources.offset(self.attribute)))
    }

    /// Passes over the next part.
    ///
    /// # Errors
    ///
    /// When the bytes are no document.
    pub fn skip(&mut self) -> Result<(), Error> {
        self.reader.skip().map_err(|error| error.moved(self.sources.offset(self.attribute)))
    }

    /// Where it is read, from the first byte of the document.
    #[must_use]
    pub fn at(&self) -> usize {
        self.sources.offset(self.attribute) + self.reader.at()
    }

    /// Where it begins, from the first byte of the document.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.start
    }

    /// The class that stands in an event, if it is no built-in one.
    #[must_use]
    pub fn class_of(&self, head: &Head<'a>) -> Option<Definition<'a>> {
        match head {
            Head::Builtin(_) => None,
            Head::Known(number) => self.reader.definition(*number).copied(),
            Head::Defined(definition) => Some(*definition),
        }
    }

    /// The object that a reference leads to, where this event is one: what its first event is, and a value to read on
    /// from. Otherwise the event itself, and where this value is read.
    ///
    /// # Errors
    ///
    /// When the bytes are no document.
    pub fn follow(&self, event: Event<'a>) -> Result<(Event<'a>, Self), Error> {
        let (attribute, place) = match event {
            Event::Ref(place) => (Some(self.attribute), place),
            Event::Xref(number, place) => (self.sources.numbered(number), place),
            _ => return Ok((event, self.clone())),
        };
        let reader = attribute.and_then(|attribute| self.sources.reader(attribute));
        let (Some(attribute), Some(mut reader)) = (attribute, reader) else {
            return Err(Error::new(self.at(), crate::ErrorKind::BadReference));
        };
        reader.seek(place);
        let start = self.sources.offset(attribute) + reader.at();
        let mut there = Self { attribute, reader, start, ..self.clone() };
        let event = there.next_event()?;
        Ok((event, there))
    }
}

/// A class of which a replacement writes values.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// As Java's `Class.getName` gives it.
    pub name: &'static str,
    /// Java's class descriptor flags and `serialVersionUID`, for whoever writes Java streams.
    pub java: Option<(u8, i64)>,
    /// Its superclass.
    pub superclass: Option<&'static Shape>,
    /// Its slots, as they stand in a document: `Jmillis`, `^Ljava/util/List;items`, `*`.
    pub items: &'static [&'static str],
}

/// Where the values of a new document go.
#[derive(Debug)]
pub struct Target<'o, 'a> {
    writer: Writer<'o>,
    /// The definitions of the old attribute that stand in the new one, by their numbers there: their numbers here.
    old: Vec<Option<u32>>,
    /// New classes, and the numbers of their definitions.
    new: Vec<(&'static str, u32)>,
    _document: std::marker::PhantomData<&'a [u8]>,
}

impl<'o, 'a> Target<'o, 'a> {
    const fn new(writer: Writer<'o>) -> Self {
        Self { writer, old: Vec::new(), new: Vec::new(), _document: std::marker::PhantomData }
    }

    /// Begins a value of a class; as many values must follow as it has items.
    pub fn begin(&mut self, shape: &'static Shape) {
        let parts = u32::try_from(shape.items.len()).unwrap_or(u32::MAX);
        match self.number(shape) {
            Some(number) => self.writer.known(number, parts),
            None => {
                self.writer.defined(parts);
                self.define(shape);
            }
        }
    }

    /// Writes what has no class of its own: scalars, plain containers and their elements. References may lead to
    /// [`Writer::place`]s of the attribute.
    pub fn writer(&mut self) -> &mut Writer<'o> {
        &mut self.writer
    }

    fn number(&self, shape: &Shape) -> Option<u32> {
        self.new.iter().find(|(known, _)| *known == shape.name).map(|(_, number)| *number)
    }

    fn define(&mut self, shape: &'static Shape) {
        let mut open = Vec::new();
        let mut next = Some(shape);
        while let Some(shape) = next {
            if let Some(number) = self.number(shape) {
                self.writer.head_known(number);
                break;
            }
            let items = u32::try_from(shape.items.len()).unwrap_or(u32::MAX);
            let number = self.writer.begin_definition(Kind::Bean, false, shape.java, shape.name, items);
            self.new.push((shape.name, number));
            open.push(shape);
            next = shape.superclass;
            if next.is_none() {
                self.writer.nil();
            }
        }
        for item in open.into_iter().rev().flat_map(|shape| shape.items) {
            self.writer.item(0, item, "");
        }
    }

    /// Writes the class of a value of the old document.
    fn copy_head(&mut self, reader: &Reader<'a>, number: u32) {
        let mut open = Vec::new();
        let mut next = Some(number);
        while let Some(definition) = next.and_then(|number| reader.definition(number)) {
            let place = definition.number as usize;
            if let Some(number) = self.old.get(place).copied().flatten() {
                self.writer.head_known(number);
                break;
            }
            let number = self.writer.begin_definition(
                definition.kind,
                definition.named,
                definition.java,
                definition.name,
                definition.len(),
            );
            if self.old.len() <= place {
                self.old.resize(place + 1, None);
            }
            if let Some(known) = self.old.get_mut(place) {
                *known = Some(number);
            }
            open.push(definition);
            next = match definition.superclass {
                Some(Super::Known(number)) => Some(number),
                Some(Super::Builtin(number)) => {
                    self.writer.head_builtin(number);
                    None
                }
                None => {
                    self.writer.nil();
                    None
                }
            };
        }
        for definition in open.into_iter().rev() {
            self.writer.copy(definition.raw_items());
        }
    }
}

/// The old document.
#[derive(Debug)]
struct Sources<'a> {
    document: &'a [u8],
    attributes: Vec<Attribute<'a>>,
    /// The attribute that a number of the extras means.
    numbered: Vec<Option<usize>>,
    /// Readers that know all definitions of their attribute, and so may stand anywhere in it.
    readers: Vec<Reader<'a>>,
}

impl<'a> Sources<'a> {
    fn offset(&self, attribute: usize) -> usize {
        let value = self.attributes.get(attribute).map_or(self.document, |attribute| attribute.value);
        value.as_ptr().addr().saturating_sub(self.document.as_ptr().addr())
    }

    fn numbered(&self, number: u32) -> Option<usize> {
        self.numbered.get(number as usize).copied().flatten()
    }

    fn reader(&self, attribute: usize) -> Option<Reader<'a>> {
        self.readers.get(attribute).cloned()
    }
}

/// Appends a document to `out` that is like this one, but for the values that are replaced.
///
/// The document is checked first. Notes of single formats are dropped when something was replaced, as the values that
/// they speak of stand elsewhere.
///
/// # Errors
///
/// The document is none, or nested deeper than `limits` say; whatever the replacement finds wrong.
pub fn rewrite<'a, R: Replace<'a>>(
    document: &'a [u8],
    limits: Limits,
    out: &mut Vec<u8>,
    replace: &mut R,
) -> Result<(), R::Error> {
    let Attributes { list, extras } = Attributes::split(document, limits)?;
    let places: HashMap<&str, usize> =
        list.iter().enumerate().map(|(place, attribute)| (attribute.name, place)).collect();
    let numbered = extras.names.iter().map(|name| places.get((*name)?).copied()).collect();
    let mut sources = Sources { document, attributes: list, numbered, readers: Vec::new() };
    let mut wanted = false;
    for attribute in &sources.attributes {
        let mut reader = Reader::value(attribute.value);
        reader.skip()?;
        let mut classes = (0..reader.definitions()).filter_map(|number| reader.definition(number));
        wanted |= classes.any(|class| replace.wants(class));
        sources.readers.push(reader);
    }
    if !wanted {
        out.extend_from_slice(document);
        return Ok(());
    }
    out.reserve(document.len());
    let start = out.len();
    let count = u32::try_from(sources.attributes.len()).unwrap_or(u32::MAX);
    let mut copy = Copy {
        target: Target::new(Writer::document(out, count)),
        sources: &sources,
        places: vec![Vec::new(); sources.attributes.len()],
        fixups: Vec::new(),
        edges: BTreeSet::new(),
        replaced: false,
    };
    for attribute in 0..sources.attributes.len() {
        copy.attribute(attribute, replace)?;
    }
    let Copy { target, places, fixups, edges, replaced, .. } = copy;
    let notes = if replaced { Vec::new() } else { extras.notes };
    target.writer.end_with(&Extras { names: extras.names, edges: edges.into_iter().collect(), notes });
    for Fixup { field, attribute, place, at } in fixups {
        let moved = places.get(attribute).and_then(|places| {
            let index = places.binary_search_by_key(&place, |(old, _)| *old).ok()?;
            places.get(index).map(|(_, new)| *new)
        });
        let field = out.get_mut(start + field..start + field + 4);
        let (Some(moved), Some(field)) = (moved, field) else { return Err(replace.torn(at)) };
        field.copy_from_slice(&moved.to_be_bytes());
    }
    Ok(())
}

/// A reference that was written and does not know its place yet.
struct Fixup {
    /// Where the place stands in the new document.
    field: usize,
    /// Where it leads in the old one.
    attribute: usize,
    place: u32,
    /// Where it stands in the old one.
    at: usize,
}

struct Copy<'o, 's, 'a> {
    target: Target<'o, 'a>,
    sources: &'s Sources<'a>,
    /// Old and new places of what references may lead to, by attribute.
    places: Vec<Vec<(u32, u32)>>,
    fixups: Vec<Fixup>,
    edges: BTreeSet<(u32, u32)>,
    replaced: bool,
}

impl<'a> Copy<'_, '_, 'a> {
    fn attribute<R: Replace<'a>>(&mut self, number: usize, replace: &mut R) -> Result<(), R::Error> {
        let sources = self.sources;
        let (Some(attribute), Some(mut reader)) = (sources.attributes.get(number), sources.reader(number))
        else {
            return Ok(());
        };
        self.target.writer.attribute(attribute.name);
        self.target.old.clear();
        self.target.new.clear();
        let home = sources.numbered.iter().position(|known| *known == Some(number));
        let home = home.and_then(|home| u32::try_from(home).ok());
        reader.seek(0);
        let mut places = Vec::new();
        let mut left = 1_u64;
        while left > 0 {
            left -= 1;
            let (from, old) = (reader.at(), reader.place());
            let event = reader.next()?;
            if event.is_shareable() {
                places.push((old, self.target.writer.place()));
            }
            let defined = match &event {
                Event::Typed(head, _) | Event::Class(head) => match head {
                    Head::Builtin(_) => None,
                    Head::Known(number) => Some(*number),
                    Head::Defined(definition) => Some(definition.number),
                },
                _ => None,
            };
            left += event.inside();
            match (event, defined) {
                (Event::Typed(_, parts), Some(class)) => {
                    if let Some(definition) = reader.definition(class).filter(|class| replace.wants(class)) {
                        let (class, inside) = (*definition, reader.clone());
                        let start = sources.offset(number) + from;
                        let value = Value { class, parts, sources, attribute: number, reader: inside, start };
                        replace.replace(value, &mut self.target)?;
                        self.replaced = true;
                        reader.skip_values(parts)?;
                        left -= u64::from(parts);
                    } else {
                        self.target.writer.defined(parts);
                        self.target.copy_head(&reader, class);
                    }
                }
                (Event::Class(_), Some(class)) => {
                    self.target.writer.class();
                    self.target.copy_head(&reader, class);
                }
                (Event::Ref(place), _) => {
                    self.target.writer.reference(0);
                    self.fixup(number, place, from, number);
                }
                (Event::Xref(name, place), _) => {
                    self.target.writer.xref(name, 0);
                    if let Some(to) = sources.numbered(name) {
                        self.fixup(to, place, from, number);
                        self.edges.extend(home.map(|from| (from, name)));
                    }
                }
                _ => self.target.writer.copy(reader.slice(from, reader.at())),
            }
        }
        if let Some(known) = self.places.get_mut(number) {
            *known = places;
        }
        Ok(())
    }

    fn fixup(&mut self, attribute: usize, place: u32, from: usize, home: usize) {
        let at = self.sources.offset(home) + from;
        let field = self.target.writer.len().saturating_sub(4);
        self.fixups.push(Fixup { field, attribute, place, at });
    }
}
