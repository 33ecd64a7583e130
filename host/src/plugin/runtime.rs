//! The WebAssembly engine that all plugins of a folder share.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, Trap};

use super::alarm::Clock;
use super::cache::Cache;
#[cfg(all(unix, target_pointer_width = "64"))]
use super::checkpoints;
use super::error::PluginError;
use super::guest::{Guest, Log, add_log};
#[cfg(all(unix, target_pointer_width = "64"))]
use super::memory;
use super::settings::{Limits, Reuse};
use super::slots::{Slot, Slots};
use super::stack::STACK;
use super::wasi;
use super::world::{Code, World};

/// Memory and tables stay mapped up to here when an instance goes, so that the next one finds them without page faults.
const KEPT_MEMORY: usize = 256 << 10;
const KEPT_TABLE: usize = 64 << 10;

/// What a component may be made of, at most. Python's have the most modules.
const CORE_INSTANCES_EACH: u32 = 64;
const MEMORIES_EACH: u32 = 2;
const TABLES_EACH: u32 = 8;
const TABLE_ELEMENTS_EACH: usize = 1 << 16;

/// How an engine runs plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// For instances that live long: as fast as they can, stopped at checkpoints.
    #[cfg(all(unix, target_pointer_width = "64"))]
    Checkpoints,
    /// For instances that live for a call: made fast, in one of so many places that stay mapped; stopped by epochs.
    Pooled(usize),
    /// Where neither can be had: stopped by epochs.
    Plain,
    /// Each instruction is counted, for measurements that come out the same every time.
    Counting,
}

/// The engine, and what is decided for all plugins that run in it.
pub(super) struct Runtime {
    engine: Engine,
    kind: Kind,
    limits: Limits,
    clock: Arc<Clock>,
    /// How many ticks of the clock a call may last.
    ticks: u64,
    /// Only the pooling allocator has a fixed number of places.
    slots: Option<Arc<Slots>>,
    cache: Option<Cache>,
    counting: OnceLock<Result<Arc<Runtime>, PluginError>>,
}

impl Runtime {
    /// Starts the engine that suits how instances are reused.
    pub(super) fn start(
        limits: Limits,
        reuse: Reuse,
        cache: Option<&PathBuf>,
    ) -> Result<Arc<Self>, PluginError> {
        let kind = match reuse {
            #[cfg(all(unix, target_pointer_width = "64"))]
            Reuse::Warm { .. } if limits.memory <= memory::MOST => Kind::Checkpoints,
            Reuse::Warm { .. } => Kind::Plain,
            Reuse::Fresh => {
                let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
                Kind::Pooled(threads.saturating_mul(2).max(16))
            }
        };
        Self::new(kind, limits, cache).or_else(|error| {
            tracing::debug!("plugins run slower than they could: {error}");
            Self::new(Kind::Plain, limits, cache)
        })
    }

    fn new(kind: Kind, limits: Limits, cache: Option<&PathBuf>) -> Result<Arc<Self>, PluginError> {
        let failed = |reason: String| PluginError::Runtime { reason };
        let engine = engine(kind).map_err(|error| failed(format!("{error:#}")))?;
        let tick = (limits.time / 10).clamp(Duration::from_millis(1), Duration::from_millis(100));
        let clock = Arc::new(Clock::default());
        start_clock(&engine, &clock, tick)
            .map_err(|error| failed(format!("no thread for their clock: {error}")))?;
        // The tick that runs already counts as none, hence one more.
        let ticks = limits.time.as_nanos().div_ceil(tick.as_nanos()) + 1;
        Ok(Arc::new(Self {
            cache: cache.and_then(|folder| Cache::open(folder)),
            engine,
            kind,
            limits,
            clock,
            ticks: u64::try_from(ticks).unwrap_or(u64::MAX),
            slots: match kind {
                Kind::Pooled(places) => Some(Slots::new(places)),
                _ => None,
            },
            counting: OnceLock::new(),
        }))
    }

    /// The same with instructions counted, made when it is first asked for.
    pub(super) fn counting(&self) -> Result<&Arc<Self>, PluginError> {
        let cache = self.cache.as_ref().map(Cache::folder);
        self.counting
            .get_or_init(|| Self::new(Kind::Counting, self.limits, cache))
            .as_ref()
            .map_err(Clone::clone)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compiles a component of this digest, or finds it compiled.
    pub(super) fn compile(&self, wasm: &[u8], digest: &[u8; 32]) -> wasmtime::Result<Component> {
        let compile = || {
            #[cfg(all(unix, target_pointer_width = "64"))]
            if self.has_checkpoints() {
                return match checkpoints::insert(wasm) {
                    Ok(wasm) => Component::from_binary(&self.engine, &wasm),
                    // The engine says better what is wrong. Should it find nothing, the component still is not run.
                    Err(malformed) => Component::from_binary(&self.engine, wasm).and(Err(malformed.into())),
                };
            }
            Component::from_binary(&self.engine, wasm)
        };
        match &self.cache {
            Some(cache) => cache.component(&self.engine, digest, self.rewriting(), compile),
            None => compile(),
        }
    }

    /// What is done to a component before it is compiled.
    fn rewriting(&self) -> u64 {
        #[cfg(all(unix, target_pointer_width = "64"))]
        if self.has_checkpoints() {
            return checkpoints::VERSION;
        }
        0
    }

    /// Links a component with what plugins may import.
    pub(super) fn link(&self, world: World, component: &Component) -> wasmtime::Result<Code> {
        let mut linker = Linker::new(&self.engine);
        add_log(&mut linker)?;
        wasi::add(&mut linker, component, &self.engine)?;
        Code::new(world, linker.instantiate_pre(component)?)
    }

    /// A store for one instance, with all limits on.
    pub(super) fn store(&self, log: &Arc<Log>) -> wasmtime::Result<Store<Guest>> {
        let alarm = self.has_checkpoints().then(|| self.clock.alarm());
        let guest = Guest::new(Arc::clone(log), self.limits.memory, alarm);
        let mut store = Store::new(&self.engine, guest);
        store.limiter(|guest| guest);
        store.set_hostcall_fuel(self.limits.result);
        if self.kind == Kind::Counting {
            store.set_fuel(u64::MAX)?;
        }
        Ok(store)
    }

    /// Makes the instance of a store, within the time that a call has.
    pub(super) fn instantiate<T>(
        &self,
        store: &mut Store<Guest>,
        make: impl FnOnce(&mut Store<Guest>) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        #[cfg(all(unix, target_pointer_width = "64"))]
        if let Some(alarm) = store.data().alarm().cloned() {
            return memory::watched(&alarm, || self.call(store, make));
        }
        self.call(store, make)
    }

    /// Calls into a store within the time that a call has.
    pub(super) fn call<T>(
        &self,
        store: &mut Store<Guest>,
        call: impl FnOnce(&mut Store<Guest>) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let Some(alarm) = store.data().alarm() else {
            store.set_epoch_deadline(self.ticks);
            return call(store);
        };
        alarm.set(self.ticks);
        let result = call(store);
        let in_time = store.data().alarm().is_none_or(|alarm| alarm.stop());
        if in_time { result } else { Err(Trap::Interrupt.into()) }
    }

    /// Whether code gets checkpoints, and is stopped at them.
    fn has_checkpoints(&self) -> bool {
        match self.kind {
            #[cfg(all(unix, target_pointer_width = "64"))]
            Kind::Checkpoints => true,
            Kind::Pooled(_) | Kind::Plain | Kind::Counting => false,
        }
    }

    /// Waits for the right to make an instance; the inner `None` is the right where there is no limit.
    pub(super) fn slot(&self) -> Option<Option<Slot>> {
        match &self.slots {
            Some(slots) => slots.take(self.limits.time).map(Some),
            None => Some(None),
        }
    }
}

/// The digest by which a file is known again.
pub(super) fn digest(wasm: &[u8]) -> [u8; 32] {
    Sha256::digest(wasm).into()
}

/// The one place where an engine is configured: code that one configuration compiled runs in no other.
fn engine(kind: Kind) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    // The second bounds the first, even where nothing is asynchronous.
    config.max_wasm_stack(STACK).async_stack_size(STACK);
    config.epoch_interruption(true);
    match kind {
        #[cfg(all(unix, target_pointer_width = "64"))]
        Kind::Checkpoints => {
            config.epoch_interruption(false).wasm_branch_hinting(true);
            config.memory_reservation(memory::RESERVED as u64).with_host_memory(Arc::new(memory::Memories));
            // Only memories that wasmtime maps itself can begin as a copy of a file.
            config.memory_init_cow(false);
            // An address of 64 bits would be compared with the size of the memory, which has no checkpoint.
            config.wasm_memory64(false);
        }
        Kind::Pooled(places) => {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling(places)));
        }
        Kind::Plain => {}
        Kind::Counting => {
            config.consume_fuel(true);
        }
    }
    Engine::new(&config)
}

fn pooling(places: usize) -> PoolingAllocationConfig {
    let places = u32::try_from(places).unwrap_or(u32::MAX);
    let mut pooling = PoolingAllocationConfig::new();
    pooling
        .total_component_instances(places)
        .total_core_instances(places.saturating_mul(CORE_INSTANCES_EACH))
        .max_core_instances_per_component(CORE_INSTANCES_EACH)
        .total_memories(places.saturating_mul(MEMORIES_EACH))
        .max_memories_per_component(MEMORIES_EACH)
        .total_tables(places.saturating_mul(TABLES_EACH))
        .max_tables_per_component(TABLES_EACH)
        .table_elements(TABLE_ELEMENTS_EACH)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(KEPT_TABLE)
        .max_unused_warm_slots(places);
    pooling
}

/// One thread for each engine advances its clocks. It holds the engine weakly, and ends with it.
fn start_clock(engine: &Engine, clock: &Arc<Clock>, tick: Duration) -> io::Result<()> {
    let (engine, clock) = (engine.weak(), Arc::clone(clock));
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            clock.tick();
            drop(engine);
            thread::sleep(tick);
        }
    };
    thread::Builder::new().name("plugin clock".to_owned()).spawn(tick).map(drop)
}
