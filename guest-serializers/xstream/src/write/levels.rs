//! Objects that write themselves: the fields of each of their classes, and what a layout says that its method writes
//! behind them.

use std::rc::Rc;

use holdfast_document::Event;

use super::Writer;
use super::frame::{Frame, Kind};
use super::plan::{Level, LevelPart, Plan, Shape};
use super::refusal::Refusal;
use crate::layout::{Times, Unit, Word};
use crate::losses::Loss;
use crate::text::{base64, float, push_int};

/// How far an object that writes itself was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    level: u32,
    stage: Stage,
}

/// What of a level is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Level,
    Default,
    Items,
}

impl At {
    pub(super) const START: Self = Self { level: 0, stage: Stage::Before };
}

/// Custom data that is being written: blocks of bytes and objects, as a layout tells them apart.
#[derive(Debug)]
pub(super) struct Data {
    units: Rc<[Unit]>,
    next: usize,
    /// How often the unit still comes; nothing before that was looked up.
    left: Option<u64>,
    /// What is left of the block, in the document.
    block: (usize, usize),
    /// How many values are left.
    values: u32,
    /// The last number of each unit.
    numbers: Vec<i64>,
}

impl Writer<'_, '_> {
    pub(super) fn level_step(&mut self) -> Result<(), Refusal> {
        let Some(Frame { kind: Kind::Levels(plan, at), begun, .. }) = self.frames.last() else {
            return Ok(());
        };
        let (mut at, begun) = (*at, *begun as usize);
        let Some(plan) = self.plans.get(*plan) else { return Ok(()) };
        let Shape::Levels(levels) = &plan.shape else { return Ok(()) };
        let Some(level) = levels.get(at.level as usize) else { return self.end() };
        if at.stage == Stage::Before && level.always {
            self.open(&level.element);
            at.stage = Stage::Level;
        }
        let Some(part) = begun.checked_sub(level.first).and_then(|part| level.parts.get(part)) else {
            self.end_level(level, at.stage);
            self.keep(At { level: at.level + 1, stage: Stage::Before }, 0);
            return Ok(());
        };
        match part {
            LevelPart::Field(_) if self.doc.is_nil() => {
                self.doc.next()?;
                self.keep(at, 1);
                Ok(())
            }
            LevelPart::Field(slot) => {
                if at.stage == Stage::Before {
                    self.open(&level.element);
                    at.stage = Stage::Level;
                }
                if at.stage == Stage::Level {
                    self.open("default");
                    at.stage = Stage::Default;
                }
                self.keep(at, 1);
                self.slot(slot)
            }
            LevelPart::Data(_) | LevelPart::Typed => {
                match at.stage {
                    Stage::Default => self.close(),
                    Stage::Level if level.defaults => self.nothing("default"),
                    _ => {}
                }
                at.stage = Stage::Items;
                self.keep(at, 1);
                self.data(part, &plan)
            }
        }
    }

    fn keep(&mut self, now: At, parts: u32) {
        if let Some(Frame { kind: Kind::Levels(_, at), begun, .. }) = self.frames.last_mut() {
            *at = now;
            *begun += parts;
        }
    }

    fn end_level(&mut self, level: &Level, stage: Stage) {
        match stage {
            Stage::Before => return,
            Stage::Level if level.defaults => self.nothing("default"),
            Stage::Default => self.close(),
            Stage::Level | Stage::Items => {}
        }
        self.close();
    }

    /// Begins the data of a method.
    pub(super) fn data(&mut self, part: &LevelPart, plan: &Plan) -> Result<(), Refusal> {
        let at = self.doc.at();
        let place = self.doc.place();
        let count = match self.doc.next()? {
            Event::Array(count) => count,
            Event::Nil => 0,
            _ => return self.misfit(at, "custom data is a list"),
        };
        match part {
            LevelPart::Data(Some(units)) => {
                let numbers = vec![0; units.len()];
                let units = Rc::clone(units);
                self.data.push(Data { units, next: 0, left: None, block: (0, 0), values: count, numbers });
                self.push(at, Frame::new(Kind::Data, count, place))
            }
            LevelPart::Data(None) if count > 0 => {
                let name = &self.classes.get(plan.class).name;
                self.misfit(
                    at,
                    format!(
                        "what a method of {name} wrote does not say its types, which XStream's text needs; a line in \
                         the schema tells them, such as layout = \"int n, utf*n, object\""
                    ),
                )
            }
            _ if count == 0 => Ok(()),
            _ => self.push(at, Frame::new(Kind::Items, count, place)),
        }
    }

    /// Writes what is next of such data.
    pub(super) fn data_step(&mut self) -> Result<(), Refusal> {
        loop {
            let at = self.doc.at();
            let Some(data) = self.data.last_mut() else { return Ok(()) };
            let Some(unit) = data.units.get(data.next).copied() else {
                if data.values > 0 || data.block.0 < data.block.1 {
                    return self.misfit(at, "its data is longer than its layout in the schema says");
                }
                self.data.pop();
                self.frames.pop();
                return Ok(());
            };
            let left = data.left.unwrap_or_else(|| match unit.times {
                Times::Number(number) => u64::from(number),
                Times::Of(other) => data.numbers.get(other).copied().unwrap_or(0).try_into().unwrap_or(0),
            });
            if left == 0 {
                data.next += 1;
                data.left = None;
                continue;
            }
            data.left = Some(if unit.word == Word::Bytes { 0 } else { left - 1 });
            let index = data.next;
            match unit.word {
                Word::Object => {
                    // A block is bytes; an array of bytes that is an object says its class.
                    let block = matches!(self.document.get(at), Some(0xc4..=0xc6));
                    if data.values == 0 || data.block.0 < data.block.1 || block {
                        return self
                            .misfit(at, "its layout in the schema has an object where its data has none");
                    }
                    data.values -= 1;
                    return self.item();
                }
                Word::Bytes => {
                    let bytes = self.take(usize::try_from(left).unwrap_or(usize::MAX))?;
                    self.open("byte-array");
                    self.xml.begin_text();
                    base64::encode(self.xml.out, &bytes);
                    self.close();
                }
                word => self.primitive_item(word, index, at)?,
            }
        }
    }

    fn primitive_item(&mut self, word: Word, index: usize, at: usize) -> Result<(), Refusal> {
        let name = match word {
            Word::Boolean => "boolean",
            Word::Byte => "byte",
            Word::Char => "char",
            Word::Short => "short",
            Word::Int => "int",
            Word::Long => "long",
            Word::Float => "float",
            Word::Double => "double",
            Word::Utf | Word::Bytes | Word::Object => "string",
        };
        let number = match word {
            Word::Boolean | Word::Byte => i64::from(i8::from_be_bytes(self.fixed()?)),
            Word::Char => i64::from(u16::from_be_bytes(self.fixed()?)),
            Word::Short => i64::from(i16::from_be_bytes(self.fixed()?)),
            Word::Int => i64::from(i32::from_be_bytes(self.fixed()?)),
            Word::Long => i64::from_be_bytes(self.fixed()?),
            Word::Float | Word::Double => 0,
            Word::Utf | Word::Bytes | Word::Object => i64::from(u16::from_be_bytes(self.fixed()?)),
        };
        self.open(name);
        match word {
            Word::Boolean => self.xml.raw(if number == 0 { b"false" } else { b"true" }),
            Word::Char => self.char(number as u16, at)?,
            Word::Float => {
                let value = f32::from_be_bytes(self.fixed()?);
                self.xml.raw(float::float(value).as_bytes());
            }
            Word::Double => {
                let value = f64::from_be_bytes(self.fixed()?);
                self.xml.begin_text();
                float::push_double(self.xml.out, value);
            }
            Word::Utf | Word::Bytes | Word::Object => {
                let bytes = self.take(number as usize)?;
                let Some(units) = modified_utf8(&bytes) else {
                    return self.misfit(at, "its layout in the schema has a string where its data has none");
                };
                if char::decode_utf16(units.iter().copied()).any(|unit| unit.is_err()) {
                    self.lose(at, Loss::Surrogates, 171)?;
                }
                let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or('?')).collect();
                self.xml.text(&text);
            }
            _ => {
                self.xml.begin_text();
                push_int(self.xml.out, number);
                if let Some(known) = self.data.last_mut().and_then(|data| data.numbers.get_mut(index)) {
                    *known = number;
                }
            }
        }
        self.close();
        Ok(())
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let at = self.doc.at();
        match self.take(N)?.try_into() {
            Ok(bytes) => Ok(bytes),
            Err(_) => self.misfit(at, "its data is shorter than its layout in the schema says"),
        }
    }

    /// The next bytes of the data, from as many blocks as they stand in.
    fn take(&mut self, count: usize) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let at = self.doc.at();
            let Some(data) = self.data.last_mut() else { break };
            if data.block.0 == data.block.1 {
                let block = if data.values > 0 { self.doc.next()? } else { Event::Nil };
                let Event::Bin(block) = block else {
                    return self.misfit(at, "its data is shorter than its layout in the schema says");
                };
                data.values -= 1;
                let end = self.doc.at();
                data.block = (end - block.len(), end);
            }
            let (from, to) = data.block;
            let some = to.min(from.saturating_add(count - bytes.len()));
            bytes.extend_from_slice(self.document.get(from..some).unwrap_or_default());
            data.block.0 = some;
        }
        Ok(bytes)
    }
}

/// The UTF-16 units of `DataOutput.writeUTF`.
fn modified_utf8(bytes: &[u8]) -> Option<Vec<u16>> {
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let low = |byte: u8| (byte & 0xc0 == 0x80).then_some(u16::from(byte & 0x3f));
        let (unit, after) = match (first, after) {
            (0x00..=0x7f, after) => (u16::from(*first), after),
            (0xc0..=0xdf, [a, after @ ..]) => (u16::from(first & 0x1f) << 6 | low(*a)?, after),
            (0xe0..=0xef, [a, b, after @ ..]) => {
                (u16::from(first & 0x0f) << 12 | low(*a)? << 6 | low(*b)?, after)
            }
            _ => return None,
        };
        units.push(unit);
        rest = after;
    }
    Some(units)
}
