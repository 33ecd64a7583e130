//! Where in a document a value stands, in words for people.

use crate::builtin::{self, Shape};
use crate::definition::{Definition, Head, Item};
use crate::error::Error;
use crate::event::Event;
use crate::reader::Reader;

/// The way from the attribute to the value that begins at an offset of the document: `/cart/items/3/price`.
///
/// It walks from the first byte, so that nobody who only may fail has to remember where he is. A document that ends
/// at the offset, because its writer stopped there, has paths too. The inner part of a wrapper has the wrapper's path.
#[must_use]
pub fn path(document: &[u8], at: usize) -> String {
    let mut walk = Walk { at, attribute: "", open: Vec::new() };
    // Where the walk cannot go on, the last value that it saw is the nearest one.
    let _ = walk.document(document);
    let mut path = String::from("/");
    path.push_str(walk.attribute);
    for level in &walk.open {
        level.describe(&mut path);
    }
    path
}

struct Walk<'a> {
    at: usize,
    attribute: &'a str,
    open: Vec<Level<'a>>,
}

struct Level<'a> {
    names: Names<'a>,
    total: u64,
    /// How many parts began.
    begun: u64,
}

/// What the parts of a container are called.
enum Names<'a> {
    Elements,
    /// Keys and values in turn, and the last key.
    Entries(Option<Event<'a>>),
    /// The comparator, class or defaults of a built-in class, then elements or entries.
    Builtin(Shape, Option<Event<'a>>),
    Fields(Definition<'a>),
    Pairs(Option<Event<'a>>),
}

impl<'a> Walk<'a> {
    fn document(&mut self, document: &'a [u8]) -> Result<(), Error> {
        let (mut reader, count) = Reader::document(document)?;
        for _ in 0..count {
            if reader.at() >= self.at {
                return Ok(());
            }
            self.attribute = reader.attribute()?;
            if self.value(&mut reader)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether the place was found.
    fn value(&mut self, reader: &mut Reader<'a>) -> Result<bool, Error> {
        loop {
            while self.open.last().is_some_and(|level| level.begun == level.total) {
                self.open.pop();
            }
            if let Some(level) = self.open.last_mut() {
                level.begun += 1;
            }
            if reader.at() >= self.at {
                return Ok(true);
            }
            let event = reader.next()?;
            if let Some(level) = self.open.last_mut() {
                level.remember(event);
            }
            let level = |names, total| Level { names, total, begun: 0 };
            match event {
                Event::Array(count) => self.open.push(level(Names::Elements, u64::from(count))),
                Event::Map(count) => self.open.push(level(Names::Entries(None), 2 * u64::from(count))),
                Event::Typed(head, parts) => {
                    let names = match head {
                        Head::Builtin(number) => builtin::by_number(number)
                            .map_or(Names::Elements, |row| Names::Builtin(row.shape, None)),
                        Head::Known(number) => match reader.definition(number) {
                            Some(definition) => names_of(definition),
                            None => Names::Elements,
                        },
                        Head::Defined(ref definition) => names_of(definition),
                    };
                    self.open.push(level(names, u64::from(parts)));
                }
                _ => {}
            }
            if self.open.iter().all(|level| level.begun == level.total) && reader.at() < self.at {
                self.open.clear();
                return Ok(false);
            }
        }
    }
}

const fn names_of<'a>(definition: &Definition<'a>) -> Names<'a> {
    if definition.named { Names::Pairs(None) } else { Names::Fields(*definition) }
}

impl<'a> Level<'a> {
    /// Keeps the event that names the parts to come.
    fn remember(&mut self, event: Event<'a>) {
        let begun = self.begun;
        match &mut self.names {
            Names::Entries(key) | Names::Pairs(key) if begun % 2 == 1 => *key = Some(event),
            Names::Builtin(shape, key)
                if shape.is_map() && begun.saturating_sub(u64::from(shape.own_parts())) % 2 == 1 =>
            {
                *key = Some(event);
            }
            _ => {}
        }
    }

    fn describe(&self, path: &mut String) {
        let Some(index) = self.begun.checked_sub(1) else { return };
        match &self.names {
            Names::Elements => push(path, &index.to_string()),
            Names::Entries(key) => entry(path, index, key.as_ref()),
            Names::Pairs(key) => match key {
                Some(Event::Str(name)) if index % 2 == 1 => push(path, &String::from_utf8_lossy(name)),
                _ => {}
            },
            Names::Builtin(Shape::Parts(["inner" | "array" | "element" | "value"]), _) => {}
            Names::Builtin(Shape::Parts(names), _) => {
                push(path, names.get(index as usize).copied().unwrap_or("?"));
            }
            Names::Builtin(shape, key) => match index.checked_sub(u64::from(shape.own_parts())) {
                None => push(path, own_part(*shape)),
                Some(index) if shape.is_map() => entry(path, index, key.as_ref()),
                Some(index) => push(path, &index.to_string()),
            },
            Names::Fields(definition) => match definition.items().nth(index as usize) {
                Some(Ok(Item::Field { name, .. })) => push(path, name),
                Some(Ok(Item::Custom { .. } | Item::TypedCustom { .. })) => push(path, "*"),
                _ if definition.kind == crate::Kind::Proxy => push(path, "handler"),
                _ if definition.kind == crate::Kind::Array => push(path, &index.to_string()),
                _ => {}
            },
        }
    }
}

const fn own_part(shape: Shape) -> &'static str {
    match shape {
        Shape::SortedElements | Shape::SortedEntries => "comparator",
        Shape::DefaultedEntries => "defaults",
        _ => "class",
    }
}

fn entry(path: &mut String, index: u64, key: Option<&Event<'_>>) {
    if index.is_multiple_of(2) {
        push(path, &format!("key {}", index / 2));
        return;
    }
    match key {
        Some(Event::Str(text)) => push(path, &String::from_utf8_lossy(text)),
        Some(Event::Int(number)) => push(path, &number.value.to_string()),
        Some(Event::Unsigned(number)) => push(path, &number.to_string()),
        Some(Event::Bool(value)) => push(path, if *value { "true" } else { "false" }),
        _ => push(path, &format!("value {}", index / 2)),
    }
}

fn push(path: &mut String, segment: &str) {
    path.push('/');
    path.push_str(segment);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Writer};

    fn place_of(document: &[u8], value: &[u8]) -> usize {
        document.windows(value.len()).position(|window| window == value).unwrap()
    }

    fn sample() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::document(&mut bytes, 2);
        writer.attribute("user");
        writer.str("alice");
        writer.attribute("cart");
        writer.map(2);
        writer.str("n");
        writer.str("first");
        writer.str("items");
        writer.builtin(61, 1);
        writer.array(2);
        writer.str("second");
        writer.defined(2);
        writer.begin_definition(Kind::Bean, false, None, "Item", 2);
        writer.nil();
        writer.item(0, "I", "quantity");
        writer.item(0, "Ljava/util/TreeMap;", "tags");
        writer.int(7);
        writer.builtin(43, 3);
        writer.nil();
        writer.str("colour");
        writer.str("third");
        writer.end();
        bytes
    }

    #[test]
    fn a_path_names_attributes_keys_indexes_and_fields() {
        let document = sample();
        for (text, expected) in [
            ("alice", "/user"),
            ("first", "/cart/n"),
            ("items", "/cart/key 1"),
            ("second", "/cart/items/0"),
            ("third", "/cart/items/1/tags/colour"),
        ] {
            assert_eq!(path(&document, place_of(&document, text.as_bytes()) - 1), expected);
        }
    }

    #[test]
    fn a_document_that_ends_at_the_place_has_its_path() {
        let document = sample();
        let end = place_of(&document, b"\xa5third");
        assert_eq!(path(&document[..end], end), "/cart/items/1/tags/colour");
        let end = place_of(&document, b"\xa6second");
        assert_eq!(path(&document[..end], end), "/cart/items/0");
    }

    #[test]
    fn no_bytes_and_no_offset_break_it() {
        let document = sample();
        for end in 0..document.len() {
            for at in 0..document.len() + 2 {
                assert!(path(&document[..end], at).starts_with('/'));
            }
        }
    }
}
