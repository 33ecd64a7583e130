use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::*;
use crate::definition::Kind;
use crate::event::{Number, Width};
use crate::extras::Extras;
use crate::{MAX_DEPTH as DOCUMENT_DEPTH, check};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    small: i8,
    large: u64,
    huge: i128,
    float: f32,
    double: f64,
    letter: char,
    text: String,
    none: Option<u8>,
    some: Option<Box<Everything>>,
    list: Vec<u16>,
    pair: (i32, String),
    map: BTreeMap<i64, Vec<u8>>,
    unit: (),
    color: Color,
    shapes: Vec<Shape>,
    when: SystemTime,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Color {
    Red,
    Green,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i32, i32),
    Box { width: u32, height: u32 },
}

fn everything() -> Everything {
    Everything {
        flag: true,
        small: -128,
        large: u64::MAX,
        huge: i128::MIN,
        float: 1.5,
        double: -0.0,
        letter: '商',
        text: "a\0b".into(),
        none: None,
        some: None,
        list: vec![0, 127, 128, 65_535],
        pair: (-70_000, "x".into()),
        map: [(-1, vec![1, 2]), (1 << 40, vec![])].into(),
        unit: (),
        color: Color::Green,
        shapes: vec![
            Shape::Point,
            Shape::Circle(0.1),
            Shape::Line(1, -1),
            Shape::Box { width: 1, height: 2 },
        ],
        when: SystemTime::UNIX_EPOCH + Duration::new(1_706_659_200, 5),
    }
}

#[test]
fn a_struct_of_every_kind_of_field_comes_back_as_it_was() {
    let value = Everything { some: Some(Box::new(everything())), ..everything() };
    let document = to_document(&value).unwrap();
    check(&document, Limits::default()).unwrap();
    assert_eq!(from_document::<Everything>(&document).unwrap(), value);
    let bytes = to_value(&value).unwrap();
    assert_eq!(from_value::<Everything>(&bytes).unwrap(), value);
}

#[test]
fn what_is_written_is_what_any_messagepack_library_reads() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Line {
        sku: String,
        quantity: i64,
        price: f64,
        note: Option<String>,
    }
    let line = Line { sku: "SKU-1".into(), quantity: -1000, price: 9.95, note: None };
    let bytes = to_value(&line).unwrap();
    assert_eq!(bytes, rmp_serde::to_vec_named(&line).unwrap());
    assert_eq!(rmp_serde::from_slice::<Line>(&bytes).unwrap(), line);
}

#[test]
fn only_structs_and_maps_are_attributes() {
    assert_eq!(to_document(&vec![1]), Err(SerdeError::NotAttributes));
    assert_eq!(to_document(&7), Err(SerdeError::NotAttributes));
    assert_eq!(to_document(&BTreeMap::from([(7, 7)])), Err(SerdeError::NotAttributes));
    let document = to_document(&BTreeMap::from([("a", 1)])).unwrap();
    assert_eq!(document, b"\x93\xce\0\0\0\0\xdf\0\0\0\x01\xa1a\x01\xc0");
}

#[test]
fn a_value_that_is_nested_without_end_is_refused() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Nested(Vec<Nested>);
    let mut value = Nested(Vec::new());
    for _ in 0..MAX_DEPTH {
        value = Nested(vec![value]);
    }
    assert_eq!(to_value(&value), Err(SerdeError::TooDeep(MAX_DEPTH)));
    let deep = [vec![0x91; DOCUMENT_DEPTH - 1], vec![0x90]].concat();
    assert_eq!(from_value::<Nested>(&deep).map(drop).unwrap_err(), SerdeError::TooDeep(MAX_DEPTH));
}

/// Writes a document of two attributes with [`Writer`].
fn document(extras: &Extras<'_>, write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    write(&mut writer);
    writer.end_with(extras);
    check(&bytes, Limits::default()).unwrap();
    bytes
}

#[test]
fn java_objects_are_read_as_plain_data() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Line {
        quantity: i32,
        added: i64,
        price: String,
        color: Color,
        tags: Vec<String>,
    }
    let bytes = document(&Extras::default(), |writer| {
        writer.attribute("line");
        writer.defined(7);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "Line", 7);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "Base", 1);
        writer.nil();
        writer.item(0, "I", "quantity");
        writer.item(1, "I", "quantity");
        writer.item(0, "I", "quantity");
        writer.item(0, "Ljava/util/Date;", "added");
        writer.item(0, "Ljava/math/BigDecimal;", "price");
        writer.item(0, "LColor;", "color");
        writer.item(0, "Ljava/util/List;", "tags");
        writer.item_custom(0);
        writer.int(99);
        writer.int(3);
        writer.date(1_706_659_200_123);
        writer.big_decimal(2, &[0x01, 0x56, 0x48]);
        writer.defined(1);
        writer.begin_definition(Kind::Enum, false, None, "Color", 0);
        writer.nil();
        writer.str("Red");
        writer.builtin(2, 1);
        writer.str("a");
        writer.array(0);
        writer.attribute("other");
        writer.number(Number { value: 7, width: Width::Long });
    });
    #[derive(Debug, Deserialize)]
    struct Session {
        line: Line,
        other: u8,
    }
    let session: Session = from_document(&bytes).unwrap();
    let line = Line {
        quantity: 3,
        added: 1_706_659_200_123,
        price: "876.24".into(),
        color: Color::Red,
        tags: vec!["a".into()],
    };
    assert_eq!((session.line, session.other), (line, 7));
}

#[test]
fn a_reference_is_the_value_that_it_leads_to_also_in_another_attribute() {
    let extras = Extras { names: vec![Some("x"), Some("y")], edges: vec![(1, 0)], notes: vec![] };
    let bytes = document(&extras, |writer| {
        writer.attribute("x");
        writer.array(2);
        writer.array(1);
        writer.str("s");
        writer.reference(1);
        writer.attribute("y");
        writer.xref(0, 1);
    });
    let session: BTreeMap<String, serde_json::Value> = from_document(&bytes).unwrap();
    assert_eq!(session["x"], serde_json::json!([["s"], ["s"]]));
    assert_eq!(session["y"], serde_json::json!(["s"]));
}

#[test]
fn a_cycle_ends_with_an_error_and_is_no_matter_to_whoever_ignores_it() {
    let bytes = b"\x92\xa1s\xd6\x07\0\0\0\0";
    assert_eq!(from_value::<serde_json::Value>(bytes).unwrap_err(), SerdeError::TooDeep(MAX_DEPTH));
    assert_eq!(from_value::<(String, serde::de::IgnoredAny)>(bytes).unwrap().0, "s");
}

#[test]
fn primitive_arrays_and_bytes_are_sequences() {
    let mut bytes = Vec::new();
    Writer::value(&mut bytes).primitives(b'I', &[0, 0, 0, 1, 255, 255, 255, 255]);
    assert_eq!(from_value::<Vec<i32>>(&bytes).unwrap(), [1, -1]);
    assert_eq!(from_value::<Vec<u8>>(b"\xc4\x02\x01\x02").unwrap(), [1, 2]);
    assert_eq!(from_value::<&[u8]>(b"\xc4\x02\x01\x02").unwrap(), [1, 2]);
}

#[test]
fn a_hostile_number_of_copies_fills_no_memory() {
    let mut bytes = Vec::new();
    let mut writer = Writer::value(&mut bytes);
    writer.builtin(19, 2);
    writer.int(i64::from(u32::MAX));
    writer.str("x");
    assert!(from_value::<Vec<String>>(&bytes).is_err());
    let three = b"\x93\xd4\x01\x13\x03\xa1x";
    assert_eq!(from_value::<Vec<String>>(three).unwrap(), ["x", "x", "x"]);
}
