//! The end of a request.

use std::sync::Arc;

use super::super::commit::How;
use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::finish::{Backup, Finished};
use super::super::slot::{Fingerprint, Live, Origin, Pending, Slot};
use super::super::view::Session;
use super::super::work::Work;
use super::Holding;
use crate::config::LockingMode;

impl Engine {
    /// Ends a request that has looked at its session.
    pub(in crate::manager) async fn finish_shared(
        self: &Arc<Self>,
        holding: Holding,
        session: Session,
        work: &Work,
        how: How,
        stored_part_touched: bool,
        request: &str,
    ) -> Result<Finished, ManagerError> {
        let mut holding = holding;
        let (session, dirty) = if work.is_empty() && !how.renew {
            let dirty = holding.slot.with(|live| live.dirty).unwrap_or(false);
            (session, dirty)
        } else {
            let before = Arc::clone(&holding.slot);
            let committed = self.commit(&before, work, how).inspect_err(|error| self.count_refused(error))?;
            if how.renew {
                // Its node has it under the new id as soon as it is stored; memory keeps nothing.
                self.forget(&committed.slot);
                self.forget(&before);
                holding.is_shared = false;
                holding.slot = committed.slot;
            }
            (committed.session, committed.dirty)
        };
        self.learn(request, dirty);
        if dirty && holding.has_others() {
            // The last of them stores it.
            return Ok(Finished::new(Some(session), Backup::Skipped));
        }
        if dirty || self.has_to_be_stored(&holding.slot) {
            let (slot, stored) = self.back_up_shared(holding, how.if_unchanged).await?;
            let stored = match stored {
                Ok(Backup::Stored) if !dirty => Ok(Backup::Unchanged),
                stored => stored,
            };
            // What another server has changed meanwhile is in it now.
            let session = match slot {
                Some(slot) => {
                    slot.with(|live| Session::of(&slot.id, live)).unwrap_or_else(|| session.under(&slot.id))
                }
                None => session,
            };
            return Ok(Finished::after(Some(session), stored));
        }
        self.keep(holding).await?;
        if stored_part_touched {
            self.statistics.count(|numbers| &numbers.no_session_modification);
            return Ok(Finished::new(Some(session), Backup::Unchanged));
        }
        self.statistics.count(|numbers| &numbers.no_attributes_access);
        Ok(Finished::new(Some(session), Backup::Skipped))
    }

    /// Ends a request that has made a session.
    pub(in crate::manager) async fn finish_new_shared(
        self: &Arc<Self>,
        session: Session,
        work: &Work,
    ) -> Result<Finished, ManagerError> {
        let document = work.document()?;
        let part = self.codec.stored_part(&document)?;
        let bytes = self.codec.serialize(&part).inspect_err(|error| self.count_refused(error))?;
        let base = Arc::clone(&self.empty);
        let mut live = Live::new(document, work.max_inactive_interval(), session.creation_time);
        live.pending = Some(Box::new(Pending { bytes, print: Fingerprint::of(&part) }));
        live.set_origin(Origin {
            base,
            cas: None,
            forced: true,
            users: 0,
            incarnation: 0,
            attempts: Vec::new(),
        });
        let session = Session::of(&session.id, &live);
        let slot = Slot::new(session.id.clone(), live);
        self.statistics.count(|numbers| &numbers.sessions_created);
        let (slot, stored) = self.back_up_shared(Holding::shared(self, &slot), false).await?;
        let session = slot.map_or(session.clone(), |slot| session.under(&slot.id));
        Ok(Finished::after(Some(session), stored))
    }

    /// Ends a request that has found its session and not looked at it.
    pub(in crate::manager) async fn finish_unseen(self: &Arc<Self>, holding: Holding, request: &str) {
        let started = self.statistics.start();
        self.learn(request, false);
        // Nothing depends on it: the session was there a moment ago.
        let _ = self.keep(holding).await;
        self.statistics.record(started, |numbers| &numbers.on_backup_without_loaded_session);
    }

    /// Ends a request that has ended its session.
    pub(in crate::manager) async fn finish_ended(
        self: &Arc<Self>,
        holding: Option<Holding>,
        slot: &Arc<Slot>,
        only: Option<u64>,
    ) -> Result<Finished, ManagerError> {
        let finished = self.end_shared(slot, only).await;
        if let Some(lease) = holding.and_then(|mut holding| holding.lease.take()) {
            self.unlock(lease).await;
        }
        finished
    }

    /// Whether a session is stored though nothing of it was changed: it was restored from a copy, or what its node has
    /// says that it was last used an interval ago.
    fn has_to_be_stored(&self, slot: &Slot) -> bool {
        let now_ms = self.clock.now_ms();
        let look = |live: &mut Live| {
            let age_ms = now_ms.saturating_sub(live.last_backup_time);
            let interval_ms = i64::from(live.max_inactive_interval).saturating_mul(1000);
            live.origin().is_some_and(|origin| origin.forced) || (interval_ms > 0 && age_ms >= interval_ms)
        };
        slot.with(look) == Some(true)
    }

    fn learn(&self, request: &str, modifying: bool) {
        if self.settings.locking_mode != LockingMode::Auto {
            return;
        }
        if modifying {
            self.learned.observed_modifying(request);
        } else {
            self.learned.observed_read_only(request);
        }
    }

    /// Keeps a session alive, and stores it again where a node has lost it.
    async fn keep(self: &Arc<Self>, holding: Holding) -> Result<(), ManagerError> {
        if holding.slot.with(|live| live.accessed) == Some(true)
            && !self.keep_alive(&holding.slot).await.unwrap_or(true)
        {
            self.back_up_shared(holding, false).await?.1?;
            return Ok(());
        }
        let mut holding = holding;
        if let Some(lease) = holding.lease.take() {
            self.unlock(lease).await;
        }
        Ok(())
    }

    /// Has a session stored, now or soon, and its lock given back then. An error: somebody else has changed it, and the
    /// change was not made.
    #[allow(clippy::type_complexity, reason = "two ways of failing: the change, and the storing of it")]
    async fn back_up_shared(
        self: &Arc<Self>,
        holding: Holding,
        if_unchanged: bool,
    ) -> Result<(Option<Arc<Slot>>, Result<Backup, ManagerError>), ManagerError> {
        let engine = Arc::clone(self);
        let mut holding = holding;
        let work = async move {
            let lease = holding.lease.take();
            let (slot, result) =
                Arc::clone(&engine).store_shared(Arc::clone(&holding.slot), lease, if_unchanged).await;
            if result.as_ref().is_err_and(ManagerError::refuses_change) {
                // What could not be joined is dropped: it must not be written by whoever comes after.
                holding.slot.with(|live| live.dirty = false);
                return (slot, result);
            }
            let result = engine.note_backup(&slot, result);
            drop(holding);
            (slot, result)
        };
        if self.settings.backup_async && !self.is_stopped() {
            self.go_on(work);
            return Ok((None, Ok(Backup::Queued)));
        }
        let limit = self.settings.backup_timeout;
        match self.in_time(limit, work).await {
            Some((_, Err(error))) if error.refuses_change() => Err(error),
            Some((slot, result)) => Ok((Some(slot), result.map(|()| Backup::Stored))),
            None => {
                self.statistics.count(|numbers| &numbers.backup_failures);
                Ok((None, Err(ManagerError::BackupTimeout { after: limit })))
            }
        }
    }
}
