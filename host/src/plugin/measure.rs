//! What a plugin costs, for `holdfast bench`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::{Linker, TypedFunc};
use wasmtime::{Error, Store, format_err};

use super::error::PluginError;
use super::guest::{Guest, Log};
use super::instance::Instance;
use super::plugin::Plugin;
use super::runtime::{Runtime, digest};
use super::stack::with_room;
use super::world::{Code, World};

/// Takes bytes and returns some without looking at them; made of `echo.wat`.
const ECHO: &[u8] = include_bytes!("echo.wasm");

/// The cost of the boundary is the median of so many times, at most, taken within so long. Several calls are timed at
/// once, because reading the clock takes nearly as long as a call.
const TIMES: usize = 100;
const CALLS: u32 = 10;
const PATIENCE: Duration = Duration::from_millis(50);

type Echo<'a> = TypedFunc<(&'a [u8], u32), (Vec<u8>,)>;

/// Which way a value goes through a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Document to stored bytes.
    Serialize,
    /// Stored bytes to document.
    Deserialize,
}

/// The plugin once more, compiled so that instructions are counted.
#[derive(Clone)]
pub(super) struct Measured {
    runtime: Arc<Runtime>,
    code: Code,
}

impl Plugin {
    /// The fuel that a warm instance uses for this input, about one a WebAssembly instruction. The same plugin and
    /// input always give the same number.
    ///
    /// # Errors
    ///
    /// As [`Plugin::convert`]; also when the plugin's file changed since it was loaded.
    pub fn fuel(&self, direction: Direction, input: &[u8]) -> Result<u64, PluginError> {
        with_room(|| self.fuel_here(direction, input))
            .unwrap_or_else(|error| Err(self.unmeasured(&error.into())))
    }

    fn fuel_here(&self, direction: Direction, input: &[u8]) -> Result<u64, PluginError> {
        let measured =
            self.measured.get_or_init(|| self.compile_for_fuel()).as_ref().map_err(Clone::clone)?;
        let runtime = &measured.runtime;
        let answered = |failure| PluginError::from_guest(self.worker.origin(), failure);
        let broken = |broken: super::instance::Broken| broken.explain(self.worker.origin(), runtime.limits());
        let mut instance = Instance::new(runtime, &measured.code, &Log::new(self.worker.origin().clone()))
            .map_err(broken)?;
        instance.configure(runtime, self.worker.settings()).map_err(broken)?.map_err(answered)?;
        // The first call sets up what later ones find.
        instance.convert(runtime, direction, input).map_err(broken)?.map_err(answered)?;
        let before = instance.fuel().map_err(|error| self.unmeasured(&error))?;
        instance.convert(runtime, direction, input).map_err(broken)?.map_err(answered)?;
        let after = instance.fuel().map_err(|error| self.unmeasured(&error))?;
        Ok(before.saturating_sub(after))
    }

    fn compile_for_fuel(&self) -> Result<Measured, PluginError> {
        let wasm = std::fs::read(self.file()).map_err(|error| PluginError::Io {
            plugin: self.worker.origin().clone(),
            source: Arc::new(error),
        })?;
        let digest = digest(&wasm);
        if digest != *self.worker.digest() {
            return Err(PluginError::invalid(
                self.worker.origin(),
                "its file changed since it was loaded; start again",
            ));
        }
        let runtime = Arc::clone(self.worker.runtime().counting()?);
        let code =
            runtime.compile(&wasm, &digest).and_then(|component| runtime.link(World::Serializer, &component));
        Ok(Measured { code: code.map_err(|error| self.unmeasured(&error))?, runtime })
    }

    /// What it costs to hand `input` bytes to a plugin and get `output` bytes back, without anything being done to
    /// them: the median of many calls.
    ///
    /// # Errors
    ///
    /// When the sizes are over the limits of memory and results.
    pub fn boundary_cost(&self, input: usize, output: usize) -> Result<Duration, PluginError> {
        self.time_echo(input, output).map_err(|error| self.unmeasured(&error))
    }

    fn time_echo(&self, input: usize, output: usize) -> wasmtime::Result<Duration> {
        let input = vec![0x5a; input];
        let wanted = u32::try_from(output)?;
        let runtime = self.worker.runtime();
        let _slot = runtime.slot().ok_or_else(|| format_err!("too many calls are running"))?;
        let mut store = runtime.store(&Log::new(self.worker.origin().clone()))?;
        let component = runtime.compile(ECHO, &digest(ECHO))?;
        let linker = Linker::new(runtime.engine());
        let instance = runtime.instantiate(&mut store, |store| linker.instantiate(store, &component))?;
        let echo: Echo<'_> = instance.get_typed_func(&mut store, "echo")?;
        let call = |store: &mut Store<Guest>| runtime.call(store, |store| echo.call(store, (&input, wanted)));
        call(&mut store)?;
        let mut times = Vec::with_capacity(TIMES);
        let began = Instant::now();
        while times.is_empty() || (times.len() < TIMES && began.elapsed() < PATIENCE) {
            let start = Instant::now();
            for _ in 0..CALLS {
                drop(black_box(call(&mut store)?));
            }
            times.push(start.elapsed() / CALLS);
        }
        times.sort_unstable();
        times.get(times.len() / 2).copied().ok_or_else(|| format_err!("nothing was timed"))
    }

    fn unmeasured(&self, error: &Error) -> PluginError {
        PluginError::invalid(self.worker.origin(), format!("cannot be measured: {error:#}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_echo_is_made_of_its_text() {
        let text = include_str!("echo.wat");
        assert!(
            ECHO == wat::parse_str(text).unwrap(),
            "make echo.wasm anew: wasm-tools parse echo.wat -o echo.wasm"
        );
    }
}
