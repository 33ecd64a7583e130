//! Keeps the locks that are held for long: one task for all of them, because most requests end before the first
//! renewal.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Locks;

/// How often it is looked what is due; a third of the shortest time for which a lock is certain is three times that.
const TICK: Duration = Duration::from_millis(100);

impl Locks {
    /// Sees to it that locks are renewed.
    pub(super) fn keep_renewing(self: &Arc<Self>) {
        if !self.renewing.load(Ordering::Relaxed) && !self.renewing.swap(true, Ordering::SeqCst) {
            tokio::spawn(renew(Arc::downgrade(self)));
        }
    }
}

/// Until there are no locks any more.
async fn renew(locks: Weak<Locks>) {
    loop {
        sleep(TICK).await;
        let Some(locks) = locks.upgrade() else { return };
        let due = locks.places.due(Instant::now()).or_else(|| {
            locks.renewing.store(false, Ordering::SeqCst);
            // One that came in between has seen that somebody renews.
            let due = locks.places.due(Instant::now())?;
            (!locks.renewing.swap(true, Ordering::SeqCst)).then_some(due)
        });
        let Some(due) = due else { return };
        for remote in due {
            tokio::spawn(async move { remote.renew().await });
        }
    }
}
