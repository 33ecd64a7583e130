//! Which nodes there are, as the configuration names them.

use std::fmt;

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A memcached at the other end of a network.
    Memcached {
        /// A name, or an address without brackets.
        host: String,
        /// The port it listens on.
        port: u16,
    },
    /// In this process.
    Embedded,
}

/// One configured node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpec {
    /// Its name in session ids; a single node needs none.
    pub id: Option<String>,
    /// Where it is.
    pub address: Address,
    /// Used only when no other node is left.
    pub failover: bool,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memcached { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Memcached { host, port } => write!(f, "{host}:{port}"),
            Self::Embedded => f.write_str("embedded"),
        }
    }
}

/// `n1 (127.0.0.1:11211)`: the id is what the configuration calls it, the address is what is looked for.
impl fmt::Display for NodeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "{id} ({})", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}
