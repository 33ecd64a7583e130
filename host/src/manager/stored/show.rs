//! One session, whole.

use holdfast_document::AttributeMap;
use holdfast_document::{Event, Head, Limits, Reader, Width, builtin, json};

use super::list::written_by;
use super::{Part, StoredSessions, codec};
use crate::manager::codec::envelope_of;
use crate::manager::serializer::Serializers;
use crate::session::{Header, SessionId};
use crate::store::StoreError;

/// A session as one node has it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ShownSession {
    /// Id and address of the node.
    pub node: String,
    /// The session itself, or its second copy.
    pub part: Part,
    /// How many bytes are stored.
    pub size: usize,
    /// What wrote it, by its item flags.
    pub serializer: String,
    /// What stands in front of the attributes, or why that cannot be read.
    pub header: Result<Header, String>,
    /// When it is over, in ms since the epoch; none: never.
    pub ends: Option<i64>,
    /// When its last request began, in ms since the epoch.
    pub used: Option<i64>,
    /// The attributes, or why they cannot be read.
    pub attributes: Result<Vec<AttributeRow>, String>,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttributeRow {
    /// Its name.
    pub name: String,
    /// Its class, or what it is.
    pub kind: String,
    /// How many bytes of the session document it takes.
    pub size: usize,
    /// Its value as JSON.
    pub value: String,
}

impl StoredSessions {
    /// What the nodes have of a session: itself and its second copies, and the nodes that failed.
    pub async fn show(
        &self,
        id: &SessionId,
        serializers: Serializers,
    ) -> (Vec<ShownSession>, Vec<StoreError>) {
        let codec = codec(serializers);
        let (mut found, mut failed) = (Vec::new(), Vec::new());
        for member in self.members() {
            for part in [Part::Session, Part::Backup] {
                let item = match member.node.get(&part.key(&self.inner.keys, id)).await {
                    Ok(Some(item)) => item,
                    Ok(None) => continue,
                    Err(error) => {
                        failed.push(error);
                        break;
                    }
                };
                let header = envelope_of(&item).map(|envelope| envelope.header);
                let validity = self.validity(member, id).await.ok().flatten();
                let used = header.as_ref().ok().map(|header| {
                    validity.map_or(header.this_accessed_time, |validity| {
                        validity.this_accessed_time.max(header.this_accessed_time)
                    })
                });
                let attributes = codec.decode(id, &item).map_err(|error| error.to_string());
                found.push(ShownSession {
                    node: member.node.name().to_owned(),
                    part,
                    size: item.value.len(),
                    serializer: written_by(item.flags),
                    ends: header.as_ref().ok().and_then(|header| Self::ends(header, validity.as_ref())),
                    used,
                    header,
                    attributes: attributes.and_then(|(_, document)| rows(&document)),
                });
            }
        }
        (found, failed)
    }
}

fn rows(document: &[u8]) -> Result<Vec<AttributeRow>, String> {
    let map = AttributeMap::from_document(document, Limits::default()).map_err(|error| error.to_string())?;
    map.iter()
        .map(|(name, value)| {
            let value = value.map_err(|error| error.to_string())?;
            Ok(AttributeRow {
                name: name.to_owned(),
                kind: kind_of(&value),
                size: value.len(),
                value: json::value_to_plain(name, &value).unwrap_or_else(|error| error.to_string()),
            })
        })
        .collect()
}

/// The class of a value, as a Java developer calls it.
fn kind_of(value: &[u8]) -> String {
    let mut reader = Reader::value(value);
    let short = match reader.next() {
        Ok(Event::Nil) => "null",
        Ok(Event::Bool(_)) => "Boolean",
        Ok(Event::Int(number)) => match number.width {
            Width::Byte => "Byte",
            Width::Short => "Short",
            Width::Int => "Integer",
            Width::Long => "Long",
            Width::Untyped => "number",
        },
        Ok(Event::Unsigned(_)) => "number",
        Ok(Event::F32(_)) => "Float",
        Ok(Event::F64(_)) => "Double",
        Ok(Event::Str(_) | Event::Wstr(_)) => "String",
        Ok(Event::Char(_)) => "Character",
        Ok(Event::Bin(bytes)) => return format!("byte[{}]", bytes.len()),
        Ok(Event::Primitives(kind, _)) => return format!("[{}", char::from(kind)),
        Ok(Event::Date(_)) => "java.util.Date",
        Ok(Event::Instant(..)) => "java.time.Instant",
        Ok(Event::BigInteger(_)) => "java.math.BigInteger",
        Ok(Event::BigDecimal(..)) => "java.math.BigDecimal",
        Ok(Event::Uuid(_)) => "java.util.UUID",
        Ok(Event::Array(count)) => return format!("list of {count}"),
        Ok(Event::Map(count)) => return format!("map of {count}"),
        Ok(Event::Typed(head, _)) => return class_of(&head),
        Ok(Event::Class(head)) => return format!("class {}", class_of(&head)),
        Ok(Event::Ref(_) | Event::Xref(..)) => "the same object as in another attribute",
        Ok(Event::Opaque(..)) => "what one format alone knows",
        Err(_) => "unreadable",
    };
    short.to_owned()
}

fn class_of(head: &Head<'_>) -> String {
    match head {
        Head::Builtin(number) => builtin::by_number(*number).map_or("", |row| row.class).to_owned(),
        Head::Defined(definition) => definition.name.to_owned(),
        // An attribute begins with its definitions.
        Head::Known(_) => "object".to_owned(),
    }
}
