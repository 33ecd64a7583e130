//! The end of a request: what it changed is made, and stored if it has to be.

use std::sync::Arc;

use super::commit::How;
use super::engine::Engine;
use super::error::ManagerError;
use super::graves::What;
use super::request::{Held, Request};
use super::slot::{Fingerprint, Live, Pending, Slot, State};
use super::view::Session;
use super::work::Work;

/// What became of the backup at the end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backup {
    /// The node has answered that it has it.
    Stored,
    /// The node has it already.
    Unchanged,
    /// It will be stored soon. No acknowledgement.
    Queued,
    /// There was no reason to look: nothing was accessed, or the request is ignored.
    Skipped,
    /// It was not stored, or not yet. It is kept in memory and tried again.
    Failed,
}

/// How a request ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The session, if there is one now. Its id is the one to give to the client.
    pub session: Option<Session>,
    /// What became of its backup.
    pub backup: Backup,
    /// Why the backup failed, if it did.
    pub failure: Option<ManagerError>,
}

impl Backup {
    /// Whether the session survives this server from now on.
    #[must_use]
    pub fn is_acknowledgement(self) -> bool {
        matches!(self, Self::Stored | Self::Unchanged)
    }
}

impl Finished {
    pub(super) fn new(session: Option<Session>, backup: Backup) -> Self {
        Self { session, backup, failure: None }
    }

    pub(super) fn after(session: Option<Session>, stored: Result<Backup, ManagerError>) -> Self {
        match stored {
            Ok(backup) => Self { session, backup, failure: None },
            Err(failure) => Self { session, backup: Backup::Failed, failure: Some(failure) },
        }
    }
}

impl Request {
    /// Makes the changes, and stores the session if that is due. In synchronous mode this waits for the node, up to
    /// `sessionBackupTimeout`.
    ///
    /// # Errors
    /// The changes could not be made; then none of them was. That a session could not be *stored* is no error: the
    /// change counts here, [`Finished::failure`] says what went wrong, and it is tried again.
    pub async fn finish(self) -> Result<Finished, ManagerError> {
        let engine = Arc::clone(&self.engine);
        let started = engine.statistics.start();
        let result = self.end().await;
        engine.statistics.record(started, |numbers| &numbers.effective_backup);
        result
    }

    async fn end(mut self) -> Result<Finished, ManagerError> {
        let engine = Arc::clone(&self.engine);
        if !self.ignored {
            let with_session = self.id_sent || matches!(self.held, Held::New { .. });
            engine.statistics.count(|numbers| {
                if with_session { &numbers.requests_with_session } else { &numbers.requests_without_session }
            });
        }
        let ended = match self.ending.take() {
            Some((slot, seen)) => {
                let only = self.if_unchanged.then_some(seen);
                Some(if engine.settings.sticky {
                    engine.invalidate(&slot, only).await?
                } else {
                    engine.finish_ended(self.holding.take(), &slot, only).await?
                })
            }
            None => None,
        };
        match self.held {
            Held::None => Ok(ended.unwrap_or(Finished::new(None, Backup::Skipped))),
            Held::Found(_) => {
                if let Some(holding) = self.holding {
                    engine.finish_unseen(holding, &self.request.id).await;
                }
                engine.statistics.count(|numbers| &numbers.no_session_access);
                Ok(Finished::new(None, Backup::Skipped))
            }
            Held::Known { session, .. } if self.ignored => Ok(Finished::new(Some(session), Backup::Skipped)),
            Held::Known { slot, session, work } => {
                let how = How { if_unchanged: self.if_unchanged, renew: self.renew };
                let stored_part_touched = self.stored_part_touched;
                if let Some(holding) = self.holding {
                    let request = &self.request.id;
                    return engine
                        .finish_shared(holding, session, &work, how, stored_part_touched, request)
                        .await;
                }
                engine.finish_known(&slot, session, &work, how, stored_part_touched).await
            }
            Held::New { session, work } if engine.settings.sticky => engine.finish_new(session, &work).await,
            Held::New { session, work } => engine.finish_new_shared(session, &work).await,
        }
    }
}

impl Engine {
    async fn finish_known(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        session: Session,
        work: &Work,
        how: How,
        stored_part_touched: bool,
    ) -> Result<Finished, ManagerError> {
        let (slot, session, dirty) = if work.is_empty() && !how.renew {
            // Whoever ended it meanwhile has seen to the rest.
            let slot = slot.latest();
            let dirty = slot.with(|live| live.dirty).unwrap_or(false);
            let session = session.under(&slot.id);
            (slot, session, dirty)
        } else {
            let committed = self.commit(slot, work, how).inspect_err(|error| self.count_refused(error))?;
            (committed.slot, committed.session, committed.dirty)
        };
        if dirty {
            let (slot, stored) = self.back_up_somewhere(slot).await;
            return Ok(Finished::after(Some(session.under(&slot.id)), stored));
        }
        if stored_part_touched {
            self.statistics.count(|numbers| &numbers.no_session_modification);
            return Ok(Finished::new(Some(session), Backup::Unchanged));
        }
        self.statistics.count(|numbers| &numbers.no_attributes_access);
        Ok(Finished::new(Some(session), Backup::Skipped))
    }

    async fn finish_new(self: &Arc<Self>, session: Session, work: &Work) -> Result<Finished, ManagerError> {
        let document = work.document()?;
        let part = self.codec.stored_part(&document)?;
        let bytes = self.codec.serialize(&part).inspect_err(|error| self.count_refused(error))?;
        let mut live = Live::new(document, work.max_inactive_interval(), session.creation_time);
        live.pending = Some(Box::new(Pending { bytes, print: Fingerprint::of(&part) }));
        let session = Session::of(&session.id, &live);
        let Some(place) = self.sessions.reserve() else { return Err(self.too_many()) };
        let slot = place.put(Slot::new(session.id.clone(), live));
        self.statistics.count(|numbers| &numbers.sessions_created);
        self.statistics.sessions(self.sessions.len());
        let (slot, stored) = self.back_up_somewhere(slot).await;
        Ok(Finished::after(Some(session.under(&slot.id)), stored))
    }

    /// Has a session stored, now or soon; on another node, if its own turns out to be unavailable. The client has not
    /// heard of its id yet, or hears of the new one.
    async fn back_up_somewhere(
        self: &Arc<Self>,
        slot: Arc<Slot>,
    ) -> (Arc<Slot>, Result<Backup, ManagerError>) {
        let mut slot = slot;
        for _ in self.nodes.all() {
            let stored = self.back_up(&slot).await;
            // Another request may have moved it; what is stored is stored there.
            let latest = slot.latest();
            if !stored.as_ref().is_err_and(ManagerError::node_is_down) {
                return (latest, stored);
            }
            let settled = self.settled(latest).await;
            if Arc::ptr_eq(&settled, &slot) {
                return (slot, stored);
            }
            slot = settled;
        }
        let stored = self.back_up(&slot).await;
        (slot, stored)
    }

    /// Has a session stored, now or soon.
    async fn back_up(self: &Arc<Self>, slot: &Arc<Slot>) -> Result<Backup, ManagerError> {
        if !self.settings.enabled {
            return Ok(Backup::Skipped);
        }
        if self.settings.backup_async && !self.is_stopped() {
            let member = self.member_of(&slot.id);
            if member.is_some_and(|member| self.queues.push(member, self, slot)) {
                return Ok(Backup::Queued);
            }
        }
        // Also where the queue is full: whoever fills it faster than the node empties it has to wait.
        self.store_in_time(slot).await.map(|()| Backup::Stored)
    }

    /// Ends a session for good, here and on its node; if it is to be one version of it, only that.
    pub(super) async fn invalidate(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        only: Option<u64>,
    ) -> Result<Finished, ManagerError> {
        let slot = &slot.latest();
        let Some(live) = slot.end_if(|live| only.is_none_or(|version| live.version == version)) else {
            return self.cannot_end(slot);
        };
        // Dead from now on, whatever becomes of the deletion.
        self.graves.insert(slot.id.clone(), What::Whatever);
        self.missing.insert(slot.id.clone());
        self.forget(slot);
        let (engine, slot) = (Arc::clone(self), Arc::clone(slot));
        let limit = self.settings.operation_timeout;
        let deleted = self.in_time(limit, async move {
            // A backup that is under way would bring the key back.
            let _turn = slot.turn.lock().await;
            engine.bury_all(live.replaces()).await;
            engine.bury(&slot.id, What::Whatever).await
        });
        let deleted = deleted.await.unwrap_or(Err(ManagerError::BackupTimeout { after: limit }));
        Ok(Finished::after(None, deleted.map(|()| Backup::Stored)))
    }

    fn cannot_end(&self, slot: &Slot) -> Result<Finished, ManagerError> {
        match &*slot.lock() {
            State::Live(_) => Err(self.conflict(slot)),
            State::Moved(..) => Err(ManagerError::Ended { id: slot.id.clone() }),
            // Somebody else had the same wish, and sees to it.
            State::Ended => Ok(Finished::new(None, Backup::Skipped)),
        }
    }

    /// A change that was refused because it could not be stored is a failed backup too.
    pub(super) fn count_refused(&self, error: &ManagerError) {
        if matches!(error, ManagerError::Unserializable { .. } | ManagerError::Serializer { .. }) {
            self.statistics.count(|numbers| &numbers.backup_failures);
        }
    }

    pub(super) fn conflict(&self, slot: &Slot) -> ManagerError {
        self.statistics.count(|numbers| &numbers.conflicts);
        ManagerError::Conflict { id: slot.id.clone() }
    }

    pub(super) fn too_many(&self) -> ManagerError {
        self.statistics.count(|numbers| &numbers.sessions_rejected);
        ManagerError::TooManySessions { limit: self.sessions.limit() }
    }
}
