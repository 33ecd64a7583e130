//! Reads and writes session documents: MessagePack with the conventions of `wit/DOCUMENT.md`.
//!
//! Everything here is one pass over bytes. [`Reader`] pulls [`Event`]s out of a document without copying,
//! [`Writer`] appends to a buffer, [`AttributeMap`] holds the attributes of a session as slices of bytes. None of them builds a tree, and none panics, whatever the bytes are.
//!
//! | to | use |
//! | --- | --- |
//! | write a serializer | [`Reader`], [`Writer`], [`builtin`] |
//! | store Rust values | [`to_document`], [`from_document`] |
//! | hold the attributes of a session | [`AttributeMap`] |
//! | take a document apart, or only look whether it is one | [`Attributes`], [`check`] |

mod append;
mod attributes;
mod big;
mod bridge;
pub mod builtin;
mod check;
mod container;
mod definition;
mod detach;
mod digits;
mod error;
mod event;
mod extras;
mod int;
#[cfg(feature = "json")]
pub mod json;
mod map;
mod notes;
mod path;
mod reader;
mod rewrite;
mod room;
mod sample;
mod text;
mod token;
pub mod whole;
mod words;
mod writer;

pub use append::append;
pub use attributes::{Attribute, Attributes};
pub use bridge::{SerdeError, from_document, from_value, to_document, to_value};
pub use check::{Limits, check, check_value};
pub use container::{Container, first_container};
pub use definition::{Definition, Head, Item, Kind, Super};
pub use digits::{ZEROS, append_integer, append_unsigned, digits};
pub use error::{Error, ErrorKind};
pub use event::{Event, Number, Width};
pub use extras::Extras;
pub use int::{first_int, first_number};
pub use map::AttributeMap;
pub use notes::{Fact, NAME_PART, Note, NoteWriter, Notes};
pub use path::path;
pub use reader::Reader;
pub use rewrite::{Replace, Shape, Target, Value, rewrite};
pub use room::{
    LONGEST_TEXT, Room, WINDOW, Window, has_room, keep_apart, put, put_again, put_back, put_first, put_item,
    put_pair, put_text, put_within,
};
pub use sample::sample;
pub use text::{SHORT_TEXT, first_text, short_text};
pub use token::ext;
pub use words::{
    any_bits, ascii_len, first_bit, first_unit, has_none, is_ascii, is_equal, leading_digits, short_bits,
    text_is_ascii,
};
pub use writer::{Count, State, Writer};

/// How deep a document may be nested unless a caller says otherwise.
pub const MAX_DEPTH: usize = 1_000;
