//! What happened, in numbers: MSM's counters and probes with MSM's meaning, and those its users asked for.
//!
//! The table below is the whole of it. A manager owns its numbers; who wants them asks for a [`StatisticsReport`], which
//! is JSON by serde and Prometheus' text by [`StatisticsReport::to_prometheus`].

mod failures;
mod probe;
mod report;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use self::failures::Failures;
use self::probe::Probe;
pub use self::report::{Counter, Probed, SerializerFailures, StatisticsReport, Unit};

/// A number that only grows.
#[derive(Default)]
pub(super) struct Tally(AtomicU64);

impl Tally {
    fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! statistics {
    (
        counters { $( $(#[doc = $help:literal])+ $counter:ident; )+ }
        probes { $( $(#[doc = $about:literal])+ $probe:ident => $probe_name:literal, $unit:ident; )+ }
    ) => {
        /// What a manager counted since it was started.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts {
            $( $(#[doc = $help])+ pub $counter: u64, )+
        }

        #[derive(Default)]
        pub(super) struct Numbers {
            $( pub(super) $counter: Tally, )+
            $( pub(super) $probe: Probe, )+
        }

        impl Numbers {
            fn counts(&self) -> Counts {
                Counts { $( $counter: self.$counter.get(), )+ }
            }
        }

        fn counters(counts: &Counts) -> Vec<Counter> {
            vec![ $( Counter { name: stringify!($counter), help: concat!($($help),+).trim_ascii(), value: counts.$counter }, )+ ]
        }

        fn probes(numbers: Option<&Numbers>) -> Vec<Probed> {
            vec![ $( Probed::of(
                $probe_name,
                concat!($($about),+).trim_ascii(),
                Unit::$unit,
                &numbers.map(|numbers| numbers.$probe.seen()).unwrap_or_default(),
            ), )+ ]
        }
    };
}

statistics! {
    counters {
        /// Requests that came without a session id and made no session.
        requests_without_session;
        /// Requests that came with a session id or made a session.
        requests_with_session;
        /// Backups left out because the request did not access its session.
        no_session_access;
        /// Backups left out because the request did not touch the attributes.
        no_attributes_access;
        /// Backups left out because the bytes would have been the same.
        no_session_modification;
        /// Sessions that were written to their node.
        backups;
        /// Backups that failed, or took longer than their request waited.
        backup_failures;
        /// Sessions taken over from another server.
        tomcat_failovers;
        /// Sessions that got another node because theirs was down.
        memcached_failovers;
        /// Operations that failed because their node did not answer.
        node_failures;
        /// Copies that were found missing where a session was kept alive, and written again.
        ping_failed;
        /// Requests that needed no lock, by lockingMode auto or uriPattern.
        read_only_requests;
        /// Requests that waited for a lock.
        locks_waited;
        /// Locks that were not to be had in time.
        lock_failures;
        /// Requests that went on without their lock, because lockTimeoutPolicy is proceed.
        locks_proceeded;
        /// Locks that were no longer their owner's when it was done.
        locks_lost;
        /// Requests that were begun and not finished within their lease.
        leases_expired;
        /// Sessions read from their node.
        sessions_loaded;
        /// Sessions on their node that could not be read.
        load_failures;
        /// Sessions made.
        sessions_created;
        /// Sessions not made because there were too many.
        sessions_rejected;
        /// Sessions that ended because nobody asked for them.
        sessions_expired;
        /// Sessions written again because they were used, but not changed.
        sessions_refreshed;
        /// Attributes left out of the stored copy because the serializer cannot hold them.
        attributes_skipped;
        /// Requests that wanted a session changed that another request had changed.
        conflicts;
        /// Matches of requestUriIgnorePattern that were given up because they took too long; taken for none.
        ignore_pattern_overruns;
        /// Matches of lockingMode's pattern that were given up because they took too long; taken for one.
        lock_pattern_overruns;
        /// Matches of sessionAttributeFilter that were given up because they took too long; taken for one.
        filter_pattern_overruns;
    }
    probes {
        /// What the backup at its end cost a request, also where nothing was to be stored.
        effective_backup => "effective_backup", Seconds;
        /// A backup from the serializer to the node's answer.
        backup => "backup", Seconds;
        /// The serializer, writing.
        serialization => "attributes_serialization", Seconds;
        /// The node, writing.
        store_update => "memcached_update", Seconds;
        /// What is written to a node for a session.
        cached_data_size => "cached_data_size", Bytes;
        /// Reading a session from its node, the serializer included.
        load => "sessions_loaded_from_memcached", Seconds;
        /// The serializer, reading.
        deserialization => "session_deserialization", Seconds;
        /// Deleting a session on its node.
        delete => "sessions_deleted_from_memcached", Seconds;
        /// Getting a session's lock, the wait included.
        acquire_lock => "acquire_lock", Seconds;
        /// Not getting it.
        acquire_lock_failure => "acquire_lock_failure", Seconds;
        /// Giving it back.
        release_lock => "release_lock", Seconds;
        /// Renewing the validity record of a session that a request did not look at.
        on_backup_without_loaded_session => "on_backup_without_loaded_session", Seconds;
        /// What non-sticky mode does when a session is stored: validity records and the second copy.
        after_backup => "after_backup", Seconds;
        /// What non-sticky mode does when a session is loaded.
        after_load => "after_load_from_memcached", Seconds;
        /// What non-sticky mode does when a session is deleted.
        after_delete => "after_delete_from_memcached", Seconds;
    }
}

/// The statistics of a manager; without a place for them where `enableStatistics` is false.
pub(super) struct Statistics {
    kept: Option<Box<Kept>>,
}

#[derive(Default)]
struct Kept {
    numbers: Numbers,
    failures: Failures,
    sessions: AtomicUsize,
}

impl Statistics {
    pub(super) fn new(enabled: bool) -> Self {
        Self { kept: enabled.then(Box::default) }
    }

    fn numbers(&self) -> Option<&Numbers> {
        self.kept.as_ref().map(|kept| &kept.numbers)
    }

    pub(super) fn count(&self, which: impl FnOnce(&Numbers) -> &Tally) {
        self.count_many(1, which);
    }

    pub(super) fn count_many(&self, more: u64, which: impl FnOnce(&Numbers) -> &Tally) {
        if let Some(numbers) = self.numbers()
            && more > 0
        {
            which(numbers).add(more);
        }
    }

    /// A failure of a serializer; by its name, so that an operator sees which one it is, and by the attribute that it
    /// could not write, so that a developer does. None: it is not about one attribute.
    pub(super) fn serializer_failed(&self, serializer: &str, what: &'static str, attribute: Option<&str>) {
        if let Some(kept) = &self.kept {
            kept.failures.count(serializer, what, attribute);
        }
    }

    /// Starts a measurement; without statistics not even the clock is read.
    pub(super) fn start(&self) -> Option<Instant> {
        self.kept.is_some().then(Instant::now)
    }

    pub(super) fn record(&self, started: Option<Instant>, which: impl FnOnce(&Numbers) -> &Probe) {
        if let (Some(numbers), Some(started)) = (self.numbers(), started) {
            which(numbers).record(u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// Records what is no time.
    pub(super) fn record_value(&self, value: usize, which: impl FnOnce(&Numbers) -> &Probe) {
        if let Some(numbers) = self.numbers() {
            which(numbers).record(value as u64);
        }
    }

    pub(super) fn sessions(&self, in_memory: usize) {
        if let Some(kept) = &self.kept {
            kept.sessions.store(in_memory, Ordering::Relaxed);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.numbers().map(Numbers::counts).unwrap_or_default()
    }

    /// All of it. The nodes are for the manager to say.
    pub(super) fn report(&self) -> StatisticsReport {
        StatisticsReport {
            enabled: self.kept.is_some(),
            sessions: self.kept.as_ref().map_or(0, |kept| kept.sessions.load(Ordering::Relaxed)),
            nodes: 0,
            nodes_available: None,
            counters: counters(&self.counts()),
            probes: probes(self.numbers()),
            serializer_failures: self.kept.as_ref().map(|kept| kept.failures.all()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_counted_by_itself() {
        let statistics = Statistics::new(true);
        assert_eq!(statistics.counts(), Counts::default());
        statistics.count(|numbers| &numbers.backup_failures);
        statistics.count_many(3, |numbers| &numbers.attributes_skipped);
        let counted = Counts { backup_failures: 1, attributes_skipped: 3, ..Counts::default() };
        assert_eq!(statistics.counts(), counted);
    }

    #[test]
    fn statistics_that_are_off_stay_zero_and_read_no_clock() {
        let statistics = Statistics::new(false);
        statistics.count(|numbers| &numbers.backups);
        statistics.record_value(7, |numbers| &numbers.cached_data_size);
        statistics.serializer_failed("kryo", "serialize", Some("cart"));
        statistics.sessions(3);
        assert!(statistics.start().is_none());
        assert_eq!(statistics.counts(), Counts::default());
        let report = statistics.report();
        assert!(!report.enabled && report.serializer_failures.is_empty() && report.sessions == 0);
        assert!(report.probes.iter().all(|probe| probe.count == 0 && probe.max == 0.0));
    }

    #[test]
    fn no_two_numbers_have_one_name() {
        let report = Statistics::new(true).report();
        let mut names: Vec<_> = report.counters.iter().map(|counter| counter.name).collect();
        names.extend(report.probes.iter().map(|probe| probe.name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
