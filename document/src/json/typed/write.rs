//! Writes typed JSON: a pass over the document, and one in front that finds what references lead to.

use std::collections::HashMap;
use std::rc::Rc;

use super::{classes, notes, own_part, primitive_name};
use crate::big;
use crate::builtin::{self, Builtin, Shape};
use crate::check::{Limits, Walked, walk, walk_value};
use crate::definition::{Head, Kind};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, Number, Width};
use crate::extras::Extras;
use crate::json::index::Index;
use crate::json::plain::{hex, uuid};
use crate::json::text::Text;
use crate::json::time::{instant_to_text, millis_to_text};
use crate::json::{deep, slots};
use crate::reader::Reader;

pub(super) fn document(document: &[u8], out: &mut Text) -> Result<(), Error> {
    let walked = walk(document, Limits::default())?;
    deep::run(walked.traits.depth, || checked(document, &walked, out))
}

fn checked(document: &[u8], walked: &Walked<'_>, out: &mut Text) -> Result<(), Error> {
    let values: Vec<&[u8]> =
        walked.spans.iter().map(|span| document.get(span.from..span.to).unwrap_or_default()).collect();
    let mut walk = Walk { numbers: walked.numbers.clone(), ..Walk::default() };
    if walked.traits.references {
        walk.find_targets(&values)?;
    }
    out.begin('{');
    out.key("attributes");
    out.begin('{');
    for (position, (span, value)) in walked.spans.iter().zip(&values).enumerate() {
        out.key(span.name);
        walk.attribute(position, value, out)?;
    }
    out.end('}');
    extras(&walked.extras, &walk.numbers, &values, out)?;
    out.end('}');
    Ok(())
}

fn extras(
    extras: &Extras<'_>,
    numbers: &[Option<usize>],
    values: &[&[u8]],
    out: &mut Text,
) -> Result<(), Error> {
    if !extras.names.is_empty() {
        out.key("names");
        out.begin('[');
        for name in &extras.names {
            match name {
                Some(name) => out.str(name),
                None => out.word("null"),
            }
        }
        out.end(']');
    }
    if !extras.edges.is_empty() {
        out.key("edges");
        out.begin('[');
        for (from, to) in &extras.edges {
            out.begin('[');
            out.unsigned(u64::from(*from));
            out.unsigned(u64::from(*to));
            out.end(']');
        }
        out.end(']');
    }
    if !extras.notes.is_empty() {
        let value = |position: &Option<usize>| values.get((*position)?).copied();
        let mut places = notes::Places::new(numbers.iter().map(value).collect());
        out.key("notes");
        notes::write(&extras.notes, &mut places, out)?;
    }
    Ok(())
}

pub(super) fn value(value: &[u8], out: &mut Text) -> Result<(), Error> {
    let traits = walk_value(value, Limits::default())?;
    deep::run(traits.depth, || {
        let mut walk = Walk::default();
        if traits.references {
            walk.find_targets(&[value])?;
        }
        walk.attribute(0, value, out)
    })
}

#[derive(Default)]
struct Walk<'d> {
    reader: Reader<'d>,
    index: Option<Index<'d>>,
    /// The attribute that is being written.
    attribute: usize,
    /// Which attribute a number in the extras means.
    numbers: Vec<Option<usize>>,
    /// What references lead to, by attribute and place; the position here is the id.
    targets: Vec<(usize, u32)>,
    labels: Vec<String>,
    slots: HashMap<u32, Rc<[String]>>,
}

impl<'d> Walk<'d> {
    fn find_targets(&mut self, values: &[&[u8]]) -> Result<(), Error> {
        for (position, value) in values.iter().enumerate() {
            let mut reader = Reader::value(value);
            while reader.at() < value.len() {
                match reader.next()? {
                    Event::Ref(place) => self.targets.push((position, place)),
                    Event::Xref(number, place) => self.targets.push((self.numbered(number), place)),
                    _ => {}
                }
            }
        }
        self.targets.sort_unstable();
        self.targets.dedup();
        Ok(())
    }

    fn numbered(&self, number: u32) -> usize {
        self.numbers.get(number as usize).copied().flatten().unwrap_or(usize::MAX)
    }

    fn attribute(&mut self, position: usize, value: &'d [u8], out: &mut Text) -> Result<(), Error> {
        let index = Index::new(value)?;
        self.reader = index.reader();
        self.attribute = position;
        self.slots.clear();
        self.labels = classes::labels(index.definitions());
        let has_classes = !self.labels.is_empty();
        if has_classes {
            out.begin('{');
            out.key("$classes");
            out.begin('{');
            for (definition, label) in index.definitions().zip(&self.labels) {
                out.key(label);
                classes::write(out, definition, label, &self.labels)?;
            }
            out.end('}');
            out.key("$value");
        }
        self.index = Some(index);
        self.value(out, 0)?;
        if has_classes {
            out.end('}');
        }
        Ok(())
    }

    fn value(&mut self, out: &mut Text, depth: usize) -> Result<(), Error> {
        let place = self.reader.place();
        if depth > crate::MAX_DEPTH {
            return Err(Error::new(self.reader.at(), ErrorKind::TooDeep(crate::MAX_DEPTH)));
        }
        let id = self.id_of((self.attribute, place));
        match self.reader.next()? {
            Event::Array(count) => {
                if id.is_some() {
                    begin(out, id);
                    out.key("$value");
                }
                self.elements(out, count, depth)?;
                if id.is_some() {
                    out.end('}');
                }
            }
            Event::Map(count) => self.map(out, id, place, count, depth)?,
            Event::Typed(head, parts) => self.typed(out, id, place, &head, parts, depth)?,
            other => self.leaf(out, id, &other),
        }
        Ok(())
    }

    fn id_of(&self, place: (usize, u32)) -> Option<usize> {
        if self.targets.is_empty() { None } else { self.targets.binary_search(&place).ok() }
    }

    fn elements(&mut self, out: &mut Text, count: u32, depth: usize) -> Result<(), Error> {
        out.begin('[');
        for _ in 0..count {
            self.value(out, depth + 1)?;
        }
        out.end(']');
        Ok(())
    }

    fn map(
        &mut self,
        out: &mut Text,
        id: Option<usize>,
        place: u32,
        count: u32,
        depth: usize,
    ) -> Result<(), Error> {
        begin(out, id);
        if self.keys_are_text(place, 0)? {
            for _ in 0..count {
                self.key(out)?;
                self.value(out, depth + 1)?;
            }
        } else {
            out.key("$map");
            self.pairs(out, count, depth)?;
        }
        out.end('}');
        Ok(())
    }

    /// Keys and values of a collection that is no plain map.
    fn entries(
        &mut self,
        out: &mut Text,
        place: u32,
        own: u32,
        count: u32,
        depth: usize,
    ) -> Result<(), Error> {
        out.key("$entries");
        if !self.keys_are_text(place, own as usize)? {
            return self.pairs(out, count, depth);
        }
        out.begin('{');
        for _ in 0..count {
            self.key(out)?;
            self.value(out, depth + 1)?;
        }
        out.end('}');
        Ok(())
    }

    fn pairs(&mut self, out: &mut Text, count: u32, depth: usize) -> Result<(), Error> {
        out.begin('[');
        for _ in 0..count {
            out.begin('[');
            self.value(out, depth + 1)?;
            self.value(out, depth + 1)?;
            out.end(']');
        }
        out.end(']');
        Ok(())
    }

    fn key(&mut self, out: &mut Text) -> Result<(), Error> {
        let at = self.reader.at();
        let key = self.reader.next()?.text(at)?;
        escaped_key(out, key);
        Ok(())
    }

    /// Whether all keys of a map are strings, and no two the same.
    fn keys_are_text(&mut self, place: u32, own: usize) -> Result<bool, Error> {
        let Some(index) = &mut self.index else { return Ok(false) };
        let seen = index.at(place)?;
        let places = index.children(&seen)?;
        let mut taken = std::collections::HashSet::new();
        for key in places.iter().skip(own).step_by(2) {
            match index.at(*key)?.event {
                Event::Str(text) if taken.insert(text) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn typed(
        &mut self,
        out: &mut Text,
        id: Option<usize>,
        place: u32,
        head: &Head<'d>,
        parts: u32,
        depth: usize,
    ) -> Result<(), Error> {
        begin(out, id);
        out.key("$type");
        out.str(self.label(head));
        let number = match head {
            Head::Builtin(number) => {
                if let Some(row) = builtin::by_number(*number) {
                    self.builtin(out, place, row, parts, depth)?;
                }
                out.end('}');
                return Ok(());
            }
            Head::Known(number) => *number,
            Head::Defined(definition) => definition.number,
        };
        match self.reader.definition(number).map(|class| (class.kind, class.named)) {
            Some((_, true)) => self.entries(out, place, 0, parts / 2, depth)?,
            Some((Kind::Bean, false)) => {
                for slot in self.slots(number).iter() {
                    escaped_key(out, slot);
                    self.value(out, depth + 1)?;
                }
            }
            Some((Kind::Enum, false)) => {
                out.key("$constant");
                self.value(out, depth + 1)?;
            }
            Some((Kind::Proxy, false)) => {
                out.key("$handler");
                self.value(out, depth + 1)?;
            }
            Some((Kind::Array, false)) | None => {
                out.key("$elements");
                self.elements(out, parts, depth)?;
            }
        }
        out.end('}');
        Ok(())
    }

    fn builtin(
        &mut self,
        out: &mut Text,
        place: u32,
        row: &Builtin,
        parts: u32,
        depth: usize,
    ) -> Result<(), Error> {
        if let Shape::Parts(names) = row.shape {
            for name in names {
                out.key(name);
                self.value(out, depth + 1)?;
            }
            return Ok(());
        }
        let own = row.shape.own_parts();
        if own > 0 {
            out.key(own_part(row.shape));
            self.value(out, depth + 1)?;
        }
        let content = parts.saturating_sub(own);
        if row.shape.is_map() {
            return self.entries(out, place, own, content / 2, depth);
        }
        out.key("$elements");
        self.elements(out, content, depth)
    }

    fn slots(&mut self, class: u32) -> Rc<[String]> {
        let Some(definition) = self.reader.definition(class) else { return Rc::from([]) };
        let names = || slots::names(|number| self.reader.definition(number).copied(), definition).into();
        Rc::clone(self.slots.entry(class).or_insert_with(names))
    }

    fn label(&self, head: &Head<'_>) -> &str {
        let number = match head {
            Head::Builtin(number) => return builtin::by_number(*number).map_or("", classes::builtin_label),
            Head::Known(number) => *number,
            Head::Defined(definition) => definition.number,
        };
        self.labels.get(number as usize).map_or("", String::as_str)
    }

    /// A value that holds no others. Plain ones stand as they are, others in an object of one key that says
    /// what they are.
    fn leaf(&self, out: &mut Text, id: Option<usize>, event: &Event<'_>) {
        match *event {
            Event::Bool(value) => out.bool(value),
            Event::Int(Number { value, width: Width::Untyped }) => out.int(value),
            Event::Unsigned(value) => out.unsigned(value),
            Event::F64(value) if value.is_finite() => out.f64(value),
            Event::Str(bytes) => out.str(&String::from_utf8_lossy(bytes)),
            Event::Nil => out.word("null"),
            _ => {
                begin(out, id);
                self.tagged(out, event);
                out.end('}');
            }
        }
    }

    fn tagged(&self, out: &mut Text, event: &Event<'_>) {
        match *event {
            Event::Int(Number { value, width }) => {
                out.key(match width {
                    Width::Byte => "$byte",
                    Width::Short => "$short",
                    Width::Int => "$int",
                    Width::Long | Width::Untyped => "$long",
                });
                out.int(value);
            }
            Event::F32(value) => {
                out.key("$float");
                float(out, value);
            }
            Event::F64(value) => {
                out.key("$double");
                double(out, value);
            }
            Event::Wstr(wtf8) => {
                out.key("$utf16");
                out.str(&utf16_text(wtf8));
            }
            Event::Char(unit) => {
                out.key("$char");
                match char::from_u32(u32::from(unit)) {
                    Some(char) => out.str(char.encode_utf8(&mut [0; 4])),
                    None => out.unsigned(u64::from(unit)),
                }
            }
            Event::Bin(bytes) => {
                out.key("$bytes");
                out.base64(bytes);
            }
            Event::Primitives(element, data) => {
                out.key(primitive_name(element));
                primitives(out, element, data);
            }
            Event::Date(millis) => {
                out.key("$date");
                out.str(&millis_to_text(millis));
            }
            Event::Instant(seconds, nanos) => {
                out.key("$instant");
                out.str(&instant_to_text(seconds, nanos));
            }
            Event::BigInteger(bytes) => {
                out.key("$bigInteger");
                out.str(&integer(bytes));
            }
            Event::BigDecimal(scale, bytes) => {
                out.key("$bigDecimal");
                decimal(out, scale, bytes);
            }
            Event::Uuid(bytes) => {
                out.key("$uuid");
                out.str(&uuid(bytes));
            }
            Event::Class(ref head) => {
                out.key("$class");
                out.str(self.label(head));
            }
            Event::Opaque(format, bytes) => {
                out.key("$opaque");
                out.str(&String::from_utf8_lossy(format));
                out.key("$bytes");
                out.base64(bytes);
            }
            Event::Ref(place) => self.reference(out, (self.attribute, place)),
            Event::Xref(number, place) => self.reference(out, (self.numbered(number), place)),
            // These stand as they are.
            Event::Nil
            | Event::Bool(_)
            | Event::Unsigned(_)
            | Event::Str(_)
            | Event::Array(_)
            | Event::Map(_)
            | Event::Typed(..) => {}
        }
    }

    fn reference(&self, out: &mut Text, place: (usize, u32)) {
        out.key("$ref");
        out.unsigned(self.id_of(place).map_or(0, |id| id as u64));
    }
}

/// Begins an object that is what references lead to, if there are any.
fn begin(out: &mut Text, id: Option<usize>) {
    out.begin('{');
    if let Some(id) = id {
        out.key("$id");
        out.unsigned(id as u64);
    }
}

/// One `$` means something, so a key that begins with it has two.
fn escaped_key(out: &mut Text, key: &str) {
    if key.starts_with('$') { out.key(&format!("${key}")) } else { out.key(key) }
}

fn float(out: &mut Text, value: f32) {
    let usual = !value.is_nan() || value.to_bits() == f32::NAN.to_bits();
    if usual { out.f32(value) } else { out.str(&hex(&value.to_be_bytes())) }
}

fn double(out: &mut Text, value: f64) {
    let usual = !value.is_nan() || value.to_bits() == f64::NAN.to_bits();
    if usual { out.f64(value) } else { out.str(&hex(&value.to_be_bytes())) }
}

/// Digits, or the bytes where digits would not lead back to these.
fn integer(bytes: &[u8]) -> String {
    let digits = if big::shortest(bytes) == bytes { big::integer_to_text(bytes) } else { None };
    digits.unwrap_or_else(|| hex(bytes))
}

fn decimal(out: &mut Text, scale: i32, bytes: &[u8]) {
    let exact = |text: &String| big::decimal_from_text(text).is_some_and(|(s, b)| s == scale && b == bytes);
    match big::decimal_to_text(scale, bytes).filter(exact) {
        Some(text) => out.str(&text),
        None => {
            out.begin('{');
            out.key("unscaled");
            out.str(&integer(bytes));
            out.key("scale");
            out.int(i64::from(scale));
            out.end('}');
        }
    }
}

/// WTF-8 as text: what stands alone of a pair of surrogates is `\ud800`, and `\` is `\\`.
fn utf16_text(wtf8: &[u8]) -> String {
    let mut text = String::with_capacity(wtf8.len() + 8);
    let mut rest = wtf8;
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(valid) => valid,
            Err(error) => {
                let valid = rest.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        text.push_str(&valid.replace('\\', "\\\\"));
        rest = rest.get(valid.len()..).unwrap_or_default();
        if let [first, second, third, after @ ..] = rest {
            let unit =
                u32::from(first & 0x0f) << 12 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
            text.push_str(&format!("\\u{unit:04x}"));
            rest = after;
        }
    }
    text
}

fn primitives(out: &mut Text, element: u8, data: &[u8]) {
    if element == b'C' {
        let units = || data.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
        if let Ok(text) = char::decode_utf16(units()).collect::<Result<String, _>>() {
            return out.str(&text);
        }
        out.begin('[');
        units().for_each(|unit| out.unsigned(u64::from(unit)));
        return out.end(']');
    }
    out.begin('[');
    match element {
        b'S' => data.as_chunks().0.iter().for_each(|b| out.int(i64::from(i16::from_be_bytes(*b)))),
        b'I' => data.as_chunks().0.iter().for_each(|b| out.int(i64::from(i32::from_be_bytes(*b)))),
        b'J' => data.as_chunks().0.iter().for_each(|b| out.int(i64::from_be_bytes(*b))),
        b'F' => data.as_chunks().0.iter().for_each(|b| float(out, f32::from_be_bytes(*b))),
        b'D' => data.as_chunks().0.iter().for_each(|b| double(out, f64::from_be_bytes(*b))),
        _ => data.iter().for_each(|byte| match byte {
            0 => out.bool(false),
            1 => out.bool(true),
            other => out.unsigned(u64::from(*other)),
        }),
    }
    out.end(']');
}
