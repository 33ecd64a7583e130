//! What serializers must know of an application's Java classes, and stored bytes do not say.
//!
//! Kryo writes fields without names, XStream without types; how a value is written depends on whether a class is final.
//! All of it stands in compiled classes, and a part of it in Java streams. A [`Class`] holds it; many of them are
//! [compiled](compile) into bytes that a serializer gets by its `configure` function, and in which a [`Schema`] looks up
//! one class at a time: nothing is parsed when an instance starts.
//!
//! Beside classes stand [`Declarations`]: what converters say of classes that a library is taught to write in another
//! way than by their fields.
//!
//! Guests need no more than that. The feature `text` has the form that people read and write, and the feature `sources`
//! gets classes from where they are: class files, archives of them, and Java streams.

mod class;
mod compiled;
mod declared;
#[cfg(feature = "text")]
mod problem;
#[cfg(feature = "sources")]
pub mod sources;
#[cfg(feature = "text")]
pub mod text;

pub use class::{Class, Constant, Field, Kind, Origin};
pub use compiled::{Extended, OwnFields, Schema, SchemaError, compile};
pub use declared::{Data, DeclarationError, Declarations, DeclaredClass, Digit, Layout, Part, Wire};
#[cfg(feature = "text")]
pub use problem::{Place, Problem};
