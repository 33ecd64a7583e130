//! A request's changes become the session.
//!
//! They are serialized before they count, so that a request learns at once of a value that cannot be stored, whether
//! it waits for the node or not.

use std::sync::Arc;

use super::engine::Engine;
use super::error::ManagerError;
use super::slot::{Fingerprint, Live, Pending, Slot, State, Was, Why};
use super::view::Session;
use super::work::{Content, Work};

/// What became of a request's changes in memory.
pub(super) struct Committed {
    /// Where the session is now.
    pub(super) slot: Arc<Slot>,
    /// What it is with the changes.
    pub(super) session: Session,
    /// Whether something has to be stored.
    pub(super) dirty: bool,
}

/// How a request's changes are made.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// Only if nobody else has changed the session since the request looked at it.
    pub(super) if_unchanged: bool,
    /// The session gets a new id with it.
    pub(super) renew: bool,
}

impl Engine {
    /// Makes a request's changes to its session.
    pub(super) fn commit(&self, slot: &Arc<Slot>, work: &Work, how: How) -> Result<Committed, ManagerError> {
        let ended = || ManagerError::Ended { id: slot.id.clone() };
        loop {
            // It may have left its node since the request began.
            let slot = &slot.latest();
            // Somebody may change the session while this thread has the serializer at work; then it begins again.
            let look = |live: &mut Live| (Content::of(live), live.stored_print.filter(|_| !live.dirty));
            let (now, stored_print) = slot.with(look).ok_or_else(ended)?;
            if how.if_unchanged && now.version != work.version() {
                return Err(self.conflict(slot));
            }
            let next = work.applied_to(&now)?;
            let part = self.codec.stored_part(&next.document)?;
            let print = Fingerprint::of(&part);
            let forced = how.renew || next.max_inactive_interval != now.max_inactive_interval;
            let pending = if forced || stored_print != Some(print) {
                Some(Box::new(Pending { bytes: self.codec.serialize(&part)?, print }))
            } else {
                None
            };
            if let Some(committed) = self.install(slot, now.version, next, pending, how.renew)? {
                return Ok(committed);
            }
        }
    }

    /// None: the session is no longer at `version`.
    fn install(
        &self,
        slot: &Arc<Slot>,
        version: u64,
        next: Content,
        pending: Option<Box<Pending>>,
        renew: bool,
    ) -> Result<Option<Committed>, ManagerError> {
        let mut state = slot.lock();
        let live = match &mut *state {
            State::Live(live) => live,
            State::Moved(_, Why::Relocated) => return Ok(None),
            State::Moved(_, Why::Renewed) | State::Ended => {
                return Err(ManagerError::Ended { id: slot.id.clone() });
            }
        };
        if live.version != version {
            return Ok(None);
        }
        live.version += 1;
        live.document = next.document;
        live.max_inactive_interval = next.max_inactive_interval;
        if let Some(pending) = pending {
            live.pending = Some(pending);
            live.wanted = live.version;
            live.dirty = true;
        }
        if !renew {
            let session = Session::of(&slot.id, live);
            return Ok(Some(Committed { slot: Arc::clone(slot), session, dirty: live.dirty }));
        }
        let live = live.moved(slot, Was::Ours(Arc::clone(slot)));
        let id = self.new_id();
        let session = Session::of(&id, &live);
        let moved = Slot::new(id, live);
        *state = State::Moved(Arc::clone(&moved), Why::Renewed);
        drop(state);
        // The old slot stays as long as its key does: it says that what lies there is no session any more.
        self.sessions.make_room().put(Arc::clone(&moved));
        Ok(Some(Committed { slot: moved, session, dirty: true }))
    }
}
