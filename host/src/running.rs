//! A server's configuration while it runs: changed by operators, and by a changed file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use crate::config::{Change, LiveConfig, Problems};
use crate::manager::{Manager, ReconfigureError};

/// Editors and tools write a file in several steps; this long nothing must have happened before it is read.
const QUIET: Duration = Duration::from_millis(200);

/// A manager and the configuration that it runs with.
pub struct Running {
    manager: Manager,
    live: Mutex<LiveConfig>,
}

/// Why a change was not made. Nothing is changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// Something is wrong with the configuration.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// Some of it cannot change while the program runs.
    #[error("{} cannot change while the server runs; write it into the configuration and restart", .names.join(", "))]
    NeedsRestart {
        /// The attributes.
        names: Vec<String>,
    },
    /// The manager does not take it.
    #[error(transparent)]
    Refused(#[from] ReconfigureError),
}

impl Running {
    /// A manager that was started with this configuration.
    #[must_use]
    pub fn new(manager: Manager, live: LiveConfig) -> Self {
        Self { manager, live: Mutex::new(live) }
    }

    /// The manager.
    #[must_use]
    pub fn manager(&self) -> &Manager {
        &self.manager
    }

    /// What is in force.
    pub async fn config(&self) -> LiveConfig {
        self.live.lock().await.clone()
    }

    /// Gives attributes other values; null takes back an earlier change. All of it is done or nothing. Returns the
    /// attributes that have changed.
    ///
    /// # Errors
    /// A value is wrong, or cannot change while the server runs.
    pub async fn patch(&self, values: &Map<String, Value>) -> Result<Vec<String>, ChangeError> {
        let mut live = self.live.lock().await;
        let change = live.patch(values)?;
        if !change.needs_restart.is_empty() {
            return Err(ChangeError::NeedsRestart { names: change.needs_restart });
        }
        self.make(&mut live, change).await
    }

    /// Reads the file again, and does what can be done while the server runs. Says what it did in the log.
    pub async fn reread(&self) {
        let mut live = self.live.lock().await;
        let file = live.file().map(Path::to_path_buf).unwrap_or_default();
        let file = file.display();
        let change = match live.reread() {
            Ok(None) => return,
            Ok(Some(change)) => change,
            Err(problems) => {
                for problem in problems.0 {
                    tracing::warn!("{problem}");
                }
                tracing::warn!("{file} has changed and is not used: the server goes on as it was");
                return;
            }
        };
        let waiting = change.needs_restart.join(", ");
        match self.make(&mut live, change).await {
            Ok(changed) if changed.is_empty() && waiting.is_empty() => {
                tracing::info!("{file} has changed and says the same");
            }
            Ok(changed) if changed.is_empty() => {}
            Ok(changed) => tracing::info!("{file} has changed: {} now as it says", changed.join(", ")),
            Err(error) => {
                tracing::warn!("{file} has changed and is not used: {error}");
                return;
            }
        }
        if !waiting.is_empty() {
            tracing::warn!("{file} has changed: {waiting} as it says from the next start");
        }
    }

    async fn make(&self, live: &mut LiveConfig, change: Change) -> Result<Vec<String>, ChangeError> {
        if !change.changed.is_empty() {
            self.manager.reconfigure(&change.config().manager).await?;
        }
        let changed = change.changed.clone();
        *live = change.into_config();
        Ok(changed)
    }

    /// Reads the file again whenever it changes, until the returned value is dropped.
    ///
    /// Its folder is watched and not the file, which most editors replace by another of the same name; so do those that
    /// put a link in its place.
    ///
    /// # Errors
    /// The folder cannot be watched.
    pub async fn watch(self: &Arc<Self>) -> notify::Result<Option<Watch>> {
        let Some(file) = self.live.lock().await.file().map(Path::to_path_buf) else { return Ok(None) };
        let (happened, mut events) = mpsc::channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let looked_at = event.as_ref().is_ok_and(|event| event.kind.is_access());
            if !looked_at {
                // If there is one waiting already, it stands for this one too.
                let _ = happened.try_send(());
            }
        })?;
        watcher.watch(&folder_of(&file), RecursiveMode::NonRecursive)?;
        let running = Arc::downgrade(self);
        let task = tokio::spawn(async move {
            while events.recv().await.is_some() {
                while timeout(QUIET, events.recv()).await.is_ok_and(|event| event.is_some()) {}
                let Some(running) = running.upgrade() else { return };
                running.reread().await;
            }
        });
        Ok(Some(Watch { _watcher: watcher, task }))
    }
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Watches a file.
#[derive(Debug)]
pub struct Watch {
    _watcher: notify::RecommendedWatcher,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}
