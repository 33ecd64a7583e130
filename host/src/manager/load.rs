//! Finding the session of an id: in memory, or on its node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use super::engine::Engine;
use super::error::ManagerError;
use super::slot::{Fingerprint, Live, Replaced, Slot, State, Was, Why, header_is_valid_at, log_name};
use crate::session::{Header, SessionId};

/// What a load gives.
type Found = Result<Option<Arc<Slot>>, ManagerError>;

/// Loads that are under way, by the id that was asked for: requests that come at the same time share one.
#[derive(Default)]
pub(super) struct Loads(Mutex<HashMap<SessionId, Arc<OnceCell<Found>>>>);

/// What became of a session that is in memory.
enum Here {
    Alive(Arc<Slot>),
    Expired,
    /// It was invalidated, or has another id.
    Ended,
}

/// A request's part in a load.
struct Share<'a> {
    loads: &'a Loads,
    id: &'a SessionId,
    cell: Arc<OnceCell<Found>>,
}

impl Loads {
    fn join<'a>(&'a self, id: &'a SessionId) -> Share<'a> {
        let cell = Arc::clone(self.lock().entry(id.clone()).or_default());
        Share { loads: self, id, cell }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<OnceCell<Found>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut loads = self.loads.lock();
        let ours = loads.get(self.id).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // The result is for those who are here now. If it is not there yet the others need it; the last one, given up
        // like all before it, takes it away.
        if ours && (self.cell.initialized() || Arc::strong_count(&self.cell) <= 2) {
            loads.remove(self.id);
        }
    }
}

impl Engine {
    /// The session that a client means by an id. It is the one of another id where another server had it before.
    pub(super) async fn find(self: &Arc<Self>, asked: &SessionId) -> Found {
        let here = if asked.jvm_route() == self.settings.jvm_route.as_deref() {
            match self.sessions.get(asked).map(|slot| self.alive(slot)) {
                Some(Here::Alive(slot)) => return Ok(Some(slot)),
                Some(Here::Ended) => return Ok(None),
                // Another server may have gone on with it.
                Some(Here::Expired) | None => None,
            }
        } else {
            let here = self.local_of(asked);
            // Taken over and not stored yet: what the node has is older.
            let newer = |live: &mut Live| live.replaces().iter().any(|replaced| replaced.id == *asked);
            if here.as_ref().and_then(|slot| slot.with(newer)) == Some(true) {
                return Ok(here);
            }
            here
        };
        // Its node was not available, and the client has not heard of the new id yet.
        if let Some(slot) = self.relocated.get(asked)
            && let Here::Alive(slot) = self.alive(slot)
        {
            return Ok(Some(slot));
        }
        // Where a session is here that went away, the other server is asked each time: it may be on its way back.
        if self.member_of(asked).is_none() || here.is_none() && self.missing.contains(asked) {
            return Ok(here);
        }
        let share = self.loads.join(asked);
        share.cell.get_or_init(|| self.load(asked)).await.clone()
    }

    /// A local session, unless its time is over.
    fn alive(self: &Arc<Self>, slot: Arc<Slot>) -> Here {
        let now_ms = self.clock.now_ms();
        let mut slot = slot;
        loop {
            let next = match &*slot.lock() {
                State::Live(live) if live.is_valid_at(now_ms) => None,
                State::Live(_) => break,
                State::Moved(there, Why::Relocated) => Some(Arc::clone(there)),
                State::Moved(_, Why::Renewed) | State::Ended => return Here::Ended,
            };
            match next {
                None => return Here::Alive(slot),
                Some(next) => slot = next,
            }
        }
        self.expire(&slot);
        Here::Expired
    }

    /// The id that a session of `asked` has at this server.
    pub(super) fn own_id(&self, asked: &SessionId) -> SessionId {
        asked.with_jvm_route(self.settings.jvm_route.as_deref())
    }

    /// The local session of an id that another server gave out, whatever that server did since. It may have left the
    /// node of that id.
    pub(super) fn local_of(self: &Arc<Self>, asked: &SessionId) -> Option<Arc<Slot>> {
        let own = self.own_id(asked);
        match self.alive(self.sessions.get(&own).or_else(|| self.relocated.get(&own))?) {
            Here::Alive(slot) => Some(slot),
            Here::Expired | Here::Ended => None,
        }
    }

    async fn load(self: &Arc<Self>, asked: &SessionId) -> Found {
        let own = self.own_id(asked);
        if let Some(stored) = self.read(asked).await? {
            return if own == *asked {
                Ok(self.adopt(&own, stored))
            } else {
                let there = self.local_of(asked).map(|slot| slot.id.clone());
                self.take_over(asked, &there.unwrap_or_else(|| self.for_good(own)), &stored)
            };
        }
        self.missing.insert(asked.clone());
        if own == *asked {
            return Ok(None);
        }
        // Somebody has taken it over already: this server, and the client did not hear of it.
        if let Some(slot) = self.local_of(asked) {
            return Ok(Some(slot));
        }
        Ok(self.read(&own).await?.and_then(|stored| self.adopt(&own, stored)))
    }

    /// What the session's node has of it. None: nothing, or nothing that is alive.
    async fn read(&self, id: &SessionId) -> Result<Option<Stored>, ManagerError> {
        let Some(member) = self.member_of(id) else { return Ok(None) };
        let started = self.statistics.start();
        let Some(item) = member.node.get(&self.keys.session(id)).await? else { return Ok(None) };
        if self.graves.holds(id, &item) {
            return Ok(None);
        }
        let (header, document) = self.codec.decode(id, &item).inspect_err(|error| {
            self.statistics.count(|numbers| &numbers.load_failures);
            tracing::warn!(session = log_name(id), %error, "a stored session was not read; it is kept");
        })?;
        self.statistics.count(|numbers| &numbers.sessions_loaded);
        self.statistics.record(started, |numbers| &numbers.load);
        let alive = header_is_valid_at(&header, self.clock.now_ms());
        Ok(alive.then_some(Stored { header, document, cas: item.cas }))
    }

    /// Puts a session into memory that was stored under its own id.
    fn adopt(&self, id: &SessionId, stored: Stored) -> Option<Arc<Slot>> {
        // A DELETE may have come while the node was being read.
        if self.missing.contains(id) {
            return None;
        }
        let print = self.stored_print(&stored);
        let slot = Slot::new(id.clone(), Live::loaded(stored.header, stored.document, print));
        let slot = self.sessions.make_room().put(slot);
        self.statistics.sessions(self.sessions.len());
        Some(slot)
    }

    /// Makes another server's session one of this server: what the node has is newer than what may be here since the
    /// session went away.
    fn take_over(&self, asked: &SessionId, own: &SessionId, stored: &Stored) -> Found {
        let replaced = Replaced { id: asked.clone(), was: Was::Theirs { cas: stored.cas } };
        loop {
            if let Some(slot) = self.sessions.get(own) {
                let known = slot.with(|live| {
                    if !live.replaces().iter().any(|replaced| replaced.id == *asked) {
                        live.become_loaded(&stored.header, &stored.document);
                        live.add_replaced(replaced.clone());
                    }
                });
                match known {
                    Some(()) => return Ok(Some(self.taken(slot, asked))),
                    None => self.forget(&slot),
                }
            }
            let Some(place) = self.sessions.reserve() else { return Err(self.too_many()) };
            let mut live = Live::loaded(stored.header.clone(), Arc::clone(&stored.document), None);
            live.dirty = true;
            live.add_replaced(replaced.clone());
            let slot = Slot::new(own.clone(), live);
            if Arc::ptr_eq(&place.put(Arc::clone(&slot)), &slot) {
                return Ok(Some(self.taken(slot, asked)));
            }
        }
    }

    fn taken(&self, slot: Arc<Slot>, from: &SessionId) -> Arc<Slot> {
        let own = self.own_id(from);
        if slot.id != own {
            self.relocated.insert(own, &slot);
        }
        self.statistics.count(|numbers| &numbers.tomcat_failovers);
        self.statistics.sessions(self.sessions.len());
        tracing::debug!(session = slot.log_name(), from = from.jvm_route(), "taken over");
        slot
    }

    fn stored_print(&self, stored: &Stored) -> Option<Fingerprint> {
        self.codec.stored_part(&stored.document).ok().map(|part| Fingerprint::of(&part))
    }
}

/// A session as its node has it.
struct Stored {
    header: Header,
    document: Arc<[u8]>,
    cas: u64,
}
