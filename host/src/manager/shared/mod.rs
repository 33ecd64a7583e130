//! Non-sticky mode: the requests of a session may come to any server, so the nodes have the truth and memory has it
//! only while requests are under way.
//!
//! ```text
//! begin  -> lock, if lockingMode says so -> session and validity record from the node of the id
//!           -> not there: the copy on another node; node not available: the newest copy, under a new id
//! finish -> the session by CAS, and its validity record; the same to the secondary; lock released. Where everybody
//!           locks, the secondary comes first, and the lock is released with the session
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | `copies` | what the nodes have of a session |
//! | `find` | the session of an id |
//! | `holding` | a session in a request's hand |
//! | `finish` | the end of a request |
//! | `write` | a session and its copy go to their nodes |
//! | `reconcile`, `merge` | somebody else wrote in the meantime |
//! | `keep` | a session that was only used is kept alive |
//! | `end` | a session ends everywhere |
//!
//! A session may be written by two servers at a time only where nobody locks it. Then CAS on its node decides, and
//! whoever comes second joins the other's changes with its own, attribute by attribute, or fails.

mod copies;
mod end;
mod find;
mod finish;
mod holding;
mod keep;
mod merge;
mod reconcile;
mod write;

use std::time::Instant;

use super::engine::Engine;
use super::error::ManagerError;
use super::locks::{Decision, Lease, LockFailure, wants_lock};
use super::slot::log_name;
use crate::config::LockTimeoutPolicy;
use crate::session::SessionId;
use crate::store::{Item, Member};

pub(super) use holding::Holding;

/// What came of the wish for a lock.
enum Locked {
    /// With what was read along, unless it had to be waited for.
    Yes(Lease, Vec<Option<Item>>),
    /// It was not wanted, or goes without.
    No,
    /// The node of the lock is not available.
    NodeDown(ManagerError),
}

impl Engine {
    /// Whether a request is to have its session locked.
    fn wants_lock(&self, request: &str) -> bool {
        let settings = &self.settings;
        match wants_lock(&settings.locking_mode, &self.learned, request, &self.statistics) {
            Decision::Lock => true,
            Decision::ReadOnly => {
                self.statistics.count(|numbers| &numbers.read_only_requests);
                false
            }
            Decision::None => false,
        }
    }

    /// Locks a session on its node, and reads what lies there under these keys.
    async fn lock(
        &self,
        id: &SessionId,
        member: &Member,
        reads: Vec<String>,
    ) -> Result<Locked, ManagerError> {
        let started = self.statistics.start();
        let key = self.keys.lock(id);
        let failure = match self.locks.acquire(id, &member.node, &key, self.settings.lock, reads).await {
            Ok((lease, items)) => {
                self.statistics.record(started, |numbers| &numbers.acquire_lock);
                if lease.waited().is_some() {
                    self.statistics.count(|numbers| &numbers.locks_waited);
                }
                return Ok(Locked::Yes(lease, items));
            }
            Err(LockFailure::Store(error)) if error.node_is_down() => {
                return Ok(Locked::NodeDown(error.into()));
            }
            Err(LockFailure::Busy { waited }) => ManagerError::Locked { id: id.clone(), waited },
            Err(LockFailure::Store(error)) => error.into(),
        };
        self.statistics.count(|numbers| &numbers.lock_failures);
        self.statistics.record(started, |numbers| &numbers.acquire_lock_failure);
        if self.settings.lock_timeout_policy == LockTimeoutPolicy::Proceed {
            self.statistics.count(|numbers| &numbers.locks_proceeded);
            tracing::warn!(session = log_name(id), %failure, "a request goes on without its lock");
            return Ok(Locked::No);
        }
        Err(failure)
    }

    async fn unlock(&self, lease: Lease) {
        let started = self.statistics.start();
        let was_ours = lease.release().await;
        self.note_unlocked(started, was_ours);
    }

    fn note_unlocked(&self, started: Option<Instant>, was_ours: bool) {
        if !was_ours {
            self.statistics.count(|numbers| &numbers.locks_lost);
        }
        self.statistics.record(started, |numbers| &numbers.release_lock);
    }
}
