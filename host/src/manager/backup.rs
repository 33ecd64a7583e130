//! A session goes to its node.
//!
//! What goes there is always the newest: a backup that waited while others changed the session stores their changes
//! too, and they find theirs stored.

use std::sync::Arc;

use bytes::Bytes;

use super::engine::Engine;
use super::error::ManagerError;
use super::graves::{What, was_stored_before};
use super::slot::{Fingerprint, Pending, Replaced, Slot, State, Was, log_name};
use crate::session::{Expiry, Header, SessionId};

/// What has to be written of a session.
struct Writing {
    wanted: u64,
    header: Header,
    expiry: Expiry,
    attributes: Attributes,
    replaces: Vec<Replaced>,
    now_ms: i64,
    /// Of what the node has now.
    before: Option<Fingerprint>,
}

enum Attributes {
    /// As the serializer has them.
    Serialized(Box<Pending>),
    /// Still to be serialized.
    Document(Arc<[u8]>),
}

/// What a look at a session says about its backup.
enum Need {
    /// It is stored, or has ended.
    Nothing,
    /// It lives elsewhere now.
    Elsewhere(Arc<Slot>),
    Write(Box<Writing>),
}

/// Which sessions are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Those with something that is not stored.
    Dirty,
    /// All, because their times are not stored.
    Always,
}

impl Engine {
    /// Stores a session as it is when its turn has come.
    pub(super) async fn store(self: Arc<Self>, slot: Arc<Slot>, when: When) -> Result<(), ManagerError> {
        let mut slot = slot;
        loop {
            let turn = slot.turn.lock().await;
            let next = match self.need(&slot, when) {
                Need::Nothing => return Ok(()),
                Need::Elsewhere(next) => next,
                Need::Write(writing) => return self.write(&slot, *writing).await,
            };
            drop(turn);
            slot = next;
        }
    }

    fn need(&self, slot: &Slot, when: When) -> Need {
        let now_ms = self.clock.now_ms();
        match &mut *slot.lock() {
            State::Ended => Need::Nothing,
            State::Moved(there, _) => Need::Elsewhere(Arc::clone(there)),
            State::Live(live) if !live.dirty && when == When::Dirty => Need::Nothing,
            State::Live(live) => {
                let idle_ms = now_ms.saturating_sub(live.this_accessed_time);
                let expiry = Expiry::of_sticky_session(
                    live.max_inactive_interval,
                    idle_ms,
                    self.settings.slack_seconds,
                );
                live.accessed = false;
                Need::Write(Box::new(Writing {
                    // From here on until the node has answered nobody knows what it has.
                    before: live.stored_print.take(),
                    wanted: live.wanted,
                    header: live.header(&slot.id, now_ms),
                    expiry,
                    attributes: match live.pending.take() {
                        Some(pending) => Attributes::Serialized(pending),
                        None => Attributes::Document(Arc::clone(&live.document)),
                    },
                    replaces: live.replaces().to_vec(),
                    now_ms,
                }))
            }
        }
    }

    /// Writes, while the caller has the turn.
    async fn write(self: &Arc<Self>, slot: &Slot, writing: Writing) -> Result<(), ManagerError> {
        let Writing { wanted, header, expiry, attributes, replaces, now_ms, before } = writing;
        let started = self.statistics.start();
        let (value, print) = match self.encode(&header, attributes) {
            Ok(encoded) => encoded,
            Err(error) => {
                slot.with(|live| live.stored_print = before);
                return Err(error);
            }
        };
        if let Err(error) = self.set(&slot.id, value, expiry).await {
            // Even what was stored before may be gone.
            slot.with(|live| live.dirty = true);
            return Err(error);
        }
        self.statistics.count(|numbers| &numbers.backups);
        self.statistics.record(started, |numbers| &numbers.backup);
        slot.with(|live| {
            live.dirty &= live.wanted != wanted;
            live.stored_print = Some(print);
            live.last_backup_time = now_ms;
            live.stored_seconds = match expiry {
                Expiry::Never => 0,
                Expiry::Seconds(seconds) => seconds.get(),
            };
        });
        if !replaces.is_empty() {
            self.bury_all(&replaces).await;
            slot.with(|live| live.drop_replaced(&replaces));
        }
        Ok(())
    }

    fn encode(&self, header: &Header, attributes: Attributes) -> Result<(Bytes, Fingerprint), ManagerError> {
        let Pending { bytes, print } = match attributes {
            Attributes::Serialized(pending) => *pending,
            Attributes::Document(document) => {
                let part = self.codec.stored_part(&document)?;
                Pending { bytes: self.codec.serialize(&part)?, print: Fingerprint::of(&part) }
            }
        };
        Ok((header.encode(&bytes)?.into(), print))
    }

    async fn set(&self, id: &SessionId, value: Bytes, expiry: Expiry) -> Result<(), ManagerError> {
        let node = &self.member_of(id).ok_or_else(|| self.no_node(id))?.node;
        self.statistics.record_value(value.len(), |numbers| &numbers.cached_data_size);
        let started = self.statistics.start();
        node.set(&self.keys.session(id), value, self.codec.flags(), expiry).await?;
        self.statistics.record(started, |numbers| &numbers.store_update);
        Ok(())
    }

    /// Deletes the keys that a session had under earlier ids.
    pub(super) async fn bury_all(self: &Arc<Self>, replaced: &[Replaced]) {
        for Replaced { id, was } in replaced {
            let _ = match was {
                Was::Theirs { cas } => self.bury(id, What::This(*cas)).await,
                Was::Ours(slot) => {
                    // A backup of the old id may still be under way, and would bring the key back.
                    let _turn = slot.turn.lock().await;
                    let deleted = self.bury(id, What::Whatever).await;
                    self.missing.insert(id.clone());
                    self.forget(slot);
                    deleted
                }
                Was::Left { slot, at_ms } => {
                    let what = What::Before(*at_ms);
                    self.graves.insert_unanswered(id.clone(), what);
                    let (engine, slot, id) = (Arc::clone(self), Arc::clone(slot), id.clone());
                    // Nobody waits for a node that does not answer, nor for a backup to it that is under way.
                    tokio::spawn(async move {
                        let _turn = slot.turn.lock().await;
                        let _ = engine.bury(&id, what).await;
                    });
                    Ok(())
                }
            };
        }
    }

    /// Deletes a session's key. What cannot be deleted now is remembered as dead, and tried again later.
    pub(super) async fn bury(&self, id: &SessionId, what: What) -> Result<(), ManagerError> {
        let deleted = self.delete_on(id, what).await;
        match &deleted {
            Ok(()) => self.graves.deleted(id, self.clock.now_ms()),
            Err(error) => {
                tracing::debug!(session = log_name(id), %error, "what is no longer a session was not deleted; tried again later");
                self.graves.insert_unanswered(id.clone(), what);
            }
        }
        deleted
    }

    pub(super) async fn delete_on(&self, id: &SessionId, what: What) -> Result<(), ManagerError> {
        let Some(member) = self.member_of(id) else { return Ok(()) };
        let key = self.keys.session(id);
        let started = self.statistics.start();
        match what {
            What::Whatever => {
                member.node.delete(&key).await?;
            }
            What::This(cas) => {
                member.node.delete_if_unchanged(&key, cas).await?;
            }
            What::Before(time_ms) => match member.node.get(&key).await? {
                Some(item) if was_stored_before(&item, time_ms) => {
                    member.node.delete_if_unchanged(&key, item.cas).await?;
                }
                _ => {}
            },
        }
        self.statistics.record(started, |numbers| &numbers.delete);
        Ok(())
    }
}
