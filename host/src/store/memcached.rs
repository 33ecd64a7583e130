//! memcached over its meta text protocol (version 1.6 or later), by the `memcache` crate's `exp` client.
//!
//! That client is young and says so; it is pinned, and nothing outside of this module sees it. What it gives: a
//! connection that timed out or broke is never used again, so no answer can reach the wrong question.

mod batch;
mod list;
mod pulse;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use bytes::Bytes;
use memcache::exp::{
    AsyncMetaClient, Delete, Error, GetResult, MutationResult, MutationStatus, Operation as MetaOperation,
    Set,
};

use tokio::runtime::{Handle, Id};

use self::pulse::Pulse;
use super::error::check_key;
use super::{Answers, CasOutcome, Expiry, Item, Node, NodeFuture, Operation, Store, StoreError};
use crate::config::NodeAddress;

/// Operations that may be under way at a time, and connections that are kept for them. More would only queue in
/// memcached, which has 4 threads by default and 1,024 connections for everybody.
pub(super) const CONNECTIONS: usize = 64;

/// Longer than this, memcached takes an expiration for a date.
const LONGEST_RELATIVE: u32 = 30 * 24 * 60 * 60;

/// A memcached.
pub struct MemcachedNode {
    name: String,
    address: NodeAddress,
    operation_timeout: Duration,
    /// Absent before the first operation, and after one that did not get through: the next looks the host up again,
    /// because a server that comes back may do so under another address.
    clients: ArcSwap<Vec<(Id, Arc<AsyncMetaClient>)>>,
    breaks: AtomicU64,
    pulse: Pulse,
}

/// Whether an operation may be repeated when the connection broke and its outcome is unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Doing it twice is doing it once.
    Harmless,
    /// The second attempt would answer to what the first one did.
    Misleading,
}

impl MemcachedNode {
    /// A node that connects when it is first used. `operation_timeout` limits each operation as a whole, connecting
    /// included.
    #[must_use]
    pub fn new(name: impl Into<String>, address: &NodeAddress, operation_timeout: Duration) -> Self {
        Self {
            name: name.into(),
            address: address.clone(),
            operation_timeout,
            clients: ArcSwap::default(),
            breaks: AtomicU64::new(0),
            pulse: Pulse::default(),
        }
    }

    async fn run<O: MetaOperation>(
        &self,
        key: &str,
        repeat: Repeat,
        operation: impl Fn() -> O,
    ) -> Result<O::Output, StoreError> {
        check_key(key)?;
        self.in_time(async |client| {
            match client.run(operation()).await {
                // A server that was restarted leaves connections behind that look alive until they are used.
                Err(error) if connection_broke(&error) => {
                    self.breaks.fetch_add(1, Ordering::Relaxed);
                    if repeat == Repeat::Harmless { client.run(operation()).await } else { Err(error) }
                }
                result => result,
            }
        })
        .await
    }

    async fn in_time<T>(
        &self,
        exchange: impl AsyncFnOnce(&AsyncMetaClient) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let mut used = None;
        let within = tokio::time::timeout(self.operation_timeout, async {
            exchange(used.insert(self.client().await?)).await
        });
        let result = match within.await {
            Ok(result) => result.map_err(|error| self.explain(error)),
            Err(_) => Err(self.timed_out()),
        };
        if result.as_ref().is_err_and(StoreError::node_is_down) {
            // Unless another operation already has begun anew.
            if let Some(used) = &used {
                self.clients.rcu(|clients| -> Vec<_> {
                    clients.iter().filter(|(_, client)| !Arc::ptr_eq(client, used)).cloned().collect()
                });
            }
        }
        result
    }

    async fn client(&self) -> Result<Arc<AsyncMetaClient>, Error> {
        let runtime = Handle::current().id();
        if let Some((_, client)) = self.clients.load().iter().find(|(id, _)| *id == runtime) {
            return Ok(Arc::clone(client));
        }
        let client = AsyncMetaClient::builder()
            .max_idle(CONNECTIONS)
            .max_connections(Some(CONNECTIONS))
            // One limit around the whole operation stands for both.
            .connect_timeout(None)
            .io_timeout(None)
            .connect_async((self.address.host.clone(), self.address.port))
            .await?;
        let client = Arc::new(client);
        self.clients.rcu(|clients| -> Vec<_> {
            clients.iter().filter(|(id, _)| *id != runtime).cloned().chain([(runtime, Arc::clone(&client))]).collect()
        });
        Ok(client)
    }

    async fn store(
        &self,
        store: Store<'_>,
        repeat: Repeat,
        condition: impl Fn(Set) -> Set,
    ) -> Result<MutationResult, StoreError> {
        let set = || condition(batch::set(&store, now_seconds()));
        let stored = self.run(store.key, repeat, set).await;
        stored.map_err(|error| self.perhaps_too_large(error, store.key, store.value.len()))
    }

    fn perhaps_too_large(&self, error: StoreError, key: &str, size: usize) -> StoreError {
        match error {
            StoreError::Refused { node, message } if message.contains("too large") => {
                StoreError::TooLarge { node, key: key.to_owned(), size, cure: larger_items(size) }
            }
            error => error,
        }
    }

    fn explain(&self, error: Error) -> StoreError {
        let node = self.name.clone();
        match error {
            // That the outcome is unknown is said by the variants below; the reason is what helps.
            Error::Ambiguous { source, .. } => self.explain(*source),
            Error::Io(source) if source.kind() == io::ErrorKind::TimedOut => self.timed_out(),
            Error::Io(source) => StoreError::Unavailable { node, source },
            Error::Timeout { .. } => self.timed_out(),
            Error::Server(message) => StoreError::Refused { node, message },
            // The client drops what follows that word.
            Error::Rejected(message) if message == "ERROR" => StoreError::Protocol {
                node,
                message: "ERROR, as an older version does, or one that has too many connections".to_owned(),
            },
            Error::Rejected(message) | Error::Protocol(message) => StoreError::Protocol { node, message },
            other => StoreError::Protocol { node, message: other.to_string() },
        }
    }

    fn unexpected(&self, status: MutationStatus) -> StoreError {
        StoreError::Protocol { node: self.name.clone(), message: format!("{status:?} where that cannot be") }
    }

    fn timed_out(&self) -> StoreError {
        StoreError::Timeout { node: self.name.clone(), after: self.operation_timeout }
    }
}

impl Node for MemcachedNode {
    fn name(&self) -> &str {
        &self.name
    }

    fn get<'a>(&'a self, key: &'a str) -> NodeFuture<'a, Option<Item>> {
        Box::pin(async move {
            let found = self.run(key, Repeat::Harmless, || batch::get(key)).await?;
            Ok(item(found))
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: Bytes, flags: u32, expiry: Expiry) -> NodeFuture<'a, ()> {
        Box::pin(async move {
            let store = Store { key, value, flags, expiry };
            self.applied(&self.store(store, Repeat::Harmless, |set| set).await?)
        })
    }

    fn add<'a>(
        &'a self,
        key: &'a str,
        value: Bytes,
        flags: u32,
        expiry: Expiry,
    ) -> NodeFuture<'a, Option<u64>> {
        Box::pin(async move {
            let store = Store { key, value, flags, expiry };
            self.added(&self.store(store, Repeat::Misleading, |set| set.add().return_cas()).await?)
        })
    }

    fn compare_and_set<'a>(
        &'a self,
        key: &'a str,
        value: Bytes,
        flags: u32,
        expiry: Expiry,
        cas: u64,
    ) -> NodeFuture<'a, CasOutcome> {
        Box::pin(async move {
            let store = Store { key, value, flags, expiry };
            let result = self.store(store, Repeat::Misleading, |set| set.compare_cas(cas)).await?;
            self.cas_outcome(result.status)
        })
    }

    fn touch<'a>(&'a self, key: &'a str, expiry: Expiry) -> NodeFuture<'a, bool> {
        Box::pin(async move {
            let touch = || batch::touch(key, expiry, now_seconds());
            Ok(self.run(key, Repeat::Harmless, touch).await?.hit())
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> NodeFuture<'a, bool> {
        Box::pin(async move {
            let result = self.run(key, Repeat::Harmless, || Delete::new(key)).await?;
            Ok(result.applied())
        })
    }

    fn delete_if_unchanged<'a>(&'a self, key: &'a str, cas: u64) -> NodeFuture<'a, CasOutcome> {
        Box::pin(async move {
            let delete = || Delete::new(key).compare_cas(cas);
            let status = self.run(key, Repeat::Misleading, delete).await?.status;
            self.cas_outcome(status)
        })
    }

    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers> {
        Box::pin(async move { self.run_all(&operations).await })
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
        self.clients.store(Arc::default());
    }
}

impl MemcachedNode {
    fn cas_outcome(&self, status: MutationStatus) -> Result<CasOutcome, StoreError> {
        match status {
            MutationStatus::Applied => Ok(CasOutcome::Stored),
            MutationStatus::CasMismatch => Ok(CasOutcome::Conflict),
            MutationStatus::NotFound => Ok(CasOutcome::Missing),
            other => Err(self.unexpected(other)),
        }
    }
}

fn item(found: GetResult) -> Option<Item> {
    Some(Item {
        value: found.value?.into(),
        flags: found.client_flags.unwrap_or_default(),
        cas: found.item.cas.unwrap_or_default(),
    })
}

fn connection_broke(error: &Error) -> bool {
    match error {
        Error::Ambiguous { source, .. } => connection_broke(source),
        Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
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
