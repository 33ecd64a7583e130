//! `lockingMode` auto: which requests were seen to change nothing.

use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::clock::Clock;

/// How often in a row a request has to change nothing. MSM believes the first time.
const OBSERVATIONS: u8 = 3;

/// MSM's numbers.
const READ_ONLY_REQUESTS: u64 = 1_000;
const MODIFYING_REQUESTS: u64 = 50_000;

/// How long what was learned counts since it was seen last: applications change. MSM says so of its own, and never
/// forgets.
const REMEMBERED_MS: i64 = 6 * 60 * 60 * 1000;

/// What was learned of requests by their ids. One that has changed a session once counts as modifying until that is
/// forgotten.
pub(in crate::manager) struct ReadOnlyRequests {
    clock: Arc<dyn Clock>,
    /// Ids are as long as clients like, and known by their hash; which they cannot compute.
    seed: u64,
    /// Seen to change nothing, and not often enough.
    promising: Seen<u8>,
    read_only: Seen<()>,
    modifying: Seen<()>,
}

type Seen<T> = Cache<u128, (T, i64)>;

impl ReadOnlyRequests {
    pub(in crate::manager) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            seed: rand::random(),
            promising: seen(READ_ONLY_REQUESTS),
            read_only: seen(READ_ONLY_REQUESTS),
            modifying: seen(MODIFYING_REQUESTS),
        }
    }

    /// Whether a request may go without a lock.
    pub(in crate::manager) fn is_read_only(&self, request: &str) -> bool {
        let key = self.key(request);
        self.counts(&self.read_only, key).is_some() && self.counts(&self.modifying, key).is_none()
    }

    /// A request has changed nothing.
    pub(in crate::manager) fn observed_read_only(&self, request: &str) {
        let key = self.key(request);
        if self.counts(&self.modifying, key).is_some() {
            return;
        }
        let now = self.clock.now_ms();
        let before = self.counts(&self.promising, key).unwrap_or(0);
        if before + 1 >= OBSERVATIONS || self.counts(&self.read_only, key).is_some() {
            self.read_only.insert(key, ((), now));
            self.promising.invalidate(&key);
        } else {
            self.promising.insert(key, (before + 1, now));
        }
    }

    /// A request has changed its session, or tried to.
    pub(in crate::manager) fn observed_modifying(&self, request: &str) {
        let key = self.key(request);
        // First, so that no moment is left in which it is neither.
        self.modifying.insert(key, ((), self.clock.now_ms()));
        self.read_only.invalidate(&key);
        self.promising.invalidate(&key);
    }

    fn counts<T: Clone + Send + Sync + 'static>(&self, seen: &Seen<T>, key: u128) -> Option<T> {
        let (what, at) = seen.get(&key)?;
        (self.clock.now_ms() < at.saturating_add(REMEMBERED_MS)).then_some(what)
    }

    fn key(&self, request: &str) -> u128 {
        xxh3_128_with_seed(request.as_bytes(), self.seed)
    }
}

/// What was not used for longest goes: requests come in thousands of kinds that are seen once.
fn seen<T: Clone + Send + Sync + 'static>(capacity: u64) -> Seen<T> {
    Cache::builder().max_capacity(capacity).eviction_policy(EvictionPolicy::lru()).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn requests() -> (ReadOnlyRequests, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(1_700_000_000_000));
        (ReadOnlyRequests::new(Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    fn observe(requests: &ReadOnlyRequests, request: &str, times: usize) {
        for _ in 0..times {
            requests.observed_read_only(request);
        }
    }

    #[test]
    fn a_request_is_read_only_when_it_has_changed_nothing_three_times() {
        let (requests, _) = requests();
        observe(&requests, "GET /a", 2);
        assert!(!requests.is_read_only("GET /a"));
        observe(&requests, "GET /a", 1);
        assert!(requests.is_read_only("GET /a"));
        assert!(!requests.is_read_only("GET /a?x=1"), "that is another request");
    }

    #[test]
    fn a_change_counts_more_than_what_was_seen_before_and_after() {
        let (requests, _) = requests();
        observe(&requests, "GET /a", 2);
        requests.observed_modifying("GET /a");
        observe(&requests, "GET /a", 10);
        assert!(!requests.is_read_only("GET /a"));
        observe(&requests, "GET /b", 3);
        requests.observed_modifying("GET /b");
        assert!(!requests.is_read_only("GET /b"));
    }

    #[test]
    fn what_was_learned_is_forgotten_after_six_hours() {
        let (requests, clock) = requests();
        observe(&requests, "GET /a", 3);
        requests.observed_modifying("GET /b");
        clock.advance_ms(REMEMBERED_MS - 1);
        observe(&requests, "GET /b", 1);
        assert!(requests.is_read_only("GET /a"));
        clock.advance_ms(1);
        assert!(!requests.is_read_only("GET /a"));
        observe(&requests, "GET /b", 3);
        assert!(requests.is_read_only("GET /b"), "its change is long ago");
    }

    #[test]
    fn one_that_is_seen_again_is_remembered_longer() {
        let (requests, clock) = requests();
        observe(&requests, "GET /a", 3);
        clock.advance_ms(REMEMBERED_MS - 1);
        observe(&requests, "GET /a", 1);
        clock.advance_ms(REMEMBERED_MS - 1);
        assert!(requests.is_read_only("GET /a"));
    }

    #[test]
    fn requests_that_are_seen_once_push_nothing_out_that_was_learned() {
        let (requests, _) = requests();
        observe(&requests, "GET /a", 3);
        for i in 0..3 * READ_ONLY_REQUESTS {
            observe(&requests, &format!("GET /{i}"), 1);
        }
        requests.promising.run_pending_tasks();
        assert!(requests.promising.entry_count() <= READ_ONLY_REQUESTS);
        assert!(requests.is_read_only("GET /a"));
    }
}
