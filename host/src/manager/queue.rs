//! Backups that nobody waits for.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use super::backup::When;
use super::engine::Engine;
use super::slot::Slot;
use crate::store::{Member, Nodes};

/// Sessions that may wait at a node. Each is there once, whatever happens to it meanwhile.
const LENGTH: usize = 16_384;

/// A queue for each node, so that one that does not answer holds up its own sessions only.
pub(super) struct Queues {
    by_node: Vec<(Option<String>, mpsc::Sender<Waiting>)>,
}

/// A session, and the engine that is to store it: one that was replaced lives until its last session is stored.
type Waiting = (Arc<Engine>, Arc<Slot>);

/// The other ends of the queues.
pub(super) struct Ends(Vec<mpsc::Receiver<Waiting>>);

impl Queues {
    pub(super) fn new(nodes: &Nodes) -> (Self, Ends) {
        let (by_node, ends) = nodes
            .all()
            .iter()
            .map(|member| {
                let (sender, end) = mpsc::channel(LENGTH);
                ((member.id.clone(), sender), end)
            })
            .unzip();
        (Self { by_node }, Ends(ends))
    }

    /// Has the session stored soon. False: there is no room.
    pub(super) fn push(&self, member: &Member, engine: &Arc<Engine>, slot: &Arc<Slot>) -> bool {
        let Some((_, queue)) = self.by_node.iter().find(|(id, _)| *id == member.id) else { return false };
        // Marked first: a worker may have it before this returns.
        if slot.with(|live| std::mem::replace(&mut live.queued, true)) != Some(false) {
            return true;
        }
        let pushed = queue.try_send((Arc::clone(engine), Arc::clone(slot))).is_ok();
        if !pushed {
            slot.with(|live| live.queued = false);
        }
        pushed
    }
}

impl Ends {
    /// Starts so many workers for each queue. They end with the engine.
    pub(super) fn work(self, workers: usize) {
        for queue in self.0 {
            let queue = Arc::new(Mutex::new(queue));
            for _ in 0..workers {
                tokio::spawn(work(Arc::clone(&queue)));
            }
        }
    }
}

async fn work(queue: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
    loop {
        let Some((engine, slot)) = queue.lock().await.recv().await else { return };
        // A stop stores all there is, and asks each node that is down only once.
        if engine.is_stopped() {
            return;
        }
        // Before it is looked at: what changes from now on has to be queued again.
        slot.with(|live| live.queued = false);
        let result = Arc::clone(&engine).store(Arc::clone(&slot), When::Dirty).await;
        // Counted; a session that could not be stored stays dirty, and upkeep tries it again.
        let _ = engine.note_backup(&slot, result);
    }
}
