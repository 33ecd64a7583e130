//! What the manager needs of a serializer, and which one reads and writes what.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::StartError;
use crate::config::ManagerConfig;
use crate::plugin::{Plugin, PluginError, Plugins};
use crate::session::{ItemFlags, format_tag};

/// A serializer as the manager sees it: a plugin, or code that is part of the program.
pub trait Serializer: Send + Sync + 'static {
    /// Its name, for people.
    fn name(&self) -> &str;

    /// The id of the format that it writes.
    fn format(&self) -> &str;

    /// A document as bytes of the format. The same document gives the same bytes.
    ///
    /// # Errors
    /// The format cannot hold the document, or the serializer failed.
    fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, SerializerError>;

    /// Bytes of the format as a document.
    ///
    /// # Errors
    /// The bytes are not of the format, or the serializer failed.
    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, SerializerError>;
}

/// Why a serializer did not do its work, by what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SerializerError {
    /// The format cannot hold a value: the application has to change it, or another serializer be chosen.
    #[error("cannot hold {path}: {text}")]
    Unrepresentable {
        /// From the attribute to the value: `/cart/items/3/price`.
        path: String,
        /// Why not.
        text: String,
    },
    /// The bytes are not of the format, or damaged.
    #[error("{0}")]
    Unreadable(String),
    /// It ran out of time or memory, or is broken.
    #[error("{0}")]
    Failed(String),
}

impl Serializer for Plugin {
    fn name(&self) -> &str {
        &self.description().name
    }

    fn format(&self) -> &str {
        &self.description().format
    }

    fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, SerializerError> {
        Self::serialize(self, document).map_err(SerializerError::from)
    }

    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, SerializerError> {
        Self::deserialize(self, bytes).map_err(SerializerError::from)
    }
}

impl From<PluginError> for SerializerError {
    fn from(error: PluginError) -> Self {
        match error {
            PluginError::Unrepresentable { path, text, .. } => Self::Unrepresentable { path, text },
            PluginError::NotThisFormat { .. } | PluginError::Damaged { .. } => {
                Self::Unreadable(error.reason())
            }
            _ => Self::Failed(error.reason()),
        }
    }
}

/// The serializers of a manager: the one that writes, and those that read what others wrote.
#[derive(Clone)]
pub struct Serializers {
    writer: Arc<dyn Serializer>,
    by_tag: HashMap<u16, Arc<dyn Serializer>>,
    /// Reads what carries no tag, because MSM 2 wrote it.
    msm2: Reader,
    /// Reads what MSM 1 wrote.
    msm1: Reader,
}

/// Who reads a stored value.
#[derive(Clone)]
pub(super) enum Reader {
    /// This serializer.
    Is(Arc<dyn Serializer>),
    /// One for this format, which is not loaded.
    Missing(String),
    /// Nobody, for this reason.
    Nobody(String),
}

impl Reader {
    /// The one for a format, if it is loaded.
    fn of(format: &str, by_tag: &HashMap<u16, Arc<dyn Serializer>>) -> Self {
        by_tag
            .get(&format_tag(format))
            .map_or_else(|| Self::Missing(format.to_owned()), |it| Self::Is(Arc::clone(it)))
    }
}

/// The two formats behind MSM's `KryoTranscoderFactory`.
const KRYO_OF_MSM_2: &str = "kryo/4";
const KRYO_OF_MSM_1: &str = "kryo/1";

/// The formats that come with Holdfast, so that a message can name what is missing: a tag alone says little.
const SHIPPED: [&str; 6] =
    ["java/2", KRYO_OF_MSM_2, KRYO_OF_MSM_1, "xstream/1.4", "javolution/5", "msgpack/1"];

impl Serializers {
    /// One serializer that writes and reads everything.
    #[must_use]
    pub fn one(writer: Arc<dyn Serializer>) -> Self {
        Self::new(writer, None, [])
    }

    /// `writer` writes; values without a tag are read by `legacy`, or by the writer; all others by whoever wrote them.
    #[must_use]
    pub fn new(
        writer: Arc<dyn Serializer>,
        legacy: Option<Arc<dyn Serializer>>,
        others: impl IntoIterator<Item = Arc<dyn Serializer>>,
    ) -> Self {
        let all = others.into_iter().chain(legacy.clone()).chain([Arc::clone(&writer)]);
        let by_tag: HashMap<_, _> =
            all.map(|serializer| (format_tag(serializer.format()), serializer)).collect();
        let (msm2, msm1) = match legacy {
            Some(legacy) => (Reader::Is(Arc::clone(&legacy)), Reader::Is(legacy)),
            // One class name of MSM stands for two formats, and each of them is that of one generation of MSM.
            None if writer.format() == KRYO_OF_MSM_2 => {
                (Reader::Is(Arc::clone(&writer)), Reader::of(KRYO_OF_MSM_1, &by_tag))
            }
            None if writer.format() == KRYO_OF_MSM_1 => {
                (Reader::of(KRYO_OF_MSM_2, &by_tag), Reader::Is(Arc::clone(&writer)))
            }
            None => (Reader::Is(Arc::clone(&writer)), Reader::Is(Arc::clone(&writer))),
        };
        Self { writer, by_tag, msm2, msm1 }
    }

    /// What a configuration asks for, out of what is loaded.
    ///
    /// # Errors
    /// `transcoderFactoryClass` or `legacySerializer` names no plugin.
    pub fn choose(config: &ManagerConfig, plugins: &Plugins) -> Result<Self, StartError> {
        let loaded = || plugins.iter();
        let find =
            |attribute, wanted: &str| match plugins.by_name(wanted).or_else(|| plugins.by_class(wanted)) {
                Some(plugin) => Ok(Arc::clone(plugin) as Arc<dyn Serializer>),
                None => Err(StartError::NoSerializer {
                    attribute,
                    wanted: wanted.to_owned(),
                    known: loaded().map(|plugin| plugin.description().name.clone()).collect(),
                }),
            };
        let writer = find("transcoderFactoryClass", &config.transcoder_factory_class)?;
        let legacy =
            config.legacy_serializer.as_deref().map(|name| find("legacySerializer", name)).transpose()?;
        if let Some(legacy) = legacy.as_ref().filter(|legacy| legacy.format() != writer.format()) {
            tracing::warn!(
                "legacySerializer: sessions that an MSM stored are read with {} and stored again with {}: a Tomcat with \
                 MSM that still uses these nodes deletes what it cannot read. Change the serializer when all servers \
                 are Holdfasts; until then set transcoderFactoryClass to {} too",
                legacy.name(),
                writer.name(),
                legacy.name()
            );
        }
        Ok(Self::new(writer, legacy, loaded().map(|plugin| Arc::clone(plugin) as Arc<dyn Serializer>)))
    }

    /// The one that writes.
    #[must_use]
    pub fn writer(&self) -> &Arc<dyn Serializer> {
        &self.writer
    }

    /// Who reads a value with these flags.
    pub(super) fn reader(&self, flags: ItemFlags) -> Reader {
        match flags {
            ItemFlags::Msm2 => self.msm2.clone(),
            ItemFlags::Msm1 | ItemFlags::Msm1Gzip => self.msm1.clone(),
            ItemFlags::Tagged { encrypted: true, .. } => Reader::Nobody("it is encrypted".to_owned()),
            ItemFlags::Tagged { zstd: true, .. } => Reader::Nobody("it is compressed with zstd".to_owned()),
            ItemFlags::Tagged { tag, .. } => match self.by_tag.get(&tag) {
                Some(serializer) => Reader::Is(Arc::clone(serializer)),
                None => Reader::Missing(format_of(tag)),
            },
            ItemFlags::Unknown(flags) => {
                Reader::Nobody(format!("its item flags {flags:#010x} are neither Holdfast's nor MSM's"))
            }
        }
    }
}

pub(super) fn format_of(tag: u16) -> String {
    SHIPPED
        .into_iter()
        .find(|format| format_tag(format) == tag)
        .map_or_else(|| format!("an unknown format (tag {tag:#05x})"), str::to_owned)
}
