//! Runs the steps of values that lie in each other.

use holdfast_document::Event;
use holdfast_sdk::Failure;

use super::{Frame, Step, Writing};
use crate::layout::{Hint, Op};
use crate::stream::tc;

impl<'a> Writing<'a> {
    /// Writes the value that was begun to its end: as far as it goes quickly, then a step of any kind.
    pub(super) fn run(&mut self, mut frame: Frame) -> Step<()> {
        loop {
            if self.kept.code.at(frame.pc).is_common() && self.is_plain() {
                self.run_plain(&mut frame);
                self.run_quickly(&mut frame);
            }
            if self.step(&mut frame)? {
                return Ok(());
            }
        }
    }

    /// Takes a step of any kind: tells whether it was the last.
    #[inline(never)]
    fn step(&mut self, frame: &mut Frame) -> Step<bool> {
        let op = self.kept.code.at(frame.pc);
        let inner = match op {
            Op::Elements | Op::Entries if frame.left == 0 => {
                frame.pc += 1;
                None
            }
            Op::Elements | Op::Entries => {
                frame.left -= 1;
                self.value(Hint::None)?
            }
            Op::Part(hint) => {
                frame.pc += 1;
                self.value(hint)?
            }
            Op::Primitive(code) => {
                frame.pc += 1;
                self.primitive(code)?;
                None
            }
            Op::End => {
                frame.pc += 1;
                self.out.push(tc::ENDBLOCKDATA);
                None
            }
            Op::Return => {
                self.last = frame.handle;
                if frame.back {
                    self.come_back();
                }
                match self.kept.frames.pop() {
                    Some(outer) => *frame = outer,
                    None => return Ok(true),
                }
                None
            }
            _ => {
                frame.pc += 1;
                self.other_step(op, frame)?
            }
        };
        if let Some(inner) = inner {
            self.enter(frame, inner)?;
        }
        Ok(false)
    }

    /// Goes on with a value inside of the one that is written.
    fn enter(&mut self, frame: &mut Frame, inner: Frame) -> Step<()> {
        self.kept.frames.push(std::mem::replace(frame, inner));
        if self.kept.frames.len() >= self.depth { Err(self.too_deep()) } else { Ok(()) }
    }

    #[cold]
    fn too_deep(&self) -> Box<Failure> {
        Box::new(Failure::Limit(format!(
            "values lie more than {} deep in each other (option maxDepth)",
            self.depth
        )))
    }

    /// A step that is not one of the commonest. A value inside may begin.
    #[inline(never)]
    fn other_step(&mut self, op: Op, frame: &mut Frame) -> Step<Option<Frame>> {
        match op {
            Op::Absent => {
                let at = self.at();
                if self.event()? != Event::Nil {
                    return Err(self.misfit(at, "a value for a field that its class does not write"));
                }
                Ok(None)
            }
            Op::Custom => {
                let at = self.at();
                let Event::Array(left) = self.event()? else {
                    return Err(self.misfit(at, "custom data is an array of blocks and objects"));
                };
                let pc = self.kept.code.items();
                Ok(Some(Frame { pc, left, handle: frame.handle, ..Frame::default() }))
            }
            Op::Items => self.items(frame),
            Op::ElementsToNull | Op::EntriesToNull | Op::EntriesToTwoNulls | Op::KeysToNull => {
                self.up_to_null(op, frame)
            }
            _ => self.built_in_step(op, frame),
        }
    }

    /// The next event of the document.
    #[inline]
    pub(super) fn event(&mut self) -> Step<Event<'a>> {
        match self.context.reader.next() {
            Ok(event) => Ok(event),
            Err(error) => Err(self.broken(error)),
        }
    }

    /// A field of a primitive type.
    pub(super) fn primitive(&mut self, code: u8) -> Step<()> {
        let at = self.context.reader.at();
        match (code, self.event()?) {
            (b'I', Event::Int(number)) if i32::try_from(number.value).is_ok() => {
                self.out.extend_from_slice(&(number.value as i32).to_be_bytes());
            }
            (b'J', Event::Int(number)) => self.out.extend_from_slice(&number.value.to_be_bytes()),
            (b'S', Event::Int(number)) if i16::try_from(number.value).is_ok() => {
                self.out.extend_from_slice(&(number.value as i16).to_be_bytes());
            }
            (b'B', Event::Int(number)) if i8::try_from(number.value).is_ok() => {
                self.out.push(number.value as u8);
            }
            (b'Z', Event::Bool(value)) => self.out.push(u8::from(value)),
            (b'C', Event::Char(unit)) => self.out.extend_from_slice(&unit.to_be_bytes()),
            (b'F', Event::F32(value)) => self.out.extend_from_slice(&value.to_bits().to_be_bytes()),
            (b'D', Event::F64(value)) => self.out.extend_from_slice(&value.to_bits().to_be_bytes()),
            (code, event) => self.converted(self.context.origin + at as u32, code, event)?,
        }
        Ok(())
    }

    /// A value that is not quite of the field's type: a program without Java's types wrote it.
    #[cold]
    fn converted(&mut self, at: u32, code: u8, event: Event<'_>) -> Step<()> {
        let number = match event {
            Event::Int(number) if (number.value as f64) as i64 == number.value => Some(number.value as f64),
            Event::F32(value) => Some(f64::from(value)),
            Event::F64(value) => Some(value),
            _ => None,
        };
        match (code, number, event) {
            (b'D', Some(value), _) => self.out.extend_from_slice(&value.to_bits().to_be_bytes()),
            (b'F', Some(value), _) if f64::from(value as f32) == value => {
                self.out.extend_from_slice(&(value as f32).to_bits().to_be_bytes());
            }
            (b'C', _, Event::Str(text)) if single(text).is_some() => {
                let unit = single(text).unwrap_or_default();
                self.out.extend_from_slice(&unit.to_be_bytes());
            }
            _ => {
                let name = match code {
                    b'B' => "a byte, -128 to 127",
                    b'C' => "a char, one UTF-16 unit",
                    b'D' => "a double",
                    b'F' => "a float",
                    b'J' => "a long, a whole number of 64 bits",
                    b'S' => "a short, -32768 to 32767",
                    b'Z' => "a boolean",
                    _ => "an int, a whole number of 32 bits",
                };
                return Err(self.misfit(at, format!("the field is {name}, and the value is not")));
            }
        }
        Ok(())
    }

    /// Blocks and objects of custom data.
    fn items(&mut self, frame: &mut Frame) -> Step<Option<Frame>> {
        while frame.left > 0 {
            frame.left -= 1;
            let at = self.at();
            match self.event()? {
                Event::Bin(data) => {
                    match u8::try_from(data.len()) {
                        Ok(len) => self.out.extend_from_slice(&[tc::BLOCKDATA, len]),
                        Err(_) => {
                            self.out.push(tc::BLOCKDATALONG);
                            self.out.extend_from_slice(&(data.len() as u32).to_be_bytes());
                        }
                    }
                    self.out.extend_from_slice(data);
                }
                event => {
                    if let Some(inner) = self.value_of(at, event, Hint::None)? {
                        frame.pc -= 1;
                        return Ok(Some(inner));
                    }
                }
            }
        }
        self.out.push(tc::ENDBLOCKDATA);
        Ok(None)
    }

    /// Elements, or keys and values, and a null behind the last.
    fn up_to_null(&mut self, op: Op, frame: &mut Frame) -> Step<Option<Frame>> {
        loop {
            if op == Op::KeysToNull && frame.half {
                frame.half = false;
                self.hidden_true();
            }
            if frame.left == 0 {
                self.out.push(tc::NULL);
                if op == Op::EntriesToTwoNulls {
                    self.out.push(tc::NULL);
                }
                return Ok(None);
            }
            if self.is_nil() {
                return Err(self.misfit(self.at(), "Java has no null in such a collection"));
            }
            frame.left -= 1;
            frame.half = op == Op::KeysToNull;
            if let Some(inner) = self.value(Hint::None)? {
                frame.pc -= 1;
                return Ok(Some(inner));
            }
        }
    }
}

/// The UTF-16 unit of a text that is one.
fn single(text: &[u8]) -> Option<u16> {
    let mut units = std::str::from_utf8(text).ok()?.encode_utf16();
    let unit = units.next()?;
    units.next().is_none().then_some(unit)
}
