//! Values of classes that the document defines: objects by their fields, enum constants, arrays.

use holdfast_document::{Definition, Event, Kind as ClassKind};

use super::{Kind, Slot, Writing};
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::text::{escape, escape_lossy};

impl<'d> Writing<'d, '_, '_> {
    pub(super) fn defined(
        &mut self,
        slot: Slot<'_>,
        definition: &Definition<'d>,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let name = definition.name;
        if !is_name(name.as_bytes()) {
            return Err(
                self.unrepresentable(at, format!("the class {name:?}, whose name no element can have"))
            );
        }
        match definition.kind {
            ClassKind::Enum => self.constant(slot, name, at),
            ClassKind::Array => {
                let tag = self.object(slot, name.as_bytes(), place);
                self.array(tag, name, parts)
            }
            ClassKind::Proxy => {
                let text =
                    "a java.lang.reflect.Proxy: the library writes it, and cannot use what it reads again";
                Err(self.unrepresentable(at, text))
            }
            ClassKind::Bean if definition.named => self.named(slot, name, parts, place, at),
            ClassKind::Bean => {
                let text = format!(
                    "a {name}: the library writes the fields of objects in the order in which their class declares \
                     them, and some as attributes, which a schema of the application's classes tells (holdfast schema)"
                );
                Err(self.unrepresentable(at, text))
            }
        }
    }

    /// A constant of an enum, which is one object wherever it stands.
    fn constant(&mut self, slot: Slot<'_>, class: &'d str, at: usize) -> Outcome<()> {
        let Event::Str(name) = self.event()? else {
            let text = format!("a constant of {class} that is known by its number alone");
            return Err(self.unrepresentable(at, text));
        };
        self.open(slot, class.as_bytes());
        if let Some(id) = self.constants.get(&(class, name)) {
            self.reference(*id);
            return Ok(());
        }
        let id = self.number();
        self.constants.insert((class, name), id);
        self.attribute("value", name);
        self.attribute("type", class.as_bytes());
        self.empty();
        Ok(())
    }

    /// An object whose fields come with their names: first those that this format has as attributes, in texts of its own.
    fn named(&mut self, slot: Slot<'_>, class: &str, parts: u32, place: u32, at: usize) -> Outcome<()> {
        if !parts.is_multiple_of(2) {
            return Err(self.bad_form(at));
        }
        let tag = self.object(slot, class.as_bytes(), place);
        let mut left = parts / 2;
        while left > 0 {
            let field = self.reader.place();
            let name = self.field_name(at)?;
            match self.event()? {
                Event::Opaque(format, text) if format == crate::FORMAT.as_bytes() => {
                    self.begin_attribute(name);
                    match std::str::from_utf8(text) {
                        Ok(_) => escape(self.out, text),
                        Err(_) => {
                            self.lose(Loss::Surrogates, at)?;
                            escape_lossy(self.out, text);
                        }
                    }
                    self.out.push(b'"');
                }
                _ => {
                    self.reader.seek(field);
                    break;
                }
            }
            left -= 1;
        }
        self.opened(tag.name, left, Kind::Named)
    }

    /// A field that stands in an element, or is null and nowhere.
    pub(super) fn named_field(&mut self) -> Outcome<()> {
        let at = self.at();
        let name = self.field_name(at)?;
        self.value(Slot::Field(name))
    }

    fn field_name(&mut self, at: usize) -> Outcome<&'d [u8]> {
        let Event::Str(name) = self.event()? else { return Err(self.bad_form(at)) };
        if !is_name(name) || matches!(name, b"class" | b"__id" | b"__ref" | b"Null") {
            let name = String::from_utf8_lossy(name);
            return Err(self
                .unrepresentable(at, format!("a field of the name {name:?}, which no attribute can have")));
        }
        Ok(name)
    }
}

/// Whether the library can read an element or an attribute of this name.
fn is_name(name: &[u8]) -> bool {
    let ends = |byte: &u8| {
        matches!(byte, 0..=b' ' | b'=' | b'>' | b'/' | b'<' | b'"' | b'\'' | b'&' | b'!' | b'?' | b':')
    };
    !name.is_empty() && !name.iter().any(ends)
}
