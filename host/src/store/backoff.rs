//! Growing pauses between attempts at something that does not work at the moment.

use std::time::Duration;

/// What follows a pause of nothing, which doubled would stay nothing.
const SMALLEST: Duration = Duration::from_millis(10);

/// The pauses before the next attempts: each is twice the one before, up to a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// Begins with `first`, which may be zero, and never gives more than `most`.
    #[must_use]
    pub fn new(first: Duration, most: Duration) -> Self {
        let first = first.min(most);
        Self { first, most, next: first }
    }

    /// How long to wait before the next attempt.
    #[expect(clippy::should_implement_trait, reason = "it never ends, so there is no `None` to ask about")]
    pub fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).max(SMALLEST).min(self.most);
        pause
    }

    /// An attempt was a success: the next pause is the first one again.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(backoff: &mut Backoff, count: usize) -> Vec<u128> {
        (0..count).map(|_| backoff.next().as_millis()).collect()
    }

    #[test]
    fn pauses_double_up_to_the_limit_and_stay_there() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        assert_eq!(pauses(&mut backoff, 8), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn after_a_success_it_begins_anew() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        pauses(&mut backoff, 20);
        backoff.reset();
        assert_eq!(pauses(&mut backoff, 3), [100, 200, 400]);
    }

    #[test]
    fn a_first_attempt_at_once_is_no_reason_for_all_of_them() {
        let mut backoff = Backoff::new(Duration::ZERO, Duration::from_millis(50));
        assert_eq!(pauses(&mut backoff, 6), [0, 10, 20, 40, 50, 50]);
    }

    #[test]
    fn no_pause_is_longer_than_the_limit_however_many_there_were() {
        let mut short = Backoff::new(Duration::from_secs(60), Duration::from_secs(30));
        assert_eq!(short.next(), Duration::from_secs(30));
        let mut endless = Backoff::new(Duration::from_secs(1), Duration::MAX);
        for _ in 0..200 {
            endless.next();
        }
        assert_eq!(endless.next(), Duration::MAX);
    }
}
