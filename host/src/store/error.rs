//! What can go wrong with a node, said so that whoever reads it knows which node and what to do.

use std::io;
use std::time::Duration;

/// The longest key that memcached takes.
const MAX_KEY_LEN: usize = 250;

/// Why a node did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No answer in time. A write may still happen later, even after a newer one.
    #[error("node {node} did not answer within {} ms", after.as_millis())]
    Timeout {
        /// The node's name.
        node: String,
        /// How long was waited.
        after: Duration,
    },
    /// No connection, or it broke. A write may have happened if it broke.
    #[error("node {node} cannot be reached: {source}; does a memcached listen there?")]
    Unavailable {
        /// The node's name.
        node: String,
        /// What the network said.
        source: io::Error,
    },
    /// More than the node takes for one item. What lay under the key before may be gone.
    #[error("the value for `{key}` has {size} bytes, more than node {node} takes; {cure}")]
    TooLarge {
        /// The node's name.
        node: String,
        /// The item's key.
        key: String,
        /// The size of the value.
        size: usize,
        /// What would make it fit.
        cure: String,
    },
    /// No node takes this key.
    #[error("the key {key:?} is refused: {reason}")]
    BadKey {
        /// The key, cut if it is long.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The node answered that it will not.
    #[error("node {node} refuses: {message}")]
    Refused {
        /// The node's name.
        node: String,
        /// Its answer.
        message: String,
    },
    /// The node wants a login, or takes not this one. The password is in none of the words.
    #[error("login to node {node} failed: {message}")]
    Login {
        /// The node's name.
        node: String,
        /// Why, and what would be right.
        message: String,
    },
    /// The node answered something that makes no sense.
    #[error("node {node} answers what no memcached of version 1.6 or later answers: {message}")]
    Protocol {
        /// The node's name.
        node: String,
        /// What was wrong with the answer.
        message: String,
    },
}

impl StoreError {
    /// Whether this says something about the node and not about what was asked of it: the next operation will most
    /// likely end in the same way, so another node is the better place.
    #[must_use]
    pub fn node_is_down(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Unavailable { .. } | Self::Login { .. } | Self::Protocol { .. } => {
                true
            }
            Self::TooLarge { .. } | Self::BadKey { .. } | Self::Refused { .. } => false,
        }
    }
}

/// Refuses what memcached refuses, and what would be another command. All nodes have the same rule, so that what works
/// with the embedded one works with memcached.
pub(super) fn check_key(key: &str) -> Result<(), StoreError> {
    let is_wrong = |byte: u8| byte <= b' ' || byte == 0x7f;
    // Without a way out in it, the compiler looks at many bytes at a time.
    let any_is_wrong = key.bytes().fold(false, |any, byte| any | is_wrong(byte));
    let reason = if key.is_empty() {
        "it is empty".to_owned()
    } else if key.len() > MAX_KEY_LEN {
        format!("it has {} bytes, memcached takes {MAX_KEY_LEN}", key.len())
    } else if any_is_wrong && let Some(position) = key.bytes().position(is_wrong) {
        format!("it has a space or a control character at position {position}")
    } else {
        return Ok(());
    };
    Err(StoreError::BadKey { key: key.chars().take(MAX_KEY_LEN).collect(), reason })
}
