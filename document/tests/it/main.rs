//! What the crate promises, seen from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics says what it found"
)]

mod attribute_map;
mod detach;
mod graph;
mod picture;
mod plain_json;
mod rewrite;
mod typed_json;
mod whole;
