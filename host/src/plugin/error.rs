//! What can go wrong with a plugin.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::bindings::Failure;
use super::text::{Bytes, line};

/// Which plugin it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    name: Option<Arc<str>>,
    file: Arc<Path>,
}

impl Origin {
    pub(super) fn file_only(file: &Path) -> Self {
        Self { name: None, file: file.into() }
    }

    pub(super) fn named(&self, name: &str) -> Self {
        Self { name: Some(name.into()), file: Arc::clone(&self.file) }
    }

    /// The plugin's name, once it has told it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The file that it came from.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.name {
            Some(name) => write!(f, "plugin '{name}' ({file})"),
            None => write!(f, "plugin {file}"),
        }
    }
}

/// Why a plugin could not be loaded, or did not do what it was asked.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The plugin says: the bytes are of another format.
    #[error("{plugin}: the bytes are not of its format: {text}")]
    NotThisFormat {
        /// Which plugin.
        plugin: Origin,
        /// What it says.
        text: String,
    },
    /// The plugin says: the bytes are of its format and broken.
    #[error("{plugin}: the bytes are damaged at offset {offset}: {text}")]
    Damaged {
        /// Which plugin.
        plugin: Origin,
        /// The first byte that made no sense.
        offset: u64,
        /// What it says.
        text: String,
    },
    /// The plugin says: its format cannot hold a value.
    #[error("{plugin}: its format cannot hold {path}: {text}")]
    Unrepresentable {
        /// Which plugin.
        plugin: Origin,
        /// From the attribute to the value.
        path: String,
        /// What it says.
        text: String,
    },
    /// The plugin says: a limit of its own was passed.
    #[error("{plugin}: a limit was passed: {text}")]
    Limit {
        /// Which plugin.
        plugin: Origin,
        /// What it says.
        text: String,
    },
    /// The plugin refuses an option.
    #[error("{plugin}: {text}")]
    BadOption {
        /// Which plugin.
        plugin: Origin,
        /// What it says.
        text: String,
    },
    /// The plugin broke off: a panic, a memory fault, a broken promise of the component model.
    #[error("{plugin}: trapped: {reason}")]
    Trapped {
        /// Which plugin.
        plugin: Origin,
        /// Its last words, or else the kind of trap.
        reason: String,
    },
    /// The plugin did not answer in time and was stopped.
    #[error("{plugin}: gave no answer within {limit:?} and was stopped")]
    TimedOut {
        /// Which plugin.
        plugin: Origin,
        /// How long it had.
        limit: Duration,
    },
    /// The plugin wanted more memory than it may have.
    #[error("{plugin}: wanted more than the {} of memory that it may have", Bytes(*limit))]
    OutOfMemory {
        /// Which plugin.
        plugin: Origin,
        /// How much it may have.
        limit: usize,
    },
    /// The plugin returned more than it may.
    #[error("{plugin}: returned more than the {} that a result may have", Bytes(*limit))]
    ResultTooLarge {
        /// Which plugin.
        plugin: Origin,
        /// How much it may return.
        limit: usize,
    },
    /// A converter that stands before the plugin failed.
    #[error("{plugin}: {error}")]
    Converter {
        /// Which plugin.
        plugin: Origin,
        /// What became of the converter, which it names.
        error: Arc<PluginError>,
    },
    /// So many calls were running that no instance could be made within the time limit.
    #[error("{plugin}: no instance became free within {limit:?}")]
    Busy {
        /// Which plugin.
        plugin: Origin,
        /// How long the call waited.
        limit: Duration,
    },
    /// The file is no plugin that can be used.
    #[error("{plugin}: {reason}")]
    Invalid {
        /// Which plugin.
        plugin: Origin,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// Another plugin of the folder came first with the same name or tag.
    #[error("{plugin}: {} has the same {what}; remove one of the two", other.display())]
    Duplicate {
        /// Which plugin.
        plugin: Origin,
        /// What they share.
        what: String,
        /// The plugin that came first.
        other: PathBuf,
    },
    /// The file cannot be read.
    #[error("{plugin}: cannot be read: {source}")]
    Io {
        /// Which plugin.
        plugin: Origin,
        /// Why.
        source: Arc<io::Error>,
    },
    /// The folder of the plugins cannot be read.
    #[error("the plugins folder {} cannot be read: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// WebAssembly cannot be run on this machine.
    #[error("plugins cannot be run on this machine: {reason}")]
    Runtime {
        /// Why.
        reason: String,
    },
}

impl PluginError {
    pub(super) fn invalid(plugin: &Origin, reason: impl Into<String>) -> Self {
        Self::Invalid { plugin: plugin.clone(), reason: reason.into() }
    }

    /// What the plugin itself answered.
    pub(super) fn from_guest(plugin: &Origin, failure: Failure) -> Self {
        let plugin = plugin.clone();
        match failure {
            Failure::NotThisFormat(text) => Self::NotThisFormat { plugin, text: line(&text) },
            Failure::Damaged(damage) => {
                Self::Damaged { plugin, offset: damage.offset, text: line(&damage.text) }
            }
            Failure::Unrepresentable(misfit) => {
                Self::Unrepresentable { plugin, path: line(&misfit.path), text: line(&misfit.text) }
            }
            Failure::Limit(text) => Self::Limit { plugin, text: line(&text) },
            Failure::BadOption(text) => Self::BadOption { plugin, text: line(&text) },
        }
    }

    /// The plugin, when it was one.
    #[must_use]
    pub fn plugin(&self) -> Option<&Origin> {
        match self {
            Self::NotThisFormat { plugin, .. }
            | Self::Damaged { plugin, .. }
            | Self::Unrepresentable { plugin, .. }
            | Self::Limit { plugin, .. }
            | Self::BadOption { plugin, .. }
            | Self::Trapped { plugin, .. }
            | Self::TimedOut { plugin, .. }
            | Self::OutOfMemory { plugin, .. }
            | Self::ResultTooLarge { plugin, .. }
            | Self::Converter { plugin, .. }
            | Self::Busy { plugin, .. }
            | Self::Invalid { plugin, .. }
            | Self::Duplicate { plugin, .. }
            | Self::Io { plugin, .. } => Some(plugin),
            Self::Folder { .. } | Self::Runtime { .. } => None,
        }
    }

    /// The text without the plugin in front, for where it is named already.
    #[must_use]
    pub fn reason(&self) -> String {
        let text = self.to_string();
        let prefix = self.plugin().map(|plugin| format!("{plugin}: "));
        match prefix.and_then(|prefix| text.strip_prefix(&prefix).map(str::to_owned)) {
            Some(reason) => reason,
            None => text,
        }
    }
}
