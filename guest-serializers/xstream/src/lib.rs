//! The xstream serializer.
mod classes;
mod fault;
mod form;
mod jdk;
mod nodes;
mod read;
pub mod schema;
mod text;
mod xml;
