//! Values that the library writes by the fields of their classes, and that documents have by their parts.

use super::{Kind, Reading, Total};
use crate::fault::{Outcome, damaged};
use crate::xml::Open;

impl<'x> Reading<'x, '_, '_> {
    pub(super) fn parts(
        &mut self,
        open: Open<'x>,
        number: u16,
        names: &'static [&'static str],
    ) -> Outcome<()> {
        self.doc.builtin(number, names.len() as u32);
        self.push(open, Kind::Parts(names, 0), Total::Fixed)
    }

    pub(super) fn copies(&mut self, open: Open<'x>) -> Outcome<()> {
        let count = self.require(open, "n")?;
        let count = self.narrow::<i32>(count)?;
        self.doc.builtin(19, 2);
        self.doc.int(i64::from(count));
        self.push(open, Kind::Parts(&["element"], 0), Total::Fixed)
    }

    pub(super) fn wrapper(
        &mut self,
        open: Open<'x>,
        number: u16,
        names: &'static [&'static str],
    ) -> Outcome<()> {
        if self.find("__id").is_none() {
            return Err(damaged(open.at, "a wrapper has no number that its fields could refer to"));
        }
        let own = self.last_number();
        self.doc.builtin(number, 1);
        self.push(open, Kind::Wrapper { names, next: 0, own, inner: 0 }, Total::Fixed)
    }

    /// A field of a value of the table.
    pub(super) fn part(&mut self, open: Open<'x>) -> Outcome<()> {
        let reference = match self.find("__ref") {
            Some(reference) => Some((reference, self.narrow::<u32>(reference)?)),
            None => None,
        };
        let next_number = self.shelf.targets.len() as u32;
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match &mut frame.kind {
            Kind::Parts(names, next) => {
                let from = *next as usize;
                let found = names.iter().skip(from).position(|name| name.as_bytes() == open.name);
                let Some(skipped) = found else { return Err(unknown_field(open)) };
                *next += skipped as u32 + 1;
                for _ in 0..skipped {
                    self.doc.nil();
                }
                self.value(open)
            }
            Kind::Wrapper { names, next, own, inner } => {
                let Some(name) = names.get(*next as usize).filter(|name| name.as_bytes() == open.name) else {
                    return Err(unknown_field(open));
                };
                *next += 1;
                if *next == 1 {
                    *inner = reference.map_or(next_number, |(_, number)| number);
                    return self.value(open);
                }
                let expected = if *name == "mutex" { *own } else { *inner };
                match reference {
                    Some((_, number)) if number == expected => self.close(open),
                    _ => {
                        let text = format!(
                            "a wrapper whose field {name} is another object than documents hold there"
                        );
                        Err(self.unrepresentable(text))
                    }
                }
            }
            _ => Ok(()),
        }
    }

    /// A BitSet: the library writes its words, and reads none.
    pub(super) fn bit_set(&mut self, open: Open<'x>) -> Outcome<()> {
        self.doc.builtin(95, 1);
        let mut bits = std::mem::take(&mut self.shelf.scratch);
        bits.clear();
        if let Some(words) = self.inner(open)? {
            if words.name != b"words" || self.find("class").is_none_or(|class| class.raw != b"[J") {
                return Err(unknown_field(words));
            }
            self.number_value(words)?;
            while let Some(word) = self.inner(words)? {
                if word.name != b"java.lang.Long" {
                    return Err(damaged(word.at, "an element java.lang.Long was expected"));
                }
                let value = self.integer("value")?;
                bits.extend_from_slice(&value.to_le_bytes());
                self.close(word)?;
            }
            self.close(open)?;
        }
        let used = bits.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.doc.bin(bits.get(..used).unwrap_or_default());
        self.shelf.scratch = bits;
        Ok(())
    }
}

#[cold]
fn unknown_field(open: Open<'_>) -> Box<holdfast_sdk::Failure> {
    let name = String::from_utf8_lossy(open.name).into_owned();
    damaged(open.at, format!("the class has no field {name} here"))
}
