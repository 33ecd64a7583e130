//! Sessions that any server may serve at any time, on memcacheds that real Tomcats use: `sticky=false` and
//! `lockingMode=all` on both sides.
//!
//! Each behaviour is first one of two Tomcats with each other, which shows that the test is right, and then one of a
//! Tomcat and a Holdfast, in both directions. Two applications with the same settings are two Tomcats: they know
//! nothing of each other.

use std::sync::LazyLock;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use holdfast_tests::{
    Application, Browser, Client, Generation, Holdfast, Memcached, Tomcat, require_memcached, wait_for,
};
use serde_json::{Value, json};

#[path = "../support/stored.rs"]
mod stored;
#[path = "../support/tomcats.rs"]
mod tomcats;

use stored::Session;
use tomcats::{KRYO, PATIENT, SYNC, can_run};

const SHARED: [&str; 5] = [
    "sticky=false",
    "lockingMode=all",
    SYNC,
    PATIENT,
    // A MSM that waited so long for a lock goes on without it.
    "operationTimeout=10000",
];

/// A serializer by its names: of the applications' paths, of Holdfast's plugin, and what Tomcat is told.
type Serializer = (&'static str, &'static str, &'static str);

const JAVA: Serializer =
    ("java", "java", "transcoderFactoryClass=de.javakaffee.web.msm.JavaSerializationTranscoderFactory");
const KRYO_4: Serializer = ("kryo", "kryo", KRYO);
const KRYO_1: Serializer = ("kryo", "kryo1", KRYO);

/// A running Tomcat and its only memcached.
struct World {
    memcached: Memcached,
    tomcat: Tomcat,
    serializers: [Serializer; 2],
}

static SEVEN: LazyLock<World> = LazyLock::new(|| World::start(Generation::Seven, [JAVA, KRYO_1]));
static NINE: LazyLock<World> = LazyLock::new(|| World::start(Generation::Nine, [JAVA, KRYO_4]));

impl World {
    fn start(generation: Generation, serializers: [Serializer; 2]) -> Self {
        let memcached = require_memcached().unwrap().until_exit();
        let nodes = format!("memcachedNodes={}", memcached.node("n1"));
        let settings = serializers.map(|serializer| settings(&nodes, serializer));
        let [java, kryo] = &settings;
        let applications = [("/java-a", java), ("/java-b", java), ("/kryo-a", kryo), ("/kryo-b", kryo)]
            .map(|(path, settings)| Application { path, settings });
        Self { tomcat: Tomcat::start(generation, "", &applications), memcached, serializers }
    }
}

fn settings(nodes: &str, (_, _, transcoder): Serializer) -> Vec<&str> {
    [&SHARED[..], &[nodes, transcoder]].concat()
}

/// A server of either kind.
enum Server {
    Tomcat(Browser),
    Holdfast { client: Client, _running: Holdfast },
}

impl Server {
    fn tomcat(tomcat: &Tomcat, application: &str) -> Self {
        Self::Tomcat(tomcat.browser(application, ""))
    }

    fn holdfast(nodes: &str, (_, plugin, _): Serializer) -> Self {
        let transcoder = format!("transcoderFactoryClass={plugin}");
        let server = Holdfast::start(&[&SHARED[..], &[nodes, &transcoder]].concat());
        Self::Holdfast { client: server.client(), _running: server }
    }

    /// A new session with a cart, and its counter at 1. Its id.
    fn create(&self) -> String {
        match self {
            Self::Tomcat(browser) => {
                let mut browser = browser.clone();
                browser.set("n", "int", "1");
                browser.set("cart", "cart", "2");
                browser.session().to_owned()
            }
            Self::Holdfast { client, .. } => {
                let body =
                    json!({"attributes": {"n": 1, "cart": {"lines": [{"sku": "SKU-1", "quantity": 2}]}}});
                client.send("POST", "/v1/sessions", &body.to_string()).expect(201).id()
            }
        }
    }

    /// A request that reads the attributes: them, and the id that the session has from then on.
    fn read(&self, id: &str) -> (Value, String) {
        match self {
            Self::Tomcat(browser) => {
                let mut browser = browser.with_session(id);
                let attributes = browser.look()["attributes"].take();
                (attributes, browser.session().to_owned())
            }
            Self::Holdfast { client, .. } => {
                let answer = client.call("GET", &format!("/v1/sessions/{id}/attributes")).expect(200);
                (answer.json(), answer.header("holdfast-session-id").to_owned())
            }
        }
    }

    /// A request that reads the counter, works for a while, and writes it with one more: the new value.
    fn increment(&self, id: &str, work: Duration) -> i64 {
        match self {
            Self::Tomcat(browser) => {
                let mut browser = browser.with_session(id);
                let path = format!("/increment?name=n&delay={}", work.as_millis());
                let value = browser.call("POST", &path).expect(200).json().as_i64().unwrap();
                assert_eq!(browser.session(), id, "it is the same session");
                value
            }
            Self::Holdfast { client, .. } => {
                let body = json!({"request": "POST /increment", "session": id}).to_string();
                let begun = client.send("POST", "/v1/requests", &body).expect(201).json();
                let value = begun["session"]["attributes"]["n"].as_i64().unwrap() + 1;
                sleep(work);
                let finish = format!("/v1/requests/{}/finish", begun["token"].as_str().unwrap());
                let body = json!({"attributes": {"n": value}}).to_string();
                let done = client.send("POST", &finish, &body).expect(200);
                assert_eq!(done.header("holdfast-backup"), "stored");
                value
            }
        }
    }
}

/// Two servers on one memcached.
struct Pair<'a> {
    first: Server,
    second: Server,
    memcached: &'a Memcached,
}

/// Does the same with every pair of Tomcats.
fn with_tomcats(work: impl Fn(&Pair<'_>)) {
    in_worlds(|world, (path, _, _)| {
        let first = Server::tomcat(&world.tomcat, &format!("/{path}-a"));
        let second = Server::tomcat(&world.tomcat, &format!("/{path}-b"));
        work(&Pair { first, second, memcached: &world.memcached });
    });
}

/// Does the same with a Tomcat and a Holdfast, and with a Holdfast and a Tomcat.
fn with_holdfast(work: impl Fn(&Pair<'_>)) {
    in_worlds(|world, serializer| {
        let nodes = format!("memcachedNodes={}", world.memcached.node("n1"));
        let tomcat = || Server::tomcat(&world.tomcat, &format!("/{}-a", serializer.0));
        let holdfast = || Server::holdfast(&nodes, serializer);
        println!("the Tomcat first");
        work(&Pair { first: tomcat(), second: holdfast(), memcached: &world.memcached });
        println!("Holdfast first");
        work(&Pair { first: holdfast(), second: tomcat(), memcached: &world.memcached });
    });
}

fn in_worlds(work: impl Fn(&World, Serializer)) {
    if !can_run() {
        return;
    }
    for world in [&*SEVEN, &*NINE] {
        for serializer in world.serializers {
            println!("{} with {}", world.tomcat.url(), serializer.1);
            work(world, serializer);
        }
    }
}

fn a_change_is_seen_by_the_other_at_once(pair: &Pair<'_>) {
    let Pair { first, second, memcached } = pair;
    let id = first.create();
    let (made, same) = first.read(&id);
    assert_eq!(same, id);
    assert_eq!(second.read(&id), (made.clone(), id.clone()));
    for n in 1..5 {
        let (server, other) = if n % 2 == 1 { (second, first) } else { (first, second) };
        assert_eq!(server.increment(&id, Duration::ZERO), n + 1);
        let mut expected = made.clone();
        expected["n"] = json!(n + 1);
        assert_eq!(other.read(&id), (expected, id.clone()), "after {n} changes");
    }
    // Twice as long as the session, and as long.
    for (key, seconds) in [(id.clone(), 3600), (format!("validity:{id}"), 1800)] {
        let left = memcached.seconds_left(&key);
        assert!((seconds - 20..=seconds + 1).contains(&left), "{key}: {left}");
    }
    assert_eq!(memcached.get(&format!("validity:{id}")).unwrap().value.len(), 20);
}

fn a_lock_of_the_one_has_the_other_wait(pair: &Pair<'_>) {
    let Pair { first, second, memcached } = pair;
    let id = first.create();
    let lock = format!("lock:{id}");
    let work = Duration::from_millis(700);
    scope(|threads| {
        let holder = threads.spawn(|| first.increment(&id, work));
        wait_for("the lock", || memcached.get(&lock));
        let started = Instant::now();
        assert_eq!(second.increment(&id, Duration::ZERO), 3, "both increments count");
        let waited = started.elapsed();
        assert_eq!(holder.join().unwrap(), 2);
        assert!(waited > work / 2, "it waited {waited:?} only");
    });
    wait_for("the lock to be released", || memcached.get(&lock).is_none().then_some(()));
}

fn no_increment_is_lost(pair: &Pair<'_>) {
    const EACH: i64 = 15;
    let Pair { first, second, .. } = pair;
    let id = first.create();
    let work = Duration::from_millis(5);
    scope(|threads| {
        for server in [first, second] {
            threads.spawn(|| {
                for _ in 0..EACH {
                    server.increment(&id, work);
                }
            });
        }
    });
    for server in [first, second] {
        assert_eq!(server.read(&id).0["n"], 1 + 2 * EACH);
    }
}

#[test]
fn tomcats_see_each_others_changes() {
    with_tomcats(a_change_is_seen_by_the_other_at_once);
}

#[test]
fn tomcats_wait_for_each_others_locks() {
    with_tomcats(a_lock_of_the_one_has_the_other_wait);
}

#[test]
fn tomcats_lose_no_increment() {
    with_tomcats(no_increment_is_lost);
}

#[test]
fn a_tomcat_and_holdfast_see_each_others_changes() {
    with_holdfast(a_change_is_seen_by_the_other_at_once);
}

#[test]
fn a_tomcat_and_holdfast_wait_for_each_others_locks() {
    with_holdfast(a_lock_of_the_one_has_the_other_wait);
}

#[test]
fn a_tomcat_and_holdfast_lose_no_increment() {
    with_holdfast(no_increment_is_lost);
}

/// A login at a Tomcat, a change by the server in between, and another Tomcat reads the login and stores it again. That
/// is the application's own login: in this mode MSM's Tomcat looks at a BASIC one before it has loaded the session.
fn a_login_passes(world: &World, serializer: Serializer, between: &Server) {
    let mut browser = world.tomcat.browser(&format!("/{}-a", serializer.0), "");
    browser.set("n", "int", "1");
    browser.call("POST", "/login").expect(200);
    let id = browser.session().to_owned();
    let before = Session::get(&world.memcached, &id);
    assert_eq!(before.auth_type, 1);
    assert!(before.principal.starts_with(b"\xac\xed\0\x05"), "{before:?}");
    let after = Server::tomcat(&world.tomcat, &format!("/{}-b", serializer.0));
    for (server, n) in [(between, 2), (&after, 3)] {
        assert_eq!(server.increment(&id, Duration::ZERO), n);
        let stored = Session::get(&world.memcached, &id);
        assert_eq!((stored.auth_type, &stored.principal), (1, &before.principal), "after {n}");
        assert_ne!(stored.attributes, before.attributes);
    }
}

#[test]
fn a_login_passes_through_a_tomcat() {
    in_worlds(|world, serializer| {
        let between = Server::tomcat(&world.tomcat, &format!("/{}-b", serializer.0));
        a_login_passes(world, serializer, &between);
    });
}

#[test]
fn a_login_passes_through_holdfast() {
    in_worlds(|world, serializer| {
        let nodes = format!("memcachedNodes={}", world.memcached.node("n1"));
        a_login_passes(world, serializer, &Server::holdfast(&nodes, serializer));
    });
}

/// Which server is where, before and after a node dies.
const DEATHS: [(&str, &str); 3] = [("tomcat", "tomcat"), ("tomcat", "holdfast"), ("holdfast", "tomcat")];

/// The first makes a session, its node dies, and the second brings it back from the copy on the other one.
fn a_session_outlives_its_node(generation: Generation, deaths: &[(&str, &str)]) {
    if !can_run() {
        return;
    }
    let serializer = JAVA;
    // Each has nodes of its own, as they do not come back.
    let mut nodes: Vec<_> =
        deaths.iter().map(|_| [(); 2].map(|()| Some(require_memcached().unwrap()))).collect();
    let names: Vec<_> = nodes
        .iter()
        .map(|[n1, n2]| {
            format!("memcachedNodes={},{}", n1.as_ref().unwrap().node("n1"), n2.as_ref().unwrap().node("n2"))
        })
        .collect();
    let settings: Vec<_> = names.iter().map(|nodes| settings(nodes, serializer)).collect();
    let paths: Vec<_> = (0..deaths.len()).map(|n| [format!("/a{n}"), format!("/b{n}")]).collect();
    let applications: Vec<_> = paths
        .iter()
        .zip(&settings)
        .flat_map(|(pair, settings)| pair.iter().map(move |path| Application { path, settings }))
        .collect();
    let tomcat = Tomcat::start(generation, "", &applications);
    for (((nodes, names), paths), (first, second)) in nodes.iter_mut().zip(&names).zip(&paths).zip(deaths) {
        println!("{first}, then {second}");
        let server = |kind: &str, path: &str| match kind {
            "tomcat" => Server::tomcat(&tomcat, path),
            _ => Server::holdfast(names, serializer),
        };
        let (first, second) = (server(first, &paths[0]), server(second, &paths[1]));
        let id = first.create();
        assert_eq!(second.increment(&id, Duration::ZERO), 2);
        let (made, _) = first.read(&id);
        let (own, other) = if id.ends_with("-n1") { (0, 1) } else { (1, 0) };
        let value = |node: usize, key: &str| Some(nodes[node].as_ref().unwrap().get(key)?.value);
        wait_for("both copies", || {
            let [copy, validity] =
                [format!("bak:{id}"), format!("bak:validity:{id}")].map(|key| value(other, &key));
            // The server that was here last writes the copy when it has answered.
            (copy.is_some() && copy == value(own, &id) && validity.is_some()).then_some(())
        });

        nodes[own] = None;
        // That long a MSM believes that a node is there.
        sleep(Duration::from_millis(1200));
        let (found, relocated) = second.read(&id);
        assert_eq!(found, made);
        assert_ne!(relocated, id);
        assert!(relocated.ends_with(if own == 0 { "-n2" } else { "-n1" }), "{relocated}");
        assert_eq!(first.increment(&relocated, Duration::ZERO), 3);
        assert_eq!(second.read(&relocated).0["n"], 3);
    }
}

#[test]
fn a_session_of_tomcats_outlives_its_node() {
    for generation in [Generation::Seven, Generation::Nine] {
        a_session_outlives_its_node(generation, &DEATHS[..1]);
    }
}

#[test]
fn a_session_of_a_tomcat_and_holdfast_outlives_its_node() {
    for generation in [Generation::Seven, Generation::Nine] {
        a_session_outlives_its_node(generation, &DEATHS[1..]);
    }
}
