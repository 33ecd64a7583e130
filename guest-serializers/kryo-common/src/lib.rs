//! What the serializers of Kryo's formats share: facts of the JDK, strings and numbers as both generations of Kryo write
//! them, the plans by which they store objects, and the ways through a document.
//!
//! It is a library of the serializers `kryo` and `kryo1` and promises nothing to others.

pub mod beans;
pub mod declared;
pub mod fault;
pub mod input;
pub mod jdk;
pub mod layout;
pub mod locale;
pub mod numbering;
pub mod output;
pub mod places;
pub mod plan;
pub mod quick;
pub mod table;
pub mod text;
pub mod url;
