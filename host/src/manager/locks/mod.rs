//! Locks of non-sticky sessions: of all requests that want one session locked, in this process and on other servers,
//! one has it at a time.
//!
//! ```text
//! acquire -> place: first come, first served among the requests of this process
//!         -> claim: `add` of the lock's key on the session's node, tried again while another server has it
//!         -> lease: renewed while it is held; handed on within the process, or deleted if it is still the same
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | `claim`, `remote` | the lock's key on a node: adding, renewing, deleting it |
//! | `places`, `courtesy` | the requests of this process, and what they leave to other servers |
//! | `lease` | a lock in a request's hand |
//! | `renewal` | keeps locks that are held for long |
//! | `learned`, `wanted` | which requests lock at all |
//!
//! What stands under the key begins as MSM's does, and so a Tomcat with MSM and a Holdfast exclude each other. MSM's
//! own locks have no owner and are not renewed: of those the expiration is all that one can rely on.

mod claim;
mod courtesy;
mod learned;
mod lease;
mod places;
mod remote;
mod renewal;
#[cfg(test)]
mod tests;
mod wanted;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use self::claim::{Claim, Staked};
use self::places::{Place, Places};
use super::completing::Completing;
use crate::session::SessionId;
use crate::store::{Item, Node, StoreError};

pub(super) use self::learned::ReadOnlyRequests;
pub(super) use self::lease::{Lease, Release};
pub(super) use self::wanted::{Decision, wants_lock};

/// Between two attempts, at first and at most. As every server tries for one of its requests only, and only while
/// another has the lock, a waiting session costs its node 200 small questions a second.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(8);

/// What an attempt gets that is made when the time is almost over.
const LAST_ANSWER: Duration = Duration::from_millis(50);

/// The locks of one application. Settings are passed with every call, as they may change while locks are held.
pub(super) struct Locks {
    places: Places,
    /// What tells this process's locks from those of others.
    process: String,
    counter: AtomicU64,
    /// Whether a task looks after the locks that are held.
    renewing: AtomicBool,
}

/// How a lock is to be had.
#[derive(Debug, Clone, Copy)]
pub(super) struct LockOptions {
    /// `lockExpiration`: after that the node drops a lock that nobody renews. Counted in seconds, as nodes do, and never
    /// below two: a node's second may end right after it began, and a lock of one second with it.
    pub(super) expiration: Duration,
    /// How long to wait for it at most.
    pub(super) wait: Duration,
}

/// Why there is no lock.
#[derive(Debug)]
pub(super) enum LockFailure {
    /// Somebody else had it all the time.
    Busy {
        /// How long was waited.
        waited: Duration,
    },
    /// The node failed.
    Store(StoreError),
}

impl Locks {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            places: Places::default(),
            process: format!("{}-{:016x}", std::process::id(), rand::random::<u64>()),
            counter: AtomicU64::new(0),
            renewing: AtomicBool::new(false),
        })
    }

    /// Waits for the lock of a session: first for the requests of this process that came before, then for other
    /// servers. What lies under the keys of `reads` is read along if the lock is had at once, and has to be read
    /// afterwards if not.
    ///
    /// # Errors
    /// It was not to be had in time, or the node does not work. Then there is no lock, and none is left behind; nor is
    /// there one if this is dropped before it is ready.
    pub(super) async fn acquire(
        self: &Arc<Self>,
        id: &SessionId,
        node: &Arc<dyn Node>,
        key: &str,
        options: LockOptions,
        reads: Vec<String>,
    ) -> Result<(Lease, Vec<Option<Item>>), LockFailure> {
        let started = Instant::now();
        let deadline = started + options.wait;
        let busy = || LockFailure::Busy { waited: started.elapsed() };
        let mut place = Place::enter(self, id);
        let mut had_to_wait = false;
        if !place.try_take_turn() {
            had_to_wait = true;
            if timeout_at(deadline, place.take_turn()).await.is_err() {
                return Err(busy());
            }
        }
        let (handed_on, mut courtesy) = place.left(if had_to_wait { Instant::now() } else { started });
        if let Some(handed_on) = handed_on {
            if handed_on.is_at(node, key) && handed_on.is_held() {
                return Ok((Lease::new(place, handed_on, Some(started.elapsed())), Vec::new()));
            }
            place.withdraw();
            Completing::new(async move { handed_on.release().await }, None).await;
            (_, courtesy) = place.left(Instant::now());
        }
        if let Some(until) = courtesy {
            had_to_wait = true;
            sleep_until(until.min(deadline)).await;
        }

        let claim = Arc::new(Claim::new(Arc::clone(node), key, &self.next_value(), options.expiration));
        let mut reads = reads;
        let mut pause = FIRST_PAUSE;
        let mut answered = false;
        loop {
            let sent = if had_to_wait { Instant::now() } else { started };
            // An attempt that nobody waits for any more goes on, and gives back what it gets.
            let attempt = Completing::new(Arc::clone(&claim).stake(sent, std::mem::take(&mut reads)), None);
            match timeout_at(deadline.max(sent + LAST_ANSWER), attempt).await {
                Ok(Ok(Some(Staked { remote, items }))) => {
                    let remote = Arc::new(remote);
                    place.hold(&remote, sent);
                    self.keep_renewing();
                    let lease = Lease::new(place, remote, had_to_wait.then(|| started.elapsed()));
                    return Ok((lease, items));
                }
                Ok(Ok(None)) => answered = true,
                Ok(Err(error)) => return Err(LockFailure::Store(error)),
                // A node that answered before, or had little time to, is not to blame.
                Err(_) if answered || sent.elapsed() < options.wait / 2 => return Err(busy()),
                Err(_) => {
                    let node = node.name().to_owned();
                    return Err(LockFailure::Store(StoreError::Timeout { node, after: sent.elapsed() }));
                }
            }
            had_to_wait = true;
            place.refused();
            let now = Instant::now();
            if now >= deadline {
                return Err(busy());
            }
            sleep_until((now + jittered(pause)).min(deadline)).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Done when nobody here has a lock, waits for one, or is giving one back: what a stop waits for, if not for ever.
    pub(super) async fn idle(&self) {
        while !self.places.are_empty() {
            sleep(FIRST_PAUSE).await;
        }
    }

    fn next_value(&self) -> String {
        format!("{}-{}", self.process, self.counter.fetch_add(1, Ordering::Relaxed))
    }
}

/// Between half and all of it, so that servers that wait for one lock do not ask in step.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::random_range(0.5..1.0))
}
