//! The requests of this process that want or have a session's lock.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Locks;
use super::courtesy::Courtesy;
use super::remote::Remote;
use crate::session::SessionId;

/// Parts of the map with a lock each.
const SHARDS: usize = 16;

/// All sessions that a request of this process wants locked, or has.
pub(super) struct Places {
    /// Keyed: ids come from clients, who must not be able to choose where they go.
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
pub(super) struct Shard {
    queues: HashTable<Queue>,
    courtesy: Courtesy,
}

/// Of one session. Removed with the last that leaves it.
struct Queue {
    id: SessionId,
    hash: u64,
    /// Has one permit, for whoever's turn it is; those that wait for it get it in the order in which they came.
    turn: Arc<Semaphore>,
    /// How many stand here, the one included whose turn it is.
    requests: usize,
    /// The lock on the node: of whoever's turn it is, or left by the last one for the next.
    remote: Option<Arc<Remote>>,
}

impl Default for Places {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Places {
    /// Locks that are to be renewed, by the caller. None: there are no locks at all.
    pub(super) fn due(&self, now: Instant) -> Option<Vec<Arc<Remote>>> {
        let mut due = None;
        for shard in &self.shards {
            for remote in lock(shard).queues.iter().filter_map(|queue| queue.remote.as_ref()) {
                let due: &mut Vec<_> = due.get_or_insert_default();
                if remote.take_renewal(now) {
                    due.push(Arc::clone(remote));
                }
            }
        }
        due
    }

    pub(super) fn are_empty(&self) -> bool {
        self.shards.iter().all(|shard| lock(shard).queues.is_empty())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).queues.len()).sum()
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard> {
        #[allow(clippy::indexing_slicing, reason = "a remainder is less than what it was divided by")]
        let shard = &self.shards[hash as usize % SHARDS];
        lock(shard)
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // What is done under the lock cannot leave a queue half changed.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request's place in the queue for a session. Left when it is dropped, whoever has the turn then.
pub(super) struct Place {
    locks: Arc<Locks>,
    id: SessionId,
    hash: u64,
    turn: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
    is_released: bool,
}

impl Place {
    /// At the end of the queue.
    pub(super) fn enter(locks: &Arc<Locks>, id: &SessionId) -> Self {
        let hash = locks.places.hasher.hash_one(id);
        let mut shard = locks.places.shard(hash);
        let mut entry = match shard.queues.entry(hash, |queue| queue.id == *id, |queue| queue.hash) {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(room) => room.insert(Queue {
                id: id.clone(),
                hash,
                turn: Arc::new(Semaphore::new(1)),
                requests: 0,
                remote: None,
            }),
        };
        let queue = entry.get_mut();
        queue.requests += 1;
        let turn = Arc::clone(&queue.turn);
        Self { locks: Arc::clone(locks), id: id.clone(), hash, turn, permit: None, is_released: false }
    }

    pub(super) fn is_of(&self, id: &SessionId) -> bool {
        self.id == *id
    }

    /// Has the turn at once if nobody is before.
    pub(super) fn try_take_turn(&mut self) -> bool {
        self.permit = Arc::clone(&self.turn).try_acquire_owned().ok();
        self.permit.is_some()
    }

    pub(super) async fn take_turn(&mut self) {
        // It fails only where the semaphore was closed, which nobody does.
        self.permit = Arc::clone(&self.turn).acquire_owned().await.ok();
    }

    /// The lock that the last request of this process has left, and until when the lock is to be left to other servers.
    pub(super) fn left(&self, now: Instant) -> (Option<Arc<Remote>>, Option<Instant>) {
        let look = |queue: &mut Queue, courtesy: &mut Courtesy| {
            (queue.remote.clone(), courtesy.leave_until(self.hash, now))
        };
        self.look(look).unwrap_or_default()
    }

    /// The node has given the lock.
    pub(super) fn hold(&self, remote: &Arc<Remote>, now: Instant) {
        self.look(|queue, courtesy| {
            queue.remote = Some(Arc::clone(remote));
            courtesy.got(self.hash, now);
        });
    }

    /// Another server has the lock.
    pub(super) fn refused(&self) {
        self.look(|_, courtesy| courtesy.refused(self.hash, Instant::now()));
    }

    /// The lock is not to be had by anybody here any more.
    pub(super) fn withdraw(&self) {
        let withdrawn = self.look(|queue, _| queue.remote.take());
        // Its drop may have work to do, and that without the shard.
        drop(withdrawn);
    }

    /// Leaves the lock to the next request of this process, unless there is none, or it is the turn of other servers.
    pub(super) fn hand_on(&self) -> bool {
        let now = Instant::now();
        self.look(|queue, courtesy| self.is_handed_on(queue, courtesy, now)).unwrap_or(false)
    }

    /// Takes the lock from here, to be deleted by the caller, who gets its `cas`. None: it is handed on, or being renewed,
    /// and stays.
    pub(super) fn take_for_deletion(&self) -> Option<(Arc<Remote>, u64)> {
        let now = Instant::now();
        let take = |queue: &mut Queue, courtesy: &mut Courtesy| {
            if self.is_handed_on(queue, courtesy, now) {
                return None;
            }
            let cas = queue.remote.as_ref()?.settle_as_it_is()?;
            Some((queue.remote.take()?, cas))
        };
        self.look(take).flatten()
    }

    fn is_handed_on(&self, queue: &Queue, courtesy: &mut Courtesy, now: Instant) -> bool {
        courtesy.done(self.hash, now);
        let next = queue.requests > 1 && courtesy.leave_until(self.hash, now).is_none();
        next && queue.remote.as_ref().is_some_and(|remote| remote.has_time_left())
    }

    /// Leaves: the lock has been deleted on the node.
    pub(super) fn released(mut self) {
        self.is_released = true;
    }

    fn look<T>(&self, look: impl FnOnce(&mut Queue, &mut Courtesy) -> T) -> Option<T> {
        let mut shard = self.locks.places.shard(self.hash);
        let Shard { queues, courtesy } = &mut *shard;
        queues.find_mut(self.hash, |queue| queue.id == self.id).map(|queue| look(queue, courtesy))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let released = self.is_released.then(Instant::now);
        let mut shard = self.locks.places.shard(self.hash);
        if let Some(now) = released {
            shard.courtesy.done(self.hash, now);
        }
        // A lock that was left for requests that did not come goes with its queue, and is deleted by that.
        let mut last = None;
        if let Ok(mut queue) = shard.queues.find_entry(self.hash, |queue| queue.id == self.id) {
            queue.get_mut().requests -= 1;
            if queue.get().requests == 0 {
                last = Some(queue.remove().0);
            }
        }
        drop(shard);
        drop(last);
    }
}
