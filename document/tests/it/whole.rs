//! Classes that extend collections, maps and dates: the two forms of their objects, and what reads the shorter one.

use std::collections::BTreeMap;

use holdfast_document::whole::{Extends, gather, spread};
use holdfast_document::{Limits, Writer, check, from_document, json};
use proptest::prelude::*;

use crate::graph::{Graph, Size};

const CART: &str = "com.example.Cart";

fn document(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 1);
    writer.attribute("it");
    write(&mut writer);
    writer.end();
    check(&bytes, Limits::default()).unwrap();
    bytes
}

fn define(writer: &mut Writer<'_>, base: u16, items: &[&str]) {
    let java = (!items.contains(&"^=")).then_some((2, 1));
    let count = u32::try_from(items.len()).unwrap();
    writer.defined(count);
    writer.begin_definition(holdfast_document::Kind::Bean, false, java, CART, count);
    writer.head_builtin(base);
    for item in items {
        writer.item(0, item, "");
    }
}

fn gathered(document: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let is_gathered = gather(document, &mut out, &mut |_| None).unwrap();
    check(&out, Limits::default()).unwrap_or_else(|error| assert!(!is_gathered, "{error}"));
    is_gathered.then_some(out)
}

fn spread_out(document: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let is_spread = spread(document, &mut out, &mut |_| Ok(())).unwrap();
    is_spread.then_some(out)
}

fn typed(document: &[u8]) -> String {
    json::to_typed(document).unwrap()
}

/// A list that holds itself, bytes, and a field of its own, as a Java stream tells it.
fn streamed() -> Vec<u8> {
    document(|writer| {
        define(writer, 1, &["^Isize", "^*", "Iweight"]);
        writer.int(2);
        writer.array(3);
        writer.bin(&[0, 0, 0, 2]);
        writer.reference(0);
        writer.builtin(189, 1);
        writer.bin(&[7]);
        writer.int(5);
    })
}

#[test]
fn what_a_java_stream_tells_of_a_list_becomes_a_list_with_its_own_fields_behind() {
    let expected = document(|writer| {
        writer.defined(2);
        writer.begin_definition(holdfast_document::Kind::Bean, false, Some((2, 1)), CART, 2);
        writer.head_builtin(1);
        writer.item_whole(1);
        writer.item(0, "I", "weight");
        writer.array(2);
        writer.reference(0);
        writer.bin(&[7]);
        writer.int(5);
    });
    assert_eq!(gathered(&streamed()).unwrap(), expected);
    assert_eq!(gathered(&expected), None);
}

#[test]
fn every_class_comes_back_as_it_was() {
    let text = |writer: &mut Writer<'_>| writer.str("a");
    let documents = [
        streamed(),
        // A HashMap of one entry.
        document(|writer| {
            define(writer, 40, &["^FloadFactor", "^Ithreshold", "^*"]);
            writer.f32(0.75);
            writer.int(12);
            writer.array(3);
            writer.bin(&[0, 0, 0, 16, 0, 0, 0, 1]);
            text(writer);
            writer.nil();
        }),
        // A LinkedHashMap in access order.
        document(|writer| {
            define(writer, 41, &["^^FloadFactor", "^^Ithreshold", "^^*", "^ZaccessOrder"]);
            writer.f32(0.75);
            writer.int(0);
            writer.array(1);
            writer.bin(&[0, 0, 0, 16, 0, 0, 0, 0]);
            writer.bool(true);
        }),
        // A TreeSet with a comparator.
        document(|writer| {
            define(writer, 32, &["^*"]);
            writer.array(3);
            writer.map(0);
            writer.bin(&[0, 0, 0, 1]);
            text(writer);
        }),
        // A Vector.
        document(|writer| {
            define(
                writer,
                3,
                &["^IcapacityIncrement", "^IelementCount", "^[Ljava/lang/Object;elementData", "^*"],
            );
            writer.int(0);
            writer.int(1);
            writer.builtin(120, 10);
            text(writer);
            (0..9).for_each(|_| writer.nil());
            writer.array(0);
        }),
        // A queue that a null ends.
        document(|writer| {
            define(writer, 8, &["^*"]);
            writer.array(2);
            text(writer);
            writer.nil();
        }),
        // A Timestamp: whole seconds, and what is left.
        document(|writer| {
            define(writer, 92, &["^^*", "^Inanos"]);
            writer.array(1);
            writer.bin(&(-2000i64).to_be_bytes());
            writer.int(123_456_789);
        }),
        document(|writer| {
            define(writer, 185, &["^*"]);
            writer.array(1);
            writer.bin(&5i64.to_be_bytes());
        }),
    ];
    for document in documents {
        let gathered = gathered(&document).unwrap_or_else(|| panic!("{}", typed(&document)));
        assert_eq!(spread_out(&gathered).unwrap(), document, "{}", typed(&gathered));
    }
}

#[test]
fn names_and_values_become_a_list_and_the_fields_that_the_class_has() {
    let named = document(|writer| {
        writer.defined(8);
        writer.begin_definition(holdfast_document::Kind::Bean, true, None, CART, 0);
        writer.nil();
        writer.str("java.util.ArrayList#");
        writer.bool(true);
        writer.str("java.util.ArrayList#size");
        writer.int(1);
        writer.str("java.util.ArrayList#+");
        writer.array(2);
        writer.int(1);
        writer.str("a");
        writer.str("com.example.Base#weight");
        writer.int(7);
    });
    let weight = ("I".to_owned(), "weight".to_owned());
    let tag = ("Ljava/lang/String;".to_owned(), "tag".to_owned());
    let classes = vec![(CART.to_owned(), vec![tag]), ("com.example.Base".to_owned(), vec![weight])];
    let extends = Extends::new(1, classes);
    let mut out = Vec::new();
    assert!(gather(&named, &mut out, &mut |_| Some(extends.clone())).unwrap());
    check(&out, Limits::default()).unwrap();
    let expected = r#""slots":["^^=","^Iweight","Ljava/lang/String;tag"]"#;
    let text = typed(&out);
    assert!(text.contains(expected), "{text}");
    assert!(text.contains(r#""=":["a"],"weight":7,"tag":null"#), "{text}");
}

#[test]
fn a_count_that_is_another_one_is_told_with_its_place() {
    let bad = document(|writer| {
        define(writer, 2, &["^*"]);
        writer.array(2);
        writer.bin(&[0, 0, 0, 9]);
        writer.nil();
    });
    let misfit = gather(&bad, &mut Vec::new(), &mut |_| None).unwrap_err();
    assert!(misfit.text.contains("com.example.Cart extends java.util.LinkedList"), "{misfit:?}");
    assert_eq!(holdfast_document::path(&bad, misfit.at), "/it");
}

#[test]
fn a_tree_without_a_comparator_has_its_elements_in_natural_order() {
    let tree = |first: &str, second: &str| {
        document(|writer| {
            define(writer, 32, &["^="]);
            writer.builtin(32, 3);
            writer.nil();
            writer.str(first);
            writer.str(second);
        })
    };
    assert!(spread_out(&tree("a", "b")).is_some());
    let misfit = spread(&tree("b", "a"), &mut Vec::new(), &mut |_| Ok(())).unwrap_err();
    assert!(misfit.text.contains("natural order"), "{misfit:?}");
}

#[test]
fn fields_that_nobody_tells_are_what_the_caller_says_of_them() {
    let list = document(|writer| {
        define(writer, 1, &["^="]);
        writer.array(0);
    });
    let misfit = spread(&list, &mut Vec::new(), &mut |name| Err(format!("{name} has some"))).unwrap_err();
    assert_eq!(misfit.text, "com.example.Cart has some");
}

#[test]
fn programs_read_it_as_the_collection_that_it_is_and_typed_json_has_all_of_it() {
    let list = document(|writer| {
        define(writer, 1, &["^="]);
        writer.array(1);
        writer.str("a");
    });
    let session: BTreeMap<String, Vec<String>> = from_document(&list).unwrap();
    assert_eq!(session["it"], ["a"]);
    let text = typed(&list);
    assert!(text.contains(r#"{"$type":"com.example.Cart","=":["a"]}"#), "{text}");
    let tree = json::Tree::parse(text.as_bytes()).unwrap();
    assert_eq!(json::from_typed(tree.root()).unwrap(), list);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn other_documents_have_nothing_of_the_kind(seed: u64) {
        let document = Graph::random(Size { seed, nodes: 8, attributes: 3, classes: 3 }).write(seed);
        let mut out = Vec::new();
        prop_assert_eq!(gather(&document, &mut out, &mut |_| None), Ok(false));
        prop_assert_eq!(spread(&document, &mut out, &mut |_| Ok(())), Ok(false));
        prop_assert!(out.is_empty());
    }
}

/// A document that went through here is one still; of other bytes nobody says what comes out, as long as something does.
#[test]
fn a_document_stays_one_whatever_byte_of_it_is_another() {
    for document in [streamed(), gathered(&streamed()).unwrap()] {
        for at in 0..document.len() {
            let mut bytes = document.clone();
            for byte in 0..=u8::MAX {
                bytes[at] = byte;
                let is_document = check(&bytes, Limits::default()).is_ok();
                let mut out = Vec::new();
                if gather(&bytes, &mut out, &mut |_| None) == Ok(true) && is_document {
                    check(&out, Limits::default()).unwrap_or_else(|error| panic!("{at} {byte:#x}: {error}"));
                }
                out.clear();
                if spread(&bytes, &mut out, &mut |_| Ok(())) == Ok(true) && is_document {
                    check(&out, Limits::default()).unwrap_or_else(|error| panic!("{at} {byte:#x}: {error}"));
                }
            }
        }
    }
}
