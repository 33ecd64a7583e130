//! `lockingMode`: whether a request is to have its session locked.

use super::learned::ReadOnlyRequests;
use crate::config::LockingMode;
use crate::manager::statistics::Statistics;

/// What `lockingMode` says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manager) enum Decision {
    /// It is to have the lock.
    Lock,
    /// It needs none, as it is expected to change nothing. MSM counts these.
    ReadOnly,
    /// Nobody locks.
    None,
}

/// Decides for the request with this id.
pub(in crate::manager) fn wants_lock(
    mode: &LockingMode,
    learned: &ReadOnlyRequests,
    request: &str,
    statistics: &Statistics,
) -> Decision {
    let wanted = match mode {
        LockingMode::None => return Decision::None,
        LockingMode::All => true,
        LockingMode::Auto => !learned.is_read_only(request),
        LockingMode::UriPattern(pattern) => pattern.matches(request).unwrap_or_else(|_| {
            statistics.count(|numbers| &numbers.lock_pattern_overruns);
            // A lock too many costs time, one too few an update.
            true
        }),
    };
    if wanted { Decision::Lock } else { Decision::ReadOnly }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn every_mode_decides_as_it_says() {
        let learned = ReadOnlyRequests::new(Arc::new(SystemClock));
        for _ in 0..3 {
            learned.observed_read_only("GET /a");
        }
        let statistics = Statistics::new(true);
        let decide = |mode: &str, request: &str| {
            wants_lock(&LockingMode::parse(mode).unwrap(), &learned, request, &statistics)
        };
        assert_eq!(decide("none", "POST /a"), Decision::None);
        assert_eq!(decide("all", "GET /a"), Decision::Lock);
        assert_eq!(decide("auto", "GET /a"), Decision::ReadOnly);
        assert_eq!(decide("auto", "GET /b"), Decision::Lock);
        assert_eq!(decide("uriPattern:POST .*", "POST /a"), Decision::Lock);
        assert_eq!(decide("uriPattern:POST .*", "GET /a"), Decision::ReadOnly);
        assert_eq!(decide("uriPattern:POST", "POST /a"), Decision::ReadOnly, "the whole id has to match");
        assert_eq!(statistics.counts().lock_pattern_overruns, 0);
    }

    #[test]
    fn a_pattern_that_takes_too_long_counts_as_a_match_and_is_counted() {
        let learned = ReadOnlyRequests::new(Arc::new(SystemClock));
        let statistics = Statistics::new(true);
        let mode = LockingMode::parse(r"uriPattern:(?:(a+)+\1)*b").unwrap();
        let request = "a".repeat(60);
        assert_eq!(wants_lock(&mode, &learned, &request, &statistics), Decision::Lock);
        assert_eq!(statistics.counts().lock_pattern_overruns, 1);
    }
}
