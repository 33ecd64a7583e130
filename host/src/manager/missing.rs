//! Ids that no node knows, remembered for a moment: a browser that comes with a dead id asks for every picture of a page.

use std::sync::Arc;

use moka::sync::Cache;

use crate::clock::Clock;
use crate::session::SessionId;

const REMEMBERED_MS: i64 = 500;
const REMEMBERED_IDS: u64 = 2_000;

/// Ids of which a node has said that it has nothing, or whose session has ended here.
pub(super) struct Missing {
    /// Until when, by our own clock, which moka does not know.
    until: Cache<SessionId, i64>,
    clock: Arc<dyn Clock>,
}

impl Missing {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { until: Cache::new(REMEMBERED_IDS), clock }
    }

    pub(super) fn insert(&self, id: SessionId) {
        self.until.insert(id, self.clock.now_ms().saturating_add(REMEMBERED_MS));
    }

    pub(super) fn contains(&self, id: &SessionId) -> bool {
        self.until.get(id).is_some_and(|until| self.clock.now_ms() < until)
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
