//! What the parts of a manager share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::backup::When;
use super::codec::Codec;
use super::completing::{Completing, Unfinished};
use super::error::ManagerError;
use super::graves::Graves;
use super::load::Loads;
use super::locks::{LockOptions, Locks, ReadOnlyRequests};
use super::missing::Missing;
use super::queue::Queues;
use super::relocate::Relocated;
use super::sessions::Sessions;
use super::slot::Slot;
use super::statistics::Statistics;
use crate::clock::Clock;
use crate::config::{LockTimeoutPolicy, LockingMode, ManagerConfig, Pattern};
use crate::session::{Keys, SessionId};
use crate::store::{Member, Nodes};

/// The inside of a manager.
pub(super) struct Engine {
    pub(super) settings: Settings,
    pub(super) nodes: Arc<Nodes>,
    pub(super) keys: Keys,
    pub(super) codec: Codec,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) statistics: Arc<Statistics>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) relocated: Arc<Relocated>,
    pub(super) missing: Arc<Missing>,
    pub(super) graves: Arc<Graves>,
    pub(super) loads: Arc<Loads>,
    pub(super) locks: Arc<Locks>,
    pub(super) learned: Arc<ReadOnlyRequests>,
    pub(super) queues: Queues,
    /// A document without attributes, which all new sessions share.
    pub(super) empty: Arc<[u8]>,
    pub(super) stopped: Arc<AtomicBool>,
    /// Given to all that a stop has to wait for; taken away by the stop.
    pub(super) unfinished: Arc<Mutex<Option<Unfinished>>>,
}

/// What the configuration says, in the form that the engine needs.
pub(super) struct Settings {
    /// Whether sessions are stored at all.
    pub(super) enabled: bool,
    /// Whether all requests of a session come to one server.
    pub(super) sticky: bool,
    pub(super) locking_mode: LockingMode,
    pub(super) lock: LockOptions,
    pub(super) lock_timeout_policy: LockTimeoutPolicy,
    pub(super) jvm_route: Option<Box<str>>,
    pub(super) max_inactive_interval: i32,
    pub(super) backup_async: bool,
    pub(super) backup_timeout: Duration,
    pub(super) operation_timeout: Duration,
    pub(super) backup_threads: usize,
    pub(super) ignore: Option<Pattern>,
    /// How much longer than the session its copy is kept.
    pub(super) slack_seconds: u32,
    /// Between two passes of upkeep.
    pub(super) upkeep_delay: Duration,
    /// How many of them until expired sessions are looked for.
    pub(super) sweep_every: u32,
}

impl Settings {
    pub(super) fn of(config: &ManagerConfig, jvm_route: Option<&str>) -> Self {
        let slack_seconds = config.expiry_slack_seconds();
        let sweep_every = config.process_expires_frequency.max(1);
        Self {
            enabled: config.enabled,
            sticky: config.sticky,
            locking_mode: config.locking_mode.clone(),
            lock: LockOptions { expiration: config.lock_expiration, wait: config.operation_timeout },
            lock_timeout_policy: config.lock_timeout_policy,
            jvm_route: jvm_route.map(Into::into),
            max_inactive_interval: config.max_inactive_interval,
            backup_async: config.session_backup_async,
            backup_timeout: config.session_backup_timeout,
            operation_timeout: config.operation_timeout,
            backup_threads: config.backup_thread_count.get().get(),
            ignore: config.request_uri_ignore_pattern.clone(),
            slack_seconds,
            upkeep_delay: Duration::from_secs((slack_seconds / sweep_every).max(1).into()),
            sweep_every,
        }
    }
}

impl Engine {
    /// A new id: a random node's that is available, at this server. Where there is none the session gets one later.
    pub(super) fn new_id(&self) -> SessionId {
        let id = SessionId::random();
        let member = if self.settings.enabled { self.nodes.choose(None) } else { None };
        let node = member.and_then(|member| member.id.as_deref());
        let id = node.map_or_else(|| id.clone(), |node| id.with_node(node));
        match self.settings.jvm_route.as_deref() {
            None => id,
            route => id.with_jvm_route(route),
        }
    }

    /// The node of a session; none if its id names none, or nothing is stored at all.
    pub(super) fn member_of(&self, id: &SessionId) -> Option<&Member> {
        if self.settings.enabled { self.nodes.of_session(id) } else { None }
    }

    /// Why a session cannot be stored whose id names no node that is configured: most likely none was available when it
    /// was made.
    pub(super) fn no_node(&self, id: &SessionId) -> ManagerError {
        let failure = self.nodes.all().iter().find_map(|member| member.node.failure());
        match failure.filter(|_| !id.names_a_node()) {
            Some(failure) => failure.into(),
            None => ManagerError::NoNode { id: id.clone() },
        }
    }

    /// Whether `requestUriIgnorePattern` matches.
    pub(super) fn ignores(&self, request: &str) -> bool {
        let Some(pattern) = &self.settings.ignore else { return false };
        pattern.matches(request).unwrap_or_else(|_| {
            self.statistics.count(|numbers| &numbers.ignore_pattern_overruns);
            // A session that is loaded in vain costs less than one that is not stored.
            false
        })
    }

    /// Takes a slot out whose session has ended or moved.
    pub(super) fn forget(&self, slot: &Arc<Slot>) {
        if self.sessions.remove(slot) {
            self.statistics.sessions(self.sessions.len());
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Stores a session, for as long as a request may wait for it.
    pub(super) async fn store_in_time(self: &Arc<Self>, slot: &Arc<Slot>) -> Result<(), ManagerError> {
        let limit = self.settings.backup_timeout;
        let store = Arc::clone(self).store(Arc::clone(slot), When::Dirty);
        let result = self.in_time(limit, store).await;
        self.note_backup(slot, result.unwrap_or(Err(ManagerError::BackupTimeout { after: limit })))
    }

    /// Waits for work no longer than `limit`. None: it goes on without anybody waiting.
    pub(super) fn in_time<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Option<T>> + Send + 'static {
        let unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let work = Completing::new(work, unfinished);
        async move { timeout(limit, work).await.ok() }
    }

    /// Has work done that nobody waits for, but a stop.
    pub(super) fn go_on<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) {
        let unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::spawn(async move {
            work.await;
            drop(unfinished);
        });
    }

    /// Counts and logs a backup that failed.
    pub(super) fn note_backup(
        &self,
        slot: &Slot,
        result: Result<(), ManagerError>,
    ) -> Result<(), ManagerError> {
        if let Err(error) = &result {
            self.statistics.count(|numbers| &numbers.backup_failures);
            tracing::warn!(session = slot.log_name(), %error, "a session was not stored");
        }
        result
    }
}
