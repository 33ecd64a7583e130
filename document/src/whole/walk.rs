//! A document written anew, with objects of some classes in another form.

use std::collections::{BTreeSet, HashMap};

use super::parts::{Object, Piece};
use super::{Form, Into, Misfit};
use crate::attributes::Attributes;
use crate::builtin;
use crate::check::Limits;
use crate::definition::{Definition, Head, Item, Kind, Super};
use crate::event::Event;
use crate::extras::Extras;
use crate::reader::Reader;
use crate::writer::Writer;

/// Which form a class gets, or why it can have none.
type Choose<'c> = dyn FnMut(&Definition<'_>, &Reader<'_>) -> Result<Option<Form>, String> + 'c;

/// What stands where in an attribute.
pub(super) struct Source<'a> {
    name: &'a str,
    /// Where its value begins in the document.
    offset: usize,
    /// It knows all definitions, and so may stand anywhere.
    pub(super) reader: Reader<'a>,
    /// The places of the parts of each object, and where it ends.
    objects: HashMap<u32, (usize, u32)>,
    places: Vec<u32>,
    /// The forms of definitions that get another one, by number.
    forms: Vec<Option<Form>>,
}

pub(super) fn rework(document: &[u8], out: &mut Vec<u8>, choose: &mut Choose<'_>) -> Result<bool, Misfit> {
    if !is_any_chosen(document, choose)? {
        return Ok(false);
    }
    let Attributes { list, extras } =
        Attributes::split(document, Limits { depth: usize::MAX, ..Limits::default() })?;
    let mut sources = Vec::with_capacity(list.len());
    for attribute in &list {
        let offset = attribute.value.as_ptr().addr().saturating_sub(document.as_ptr().addr());
        sources.push(Source::of(attribute.name, offset, attribute.value, choose)?);
    }
    if sources.iter().all(|source| source.forms.iter().all(Option::is_none)) {
        return Ok(false);
    }
    let start = out.len();
    out.reserve(document.len());
    let count = u32::try_from(sources.len()).unwrap_or(u32::MAX);
    let mut walk = Walk {
        writer: Writer::document(out, count),
        sources: &sources,
        extras: &extras,
        definitions: Vec::new(),
        places: vec![HashMap::new(); sources.len()],
        fixups: Vec::new(),
        edges: BTreeSet::new(),
    };
    for number in 0..sources.len() {
        walk.attribute(number)?;
    }
    let Walk { writer, places, fixups, edges, .. } = walk;
    writer.end_with(&Extras {
        names: extras.names.clone(),
        edges: edges.into_iter().collect(),
        notes: Vec::new(),
    });
    for Fixup { field, attribute, place, at } in fixups {
        let moved = places.get(attribute).and_then(|places| places.get(&place));
        let field = out.get_mut(start + field..start + field + 4);
        let (Some(moved), Some(field)) = (moved, field) else {
            let text = "a reference leads into what a collection or date is made of".to_owned();
            return Err(Misfit { at, text });
        };
        field.copy_from_slice(&moved.to_be_bytes());
    }
    Ok(true)
}

/// Whether a class may get another form. Most documents have none of these classes, and that is seen by a look at their
/// definitions.
fn is_any_chosen(document: &[u8], choose: &mut Choose<'_>) -> Result<bool, Misfit> {
    let (mut reader, count) = Reader::document(document)?;
    for _ in 0..count {
        reader.attribute()?;
        reader.skip()?;
        for number in 0..reader.definitions() {
            let Some(definition) = reader.definition(number) else { break };
            // What is in the way is said of the first value of the class.
            if !matches!(choose(definition, &reader), Ok(None)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

impl<'a> Source<'a> {
    fn of(name: &'a str, offset: usize, value: &'a [u8], choose: &mut Choose<'_>) -> Result<Self, Misfit> {
        let mut reader = Reader::value(value);
        let (mut objects, mut places) = (HashMap::new(), Vec::new());
        let mut uses: Vec<Option<u32>> = Vec::new();
        // How many values are to come in each open container; and of an object, where it begins and its next place goes.
        let mut open: Vec<(u64, Option<(u32, usize)>)> = vec![(1, None)];
        while let Some((left, object)) = open.last_mut() {
            let place = reader.place();
            if let Some((_, next)) = object {
                if let Some(part) = places.get_mut(*next) {
                    *part = place;
                }
                *next += 1;
            }
            let Some(fewer) = left.checked_sub(1) else {
                open.pop();
                continue;
            };
            *left = fewer;
            let event = reader.next().map_err(|error| error.moved(offset))?;
            let class = match event {
                Event::Typed(Head::Known(class), _) => Some(class),
                Event::Typed(Head::Defined(definition), _) => Some(definition.number),
                _ => None,
            };
            let object = class.map(|class| {
                let (first, parts) = (places.len(), event.inside());
                places.resize(first + usize::try_from(parts).unwrap_or(0) + 1, 0);
                objects.insert(place, (first, u32::try_from(parts).unwrap_or(u32::MAX)));
                let class = class as usize;
                if uses.len() <= class {
                    uses.resize(class + 1, None);
                }
                if let Some(used) = uses.get_mut(class) {
                    used.get_or_insert(place);
                }
                (place, first)
            });
            open.push((event.inside(), object));
        }
        let mut forms = Vec::new();
        for number in 0..reader.definitions() {
            let Some(definition) = reader.definition(number) else { break };
            let form = match (choose(definition, &reader), uses.get(number as usize).copied().flatten()) {
                (Ok(form), _) => form,
                (Err(text), Some(place)) => return Err(Misfit { at: offset + place as usize, text }),
                // Named by others only.
                (Err(_), None) => None,
            };
            forms.push(form);
        }
        Ok(Self { name, offset, reader, objects, places, forms })
    }

    fn form(&self, class: u32) -> Option<&Form> {
        self.forms.get(class as usize)?.as_ref()
    }

    /// The places of the parts of an object, and its end.
    fn parts(&self, place: u32) -> Option<&[u32]> {
        let (first, parts) = self.objects.get(&place)?;
        self.places.get(*first..=*first + *parts as usize)
    }
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

/// Where bare bytes say their class, which they do in custom data alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bytes {
    AsTheyAre,
    IntoData,
    OutOfData,
}

enum Frame {
    /// So many values, one behind the other.
    Run { left: u64, bytes: Bytes },
    /// Pieces from anywhere; then reading goes on at the end.
    Pieces { pieces: std::vec::IntoIter<Piece>, end: u32 },
}

struct Walk<'o, 's, 'a> {
    writer: Writer<'o>,
    sources: &'s [Source<'a>],
    extras: &'s Extras<'a>,
    /// The new numbers of the attribute's definitions, by their old ones.
    definitions: Vec<Option<u32>>,
    /// New places of what references may lead to, by old ones, of each attribute.
    places: Vec<HashMap<u32, u32>>,
    fixups: Vec<Fixup>,
    edges: BTreeSet<(u32, u32)>,
}

impl<'a> Walk<'_, '_, 'a> {
    fn attribute(&mut self, number: usize) -> Result<(), Misfit> {
        let sources = self.sources;
        let Some(source) = sources.get(number) else { return Ok(()) };
        self.writer.attribute(source.name);
        self.definitions.clear();
        self.definitions.resize(source.forms.len(), None);
        let mut reader = source.reader.clone();
        reader.seek(0);
        let mut stack = vec![Frame::Run { left: 1, bytes: Bytes::AsTheyAre }];
        while let Some(frame) = stack.last_mut() {
            let bytes = match frame {
                Frame::Run { left: 0, .. } => {
                    stack.pop();
                    continue;
                }
                Frame::Run { left, bytes } => {
                    *left -= 1;
                    *bytes
                }
                Frame::Pieces { pieces, end } => {
                    match pieces.next() {
                        None => {
                            reader.seek(*end);
                            stack.pop();
                        }
                        Some(Piece::Copy { place, count, bytes }) => {
                            reader.seek(place);
                            stack.push(Frame::Run { left: count, bytes });
                        }
                        Some(piece) => piece.write(&mut self.writer),
                    }
                    continue;
                }
            };
            let frame = self.value(number, source, &mut reader, bytes)?;
            stack.extend(frame);
        }
        Ok(())
    }

    /// A value, up to what is inside it.
    fn value(
        &mut self,
        number: usize,
        source: &Source<'a>,
        reader: &mut Reader<'a>,
        bytes: Bytes,
    ) -> Result<Option<Frame>, Misfit> {
        let (from, place) = (reader.at(), reader.place());
        let event = reader.next().map_err(|error| error.moved(source.offset))?;
        if event.is_shareable()
            && let Some(places) = self.places.get_mut(number)
        {
            places.insert(place, self.writer.place());
        }
        let inside =
            (event.inside() > 0).then_some(Frame::Run { left: event.inside(), bytes: Bytes::AsTheyAre });
        match event {
            Event::Typed(head, parts) => match number_of(&head) {
                None if bytes == Bytes::OutOfData && is_bytes(&head) => {
                    // The bytes alone.
                    let from = reader.at();
                    reader.skip().map_err(|error| error.moved(source.offset))?;
                    self.writer.copy(reader.slice(from, reader.at()));
                    return Ok(None);
                }
                None => {
                    if let Head::Builtin(number) = head {
                        self.writer.builtin(number, parts);
                    }
                }
                Some(class) => {
                    if let (Some(form), Some(places)) = (source.form(class), source.parts(place)) {
                        return self.object(source, form, class, place, places).map(Some);
                    }
                    self.head_of_value(source, class, parts);
                }
            },
            Event::Class(head) => {
                self.writer.class();
                match (number_of(&head), head) {
                    (Some(class), _) => self.head(source, class),
                    (None, Head::Builtin(number)) => self.writer.head_builtin(number),
                    _ => {}
                }
            }
            Event::Ref(target) => {
                self.writer.reference(0);
                self.fixup(number, target, source.offset + from);
            }
            Event::Xref(name, target) => {
                self.writer.xref(name, 0);
                let numbered = |number: u32| {
                    let name = self.extras.name(number)?;
                    self.sources.iter().position(|source| source.name == name)
                };
                if let Some(to) = numbered(name) {
                    let mut names = (0..).zip(&self.extras.names);
                    let home = names.find(|(_, name)| **name == Some(source.name)).map(|(number, _)| number);
                    self.edges.extend(home.map(|home| (home, name)));
                    self.fixup(to, target, source.offset + from);
                }
            }
            Event::Bin(data) if bytes == Bytes::IntoData => {
                self.writer.builtin(builtin::BYTES_IN_CUSTOM_DATA, 1);
                self.writer.bin(data);
            }
            _ => self.writer.copy(reader.slice(from, reader.at())),
        }
        Ok(inside)
    }

    /// An object that gets another form.
    fn object(
        &mut self,
        source: &Source<'a>,
        form: &Form,
        class: u32,
        place: u32,
        places: &[u32],
    ) -> Result<Frame, Misfit> {
        let misfit = |text: String| Misfit { at: source.offset + place as usize, text };
        let definition = source.reader.definition(class).copied();
        let Some(definition) = definition else { return Err(misfit("a class without a definition".into())) };
        let object = Object { source, form, definition, places };
        let pieces = object.pieces().map_err(misfit)?;
        let parts = u32::try_from(items(&definition, form).len()).unwrap_or(u32::MAX);
        self.head_of_value(source, class, parts);
        let end = places.last().copied().unwrap_or(place);
        Ok(Frame::Pieces { pieces: pieces.into_iter(), end })
    }

    fn head_of_value(&mut self, source: &Source<'a>, class: u32, parts: u32) {
        match self.definitions.get(class as usize).copied().flatten() {
            Some(number) => self.writer.known(number, parts),
            None => {
                self.writer.defined(parts);
                self.head(source, class);
            }
        }
    }

    /// The class of a value: a definition, and in it those of its superclasses that have none yet.
    fn head(&mut self, source: &Source<'a>, class: u32) {
        let mut open = Vec::new();
        let mut next = Some(class);
        while let Some(definition) = next.and_then(|number| source.reader.definition(number)) {
            let place = definition.number as usize;
            if let Some(number) = self.definitions.get(place).copied().flatten() {
                self.writer.head_known(number);
                break;
            }
            let form = source.form(definition.number);
            let count = form.map_or(definition.len(), |form| {
                u32::try_from(items(definition, form).len()).unwrap_or(u32::MAX)
            });
            let Definition { kind, mut named, java, name, .. } = *definition;
            named &= form.is_none();
            let number = self.writer.begin_definition(kind, named, java, name, count);
            if let Some(known) = self.definitions.get_mut(place) {
                *known = Some(number);
            }
            open.push((definition, form));
            if let Some(Form { into: Into::GatheredFrom(extends), number, .. }) = form {
                // Classes of which nothing is said here but that they stand between.
                for (name, _) in extends.classes.iter().skip(1) {
                    self.writer.begin_definition(Kind::Bean, false, None, name, 0);
                }
                self.writer.head_builtin(*number);
                break;
            }
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
        for (definition, form) in open.into_iter().rev() {
            match form {
                None => self.writer.copy(definition.raw_items()),
                Some(form) => {
                    for item in items(definition, form) {
                        self.writer.item(0, &item, "");
                    }
                }
            }
        }
    }

    fn fixup(&mut self, attribute: usize, place: u32, at: usize) {
        let field = self.writer.len().saturating_sub(4);
        self.fixups.push(Fixup { field, attribute, place, at });
    }
}

/// The items of a definition in its new form: what the JDK's class has, and what its own classes add.
fn items(definition: &Definition<'_>, form: &Form) -> Vec<String> {
    let up = |level: u32, item: &str| format!("{}{item}", "^".repeat(level as usize));
    let mut items: Vec<String> = match &form.into {
        Into::Spread => {
            super::streamed(form.number).map(|(above, item)| up(form.base + above, item)).collect()
        }
        Into::Gathered => vec![up(form.base, "=")],
        Into::GatheredFrom(extends) => {
            let fields = extends.fields();
            let own = fields.map(|(level, _, descriptor, name)| up(level, &format!("{descriptor}{name}")));
            return std::iter::once(up(form.base, "=")).chain(own).collect();
        }
    };
    items.extend(definition.items().filter_map(Result::ok).filter(|item| is_own(item, form.base)).map(text));
    items
}

/// Whether a slot is declared below the JDK's class.
pub(super) fn is_own(item: &Item<'_>, base: u32) -> bool {
    match item {
        Item::Field { level, .. } | Item::Custom { level } | Item::TypedCustom { level } => *level < base,
        Item::Whole { .. } | Item::Interface(_) => false,
    }
}

/// An item as it stands in a document.
pub(super) fn text(item: Item<'_>) -> String {
    let up = |level: u32| "^".repeat(level as usize);
    match item {
        Item::Field { level, descriptor, name } => format!("{}{descriptor}{name}", up(level)),
        Item::Custom { level } => format!("{}*", up(level)),
        Item::TypedCustom { level } => format!("{}+", up(level)),
        Item::Whole { level } => format!("{}=", up(level)),
        Item::Interface(name) => name.to_owned(),
    }
}

const fn number_of(head: &Head<'_>) -> Option<u32> {
    match head {
        Head::Builtin(_) => None,
        Head::Known(number) => Some(*number),
        Head::Defined(definition) => Some(definition.number),
    }
}

const fn is_bytes(head: &Head<'_>) -> bool {
    matches!(head, Head::Builtin(builtin::BYTES_IN_CUSTOM_DATA))
}
