//! Arrays: the lengths of all dimensions, and then the elements, those of inner arrays behind their own length.

use holdfast_document::Writer;
use holdfast_kryo_common::fault::{Outcome, damaged};

use super::{FrameKind, Reading};
use crate::classes::ClassId;
use crate::codec::Codec;

impl Reading<'_, '_, '_> {
    /// Reads an array behind its class.
    pub(super) fn array(&mut self, class: ClassId, codec: Codec) -> Outcome<()> {
        let dimensions = match codec {
            Codec::Arrays { dimensions, .. } => dimensions,
            _ => 1,
        };
        let at = self.input.at();
        if self.input.u8()? != dimensions {
            let name = &self.classes.get(class).name;
            return Err(damaged(at, format!("an array of {name} has {dimensions} dimensions")));
        }
        let at = self.input.at();
        let length = self.input.varint()?;
        // The longest arrays of the inner dimensions: each array says its own length as well.
        for _ in 1..dimensions {
            self.input.varint()?;
        }
        self.elements(class, length, at)
    }

    /// Reads an array in an array.
    pub(super) fn inner_array(&mut self, class: ClassId) -> Outcome<()> {
        let at = self.input.at();
        let length = self.input.varint()?;
        self.elements(class, length, at)
    }

    /// Reads so many elements of an array of a class. The length stands at an offset.
    fn elements(&mut self, class: ClassId, length: u32, at: usize) -> Outcome<()> {
        match self.classes.codec(class) {
            Codec::Primitives(element) => self.primitives(element, length, at),
            codec => {
                self.check_length(length, 1, at)?;
                self.typed(class, length)?;
                match codec {
                    Codec::Objects { component, is_final: true } => {
                        self.begin(FrameKind::Known, component, length)
                    }
                    Codec::Objects { component, .. } => self.begin(FrameKind::Values, component, length),
                    Codec::Arrays { component, .. } => self.begin(FrameKind::Arrays, component, length),
                    _ => Err(Self::unrepresentable(self.classes.refusal(class))),
                }
            }
        }
    }

    /// What the bytes cannot hold is not believed.
    fn check_length(&self, length: u32, each: usize, at: usize) -> Outcome<()> {
        let left = self.input.rest().len();
        if (length as usize).saturating_mul(each) > left {
            return Err(damaged(at, format!("an array of {length}, and {left} bytes are left")));
        }
        Ok(())
    }

    fn primitives(&mut self, element: u8, length: u32, at: usize) -> Outcome<()> {
        let size = match element {
            b'Z' | b'B' => 1,
            b'C' | b'S' => 2,
            b'I' | b'F' => 4,
            _ => 8,
        };
        // These have as many bytes as their value takes.
        let is_short = matches!(element, b'S' | b'I' | b'J');
        self.check_length(length, if is_short { 1 } else { size }, at)?;
        let (count, bytes) = (length as usize, length as usize * size);
        if is_short {
            self.doc.begin_primitives(element, bytes);
        }
        match element {
            b'I' => {
                for _ in 0..count {
                    let value = self.input.varint()?;
                    copy(&mut self.doc, value.to_be_bytes());
                }
            }
            b'J' => {
                for _ in 0..count {
                    let value = self.input.zigzag_long()?;
                    copy(&mut self.doc, value.to_be_bytes());
                }
            }
            b'S' => {
                for _ in 0..count {
                    let value = self.short()?;
                    copy(&mut self.doc, value.to_be_bytes());
                }
            }
            // The others have a fixed size, and the order of bytes that the document has.
            _ => {
                let at = self.input.at();
                let bytes = self.input.take(bytes)?;
                if element == b'B' {
                    self.doc.bin(bytes);
                    return Ok(());
                }
                if element == b'Z'
                    && let Some(bad) = bytes.iter().position(|byte| *byte > 1)
                {
                    return Err(damaged(at + bad, "no boolean, 0 or 1"));
                }
                self.doc.primitives(element, bytes);
            }
        }
        Ok(())
    }

    /// A short: one byte, or `ff` and two.
    pub(super) fn short(&mut self) -> Outcome<i16> {
        match self.input.u8()? {
            0xff => Ok(i16::from_be_bytes(self.input.fixed()?)),
            byte => Ok(i16::from(byte)),
        }
    }

    /// A list of `Arrays.asList`: the class of its array's elements, and these with their classes.
    pub(super) fn arrays_as_list(&mut self) -> Outcome<()> {
        let count = self.input.count(1)?;
        let component = self.class()?;
        let name = &self.classes.get(component).name;
        let name = if name.starts_with('[') { format!("[{name}") } else { format!("[L{name};") };
        let array = self.classes.resolve(&name);
        self.doc.builtin(12, 1);
        self.typed(array, count)?;
        self.begin(FrameKind::Values, array, count)
    }
}

fn copy<const N: usize>(doc: &mut Writer<'_>, bytes: [u8; N]) {
    doc.copy(&bytes);
}
