//! Several operations in one exchange: one write, and one read unless the answers are long.

use std::sync::atomic::Ordering;

use memcache::exp::{Delete, Get, Meta, MutationResult, MutationStatus, Op, OpResult, Set};

use super::super::error::check_key;
use super::super::exchange::{Answer, Answers, Operation, Store};
use super::super::{Expiry, StoreError};
use super::{MemcachedNode, Repeat, connection_broke, item, now_seconds, on_the_wire};

impl MemcachedNode {
    /// memcached does what comes on one connection in the order in which it comes.
    pub(super) async fn run_all(&self, operations: &[Operation<'_>]) -> Result<Answers, StoreError> {
        for operation in operations {
            check_key(operation.key())?;
        }
        let repeat = match operations.iter().all(Operation::may_be_repeated) {
            true => Repeat::Harmless,
            false => Repeat::Misleading,
        };
        let now = now_seconds();
        let mut failed = 0;
        let results = self.in_time(async |client| {
            let mut run = async || {
                let results =
                    client.run_batch(operations.iter().map(|operation| wire(operation, now))).await?;
                let positions = results.into_iter().enumerate();
                positions
                    .map(|(position, result)| result.inspect_err(|_| failed = position))
                    .collect::<Result<Vec<_>, _>>()
            };
            match run().await {
                // A server that was restarted leaves connections behind that look alive until they are used.
                Err(error) if connection_broke(&error) => {
                    self.breaks.fetch_add(1, Ordering::Relaxed);
                    if repeat == Repeat::Harmless { run().await } else { Err(error) }
                }
                results => results,
            }
        });
        let results = results.await.map_err(|error| match operations.get(failed) {
            Some(Operation::Set(store) | Operation::Add(store) | Operation::CompareAndSet(store, _)) => {
                self.perhaps_too_large(error, store.key, store.value.len())
            }
            _ => error,
        })?;
        let answers =
            operations.iter().zip(results).map(|(operation, result)| self.answer(operation, result));
        Ok(Answers::new(&self.name, answers.collect::<Result<_, _>>()?))
    }

    fn answer(&self, operation: &Operation<'_>, result: OpResult) -> Result<Answer, StoreError> {
        match (operation, result) {
            (Operation::Get { .. }, OpResult::Get(found)) => Ok(Answer::Item(item(found))),
            (Operation::Touch { .. }, OpResult::Get(found)) => Ok(Answer::Touched(found.hit())),
            (Operation::Set(_), OpResult::Mutation(result)) => self.applied(&result).map(|()| Answer::Set),
            (Operation::Add(_), OpResult::Mutation(result)) => self.added(&result).map(Answer::Added),
            (
                Operation::CompareAndSet(..) | Operation::DeleteIfUnchanged { .. },
                OpResult::Mutation(MutationResult { status, .. }),
            ) => self.cas_outcome(status).map(Answer::Outcome),
            (_, other) => Err(StoreError::Protocol {
                node: self.name.clone(),
                message: format!("{other:?} where that cannot be"),
            }),
        }
    }

    pub(super) fn applied(&self, result: &MutationResult) -> Result<(), StoreError> {
        match result.status {
            MutationStatus::Applied => Ok(()),
            other => Err(self.unexpected(other)),
        }
    }

    pub(super) fn added(&self, result: &MutationResult) -> Result<Option<u64>, StoreError> {
        match (result.status, result.cas) {
            (MutationStatus::Applied, Some(cas)) => Ok(Some(cas)),
            (MutationStatus::AlreadyExists, _) => Ok(None),
            (other, _) => Err(self.unexpected(other)),
        }
    }
}

fn wire(operation: &Operation<'_>, now: u32) -> Op {
    match operation {
        Operation::Get { key } => get(key).into(),
        Operation::Touch { key, expiry } => touch(key, *expiry, now).into(),
        Operation::Set(store) => set(store, now).into(),
        Operation::Add(store) => set(store, now).add().return_cas().into(),
        Operation::CompareAndSet(store, cas) => set(store, now).compare_cas(*cas).into(),
        Operation::DeleteIfUnchanged { key, cas } => Delete::new(key).compare_cas(*cas).into(),
    }
}

pub(super) fn get(key: &str) -> Get {
    Get::new(key).meta(Meta::NONE.cas())
}

pub(super) fn touch(key: &str, expiry: Expiry, now: u32) -> Get {
    Get::new(key).without_value().touch_raw(on_the_wire(expiry, now))
}

pub(super) fn set(store: &Store<'_>, now: u32) -> Set {
    Set::new(store.key, &store.value).client_flags(store.flags).ttl_raw(on_the_wire(store.expiry, now))
}
