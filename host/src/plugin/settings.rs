//! What the operator decides about plugins.

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::cache::default_cache;

/// How plugins are run.
#[derive(Debug, Clone)]
pub struct PluginSettings {
    /// What a call may use.
    pub limits: Limits,
    /// Whether instances serve more than one call.
    pub reuse: Reuse,
    /// The folder where compiled code is kept; `None` compiles at every start.
    pub cache: Option<PathBuf>,
    /// Names and values of options, by the name of the plugin.
    pub options: BTreeMap<String, Vec<(String, String)>>,
    /// The compiled schema of the application's classes for plugins that have none of their own; empty when there is none.
    pub schema: Vec<u8>,
    /// Compiled schemas, by the name of the plugin.
    pub schemas: BTreeMap<String, Vec<u8>>,
    /// The names of converters, or of the Java classes that they stand for, in the order of their registration.
    pub converters: Vec<String>,
}

impl Default for PluginSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            reuse: Reuse::default(),
            cache: default_cache(),
            options: BTreeMap::new(),
            schema: Vec::new(),
            schemas: BTreeMap::new(),
            converters: Vec::new(),
        }
    }
}

/// What a call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take. What takes longer is stopped within 10 ms.
    pub time: Duration,
    /// How many bytes of memory an instance may have.
    pub memory: usize,
    /// How many bytes its result may have.
    pub result: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(5), memory: 256 << 20, result: 64 << 20 }
    }
}

/// How long an instance lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Instances are kept between calls. One that failed in any way but by an answer of its own is never used again.
    Warm {
        /// How many are kept for each plugin. More callers at a time than that get instances of their own.
        instances: NonZeroUsize,
        /// After how many calls an instance is thrown away: whatever it leaked goes with it.
        max_calls: NonZeroU64,
    },
    /// Every call has an instance of its own, which costs it some 25 us, or 1 ms where a script engine has to start.
    Fresh,
}

impl Default for Reuse {
    fn default() -> Self {
        let instances = thread::available_parallelism().map_or(NonZeroUsize::MIN, |threads| {
            // One more than there are threads to run them: a thread may be stopped in the middle of a call.
            threads.saturating_add(1)
        });
        Self::Warm { instances, max_calls: NonZeroU64::new(10_000).unwrap_or(NonZeroU64::MIN) }
    }
}
