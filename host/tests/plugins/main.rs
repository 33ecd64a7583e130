//! Plugins that are wrong, and plugins under load, all made of WebAssembly text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test does not expect may end it"
)]

mod cache;
mod cases;
mod converters;
mod folder;
mod measure;
mod pool;
mod shipped;
mod wat;
