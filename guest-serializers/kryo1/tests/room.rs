//! What is written does not depend on the room that there is: a quick loop ends where a buffer has to grow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/generated.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod generated;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::fs;
use std::path::{Path, PathBuf};

use generated::{document, mutated, plain};
use holdfast_kryo1::Kryo1;
use holdfast_sdk::{Failure, Serializer, Settings};
use proptest::prelude::*;

fn with_schema() -> Kryo1 {
    let mut kryo = Kryo1::default();
    kryo.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    kryo
}

/// What becomes of an input where there is room for so many bytes: all that goes out, or why nothing does.
fn outcome(
    work: impl Fn(&mut Kryo1, &[u8], &mut Vec<u8>) -> Result<(), Failure>,
    input: &[u8],
    room: usize,
) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(room);
    work(&mut with_schema(), input, &mut out).map(|()| out).map_err(|failure| failure.to_string())
}

const MUCH: usize = 1 << 20;

fn written(document: &[u8], room: usize) -> Result<Vec<u8>, String> {
    outcome(Kryo1::serialize, document, room)
}

fn read(bytes: &[u8], room: usize) -> Result<Vec<u8>, String> {
    outcome(Kryo1::deserialize, bytes, room)
}

fn golden() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of_this_format = files.filter(|path| path.extension().is_some_and(|extension| extension == "kryo1"));
    let files: Vec<PathBuf> = of_this_format.filter(|path| !path.ends_with("large.kryo1")).collect();
    assert!(files.len() > 50, "the golden files are there");
    files
}

#[test]
fn every_session_is_the_same_whatever_room_there_is() {
    for path in golden() {
        let bytes = fs::read(path).unwrap();
        let document = read(&bytes, MUCH).unwrap();
        for room in (0..bytes.len() + 150).step_by(bytes.len() / 40 + 1) {
            assert_eq!(written(&document, room).as_ref(), Ok(&bytes));
        }
        for room in (0..document.len() + 150).step_by(document.len() / 40 + 1) {
            assert_eq!(read(&bytes, room).as_ref(), Ok(&document));
        }
    }
}

#[test]
fn what_is_cut_off_is_refused_in_the_same_way_whatever_room_there_is() {
    for path in golden() {
        let bytes = fs::read(path).unwrap();
        let document = read(&bytes, MUCH).unwrap();
        for len in (0..bytes.len()).step_by(bytes.len() / 20 + 1) {
            assert_eq!(read(&bytes[..len], 0), read(&bytes[..len], MUCH));
        }
        for len in (0..document.len()).step_by(document.len() / 20 + 1) {
            assert_eq!(written(&document[..len], 0), written(&document[..len], MUCH));
        }
    }
}

/// Strings around the lengths at which another way is taken, of characters of all lengths.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,70}", "[a-z]{0,20}[é中]{0,3}[a-z]{0,20}", "[a-zé中😀]{0,30}", "[é]{30,70}",]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_data_is_the_same_whatever_room_there_is(
        value in plain(),
        texts in prop::collection::vec(text(), 0..6),
        room in 0_usize..400,
    ) {
        let texts = texts.into_iter().map(generated::Plain::Str).collect();
        let attributes = [("a".to_owned(), generated::Plain::List(vec![value, generated::Plain::List(texts)]))];
        let document = document(&attributes, false);
        let bytes = written(&document, MUCH);
        prop_assert_eq!(&written(&document, room), &bytes);
        let bytes = bytes.unwrap();
        let again = read(&bytes, MUCH);
        prop_assert_eq!(&read(&bytes, room), &again);
        prop_assert_eq!(written(&again.unwrap(), room), Ok(bytes));
    }

    #[test]
    fn changed_sessions_are_read_in_the_same_way_whatever_room_there_is(
        bytes in mutated("kryo1"),
        room in 0_usize..400,
    ) {
        let document = read(&bytes, MUCH);
        prop_assert_eq!(&read(&bytes, room), &document);
        if let Ok(document) = document {
            prop_assert_eq!(written(&document, room), written(&document, MUCH));
        }
    }
}
