//! Classes that extend collections, maps and dates: what the library stores of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/extended.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod extended;

use extended::{stored, transcode, with_schema};

use holdfast_document::Writer;
use holdfast_javolution::Javolution;
use holdfast_sdk::{Failure, Serializer};

const CASES: &[&str] =
    &["list-subclass", "subclass-between", "subclass-cycle", "subclass-date", "subclass-map-tree"];

#[test]
fn what_the_library_stored_is_written_byte_for_byte() {
    for case in CASES {
        let bytes = stored(case, "javolution");
        assert_eq!(transcode::<Javolution, Javolution>(&bytes).unwrap(), bytes, "{case}");
    }
}

/// A list of a class that extends ArrayList, with a field of its own, as a Java stream tells it.
fn tagged(class: &str) -> Vec<u8> {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("tagged");
    writer.defined(4);
    writer.begin_definition(holdfast_document::Kind::Bean, false, Some((2, 1)), class, 4);
    writer.head_builtin(1);
    writer.item(1, "I", "size");
    writer.item_custom(1);
    writer.item(0, "I", "weight");
    writer.item(0, "Ljava/lang/String;", "tag");
    writer.int(2);
    writer.array(3);
    writer.bin(&[0, 0, 0, 2]);
    writer.str("a");
    writer.str("b");
    writer.int(3);
    writer.str("tag");
    writer.end();
    document
}

#[test]
fn of_a_java_stream_the_list_is_stored_as_the_library_does_and_the_fields_are_not() {
    let mut bytes = Vec::new();
    let document = tagged("com.example.cases.Customs$Tagged");
    with_schema::<Javolution>(&[]).serialize(&document, &mut bytes).unwrap();
    assert_eq!(bytes, stored("list-subclass", "javolution"));
}

#[test]
fn own_fields_are_refused_where_losses_are() {
    let document = tagged("com.example.cases.Customs$Tagged");
    let written = with_schema::<Javolution>(&[("losses", "refuse")]).serialize(&document, &mut Vec::new());
    let Err(Failure::Unrepresentable { path, text }) = written else { panic!("{written:?}") };
    assert_eq!(path, "/tagged");
    assert!(text.contains("own") && text.contains("losses = refuse"), "{text}");
}

#[test]
fn without_a_schema_the_class_is_refused_by_its_path() {
    let document = tagged("com.example.Nobody");
    let written = with_schema::<Javolution>(&[]).serialize(&document, &mut Vec::new());
    let Err(Failure::Unrepresentable { path, .. }) = written else { panic!("{written:?}") };
    assert_eq!(path, "/tagged");
}

#[test]
fn lists_in_lists_have_an_end_where_depth_has() {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("deep");
    writer.defined(1);
    let class = writer.begin_definition(
        holdfast_document::Kind::Bean,
        false,
        None,
        "com.example.cases.Extended$Cart",
        1,
    );
    writer.head_builtin(1);
    writer.item_whole(1);
    for _ in 0..60 {
        writer.array(1);
        writer.known(class, 1);
    }
    writer.array(0);
    writer.end();
    let mut bytes = Vec::new();
    with_schema::<Javolution>(&[]).serialize(&document, &mut bytes).unwrap();
    let mut again = Vec::new();
    with_schema::<Javolution>(&[]).deserialize(&bytes, &mut again).unwrap();
    assert_eq!(again, document);
    let options = &[("maxDepth", "50")];
    let written = with_schema::<Javolution>(options).serialize(&document, &mut Vec::new());
    assert!(matches!(written, Err(Failure::Limit(_))), "{written:?}");
    let read = with_schema::<Javolution>(options).deserialize(&bytes, &mut Vec::new());
    assert!(matches!(read, Err(Failure::Limit(_))), "{read:?}");
}
