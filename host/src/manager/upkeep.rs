//! What is done between requests: sessions end, and those in use are kept alive on their nodes.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::backup::When;
use super::engine::Engine;
use super::error::ManagerError;
use super::graves::What;
use super::slot::{Live, Slot, Was, stored_is_valid_at};
use crate::session::SessionId;

impl Engine {
    /// Ends the sessions whose time is over.
    pub(super) async fn sweep(self: &Arc<Self>) {
        if !self.settings.sticky {
            // Nothing is in memory but what requests have.
            return;
        }
        let now_ms = self.clock.now_ms();
        // Held by the map alone: a request that takes longer than the session's interval is no inactivity.
        let expired = self.collect(move |slot| {
            Arc::strong_count(slot) == 1 && slot.with(|live| !live.is_valid_at(now_ms)) == Some(true)
        });
        let mut ids = Vec::new();
        for slot in expired.await {
            if self.end_expired(&slot) {
                ids.push(slot.id.clone());
            }
        }
        let engine = Arc::clone(self);
        for_each_by_node(ids, move |id| {
            let engine = Arc::clone(&engine);
            async move { engine.delete_expired(id).await }
        })
        .await;
    }

    /// Ends a session that a request has found to be over.
    pub(super) fn expire(self: &Arc<Self>, slot: &Arc<Slot>) {
        if self.end_expired(slot) {
            let (engine, id) = (Arc::clone(self), slot.id.clone());
            // Nobody waits for it, and if it fails the node forgets the session by itself a little later.
            tokio::spawn(async move { engine.delete_expired(id).await });
        }
    }

    fn end_expired(&self, slot: &Arc<Slot>) -> bool {
        let now_ms = self.clock.now_ms();
        let Some(live) = slot.end_if(|live| !live.is_valid_at(now_ms)) else { return false };
        for replaced in live.replaces() {
            if let Was::Ours(old) = &replaced.was {
                self.forget(old);
            }
        }
        self.forget(slot);
        self.statistics.count(|numbers| &numbers.sessions_expired);
        true
    }

    /// Deletes what a node has of a session that expired here, unless another server has gone on with it.
    async fn delete_expired(&self, id: SessionId) -> Result<(), ManagerError> {
        let Some(member) = self.member_of(&id) else { return Ok(()) };
        let Some(item) = member.node.get(&self.keys.session(&id)).await? else { return Ok(()) };
        if !stored_is_valid_at(&item.value, self.clock.now_ms()) {
            self.delete_on(&id, What::This(item.cas)).await?;
        }
        Ok(())
    }

    /// Stores again what is used but not changed, before its node forgets it, and what could not be stored when it was
    /// to be; and deletes what could not be deleted.
    pub(super) async fn refresh(self: &Arc<Self>) {
        if !self.settings.enabled || !self.settings.sticky {
            return self.bury_again(None).await;
        }
        let now_ms = self.clock.now_ms();
        let margin_ms =
            i64::try_from(self.settings.upkeep_delay.as_millis()).unwrap_or(i64::MAX).saturating_mul(2);
        let due = self
            .collect(move |slot| {
                slot.with(|live| !live.queued && (live.dirty || is_due(live, now_ms, margin_ms)))
                    == Some(true)
                    && slot.turn.try_lock().is_ok()
            })
            .await;
        self.statistics.count_many(due.len() as u64, |numbers| &numbers.sessions_refreshed);
        self.store_all(due, When::Always).await;
        self.bury_again(None).await;
    }

    /// Deletes what could not be deleted; at one node, or at all.
    pub(super) async fn bury_again(self: &Arc<Self>, node: Option<&str>) {
        let mut graves = self.graves.all();
        graves.retain(|(id, _)| node.is_none_or(|node| id.node() == Some(node)));
        let engine = Arc::clone(self);
        for_each_by_node(graves, move |(id, what)| {
            let engine = Arc::clone(&engine);
            async move { engine.bury(&id, what).await }
        })
        .await;
    }

    /// Stores whatever is not stored yet.
    pub(super) async fn flush(self: &Arc<Self>) {
        if !self.settings.enabled || !self.settings.sticky {
            return;
        }
        let dirty = self.collect(|slot| slot.with(|live| live.dirty) == Some(true)).await;
        self.store_all(dirty, When::Dirty).await;
    }

    pub(super) async fn store_all(self: &Arc<Self>, slots: Vec<Arc<Slot>>, when: When) {
        let engine = Arc::clone(self);
        for_each_by_node(slots, move |slot| {
            let engine = Arc::clone(&engine);
            async move {
                // One whose node is away stays there: its client knows no other id, and the node may be back, with
                // nothing, before the next request.
                let has_node = engine.member_of(&slot.id).is_some();
                let slot = if has_node { slot } else { engine.settled(slot).await };
                let result = Arc::clone(&engine).store(Arc::clone(&slot), when).await;
                engine.note_backup(&slot, result)
            }
        })
        .await;
    }

    pub(super) async fn collect(
        self: &Arc<Self>,
        wanted: impl Fn(&Arc<Slot>) -> bool + Send + 'static,
    ) -> Vec<Arc<Slot>> {
        let engine = Arc::clone(self);
        // A look at a million sessions takes longer than a thread that serves requests should be away.
        spawn_blocking(move || engine.sessions.collect(wanted)).await.unwrap_or_default()
    }
}

/// Does something for each, the nodes side by side and one after the other at each node. A node that is down gets no
/// more this time.
async fn for_each_by_node<T, F>(items: Vec<T>, action: impl Fn(T) -> F + Clone + Send + 'static)
where
    T: HasSession + Send + 'static,
    F: Future<Output = Result<(), ManagerError>> + Send + 'static,
{
    let mut by_node: HashMap<Option<String>, Vec<T>> = HashMap::new();
    for item in items {
        by_node.entry(item.id().node().map(str::to_owned)).or_default().push(item);
    }
    let mut nodes = JoinSet::new();
    for (_, items) in by_node {
        let action = action.clone();
        nodes.spawn(async move {
            for item in items {
                if action(item).await.is_err_and(|error| error.node_is_down()) {
                    return;
                }
            }
        });
    }
    nodes.join_all().await;
}

/// Whether a session that was used since it was stored has to be stored again.
///
/// At half of its interval, and not only shortly before the node forgets it as MSM has it: what is stored says when the
/// session was last used, and by that time another server judges it should this one die.
fn is_due(live: &Live, now_ms: i64, margin_ms: i64) -> bool {
    if !live.accessed || live.max_inactive_interval <= 0 || !live.is_valid_at(now_ms) {
        return false;
    }
    let age_ms = now_ms.saturating_sub(live.last_backup_time);
    let left_ms = i64::from(live.stored_seconds).saturating_mul(1000).saturating_sub(age_ms);
    left_ms <= margin_ms || age_ms >= i64::from(live.max_inactive_interval).saturating_mul(500)
}

/// What belongs to a session, and so to a node.
trait HasSession {
    fn id(&self) -> &SessionId;
}

impl HasSession for SessionId {
    fn id(&self) -> &SessionId {
        self
    }
}

impl HasSession for Arc<Slot> {
    fn id(&self) -> &SessionId {
        &self.id
    }
}

impl HasSession for (SessionId, What) {
    fn id(&self) -> &SessionId {
        &self.0
    }
}

/// Runs the upkeep until the engine is gone or stopped.
pub(super) async fn keep_up(current: Weak<ArcSwap<Engine>>) {
    let settings = |engine: Arc<ArcSwap<Engine>>| {
        let engine = engine.load();
        (engine.settings.upkeep_delay, engine.settings.sweep_every)
    };
    let Some((delay, sweep_every)) = current.upgrade().map(settings) else { return };
    let mut ticks = interval(delay);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    for pass in 1u32.. {
        ticks.tick().await;
        let Some(engine) = current.upgrade().map(|engine| engine.load_full()) else { return };
        if engine.is_stopped() {
            return;
        }
        engine.refresh().await;
        if pass.is_multiple_of(sweep_every) {
            engine.sweep().await;
        }
    }
}
