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
#[path = "../../../tests/support/generated.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod generated;
#[path = "../../../tests/support/shop.rs"]
mod shop;

use std::cell::RefCell;

use generated::{Plain, document, mutated, plain};
use holdfast_document::{Attributes, Limits, Writer, check};
use holdfast_kryo::Kryo;
use holdfast_sdk::{Failure, Serializer, Settings};
use proptest::prelude::*;

/// A serializer that knows the classes of the golden files.
fn with_schema() -> Kryo {
    let mut kryo = Kryo::default();
    kryo.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    kryo
}

thread_local! {
    static KRYO: RefCell<(Kryo, Kryo)> = RefCell::new((Kryo::default(), with_schema()));
}

/// Whatever the bytes are: no panic, a document that is one, and bytes for it that give it again.
fn read_anything(bytes: &[u8]) {
    KRYO.with_borrow_mut(|(plain, shop)| {
        for kryo in [plain, shop] {
            let mut document = Vec::new();
            match kryo.deserialize(bytes, &mut document) {
                Ok(()) => {
                    let limits = Limits { depth: 2 * Limits::default().depth, ..Limits::default() };
                    check(&document, limits)
                        .unwrap_or_else(|error| panic!("{error} in {document:x?} of {bytes:x?}"));
                    write_again(kryo, &document);
                }
                Err(Failure::Damaged { offset, .. }) => assert!(offset <= bytes.len() as u64),
                Err(Failure::Unrepresentable { path, .. }) => assert!(path.starts_with('/')),
                Err(_) => {}
            }
            assert!(
                document.len() <= 24 * bytes.len() + (300 << 10),
                "{} from {}",
                document.len(),
                bytes.len()
            );
        }
    });
}

fn write_again(kryo: &mut Kryo, document: &[u8]) {
    let mut bytes = Vec::new();
    match kryo.serialize(document, &mut bytes) {
        Ok(()) => {
            let mut again = Vec::new();
            kryo.deserialize(&bytes, &mut again).unwrap();
            let values = |document| Attributes::split(document, Limits::default()).map(|split| split.list);
            assert_eq!(values(document), values(&again));
        }
        Err(Failure::Unrepresentable { path, .. }) => assert!(path.starts_with('/')),
        Err(Failure::Limit(_)) => {}
        Err(failure) => panic!("{failure} for {document:x?}"),
    }
}

/// What a call writes, or its failure, does not depend on the room that its buffers have: neither of a new instance into
/// nothing, nor of one that did the same before into a large buffer.
fn same_with_and_without_room(call: impl Fn(&mut Kryo, &mut Vec<u8>) -> Result<(), Failure>) {
    let mut kryo = with_schema();
    let (mut grown, mut roomy) = (Vec::new(), Vec::with_capacity(1 << 20));
    let first = call(&mut kryo, &mut grown);
    let second = call(&mut kryo, &mut roomy);
    assert_eq!(first.map_err(|failure| failure.to_string()), second.map_err(|failure| failure.to_string()));
    assert_eq!(grown, roomy);
    // Each length of room ends the quick way at another step.
    for room in 0..grown.len().min(200) {
        let mut some = Vec::with_capacity(room);
        let _ = call(&mut kryo, &mut some);
        assert_eq!(grown, some);
    }
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_anything(&bytes);
        read_anything(&[&[1, 1, 3, 1, 0x82, b'a'], &bytes[..]].concat());
    }

    #[test]
    fn bytes_that_look_like_kryos_are_read_or_refused(
        bytes in prop::collection::vec(prop_oneof![0..32u8, 0x80..0x90u8, any::<u8>()], 0..100),
    ) {
        read_anything(&[&[1, 1, 3, 1, 0x82, b'a'], &bytes[..]].concat());
    }

    #[test]
    fn changed_sessions_are_read_or_refused(bytes in mutated("kryo")) {
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
            .map(|(index, value)| (format!("attribute {index}"), value))
            .collect();
        KRYO.with_borrow_mut(|(kryo, _)| {
            let mut bytes = Vec::new();
            kryo.serialize(&document(&attributes, false), &mut bytes).unwrap();
            let mut again = Vec::new();
            kryo.deserialize(&bytes, &mut again).unwrap();
            assert_eq!(again, document(&attributes, true));
        });
    }

    #[test]
    fn sessions_are_written_the_same_with_and_without_room(bytes in mutated("kryo")) {
        let mut document = Vec::new();
        if with_schema().deserialize(&bytes, &mut document).is_ok() {
            same_with_and_without_room(|kryo, out| kryo.serialize(&document, out));
        }
    }

    #[test]
    fn bytes_are_read_the_same_with_and_without_room(bytes in mutated("kryo"), cut in any::<prop::sample::Index>()) {
        same_with_and_without_room(|kryo, out| kryo.deserialize(&bytes, out));
        let cut = bytes.get(..cut.index(bytes.len() + 1)).unwrap_or_default();
        same_with_and_without_room(|kryo, out| kryo.deserialize(cut, out));
    }

    #[test]
    fn plain_data_is_written_the_same_with_and_without_room(value in plain(), typed in any::<bool>()) {
        let document = document(&[("a".to_owned(), value)], typed);
        same_with_and_without_room(|kryo, out| kryo.serialize(&document, out));
    }

    #[test]
    fn references_lead_to_the_same_objects_whichever_way_they_point(
        attributes in prop::collection::vec(prop::collection::vec(graph(), 0..4), 1..4),
    ) {
        let document = graph_document(&attributes);
        check(&document, Limits::default()).unwrap();
        KRYO.with_borrow_mut(|(kryo, _)| {
            let mut bytes = Vec::new();
            kryo.serialize(&document, &mut bytes).unwrap();
            let mut again = Vec::new();
            kryo.deserialize(&bytes, &mut again).unwrap();
            check(&again, Limits::default()).unwrap();
            assert_eq!(canonical::canonical(&again), canonical::canonical(&document));
        });
    }
}
