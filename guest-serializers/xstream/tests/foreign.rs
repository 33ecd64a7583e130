//! Sessions that came from Java streams: what XStream's form makes of them.
//!
//! With `HOLDFAST_DUMP` set to a folder, what was written is kept there for the real library to judge.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/canonical.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod canonical;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_document::{Limits, check};
use holdfast_java::Java;
use holdfast_sdk::{Failure, Serializer, Settings, capture_log};
use holdfast_xstream::Xstream;

fn folder() -> PathBuf {
    std::env::var_os("HOLDFAST_STREAMS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden"), PathBuf::from)
}

/// What Java streams hold, by their names.
fn streams() -> Vec<(String, Vec<u8>)> {
    let mut streams = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "java") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut document = Vec::new();
            Java::default()
                .deserialize(&fs::read(&path).unwrap(), &mut document)
                .unwrap_or_else(|failure| panic!("{name}: {failure}"));
            streams.push((name, document));
        }
    }
    streams.sort();
    assert!(streams.len() > 50, "the golden files are there");
    streams
}

fn configured(schema: &[u8], options: &[(&str, &str)]) -> Xstream {
    let mut xstream = Xstream::default();
    xstream.configure(&Settings { schema, options: options.to_vec(), ..Settings::default() }).unwrap();
    xstream
}

/// Cases whose custom data XStream's text needs the types of, which only a schema with a layout tells.
const CUSTOM: [&str; 4] = ["calendar", "pojo-externalizable", "pojo-putfields", "pojo-writeobject"];

#[test]
fn what_comes_from_java_is_written_and_is_the_same_when_it_is_read() {
    let dump = std::env::var_os("HOLDFAST_DUMP").map(PathBuf::from);
    let mut xstream = configured(&shop::schema(), &[]);
    let (mut refused, mut differ) = (Vec::new(), Vec::new());
    for (name, document) in streams() {
        let mut xml = Vec::new();
        match capture_log(|| xstream.serialize(&document, &mut xml)).0 {
            Ok(()) => {}
            Err(Failure::Unrepresentable { path, text }) => {
                eprintln!("{name}: {path}: {text}");
                refused.push(name);
                continue;
            }
            Err(failure) => panic!("{name}: {failure}"),
        }
        if let Some(dump) = &dump {
            fs::write(dump.join(format!("{name}.xstream")), &xml).unwrap();
        }
        let mut again = Vec::new();
        xstream.deserialize(&xml, &mut again).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        check(&again, Limits::default()).unwrap();
        let json = folder().join(format!("{name}.json"));
        if let Ok(text) = fs::read_to_string(json)
            && !LOGICAL.contains(&name.as_str())
        {
            let (again, golden) = (canonical::canonical(&again), canonical::golden(&text));
            if again != golden {
                differ.push(format!("{name}\n{again}\n--- golden:\n{golden}"));
            }
        }
    }
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n\n"));
    if std::env::var_os("HOLDFAST_STREAMS").is_none() {
        assert_eq!(refused, CUSTOM);
    }
}

/// Cases of classes of which the canonical text tells what their methods make of the data.
const LOGICAL: [&str; 1] = ["pojo-putfields"];

#[test]
fn without_a_schema_an_object_of_the_application_is_refused_with_its_path_and_the_cure() {
    let mut xstream = configured(&[], &[]);
    for (name, document) in streams() {
        let mut xml = Vec::new();
        match capture_log(|| xstream.serialize(&document, &mut xml)).0 {
            // The names of constants need no schema.
            Ok(()) if ["enums", "map-enummap"].contains(&name.as_str()) => {}
            Ok(()) => assert!(!String::from_utf8(xml).unwrap().contains("<com.example."), "{name}"),
            Err(Failure::Unrepresentable { path, text }) => {
                let cure = text.contains("holdfast schema") || name == "calendar";
                assert!(path.starts_with('/') && cure, "{name}: {path}: {text}");
            }
            Err(failure) => panic!("{name}: {failure}"),
        }
    }
}

#[test]
fn a_loss_is_logged_once_a_class_and_counted_by_attribute_or_refused() {
    let mut document = Vec::new();
    let mut writer = holdfast_document::Writer::document(&mut document, 2);
    for name in ["a", "b"] {
        writer.attribute(name);
        writer.array(4);
        // Two dates, a half of a pair, a NaN with bits of its own.
        for day in [1, 2] {
            writer.builtin(100, 3);
            [2024, 2, day].into_iter().for_each(|part| writer.int(part));
        }
        writer.wstr(b"\xed\xa0\x80");
        writer.f64(f64::from_bits(0x7ff8_0000_0000_0123));
    }
    writer.end();
    let mut xstream = configured(&[], &[]);
    let ((), lines) = capture_log(|| xstream.serialize(&document, &mut Vec::new()).unwrap());
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].contains("/a/0") && lines[1].contains("/a/2") && lines[2].contains("/a/3"), "{lines:?}");
    assert!(lines[3].contains("/a ") && lines[3].ends_with(": 4") && lines[4].contains("/b "), "{lines:?}");

    let mut refusing = configured(&[], &[("losses", "refuse")]);
    let Err(Failure::Unrepresentable { path, .. }) = refusing.serialize(&document, &mut Vec::new()) else {
        panic!("a loss was written")
    };
    assert_eq!(path, "/a/0");
}

#[test]
fn a_constant_is_written_by_its_number_where_the_schema_knows_the_order() {
    let mut document = Vec::new();
    let mut writer = holdfast_document::Writer::document(&mut document, 1);
    writer.attribute("color");
    writer.defined(1);
    writer.begin_definition(holdfast_document::Kind::Enum, false, None, "com.example.session.Color", 0);
    writer.nil();
    writer.int(1);
    writer.end();
    let mut xml = Vec::new();
    configured(&shop::schema(), &[]).serialize(&document, &mut xml).unwrap();
    assert!(String::from_utf8(xml).unwrap().contains(">GREEN<"));
    let mut classes = shop::classes();
    classes.iter_mut().for_each(|class| class.origin = holdfast_schema::Origin::Stream);
    for schema in [Vec::new(), holdfast_schema::compile(&classes).unwrap()] {
        let refused = configured(&schema, &[]).serialize(&document, &mut Vec::new()).unwrap_err().to_string();
        assert!(refused.contains("/color") && refused.contains("holdfast schema"), "{refused}");
    }
}

#[test]
fn classes_that_only_a_stream_told_suffice_to_read_and_write_objects() {
    let mut classes = shop::classes();
    for class in &mut classes {
        class.origin = holdfast_schema::Origin::Stream;
        // Streams sort fields: primitives first, then by name.
        class.fields.sort_by_key(|field| (field.descriptor.len() > 1, field.name.clone()));
    }
    let mut xstream = configured(&holdfast_schema::compile(&classes).unwrap(), &[]);
    for case in ["pojo-person", "shopping-cart", "pojo-inheritance"] {
        let xml = fs::read(folder().join(format!("{case}.xstream"))).unwrap();
        let (mut document, mut again, mut third) = (Vec::new(), Vec::new(), Vec::new());
        xstream.deserialize(&xml, &mut document).unwrap();
        check(&document, Limits::default()).unwrap();
        let text = String::from_utf8_lossy(&document).into_owned();
        assert!(!text.contains("xstream/1.4"), "{case}: all types are known");
        xstream.serialize(&document, &mut again).unwrap();
        xstream.deserialize(&again, &mut third).unwrap();
        assert_eq!(canonical::canonical(&third), canonical::canonical(&document), "{case}");
    }
}
