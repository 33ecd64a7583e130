//! A session was written by somebody else since it was read.

use std::sync::Arc;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::slot::{Live, Slot};
use super::copies::is_placeholder;
use super::merge::merge;
use crate::session::Header;
use crate::store::Item;

impl Engine {
    /// Makes a session ready to be written in the place of what lies under its key now.
    pub(super) async fn reconcile(
        self: &Arc<Self>,
        slot: &Slot,
        there: Option<Item>,
        if_unchanged: bool,
    ) -> Result<(), ManagerError> {
        let Some(item) = there else { return self.reconcile_missing(slot, if_unchanged).await };
        if is_placeholder(&item) || self.graves.holds(&slot.id, &item) {
            return replace(slot, Some(item.cas));
        }
        let (header, document) = self.codec.decode(&slot.id, &item)?;
        if !header.is_valid {
            return Err(ManagerError::Ended { id: slot.id.clone() });
        }
        self.join_theirs(slot, &header, &document, Some(item.cas), if_unchanged)
    }

    /// The key is free, and was not when the session was read: it was ended, or its node has lost it.
    async fn reconcile_missing(
        self: &Arc<Self>,
        slot: &Slot,
        if_unchanged: bool,
    ) -> Result<(), ManagerError> {
        let look = |live: &Live| {
            let origin = live.origin();
            (origin.is_some_and(|origin| origin.cas.is_some()), origin.map_or(0, |origin| origin.incarnation))
        };
        let ended = || ManagerError::Ended { id: slot.id.clone() };
        let (was_there, incarnation) = slot.with(|live| look(live)).ok_or_else(ended)?;
        if !was_there {
            return Ok(());
        }
        match self.survey(&slot.id).await.into_iter().next() {
            Some(newest) => self.join_theirs(slot, &newest.header, &newest.document, None, if_unchanged),
            None if self.incarnation_of(&slot.id) != incarnation => replace(slot, None),
            None => Err(ended()),
        }
    }

    /// Joins what somebody else made of a session with what was made of it here.
    pub(super) fn join_theirs(
        &self,
        slot: &Slot,
        header: &Header,
        theirs: &Arc<[u8]>,
        cas: Option<u64>,
        if_unchanged: bool,
    ) -> Result<(), ManagerError> {
        let ended = || ManagerError::Ended { id: slot.id.clone() };
        let look = |live: &mut Live| {
            let base = live.origin().map(|origin| {
                let is_own = origin.has_written(header.last_backup_time, theirs);
                Arc::clone(if is_own { theirs } else { &origin.base })
            });
            (base.unwrap_or_else(|| Arc::clone(&live.document)), Arc::clone(&live.document))
        };
        let (base, ours) = slot.with(look).ok_or_else(ended)?;
        if if_unchanged && base != *theirs {
            return Err(self.conflict(slot));
        }
        let Some(merged) = merge(&base, &ours, theirs)? else { return Err(self.conflict(slot)) };
        slot.with(|live| {
            if live.document != merged {
                live.document = merged;
                live.pending = None;
                live.version += 1;
                live.wanted = live.version;
            }
            live.last_backup_time = live.last_backup_time.max(header.last_backup_time);
            live.this_accessed_time = live.this_accessed_time.max(header.this_accessed_time);
            if let Some(origin) = live.origin_mut() {
                origin.base = Arc::clone(theirs);
                origin.cas = cas;
            }
        })
        .ok_or_else(ended)
    }
}

fn replace(slot: &Slot, cas: Option<u64>) -> Result<(), ManagerError> {
    let set = |live: &mut Live| {
        if let Some(origin) = live.origin_mut() {
            origin.cas = cas;
        }
    };
    slot.with(set).ok_or_else(|| ManagerError::Ended { id: slot.id.clone() })
}
