//! The sessions in memory, by id.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

use super::slot::Slot;
use crate::session::SessionId;

/// All slots. Nobody who holds a slot's state may call anything here: the order is map, then state.
pub(super) struct Sessions {
    slots: DashMap<SessionId, Arc<Slot>>,
    /// Beside the map, because a place has to be had before the session is put there.
    count: AtomicUsize,
    limit: usize,
}

/// A place for one more session; given back when it is dropped unused.
pub(super) struct Place<'a> {
    sessions: &'a Sessions,
    taken: bool,
}

impl Sessions {
    pub(super) fn new(limit: Option<u32>) -> Self {
        Self {
            slots: DashMap::new(),
            count: AtomicUsize::new(0),
            limit: limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.limit
    }

    pub(super) fn get(&self, id: &SessionId) -> Option<Arc<Slot>> {
        self.slots.get(id).map(|slot| Arc::clone(&slot))
    }

    /// Room for one more session, if `maxActiveSessions` leaves any.
    pub(super) fn reserve(&self) -> Option<Place<'_>> {
        let more = |count: usize| (count < self.limit).then_some(count + 1);
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
        let removed = self.slots.remove_if(&slot.id, |_, there| Arc::ptr_eq(there, slot)).is_some();
        if removed {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        removed
    }

    /// The slots that `wanted` says, which looks at them one by one. Slow: not for a thread that serves requests.
    pub(super) fn collect(&self, wanted: impl Fn(&Arc<Slot>) -> bool) -> Vec<Arc<Slot>> {
        self.slots.iter().filter(|slot| wanted(slot.value())).map(|slot| Arc::clone(&slot)).collect()
    }
}

impl Place<'_> {
    /// Puts a session there, unless there is one of its id already: then that one is given back.
    pub(super) fn put(mut self, slot: Arc<Slot>) -> Arc<Slot> {
        match self.sessions.slots.entry(slot.id.clone()) {
            Entry::Occupied(there) => Arc::clone(there.get()),
            Entry::Vacant(room) => {
                room.insert(Arc::clone(&slot));
                self.taken = true;
                slot
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
