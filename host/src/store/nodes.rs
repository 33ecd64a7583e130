//! The configured nodes: by name, in order, at random.

use std::sync::Arc;
use std::time::Duration;

use rand::seq::SliceRandom;

use super::availability::{AvailabilityOptions, Monitored};
use super::{BinaryNode, Credentials, EmbeddedLimits, EmbeddedNode, MemcachedNode, Node};
use crate::clock::Clock;
use crate::config::{ManagerConfig, NodeAddress, NodeList, NodeTarget, Protocol};
use crate::session::SessionId;

/// A node with its place in the configuration.
#[derive(Clone)]
pub struct Member {
    /// Its name in session ids; the only node may have none.
    pub id: Option<String>,
    /// Used only when no other node is left.
    pub failover: bool,
    /// The node.
    pub node: Arc<dyn Node>,
}

/// What nodes need beside their addresses.
#[derive(Clone)]
pub struct NodeOptions {
    /// How long an operation on a memcached may take as a whole.
    pub operation_timeout: Duration,
    /// How a memcached is spoken to.
    pub protocol: Protocol,
    /// Who logs in to each memcached; the text protocol has no login.
    pub credentials: Option<Credentials>,
    /// How much each embedded node takes.
    pub embedded: EmbeddedLimits,
    /// By which items of embedded nodes end.
    pub clock: Arc<dyn Clock>,
    /// How nodes are watched.
    pub availability: AvailabilityOptions,
}

impl NodeOptions {
    /// As a configuration says.
    #[must_use]
    pub fn of(config: &ManagerConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            operation_timeout: config.operation_timeout,
            protocol: config.memcached_protocol,
            credentials: Credentials::of(config),
            embedded: EmbeddedLimits::default(),
            clock,
            availability: AvailabilityOptions {
                ttl: config.node_availability_cache_ttl,
                longest_pause: config.max_reconnect_delay,
            },
        }
    }
}

impl NodeOptions {
    fn memcached(&self, name: String, address: &NodeAddress) -> Arc<dyn Node> {
        let timeout = self.operation_timeout;
        match self.protocol {
            Protocol::Text => Arc::new(MemcachedNode::new(name, address, timeout)),
            Protocol::Binary => Arc::new(BinaryNode::new(name, address, timeout, self.credentials.clone())),
        }
    }
}

/// All nodes, in the order of the configuration.
pub struct Nodes {
    members: Vec<Member>,
    monitors: Vec<Arc<Monitored>>,
    options: Option<NodeOptions>,
}

/// Nodes that cannot be used together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NodesError {
    /// None at all.
    #[error("no node is configured")]
    None,
    /// Only a single node may be without one.
    #[error("there are {count} nodes, so each of them needs an id; {node} has none")]
    WithoutId {
        /// How many nodes there are.
        count: usize,
        /// The first without an id.
        node: String,
    },
    /// A session could not tell them apart.
    #[error("two nodes have the id `{id}`")]
    SameId {
        /// The id.
        id: String,
    },
    /// New sessions would have no place.
    #[error("all nodes are failover nodes; at least one must not be")]
    NoPrimary,
}

impl Member {
    /// Whether the node answered when it was asked last.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.node.is_available()
    }
}

impl Nodes {
    /// Makes the nodes of a configuration. Nothing is connected yet: a node that is down is no reason not to start.
    #[must_use]
    pub fn connect(list: &NodeList, options: &NodeOptions) -> Self {
        Self::reconnect(list, options, None)
    }

    /// Makes the nodes of a changed configuration. Those that it had before, at the same address, are the same: what
    /// is known of them stays known, and an embedded one keeps what it has.
    #[must_use]
    pub fn reconnect(list: &NodeList, options: &NodeOptions, before: Option<&Self>) -> Self {
        let members = list.entries().iter().map(|entry| {
            let name = entry.to_string();
            if let Some(there) = before.and_then(|before| before.same(&name, &entry.target, options)) {
                return (entry, Arc::clone(there));
            }
            let node: Arc<dyn Node> = match &entry.target {
                NodeTarget::Memcached(address) => options.memcached(name, address),
                NodeTarget::Embedded => {
                    Arc::new(EmbeddedNode::new(name, options.embedded, Arc::clone(&options.clock)))
                }
            };
            (entry, Monitored::new(node, options.availability))
        });
        // What `of` refuses no list has.
        let (members, monitors) = members
            .map(|(entry, monitor)| {
                let node = Arc::clone(&monitor) as Arc<dyn Node>;
                (Member { id: entry.id.clone(), failover: entry.failover, node }, monitor)
            })
            .unzip();
        Self { members, monitors, options: Some(options.clone()) }
    }

    /// The node of this name, if it need not be made anew.
    fn same(&self, name: &str, target: &NodeTarget, options: &NodeOptions) -> Option<&Arc<Monitored>> {
        let usable = *target == NodeTarget::Embedded
            || self.options.as_ref().is_some_and(|before| {
                before.operation_timeout == options.operation_timeout
                    && before.protocol == options.protocol
                    && before.credentials == options.credentials
                    && before.availability == options.availability
            });
        self.monitors.iter().find(|monitor| usable && monitor.name() == name)
    }

    /// How the nodes were made, if from a configuration.
    #[must_use]
    pub fn options(&self) -> Option<&NodeOptions> {
        self.options.as_ref()
    }

    /// Watches the nodes from now on, for as long as they live; within a tokio runtime.
    pub fn watch(&self) {
        for monitor in &self.monitors {
            monitor.keep();
        }
    }

    /// Waits until each node has been heard once, or was found not to answer. A node that is down costs the first
    /// request an operation timeout, and not the first request of each session.
    pub async fn known(&self) {
        for monitor in &self.monitors {
            monitor.known().await;
        }
    }

    /// The given nodes, in the given order, each asked whenever it is needed.
    ///
    /// # Errors
    /// There are no nodes, no primary ones, or ids that are missing or not unique.
    pub fn of(members: Vec<Member>) -> Result<Self, NodesError> {
        if members.is_empty() {
            return Err(NodesError::None);
        }
        if let Some(unnamed) = members.iter().find(|member| member.id.is_none()).filter(|_| members.len() > 1)
        {
            return Err(NodesError::WithoutId { count: members.len(), node: unnamed.node.name().to_owned() });
        }
        for (position, member) in members.iter().enumerate() {
            if members.iter().skip(position + 1).any(|other| other.id == member.id) {
                return Err(NodesError::SameId { id: member.id.clone().unwrap_or_default() });
            }
        }
        if members.iter().all(|member| member.failover) {
            return Err(NodesError::NoPrimary);
        }
        Ok(Self { members, monitors: Vec::new(), options: None })
    }

    /// All nodes.
    #[must_use]
    pub fn all(&self) -> &[Member] {
        &self.members
    }

    /// The nodes where sessions live in normal times.
    pub fn primaries(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| !member.failover)
    }

    /// The nodes of last resort.
    pub fn failovers(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.failover)
    }

    /// Whether session ids name a node: they do unless the only node has no name.
    #[must_use]
    pub fn are_named(&self) -> bool {
        self.members.iter().all(|member| member.id.is_some())
    }

    /// The node with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id.as_deref() == Some(id))
    }

    /// Where a session belongs by its id. None: the id names no node, or one that is not configured.
    #[must_use]
    pub fn of_session(&self, id: &SessionId) -> Option<&Member> {
        if !self.are_named() {
            return self.members.first();
        }
        self.get(id.named_node()?)
    }

    /// The nodes in the order in which a new place is looked for: primaries at random, then failover nodes at random.
    /// A session that moves leaves `except` out.
    #[must_use]
    pub fn candidates(&self, except: Option<&str>) -> Vec<&Member> {
        let mut rng = rand::rng();
        let usable = |member: &&Member| except.is_none() || member.id.as_deref() != except;
        let mut candidates: Vec<_> = self.primaries().filter(usable).collect();
        candidates.shuffle(&mut rng);
        let mut failovers: Vec<_> = self.failovers().filter(usable).collect();
        failovers.shuffle(&mut rng);
        candidates.append(&mut failovers);
        candidates
    }

    /// Where a session finds a place that leaves `except`, or has none yet: the first candidate that is available.
    #[must_use]
    pub fn choose(&self, except: Option<&str>) -> Option<&Member> {
        self.candidates(except).into_iter().find(|member| member.is_available())
    }

    /// The primary that has the copies of the sessions of `id`, or takes them over: the first available one after it.
    #[must_use]
    pub fn next_available(&self, id: &str) -> Option<&Member> {
        self.primaries_after(id).find(|member| member.is_available())
    }

    /// Where the sessions of a node go that is not available, with its id: for all servers the same, as long as a
    /// primary is left.
    #[must_use]
    pub fn successor(&self, id: Option<&str>) -> Option<(&Member, &str)> {
        let next = id.and_then(|id| self.next_available(id)).or_else(|| self.choose(id))?;
        Some((next, next.id.as_deref()?))
    }

    /// The other primaries in the order in which one of them becomes the secondary of `id`: those behind it, then
    /// those before it. A failover node has all of them, from the first.
    pub fn primaries_after(&self, id: &str) -> impl Iterator<Item = &Member> {
        let is_it = move |member: &&Member| member.id.as_deref() == Some(id);
        let position = self.primaries().position(|member| is_it(&member));
        let behind = self.primaries().skip(position.map_or(0, |position| position + 1));
        behind.chain(self.primaries().take(position.unwrap_or(0)))
    }
}

impl std::fmt::Debug for Nodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.members.iter().map(|member| member.node.name())).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::clock::SystemClock;

    fn of(members: &[(Option<&str>, bool)]) -> Result<Nodes, NodesError> {
        let member = |&(id, failover): &(Option<&str>, bool)| Member {
            id: id.map(str::to_owned),
            failover,
            node: Arc::new(EmbeddedNode::new("embedded", EmbeddedLimits::default(), Arc::new(SystemClock))),
        };
        Nodes::of(members.iter().map(member).collect())
    }

    fn named(primaries: &[&str], failovers: &[&str]) -> Nodes {
        let primaries = primaries.iter().map(|&id| (Some(id), false));
        let failovers = failovers.iter().map(|&id| (Some(id), true));
        of(&primaries.chain(failovers).collect::<Vec<_>>()).unwrap()
    }

    fn configured(list: &str, failovers: &[&str]) -> Nodes {
        let mut list = NodeList::parse(list).unwrap();
        list.set_failover(&failovers.iter().map(|&id| id.to_owned()).collect::<Vec<_>>()).unwrap();
        let options = NodeOptions {
            operation_timeout: Duration::from_secs(1),
            protocol: Protocol::Text,
            credentials: None,
            embedded: EmbeddedLimits::default(),
            clock: Arc::new(SystemClock),
            availability: AvailabilityOptions::default(),
        };
        Nodes::connect(&list, &options)
    }

    fn ids<'a>(members: impl IntoIterator<Item = &'a Member>) -> Vec<&'a str> {
        members.into_iter().map(|member| member.id.as_deref().unwrap()).collect()
    }

    fn id(text: &str) -> SessionId {
        SessionId::parse(text).unwrap()
    }

    #[test]
    fn a_configuration_becomes_nodes_of_the_same_names_in_the_same_order() {
        let nodes = configured("n1:localhost:11211,n2:embedded n3:[::1]:1", &["n1", "n2"]);
        let names: Vec<_> = nodes.all().iter().map(|member| member.node.name()).collect();
        assert_eq!(names, ["n1:localhost:11211", "n2:embedded", "n3:[::1]:1"]);
        assert_eq!(ids(nodes.primaries()), ["n3"]);
        assert_eq!(ids(nodes.failovers()), ["n1", "n2"]);
        assert!(nodes.are_named());
        assert!(!configured("localhost:11211", &[]).are_named());
    }

    #[test]
    fn a_single_node_without_a_name_has_every_session() {
        let nodes = of(&[(None, false)]).unwrap();
        assert!(!nodes.are_named());
        for any in ["123456", "123456-n1", "foo.jvm1-n", "foo.n.jvm1"] {
            assert!(nodes.of_session(&id(any)).is_some());
        }
        assert_eq!(nodes.candidates(None).len(), 1);
        assert_eq!(nodes.primaries_after("n1").count(), 1);
    }

    #[test]
    fn a_named_node_has_the_sessions_that_name_it() {
        let nodes = named(&["n1"], &["n2"]);
        assert!(nodes.are_named());
        assert_eq!(ids(nodes.of_session(&id("123456-n1"))), ["n1"]);
        assert_eq!(ids(nodes.of_session(&id("123456-n2.tc1"))), ["n2"]);
        for other in ["123456", "123456-n3", "foo.jvm1-n1", "foo-n1.a.b"] {
            assert!(nodes.of_session(&id(other)).is_none(), "{other}");
        }
    }

    #[test]
    fn nodes_that_cannot_be_used_together_are_refused() {
        assert_eq!(of(&[]).unwrap_err(), NodesError::None);
        assert!(matches!(
            of(&[(Some("n1"), false), (None, false)]).unwrap_err(),
            NodesError::WithoutId { count: 2, .. }
        ));
        assert_eq!(
            of(&[(Some("n1"), false), (Some("n1"), true)]).unwrap_err(),
            NodesError::SameId { id: "n1".to_owned() }
        );
        assert_eq!(of(&[(Some("n1"), true)]).unwrap_err(), NodesError::NoPrimary);
    }

    #[test]
    fn primaries_come_first_in_any_order_then_failover_nodes() {
        let nodes = named(&["n1", "n2", "n3"], &["f1", "f2"]);
        let mut orders = HashSet::new();
        for _ in 0..500 {
            let order = ids(nodes.candidates(None));
            assert_eq!(order[..3].iter().collect::<HashSet<_>>().len(), 3);
            assert!(order[..3].iter().all(|id| id.starts_with('n')));
            assert!(order[3..].iter().all(|id| id.starts_with('f')));
            orders.insert(order);
        }
        assert_eq!(orders.len(), 6 * 2);
    }

    #[test]
    fn a_session_that_moves_does_not_stay() {
        assert!(named(&["n1"], &[]).candidates(Some("n1")).is_empty());
        assert_eq!(ids(named(&["n1", "n2"], &[]).candidates(Some("n1"))), ["n2"]);
        assert_eq!(ids(named(&["n1", "n2"], &[]).candidates(Some("n2"))), ["n1"]);
        assert_eq!(ids(named(&["n1"], &["n2"]).candidates(Some("n1"))), ["n2"]);
        assert_eq!(ids(named(&["n1"], &["n2"]).candidates(Some("n2"))), ["n1"]);
    }

    #[test]
    fn the_secondary_is_the_next_primary_in_a_circle() {
        let nodes = named(&["n1", "n2", "n3"], &["f1"]);
        assert_eq!(ids(nodes.primaries_after("n1")), ["n2", "n3"]);
        assert_eq!(ids(nodes.primaries_after("n2")), ["n3", "n1"]);
        assert_eq!(ids(nodes.primaries_after("n3")), ["n1", "n2"]);
        assert_eq!(ids(nodes.primaries_after("f1")), ["n1", "n2", "n3"]);
        assert_eq!(named(&["n1"], &[]).primaries_after("n1").count(), 0);
    }
}
