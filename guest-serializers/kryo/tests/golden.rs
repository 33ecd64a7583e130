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
#[path = "../../../tests/support/shop.rs"]
mod shop;

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_document::{Limits, check};
use holdfast_kryo::Kryo;
use holdfast_sdk::{Failure, Serializer, Settings};

/// A serializer that knows the classes of the golden files.
fn with_schema() -> Kryo {
    let mut kryo = Kryo::default();
    kryo.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    kryo
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().path().file_name()?.to_str()?.strip_suffix(".kryo").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() > 50, "the golden files are there");
    names
}

fn bytes(case: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{case}.kryo"))).unwrap()
}

fn text(case: &str) -> String {
    fs::read_to_string(folder().join(format!("{case}.json"))).unwrap()
}

fn read(kryo: &mut Kryo, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    kryo.deserialize(bytes, &mut document)?;
    check(&document, Limits::default()).unwrap();
    Ok(document)
}

#[test]
fn with_a_schema_every_session_is_read_and_its_content_is_the_librarys() {
    let mut kryo = with_schema();
    for case in cases() {
        let document = read(&mut kryo, &bytes(&case)).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        assert_eq!(canonical::canonical(&document), canonical::golden(&text(&case)), "{case}");
    }
}

#[test]
fn with_a_schema_every_session_is_written_byte_for_byte() {
    let mut kryo = with_schema();
    for case in cases() {
        let stored = bytes(&case);
        let document = read(&mut kryo, &stored).unwrap();
        let mut again = Vec::new();
        kryo.serialize(&document, &mut again).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        assert!(again == stored, "{case}\n{again:02x?}\n{stored:02x?}");
    }
}

/// The cases that hold objects of the application, or constants of its enums.
const NEED_A_SCHEMA: [&str; 15] = [
    "arrays-object",
    "enums",
    "exception",
    "large",
    "pojo-generic",
    "pojo-inheritance",
    "pojo-person",
    "pojo-proxy",
    "pojo-putfields",
    "pojo-readresolve",
    "pojo-suid",
    "refs-cycle-self",
    "refs-equal-not-same",
    "refs-shared",
    "shopping-cart",
];

#[test]
fn without_a_schema_all_but_application_objects_are_read_and_written_byte_for_byte() {
    let mut kryo = Kryo::default();
    for case in cases() {
        let stored = bytes(&case);
        match read(&mut kryo, &stored) {
            Ok(document) => {
                assert!(!NEED_A_SCHEMA.contains(&case.as_str()), "{case}");
                let mut again = Vec::new();
                kryo.serialize(&document, &mut again).unwrap_or_else(|failure| panic!("{case}: {failure}"));
                assert!(again == stored, "{case}\n{again:02x?}\n{stored:02x?}");
            }
            Err(Failure::Unrepresentable { path, text }) => {
                assert!(NEED_A_SCHEMA.contains(&case.as_str()), "{case}: {path} {text}");
                assert!(
                    text.starts_with("com.example.session.") && text.contains("holdfast schema"),
                    "{text}"
                );
                assert!(path.len() > 1, "{path}");
            }
            Err(failure) => panic!("{case}: {failure}"),
        }
    }
}

#[test]
fn a_refused_class_is_named_with_the_path_to_its_first_object() {
    let mut kryo = Kryo::default();
    let failure = read(&mut kryo, &bytes("pojo-readresolve")).unwrap_err();
    let Failure::Unrepresentable { path, text } = failure else { panic!("{failure}") };
    assert_eq!(path, "/a");
    assert!(text.starts_with("com.example.session.Registry is not in the schema"), "{text}");
    let failure = read(&mut kryo, &bytes("enums")).unwrap_err();
    let Failure::Unrepresentable { path, .. } = failure else { panic!("{failure}") };
    assert_eq!(path, "/red");
}

#[test]
fn an_instance_that_read_other_sessions_takes_changed_bytes_as_a_new_one_does() {
    let result = |kryo: &mut Kryo, bytes: &[u8]| {
        let mut document = Vec::new();
        kryo.deserialize(bytes, &mut document).map(|()| document)
    };
    let mut warm = with_schema();
    for case in cases() {
        let stored = bytes(&case);
        let expected = result(&mut with_schema(), &stored).unwrap();
        for _ in 0..2 {
            assert_eq!(result(&mut warm, &stored).unwrap(), expected, "{case}");
        }
        let step = (stored.len() / 100).max(1);
        for at in (0..stored.len()).step_by(step) {
            let mut changed = stored.clone();
            changed[at] ^= 1;
            assert_eq!(result(&mut warm, &changed), result(&mut with_schema(), &changed), "{case} {at}");
        }
    }
}

#[test]
fn an_attribute_that_stands_there_twice_is_damaged_whatever_was_read_before() {
    // Two attributes, each a string and the integer 7.
    let session = |first: u8, second: u8| {
        [&[1, 2][..], &[3, 1, 0x82, first, 2, 14], &[3, 1, 0x82, second, 2, 14]].concat()
    };
    let mut kryo = with_schema();
    for (first, second) in [(b'a', b'b'), (b'a', b'b'), (b'b', b'a'), (b'c', b'a'), (b'c', b'b')] {
        read(&mut kryo, &session(first, second)).unwrap();
        for twice in [b'a', b'b', b'c'] {
            match read(&mut kryo, &session(twice, twice)) {
                Err(Failure::Damaged { offset: 8, text }) => {
                    assert!(text.contains("a second time"), "{text}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_cut_session_is_damaged_at_its_end_and_a_longer_one_behind_it() {
    let mut kryo = with_schema();
    for case in cases() {
        let stored = bytes(&case);
        if stored.len() > 2_000 {
            continue;
        }
        for end in 1..stored.len() {
            match read(&mut kryo, &stored[..end]) {
                Err(Failure::Damaged { offset, .. }) => assert!(offset <= end as u64, "{case} {end}"),
                other => panic!("{case} cut at {end}: {other:?}"),
            }
        }
        let longer = [&stored[..], &[0]].concat();
        match read(&mut kryo, &longer) {
            Err(Failure::Damaged { offset, .. }) => assert_eq!(offset, stored.len() as u64, "{case}"),
            other => panic!("{case}: {other:?}"),
        }
    }
}
