//! What a document says, whatever bytes it says it in: two documents are compared by content, and what one
//! lost of the other is told by path.
//!
//! Equal are values, classes, structure, and the identity of objects. The order of fields, of entries without
//! an order, the width of a marker, suids and notes are not content. An untyped integer is what Java makes of
//! it, a plain array an `ArrayList`, a plain map a `HashMap`.

use std::collections::{HashMap, HashSet};
use std::iter::repeat;

use holdfast_document::builtin::{self, Shape};
use holdfast_document::{Attributes, Error, Event, Head, Item, Kind, Limits, Reader, Width};

/// How many differences are told; the rest says nothing new.
const MOST: usize = 20;

/// What differs between `before` and `after`, as paths; empty when nothing does.
///
/// # Errors
/// When one of them is no document.
pub fn difference(before: &[u8], after: &[u8]) -> Result<Vec<String>, Error> {
    let (before, after) = (Content::read(before)?, Content::read(after)?);
    let mut comparison = Comparison {
        before: &before,
        after: &after,
        pairs: HashMap::new(),
        taken: HashSet::new(),
        lost: Vec::new(),
    };
    for (number, (name, node)) in before.attributes.iter().enumerate() {
        let path = format!("/{name}");
        match after.attributes.iter().position(|(other, _)| other == name) {
            Some(other) => comparison.compare((number, *node), (other, after.root(other)), &path),
            None if before.node(number, *node) == Some(&Node::Scalar("null".to_owned())) => {}
            None => comparison.lost.push(path),
        }
    }
    for (name, _) in &after.attributes {
        if !before.attributes.iter().any(|(other, _)| other == name) {
            comparison.lost.push(format!("/{name}"));
        }
    }
    comparison.lost.truncate(MOST);
    Ok(comparison.lost)
}

/// The place of a value in its attribute.
type Place = u32;

#[derive(Debug, PartialEq)]
enum Node {
    /// A value without identity, by class and text.
    Scalar(String),
    /// A value with identity and nothing inside, by class and text.
    Leaf(String),
    /// The object at a place of an attribute.
    Same(usize, Place),
    /// Elements in order.
    Sequence(String, Vec<Place>),
    /// Elements without order.
    Set(String, Vec<Place>),
    /// Entries; whether they have an order.
    Map(String, bool, Vec<(Place, Place)>),
    /// Fields by name.
    Object(String, Vec<(String, Place)>),
}

struct Content {
    attributes: Vec<(String, Place)>,
    nodes: Vec<HashMap<Place, Node>>,
}

impl Content {
    fn read(document: &[u8]) -> Result<Self, Error> {
        let attributes = Attributes::split(document, Limits::default())?;
        let number = |name: &str| attributes.list.iter().position(|attribute| attribute.name == name);
        let mut content = Self { attributes: Vec::new(), nodes: Vec::new() };
        for (own, attribute) in attributes.list.iter().enumerate() {
            let mut reader = Reader::value(attribute.value);
            let mut nodes = HashMap::new();
            let cross = |name: u32| attributes.extras.name(name).and_then(number).unwrap_or(own);
            read_value(&mut reader, own, Width::Untyped, &cross, &mut nodes)?;
            content.attributes.push((attribute.name.to_owned(), 0));
            content.nodes.push(nodes);
        }
        Ok(content)
    }

    fn root(&self, attribute: usize) -> Place {
        self.attributes.get(attribute).map_or(0, |(_, place)| *place)
    }

    fn node(&self, attribute: usize, place: Place) -> Option<&Node> {
        self.nodes.get(attribute)?.get(&place)
    }

    /// A text that two equal keys share.
    fn key(&self, attribute: usize, place: Place) -> String {
        match self.node(attribute, place) {
            Some(Node::Scalar(text) | Node::Leaf(text)) => text.clone(),
            Some(Node::Sequence(class, inside) | Node::Set(class, inside)) => {
                let inside: Vec<_> = inside.iter().map(|place| self.key(attribute, *place)).collect();
                format!("{class}{inside:?}")
            }
            Some(Node::Object(class, fields)) => {
                let fields: Vec<_> =
                    fields.iter().map(|(name, place)| (name, self.key(attribute, *place))).collect();
                format!("{class}{fields:?}")
            }
            Some(Node::Map(class, ..)) => class.clone(),
            Some(Node::Same(other, place)) => match self.node(*other, *place) {
                Some(Node::Leaf(text)) => text.clone(),
                _ => "an object met before".to_owned(),
            },
            None => String::new(),
        }
    }
}

struct Comparison<'a> {
    before: &'a Content,
    after: &'a Content,
    /// Which object of `after` stands for which of `before`.
    pairs: HashMap<(usize, Place), (usize, Place)>,
    taken: HashSet<(usize, Place)>,
    lost: Vec<String>,
}

impl Comparison<'_> {
    fn compare(&mut self, before: (usize, Place), after: (usize, Place), path: &str) {
        if self.lost.len() >= MOST {
            return;
        }
        let before = resolve(self.before, before);
        let after = resolve(self.after, after);
        let (Some(old), Some(new)) =
            (self.before.node(before.0, before.1), self.after.node(after.0, after.1))
        else {
            self.lost.push(path.to_owned());
            return;
        };
        if !matches!(old, Node::Scalar(_)) {
            match self.pairs.get(&before) {
                Some(known) if *known == after => return,
                Some(_) => return self.lost.push(format!("{path} (no longer the same object)")),
                None if !self.taken.insert(after) => {
                    return self.lost.push(format!("{path} (became the same object as another)"));
                }
                None => {
                    self.pairs.insert(before, after);
                }
            }
        }
        match (old, new) {
            (Node::Scalar(old), Node::Scalar(new)) | (Node::Leaf(old), Node::Leaf(new)) if old == new => {}
            (Node::Sequence(old_class, old), Node::Sequence(new_class, new))
                if old_class == new_class && old.len() == new.len() =>
            {
                for (at, (old, new)) in old.iter().zip(new).enumerate() {
                    self.compare((before.0, *old), (after.0, *new), &format!("{path}/{at}"));
                }
            }
            (Node::Set(old_class, old), Node::Set(new_class, new))
                if old_class == new_class && old.len() == new.len() =>
            {
                let (old, new) = (sorted(self.before, before.0, old), sorted(self.after, after.0, new));
                for (old, new) in old.into_iter().zip(new) {
                    self.compare(
                        (before.0, old),
                        (after.0, new),
                        &format!("{path}/{}", self.before.key(before.0, old)),
                    );
                }
            }
            (Node::Map(old_class, ordered, old), Node::Map(new_class, _, new))
                if old_class == new_class && old.len() == new.len() =>
            {
                let (mut old, mut new) = (old.clone(), new.clone());
                if !ordered {
                    old.sort_by_cached_key(|(key, _)| self.before.key(before.0, *key));
                    new.sort_by_cached_key(|(key, _)| self.after.key(after.0, *key));
                }
                for ((old_key, old), (new_key, new)) in old.into_iter().zip(new) {
                    let path = format!("{path}/{}", self.before.key(before.0, old_key));
                    self.compare((before.0, old_key), (after.0, new_key), &path);
                    self.compare((before.0, old), (after.0, new), &path);
                }
            }
            (Node::Object(old_class, old), Node::Object(new_class, new)) if old_class == new_class => {
                for (name, place) in old {
                    let path = format!("{path}/{name}");
                    match new.iter().find(|(other, _)| other == name) {
                        Some((_, other)) => self.compare((before.0, *place), (after.0, *other), &path),
                        None => self.lost.push(path),
                    }
                }
            }
            _ => self.lost.push(path.to_owned()),
        }
    }
}

fn sorted(content: &Content, attribute: usize, places: &[Place]) -> Vec<Place> {
    let mut places = places.to_vec();
    places.sort_by_cached_key(|place| content.key(attribute, *place));
    places
}

fn resolve(content: &Content, at: (usize, Place)) -> (usize, Place) {
    match content.node(at.0, at.1) {
        Some(Node::Same(attribute, place)) => (*attribute, *place),
        _ => at,
    }
}

/// Reads one value, and gives its place; of an untyped integer, `slot` says what it is. The depth was checked when the
/// document was split.
fn read_value(
    reader: &mut Reader<'_>,
    own: usize,
    slot: Width,
    cross: &dyn Fn(u32) -> usize,
    nodes: &mut HashMap<Place, Node>,
) -> Result<Place, Error> {
    let place = reader.place();
    let scalar = |class: &str, text: String| Node::Scalar(format!("{class} {text}"));
    let leaf = |class: &str, text: String| Node::Leaf(format!("{class} {text}"));
    let node = match reader.next()? {
        Event::Nil => Node::Scalar("null".to_owned()),
        Event::Bool(value) => Node::Scalar(value.to_string()),
        Event::Int(number) => {
            let width = if number.width == Width::Untyped { slot } else { number.width };
            let class = match width {
                Width::Byte => "Byte",
                Width::Short => "Short",
                Width::Int => "Integer",
                Width::Untyped if i32::try_from(number.value).is_ok() => "Integer",
                Width::Long | Width::Untyped => "Long",
            };
            scalar(class, number.value.to_string())
        }
        Event::Unsigned(value) => {
            let mut bytes = vec![0];
            bytes.extend_from_slice(&value.to_be_bytes());
            scalar("BigInteger", format!("{bytes:x?}"))
        }
        Event::F32(value) => scalar("Float", format!("{:08x}", value.to_bits())),
        Event::F64(value) => scalar("Double", format!("{:016x}", value.to_bits())),
        Event::Str(bytes) => Node::Scalar(String::from_utf8_lossy(bytes).into_owned()),
        Event::Wstr(bytes) => scalar("String", format!("{bytes:x?}")),
        Event::Char(unit) => scalar("Character", unit.to_string()),
        Event::BigInteger(bytes) => scalar("BigInteger", format!("{bytes:x?}")),
        Event::BigDecimal(scale, bytes) => scalar("BigDecimal", format!("{bytes:x?} {scale}")),
        Event::Class(head) => scalar("Class", class_of(reader, &head)),
        Event::Date(millis) => leaf("Date", millis.to_string()),
        Event::Instant(seconds, nanos) => leaf("Instant", format!("{seconds} {nanos}")),
        Event::Uuid(bytes) => leaf("UUID", format!("{bytes:x?}")),
        Event::Bin(bytes) => leaf("byte[]", format!("{bytes:x?}")),
        Event::Primitives(element, bytes) => leaf("array", format!("{} {bytes:x?}", char::from(element))),
        Event::Opaque(format, bytes) => leaf("opaque", format!("{format:?} {bytes:x?}")),
        Event::Ref(place) => Node::Same(own, place),
        Event::Xref(name, place) => Node::Same(cross(name), place),
        Event::Array(count) => {
            Node::Sequence("java.util.ArrayList".to_owned(), read_values(reader, count, own, cross, nodes)?)
        }
        Event::Map(count) => {
            let parts = read_values(reader, count.saturating_mul(2), own, cross, nodes)?;
            Node::Map("java.util.HashMap".to_owned(), false, pairs(&parts))
        }
        Event::Typed(head, count) => {
            let class = class_of(reader, &head);
            let shape = shape_of(reader, &head);
            let parts = match &shape {
                Typed::Fields(slots) => {
                    let widths = slots.iter().map(|(_, width)| *width).chain(repeat(Width::Untyped));
                    let widths = widths.take(count as usize);
                    widths
                        .map(|width| read_value(reader, own, width, cross, nodes))
                        .collect::<Result<_, _>>()?
                }
                _ => read_values(reader, count, own, cross, nodes)?,
            };
            match shape {
                Typed::Builtin(row) => builtin_node(row, class, &parts),
                Typed::Fields(slots) => {
                    Node::Object(class, slots.into_iter().map(|(name, _)| name).zip(parts).collect())
                }
                Typed::Named => {
                    let fields = pairs(&parts).into_iter();
                    let name = |place: &Place| match nodes.get(place) {
                        Some(Node::Scalar(name)) => name.clone(),
                        _ => String::new(),
                    };
                    Node::Object(class, fields.map(|(key, value)| (name(&key), value)).collect())
                }
                Typed::Constant => {
                    let constant = parts.first().and_then(|place| nodes.get(place));
                    Node::Scalar(format!("{class} {constant:?}"))
                }
                Typed::Elements => Node::Sequence(class, parts),
            }
        }
    };
    nodes.insert(place, node);
    Ok(place)
}

fn read_values(
    reader: &mut Reader<'_>,
    count: u32,
    own: usize,
    cross: &dyn Fn(u32) -> usize,
    nodes: &mut HashMap<Place, Node>,
) -> Result<Vec<Place>, Error> {
    (0..count).map(|_| read_value(reader, own, Width::Untyped, cross, nodes)).collect()
}

fn pairs(parts: &[Place]) -> Vec<(Place, Place)> {
    parts.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).collect()
}

enum Typed {
    Builtin(&'static builtin::Builtin),
    /// The names of the fields, and what an untyped integer is in each.
    Fields(Vec<(String, Width)>),
    Named,
    Constant,
    Elements,
}

fn shape_of(reader: &Reader<'_>, head: &Head<'_>) -> Typed {
    let definition = match head {
        Head::Builtin(number) => return builtin::by_number(*number).map_or(Typed::Elements, Typed::Builtin),
        Head::Known(number) => reader.definition(*number).copied(),
        Head::Defined(definition) => Some(*definition),
    };
    match definition {
        Some(definition) if definition.named => Typed::Named,
        Some(definition) => match definition.kind {
            Kind::Enum => Typed::Constant,
            Kind::Array => Typed::Elements,
            Kind::Proxy => Typed::Fields(vec![("handler".to_owned(), Width::Untyped)]),
            Kind::Bean => Typed::Fields(definition.items().map(field_of).collect()),
        },
        None => Typed::Elements,
    }
}

fn field_of(item: Result<Item<'_>, Error>) -> (String, Width) {
    let above = |level: u32, name: &str| format!("{}{name}", "^".repeat(level as usize));
    match item {
        Ok(Item::Field { level, descriptor, name }) => {
            let width = match descriptor {
                "B" => Width::Byte,
                "S" => Width::Short,
                "I" => Width::Int,
                "J" => Width::Long,
                _ => Width::Untyped,
            };
            (above(level, name), width)
        }
        Ok(Item::Custom { level } | Item::TypedCustom { level }) => (above(level, "*"), Width::Untyped),
        Ok(Item::Whole { level }) => (above(level, "="), Width::Untyped),
        Ok(Item::Interface(name)) => (name.to_owned(), Width::Untyped),
        Err(_) => (String::new(), Width::Untyped),
    }
}

fn builtin_node(row: &builtin::Builtin, class: String, parts: &[Place]) -> Node {
    let own = row.shape.own_parts() as usize;
    let (before, inside) = parts.split_at_checked(own).unwrap_or((parts, &[]));
    let unordered = matches!(row.class, "java.util.HashSet" | "java.util.ImmutableCollections$SetN");
    let ordered_map = !matches!(
        row.class,
        "java.util.HashMap"
            | "java.util.Hashtable"
            | "java.util.Properties"
            | "java.util.concurrent.ConcurrentHashMap"
            | "java.util.IdentityHashMap"
            | "java.util.ImmutableCollections$MapN"
    );
    match row.shape {
        Shape::Parts(names) => Node::Object(
            class,
            names.iter().map(|name| (*name).to_owned()).zip(parts.iter().copied()).collect(),
        ),
        _ if before.is_empty() && row.shape.is_map() => Node::Map(class, ordered_map, pairs(inside)),
        _ if row.shape.is_map() => {
            // The part of its own stands as the first entry, its own key.
            let mut entries: Vec<_> = before.iter().map(|place| (*place, *place)).collect();
            entries.extend(pairs(inside));
            Node::Map(class, true, entries)
        }
        _ if unordered => Node::Set(class, parts.to_vec()),
        _ => Node::Sequence(class, parts.to_vec()),
    }
}

fn class_of(reader: &Reader<'_>, head: &Head<'_>) -> String {
    match head {
        Head::Builtin(builtin::LINKED_HASH_MAP_ACCESS_ORDER) => {
            "java.util.LinkedHashMap in access order".to_owned()
        }
        Head::Builtin(number) => builtin::by_number(*number).map_or("?", |row| row.class).to_owned(),
        Head::Known(number) => {
            reader.definition(*number).map_or("?", |definition| definition.name).to_owned()
        }
        Head::Defined(definition) => definition.name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use holdfast_document::{Number, Writer};

    use super::*;

    fn document(write: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::document(&mut bytes, 1);
        writer.attribute("a");
        write(&mut writer);
        writer.end();
        bytes
    }

    #[test]
    fn an_untyped_seven_is_the_integer_that_java_makes_of_it() {
        let untyped = document(|writer| writer.int(7));
        let integer = document(|writer| writer.number(Number { value: 7, width: Width::Int }));
        let long = document(|writer| writer.number(Number { value: 7, width: Width::Long }));
        assert_eq!(difference(&untyped, &integer).unwrap(), Vec::<String>::new());
        assert_eq!(difference(&untyped, &long).unwrap(), ["/a"]);
    }

    #[test]
    fn an_untyped_number_in_a_slot_of_a_primitive_type_is_of_that_type() {
        let slots = |value: Number, other: i64| {
            document(|writer| {
                writer.defined(2);
                writer.begin_definition(Kind::Bean, false, None, "User", 2);
                writer.nil();
                writer.item(0, "J", "id");
                writer.item(0, "?", "age");
                writer.number(value);
                writer.int(other);
            })
        };
        let named = |id: Width| {
            document(|writer| {
                writer.defined(4);
                writer.begin_definition(Kind::Bean, true, None, "User", 0);
                writer.nil();
                for (name, width) in [("id", id), ("age", Width::Int)] {
                    writer.str(name);
                    writer.number(Number { value: 7, width });
                }
            })
        };
        let told = slots(Number { value: 7, width: Width::Untyped }, 7);
        assert_eq!(difference(&told, &named(Width::Long)).unwrap(), Vec::<String>::new());
        assert_eq!(difference(&told, &named(Width::Int)).unwrap(), ["/a/id"]);
    }

    #[test]
    fn entries_of_a_hash_map_have_no_order_and_a_changed_one_is_told_by_path() {
        let map = |entries: &[(&str, i64)]| {
            document(|writer| {
                writer.map(2);
                for (key, value) in entries {
                    writer.str(key);
                    writer.int(*value);
                }
            })
        };
        let before = map(&[("x", 1), ("y", 2)]);
        assert_eq!(difference(&before, &map(&[("y", 2), ("x", 1)])).unwrap(), Vec::<String>::new());
        assert_eq!(difference(&before, &map(&[("y", 3), ("x", 1)])).unwrap(), ["/a/y"]);
    }

    #[test]
    fn two_equal_objects_where_one_was_shared_are_a_difference() {
        let shared = document(|writer| {
            writer.array(2);
            let place = writer.place();
            writer.array(0);
            writer.reference(place);
        });
        let apart = document(|writer| {
            writer.array(2);
            writer.array(0);
            writer.array(0);
        });
        assert_eq!(difference(&shared, &apart).unwrap(), ["/a/1 (no longer the same object)"]);
        assert_eq!(difference(&apart, &shared).unwrap(), ["/a/1 (became the same object as another)"]);
    }
}
