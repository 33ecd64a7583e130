//! A serializer that is ready to be called.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::bindings::{SerializerPre, Settings};
use super::description::Description;
use super::error::{Origin, PluginError};
use super::guest::{Guest, Log};
use super::instance::{Broken, Instance};
use super::measure::{Direction, Measured};
use super::pool::Pool;
use super::runtime::Runtime;
use super::settings::Reuse;
use super::stack::with_room;
use crate::session::format_tag;

/// A serializer that is ready to be called, from as many threads as there are.
///
/// A call is synchronous and takes microseconds.
pub struct Plugin {
    pub(super) origin: Origin,
    pub(super) runtime: Arc<Runtime>,
    pub(super) settings: Settings,
    /// By which the file is known again when it is measured.
    pub(super) digest: [u8; 32],
    pub(super) measured: OnceLock<Result<Measured, PluginError>>,
    code: SerializerPre<Guest>,
    log: Arc<Log>,
    description: Description,
    tag: u16,
    reuse: Option<Warm>,
}

/// Instances that wait for calls.
struct Warm {
    pool: Pool<Instance>,
    max_calls: u64,
    /// An instance whose memory grew past this is not kept: its memory never shrinks.
    max_memory: usize,
}

/// What the checks found out about a plugin.
pub(super) struct Parts {
    pub(super) origin: Origin,
    pub(super) runtime: Arc<Runtime>,
    pub(super) code: SerializerPre<Guest>,
    pub(super) settings: Settings,
    pub(super) description: Description,
    pub(super) digest: [u8; 32],
}

impl Plugin {
    pub(super) fn new(parts: Parts, reuse: Reuse) -> Self {
        let Parts { origin, runtime, code, settings, description, digest } = parts;
        let reuse = match reuse {
            Reuse::Fresh => None,
            Reuse::Warm { instances, max_calls } => Some(Warm {
                pool: Pool::new(instances),
                max_calls: max_calls.get(),
                max_memory: runtime.limits().memory / 4,
            }),
        };
        Self {
            log: Log::new(origin.clone()),
            tag: format_tag(&description.format),
            origin,
            runtime,
            settings,
            digest,
            measured: OnceLock::new(),
            code,
            description,
            reuse,
        }
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
        &self.settings
    }

    /// The file that it came from.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.origin.file()
    }

    /// Document in, the bytes of the format out.
    ///
    /// # Errors
    ///
    /// What the plugin answers, or what became of it.
    pub fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, PluginError> {
        self.convert(Direction::Serialize, document)
    }

    /// The bytes of the format in, document out. The document is what the plugin made of foreign bytes: it was not
    /// checked.
    ///
    /// # Errors
    ///
    /// What the plugin answers, or what became of it.
    pub fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, PluginError> {
        self.convert(Direction::Deserialize, bytes)
    }

    /// Either of the two.
    ///
    /// # Errors
    ///
    /// What the plugin answers, or what became of it.
    pub fn convert(&self, direction: Direction, input: &[u8]) -> Result<Vec<u8>, PluginError> {
        with_room(|| self.convert_here(direction, input)).map_err(|error| PluginError::Runtime {
            reason: format!("no thread with enough stack: {error}"),
        })?
    }

    fn convert_here(&self, direction: Direction, input: &[u8]) -> Result<Vec<u8>, PluginError> {
        let mut instance = match self.reuse.as_ref().and_then(|warm| warm.pool.take()) {
            Some(instance) => instance,
            None => self.instance()?,
        };
        let result =
            instance.convert(&self.runtime, direction, input).map_err(|broken| self.broken(broken))?;
        // Whatever broke off is gone by now; what gave an answer, a failure too, may serve again.
        self.keep(instance);
        result.map_err(|failure| PluginError::from_guest(&self.origin, failure))
    }

    fn keep(&self, instance: Instance) {
        if let Some(warm) = &self.reuse
            && instance.calls() < warm.max_calls
            && instance.memory() <= warm.max_memory
        {
            // Dropped when the pool is full.
            let _beyond = warm.pool.give(instance);
        }
    }

    /// A new instance, configured.
    fn instance(&self) -> Result<Instance, PluginError> {
        let mut instance =
            Instance::new(&self.runtime, &self.code, &self.log).map_err(|broken| self.broken(broken))?;
        instance
            .configure(&self.runtime, &self.settings)
            .map_err(|broken| self.broken(broken))?
            .map_err(|failure| PluginError::from_guest(&self.origin, failure))?;
        Ok(instance)
    }

    fn broken(&self, broken: Broken) -> PluginError {
        broken.explain(&self.origin, self.runtime.limits())
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").field("origin", &self.origin).finish_non_exhaustive()
    }
}
