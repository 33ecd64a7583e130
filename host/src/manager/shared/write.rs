//! A session and its copy go to their nodes.

use std::sync::Arc;

use bytes::Bytes;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::locks::Lease;
use super::super::slot::{Fingerprint, Live, Pending, Replaced, Slot, Was};
use super::Locked;
use crate::config::{LockTimeoutPolicy, LockingMode};
use crate::session::{Expiry, ItemFlags, SessionId};
use crate::store::{CasOutcome, Item, Member, Node, StoreError};

/// How often a session is written anew because somebody else wrote it or its node went away.
const ATTEMPTS: usize = 16;

/// What is written of a session.
struct Writing {
    value: Bytes,
    validity: Bytes,
    flags: u32,
    expiry: Expiry,
    interval: i32,
    cas: Option<u64>,
    print: Fingerprint,
    document: Arc<[u8]>,
    wanted: u64,
    stored_at_ms: i64,
    replaces: Vec<Replaced>,
}

/// How the write of a session's own key ended.
enum Outcome {
    Stored,
    /// This lies there now.
    Other(Option<Item>),
}

impl Engine {
    /// Stores a session and its copy, and gives the lock back. The session may have another id then.
    pub(in crate::manager) async fn store_shared(
        self: Arc<Self>,
        slot: Arc<Slot>,
        lease: Option<Lease>,
        if_unchanged: bool,
    ) -> (Arc<Slot>, Result<(), ManagerError>) {
        let mut slot = slot;
        let mut leases: Vec<_> = lease.into_iter().collect();
        let result = self.store_with(&mut slot, &mut leases, if_unchanged).await;
        for lease in leases {
            self.unlock(lease).await;
        }
        (slot, result)
    }

    async fn store_with(
        self: &Arc<Self>,
        slot: &mut Arc<Slot>,
        leases: &mut Vec<Lease>,
        if_unchanged: bool,
    ) -> Result<(), ManagerError> {
        let first = Arc::clone(slot);
        let _turn = first.turn.lock().await;
        let started = self.statistics.start();
        for _ in 0..ATTEMPTS {
            if leases.iter().any(|lease| !lease.is_held()) {
                return Err(ManagerError::LockLost { id: slot.id.clone() });
            }
            let writing = self.writing(slot)?;
            let alone = !leases.is_empty() && self.everybody_locks();
            let written = match self.member_of(&slot.id) {
                Some(member) => self.write_both(member, &slot.id, &writing, alone).await,
                None => Err(self.no_node(&slot.id)),
            };
            // Where both are written at the same time the copy is there even if the session is not.
            if written.is_err() || alone && matches!(written, Ok(Outcome::Other(_))) {
                self.note_attempt(slot, &writing);
            }
            match written {
                Ok(Outcome::Stored) => {
                    self.statistics.count(|numbers| &numbers.backups);
                    self.statistics.record(started, |numbers| &numbers.backup);
                    self.note_stored(slot, writing).await;
                    return Ok(());
                }
                Ok(Outcome::Other(there)) => self.reconcile(slot, there, if_unchanged).await?,
                Err(error) if error.node_is_down() || matches!(error, ManagerError::NoNode { .. }) => {
                    *slot = self.leave(slot, leases, if_unchanged, error).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(self.conflict(slot))
    }

    /// What is to be written of a session as it is now.
    fn writing(&self, slot: &Slot) -> Result<Writing, ManagerError> {
        let now_ms = self.clock.now_ms();
        let look = |live: &mut Live| {
            // Grows with every write, so that of two copies the newer one is known, whatever the clocks say.
            let stored_at_ms = now_ms.max(live.last_backup_time.saturating_add(1));
            live.accessed = false;
            (
                live.header(&slot.id, stored_at_ms),
                live.pending.take(),
                Arc::clone(&live.document),
                live.origin().and_then(|origin| origin.cas),
                live.wanted,
                live.replaces().to_vec(),
            )
        };
        let (header, pending, document, cas, wanted, replaces) =
            slot.with(look).ok_or_else(|| ManagerError::Ended { id: slot.id.clone() })?;
        let Pending { bytes, print } = match pending {
            Some(pending) => *pending,
            None => {
                let part = self.codec.stored_part(&document)?;
                Pending { bytes: self.codec.serialize(&part)?, print: Fingerprint::of(&part) }
            }
        };
        Ok(Writing {
            value: header.encode(&bytes)?.into(),
            validity: Bytes::copy_from_slice(&header.validity().encode()),
            flags: self.codec.flags(),
            expiry: Expiry::of_shared_session(header.max_inactive_interval),
            interval: header.max_inactive_interval,
            cas,
            print,
            document,
            wanted,
            stored_at_ms: header.last_backup_time,
            replaces,
        })
    }

    /// Whether nobody writes a session without its lock, as far as the configuration says.
    fn everybody_locks(&self) -> bool {
        self.settings.locking_mode == LockingMode::All
            && self.settings.lock_timeout_policy == LockTimeoutPolicy::Fail
    }

    /// Both copies: an answer that says `stored` means that either of two nodes may die. At the same time only where
    /// nobody else writes: a copy must not be newer than the session that somebody else was faster to write.
    async fn write_both(
        &self,
        member: &Member,
        id: &SessionId,
        writing: &Writing,
        alone: bool,
    ) -> Result<Outcome, ManagerError> {
        self.statistics.record_value(writing.value.len(), |numbers| &numbers.cached_data_size);
        if alone {
            let (outcome, copied) =
                tokio::join!(self.write_session(member, id, writing), self.write_copy(member, id, writing));
            let outcome = outcome?;
            copied?;
            return Ok(outcome);
        }
        let outcome = self.write_session(member, id, writing).await?;
        if matches!(outcome, Outcome::Stored) {
            self.write_copy(member, id, writing).await?;
        }
        Ok(outcome)
    }

    async fn write_session(
        &self,
        member: &Member,
        id: &SessionId,
        writing: &Writing,
    ) -> Result<Outcome, ManagerError> {
        let started = self.statistics.start();
        let (key, validity_key) = (self.keys.session(id), self.keys.validity(id));
        let (written, validity) = tokio::join!(
            put(member.node.as_ref(), &key, writing),
            put_validity(member.node.as_ref(), &validity_key, &writing.validity, writing.interval)
        );
        if !written? {
            return Ok(Outcome::Other(member.node.get(&key).await?));
        }
        validity?;
        self.statistics.record(started, |numbers| &numbers.store_update);
        Ok(Outcome::Stored)
    }

    /// The copy goes to the next primary that takes it. Where there is none, nobody can have one.
    async fn write_copy(
        &self,
        member: &Member,
        id: &SessionId,
        writing: &Writing,
    ) -> Result<(), ManagerError> {
        let Some(node) = member.id.as_deref() else { return Ok(()) };
        let started = self.statistics.start();
        let (key, validity_key) = (self.keys.backup(id), self.keys.backup_validity(id));
        for secondary in self.nodes.primaries_after(node).filter(|secondary| secondary.is_available()) {
            let node = secondary.node.as_ref();
            let (copy, validity) = tokio::join!(
                node.set(&key, writing.value.clone(), writing.flags, writing.expiry),
                put_validity(node, &validity_key, &writing.validity, writing.interval)
            );
            match copy.and(validity) {
                Err(error) if error.node_is_down() => {}
                result => {
                    self.statistics.record(started, |numbers| &numbers.after_backup);
                    return Ok(result?);
                }
            }
        }
        Ok(())
    }

    /// A write of which nobody knows what came of it: whoever finds it must not take it for another's.
    fn note_attempt(&self, slot: &Slot, writing: &Writing) {
        slot.with(|live| {
            if let Some(origin) = live.origin_mut() {
                origin.attempts.push((writing.stored_at_ms, Arc::clone(&writing.document)));
            }
        });
    }

    async fn note_stored(self: &Arc<Self>, slot: &Slot, writing: Writing) {
        slot.with(|live| {
            live.dirty &= live.wanted != writing.wanted;
            live.stored_print = Some(writing.print);
            live.last_backup_time = writing.stored_at_ms;
            if let Some(origin) = live.origin_mut() {
                origin.base = writing.document;
                origin.forced = false;
                origin.attempts.clear();
                // Nobody knows it: where others go on with the session, they look first.
                origin.cas = Some(u64::MAX);
            }
            live.drop_replaced(&writing.replaces);
        });
        for Replaced { id, was } in writing.replaces {
            match was {
                Was::Left { at_ms, .. } => self.forget_left(id, at_ms),
                Was::Ours(_) | Was::Theirs { .. } => {
                    let _ = self.delete_shared(&id, None).await;
                }
            }
        }
    }

    /// The session gets an id of another node, because its own does not answer.
    async fn leave(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        leases: &mut Vec<Lease>,
        if_unchanged: bool,
        failure: ManagerError,
    ) -> Result<Arc<Slot>, ManagerError> {
        let node = slot.id.node();
        let Some((target, to)) = self.nodes.successor(node) else { return Err(failure) };
        let id = slot.id.with_node(to);
        if !leases.is_empty() {
            match self.lock(&id, target).await? {
                // The other one cannot be asked for any more.
                Locked::Yes(lease) => *leases = vec![lease],
                Locked::No => {}
                Locked::NodeDown(error) => return Err(error),
            }
        }
        let copies = self.survey(&slot.id).await;
        let there = copies.iter().find(|found| found.id == id).and_then(|found| found.cas);
        let ended = || ManagerError::Ended { id: slot.id.clone() };
        let moved = slot.relocate(to, self.clock.now_ms()).map_err(|_| ended())?;
        let prepare = |live: &mut Live| {
            if let Some(origin) = live.origin_mut() {
                origin.cas = there;
            }
            live.last_backup_time
        };
        let read_at = moved.with(prepare).ok_or_else(ended)?;
        self.statistics.count(|numbers| &numbers.memcached_failovers);
        tracing::info!(session = slot.log_name(), from = node, to, "relocated");
        if let Some(newest) =
            copies.into_iter().next().filter(|newest| newest.header.last_backup_time > read_at)
        {
            self.join_theirs(&moved, &newest.header, &newest.document, there, if_unchanged)?;
        }
        Ok(moved)
    }
}

/// False: something else lies there, or nothing any more.
async fn put(node: &dyn Node, key: &str, writing: &Writing) -> Result<bool, StoreError> {
    let Writing { value, flags, expiry, cas, .. } = writing;
    match cas {
        Some(cas) => {
            let outcome = node.compare_and_set(key, value.clone(), *flags, *expiry, *cas).await?;
            Ok(outcome == CasOutcome::Stored)
        }
        None => Ok(node.add(key, value.clone(), *flags, *expiry).await?.is_some()),
    }
}

/// Writes a validity record of a session with this interval.
pub(super) async fn put_validity(
    node: &dyn Node,
    key: &str,
    validity: &Bytes,
    interval: i32,
) -> Result<(), StoreError> {
    node.set(key, validity.clone(), ItemFlags::VALIDITY.pack(), Expiry::of_validity(interval)).await
}
