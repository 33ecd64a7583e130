//! What a document means, as text.

use std::collections::HashMap;
use std::fmt::Write as _;

use holdfast_document::{Attributes, Definition, Event, Head, Item, Limits, Reader, builtin};

/// The content of attributes, identity of objects included: an object is told at its first occurrence and
/// numbered; later ones say the number.
pub(crate) fn picture(document: &[u8], names: &[String]) -> String {
    let attributes = Attributes::split(document, Limits::default()).expect("a document");
    let mut parse = Parse { nodes: HashMap::new() };
    let mut roots = HashMap::new();
    let numbers: Vec<Option<usize>> = attributes
        .extras
        .names
        .iter()
        .map(|name| name.map(|name| attributes.list.iter().position(|a| a.name == name).expect("a name")))
        .collect();
    for (attribute, part) in attributes.list.iter().enumerate() {
        let mut reader = Reader::value(part.value);
        let root = parse.value(&mut reader, attribute, &numbers, Context::Normal);
        reader.end().expect("one value");
        roots.insert(part.name.to_owned(), root);
    }
    let mut draw = Draw { nodes: &parse.nodes, seen: HashMap::new(), out: String::new() };
    for name in names {
        let _ = writeln!(draw.out, "{name}");
        match roots.get(name) {
            Some(root) => draw.child(root, 1),
            None => draw.out.push_str("  is not there\n"),
        }
    }
    draw.out
}

/// The content of one value that stands alone.
pub(crate) fn picture_of_value(name: &str, value: &[u8]) -> String {
    let mut document = Vec::new();
    let mut writer = holdfast_document::Writer::document(&mut document, 1);
    writer.attribute(name);
    writer.copy(value);
    writer.end();
    picture(&document, &[name.to_owned()])
}

type Place = (usize, u32);

enum Child {
    Leaf(String),
    Node(Place),
}

struct Parse {
    nodes: HashMap<Place, (String, Vec<Child>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Context {
    Normal,
    /// The part is custom data.
    Custom,
    /// An element of custom data.
    Inside,
}

impl Parse {
    fn value(
        &mut self,
        reader: &mut Reader<'_>,
        attribute: usize,
        numbers: &[Option<usize>],
        context: Context,
    ) -> Child {
        let place = reader.place();
        let event = reader.next().expect("an event");
        let mut label = match &event {
            Event::Ref(place) => return Child::Node((attribute, *place)),
            Event::Xref(number, place) => {
                return Child::Node((numbers[*number as usize].expect("a name"), *place));
            }
            Event::Bin(bytes) if context == Context::Inside => {
                return Child::Leaf(format!("block {bytes:?}"));
            }
            Event::F32(value) => format!("f32 {:08x}", value.to_bits()),
            Event::F64(value) => format!("f64 {:016x}", value.to_bits()),
            Event::Typed(Head::Builtin(builtin::BYTES_IN_CUSTOM_DATA), _) => {
                let Event::Bin(bytes) = reader.next().expect("bytes") else { panic!("no bytes") };
                self.nodes.insert((attribute, place), (format!("Bin({bytes:?})"), vec![]));
                return Child::Node((attribute, place));
            }
            Event::Typed(head, parts) => format!("{} {parts}", class(reader, head)),
            Event::Class(head) => format!("class {}", class(reader, head)),
            other => format!("{other:?}"),
        };
        if context == Context::Custom {
            label.push_str(" custom");
        }
        if !event.is_shareable() {
            return Child::Leaf(label);
        }
        let custom: Vec<bool> = match &event {
            Event::Typed(Head::Known(number), _) => customs(reader.definition(*number).expect("known")),
            Event::Typed(Head::Defined(definition), _) => customs(definition),
            _ => vec![],
        };
        let children = (0..event.inside() as usize)
            .map(|n| {
                let inner = match context {
                    Context::Custom => Context::Inside,
                    _ if custom.get(n) == Some(&true) => Context::Custom,
                    _ => Context::Normal,
                };
                self.value(reader, attribute, numbers, inner)
            })
            .collect();
        self.nodes.insert((attribute, place), (label, children));
        Child::Node((attribute, place))
    }
}

fn customs(definition: &Definition<'_>) -> Vec<bool> {
    definition.items().map(|item| matches!(item, Ok(Item::Custom { .. }))).collect()
}

/// All that a class says, its superclasses included.
pub(crate) fn class(reader: &Reader<'_>, head: &Head<'_>) -> String {
    let definition = match head {
        Head::Builtin(number) => return format!("builtin {number}"),
        Head::Known(number) => reader.definition(*number).expect("known"),
        Head::Defined(definition) => reader.definition(definition.number).expect("defined"),
    };
    let items: Vec<_> = definition.items().map(|item| item.expect("an item")).collect();
    let superclass = match definition.superclass {
        None => "nothing".to_owned(),
        Some(holdfast_document::Super::Builtin(number)) => format!("builtin {number}"),
        Some(holdfast_document::Super::Known(number)) => class(reader, &Head::Known(number)),
    };
    let Definition { kind, named, java, name, .. } = definition;
    format!("{{{kind:?} {named} {java:?} {name} {items:?} extends {superclass}}}")
}

struct Draw<'n> {
    nodes: &'n HashMap<Place, (String, Vec<Child>)>,
    seen: HashMap<Place, usize>,
    out: String,
}

impl Draw<'_> {
    fn child(&mut self, child: &Child, depth: usize) {
        let indent = "  ".repeat(depth);
        match child {
            Child::Leaf(label) => {
                let _ = writeln!(self.out, "{indent}{label}");
            }
            Child::Node(place) => {
                let next = self.seen.len();
                if let Some(number) = self.seen.get(place) {
                    let _ = writeln!(self.out, "{indent}#{number}");
                    return;
                }
                self.seen.insert(*place, next);
                let (label, children) = &self.nodes[place];
                let _ = writeln!(self.out, "{indent}#{next} = {label}");
                for child in children {
                    self.child(child, depth + 1);
                }
            }
        }
    }
}
