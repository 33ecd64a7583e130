//! A session leaves a node that is not available.
//!
//! Its id names the node, so it gets another id. The client hears of that with the answer; requests that it has sent
//! before still come with the old one, and find the session all the same.

use std::sync::{Arc, Weak};
use std::time::Duration;

use moka::sync::Cache;

use super::engine::Engine;
use super::slot::Slot;
use crate::session::SessionId;
use crate::store::Member;

/// For how long a client may take to hear of a new id.
const REMEMBERED: Duration = Duration::from_secs(600);
const REMEMBERED_IDS: u64 = 100_000;

/// Old ids of sessions that have left their nodes.
pub(super) struct Relocated(Cache<SessionId, Weak<Slot>>);

impl Default for Relocated {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED_IDS).time_to_live(REMEMBERED).build())
    }
}

impl Relocated {
    pub(super) fn insert(&self, old: SessionId, now: &Arc<Slot>) {
        self.0.insert(old, Arc::downgrade(now));
    }

    /// Where the session of an old id is.
    pub(super) fn get(&self, old: &SessionId) -> Option<Arc<Slot>> {
        self.0.get(old)?.upgrade()
    }
}

impl Engine {
    /// The session at a node that is available, if there is one: it stays where it is otherwise, and is served from
    /// memory.
    pub(super) async fn settled(&self, slot: Arc<Slot>) -> Arc<Slot> {
        if !self.settings.enabled || !self.nodes.are_named() {
            return slot;
        }
        let member = self.nodes.of_session(&slot.id);
        if member.is_some_and(Member::is_available) {
            return slot;
        }
        let node = member.and_then(|member| member.id.as_deref());
        for to in self.nodes.candidates(node).into_iter().filter(|member| member.is_available()) {
            // It may have died as well, and nobody has noticed. A session that finds no node keeps its id.
            if to.node.ping().await.is_ok() {
                return to.id.as_deref().and_then(|to| self.relocate(&slot, to)).unwrap_or(slot);
            }
        }
        slot
    }

    /// The id for a session that is taken over: not with a node that is the last resort of this server, as the one beside
    /// it is, which may well be where the other server kept its sessions in normal times.
    pub(super) fn for_good(&self, id: SessionId) -> SessionId {
        if !self.nodes.of_session(&id).is_some_and(|member| member.failover) {
            return id;
        }
        let primary = self.nodes.choose(id.node()).filter(|member| !member.failover);
        primary.and_then(|member| member.id.as_deref()).map_or(id.clone(), |node| id.with_node(node))
    }

    /// Gives a session to another node. None: it has ended.
    pub(super) fn relocate(&self, slot: &Arc<Slot>, to: &str) -> Option<Arc<Slot>> {
        let moved = match slot.relocate(to, self.clock.now_ms()) {
            Ok(moved) => moved,
            Err(there) => return there,
        };
        // It may have been there before, and have left a slot behind.
        self.sessions.make_room().put_over(Arc::clone(&moved));
        self.relocated.insert(slot.id.clone(), &moved);
        self.forget(slot);
        self.statistics.count(|numbers| &numbers.memcached_failovers);
        tracing::info!(session = slot.log_name(), from = slot.id.node(), to, "relocated");
        Some(moved)
    }
}
