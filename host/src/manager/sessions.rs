//! The sessions in memory, by id.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::slot::Slot;
use crate::session::SessionId;

/// Parts of the map with a lock each. Many, so that they seldom meet and each is enlarged in little time.
const SHARDS: usize = 64;

/// Slots by the id that stands in them: a map with keys of its own would have every id twice.
type Shard = RwLock<HashTable<Arc<Slot>>>;

/// All slots. Nobody who holds a slot's state may call anything here: the order is map, then state.
pub(super) struct Sessions {
    /// Keyed: ids come from clients, who must not be able to choose where they go.
    hasher: RandomState,
    shards: [Shard; SHARDS],
    /// Beside the map, because a place has to be had before the session is put there.
    count: AtomicUsize,
    limit: AtomicUsize,
}

/// A place for one more session; given back when it is dropped unused.
pub(super) struct Place<'a> {
    sessions: &'a Sessions,
    taken: bool,
}

impl Sessions {
    pub(super) fn new(limit: Option<u32>) -> Self {
        Self {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Shard::default()),
            count: AtomicUsize::new(0),
            limit: AtomicUsize::new(as_count(limit)),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    pub(super) fn set_limit(&self, limit: Option<u32>) {
        self.limit.store(as_count(limit), Ordering::Relaxed);
    }

    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.limit()
    }

    pub(super) fn get(&self, id: &SessionId) -> Option<Arc<Slot>> {
        let hash = self.hasher.hash_one(id);
        read(self.shard(hash)).find(hash, |slot| slot.id == *id).map(Arc::clone)
    }

    /// Room for one more session, if `maxActiveSessions` leaves any.
    pub(super) fn reserve(&self) -> Option<Place<'_>> {
        let limit = self.limit();
        let more = |count: usize| (count < limit).then_some(count + 1);
        self.count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .ok()
            .map(|_| Place { sessions: self, taken: false })
    }

    /// Room for a session that exists already: limits are for new ones.
    pub(super) fn make_room(&self) -> Place<'_> {
        self.count.fetch_add(1, Ordering::Relaxed);
        Place { sessions: self, taken: false }
    }

    /// Takes the slot out, if it is still the one under its id.
    pub(super) fn remove(&self, slot: &Arc<Slot>) -> bool {
        let hash = self.hasher.hash_one(&slot.id);
        let removed = match write(self.shard(hash)).find_entry(hash, |there| Arc::ptr_eq(there, slot)) {
            Ok(there) => {
                there.remove();
                true
            }
            Err(_) => false,
        };
        if removed {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        removed
    }

    /// The slots that `wanted` says, which looks at them one by one. Slow: not for a thread that serves requests.
    pub(super) fn collect(&self, wanted: impl Fn(&Arc<Slot>) -> bool) -> Vec<Arc<Slot>> {
        let mut found = Vec::new();
        for shard in &self.shards {
            found.extend(read(shard).iter().filter(|slot| wanted(slot)).map(Arc::clone));
        }
        found
    }

    fn shard(&self, hash: u64) -> &Shard {
        // The table uses the highest and the lowest bits.
        let index = (hash >> 32) as usize % SHARDS;
        let [first, ..] = &self.shards;
        self.shards.get(index).unwrap_or(first)
    }
}

impl Place<'_> {
    /// Puts a session there, unless there is one of its id already: then that one is given back.
    pub(super) fn put(mut self, slot: Arc<Slot>) -> Arc<Slot> {
        let hasher = &self.sessions.hasher;
        let hash = hasher.hash_one(&slot.id);
        let mut shard = write(self.sessions.shard(hash));
        match shard.entry(hash, |there| there.id == slot.id, |there| hasher.hash_one(&there.id)) {
            Entry::Occupied(there) => Arc::clone(there.get()),
            Entry::Vacant(room) => {
                room.insert(Arc::clone(&slot));
                self.taken = true;
                slot
            }
        }
    }
}

impl Place<'_> {
    /// Puts a session there, whatever was under its id.
    pub(super) fn put_over(mut self, slot: Arc<Slot>) {
        let hasher = &self.sessions.hasher;
        let hash = hasher.hash_one(&slot.id);
        let mut shard = write(self.sessions.shard(hash));
        match shard.entry(hash, |there| there.id == slot.id, |there| hasher.hash_one(&there.id)) {
            Entry::Occupied(mut there) => *there.get_mut() = slot,
            Entry::Vacant(room) => {
                room.insert(slot);
                self.taken = true;
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.taken {
            self.sessions.count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn as_count(limit: Option<u32>) -> usize {
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Nothing that is done under the locks can panic half way.
fn read(shard: &Shard) -> RwLockReadGuard<'_, HashTable<Arc<Slot>>> {
    shard.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(shard: &Shard) -> RwLockWriteGuard<'_, HashTable<Arc<Slot>>> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::slot::Live;
    use super::*;

    fn slot(id: &str) -> Arc<Slot> {
        let document: Arc<[u8]> = Arc::from(&b""[..]);
        Slot::new(SessionId::parse(id).unwrap(), Live::new(document, 1800, 0))
    }

    #[test]
    fn a_place_is_had_before_it_is_used_and_given_back_if_it_is_not() {
        let sessions = Sessions::new(Some(1));
        let place = sessions.reserve().unwrap();
        assert!(sessions.reserve().is_none());
        drop(place);
        let first = sessions.reserve().unwrap().put(slot("a-n1"));
        assert!(sessions.reserve().is_none());
        assert!(sessions.remove(&first));
        assert_eq!(sessions.len(), 0);
    }

    #[test]
    fn of_two_with_one_id_the_first_stays() {
        let sessions = Sessions::new(None);
        let first = sessions.make_room().put(slot("a-n1"));
        let second = slot("a-n1");
        assert!(Arc::ptr_eq(&sessions.make_room().put(Arc::clone(&second)), &first));
        assert_eq!(sessions.len(), 1);
        assert!(!sessions.remove(&second));
        assert!(Arc::ptr_eq(&sessions.get(&first.id).unwrap(), &first));
    }
}
