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
    ids: Mutex<HashMap<SessionId, What>>,
    /// Nearly always 0, so that nearly nobody takes the lock.
    count: AtomicUsize,
}

/// Which value is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Any.
    Whatever,
    /// The one with this cas: another server may have stored a live one since.
    This(u64),
    /// What was stored before this time, in ms since the epoch: the session has left the node, and may come back.
    Before(i64),
}

impl Graves {
    pub(super) fn insert(&self, id: SessionId, what: What) {
        let mut ids = self.lock();
        ids.insert(id, what);
        self.count.store(ids.len(), Ordering::Relaxed);
    }

    pub(super) fn remove(&self, id: &SessionId) {
        let mut ids = self.lock();
        ids.remove(id);
        self.count.store(ids.len(), Ordering::Relaxed);
    }

    /// Whether the value that lies there is dead.
    pub(super) fn holds(&self, id: &SessionId, item: &Item) -> bool {
        self.count.load(Ordering::Relaxed) > 0
            && match self.lock().get(id) {
                None => false,
                Some(What::Whatever) => true,
                Some(What::This(dead)) => *dead == item.cas,
                Some(What::Before(time_ms)) => was_stored_before(item, *time_ms),
            }
    }

    pub(super) fn all(&self) -> Vec<(SessionId, What)> {
        self.lock().iter().map(|(id, what)| (id.clone(), *what)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, What>> {
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
        graves.remove(&ours);
        assert!(!graves.holds(&ours, &item(1)));
    }
}
