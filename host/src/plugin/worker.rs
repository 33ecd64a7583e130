//! What serializers and converters have in common: a component that is called through warm instances.

use std::fmt;
use std::sync::Arc;

use super::bindings::Settings;
use super::error::{Origin, PluginError};
use super::guest::Log;
use super::instance::{Broken, Instance};
use super::measure::Direction;
use super::pool::Pool;
use super::runtime::Runtime;
use super::settings::Reuse;
use super::stack::with_room;
use super::world::Code;

/// A component that is ready to be called, from as many threads as there are.
pub(super) struct Worker {
    parts: Parts,
    log: Arc<Log>,
    reuse: Option<Warm>,
}

/// Instances that wait for calls.
struct Warm {
    pool: Pool<Instance>,
    max_calls: u64,
    /// An instance whose memory grew past this is not kept: its memory never shrinks.
    max_memory: usize,
}

/// What the checks found out about a component.
pub(super) struct Parts {
    pub(super) origin: Origin,
    pub(super) runtime: Arc<Runtime>,
    pub(super) code: Code,
    pub(super) settings: Settings,
    /// By which the file is known again when it is measured.
    pub(super) digest: [u8; 32],
}

impl Worker {
    pub(super) fn new(parts: Parts, reuse: Reuse) -> Self {
        let reuse = match reuse {
            Reuse::Fresh => None,
            Reuse::Warm { instances, max_calls } => Some(Warm {
                pool: Pool::new(instances),
                max_calls: max_calls.get(),
                max_memory: parts.runtime.limits().memory / 4,
            }),
        };
        Self { log: Log::new(parts.origin.clone()), parts, reuse }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.parts.origin
    }

    pub(super) fn runtime(&self) -> &Arc<Runtime> {
        &self.parts.runtime
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.parts.digest
    }

    /// One call, on a thread with room for it.
    pub(super) fn convert(&self, direction: Direction, input: &[u8]) -> Result<Vec<u8>, PluginError> {
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
            instance.convert(self.runtime(), direction, input).map_err(|broken| self.broken(broken))?;
        // Whatever broke off is gone by now; what gave an answer, a failure too, may serve again.
        self.keep(instance);
        result.map_err(|failure| PluginError::from_guest(self.origin(), failure))
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
        let mut instance = Instance::new(self.runtime(), &self.parts.code, &self.log)
            .map_err(|broken| self.broken(broken))?;
        instance
            .configure(self.runtime(), self.settings())
            .map_err(|broken| self.broken(broken))?
            .map_err(|failure| PluginError::from_guest(self.origin(), failure))?;
        Ok(instance)
    }

    fn broken(&self, broken: Broken) -> PluginError {
        broken.explain(self.origin(), self.runtime().limits())
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("origin", self.origin()).finish_non_exhaustive()
    }
}
