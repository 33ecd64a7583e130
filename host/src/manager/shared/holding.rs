//! A session in a request's hand.

use std::sync::Arc;

use super::super::engine::Engine;
use super::super::locks::Lease;
use super::super::slot::{Live, Slot};

/// What a request has of its session besides the session: the lock, and its part in what is in memory. Given back
/// when it is dropped, on every path.
pub(in crate::manager) struct Holding {
    engine: Arc<Engine>,
    pub(super) slot: Arc<Slot>,
    pub(super) lease: Option<Lease>,
    /// Whether other requests of this process find it in memory.
    pub(super) is_shared: bool,
}

impl Holding {
    /// A session that this request alone has, with its lock.
    pub(super) fn locked(engine: &Arc<Engine>, slot: Arc<Slot>, lease: Lease) -> Self {
        Self { engine: Arc::clone(engine), slot, lease: Some(lease), is_shared: false }
    }

    /// A session that nobody locks: requests of this process that are under way at the same time have it together.
    pub(super) fn shared(engine: &Arc<Engine>, slot: &Arc<Slot>) -> Self {
        loop {
            let there = engine.sessions.make_room().put(Arc::clone(slot));
            engine.statistics.sessions(engine.sessions.len());
            if let Some(holding) = Self::join(engine, there) {
                return holding;
            }
        }
    }

    /// A part in a session that another request has. None: it is gone already.
    pub(super) fn join(engine: &Arc<Engine>, slot: Arc<Slot>) -> Option<Self> {
        let joined = slot.with(|live| {
            if let Some(origin) = live.origin_mut() {
                origin.users += 1;
            }
        });
        if joined.is_none() {
            engine.forget(&slot);
            return None;
        }
        Some(Self { engine: Arc::clone(engine), slot, lease: None, is_shared: true })
    }

    pub(in crate::manager) fn slot(&self) -> &Arc<Slot> {
        &self.slot
    }

    /// Whether other requests go on with the session when this one is done.
    pub(super) fn has_others(&self) -> bool {
        self.is_shared
            && self.slot.with(|live| live.origin().is_some_and(|origin| origin.users > 1)) == Some(true)
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        if !self.is_shared {
            return;
        }
        let leave = |live: &mut Live| {
            let dirty = live.dirty;
            let Some(origin) = live.origin_mut() else { return (true, false) };
            origin.users = origin.users.saturating_sub(1);
            (origin.users == 0, dirty)
        };
        let (last, dirty) = self.slot.with(leave).unwrap_or((true, false));
        if !last {
            return;
        }
        self.engine.forget(&self.slot);
        if dirty && tokio::runtime::Handle::try_current().is_ok() {
            // Others have left their changes to this request, and it was given up.
            let (engine, slot) = (Arc::clone(&self.engine), Arc::clone(&self.slot));
            self.engine.go_on(async move {
                let (slot, result) = Arc::clone(&engine).store_shared(slot, None, false).await;
                let _ = engine.note_backup(&slot, result);
            });
        }
    }
}
