//! Collections, maps and arrays.

use holdfast_document::Kind as ClassKind;

use super::{Kind, Reading, Total};
use crate::classes::ClassId;
use crate::fault::{Outcome, damaged};
use crate::xml::Open;

/// What an element of an array of bytes takes at least: `<java.lang.Byte value="0"/>`.
const ELEMENT: usize = 27;

impl<'x> Reading<'x, '_, '_> {
    /// The number of elements that an element says it has, if it can be believed.
    fn size(&mut self) -> Outcome<Option<u32>> {
        match self.find("size") {
            Some(size) if !self.is_wary => self.count(size).map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn list(&mut self, open: Open<'x>) -> Outcome<()> {
        let total = match self.size()? {
            Some(size) => {
                self.doc.array(size);
                Total::Told(size)
            }
            None => Total::Patched { at: self.doc.array_of_unknown_count(), own: 0, each: 1 },
        };
        self.push(open, Kind::Elements, total)
    }

    pub(super) fn map(&mut self, open: Open<'x>) -> Outcome<()> {
        let total = match self.size()? {
            Some(size) => {
                self.doc.map(size);
                Total::Told(size)
            }
            None => Total::Patched { at: self.doc.map_of_unknown_count(), own: 0, each: 1 },
        };
        self.push(open, Kind::Entries { keyed: false }, total)
    }

    /// A collection or map of the table: so many parts of its own, which are nil, before its elements, which count for
    /// `each`.
    pub(super) fn sized(&mut self, open: Open<'x>, number: u16, own: u32, each: u32) -> Outcome<()> {
        let total = match self.size()? {
            Some(size) => {
                self.doc.builtin(number, own + each.saturating_mul(size));
                Total::Told(size)
            }
            None => {
                let at = self.doc.array_of_unknown_count();
                self.doc.head_builtin(number);
                Total::Patched { at, own: own + 1, each }
            }
        };
        for _ in 0..own {
            self.doc.nil();
        }
        self.push(open, if each == 1 { Kind::Elements } else { Kind::Entries { keyed: false } }, total)
    }

    /// An array of objects.
    pub(super) fn array(
        &mut self,
        open: Open<'x>,
        class: ClassId,
        name: &'x [u8],
        number: Option<u16>,
    ) -> Outcome<()> {
        let component = self.require(open, "componentType")?;
        let fits = match name {
            [b'[', b'L', inner @ .., b';'] => inner == component.raw,
            [b'[', inner @ ..] => inner == component.raw,
            _ => false,
        };
        if !fits {
            return Err(damaged(component.at, "componentType is another one than that of the array's class"));
        }
        let length = self.require(open, "length")?;
        let length = self.count(length)?;
        match (number, self.classes.definition(class, ClassKind::Array, false)) {
            (Some(number), _) => self.doc.builtin(number, length),
            (None, Some(known)) => self.doc.known(known, length),
            (None, None) => {
                self.doc.defined(length);
                self.define(class, name, ClassKind::Array, false, open)?;
                self.doc.nil();
            }
        }
        self.push(open, Kind::Array, Total::Told(length))
    }

    /// Begins the definition of a class; its superclass must follow.
    pub(super) fn define(
        &mut self,
        class: ClassId,
        name: &[u8],
        kind: ClassKind,
        named: bool,
        open: Open<'x>,
    ) -> Outcome<()> {
        let Ok(text) = std::str::from_utf8(name) else { return Err(damaged(open.at, "not UTF-8")) };
        if self.doc.definitions() > u32::from(u16::MAX) {
            return Err(self.unrepresentable("more than 65536 classes in one attribute"));
        }
        let number = self.doc.begin_definition(kind, named, None, text, 0);
        self.classes.define(class, kind, named, number);
        Ok(())
    }

    /// An array of a primitive type: its elements have the wrapper's name.
    pub(super) fn primitives(&mut self, open: Open<'x>, element: u8) -> Outcome<()> {
        let length = self.require(open, "length")?;
        let count = self.count(length)?;
        if count as usize > self.xml.rest().len() / ELEMENT {
            return Err(damaged(length.at, format!("{count} elements do not fit in the bytes that follow")));
        }
        let wrapper: &[u8] = match element {
            b'B' => b"java.lang.Byte",
            b'C' => b"java.lang.Character",
            b'S' => b"java.lang.Short",
            b'I' => b"java.lang.Integer",
            b'J' => b"java.lang.Long",
            b'F' => b"java.lang.Float",
            _ => b"java.lang.Double",
        };
        let mut data = std::mem::take(&mut self.shelf.scratch);
        data.clear();
        let mut seen = 0;
        while let Some(item) = self.inner(open)? {
            if item.name != wrapper {
                let name = String::from_utf8_lossy(wrapper).into_owned();
                return Err(damaged(
                    item.at,
                    format!("an element {name} was expected, or the end of the array"),
                ));
            }
            self.primitive(item, element, &mut data)?;
            seen += 1;
        }
        if seen != count {
            return Err(damaged(self.xml.at(), format!("{seen} elements end an array of {count}")));
        }
        match element {
            b'B' => self.doc.bin(&data),
            _ => self.doc.primitives(element, &data),
        }
        self.shelf.scratch = data;
        Ok(())
    }

    fn primitive(&mut self, item: Open<'x>, element: u8, data: &mut Vec<u8>) -> Outcome<()> {
        let value = self.require(item, "value")?;
        match element {
            b'B' => data.extend_from_slice(&self.narrow::<i8>(value)?.to_be_bytes()),
            b'S' => data.extend_from_slice(&self.narrow::<i16>(value)?.to_be_bytes()),
            b'I' => data.extend_from_slice(&self.narrow::<i32>(value)?.to_be_bytes()),
            b'J' => data.extend_from_slice(&self.integer_of(value)?.to_be_bytes()),
            b'F' => data.extend_from_slice(&self.f32(value)?.to_be_bytes()),
            b'D' => data.extend_from_slice(&self.f64(value)?.to_be_bytes()),
            _ => data.extend_from_slice(&self.unit(value)?.to_be_bytes()),
        }
        self.close(item)
    }
}
