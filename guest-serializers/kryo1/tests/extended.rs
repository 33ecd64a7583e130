//! Classes that extend collections, maps and dates: what the library stores of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/extended.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod extended;
#[path = "../../../tests/support/extending.rs"]
mod extending;

extending::extending!(
    holdfast_kryo1::Kryo1,
    "kryo1",
    &["list-subclass", "custom-date-subclass", "subclass-between", "subclass-date", "subclass-map-tree"]
);
