//! One running instance of a plugin.

use std::fmt;
use std::sync::Arc;

use wasmtime::{Store, Trap};

use super::bindings::{Declarations, Failure, Settings};
use super::error::{Origin, PluginError};
use super::guest::{Guest, Log, MemoryRefused};
use super::measure::Direction;
use super::runtime::Runtime;
use super::settings::Limits;
use super::slots::Slot;
use super::stack::STACK;
use super::text::{Bytes, line};
use super::world::{Code, Exports, Told};

/// An instance. It is for one caller at a time, and for none after a call that returned a [`Broken`].
pub(super) struct Instance {
    store: Store<Guest>,
    exports: Exports,
    calls: u64,
    /// Given back after the store is gone, hence behind it.
    _slot: Option<Slot>,
}

/// The instance broke off. What it was doing and what it keeps is unknown.
#[derive(Debug)]
pub(super) enum Broken {
    TimedOut,
    OutOfMemory,
    ResultTooLarge,
    Busy,
    /// Never began: the machine has no memory or addresses for it.
    NoRoom(String),
    Trapped(String),
}

impl Broken {
    pub(super) fn explain(self, plugin: &Origin, limits: &Limits) -> PluginError {
        let plugin = plugin.clone();
        match self {
            Self::TimedOut => PluginError::TimedOut { plugin, limit: limits.time },
            Self::OutOfMemory => PluginError::OutOfMemory { plugin, limit: limits.memory },
            Self::ResultTooLarge => PluginError::ResultTooLarge { plugin, limit: limits.result },
            Self::Busy => PluginError::Busy { plugin, limit: limits.time },
            Self::NoRoom(reason) => {
                PluginError::Runtime { reason: format!("no room for an instance: {reason}") }
            }
            Self::Trapped(reason) => PluginError::Trapped { plugin, reason },
        }
    }

    fn find(error: &wasmtime::Error, words: Option<String>) -> Self {
        // Where the plugin was built with names, they stand in the whole error.
        tracing::debug!("a plugin broke off: {error:#}");
        if error.is::<MemoryRefused>() {
            return Self::OutOfMemory;
        }
        let how = match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => return Self::TimedOut,
            Some(Trap::StackOverflow) => format!("its stack of {} is full", Bytes(STACK)),
            Some(trap) => trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
            None => line(&error.root_cause().to_string()),
        };
        // wasmtime keeps the type of this error to itself.
        if how.contains("fuel allocated for hostcalls has been exhausted") {
            return Self::ResultTooLarge;
        }
        Self::Trapped(match words {
            // How a panic ends; its message says more than the instruction does.
            Some(words) if error.downcast_ref() == Some(&Trap::UnreachableCodeReached) => words,
            Some(words) => format!("{how}; it said: {words}"),
            None => how,
        })
    }
}

impl Instance {
    /// Makes an instance that was not yet configured.
    pub(super) fn new(runtime: &Runtime, code: &Code, log: &Arc<Log>) -> Result<Self, Broken> {
        let slot = runtime.slot().ok_or(Broken::Busy)?;
        let mut store = runtime.store(log).map_err(|error| Broken::find(&error, None))?;
        match runtime.instantiate(&mut store, |store| code.instantiate(store)) {
            Ok(exports) => Ok(Self { store, exports, calls: 0, _slot: slot }),
            Err(error) => Err(match Broken::find(&error, store.data_mut().last_words()) {
                // Code that runs has no way to fail like this; making memory for it has.
                Broken::Trapped(reason) if reason.contains("(os error ") => Broken::NoRoom(reason),
                broken => broken,
            }),
        }
    }

    pub(super) fn describe(&mut self, runtime: &Runtime) -> Result<Told, Broken> {
        self.run(runtime, Exports::describe)
    }

    pub(super) fn configure(
        &mut self,
        runtime: &Runtime,
        settings: &Settings,
    ) -> Result<Result<(), Failure>, Broken> {
        self.run(runtime, |exports, store| exports.configure(store, settings))
    }

    /// What a converter declares.
    pub(super) fn declarations(&mut self, runtime: &Runtime) -> Result<Option<Declarations>, Broken> {
        self.run(runtime, Exports::declarations)
    }

    /// Serializes or deserializes, or does what a converter does then. The bytes are copied in once, the result is copied out once.
    pub(super) fn convert(
        &mut self,
        runtime: &Runtime,
        direction: Direction,
        input: &[u8],
    ) -> Result<Result<Vec<u8>, Failure>, Broken> {
        self.calls += 1;
        self.run(runtime, |exports, store| exports.convert(store, direction, input))
    }

    fn run<T>(
        &mut self,
        runtime: &Runtime,
        call: impl FnOnce(&Exports, &mut Store<Guest>) -> wasmtime::Result<T>,
    ) -> Result<T, Broken> {
        self.store.data_mut().begin_call();
        runtime
            .call(&mut self.store, |store| call(&self.exports, store))
            .map_err(|error| Broken::find(&error, self.store.data_mut().last_words()))
    }

    /// How many values it has converted.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// How many bytes of memory it has.
    pub(super) fn memory(&self) -> usize {
        self.store.data().memory()
    }

    /// How much fuel is left, in an engine that counts it.
    pub(super) fn fuel(&self) -> wasmtime::Result<u64> {
        self.store.get_fuel()
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("calls", &self.calls).finish_non_exhaustive()
    }
}
