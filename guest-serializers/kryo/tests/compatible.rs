//! Sessions as the library writes them with CompatibleFieldSerializerFactory. `data/Compat.java` made the files of the
//! golden ones.

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
use holdfast_kryo::Kryo;
use holdfast_schema::{Class, compile};
use holdfast_sdk::{Failure, Serializer, Settings};
use proptest::prelude::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn kryo(classes: &[Class]) -> Kryo {
    let mut kryo = Kryo::default();
    let schema = compile(classes).unwrap();
    let options = vec![("compatibleFields", "true")];
    kryo.configure(&Settings { options, schema: &schema, ..Settings::default() }).unwrap();
    kryo
}

fn cases() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder("tests/data")).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<(String, Vec<u8>)> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "compatible"))
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(&file).unwrap()))
        .collect();
    cases.sort();
    assert!(cases.len() > 15, "the files are there");
    cases
}

fn read(kryo: &mut Kryo, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    kryo.deserialize(bytes, &mut document)?;
    check(&document, Limits::default()).unwrap();
    Ok(document)
}

fn written(kryo: &mut Kryo, document: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    kryo.serialize(document, &mut bytes).unwrap();
    bytes
}

#[test]
fn every_session_is_read_and_its_content_is_the_librarys() {
    let mut kryo = kryo(&shop::classes());
    for (case, bytes) in cases() {
        let document = read(&mut kryo, &bytes).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        let json = fs::read_to_string(folder("../../tests/golden").join(format!("{case}.json"))).unwrap();
        assert_eq!(canonical::canonical(&document), canonical::golden(&json), "{case}");
    }
}

#[test]
fn every_session_is_written_byte_for_byte() {
    let mut kryo = kryo(&shop::classes());
    for (case, bytes) in cases() {
        let document = read(&mut kryo, &bytes).unwrap();
        let again = written(&mut kryo, &document);
        assert!(again == bytes, "{case}\n{again:02x?}\n{bytes:02x?}");
    }
}

#[test]
fn a_session_of_the_other_configuration_is_written_as_this_one_writes_it() {
    let mut plain = Kryo::default();
    let schema = compile(&shop::classes()).unwrap();
    plain.configure(&Settings { schema: &schema, ..Settings::default() }).unwrap();
    let mut kryo = kryo(&shop::classes());
    for (case, bytes) in cases() {
        let golden = fs::read(folder("../../tests/golden").join(format!("{case}.kryo"))).unwrap();
        let document = read(&mut plain, &golden).unwrap();
        let made = written(&mut kryo, &document);
        assert!(made == bytes, "{case}\n{made:02x?}\n{bytes:02x?}");
    }
}

#[test]
fn a_field_that_the_bytes_do_not_have_is_as_a_new_object_has_it() {
    let mut classes = shop::classes();
    let address = classes.iter_mut().find(|class| class.name.ends_with(".Address")).unwrap();
    for (descriptor, name) in [("I", "floor"), ("Ljava/util/List;", "zzz")] {
        address.fields.push(holdfast_schema::Field { descriptor: descriptor.into(), name: name.into() });
    }
    let mut kryo = kryo(&classes);
    let (_, bytes) = cases().into_iter().find(|(case, _)| case == "pojo-person").unwrap();
    let text = canonical::canonical(&read(&mut kryo, &bytes).unwrap());
    assert!(text.contains("\"floor\":{\"i32\":\"0\"}") && text.contains("\"zzz\":null"), "{text}");
}

#[test]
fn a_field_that_the_schema_does_not_have_is_refused_by_name() {
    let mut classes = shop::classes();
    classes.iter_mut().find(|class| class.name.ends_with(".Address")).unwrap().fields.remove(1);
    let (_, bytes) = cases().into_iter().find(|(case, _)| case == "pojo-person").unwrap();
    let failure = read(&mut kryo(&classes), &bytes).unwrap_err();
    let Failure::Unrepresentable { path, text } = failure else { panic!("{failure}") };
    assert_eq!(path, "/user/address");
    assert!(text.contains("a field city here and none in the schema"), "{text}");
}

#[test]
fn cut_sessions_are_damaged() {
    let mut kryo = kryo(&shop::classes());
    for (case, bytes) in cases() {
        for end in 1..bytes.len().min(600) {
            match read(&mut kryo, &bytes[..end]) {
                Err(Failure::Damaged { offset, .. }) => {
                    assert!(offset <= end as u64, "{case} {end} {offset}");
                }
                other => panic!("{case} cut at {end}: {other:?}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_sessions_are_read_or_refused(
        index in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
    ) {
        let cases = cases();
        let mut bytes = cases[index.index(cases.len())].1.clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes[at] = bytes[at].wrapping_add(byte % 3).wrapping_sub(1),
            }
        }
        let mut kryo = kryo(&shop::classes());
        match read(&mut kryo, &bytes) {
            Ok(document) => drop(kryo.serialize(&document, &mut Vec::new())),
            Err(Failure::Damaged { offset, .. }) => assert!(offset <= bytes.len() as u64),
            Err(_) => {}
        }
    }
}
