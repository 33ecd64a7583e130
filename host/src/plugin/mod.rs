//! Serializers and converters as WebAssembly components: load, validate, pool, limit.
//!
//! [`Plugins::load`] looks at every file of a folder. Each one that passes the checks of [`check`] becomes a
//! [`Plugin`] or a [`Converter`]; one that does not is an [`Entry`] with its reason, and disturbs no other.
//!
//! A call costs a copy of its bytes in and out and about 0.15 us. It is synchronous and takes microseconds, so an
//! async caller need not leave its thread for it. Whatever a plugin does, its caller gets a [`PluginError`] that names
//! it: it may trap, run for ever, want all memory or return nonsense, and the next call finds a fresh instance.
//!
//! Deeply nested sessions need stack. A call that finds less than [`STACK`] left on its thread moves to a thread of
//! its own, which costs some 30 us: threads that call plugins often are better given 8 MiB or more.

mod alarm;
mod bindings;
#[cfg(all(unix, target_pointer_width = "64"))]
mod branches;
mod cache;
#[cfg(all(unix, target_pointer_width = "64"))]
mod checkpoints;
mod converter;
mod description;
mod error;
mod folder;
mod format;
mod guest;
mod instance;
mod kind;
mod load;
mod measure;
#[cfg(all(unix, target_pointer_width = "64"))]
mod memory;
#[allow(clippy::module_inception, reason = "the file of the type `Plugin`")]
mod plugin;
mod pool;
mod runtime;
mod settings;
mod slots;
mod stack;
mod text;
mod wasi;
mod worker;
mod world;

pub use cache::default_cache;
pub use converter::Converter;
pub use description::{ConverterDescription, Description, OptionInfo};
pub use error::{Origin, PluginError};
pub use folder::{Entry, Loaded, Plugins, Report, check};
pub use format::{Format, FormatError};
pub use load::Check;
pub use measure::Direction;
pub use plugin::Plugin;
pub use settings::{Limits, PluginSettings, Reuse};
pub use stack::STACK;
