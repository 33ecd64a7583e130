//! A session and its copy go to their nodes.

use std::sync::Arc;

use bytes::Bytes;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::locks::{Lease, Release};
use super::super::slot::{Fingerprint, Live, Pending, Replaced, Slot, Was};
use super::Locked;
use crate::config::{LockTimeoutPolicy, LockingMode};
use crate::session::{Expiry, ItemFlags, SessionId};
use crate::store::{CasOutcome, Item, Member, Operation, Store};

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
        let (mut slot, mut lease) = (slot, lease);
        let result = self.store_with(&mut slot, &mut lease, if_unchanged).await;
        if let Some(lease) = lease {
            self.unlock(lease).await;
        }
        (slot, result)
    }

    async fn store_with(
        self: &Arc<Self>,
        slot: &mut Arc<Slot>,
        lease: &mut Option<Lease>,
        if_unchanged: bool,
    ) -> Result<(), ManagerError> {
        let first = Arc::clone(slot);
        let _turn = first.turn.lock().await;
        let started = self.statistics.start();
        let is_locked = lease.is_some();
        for _ in 0..ATTEMPTS {
            if lease.as_ref().is_some_and(|lease| !lease.is_held()) {
                return Err(ManagerError::LockLost { id: slot.id.clone() });
            }
            let writing = self.writing(slot)?;
            let member = self.member_of(&slot.id);
            let alone = member.is_some_and(|member| self.excludes_others(member, &slot.id, lease.as_ref()));
            let written = match member {
                Some(member) if alone => self.write_alone(member, &slot.id, &writing, lease).await,
                Some(member) => self.write_among_others(member, &slot.id, &writing).await,
                None => Err(self.no_node(&slot.id)),
            };
            // Where the copy is written first, it is there even if the session is not.
            if written.is_err() || alone && matches!(written, Ok(Outcome::Other(_))) {
                self.note_attempt(slot, &writing);
            }
            match written {
                Ok(Outcome::Stored) => {
                    self.statistics.count(|numbers| &numbers.backups);
                    self.statistics.record(started, |numbers| &numbers.backup);
                    let replaced = self.note_stored(slot, writing);
                    if !replaced.is_empty() {
                        Box::pin(self.delete_replaced(replaced)).await;
                    }
                    return Ok(());
                }
                Ok(Outcome::Other(there)) => self.reconcile(slot, there, if_unchanged).await?,
                Err(error) if error.node_is_down() || matches!(error, ManagerError::NoNode { .. }) => {
                    // In a box, as it is rare: every backup would carry its size.
                    let moved = Box::pin(self.leave(slot, is_locked, if_unchanged, error)).await?;
                    // The other lock cannot be asked for any more.
                    (*slot, *lease) = moved;
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

    /// Whether nobody else writes a session while this lock is held, as far as the configuration says. The lock of an id
    /// that the session had before does not exclude those who know the new one.
    fn excludes_others(&self, member: &Member, id: &SessionId, lease: Option<&Lease>) -> bool {
        self.settings.locking_mode == LockingMode::All
            && self.settings.lock_timeout_policy == LockTimeoutPolicy::Fail
            && lease.is_some_and(|lease| lease.is_of(id, &member.node))
    }

    /// Both copies, where nobody else writes: the copy first, so that the lock can be released with the session itself. An
    /// answer that says `stored` means that either of two nodes may die.
    async fn write_alone(
        &self,
        member: &Member,
        id: &SessionId,
        writing: &Writing,
        lease: &mut Option<Lease>,
    ) -> Result<Outcome, ManagerError> {
        self.write_copy(member, id, writing).await?;
        let release = match lease.take().map(Lease::release_with_exchange) {
            Some(Ok(release)) => Some(release),
            Some(Err(kept)) => {
                *lease = Some(kept);
                None
            }
            None => None,
        };
        let was_released = release.is_some();
        if self.write_session(member, id, writing, release).await? {
            return Ok(Outcome::Stored);
        }
        if was_released {
            *lease = match self.lock(id, member, Vec::new()).await {
                Ok(Locked::Yes(lease, _)) => Some(lease),
                Ok(Locked::NodeDown(error)) => return Err(error),
                Ok(Locked::No) | Err(ManagerError::Locked { .. }) => {
                    return Err(ManagerError::LockLost { id: id.clone() });
                }
                Err(error) => return Err(error),
            };
        }
        Ok(Outcome::Other(member.node.get(&self.keys.session(id)).await?))
    }

    /// Both copies, where others may write too: a copy must not be newer than the session that somebody else was faster to
    /// write.
    async fn write_among_others(
        &self,
        member: &Member,
        id: &SessionId,
        writing: &Writing,
    ) -> Result<Outcome, ManagerError> {
        if !self.write_session(member, id, writing, None).await? {
            return Ok(Outcome::Other(member.node.get(&self.keys.session(id)).await?));
        }
        self.write_copy(member, id, writing).await?;
        Ok(Outcome::Stored)
    }

    /// False: something else lies there, or nothing any more.
    async fn write_session(
        &self,
        member: &Member,
        id: &SessionId,
        writing: &Writing,
        release: Option<Release>,
    ) -> Result<bool, ManagerError> {
        let started = self.statistics.start();
        self.statistics.record_value(writing.value.len(), |numbers| &numbers.cached_data_size);
        let (key, validity_key) = (self.keys.session(id), self.keys.validity(id));
        let session = writing.session(&key);
        let session = match writing.cas {
            Some(cas) => Operation::CompareAndSet(session, cas),
            None => Operation::Add(session),
        };
        let mut operations = vec![session, Operation::Set(writing.validity_record(&validity_key))];
        operations.extend(release.as_ref().map(Release::operation));
        let mut answers = member.node.exchange(operations).await?;
        let is_stored = match writing.cas {
            Some(_) => answers.outcome()? == CasOutcome::Stored,
            None => answers.added()?.is_some(),
        };
        answers.set()?;
        if let Some(release) = release {
            let was_ours = release.done(answers.outcome()?).await;
            self.note_unlocked(started, was_ours);
        }
        if is_stored {
            self.statistics.record(started, |numbers| &numbers.store_update);
        }
        Ok(is_stored)
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
            let operations = vec![
                Operation::Set(writing.session(&key)),
                Operation::Set(writing.validity_record(&validity_key)),
            ];
            match secondary.node.exchange(operations).await {
                Err(error) if error.node_is_down() => {}
                written => {
                    written?;
                    self.statistics.record(started, |numbers| &numbers.after_backup);
                    return Ok(());
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

    /// What is to be deleted, now that the session is stored.
    fn note_stored(&self, slot: &Slot, writing: Writing) -> Vec<Replaced> {
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
        writing.replaces
    }

    async fn delete_replaced(self: &Arc<Self>, replaced: Vec<Replaced>) {
        for Replaced { id, was } in replaced {
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
        is_locked: bool,
        if_unchanged: bool,
        failure: ManagerError,
    ) -> Result<(Arc<Slot>, Option<Lease>), ManagerError> {
        let node = slot.id.node();
        let Some((target, to)) = self.nodes.successor(node) else { return Err(failure) };
        let id = slot.id.with_node(to);
        let mut lease = None;
        if is_locked {
            match self.lock(&id, target, Vec::new()).await? {
                Locked::Yes(held, _) => lease = Some(held),
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
        Ok((moved, lease))
    }
}

impl Writing {
    fn session<'a>(&self, key: &'a str) -> Store<'a> {
        Store { key, value: self.value.clone(), flags: self.flags, expiry: self.expiry }
    }

    fn validity_record<'a>(&self, key: &'a str) -> Store<'a> {
        validity_record(key, &self.validity, self.interval)
    }
}

/// The validity record of a session with this interval.
pub(super) fn validity_record<'a>(key: &'a str, validity: &Bytes, interval: i32) -> Store<'a> {
    let (value, flags) = (validity.clone(), ItemFlags::VALIDITY.pack());
    Store { key, value, flags, expiry: Expiry::of_validity(interval) }
}
