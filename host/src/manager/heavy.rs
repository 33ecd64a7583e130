//! Calls of serializers, and the other tasks of the thread that makes one.
//!
//! To hand the other tasks to another thread costs more than most calls take, so it is done for those that are likely to
//! take long: of much data, and for a while of all, after one of little data took long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};

/// From here on a call may take so long that other tasks of the thread should not wait for it.
const MUCH_DATA: usize = 64 << 10;
/// No call of less data takes so long, unless the plugin hangs; nor does one whose thread had to wait for a processor.
const LONG: Duration = Duration::from_secs(1);
/// Whoever asks for a session that cannot be read asks again.
const ALERT: Duration = Duration::from_secs(60);

/// Makes calls.
pub(super) struct Heavy {
    began: Instant,
    /// Until when all calls are taken for long ones, in ms since the beginning.
    alert_until: AtomicU64,
}

impl Default for Heavy {
    fn default() -> Self {
        Self { began: Instant::now(), alert_until: AtomicU64::new(0) }
    }
}

impl Heavy {
    /// Calls something that is to do with so many bytes.
    pub(super) fn call<T>(&self, len: usize, call: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let long = len >= MUCH_DATA || self.ms_at(started) < self.alert_until.load(Ordering::Relaxed);
        let result = if long && can_move() { tokio::task::block_in_place(call) } else { call() };
        let ended = Instant::now();
        if ended.saturating_duration_since(started) >= LONG {
            self.alert_until.fetch_max(self.ms_at(ended + ALERT), Ordering::Relaxed);
        }
        result
    }

    fn ms_at(&self, time: Instant) -> u64 {
        let ms = time.saturating_duration_since(self.began).as_millis();
        u64::try_from(ms).unwrap_or(u64::MAX)
    }
}

/// Whether this thread has other tasks, and another one can have them.
fn can_move() -> bool {
    Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::thread::sleep;

    use tokio::runtime::Builder;

    use super::*;

    /// Whether another task of the only thread gets anything done while a call of so much data is under way.
    async fn others_go_on(heavy: &Arc<Heavy>, len: usize) -> bool {
        let (done, other) = mpsc::channel();
        let heavy = Arc::clone(heavy);
        let call = tokio::spawn(async move {
            // Behind this task in the queue.
            tokio::spawn(async move { done.send(()) });
            heavy.call(len, || other.recv_timeout(LONG * 2).is_ok())
        });
        call.await.unwrap()
    }

    fn on_one_thread<F: Future>(work: F) -> F::Output {
        Builder::new_multi_thread().worker_threads(1).build().unwrap().block_on(work)
    }

    #[test]
    fn a_call_of_much_data_lets_other_tasks_go_on() {
        on_one_thread(async {
            let heavy = Arc::new(Heavy::default());
            assert!(others_go_on(&heavy, MUCH_DATA).await);
            // Nothing took long, so one of little data is made at once.
            assert!(!others_go_on(&heavy, 1).await);
        });
    }

    #[test]
    fn after_a_call_that_took_long_others_are_not_waited_for() {
        on_one_thread(async {
            let heavy = Arc::new(Heavy::default());
            heavy.call(1, || sleep(LONG));
            assert!(others_go_on(&heavy, 1).await);
        });
    }

    #[test]
    fn where_nothing_can_be_moved_calls_are_made_all_the_same() {
        let heavy = Heavy::default();
        assert_eq!(heavy.call(MUCH_DATA, || 1), 1);
        let one = Builder::new_current_thread().build().unwrap();
        assert_eq!(one.block_on(async { heavy.call(MUCH_DATA, || 2) }), 2);
    }
}
