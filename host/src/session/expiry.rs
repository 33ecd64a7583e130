//! How long a node keeps what it is given.

use std::num::NonZeroU32;

/// How many seconds longer than the session itself its copy is kept in sticky mode, so that the copy never ends
/// before the server has noticed that the session did: Tomcat's `processExpiresFrequency` (6) times
/// `backgroundProcessorDelay` (10 s).
pub const DEFAULT_STICKY_SLACK_SECONDS: u32 = 60;

/// How long a node keeps an item. A length, never a date: nodes turn it into whatever they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Until it is deleted.
    Never,
    /// This many seconds.
    Seconds(NonZeroU32),
}

impl Expiry {
    /// Keeps for `seconds`, at least for one: zero means "for ever" to memcached, and nothing here means that.
    #[must_use]
    pub fn seconds(seconds: u32) -> Self {
        Self::Seconds(NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN))
    }

    /// For a session in sticky mode: its interval and the slack, less the time since its last request. A session that
    /// is being stored is alive, so at least a second is left. Without an interval: never.
    #[must_use]
    pub fn of_sticky_session(max_inactive_interval: i32, idle_ms: i64, slack_seconds: u32) -> Self {
        let Some(interval) = positive(max_inactive_interval) else {
            return Self::Never;
        };
        // Rounded to the nearest second, like MSM; a clock that was set back is no reason to keep it longer.
        let idle = idle_ms.max(0).saturating_add(500) / 1000;
        let left = i64::from(interval) + i64::from(slack_seconds) - idle;
        Self::seconds(u32::try_from(left.max(1)).unwrap_or(u32::MAX))
    }

    /// For a session in non-sticky mode, and for its copy: twice its interval, because requests that change nothing
    /// renew the validity record alone.
    #[must_use]
    pub fn of_shared_session(max_inactive_interval: i32) -> Self {
        positive(max_inactive_interval)
            .map_or(Self::Never, |interval| Self::seconds(interval.saturating_mul(2)))
    }

    /// For a validity record: the session's interval.
    #[must_use]
    pub fn of_validity(max_inactive_interval: i32) -> Self {
        positive(max_inactive_interval).map_or(Self::Never, Self::seconds)
    }
}

fn positive(interval: i32) -> Option<u32> {
    u32::try_from(interval).ok().filter(|&interval| interval > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sticky(interval: i32, idle_ms: i64) -> Expiry {
        Expiry::of_sticky_session(interval, idle_ms, DEFAULT_STICKY_SLACK_SECONDS)
    }

    #[test]
    fn sticky_sessions_keep_their_interval_and_a_minute_less_the_idle_time() {
        assert_eq!(sticky(1800, 0), Expiry::seconds(1860));
        assert_eq!(sticky(1800, 100_499), Expiry::seconds(1760));
        assert_eq!(sticky(1800, 100_500), Expiry::seconds(1759));
        assert_eq!(sticky(1800, -5_000), Expiry::seconds(1860));
    }

    /// MSM sends 0, which is for ever, or less than 0, which is not at all.
    #[test]
    fn a_short_or_long_idle_sticky_session_is_kept_for_a_second_at_least() {
        assert_eq!(sticky(5, 65_000), Expiry::seconds(1));
        assert_eq!(sticky(5, i64::MAX), Expiry::seconds(1));
        assert_eq!(Expiry::of_sticky_session(6, 6_000, 0), Expiry::seconds(1));
    }

    #[test]
    fn shared_sessions_are_kept_twice_as_long_as_their_validity() {
        assert_eq!(Expiry::of_shared_session(1800), Expiry::seconds(3600));
        assert_eq!(Expiry::of_validity(1800), Expiry::seconds(1800));
        assert_eq!(Expiry::of_shared_session(i32::MAX), Expiry::seconds(u32::MAX - 1));
    }

    proptest! {
        #[test]
        fn a_session_that_never_ends_is_kept_for_ever(interval in i32::MIN..=0, idle in any::<i64>()) {
            prop_assert_eq!(sticky(interval, idle), Expiry::Never);
            prop_assert_eq!(Expiry::of_shared_session(interval), Expiry::Never);
            prop_assert_eq!(Expiry::of_validity(interval), Expiry::Never);
        }

        #[test]
        fn a_session_that_ends_is_never_kept_for_ever(
            interval in 1..=i32::MAX, idle in any::<i64>(), slack in any::<u32>()
        ) {
            prop_assert_ne!(Expiry::of_sticky_session(interval, idle, slack), Expiry::Never);
            prop_assert_ne!(Expiry::of_shared_session(interval), Expiry::Never);
            prop_assert_ne!(Expiry::of_validity(interval), Expiry::Never);
        }
    }
}
