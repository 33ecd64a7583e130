//! What holds for all bytes and all documents.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/canonical.rs"]
#[allow(dead_code, reason = "shared with tests that compare with golden files")]
mod canonical;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use holdfast_document::{Limits, Number, Width, Writer, check};
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_xstream::Xstream;
use proptest::prelude::*;

/// A serializer that knows the classes of the golden files.
fn shop() -> Xstream {
    let mut xstream = Xstream::default();
    xstream.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    xstream
}

thread_local! {
    static XSTREAM: RefCell<(Xstream, Xstream)> = RefCell::new((Xstream::default(), shop()));
}

/// Whatever the bytes are: no panic, a document that is one, and bytes for it that give it again.
fn read_anything(bytes: &[u8]) {
    XSTREAM.with_borrow_mut(|(plain, shop)| {
        for xstream in [plain, shop] {
            let mut document = Vec::new();
            match xstream.deserialize(bytes, &mut document) {
                Ok(()) => {
                    let limits = Limits { depth: 2 * Limits::default().depth, ..Limits::default() };
                    check(&document, limits)
                        .unwrap_or_else(|error| panic!("{error} in {document:x?} of {bytes:x?}"));
                    write_again(xstream, &document);
                }
                Err(Failure::Damaged { offset, .. }) => assert!(offset <= bytes.len() as u64),
                Err(Failure::Unrepresentable { path, .. }) => assert!(path.starts_with('/')),
                Err(_) => {}
            }
            assert!(
                document.len() <= 48 * bytes.len() + (300 << 10),
                "{} from {}",
                document.len(),
                bytes.len()
            );
        }
    });
}

fn write_again(xstream: &mut Xstream, document: &[u8]) {
    let mut bytes = Vec::new();
    match xstream.serialize(document, &mut bytes) {
        Ok(()) => {
            let mut again = Vec::new();
            xstream.deserialize(&bytes, &mut again).unwrap();
            if again != document {
                // What was guessed wrong on the way is guessed right now, and kept otherwise.
                let mut third = Vec::new();
                xstream.serialize(&again, &mut third).unwrap();
                assert_eq!(String::from_utf8(third).unwrap(), String::from_utf8(bytes).unwrap());
            }
        }
        Err(Failure::Unrepresentable { path, .. }) => assert!(path.starts_with('/')),
        Err(Failure::Limit(_)) => {}
        Err(failure) => panic!("{failure} for {document:x?}"),
    }
}

fn golden() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "xstream"));
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).filter(|bytes| bytes.len() < 4_000).collect()
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4u8);
    (prop::sample::select(golden()), prop::collection::vec(change, 1..5)).prop_map(|(mut bytes, changes)| {
        for (at, byte, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes[at] = bytes[at].wrapping_add(byte % 3).wrapping_sub(1),
            }
        }
        bytes
    })
}

/// Plain data, as programs that know no Java store it.
#[derive(Debug, Clone)]
enum Plain {
    Nil,
    Bool(bool),
    Int(Number),
    Unsigned(u64),
    F32(u32),
    F64(u64),
    Str(String),
    Bin(Vec<u8>),
    List(Vec<Plain>),
    Map(Vec<(Plain, Plain)>),
}

impl Plain {
    /// `read` writes it as it comes back from Java: numbers have types then.
    fn write(&self, doc: &mut Writer<'_>, read: bool) {
        match self {
            Self::Nil => doc.nil(),
            Self::Bool(value) => doc.bool(*value),
            Self::Int(Number { value, width: Width::Untyped }) if read => {
                let width = if i32::try_from(*value).is_ok() { Width::Int } else { Width::Long };
                doc.number(Number { value: *value, width });
            }
            Self::Int(number) => doc.number(*number),
            Self::Unsigned(value) if read => doc.big_integer(&[&[0][..], &value.to_be_bytes()].concat()),
            Self::Unsigned(value) => doc.unsigned(*value),
            Self::F32(bits) => doc.f32(f32::from_bits(*bits)),
            Self::F64(bits) => doc.f64(f64::from_bits(*bits)),
            Self::Str(text) => doc.str(text),
            Self::Bin(bytes) => doc.bin(bytes),
            Self::List(list) => {
                doc.array(list.len() as u32);
                list.iter().for_each(|value| value.write(doc, read));
            }
            Self::Map(map) => {
                doc.map(map.len() as u32);
                for (key, value) in map {
                    key.write(doc, read);
                    value.write(doc, read);
                }
            }
        }
    }
}

fn plain() -> impl Strategy<Value = Plain> {
    let number = prop_oneof![
        any::<i64>().prop_map(|value| Number { value, width: Width::Untyped }),
        any::<i64>().prop_map(|value| Number { value, width: Width::Long }),
        any::<i32>().prop_map(|value| Number { value: value.into(), width: Width::Int }),
        any::<i32>().prop_map(|value| Number { value: value.into(), width: Width::Untyped }),
        any::<i16>().prop_map(|value| Number { value: value.into(), width: Width::Short }),
        any::<i8>().prop_map(|value| Number { value: value.into(), width: Width::Byte }),
        any::<i8>().prop_map(|value| Number { value: value.into(), width: Width::Untyped }),
    ];
    let leaf = prop_oneof![
        Just(Plain::Nil),
        any::<bool>().prop_map(Plain::Bool),
        number.prop_map(Plain::Int),
        (i64::MAX as u64 + 1..).prop_map(Plain::Unsigned),
        any::<u32>().prop_map(|bits| Plain::F32(if f32::from_bits(bits).is_nan() {
            0x7fc0_0000
        } else {
            bits
        })),
        any::<u64>().prop_map(|bits| Plain::F64(if f64::from_bits(bits).is_nan() {
            0x7ff8 << 48
        } else {
            bits
        })),
        any::<String>().prop_map(Plain::Str),
        "[a-z ]{0,70}".prop_map(Plain::Str),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Plain::Bin),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Plain::List),
            prop::collection::vec((inner.clone(), inner), 0..8).prop_map(Plain::Map),
        ]
    })
}

fn document(attributes: &[(String, Plain)], read: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut doc = Writer::document(&mut bytes, attributes.len() as u32);
    for (name, value) in attributes {
        doc.attribute(name);
        value.write(&mut doc, read);
    }
    doc.end();
    bytes
}

/// Lists in lists, and references from anywhere to any of them: attribute and number of the list.
#[derive(Debug, Clone)]
enum Graph {
    Text(u8),
    List(Vec<Graph>),
    Ref(prop::sample::Index),
}

fn graph() -> impl Strategy<Value = Graph> {
    let leaf = prop_oneof![
        any::<u8>().prop_map(Graph::Text),
        any::<prop::sample::Index>().prop_map(Graph::Ref),
        any::<prop::sample::Index>().prop_map(Graph::Ref),
    ];
    leaf.prop_recursive(5, 30, 5, |inner| prop::collection::vec(inner, 0..5).prop_map(Graph::List))
}

/// Every reference has the same size, so that the places are those of the first attempt.
fn graph_document(attributes: &[Vec<Graph>]) -> Vec<u8> {
    let mut lists: Vec<(u32, u32)> = Vec::new();
    let mut bytes = Vec::new();
    for attempt in 0..2 {
        let known = lists.clone();
        lists.clear();
        let mut edges = Vec::new();
        bytes.clear();
        let mut doc = Writer::document(&mut bytes, attributes.len() as u32);
        for (index, lists_of_one) in attributes.iter().enumerate() {
            doc.attribute(&format!("a{index}"));
            let value = Graph::List(lists_of_one.clone());
            write_graph(&value, index as u32, &mut doc, &mut lists, &known, &mut edges);
        }
        edges.sort_unstable();
        edges.dedup();
        let names: Vec<String> = (0..attributes.len()).map(|index| format!("a{index}")).collect();
        let names =
            if edges.is_empty() { vec![] } else { names.iter().map(|name| Some(name.as_str())).collect() };
        doc.end_with(&holdfast_document::Extras { names, edges, notes: vec![] });
        assert!(attempt == 0 || known == lists);
    }
    bytes
}

fn write_graph(
    graph: &Graph,
    attribute: u32,
    doc: &mut Writer<'_>,
    lists: &mut Vec<(u32, u32)>,
    known: &[(u32, u32)],
    edges: &mut Vec<(u32, u32)>,
) {
    match graph {
        Graph::Text(text) => doc.str(&text.to_string()),
        Graph::List(list) => {
            lists.push((attribute, doc.place()));
            doc.array(list.len() as u32);
            list.iter().for_each(|value| write_graph(value, attribute, doc, lists, known, edges));
        }
        Graph::Ref(to) => {
            let (home, place) = if known.is_empty() { (attribute, 0) } else { known[to.index(known.len())] };
            // One size, whichever it is: a string and a null take the other four bytes.
            if home == attribute {
                doc.array(3);
                doc.reference(place);
                doc.str("ab");
                doc.nil();
            } else {
                doc.array(1);
                doc.xref(home, place);
                edges.push((attribute, home));
            }
        }
    }
}

/// Elements that begin, `<>` in front; ends of them; and what may stand in them.
const PIECES: &[&str] = &[
    "/",
    "/",
    "/",
    "/",
    "1",
    "x",
    "<null/>",
    "<int>1</int>",
    "<string>s</string>",
    "<list/>",
    "<>list",
    "<>entry",
    "<>map",
    "<>tree-map",
    "<>sorted-set",
    "<>com.example.session.Person",
    "<>name",
    "<>friend",
    "<friends/>",
    "<age>3</age>",
    "<>default",
    "<>java.util.Stack serialization=\"custom\"",
    "<unserializable-parents/>",
    "<>vector",
    "<elementCount>1</elementCount>",
    "<>elementData",
    "<>java.util.PriorityQueue serialization=\"custom\"",
    "<>java.util.PriorityQueue",
    "<size>1</size>",
    "<>comparator class=\"object\"",
    "<list reference=\"..\"/>",
    "<list reference=\"../list\"/>",
    "<>friend reference=\"../..\"",
    "<>x class=\"list\"",
    "<>x",
    "<>dynamic-proxy",
    "<interface>A</interface>",
    "<>handler class=\"list\"",
    "<>properties",
    "<>defaults",
    "<property name=\"a\" value=\"b\"/>",
    "<>java.util.Collections_-SynchronizedMap serialization=\"custom\"",
    "<>java.util.Collections_-SynchronizedMap",
    "<>m",
    "<mutex class=\"x\" reference=\"../../..\"/>",
    "<>singleton-map",
    "<>enum-map enum-type=\"com.example.session.Color\"",
    "<>java.util.concurrent.ConcurrentSkipListSet",
    "<>m class=\"x\" serialization=\"custom\"",
    "<>java.util.concurrent.ConcurrentSkipListMap",
    "<>com.example.Foo",
    "<>com.example.Foo serialization=\"custom\"",
    "<>com.example.session.Color",
    "<>int-array",
    "<>java.time.Ser",
    "<byte>2</byte>",
    "<>gregorian-calendar",
    "<time>1</time>",
    "<>com.example.session.Extern",
    "<>number-array",
    "<>java.math.MathContext serialization=\"custom\"",
    "<>java.math.MathContext",
    "<precision>7</precision>",
    "<roundingMode>UP</roundingMode>",
    "<>java.net.Inet4Address resolves-to=\"java.net.InetAddress\" serialization=\"custom\"",
    "<>java.net.Inet6Address serialization=\"custom\"",
    "<>java.net.Inet6Address",
    "<>java.net.InetAddress",
    "<address>1</address>",
    "<ipaddress>AAA=</ipaddress>",
    "<>java.util.regex.Pattern",
    "<flags>2</flags>",
];

fn session(value: &str) -> String {
    format!("<concurrent-hash-map><entry><string>a</string>{value}</entry></concurrent-hash-map>")
}

fn damage(value: &str) -> String {
    match Xstream::default().deserialize(session(value).as_bytes(), &mut Vec::new()) {
        Err(Failure::Damaged { text, .. }) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn enum_sets_and_maps_in_fields_of_unknown_type_keep_their_enum() {
    let value = "<x.Y><set enum-type=\"x.C\">RED,BLUE</set><map enum-type=\"x.C\"><entry><x.C>RED</x.C><null/></entry>\
                 </map><empty enum-type=\"x.&quot;C\"/></x.Y>";
    let mut document = Vec::new();
    Xstream::default().deserialize(session(value).as_bytes(), &mut document).unwrap();
    check(&document, Limits::default()).unwrap();
    let mut written = Vec::new();
    Xstream::default().serialize(&document, &mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    for element in [
        "<set class=\"enum-set\" enum-type=\"x.C\">RED,BLUE</set>",
        "<map class=\"enum-map\" enum-type=\"x.C\">",
        "<empty enum-type=\"x.&quot;C\"/>",
    ] {
        assert!(written.contains(element), "{element} in {written}");
    }
}

#[test]
fn a_reference_to_fields_that_came_behind_other_data_leads_to_no_object() {
    let custom = |inside: &str| {
        format!("<x.Y serialization=\"custom\"><x.Y><int>1</int><default>{inside}</default></x.Y></x.Y>")
    };
    assert!(Xstream::default().deserialize(session(&custom("<a/>")).as_bytes(), &mut Vec::new()).is_ok());
    assert!(damage(&custom("<a reference=\"..\"/>")).contains("leads to no object"));
    let fields = "<x.Y serialization=\"custom\"><x.Y><list/><default reference=\"../list\"/></x.Y></x.Y>";
    assert!(damage(fields).contains("<default> is not what was expected"));
}

#[test]
fn levels_that_no_class_is_and_hidden_objects_of_other_classes_are_refused() {
    assert!(
        damage("<x.Y serialization=\"custom\"><null/></x.Y>").contains("<null> is not what was expected")
    );
    let set = "<java.util.concurrent.ConcurrentSkipListSet><m class=\"x.Y\" serialization=\"custom\"><x.Y/></m>\
               </java.util.concurrent.ConcurrentSkipListSet>";
    let mut document = Vec::new();
    Xstream::default().deserialize(session(set).as_bytes(), &mut document).unwrap();
    assert!(document.windows(5).any(|bytes| bytes == b"x.Y#\xc2"), "its class is kept: {document:x?}");
    let map = "java.util.concurrent.ConcurrentSkipListMap";
    let set = format!(
        "<java.util.concurrent.ConcurrentSkipListSet><m class=\"{map}\" serialization=\"custom\"><{map}><default/>\
         <string>a</string><boolean>true</boolean><null/></{map}></m></java.util.concurrent.ConcurrentSkipListSet>"
    );
    let mut document = Vec::new();
    Xstream::default().deserialize(session(&set).as_bytes(), &mut document).unwrap();
    assert!(
        document.windows(4).any(|bytes| bytes == [0xd4, 1, 33, 0xc0]),
        "a set in natural order: {document:x?}"
    );
}

#[test]
fn properties_with_two_defaults_are_damaged_where_the_second_begins() {
    let session = |properties: &str| session(&format!("<properties>{properties}</properties>"));
    let (one, two) = ("<defaults><property name=\"a\" value=\"b\"/></defaults>", "<defaults/>");
    let nested = format!("<defaults>{two}{one}</defaults>");
    for text in [session(&[one, two].concat()), session(&[two, two].concat()), session(&nested)] {
        let read = Xstream::default().deserialize(text.as_bytes(), &mut Vec::new());
        assert!(
            matches!(&read, Err(Failure::Damaged { text, .. }) if text.contains("one <defaults> at most")),
            "{read:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_anything(&bytes);
    }

    #[test]
    fn arbitrary_elements_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        let mut xml = String::from("<concurrent-hash-map><entry><string>a</string>");
        // Names, and whether a method of the class wrote what is inside.
        let mut open: Vec<(&str, bool)> = Vec::new();
        for piece in pieces {
            match piece.strip_prefix("<>") {
                // XStream marks data by it, two levels inside; elsewhere it would be a class, and none is called so.
                Some("default") if !open.iter().rev().nth(1).is_some_and(|(_, custom)| *custom) => {}
                Some(name) => {
                    xml.push_str(&format!("<{name}>"));
                    open.push((name.split(' ').next().unwrap(), name.contains("custom")));
                }
                None if piece == "/" => {
                    if let Some((name, _)) = open.pop() {
                        xml.push_str(&format!("</{name}>"));
                    }
                }
                None => xml.push_str(piece),
            }
        }
        for (name, _) in open.iter().rev() {
            xml.push_str(&format!("</{name}>"));
        }
        xml.push_str("</entry></concurrent-hash-map>");
        read_anything(xml.as_bytes());
    }

    #[test]
    fn changed_sessions_are_read_or_refused(bytes in mutated()) {
        read_anything(&bytes);
    }

    #[test]
    fn arbitrary_plain_data_comes_back(
        values in prop::collection::vec(plain(), 0..5),
    ) {
        let attributes: Vec<(String, Plain)> = values
            .into_iter()
            .filter(|value| !matches!(value, Plain::Nil))
            .enumerate()
            .map(|(index, value)| (format!("attribute {index} <&\u{0}>"), value))
            .collect();
        XSTREAM.with_borrow_mut(|(xstream, _)| {
            let mut bytes = Vec::new();
            xstream.serialize(&document(&attributes, false), &mut bytes).unwrap();
            let mut again = Vec::new();
            xstream.deserialize(&bytes, &mut again).unwrap();
            check(&again, Limits::default()).unwrap();
            assert_eq!(canonical::canonical(&again), canonical::canonical(&document(&attributes, true)));
        });
    }

    #[test]
    fn references_back_lead_to_the_same_objects_and_others_are_refused(
        attributes in prop::collection::vec(prop::collection::vec(graph(), 0..4), 1..4),
    ) {
        let document = graph_document(&attributes);
        check(&document, Limits::default()).unwrap();
        XSTREAM.with_borrow_mut(|(xstream, _)| {
            let mut bytes = Vec::new();
            match xstream.serialize(&document, &mut bytes) {
                Ok(()) => {
                    let mut again = Vec::new();
                    xstream.deserialize(&bytes, &mut again).unwrap();
                    check(&again, Limits::default()).unwrap();
                    assert_eq!(canonical::canonical(&again), canonical::canonical(&document));
                }
                // XStream refers to what came before.
                Err(Failure::Unrepresentable { text, .. }) => assert!(text.contains("later"), "{text}"),
                Err(failure) => panic!("{failure}"),
            }
        });
    }
}
