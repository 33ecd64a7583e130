//! The content of a document as the golden files have it: one text for one content, whatever the format it came in.
//!
//! What documents do not keep is not in it: the text of floating-point numbers, whose bits are there. Identity counts
//! where the golden form counts it, which is not for strings, numbers, constants and plain values of the JDK.

use std::collections::HashMap;
use std::fmt::Write as _;

use holdfast_document::builtin::{self, Shape};
use holdfast_document::{Definition, Event, Extras, Head, Item, Kind, Number, Reader, Width};

/// A golden file's text in the form that [`canonical`] gives.
pub(crate) fn golden(json: &str) -> String {
    let (_, entries) = json.trim_end().split_once('\n').expect("a golden file has a line of its map's type");
    let mut out = String::new();
    let mut rest = entries;
    for mark in ["{\"f64\":\"", "{\"f32\":\""] {
        while let Some((before, after)) = rest.split_once(mark) {
            out.push_str(before);
            out.push_str(&mark[..6]);
            rest = after.split_once("\",").expect("bits follow the text of a number").1;
        }
        let last = rest.to_owned();
        out.push_str(&last);
        rest = Box::leak(std::mem::take(&mut out).into_boxed_str());
    }
    rest.to_owned()
}

/// The content of a document.
pub(crate) fn canonical(document: &[u8]) -> String {
    let (mut reader, count) = Reader::document(document).expect("a document");
    let extras = Extras::of(document).expect("extras");
    let mut tree = Tree::default();
    let mut roots = Vec::new();
    for _ in 0..count {
        let name = reader.attribute().expect("a name").to_owned();
        tree.attribute.clone_from(&name);
        let root = tree.read(&mut reader, &extras);
        roots.push((name, root));
    }
    let mut printer = Printer { tree: &tree, uses: HashMap::new(), ids: HashMap::new() };
    for (_, root) in &roots {
        printer.count(*root);
    }
    roots.sort_by_key(|(name, _)| quoted(name));
    let lines: Vec<String> =
        roots.iter().map(|(name, root)| format!(" [{},{}]", quoted(name), printer.print(*root))).collect();
    if lines.is_empty() { "]}".into() } else { format!("{}\n]}}", lines.join(",\n")) }
}

#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    by_place: HashMap<(String, u32), usize>,
    /// References whose target comes later.
    attribute: String,
}

enum Node {
    /// Text of a value without an identity.
    Plain(String),
    Ref(String, u32),
    List(String, &'static str, Vec<usize>),
    /// With its comparator.
    Sorted(String, &'static str, usize, Vec<usize>),
    Map(String, &'static str, Vec<(usize, usize)>),
    SortedMap(String, &'static str, usize, Vec<(usize, usize)>),
    Keyed(String, &'static str, String, Vec<(usize, usize)>),
    Array(String, Vec<usize>),
    /// The rest of the text behind type and id.
    Other(String, String),
    Wrapper(String, usize),
    /// Fields: level, name, value.
    Object(String, Vec<(u32, String, usize)>),
    Proxy(String, usize),
}

impl Tree {
    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn many(&mut self, count: u32, reader: &mut Reader<'_>, extras: &Extras<'_>) -> Vec<usize> {
        (0..count).map(|_| self.read(reader, extras)).collect()
    }

    fn pairs(&mut self, count: u32, reader: &mut Reader<'_>, extras: &Extras<'_>) -> Vec<(usize, usize)> {
        (0..count).map(|_| (self.read(reader, extras), self.read(reader, extras))).collect()
    }

    fn read(&mut self, reader: &mut Reader<'_>, extras: &Extras<'_>) -> usize {
        let place = reader.place();
        let plain = |text: &str| Node::Plain(text.to_owned());
        let other = |class: &str, rest: String| Node::Other(class.to_owned(), rest);
        let valued = |class: &str, value: &str| {
            Node::Plain(format!("{{\"type\":{},\"value\":{}}}", quoted(class), quoted(value)))
        };
        let node = match reader.next().expect("an event") {
            Event::Nil => plain("null"),
            Event::Bool(value) => plain(if value { "true" } else { "false" }),
            Event::Int(number) => plain(&int(number)),
            Event::Unsigned(value) => valued("java.math.BigInteger", &value.to_string()),
            Event::F32(value) => plain(&format!("{{\"f32\"\"bits\":\"{:08x}\"}}", value.to_bits())),
            Event::F64(value) => plain(&format!("{{\"f64\"\"bits\":\"{:016x}\"}}", value.to_bits())),
            Event::Str(bytes) => plain(&quoted(std::str::from_utf8(bytes).expect("UTF-8"))),
            Event::Wstr(bytes) => plain(&wtf8(bytes)),
            Event::Char(unit) => plain(&format!("{{\"u16\":\"{unit}\"}}")),
            Event::Bin(bytes) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                other("[B", format!("\"hex\":\"{hex}\""))
            }
            Event::Primitives(element, data) => other(
                &format!("[{}", char::from(element)),
                format!("\"elements\":[{}]", elements(element, data)),
            ),
            Event::Date(millis) => other("java.util.Date", format!("\"millis\":\"{millis}\"")),
            Event::Instant(seconds, nanos) => valued("java.time.Instant", &instant(seconds, nanos)),
            Event::BigInteger(bytes) => valued("java.math.BigInteger", &decimal(bytes)),
            Event::BigDecimal(scale, bytes) => Node::Plain(format!(
                "{{\"type\":\"java.math.BigDecimal\",\"unscaled\":\"{}\",\"scale\":\"{scale}\"}}",
                decimal(bytes)
            )),
            Event::Uuid(bytes) => valued("java.util.UUID", &uuid(bytes)),
            Event::Array(count) => {
                let elements = self.many(count, reader, extras);
                Node::List("java.util.ArrayList".into(), "list", elements)
            }
            Event::Map(count) => {
                let entries = self.pairs(count, reader, extras);
                Node::Map("java.util.HashMap".into(), "map", entries)
            }
            Event::Class(head) => valued("java.lang.Class", &name_of(reader, head)),
            Event::Ref(target) => Node::Ref(self.attribute.clone(), target),
            Event::Xref(number, target) => {
                Node::Ref(extras.name(number).expect("a name in the extras").to_owned(), target)
            }
            Event::Opaque(format, bytes) => panic!("opaque {format:?} {bytes:?}"),
            Event::Typed(Head::Builtin(number), parts) => self.builtin(number, parts, reader, extras),
            Event::Typed(Head::Known(number), parts) => {
                let definition = *reader.definition(number).expect("a definition");
                self.defined(&definition, parts, reader, extras)
            }
            Event::Typed(Head::Defined(definition), parts) => {
                self.defined(&definition, parts, reader, extras)
            }
        };
        let node = self.push(node);
        self.by_place.insert((self.attribute.clone(), place), node);
        node
    }

    fn builtin(&mut self, number: u16, parts: u32, reader: &mut Reader<'_>, extras: &Extras<'_>) -> Node {
        let row = builtin::by_number(number).expect("a built-in class");
        let class = row.class.to_owned();
        match (number, row.shape) {
            (12, _) => {
                let array = self.read(reader, extras);
                let Node::Array(_, elements) = &self.nodes[array] else { panic!("no array") };
                Node::List(class, "list", elements.clone())
            }
            (19, _) => {
                let Event::Int(Number { value: count, .. }) = reader.next().expect("a count") else {
                    panic!("no count of copies")
                };
                let element = self.read(reader, extras);
                Node::List(class, "list", vec![element; count as usize])
            }
            (13..=18, _) => {
                let elements = self.many(parts, reader, extras);
                match number {
                    19 => {
                        let Node::Plain(count) = &self.nodes[elements[0]] else { panic!("no count") };
                        let digits: String = count
                            .chars()
                            .skip_while(|char| *char != ':')
                            .filter(char::is_ascii_digit)
                            .collect();
                        Node::List(class, "list", vec![elements[1]; digits.parse().expect("a count")])
                    }
                    15 => Node::Map(class, "map", vec![]),
                    18 => Node::Map(class, "map", vec![(elements[0], elements[1])]),
                    14 | 17 => Node::List(class, "set", elements),
                    _ => Node::List(class, "list", elements),
                }
            }
            (60..=79, _) => {
                let inner = self.read(reader, extras);
                Node::Wrapper(class, inner)
            }
            (85 | 96, _) => {
                let inner = self.read(reader, extras);
                Node::Wrapper(class, inner)
            }
            (_, Shape::Parts(_)) => {
                let parts: Vec<String> = (0..parts)
                    .map(|_| match reader.next().expect("a part") {
                        Event::Str(bytes) | Event::Wstr(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                        Event::Int(number) => number.value.to_string(),
                        Event::Bool(value) => value.to_string(),
                        Event::Nil => "null".into(),
                        Event::Bin(bytes) => format!("{bytes:x?}"),
                        event => panic!("{event:?} among the parts of {class}"),
                    })
                    .collect();
                scalar(number, class, &parts)
            }
            (120.., _) => {
                let elements = self.many(parts, reader, extras);
                Node::Array(class, elements)
            }
            (30..=34 | 1..=11 | 20 | 21, shape) => {
                let kind = match number {
                    31 => "orderedset",
                    32 | 33 => "sortedset",
                    30 | 34 | 21 => "set",
                    _ => "list",
                };
                if shape == Shape::SortedElements {
                    let comparator = self.read(reader, extras);
                    let elements = self.many(parts - 1, reader, extras);
                    return Node::Sorted(class, kind, comparator, elements);
                }
                let elements = self.many(parts, reader, extras);
                Node::List(class, kind, elements)
            }
            (35, _) => {
                let Event::Class(head) = reader.next().expect("a class") else { panic!("no class") };
                let elements = name_of(reader, head);
                let entries = self.many(parts - 1, reader, extras).into_iter().map(|e| (e, e)).collect();
                Node::Keyed("java.util.RegularEnumSet".into(), "enumset", elements, entries)
            }
            (48, _) => {
                let Event::Class(head) = reader.next().expect("a class") else { panic!("no class") };
                let keys = name_of(reader, head);
                let entries = self.pairs((parts - 1) / 2, reader, extras);
                Node::Keyed(class, "enummap", keys, entries)
            }
            (43 | 47, _) => {
                let comparator = self.read(reader, extras);
                let entries = self.pairs((parts - 1) / 2, reader, extras);
                Node::SortedMap(class, "sortedmap", comparator, entries)
            }
            (45, _) => {
                self.read(reader, extras);
                let entries = self.pairs((parts - 1) / 2, reader, extras);
                Node::Map(class, "map", entries)
            }
            (41 | 42, _) => {
                let entries = self.pairs(parts / 2, reader, extras);
                Node::Map(class, "orderedmap", entries)
            }
            _ => {
                let entries = self.pairs(parts / 2, reader, extras);
                Node::Map(class, "map", entries)
            }
        }
    }

    fn defined(
        &mut self,
        definition: &Definition<'_>,
        parts: u32,
        reader: &mut Reader<'_>,
        extras: &Extras<'_>,
    ) -> Node {
        let class = definition.name.to_owned();
        match definition.kind {
            Kind::Enum => {
                let name = match reader.next().expect("a constant") {
                    Event::Str(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Event::Int(number) => format!("#{}", number.value),
                    event => panic!("{event:?} for a constant"),
                };
                Node::Plain(format!("{{\"type\":{},\"enum\":{}}}", quoted(&class), quoted(&name)))
            }
            Kind::Array => Node::Array(class, self.many(parts, reader, extras)),
            Kind::Proxy => {
                let interfaces: Vec<&str> = definition
                    .items()
                    .map(|item| match item.expect("an item") {
                        Item::Interface(name) => name,
                        item => panic!("{item:?}"),
                    })
                    .collect();
                let handler = self.read(reader, extras);
                Node::Proxy(interfaces.join(","), handler)
            }
            Kind::Bean if definition.named => {
                let fields = (0..parts / 2).map(|_| {
                    let name = match reader.next().expect("the name of a field") {
                        Event::Str(name) => String::from_utf8_lossy(name).into_owned(),
                        event => panic!("{event:?} for the name of a field"),
                    };
                    (0, name, self.read(reader, extras))
                });
                Node::Object(class, fields.collect())
            }
            Kind::Bean => {
                let fields = definition
                    .items()
                    .map(|item| match item.expect("an item") {
                        Item::Field { level, descriptor, name } => {
                            let value = self.read(reader, extras);
                            // The definition has the type of a primitive field.
                            if let Node::Plain(text) = &mut self.nodes[value] {
                                let kind = match descriptor {
                                    "B" => "i8",
                                    "S" => "i16",
                                    "J" => "i64",
                                    _ => "i32",
                                };
                                if descriptor.len() == 1 {
                                    *text = text
                                        .replace("\"i32\"", &format!("\"{kind}\""))
                                        .replace("\"i64\"", &format!("\"{kind}\""));
                                }
                            }
                            (level, name.to_owned(), value)
                        }
                        Item::Custom { level } | Item::TypedCustom { level } => {
                            (level, "*".to_owned(), self.read(reader, extras))
                        }
                        Item::Whole { level } => (level, "=".to_owned(), self.read(reader, extras)),
                        Item::Interface(name) => panic!("interface {name} in {class}"),
                    })
                    .collect::<Vec<_>>();
                // The data of a `writeObject` method that writes no more than the fields.
                let is_empty =
                    |value: usize| matches!(&self.nodes[value], Node::List(_, _, data) if data.is_empty());
                let fields =
                    fields.into_iter().filter(|(_, name, value)| name != "*" || !is_empty(*value)).collect();
                Node::Object(class, fields)
            }
        }
    }
}

/// The bits that are set, as `BitSet.toString` has them, of bytes as a debug format has them.
fn bits(bytes: &str) -> String {
    let bytes = bytes.trim_matches(['[', ']']).split(", ").filter_map(|byte| byte.parse::<u8>().ok());
    let set = bytes.enumerate().flat_map(|(at, byte)| {
        (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| (at * 8 + bit).to_string())
    });
    format!("{{{}}}", set.collect::<Vec<_>>().join(", "))
}

fn int(Number { value, width }: Number) -> String {
    let kind = match width {
        Width::Byte => "i8",
        Width::Short => "i16",
        Width::Int => "i32",
        Width::Long => "i64",
        Width::Untyped if i32::try_from(value).is_ok() => "i32",
        Width::Untyped => "i64",
    };
    format!("{{\"{kind}\":\"{value}\"}}")
}

fn scalar(number: u16, class: String, parts: &[String]) -> Node {
    let value =
        |text: String| Node::Plain(format!("{{\"type\":{},\"value\":{}}}", quoted(&class), quoted(&text)));
    let number_of = |at: usize| parts[at].parse::<i64>().expect("a number");
    match number {
        80..=84 => Node::Other(class, format!("\"value\":{}", quoted(&parts[0]))),
        86 => {
            let [language, country, variant] = [&parts[0], &parts[1], &parts[2]];
            let mut text = language.clone();
            let mut tag = language.clone();
            if !country.is_empty() {
                text = format!("{text}_{country}");
                tag = format!("{tag}-{country}");
            }
            if !variant.is_empty() {
                text = format!("{text}_{variant}");
                tag = format!("{tag}-x-lvariant-{variant}");
            }
            let class = quoted(&class);
            Node::Plain(format!("{{\"type\":{class},\"value\":{},\"tag\":{}}}", quoted(&text), quoted(&tag)))
        }
        95 => Node::Other(class, format!("\"bits\":{}", quoted(&bits(&parts[0])))),
        87 | 89 | 94 | 112 => value(parts[0].clone()),
        88 => value(format!("{parts:?}")),
        90..=91 => Node::Other(class, format!("\"millis\":\"{}\"", parts[0])),
        92 => Node::Other(class, format!("\"millis\":\"{}\",\"nanos\":\"{}\"", parts[0], parts[1])),
        93 => Node::Other(
            class,
            format!(
                "\"millis\":\"{}\",\"zone\":{},\"lenient\":{},\"firstDayOfWeek\":\"{}\",\"minimalDays\":\"{}\"",
                parts[0],
                quoted(&parts[1]),
                parts[2],
                parts[3],
                parts[4]
            ),
        ),
        100 => value(format!("{}-{:02}-{:02}", year(number_of(0)), number_of(1), number_of(2))),
        _ => value(parts.join(" ")),
    }
}

struct Printer<'t> {
    tree: &'t Tree,
    uses: HashMap<usize, u32>,
    ids: HashMap<usize, usize>,
}

impl Printer<'_> {
    fn resolve(&self, node: usize) -> usize {
        match &self.tree.nodes[node] {
            Node::Ref(attribute, place) => {
                *self.tree.by_place.get(&(attribute.clone(), *place)).expect("a reference leads to a value")
            }
            _ => node,
        }
    }

    fn count(&mut self, node: usize) {
        let node = self.resolve(node);
        let uses = self.uses.entry(node).or_default();
        *uses += 1;
        if *uses > 1 {
            return;
        }
        let children: Vec<usize> = match &self.tree.nodes[node] {
            Node::Plain(_) | Node::Ref(..) | Node::Other(..) => vec![],
            Node::List(_, _, children) | Node::Array(_, children) => children.clone(),
            Node::Sorted(_, _, comparator, children) => [vec![*comparator], children.clone()].concat(),
            Node::Map(_, _, entries) => entries.iter().flat_map(|(a, b)| [*a, *b]).collect(),
            Node::SortedMap(_, _, comparator, entries) => {
                std::iter::once(*comparator).chain(entries.iter().flat_map(|(a, b)| [*a, *b])).collect()
            }
            Node::Keyed(_, _, _, entries) => entries.iter().flat_map(|(a, b)| [*a, *b]).collect(),
            Node::Wrapper(_, inner) | Node::Proxy(_, inner) => vec![*inner],
            Node::Object(class, fields) => match self.throwable(node, class, fields) {
                Some(throwable) => throwable.children(),
                None => fields.iter().map(|(_, _, value)| *value).collect(),
            },
        };
        for child in children {
            self.count(child);
        }
    }

    fn print(&mut self, node: usize) -> String {
        let node = self.resolve(node);
        let tree = self.tree;
        if let Node::Plain(text) = &tree.nodes[node] {
            return text.clone();
        }
        if let Some(id) = self.ids.get(&node) {
            return format!("{{\"ref\":{id}}}");
        }
        let mut id = String::new();
        if self.uses.get(&node).is_some_and(|uses| *uses > 1) {
            let number = self.ids.len() + 1;
            self.ids.insert(node, number);
            let _ = write!(id, "\"id\":{number},");
        }
        let head = |class: &str| format!("{{\"type\":{},{id}", quoted(class));
        let kind = |class: &str, kind: &str| format!("{}\"kind\":\"{kind}\",", head(class));
        match &tree.nodes[node] {
            Node::Plain(_) | Node::Ref(..) => unreachable!("plain values and references were handled"),
            Node::List(class, name, children) => {
                let mut texts: Vec<String> = children.iter().map(|child| self.print(*child)).collect();
                if *name == "set" {
                    texts.sort();
                }
                format!("{}\"elements\":[{}]}}", kind(class, name), texts.join(","))
            }
            Node::Sorted(class, name, comparator, children) => {
                let comparator = self.print(*comparator);
                let texts: Vec<String> = children.iter().map(|child| self.print(*child)).collect();
                format!(
                    "{}\"comparator\":{comparator},\"elements\":[{}]}}",
                    kind(class, name),
                    texts.join(",")
                )
            }
            Node::Map(class, name, entries) => {
                let mut texts = self.entries(entries);
                if *name == "map" {
                    texts.sort();
                }
                format!("{}\"entries\":[{}]}}", kind(class, name), texts.join(","))
            }
            Node::SortedMap(class, name, comparator, entries) => {
                let comparator = self.print(*comparator);
                let texts = self.entries(entries);
                format!(
                    "{}\"comparator\":{comparator},\"entries\":[{}]}}",
                    kind(class, name),
                    texts.join(",")
                )
            }
            Node::Keyed(class, "enumset", elements, entries) => {
                let texts: Vec<String> = entries.iter().map(|(element, _)| self.print(*element)).collect();
                format!(
                    "{}\"elementType\":{},\"elements\":[{}]}}",
                    kind(class, "enumset"),
                    quoted(elements),
                    texts.join(",")
                )
            }
            Node::Keyed(class, name, keys, entries) => {
                let texts = self.entries(entries);
                format!(
                    "{}\"keyType\":{},\"entries\":[{}]}}",
                    kind(class, name),
                    quoted(keys),
                    texts.join(",")
                )
            }
            Node::Array(class, children) => {
                let texts: Vec<String> = children.iter().map(|child| self.print(*child)).collect();
                format!("{}\"elements\":[{}]}}", head(class), texts.join(","))
            }
            Node::Other(class, rest) => format!("{}{rest}}}", head(class)),
            Node::Wrapper(class, inner) => {
                let inner = self.print(*inner);
                format!("{}\"inner\":{inner}}}", kind(class, "wrapper"))
            }
            Node::Proxy(interfaces, handler) => {
                let handler = self.print(*handler);
                let interfaces = quoted(interfaces);
                format!(
                    "{}\"interfaces\":{interfaces},\"handler\":{handler}}}",
                    kind("java.lang.reflect.Proxy", "proxy")
                )
            }
            Node::Object(class, fields) => {
                if let Some(throwable) = self.throwable(node, class, fields) {
                    return self.print_throwable(&kind(class, "throwable"), &throwable);
                }
                let start =
                    if class.ends_with(".PutFieldsData") { kind(class, "logical") } else { head(class) };
                format!("{start}\"fields\":{{{}}}}}", self.fields(fields))
            }
        }
    }

    fn entries(&mut self, entries: &[(usize, usize)]) -> Vec<String> {
        entries.iter().map(|(key, value)| format!("[{},{}]", self.print(*key), self.print(*value))).collect()
    }

    fn fields(&mut self, fields: &[(u32, String, usize)]) -> String {
        let mut sorted: Vec<&(u32, String, usize)> = fields.iter().collect();
        sorted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let texts: Vec<String> = sorted
            .iter()
            .map(|(_, name, value)| format!("{}:{}", quoted(name), self.print(*value)))
            .collect();
        texts.join(",")
    }

    /// What of an exception counts, if the object is one.
    fn throwable(&self, node: usize, class: &str, fields: &[(u32, String, usize)]) -> Option<Throwable> {
        let field = |name: &str| fields.iter().find(|field| field.1 == name).map(|field| field.2);
        let (trace, suppressed) = (field("stackTrace")?, field("suppressedExceptions")?);
        let _ = class;
        let cause = field("cause")?;
        let own = ["stackTrace", "suppressedExceptions", "cause", "detailMessage"];
        Some(Throwable {
            message: field("detailMessage")?,
            // One that is its own cause has none.
            cause: (self.resolve(cause) != node).then_some(cause),
            trace: self.children(trace),
            suppressed: self.children(suppressed),
            fields: fields.iter().filter(|field| !own.contains(&field.1.as_str())).cloned().collect(),
        })
    }

    fn children(&self, node: usize) -> Vec<usize> {
        match &self.tree.nodes[self.resolve(node)] {
            Node::List(_, _, children) | Node::Array(_, children) => children.clone(),
            Node::Wrapper(_, inner) => self.children(*inner),
            _ => vec![],
        }
    }

    fn print_throwable(&mut self, head: &str, throwable: &Throwable) -> String {
        let message = self.print(throwable.message);
        let trace: Vec<String> =
            throwable.trace.iter().map(|element| quoted(&self.trace_line(*element))).collect();
        let cause = throwable.cause.map_or("null".to_owned(), |cause| self.print(cause));
        let suppressed: Vec<String> = throwable.suppressed.iter().map(|other| self.print(*other)).collect();
        let fields = self.fields(&throwable.fields);
        format!(
            "{head}\"message\":{message},\"stackTrace\":[{}],\"cause\":{cause},\"suppressed\":[{}],\"fields\":{{{fields}}}}}",
            trace.join(","),
            suppressed.join(",")
        )
    }

    fn trace_line(&self, element: usize) -> String {
        let Node::Object(_, fields) = &self.tree.nodes[self.resolve(element)] else {
            panic!("no trace element")
        };
        let text = |name: &str| {
            let value = fields.iter().find(|field| field.1 == name).map(|field| self.resolve(field.2))?;
            match &self.tree.nodes[value] {
                Node::Plain(text) if text != "null" => Some(text.trim_matches('"').to_owned()),
                _ => None,
            }
        };
        let mut line = String::new();
        let number = |name: &str| {
            let text = text(name).unwrap_or_default();
            text.rsplit_once(":\"")
                .and_then(|(_, rest)| rest.trim_end_matches("\"}").parse::<i64>().ok())
                .unwrap_or(0)
        };
        // Bits that say what is left away: the loader and the module's version, where they are the JDK's own.
        let format = number("format");
        if let Some(loader) = text("classLoaderName").filter(|_| format & 1 == 0) {
            let _ = write!(line, "{loader}/");
        }
        if let Some(module) = text("moduleName") {
            let version = text("moduleVersion")
                .filter(|_| format & 2 == 0)
                .map_or(String::new(), |version| format!("@{version}"));
            let _ = write!(line, "{module}{version}/");
        }
        let place = match (text("fileName"), number("lineNumber")) {
            (_, -2) => "Native Method".to_owned(),
            (Some(file), line @ 0..) => format!("{file}:{line}"),
            (Some(file), _) => file,
            (None, _) => "Unknown Source".to_owned(),
        };
        let (class, method) = (text("declaringClass"), text("methodName"));
        let _ = write!(line, "{}.{}({place})", class.unwrap_or_default(), method.unwrap_or_default());
        line
    }
}

struct Throwable {
    message: usize,
    cause: Option<usize>,
    trace: Vec<usize>,
    suppressed: Vec<usize>,
    fields: Vec<(u32, String, usize)>,
}

impl Throwable {
    fn children(&self) -> Vec<usize> {
        let fields = self.fields.iter().map(|field| field.2);
        self.cause.iter().chain(&self.suppressed).copied().chain(fields).collect()
    }
}

fn name_of(reader: &Reader<'_>, head: Head<'_>) -> String {
    match head {
        Head::Builtin(number) => builtin::by_number(number).expect("a built-in class").class.to_owned(),
        Head::Known(number) => reader.definition(number).expect("a definition").name.to_owned(),
        Head::Defined(definition) => definition.name.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for unit in text.encode_utf16() {
        match unit {
            0x22 => out.push_str("\\\""),
            0x5c => out.push_str("\\\\"),
            0x20..=0x7e => out.push(char::from(unit as u8)),
            _ => {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.push('"');
    out
}

fn wtf8(bytes: &[u8]) -> String {
    let mut units = String::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let len = match first {
            0..=0x7f => 1,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let (char, after) = rest.split_at(len);
        match std::str::from_utf8(char) {
            Ok(text) => text.encode_utf16().for_each(|unit| {
                let _ = write!(units, "{unit:04x}");
            }),
            Err(_) => {
                let unit = 0xd000 | u16::from(char[1] & 0x3f) << 6 | u16::from(char[2] & 0x3f);
                let _ = write!(units, "{unit:04x}");
            }
        }
        rest = after;
    }
    format!("{{\"utf16\":\"{units}\"}}")
}

fn elements(element: u8, data: &[u8]) -> String {
    let texts: Vec<String> = match element {
        b'Z' => data.iter().map(|byte| (*byte != 0).to_string()).collect(),
        b'C' => {
            data.as_chunks().0.iter().map(|b| format!("{{\"u16\":\"{}\"}}", u16::from_be_bytes(*b))).collect()
        }
        b'S' => {
            data.as_chunks().0.iter().map(|b| format!("{{\"i16\":\"{}\"}}", i16::from_be_bytes(*b))).collect()
        }
        b'I' => {
            data.as_chunks().0.iter().map(|b| format!("{{\"i32\":\"{}\"}}", i32::from_be_bytes(*b))).collect()
        }
        b'J' => {
            data.as_chunks().0.iter().map(|b| format!("{{\"i64\":\"{}\"}}", i64::from_be_bytes(*b))).collect()
        }
        b'F' => {
            let bits = |b: &[u8; 4]| format!("{{\"f32\"\"bits\":\"{:08x}\"}}", u32::from_be_bytes(*b));
            data.as_chunks().0.iter().map(bits).collect()
        }
        _ => {
            let bits = |b: &[u8; 8]| format!("{{\"f64\"\"bits\":\"{:016x}\"}}", u64::from_be_bytes(*b));
            data.as_chunks().0.iter().map(bits).collect()
        }
    };
    texts.join(",")
}

fn uuid(bytes: &[u8; 16]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Two's complement in decimal, digit by digit: these numbers may be of any length.
fn decimal(bytes: &[u8]) -> String {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let mut magnitude = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (value, over) = (!*byte).overflowing_add(u8::from(carry));
            *byte = value;
            carry = over;
        }
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|byte| *byte != 0) {
        let mut rest = 0u32;
        for byte in &mut magnitude {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 10) as u8;
            rest = value % 10;
        }
        digits.push(b'0' + rest as u8);
    }
    if digits.is_empty() {
        digits.push(b'0');
    }
    if negative {
        digits.push(b'-');
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

/// A year of ISO 8601: four digits, more with a sign.
fn year(year: i64) -> String {
    match year {
        10_000.. => format!("+{year}"),
        0.. => format!("{year:04}"),
        _ => format!("-{:04}", year.unsigned_abs()),
    }
}

/// ISO 8601 with nine digits, as the golden files have it for nanoseconds.
fn instant(seconds: i64, nanos: u32) -> String {
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Civil date from days, eras of 400 years beginning with March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let fraction = match nanos {
        0 => String::new(),
        n if n % 1_000_000 == 0 => format!(".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => format!(".{:06}", n / 1_000),
        n => format!(".{n:09}"),
    };
    let year = self::year(year);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}
