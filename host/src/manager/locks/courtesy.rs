//! What a server that has a lock all the time leaves to the others.
//!
//! Others cannot be seen as long as one never has to ask: they wait and try now and then. So whoever has had a lock over
//! and over, without a gap in which another server would have had its chance, makes one.

use std::time::Duration;

use tokio::time::Instant;

/// Longer than a waiting server's pause between two attempts.
const GAP: Duration = Duration::from_millis(10);

/// How long a lock may be had without a gap, when another server was seen to want it lately, and else.
const WITH_RIVALS: Duration = Duration::from_millis(50);
const ALONE: Duration = Duration::from_millis(250);

/// A lock that is free for at least one part in so many of a streak gives others a chance at each attempt: the streak
/// begins anew, without a gap. So one client that sends request after request waits for nobody who may not be there.
const FREE: u32 = 4;

/// How long one that was seen counts.
const LATELY: Duration = Duration::from_secs(2);

const REMEMBERED: usize = 64;

/// The locks that this server had last. Of those that fall together one is forgotten, which costs others a little
/// patience.
pub(super) struct Courtesy([Option<Streak>; REMEMBERED]);

#[derive(Clone, Copy)]
struct Streak {
    hash: u64,
    /// Without a gap.
    since: Instant,
    /// The last time that a request had it.
    last: Instant,
    /// How long no request had it since the streak began.
    free: Duration,
    rival_seen: Option<Instant>,
}

impl Streak {
    /// One that begins now.
    const fn new(hash: u64, now: Instant, rival_seen: Option<Instant>) -> Self {
        Self { hash, since: now, last: now, free: Duration::ZERO, rival_seen }
    }
}

impl Default for Courtesy {
    fn default() -> Self {
        Self([None; REMEMBERED])
    }
}

impl Courtesy {
    /// Another server has it.
    pub(super) fn refused(&mut self, hash: u64, now: Instant) {
        if let Some(place) = self.place(hash) {
            *place = Some(Streak::new(hash, now, Some(now)));
        }
    }

    /// A request of this server has got it from the node.
    pub(super) fn got(&mut self, hash: u64, now: Instant) {
        let Some(place) = self.place(hash) else { return };
        let known = place.filter(|streak| streak.hash == hash);
        let rival_seen = known.and_then(|streak| streak.rival_seen);
        *place = Some(match known.filter(|streak| now < streak.last + GAP) {
            Some(streak) => Streak { last: now, free: streak.free + (now - streak.last), ..streak },
            None => Streak::new(hash, now, rival_seen),
        });
    }

    /// A request of this server does not need it any more.
    pub(super) fn done(&mut self, hash: u64, now: Instant) {
        if let Some(Some(streak)) = self.place(hash)
            && streak.hash == hash
        {
            streak.last = now;
        }
    }

    /// Until when it is to be left to others; none: it may be had.
    pub(super) fn leave_until(&mut self, hash: u64, now: Instant) -> Option<Instant> {
        let streak = self.place(hash)?.as_mut().filter(|streak| streak.hash == hash)?;
        let rivals = streak.rival_seen.is_some_and(|seen| now < seen + LATELY);
        let gap_ends = streak.last + GAP;
        if now < streak.since + if rivals { WITH_RIVALS } else { ALONE } || now >= gap_ends {
            return None;
        }
        if (streak.free + (now - streak.last)) * FREE >= now - streak.since {
            *streak = Streak::new(hash, now, streak.rival_seen);
            return None;
        }
        Some(gap_ends)
    }

    fn place(&mut self, hash: u64) -> Option<&mut Option<Streak>> {
        self.0.get_mut((hash >> 32) as usize % REMEMBERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A server that has the lock for 5 ms and leaves it for `free`, over and over; when it is asked to leave it for
    /// longer.
    fn asked_to_leave_after(courtesy: &mut Courtesy, start: Instant, free: u32) -> Option<u32> {
        (0..1000).step_by(5 + free as usize).find(|&at| {
            let now = start + MS * at;
            if courtesy.leave_until(7, now).is_some() {
                return true;
            }
            courtesy.got(7, now);
            courtesy.done(7, now + MS * 5);
            false
        })
    }

    #[test]
    fn whoever_has_a_lock_over_and_over_leaves_a_gap_sooner_when_another_waits() {
        let start = Instant::now();
        let mut courtesy = Courtesy::default();
        let asked = |courtesy: &mut Courtesy, start| asked_to_leave_after(courtesy, start, 1).unwrap();
        assert!((250..260).contains(&asked(&mut courtesy, start)));
        let later = start + MS * 2000;
        courtesy.refused(7, later - MS * 100);
        assert!((50..60).contains(&asked(&mut courtesy, later)));
        // Nobody was seen for two seconds.
        assert!((250..260).contains(&asked(&mut courtesy, later + MS * 3000)));
    }

    #[test]
    fn a_lock_that_is_free_between_requests_needs_no_gap_whoever_waits() {
        let start = Instant::now();
        let mut courtesy = Courtesy::default();
        assert_eq!(asked_to_leave_after(&mut courtesy, start, 2), None);
        let later = start + MS * 2000;
        courtesy.refused(7, later - MS);
        assert_eq!(asked_to_leave_after(&mut courtesy, later, 2), None);
        let asked = asked_to_leave_after(&mut courtesy, later + MS * 1003, 0);
        assert!(asked.is_some_and(|at| at <= 100), "free time is not saved up: {asked:?}");
    }

    #[test]
    fn the_gap_is_measured_from_the_last_time_and_then_all_begins_anew() {
        let start = Instant::now();
        let mut courtesy = Courtesy::default();
        courtesy.got(7, start);
        courtesy.done(7, start + MS * 300);
        assert_eq!(courtesy.leave_until(7, start + MS * 301), Some(start + MS * 310));
        assert_eq!(courtesy.leave_until(7, start + MS * 310), None);
        courtesy.got(7, start + MS * 310);
        courtesy.done(7, start + MS * 311);
        assert_eq!(courtesy.leave_until(7, start + MS * 312), None);
    }

    #[test]
    fn another_session_s_streak_is_none_of_ours() {
        let start = Instant::now();
        let mut courtesy = Courtesy::default();
        courtesy.got(7, start);
        courtesy.done(7, start + MS * 300);
        assert_eq!(courtesy.leave_until(8, start + MS * 301), None, "it falls on the same place");
        courtesy.got(8, start + MS * 301);
        assert_eq!(courtesy.leave_until(7, start + MS * 302), None, "forgotten");
    }
}
