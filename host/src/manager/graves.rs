//! Keys of sessions that are no more, which a node could not be brought to delete.
//!
//! Until it does, what lies there is no session: who has logged out must not be logged in again because a node did not
//! answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::session::{Envelope, SessionId};
use crate::store::Item;

/// The keys, by session.
#[derive(Default)]
pub(super) struct Graves {
    ids: Mutex<HashMap<SessionId, Grave>>,
    /// Nearly always 0, so that nearly nobody takes the lock.
    count: AtomicUsize,
}

/// A dead key.
#[derive(Debug, Clone, Copy)]
struct Grave {
    what: What,
    /// Its node did not answer once. A write that it was sent before may still be done, and that after the deletion.
    late_writes: bool,
    /// When it was deleted, in ms since the epoch.
    deleted_ms: Option<i64>,
}

/// Which value is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Any.
    Whatever,
    /// The one with this cas: another server may have stored a live one since.
    This(u64),
    /// What was stored before this time, in ms since the epoch: the session has left the node, lives under another id, and
    /// may come back.
    Before(i64),
}

/// For how long a node that did not answer may take to do what it was sent before it froze.
const LATE_WRITES_MS: i64 = 1_000;

impl Graves {
    /// The key is dead, and its node answers as far as anybody knows.
    pub(super) fn insert(&self, id: SessionId, what: What) {
        self.put(id, Grave { what, late_writes: false, deleted_ms: None });
    }

    /// The key is dead, and its node did not answer.
    pub(super) fn insert_unanswered(&self, id: SessionId, what: What) {
        self.put(id, Grave { what, late_writes: true, deleted_ms: None });
    }

    fn put(&self, id: SessionId, grave: Grave) {
        let mut ids = self.lock();
        ids.insert(id, grave);
        self.count.store(ids.len(), Ordering::Relaxed);
    }

    /// The key was deleted. Where a write may come after that, it has to be deleted once more, a little later.
    pub(super) fn deleted(&self, id: &SessionId, now_ms: i64) {
        let mut ids = self.lock();
        if let Some(grave) = ids.get_mut(id).filter(|grave| grave.late_writes) {
            let first = *grave.deleted_ms.get_or_insert(now_ms);
            if now_ms < first.saturating_add(LATE_WRITES_MS) {
                return;
            }
        }
        ids.remove(id);
        self.count.store(ids.len(), Ordering::Relaxed);
    }

    /// Whether the value that lies there is dead.
    pub(super) fn holds(&self, id: &SessionId, item: &Item) -> bool {
        self.death(id, item).is_some()
    }

    /// What is dead under this key, if the value that lies there is.
    pub(super) fn death(&self, id: &SessionId, item: &Item) -> Option<What> {
        if self.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let what = self.lock().get(id).map(|grave| grave.what)?;
        let is_dead = match what {
            What::Whatever => true,
            What::This(dead) => dead == item.cas,
            What::Before(time_ms) => was_stored_before(item, time_ms),
        };
        is_dead.then_some(what)
    }

    pub(super) fn all(&self) -> Vec<(SessionId, What)> {
        self.lock().iter().map(|(id, grave)| (id.clone(), grave.what)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Grave>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a session was stored before a time. Of what is no session nobody knows.
pub(super) fn was_stored_before(item: &Item, time_ms: i64) -> bool {
    Envelope::decode(&item.value).is_ok_and(|envelope| envelope.header.last_backup_time < time_ms)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn item(cas: u64) -> Item {
        Item { value: Bytes::new(), flags: 0, cas }
    }

    #[test]
    fn a_value_is_dead_until_it_is_deleted_or_another_one() {
        let graves = Graves::default();
        let [ours, theirs] = [SessionId::random(), SessionId::random()];
        graves.insert(ours.clone(), What::Whatever);
        graves.insert(theirs.clone(), What::This(7));
        assert!(graves.holds(&ours, &item(1)));
        assert!(graves.holds(&theirs, &item(7)));
        assert!(!graves.holds(&theirs, &item(8)));
        assert_eq!(graves.all().len(), 2);
        graves.deleted(&ours, 0);
        assert!(!graves.holds(&ours, &item(1)));
    }

    #[test]
    fn what_a_silent_node_may_still_write_is_deleted_twice() {
        let graves = Graves::default();
        let id = SessionId::random();
        graves.insert_unanswered(id.clone(), What::Whatever);
        for now_ms in [5_000, 5_999] {
            graves.deleted(&id, now_ms);
            assert!(graves.holds(&id, &item(1)), "{now_ms}");
        }
        graves.deleted(&id, 6_000);
        assert!(!graves.holds(&id, &item(1)));
    }
}
