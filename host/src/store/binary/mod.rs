//! memcached over its binary protocol.
//!
//! The `memcache` crate has a client for it, and it is not used: it connects without a time limit, holds a
//! thread for as long as a frozen server is silent, keeps connections after a timeout and takes whatever comes on them for
//! the answer (it looks at neither `opaque` nor key), believes any length that a header claims, does not tell with which
//! `cas` an item was added, and cannot delete one by it. What remains of the protocol is small.
//!
//! memcached itself calls this protocol deprecated; it is here because MSM has it, and because SASL needs it.

mod connection;
mod frame;
mod pool;
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::time::timeout;

use self::connection::{Connection, message};
use self::frame::{Fault, Opcode, Request, Response, Status};
use self::pool::Pool;
use super::error::check_key;
use super::exchange::Answer;
use super::memcached::{MemcachedNode, larger_items, now_seconds, on_the_wire};
use super::{Answers, CasOutcome, Item, Node, NodeFuture, Operation, Store, StoreError};
use crate::config::{ManagerConfig, NodeAddress, Secret};

/// Who logs in to a memcached with SASL, by the mechanism PLAIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `username`.
    pub username: String,
    /// `password`.
    pub password: Secret,
}

impl Credentials {
    /// What a configuration says, if it says both.
    #[must_use]
    pub fn of(manager: &ManagerConfig) -> Option<Self> {
        let username = manager.username.clone()?;
        Some(Self { username, password: manager.password.clone()? })
    }
}

/// A memcached that is spoken to in binary.
pub struct BinaryNode {
    name: Arc<str>,
    address: NodeAddress,
    operation_timeout: Duration,
    credentials: Option<Credentials>,
    pool: Pool<Connection>,
    /// Only its list of keys is used: there is none in binary.
    text: MemcachedNode,
}

impl BinaryNode {
    /// A node that connects when it is first used. `operation_timeout` limits each operation as a whole, connecting and
    /// logging in included.
    #[must_use]
    pub fn new(
        name: impl Into<Arc<str>>,
        address: &NodeAddress,
        operation_timeout: Duration,
        credentials: Option<Credentials>,
    ) -> Self {
        let name = name.into();
        Self {
            text: MemcachedNode::new(Arc::clone(&name), address, operation_timeout),
            name,
            address: address.clone(),
            operation_timeout,
            credentials,
            pool: Pool::new(),
        }
    }

    async fn run(&self, operations: &[Operation<'_>]) -> Result<Answers, StoreError> {
        let now_seconds = now_seconds();
        let requests: Vec<_> = operations
            .iter()
            .map(|operation| self.request(operation, now_seconds))
            .collect::<Result<_, _>>()?;
        let may_be_repeated = operations.iter().all(Operation::may_be_repeated);
        let responses = self.ask(may_be_repeated, &requests).await?;
        let answers =
            operations.iter().zip(responses).map(|(operation, response)| self.answer(operation, response));
        Ok(Answers::new(Arc::clone(&self.name), answers.collect::<Result<_, _>>()?))
    }

    async fn ask(
        &self,
        may_be_repeated: bool,
        requests: &[Request<'_>],
    ) -> Result<Vec<Response>, StoreError> {
        let within = timeout(self.operation_timeout, self.exchange_requests(may_be_repeated, requests));
        let result = match within.await {
            Ok(result) => result.map_err(|fault| self.explain(fault)),
            Err(_) => Err(self.timed_out()),
        };
        if result.as_ref().is_err_and(StoreError::node_is_down) {
            // What else is idle has most likely the same fate, and a server that comes back may have moved.
            self.close();
        }
        result
    }

    async fn exchange_requests(
        &self,
        may_be_repeated: bool,
        requests: &[Request<'_>],
    ) -> Result<Vec<Response>, Fault> {
        let _slot = self.pool.slot().await;
        if let Some(connection) = self.pool.take(Connection::is_usable) {
            match connection.exchange(requests).await {
                // A server that was restarted leaves connections behind that look alive until they are used.
                Err(Fault::Io(_)) if may_be_repeated => self.close(),
                result => return self.keep(result),
            }
        }
        let connection = Connection::open(&self.address, self.credentials.as_ref()).await?;
        self.keep(connection.exchange(requests).await)
    }

    fn keep(&self, exchanged: Result<(Connection, Vec<Response>), Fault>) -> Result<Vec<Response>, Fault> {
        let (connection, responses) = exchanged?;
        self.pool.give(connection);
        Ok(responses)
    }

    fn request<'a>(&self, operation: &Operation<'a>, now_seconds: u32) -> Result<Request<'a>, StoreError> {
        check_key(operation.key())?;
        let store = |opcode, store: &Store<'a>| {
            let expiration = on_the_wire(store.expiry, now_seconds);
            Request::store(opcode, store.key, store.value.clone(), store.flags, expiration)
        };
        Ok(match operation {
            Operation::Get { key } => Request::new(Opcode::GetK, key),
            Operation::Set(it) => store(Opcode::Set, it),
            Operation::Add(it) => store(Opcode::Add, it),
            Operation::CompareAndSet(it, cas) => {
                self.check_cas(*cas)?;
                Request { cas: *cas, ..store(Opcode::Set, it) }
            }
            Operation::Touch { key, expiry } => Request::touch(key, on_the_wire(*expiry, now_seconds)),
            Operation::Delete { key } => Request::new(Opcode::Delete, key),
            Operation::DeleteIfUnchanged { key, cas } => {
                self.check_cas(*cas)?;
                Request { cas: *cas, ..Request::new(Opcode::Delete, key) }
            }
        })
    }

    fn answer(&self, operation: &Operation<'_>, mut response: Response) -> Result<Answer, StoreError> {
        let outcome = match response.status {
            Status::Ok => CasOutcome::Stored,
            Status::KeyExists => CasOutcome::Conflict,
            Status::KeyNotFound => CasOutcome::Missing,
            Status::TooLarge => return Err(self.too_large(operation)),
            _ => return Err(self.unexpected(&response)),
        };
        Ok(match (operation, outcome) {
            (Operation::CompareAndSet(..) | Operation::DeleteIfUnchanged { .. }, outcome) => {
                Answer::Outcome(outcome)
            }
            (Operation::Get { .. }, CasOutcome::Stored) => Answer::Item(Some(Item {
                flags: response.extras.try_get_u32().map_err(|_| StoreError::Protocol {
                    node: self.name.to_string(),
                    message: "an item without flags".to_owned(),
                })?,
                value: response.value,
                cas: response.cas,
            })),
            (Operation::Get { .. }, CasOutcome::Missing) => Answer::Item(None),
            (Operation::Set(_), CasOutcome::Stored) => Answer::Set,
            (Operation::Add(_), CasOutcome::Stored) => Answer::Added(Some(response.cas)),
            (Operation::Add(_), CasOutcome::Conflict) => Answer::Added(None),
            (Operation::Touch { .. } | Operation::Delete { .. }, CasOutcome::Stored) => Answer::Found(true),
            (Operation::Touch { .. } | Operation::Delete { .. }, CasOutcome::Missing) => Answer::Found(false),
            _ => return Err(self.unexpected(&response)),
        })
    }

    /// memcached takes no `cas` for any.
    fn check_cas(&self, cas: u64) -> Result<(), StoreError> {
        if cas != 0 {
            return Ok(());
        }
        Err(StoreError::Refused {
            node: self.name.to_string(),
            message: "its items carry no cas, so nothing can be bound to their state; start that memcached without -C"
                .to_owned(),
        })
    }

    fn too_large(&self, operation: &Operation<'_>) -> StoreError {
        let size = operation.value().map_or(0, Bytes::len);
        let (node, key) = (self.name.to_string(), operation.key().to_owned());
        StoreError::TooLarge { node, key, size, cure: larger_items(size) }
    }

    /// An answer that was not expected in this place.
    fn unexpected(&self, response: &Response) -> StoreError {
        let node = self.name.to_string();
        let message = message(response);
        match response.status {
            Status::AuthError => StoreError::Login {
                node,
                message: match self.credentials {
                    Some(_) => format!("it forgot the login ({message})"),
                    None => "it wants a login; set username and password beside memcachedProtocol".to_owned(),
                },
            },
            Status::Other(_) => StoreError::Refused { node, message },
            _ => StoreError::Protocol { node, message: format!("`{message}` where that cannot be") },
        }
    }

    fn explain(&self, fault: Fault) -> StoreError {
        let node = self.name.to_string();
        match fault {
            Fault::Io(source) if source.kind() == ErrorKind::TimedOut => self.timed_out(),
            Fault::Io(source) => StoreError::Unavailable { node, source },
            Fault::Protocol(message) => StoreError::Protocol { node, message },
            Fault::Login(message) => StoreError::Login { node, message },
        }
    }

    fn timed_out(&self) -> StoreError {
        StoreError::Timeout { node: self.name.to_string(), after: self.operation_timeout }
    }

    async fn list(&self) -> Result<Vec<String>, StoreError> {
        let refused = |why: &str| StoreError::Refused {
            node: self.name.to_string(),
            message: format!("keys can be listed over memcached's text protocol alone, and {why}"),
        };
        if self.credentials.is_some() {
            return Err(refused("one that wants a login does not speak it"));
        }
        match self.text.keys().await {
            // It closes the connection, for it takes the question for damaged binary.
            Err(StoreError::Unavailable { source, .. })
                if matches!(source.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) =>
            {
                Err(refused("it hung up on that; has it been started with `-B binary`?"))
            }
            result => result,
        }
    }
}

impl Node for BinaryNode {
    fn name(&self) -> &str {
        &self.name
    }

    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers> {
        // memcached does what comes on one connection in the order in which it comes.
        Box::pin(async move { self.run(&operations).await })
    }

    fn keys(&self) -> NodeFuture<'_, Vec<String>> {
        Box::pin(self.list())
    }

    fn ping(&self) -> NodeFuture<'_, ()> {
        Box::pin(async move {
            let noop = Request::new(Opcode::Noop, "");
            let responses = self.ask(true, std::slice::from_ref(&noop)).await?;
            match responses.first() {
                Some(response) if response.status != Status::Ok => Err(self.unexpected(response)),
                _ => Ok(()),
            }
        })
    }

    fn close(&self) {
        self.pool.clear();
    }
}
