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
#[path = "../../../tests/support/room.rs"]
mod room;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use generated::{Plain, document, golden, mutated, plain, texts};
use holdfast_kryo::Kryo;
use holdfast_sdk::{Serializer, Settings};
use proptest::prelude::*;

fn with_schema() -> Kryo {
    let mut kryo = Kryo::default();
    kryo.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    kryo
}

#[test]
fn how_much_room_there_is_for_a_result_changes_nothing() {
    room::changes_nothing(with_schema, &golden("kryo"));
}

#[test]
fn what_is_cut_off_is_refused_in_the_same_way_whatever_room_there_is() {
    for bytes in golden("kryo") {
        let document = room::changes_nothing_of(with_schema, &bytes, 0).unwrap();
        for len in (0..bytes.len()).step_by(bytes.len() / 20 + 1) {
            room::changes_nothing_of(with_schema, &bytes[..len], 0);
        }
        for len in (0..document.len()).step_by(document.len() / 20 + 1) {
            room::writes_the_same(with_schema, &document[..len], 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_data_is_the_same_whatever_room_there_is(value in plain(), texts in texts(), room in 0_usize..400) {
        let attributes = [("a".to_owned(), Plain::List(vec![value, texts]))];
        let bytes = room::writes_the_same(with_schema, &document(&attributes, false), room).unwrap();
        let again = room::changes_nothing_of(with_schema, &bytes, room).unwrap();
        prop_assert_eq!(room::writes_the_same(with_schema, &again, room), Some(bytes));
    }

    #[test]
    fn changed_sessions_are_read_in_the_same_way_whatever_room_there_is(
        bytes in mutated("kryo"),
        room in 0_usize..400,
    ) {
        room::changes_nothing_of(with_schema, &bytes, room);
    }
}
