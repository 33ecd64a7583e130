//! The tests of a format, whose serializer is `Tested` above: what room there is changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "generated.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod generated;
#[path = "room.rs"]
mod room;
#[path = "shop.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod shop;

use generated::{Plain, document, golden, mutated, plain, texts};
use holdfast_sdk::{Serializer, Settings};
use proptest::prelude::*;

use crate::{HOLDS_ALL, Tested};

const FORMAT: &str = Tested::DESCRIPTION.name;

fn serializer() -> Tested {
    let mut tested = Tested::default();
    tested.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    tested
}

#[test]
fn how_much_room_there_is_for_a_result_changes_nothing() {
    room::changes_nothing(serializer, &golden(FORMAT));
}

#[test]
fn what_is_cut_off_is_refused_in_the_same_way_whatever_room_there_is() {
    for bytes in golden(FORMAT) {
        let document = room::changes_nothing_of(serializer, &bytes, 0).unwrap();
        for len in (0..bytes.len()).step_by(bytes.len() / 20 + 1) {
            room::changes_nothing_of(serializer, &bytes[..len], 0);
        }
        for len in (0..document.len()).step_by(document.len() / 20 + 1) {
            room::writes_the_same(serializer, &document[..len], 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_data_is_the_same_whatever_room_there_is(value in plain(), texts in texts(), room in 0_usize..400) {
        let attributes = [("a".to_owned(), Plain::List(vec![value, texts]))];
        let written = room::writes_the_same(serializer, &document(&attributes, false), room);
        if written.is_none() && !HOLDS_ALL {
            return Ok(());
        }
        let bytes = written.unwrap();
        let again = room::changes_nothing_of(serializer, &bytes, room).unwrap();
        prop_assert_eq!(room::writes_the_same(serializer, &again, room), Some(bytes));
    }

    #[test]
    fn changed_sessions_are_read_in_the_same_way_whatever_room_there_is(
        bytes in mutated(FORMAT),
        room in 0_usize..400,
    ) {
        room::changes_nothing_of(serializer, &bytes, room);
    }
}
