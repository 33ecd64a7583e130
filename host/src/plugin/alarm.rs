//! Stops calls that take too long, and costs those that do not two writes.
//!
//! Compiled code reads a page at every checkpoint ([`super::checkpoints`]). The clock, one thread for an engine, takes
//! the pages of an instance away when its time is over, and the next checkpoint traps.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Nothing runs.
const NEVER: u64 = u64::MAX;
/// What ran was stopped.
const RANG: u64 = u64::MAX - 1;

/// What time it is, in ticks, and who wants to be told.
#[derive(Debug, Default)]
pub(super) struct Clock {
    now: AtomicU64,
    alarms: Mutex<Vec<Weak<Alarm>>>,
}

impl Clock {
    /// An alarm for one instance.
    pub(super) fn alarm(self: &Arc<Self>) -> Arc<Alarm> {
        let alarm = Arc::new(Alarm {
            clock: Arc::clone(self),
            due: AtomicU64::new(NEVER),
            pages: Mutex::new(Vec::new()),
        });
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&alarm));
        alarm
    }

    /// Lets a tick pass.
    pub(super) fn tick(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner).retain(|alarm| {
            let alarm = alarm.upgrade();
            if let Some(alarm) = &alarm {
                alarm.ring_if_due(now);
            }
            alarm.is_some()
        });
    }
}

/// The time limit of one instance.
#[derive(Debug)]
pub(super) struct Alarm {
    clock: Arc<Clock>,
    due: AtomicU64,
    /// One of each of the instance's memories.
    pages: Mutex<Vec<Page>>,
}

impl Alarm {
    /// Will stop the instance in so many ticks.
    pub(super) fn set(&self, ticks: u64) {
        self.due.store(self.clock.now.load(Ordering::Relaxed).saturating_add(ticks), Ordering::Release);
    }

    /// The call is over. Tells whether it ended in time; an instance that did not is stopped for good.
    pub(super) fn stop(&self) -> bool {
        self.due.swap(NEVER, Ordering::AcqRel) != RANG
    }

    /// Watches a memory of the instance.
    pub(super) fn watch(&self, page: Page) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).push(page);
    }

    /// Forgets a memory that is about to go.
    pub(super) fn forget(&self, page: Page) {
        self.pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|watched| watched.address != page.address);
    }

    fn ring_if_due(&self, now: u64) {
        let due = self.due.load(Ordering::Acquire);
        // Not when another call began meanwhile. One that began in the same tick as the last is late as well.
        if due > now || self.due.compare_exchange(due, RANG, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return;
        }
        // Memories go only after they were forgotten, which waits for this lock.
        for page in &*self.pages.lock().unwrap_or_else(PoisonError::into_inner) {
            if let Err(error) = (page.close)(page.address) {
                tracing::error!("a plugin that takes too long cannot be stopped, tried again soon: {error}");
                self.due.store(due, Ordering::Release);
            }
        }
    }
}

/// The page of a memory that checkpoints read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    /// Where it is.
    pub(super) address: usize,
    /// Lets every checkpoint that reads it trap from then on.
    pub(super) close: fn(address: usize) -> io::Result<()>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_rings_when_its_ticks_are_over_and_only_for_the_call_that_it_was_set_for() {
        let clock = Arc::new(Clock::default());
        let alarm = clock.alarm();
        alarm.set(2);
        clock.tick();
        assert!(alarm.stop());
        clock.tick();
        clock.tick();
        assert!(alarm.stop());
        alarm.set(2);
        clock.tick();
        clock.tick();
        assert!(!alarm.stop());
    }

    #[test]
    fn alarms_of_instances_that_are_gone_are_forgotten() {
        let clock = Arc::new(Clock::default());
        drop(clock.alarm());
        clock.tick();
        assert!(clock.alarms.lock().unwrap().is_empty());
    }
}
