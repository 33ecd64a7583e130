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
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::cell::RefCell;

use generated::{Plain, document, mutated, plain};
use holdfast_document::{Extras, Limits, Writer, check};
use holdfast_kryo1::Kryo1;
use holdfast_sdk::{Failure, Serializer, Settings};
use proptest::prelude::*;

thread_local! {
    static KRYO: RefCell<(Kryo1, Kryo1)> = RefCell::new((Kryo1::default(), with_schema()));
}

fn with_schema() -> Kryo1 {
    let mut kryo = Kryo1::default();
    kryo.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    kryo
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

fn write_again(kryo: &mut Kryo1, document: &[u8]) {
    let mut bytes = Vec::new();
    match kryo.serialize(document, &mut bytes) {
        Ok(()) => {
            let mut again = Vec::new();
            kryo.deserialize(&bytes, &mut again).unwrap();
            assert_eq!(canonical::canonical(document), canonical::canonical(&again));
            let mut twice = Vec::new();
            kryo.serialize(&again, &mut twice).unwrap();
            assert!(bytes == twice, "{bytes:x?}\n{twice:x?}");
        }
        Err(Failure::Unrepresentable { path, .. }) => assert!(path.starts_with('/')),
        Err(Failure::Limit(_)) => {}
        Err(failure) => panic!("{failure} for {document:x?}"),
    }
}

/// References to values, each of which holds a list: attribute and number of the reference.
#[derive(Debug, Clone)]
enum Graph {
    Text(u8),
    Reference(Vec<Graph>),
    Again(prop::sample::Index),
}

fn graph() -> impl Strategy<Value = Graph> {
    let leaf = prop_oneof![
        any::<u8>().prop_map(Graph::Text),
        any::<prop::sample::Index>().prop_map(Graph::Again),
        any::<prop::sample::Index>().prop_map(Graph::Again),
    ];
    leaf.prop_recursive(5, 30, 5, |inner| prop::collection::vec(inner, 0..5).prop_map(Graph::Reference))
}

/// Every reference has the same size, so that the places are those of the first attempt.
fn graph_document(attributes: &[Vec<Graph>]) -> Vec<u8> {
    let mut objects: Vec<(u32, u32)> = Vec::new();
    let mut bytes = Vec::new();
    for attempt in 0..2 {
        let known = objects.clone();
        objects.clear();
        let mut edges = Vec::new();
        bytes.clear();
        let mut doc = Writer::document(&mut bytes, attributes.len() as u32);
        for (index, graphs) in attributes.iter().enumerate() {
            doc.attribute(&format!("a{index}"));
            let value = Graph::Reference(graphs.clone());
            write_graph(&value, index as u32, &mut doc, &mut objects, &known, &mut edges);
        }
        edges.sort_unstable();
        edges.dedup();
        let names: Vec<String> = (0..attributes.len()).map(|index| format!("a{index}")).collect();
        let names =
            if edges.is_empty() { vec![] } else { names.iter().map(|name| Some(name.as_str())).collect() };
        doc.end_with(&Extras { names, edges, notes: vec![] });
        assert!(attempt == 0 || known == objects);
    }
    bytes
}

fn write_graph(
    graph: &Graph,
    attribute: u32,
    doc: &mut Writer<'_>,
    objects: &mut Vec<(u32, u32)>,
    known: &[(u32, u32)],
    edges: &mut Vec<(u32, u32)>,
) {
    match graph {
        Graph::Text(text) => doc.str(&text.to_string()),
        Graph::Reference(list) => {
            objects.push((attribute, doc.place()));
            doc.builtin(85, 1);
            doc.array(list.len() as u32);
            list.iter().for_each(|value| write_graph(value, attribute, doc, objects, known, edges));
        }
        Graph::Again(to) => {
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
        read_anything(&[&[1, 1, 17, 1, b'a'], &bytes[..]].concat());
    }

    #[test]
    fn bytes_that_look_like_kryos_are_read_or_refused(
        bytes in prop::collection::vec(prop_oneof![0..55u8, 0..3u8, Just(0xffu8), Just(0x7f), any::<u8>()], 0..100),
    ) {
        read_anything(&[&[1, 1, 17, 1, b'a'], &bytes[..]].concat());
    }

    #[test]
    fn changed_sessions_are_read_or_refused(bytes in mutated("kryo1")) {
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
