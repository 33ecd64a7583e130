//! Servers in non-sticky mode on memcacheds of their own, and what an application does at them.

use serde_json::{Value, json};

use crate::{Answer, Client, Holdfast, Memcached, node_list, plugins, require_memcached};

/// What every server of a cluster is started with: an answer that says `stored` is an acknowledgement.
const SHARED: [&str; 4] =
    ["sticky=false", "sessionBackupAsync=false", "sessionBackupTimeout=3000", "operationTimeout=1000"];

/// Nodes n1, n2 and so on, and servers that keep the same sessions on them.
#[derive(Debug)]
pub struct Cluster {
    /// The servers.
    pub servers: Vec<Holdfast>,
    /// The nodes.
    pub nodes: Vec<Memcached>,
}

impl Cluster {
    /// So many nodes and servers with these `--set` flags; or none, and a note that the test is skipped.
    pub fn start(nodes: usize, servers: usize, sets: &[&str]) -> Option<Self> {
        let nodes: Vec<_> = (0..nodes).map(|_| require_memcached()).collect::<Option<_>>()?;
        let list = node_list(&nodes);
        let servers = (0..servers).map(|_| start_server(&list, sets)).collect();
        Some(Self { servers, nodes })
    }

    /// On one node that has no id.
    pub fn on_a_node_without_id(servers: usize, sets: &[&str]) -> Option<Self> {
        let node = require_memcached()?;
        let list = format!("memcachedNodes={}", node.node("n1").trim_start_matches("n1:"));
        let servers = (0..servers).map(|_| start_server(&list, sets)).collect();
        Some(Self { servers, nodes: vec![node] })
    }

    /// A client of a server.
    pub fn client(&self, server: usize) -> Client {
        self.servers[server].client()
    }

    /// Clients of the first two servers.
    pub fn clients(&self) -> [Client; 2] {
        [self.client(0), self.client(1)]
    }

    /// The node of a session's id.
    pub fn node_of(&self, id: &str) -> &Memcached {
        &self.nodes[index_of(id)]
    }

    /// The node of a session's id, to be killed.
    pub fn node_of_mut(&mut self, id: &str) -> &mut Memcached {
        &mut self.nodes[index_of(id)]
    }

    /// The node after that one, which has the copy.
    pub fn copy_node_of(&self, id: &str) -> &Memcached {
        &self.nodes[(index_of(id) + 1) % self.nodes.len()]
    }

    /// A counter of a server.
    pub fn counter(&self, server: usize, name: &str) -> u64 {
        self.statistics(server)["counters"][name].as_u64().unwrap_or_else(|| panic!("no counter {name}"))
    }

    /// All that a server has counted.
    pub fn statistics(&self, server: usize) -> Value {
        self.servers[server].admin().call("GET", "/admin/v1/statistics").expect(200).json()
    }
}

fn start_server(nodes: &str, sets: &[&str]) -> Holdfast {
    let arguments =
        ["--plugins", plugins().to_str().unwrap(), "--admin-listen", "127.0.0.1:0"].map(str::to_owned);
    // What is set twice counts as it was set last.
    let sets: Vec<_> = SHARED
        .into_iter()
        .filter(|set| {
            let name = set.split_once('=').unwrap().0;
            !sets.iter().any(|other| other.starts_with(&format!("{name}=")))
        })
        .chain([nodes])
        .chain(sets.iter().copied())
        .collect();
    Holdfast::start_with(&arguments.each_ref().map(String::as_str), &sets)
}

fn index_of(id: &str) -> usize {
    let (_, node) = id.split_once('-').unwrap_or_else(|| panic!("{id} has no node"));
    node.strip_prefix('n').and_then(|number| number.parse::<usize>().ok()).unwrap_or_else(|| panic!("{id}"))
        - 1
}

/// A request under way.
#[derive(Debug)]
pub struct Begun {
    client: Client,
    /// The answer to its begin.
    pub answer: Answer,
    finish: String,
}

impl Begun {
    /// The session as the request sees it.
    pub fn session(&self) -> Value {
        self.answer.json()["session"].clone()
    }

    /// Its attributes.
    pub fn attributes(&self) -> Value {
        self.session()["attributes"].clone()
    }

    /// Ends it with these attributes merged.
    pub fn merge(self, attributes: &Value) -> Answer {
        self.finish(&json!({ "attributes": attributes }))
    }

    /// Ends it.
    pub fn finish(self, outcome: &Value) -> Answer {
        self.client.send("POST", &self.finish, &outcome.to_string())
    }
}

impl Client {
    /// Makes a session that is stored, and says its id.
    #[track_caller]
    pub fn create(&self, attributes: &Value) -> String {
        self.create_for(attributes, 1800)
    }

    /// The same that ends after so many seconds without a request.
    #[track_caller]
    pub fn create_for(&self, attributes: &Value, seconds: i32) -> String {
        let body = json!({"attributes": attributes, "maxInactiveInterval": seconds}).to_string();
        self.send("POST", "/v1/sessions", &body).expect(201).id()
    }

    /// A call that reads all attributes of a session.
    pub fn read(&self, id: &str) -> Answer {
        self.call("GET", &format!("/v1/sessions/{id}/attributes"))
    }

    /// The attributes of a session that has to be there.
    #[track_caller]
    pub fn attributes(&self, id: &str) -> Value {
        self.read(id).expect(200).json()
    }

    /// A call that merges attributes into a session.
    pub fn merge(&self, id: &str, attributes: &Value) -> Answer {
        self.send("PATCH", &format!("/v1/sessions/{id}/attributes"), &attributes.to_string())
    }

    /// Begins a request of a session.
    #[track_caller]
    pub fn begin(&self, request: &str, id: &str) -> Begun {
        let answer = self.try_begin(request, id).expect(201);
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        Begun { client: self.clone(), answer, finish: format!("/v1/requests/{token}/finish") }
    }

    /// The same, which may be refused.
    pub fn try_begin(&self, request: &str, id: &str) -> Answer {
        self.send("POST", "/v1/requests", &json!({"request": request, "session": id}).to_string())
    }
}
