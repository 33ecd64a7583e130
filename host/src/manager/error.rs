//! What can go wrong between a request and its session.

use std::sync::Arc;
use std::time::Duration;

use holdfast_document as document;

use crate::session::{EnvelopeError, SessionId};
use crate::store::StoreError;

/// Why a manager cannot start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No plugin has this name or stands for this class.
    #[error(
        "{attribute} is '{wanted}', and no plugin has that name or stands for that class; there is {}",
        listed(known)
    )]
    NoSerializer {
        /// The attribute that names it.
        attribute: &'static str,
        /// What it says.
        wanted: String,
        /// The names of the plugins that there are.
        known: Vec<String>,
    },
    /// Timers and background work need one.
    #[error("a manager must be started within a tokio runtime")]
    NoRuntime,
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "no plugin at all".to_owned() } else { names.join(", ") }
}

/// Why a request did not get what it wanted of its session.
///
/// Nothing that is stored was touched, unless the variant says so. Cheap to clone: requests that wait for one load
/// share its outcome.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ManagerError {
    /// The request has no session; it would have to make one first.
    #[error("the request has no session; make one first")]
    NoSession,
    /// The session ended, or got another id, while the request was running. Its changes are dropped.
    #[error("the session was ended, or got a new id, while this request was running; nothing was changed")]
    Ended {
        /// The id that the request came with.
        id: SessionId,
    },
    /// The session was changed since the request looked at it, and the request asked for that to be refused.
    #[error("the session was changed by another request in the meantime; nothing was changed")]
    Conflict {
        /// The session.
        id: SessionId,
    },
    /// The lock of the session was not to be had in time, and `lockTimeoutPolicy` says that the request then fails.
    #[error("the session is locked by another request, after {} ms still; nothing was changed", waited.as_millis())]
    Locked {
        /// The session.
        id: SessionId,
        /// How long was waited.
        waited: Duration,
    },
    /// The lock of the session went to another request before this one was done: it took too long, or the node of the
    /// lock failed.
    #[error("the lock of the session was lost before the request was done; nothing was changed")]
    LockLost {
        /// The session.
        id: SessionId,
    },
    /// A request that `requestUriIgnorePattern` ignores wanted to change a session.
    #[error(
        "the request '{request}' may not change a session, because requestUriIgnorePattern '{pattern}' ignores it"
    )]
    IgnoredRequest {
        /// The request's id.
        request: String,
        /// The pattern.
        pattern: String,
    },
    /// As many sessions are active as `maxActiveSessions` allows.
    #[error("there are {limit} sessions already, as many as maxActiveSessions allows")]
    TooManySessions {
        /// The attribute's value.
        limit: usize,
    },
    /// The value of an attribute is no value of a session document.
    #[error("the value of attribute '{name}' cannot be read: {reason}")]
    BadValue {
        /// The attribute.
        name: String,
        /// What is wrong with it.
        reason: document::Error,
    },
    /// The attributes as a whole are no session document.
    #[error("the attributes are no session document: {reason}")]
    BadDocument {
        /// What is wrong with them.
        reason: document::Error,
    },
    /// The serializer that wrote the stored session is not loaded. The session is kept.
    #[error(
        "the session is stored as {format}, and no plugin for that is loaded; put it into the plugins folder"
    )]
    PluginMissing {
        /// The session.
        id: SessionId,
        /// The id of the format, or its tag where the format is not one of Holdfast's own.
        format: String,
    },
    /// What is stored for the session makes no sense to its serializer. It is kept.
    #[error("the stored session cannot be read: {reason}")]
    Unreadable {
        /// The session.
        id: SessionId,
        /// What is wrong, and what might help.
        reason: String,
    },
    /// The serializer cannot hold a value.
    #[error("serializer '{serializer}' cannot hold {path}: {reason}")]
    Unserializable {
        /// The serializer.
        serializer: String,
        /// From the attribute to the value.
        path: String,
        /// What the serializer says.
        reason: String,
    },
    /// The serializer failed for a reason that is not the session's: its time, its memory, a fault of its own.
    #[error("serializer '{serializer}' failed: {reason}")]
    Serializer {
        /// The serializer.
        serializer: String,
        /// What it says.
        reason: String,
    },
    /// Principal, saved request or id do not fit into an envelope.
    #[error("the session cannot be stored: {0}")]
    Envelope(#[from] EnvelopeError),
    /// The node of the session failed.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
    /// The session names no node that is configured.
    #[error("the session's id names no configured node, so it cannot be stored")]
    NoNode {
        /// The session.
        id: SessionId,
    },
    /// The backup took longer than a request waits for it. It goes on without the request.
    #[error("the session was not stored within {} ms", after.as_millis())]
    BackupTimeout {
        /// How long was waited.
        after: Duration,
    },
    /// The manager has been stopped.
    #[error("the session service is stopping")]
    Stopped,
}

impl From<StoreError> for ManagerError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl ManagerError {
    /// Whether somebody else was faster: then the change was not made, here or on the node.
    pub(super) fn refuses_change(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::Ended { .. } | Self::LockLost { .. })
    }

    /// Whether the node is to blame, so that the next operation on it will most likely fail too.
    pub(super) fn node_is_down(&self) -> bool {
        matches!(self, Self::Store(error) if error.node_is_down())
    }
}
