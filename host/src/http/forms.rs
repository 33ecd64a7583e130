//! Between session documents and what clients write and read.

use holdfast_document::json::{Node, from_typed_among, to_plain, to_typed, value_to_plain, value_to_typed};
use holdfast_document::{AttributeMap, Error, Limits, SerdeError, Writer};

use super::media::Media;
use super::msgpack;
use super::problem::{Kind, Problem};
use super::written::bad_document;
use crate::plugin::{Plugin, PluginError};

/// The attributes of a document in the given form.
pub(super) fn write(document: &[u8], media: &Media) -> Result<Vec<u8>, Problem> {
    match media {
        Media::Json => Ok(to_plain(document).map_err(cannot_write)?.into_bytes()),
        Media::TypedJson => Ok(to_typed(document).map_err(cannot_write)?.into_bytes()),
        Media::MessagePack => msgpack::write(document).map_err(|error| cannot_write_as(media, &error)),
        Media::Document => Ok(document.to_vec()),
        Media::Serializer(plugin) => Ok(plugin.serialize(document)?),
    }
}

/// One attribute in the given form. Forms that hold attributes with their names hold this one alone.
pub(super) fn write_value(name: &str, value: &[u8], media: &Media) -> Result<Vec<u8>, Problem> {
    match media {
        Media::Json => Ok(value_to_plain(name, value).map_err(cannot_write)?.into_bytes()),
        Media::TypedJson => Ok(value_to_typed(value).map_err(cannot_write)?.into_bytes()),
        Media::MessagePack => msgpack::write_value(value).map_err(|error| cannot_write_as(media, &error)),
        Media::Document | Media::Serializer(_) => {
            let mut document = Vec::with_capacity(value.len() + name.len() + 16);
            let mut writer = Writer::document(&mut document, 1);
            writer.attribute(name);
            writer.copy(value);
            writer.end();
            write(&document, media)
        }
    }
}

/// Attributes from a session document.
pub(super) fn read_document(bytes: &[u8]) -> Result<AttributeMap, Problem> {
    AttributeMap::from_document(bytes, Limits::default()).map_err(bad_document)
}

/// Attributes from an object of typed JSON, which may have members of these other names.
pub(super) fn read_typed_json(object: Node<'_>, others: &[&str]) -> Result<AttributeMap, Problem> {
    read_document(&from_typed_among(object, others)?)
}

/// Attributes from the bytes of a serializer's format.
pub(super) fn deserialize(plugin: &Plugin, bytes: &[u8]) -> Result<AttributeMap, Problem> {
    match plugin.deserialize(bytes) {
        Ok(document) => read_document(&document),
        Err(error) => Err(error.into()),
    }
}

impl From<PluginError> for Problem {
    fn from(error: PluginError) -> Self {
        match error {
            PluginError::NotThisFormat { .. } => Self::new(Kind::UnreadableBody, error),
            PluginError::Damaged { offset, .. } => {
                Self::new(Kind::UnreadableBody, error).with("offset", offset)
            }
            PluginError::Unrepresentable { ref path, .. } => {
                let path = path.clone();
                Self::new(Kind::Unserializable, error).with("path", path)
            }
            _ => Self::new(Kind::Internal, error),
        }
    }
}

/// A session that is in memory was checked when it came: this says that it has become too large to be shown.
fn cannot_write(error: Error) -> Problem {
    Problem::new(Kind::Internal, format_args!("the session cannot be written: {error}"))
}

/// Shared objects are written once for each place where they stand, so that an object that holds itself has no end.
fn cannot_write_as(media: &Media, error: &SerdeError) -> Problem {
    let name = media.name();
    Problem::new(
        Kind::NotAcceptable,
        format_args!(
            "the session cannot be written as {name}: {error}; application/json can say where objects lead"
        ),
    )
}
