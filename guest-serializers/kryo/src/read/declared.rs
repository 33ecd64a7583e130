//! Slots of declared classes.

use holdfast_schema::Wire;

use super::{FrameKind, Reading};
use crate::classes::ClassId;
use crate::declared::Step;
use crate::fault::{Outcome, damaged};

impl Reading<'_, '_, '_> {
    pub(super) fn declared(&mut self, step: Step) -> Outcome<()> {
        match step {
            Step::Digit { part, digit } => self.digit(usize::from(part), usize::from(digit)),
            Step::One(wire) => self.one(wire),
        }
    }

    fn one(&mut self, wire: Wire) -> Outcome<()> {
        match wire {
            Wire::String | Wire::Text => {
                // Null is a length of 0, and the empty string one of 1.
                match self.input.peek() {
                    Some(0x80) if wire == Wire::String => self.doc.nil(),
                    Some(0x81) if wire == Wire::Text => self.doc.nil(),
                    _ => {
                        self.input.text()?.write(&mut self.doc);
                        return Ok(());
                    }
                }
                self.input.u8()?;
                Ok(())
            }
            Wire::Objects => {
                let count = self.input.count(1)?;
                self.doc.array(count);
                self.begin(FrameKind::Values, ClassId::VOID, count)
            }
            Wire::Entries => {
                let count = self.input.count(2)?;
                self.doc.map(count);
                self.begin(FrameKind::Values, ClassId::VOID, count.saturating_mul(2))
            }
            wire => {
                let value = self.integer(wire)?;
                self.doc.int(value);
                Ok(())
            }
        }
    }

    fn integer(&mut self, wire: Wire) -> Outcome<i64> {
        Ok(match wire {
            Wire::Byte => i64::from(i8::from_be_bytes(self.input.fixed()?)),
            Wire::Int => i64::from(i32::from_be_bytes(self.input.fixed()?)),
            Wire::Long => i64::from_be_bytes(self.input.fixed()?),
            Wire::VarInt => i64::from(self.input.zigzag()?),
            Wire::PositiveVarInt => i64::from(self.input.varint()?.cast_signed()),
            Wire::VarLong => self.input.zigzag_long()?,
            _ => self.input.varlong()?.cast_signed(),
        })
    }

    /// One of the slots that a number holds. The number is read with the first of them.
    fn digit(&mut self, part: usize, digit: usize) -> Outcome<()> {
        if digit == 0 {
            let at = self.input.at();
            let wire = self.classes.declared().numbers.get(part).map_or(Wire::VarLong, |part| part.wire);
            let number = self.integer(wire)?;
            self.shelf.digits.clear();
            if let Some(part) = self.classes.declared().numbers.get(part) {
                self.shelf.digits.extend(part.split(number));
                if part.join(&self.shelf.digits) != Ok(number) {
                    return Err(damaged(at, format!("{number}, which is none that '{}' makes", part.name)));
                }
            }
        }
        let value = self.shelf.digits.get(digit).copied().unwrap_or_default();
        self.doc.int(value);
        Ok(())
    }
}
