//! Several operations in one exchange with a node.

use std::sync::Arc;

use bytes::Bytes;

use super::{CasOutcome, Expiry, Item, Node, StoreError};

/// An operation of an exchange: the method of [`Node`] of this name.
#[derive(Debug, Clone)]
pub enum Operation<'a> {
    /// [`Node::get`]
    Get {
        /// Where it looks.
        key: &'a str,
    },
    /// [`Node::set`]
    Set(Store<'a>),
    /// [`Node::add`]
    Add(Store<'a>),
    /// [`Node::compare_and_set`]
    CompareAndSet(Store<'a>, u64),
    /// [`Node::touch`]
    Touch {
        /// What it extends.
        key: &'a str,
        /// From now.
        expiry: Expiry,
    },
    /// [`Node::delete`]
    Delete {
        /// What it deletes.
        key: &'a str,
    },
    /// [`Node::delete_if_unchanged`]
    DeleteIfUnchanged {
        /// What it deletes.
        key: &'a str,
        /// What it is bound to.
        cas: u64,
    },
}

/// An exchange of a node that has a method of its own for each operation.
pub(crate) async fn one_by_one(
    node: &(impl Node + ?Sized),
    operations: Vec<Operation<'_>>,
) -> Result<Answers, StoreError> {
    let mut answers = Vec::with_capacity(operations.len());
    for operation in operations {
        answers.push(operation.run(node).await?);
    }
    Ok(Answers::new(node.name().into(), answers))
}

/// What an operation stores.
#[derive(Debug, Clone)]
pub struct Store<'a> {
    /// Under this key.
    pub key: &'a str,
    /// The bytes of the item.
    pub value: Bytes,
    /// Its flags.
    pub flags: u32,
    /// How long it lives.
    pub expiry: Expiry,
}

/// What came of an operation.
#[derive(Debug)]
pub enum Answer {
    /// Of `Get`.
    Item(Option<Item>),
    /// Of `Set`.
    Set,
    /// Of `Add`: as [`Node::add`] returns it.
    Added(Option<u64>),
    /// Of `CompareAndSet` and `DeleteIfUnchanged`.
    Outcome(CasOutcome),
    /// Of `Touch` and `Delete`: whether it was there.
    Found(bool),
}

/// The answers of an exchange, taken in the order of its operations.
#[derive(Debug)]
pub struct Answers {
    node: Arc<str>,
    answers: std::vec::IntoIter<Answer>,
}

impl Answers {
    pub(super) fn new(node: Arc<str>, answers: Vec<Answer>) -> Self {
        Self { node, answers: answers.into_iter() }
    }

    /// The next answer, of a `Get`.
    ///
    /// # Errors
    /// Here and below: the operation was another one.
    pub fn item(&mut self) -> Result<Option<Item>, StoreError> {
        match self.answers.next() {
            Some(Answer::Item(item)) => Ok(item),
            other => Err(self.unexpected(other.as_ref())),
        }
    }

    /// The next answer, of a `Set`.
    ///
    /// # Errors
    /// See [`Answers::item`].
    pub fn set(&mut self) -> Result<(), StoreError> {
        match self.answers.next() {
            Some(Answer::Set) => Ok(()),
            other => Err(self.unexpected(other.as_ref())),
        }
    }

    /// The next answer, of an `Add`.
    ///
    /// # Errors
    /// See [`Answers::item`].
    pub fn added(&mut self) -> Result<Option<u64>, StoreError> {
        match self.answers.next() {
            Some(Answer::Added(cas)) => Ok(cas),
            other => Err(self.unexpected(other.as_ref())),
        }
    }

    /// The next answer, of an operation that is bound to a state.
    ///
    /// # Errors
    /// See [`Answers::item`].
    pub fn outcome(&mut self) -> Result<CasOutcome, StoreError> {
        match self.answers.next() {
            Some(Answer::Outcome(outcome)) => Ok(outcome),
            other => Err(self.unexpected(other.as_ref())),
        }
    }

    /// The next answer, of a `Touch` or a `Delete`.
    ///
    /// # Errors
    /// See [`Answers::item`].
    pub fn found(&mut self) -> Result<bool, StoreError> {
        match self.answers.next() {
            Some(Answer::Found(found)) => Ok(found),
            other => Err(self.unexpected(other.as_ref())),
        }
    }

    fn unexpected(&self, answer: Option<&Answer>) -> StoreError {
        StoreError::Protocol {
            node: self.node.to_string(),
            message: format!("{answer:?} to another question"),
        }
    }
}

impl Operation<'_> {
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Get { key }
            | Self::Touch { key, .. }
            | Self::Delete { key }
            | Self::DeleteIfUnchanged { key, .. } => key,
            Self::Set(store) | Self::Add(store) | Self::CompareAndSet(store, _) => store.key,
        }
    }

    /// What it stores.
    pub(super) fn value(&self) -> Option<&Bytes> {
        match self {
            Self::Set(store) | Self::Add(store) | Self::CompareAndSet(store, _) => Some(&store.value),
            _ => None,
        }
    }

    /// Whether doing it twice is doing it once. Else the second attempt would answer to what the first one did.
    pub(super) fn may_be_repeated(&self) -> bool {
        !matches!(self, Self::Add(_) | Self::CompareAndSet(..) | Self::DeleteIfUnchanged { .. })
    }

    async fn run(self, node: &(impl Node + ?Sized)) -> Result<Answer, StoreError> {
        Ok(match self {
            Self::Get { key } => Answer::Item(node.get(key).await?),
            Self::Set(Store { key, value, flags, expiry }) => {
                node.set(key, value, flags, expiry).await?;
                Answer::Set
            }
            Self::Add(Store { key, value, flags, expiry }) => {
                Answer::Added(node.add(key, value, flags, expiry).await?)
            }
            Self::CompareAndSet(Store { key, value, flags, expiry }, cas) => {
                Answer::Outcome(node.compare_and_set(key, value, flags, expiry, cas).await?)
            }
            Self::Touch { key, expiry } => Answer::Found(node.touch(key, expiry).await?),
            Self::Delete { key } => Answer::Found(node.delete(key).await?),
            Self::DeleteIfUnchanged { key, cas } => {
                Answer::Outcome(node.delete_if_unchanged(key, cas).await?)
            }
        })
    }
}
