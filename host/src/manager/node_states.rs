//! What is known of the nodes, for people.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Manager;
use crate::store::Member;

/// A node, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeState {
    /// Its name in session ids; the only node may have none.
    pub id: Option<String>,
    /// Where it is: `host:port` or `embedded`.
    pub address: String,
    /// Used only when no other node is left.
    pub failover: bool,
    /// Whether it answers; none: nobody has asked.
    pub available: Option<bool>,
    /// Since when that is so, in ms since the epoch.
    pub since: Option<i64>,
}

impl NodeState {
    fn of(member: &Member) -> Self {
        let name = member.node.name();
        let address = member.id.as_ref().and_then(|id| name.strip_prefix(id.as_str())?.strip_prefix(':'));
        let (available, since) = availability(member);
        Self {
            id: member.id.clone(),
            address: address.unwrap_or(name).to_owned(),
            failover: member.failover,
            available,
            since,
        }
    }
}

/// What is known without asking.
fn availability(member: &Member) -> (Option<bool>, Option<i64>) {
    let Some(verdict) = member.node.verdict() else { return (None, None) };
    let verdict = *verdict.borrow();
    let since = SystemTime::now().checked_sub(verdict.since.elapsed());
    let since = since.and_then(|since| since.duration_since(UNIX_EPOCH).ok());
    (Some(verdict.available), since.and_then(|since| i64::try_from(since.as_millis()).ok()))
}

impl Manager {
    /// The nodes in the order of the configuration, with what is known of them. Nobody is asked for it.
    #[must_use]
    pub fn node_states(&self) -> Vec<NodeState> {
        self.nodes().all().iter().map(NodeState::of).collect()
    }
}
