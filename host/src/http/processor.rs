//! Keeps a lane on one processor while it has little to do.
//!
//! Who sends a message is still running when the one who waits for it wakes, so the scheduler takes another processor
//! for that one, whose caches know nothing of it. Where requests were few that happened to one in ten, which then took
//! twice as long. A lane that is busy is left to the scheduler: others who want its processor would only be in its way.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

/// The part of its time for which a lane has something to do that has much to do. With as many clients as keep a
/// machine busy it is 0.9 and more.
const MUCH: f64 = 0.75;

thread_local! {
    /// Whether this thread is kept on one processor. A lane changes its thread where one of its tasks takes long.
    static KEPT: Cell<bool> = const { Cell::new(false) };
}

/// The processors of this process.
#[derive(Clone)]
pub(super) struct Processors(Vec<usize>);

impl Processors {
    /// Those that the calling thread may run on. The one that it runs on comes first: what else is on the machine begins
    /// elsewhere.
    pub(super) fn of_this_thread() -> Self {
        let mut processors = affinity::read();
        if processors.len() > 1 {
            let here = affinity::current();
            let first = processors.iter().position(|processor| *processor == here);
            processors.rotate_left(first.unwrap_or(0));
        }
        Self(processors)
    }

    /// Lets the calling thread run on all of them, whatever the one that started it was kept on.
    pub(super) fn free_this_thread(&self) {
        KEPT.set(false);
        affinity::write(&self.0);
    }

    /// Where the lane of this number is kept.
    pub(super) fn place(&self, lane: usize) -> Place {
        let home = self.0.iter().cycle().nth(lane).filter(|_| self.0.len() > 1);
        Place { home: home.copied(), processors: self.clone() }
    }
}

/// A lane's own processor.
#[derive(Clone)]
pub(super) struct Place {
    /// None: there is no choice.
    home: Option<usize>,
    processors: Processors,
}

impl Place {
    /// Begins to look after the lane that this is called in.
    pub(super) fn watch(&self) -> Watch {
        Watch { place: self.clone(), looked_at: Instant::now(), busy: busy() }
    }
}

/// What was seen of a lane.
pub(super) struct Watch {
    place: Place,
    looked_at: Instant,
    busy: Duration,
}

impl Watch {
    /// Keeps the lane at home, or no longer. To be called in it `every` so long; where that happens later, somebody else
    /// had the processor.
    pub(super) fn look(&mut self, every: Duration) {
        let Some(home) = self.place.home else { return };
        let (now, busy) = (Instant::now(), busy());
        let passed = now.saturating_duration_since(self.looked_at);
        let taken = busy.saturating_sub(self.busy) + passed.saturating_sub(every);
        (self.looked_at, self.busy) = (now, busy);
        if taken >= passed.mul_f64(MUCH) {
            if KEPT.get() {
                self.place.processors.free_this_thread();
            }
        } else if !KEPT.replace(true) {
            affinity::write(&[home]);
        }
    }
}

/// How long the only thread of this runtime has been doing something.
fn busy() -> Duration {
    Handle::current().metrics().worker_total_busy_duration(0)
}

#[cfg(target_os = "linux")]
mod affinity {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    pub(super) fn read() -> Vec<usize> {
        sched_getaffinity(None).map_or_else(
            |_| Vec::new(),
            |set| (0..CpuSet::MAX_CPU).filter(|processor| set.is_set(*processor)).collect(),
        )
    }

    pub(super) fn current() -> usize {
        sched_getcpu()
    }

    pub(super) fn write(processors: &[usize]) {
        let mut set = CpuSet::new();
        processors.iter().for_each(|processor| set.set(*processor));
        // Processors that were taken from the process meanwhile: then the thread stays where it may.
        let _ = sched_setaffinity(None, &set);
    }
}

/// Elsewhere threads run where the system wants.
#[cfg(not(target_os = "linux"))]
mod affinity {
    pub(super) fn read() -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn current() -> usize {
        0
    }

    pub(super) fn write(_: &[usize]) {}
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use tokio::runtime::Builder;

    use super::*;

    const EVERY: Duration = Duration::from_millis(100);

    /// What comes of some work in a lane.
    fn in_lane<F>(processors: &Processors, lane: usize, work: impl FnOnce(Watch) -> F) -> F::Output
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let all = processors.clone();
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_time().on_thread_start(move || all.free_this_thread());
        let run = async { tokio::spawn(work(processors.place(lane).watch())).await.unwrap() };
        builder.build().unwrap().block_on(run)
    }

    /// Where threads cannot be kept there is nothing to test.
    fn several() -> Option<Processors> {
        Some(Processors::of_this_thread()).filter(|processors| processors.0.len() > 1)
    }

    #[test]
    fn a_lane_with_little_to_do_is_kept_at_home_until_it_has_much_to_do() {
        let Some(processors) = several() else { return };
        let seen = in_lane(&processors, 1, |mut watch| async move {
            let mut seen = Vec::new();
            for much in [false, true, false] {
                if much {
                    sleep(EVERY * 8);
                } else {
                    // What it did before is counted when it waits.
                    tokio::time::sleep(EVERY).await;
                    watch.look(EVERY);
                    tokio::time::sleep(EVERY).await;
                }
                watch.look(EVERY);
                seen.push(affinity::read().len());
            }
            (seen, affinity::read())
        });
        assert_eq!(seen, (vec![1, processors.0.len(), 1], vec![processors.0[1]]));
    }

    #[test]
    fn a_thread_that_a_kept_one_starts_is_free() {
        let Some(processors) = several() else { return };
        let started = in_lane(&processors, 0, |mut watch| async move {
            tokio::time::sleep(EVERY).await;
            watch.look(EVERY);
            assert_eq!(affinity::read().len(), 1);
            tokio::task::spawn_blocking(|| affinity::read().len()).await.unwrap()
        });
        assert_eq!(started, processors.0.len());
    }

    #[test]
    fn lanes_have_different_homes_as_long_as_there_are_processors() {
        let homes = |processors: &[usize]| {
            let processors = Processors(processors.to_vec());
            (0..4).map(|lane| processors.place(lane).home).collect::<Vec<_>>()
        };
        assert_eq!(homes(&[5, 1, 3]), [Some(5), Some(1), Some(3), Some(5)]);
        assert_eq!(homes(&[2]), [None; 4]);
        assert_eq!(homes(&[]), [None; 4]);
    }
}
