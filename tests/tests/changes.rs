//! The configuration changes while sessions are served, by the admin service and by a changed file.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use holdfast_tests::{
    Answer, Client, Holdfast, Memcached, node_list, node_name, node_of, plugins, require_memcacheds, wait_for,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server that waits for its backups and hears of its nodes soon.
fn start(sets: &[&str]) -> Holdfast {
    start_with(&[], sets)
}

fn start_with(arguments: &[&str], sets: &[&str]) -> Holdfast {
    let plugins = plugins();
    let all = ["--plugins", plugins.to_str().unwrap(), "--admin-listen", "127.0.0.1:0"];
    let common = [
        "sessionBackupAsync=false",
        "sessionBackupTimeout=3000",
        "nodeAvailabilityCacheTTL=300",
        "maxReconnectDelay=1",
        "backgroundProcessorDelay=1",
        "processExpiresFrequency=1",
    ];
    Holdfast::start_with(&[&all, arguments].concat(), &[&common, sets].concat())
}

/// The value of `memcachedNodes` for these.
fn list(nodes: &[Memcached]) -> String {
    node_list(nodes).split_once('=').unwrap().1.to_owned()
}

#[track_caller]
fn change(server: &Holdfast, values: &Value) {
    server.admin().send("PATCH", "/admin/v1/config", &values.to_string()).expect(200);
}

#[track_caller]
fn create(client: &Client, attributes: &Value) -> Answer {
    client.send("POST", "/v1/sessions", &json!({ "attributes": attributes }).to_string()).expect(201)
}

fn set(client: &Client, id: &str, attributes: &Value) -> Answer {
    client.send("PATCH", &format!("/v1/sessions/{id}/attributes"), &attributes.to_string())
}

#[track_caller]
fn attributes(client: &Client, id: &str) -> Value {
    client.call("GET", &format!("/v1/sessions/{id}/attributes")).expect(200).json()
}

/// Row 76 of MSM's tests.
#[test]
fn a_session_moves_to_a_node_that_was_configured_while_it_lived() {
    let Some(mut nodes) = require_memcacheds::<3>() else { return };
    let server = start(&[&node_list(&nodes[..2]), "failoverNodes=n2"]);
    let client = server.client();
    let old = create(&client, &json!({"n": 1})).id();
    assert_eq!(node_name(&old), "n1");
    change(&server, &json!({ "memcachedNodes": list(&nodes) }));
    assert_eq!(set(&client, &old, &json!({"n": 2})).header("holdfast-session-id"), old, "n1 is still there");
    nodes[0].kill();
    let moved = set(&client, &old, &json!({"n": 3})).expect(200);
    let new = moved.header("holdfast-session-id");
    assert_eq!(node_name(new), "n3");
    assert_eq!(moved.header("holdfast-backup"), "stored");
    assert!(nodes[2].get(new).is_some());
    assert_eq!(attributes(&client, new), json!({"n": 3}));
}

/// Row 77 of MSM's tests.
#[test]
fn new_sessions_go_to_what_is_a_primary_node_by_now() {
    let Some(nodes) = require_memcacheds::<3>() else { return };
    let server = start(&[&node_list(&nodes)]);
    for (failover, primary) in [("n2 n3", "n1"), ("n1 n2", "n3"), ("n1,n3", "n2")] {
        change(&server, &json!({ "failoverNodes": failover }));
        for _ in 0..10 {
            let made = create(&server.client(), &json!({}));
            assert_eq!(node_name(&made.id()), primary);
            assert_eq!(made.header("holdfast-backup"), "stored");
        }
    }
}

#[test]
fn the_sessions_of_a_node_that_is_taken_out_go_to_another_one() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let server = start(&[&node_list(&nodes)]);
    let client = server.client();
    let ids: Vec<_> = (0..20).map(|n| create(&client, &json!({ "n": n })).id()).collect();
    assert!(["n1", "n2"].iter().all(|node| ids.iter().any(|id| node_name(id) == *node)), "{ids:?}");
    change(&server, &json!({ "memcachedNodes": list(&nodes[..1]) }));
    for (n, id) in ids.iter().enumerate() {
        let changed = set(&client, id, &json!({"changed": true})).expect(200);
        let new = changed.header("holdfast-session-id");
        assert_eq!(node_name(new), "n1");
        assert_eq!(changed.header("holdfast-backup"), "stored");
        assert!(node_of(new, &mut nodes).get(new).is_some());
        assert_eq!(attributes(&client, new), json!({"n": n, "changed": true}));
    }
}

/// Row 68 of MSM's tests.
#[test]
fn with_backups_turned_off_sessions_live_in_memory_whatever_becomes_of_the_nodes() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let server = start(&[&node_list(&nodes)]);
    let client = server.client();
    let before = create(&client, &json!({"n": 1})).id();
    change(&server, &json!({"enabled": false}));
    nodes.iter_mut().for_each(Memcached::kill);

    let made = create(&client, &json!({"n": 2}));
    let id = made.id();
    assert!(!id.contains('-'), "{id} names no node");
    assert_eq!(made.header("holdfast-backup"), "skipped");
    for (id, n) in [(&before, 1), (&id, 2)] {
        let changed = set(&client, id, &json!({"more": n})).expect(200);
        assert_eq!(changed.header("holdfast-session-id"), id);
        assert_eq!(changed.header("holdfast-backup"), "skipped");
        assert_eq!(attributes(&client, id), json!({"n": n, "more": n}));
    }
    let short = client.send("POST", "/v1/sessions", r#"{"maxInactiveInterval":1}"#).expect(201).id();
    sleep(Duration::from_millis(1_100));
    client.call("GET", &format!("/v1/sessions/{short}")).expect(404);
    client.call("DELETE", &format!("/v1/sessions/{id}")).expect(204);
    client.call("GET", &format!("/v1/sessions/{id}")).expect(404);
    client.call("GET", "/v1/sessions/0123456789ABCDEF-n1").expect(404);
}

/// Row 69 of MSM's tests.
#[test]
fn a_server_that_was_started_without_backups_connects_to_its_nodes_when_they_are_turned_on() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("holdfast.toml");
    let write = |enabled: bool| fs::write(&file, format!("[manager]\nenabled = {enabled}\n")).unwrap();
    write(false);
    let connections = || nodes.each_ref().map(|node| node.statistic("total_connections"));
    // Its threads count a connection when they get to it: those of the start of the test have to be counted first.
    sleep(Duration::from_millis(100));
    let before = connections();
    let server = start_with(&["--config", file.to_str().unwrap()], &[&node_list(&nodes)]);
    let client = server.client();
    let local = create(&client, &json!({"n": 1})).id();
    assert!(!local.contains('-'), "{local} names no node");
    assert_eq!(attributes(&client, &local), json!({"n": 1}));
    // Long enough for a node to be asked how it is.
    sleep(Duration::from_millis(700));
    // Each question of the test is a connection.
    assert_eq!(connections(), before.map(|count| count + 1), "nobody connects to what is not used");

    write(true);
    let made = wait_for("a session with a node", || {
        let made = create(&client, &json!({"n": 2}));
        made.id().contains('-').then_some(made)
    });
    assert_eq!(made.header("holdfast-backup"), "stored");
    let on_node = |id: &str| nodes[node_name(id)[1..].parse::<usize>().unwrap() - 1].get(id);
    assert!(on_node(&made.id()).is_some());
    let head = client.call("HEAD", &format!("/v1/sessions/{local}")).expect(200);
    let id = head.header("holdfast-session-id");
    assert!(id.starts_with(&format!("{local}-n")), "{id}: the older one has a node too");
    wait_for("the older session", || on_node(id));
    let short = client.send("POST", "/v1/sessions", r#"{"maxInactiveInterval":1}"#).expect(201).id();
    assert!(on_node(&short).is_some());
    wait_for("its end", || on_node(&short).is_none().then_some(()));
}

/// MSM leaves a pool of threads and a client with its connections behind at each change.
#[test]
fn changes_under_load_lose_nothing_and_leave_no_thread_and_no_connection_behind() {
    let Some(nodes) = require_memcacheds::<3>() else { return };
    let server = start(&[&node_list(&nodes[..2])]);
    let ids: Vec<_> = (0..40).map(|_| Mutex::new(create(&server.client(), &json!({})).id())).collect();
    let over = AtomicBool::new(false);
    let changes = [
        json!({ "memcachedNodes": list(&nodes) }),
        json!({"failoverNodes": "n1"}),
        json!({"operationTimeout": 900}),
        json!({"backupThreadCount": 3, "sessionBackupAsync": true}),
        json!({"failoverNodes": null, "sessionBackupAsync": false}),
        json!({"memcachedNodes": list(&nodes[..2]), "operationTimeout": 1000}),
    ];
    let turn = |count: usize| changes.iter().cycle().take(count).for_each(|values| change(&server, values));
    // What a change needs once, and keeps, is there then.
    turn(changes.len());
    let last: Vec<u64> = scope(|scope| {
        let clients = (0..8).map(|number| {
            let (client, ids, over) = (server.client(), &ids, &over);
            scope.spawn(move || {
                let mut acknowledged = 0;
                for round in 0.. {
                    // Each client has sessions of its own.
                    let mut id = ids[number * 5 + round % 5].lock().unwrap();
                    let n = u64::try_from(round).unwrap();
                    let answer = set(&client, &id, &json!({ "n": n })).expect(200);
                    let backup = answer.header("holdfast-backup");
                    assert!(["stored", "queued"].contains(&backup), "{answer:?}");
                    answer.header("holdfast-session-id").clone_into(&mut id);
                    acknowledged += 1;
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
                acknowledged
            })
        });
        let clients: Vec<_> = clients.collect();
        sleep(Duration::from_millis(200));
        turn(3 * changes.len());
        sleep(Duration::from_millis(200));
        over.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let kept = |server: &Holdfast| {
        for (number, id) in ids.iter().enumerate() {
            let (rounds, offset) = (last[number / 5], u64::try_from(number % 5).unwrap());
            // The last round of this client that was about this session.
            let newest = (0..rounds).rev().find(|round| round % 5 == offset);
            let Some(newest) = newest else { continue };
            assert_eq!(attributes(&server.client(), &id.lock().unwrap()), json!({ "n": newest }));
        }
    };
    kept(&server);

    let connections = || nodes.each_ref().map(|node| node.statistic("curr_connections"));
    let settle = || {
        sleep(Duration::from_millis(300));
        (server.threads(), connections())
    };
    let (threads, connected) = settle();
    turn(4 * changes.len());
    let (threads_after, connected_after) = settle();
    assert!(threads_after <= threads + 2, "{threads_after} threads, {threads} before");
    for (after, before) in connected_after.into_iter().zip(connected) {
        assert!(after <= before + 2, "{connected_after:?} connections, {connected:?} before");
    }
    assert!(server.stop().success());
    kept(&start(&[&node_list(&nodes)]));
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let server = start(&[&node_list(&nodes)]);
    let client = server.client();
    let id = create(&client, &json!({"n": 1})).id();
    for values in [
        json!({"enabled": false, "memcachedNodes": "n1:localhost"}),
        json!({"enabled": false, "failoverNodes": "n7"}),
        json!({"enabled": false, "lockingMode": "sometimes"}),
    ] {
        server.admin().send("PATCH", "/admin/v1/config", &values.to_string()).expect(422);
        let changed = set(&client, &id, &json!({ "n": values.to_string() })).expect(200);
        assert_eq!(changed.header("holdfast-backup"), "stored");
        assert_eq!(changed.header("holdfast-session-id"), id);
    }
}
