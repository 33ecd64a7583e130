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
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_xstream::Xstream;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

/// A serializer that knows the classes of the golden files.
fn shop() -> Xstream {
    let mut xstream = Xstream::default();
    xstream.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    xstream
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().path().file_name()?.to_str()?.strip_suffix(".xstream").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() > 50, "the golden files are there");
    names
}

fn stored(case: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{case}.xstream"))).unwrap()
}

fn read(xstream: &mut Xstream, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    xstream.deserialize(bytes, &mut document)?;
    check(&document, Limits::default()).unwrap_or_else(|error| panic!("{error}: {document:02x?}"));
    Ok(document)
}

fn again(xstream: &mut Xstream, case: &str) {
    let stored = stored(case);
    let document = read(xstream, &stored).unwrap_or_else(|failure| panic!("{case}: {failure}"));
    let mut again = Vec::new();
    xstream.serialize(&document, &mut again).unwrap_or_else(|failure| panic!("{case}: {failure}"));
    if again != stored {
        let first = again.iter().zip(&stored).take_while(|(a, b)| a == b).count();
        let from = first.saturating_sub(200);
        panic!(
            "{case}, byte {first}:\n{}\n--- stored:\n{}",
            String::from_utf8_lossy(&again[from..again.len().min(first + 200)]),
            String::from_utf8_lossy(&stored[from..stored.len().min(first + 200)])
        );
    }
}

#[test]
fn without_a_schema_every_session_is_written_byte_for_byte() {
    let mut xstream = Xstream::default();
    for case in cases() {
        again(&mut xstream, &case);
    }
}

#[test]
fn with_a_schema_every_session_is_written_byte_for_byte() {
    let mut xstream = shop();
    for case in cases() {
        again(&mut xstream, &case);
    }
}

/// Cases of classes with custom data, of which the canonical text tells what their methods make of it.
const LOGICAL: [&str; 3] = ["pojo-externalizable", "pojo-putfields", "pojo-writeobject"];

#[test]
fn with_a_schema_the_content_of_every_session_is_the_librarys() {
    let mut xstream = shop();
    for case in cases() {
        if LOGICAL.contains(&case.as_str()) {
            continue;
        }
        let document =
            read(&mut xstream, &stored(&case)).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        let text = fs::read_to_string(folder().join(format!("{case}.json"))).unwrap();
        assert_eq!(canonical::canonical(&document), canonical::golden(&text), "{case}");
    }
}

#[test]
fn a_compact_session_holds_the_same() {
    let mut xstream = Xstream::default();
    let options = vec![("pretty", "false")];
    xstream.configure(&Settings { options, ..Settings::default() }).unwrap();
    for case in cases() {
        let document = read(&mut xstream, &stored(&case)).unwrap();
        let mut compact = Vec::new();
        xstream.serialize(&document, &mut compact).unwrap();
        assert!(!compact.windows(3).any(|window| window == b">\n "), "{case}");
        assert_eq!(read(&mut xstream, &compact).unwrap(), document, "{case}");
    }
}

#[test]
fn no_session_can_be_read_that_lacks_a_byte() {
    let mut xstream = shop();
    for case in cases() {
        let bytes = stored(&case);
        for end in [bytes.len() - 1, bytes.len() / 2, 1] {
            assert!(xstream.deserialize(&bytes[..end], &mut Vec::new()).is_err(), "{case} {end}");
        }
    }
}

#[test]
fn how_much_room_there_is_for_a_result_changes_nothing() {
    let stored: Vec<Vec<u8>> = cases().iter().map(|case| stored(case)).collect();
    room::changes_nothing(shop, &stored);
}

/// The same XML with a tab in each line of tags, which the loop of what is usual does not know, and without any space.
fn laid_out_otherwise(bytes: &[u8]) -> [Vec<u8>; 2] {
    let (mut tabs, mut none) = (Vec::new(), Vec::new());
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        let indented = behind.trim_ascii_start();
        let is_between = tabs.last() == Some(&b'>') && byte == b'\n' && indented.starts_with(b"<");
        tabs.push(byte);
        rest = behind;
        if is_between {
            tabs.push(b'\t');
            tabs.extend_from_slice(&behind[..behind.len() - indented.len()]);
            rest = indented;
        } else {
            none.push(byte);
        }
    }
    [tabs, none]
}

#[test]
fn space_between_tags_changes_nothing() {
    let (mut cold, mut warm) = (shop(), shop());
    for case in cases() {
        let bytes = stored(&case);
        let document = read(&mut cold, &bytes).unwrap();
        for bytes in laid_out_otherwise(&bytes) {
            assert!(
                read(&mut warm, &bytes).unwrap() == document,
                "{case}: {}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

#[test]
fn what_is_too_much_is_so_however_it_is_laid_out() {
    let mut refused = 0;
    for case in cases() {
        let bytes = stored(&case);
        let len = read(&mut shop(), &bytes).unwrap().len();
        for (option, limits) in
            [("maxBytes", (1_024..len.min(6_000) + 20).step_by(7)), ("maxDepth", (1..8).step_by(1))]
        {
            for limit in limits {
                let outcome = |bytes: &[u8]| {
                    let mut xstream = Xstream::default();
                    let value = limit.to_string();
                    let options = vec![(option, value.as_str())];
                    let schema = shop::schema();
                    let settings = Settings { schema: &schema, options, ..Settings::default() };
                    xstream.configure(&settings).unwrap();
                    let mut document = Vec::new();
                    xstream.deserialize(bytes, &mut document).map(|()| document)
                };
                let [tabs, none] = laid_out_otherwise(&bytes);
                let expected = outcome(&tabs);
                assert_eq!(outcome(&bytes), expected, "{case} {option} {limit}");
                assert_eq!(outcome(&none), expected, "{case} {option} {limit}");
                refused += usize::from(option == "maxBytes" && expected.is_err());
            }
        }
    }
    assert!(refused > 500, "sessions longer than the least limit: {refused}");
}
