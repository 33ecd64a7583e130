//! Warm instances between calls.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A few places that hold what is not in use.
///
/// No caller ever waits: a place that somebody else looks into is passed over. Each thread begins at a place of its
/// own, so that it tends to find the instance that it used last, whose memory is still near.
#[derive(Debug)]
pub(super) struct Pool<T> {
    places: Box<[Mutex<Option<T>>]>,
}

impl<T> Pool<T> {
    pub(super) fn new(places: NonZeroUsize) -> Self {
        Self { places: (0..places.get()).map(|_| Mutex::new(None)).collect() }
    }

    /// Takes something out, when there is something at hand.
    pub(super) fn take(&self) -> Option<T> {
        self.places_from_here().find_map(|place| place.try_lock().ok()?.take())
    }

    /// Puts something in, or gives it back when all places are taken.
    pub(super) fn give(&self, item: T) -> Option<T> {
        let mut item = Some(item);
        for place in self.places_from_here() {
            if let Ok(mut place) = place.try_lock()
                && place.is_none()
            {
                *place = item.take();
                break;
            }
        }
        item
    }

    fn places_from_here(&self) -> impl Iterator<Item = &Mutex<Option<T>>> {
        let begin = this_thread() % self.places.len();
        let (before, after) = self.places.split_at(begin);
        after.iter().chain(before)
    }
}

/// A small number that differs between threads.
fn this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_taken_again() {
        let pool = Pool::new(NonZeroUsize::new(3).unwrap());
        assert_eq!(pool.take(), None);
        assert_eq!(pool.give("a"), None);
        assert_eq!(pool.give("b"), None);
        let mut taken = [pool.take(), pool.take()];
        taken.sort_unstable();
        assert_eq!(taken, [Some("a"), Some("b")]);
        assert_eq!(pool.take(), None);
    }

    #[test]
    fn a_full_pool_gives_back_what_does_not_fit() {
        let pool = Pool::new(NonZeroUsize::MIN);
        assert_eq!(pool.give("a"), None);
        assert_eq!(pool.give("b"), Some("b"));
    }

    #[test]
    fn a_thread_finds_what_it_used_last() {
        let pool = Pool::new(NonZeroUsize::new(4).unwrap());
        for item in ["a", "b", "c"] {
            pool.give(item);
        }
        let taken = pool.take().unwrap();
        pool.give(taken);
        assert_eq!(pool.take(), Some(taken));
    }
}
