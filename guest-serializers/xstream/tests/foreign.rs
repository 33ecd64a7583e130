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
