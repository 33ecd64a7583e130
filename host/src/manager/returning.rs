//! A node that comes back may have lost what it had, or have what is no longer true.
//!
//! So it gets the copies of its sessions again, and the deletions that did not reach it.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::engine::Engine;
use crate::store::{Nodes, Verdict};

/// Watches those of the nodes that were not there before, until they or the manager are no more.
pub(super) fn watch(engine: &Arc<ArcSwap<Engine>>, nodes: &Nodes, before: Option<&Nodes>) {
    for member in nodes.all() {
        let known = before.into_iter().flat_map(Nodes::all).any(|old| Arc::ptr_eq(&old.node, &member.node));
        if let Some(verdict) = member.node.verdict().filter(|_| !known) {
            tokio::spawn(follow(Arc::downgrade(engine), verdict, member.id.clone()));
        }
    }
}

async fn follow(engine: Weak<ArcSwap<Engine>>, mut verdict: watch::Receiver<Verdict>, node: Option<String>) {
    let mut seen = verdict.borrow_and_update().incarnation;
    // An error: the node is no longer configured.
    while verdict.changed().await.is_ok() {
        let incarnation = verdict.borrow_and_update().incarnation;
        let Some(engine) = engine.upgrade() else { return };
        let engine = engine.load_full();
        if !verdict.borrow().available {
            engine.statistics.count(|numbers| &numbers.node_failures);
        }
        if incarnation != seen {
            seen = incarnation;
            engine.node_is_back(node.as_deref()).await;
        }
    }
}

impl Engine {
    /// Stores again what a node may have lost, and deletes there what it was not told to delete.
    async fn node_is_back(self: &Arc<Self>, node: Option<&str>) {
        self.bury_again(node).await;
        if !self.settings.sticky {
            // A session is stored again when it is asked for.
            return;
        }
        let node = node.map(str::to_owned);
        let lost = self
            .collect(move |slot| {
                slot.id.node() == node.as_deref()
                    && slot.with(|live| {
                        live.stored_print = None;
                        live.dirty = true;
                    }) == Some(())
            })
            .await;
        if !lost.is_empty() {
            tracing::info!(
                node = lost.first().and_then(|slot| slot.id.node()),
                sessions = lost.len(),
                "stored again"
            );
        }
        self.store_all(lost, super::backup::When::Dirty).await;
    }
}
