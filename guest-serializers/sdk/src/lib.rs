//! What the author of a Holdfast plugin depends on.
//!
//! A serializer turns session documents into the bytes of its own format and back. Implement [`Serializer`], call
//! [`export!`] once, build for `wasm32-unknown-unknown`, and the file is a plugin:
//!
//! ```
//! use holdfast_sdk::{Description, Failure, Serializer, Settings};
//!
//! /// Stores the document behind one byte.
//! #[derive(Default)]
//! struct Plain;
//!
//! impl Serializer for Plain {
//!     const DESCRIPTION: Description = Description {
//!         name: "plain",
//!         version: "1.0.0",
//!         format: "plain/1",
//!         media_type: "application/vnd.example.plain",
//!         classes: &[],
//!         options: &[],
//!         losses: &[],
//!     };
//!
//!     fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
//!         settings.each(Self::DESCRIPTION.options, |_, _| Ok(()))
//!     }
//!
//!     fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
//!         out.push(1);
//!         out.extend_from_slice(document);
//!         Ok(())
//!     }
//!
//!     fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
//!         let Some((1, document)) = bytes.split_first() else {
//!             return Err(Failure::NotThisFormat("the first byte is not 1".into()));
//!         };
//!         out.extend_from_slice(document);
//!         Ok(())
//!     }
//! }
//!
//! holdfast_sdk::export!(Plain);
//! # fn main() {}
//! ```
//!
//! The same crate builds natively, where [`export!`] expands to nothing: serializers are unit-tested and measured
//! without WebAssembly.
//!
//! The other kind of plugin, converters, has a crate of its own, `holdfast-converter-sdk`.
//!
//! What the host relies on: the same document gives the same bytes, always; nothing panics; nothing is kept from one
//! call to the next that could change a result. An instance is called by one caller at a time.

mod failure;
mod log;
// Where there is a C library, that has a fast one.
#[cfg(any(test, all(target_arch = "wasm32", target_os = "unknown")))]
mod memory;
mod options;

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod component;

pub use failure::Failure;
#[cfg(not(target_arch = "wasm32"))]
pub use log::capture_log;
pub use log::{Level, log};
pub use options::{Common, MAX_BYTES, MAX_DEPTH, flag, number};

/// An option that `configure` understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionInfo {
    /// As it stands in the configuration, in camel case like `maxDepth`.
    pub name: &'static str,
    /// One line for people: what it does, its values, its default.
    pub help: &'static str,
}

/// Who a serializer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Unique among the plugins of a folder; `[a-z][a-z0-9-]*`, neither `document` nor `json`.
    pub name: &'static str,
    /// The plugin's own version, for people; `env!("CARGO_PKG_VERSION")` will do.
    pub version: &'static str,
    /// The id of the stored format, such as `java/2`. It marks every stored value, so it never changes once values
    /// are stored under it.
    pub format: &'static str,
    /// The media type under which HTTP clients may send and ask for this format.
    pub media_type: &'static str,
    /// The Java class names of MSM's `transcoderFactoryClass` that this serializer stands for.
    pub classes: &'static [&'static str],
    /// The options that `configure` understands.
    pub options: &'static [OptionInfo],
    /// What the format cannot hold, a line each, for people.
    pub losses: &'static [&'static str],
}

/// What `configure` gets, once, before anything is serialized.
#[derive(Debug, Clone, Default)]
pub struct Settings<'a> {
    /// Name and value of each option that the user wrote.
    pub options: Vec<(&'a str, &'a str)>,
    /// The compiled schema of the application's classes; empty when there is none.
    pub schema: &'a [u8],
    /// The declarations of the configured converters; empty when there are none.
    pub converters: &'a [u8],
}

/// A serializer. One value serves many calls, one at a time.
pub trait Serializer: Default + 'static {
    /// Who this serializer is.
    const DESCRIPTION: Description;

    /// Takes the user's options. Called once, before any other method.
    ///
    /// # Errors
    ///
    /// [`Failure::BadOption`] for a name it does not know or a value that makes no sense.
    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure>;

    /// Document in, the bytes of the format out. `out` comes empty, with room reserved; what stands in it after a
    /// failure is thrown away.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; most often [`Failure::Unrepresentable`].
    fn serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure>;

    /// The bytes of the format in, document out. `out` comes empty, with room reserved; what stands in it after a
    /// failure is thrown away.
    ///
    /// # Errors
    ///
    /// [`Failure::NotThisFormat`] when the bytes are not what [`Serializer::serialize`] writes,
    /// [`Failure::Damaged`] when they begin like it and break later.
    fn deserialize(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure>;
}

/// Makes a component of a [`Serializer`]. Call it once, at the top level of the crate.
///
/// On any target but `wasm32` it expands to nothing.
#[macro_export]
macro_rules! export {
    ($serializer:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            ::std::thread_local! {
                static INSTANCE: $crate::component::Instance<$serializer> = ::std::default::Default::default();
            }

            struct Component;

            impl $crate::component::Guest for Component {
                fn describe() -> $crate::component::Description {
                    $crate::component::describe::<$serializer>()
                }

                fn configure(
                    settings: $crate::component::Settings,
                ) -> ::std::result::Result<(), $crate::component::Failure> {
                    INSTANCE.with(|instance| instance.configure(&settings))
                }

                fn serialize(
                    document: ::std::vec::Vec<u8>,
                ) -> ::std::result::Result<::std::vec::Vec<u8>, $crate::component::Failure> {
                    INSTANCE.with(|instance| instance.serialize(&document))
                }

                fn deserialize(
                    bytes: ::std::vec::Vec<u8>,
                ) -> ::std::result::Result<::std::vec::Vec<u8>, $crate::component::Failure> {
                    INSTANCE.with(|instance| instance.deserialize(&bytes))
                }
            }

            $crate::component::bindings::export!(Component with_types_in $crate::component::bindings);
        };
    };
}
