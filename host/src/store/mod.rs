//! Nodes that keep what is stored: memcached and the embedded one, behind one trait, and the choice among them.
//!
//! A node keeps bytes with 32 bits of flags under a key, for a while. It knows nothing of sessions.

mod availability;
mod binary;
mod embedded;
mod error;
mod exchange;
mod memcached;
mod nodes;

#[cfg(test)]
mod contract;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use tokio::sync::watch;

pub use crate::session::Expiry;
pub use availability::{AvailabilityOptions, Verdict};
pub use binary::{BinaryNode, Credentials};
#[cfg(test)]
pub(crate) use contract::Server as TestServer;
pub use embedded::{EmbeddedLimits, EmbeddedNode};
pub use error::StoreError;
pub(crate) use exchange::one_by_one;
pub use exchange::{Answer, Answers, Operation, Store};
pub use memcached::MemcachedNode;
pub use nodes::{Member, NodeOptions, Nodes, NodesError};

/// What lies under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The bytes as they were stored.
    pub value: Bytes,
    /// The flags as they were stored.
    pub flags: u32,
    /// Changes with every write; what [`Node::compare_and_set`] compares.
    pub cas: u64,
}

/// How a write ended that was bound to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CasOutcome {
    /// Done.
    Stored,
    /// Not done: the item has been written to since.
    Conflict,
    /// Not done: there is no item.
    Missing,
}

/// What a node's operations return.
pub type NodeFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A place where items are kept.
///
/// An `Ok` is the node's own answer, never an assumption. A future that is dropped leaves the node usable; whether its
/// write happened is then unknown, as it is after [`StoreError::Timeout`].
pub trait Node: Send + Sync + 'static {
    /// What people call it: id and address, as in the configuration.
    fn name(&self) -> &str;

    /// Several operations at the price of one. The node does them one after the other, in this order, as if each had
    /// been asked for when the one before it had its answer.
    ///
    /// With the first that fails all have failed: whether those behind it, or before it, have happened is unknown then.
    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers>;

    /// What lies under `key`, if anything does.
    fn get<'a>(&'a self, key: &'a str) -> NodeFuture<'a, Option<Item>> {
        let asked = self.exchange(vec![Operation::Get { key }]);
        Box::pin(async move { asked.await?.item() })
    }

    /// Stores, whatever was there before.
    fn set<'a>(&'a self, key: &'a str, value: Bytes, flags: u32, expiry: Expiry) -> NodeFuture<'a, ()> {
        let asked = self.exchange(vec![Operation::Set(Store { key, value, flags, expiry })]);
        Box::pin(async move { asked.await?.set() })
    }

    /// Stores if there is nothing yet, and says with which `cas`; none: there is something. Of any number of callers at
    /// a time one stores.
    fn add<'a>(
        &'a self,
        key: &'a str,
        value: Bytes,
        flags: u32,
        expiry: Expiry,
    ) -> NodeFuture<'a, Option<u64>> {
        let asked = self.exchange(vec![Operation::Add(Store { key, value, flags, expiry })]);
        Box::pin(async move { asked.await?.added() })
    }

    /// Stores if the item is still the one that was read with this `cas`.
    fn compare_and_set<'a>(
        &'a self,
        key: &'a str,
        value: Bytes,
        flags: u32,
        expiry: Expiry,
        cas: u64,
    ) -> NodeFuture<'a, CasOutcome> {
        let store = Store { key, value, flags, expiry };
        let asked = self.exchange(vec![Operation::CompareAndSet(store, cas)]);
        Box::pin(async move { asked.await?.outcome() })
    }

    /// Makes the item live from now for `expiry`, and changes nothing else of it; false: there is none.
    fn touch<'a>(&'a self, key: &'a str, expiry: Expiry) -> NodeFuture<'a, bool> {
        let asked = self.exchange(vec![Operation::Touch { key, expiry }]);
        Box::pin(async move { asked.await?.found() })
    }

    /// Deletes the item; false: there was none.
    fn delete<'a>(&'a self, key: &'a str) -> NodeFuture<'a, bool> {
        let asked = self.exchange(vec![Operation::Delete { key }]);
        Box::pin(async move { asked.await?.found() })
    }

    /// Deletes the item if it is still the one that was read with this `cas`.
    fn delete_if_unchanged<'a>(&'a self, key: &'a str, cas: u64) -> NodeFuture<'a, CasOutcome> {
        let asked = self.exchange(vec![Operation::DeleteIfUnchanged { key, cas }]);
        Box::pin(async move { asked.await?.outcome() })
    }

    /// The keys of all items, in no order. A look at a node that is being written to: what comes or goes meanwhile may
    /// be in it or not. Costs as much as there are items.
    fn keys(&self) -> NodeFuture<'_, Vec<String>>;

    /// Whether the node answers at all.
    fn ping(&self) -> NodeFuture<'_, ()>;

    /// How many connections were found broken so far. A node that was started again has lost what it had, and this is
    /// how that is noticed where an operation reached the new process at the second attempt.
    fn breaks(&self) -> u64 {
        0
    }

    /// Whether it answered when it was asked last, if that is known; asks nobody.
    fn is_available(&self) -> bool {
        true
    }

    /// Why it is not available, if that is known.
    fn failure(&self) -> Option<StoreError> {
        None
    }

    /// What is known of it, and what becomes known; none if nobody watches it.
    fn verdict(&self) -> Option<watch::Receiver<Verdict>> {
        None
    }

    /// Lets go of what is held between operations, such as idle connections. A later operation works all the same.
    fn close(&self);
}
