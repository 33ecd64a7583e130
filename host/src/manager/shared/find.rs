//! The session of an id: from its node, or from a copy.

use std::sync::Arc;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::locks::Lease;
use super::super::slot::{Fingerprint, Live, Origin, Replaced, Slot, Was, header_is_valid_at, log_name};
use super::copies::{Found, Primary};
use super::{Holding, Locked};
use crate::session::SessionId;
use crate::store::{Item, Member};

impl Engine {
    /// The session of an id for a request that may change it. The lock is taken first, if the request is to have it.
    pub(in crate::manager) async fn find_shared(
        self: &Arc<Self>,
        asked: &SessionId,
        request: &str,
    ) -> Result<Option<Holding>, ManagerError> {
        let Some(member) = self.member_of(asked) else { return Ok(None) };
        if self.missing.contains(asked) {
            return Ok(None);
        }
        let wants_lock = self.wants_lock(request);
        let mut lease = None;
        let mut items = Vec::new();
        let mut failure = None;
        if wants_lock {
            let reads = vec![self.keys.session(asked), self.keys.validity(asked)];
            match self.lock(asked, member, reads).await? {
                Locked::Yes(held, read) => (lease, items) = (Some(held), read),
                Locked::No => {}
                Locked::NodeDown(error) => failure = Some(error),
            }
        } else if let Some(slot) = self.sessions.get(asked)
            && let Some(holding) = Holding::join(self, slot)
        {
            return Ok(Some(holding));
        }
        let found = match failure {
            None => self.fetch(member, asked, items).await,
            Some(error) => Err(error),
        };
        let slot = match found {
            Err(error) if error.node_is_down() => {
                // In a box, as it is rare: every request would carry its size.
                Box::pin(self.recover(member, asked, wants_lock, &mut lease, error)).await?
            }
            found => found?,
        };
        let Some(slot) = slot else {
            self.missing.insert(asked.clone());
            return Ok(None);
        };
        Ok(Some(match lease {
            Some(lease) => Holding::locked(self, slot, lease),
            None => Holding::shared(self, &slot),
        }))
    }

    /// The session from its node, or from what was read there already; where that does not have it, or may have an old
    /// one, from whoever has the newest.
    async fn fetch(
        self: &Arc<Self>,
        member: &Member,
        asked: &SessionId,
        items: Vec<Option<Item>>,
    ) -> Result<Option<Arc<Slot>>, ManagerError> {
        let primary = self.read_primary(member, asked, items).await?;
        let started = self.statistics.start();
        let slot = match primary {
            Primary::Ended => None,
            Primary::Session(found) if !Self::is_doubtful(member) => self.alive_or_ended(*found),
            Primary::Session(found) => {
                // The node was away: others may have gone on with the session.
                let (copies, ended) = self.survey_since_end(asked).await;
                match copies.into_iter().next() {
                    Some(newest) if newest.version() > found.version() => {
                        let cas = found.cas.filter(|_| newest.id == *asked);
                        Some(self.restored(asked, newest, cas))
                    }
                    // It was ended under another id, while its node was away.
                    _ if ended.is_some_and(|ended| ended >= found.version()) => None,
                    _ => self.alive_or_ended(*found),
                }
            }
            Primary::Nothing => {
                // It may have been started again, empty.
                let newest = self.survey(asked).await.into_iter().next();
                newest.map(|newest| self.restored(asked, newest, None))
            }
        };
        self.statistics.record(started, |numbers| &numbers.after_load);
        Ok(slot)
    }

    /// The session of a node that is not available, from the newest copy, under an id of the next node. That node is
    /// the same for all servers, and there they exclude each other.
    async fn recover(
        self: &Arc<Self>,
        member: &Member,
        asked: &SessionId,
        wants_lock: bool,
        lease: &mut Option<Lease>,
        failure: ManagerError,
    ) -> Result<Option<Arc<Slot>>, ManagerError> {
        let node = member.id.as_deref();
        let Some((target, to)) = self.nodes.successor(node) else { return Err(failure) };
        let id = asked.with_node(to);
        if wants_lock {
            *lease = match self.lock(&id, target, Vec::new()).await? {
                Locked::Yes(held, _) => Some(held),
                Locked::No => None,
                Locked::NodeDown(error) => return Err(error),
            };
        }
        let copies = self.survey(asked).await;
        // What lies under the new id already is replaced, if it is older.
        let there = copies.iter().find(|found| found.id == id).and_then(|found| found.cas);
        let Some(newest) = copies.into_iter().next() else {
            let others_are_down =
                self.nodes.primaries().any(|other| other.id.as_deref() != node && !other.is_available());
            // Nobody knows what those have.
            return if others_are_down { Err(failure) } else { Ok(None) };
        };
        if newest.cas.is_some() && newest.id == id {
            return Ok(self.alive_or_ended(newest));
        }
        self.statistics.count(|numbers| &numbers.memcached_failovers);
        tracing::info!(session = log_name(asked), from = node, to, "recovered from a copy");
        let slot = self.slot_of(&id, newest, there, true);
        let left = Was::Left { slot: Arc::clone(&slot), at_ms: self.clock.now_ms() };
        slot.with(|live| live.add_replaced(Replaced { id: asked.clone(), was: left }));
        Ok(Some(slot))
    }

    /// A session that its node did not have, or had in an older form: written there again at the end of the request.
    /// One that lives under another id by now keeps that.
    fn restored(&self, asked: &SessionId, newest: Found, cas: Option<u64>) -> Arc<Slot> {
        if newest.cas.is_some() {
            return self.slot_as_found(newest);
        }
        self.statistics.count(|numbers| &numbers.ping_failed);
        tracing::info!(session = log_name(asked), "its node has lost it; restored from a copy");
        self.slot_of(asked, newest, cas, true)
    }

    fn alive_or_ended(self: &Arc<Self>, found: Found) -> Option<Arc<Slot>> {
        if header_is_valid_at(&found.header, self.clock.now_ms()) {
            return Some(self.slot_as_found(found));
        }
        self.statistics.count(|numbers| &numbers.sessions_expired);
        let (engine, id) = (Arc::clone(self), found.id);
        self.go_on(async move {
            let _ = engine.delete_shared(&id, found.cas).await;
        });
        None
    }

    fn slot_as_found(&self, found: Found) -> Arc<Slot> {
        let (id, cas) = (found.id.clone(), found.cas);
        self.slot_of(&id, found, cas, false)
    }

    fn slot_of(&self, id: &SessionId, found: Found, cas: Option<u64>, forced: bool) -> Arc<Slot> {
        let print = self.codec.stored_part(&found.document).ok().map(|part| Fingerprint::of(&part));
        let base = Arc::clone(&found.document);
        let mut live = Live::loaded(found.header, found.document, print);
        let incarnation = self.incarnation_of(id);
        live.set_origin(Origin { base, cas, forced, users: 0, incarnation, attempts: Vec::new() });
        Slot::new(id.clone(), live)
    }

    /// How often the node of a session was seen to have lost what it had.
    pub(super) fn incarnation_of(&self, id: &SessionId) -> u64 {
        let verdict = self.member_of(id).and_then(|member| member.node.verdict());
        verdict.map_or(0, |verdict| verdict.borrow().incarnation)
    }
}
