//! What the author of a Holdfast converter depends on.
//!
//! A converter declares classes that a serializer cannot know by itself, or rewrites documents on their way to a
//! serializer and back. Implement [`Converter`], call [`export!`] once, build for `wasm32-unknown-unknown`, and the file
//! is a plugin. Natively [`export!`] expands to nothing, and the crate is tested like any other.

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod component;

pub use holdfast_sdk::{Failure, Level, OptionInfo, Settings, flag, log, number};

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub use holdfast_sdk::component as serializer;

/// Who a converter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConverterDescription {
    /// Unique among the plugins of a folder; `[a-z][a-z0-9-]*`, neither `document` nor `json`.
    pub name: &'static str,
    /// The plugin's own version, for people; `env!("CARGO_PKG_VERSION")` will do.
    pub version: &'static str,
    /// The Java class names of MSM's `customConverter` that this converter stands for.
    pub classes: &'static [&'static str],
    /// The options that `configure` understands.
    pub options: &'static [OptionInfo],
}

/// When a converter has to see a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rewrite {
    /// It leaves documents alone: it is not called, and costs nothing.
    #[default]
    Never,
    /// It sees every document.
    Always,
    /// It sees the documents in which one of these names stands: those of the classes that it looks for.
    Naming(&'static [&'static str]),
}

/// What a converter declares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Declared {
    /// What serializers must know of classes, in the form of `wit/CONVERTERS.md`; empty for a converter that only
    /// rewrites.
    pub classes: &'static str,
    /// Which documents go through [`Converter::before_serialize`].
    pub before_serialize: Rewrite,
    /// Which documents go through [`Converter::after_deserialize`].
    pub after_deserialize: Rewrite,
}

/// A converter: MSM's custom converter. It stands between documents and the serializer that is configured.
///
/// ```
/// use holdfast_converter_sdk::{Converter, ConverterDescription, Declared, Failure, Settings};
///
/// /// Lets Kryo know a class that the application registers with it.
/// #[derive(Default)]
/// struct Carts;
///
/// impl Converter for Carts {
///     const DESCRIPTION: ConverterDescription = ConverterDescription {
///         name: "carts",
///         version: "1.0.0",
///         classes: &["com.example.CartRegistration"],
///         options: &[],
///     };
///
///     fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
///         settings.each(Self::DESCRIPTION.options, |_, _| Ok(()))
///     }
///
///     fn declared(&self) -> Declared {
///         Declared { classes: "class com.example.Cart\nkryo/4 fields\n", ..Declared::default() }
///     }
/// }
///
/// holdfast_converter_sdk::export!(Carts);
/// # fn main() {}
/// ```
pub trait Converter: Default + 'static {
    /// Who this converter is.
    const DESCRIPTION: ConverterDescription;

    /// Takes the user's options. Called once, before any other method.
    ///
    /// # Errors
    ///
    /// [`Failure::BadOption`] for a name it does not know or a value that makes no sense.
    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure>;

    /// What it declares, as it is configured. Called once.
    fn declared(&self) -> Declared;

    /// A document that is about to be serialized in, the one to serialize out. `out` comes empty, with room reserved.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; most often [`Failure::Unrepresentable`].
    fn before_serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        out.extend_from_slice(document);
        Ok(())
    }

    /// A document that was just deserialized in, the one to go on with out. `out` comes empty, with room reserved.
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    fn after_deserialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        out.extend_from_slice(document);
        Ok(())
    }
}

/// Makes a component of a [`Converter`]. Call it once, at the top level of the crate.
///
/// On any target but `wasm32` it expands to nothing.
#[macro_export]
macro_rules! export {
    ($converter:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            ::std::thread_local! {
                static INSTANCE: $crate::component::Instance<$converter> =
                    ::std::default::Default::default();
            }

            type Answer = ::std::result::Result<::std::vec::Vec<u8>, $crate::serializer::Failure>;

            struct Component;

            impl $crate::component::Guest for Component {
                fn describe() -> $crate::component::ConverterDescription {
                    $crate::component::describe::<$converter>()
                }

                fn configure(
                    settings: $crate::serializer::Settings,
                ) -> ::std::result::Result<(), $crate::serializer::Failure> {
                    INSTANCE.with(|instance| instance.configure(&settings))
                }

                fn declarations() -> $crate::component::Declarations {
                    INSTANCE.with(|instance| instance.declarations())
                }

                fn before_serialize(document: ::std::vec::Vec<u8>) -> Answer {
                    INSTANCE.with(|instance| instance.before_serialize(&document))
                }

                fn after_deserialize(document: ::std::vec::Vec<u8>) -> Answer {
                    INSTANCE.with(|instance| instance.after_deserialize(&document))
                }
            }

    $crate::component::bindings::export!(Component with_types_in $crate::component::bindings);
        };
    };
}
