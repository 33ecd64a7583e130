//! memcached over its meta text protocol (version 1.6 or later).
//!
//! The `memcache` crate has a client for it, `exp`, and it is not used: an operation takes some 10,000 instructions and 15
//! allocations there, a third of all that a request of a locked session took. What remains of the protocol is small.

mod list;
mod pipe;
mod pulse;
mod wire;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use tokio::runtime::{Handle, Id};

use self::pipe::{Failure, Pipe};
use self::pulse::Pulse;
use self::wire::Fault;
use super::error::check_key;
use super::exchange::Answer;
use super::{Answers, Expiry, Node, NodeFuture, Operation, StoreError};
use crate::config::NodeAddress;

/// Longer than this a connection is not kept unused: what lies between may have forgotten it without a word.
pub(super) const LONGEST_IDLE: Duration = Duration::from_secs(90);

/// A value that is shorter is copied, to be sent with what stands around it, and when it comes, not to keep that alive.
pub(super) const LONG: usize = 16 << 10;

/// Longer than this, memcached takes an expiration for a date.
const LONGEST_RELATIVE: u32 = 30 * 24 * 60 * 60;

/// A memcached.
pub struct MemcachedNode {
    name: Arc<str>,
    address: NodeAddress,
    operation_timeout: Duration,
    /// One for each runtime: what comes on a connection is noticed in the runtime that opened it, and telling another one
    /// costs more than a connection. None before the first operation, and after one that did not get through: the next
    /// looks the host up again, because a server that comes back may do so under another address.
    pipes: ArcSwap<Vec<(Id, Arc<Pipe>)>>,
    breaks: AtomicU64,
    pulse: Pulse,
}

impl MemcachedNode {
    /// A node that connects when it is first used. `operation_timeout` limits each operation as a whole, connecting
    /// included.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, address: &NodeAddress, operation_timeout: Duration) -> Self {
        Self {
            name: name.into(),
            address: address.clone(),
            operation_timeout,
            pipes: ArcSwap::default(),
            breaks: AtomicU64::new(0),
            pulse: Pulse::default(),
        }
    }

    async fn run(&self, operations: &[Operation<'_>]) -> Result<Answers, StoreError> {
        for operation in operations {
            check_key(operation.key())?;
        }
        let result = match tokio::time::timeout(self.operation_timeout, self.ask(operations)).await {
            Ok(result) => result
                .map_err(|Failure { fault, position, .. }| self.explain(fault, operations.get(position))),
            Err(_) => Err(self.timed_out()),
        };
        if result.as_ref().is_err_and(StoreError::node_is_down) {
            // Other connections have most likely the same fate, and a server that comes back may have moved.
            self.close();
        }
        Ok(Answers::new(Arc::clone(&self.name), result?))
    }

    async fn ask(&self, operations: &[Operation<'_>]) -> Result<Vec<Answer>, Failure> {
        let now_seconds = now_seconds();
        let mut may_be_repeated = operations.iter().all(Operation::may_be_repeated);
        loop {
            let pipe = self.pipe();
            let Some(asked) = pipe.ask(operations, now_seconds).await else {
                self.drop_pipes(|other| !Arc::ptr_eq(other, &pipe));
                continue;
            };
            match asked {
                // A server that was restarted leaves connections behind that look alive until they are used.
                Err(Failure { fault: Fault::Io(error), was_connected: true, position })
                    if has_broken(&error) =>
                {
                    if pipe.counts_as_broken() {
                        self.breaks.fetch_add(1, Ordering::Relaxed);
                    }
                    if !may_be_repeated {
                        return Err(Failure { fault: error.into(), position, was_connected: true });
                    }
                    may_be_repeated = false;
                    self.drop_pipes(|other| !Arc::ptr_eq(other, &pipe));
                }
                answered => return answered,
            }
        }
    }

    /// The connection of this runtime.
    fn pipe(&self) -> Arc<Pipe> {
        let runtime = Handle::current().id();
        let of_runtime = |pipes: &[(Id, Arc<Pipe>)]| {
            pipes.iter().find(|(id, _)| *id == runtime).map(|(_, pipe)| Arc::clone(pipe))
        };
        if let Some(pipe) = of_runtime(&self.pipes.load()) {
            return pipe;
        }
        let opened = Pipe::open(self.address.clone(), self.operation_timeout);
        self.pipes.rcu(|pipes| {
            let mut pipes = Vec::clone(pipes);
            if of_runtime(&pipes).is_none() {
                pipes.push((runtime, Arc::clone(&opened)));
            }
            pipes
        });
        let used = of_runtime(&self.pipes.load()).unwrap_or_else(|| Arc::clone(&opened));
        if !Arc::ptr_eq(&used, &opened) {
            // Another thread of the runtime was faster.
            opened.retire();
        }
        used
    }

    /// Asks nothing more on connections that are not to stay.
    fn drop_pipes(&self, stays: impl Fn(&Arc<Pipe>) -> bool) {
        let before = self
            .pipes
            .rcu(|pipes| -> Vec<_> { pipes.iter().filter(|(_, pipe)| stays(pipe)).cloned().collect() });
        before.iter().filter(|(_, pipe)| !stays(pipe)).for_each(|(_, pipe)| pipe.retire());
    }

    /// What went wrong, and with which operation.
    fn explain(&self, fault: Fault, operation: Option<&Operation<'_>>) -> StoreError {
        let node = self.name.to_string();
        match fault {
            Fault::Io(source) if source.kind() == io::ErrorKind::TimedOut => self.timed_out(),
            Fault::Io(source) => StoreError::Unavailable { node, source },
            Fault::Refused(message) => match operation.and_then(|it| Some((it.key(), it.value()?.len()))) {
                Some((key, size)) if message.contains("too large") => {
                    StoreError::TooLarge { node, key: key.to_owned(), size, cure: larger_items(size) }
                }
                _ => StoreError::Refused { node, message },
            },
            Fault::Protocol(message) => StoreError::Protocol { node, message },
        }
    }

    fn timed_out(&self) -> StoreError {
        StoreError::Timeout { node: self.name.to_string(), after: self.operation_timeout }
    }
}

impl Node for MemcachedNode {
    fn name(&self) -> &str {
        &self.name
    }

    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers> {
        // memcached does what comes on one connection in the order in which it comes.
        Box::pin(async move { self.run(&operations).await })
    }

    fn keys(&self) -> NodeFuture<'_, Vec<String>> {
        Box::pin(list::keys(self))
    }

    fn ping(&self) -> NodeFuture<'_, ()> {
        Box::pin(self.pulse.feel(self))
    }

    fn breaks(&self) -> u64 {
        self.breaks.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.drop_pipes(|_| false);
    }
}

impl Drop for MemcachedNode {
    fn drop(&mut self) {
        self.drop_pipes(|_| false);
    }
}

fn has_broken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
    )
}

/// An expiration as memcached takes it: seconds up to 30 days, above that a date. A date beyond what it can count
/// (2038) would be in its past, and the item gone at once: then it has none.
pub(super) fn on_the_wire(expiry: Expiry, now_seconds: u32) -> u32 {
    match expiry {
        Expiry::Never => 0,
        Expiry::Seconds(seconds) if seconds.get() <= LONGEST_RELATIVE => seconds.get(),
        Expiry::Seconds(seconds) => {
            now_seconds.checked_add(seconds.get()).filter(|date| i32::try_from(*date).is_ok()).unwrap_or(0)
        }
    }
}

pub(super) fn now_seconds() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
}

pub(super) fn larger_items(size: usize) -> String {
    // A little is lost to the item's own header, so a power of two is never enough for itself.
    let mib = size.saturating_add(1).div_ceil(1 << 20).next_power_of_two();
    format!("start that memcached with `-I {mib}m` or more (1m is its default), or keep less in the session")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 1_700_000_000;

    #[test]
    fn up_to_30_days_an_expiration_is_a_length_and_above_a_date() {
        assert_eq!(on_the_wire(Expiry::Never, NOW), 0);
        assert_eq!(on_the_wire(Expiry::seconds(1), NOW), 1);
        assert_eq!(on_the_wire(Expiry::seconds(2_592_000), NOW), 2_592_000);
        assert_eq!(on_the_wire(Expiry::seconds(2_592_001), NOW), NOW + 2_592_001);
    }

    /// MSM sends a negative number there, and the session is gone at once.
    #[test]
    fn an_expiration_beyond_2038_is_none() {
        assert_eq!(on_the_wire(Expiry::seconds(u32::MAX), NOW), 0);
        assert_eq!(on_the_wire(Expiry::seconds(i32::MAX as u32 - NOW), NOW), i32::MAX as u32);
        assert_eq!(on_the_wire(Expiry::seconds(i32::MAX as u32 - NOW + 1), NOW), 0);
    }

    #[test]
    fn the_size_to_start_memcached_with_is_large_enough() {
        assert!(larger_items(1 << 20).contains("`-I 2m`"));
        assert!(larger_items(2 << 20).contains("`-I 4m`"));
        assert!(larger_items(5_000_000).contains("`-I 8m`"));
    }
}
