//! What a manager does, seen from outside: rows of MSM's own tests, and what those do not cover.

mod decisions;
mod failure;
mod formats;
mod lifetime;
mod requests;
mod takeover;
mod wire;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use holdfast_document::Writer;
use holdfast_msgpack::Msgpack;
use holdfast_sdk::Failure;
use tokio::sync::Semaphore;

use super::*;
use crate::clock::ManualClock;
use crate::config::Pattern;
use crate::session::{Envelope, Expiry};
use crate::store::{
    Answers, CasOutcome, EmbeddedLimits, EmbeddedNode, Item, Member, Node, NodeFuture, Operation, StoreError,
    one_by_one,
};

const NOON_MS: i64 = 1_700_000_000_000;

/// Some servers on the same nodes, with a clock that stands still.
struct World {
    clock: Arc<ManualClock>,
    nodes: Vec<(&'static str, Arc<Watched>)>,
    config: ManagerConfig,
    serializers: Serializers,
    serializer: Arc<Native<Msgpack>>,
}

impl World {
    /// Two nodes, backups that are waited for.
    fn new() -> Self {
        Self::with_nodes(&["n1", "n2"])
    }

    fn with_nodes(names: &[&'static str]) -> Self {
        let clock = Arc::new(ManualClock::at(NOON_MS));
        let node = |&name: &&'static str| (name, Arc::new(Watched::new(name, Arc::clone(&clock))));
        let nodes = names.iter().map(node).collect();
        let serializer = Arc::new(Native::<Msgpack>::default());
        let config = ManagerConfig { session_backup_async: false, ..ManagerConfig::default() };
        let serializers = Serializers::one(Arc::clone(&serializer) as Arc<dyn Serializer>);
        Self { clock, nodes, config, serializers, serializer }
    }

    fn server(&self, jvm_route: Option<&str>) -> Manager {
        let member = |(id, node): &(&str, Arc<Watched>)| Member {
            id: (!id.is_empty()).then(|| (*id).to_owned()),
            failover: false,
            node: Arc::clone(node) as Arc<dyn Node>,
        };
        let nodes = Nodes::of(self.nodes.iter().map(member).collect()).unwrap();
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Manager::start_with(&self.config, jvm_route, nodes, self.serializers.clone(), clock).unwrap()
    }

    /// The node of a session.
    fn node_of(&self, id: &str) -> &Watched {
        let name = SessionId::parse(id).unwrap().node().unwrap_or_default().to_owned();
        &self.nodes.iter().find(|(id, _)| *id == name).unwrap().1
    }

    fn sets(&self) -> usize {
        self.nodes.iter().map(|(_, node)| node.sets.load(Ordering::Relaxed)).sum()
    }

    fn gets(&self) -> usize {
        self.nodes.iter().map(|(_, node)| node.gets.load(Ordering::Relaxed)).sum()
    }

    async fn stored(&self, id: &str) -> Option<Item> {
        self.node_of(id).inner.get(id).await.unwrap()
    }

    async fn stored_document(&self, id: &str) -> Vec<u8> {
        let envelope = Envelope::decode(&self.stored(id).await.unwrap().value).unwrap();
        envelope.attributes[1..].to_vec()
    }
}

/// A node that counts what it is asked for, and fails when it is told to.
struct Watched {
    inner: EmbeddedNode,
    gets: AtomicUsize,
    sets: AtomicUsize,
    deletes: AtomicUsize,
    expiries: Mutex<HashMap<String, Expiry>>,
    down: AtomicBool,
    /// Of ten sets one is lost, and one is done though it is said to have failed.
    flaky: AtomicBool,
    /// What every set has to pass.
    gate: Mutex<Arc<Semaphore>>,
}

impl Watched {
    fn new(name: &str, clock: Arc<ManualClock>) -> Self {
        Self {
            inner: EmbeddedNode::new(name, EmbeddedLimits::default(), clock),
            gets: AtomicUsize::new(0),
            sets: AtomicUsize::new(0),
            deletes: AtomicUsize::new(0),
            expiries: Mutex::default(),
            down: AtomicBool::new(false),
            flaky: AtomicBool::new(false),
            gate: Mutex::new(Arc::new(Semaphore::new(Semaphore::MAX_PERMITS))),
        }
    }

    fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// Holds up the sets that come from now on, until the gate gets permits, or another gate.
    fn hold(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.gate.lock().unwrap() = Arc::clone(&gate);
        gate
    }

    /// Lets pass what comes from now on.
    fn let_pass(&self) {
        self.hold().add_permits(Semaphore::MAX_PERMITS);
    }

    fn expiry(&self, key: &str) -> Expiry {
        self.expiries.lock().unwrap()[key]
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.down.load(Ordering::Relaxed) { Err(self.timed_out()) } else { Ok(()) }
    }

    fn timed_out(&self) -> StoreError {
        StoreError::Timeout { node: self.inner.name().to_owned(), after: Duration::from_secs(1) }
    }
}

impl Node for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers> {
        Box::pin(one_by_one(self, operations))
    }

    fn get<'a>(&'a self, key: &'a str) -> NodeFuture<'a, Option<Item>> {
        self.gets.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            self.check()?;
            // Gives others their chance in between, as a network does.
            tokio::task::yield_now().await;
            self.inner.get(key).await
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: Bytes, flags: u32, expiry: Expiry) -> NodeFuture<'a, ()> {
        self.sets.fetch_add(1, Ordering::Relaxed);
        let gate = Arc::clone(&self.gate.lock().unwrap());
        Box::pin(async move {
            tokio::task::yield_now().await;
            let _passed = gate.acquire().await.unwrap();
            self.check()?;
            self.expiries.lock().unwrap().insert(key.to_owned(), expiry);
            let luck = if self.flaky.load(Ordering::Relaxed) { rand::random_range(0..10) } else { 2 };
            if luck != 0 {
                self.inner.set(key, value, flags, expiry).await?;
            }
            if luck < 2 { Err(self.timed_out()) } else { Ok(()) }
        })
    }

    fn add<'a>(
        &'a self,
        key: &'a str,
        value: Bytes,
        flags: u32,
        expiry: Expiry,
    ) -> NodeFuture<'a, Option<u64>> {
        self.inner.add(key, value, flags, expiry)
    }

    fn compare_and_set<'a>(
        &'a self,
        key: &'a str,
        value: Bytes,
        flags: u32,
        expiry: Expiry,
        cas: u64,
    ) -> NodeFuture<'a, CasOutcome> {
        self.inner.compare_and_set(key, value, flags, expiry, cas)
    }

    fn touch<'a>(&'a self, key: &'a str, expiry: Expiry) -> NodeFuture<'a, bool> {
        self.inner.touch(key, expiry)
    }

    fn delete<'a>(&'a self, key: &'a str) -> NodeFuture<'a, bool> {
        self.deletes.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            self.check()?;
            self.inner.delete(key).await
        })
    }

    fn delete_if_unchanged<'a>(&'a self, key: &'a str, cas: u64) -> NodeFuture<'a, CasOutcome> {
        self.deletes.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            self.check()?;
            self.inner.delete_if_unchanged(key, cas).await
        })
    }

    fn keys(&self) -> NodeFuture<'_, Vec<String>> {
        self.inner.keys()
    }

    fn ping(&self) -> NodeFuture<'_, ()> {
        self.inner.ping()
    }

    fn close(&self) {
        self.inner.close();
    }
}

/// A serializer that is not a plugin; it counts its calls.
#[derive(Default)]
struct Native<S> {
    inner: Mutex<S>,
    serialized: AtomicUsize,
    /// What it is to say it cannot hold: a path, if the document has an attribute of that name.
    refuses: Mutex<Vec<&'static str>>,
}

impl<S: holdfast_sdk::Serializer + Send> Serializer for Native<S> {
    fn name(&self) -> &str {
        S::DESCRIPTION.name
    }

    fn format(&self) -> &str {
        S::DESCRIPTION.format
    }

    fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, SerializerError> {
        self.serialized.fetch_add(1, Ordering::Relaxed);
        let map = codec::thaw(document).unwrap();
        for name in &*self.refuses.lock().unwrap() {
            if map.contains(name) {
                let path = format!("/{name}/deep/inside");
                return Err(SerializerError::Unrepresentable { path, text: "too strange".to_owned() });
            }
        }
        let mut out = Vec::new();
        self.inner.lock().unwrap().serialize(document, &mut out).map_err(told)?;
        Ok(out)
    }

    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, SerializerError> {
        let mut out = Vec::new();
        self.inner.lock().unwrap().deserialize(bytes, &mut out).map_err(told)?;
        Ok(out)
    }
}

fn told(failure: Failure) -> SerializerError {
    match failure {
        Failure::Unrepresentable { path, text } => SerializerError::Unrepresentable { path, text },
        Failure::NotThisFormat(_) | Failure::Damaged { .. } => {
            SerializerError::Unreadable(failure.to_string())
        }
        Failure::Limit(_) | Failure::BadOption(_) => SerializerError::Failed(failure.to_string()),
    }
}

/// A string as a value of a document.
fn text(text: &str) -> Vec<u8> {
    let mut value = Vec::new();
    Writer::value(&mut value).str(text);
    value
}

/// A request that sets attributes; a null removes.
async fn put(manager: &Manager, id: &str, attributes: &[(&str, &str)]) -> Finished {
    let mut request = begin(manager, id).await;
    for (name, value) in attributes {
        request.set_attribute(name, &text(value)).unwrap();
    }
    request.finish().await.unwrap()
}

async fn begin(manager: &Manager, id: &str) -> Request {
    manager.begin(RequestInfo::new("GET", "/"), Some(id)).await.unwrap()
}

/// A new session with these attributes; its id.
async fn create(manager: &Manager, attributes: &[(&str, &str)]) -> String {
    let mut request = manager.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
    request.create().unwrap();
    for (name, value) in attributes {
        request.set_attribute(name, &text(value)).unwrap();
    }
    let finished = request.finish().await.unwrap();
    assert_eq!(finished.failure.as_ref().map(ToString::to_string), None);
    finished.session.unwrap().id.to_string()
}

/// The attribute as a later request sees it.
async fn read(manager: &Manager, id: &str, name: &str) -> Option<String> {
    let mut request = begin(manager, id).await;
    request.session()?;
    let value = request.attribute(name).unwrap().map(|value| rmp_text(&value));
    request.finish().await.unwrap();
    value
}

fn rmp_text(value: &[u8]) -> String {
    let mut reader = holdfast_document::Reader::value(value);
    match reader.next().unwrap() {
        holdfast_document::Event::Str(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        other => panic!("{other:?} is no string"),
    }
}

async fn exists(manager: &Manager, id: &str) -> bool {
    let mut request = begin(manager, id).await;
    let exists = request.session().is_some();
    request.finish().await.unwrap();
    exists
}
