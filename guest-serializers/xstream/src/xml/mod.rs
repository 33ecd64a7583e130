//! XML as XStream writes and reads it: elements, attributes and text, and nothing that leads out of the document.

pub(crate) mod entry;
pub(crate) mod escape;
pub(crate) mod names;
pub(crate) mod parse;
pub(crate) mod print;
pub(crate) mod quick;
pub(crate) mod tags;
mod undefined;
