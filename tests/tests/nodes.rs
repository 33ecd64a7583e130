//! Nodes that die, freeze and come back: where their sessions go, and what that costs.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use holdfast_tests::{
    Answer, Client, Holdfast, Memcached, node_list, node_name, node_of, require_memcacheds, wait_for,
};
use serde_json::{Value, json};

/// How long a node has to answer here.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(1);

/// A server that waits for its backups and hears of its nodes soon.
fn start(nodes: &[Memcached], sets: &[&str]) -> Holdfast {
    start_on(&node_list(nodes), sets)
}

fn start_on(list: &str, sets: &[&str]) -> Holdfast {
    let common = [
        list,
        "sessionBackupAsync=false",
        "sessionBackupTimeout=3000",
        "operationTimeout=1000",
        "nodeAvailabilityCacheTTL=300",
        "maxReconnectDelay=1",
        "backgroundProcessorDelay=1",
    ];
    Holdfast::start(&[&common, sets].concat())
}

#[track_caller]
fn create(client: &Client, attributes: &Value) -> String {
    let made = client.send("POST", "/v1/sessions", &json!({ "attributes": attributes }).to_string());
    assert_eq!(made.header("holdfast-backup"), "stored", "{made:?}");
    made.expect(201).id()
}

/// Sessions until there are so many on the node.
#[track_caller]
fn create_on(client: &Client, node: &str, count: usize) -> Vec<String> {
    let ids = (0..50 * count).map(|number| create(client, &json!({ "number": number })));
    let ids: Vec<_> = ids.filter(|id| node_name(id) == node).take(count).collect();
    assert_eq!(ids.len(), count, "all nodes get sessions");
    ids
}

fn set(client: &Client, id: &str, attributes: &Value) -> Answer {
    client.send("PATCH", &format!("/v1/sessions/{id}/attributes"), &attributes.to_string())
}

#[track_caller]
fn attributes(client: &Client, id: &str) -> Value {
    client.call("GET", &format!("/v1/sessions/{id}/attributes")).expect(200).json()
}

fn sid(id: &str) -> &str {
    id.split(['-', '.']).next().unwrap()
}

/// Rows 71 and 110 of MSM's tests.
#[test]
fn a_session_whose_node_has_died_gets_an_id_with_another_node_and_is_stored_there() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let server = start(&nodes, &[]);
    let client = server.client();
    let old = create(&client, &json!({"user": "alice"}));
    node_of(&old, &mut nodes).kill();

    // A request that neither looks at attributes nor changes them.
    let head = client.call("HEAD", &format!("/v1/sessions/{old}")).expect(200);
    let new = head.header("holdfast-session-id").to_owned();
    assert_eq!(sid(&new), sid(&old));
    assert_ne!(node_name(&new), node_name(&old));
    assert_eq!(head.header("holdfast-backup"), "stored");
    assert!(node_of(&new, &mut nodes).get(&new).is_some());
    assert_eq!(server.counter("memcached_failovers"), 1);

    let changed = set(&client, &new, &json!({"n": 1})).expect(200);
    assert_eq!(changed.header("holdfast-session-id"), new, "it stays there");
    assert_eq!(changed.header("holdfast-backup"), "stored");
    assert_eq!(node_of(&new, &mut nodes).keys(), [new.as_str()], "and nothing else is left");
    server.kill();
    assert_eq!(attributes(&start(&nodes, &[]).client(), &new), json!({"user": "alice", "n": 1}));
}

#[test]
fn requests_that_were_sent_before_the_client_heard_of_the_new_id_reach_the_session() {
    let Some(mut nodes) = require_memcacheds::<3>() else { return };
    let server = start(&nodes, &[]);
    let old = create(&server.client(), &json!({}));
    node_of(&old, &mut nodes).kill();
    let mut answered: Vec<String> = scope(|scope| {
        let requests = (0..16).map(|number| {
            let (client, old) = (server.client(), old.as_str());
            scope.spawn(move || {
                let answer = set(&client, old, &json!({format!("a{number}"): number})).expect(200);
                assert_eq!(answer.header("holdfast-backup"), "stored");
                answer.header("holdfast-session-id").to_owned()
            })
        });
        requests.collect::<Vec<_>>().into_iter().map(|request| request.join().unwrap()).collect()
    });
    answered.dedup();
    let [new] = &answered[..] else { panic!("one new id for all: {answered:?}") };
    assert_ne!(node_name(new), node_name(&old));
    let client = server.client();
    assert_eq!(attributes(&client, &old).as_object().unwrap().len(), 16, "all changes were made");
    assert_eq!(attributes(&client, new), attributes(&client, &old));
}

/// Row 73 of MSM's tests.
#[test]
fn with_all_nodes_dead_sessions_go_on_from_memory_under_their_ids() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let server = start(&nodes, &[]);
    let client = server.client();
    let id = create(&client, &json!({"n": 1}));
    nodes.iter_mut().for_each(Memcached::kill);
    for n in 2..5 {
        let changed = set(&client, &id, &json!({ "n": n })).expect(200);
        assert_eq!(changed.header("holdfast-session-id"), id);
        assert_eq!(changed.header("holdfast-backup"), "failed", "nobody is told that it is safe");
        assert!(changed.header("holdfast-backup-failure").contains("does a memcached listen there?"));
        assert_eq!(attributes(&client, &id), json!({ "n": n }));
    }
    nodes.iter_mut().for_each(Memcached::restart);
    let node = node_of(&id, &mut nodes);
    wait_for("the change to be stored without a request", || node.get(&id));
    server.kill();
    assert_eq!(attributes(&start(&nodes, &[]).client(), &id), json!({"n": 4}));
}

/// Rows 70 and 74 of MSM's tests.
#[test]
fn a_session_that_was_made_without_any_node_gets_one_when_there_is_one() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    nodes.iter_mut().for_each(Memcached::kill);
    let server = start(&nodes, &[]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"n":1}}"#).expect(201);
    let local = made.id();
    assert!(!local.contains('-'), "{local} names no node");
    assert_eq!(made.header("holdfast-backup"), "failed");
    let second = set(&client, &local, &json!({"n": 2})).expect(200);
    assert_eq!(second.header("holdfast-session-id"), local, "the client has to learn nothing new");

    nodes[1].restart();
    let id = wait_for("the session to get a node", || {
        let head = client.call("HEAD", &format!("/v1/sessions/{local}")).expect(200);
        let id = head.header("holdfast-session-id").to_owned();
        id.contains('-').then_some(id)
    });
    assert_eq!((sid(&id), node_name(&id)), (local.as_str(), "n2"));
    wait_for("the session to be stored", || nodes[1].get(&id));
    assert_eq!(attributes(&client, &id), json!({"n": 2}));
}

#[test]
fn a_node_that_comes_back_empty_gets_its_sessions_again_without_a_request() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let server = start(&nodes, &[]);
    let ids = create_on(&server.client(), "n1", 20);
    nodes[0].kill();
    nodes[0].restart();
    for id in &ids {
        let stored = wait_for("the copy", || nodes[0].get(id));
        assert!(!stored.value.is_empty());
    }
    assert_eq!(server.counter("memcached_failovers"), 0, "nobody has moved");
}

#[test]
fn a_frozen_node_costs_all_requests_together_one_operation_timeout() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let server = start(&nodes, &[]);
    let ids = create_on(&server.client(), "n1", 32);
    // As many connections as there will be requests: they are made before the clock runs.
    let clients: Vec<_> = (0..32).map(|_| server.client()).collect();
    clients.iter().for_each(|client| drop(client.call("GET", "/metrics").expect(200)));
    nodes[0].freeze();

    let started = Instant::now();
    let moved: Vec<String> = scope(|scope| {
        let requests = ids.iter().zip(&clients).map(|(id, client)| {
            scope.spawn(move || {
                let changed = set(client, id, &json!({"changed": true})).expect(200);
                assert_eq!(changed.header("holdfast-backup"), "stored");
                changed.header("holdfast-session-id").to_owned()
            })
        });
        requests.collect::<Vec<_>>().into_iter().map(|request| request.join().unwrap()).collect()
    });
    let took = started.elapsed();
    assert!(took < 2 * OPERATION_TIMEOUT, "{took:?}");

    let started = Instant::now();
    for (id, old) in moved.iter().zip(&ids) {
        assert_eq!((sid(id), node_name(id)), (sid(old), "n2"));
        assert!(nodes[1].get(id).is_some());
        set(&clients[0], id, &json!({"again": true})).expect(200);
    }
    let made: Vec<_> = (0..20).map(|_| create(&clients[0], &json!({}))).collect();
    assert!(made.iter().all(|id| node_name(id) == "n2"), "{made:?}");
    let took = started.elapsed();
    assert!(took < OPERATION_TIMEOUT, "52 requests after it has been noticed: {took:?}");

    // It wakes with what it had, and none of that is a session any more.
    nodes[0].thaw();
    for old in &ids {
        wait_for("what was left behind to be deleted", || nodes[0].get(old).is_none().then_some(()));
    }
    for id in &moved {
        assert_eq!(attributes(&clients[0], id)["again"], true);
    }
}

/// A server without its sessions in memory has to ask for them.
#[test]
fn sessions_that_lie_on_a_frozen_node_cost_all_who_ask_one_operation_timeout() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let ids = create_on(&start(&nodes, &[]).client(), "n1", 32);
    let server = start(&nodes, &[]);
    let clients: Vec<_> = (0..32).map(|_| server.client()).collect();
    clients.iter().for_each(|client| drop(client.call("GET", "/metrics").expect(200)));
    // It has to have heard of the nodes: that is not what is measured.
    create(&clients[0], &json!({}));
    nodes[0].freeze();
    let started = Instant::now();
    scope(|scope| {
        for (id, client) in ids.iter().zip(&clients) {
            scope.spawn(move || {
                let refused = client.call("GET", &format!("/v1/sessions/{id}")).expect(503);
                assert_eq!(refused.json()["type"], "urn:holdfast:problem:node-unavailable");
                assert_eq!(refused.header("retry-after"), "1");
            });
        }
    });
    let took = started.elapsed();
    assert!(took < 2 * OPERATION_TIMEOUT, "{took:?}");
    let started = Instant::now();
    clients[0].call("GET", &format!("/v1/sessions/{}", ids[0])).expect(503);
    assert!(started.elapsed() < OPERATION_TIMEOUT / 2, "the next is not kept waiting");

    nodes[0].thaw();
    wait_for("the session", || {
        (clients[0].call("GET", &format!("/v1/sessions/{}", ids[0])).status == 200).then_some(())
    });
}

#[test]
fn all_who_want_to_know_whether_a_frozen_node_answers_share_one_question() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let connections = nodes[0].statistic("total_connections");
    nodes[0].freeze();
    let server = start(&nodes, &[]);
    let started = Instant::now();
    let ids: Vec<String> = scope(|scope| {
        let requests = (0..32).map(|_| {
            let client = server.client();
            scope.spawn(move || create(&client, &json!({})))
        });
        requests.collect::<Vec<_>>().into_iter().map(|request| request.join().unwrap()).collect()
    });
    let took = started.elapsed();
    assert!(ids.iter().all(|id| node_name(id) == "n2"), "{ids:?}");
    assert!(took < 2 * OPERATION_TIMEOUT, "{took:?}");
    nodes[0].thaw();
    let asked = nodes[0].statistic("total_connections") - connections;
    // Those of the test itself, the first question, and what the watch has asked since.
    assert!(asked <= 8, "{asked} connections for 32 requests");
}

/// Row 33 of MSM's tests, on the way there and back.
#[test]
fn failover_nodes_are_used_only_while_no_other_is_left() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let server = start(&nodes, &["failoverNodes=n2"]);
    let client = server.client();
    let first: Vec<_> = (0..20).map(|_| create(&client, &json!({"n": 1}))).collect();
    assert!(first.iter().all(|id| node_name(id) == "n1"), "{first:?}");
    nodes[0].kill();
    let moved = set(&client, &first[0], &json!({"n": 2})).expect(200);
    let moved = moved.header("holdfast-session-id").to_owned();
    assert_eq!(node_name(&moved), "n2");
    assert_eq!(node_name(&create(&client, &json!({}))), "n2");

    nodes[0].restart();
    wait_for("a new session on the primary", || {
        (node_name(&create(&client, &json!({}))) == "n1").then_some(())
    });
    nodes[1].kill();
    let back = set(&client, &moved, &json!({"n": 3})).expect(200);
    let back = back.header("holdfast-session-id");
    assert_eq!(node_name(back), "n1");
    assert_eq!(attributes(&client, back), json!({"n": 3}));
}

#[test]
fn a_single_node_that_comes_back_has_its_sessions_again_under_the_same_ids() {
    let Some(mut nodes) = require_memcacheds::<1>() else { return };
    for list in [node_list(&nodes), format!("memcachedNodes={}", nodes[0].node("").trim_start_matches(':'))] {
        let server = start_on(&list, &[]);
        let client = server.client();
        let id = create(&client, &json!({"n": 1}));
        nodes[0].kill();
        let changed = set(&client, &id, &json!({"n": 2})).expect(200);
        assert_eq!(changed.header("holdfast-backup"), "failed");
        assert_eq!(changed.header("holdfast-session-id"), id);
        nodes[0].restart();
        wait_for("the session on its node", || nodes[0].get(&id));
        sleep(Duration::from_millis(10));
        server.kill();
        assert_eq!(attributes(&start_on(&list, &[]).client(), &id), json!({"n": 2}));
    }
}
