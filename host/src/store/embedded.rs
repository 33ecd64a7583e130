//! A node in this process: nothing to install, nothing that outlives it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::notification::RemovalCause;
use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::error::check_key;
use super::{Answers, CasOutcome, Expiry, Item, Node, NodeFuture, Operation, StoreError, one_by_one};
use crate::clock::Clock;

/// What an entry costs beside its key and value; measured, roughly.
const ENTRY_OVERHEAD: usize = 200;

/// An item that has ended stays in memory for this long unless it is asked for. It covers the difference between the
/// clock that is given, which decides what has ended, and the one that the cache sweeps by.
const SWEEP_GRACE: Duration = Duration::from_secs(60);

/// How much an embedded node takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedLimits {
    /// Bytes of all items together; beyond, those go that were unused for longest.
    pub memory: u64,
    /// Bytes of one value.
    pub item: usize,
}

impl Default for EmbeddedLimits {
    /// 256 MiB, and 20 MiB for one value, which is what MSM's client takes.
    fn default() -> Self {
        Self { memory: 256 << 20, item: 20 << 20 }
    }
}

/// The embedded node.
pub struct EmbeddedNode {
    name: String,
    clock: Arc<dyn Clock>,
    limits: EmbeddedLimits,
    entries: Cache<String, Entry>,
    last_cas: AtomicU64,
}

#[derive(Clone)]
struct Entry {
    item: Item,
    expiry: Expiry,
    ends_at_ms: Option<i64>,
}

impl EmbeddedNode {
    /// An empty node.
    #[must_use]
    pub fn new(name: impl Into<String>, limits: EmbeddedLimits, clock: Arc<dyn Clock>) -> Self {
        let name = name.into();
        let evictions = Evictions { node: name.clone(), limit: limits.memory, count: AtomicU64::new(0) };
        let entries = Cache::builder()
            .max_capacity(limits.memory)
            .weigher(|key: &String, entry: &Entry| {
                u32::try_from(key.len() + entry.item.value.len() + ENTRY_OVERHEAD).unwrap_or(u32::MAX)
            })
            // The other policy keeps what is used often and refuses what is new: that would be the new sessions.
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(Sweep)
            .eviction_listener(move |_, _, cause| evictions.saw(cause))
            .build();
        Self { name, clock, limits, entries, last_cas: AtomicU64::new(0) }
    }

    fn check_size(&self, key: &str, value: &Bytes) -> Result<(), StoreError> {
        let room = usize::try_from(self.limits.memory)
            .unwrap_or(usize::MAX)
            .saturating_sub(ENTRY_OVERHEAD + key.len());
        let limit = self.limits.item.min(room);
        if value.len() <= limit {
            return Ok(());
        }
        Err(StoreError::TooLarge {
            node: self.name.clone(),
            key: key.to_owned(),
            size: value.len(),
            cure: format!("its limit is {limit} bytes; keep less in the session"),
        })
    }

    fn entry(&self, value: Bytes, flags: u32, expiry: Expiry) -> Entry {
        Entry {
            item: Item { value, flags, cas: self.last_cas.fetch_add(1, Ordering::Relaxed) + 1 },
            expiry,
            ends_at_ms: self.end_of(expiry),
        }
    }

    fn end_of(&self, expiry: Expiry) -> Option<i64> {
        match expiry {
            Expiry::Never => None,
            Expiry::Seconds(seconds) => {
                Some(self.clock.now_ms().saturating_add(i64::from(seconds.get()) * 1000))
            }
        }
    }

    fn is_live(&self, entry: &Entry) -> bool {
        entry.ends_at_ms.is_none_or(|end| self.clock.now_ms() < end)
    }

    /// Every write goes through here: the cache lets one at a time look at a key and change it. `decide` gets the live
    /// entry, if there is one, and says what becomes of the key and what the caller is told.
    fn change<T>(
        &self,
        key: &str,
        decide: impl FnOnce(Option<&Entry>) -> (Op<Entry>, T),
    ) -> Result<T, StoreError> {
        check_key(key)?;
        let mut answer = None;
        self.entries.entry_by_ref(key).and_compute_with(|found| {
            let found = found.map(moka::Entry::into_value);
            let (op, told) = decide(found.as_ref().filter(|entry| self.is_live(entry)));
            answer = Some(told);
            op
        });
        // The cache calls back exactly once; if it ever does not, nothing was stored.
        answer.ok_or_else(|| StoreError::Refused {
            node: self.name.clone(),
            message: "the entry could not be changed".to_owned(),
        })
    }

    fn get_now(&self, key: &str) -> Result<Option<Item>, StoreError> {
        check_key(key)?;
        Ok(self.entries.get(key).filter(|entry| self.is_live(entry)).map(|entry| entry.item))
    }
}

/// What the outcome of a write is that is bound to a cas, if it cannot be done.
fn hindrance(found: Option<&Entry>, cas: u64) -> Option<CasOutcome> {
    match found {
        None => Some(CasOutcome::Missing),
        Some(entry) if entry.item.cas != cas => Some(CasOutcome::Conflict),
        Some(_) => None,
    }
}

impl Node for EmbeddedNode {
    fn name(&self) -> &str {
        &self.name
    }

    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers> {
        Box::pin(one_by_one(self, operations))
    }

    fn get<'a>(&'a self, key: &'a str) -> NodeFuture<'a, Option<Item>> {
        Box::pin(async move { self.get_now(key) })
    }

    fn set<'a>(&'a self, key: &'a str, value: Bytes, flags: u32, expiry: Expiry) -> NodeFuture<'a, ()> {
        Box::pin(async move {
            self.check_size(key, &value)?;
            self.change(key, |_| (Op::Put(self.entry(value, flags, expiry)), ()))
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
            self.check_size(key, &value)?;
            self.change(key, |found| match found {
                Some(_) => (Op::Nop, None),
                None => {
                    let entry = self.entry(value, flags, expiry);
                    let cas = entry.item.cas;
                    (Op::Put(entry), Some(cas))
                }
            })
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
            self.check_size(key, &value)?;
            self.change(key, |found| match hindrance(found, cas) {
                Some(outcome) => (Op::Nop, outcome),
                None => (Op::Put(self.entry(value, flags, expiry)), CasOutcome::Stored),
            })
        })
    }

    fn touch<'a>(&'a self, key: &'a str, expiry: Expiry) -> NodeFuture<'a, bool> {
        Box::pin(async move {
            self.change(key, |found| match found {
                None => (Op::Nop, false),
                Some(entry) => {
                    let touched = Entry { item: entry.item.clone(), expiry, ends_at_ms: self.end_of(expiry) };
                    (Op::Put(touched), true)
                }
            })
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> NodeFuture<'a, bool> {
        Box::pin(async move { self.change(key, |found| (Op::Remove, found.is_some())) })
    }

    fn delete_if_unchanged<'a>(&'a self, key: &'a str, cas: u64) -> NodeFuture<'a, CasOutcome> {
        Box::pin(async move {
            self.change(key, |found| match hindrance(found, cas) {
                Some(outcome) => (Op::Nop, outcome),
                None => (Op::Remove, CasOutcome::Stored),
            })
        })
    }

    fn keys(&self) -> NodeFuture<'_, Vec<String>> {
        Box::pin(async move {
            let live = self.entries.iter().filter(|(_, entry)| self.is_live(entry));
            Ok(live.map(|(key, _)| key.as_ref().clone()).collect())
        })
    }

    fn ping(&self) -> NodeFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self) {}
}

/// Frees the memory of items that have ended and are never asked for again.
struct Sweep;

impl Sweep {
    fn after(entry: &Entry) -> Option<Duration> {
        match entry.expiry {
            Expiry::Never => None,
            Expiry::Seconds(seconds) => Some(Duration::from_secs(u64::from(seconds.get())) + SWEEP_GRACE),
        }
    }
}

impl moka::Expiry<String, Entry> for Sweep {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Self::after(entry)
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Self::after(entry)
    }
}

/// Says that a node is full, before somebody wonders where sessions went; not for each of them.
struct Evictions {
    node: String,
    limit: u64,
    count: AtomicU64,
}

impl Evictions {
    fn saw(&self, cause: RemovalCause) {
        if cause != RemovalCause::Size {
            return;
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            tracing::warn!(
                node = self.node,
                limit = self.limit,
                evicted = count,
                "the embedded node is full: what was unused for longest has been dropped"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn node(limits: EmbeddedLimits) -> (EmbeddedNode, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(1_700_000_000_000));
        (EmbeddedNode::new("n1:embedded", limits, Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    #[tokio::test]
    async fn an_item_ends_by_the_clock_that_was_given() {
        let (node, clock) = node(EmbeddedLimits::default());
        node.set("k", Bytes::from_static(b"v"), 0, Expiry::seconds(10)).await.unwrap();
        clock.advance_ms(9_999);
        assert!(node.get("k").await.unwrap().is_some());
        assert_eq!(node.keys().await.unwrap(), ["k"]);
        clock.advance_ms(1);
        assert!(node.get("k").await.unwrap().is_none());
        assert!(node.keys().await.unwrap().is_empty());
        assert!(!node.touch("k", Expiry::Never).await.unwrap());
        assert!(!node.delete("k").await.unwrap());
        assert!(node.add("k", Bytes::new(), 0, Expiry::Never).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn touching_counts_from_now() {
        let (node, clock) = node(EmbeddedLimits::default());
        node.set("k", Bytes::from_static(b"v"), 0, Expiry::seconds(10)).await.unwrap();
        clock.advance_ms(9_000);
        assert!(node.touch("k", Expiry::seconds(10)).await.unwrap());
        clock.advance_ms(9_000);
        assert!(node.get("k").await.unwrap().is_some());
        clock.advance_ms(1_000);
        assert!(node.get("k").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn the_longest_expiry_does_not_overflow() {
        let (node, clock) = node(EmbeddedLimits::default());
        node.set("k", Bytes::from_static(b"v"), 0, Expiry::seconds(u32::MAX)).await.unwrap();
        clock.advance_ms(i64::from(u32::MAX) * 1000 - 1);
        assert!(node.get("k").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_value_over_the_limit_is_refused_and_the_limit_named() {
        let (node, _) = node(EmbeddedLimits { memory: 1 << 20, item: 1000 });
        node.set("k", vec![0; 1000].into(), 0, Expiry::Never).await.unwrap();
        let error = node.set("k", vec![0; 1001].into(), 0, Expiry::Never).await.unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { size: 1001, .. }));
        assert!(error.to_string().contains("its limit is 1000 bytes"), "{error}");
        assert!(!error.node_is_down());
    }

    /// What would be evicted as soon as it is in must not be called stored.
    #[tokio::test]
    async fn a_value_larger_than_the_whole_node_is_refused() {
        let (node, _) = node(EmbeddedLimits { memory: 1000, item: 5000 });
        let error = node.add("k", vec![0; 1000].into(), 0, Expiry::Never).await.unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { .. }));
    }

    #[tokio::test]
    async fn a_full_node_drops_what_was_unused_for_longest_and_takes_what_is_new() {
        let (node, _) = node(EmbeddedLimits { memory: 100_000, item: 50_000 });
        for i in 0..200 {
            node.set(&format!("k{i}"), vec![0; 1000].into(), 0, Expiry::Never).await.unwrap();
            node.entries.run_pending_tasks();
            // Asked for again and again, so that only its use keeps it.
            assert!(node.get("k0").await.unwrap().is_some(), "after {i}");
        }
        assert!(node.get("k199").await.unwrap().is_some());
        assert!(node.get("k1").await.unwrap().is_none());
        assert!(node.entries.weighted_size() <= 100_000);
    }
}
