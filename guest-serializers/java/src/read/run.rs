//! Runs the steps of values that lie in each other.

use super::{Frame, Reading, Step, limit};
use crate::layout::Op;
use crate::stream::tc;

impl Reading<'_> {
    /// Reads the value that was begun to its end: as far as it goes quickly, then a step of any kind.
    pub(super) fn run(&mut self, mut frame: Frame) -> Step<()> {
        loop {
            if self.kept.code.at(frame.pc).is_common() {
                self.run_plain(&mut frame);
                self.run_quickly(&mut frame);
            }
            match self.step(&mut frame) {
                Ok(false) => {}
                Ok(true) => return Ok(()),
                Err(stop) => {
                    // Whoever asks why wants to see all values that are open.
                    self.kept.frames.push(frame);
                    return Err(stop);
                }
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
                self.value(false)?
            }
            Op::Part(_) => {
                frame.pc += 1;
                self.value(false)?
            }
            Op::Primitive(code) => {
                frame.pc += 1;
                self.primitive(code)?;
                None
            }
            Op::End => {
                frame.pc += 1;
                if !self.input.skip_if(&[tc::ENDBLOCKDATA]) {
                    return Self::raw(frame.at, frame.class);
                }
                None
            }
            Op::Return => {
                self.last = frame.handle;
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

    /// Goes on with a value inside of the one that is read.
    fn enter(&mut self, frame: &mut Frame, inner: Frame) -> Step<()> {
        self.kept.frames.push(std::mem::replace(frame, inner));
        if self.kept.frames.len() >= self.depth { Err(self.too_deep()) } else { Ok(()) }
    }

    #[cold]
    fn too_deep(&self) -> Box<super::Stop> {
        limit(format!("values lie more than {} deep in each other (option maxDepth)", self.depth))
    }

    /// A step that is not one of the commonest. A value inside may begin.
    #[inline(never)]
    fn other_step(&mut self, op: Op, frame: &mut Frame) -> Step<Option<Frame>> {
        match op {
            Op::Absent => self.writer.nil(),
            Op::Custom => return self.custom(frame),
            Op::Items => return self.items_of_data(frame),
            Op::ElementsToNull | Op::EntriesToNull | Op::EntriesToTwoNulls | Op::KeysToNull => {
                return self.up_to_null(op, frame);
            }
            _ => self.built_in_step(op, frame)?,
        }
        Ok(None)
    }

    /// A field of a primitive type.
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
    fn custom(&mut self, frame: &Frame) -> Step<Option<Frame>> {
        self.suspect = Some(frame.kept);
        let block = match *self.input.rest() {
            // Most often there is nothing, or one block.
            [tc::ENDBLOCKDATA, ..] => {
                self.input.u8()?;
                self.writer.array(0);
                return Ok(None);
            }
            [tc::BLOCKDATA, len, ref rest @ ..] => rest.get(..=usize::from(len)).and_then(<[u8]>::split_last),
            _ => None,
        };
        if let Some((&tc::ENDBLOCKDATA, data)) = block {
            self.writer.array(1);
            self.writer.bin(data);
            self.input.pass(data.len() + 3)?;
            return Ok(None);
        }
        let patch = Some(self.writer.array_of_unknown_count());
        let pc = self.kept.code.items();
        Ok(Some(Frame { pc, patch, number: u8::MAX, handle: frame.handle, ..Frame::default() }))
    }

    fn items_of_data(&mut self, frame: &mut Frame) -> Step<Option<Frame>> {
        loop {
            match self.input.peek() {
                Some(tc::ENDBLOCKDATA) => {
                    self.input.u8()?;
                    if let Some(patch) = frame.patch.take() {
                        self.writer.patch(patch, frame.count);
                    }
                    return Ok(None);
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
                        return Ok(Some(inner));
                    }
                }
            }
            frame.count += 1;
        }
    }

    /// Elements, or keys and values, up to a null in place of one.
    fn up_to_null(&mut self, op: Op, frame: &mut Frame) -> Step<Option<Frame>> {
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
                    return Ok(None);
                }
                frame.count += 1;
                frame.half = op != Op::ElementsToNull;
            }
            if let Some(inner) = self.value(false)? {
                frame.pc -= 1;
                return Ok(Some(inner));
            }
        }
    }
}
