//! What the format has no place for, and what it says of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use holdfast_document::{Extras, Kind, Writer};
use holdfast_kryo1::Kryo1;
use holdfast_sdk::{Failure, Level, Serializer, Settings, capture_log};

fn configured(options: &[(&'static str, &'static str)]) -> Kryo1 {
    let mut kryo = Kryo1::default();
    kryo.configure(&Settings { options: options.to_vec(), ..Settings::default() }).unwrap();
    kryo
}

/// A document of one attribute `a`.
fn document(value: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut doc = Writer::document(&mut bytes, 1);
    doc.attribute("a");
    value(&mut doc);
    doc.end();
    bytes
}

fn write(kryo: &mut Kryo1, document: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    kryo.serialize(document, &mut bytes)?;
    Ok(bytes)
}

/// The bytes of the one attribute `a`.
fn written(document: &[u8]) -> Vec<u8> {
    let bytes = write(&mut Kryo1::default(), document).unwrap();
    bytes.strip_prefix(&[1, 1, 17, 1, b'a']).unwrap().to_vec()
}

fn refusal(kryo: &mut Kryo1, document: &[u8]) -> (String, String) {
    match write(kryo, document) {
        Err(Failure::Unrepresentable { path, text }) => (path, text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_that_comes_twice_is_written_twice() {
    let document = document(|doc| {
        doc.array(2);
        doc.array(1);
        doc.str("s");
        doc.reference(1);
    });
    assert_eq!(written(&document), [18, 2, 18, 1, 17, 1, b's', 18, 1, 17, 1, b's']);
    let (path, text) = refusal(&mut configured(&[("losses", "refuse")]), &document);
    assert_eq!(path, "/a/1");
    assert!(text.contains("two are one"), "{text}");
}

#[test]
fn a_list_of_another_attribute_is_written_where_it_is_referred_to() {
    let mut bytes = Vec::new();
    let mut doc = Writer::document(&mut bytes, 2);
    doc.attribute("a");
    doc.xref(0, 0);
    doc.attribute("b");
    doc.array(1);
    doc.uuid(&[1; 16]);
    doc.end_with(&Extras { names: vec![Some("b"), Some("a")], edges: vec![(1, 0)], notes: vec![] });
    let written = write(&mut Kryo1::default(), &bytes).unwrap();
    let mut expected = vec![1, 2, 17, 1, b'a', 18, 1, 0xff, 0x7f, 0, 14];
    expected.extend_from_slice(b"java.util.UUID\0");
    let list = written.get(5..7).unwrap();
    assert_eq!(list, [18, 1]);
    assert_eq!(written[..expected.len()], expected);
    // The UUID in it has a number: the second time it is that.
    assert_eq!(written[written.len() - 9..], [17, 1, b'b', 18, 1, 0xff, 0x7f, 1, 2]);
}

#[test]
fn a_collection_that_holds_itself_is_refused_with_its_path() {
    let itself = document(|doc| {
        doc.array(2);
        doc.str("s");
        doc.array(1);
        doc.reference(0);
    });
    let (path, text) = refusal(&mut Kryo1::default(), &itself);
    assert_eq!(path, "/a/1/0");
    assert!(text.contains("holds itself"), "{text}");
    let through_a_map = document(|doc| {
        doc.map(1);
        doc.str("k");
        doc.builtin(62, 1);
        doc.builtin(2, 1);
        doc.reference(0);
    });
    assert_eq!(refusal(&mut Kryo1::default(), &through_a_map).0, "/a/k/0");
}

#[test]
fn sharing_that_doubles_at_each_level_is_bounded_by_the_size_of_the_result() {
    let document = document(|doc| {
        doc.array(41);
        let mut last = doc.place();
        doc.array(0);
        for _ in 0..40 {
            let place = doc.place();
            doc.array(2);
            doc.reference(last);
            doc.reference(last);
            last = place;
        }
    });
    let failure = write(&mut Kryo1::default(), &document).unwrap_err();
    assert!(matches!(&failure, Failure::Limit(text) if text.contains("maxBuffer")), "{failure}");
}

#[test]
fn arrays_of_arrays_that_double_at_each_level_are_bounded_too() {
    let document = document(|doc| {
        doc.array(2);
        let mut last = doc.place();
        doc.primitives(b'I', &[0; 4]);
        doc.array(30);
        for level in 1..31 {
            let place = doc.place();
            doc.defined(2);
            doc.begin_definition(Kind::Array, false, None, &format!("{}I", "[".repeat(level + 1)), 0);
            doc.nil();
            doc.reference(last);
            doc.reference(last);
            last = place;
        }
    });
    assert!(matches!(write(&mut Kryo1::default(), &document), Err(Failure::Limit(_))));
}

#[test]
fn nesting_is_limited_as_configured() {
    let nested = |depth: usize| {
        document(|doc| {
            for _ in 0..depth {
                doc.array(1);
            }
            doc.nil();
        })
    };
    let mut deep = configured(&[("maxDepth", "10000")]);
    let bytes = write(&mut deep, &nested(5_000)).unwrap();
    let mut again = Vec::new();
    deep.deserialize(&bytes, &mut again).unwrap();
    assert_eq!(again, nested(5_000));
    let mut usual = Kryo1::default();
    assert!(
        matches!(write(&mut usual, &nested(5_000)), Err(Failure::Limit(text)) if text.contains("maxDepth"))
    );
    assert!(matches!(usual.deserialize(&bytes, &mut Vec::new()), Err(Failure::Limit(_))));
}

#[test]
fn losses_are_logged_once_a_kind_and_counted_once_an_attribute() {
    let document = document(|doc| {
        doc.array(2);
        for _ in 0..2 {
            doc.builtin(92, 2);
            doc.int(1_000);
            doc.int(5);
        }
    });
    let mut kryo = Kryo1::default();
    let (_, lines) = capture_log(|| {
        write(&mut kryo, &document).unwrap();
        write(&mut kryo, &document).unwrap();
    });
    let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "kryo1: /a/0, as the library does: a java.sql.Timestamp keeps no nanoseconds beyond its milliseconds",
            "kryo1: attribute a loses a part of 2 values",
        ]
    );
    assert!(lines.iter().all(|(level, _)| *level == Level::Warn));
    let (path, text) = refusal(&mut configured(&[("losses", "refuse")]), &document);
    assert_eq!(path, "/a/0");
    assert!(text.ends_with("(losses = refuse)"), "{text}");
}

#[test]
fn numbers_have_the_bytes_that_the_library_gives_them() {
    use holdfast_document::{Number, Width};
    for (value, width, expected) in [
        (7, Width::Int, &[13, 7][..]),
        (-1, Width::Int, &[13, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        (254, Width::Short, &[12, 254]),
        (255, Width::Short, &[12, 0xff, 0, 0xff]),
        (-300, Width::Short, &[12, 0xff, 0xfe, 0xd4]),
        (-1, Width::Long, &[14, 1]),
        (i64::MIN, Width::Long, &[14, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        (42, Width::Byte, &[10, 42]),
        (7, Width::Untyped, &[13, 7]),
        (1 << 40, Width::Untyped, &[14, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]),
    ] {
        assert_eq!(written(&document(|doc| doc.number(Number { value, width }))), expected, "{value}");
    }
    assert_eq!(
        written(&document(|doc| doc.unsigned(u64::MAX))),
        [34, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255]
    );
}

#[test]
fn arrays_in_an_array_have_the_longest_lengths_in_front() {
    let grid = document(|doc| {
        doc.builtin(142, 2);
        doc.primitives(b'I', &[0, 0, 0, 5]);
        doc.primitives(b'I', &[0, 0, 0, 6, 0, 0, 0, 7]);
    });
    let bytes = written(&grid);
    assert_eq!(bytes, [0xff, 0x7f, 0, 3, b'[', b'[', b'I', 2, 2, 2, 1, 5, 2, 6, 7]);
    let (path, text) = refusal(&mut configured(&[("losses", "refuse")]), &grid);
    assert_eq!(path, "/a");
    assert!(text.contains("as long as the longest"), "{text}");
    let mut again = Vec::new();
    Kryo1::default().deserialize(&[&[1, 1, 17, 1, b'a'], &bytes[..]].concat(), &mut again).unwrap();
    assert_eq!(again, grid);
    let with_null = document(|doc| {
        doc.builtin(142, 1);
        doc.nil();
    });
    assert_eq!(refusal(&mut Kryo1::default(), &with_null).0, "/a/0");
}

#[test]
fn what_the_library_cannot_hold_is_refused_with_its_path() {
    for (number, parts, says) in [
        (20, 0, "cannot read what it wrote"),
        (19, 2, "cannot read what it wrote"),
        (88, 6, "fails at the first use"),
    ] {
        let document = document(|doc| {
            doc.array(1);
            doc.builtin(number, parts);
            for _ in 0..parts {
                doc.int(1);
            }
        });
        let (path, text) = refusal(&mut Kryo1::default(), &document);
        assert_eq!(path, "/a/0");
        assert!(text.contains(says), "{text}");
    }
    let (path, text) = refusal(&mut Kryo1::default(), &document(|doc| doc.nil()));
    assert_eq!((path.as_str(), text.contains("null")), ("/a", true));
}

#[test]
fn without_a_schema_an_object_and_a_constant_are_refused_and_the_way_to_one_is_told() {
    let object = document(|doc| {
        doc.defined(0);
        doc.begin_definition(Kind::Bean, false, None, "com.example.Cart", 0);
        doc.nil();
    });
    let constant = document(|doc| {
        doc.defined(1);
        doc.begin_definition(Kind::Enum, false, None, "com.example.Color", 0);
        doc.nil();
        doc.str("RED");
    });
    for document in [object, constant] {
        let (path, text) = refusal(&mut Kryo1::default(), &document);
        assert_eq!(path, "/a");
        assert!(text.contains("com.example.C") && text.contains("holdfast schema"), "{text}");
    }
}

#[test]
fn a_schema_that_is_none_and_options_that_do_not_fit_are_refused() {
    let mut kryo = Kryo1::default();
    let failure = kryo.configure(&Settings { schema: b"?", ..Settings::default() }).unwrap_err();
    assert!(matches!(failure, Failure::BadOption(_)));
    for (options, says) in [
        (&[("pretty", "true")][..], "maxDepth, maxBytes, losses, initialBuffer and maxBuffer"),
        (&[("losses", "maybe")], "as-library or refuse"),
        (&[("initialBuffer", "10"), ("maxBuffer", "9")], "more than maxBuffer"),
    ] {
        let failure =
            kryo.configure(&Settings { options: options.to_vec(), ..Settings::default() }).unwrap_err();
        assert!(failure.to_string().contains(says), "{failure}");
    }
}

#[test]
fn bytes_of_the_newer_kryo_are_not_this_format() {
    let newer = [1, 1, 3, 1, 0x66, 0x6f, 0xef, 3, 1, 0x62, 0x61, 0xf2];
    let failure = Kryo1::default().deserialize(&newer, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::NotThisFormat(_)), "{failure}");
}
