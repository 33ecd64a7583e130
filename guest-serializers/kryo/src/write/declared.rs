//! Slots of declared classes.

use holdfast_document::{Event, Number};
use holdfast_schema::Wire;

use super::{FrameKind, Writing};
use crate::classes::ClassId;
use crate::declared::Step;
use crate::fault::Outcome;
use crate::output::{varint, varlong, zigzag, zigzag_long};
use crate::text::write_string;

impl Writing<'_, '_, '_> {
    pub(super) fn declared(&mut self, step: Step) -> Outcome<()> {
        let at = self.way.at();
        let event = self.event()?;
        match (step, event) {
            (Step::Digit { part, digit }, Event::Int(Number { value, .. })) => {
                self.digit(usize::from(part), usize::from(digit), value, at)
            }
            (Step::One(Wire::String), Event::Nil) => {
                self.out.push(0x80);
                Ok(())
            }
            (Step::One(Wire::Text), Event::Nil) => {
                self.out.push(0x81);
                Ok(())
            }
            (Step::One(Wire::Text), Event::Str(b"")) => {
                Err(self.unrepresentable(at, "an empty string, which the library reads as null"))
            }
            (Step::One(Wire::String | Wire::Text), Event::Str(text)) => {
                write_string(self.out, text);
                Ok(())
            }
            (Step::One(Wire::String | Wire::Text), Event::Wstr(text)) => {
                write_string(self.out, text);
                Ok(())
            }
            (Step::One(Wire::Objects), Event::Array(count)) => {
                varint(self.out, count);
                self.begin(FrameKind::Values, ClassId::VOID, count)
            }
            (Step::One(Wire::Entries), Event::Map(count)) => {
                varint(self.out, count);
                self.begin(FrameKind::Values, ClassId::VOID, count.saturating_mul(2))
            }
            (Step::One(Wire::Objects | Wire::Entries), Event::Nil) => {
                self.out.push(0);
                Ok(())
            }
            (Step::One(wire), Event::Int(Number { value, .. })) if wire.is_integer() => {
                self.integer(wire, value, at)
            }
            _ => Err(self.bad_form(at)),
        }
    }

    fn integer(&mut self, wire: Wire, value: i64, at: usize) -> Outcome<()> {
        match wire {
            Wire::Long => self.out.extend_from_slice(&value.to_be_bytes()),
            Wire::VarLong => zigzag_long(self.out, value),
            Wire::PositiveVarLong => varlong(self.out, value.cast_unsigned()),
            Wire::Byte => match i8::try_from(value) {
                Ok(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                Err(_) => return Err(self.too_wide(value, "byte", at)),
            },
            _ => match (i32::try_from(value), wire) {
                (Ok(value), Wire::Int) => self.out.extend_from_slice(&value.to_be_bytes()),
                (Ok(value), Wire::VarInt) => zigzag(self.out, value),
                (Ok(value), _) => varint(self.out, value.cast_unsigned()),
                (Err(_), _) => return Err(self.too_wide(value, "int", at)),
            },
        }
        Ok(())
    }

    /// One of the slots that a number holds. The number is written with the last of them.
    pub(super) fn digit(&mut self, part: usize, digit: usize, value: i64, at: usize) -> Outcome<()> {
        if digit == 0 {
            self.shelf.digits.clear();
        }
        self.shelf.digits.push(value);
        let Some(part) = self.classes.declared().numbers.get(part) else { return Ok(()) };
        if digit + 1 < part.digits.len() {
            return Ok(());
        }
        match part.join(&self.shelf.digits) {
            Ok(number) => {
                let wire = part.wire;
                self.integer(wire, number, at)
            }
            Err(digit) => {
                let value = self.shelf.digits.get(digit).copied().unwrap_or_default();
                let text = match part.digits.get(digit).map_or(0, |digit| digit.radix) {
                    0 => format!("{value}, and the library reads none below 0 back"),
                    radix => format!("{value}, and the library reads only 0 to {} back", radix - 1),
                };
                Err(self.unrepresentable(at, text))
            }
        }
    }
}
