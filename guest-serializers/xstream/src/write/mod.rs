//! Document in, XML out: one walk over the document, which writes values as they come.

mod custom;
mod frame;
mod jdk;
mod levels;
mod object;
mod parts;
mod permute;
mod plain;
mod plan;
mod quick;
mod references;
mod refusal;
mod scalar;
mod small;
mod value;

use holdfast_document::{Event, Extras, Fact, Notes, Reader as Document, path};
use holdfast_sdk::Failure;

use crate::classes::{ClassId, Classes, Type};
use crate::losses::{Loss, Losses};
use crate::nodes::{NO_NODE, NodeId, Nodes};
use crate::text::date::LastDay;
use crate::xml::print::Printer;
use crate::xml::tags::Tags;
use frame::Frame;
use permute::Places;
use plan::Plans;
use references::has_references;
use refusal::Refusal;

/// What is used again from call to call.
#[derive(Default)]
pub(crate) struct Scratch {
    frames: Vec<Frame>,
    open: Vec<(u32, u32)>,
    nodes: Nodes,
    places: Vec<(u32, u32, NodeId)>,
    elements: Vec<NodeId>,
    plans: Plans,
    last_day: LastDay,
    path: String,
    permuted: Places,
}

/// What limits a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) bytes: usize,
    pub(crate) pretty: bool,
}

/// A document as it is written.
struct Writer<'d, 'o> {
    doc: Document<'d>,
    document: &'d [u8],
    xml: Printer<'o>,
    classes: &'o mut Classes,
    frames: Vec<Frame>,
    plans: &'o mut Plans,
    losses: &'o mut Losses,
    nodes: &'o mut Nodes,
    /// The elements that are open, where there are references.
    elements: &'o mut Vec<NodeId>,
    /// The element of each object: attribute, place.
    places: &'o mut Vec<(u32, u32, NodeId)>,
    /// The names of the attributes that were written.
    names: Vec<&'d str>,
    extras: Extras<'d>,
    attribute: u32,
    tracking: bool,
    limits: Limits,
    /// Objects of this attribute of which only a note says the class.
    learned: Vec<(u32, &'d str)>,
    /// The class of the value that was begun last, and its element where it stands elsewhere.
    begun: (ClassId, NodeId),
    last_day: &'o mut LastDay,
    /// Room for a path.
    path: &'o mut String,
    permuted: &'o mut Places,
    /// The data of methods that is being written, one in the other.
    data: Vec<levels::Data>,
    /// The attributes that were written, by their numbers in the extras, as far as anybody asked.
    attribute_of: Vec<Option<u32>>,
}

/// What a field says of its value, beside its name.
#[derive(Debug, Clone, Copy)]
struct Field<'f> {
    element: &'f str,
    kind: Type,
    defined_in: Option<&'f str>,
}

/// Writes a document.
pub(crate) fn write(
    document: &[u8],
    out: &mut Vec<u8>,
    classes: &mut Classes,
    scratch: &mut Scratch,
    losses: &mut Losses,
    limits: Limits,
) -> Result<(), Failure> {
    classes.begin_call();
    scratch.plans.begin_call(classes.generation());
    scratch.elements.clear();
    scratch.nodes.clear();
    scratch.places.clear();
    let outcome = begin(document, out, classes, scratch, losses, limits);
    outcome.map_err(|refusal| match refusal {
        Refusal::Document(error) => error.into(),
        Refusal::Misfit(at, text) => Failure::Unrepresentable { path: path(document, at), text },
        Refusal::Limit(text) => Failure::Limit(text),
    })
}

fn begin(
    document: &[u8],
    out: &mut Vec<u8>,
    classes: &mut Classes,
    scratch: &mut Scratch,
    losses: &mut Losses,
    limits: Limits,
) -> Result<(), Refusal> {
    let (doc, attributes) = Document::document(document)?;
    let extras = Extras::of(document)?;
    let mut frames = std::mem::take(&mut scratch.frames);
    frames.clear();
    let open = std::mem::take(&mut scratch.open);
    let mut writer = Writer {
        doc,
        document,
        xml: Printer::new(out, limits.pretty, open),
        classes,
        frames,
        plans: &mut scratch.plans,
        losses,
        nodes: &mut scratch.nodes,
        elements: &mut scratch.elements,
        places: &mut scratch.places,
        names: Vec::new(),
        extras,
        attribute: 0,
        tracking: has_references(document),
        limits,
        learned: Vec::new(),
        begun: (0, NO_NODE),
        last_day: &mut scratch.last_day,
        path: &mut scratch.path,
        permuted: &mut scratch.permuted,
        data: Vec::new(),
        attribute_of: Vec::new(),
    };
    let outcome = writer.attributes(attributes);
    let Writer { xml, frames, .. } = writer;
    scratch.open = xml.into_stack();
    scratch.frames = frames;
    outcome
}

impl<'d> Writer<'d, '_> {
    fn attributes(&mut self, count: u32) -> Result<(), Refusal> {
        self.open("concurrent-hash-map");
        for attribute in 0..count {
            let at = self.doc.at();
            let name = self.doc.attribute()?;
            self.attribute = attribute;
            self.plans.next_attribute();
            self.permuted.next_attribute();
            self.learn(name);
            if self.tracking {
                self.names.push(name);
            }
            self.open("entry");
            self.open("string");
            self.xml.text(name);
            self.close();
            if self.doc.slice(self.doc.at(), self.doc.at() + 1) == [0xc0] {
                return Err(Refusal::Misfit(
                    at,
                    "an attribute that is null: the map that MSM stores has no place for it".to_owned(),
                ));
            }
            self.item()?;
            self.run()?;
            self.close();
            self.losses.end_attribute(name);
        }
        self.close();
        let extras = self.doc.extras();
        extras.map(|_| ()).map_err(Refusal::from)
    }

    /// Reads the notes of an attribute.
    fn learn(&mut self, attribute: &str) {
        self.learned.clear();
        for (number, bytes) in &self.extras.notes {
            if self.extras.name(*number) == Some(attribute) {
                let facts = Notes::new(bytes).filter_map(|note| match note.fact {
                    Fact::ClassName(name) if note.part == 0 => Some((note.place, name)),
                    _ => None,
                });
                self.learned.extend(facts);
            }
        }
    }

    /// Says that an object of which nobody told the class stands in the element that was begun last.
    fn remember_unknown(&mut self, place: u32) {
        let learned = self.learned.binary_search_by_key(&place, |(place, _)| *place);
        let name = learned.ok().and_then(|at| self.learned.get(at)).map_or("?", |(_, name)| *name);
        let class = self.classes.by_name(name);
        self.remember(place, class);
    }

    fn run(&mut self) -> Result<(), Refusal> {
        while !self.frames.is_empty() {
            self.check_len()?;
            self.run_plain();
            self.run_quickly();
            if !self.frames.is_empty() {
                self.step()?;
            }
        }
        Ok(())
    }

    #[inline]
    fn check_len(&self) -> Result<(), Refusal> {
        if self.xml.out.len() > self.limits.bytes {
            return Err(Refusal::Limit(format!("larger than maxBytes, {} bytes", self.limits.bytes)));
        }
        Ok(())
    }

    /// The next value as an element named after its class.
    #[inline]
    fn item(&mut self) -> Result<(), Refusal> {
        let at = self.doc.at();
        let place = self.doc.place();
        let event = self.doc.next()?;
        self.value(event, at, place, None)
    }

    /// The next value as a field; nothing where it is null.
    #[inline]
    fn field(&mut self, field: Field<'_>) -> Result<(), Refusal> {
        let at = self.doc.at();
        let place = self.doc.place();
        match self.doc.next()? {
            Event::Nil => Ok(()),
            event => self.value(event, at, place, Some(field)),
        }
    }

    /// Begins an element.
    #[inline]
    fn open(&mut self, name: &str) {
        let at = self.xml.open(name);
        if self.tracking {
            let parent = self.elements.last().copied().unwrap_or(NO_NODE);
            let node = self.nodes.push(parent, at as usize, name.len());
            self.elements.push(node);
        }
    }

    /// The same for one whose tags are known.
    #[inline]
    fn open_tags(&mut self, tags: &Tags, name: &str) {
        let at = self.xml.open_tags(tags, name);
        if self.tracking {
            let parent = self.elements.last().copied().unwrap_or(NO_NODE);
            let node = self.nodes.push(parent, at as usize, name.len());
            self.elements.push(node);
        }
    }

    /// Ends the element that was begun last.
    #[inline]
    fn close(&mut self) {
        self.xml.close();
        if self.tracking {
            self.elements.pop();
        }
    }

    /// An element that holds nothing.
    fn nothing(&mut self, name: &str) {
        self.open(name);
        self.close();
    }

    /// An element with text that needs no escapes.
    fn plain(&mut self, name: &str, text: &[u8]) {
        self.open(name);
        self.xml.raw(text);
        self.close();
    }

    /// Says that the object that begins at a place stands in the element that was begun last.
    #[inline]
    fn remember(&mut self, place: u32, class: ClassId) {
        self.begun = (class, NO_NODE);
        if self.tracking
            && let Some(node) = self.elements.last()
        {
            self.nodes.set_place(*node, self.attribute, place, class);
            self.places.push((self.attribute, place, *node));
        }
    }

    /// The element of an object that was begun before.
    fn element_of(&self, attribute: u32, place: u32) -> Option<NodeId> {
        let at = self.places.binary_search_by_key(&(attribute, place), |found| (found.0, found.1)).ok()?;
        self.places.get(at).map(|found| found.2)
    }

    fn misfit<T>(&self, at: usize, text: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal::Misfit(at, text.into()))
    }

    /// Something of the value at the offset is lost.
    fn lose(&mut self, at: usize, loss: Loss, class: u16) -> Result<(), Refusal> {
        let document = self.document;
        if self.losses.accept(loss, class, || path(document, at)) {
            Ok(())
        } else {
            self.misfit(at, format!("{}; the option losses says to refuse that", loss.text()))
        }
    }

    fn push(&mut self, at: usize, frame: Frame) -> Result<(), Refusal> {
        if self.xml.depth() / 2 > self.limits.depth || self.frames.len() >= self.limits.depth {
            let _ = at;
            return Err(Refusal::Limit(format!("nested deeper than maxDepth, {} levels", self.limits.depth)));
        }
        self.frames.push(frame);
        Ok(())
    }
}
