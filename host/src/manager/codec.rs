//! Between the document of a session and the value on its node.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_document::{AttributeMap, Limits, check};

use super::error::ManagerError;
use super::heavy::Heavy;
use super::serializer::{Reader, Serializer, SerializerError, Serializers};
use super::statistics::Statistics;
use crate::config::{OnUnserializable, Pattern};
use crate::session::{Envelope, Header, ItemFlags, SessionId, format_tag, gunzip};
use crate::store::Item;

/// The most that a value packed by MSM 1 is unpacked to.
const UNPACKED: usize = 64 << 20;

/// Turns documents into bytes and back, as the configuration says.
pub(super) struct Codec {
    pub(super) serializers: Serializers,
    pub(super) filter: Option<Pattern>,
    pub(super) on_unserializable: OnUnserializable,
    pub(super) statistics: Arc<Statistics>,
    pub(super) heavy: Arc<Heavy>,
}

impl Codec {
    /// Whether an attribute of this name is stored.
    pub(super) fn stores(&self, name: &str) -> bool {
        let Some(filter) = &self.filter else { return true };
        filter.matches(name).unwrap_or_else(|_| {
            self.statistics.count(|numbers| &numbers.filter_pattern_overruns);
            // Better stored in vain than lost.
            true
        })
    }

    /// The part of a document that is stored.
    pub(super) fn stored_part(&self, document: &Arc<[u8]>) -> Result<Arc<[u8]>, ManagerError> {
        if self.filter.is_none() {
            return Ok(Arc::clone(document));
        }
        let map = thaw(document)?;
        if map.names().all(|name| self.stores(name)) {
            return Ok(Arc::clone(document));
        }
        let mut part = Vec::with_capacity(document.len());
        map.to_document(Some(&|name| self.stores(name)), &mut part)
            .map_err(|reason| ManagerError::BadDocument { reason })?;
        Ok(part.into())
    }

    /// The flags of what [`Codec::serialize`] returns.
    pub(super) fn flags(&self) -> u32 {
        ItemFlags::tagged(format_tag(self.serializers.writer().format())).pack()
    }

    /// The serializer's bytes of a part that is stored. What it cannot hold is left out if the configuration says so.
    pub(super) fn serialize(&self, part: &[u8]) -> Result<Box<[u8]>, ManagerError> {
        let started = self.statistics.start();
        let writer = self.serializers.writer();
        let bytes = match self.heavy.call(part.len(), || writer.serialize(part)) {
            Err(SerializerError::Unrepresentable { path, text })
                if self.on_unserializable == OnUnserializable::Skip =>
            {
                self.serialize_rest(part, path, text)?
            }
            result => result.map_err(|error| self.cannot_write(part, error))?,
        };
        self.statistics.record(started, |numbers| &numbers.serialization);
        Ok(bytes.into_boxed_slice())
    }

    /// Leaves out one attribute after the other until the serializer can hold what is left.
    fn serialize_rest(&self, part: &[u8], path: String, text: String) -> Result<Vec<u8>, ManagerError> {
        let writer = self.serializers.writer();
        let mut map = thaw(part)?;
        let (mut path, mut text) = (path, text);
        let mut skipped = 0;
        loop {
            let Some(name) = attribute_of(&path, map.names()).map(str::to_owned) else {
                return Err(self.cannot_write(part, SerializerError::Unrepresentable { path, text }));
            };
            self.statistics.serializer_failed(writer.name(), "serialize", Some(&name));
            tracing::warn!(serializer = writer.name(), path, reason = text, "left out of the stored session");
            let bad = |reason| ManagerError::BadDocument { reason };
            map.remove(&name).map_err(bad)?;
            skipped += 1;
            let mut rest = Vec::with_capacity(part.len());
            map.to_document(None, &mut rest).map_err(bad)?;
            match self.heavy.call(rest.len(), || writer.serialize(&rest)) {
                Ok(bytes) => {
                    self.statistics.count_many(skipped, |numbers| &numbers.attributes_skipped);
                    return Ok(bytes);
                }
                Err(SerializerError::Unrepresentable { path: next, text: why }) => (path, text) = (next, why),
                Err(error) => return Err(self.cannot_write(&rest, error)),
            }
        }
    }

    fn cannot_write(&self, part: &[u8], error: SerializerError) -> ManagerError {
        let serializer = self.serializers.writer().name().to_owned();
        match &error {
            SerializerError::Unrepresentable { path, .. } => {
                let names = thaw(part).ok();
                let attribute = names.as_ref().and_then(|map| attribute_of(path, map.names()));
                self.statistics.serializer_failed(&serializer, "serialize", attribute);
            }
            SerializerError::Unreadable(_) | SerializerError::Failed(_) => {
                self.statistics.serializer_failed(&serializer, "serialize", None);
            }
        }
        match error {
            SerializerError::Unrepresentable { path, text } => {
                ManagerError::Unserializable { serializer, path, reason: text }
            }
            SerializerError::Unreadable(reason) | SerializerError::Failed(reason) => {
                ManagerError::Serializer { serializer, reason }
            }
        }
    }

    /// What a node had for a session.
    pub(super) fn decode(&self, id: &SessionId, item: &Item) -> Result<(Header, Arc<[u8]>), ManagerError> {
        let unreadable = |reason: String| ManagerError::Unreadable { id: id.clone(), reason };
        let flags = ItemFlags::parse(item.flags);
        let reader = match self.serializers.reader(flags) {
            Reader::Is(reader) => reader,
            Reader::Missing(format) => return Err(ManagerError::PluginMissing { id: id.clone(), format }),
            Reader::Nobody(reason) => return Err(unreadable(reason)),
        };
        let envelope = envelope_of(item).map_err(unreadable)?;
        let document = self.deserialize(id, flags, reader.as_ref(), &envelope.attributes)?;
        Ok((envelope.header, document))
    }

    fn deserialize(
        &self,
        id: &SessionId,
        flags: ItemFlags,
        reader: &dyn Serializer,
        bytes: &[u8],
    ) -> Result<Arc<[u8]>, ManagerError> {
        let started = self.statistics.start();
        let name = reader.name();
        let result = self.heavy.call(bytes.len(), || reader.deserialize(bytes)).and_then(|document| {
            // A plugin is not trusted; everything after this is.
            check(&document, Limits::default()).map(|()| document).map_err(|error| {
                SerializerError::Unreadable(format!("what it made of it is no document: {error}"))
            })
        });
        let error = match result {
            Ok(document) => {
                self.statistics.record(started, |numbers| &numbers.deserialization);
                return Ok(document.into());
            }
            Err(error) => error,
        };
        self.statistics.serializer_failed(name, "deserialize", None);
        Err(match error {
            SerializerError::Failed(reason) => {
                ManagerError::Serializer { serializer: name.to_owned(), reason }
            }
            SerializerError::Unreadable(reason) | SerializerError::Unrepresentable { text: reason, .. } => {
                let cure = match flags {
                    ItemFlags::Msm1 | ItemFlags::Msm1Gzip | ItemFlags::Msm2 => {
                        "; if another serializer wrote it, name that one as legacySerializer"
                    }
                    _ => "",
                };
                ManagerError::Unreadable {
                    id: id.clone(),
                    reason: format!("serializer '{name}' says: {reason}{cure}"),
                }
            }
        })
    }
}

/// What a node had for a session, unpacked and taken apart; or what is wrong with it.
pub(super) fn envelope_of(item: &Item) -> Result<Envelope, String> {
    let decode = |value: &Bytes| Envelope::decode(value).map_err(|error| error.to_string());
    match ItemFlags::parse(item.flags) {
        ItemFlags::Msm1Gzip => {
            let unpacked = gunzip(&item.value, UNPACKED).map_err(|error| error.to_string())?;
            decode(&unpacked.into())
        }
        _ => decode(&item.value),
    }
}

/// A document as attributes that can be changed.
pub(super) fn thaw(document: &[u8]) -> Result<AttributeMap, ManagerError> {
    AttributeMap::from_document(document, Limits::default())
        .map_err(|reason| ManagerError::BadDocument { reason })
}

/// The attribute that a path begins with. Names may have slashes in them, so the longest that fits is meant.
fn attribute_of<'a>(path: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let leads = |name: &&str| {
        path.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[', '.']))
    };
    names.filter(leads).max_by_key(|name| name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_longest_name_that_it_begins_with() {
        let names = || ["cart", "cart/items", "car", "a.b"].into_iter();
        assert_eq!(attribute_of("/cart/items/3", names()), Some("cart/items"));
        assert_eq!(attribute_of("/cart/owner", names()), Some("cart"));
        assert_eq!(attribute_of("/cart", names()), Some("cart"));
        assert_eq!(attribute_of("/carts", names()), None);
        assert_eq!(attribute_of("/a.b/c", names()), Some("a.b"));
        assert_eq!(attribute_of("", names()), None);
    }
}
