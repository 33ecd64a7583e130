//! `[server]`: what is about the process and not about sessions.

use std::num::NonZeroU64;
use std::time::Duration;

use super::attributes::section;
use super::kinds::Choice;
use super::names::{Cache, JvmRoute, KeyName, Listen, OptionalListen};
use super::numbers::{Threads, Unit, milliseconds, seconds, whole};
use super::prefix::PrefixNames;
use super::types::{CacheFolder, ListenAddress, PluginReuse, ThreadCount};

/// wasm32 addresses this much.
const WASM_MEMORY: i128 = 1 << 32;

section! {
    /// `[server]`.
    Server => ServerConfig {
        /// Where the session service listens: ADDRESS:PORT; port 0 takes a free one.
        listen: ListenAddress = "listen", Listen, ListenAddress::default();
        /// Where the admin service listens.
        admin_listen: Option<ListenAddress> = "adminListen", OptionalListen, None;
        /// This server's name at the end of session ids, for load balancers.
        jvm_route: Option<String> = "jvmRoute", JvmRoute, None;
        /// Tomcat's name of the virtual host, for storageKeyPrefix.
        host: Option<String> = "host", KeyName, None;
        /// Tomcat's name of the context with its slash, such as /shop, for storageKeyPrefix; empty for the root.
        context: Option<String> = "context", KeyName, None;
        /// Version of Tomcat's parallel deployment, for storageKeyPrefix.
        webapp_version: Option<String> = "webappVersion", KeyName, None;
        /// Longest body of a request, in bytes.
        max_body_bytes: usize = "maxBodyBytes", whole::<usize>(Unit::Bytes, 1024, 1 << 30), 8 << 20;
        /// How many attributes a session may have.
        max_attributes: usize = "maxAttributes", whole::<usize>(Unit::Things, 1, 1_000_000), 10_000;
        /// Seconds that a stop waits for requests and queued backups.
        shutdown_timeout: Duration = "shutdownTimeout", seconds(0), Duration::from_secs(30);
        /// Milliseconds that one call of a plugin may take.
        plugin_time_limit: Duration = "pluginTimeLimit", milliseconds(1), Duration::from_secs(5);
        /// Bytes of memory that one instance of a plugin may use.
        plugin_memory_limit: usize = "pluginMemoryLimit", whole::<usize>(Unit::Bytes, 1 << 20, WASM_MEMORY), 256 << 20;
        /// Bytes that a plugin may return.
        plugin_result_limit: usize = "pluginResultLimit", whole::<usize>(Unit::Bytes, 1024, WASM_MEMORY), 64 << 20;
        /// Whether an instance of a plugin serves many calls (warm) or one (fresh).
        plugin_reuse: PluginReuse = "pluginReuse",
            Choice(&[("warm", PluginReuse::Warm), ("fresh", PluginReuse::Fresh)]), PluginReuse::Warm;
        /// Warm instances of each plugin.
        plugin_instances: ThreadCount = "pluginInstances", Threads, ThreadCount::PerProcessor;
        /// Calls after which a warm instance is replaced.
        plugin_max_calls: NonZeroU64 = "pluginMaxCalls",
            whole::<NonZeroU64>(Unit::Things, 1, i64::MAX.into()), NonZeroU64::MIN.saturating_add(9_999);
        /// Folder of compiled plugins; empty text compiles at every start.
        plugin_cache: CacheFolder = "pluginCache", Cache, CacheFolder::OfUser;
    }
}

impl ServerConfig {
    /// The names that `storageKeyPrefix` may ask for.
    #[must_use]
    pub fn prefix_names(&self) -> PrefixNames<'_> {
        PrefixNames {
            host: self.host.as_deref(),
            context: self.context.as_deref(),
            webapp_version: self.webapp_version.as_deref(),
        }
    }
}
