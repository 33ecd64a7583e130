//! Small values of the configuration.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `memcachedProtocol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// memcached's text protocol.
    #[default]
    Text,
    /// memcached's binary protocol.
    Binary,
}

/// `onUnserializable`: what happens to a session with an attribute that the serializer cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnserializable {
    /// Nothing is stored, and the error names the attribute.
    #[default]
    Fail,
    /// The session is stored without the attribute.
    Skip,
}

/// `lockTimeoutPolicy`: what happens to a request that does not get its lock in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LockTimeoutPolicy {
    /// It fails.
    #[default]
    Fail,
    /// It goes on without the lock, as in MSM.
    Proceed,
}

/// `pluginReuse`: how long an instance of a plugin lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PluginReuse {
    /// It serves many calls.
    #[default]
    Warm,
    /// It serves one call.
    Fresh,
}

/// A number of threads or the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThreadCount {
    /// As many as there are processors.
    #[default]
    PerProcessor,
    /// This many.
    Fixed(NonZeroUsize),
}

impl ThreadCount {
    /// The number on this machine.
    #[must_use]
    pub fn get(self) -> NonZeroUsize {
        match self {
            Self::PerProcessor => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            Self::Fixed(number) => number,
        }
    }
}

/// Where a listener listens. The name is resolved when it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port; 0 takes a free one.
    pub port: u16,
}

impl Default for ListenAddress {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 8787 }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// `pluginCache`: where compiled plugins are kept between starts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CacheFolder {
    /// `holdfast` in the user's cache folder.
    #[default]
    OfUser,
    /// Nowhere: every start compiles.
    Off,
    /// Here.
    Folder(PathBuf),
}

impl CacheFolder {
    /// The folder; none when the cache is off or the user has no home.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Self::OfUser => {
                let absolute =
                    |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
                let caches =
                    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
                caches.map(|caches| caches.join("holdfast"))
            }
            Self::Off => None,
            Self::Folder(folder) => Some(folder.clone()),
        }
    }
}

/// Text that logs and dumps do not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
