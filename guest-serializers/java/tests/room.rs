//! What is written does not depend on the room that there is: a quick loop ends where a buffer has to grow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/any_room.rs"]
mod any_room;
#[path = "../../../tests/support/generated.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod generated;
#[path = "../../../tests/support/room.rs"]
mod room;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use holdfast_java::Java;
use holdfast_sdk::{Serializer, Settings};

const FORMAT: &str = "java";

fn serializer() -> Java {
    let mut java = Java::default();
    java.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    java
}
