//! Objects that other formats stored, written with what the schema says of their classes.

use holdfast_document::{Kind, Writer};
use holdfast_java::Java;
use holdfast_kryo::Kryo;
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_xstream::Xstream;

use crate::{read, streams};

#[path = "../../../../tests/support/canonical.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod canonical;
#[path = "../../../../tests/support/shop.rs"]
mod shop;

fn with_schema<S: Serializer>(schema: &[u8]) -> S {
    let mut serializer = S::default();
    serializer.configure(&Settings { schema, ..Settings::default() }).unwrap();
    serializer
}

fn java(document: &[u8], schema: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    with_schema::<Java>(schema).serialize(document, &mut bytes)?;
    Ok(bytes)
}

/// What the golden files of a format become; those that are refused, and why.
fn written<S: Serializer>(extension: &str) -> Vec<(String, String)> {
    let schema = shop::schema();
    let mut refused = Vec::new();
    let mut equal = 0;
    for (case, bytes) in streams("../../tests/golden", extension) {
        let mut document = Vec::new();
        with_schema::<S>(&schema).deserialize(&bytes, &mut document).unwrap();
        match java(&document, &schema) {
            Err(failure) => refused.push((case, failure.to_string())),
            Ok(stream) => {
                let content = canonical::canonical(&read(&stream).unwrap());
                assert_eq!(content, canonical::canonical(&document), "{case}.{extension}");
                equal += 1;
            }
        }
    }
    assert!(equal > 40, "{equal}");
    refused
}

#[test]
fn what_kryo_stored_is_written_with_a_schema() {
    let [calendar, put_fields] = &written::<Kryo>("kryo")[..] else { panic!("two are refused") };
    assert!(calendar.1.contains("a calendar from another format"), "{calendar:?}");
    assert!(put_fields.1.contains("PutFieldsData decides by a method of its own"), "{put_fields:?}");
}

#[test]
fn what_xstream_stored_is_written_with_a_schema() {
    let refused: Vec<String> = written::<Xstream>("xstream").into_iter().map(|(case, _)| case).collect();
    let expected = ["calendar", "pojo-externalizable", "pojo-putfields", "pojo-writeobject"];
    assert_eq!(refused, expected);
}

/// A document of one attribute `x`.
fn document(value: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::document(&mut out, 1);
    writer.attribute("x");
    value(&mut writer);
    writer.end();
    out
}

/// The content of a document with an object of the class whose fields are told by their names.
fn named(class: &str, fields: &[(&str, &str)]) -> Result<String, String> {
    let document = document(|writer| {
        writer.defined(2 * fields.len() as u32);
        writer.begin_definition(Kind::Bean, true, None, class, 0);
        writer.nil();
        for (name, value) in fields {
            writer.str(name);
            writer.str(value);
        }
    });
    let stream = java(&document, &shop::schema()).map_err(|failure| failure.to_string())?;
    Ok(canonical::canonical(&read(&stream).unwrap()))
}

#[test]
fn fields_that_are_told_by_name_are_put_in_order_and_the_others_are_empty() {
    let found = named("com.example.session.Address", &[("zip", "12345"), ("city", "Springfield")]).unwrap();
    let expected = r#"{"type":"com.example.session.Address","fields":{"city":"Springfield","country":null,"street":null,"zip":"12345"}}"#;
    assert!(found.contains(expected), "{found}");
    let found = named("com.example.session.Person", &[("nickname", "Al")]).unwrap();
    assert!(found.contains(r#""age":{"i32":"0"}"#), "{found}");
}

#[test]
fn a_field_that_the_class_does_not_have_is_refused_and_so_is_a_class_that_nobody_knows() {
    let said = named("com.example.session.Address", &[("town", "Springfield")]).unwrap_err();
    assert_eq!(said, "/x cannot be represented: the schema's com.example.session.Address has no field town");
    let said = named("com.example.session.Unknown", &[("town", "Springfield")]).unwrap_err();
    assert!(
        said.starts_with("/x cannot be represented: the fields of com.example.session.Unknown came by name"),
        "{said}"
    );
}

/// What becomes of an enum constant that is told by its ordinal.
fn constant(class: &str, ordinal: i64) -> Result<String, String> {
    let document = document(|writer| {
        writer.defined(1);
        writer.begin_definition(Kind::Enum, false, None, class, 0);
        writer.nil();
        writer.int(ordinal);
    });
    let stream = java(&document, &shop::schema()).map_err(|failure| failure.to_string())?;
    Ok(canonical::canonical(&read(&stream).unwrap()))
}

#[test]
fn the_ordinal_of_a_constant_becomes_its_name() {
    let found = constant("com.example.session.Color", 1).unwrap();
    assert!(found.contains(r#"{"type":"com.example.session.Color","enum":"GREEN"}"#), "{found}");
    let said = constant("com.example.session.Color", 4).unwrap_err();
    assert!(
        said.starts_with("/x cannot be represented: the constant number 4 of com.example.session.Color"),
        "{said}"
    );
}
