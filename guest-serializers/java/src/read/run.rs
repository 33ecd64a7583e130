//! Runs the steps of values that lie in each other.

use super::{Frame, Reading, Step, limit};
use crate::layout::Op;
use crate::stream::tc;

/// What a step led to.
enum Next {
    /// The next step of the same value.
    Step,
    /// A value inside begins.
    Inside(Frame),
    /// The value is complete.
    Done,
}

impl Reading<'_> {
    /// Reads the value that was begun to its end.
    pub(super) fn run(&mut self, mut frame: Frame) -> Step<()> {
        loop {
            match self.step(&mut frame) {
                Ok(Next::Step) => {}
                Ok(Next::Inside(inner)) => {
                    self.kept.frames.push(std::mem::replace(&mut frame, inner));
                    if self.kept.frames.len() >= self.depth {
                        return Err(limit(format!(
                            "values lie more than {} deep in each other (option maxDepth)",
                            self.depth
                        )));
                    }
                }
                Ok(Next::Done) => {
                    self.last = frame.handle;
                    match self.kept.frames.pop() {
                        Some(outer) => frame = outer,
                        None => return Ok(()),
                    }
                }
                Err(stop) => {
                    // Whoever asks why wants to see all values that are open.
                    self.kept.frames.push(frame);
                    return Err(stop);
                }
            }
        }
    }

    /// Up to a value inside, or to the end.
    #[inline]
    fn step(&mut self, frame: &mut Frame) -> Step<Next> {
        loop {
            let op = self.kept.code.at(frame.pc);
            frame.pc += 1;
            match op {
                Op::Return => return Ok(Next::Done),
                Op::Elements | Op::Entries => {
                    while frame.left > 0 {
                        frame.left -= 1;
                        if let Some(inner) = self.value(false)? {
                            frame.pc -= 1;
                            return Ok(Next::Inside(inner));
                        }
                    }
                }
                Op::Primitive(code) => self.primitive(code)?,
                Op::Part(_) => {
                    if let Some(inner) = self.value(false)? {
                        return Ok(Next::Inside(inner));
                    }
                }
                Op::Absent => self.writer.nil(),
                Op::Custom => return self.custom(frame),
                Op::Items => return self.items_of_data(frame),
                Op::ElementsToNull | Op::EntriesToNull | Op::EntriesToTwoNulls | Op::KeysToNull => {
                    return self.up_to_null(op, frame);
                }
                _ => self.built_in_step(op, frame)?,
            }
        }
    }

    /// A field of a primitive type.
    #[inline]
    fn primitive(&mut self, code: u8) -> Step<()> {
        match code {
            b'B' => {
                let value = self.input.u8()? as i8;
                self.writer.int(i64::from(value));
            }
            b'C' => {
                let unit = self.input.u16()?;
                self.writer.char(unit);
            }
            b'D' => {
                let bits = self.input.i64()? as u64;
                self.writer.f64(f64::from_bits(bits));
            }
            b'F' => {
                let bits = self.input.u32()?;
                self.writer.f32(f32::from_bits(bits));
            }
            b'J' => {
                let value = self.input.i64()?;
                self.writer.int(value);
            }
            b'S' => {
                let value = self.input.u16()? as i16;
                self.writer.int(i64::from(value));
            }
            b'Z' => {
                let value = self.input.u8()?;
                self.writer.bool(value != 0);
            }
            _ => {
                let value = self.input.i32()?;
                self.writer.int(i64::from(value));
            }
        }
        Ok(())
    }

    /// The data of a `writeObject` or `writeExternal` method: blocks and objects up to its end.
    fn custom(&mut self, frame: &Frame) -> Step<Next> {
        self.suspect = Some(frame.kept);
        let block = match *self.input.rest() {
            // Most often there is nothing, or one block.
            [tc::ENDBLOCKDATA, ..] => {
                self.input.u8()?;
                self.writer.array(0);
                return Ok(Next::Step);
            }
            [tc::BLOCKDATA, len, ref rest @ ..] => rest.get(..=usize::from(len)).and_then(<[u8]>::split_last),
            _ => None,
        };
        if let Some((&tc::ENDBLOCKDATA, data)) = block {
            self.writer.array(1);
            self.writer.bin(data);
            self.input.pass(data.len() + 3)?;
            return Ok(Next::Step);
        }
        let patch = Some(self.writer.array_of_unknown_count());
        let pc = self.kept.code.items();
        Ok(Next::Inside(Frame { pc, patch, number: u8::MAX, handle: frame.handle, ..Frame::default() }))
    }

    fn items_of_data(&mut self, frame: &mut Frame) -> Step<Next> {
        loop {
            match self.input.peek() {
                Some(tc::ENDBLOCKDATA) => {
                    self.input.u8()?;
                    if let Some(patch) = frame.patch.take() {
                        self.writer.patch(patch, frame.count);
                    }
                    return Ok(Next::Step);
                }
                Some(tc::BLOCKDATA) => {
                    self.input.u8()?;
                    let len = self.input.u8()?;
                    let data = self.input.take(usize::from(len))?;
                    self.writer.bin(data);
                }
                Some(tc::BLOCKDATALONG) => {
                    self.input.u8()?;
                    let len = self.input.u32()?;
                    let data = self.input.take(len as usize)?;
                    self.writer.bin(data);
                }
                _ => {
                    if let Some(inner) = self.value(true)? {
                        frame.count += 1;
                        frame.pc -= 1;
                        return Ok(Next::Inside(inner));
                    }
                }
            }
            frame.count += 1;
        }
    }

    /// Elements, or keys and values, up to a null in place of one.
    fn up_to_null(&mut self, op: Op, frame: &mut Frame) -> Step<Next> {
        loop {
            if frame.half {
                frame.half = false;
                if op == Op::KeysToNull {
                    self.hidden_true(frame)?;
                    continue;
                }
            } else {
                if self.input.peek() == Some(tc::NULL) {
                    self.input.u8()?;
                    if op == Op::EntriesToTwoNulls && !self.input.skip_if(&[tc::NULL]) {
                        return Self::raw(frame.at, frame.class);
                    }
                    self.told_count(frame)?;
                    return Ok(Next::Step);
                }
                frame.count += 1;
                frame.half = op != Op::ElementsToNull;
            }
            if let Some(inner) = self.value(false)? {
                frame.pc -= 1;
                return Ok(Next::Inside(inner));
            }
        }
    }
}
