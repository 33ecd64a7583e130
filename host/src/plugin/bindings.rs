//! The contract of `wit/`, as Rust.

#[allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    reason = "generated code"
)]
mod generated {
    wasmtime::component::bindgen!({ path: "../wit", world: "serializer" });
}

pub(super) use generated::holdfast::plugin::log::Level;
pub(super) use generated::{Description, Failure, Serializer, SerializerPre, Settings};

/// The only interface that a plugin may import.
pub(super) const LOG: &str = "holdfast:plugin/log@1.0.0";

/// What a plugin exports, as the contract writes it.
pub(super) const EXPORTS: [(&str, &str); 4] = [
    ("describe", "func() -> description"),
    ("configure", "func(settings: settings) -> result<_, failure>"),
    ("serialize", "func(document: list<u8>) -> result<list<u8>, failure>"),
    ("deserialize", "func(bytes: list<u8>) -> result<list<u8>, failure>"),
];
