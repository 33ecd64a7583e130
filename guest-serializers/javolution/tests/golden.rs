//! The sessions that the real library wrote: their content, and their bytes again.

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

#[path = "../../../tests/support/room.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod room;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_document::{Limits, check};
use holdfast_java::Java;
use holdfast_javolution::Javolution;
use holdfast_sdk::{Failure, Serializer, Settings, capture_log};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().path().file_name()?.to_str()?.strip_suffix(".javolution").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() > 40, "the golden files are there");
    names
}

fn bytes(case: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{case}.javolution"))).unwrap()
}

fn read(serializer: &mut Javolution, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    serializer.deserialize(bytes, &mut document)?;
    check(&document, Limits::default()).unwrap();
    Ok(document)
}

fn write(serializer: &mut Javolution, document: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut stored = Vec::new();
    serializer.serialize(document, &mut stored).map(|()| stored)
}

/// The serializer that knows the classes of the golden files.
fn knowing() -> Javolution {
    let mut serializer = Javolution::default();
    serializer.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    serializer
}

#[test]
fn every_session_is_read_and_written_byte_for_byte_and_loses_nothing() {
    is_written_byte_for_byte(Javolution::default());
}

#[test]
fn with_a_schema_every_session_is_written_byte_for_byte_too() {
    is_written_byte_for_byte(knowing());
}

/// The library keeps an exception without trace as one of an empty trace, and a constant with a body as an object.
#[test]
fn with_a_schema_the_content_of_every_session_is_the_librarys() {
    let mut serializer = knowing();
    for case in cases() {
        let document = read(&mut serializer, &bytes(&case)).unwrap();
        let golden = fs::read_to_string(folder().join(format!("{case}.json"))).unwrap();
        assert_eq!(canonical::canonical(&document), canonical::golden(&golden), "{case}");
    }
}

/// What came from Java is written and read without a loss, or refused for a reason.
#[test]
fn sessions_of_java_come_back_whole_or_are_refused() {
    let mut refused = Vec::new();
    let folder_of_results = std::env::var_os("HOLDFAST_JAVOLUTION_OUT");
    for name in all_cases() {
        let stored = fs::read(folder().join(format!("{name}.java"))).unwrap();
        let mut document = Vec::new();
        Java::default().deserialize(&stored, &mut document).unwrap();
        let mut serializer = knowing();
        let (written, _) = capture_log(|| write(&mut serializer, &document));
        let text = match written {
            Ok(text) => text,
            Err(Failure::Unrepresentable { path, text }) => {
                refused.push(format!("{name} {path} {text}"));
                continue;
            }
            Err(other) => panic!("{name}: {other:?}"),
        };
        if let Some(folder) = &folder_of_results {
            fs::write(Path::new(folder).join(format!("{name}.javolution")), &text).unwrap();
        }
        let back = read(&mut serializer, &text).unwrap();
        if LOSSES.contains(&name.as_str()) {
            continue;
        }
        let golden = fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
        assert_eq!(canonical::canonical(&back), canonical::golden(&golden), "{name}");
        let (again, _) = capture_log(|| write(&mut serializer, &back));
        assert_eq!(String::from_utf8_lossy(&again.unwrap()), String::from_utf8_lossy(&text), "{name}");
    }
    let cases: Vec<&str> = refused.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(cases, REFUSED, "{refused:#?}");
}

/// Cases of which the library loses what our attribute does not keep.
const LOSSES: [&str; 1] = ["pojo-writeobject"];

/// Cases that hold what the library cannot write or read.
const REFUSED: [&str; 8] = [
    "arrays-boolean",
    "biginteger",
    "locale",
    "map-enummap",
    "pojo-externalizable",
    "pojo-proxy",
    "pojo-putfields",
    "set-enumset",
];

/// All golden cases.
fn all_cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().path().file_name()?.to_str()?.strip_suffix(".java").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() > 55, "the golden files are there");
    names
}

fn is_written_byte_for_byte(mut serializer: Javolution) {
    let ((), lines) = capture_log(|| {
        for case in cases() {
            let stored = bytes(&case);
            let document =
                read(&mut serializer, &stored).unwrap_or_else(|failure| panic!("{case}: {failure}"));
            let again =
                write(&mut serializer, &document).unwrap_or_else(|failure| panic!("{case}: {failure}"));
            if again != stored {
                let at = again
                    .iter()
                    .zip(&stored)
                    .position(|(a, b)| a != b)
                    .unwrap_or(again.len().min(stored.len()));
                let around = |bytes: &[u8]| {
                    String::from_utf8_lossy(&bytes[at.saturating_sub(60)..bytes.len().min(at + 60)])
                        .into_owned()
                };
                panic!("{case} at {at}\n{}\n{}", around(&again), around(&stored));
            }
        }
    });
    assert_eq!(lines, []);
}

/// The cases that hold objects by their fields: without a schema the types of the simple ones are known to nobody.
const OBJECTS: [&str; 10] = [
    "arrays-object",
    "enums",
    "exception",
    "pojo-generic",
    "pojo-putfields",
    "pojo-readresolve",
    "pojo-suid",
    "refs-cycle-self",
    "refs-equal-not-same",
    "refs-shared",
];

#[test]
fn the_content_of_every_session_of_jdk_classes_is_the_librarys() {
    let mut serializer = Javolution::default();
    for case in cases() {
        if OBJECTS.contains(&case.as_str()) {
            continue;
        }
        let document = read(&mut serializer, &bytes(&case)).unwrap();
        let golden = fs::read_to_string(folder().join(format!("{case}.json"))).unwrap();
        assert_eq!(canonical::canonical(&document), canonical::golden(&golden), "{case}");
    }
}

#[test]
fn a_cut_session_is_damaged_or_no_session_and_a_longer_one_is_damaged_behind_it() {
    let mut serializer = Javolution::default();
    for case in cases() {
        let stored = bytes(&case);
        if stored.len() > 2_500 {
            continue;
        }
        for end in 0..stored.len() {
            match read(&mut serializer, &stored[..end]) {
                Err(Failure::Damaged { offset, .. }) => assert!(offset <= end as u64, "{case} {end}"),
                Err(Failure::NotThisFormat(_)) if end < 60 => {}
                other => panic!("{case} cut at {end}: {other:?}"),
            }
        }
        let longer = [&stored[..], b"x"].concat();
        match read(&mut serializer, &longer) {
            Err(Failure::Damaged { offset, .. }) => assert_eq!(offset, stored.len() as u64, "{case}"),
            other => panic!("{case}: {other:?}"),
        }
    }
}

#[test]
fn how_much_room_there_is_for_a_result_changes_nothing() {
    let stored: Vec<Vec<u8>> = cases().iter().map(|case| bytes(case)).collect();
    room::changes_nothing(knowing, &stored);
}
