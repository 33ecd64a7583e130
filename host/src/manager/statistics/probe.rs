//! A probe: how often something was measured, and what came out.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::available_parallelism;

use hdrhistogram::Histogram;

/// Two significant digits: a quantile is off by less than a hundredth of itself, and a histogram of times up to a
/// second takes 24 KiB.
const DIGITS: u8 = 2;

/// More threads than this share.
const MOST_SHARDS: usize = 16;

/// A distribution that many threads record into. Each has a histogram of its own as long as there are enough, so that
/// recording takes a lock that nobody holds.
pub(in crate::manager) struct Probe {
    shards: Box<[Shard]>,
}

/// Its own cache line, so that threads do not disturb each other.
#[derive(Default)]
#[repr(align(64))]
struct Shard(Mutex<Option<Box<Seen>>>);

/// What was recorded.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// None where nothing was recorded.
    pub(super) histogram: Option<Histogram<u64>>,
    /// Exact, as the histogram is not.
    pub(super) sum: u128,
    pub(super) min: u64,
    pub(super) max: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self { histogram: None, sum: 0, min: u64::MAX, max: 0 }
    }
}

impl Default for Probe {
    fn default() -> Self {
        let threads = available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_SHARDS);
        Self { shards: (0..threads).map(|_| Shard::default()).collect() }
    }
}

impl Probe {
    pub(super) fn record(&self, value: u64) {
        let first = number_of_this_thread();
        let shards = self.shards.len().max(1);
        let mut at = (first..first + shards).filter_map(|number| self.shards.get(number % shards));
        // Of a thread that shares its shard with one that records right now, or with a reader, any other will do.
        let free = at.clone().find_map(Shard::try_lock);
        if let Some(mut shard) = free.or_else(|| at.next().map(Shard::lock)) {
            shard.get_or_insert_default().record(value);
        }
    }

    /// What was recorded so far.
    pub(super) fn seen(&self) -> Seen {
        let mut all = Seen::default();
        for shard in &self.shards {
            if let Some(seen) = shard.lock().as_deref() {
                all.add(seen);
            }
        }
        all
    }
}

impl Shard {
    fn try_lock(&self) -> Option<MutexGuard<'_, Option<Box<Seen>>>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn record(&mut self, value: u64) {
        if self.histogram.is_none() {
            self.histogram = Histogram::new(DIGITS).ok();
        }
        // It grows by itself; all values have room in 64 bits.
        if self.histogram.as_mut().is_some_and(|histogram| histogram.record(value).is_ok()) {
            self.sum += u128::from(value);
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        }
    }

    fn add(&mut self, other: &Self) {
        let Some(theirs) = &other.histogram else { return };
        let fits = match &mut self.histogram {
            Some(histogram) => histogram.add(theirs).is_ok(),
            none => {
                *none = Some(theirs.clone());
                true
            }
        };
        if fits {
            self.sum += other.sum;
            self.min = self.min.min(other.min);
            self.max = self.max.max(other.max);
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    /// The value that this part of all values does not pass.
    pub(super) fn quantile(&self, part: f64) -> u64 {
        // The histogram says the upper end of a slot, which may be beyond what was seen.
        self.histogram.as_ref().map_or(0, |histogram| histogram.value_at_quantile(part).min(self.max))
    }

    /// How many values are at most each of these, which rise.
    pub(super) fn cumulated(&self, limits: &[u64]) -> Vec<u64> {
        let mut slots = self
            .histogram
            .iter()
            .flat_map(Histogram::iter_recorded)
            .map(|slot| (slot.value_iterated_to(), slot.count_since_last_iteration()));
        let mut next = slots.next();
        let mut below = 0;
        let up_to = |limit: &u64| {
            while let Some((_, count)) = next.filter(|(value, _)| value <= limit) {
                below += count;
                next = slots.next();
            }
            below
        };
        limits.iter().map(up_to).collect()
    }
}

/// Threads are numbered as they come, so that the first of them have different shards.
fn number_of_this_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    NUMBER.with(|number| {
        if number.get() == usize::MAX {
            number.set(THREADS.fetch_add(1, Ordering::Relaxed) % MOST_SHARDS);
        }
        number.get()
    })
}

#[cfg(test)]
mod tests {

    use super::*;

    /// MSM's `StatisticsTest`.
    #[test]
    fn values_have_a_count_a_sum_and_two_ends() {
        let probe = Probe::default();
        assert_eq!((probe.seen().count(), probe.seen().max), (0, 0));
        for value in [1, 1, 4, 0] {
            probe.record(value);
        }
        let seen = probe.seen();
        assert_eq!((seen.count(), seen.sum, seen.min, seen.max), (4, 6, 0, 4));
        assert_eq!((seen.quantile(0.5), seen.quantile(1.0)), (1, 4));
    }

    #[test]
    fn nothing_is_lost_when_many_threads_record() {
        let probe = Probe::default();
        std::thread::scope(|scope| {
            for thread in 0..2 * MOST_SHARDS as u64 {
                let probe = &probe;
                scope.spawn(move || (0..1000).for_each(|value| probe.record(thread * 1000 + value)));
            }
        });
        let (seen, all) = (probe.seen(), 2 * MOST_SHARDS as u64 * 1000);
        assert_eq!((seen.count(), seen.min, seen.max), (all, 0, all - 1));
        assert_eq!(seen.sum, u128::from(all * (all - 1) / 2));
    }

    #[test]
    fn a_quantile_is_off_by_less_than_a_hundredth() {
        let probe = Probe::default();
        (1..=100_000).for_each(|micros| probe.record(micros * 1000));
        let seen = probe.seen();
        for part in [0.5, 0.9, 0.99, 0.999] {
            let (said, right) = (seen.quantile(part) as f64, part * 1e8);
            assert!((said / right - 1.0).abs() < 0.01, "{part}: {said}");
        }
        assert_eq!(seen.quantile(1.0), 100_000_000);
    }

    #[test]
    fn the_values_up_to_a_limit_are_counted() {
        let probe = Probe::default();
        [5, 10, 11, 100, 5_000_000].into_iter().for_each(|value| probe.record(value));
        assert_eq!(probe.seen().cumulated(&[1, 10, 50, 100, 4_000_000, u64::MAX]), [0, 2, 3, 4, 4, 5]);
        assert_eq!(Probe::default().seen().cumulated(&[1]), [0]);
    }

    #[test]
    fn any_value_is_taken() {
        let probe = Probe::default();
        probe.record(u64::MAX);
        probe.record(0);
        assert_eq!((probe.seen().count(), probe.seen().max), (2, u64::MAX));
    }
}
