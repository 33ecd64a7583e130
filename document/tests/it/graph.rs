//! Random object graphs, written as documents.

use std::collections::{BTreeSet, HashMap};

use holdfast_document::{Extras, Kind, Number, Width, Writer, builtin};

/// A small generator of numbers; proptest shrinks its seed and the sizes.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

struct Class {
    kind: Kind,
    named: bool,
    java: Option<(u8, i64)>,
    name: String,
    superclass: Superclass,
    items: Vec<String>,
}

enum Superclass {
    None,
    Builtin(u16),
    Class(usize),
}

enum Shape {
    List,
    Map,
    Linked,
    Tree,
    /// An object of a class.
    Object(usize),
    Date(i64),
    Bin(Vec<u8>),
    Primitives(u8, Vec<u8>),
    Instant(i64, u32),
    Uuid([u8; 16]),
    Opaque(Vec<u8>),
}

enum Child {
    Scalar(Vec<u8>),
    Constant(usize),
    Literal(usize),
    Node(usize),
    /// The data of a writeObject method: blocks and values.
    Custom(Vec<Child>),
    Block(Vec<u8>),
}

struct Node {
    shape: Shape,
    children: Vec<Child>,
}

pub(crate) struct Graph {
    classes: Vec<Class>,
    nodes: Vec<Node>,
    attributes: Vec<(String, Child)>,
}

/// How large a graph is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) nodes: usize,
    pub(crate) attributes: usize,
    pub(crate) classes: usize,
}

impl Graph {
    pub(crate) fn random(size: Size) -> Self {
        let mut random = Random(size.seed);
        let classes: Vec<_> = (0..size.classes.max(1)).map(|n| class(&mut random, n)).collect();
        let mut nodes: Vec<Node> = Vec::new();
        for _ in 0..size.nodes {
            let node = node(&mut random, &classes, size.nodes);
            nodes.push(node);
        }
        let attributes = (0..size.attributes)
            .map(|n| {
                let child = child(&mut random, &classes, size.nodes);
                (format!("attribute{n}"), child)
            })
            .collect();
        Self { classes, nodes, attributes }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.attributes.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The document, its shared objects standing in places chosen by `seed`.
    pub(crate) fn write(&self, seed: u64) -> Vec<u8> {
        self.write_with(seed, true)
    }

    /// As [`Graph::write`], with the shortest header for each list.
    pub(crate) fn write_canonical(&self, seed: u64) -> Vec<u8> {
        self.write_with(seed, false)
    }

    fn write_with(&self, seed: u64, wide: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let homes = self.homes(&mut Random(seed));
        let mut random = Random(seed ^ 1);
        let writer = Writer::document(&mut out, self.attributes.len() as u32);
        let mut state = Write {
            graph: self,
            writer,
            homes,
            places: HashMap::new(),
            fixups: Vec::new(),
            defined: HashMap::new(),
            attribute: 0,
            starts: Vec::new(),
            numbers: HashMap::new(),
            names: Vec::new(),
            edges: BTreeSet::new(),
            random: &mut random,
            wide,
        };
        for (number, (name, child)) in self.attributes.iter().enumerate() {
            state.writer.attribute(name);
            state.starts.push(state.writer.len());
            state.attribute = number;
            state.defined.clear();
            state.child(child, false);
        }
        let Write { writer, places, fixups, starts, numbers, names, edges, .. } = state;
        let names: Vec<Option<&str>> = names.iter().map(|n| Some(self.attributes[*n].0.as_str())).collect();
        let notes = if names.is_empty() { vec![] } else { vec![(0, b"note".as_slice())] };
        let edges = edges.into_iter().map(|(a, b)| (numbers[&a], numbers[&b])).collect();
        writer.end_with(&Extras { names, edges, notes });
        for (at, node) in fixups {
            let (attribute, place) = places[&node];
            let place = (place - starts[attribute]) as u32;
            out[at..at + 4].copy_from_slice(&place.to_be_bytes());
        }
        out
    }

    /// Which slot holds each node: a random spanning forest of the slots that can be reached.
    fn homes(&self, random: &mut Random) -> HashMap<*const Child, usize> {
        let mut open: Vec<&Child> = self.attributes.iter().map(|(_, child)| child).collect();
        let mut homes = HashMap::new();
        let mut taken = BTreeSet::new();
        while !open.is_empty() {
            let slot = open.swap_remove(random.below(open.len()));
            match slot {
                Child::Node(node) if taken.insert(*node) => {
                    homes.insert(std::ptr::from_ref(slot), *node);
                    open.extend(&self.nodes[*node].children);
                }
                Child::Custom(children) => open.extend(children),
                _ => {}
            }
        }
        homes
    }
}

struct Write<'g, 'o> {
    graph: &'g Graph,
    writer: Writer<'o>,
    homes: HashMap<*const Child, usize>,
    places: HashMap<usize, (usize, usize)>,
    fixups: Vec<(usize, usize)>,
    defined: HashMap<usize, u32>,
    attribute: usize,
    starts: Vec<usize>,
    numbers: HashMap<usize, u32>,
    names: Vec<usize>,
    edges: BTreeSet<(usize, usize)>,
    random: &'g mut Random,
    wide: bool,
}

impl Write<'_, '_> {
    fn child(&mut self, child: &Child, in_custom: bool) {
        match child {
            Child::Scalar(bytes) => self.writer.copy(bytes),
            Child::Block(bytes) => self.writer.bin(bytes),
            Child::Constant(class) => {
                self.head(*class, 1);
                self.writer.str("RED");
            }
            Child::Literal(class) => {
                self.writer.class();
                self.class(*class);
            }
            Child::Custom(children) => {
                self.writer.array(children.len() as u32);
                for child in children {
                    self.child(child, true);
                }
            }
            Child::Node(node) if self.homes.contains_key(&std::ptr::from_ref(child)) => {
                self.node(*node, in_custom);
            }
            Child::Node(node) => self.reference(*node),
        }
    }

    fn reference(&mut self, node: usize) {
        // Who holds it may be written later; where it is said is known from the slots.
        let attribute = self.attribute_of(node);
        if attribute == self.attribute {
            self.writer.reference(0);
        } else {
            let from = self.number(self.attribute);
            let to = self.number(attribute);
            assert_ne!(from, to);
            self.edges.insert((self.attribute, attribute));
            self.writer.xref(to, 0);
        }
        self.fixups.push((self.writer.len() - 4, node));
    }

    fn attribute_of(&self, node: usize) -> usize {
        if let Some((attribute, _)) = self.places.get(&node) {
            return *attribute;
        }
        for (number, (_, child)) in self.graph.attributes.iter().enumerate() {
            let mut open = vec![child];
            while let Some(slot) = open.pop() {
                match slot {
                    Child::Node(other) if self.homes.contains_key(&std::ptr::from_ref(slot)) => {
                        if *other == node {
                            return number;
                        }
                        open.extend(&self.graph.nodes[*other].children);
                    }
                    Child::Custom(children) => open.extend(children),
                    _ => {}
                }
            }
        }
        panic!("node {node} stands nowhere")
    }

    fn number(&mut self, attribute: usize) -> u32 {
        let next = self.names.len() as u32;
        *self.numbers.entry(attribute).or_insert_with(|| {
            self.names.push(attribute);
            next
        })
    }

    fn node(&mut self, number: usize, in_custom: bool) {
        let graph = self.graph;
        let node = &graph.nodes[number];
        self.places.insert(number, (self.attribute, self.writer.len()));
        let count = node.children.len() as u32;
        match &node.shape {
            Shape::List if self.wide && self.random.one_in(4) => {
                let header = self.writer.array_of_unknown_count();
                self.writer.patch(header, count);
            }
            Shape::List => self.writer.array(count),
            Shape::Map => self.writer.map(count / 2),
            Shape::Linked => self.writer.builtin(2, count),
            Shape::Tree => self.writer.builtin(43, count),
            Shape::Object(class) => self.head(*class, count),
            Shape::Date(ms) => self.writer.date(*ms),
            Shape::Bin(bytes) => {
                if in_custom {
                    self.writer.builtin(builtin::BYTES_IN_CUSTOM_DATA, 1);
                }
                self.writer.bin(bytes);
            }
            Shape::Primitives(element, bytes) => self.writer.primitives(*element, bytes),
            Shape::Instant(seconds, nanos) => self.writer.instant(*seconds, *nanos),
            Shape::Uuid(bytes) => self.writer.uuid(bytes),
            Shape::Opaque(bytes) => self.writer.opaque("java/2", bytes),
        }
        for child in &node.children {
            self.child(child, false);
        }
    }

    fn head(&mut self, class: usize, parts: u32) {
        match self.defined.get(&class) {
            Some(number) => self.writer.known(*number, parts),
            None => {
                self.writer.defined(parts);
                self.class(class);
            }
        }
    }

    fn class(&mut self, number: usize) {
        if let Some(known) = self.defined.get(&number) {
            self.writer.head_known(*known);
            return;
        }
        let graph = self.graph;
        let class = &graph.classes[number];
        let known = self.writer.begin_definition(
            class.kind,
            class.named,
            class.java,
            &class.name,
            class.items.len() as u32,
        );
        match class.superclass {
            Superclass::None => self.writer.nil(),
            Superclass::Builtin(number) => self.writer.head_builtin(number),
            Superclass::Class(superclass) => self.class(superclass),
        }
        self.defined.insert(number, known);
        for item in &class.items {
            self.writer.item(0, item, "");
        }
    }
}

fn class(random: &mut Random, number: usize) -> Class {
    let kind = [Kind::Bean, Kind::Bean, Kind::Bean, Kind::Enum, Kind::Proxy, Kind::Array][random.below(6)];
    let java = random.one_in(2).then(|| (random.below(32) as u8, random.next() as i64));
    let superclass = match random.below(3) {
        0 => Superclass::None,
        1 => Superclass::Builtin(170),
        // Classes are defined at their first use, which for a superclass may be inside another one.
        _ if number > 0 => Superclass::Class(random.below(number)),
        _ => Superclass::None,
    };
    let named = kind == Kind::Bean && random.one_in(4);
    let items = match kind {
        Kind::Bean if !named => (0..random.below(4))
            .map(|n| match random.below(4) {
                0 => "*".to_owned(),
                1 => format!("^Ljava/lang/Object;up{n}"),
                2 => format!("?any{n}"),
                _ => format!("Ljava/util/List;list{n}"),
            })
            .collect(),
        Kind::Proxy => vec!["com.example.Greeter".to_owned()],
        Kind::Bean | Kind::Enum | Kind::Array => vec![],
    };
    // Two classes may say the same.
    let name = format!("com.example.C{}", if random.one_in(6) { 0 } else { number });
    Class { kind, named, java, name, superclass, items }
}

fn node(random: &mut Random, classes: &[Class], nodes: usize) -> Node {
    let bytes = |random: &mut Random, n: usize| (0..n).map(|_| random.next() as u8).collect::<Vec<u8>>();
    let shape = match random.below(16) {
        0..=3 => Shape::List,
        4 | 5 => Shape::Map,
        6 => Shape::Linked,
        7 => Shape::Tree,
        8 => Shape::Date(random.next() as i64),
        9 => Shape::Bin(bytes(random, 3)),
        10 => match random.below(4) {
            0 => Shape::Primitives(b'I', bytes(random, 8)),
            1 => Shape::Instant(random.below(1 << 20) as i64, random.below(1000) as u32),
            2 => Shape::Uuid(std::array::from_fn(|_| random.next() as u8)),
            _ => Shape::Opaque(bytes(random, 5)),
        },
        _ => Shape::Object(random.below(classes.len())),
    };
    let children = match &shape {
        Shape::List | Shape::Linked => (0..random.below(5)).map(|_| child(random, classes, nodes)).collect(),
        Shape::Map => (0..2 * random.below(3)).map(|_| child(random, classes, nodes)).collect(),
        Shape::Tree => std::iter::once(Child::Scalar(vec![0xc0]))
            .chain((0..2 * random.below(3)).map(|_| child(random, classes, nodes)))
            .collect(),
        Shape::Object(class) => object(random, classes, *class, nodes),
        _ => vec![],
    };
    Node { shape, children }
}

fn object(random: &mut Random, classes: &[Class], class: usize, nodes: usize) -> Vec<Child> {
    let Class { kind, named, items, .. } = &classes[class];
    match kind {
        Kind::Bean if *named => (0..random.below(3))
            .flat_map(|n| [Child::Scalar(string(&format!("field{n}"))), child(random, classes, nodes)])
            .collect(),
        Kind::Bean => items
            .iter()
            .map(|item| {
                if item.ends_with('*') {
                    Child::Custom(
                        (0..random.below(4))
                            .map(|_| {
                                if random.one_in(3) {
                                    Child::Block(vec![1, 2, 3])
                                } else {
                                    child(random, classes, nodes)
                                }
                            })
                            .collect(),
                    )
                } else {
                    child(random, classes, nodes)
                }
            })
            .collect(),
        Kind::Enum => vec![Child::Scalar(string("RED"))],
        Kind::Proxy => vec![child(random, classes, nodes)],
        Kind::Array => (0..random.below(4)).map(|_| child(random, classes, nodes)).collect(),
    }
}

fn string(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    Writer::value(&mut out).str(text);
    out
}

fn child(random: &mut Random, classes: &[Class], nodes: usize) -> Child {
    if nodes > 0 && !random.one_in(3) {
        return Child::Node(random.below(nodes));
    }
    let constants: Vec<usize> = (0..classes.len()).filter(|n| classes[*n].kind == Kind::Enum).collect();
    if !constants.is_empty() && random.one_in(6) {
        return Child::Constant(constants[random.below(constants.len())]);
    }
    if random.one_in(10) {
        return Child::Literal(random.below(classes.len()));
    }
    Child::Scalar(scalar(random))
}

fn scalar(random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::value(&mut out);
    let shift = random.below(64) as u32;
    let value = (random.next() as i64) >> shift;
    match random.below(16) {
        0 => writer.nil(),
        1 => writer.bool(random.one_in(2)),
        2 => writer.int(value),
        3 => writer.number(Number { value: i64::from(value as i8), width: Width::Byte }),
        4 => writer.number(Number { value: i64::from(value as i16), width: Width::Short }),
        5 => writer.number(Number { value: i64::from(value as i32), width: Width::Int }),
        6 => writer.number(Number { value, width: Width::Long }),
        7 => writer.unsigned(random.next() | 1 << 63),
        8 => writer.f32(f32::from_bits(random.next() as u32)),
        9 => writer.f64(f64::from_bits(random.next())),
        10 => writer.wstr(b"a\xed\xa0\x80"),
        11 => writer.char(random.next() as u16),
        12 => writer.big_integer(&random.next().to_be_bytes()),
        13 => writer.big_decimal(random.next() as i32 >> 20, &[random.next() as u8]),
        _ => writer
            .str(["", "a", "hello", "Grüße", "a rather long string, over 31 bytes of it"][random.below(5)]),
    }
    out
}
