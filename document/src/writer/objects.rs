//! Objects: of built-in classes, and of those that a document defines.

use super::{Writer, raw};
use crate::append::append;
use crate::definition::Kind;
use crate::token::ext;

impl Writer<'_> {
    /// Begins a value of a built-in class; so many parts must follow.
    #[inline]
    pub fn builtin(&mut self, number: u16, parts: u32) {
        raw::array(self.out, parts.saturating_add(1));
        self.head_builtin(number);
    }

    /// Begins a value of a class that was defined in this attribute; so many parts must follow.
    #[inline]
    pub fn known(&mut self, definition: u32, parts: u32) {
        if let (0..=14, Ok(number)) = (parts, u8::try_from(definition)) {
            self.out.extend_from_slice(&[0x91 + parts as u8, 0xd4, ext::KNOWN as u8, number]);
            return;
        }
        raw::array(self.out, parts.saturating_add(1));
        self.head_known(definition);
    }

    /// Begins a value that defines its class. [`Writer::begin_definition`] must follow, then its items, then
    /// so many parts.
    pub fn defined(&mut self, parts: u32) {
        raw::array(self.out, parts.saturating_add(1));
    }

    /// Begins a class literal; a HEAD must follow: [`Writer::head_builtin`], [`Writer::head_known`] or a
    /// definition.
    pub fn class(&mut self) {
        raw::array(self.out, 2);
        raw::ext(self.out, ext::CLASS, 0);
    }

    /// Writes the HEAD of a built-in class.
    #[inline]
    pub fn head_builtin(&mut self, number: u16) {
        self.head(ext::BUILTIN, number);
    }

    /// Writes the HEAD of a class that was defined in this attribute.
    #[inline]
    pub fn head_known(&mut self, definition: u32) {
        self.head(ext::KNOWN, u16::try_from(definition).unwrap_or(u16::MAX));
    }

    #[inline]
    fn head(&mut self, kind: i8, number: u16) {
        match u8::try_from(number) {
            Ok(number) => self.out.extend_from_slice(&[0xd4, kind as u8, number]),
            Err(_) => {
                let [high, low] = number.to_be_bytes();
                self.out.extend_from_slice(&[0xd5, kind as u8, high, low]);
            }
        }
    }

    /// Begins a definition of so many items, and gives its number. Its superclass must follow (a HEAD, a
    /// definition, or nil), then the items by [`Writer::item`].
    pub fn begin_definition(
        &mut self,
        kind: Kind,
        named: bool,
        java: Option<(u8, i64)>,
        name: &str,
        items: u32,
    ) -> u32 {
        let number = self.definitions;
        self.definitions += 1;
        raw::array(self.out, items.saturating_add(3));
        let kind = u8::from(named) << 6
            | match kind {
                Kind::Bean => 0,
                Kind::Enum => 1,
                Kind::Proxy => 2,
                Kind::Array => 3,
            };
        match java {
            None => self.extension(ext::DEFINITION, &[kind]),
            Some((flags, suid)) => {
                raw::ext(self.out, ext::DEFINITION, 10);
                self.out.extend_from_slice(&[kind, flags]);
                self.out.extend_from_slice(&suid.to_be_bytes());
            }
        }
        self.str(name);
        number
    }

    /// Writes a definition that another document has: its bytes, with those of its superclasses inside, so many in all.
    /// Gives the number of the first.
    pub fn definition_again(&mut self, bytes: &[u8], definitions: u32) -> u32 {
        let number = self.definitions;
        self.definitions += definitions;
        append(self.out, bytes);
        number
    }

    /// Writes the slot of a field: how many classes up it is declared, its type descriptor, its name.
    pub fn item(&mut self, level: u32, descriptor: &str, name: &str) {
        raw::str_len(self.out, level as usize + descriptor.len() + name.len());
        self.out.resize(self.out.len() + level as usize, b'^');
        self.out.extend_from_slice(descriptor.as_bytes());
        self.out.extend_from_slice(name.as_bytes());
    }

    /// Writes the slot of custom data.
    pub fn item_custom(&mut self, level: u32) {
        self.item(level, "*", "");
    }

    /// Writes the slot of what a value is as an object of the built-in class so many levels up.
    pub fn item_whole(&mut self, level: u32) {
        self.item(level, "=", "");
    }

    /// Makes another built-in class, of a number below 256, of the value that was begun when [`Writer::len`] was
    /// `at`, for formats that tell the class behind the parts.
    pub fn patch_builtin(&mut self, at: usize, number: u8) {
        let Some(value) = self.out.get_mut(self.start + at..) else { return };
        if let [0x90..=0x9f, 0xd4, _, old, ..]
        | [0xdc, _, _, 0xd4, _, old, ..]
        | [0xdd, _, _, _, _, 0xd4, _, old, ..] = value
        {
            *old = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_class_of_a_value_may_be_told_behind_its_parts() {
        for parts in [2, 20, 70_000] {
            let mut bytes = Vec::new();
            let mut writer = Writer::value(&mut bytes);
            writer.nil();
            let at = writer.len();
            writer.builtin(41, parts);
            writer.patch_builtin(at, 42);
            writer.patch_builtin(0, 42);
            assert_eq!(writer.written().last(), Some(&42));
            assert_eq!(bytes.first(), Some(&0xc0));
        }
    }
}
