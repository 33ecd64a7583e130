//! The form of a schema that people read and write, `schema.toml`; `schema/README.md` describes it.

mod defaults;
mod read;
mod table;
pub(crate) mod types;
mod write;

pub use read::read;
pub use write::write;
