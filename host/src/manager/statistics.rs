//! What happened, in numbers: MSM's counters under MSM's names, and those its users asked for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// A number that only grows, kept here and told to the metrics of the process.
pub(super) struct Tally {
    count: AtomicU64,
    exported: Counter,
}

impl Tally {
    fn new(exported: Counter) -> Self {
        Self { count: AtomicU64::new(0), exported }
    }

    fn add(&self, more: u64) {
        self.count.fetch_add(more, Ordering::Relaxed);
        self.exported.increment(more);
    }

    fn get(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

macro_rules! statistics {
    (
        counters { $( $(#[doc = $help:literal])+ $counter:ident => $name:literal; )+ }
        probes { $( $(#[doc = $about:literal])+ $probe:ident => $probe_name:literal; )+ }
    ) => {
        /// What a manager counted since it was started.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts {
            $( $(#[doc = $help])+ pub $counter: u64, )+
        }

        pub(super) struct Numbers {
            $( pub(super) $counter: Tally, )+
            $( pub(super) $probe: Histogram, )+
        }

        impl Numbers {
            fn new() -> Self {
                $( metrics::describe_counter!($name, concat!($($help),+).trim_ascii()); )+
                $( metrics::describe_histogram!(
                    $probe_name, metrics::Unit::Seconds, concat!($($about),+).trim_ascii()); )+
                Self {
                    $( $counter: Tally::new(counter!($name)), )+
                    $( $probe: histogram!($probe_name), )+
                }
            }

            fn counts(&self) -> Counts {
                Counts { $( $counter: self.$counter.get(), )+ }
            }
        }
    };
}

statistics! {
    counters {
        /// Requests that came without a session id and made no session.
        requests_without_session => "holdfast_requests_without_session_total";
        /// Requests that came with a session id or made a session.
        requests_with_session => "holdfast_requests_with_session_total";
        /// Backups left out because the request did not access its session.
        no_session_access => "holdfast_no_session_access_total";
        /// Backups left out because the request did not touch the attributes.
        no_attributes_access => "holdfast_no_attributes_access_total";
        /// Backups left out because the bytes would have been the same.
        no_session_modification => "holdfast_no_session_modification_total";
        /// Sessions that were written to their node.
        backups => "holdfast_backups_total";
        /// Backups that failed, or took longer than their request waited.
        backup_failures => "holdfast_backup_failures_total";
        /// Sessions taken over from another server.
        tomcat_failovers => "holdfast_tomcat_failovers_total";
        /// Sessions that left a node because it was not available.
        memcached_failovers => "holdfast_memcached_failovers_total";
        /// Nodes that stopped answering.
        node_failures => "holdfast_node_failures_total";
        /// Sessions read from their node.
        sessions_loaded => "holdfast_sessions_loaded_total";
        /// Sessions on their node that could not be read.
        load_failures => "holdfast_load_failures_total";
        /// Sessions made.
        sessions_created => "holdfast_sessions_created_total";
        /// Sessions not made because there were too many.
        sessions_rejected => "holdfast_sessions_rejected_total";
        /// Sessions that ended because nobody asked for them.
        sessions_expired => "holdfast_sessions_expired_total";
        /// Sessions written again because they were used, but not changed.
        sessions_refreshed => "holdfast_sessions_refreshed_total";
        /// Attributes left out of the stored copy because the serializer cannot hold them.
        attributes_skipped => "holdfast_attributes_skipped_total";
        /// Requests that wanted a session changed that another request had changed.
        conflicts => "holdfast_conflicts_total";
        /// Matches of a pattern that were given up because they took too long.
        pattern_overruns => "holdfast_pattern_overruns_total";
    }
    probes {
        /// What the backup at its end cost a request.
        effective_backup => "holdfast_effective_backup_seconds";
        /// A backup from the serializer to the node's answer.
        backup => "holdfast_backup_seconds";
        /// The serializer, writing.
        serialization => "holdfast_attributes_serialization_seconds";
        /// The node, writing.
        store_update => "holdfast_memcached_update_seconds";
        /// Reading a session from its node, the serializer included.
        load => "holdfast_sessions_loaded_seconds";
        /// The serializer, reading.
        deserialization => "holdfast_session_deserialization_seconds";
        /// Deleting a session on its node.
        delete => "holdfast_sessions_deleted_seconds";
    }
}

/// The statistics of a manager; without a place for them where `enableStatistics` is false.
pub(super) struct Statistics {
    numbers: Option<Box<Numbers>>,
    sessions: Gauge,
}

impl Statistics {
    pub(super) fn new(enabled: bool) -> Self {
        let numbers = enabled.then(|| Box::new(Numbers::new()));
        let sessions = if enabled { gauge!("holdfast_sessions") } else { Gauge::noop() };
        Self { numbers, sessions }
    }

    pub(super) fn count(&self, which: impl FnOnce(&Numbers) -> &Tally) {
        self.count_many(1, which);
    }

    pub(super) fn count_many(&self, more: u64, which: impl FnOnce(&Numbers) -> &Tally) {
        if let Some(numbers) = &self.numbers
            && more > 0
        {
            which(numbers).add(more);
        }
    }

    /// A failure of a serializer; by its name, so that an operator sees which one it is.
    pub(super) fn serializer_failed(&self, serializer: &str, what: &'static str) {
        if self.numbers.is_some() {
            counter!("holdfast_serializer_failures_total", "serializer" => serializer.to_owned(), "what" => what)
                .increment(1);
        }
    }

    /// Starts a measurement; without statistics not even the clock is read.
    pub(super) fn start(&self) -> Option<Instant> {
        self.numbers.is_some().then(Instant::now)
    }

    pub(super) fn record(&self, started: Option<Instant>, which: impl FnOnce(&Numbers) -> &Histogram) {
        if let (Some(numbers), Some(started)) = (&self.numbers, started) {
            which(numbers).record(started.elapsed());
        }
    }

    pub(super) fn sessions(&self, in_memory: usize) {
        if self.numbers.is_some() {
            // A count of sessions is far below 2^53.
            self.sessions.set(in_memory as f64);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.numbers.as_ref().map(|numbers| numbers.counts()).unwrap_or_default()
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
        assert!(statistics.start().is_none());
        assert_eq!(statistics.counts(), Counts::default());
    }
}
