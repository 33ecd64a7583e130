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
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::time::Duration;

use bytes::{Buf, Bytes};

use self::connection::{Connection, message};
use self::frame::{Fault, Opcode, Request, Response, Status};
use super::error::check_key;
use super::memcached::{MemcachedNode, larger_items, now_seconds, on_the_wire};
use super::pool::Pool;
use super::{CasOutcome, Expiry, Item, Node, NodeFuture, StoreError};
use crate::config::{ManagerConfig, NodeAddress, Secret};

/// Whether an operation may be repeated when the connection broke and its outcome is unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Doing it twice is doing it once.
    Harmless,
    /// The second attempt would answer to what the first one did.
    Misleading,
}

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
    name: String,
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
        name: impl Into<String>,
        address: &NodeAddress,
        operation_timeout: Duration,
        credentials: Option<Credentials>,
    ) -> Self {
        let name = name.into();
        Self {
            text: MemcachedNode::new(name.clone(), address, operation_timeout),
            name,
            address: address.clone(),
            operation_timeout,
            credentials,
            pool: Pool::new(),
        }
    }

    async fn ask(&self, repeat: Repeat, request: &Request<'_>) -> Result<Response, StoreError> {
        let within = tokio::time::timeout(self.operation_timeout, self.exchange(repeat, request));
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

    async fn exchange(&self, repeat: Repeat, request: &Request<'_>) -> Result<Response, Fault> {
        let _slot = self.pool.slot().await;
        if let Some(connection) = self.pool.take(Connection::is_usable) {
            match connection.exchange(request).await {
                // A server that was restarted leaves connections behind that look alive until they are used.
                Err(Fault::Io(_)) if repeat == Repeat::Harmless => self.close(),
                result => return self.keep(result),
            }
        }
        let connection = Connection::open(&self.address, self.credentials.as_ref()).await?;
        self.keep(connection.exchange(request).await)
    }

    fn keep(&self, exchanged: Result<(Connection, Response), Fault>) -> Result<Response, Fault> {
        let (connection, response) = exchanged?;
        self.pool.give(connection);
        Ok(response)
    }

    async fn store(&self, repeat: Repeat, request: &Request<'_>) -> Result<Response, StoreError> {
        check_key(request.key)?;
        let response = self.ask(repeat, request).await?;
        if response.status == Status::TooLarge {
            let size = request.value.len();
            return Err(StoreError::TooLarge {
                node: self.name.clone(),
                key: request.key.to_owned(),
                size,
                cure: larger_items(size),
            });
        }
        Ok(response)
    }

    /// memcached takes no `cas` for any.
    fn check_cas(&self, cas: u64) -> Result<(), StoreError> {
        if cas != 0 {
            return Ok(());
        }
        Err(StoreError::Refused {
            node: self.name.clone(),
            message: "its items carry no cas, so nothing can be bound to their state; start that memcached without -C"
                .to_owned(),
        })
    }

    /// An answer that was not expected in this place.
    fn unexpected(&self, response: &Response) -> StoreError {
        let node = self.name.clone();
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
        let node = self.name.clone();
        match fault {
            Fault::Io(source) if source.kind() == ErrorKind::TimedOut => self.timed_out(),
            Fault::Io(source) => StoreError::Unavailable { node, source },
            Fault::Protocol(message) => StoreError::Protocol { node, message },
            Fault::Login(message) => StoreError::Login { node, message },
        }
    }

    fn timed_out(&self) -> StoreError {
        StoreError::Timeout { node: self.name.clone(), after: self.operation_timeout }
    }

    async fn list(&self) -> Result<Vec<String>, StoreError> {
        let refused = |why: &str| StoreError::Refused {
            node: self.name.clone(),
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

    fn get<'a>(&'a self, key: &'a str) -> NodeFuture<'a, Option<Item>> {
        Box::pin(async move {
            check_key(key)?;
            let mut response = self.ask(Repeat::Harmless, &Request::new(Opcode::GetK, key)).await?;
            match response.status {
                Status::KeyNotFound => Ok(None),
                Status::Ok => Ok(Some(Item {
                    flags: response.extras.try_get_u32().map_err(|_| StoreError::Protocol {
                        node: self.name.clone(),
                        message: "an item without flags".to_owned(),
                    })?,
                    value: response.value,
                    cas: response.cas,
                })),
                _ => Err(self.unexpected(&response)),
            }
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: Bytes, flags: u32, expiry: Expiry) -> NodeFuture<'a, ()> {
        Box::pin(async move {
            let request = Request::store(Opcode::Set, key, value, flags, on_the_wire(expiry, now_seconds()));
            let response = self.store(Repeat::Harmless, &request).await?;
            match response.status {
                Status::Ok => Ok(()),
                _ => Err(self.unexpected(&response)),
            }
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
            let request = Request::store(Opcode::Add, key, value, flags, on_the_wire(expiry, now_seconds()));
            let response = self.store(Repeat::Misleading, &request).await?;
            match response.status {
                Status::Ok => Ok(Some(response.cas)),
                Status::KeyExists => Ok(None),
                _ => Err(self.unexpected(&response)),
            }
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
            self.check_cas(cas)?;
            let request = Request::store(Opcode::Set, key, value, flags, on_the_wire(expiry, now_seconds()));
            let response = self.store(Repeat::Misleading, &Request { cas, ..request }).await?;
            self.cas_outcome(&response)
        })
    }

    fn touch<'a>(&'a self, key: &'a str, expiry: Expiry) -> NodeFuture<'a, bool> {
        Box::pin(async move {
            check_key(key)?;
            let request = Request::touch(key, on_the_wire(expiry, now_seconds()));
            let response = self.ask(Repeat::Harmless, &request).await?;
            self.was_there(&response)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> NodeFuture<'a, bool> {
        Box::pin(async move {
            check_key(key)?;
            let response = self.ask(Repeat::Harmless, &Request::new(Opcode::Delete, key)).await?;
            self.was_there(&response)
        })
    }

    fn delete_if_unchanged<'a>(&'a self, key: &'a str, cas: u64) -> NodeFuture<'a, CasOutcome> {
        Box::pin(async move {
            check_key(key)?;
            self.check_cas(cas)?;
            let request = Request { cas, ..Request::new(Opcode::Delete, key) };
            let response = self.ask(Repeat::Misleading, &request).await?;
            self.cas_outcome(&response)
        })
    }

    fn keys(&self) -> NodeFuture<'_, Vec<String>> {
        Box::pin(self.list())
    }

    fn ping(&self) -> NodeFuture<'_, ()> {
        Box::pin(async move {
            let response = self.ask(Repeat::Harmless, &Request::new(Opcode::Noop, "")).await?;
            match response.status {
                Status::Ok => Ok(()),
                _ => Err(self.unexpected(&response)),
            }
        })
    }

    fn close(&self) {
        self.pool.clear();
    }
}

impl BinaryNode {
    fn was_there(&self, response: &Response) -> Result<bool, StoreError> {
        match response.status {
            Status::Ok => Ok(true),
            Status::KeyNotFound => Ok(false),
            _ => Err(self.unexpected(response)),
        }
    }

    fn cas_outcome(&self, response: &Response) -> Result<CasOutcome, StoreError> {
        match response.status {
            Status::Ok => Ok(CasOutcome::Stored),
            Status::KeyExists => Ok(CasOutcome::Conflict),
            Status::KeyNotFound => Ok(CasOutcome::Missing),
            _ => Err(self.unexpected(response)),
        }
    }
}
