//! What a schema says of the application's classes, and what becomes of their values.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::fs;
use std::path::Path;

use holdfast_document::{Kind, Writer};
use holdfast_kryo::Kryo;
use holdfast_schema::{Class, Origin, compile};
use holdfast_sdk::{Failure, Serializer, Settings};

fn kryo(classes: &[Class]) -> Kryo {
    let mut kryo = Kryo::default();
    kryo.configure(&Settings { schema: &compile(classes).unwrap(), ..Settings::default() }).unwrap();
    kryo
}

fn golden(case: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    fs::read(folder.join(format!("{case}.kryo"))).unwrap()
}

fn refusal(kryo: &mut Kryo, bytes: &[u8]) -> (String, String) {
    match kryo.deserialize(bytes, &mut Vec::new()) {
        Err(Failure::Unrepresentable { path, text }) => (path, text),
        other => panic!("{other:?}"),
    }
}

/// The shop with one class changed.
fn with(name: &str, change: impl Fn(&mut Class)) -> Vec<Class> {
    let mut classes = shop::classes();
    let found = classes.iter_mut().find(|class| class.name.ends_with(&format!(".{name}")));
    change(found.unwrap());
    classes
}

#[test]
fn bytes_that_are_no_schema_are_a_bad_option() {
    let mut kryo = Kryo::default();
    for schema in [&b"hello, world"[..], b"HFS1", b"HFS1\0\0\0\x05abcd"] {
        let failure = kryo.configure(&Settings { schema, ..Settings::default() }).unwrap_err();
        let Failure::BadOption(text) = failure else { panic!("{failure}") };
        assert!(text.contains("no compiled schema"), "{text}");
    }
}

#[test]
fn a_class_that_comes_from_a_java_stream_is_refused_with_what_would_be_right() {
    let mut kryo = kryo(&with("Registry", |class| class.origin = Origin::Stream));
    let (path, text) = refusal(&mut kryo, &golden("pojo-readresolve"));
    assert_eq!(path, "/a");
    assert!(text.starts_with("com.example.session.Registry: the schema has it from a Java stream"), "{text}");
    assert!(text.contains("give its class file"), "{text}");
}

#[test]
fn a_field_whose_class_comes_from_a_java_stream_is_refused_because_it_may_be_final() {
    let mut kryo = kryo(&with("Address", |class| class.origin = Origin::Stream));
    let (_, text) = refusal(&mut kryo, &golden("pojo-person"));
    assert!(text.contains("does not say whether com.example.session.Address is final"), "{text}");
    assert!(text.contains("com.example.session.Person"), "{text}");
}

#[test]
fn an_array_whose_component_comes_from_a_java_stream_is_refused_because_it_may_be_final() {
    let mut kryo = kryo(&with("Person", |class| class.origin = Origin::Stream));
    let mut document = Vec::new();
    let mut doc = Writer::document(&mut document, 1);
    doc.attribute("people");
    doc.defined(0);
    doc.begin_definition(Kind::Array, false, None, "[Lcom.example.session.Person;", 0);
    doc.nil();
    doc.end();
    let failure = kryo.serialize(&document, &mut Vec::new()).unwrap_err();
    assert!(failure.to_string().contains("does not say whether it is final"), "{failure}");
}

#[test]
fn a_list_of_an_array_of_a_class_that_nobody_knows_is_of_an_array() {
    // Arrays.asList(new x.Y[1]): class 10, whose elements' class stands there by its name, and null.
    let bytes = b"\x01\x01\x03\x01a\xec\x0c\x01\x01\x01\x00x.\xd9\x00";
    let mut document = Vec::new();
    kryo(&[]).deserialize(bytes, &mut document).unwrap();
    holdfast_document::check(&document, holdfast_document::Limits::default()).unwrap();
    let text = holdfast_document::json::to_typed(&document).unwrap();
    assert!(text.contains("array") && text.contains("[Lx.Y;"), "{text}");
}

#[test]
fn an_interface_is_known_whoever_told_of_it() {
    let mut kryo = kryo(&with("Greeter", |class| class.origin = Origin::Stream));
    let stored = golden("pojo-proxy");
    let (mut document, mut again) = (Vec::new(), Vec::new());
    kryo.deserialize(&stored, &mut document).unwrap();
    kryo.serialize(&document, &mut again).unwrap();
    assert_eq!(again, stored);
}

#[test]
fn the_body_of_a_constant_is_its_enums_whatever_it_is_called() {
    let mut classes =
        with("Op", |class| class.constants[0].body = Some("com.example.session.Op$PLUS".into()));
    classes.iter_mut().find(|class| class.name.ends_with(".Op$1")).unwrap().name =
        "com.example.session.Op$PLUS".into();
    let mut kryo = kryo(&classes);
    let mut document = Vec::new();
    let mut doc = Writer::document(&mut document, 1);
    doc.attribute("op");
    doc.defined(1);
    doc.begin_definition(Kind::Enum, false, None, "com.example.session.Op", 0);
    doc.nil();
    doc.str("PLUS");
    doc.end();
    let (mut bytes, mut again) = (Vec::new(), Vec::new());
    kryo.serialize(&document, &mut bytes).unwrap();
    assert!(bytes.windows(26).any(|text| text == b"com.example.session.Op$PLU"), "{bytes:x?}");
    kryo.deserialize(&bytes, &mut again).unwrap();
    // The definition of Op and the name of its constant, as it went in.
    assert!(again.windows(5).any(|text| text == b"\xa4PLUS"), "{again:x?}");
}

#[test]
fn records_and_classes_that_write_themselves_are_refused() {
    let stored = golden("pojo-readresolve");
    let (_, text) =
        refusal(&mut kryo(&with("Registry", |class| class.kind = holdfast_schema::Kind::Record)), &stored);
    assert!(text.contains("record"), "{text}");
    let interface = "com.esotericsoftware.kryo.KryoSerializable".to_owned();
    let classes = with("Registry", |class| class.interfaces.push(interface.clone()));
    let (_, text) = refusal(&mut kryo(&classes), &stored);
    assert!(text.contains("KryoSerializable"), "{text}");
}

fn bitset(doc: &mut Writer<'_>) {
    doc.builtin(95, 1);
    doc.bin(&[3]);
}

fn custom(doc: &mut Writer<'_>, name: &str) {
    doc.defined(2);
    doc.begin_definition(Kind::Bean, false, Some((3, 12)), name, 2);
    doc.nil();
    doc.item(0, "Ljava/lang/String;", "name");
    doc.item_custom(0);
    doc.str("n");
    doc.array(1);
    doc.bin(&[0, 0, 0, 1]);
}

#[test]
fn a_loss_is_logged_once_a_class_and_counted_by_attribute() {
    let mut other = shop::classes();
    let registry = other.iter().find(|class| class.name.ends_with(".Registry")).unwrap().clone();
    other.push(Class { name: "com.example.session.Other".into(), ..registry });
    let mut kryo = kryo(&other);
    let mut document = Vec::new();
    let mut doc = Writer::document(&mut document, 3);
    doc.attribute("bits");
    doc.array(2);
    bitset(&mut doc);
    bitset(&mut doc);
    doc.attribute("one");
    custom(&mut doc, "com.example.session.Registry");
    doc.attribute("two");
    custom(&mut doc, "com.example.session.Other");
    doc.end();
    let (_, lines) = holdfast_sdk::capture_log(|| {
        kryo.serialize(&document, &mut Vec::new()).unwrap();
        kryo.serialize(&document, &mut Vec::new()).unwrap();
    });
    let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts.len(), 6, "{texts:?}");
    assert!(texts[0].starts_with("kryo: /bits/0, as the library does: the library reads a java.util.BitSet"));
    assert_eq!(texts[1], "kryo: attribute bits loses a part of 2 values");
    assert!(texts[2].contains("/one, as the library does: com.example.session.Registry: "), "{texts:?}");
    assert_eq!(texts[3], "kryo: attribute one loses a part of 1 value");
    assert!(texts[4].contains("com.example.session.Other: "), "{texts:?}");
}

#[test]
fn losses_are_refused_with_the_path_where_that_is_wanted() {
    let mut kryo = Kryo::default();
    kryo.configure(&Settings { options: vec![("losses", "refuse")], ..Settings::default() }).unwrap();
    let mut document = Vec::new();
    let mut doc = Writer::document(&mut document, 1);
    doc.attribute("bits");
    bitset(&mut doc);
    doc.end();
    let failure = kryo.serialize(&document, &mut Vec::new()).unwrap_err();
    let Failure::Unrepresentable { path, text } = failure else { panic!("{failure}") };
    assert_eq!(path, "/bits");
    assert!(text.contains("losses = refuse"), "{text}");
}
