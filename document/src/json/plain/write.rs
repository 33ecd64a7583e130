//! Writes plain data: one pass over the document, and another one in front where it has references.

use std::collections::HashMap;
use std::rc::Rc;

use super::java_time;
use super::sink::{Nothing, Sink};
use crate::big;
use crate::builtin::{self, Builtin, Shape};
use crate::check::{Limits, Walked, walk, walk_value};
use crate::definition::{Head, Kind};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, Number};
use crate::json::text::Text;
use crate::json::{deep, push_segment, slots};
use crate::reader::Reader;
use crate::token::utf8;

const NIL: &[u8] = b"\xc0";

/// Writes the attributes of a document; null is no attribute.
pub(super) fn document(document: &[u8], out: &mut (impl Sink + Send)) -> Result<(), Error> {
    let walked = walk(document, Limits::default())?;
    deep::run(walked.traits.depth, || checked(document, walked, out))
}

fn checked(document: &[u8], walked: Walked<'_>, out: &mut impl Sink) -> Result<(), Error> {
    let Walked { spans, numbers, traits, .. } = walked;
    let attributes: Vec<(&str, &[u8])> =
        spans.iter().map(|span| (span.name, document.get(span.from..span.to).unwrap_or_default())).collect();
    let mut walk = Walk { numbers, ..Walk::default() };
    if traits.references {
        walk.find_places(&attributes)?;
    }
    let present = attributes.iter().filter(|(_, value)| *value != NIL).count();
    out.begin_object(u32::try_from(present).unwrap_or(u32::MAX));
    for (position, (name, value)) in attributes.into_iter().enumerate() {
        if value != NIL {
            out.key(name);
            walk.attribute(position, name, value, out)?;
        }
    }
    out.end_object();
    Ok(())
}

/// Writes the value of one attribute.
pub(super) fn value(name: &str, value: &[u8], out: &mut (impl Sink + Send)) -> Result<(), Error> {
    let traits = walk_value(value, Limits::default())?;
    deep::run(traits.depth, || {
        let mut walk = Walk::default();
        if traits.references {
            walk.find_places(&[(name, value)])?;
        }
        walk.attribute(0, name, value, out)
    })
}

/// The place in the value of an attribute that a JSON pointer leads to.
pub(super) fn find(name: &str, value: &[u8], pointer: &str) -> Result<Option<u32>, Error> {
    let mut walk = Walk { recording: true, sought: Some((pointer, None)), ..Walk::default() };
    walk.attribute(0, name, value, &mut Nothing)?;
    Ok(walk.sought.and_then(|(_, place)| place))
}

/// Writes values of one attribute, whichever are asked for, each on its own.
pub(super) struct Texts<'d>(Walk<'d>);

impl<'d> Texts<'d> {
    /// The reader knows all definitions of the attribute.
    pub(super) fn new(reader: Reader<'d>) -> Self {
        Self(Walk { reader, ..Walk::default() })
    }

    /// The value at a place as text that may be a key.
    pub(super) fn of(&mut self, place: u32) -> Result<String, Error> {
        self.0.reader.seek(place);
        self.0.key(0)
    }
}

#[derive(Default)]
struct Walk<'d> {
    reader: Reader<'d>,
    /// The attribute that is being written.
    attribute: usize,
    /// Which attribute a number in the extras means.
    numbers: Vec<Option<usize>>,
    /// The slots of the attribute's classes.
    slots: HashMap<u32, Rc<[String]>>,
    /// What references lead to, by attribute and place, as JSON pointers.
    places: HashMap<(usize, u32), String>,
    /// Whether these are still being found; then the path says where the walk is.
    recording: bool,
    path: String,
    /// A pointer whose place is sought, and the place.
    sought: Option<(&'d str, Option<u32>)>,
}

impl<'d> Walk<'d> {
    fn attribute(
        &mut self,
        position: usize,
        name: &str,
        value: &'d [u8],
        out: &mut impl Sink,
    ) -> Result<(), Error> {
        self.reader = Reader::value(value);
        self.attribute = position;
        self.slots.clear();
        if self.recording {
            self.path.clear();
            self.path.push_str("/attributes");
            push_segment(&mut self.path, name);
        }
        self.value(out, 0)
    }

    fn find_places(&mut self, attributes: &[(&str, &'d [u8])]) -> Result<(), Error> {
        for (position, (_, value)) in attributes.iter().enumerate() {
            let mut reader = Reader::value(value);
            while reader.at() < value.len() {
                match reader.next()? {
                    Event::Ref(place) => self.places.insert((position, place), String::new()),
                    Event::Xref(number, place) => {
                        let attribute = self.numbered(number);
                        self.places.insert((attribute, place), String::new())
                    }
                    _ => None,
                };
            }
        }
        self.recording = true;
        for (position, (name, value)) in attributes.iter().enumerate() {
            self.attribute(position, name, value, &mut Nothing)?;
        }
        self.recording = false;
        Ok(())
    }

    fn numbered(&self, number: u32) -> usize {
        self.numbers.get(number as usize).copied().flatten().unwrap_or(usize::MAX)
    }

    fn value<S: Sink>(&mut self, out: &mut S, depth: usize) -> Result<(), Error> {
        if depth > crate::MAX_DEPTH {
            return Err(Error::new(self.reader.at(), ErrorKind::TooDeep(crate::MAX_DEPTH)));
        }
        if self.recording {
            let here = (self.attribute, self.reader.place());
            if let Some(path) = self.places.get_mut(&here).filter(|path| path.is_empty()) {
                path.clone_from(&self.path);
            }
            if let Some((pointer, place @ None)) = &mut self.sought
                && *pointer == self.path
            {
                *place = Some(here.1);
            }
        }
        match self.reader.next()? {
            Event::Array(count) => self.elements(out, count, depth)?,
            Event::Map(count) => self.entries(out, count, depth)?,
            Event::Typed(Head::Builtin(number), parts) => match builtin::by_number(number) {
                Some(row) => self.builtin(out, row, parts, depth)?,
                None => self.elements(out, parts, depth)?,
            },
            Event::Typed(Head::Known(number), parts) => self.object(out, number, parts, depth)?,
            Event::Typed(Head::Defined(definition), parts) => {
                self.object(out, definition.number, parts, depth)?;
            }
            Event::Ref(place) => self.reference(out, (self.attribute, place)),
            Event::Xref(number, place) => self.reference(out, (self.numbered(number), place)),
            other => self.scalar(out, &other),
        }
        Ok(())
    }

    fn scalar(&self, out: &mut impl Sink, event: &Event<'_>) {
        match *event {
            Event::Bool(value) => out.bool(value),
            Event::Int(number) => out.int(number.value),
            Event::Unsigned(value) => out.unsigned(value),
            Event::F32(value) => out.f32(value),
            Event::F64(value) => out.f64(value),
            Event::Str(bytes) | Event::Wstr(bytes) => match utf8(bytes) {
                Some(text) => out.str(text),
                None => out.str(&String::from_utf8_lossy(bytes)),
            },
            Event::Char(unit) => {
                let char = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.str(char.encode_utf8(&mut [0; 4]));
            }
            Event::Bin(bytes) | Event::Opaque(_, bytes) => out.bytes(bytes),
            Event::Primitives(element, data) => primitives(out, element, data),
            Event::Date(millis) => out.date(millis),
            Event::Instant(seconds, nanos) => out.instant(seconds, nanos),
            Event::BigInteger(bytes) => match big::integer_to_text(bytes) {
                Some(digits) => out.digits(&digits),
                None => out.str(&hex(bytes)),
            },
            Event::BigDecimal(scale, bytes) => match big::decimal_to_text(scale, bytes) {
                Some(digits) => out.digits(&digits),
                None => out.str(&format!("{} E{}", hex(bytes), -i64::from(scale))),
            },
            Event::Uuid(bytes) => out.str(&uuid(bytes)),
            Event::Class(head) => out.str(self.class_name(&head)),
            // What holds others is not written here.
            Event::Nil
            | Event::Array(_)
            | Event::Map(_)
            | Event::Typed(..)
            | Event::Ref(_)
            | Event::Xref(..) => out.nil(),
        }
    }

    fn class_name(&self, head: &Head<'d>) -> &'d str {
        match head {
            Head::Builtin(number) => builtin::by_number(*number).map_or("", |row| row.class),
            Head::Known(number) => self.reader.definition(*number).map_or("", |class| class.name),
            Head::Defined(definition) => definition.name,
        }
    }

    fn elements<S: Sink>(&mut self, out: &mut S, count: u32, depth: usize) -> Result<(), Error> {
        out.begin_array(count);
        for index in 0..count {
            let len = self.path.len();
            if self.recording {
                push_segment(&mut self.path, &index.to_string());
            }
            self.value(out, depth + 1)?;
            self.path.truncate(len);
        }
        out.end_array();
        Ok(())
    }

    fn entries<S: Sink>(&mut self, out: &mut S, count: u32, depth: usize) -> Result<(), Error> {
        out.begin_object(count);
        for _ in 0..count {
            let key = self.key(depth + 1)?;
            self.named(out, &key, depth)?;
        }
        out.end_object();
        Ok(())
    }

    fn named<S: Sink>(&mut self, out: &mut S, key: &str, depth: usize) -> Result<(), Error> {
        out.key(key);
        let len = self.path.len();
        if self.recording {
            push_segment(&mut self.path, key);
        }
        self.value(out, depth + 1)?;
        self.path.truncate(len);
        Ok(())
    }

    /// The text of a key of any kind.
    fn key(&mut self, depth: usize) -> Result<String, Error> {
        let mut text = Text::bare();
        self.value(&mut text, depth)?;
        Ok(text.out)
    }

    fn object<S: Sink>(&mut self, out: &mut S, class: u32, parts: u32, depth: usize) -> Result<(), Error> {
        let kind = self.reader.definition(class).map(|class| (class.kind, class.named));
        match kind {
            Some((Kind::Bean, true)) => self.entries(out, parts / 2, depth),
            Some((Kind::Bean, false)) => {
                let slots = self.slots(class);
                out.begin_object(parts);
                for slot in slots.iter() {
                    self.named(out, slot, depth)?;
                }
                out.end_object();
                Ok(())
            }
            Some((Kind::Enum, _)) => self.value(out, depth + 1),
            Some((Kind::Proxy, _)) => {
                out.begin_object(1);
                self.named(out, "handler", depth)?;
                out.end_object();
                Ok(())
            }
            Some((Kind::Array, _)) | None => self.elements(out, parts, depth),
        }
    }

    fn slots(&mut self, class: u32) -> Rc<[String]> {
        let Some(definition) = self.reader.definition(class) else { return Rc::from([]) };
        let names = || slots::names(|number| self.reader.definition(number).copied(), definition).into();
        Rc::clone(self.slots.entry(class).or_insert_with(names))
    }

    fn builtin<S: Sink>(
        &mut self,
        out: &mut S,
        row: &Builtin,
        parts: u32,
        depth: usize,
    ) -> Result<(), Error> {
        let own = row.shape.own_parts();
        for _ in 0..own {
            self.reader.skip()?;
        }
        let content = parts.saturating_sub(own);
        match row.shape {
            shape if shape.is_map() => self.entries(out, content / 2, depth),
            Shape::Parts(names) => self.parts(out, row.number, names, depth),
            _ => self.elements(out, content, depth),
        }
    }

    fn parts<S: Sink>(
        &mut self,
        out: &mut S,
        number: u16,
        names: &[&str],
        depth: usize,
    ) -> Result<(), Error> {
        if let Some(before) = java_time::is_text(number).then(|| self.reader.place()) {
            let mut parts = [Event::Nil; java_time::MAX_PARTS];
            for part in parts.iter_mut().take(names.len()) {
                *part = self.reader.next()?;
            }
            if let Some(text) = java_time::to_text(number, &parts) {
                out.str(&text);
                return Ok(());
            }
            self.reader.seek(before);
        }
        if let Some(millis) = self.millis(number)? {
            match self.nanos(number)? {
                None => out.date(millis),
                Some(nanos) => out.instant(millis.div_euclid(1000), nanos),
            }
            return Ok(());
        }
        match number {
            builtin::number::EMPTY_LIST | builtin::number::EMPTY_SET => self.elements(out, 0, depth),
            builtin::number::EMPTY_MAP => self.entries(out, 0, depth),
            builtin::number::SINGLETON_LIST | builtin::number::SINGLETON_SET => self.elements(out, 1, depth),
            builtin::number::SINGLETON_MAP => self.entries(out, 1, depth),
            _ if names.len() == 1 => self.value(out, depth + 1),
            _ => {
                out.begin_object(u32::try_from(names.len()).unwrap_or(u32::MAX));
                for name in names {
                    self.named(out, name, depth)?;
                }
                out.end_object();
                Ok(())
            }
        }
    }

    /// The first part of a class of `java.sql` that is a point in time.
    fn millis(&mut self, number: u16) -> Result<Option<i64>, Error> {
        let is_time = matches!(
            number,
            builtin::number::SQL_DATE | builtin::number::SQL_TIME | builtin::number::SQL_TIMESTAMP
        );
        let before = self.reader.place();
        if is_time && let Event::Int(Number { value, .. }) = self.reader.next()? {
            return Ok(Some(value));
        }
        self.reader.seek(before);
        Ok(None)
    }

    /// The second part of a Timestamp.
    fn nanos(&mut self, number: u16) -> Result<Option<u32>, Error> {
        if number != builtin::number::SQL_TIMESTAMP {
            return Ok(None);
        }
        Ok(match self.reader.next()? {
            Event::Int(Number { value, .. }) => {
                u32::try_from(value).ok().filter(|nanos| *nanos < 1_000_000_000)
            }
            _ => None,
        })
    }

    fn reference(&self, out: &mut impl Sink, place: (usize, u32)) {
        out.begin_object(1);
        out.key("$ref");
        out.str(self.places.get(&place).map_or("", String::as_str));
        out.end_object();
    }
}

fn primitives(out: &mut impl Sink, element: u8, data: &[u8]) {
    if element == b'C' {
        let units = data.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
        let text = char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER));
        out.str(&text.collect::<String>());
        return;
    }
    let len = |size: usize| u32::try_from(data.len() / size).unwrap_or(u32::MAX);
    match element {
        b'S' => {
            out.begin_array(len(2));
            data.as_chunks().0.iter().for_each(|bytes| out.int(i64::from(i16::from_be_bytes(*bytes))));
        }
        b'I' => {
            out.begin_array(len(4));
            data.as_chunks().0.iter().for_each(|bytes| out.int(i64::from(i32::from_be_bytes(*bytes))));
        }
        b'J' => {
            out.begin_array(len(8));
            data.as_chunks().0.iter().for_each(|bytes| out.int(i64::from_be_bytes(*bytes)));
        }
        b'F' => {
            out.begin_array(len(4));
            data.as_chunks().0.iter().for_each(|bytes| out.f32(f32::from_be_bytes(*bytes)));
        }
        b'D' => {
            out.begin_array(len(8));
            data.as_chunks().0.iter().for_each(|bytes| out.f64(f64::from_be_bytes(*bytes)));
        }
        _ => {
            out.begin_array(len(1));
            data.iter().for_each(|byte| out.bool(*byte != 0));
        }
    }
    out.end_array();
}

pub(in crate::json) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2 + 2);
    text.push_str("0x");
    for byte in bytes {
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
    }
    text
}

pub(in crate::json) fn uuid(bytes: &[u8; 16]) -> String {
    let value = u128::from_be_bytes(*bytes);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        value >> 96,
        value >> 80 & 0xffff,
        value >> 64 & 0xffff,
        value >> 48 & 0xffff,
        value & 0xffff_ffff_ffff
    )
}
