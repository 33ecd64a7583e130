//! Plain data is written and read in the same way whatever room there is: the quick loops end where a buffer has to grow, and
//! the long way goes on.

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

use generated::{Plain, document, plain};
use holdfast_document::Writer;
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_xstream::Xstream;
use proptest::prelude::*;

const MUCH: usize = 1 << 20;

/// What becomes of an input where there is room for so many bytes: all that goes out, or why nothing does.
fn outcome(
    work: impl Fn(&mut Xstream, &[u8], &mut Vec<u8>) -> Result<(), Failure>,
    pretty: bool,
    input: &[u8],
    room: usize,
) -> Result<Vec<u8>, String> {
    let mut xstream = Xstream::default();
    let pretty = if pretty { "true" } else { "false" };
    xstream.configure(&Settings { options: vec![("pretty", pretty)], ..Settings::default() }).unwrap();
    let mut out = Vec::with_capacity(room);
    work(&mut xstream, input, &mut out).map(|()| out).map_err(|failure| failure.to_string())
}

fn written(document: &[u8], pretty: bool, room: usize) -> Result<String, String> {
    let bytes = outcome(Xstream::serialize, pretty, document, room)?;
    Ok(String::from_utf8(bytes).unwrap())
}

/// Texts around the lengths at which another way is taken, with what needs an escape or is no ASCII now and then.
fn text() -> impl Strategy<Value = Plain> {
    prop_oneof!["[a-z ]{0,70}", "[a-z]{0,20}[<&>'\"é中]{0,2}[a-z]{0,20}"].prop_map(Plain::Str)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_data_is_the_same_whatever_room_there_is(
        value in plain(),
        texts in prop::collection::vec((text(), text()), 0..6),
        depth in 0_usize..40,
        room in 0_usize..3_000,
    ) {
        let mut value = Plain::List(vec![value, Plain::Map(texts)]);
        for level in 0..depth {
            let name = Plain::Str(format!("level {level}"));
            value = if level % 2 == 0 { Plain::List(vec![name, value]) } else { Plain::Map(vec![(name, value)]) };
        }
        let document = document(&[("a".to_owned(), value)], false);
        for pretty in [true, false] {
            let xml = written(&document, pretty, MUCH);
            prop_assert_eq!(&written(&document, pretty, room), &xml);
            if let Ok(xml) = xml {
                let read = |room| outcome(Xstream::deserialize, pretty, xml.as_bytes(), room);
                let again = read(MUCH);
                prop_assert_eq!(&read(room), &again);
                prop_assert_eq!(written(&again.unwrap(), pretty, room), Ok(xml));
            }
        }
    }

    #[test]
    fn dates_and_decimals_are_the_same_whatever_room_there_is(
        values in prop::collection::vec((any::<i32>(), -2..9), 1..20),
        room in 0_usize..3_000,
    ) {
        let mut document = Vec::new();
        let mut doc = Writer::document(&mut document, 1);
        doc.attribute("a");
        doc.map(values.len() as u32);
        for (value, scale) in values {
            doc.date(1_700_000_000_000 + i64::from(value));
            doc.big_decimal(scale, &value.to_be_bytes());
        }
        doc.end();
        for pretty in [true, false] {
            let xml = written(&document, pretty, MUCH);
            prop_assert!(xml.is_ok());
            prop_assert_eq!(&written(&document, pretty, room), &xml);
            prop_assert_eq!(&written(&document, pretty, 0), &xml);
        }
    }
}
