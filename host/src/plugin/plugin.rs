//! A serializer that is ready to be called.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::bindings::Settings;
use super::converter::Converter;
use super::description::Description;
use super::error::{Origin, PluginError};
use super::measure::{Direction, Measured};
use super::worker::Worker;
use crate::session::format_tag;

/// A serializer that is ready to be called, from as many threads as there are.
///
/// A call is synchronous and takes microseconds.
pub struct Plugin {
    pub(super) worker: Worker,
    pub(super) measured: OnceLock<Result<Measured, PluginError>>,
    description: Description,
    tag: u16,
    /// Stand between it and its callers, in the order of the configuration.
    converters: Vec<Arc<Converter>>,
}

impl Plugin {
    pub(super) fn new(worker: Worker, description: Description, converters: Vec<Arc<Converter>>) -> Self {
        let tag = format_tag(&description.format);
        Self { worker, measured: OnceLock::new(), description, tag, converters }
    }

    /// Who the plugin says it is.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What marks its values in memcached's item flags.
    #[must_use]
    pub fn tag(&self) -> u16 {
        self.tag
    }

    /// What it was configured with.
    pub(crate) fn settings(&self) -> &Settings {
        self.worker.settings()
    }

    /// The file that it came from.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.worker.origin().file()
    }

    pub(super) fn origin(&self) -> &Origin {
        self.worker.origin()
    }

    /// Document in, the bytes of the format out. Converters see the document first.
    ///
    /// # Errors
    ///
    /// What the plugin, or a converter, answers, or what became of it.
    pub fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, PluginError> {
        let mut document = Cow::Borrowed(document);
        for converter in &self.converters {
            if let Some(converted) = self.through(converter, Direction::Serialize, &document)? {
                document = Cow::Owned(converted);
            }
        }
        self.worker.convert(Direction::Serialize, &document)
    }

    /// The bytes of the format in, document out. Converters see the document last. It is what plugins made of foreign
    /// bytes: it was not checked.
    ///
    /// # Errors
    ///
    /// What the plugin, or a converter, answers, or what became of it.
    pub fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, PluginError> {
        let mut document = self.worker.convert(Direction::Deserialize, bytes)?;
        for converter in self.converters.iter().rev() {
            if let Some(converted) = self.through(converter, Direction::Deserialize, &document)? {
                document = converted;
            }
        }
        Ok(document)
    }

    /// What cannot be held is the value's fault, all else the converter's.
    fn through(
        &self,
        converter: &Converter,
        direction: Direction,
        document: &[u8],
    ) -> Result<Option<Vec<u8>>, PluginError> {
        converter.convert(direction, document).map_err(|error| match error {
            PluginError::Unrepresentable { .. } => error,
            error => PluginError::Converter { plugin: self.origin().clone(), error: Arc::new(error) },
        })
    }

    /// Either of the two.
    ///
    /// # Errors
    ///
    /// What the plugin answers, or what became of it.
    pub fn convert(&self, direction: Direction, input: &[u8]) -> Result<Vec<u8>, PluginError> {
        match direction {
            Direction::Serialize => self.serialize(input),
            Direction::Deserialize => self.deserialize(input),
        }
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").field("origin", self.origin()).finish_non_exhaustive()
    }
}
