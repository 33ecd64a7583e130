//! XML in, document out: one walk over the elements, which writes values as they come.

mod custom;
mod define;
mod field;
mod frame;
mod leaf;
mod levels;
mod piece;
mod quick;
mod scalar;
mod structure;
mod swift;
mod value;

pub(crate) use custom::{boxed, is_own};
pub(crate) use leaf::offset_id;
pub(crate) use value::UNKNOWN;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use holdfast_document::{Count, Extras, Fact, Note, NoteWriter, Writer};

use crate::classes::{ClassId, Classes};
use crate::fault::Fault;
use crate::nodes::{NO_NODE, NodeId, Nodes};
use crate::text::date::LastDay;
use crate::xml::parse::{Next, Parser, Tag};
use define::Definitions;
use frame::{Frame, Guess, Kind};

/// What is used again from call to call, so that calls do not allocate by the number of values.
#[derive(Default)]
pub(crate) struct Scratch {
    frames: Vec<Frame>,
    nodes: Nodes,
    text: String,
    bytes: Vec<u8>,
    definitions: Definitions,
    /// The interfaces of the proxies that are being read, a line each.
    interfaces: String,
    guesses: Vec<Guess>,
    last_day: LastDay,
    /// Where the names of the attributes stand in the document, and how long they are.
    names: Vec<(u32, u32)>,
    seen: HashTable<u32>,
    hasher: RandomState,
    /// The number of each attribute in the extras, from 1, and the attribute that held an edge to it last, from 1.
    numbers: Vec<u32>,
    marks: Vec<u32>,
    /// Classes whose objects were not as expected in this call: they are read by what stands there.
    loose: Vec<ClassId>,
}

/// A session as it is read.
pub(crate) struct Reader<'a, 'o> {
    xml: Parser<'a>,
    bytes: &'a [u8],
    out: Writer<'o>,
    classes: &'a mut Classes,
    scratch: &'a mut Scratch,
    max_depth: usize,
    max_bytes: usize,
    depth: usize,
    /// The number of the attribute that is being read.
    attribute: u32,
    /// Attributes that references lead into, in the order in which the document names them.
    named: Vec<u32>,
    edges: Vec<(u32, u32)>,
    /// Whether there are references at all.
    tracking: bool,
    /// Objects of which only a later reference says the class: attribute, place, class.
    learned: Vec<(u32, u32, ClassId)>,
    /// The attribute and place of the object that was begun or referred to last.
    begun: (u32, u32),
}

/// The class, to the elements, of an object of which nobody knows it.
const NOBODY: u32 = 1;

/// The root element of MSM 2, and that of MSM 1.8.
const ROOT: &str = "concurrent-hash-map";
const OLD_ROOT: &str = "java.util.concurrent.ConcurrentHashMap";

/// Whether the bytes are XML that begins like a session.
pub(crate) fn begins(xml: &str) -> Result<(), String> {
    match Parser::new(xml).next() {
        Ok(Next::Open(tag)) if tag.name == ROOT || tag.name == OLD_ROOT => Ok(()),
        Ok(Next::Open(tag)) => Err(format!("the root element is <{}>; a session's is <{ROOT}>", tag.name)),
        Ok(_) => Err(format!("there is no element; a session begins with <{ROOT}>")),
        Err(Fault::Damaged(at, text) | Fault::Mismatch(at, text)) => {
            Err(format!("no XML of a session, which begins with <{ROOT}>: byte {at}: {text}"))
        }
        Err(Fault::Limit(text)) => Err(text),
    }
}

/// Reads a session.
pub(crate) fn read(
    xml: &str,
    out: &mut Vec<u8>,
    classes: &mut Classes,
    scratch: &mut Scratch,
    (max_depth, max_bytes): (usize, usize),
) -> Result<(), Fault> {
    classes.begin_call();
    scratch.frames.clear();
    scratch.guesses.clear();
    scratch.interfaces.clear();
    scratch.names.clear();
    scratch.seen.clear();
    scratch.numbers.clear();
    scratch.marks.clear();
    scratch.nodes.clear();
    scratch.definitions.clear();
    scratch.loose.clear();
    let (writer, count) = Writer::document_of_unknown_count(out);
    let tracking = has_references(xml.as_bytes());
    let mut reader = Reader {
        xml: Parser::new(xml),
        bytes: xml.as_bytes(),
        out: writer,
        classes,
        scratch,
        max_depth,
        max_bytes,
        depth: 0,
        attribute: 0,
        named: Vec::new(),
        edges: Vec::new(),
        tracking,
        learned: Vec::new(),
        begun: (0, 0),
    };
    reader.run()?;
    reader.end(count);
    Ok(())
}

/// Whether there may be references. Most XML of sessions has few attributes, and one byte is found faster than nine.
fn has_references(xml: &[u8]) -> bool {
    memchr::memchr_iter(b'=', xml)
        .any(|at| xml.get(..at).is_some_and(|before| before.trim_ascii_end().ends_with(b"reference")))
}

impl<'a> Reader<'a, '_> {
    fn run(&mut self) -> Result<(), Fault> {
        let Next::Open(root) = self.xml.next()? else {
            return Err(Fault::at(0, "there is no element"));
        };
        let node = self.enter(&root);
        let kind = if root.name == OLD_ROOT { Kind::OldRoot } else { Kind::Root };
        self.scratch.frames.push(Frame::new(kind, &root, node));
        if root.empty {
            self.scratch.frames.clear();
        }
        while !self.scratch.frames.is_empty() {
            // For a container and the entry around it.
            self.scratch.frames.reserve(2);
            self.scratch.guesses.reserve(1);
            self.run_quickly();
            match self.swift() {
                Ok(()) => {}
                Err(Fault::Mismatch(at, text)) => self.read_again(at, text)?,
                Err(fault) => return Err(fault),
            }
        }
        match self.xml.next()? {
            Next::End => Ok(()),
            _ => Err(Fault::at(self.xml.at(), "bytes follow the end of the session")),
        }
    }

    #[inline]
    fn step(&mut self) -> Result<(), Fault> {
        if self.end_tag() {
            return self.finish();
        }
        match self.xml.next()? {
            Next::Open(tag) => {
                if self.out.len() > self.max_bytes {
                    return Err(Fault::Limit(format!("larger than maxBytes, {} bytes", self.max_bytes)));
                }
                self.child(&tag)
            }
            Next::Close(name) => self.close(name),
            Next::End => Err(Fault::at(self.xml.at(), "the document ends inside an element")),
        }
    }

    /// Passes over the end tag of the element that was opened last, if it comes next as it mostly stands.
    #[inline]
    fn end_tag(&mut self) -> bool {
        self.xml.space();
        let Some(frame) = self.scratch.frames.last() else { return false };
        let (name, len) = (frame.name as usize, frame.length as usize);
        self.xml.eat_end(name, len)
    }

    /// Takes note of an element, if references may lead through it.
    #[inline]
    fn enter(&mut self, tag: &Tag<'a>) -> NodeId {
        if !self.tracking {
            return NO_NODE;
        }
        let parent = self.scratch.frames.last().map_or(NO_NODE, |frame| frame.node);
        self.scratch.nodes.push(parent, tag.at + 1, tag.name.len())
    }

    /// The value that begins here is an object that references may lead to.
    #[inline]
    fn shareable(&mut self, node: NodeId) {
        self.object(node, 0);
    }

    #[inline]
    fn object(&mut self, node: NodeId, class: u32) {
        let place = self.out.place();
        self.begun = (self.attribute, place);
        if node != NO_NODE {
            self.scratch.nodes.set_place(node, self.attribute, place, class);
        }
    }

    #[inline]
    fn top(&mut self) -> usize {
        self.scratch.frames.len().wrapping_sub(1)
    }

    /// Counts a part of the container that the frame belongs to.
    #[inline]
    fn count(&mut self, frame: usize) {
        let owner = self.scratch.frames.get(frame).map_or(0, |frame| frame.owner as usize);
        if let Some(owner) = self.scratch.frames.get_mut(owner) {
            owner.count += 1;
        }
    }

    fn read_text(&mut self, tag: &Tag<'a>) -> Result<&str, Fault> {
        self.xml.text(tag, &mut self.scratch.text)
    }

    /// The end tag of the container that was opened last.
    fn close(&mut self, name: &str) -> Result<(), Fault> {
        let Some(frame) = self.scratch.frames.last() else {
            return Err(Fault::at(self.xml.at(), "an element ends that did not begin"));
        };
        let begun = self.xml.slice(frame.name as usize, (frame.name + frame.length) as usize);
        if begun != name {
            return Err(Fault::at(self.xml.at(), format!("</{name}> ends what <{begun}> began")));
        }
        self.finish()
    }

    /// Begins an attribute by its name.
    fn begin_attribute(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        if tag.name != "string" {
            return Err(Fault::at(
                tag.at,
                format!("<{}> stands where the name of an attribute, a <string>, was expected", tag.name),
            ));
        }
        self.enter(tag);
        let mut scratch = std::mem::take(&mut self.scratch.text);
        let named = match self.xml.text(tag, &mut scratch) {
            Ok(text) => self.begin_named(tag.at, text),
            Err(fault) => Err(fault),
        };
        self.scratch.text = scratch;
        named
    }

    /// Begins an attribute.
    fn begin_named(&mut self, at: usize, name: &str) -> Result<(), Fault> {
        let Scratch { names, seen, hasher, .. } = &mut *self.scratch;
        let written = self.out.written();
        let name_of = |number: u32| {
            let (from, len) = names.get(number as usize).copied().unwrap_or_default();
            written.get(from as usize..(from + len) as usize).unwrap_or_default()
        };
        let hash = hasher.hash_one(name.as_bytes());
        if seen.find(hash, |number| name_of(*number) == name.as_bytes()).is_some() {
            return Err(Fault::at(at, format!("the attribute '{name}' stands here a second time")));
        }
        let number = names.len() as u32;
        seen.insert_unique(hash, number, |number| hasher.hash_one(name_of(*number)));
        self.out.attribute(name);
        names.push(((self.out.len() - name.len()) as u32, name.len() as u32));
        self.attribute = number;
        self.scratch.definitions.next_attribute();
        Ok(())
    }

    /// Writes a reference to the object in another element.
    fn refer(
        &mut self,
        tag: &Tag<'a>,
        node: NodeId,
        path: &str,
        class: Option<ClassId>,
    ) -> Result<(), Fault> {
        let target =
            self.scratch.nodes.follow(node, path, self.bytes).and_then(|node| self.scratch.nodes.place(node));
        let Some((attribute, place, known)) = target else {
            return Err(Fault::mismatch(
                tag.at,
                format!("the reference '{path}' leads to no object before it"),
            ));
        };
        if known == NOBODY
            && let Some(class) = class
        {
            self.learned.push((attribute, place, class));
        }
        self.begun = (attribute, place);
        if attribute == self.attribute {
            self.out.reference(place);
        } else {
            let name = self.number_of(attribute);
            let own = self.number_of(self.attribute);
            let marks = &mut self.scratch.marks;
            if marks.len() <= name as usize {
                marks.resize(name as usize + 1, 0);
            }
            if let Some(mark) = marks.get_mut(name as usize)
                && *mark != self.attribute + 1
            {
                *mark = self.attribute + 1;
                self.edges.push((own, name));
            }
            self.out.xref(name, place);
        }
        self.leave(tag)
    }

    /// The number of an attribute in the extras.
    fn number_of(&mut self, attribute: u32) -> u32 {
        let numbers = &mut self.scratch.numbers;
        if numbers.len() <= attribute as usize {
            numbers.resize(attribute as usize + 1, 0);
        }
        let Some(number) = numbers.get_mut(attribute as usize) else { return 0 };
        if *number == 0 {
            self.named.push(attribute);
            *number = self.named.len() as u32;
        }
        *number - 1
    }

    /// The end of an element that holds nothing more.
    fn leave(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        if tag.empty {
            return Ok(());
        }
        match self.xml.next()? {
            Next::Close(name) if name == tag.name => Ok(()),
            _ => Err(Fault::mismatch(tag.at, format!("<{}> holds more than was expected", tag.name))),
        }
    }

    /// Passes over an element and all in it.
    fn skip(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        let base = self.scratch.frames.len();
        let mut next = Some(*tag);
        loop {
            if let Some(tag) = next.take() {
                let node = self.enter(&tag);
                if !tag.empty && self.xml.raw_leaf(&tag)?.is_none() {
                    if self.scratch.frames.len() - base > self.max_depth {
                        return Err(self.too_deep());
                    }
                    self.scratch.frames.push(Frame::new(Kind::Skipped, &tag, node));
                }
            }
            if self.scratch.frames.len() == base {
                return Ok(());
            }
            match self.xml.next()? {
                Next::Open(tag) => next = Some(tag),
                Next::Close(name) => self.close(name)?,
                Next::End => return Err(Fault::at(self.xml.at(), "the document ends inside an element")),
            }
        }
    }

    fn too_deep(&self) -> Fault {
        Fault::Limit(format!("nested deeper than maxDepth, {} levels", self.max_depth))
    }

    /// Takes away the frame that was pushed last, and its guess.
    #[inline]
    fn drop_frame(&mut self) {
        if let Some(frame) = self.scratch.frames.last() {
            if frame.guessed {
                self.scratch.guesses.pop();
            }
            let len = self.scratch.frames.len() - 1;
            self.scratch.frames.truncate(len);
        }
    }

    /// Goes back to the object that is not what its class was thought to hold, and reads it by what stands there. Each
    /// class is so read from then on, which bounds how often this happens.
    #[cold]
    fn read_again(&mut self, at: usize, text: String) -> Result<(), Fault> {
        let Some(guess) = self.scratch.guesses.last().copied() else {
            return Err(Fault::Damaged(at, text));
        };
        if self.scratch.loose.contains(&guess.class) || self.scratch.loose.len() >= 64 {
            return Err(Fault::Damaged(at, text));
        }
        self.scratch.loose.push(guess.class);
        self.scratch.guesses.pop();
        self.scratch.frames.truncate(guess.frame as usize);
        let own = self.attribute;
        self.learned.retain(|(attribute, place, _)| (*attribute, *place) < (own, guess.place));
        self.out.truncate(guess.place, guess.definitions);
        self.scratch.definitions.truncate(guess.definitions);
        if self.tracking {
            self.scratch.nodes.truncate(guess.nodes as usize);
        }
        self.depth = guess.depth as usize;
        self.xml.seek(guess.at as usize);
        match self.xml.next()? {
            Next::Open(tag) => self.value(&tag, guess.expects),
            _ => Err(Fault::Damaged(at, text)),
        }
    }

    fn end(mut self, count: Count) {
        self.out.patch(count, self.scratch.names.len() as u32);
        let mut learned = std::mem::take(&mut self.learned);
        learned.sort_unstable();
        learned.dedup_by_key(|(attribute, place, _)| (*attribute, *place));
        let mut notes: Vec<(u32, NoteWriter)> = Vec::new();
        for (attribute, place, class) in learned {
            let number = self.number_of(attribute);
            if notes.last().is_none_or(|(last, _)| *last != number) {
                notes.push((number, NoteWriter::default()));
            }
            if let Some((_, writer)) = notes.last_mut() {
                let fact = Fact::ClassName(&self.classes.get(class).name);
                writer.push(&Note { place, part: 0, fact });
            }
        }
        let Self { out, named, edges, scratch, .. } = self;
        if edges.is_empty() && notes.is_empty() {
            out.end();
            return;
        }
        let name = |number: &u32| {
            let (from, len) = scratch.names.get(*number as usize).copied().unwrap_or_default();
            let name = out.written().get(from as usize..(from + len) as usize).unwrap_or_default();
            String::from_utf8_lossy(name).into_owned()
        };
        let names: Vec<String> = named.iter().map(name).collect();
        let names = names.iter().map(|name| Some(name.as_str())).collect();
        let notes = notes.iter().map(|(number, writer)| (*number, writer.bytes())).collect();
        out.end_with(&Extras { names, edges, notes });
    }
}

#[cfg(test)]
mod tests {
    use super::has_references;

    #[test]
    fn references_are_attributes_of_that_name() {
        for xml in ["<a reference=\"../b\"/>", "<a class='b' reference \n= '../b'></a>"] {
            assert!(has_references(xml.as_bytes()), "{xml}");
        }
        for xml in ["", "<reference>a reference</reference>", "<a class=\"reference\">a=b = c</a>", "="] {
            assert!(!has_references(xml.as_bytes()), "{xml}");
        }
    }
}
