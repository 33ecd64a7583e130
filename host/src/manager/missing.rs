//! Ids that no node knows, remembered for a moment: a browser that comes with a dead id asks for every picture of a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use moka::sync::Cache;

use crate::clock::Clock;
use crate::session::SessionId;

const REMEMBERED_MS: i64 = 500;
const REMEMBERED_IDS: u64 = 2_000;

/// Ids of which a node has said that it has nothing, or whose session has ended here.
pub(super) struct Missing {
    /// Until when, by our own clock, which moka does not know.
    until: Cache<SessionId, i64>,
    /// When all that are remembered now will have been forgotten. Where browsers come with the ids that they were given
    /// that is always over, and nobody need look further.
    all_until: AtomicI64,
    clock: Arc<dyn Clock>,
}

impl Missing {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { until: Cache::new(REMEMBERED_IDS), all_until: AtomicI64::new(i64::MIN), clock }
    }

    pub(super) fn insert(&self, id: SessionId) {
        let until = self.clock.now_ms().saturating_add(REMEMBERED_MS);
        self.until.insert(id, until);
        self.all_until.fetch_max(until, Ordering::Release);
    }

    pub(super) fn contains(&self, id: &SessionId) -> bool {
        let now_ms = self.clock.now_ms();
        now_ms < self.all_until.load(Ordering::Acquire)
            && self.until.get(id).is_some_and(|until| now_ms < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn an_id_is_missing_for_half_a_second() {
        let clock = Arc::new(ManualClock::at(0));
        let missing = Missing::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let id = SessionId::random();
        assert!(!missing.contains(&id));
        missing.insert(id.clone());
        clock.advance_ms(499);
        assert!(missing.contains(&id));
        clock.advance_ms(1);
        assert!(!missing.contains(&id));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let missing = Missing::new(Arc::new(ManualClock::at(0)));
        for _ in 0..3 * REMEMBERED_IDS {
            missing.insert(SessionId::random());
        }
        missing.until.run_pending_tasks();
        assert!(missing.until.entry_count() <= REMEMBERED_IDS);
    }
}
