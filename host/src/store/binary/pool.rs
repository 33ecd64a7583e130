//! Connections to a node between two questions.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, Id};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Operations that may be under way at a time, and connections that are kept for them. More would only queue in
/// memcached, which has 4 threads by default and 1,024 connections for everybody.
const CONNECTIONS: usize = 64;

/// The connections to one node.
pub(super) struct Pool<C> {
    /// How many more may be in use.
    slots: Semaphore,
    /// The one that was used last is the last. With the runtime that it was opened in: what comes on it is noticed
    /// there, and telling another one costs more than a connection.
    idle: Mutex<Vec<(Option<Id>, C)>>,
}

impl<C> Pool<C> {
    pub(super) fn new() -> Self {
        Self { slots: Semaphore::new(CONNECTIONS), idle: Mutex::default() }
    }

    /// Waits until one more connection may be used.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // It fails only where the semaphore was closed, which nobody does.
        self.slots.acquire().await.ok()
    }

    /// The connection that was used last in this runtime. If it is not usable, the older ones are not either.
    pub(super) fn take(&self, is_usable: impl Fn(&C) -> bool) -> Option<C> {
        let here = here();
        let mut idle = self.idle();
        let position = idle.iter().rposition(|(runtime, _)| *runtime == here)?;
        let (_, newest) = idle.remove(position);
        if is_usable(&newest) {
            return Some(newest);
        }
        idle.retain(|(runtime, _)| *runtime != here);
        None
    }

    /// Keeps a connection for the next question.
    pub(super) fn give(&self, connection: C) {
        let mut idle = self.idle();
        if idle.len() >= CONNECTIONS {
            idle.remove(0);
        }
        idle.push((here(), connection));
    }

    pub(super) fn clear(&self) {
        self.idle().clear();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.idle().len()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Option<Id>, C)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn here() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_connection_that_was_used_last_is_used_next() {
        let pool = Pool::new();
        pool.give(1);
        pool.give(2);
        assert_eq!(pool.take(|_| true), Some(2));
        assert_eq!(pool.take(|_| true), Some(1));
        assert_eq!(pool.take(|_| true), None);
    }

    #[tokio::test]
    async fn with_a_connection_that_is_dead_the_older_ones_go() {
        let pool = Pool::new();
        pool.give(1);
        pool.give(2);
        assert_eq!(pool.take(|connection| *connection == 1), None);
        assert_eq!(pool.take(|_| true), None);
    }

    #[test]
    fn a_connection_stays_in_its_runtime() {
        let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (one, other) = (runtime(), runtime());
        let pool = Pool::new();
        one.block_on(async { pool.give(1) });
        other.block_on(async { assert_eq!(pool.take(|_| true), None) });
        one.block_on(async { assert_eq!(pool.take(|_| true), Some(1)) });
    }

    #[tokio::test]
    async fn no_more_are_kept_than_may_be_used() {
        let pool = Pool::new();
        (0..100).for_each(|connection| pool.give(connection));
        assert_eq!(std::iter::from_fn(|| pool.take(|_| true)).count(), CONNECTIONS);
    }
}
