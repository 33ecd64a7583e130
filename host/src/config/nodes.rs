//! `memcachedNodes` and `failoverNodes`: which nodes hold the sessions.

use std::collections::HashMap;
use std::fmt;
use std::net::Ipv6Addr;

/// The nodes in the order of the configuration, which also decides where second copies go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeList {
    nodes: Vec<NodeEntry>,
}

/// One node of `memcachedNodes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeEntry {
    /// What session ids call the node. Only a single `host:port` has none.
    pub id: Option<String>,
    /// Where it is.
    pub target: NodeTarget,
    /// Listed in `failoverNodes`: used only when no primary node is left.
    pub failover: bool,
}

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NodeTarget {
    /// A memcached server.
    Memcached(NodeAddress),
    /// A store inside this process; its sessions die with it.
    Embedded,
}

/// The address of a memcached server. The name is resolved when a connection is made, not here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeAddress {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl fmt::Display for NodeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Display for NodeTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memcached(address) => address.fmt(f),
            Self::Embedded => f.write_str("embedded"),
        }
    }
}

impl fmt::Display for NodeEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.id {
            write!(f, "{id}:")?;
        }
        self.target.fmt(f)
    }
}

impl fmt::Display for NodeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.nodes.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            node.fmt(f)?;
        }
        Ok(())
    }
}

impl Default for NodeList {
    /// `n1:embedded,n2:embedded`: nothing to install to try Holdfast.
    fn default() -> Self {
        let embedded =
            |id: &str| NodeEntry { id: Some(id.to_owned()), target: NodeTarget::Embedded, failover: false };
        Self { nodes: vec![embedded("n1"), embedded("n2")] }
    }
}

impl NodeList {
    /// All nodes, failover nodes included, in the order of the configuration. Never empty.
    #[must_use]
    pub fn entries(&self) -> &[NodeEntry] {
        &self.nodes
    }

    /// Whether session ids carry the id of their node.
    #[must_use]
    pub fn have_ids(&self) -> bool {
        self.nodes.iter().all(|node| node.id.is_some())
    }

    /// Reads MSM's `id:host:port` list, a single `host:port`, and `id:embedded` in either.
    ///
    /// MSM takes a run of blanks or exactly one comma between items; here any mix of them separates.
    ///
    /// # Errors
    /// A sentence for each item that is wrong.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        if let Some(problem) = other_store(text) {
            return Err(vec![problem]);
        }
        let items: Vec<&str> = items(text).collect();
        if items.is_empty() {
            return Err(vec![
                "is empty; write the nodes, such as n1:localhost:11211, or leave it out for n1:embedded,n2:embedded"
                    .to_owned(),
            ]);
        }
        let mut nodes = Vec::new();
        let mut problems = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match parse_item(item, index + 1) {
                Ok(NodeEntry { id: None, .. }) if items.len() > 1 => problems.push(format!(
                    "'{item}' has no id, and in a list each node needs one; write n{}:{item}",
                    index + 1
                )),
                Ok(node) => nodes.push(node),
                Err(problem) => problems.push(problem),
            }
        }
        find_duplicates(&nodes, &mut problems);
        if problems.is_empty() { Ok(Self { nodes }) } else { Err(problems) }
    }

    /// Marks the nodes of `failoverNodes`.
    ///
    /// # Errors
    /// A sentence for each id that cannot be a failover node here; the list is left as it was.
    pub fn set_failover(&mut self, failover: &[String]) -> Result<(), Vec<String>> {
        if failover.is_empty() {
            return Ok(());
        }
        if let [only] = self.nodes.as_slice() {
            return Err(vec![format!(
                "memcachedNodes has one node, {only}, so nothing is left to fail over from; leave failoverNodes out \
                 or add a second node"
            )]);
        }
        let known: Vec<&str> = self.nodes.iter().filter_map(|node| node.id.as_deref()).collect();
        let mut problems = Vec::new();
        for (index, id) in failover.iter().enumerate() {
            if !known.contains(&id.as_str()) {
                problems.push(format!("'{id}' is not in memcachedNodes, which has {}", known.join(", ")));
            } else if failover.iter().take(index).any(|before| before == id) {
                problems.push(format!("'{id}' is listed twice"));
            }
        }
        if known.iter().all(|id| failover.iter().any(|listed| listed == id)) {
            problems.push(format!(
                "all nodes ({}) are failover nodes, so none is left for sessions to begin on; leave at least one out",
                known.join(", ")
            ));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        for node in &mut self.nodes {
            node.failover = node.id.as_ref().is_some_and(|id| failover.contains(id));
        }
        Ok(())
    }
}

/// The ids of `failoverNodes`; separators as in `memcachedNodes`.
pub(super) fn parse_failover(text: &str) -> Result<Vec<String>, Vec<String>> {
    let (good, bad): (Vec<&str>, Vec<&str>) = items(text).partition(|id| is_id(id));
    if bad.is_empty() {
        return Ok(good.into_iter().map(str::to_owned).collect());
    }
    Err(bad.iter().map(|item| format!("'{item}' is not a node id; write ids only, such as n1,n2")).collect())
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t', '\r', '\n']).filter(|item| !item.is_empty())
}

/// The letters of regular expression `\w`, as Java means it.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// MSM's other stores. The text is not repeated: such URLs may hold a password.
fn other_store(text: &str) -> Option<String> {
    let lower = text.trim_start().to_ascii_lowercase();
    let (scheme, _) = lower.split_once("://")?;
    let store = match scheme {
        "redis" | "rediss" => "Redis",
        "http" | "https" => "Couchbase",
        _ => {
            return Some(
                "is a URL; write memcached nodes without a scheme, such as n1:localhost:11211".to_owned(),
            );
        }
    };
    Some(format!(
        "{store} ({scheme}://) is not supported; Holdfast stores in memcached: write n1:localhost:11211, \
         or n1:embedded for a store inside the process"
    ))
}

/// One item; `number` is its place in the list, for an id to propose.
fn parse_item(item: &str, number: usize) -> Result<NodeEntry, String> {
    if item == "embedded" {
        return Err(format!("'embedded' has no id; write n{number}:embedded"));
    }
    let (id, target) = match item.split_once(':') {
        _ if item.parse::<Ipv6Addr>().is_ok() => {
            return Err(format!("'{item}' needs brackets and a port; write n{number}:[{item}]:11211"));
        }
        // A bracket opens an IPv6 address, so there is no id before it.
        _ if item.starts_with('[') => (None, parse_address(item, item, "")?),
        None => return Err(format!("'{item}' has no port; write n{number}:{item}:11211")),
        Some((host, port)) if is_port(port) => (
            None,
            NodeTarget::Memcached(NodeAddress { host: host_of(host, item)?, port: port_of(port, item)? }),
        ),
        Some((id, rest)) => {
            check_id(id, rest, item, number)?;
            (Some(id.to_owned()), parse_address(rest, item, id)?)
        }
    };
    Ok(NodeEntry { id, target, failover: false })
}

fn check_id(id: &str, rest: &str, item: &str, number: usize) -> Result<(), String> {
    if is_id(id) {
        return Ok(());
    }
    if id.is_empty() {
        return Err(format!(
            "'{item}' begins with a colon; write n{number}:{}",
            rest.trim_start_matches(':')
        ));
    }
    let without: String =
        id.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    Err(format!(
        "'{id}' cannot be a node id: only letters, digits and _ may stand there, for it becomes a part of session \
         ids; write {without}:{rest}"
    ))
}

/// `embedded`, `host:port` or `[ipv6]:port`; `id` is what stood before it.
fn parse_address(text: &str, item: &str, id: &str) -> Result<NodeTarget, String> {
    let lead = if id.is_empty() { String::new() } else { format!("{id}:") };
    if text == "embedded" {
        return Ok(NodeTarget::Embedded);
    }
    if text.is_empty() {
        return Err(format!("'{item}' has no address; write {lead}localhost:11211"));
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let Some((host, rest)) = bracketed.split_once(']') else {
            return Err(format!("'{item}' has a [ without a ]; write {lead}[::1]:11211"));
        };
        if host.parse::<Ipv6Addr>().is_err() {
            return Err(format!(
                "'{item}': '{host}' is not an IPv6 address; write one such as {lead}[::1]:11211"
            ));
        }
        let Some(port) = rest.strip_prefix(':').filter(|port| !port.is_empty()) else {
            return Err(format!("'{item}' has no port; write {lead}[{host}]:11211"));
        };
        return Ok(NodeTarget::Memcached(NodeAddress { host: host.to_owned(), port: port_of(port, item)? }));
    }
    let Some((host, port)) = text.split_once(':').filter(|(_, port)| !port.is_empty()) else {
        return Err(format!("'{item}' has no port; write {lead}{}:11211", text.trim_end_matches(':')));
    };
    if port.contains(':') {
        let cure = if text.parse::<Ipv6Addr>().is_ok() {
            format!("an IPv6 address stands in brackets: write {lead}[{text}]:11211")
        } else if let Some((host, port)) =
            text.rsplit_once(':').filter(|(host, port)| host.parse::<Ipv6Addr>().is_ok() && is_port(port))
        {
            format!("an IPv6 address stands in brackets: write {lead}[{host}]:{port}")
        } else {
            format!("write {lead}host:port, such as {lead}localhost:11211")
        };
        return Err(format!("'{item}' has too many colons; {cure}"));
    }
    Ok(NodeTarget::Memcached(NodeAddress { host: host_of(host, item)?, port: port_of(port, item)? }))
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn port_of(text: &str, item: &str) -> Result<u16, String> {
    if !is_port(text) {
        return Err(format!("'{item}': the port '{text}' is not a number; memcached's is 11211"));
    }
    match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("'{item}': the port {text} is not between 1 and 65535")),
    }
}

fn host_of(text: &str, item: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(format!("'{item}' has no host; write localhost for this machine"));
    }
    match text.chars().find(|letter| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_'))) {
        None => Ok(text.to_owned()),
        Some(letter) => Err(format!("'{item}': a host name has no {letter:?}")),
    }
}

fn find_duplicates(nodes: &[NodeEntry], problems: &mut Vec<String>) {
    let mut ids: HashMap<&str, &NodeEntry> = HashMap::new();
    let mut addresses: HashMap<&NodeAddress, &NodeEntry> = HashMap::new();
    for node in nodes {
        let twice_id = node.id.as_deref().is_some_and(|id| ids.insert(id, node).is_some());
        if twice_id && let Some(id) = &node.id {
            problems.push(format!("the id '{id}' is used twice; give each node its own"));
        }
        let NodeTarget::Memcached(address) = &node.target else { continue };
        if let Some(before) = addresses.insert(address, node) {
            problems.push(format!(
                "'{before}' and '{node}' are one server; a second copy there would die with the first, so list it once"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problem(text: &str) -> String {
        NodeList::parse(text).unwrap_err().join(" | ")
    }

    fn written(text: &str) -> String {
        NodeList::parse(text).unwrap().to_string()
    }

    #[test]
    fn every_form_of_msm_is_read() {
        assert_eq!(written("n1:localhost:11211"), "n1:localhost:11211");
        assert_eq!(written("n1:a:11211,n2:b:11212"), "n1:a:11211,n2:b:11212");
        assert_eq!(written("n1:a:11211 n2:b:11212"), "n1:a:11211,n2:b:11212");
        assert_eq!(written("\n  n1:a:11211\n  n2:b:11212,\n"), "n1:a:11211,n2:b:11212");
        assert_eq!(written("localhost:11211"), "localhost:11211");
        assert_eq!(written("n1:embedded"), "n1:embedded");
        assert_eq!(written("n1:embedded, n2:10.0.0.1:1"), "n1:embedded,n2:10.0.0.1:1");
        assert_eq!(written("n1:[::1]:11211"), "n1:[::1]:11211");
        assert_eq!(written("[::1]:11211"), "[::1]:11211");
    }

    #[test]
    fn only_a_single_host_and_port_has_no_id() {
        assert!(!NodeList::parse("localhost:11211").unwrap().have_ids());
        assert!(NodeList::parse("n1:localhost:11211").unwrap().have_ids());
        assert_eq!(problem("n1:a:1,b:2"), "'b:2' has no id, and in a list each node needs one; write n2:b:2");
    }

    #[test]
    fn a_missing_part_is_named_with_what_would_be_right() {
        assert_eq!(problem("n1:localhost"), "'n1:localhost' has no port; write n1:localhost:11211");
        assert_eq!(problem("n1:localhost:"), "'n1:localhost:' has no port; write n1:localhost:11211");
        assert_eq!(problem("localhost"), "'localhost' has no port; write n1:localhost:11211");
        assert_eq!(problem("n1:[::1]"), "'n1:[::1]' has no port; write n1:[::1]:11211");
        assert_eq!(problem("embedded"), "'embedded' has no id; write n1:embedded");
        assert_eq!(problem(":localhost:1"), "':localhost:1' begins with a colon; write n1:localhost:1");
        assert_eq!(problem("n1:"), "'n1:' has no address; write n1:localhost:11211");
        assert_eq!(problem("n1::11211"), "'n1::11211' has no host; write localhost for this machine");
    }

    #[test]
    fn a_wrong_part_is_named() {
        assert_eq!(
            problem("n1:h:http"),
            "'n1:h:http': the port 'http' is not a number; memcached's is 11211"
        );
        assert_eq!(problem("n1:h:70000"), "'n1:h:70000': the port 70000 is not between 1 and 65535");
        assert_eq!(problem("n1:h:0"), "'n1:h:0': the port 0 is not between 1 and 65535");
        assert_eq!(problem("n1:h/x:1"), "'n1:h/x:1': a host name has no '/'");
        assert!(problem("n-1:h:1").ends_with("write n_1:h:1"));
        assert!(problem("n1:::1").contains("write n1:[::1]:11211"), "{}", problem("n1:::1"));
        assert!(problem("n1:fe80::1:11211").contains("write n1:[fe80::1]:11211"));
        assert!(problem("::1").ends_with("write n1:[::1]:11211"));
        assert!(problem("n1:a:b:c").contains("write n1:host:port"));
        assert!(problem("n1:[x]:1").contains("not an IPv6 address"));
        assert!(problem("n1:[::1:1").contains("without a ]"));
    }

    #[test]
    fn every_wrong_item_is_reported() {
        assert_eq!(NodeList::parse("n1:a n2:b, n3:c:x").unwrap_err().len(), 3);
    }

    #[test]
    fn an_empty_list_is_refused() {
        for empty in ["", "  ", ",", " , "] {
            assert!(problem(empty).starts_with("is empty; write the nodes"));
        }
    }

    #[test]
    fn ids_and_addresses_are_unique() {
        assert_eq!(problem("n1:a:1,n1:b:1"), "the id 'n1' is used twice; give each node its own");
        assert!(problem("n1:a:1,n2:a:1").starts_with("'n1:a:1' and 'n2:a:1' are one server"));
        assert!(NodeList::parse("n1:embedded,n2:embedded").is_ok());
    }

    #[test]
    fn other_stores_are_refused_without_repeating_their_passwords() {
        for url in
            ["redis://user:secret@host", " REDISS://user:secret@host:1", "http://u:secret@h:8091/pools"]
        {
            let problem = problem(url);
            assert!(problem.contains("is not supported") && !problem.contains("secret"), "{problem}");
        }
        assert!(problem("memcached://h:1").contains("without a scheme"));
    }

    #[test]
    fn failover_nodes_are_marked_in_the_list() {
        for text in ["n1,n3", "n1 n3", "n1, n3", " n1,,n3 "] {
            let mut nodes = NodeList::parse("n1:a:1,n2:b:1,n3:c:1").unwrap();
            nodes.set_failover(&parse_failover(text).unwrap()).unwrap();
            let marks: Vec<bool> = nodes.entries().iter().map(|node| node.failover).collect();
            assert_eq!(marks, [true, false, true]);
        }
        assert_eq!(parse_failover(" , ").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn failover_nodes_that_cannot_work_are_refused() {
        let refuse = |nodes: &str, failover: &str| {
            let ids = parse_failover(failover).unwrap();
            NodeList::parse(nodes).unwrap().set_failover(&ids).unwrap_err().join(" | ")
        };
        assert_eq!(refuse("n1:a:1,n2:b:1", "n3"), "'n3' is not in memcachedNodes, which has n1, n2");
        assert_eq!(refuse("n1:a:1,n2:b:1", "n1,n1"), "'n1' is listed twice");
        assert!(refuse("n1:a:1,n2:b:1", "n1,n2").starts_with("all nodes (n1, n2) are failover nodes"));
        assert!(refuse("n1:a:1", "n1").starts_with("memcachedNodes has one node, n1:a:1,"));
        assert!(refuse("a:1", "n1").starts_with("memcachedNodes has one node, a:1,"));
        assert!(parse_failover("n1:a:1").unwrap_err().join("").contains("is not a node id"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*", almost in "[n1:\\[\\], a.]{0,24}") {
            let _ = NodeList::parse(&text);
            let _ = parse_failover(&text);
            if let Ok(nodes) = NodeList::parse(&almost) {
                prop_assert_eq!(NodeList::parse(&nodes.to_string()).unwrap(), nodes);
            }
        }
    }
}
