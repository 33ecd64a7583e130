//! The WebAssembly engine that all plugins of a folder share.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

use super::cache::Cache;
use super::error::PluginError;
use super::guest::{Guest, Log, add_log};
use super::settings::Limits;
use super::slots::{Slot, Slots};
use super::stack::STACK;
use super::wasi;
use super::world::{Code, World};

/// Memory and tables stay mapped up to here when an instance goes, so that the next one finds them without page faults.
const KEPT_MEMORY: usize = 256 << 10;
const KEPT_TABLE: usize = 64 << 10;

/// A pool of more instances than this would reserve more than 4 TiB of addresses, which not every machine has.
const MOST_POOLED: usize = 500;

/// What a component may be made of, at most. Python's have the most modules.
const CORE_INSTANCES_EACH: u32 = 64;
const MEMORIES_EACH: u32 = 2;
const TABLES_EACH: u32 = 8;
const TABLE_ELEMENTS_EACH: usize = 1 << 16;

/// Whether the engine counts what a plugin does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metering {
    /// No: plugins run as fast as they can.
    None,
    /// Each instruction, for measurements that come out the same every time.
    Fuel,
}

/// The engine, and what is decided for all plugins that run in it.
pub(super) struct Runtime {
    engine: Engine,
    metering: Metering,
    limits: Limits,
    /// How many ticks of the engine's clock a call may last.
    ticks: u64,
    /// Only the pooling allocator has a fixed number of places.
    slots: Option<Arc<Slots>>,
    cache: Option<Cache>,
    counting: OnceLock<Result<Arc<Runtime>, PluginError>>,
}

impl Runtime {
    /// Starts an engine that has room for `instances` at a time, and some more for callers beyond the pools.
    pub(super) fn start(
        limits: Limits,
        instances: usize,
        cache: Option<&PathBuf>,
    ) -> Result<Arc<Self>, PluginError> {
        let spare = thread::available_parallelism().map_or(1, NonZeroUsize::get).saturating_mul(2).max(16);
        let places = instances.saturating_add(spare);
        let pooled = (places <= MOST_POOLED).then(|| engine(Metering::None, Some(places)));
        match pooled {
            Some(Ok(engine)) => Self::new(engine, Metering::None, limits, Some(places), cache),
            refused => {
                if let Some(Err(error)) = refused {
                    tracing::debug!("no pool for instances of plugins, they are made one by one: {error:#}");
                }
                Self::on_demand(Metering::None, limits, cache)
            }
        }
    }

    fn on_demand(
        metering: Metering,
        limits: Limits,
        cache: Option<&PathBuf>,
    ) -> Result<Arc<Self>, PluginError> {
        let engine =
            engine(metering, None).map_err(|error| PluginError::Runtime { reason: format!("{error:#}") })?;
        Self::new(engine, metering, limits, None, cache)
    }

    fn new(
        engine: Engine,
        metering: Metering,
        limits: Limits,
        places: Option<usize>,
        cache: Option<&PathBuf>,
    ) -> Result<Arc<Self>, PluginError> {
        let tick = (limits.time / 10).clamp(Duration::from_millis(1), Duration::from_millis(10));
        start_clock(&engine, tick).map_err(|error| PluginError::Runtime {
            reason: format!("no thread for their clock: {error}"),
        })?;
        // The tick that runs already counts as none, hence one more.
        let ticks = limits.time.as_nanos().div_ceil(tick.as_nanos()) + 1;
        Ok(Arc::new(Self {
            cache: cache.and_then(|folder| Cache::open(folder)),
            engine,
            metering,
            limits,
            ticks: u64::try_from(ticks).unwrap_or(u64::MAX),
            slots: places.map(Slots::new),
            counting: OnceLock::new(),
        }))
    }

    /// The same with instructions counted, made when it is first asked for.
    pub(super) fn counting(&self) -> Result<&Arc<Self>, PluginError> {
        let cache = self.cache.as_ref().map(Cache::folder);
        self.counting
            .get_or_init(|| Self::on_demand(Metering::Fuel, self.limits, cache))
            .as_ref()
            .map_err(Clone::clone)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compiles a component, or finds it compiled.
    pub(super) fn compile(&self, wasm: &[u8]) -> wasmtime::Result<Component> {
        match &self.cache {
            Some(cache) => cache.component(&self.engine, wasm),
            None => Component::from_binary(&self.engine, wasm),
        }
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
        let mut store = Store::new(&self.engine, Guest::new(Arc::clone(log), self.limits.memory));
        store.limiter(|guest| guest);
        store.set_hostcall_fuel(self.limits.result);
        self.wind(&mut store);
        if self.metering == Metering::Fuel {
            store.set_fuel(u64::MAX)?;
        }
        Ok(store)
    }

    /// Gives a store its time for one call.
    pub(super) fn wind(&self, store: &mut Store<Guest>) {
        store.set_epoch_deadline(self.ticks);
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
fn engine(metering: Metering, pooled: Option<usize>) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.consume_fuel(metering == Metering::Fuel);
    // The second bounds the first, even where nothing is asynchronous.
    config.max_wasm_stack(STACK).async_stack_size(STACK);
    if let Some(places) = pooled {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling(places)));
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

/// One thread for each engine advances its clock. It holds the engine weakly, and ends with it.
fn start_clock(engine: &Engine, tick: Duration) -> io::Result<()> {
    let engine = engine.weak();
    let clock = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(tick);
        }
    };
    thread::Builder::new().name("plugin clock".to_owned()).spawn(clock).map(drop)
}
