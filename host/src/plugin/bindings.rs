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
    pub(crate) mod converter {
        wasmtime::component::bindgen!({
            path: "../wit",
            world: "converter",
            with: {
                "holdfast:plugin/types": super::holdfast::plugin::types,
                "holdfast:plugin/log": super::holdfast::plugin::log,
            },
        });
    }
}

pub(super) use generated::converter::holdfast::plugin::converting::Rewrite;
pub(super) use generated::converter::{Converter, ConverterDescription, ConverterPre, Declarations};
pub(super) use generated::holdfast::plugin::log::Level;
pub(super) use generated::holdfast::plugin::types::OptionInfo;
pub(super) use generated::{Description, Failure, Serializer, SerializerPre, Settings};

/// The only interface that a plugin may import.
pub(super) const LOG: &str = "holdfast:plugin/log@1.0.0";

/// What a serializer exports, as the contract writes it.
pub(super) const SERIALIZER: &[(&str, &str)] = &[
    ("describe", "func() -> description"),
    ("configure", "func(settings: settings) -> result<_, failure>"),
    ("serialize", "func(document: list<u8>) -> result<list<u8>, failure>"),
    ("deserialize", "func(bytes: list<u8>) -> result<list<u8>, failure>"),
];

/// What a converter exports.
pub(super) const CONVERTER: &[(&str, &str)] = &[
    ("describe", "func() -> converter-description"),
    ("configure", "func(settings: settings) -> result<_, failure>"),
    ("declarations", "func() -> declarations"),
    ("before-serialize", "func(document: list<u8>) -> result<list<u8>, failure>"),
    ("after-deserialize", "func(document: list<u8>) -> result<list<u8>, failure>"),
];
