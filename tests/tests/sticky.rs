//! Sessions of one server: when they are stored, when they end, and how another server takes them over.

use std::thread::sleep;
use std::time::{Duration, Instant};

use holdfast_tests::{
    Answer, Client, Holdfast, Memcached, node_list, node_name, node_of, plugins, require_memcacheds, wait_for,
};
use serde_json::{Value, json};

const SYNC: [&str; 2] = ["sessionBackupAsync=false", "sessionBackupTimeout=3000"];
/// Sessions are looked after once in a second.
const BUSY: [&str; 2] = ["backgroundProcessorDelay=1", "processExpiresFrequency=1"];

fn start(nodes: &[Memcached], sets: &[&str]) -> Holdfast {
    Holdfast::start(&[&[node_list(nodes).as_str()], sets].concat())
}

/// A server with a name, that waits for its backups.
fn start_as(route: &str, sets: &[&str]) -> Holdfast {
    let arguments = ["--plugins", plugins().to_str().unwrap(), "--jvm-route", route].map(str::to_owned);
    Holdfast::start_with(&arguments.each_ref().map(String::as_str), &[&SYNC, sets].concat())
}

#[track_caller]
fn create(client: &Client, body: &Value) -> String {
    client.send("POST", "/v1/sessions", &body.to_string()).expect(201).id()
}

fn set(client: &Client, id: &str, attributes: &Value) -> Answer {
    client.send("PATCH", &format!("/v1/sessions/{id}/attributes"), &attributes.to_string())
}

#[track_caller]
fn attributes(client: &Client, id: &str) -> Value {
    client.call("GET", &format!("/v1/sessions/{id}/attributes")).expect(200).json()
}

/// Row 59 of MSM's tests.
#[test]
fn a_new_session_is_on_its_node_at_once_though_nobody_waited_for_it() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let server = start(std::slice::from_ref(&memcached), &[]);
    let client = server.client();
    let fastest = (0..10).map(|number| {
        let made = client.send("POST", "/v1/sessions", &json!({"attributes": {"n": number}}).to_string());
        let answered = Instant::now();
        assert_eq!(made.header("holdfast-backup"), "queued");
        let id = made.expect(201).id();
        wait_for("the session", || memcached.get(&id));
        answered.elapsed()
    });
    // One of them at least was not held up by whatever else this machine does.
    let fastest = fastest.min().unwrap();
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}

/// Row 60 of MSM's tests.
#[test]
fn sessions_go_on_after_their_server_was_stopped_and_started() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let first = start(&nodes, &[]);
    let client = first.client();
    let ids: Vec<_> = (0..20).map(|n| create(&client, &json!({"attributes": {"n": n}}))).collect();
    for (n, id) in ids.iter().enumerate() {
        set(&client, id, &json!({ "twice": 2 * n })).expect(200);
    }
    assert!(first.stop().success());
    let second = start(&nodes, &[]);
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(attributes(&second.client(), id), json!({"n": n, "twice": 2 * n}));
    }
}

/// Row 61 of MSM's tests.
#[test]
fn a_session_that_nobody_asks_for_is_gone_from_its_node_soon_after_its_time() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let server = start(std::slice::from_ref(&memcached), &[&SYNC[..], &BUSY].concat());
    let id = create(&server.client(), &json!({"maxInactiveInterval": 1}));
    let made = Instant::now();
    assert!(memcached.get(&id).is_some());
    wait_for("its end", || memcached.get(&id).is_none().then_some(()));
    let lived = made.elapsed();
    // Its interval, a pass of upkeep, and a second by which memcached's clock may be off.
    let longest = Duration::from_millis(3_500);
    assert!(lived >= Duration::from_millis(900) && lived < longest, "{lived:?}");
}

/// Row 62 of MSM's tests.
#[test]
fn an_ended_session_leaves_no_key_and_no_id_in_the_answer() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let server = start(std::slice::from_ref(&memcached), &SYNC);
    let client = server.client();
    let id = create(&client, &json!({"attributes": {"user": "alice"}}));
    assert!(memcached.get(&id).is_some());
    let ended = client.call("DELETE", &format!("/v1/sessions/{id}")).expect(204);
    assert!(!ended.headers.contains_key("holdfast-session-id"));
    assert_eq!(memcached.keys(), [""; 0]);
}

/// Row 63 of MSM's tests.
#[test]
fn a_request_with_the_id_of_a_session_that_is_over_gets_a_session_of_another_id() {
    let Some(nodes) = require_memcacheds::<2>() else { return };
    let server = start(&nodes, &SYNC);
    let client = server.client();
    let old = create(&client, &json!({"maxInactiveInterval": 1, "attributes": {"user": "alice"}}));
    sleep(Duration::from_millis(1_100));
    let begun = client.send("POST", "/v1/requests", &json!({ "session": old }).to_string()).expect(201);
    assert_eq!(begun.json()["session"], Value::Null);
    let finish = format!("/v1/requests/{}/finish", begun.json()["token"].as_str().unwrap());
    let new = client.send("POST", &finish, r#"{"attributes":{"n":1}}"#).expect(200);
    assert_ne!(new.id(), old);
    assert_eq!(new.json()["attributes"], json!({"n": 1}), "nothing of the old one");
}

/// Row 64 of MSM's tests.
#[test]
fn a_session_that_is_only_read_stays_on_its_node_and_ends_when_it_is_no_longer_used() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let server = start(std::slice::from_ref(&memcached), &[&SYNC[..], &BUSY].concat());
    let client = server.client();
    let made = Instant::now();
    let id = create(&client, &json!({"maxInactiveInterval": 2, "attributes": {"n": 1}}));
    // Its first copy ends after 3 s, by memcached's own count, and that may be a second behind.
    while made.elapsed() < Duration::from_millis(4_200) {
        let read = client.call("GET", &format!("/v1/sessions/{id}")).expect(200);
        assert_eq!(read.header("holdfast-backup"), "unchanged");
        sleep(Duration::from_millis(300));
    }
    assert!(memcached.get(&id).is_some());
    sleep(Duration::from_millis(2_100));
    client.call("GET", &format!("/v1/sessions/{id}")).expect(404);
    assert!(server.counter("sessions_refreshed") > 0);
}

/// Rows 79, 80 and 85 of MSM's tests.
#[test]
fn the_session_of_a_server_that_died_goes_on_at_another_one_under_its_name() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let unnamed = format!("memcachedNodes={}", nodes[0].node("").trim_start_matches(':'));
    for list in [node_list(&nodes), unnamed.clone()] {
        let tc1 = start_as("tc1", &[&list]);
        let old = create(&tc1.client(), &json!({"attributes": {"user": "alice", "n": 1}}));
        tc1.kill();
        let tc2 = start_as("tc2", &[&list]);
        let client = tc2.client();
        let taken = set(&client, &old, &json!({"n": 2})).expect(200);
        let new = taken.header("holdfast-session-id");
        assert_eq!(Some(new), old.strip_suffix("tc1").map(|rest| format!("{rest}tc2")).as_deref());
        assert_eq!(taken.header("holdfast-backup"), "stored");
        let node = if list == unnamed { &mut nodes[0] } else { node_of(&old, &mut nodes) };
        assert_eq!(node.get(&old), None, "the old key");
        assert!(node.get(new).is_some());
        assert_eq!(attributes(&client, new), json!({"user": "alice", "n": 2}));
        assert_eq!((tc2.counter("tomcat_failovers"), tc2.counter("memcached_failovers")), (1, 0));
        tc2.kill();
        assert_eq!(attributes(&start_as("tc2", &[&list]).client(), new), json!({"user": "alice", "n": 2}));
    }
}

/// The usual place of the failover node is the machine of its server. So the sessions of another server, which died with
/// its machine, are all on what is the failover node here.
#[test]
fn a_session_that_is_taken_over_leaves_a_node_that_is_the_last_resort_of_its_new_server() {
    let Some(mut nodes) = require_memcacheds::<2>() else { return };
    let list = node_list(&nodes);
    let (tc1, tc2) = (
        start_as("tc1", &[&list, "failoverNodes=n1"]),
        start_as("tc2", &[&list, "failoverNodes=n2", "operationTimeout=300"]),
    );
    let old = create(&tc1.client(), &json!({"attributes": {"n": 0}}));
    assert_eq!(node_name(&old), "n2");
    let sid = old.split('-').next().unwrap();

    // There and back, and there again: the newest content is the one that counts.
    let mut id = old.clone();
    for n in 1..5 {
        let (server, home) = if n % 2 == 1 { (&tc2, "n1.tc2") } else { (&tc1, "n2.tc1") };
        assert_eq!(attributes(&server.client(), &id), json!({"n": n - 1}));
        let changed = set(&server.client(), &id, &json!({ "n": n })).expect(200);
        id = changed.header("holdfast-session-id").to_owned();
        assert_eq!(id, format!("{sid}-{home}"));
        assert!(node_of(&id, &mut nodes).get(&id).is_some());
        wait_for("the old key to be gone", || {
            let keys: Vec<_> = nodes.iter().flat_map(Memcached::keys).collect();
            (keys == [id.as_str()]).then_some(())
        });
    }
    assert_eq!((tc2.counter("tomcat_failovers"), tc2.counter("memcached_failovers")), (2, 0));

    // A client that did not hear of it comes with the id of before.
    let asked = format!("{sid}-n1.tc2");
    let taken = set(&tc1.client(), &asked, &json!({"m": 1})).expect(200);
    assert_eq!(taken.header("holdfast-session-id"), id);
    assert_eq!(attributes(&tc1.client(), &id), json!({"n": 4, "m": 1}));

    // No primary is left: then the last resort it is.
    nodes[0].kill();
    wait_for("the death to be noticed", || {
        let made = tc2.client().send("POST", "/v1/sessions", "{}").expect(201);
        (node_name(&made.id()) == "n2").then_some(())
    });
    let stays = set(&tc2.client(), &id, &json!({"n": 5})).expect(200);
    assert_eq!(stays.header("holdfast-session-id"), format!("{sid}-n2.tc2"));
    assert_eq!(stays.header("holdfast-backup"), "stored");
}

#[test]
fn an_id_that_no_node_knows_is_asked_for_once_in_half_a_second() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let server = start(std::slice::from_ref(&memcached), &SYNC);
    let client = server.client();
    let ended = create(&client, &json!({}));
    client.call("DELETE", &format!("/v1/sessions/{ended}")).expect(204);
    for id in ["0123456789ABCDEF0123456789ABCDEF-n1", ended.as_str()] {
        let before = memcached.statistic("get_misses");
        let started = Instant::now();
        for _ in 0..30 {
            client.call("GET", &format!("/v1/sessions/{id}")).expect(404);
        }
        let misses = memcached.statistic("get_misses") - before;
        let most = 1 + u64::try_from(started.elapsed().as_millis() / 500).unwrap();
        assert!(misses <= most, "{misses} questions for {id}");
    }
    // What appears after that is found.
    let other = start(std::slice::from_ref(&memcached), &SYNC);
    let id = create(&other.client(), &json!({"attributes": {"n": 1}}));
    let stored = memcached.get(&id).unwrap();
    let copy = "FEDCBA9876543210FEDCBA9876543210-n1";
    client.call("GET", &format!("/v1/sessions/{copy}")).expect(404);
    memcached.set(copy, stored.flags, &stored.value);
    wait_for("the session to be found", || {
        (client.call("GET", &format!("/v1/sessions/{copy}")).status == 200).then_some(())
    });
}

/// Rows 102 and 104 of MSM's tests.
#[test]
fn an_ignored_request_costs_its_node_nothing() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let ignore = r"requestUriIgnorePattern=.*\.(png|gif)$";
    let sets = [SYNC[0], SYNC[1], ignore];
    let nodes = std::slice::from_ref(&memcached);
    let (first, second) = (start(nodes, &sets), start(nodes, &sets));
    let id = create(&first.client(), &json!({"attributes": {"n": 1}}));
    let counts = || ["cmd_get", "cmd_set", "cmd_touch", "delete_hits"].map(|name| memcached.statistic(name));
    let before = counts();
    let gif = [("Holdfast-Request", "GET /shop/logo.gif"), ("Content-Type", "application/json")];
    for server in [&first, &second] {
        let client = server.client();
        let path = format!("/v1/sessions/{id}");
        let read = client.call_with("GET", &path, &gif, None);
        // The second one does not have it, and does not look for it.
        assert_eq!(read.status, if server.pid() == first.pid() { 200 } else { 404 });
        let begin = json!({"request": "GET /shop/logo.gif", "session": id}).to_string();
        let begun = client.send("POST", "/v1/requests", &begin).expect(201);
        let finish = format!("/v1/requests/{}/finish", begun.json()["token"].as_str().unwrap());
        let finished = client.send("POST", &finish, "{}");
        assert_eq!(finished.header("holdfast-backup"), "skipped", "{finished:?}");
    }
    assert_eq!(counts(), before);

    set(&first.client(), &id, &json!({"n": 2})).expect(200);
    assert_eq!(attributes(&second.client(), &id), json!({"n": 2}), "nothing old is remembered");
}

/// Row 108 of MSM's tests.
#[test]
fn a_request_that_has_no_session_and_makes_none_stores_nothing() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let server = start(std::slice::from_ref(&memcached), &SYNC);
    let client = server.client();
    for body in [r#"{"request":"GET /"}"#, r#"{"request":"GET /","session":"0123456789ABCDEF-n1"}"#] {
        let begun = client.send("POST", "/v1/requests", body).expect(201);
        let finish = format!("/v1/requests/{}/finish", begun.json()["token"].as_str().unwrap());
        let finished = client.send("POST", &finish, r#"{"invalidate":true}"#).expect(204);
        assert_eq!(finished.header("holdfast-backup"), "skipped");
        assert!(!finished.headers.contains_key("holdfast-session-id"));
    }
    assert_eq!(memcached.statistic("cmd_set"), 0);
    assert_eq!(server.counter("requests_without_session"), 1);
    assert_eq!(server.counter("requests_with_session"), 1);
}

#[test]
fn decisions_about_backups_are_counted_as_msm_counts_them() {
    let Some([memcached]) = require_memcacheds::<1>() else { return };
    let filter = "sessionAttributeFilter=n|m";
    let server = start(std::slice::from_ref(&memcached), &[SYNC[0], SYNC[1], filter]);
    let client = server.client();
    let names = [
        "requests_with_session",
        "no_session_access",
        "no_attributes_access",
        "no_session_modification",
        "backups",
        "backup_failures",
    ];
    let check = |answer: Answer, backup: &str, expected: [u64; 6]| {
        assert_eq!(answer.header("holdfast-backup"), backup, "{answer:?}");
        assert_eq!(names.map(|name| server.counter(name)), expected, "{names:?}");
    };
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"n":1,"other":1}}"#);
    let (id, path) = (made.id(), format!("/v1/sessions/{}", made.id()));
    check(made, "stored", [1, 0, 0, 0, 1, 0]);
    check(client.call("HEAD", &path), "skipped", [2, 0, 1, 0, 1, 0]);
    // What the filter keeps out is no attribute.
    check(client.call("GET", &format!("{path}/attributes/other")), "skipped", [3, 0, 2, 0, 1, 0]);
    check(client.call("GET", &path), "unchanged", [4, 0, 2, 1, 1, 0]);
    check(set(&client, &id, &json!({"n": 1})), "unchanged", [5, 0, 2, 2, 1, 0]);
    check(set(&client, &id, &json!({"n": 2})), "stored", [6, 0, 2, 2, 2, 0]);
    let longer = client.send("PATCH", &path, r#"{"maxInactiveInterval":77}"#);
    check(longer, "stored", [7, 0, 2, 2, 3, 0]);
    check(client.call("POST", &format!("{path}/renew")), "stored", [8, 0, 2, 2, 4, 0]);
}
