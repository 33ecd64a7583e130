//! What the host knows of one instance: its memory, its output, its log.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use wasmtime::component::{Linker, WasmStr};
use wasmtime::{ResourceLimiter, Result, StoreContextMut};

use super::alarm::Alarm;
use super::bindings::{LOG, Level};
use super::error::Origin;
use super::text::{beginning, line};

/// Lines of a plugin's log are cut after so many bytes.
const LONGEST_LINE: usize = 4096;

/// How many lines a plugin may log in [`WINDOW`].
const LINES: u32 = 100;
const WINDOW: Duration = Duration::from_secs(10);

/// How much of what a plugin prints is kept for the error in which it may end.
const OUTPUT: usize = 16 << 10;

/// How many elements the tables of an instance may have: function pointers, mostly.
const TABLE_ELEMENTS: usize = 1 << 20;

/// The host's side of an instance.
#[derive(Debug)]
pub(super) struct Guest {
    log: Arc<Log>,
    memory: usize,
    memory_limit: usize,
    alarm: Option<Arc<Alarm>>,
    last_error: Option<String>,
    output: Vec<u8>,
}

impl Guest {
    pub(super) fn new(log: Arc<Log>, memory_limit: usize, alarm: Option<Arc<Alarm>>) -> Self {
        Self { log, memory: 0, memory_limit, alarm, last_error: None, output: Vec::new() }
    }

    /// Forgets what earlier calls said.
    pub(super) fn begin_call(&mut self) {
        self.last_error = None;
        self.output.clear();
    }

    /// What stops the instance when its time is over, where its code has checkpoints.
    pub(super) fn alarm(&self) -> Option<&Arc<Alarm>> {
        self.alarm.as_ref()
    }

    /// How many bytes of memory the instance has.
    pub(super) fn memory(&self) -> usize {
        self.memory
    }

    /// What the plugin said in this call: the error that it logged last, or else what it printed.
    pub(super) fn last_words(&mut self) -> Option<String> {
        let words =
            self.last_error.take().unwrap_or_else(|| String::from_utf8_lossy(&self.output).into_owned());
        let words = line(&words);
        (!words.is_empty()).then_some(words)
    }

    /// Keeps what the plugin prints, up to a limit.
    pub(super) fn print(&mut self, bytes: impl Iterator<Item = u8>) {
        let room = OUTPUT.saturating_sub(self.output.len());
        self.output.extend(bytes.take(room));
    }
}

/// The plugin wanted more memory than it may have.
#[derive(Debug)]
pub(super) struct MemoryRefused;

impl fmt::Display for MemoryRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more memory was wanted than is allowed")
    }
}

impl std::error::Error for MemoryRefused {}

impl ResourceLimiter for Guest {
    /// Refusing by an error stops the plugin at once. Were it only told so, it would panic, and the reason be lost.
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let memory = self.memory.saturating_sub(current).saturating_add(desired);
        if memory > self.memory_limit {
            return Err(MemoryRefused.into());
        }
        self.memory = memory;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        if desired > TABLE_ELEMENTS { Err(MemoryRefused.into()) } else { Ok(true) }
    }
}

/// Where the lines of a plugin go: to the host's own log, but not more of them than anybody would read.
#[derive(Debug)]
pub(super) struct Log {
    origin: Origin,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    lines: u32,
}

impl Log {
    pub(super) fn new(origin: Origin) -> Arc<Self> {
        Arc::new(Self { origin, window: Mutex::new(Window { began: Instant::now(), lines: 0 }) })
    }

    fn write(&self, level: Level, message: &str) {
        if !self.may_write() {
            return;
        }
        let plugin = &self.origin;
        match level {
            Level::Error => tracing::error!("{plugin}: {message}"),
            Level::Warn => tracing::warn!("{plugin}: {message}"),
            Level::Info => tracing::info!("{plugin}: {message}"),
            Level::Debug => tracing::debug!("{plugin}: {message}"),
        }
    }

    fn may_write(&self) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.began.elapsed() > WINDOW {
            *window = Window { began: Instant::now(), lines: 0 };
        }
        window.lines = window.lines.saturating_add(1);
        if window.lines == LINES + 1 {
            tracing::warn!(
                "{}: more than {LINES} lines in {WINDOW:?}, no more are shown for now",
                self.origin
            );
        }
        window.lines <= LINES
    }
}

/// Gives plugins the interface that they may import.
pub(super) fn add_log(linker: &mut Linker<Guest>) -> Result<()> {
    linker.instance(LOG)?.func_wrap(
        "log",
        |mut store: StoreContextMut<'_, Guest>, (level, message): (Level, WasmStr)| {
            // Only what is kept is copied.
            let message = beginning(&message.to_str(&store)?, LONGEST_LINE).trim_end().to_owned();
            let guest = store.data_mut();
            guest.log.write(level, &message);
            if matches!(level, Level::Error) {
                guest.last_error = Some(message);
            }
            Ok(())
        },
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn guest() -> Guest {
        Guest::new(Log::new(Origin::file_only(Path::new("a.wasm"))), 1000, None)
    }

    #[test]
    fn memory_is_counted_over_all_memories_of_an_instance() {
        let mut guest = guest();
        assert!(guest.memory_growing(0, 400, None).unwrap());
        assert!(guest.memory_growing(0, 500, None).unwrap());
        assert!(guest.memory_growing(400, 501, None).unwrap_err().is::<MemoryRefused>());
        assert!(guest.memory_growing(400, 500, None).unwrap());
        assert_eq!(guest.memory(), 1000);
    }

    #[test]
    fn output_without_end_is_cut() {
        let mut guest = guest();
        guest.print(std::iter::repeat_n(b'x', 1 << 20));
        assert_eq!(guest.output.len(), OUTPUT);
        guest.begin_call();
        assert_eq!(guest.last_words(), None);
    }

    #[test]
    fn a_plugin_that_logs_without_end_is_throttled() {
        let log = Log::new(Origin::file_only(Path::new("a.wasm")));
        let shown = (0..1000).filter(|_| log.may_write()).count();
        assert_eq!(shown, LINES as usize);
    }
}
