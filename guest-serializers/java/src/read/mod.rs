//! Stream in, document out: one pass, without recursion.
//!
//! Values that lie in each other stand on a stack of [`Frame`]s; each runs the steps of its class
//! ([`crate::layout`]). Handles lead to places of the document, so that a reference of the stream becomes one of
//! the document.
//!
//! A class of the JDK is read as the built-in class of a document as long as its data is what the JDK writes. Where
//! that turns out wrong, the whole stream is read again with that object as a class of its own ([`Again`]).

mod again;
mod built_in;
mod class;
mod definition;
mod descriptors;
mod finish;
mod identity;
mod input;
mod quick;
mod run;
mod scalar;
mod value;
mod whole;

use holdfast_document::{Count, NoteWriter, Writer, is_ascii};
use holdfast_sdk::Failure;

use crate::Limits;
use crate::boxes::Boxes;
use crate::classes::{ClassId, id};
use crate::layout::Code;
use crate::stream::{HEADER, NOT_SERIALIZABLE, tc};
use crate::table::Table;
use again::Again;
use class::{Described, Field};
use identity::{Constant, Handle, HandleKind, Noted};
use input::{Input, Span};

/// Why reading stopped.
#[derive(Debug)]
enum Stop {
    Failed(Failure),
    /// The object at this offset, of this class, is to be read with its raw fields.
    Raw {
        at: u32,
        class: ClassId,
    },
}

/// Why, behind a pointer: a result without a value is one number then, which WebAssembly returns in a register.
type Step<T> = Result<T, Box<Stop>>;

/// What is wrong at an offset of the stream.
fn damaged(offset: u32, text: impl Into<String>) -> Box<Stop> {
    Box::new(Stop::Failed(Failure::Damaged { offset: u64::from(offset), text: text.into() }))
}

fn limit(text: impl Into<String>) -> Box<Stop> {
    Box::new(Stop::Failed(Failure::Limit(text.into())))
}

/// What a value that is not complete has to remember.
#[derive(Debug, Default)]
struct Frame {
    /// The next step.
    pc: u32,
    /// Elements or entries to come.
    left: u32,
    /// Elements or entries in all, or so far.
    count: u32,
    /// What a step leaves for a later one; for a class of the stream, which one it is.
    kept: u32,
    /// Offset of the object in the stream.
    at: u32,
    /// Where its value stands in the document.
    place: u32,
    handle: u32,
    /// Whether a key waits for its value.
    half: bool,
    /// Whether the count was told.
    counted: bool,
    /// The number of the built-in class, or zero.
    number: u8,
    class: ClassId,
    patch: Option<Count>,
}

/// An attribute of the document.
#[derive(Debug, Clone, Copy)]
struct Attribute {
    name: Span,
    /// Where its value begins in the document.
    base: u32,
    /// Its number in the extras' names, plus one.
    number: u32,
}

/// Memory that is kept from one call to the next.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    code: Code,
    handles: Vec<Handle>,
    classes: Vec<Described>,
    fields: Vec<Field>,
    constants: Vec<Constant>,
    frames: Vec<Frame>,
    attributes: Vec<Attribute>,
    /// Attributes by number in the extras' names.
    names: Vec<u32>,
    edges: Vec<(u32, u32)>,
    notes: Vec<Noted>,
    note_writer: NoteWriter,
    /// Names of attributes; strings of class descriptions; constants of enums: by their bytes in the stream.
    interned: Table,
    boxes: Boxes,
    units: Vec<u16>,
    bytes: Vec<u8>,
    descriptors: descriptors::Descriptors,
    /// A class and its superclasses, while something is done for each.
    chain: Vec<u32>,
    /// Classes whose definitions are open.
    open: Vec<u32>,
}

impl Kept {
    fn clear(&mut self) {
        self.code.forget();
        self.handles.clear();
        self.classes.clear();
        self.fields.clear();
        self.constants.clear();
        self.frames.clear();
        self.attributes.clear();
        self.names.clear();
        self.edges.clear();
        self.notes.clear();
        self.note_writer.clear();
        self.interned.clear();
        self.boxes.clear();
        self.descriptors.forget_handles();
    }
}

/// One pass over a stream.
struct Reading<'a> {
    input: Input<'a>,
    writer: Writer<'a>,
    kept: &'a mut Kept,
    again: &'a Again,
    depth: usize,
    /// How long the document may get.
    room: usize,
    /// The current attribute's place among all.
    attribute: u32,
    /// Where its value begins in the document.
    base: u32,
    /// The handle of the last object that was read or met again.
    last: u32,
    /// How many groups of values that are one object have a note.
    groups: u32,
    /// The last class that may have left out its fields, by the offset of its descriptor.
    suspect: Option<u32>,
}

/// The document of a stream.
pub(crate) fn read(bytes: &[u8], kept: &mut Kept, limits: Limits, out: &mut Vec<u8>) -> Result<(), Failure> {
    header(bytes)?;
    if bytes.len() > i32::MAX as usize {
        return Err(Failure::Limit("a stream over 2 GiB".into()));
    }
    let mut again = Again::default();
    loop {
        kept.clear();
        out.clear();
        let (writer, attributes) = Writer::document_of_unknown_count(out);
        let mut reading = Reading {
            input: Input::new(bytes, HEADER.len()),
            writer,
            kept,
            again: &again,
            depth: limits.depth,
            room: limits.room_for(bytes.len()),
            attribute: 0,
            base: 0,
            last: u32::MAX,
            groups: 0,
            suspect: None,
        };
        match reading.attributes() {
            Ok(()) => return reading.finish(attributes),
            Err(stop) => {
                let suspect = reading.suspected();
                again.learn(*stop, suspect)?;
            }
        }
    }
}

/// Looks whether these are bytes of this format at all: the stream's magic, then an object.
fn header(bytes: &[u8]) -> Result<(), Failure> {
    let not = |text: &str| Err(Failure::NotThisFormat(text.to_owned()));
    match bytes {
        [0xac, 0xed, 0x00, 0x05, tc::OBJECT, tc::CLASSDESC, ..] => Ok(()),
        [0xac, 0xed, 0x00, 0x05, tc::OBJECT] | [0xac, 0xed, 0x00, 0x05] => Err(Failure::Damaged {
            offset: bytes.len() as u64,
            text: "the stream ends before its first object".into(),
        }),
        [0xac, 0xed, 0x00, 0x05, ..] => {
            not("a Java stream, but not of attributes: those begin with their number, a java.lang.Integer")
        }
        [0xac, 0xed, ..] => not("a Java stream of another version than 5"),
        _ => not("a Java stream begins with the bytes ac ed 00 05"),
    }
}

impl<'a> Reading<'a> {
    fn attributes(&mut self) -> Step<()> {
        let count = self.attribute_count()?;
        for _ in 0..count {
            self.one_attribute()?;
        }
        match self.input.peek() {
            None if self.writer.len() > self.room => Err(limit(finish::TOO_LARGE)),
            None => Ok(()),
            Some(_) => Err(damaged(self.input.at(), "bytes follow the last attribute")),
        }
    }

    /// The Integer at the head.
    fn attribute_count(&mut self) -> Step<u32> {
        let at = self.input.at();
        self.input.u8()?;
        let class = self.class_desc()?;
        if self.known_class(class) != Some(const { id("java.lang.Integer") }) {
            return Err(Box::new(Stop::Failed(Failure::NotThisFormat(
                "a Java stream, but not of attributes: those begin with their number, a java.lang.Integer"
                    .into(),
            ))));
        }
        let value_at = self.input.at();
        let value = self.input.i32()?;
        let handle = self.define(HandleKind::Count, value as u32, 0);
        self.kept.boxes.bind(crate::boxes::Boxed::Integer(value), handle);
        // A name takes three bytes at least, or a reference of five, and the value one.
        match u32::try_from(value) {
            Ok(count) if count as usize <= self.input.left() / 4 + 1 => Ok(count),
            Ok(count) => Err(damaged(
                value_at,
                format!("the stream is too short for {count} attributes, the number at its head"),
            )),
            Err(_) => Err(damaged(at, format!("{value} attributes, the number at its head, is below zero"))),
        }
    }

    fn one_attribute(&mut self) -> Step<()> {
        let before = self.writer.len() as u32;
        let start = self.input.at();
        let first_handle = self.kept.handles.len();
        let (name, fresh) = self.attribute_name()?;
        if self.kept.interned.get(identity::NAMES, self.input.span(name)).is_some() {
            return Err(damaged(
                start,
                format!("the attribute {} stands in the stream twice", self.shown(name)),
            ));
        }
        let bytes = self.input.span(name);
        if is_ascii(bytes) {
            self.writer.attribute_bytes(bytes);
        } else {
            let text = self.text(name, start)?;
            self.writer.attribute(&text);
        }
        self.base = self.writer.len() as u32;
        self.attribute = self.kept.attributes.len() as u32;
        self.kept.attributes.push(Attribute { name, base: self.base, number: 0 });
        self.name_handle(fresh, start);

        let value = self.input.at();
        if let Some(frame) = self.value(false)? {
            self.run(frame)?;
        }
        let written = self.writer.written().get(self.base as usize..).unwrap_or_default();
        // MSM's own reader leaves both out: what Java could not write, and null, which no session holds.
        let absent = written == [0xc0] || is_not_serializable(written);
        if absent {
            self.leave_out(before, first_handle, start, value);
        } else {
            self.kept.interned.insert(identity::NAMES, self.input.span(name), self.attribute);
        }
        Ok(())
    }

    /// Takes back the attribute that was read last. What may be met again of it, two strings at most, is known by its
    /// bytes in the stream from here on.
    fn leave_out(&mut self, before: u32, first_handle: usize, name: u32, value: u32) {
        self.writer.withdraw(before as usize);
        self.kept.attributes.pop();
        for handle in self.kept.handles.iter_mut().skip(first_handle) {
            match handle.kind {
                HandleKind::Name => *handle = Handle { kind: HandleKind::Text, at: name, more: 0, group: 0 },
                HandleKind::Scalar => {
                    *handle = Handle { kind: HandleKind::Text, at: value, more: 0, group: 0 }
                }
                _ => {}
            }
        }
        self.kept.notes.retain(|note| note.at < before);
    }
}

fn is_not_serializable(written: &[u8]) -> bool {
    matches!(written, [0xd9, len, text @ ..] if usize::from(*len) == text.len() && text == NOT_SERIALIZABLE.as_bytes())
}
