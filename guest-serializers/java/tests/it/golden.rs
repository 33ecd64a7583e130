//! What a JVM wrote comes back byte for byte.

use holdfast_document::{Event, Extras, Head, Reader};
use holdfast_java::Java;
use holdfast_sdk::Serializer;

use crate::{all, golden, more, read, stream, write};

/// Attributes of this stream are left out on the way, as MSM does.
const LEFT_OUT: &str = "not-serializable";

#[test]
fn every_golden_stream_is_a_document_and_comes_back_byte_for_byte() {
    assert_eq!(golden().len(), 58, "the golden files");
    for (name, bytes) in golden() {
        let document = read(bytes).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let back = write(&document).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert_eq!(different(&back, bytes), None, "{name}");
    }
}

#[test]
fn streams_of_more_classes_of_the_jdk_come_back_byte_for_byte() {
    for (name, bytes) in more() {
        let document = read(bytes).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let back = write(&document).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        if name != LEFT_OUT {
            assert_eq!(different(&back, bytes), None, "{name}");
        }
    }
}

#[test]
fn how_much_room_there_is_for_a_result_changes_nothing() {
    // What is warm has room for all else, and takes the quick way wherever it can.
    let mut warm = Java::default();
    for _ in 0..2 {
        for (name, bytes) in all() {
            let document = read(bytes).unwrap();
            let back = write(&document).unwrap();
            let large = 2 * document.len().max(bytes.len());
            for room in [1, 8, 21, 64, 100, large / 8, large] {
                for java in [&mut Java::default(), &mut warm] {
                    let mut out = Vec::with_capacity(room);
                    java.deserialize(bytes, &mut out).unwrap();
                    assert!(out == document, "{name} with room for {room} bytes");
                    out = Vec::with_capacity(room);
                    java.serialize(&document, &mut out).unwrap();
                    assert!(out == back, "{name} with room for {room} bytes");
                }
            }
        }
    }
}

#[test]
fn an_instance_keeps_nothing_that_changes_a_result() {
    let mut java = Java::default();
    for _ in 0..2 {
        for (name, bytes) in all() {
            let (mut document, mut back) = (Vec::new(), Vec::new());
            java.deserialize(bytes, &mut document).unwrap();
            java.serialize(&document, &mut back).unwrap();
            assert_eq!(document, read(bytes).unwrap(), "{name}");
            assert_eq!(back, write(&document).unwrap(), "{name}");
        }
    }
}

#[test]
fn classes_of_the_jdk_are_read_as_what_they_are() {
    // Objects of these streams that Java has no better word for, or that are not as the JDK writes them.
    let odd = ["hashtable", "synchronized", "zones", "calendar", "calendars"];
    for (name, bytes) in all() {
        let document = read(bytes).unwrap();
        for class in defined_classes(&document) {
            let is_jdk = class.starts_with("java.util.")
                || class.starts_with("java.time.")
                || class.starts_with("java.sql.");
            let has_number = holdfast_document::builtin::by_class(&class).is_some();
            assert!(
                !(is_jdk && has_number) || odd.contains(&name.as_str()),
                "{name}: {class} is read by its fields"
            );
        }
    }
}

#[test]
fn common_sessions_need_few_notes() {
    for (name, most) in [("shopping-cart", 25), ("large", 0), ("wide-map", 0), ("strings-only", 0)] {
        let bytes = stream(name);
        let document = read(bytes).unwrap();
        let notes: usize = Extras::of(&document).unwrap().notes.iter().map(|(_, note)| note.len()).sum();
        assert!(notes <= most, "{name}: {notes} bytes");
    }
}

#[test]
fn two_attributes_that_share_an_object_have_an_edge() {
    let bytes = stream("shopping-cart");
    let document = read(bytes).unwrap();
    let extras = Extras::of(&document).unwrap();
    let named: Vec<_> = extras
        .edges
        .iter()
        .map(|(from, to)| (extras.name(*from).unwrap(), extras.name(*to).unwrap()))
        .collect();
    assert_eq!(named.len(), 1, "{named:?}");
}

#[test]
fn a_value_that_java_could_not_serialize_is_left_out() {
    let bytes = stream(LEFT_OUT);
    let document = read(bytes).unwrap();
    let (mut reader, count) = Reader::document(&document).unwrap();
    assert_eq!((count, reader.attribute().unwrap()), (1, "y"));
}

/// Names of the classes that a document defines for objects.
pub(crate) fn defined_classes(document: &[u8]) -> Vec<String> {
    let (mut reader, count) = Reader::document(document).unwrap();
    let mut names = Vec::new();
    for _ in 0..count {
        reader.attribute().unwrap();
        let mut left = 1;
        while left > 0 {
            let event = reader.next().unwrap();
            left = left - 1 + event.inside();
            if let Event::Typed(Head::Defined(definition), _) = event {
                names.push(definition.name.to_owned());
            }
        }
    }
    names
}

/// Where two streams differ.
fn different(left: &[u8], right: &[u8]) -> Option<usize> {
    if left == right {
        return None;
    }
    Some(
        left.iter().zip(right).position(|(left, right)| left != right).unwrap_or(left.len().min(right.len())),
    )
}
