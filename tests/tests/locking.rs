//! Requests of one session that race, at one server and at two: with locks, and with none.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use holdfast_tests::{Client, Cluster, Connection, Holdfast, Memcached, wait_for};
use serde_json::{Value, json};

/// The modes in which a request that changes something has a lock.
const MODES: [&str; 3] = ["lockingMode=all", "lockingMode=auto", "lockingMode=uriPattern:.*"];

fn lock_of(id: &str) -> String {
    format!("lock:{id}")
}

#[track_caller]
fn assert_locked(answer: holdfast_tests::Answer) {
    let answer = answer.expect(409);
    assert_eq!(answer.json()["type"], "urn:holdfast:problem:locked", "{}", answer.json());
    assert_eq!(answer.header("retry-after"), "1");
}

#[test]
fn concurrent_requests_at_two_servers_exclude_each_other_and_both_changes_survive() {
    for mode in MODES {
        let Some(cluster) = Cluster::start(2, 2, &[mode, "operationTimeout=5000"]) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"k1": "v1"}));
        let long = one.begin("POST /long", &id);
        assert!(cluster.node_of(&id).get(&lock_of(&id)).is_some(), "{mode}");
        scope(|scope| {
            let concurrent = scope.spawn(|| {
                let begun = other.begin("POST /short", &id);
                let seen = begun.attributes();
                begun.merge(&json!({"k3": "v3"})).expect(200);
                seen
            });
            sleep(Duration::from_millis(500));
            assert!(!concurrent.is_finished(), "{mode}");
            assert_eq!(long.merge(&json!({"k2": "v2"})).expect(200).header("holdfast-backup"), "stored");
            assert_eq!(concurrent.join().unwrap(), json!({"k1": "v1", "k2": "v2"}), "{mode}");
        });
        for client in [&one, &other] {
            assert_eq!(client.attributes(&id), json!({"k1": "v1", "k2": "v2", "k3": "v3"}), "{mode}");
        }
        assert!(cluster.counter(1, "locksWaited") >= 1, "{mode}");
        wait_for("the lock to be given back", || {
            cluster.node_of(&id).get(&lock_of(&id)).is_none().then_some(())
        });
    }
}

#[test]
fn requests_of_one_server_exclude_each_other_too() {
    let Some(cluster) = Cluster::start(2, 1, &["lockingMode=all", "operationTimeout=5000"]) else { return };
    let client = cluster.client(0);
    let id = client.create(&json!({"n": 0}));
    let first = client.begin("POST /", &id);
    scope(|scope| {
        let second = scope.spawn(|| client.begin("POST /", &id));
        sleep(Duration::from_millis(300));
        assert!(!second.is_finished());
        first.merge(&json!({"n": 1})).expect(200);
        let second = second.join().unwrap();
        assert_eq!(second.attributes(), json!({"n": 1}));
        second.merge(&json!({"n": 2})).expect(200);
    });
    assert_eq!(client.attributes(&id), json!({"n": 2}));
}

#[test]
fn auto_lets_requests_run_side_by_side_that_changed_nothing_several_times() {
    let Some(cluster) = Cluster::start(2, 2, &["lockingMode=auto", "operationTimeout=500"]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    let read = |client: &Client| client.begin("GET /page", &id).finish(&json!({})).expect(200);
    for client in [&one, &other] {
        // It has a lock as long as it was seen too seldom.
        for _ in 0..3 {
            let held = client.begin("GET /page", &id);
            assert!(cluster.node_of(&id).get(&lock_of(&id)).is_some());
            held.finish(&json!({})).expect(200);
            wait_for("the lock", || cluster.node_of(&id).get(&lock_of(&id)).is_none().then_some(()));
        }
    }
    let open = [one.begin("GET /page", &id), one.begin("GET /page", &id), other.begin("GET /page", &id)];
    assert!(cluster.node_of(&id).get(&lock_of(&id)).is_none());
    // And beside one that has it.
    let held = other.begin("POST /page", &id);
    read(&one);
    held.merge(&json!({"n": 2})).expect(200);
    for begun in open {
        begun.finish(&json!({})).expect(200);
    }
    assert!(cluster.counter(0, "readOnlyRequests") >= 3);
    assert_eq!(other.attributes(&id), json!({"n": 2}));

    // One change, and it is not believed any more.
    one.begin("GET /page", &id).merge(&json!({"n": 3})).expect(200);
    let held = one.begin("GET /page", &id);
    assert!(cluster.node_of(&id).get(&lock_of(&id)).is_some());
    assert_locked(one.try_begin("GET /page", &id));
    held.finish(&json!({})).expect(200);
    assert_eq!(one.attributes(&id), json!({"n": 3}));
}

#[test]
fn a_pattern_locks_the_requests_that_it_matches_whole() {
    let mode = "lockingMode=uriPattern:POST /cart.*";
    let Some(cluster) = Cluster::start(2, 2, &[mode, "operationTimeout=200"]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    let held = one.begin("POST /cart/add", &id);
    assert_locked(other.try_begin("POST /cart", &id));
    for free in ["GET /cart", "POST /car", "POST /shop/cart"] {
        other.begin(free, &id).finish(&json!({})).expect(200);
    }
    held.merge(&json!({"n": 2})).expect(200);
    assert_eq!(other.attributes(&id), json!({"n": 2}));
}

#[test]
fn locks_work_on_a_node_without_id() {
    for mode in MODES {
        let Some(cluster) = Cluster::on_a_node_without_id(2, &[mode, "operationTimeout=300"]) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"n": 1}));
        let begun = one.begin("POST /", &id);
        assert_locked(other.try_begin("POST /", &id));
        begun.merge(&json!({"n": 2})).expect(200);
        assert_eq!(other.begin("POST /", &id).attributes(), json!({"n": 2}), "{mode}");
    }
}

#[test]
fn the_end_of_a_session_removes_its_lock_too() {
    for mode in MODES {
        let Some(cluster) = Cluster::start(2, 2, &[mode]) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"n": 1}));
        let begun = other.begin("POST /logout", &id);
        assert!(cluster.node_of(&id).get(&lock_of(&id)).is_some());
        begun.finish(&json!({"invalidate": true})).expect(204);
        let keys: Vec<_> = cluster.nodes.iter().flat_map(Memcached::keys).collect();
        assert!(keys.is_empty(), "{mode}: {keys:?}");
        one.read(&id).expect(404);
    }
}

#[test]
fn a_lock_of_a_tomcat_is_waited_for() {
    let Some(cluster) = Cluster::start(2, 1, &["lockingMode=all", "operationTimeout=5000"]) else { return };
    let client = cluster.client(0);
    let id = client.create(&json!({"n": 1}));
    let node = cluster.node_of(&id);
    assert!(node.add(&lock_of(&id), 0, 5, b"locked"));
    scope(|scope| {
        let waiting = scope.spawn(|| client.merge(&id, &json!({"n": 2})).expect(200));
        sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished());
        assert!(node.delete(&lock_of(&id)));
        let given = Instant::now();
        assert_eq!(waiting.join().unwrap().header("holdfast-backup"), "stored");
        assert!(given.elapsed() < Duration::from_secs(1), "{:?}", given.elapsed());
    });
    assert_eq!(cluster.counter(0, "locksWaited"), 1);
    assert_eq!(cluster.counter(0, "lockFailures"), 0);
}

#[test]
fn a_lock_that_is_not_to_be_had_is_a_conflict_that_says_when_to_try_again() {
    let Some(cluster) = Cluster::start(2, 1, &["lockingMode=all", "operationTimeout=500"]) else { return };
    let client = cluster.client(0);
    let id = client.create(&json!({"n": 1}));
    assert!(cluster.node_of(&id).add(&lock_of(&id), 0, 5, b"locked"));
    let before = Instant::now();
    assert_locked(client.merge(&id, &json!({"n": 2})));
    let waited = before.elapsed();
    assert!((Duration::from_millis(500)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
    assert_eq!(cluster.counter(0, "lockFailures"), 1);
    assert_eq!(cluster.counter(0, "locksProceeded"), 0);
    let lock = cluster.node_of(&id).get(&lock_of(&id)).expect("it is another's");
    assert_eq!(lock.value, b"locked");
    assert!(cluster.node_of(&id).delete(&lock_of(&id)));
    assert_eq!(client.attributes(&id), json!({"n": 1}));
}

#[test]
fn with_the_policy_proceed_a_request_goes_on_without_its_lock_as_with_msm() {
    let sets = ["lockingMode=all", "operationTimeout=300", "lockTimeoutPolicy=proceed"];
    let Some(cluster) = Cluster::start(2, 1, &sets) else { return };
    let client = cluster.client(0);
    let id = client.create(&json!({"n": 1}));
    assert!(cluster.node_of(&id).add(&lock_of(&id), 0, 5, b"locked"));
    assert_eq!(client.merge(&id, &json!({"n": 2})).expect(200).header("holdfast-backup"), "stored");
    assert_eq!((cluster.counter(0, "lockFailures"), cluster.counter(0, "locksProceeded")), (1, 1));
    let lock = cluster.node_of(&id).get(&lock_of(&id)).expect("it is another's");
    assert_eq!(lock.value, b"locked");
    assert!(cluster.node_of(&id).delete(&lock_of(&id)));
    assert_eq!(client.attributes(&id), json!({"n": 2}));
}

#[test]
fn a_lock_is_renewed_as_long_as_its_request_runs() {
    let sets = ["lockingMode=all", "operationTimeout=200", "lockExpiration=3"];
    let Some(cluster) = Cluster::start(2, 2, &sets) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    let long = one.begin("POST /long", &id);
    let owner = cluster.node_of(&id).get(&lock_of(&id));
    assert!(owner.as_ref().is_some_and(|lock| lock.value.starts_with(b"locked")), "as MSM writes it");
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(4500) {
        assert_locked(other.try_begin("POST /short", &id));
    }
    assert_eq!(cluster.node_of(&id).get(&lock_of(&id)), owner);
    assert_eq!(long.merge(&json!({"n": 2})).expect(200).header("holdfast-backup"), "stored");
    assert_eq!(other.begin("POST /short", &id).attributes(), json!({"n": 2}));
    assert_eq!(cluster.counter(0, "locksLost"), 0);
}

#[test]
fn an_abandoned_request_gives_its_lock_back_and_its_late_finish_changes_nothing() {
    let sets = ["lockingMode=all", "operationTimeout=5000", "requestLease=1"];
    let Some(cluster) = Cluster::start(2, 2, &sets) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    let late = one.begin("POST /long", &id);
    let before = Instant::now();
    let next = other.begin("POST /short", &id);
    let waited = before.elapsed();
    assert!((Duration::from_millis(500)..Duration::from_secs(4)).contains(&waited), "{waited:?}");
    late.merge(&json!({"n": 2, "lost": true})).expect(410);
    assert_eq!(next.attributes(), json!({"n": 1}));
    assert!(cluster.node_of(&id).get(&lock_of(&id)).is_some(), "the late one deletes no lock of another");
    next.merge(&json!({"n": 3})).expect(200);
    assert_eq!(one.attributes(&id), json!({"n": 3}));
    assert_eq!(cluster.counter(0, "leasesExpired"), 1);
}

#[test]
fn the_lock_of_a_server_that_was_killed_ends_by_itself() {
    let sets = ["lockingMode=all", "operationTimeout=10000", "lockExpiration=2"];
    let Some(mut cluster) = Cluster::start(2, 2, &sets) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    let _open = one.begin("POST /", &id);
    cluster.servers.remove(0).kill();
    let before = Instant::now();
    other.merge(&id, &json!({"n": 2})).expect(200);
    let waited = before.elapsed();
    assert!(waited < Duration::from_secs(4), "{waited:?}");
    assert_eq!(other.attributes(&id), json!({"n": 2}));
}

#[test]
fn a_lock_that_somebody_deleted_lets_its_request_change_nothing() {
    let sets = ["lockingMode=all", "operationTimeout=2000", "lockExpiration=2"];
    let Some(cluster) = Cluster::start(2, 2, &sets) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    let robbed = one.begin("POST /", &id);
    assert!(cluster.node_of(&id).delete(&lock_of(&id)));
    let next = other.begin("POST /", &id);
    next.merge(&json!({"n": 2})).expect(200);
    // Whether it has heard that its lock is gone or not.
    robbed.merge(&json!({"n": 3})).expect(409);
    assert_eq!(other.attributes(&id), json!({"n": 2}));
}

#[test]
fn without_locks_changes_of_different_attributes_both_survive() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"a": 0, "b": 0, "gone": 0}));
    let (first, second) = (one.begin("POST /", &id), other.begin("POST /", &id));
    first.merge(&json!({"a": 1, "gone": null})).expect(200);
    let finished = second.merge(&json!({"b": 1, "new": 1})).expect(200);
    assert_eq!(finished.header("holdfast-backup"), "stored");
    let all = json!({"a": 1, "b": 1, "new": 1});
    assert_eq!(finished.json()["attributes"], all, "the answer says what was stored");
    for client in [&one, &other] {
        assert_eq!(client.attributes(&id), all);
    }
}

#[test]
fn without_locks_of_two_changes_of_one_attribute_the_second_is_refused() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 0}));
    let (first, second) = (one.begin("POST /", &id), other.begin("POST /", &id));
    assert_eq!(first.merge(&json!({"n": 1})).expect(200).header("holdfast-backup"), "stored");
    let refused = second.merge(&json!({"n": 2, "m": 2})).expect(409).json();
    assert_eq!(refused["type"], "urn:holdfast:problem:lost-race");
    for client in [&one, &other] {
        assert_eq!(client.attributes(&id), json!({"n": 1}));
    }
    assert_eq!(cluster.counter(1, "conflicts"), 1);
    // Who ends the session meanwhile wins as well.
    let (first, second) = (one.begin("POST /", &id), other.begin("POST /", &id));
    first.finish(&json!({"invalidate": true})).expect(204);
    second.merge(&json!({"n": 3})).expect(409);
    one.read(&id).expect(404);
}

#[test]
fn without_locks_no_acknowledged_increment_is_lost_silently() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let id = cluster.client(0).create(&json!({"n": 0}));
    // Each request of a process sees what the others of it have done, so each server has one client here.
    let acknowledged: u64 = scope(|scope| {
        let clients: Vec<_> = cluster
            .clients()
            .into_iter()
            .map(|client| {
                let id = &id;
                scope.spawn(move || {
                    let mut acknowledged = 0;
                    for _ in 0..100 {
                        let begun = client.begin("POST /", id);
                        let n = begun.attributes()["n"].as_u64().unwrap();
                        let finished = begun.merge(&json!({ "n": n + 1 }));
                        match finished.status {
                            200 => {
                                assert_eq!(finished.header("holdfast-backup"), "stored");
                                acknowledged += 1;
                            }
                            409 => {}
                            other => panic!("{other}: {finished:?}"),
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    let n = cluster.client(0).attributes(&id)["n"].as_u64().unwrap();
    assert_eq!(n, acknowledged, "of 200");
    println!("{acknowledged} of 200 increments without locks");
}

/// One more, by a request that reads, and writes in another call.
fn increment(connection: &mut Connection, begin: &str) {
    let begun = connection.send("POST", "/v1/requests", begin).unwrap();
    assert_eq!(begun.status, 201, "{}", String::from_utf8_lossy(&begun.body));
    let begun: Value = serde_json::from_slice(&begun.body).unwrap();
    let n = begun["session"]["attributes"]["n"].as_u64().unwrap();
    let path = format!("/v1/requests/{}/finish", begun["token"].as_str().unwrap());
    let finished = connection.send("POST", &path, &json!({"attributes": {"n": n + 1}}).to_string()).unwrap();
    assert_eq!(finished.status, 200, "{}", String::from_utf8_lossy(&finished.body));
    assert_eq!(finished.header("holdfast-backup"), Some("stored"));
}

#[test]
fn ten_thousand_increments_of_one_counter_from_two_servers_are_ten_thousand() {
    const CLIENTS: u64 = 8;
    const EACH: u64 = 10_000 / 2 / CLIENTS;
    let Some(cluster) = Cluster::start(2, 2, &["lockingMode=all", "operationTimeout=20000"]) else { return };
    let id = cluster.client(0).create(&json!({"n": 0}));
    let begin = json!({"request": "POST /increment", "session": id}).to_string();
    let address = |server: &Holdfast| server.url().trim_start_matches("http://").parse().unwrap();
    let started = Instant::now();
    scope(|scope| {
        for server in &cluster.servers {
            for _ in 0..CLIENTS {
                let (address, begin) = (address(server), &begin);
                scope.spawn(move || {
                    let mut connection = Connection::open(address).unwrap();
                    for _ in 0..EACH {
                        increment(&mut connection, begin);
                    }
                });
            }
        }
    });
    let took = started.elapsed();
    assert_eq!(cluster.client(0).attributes(&id), json!({"n": 10_000}));
    println!("10000 increments in {took:?}: {:.0} a second", 10_000.0 / took.as_secs_f64());
}
