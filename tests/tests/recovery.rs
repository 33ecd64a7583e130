//! Non-sticky mode on nodes that lose what they had, die, freeze and come back with what is no longer true.

use std::thread::sleep;
use std::time::Duration;

use holdfast_tests::{Client, Cluster, Memcached, wait_for};
use serde_json::{Value, json};

/// The attributes of a session, and the id that it has from now on.
#[track_caller]
fn handed_out(client: &Client, id: &str) -> (Value, String) {
    let answer = client.read(id).expect(200);
    (answer.json(), answer.header("holdfast-session-id").to_owned())
}

fn sid(id: &str) -> &str {
    id.split_once('-').unwrap().0
}

/// Changes a session, which is acknowledged sooner or later; says under which id.
fn change(client: &Client, id: &str, attributes: &Value) -> String {
    wait_for("an acknowledged change", || {
        let answer = client.merge(id, attributes);
        (answer.status == 200 && answer.header("holdfast-backup") == "stored").then(|| answer.id())
    })
}

#[test]
fn a_session_whose_key_was_deleted_is_restored_from_its_copy() {
    for sets in [&[][..], &["lockingMode=all"]] {
        let Some(cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"user": "alice"}));
        let node = cluster.node_of(&id);
        let before = node.get(&id).unwrap();
        assert!(node.delete(&id));
        assert_eq!(handed_out(&other, &id), (json!({"user": "alice"}), id.clone()));
        let after = node.get(&id).expect("it is written back");
        assert_eq!(after.value.len(), before.value.len());
        assert_eq!(one.attributes(&id), json!({"user": "alice"}));

        assert!(node.delete(&id));
        one.merge(&id, &json!({"n": 1})).expect(200);
        assert_eq!(other.attributes(&id), json!({"user": "alice", "n": 1}));
    }
}

#[test]
fn a_key_that_is_lost_during_a_request_is_written_again_at_its_end() {
    for sets in [&[][..], &["lockingMode=all"]] {
        let Some(cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"user": "alice"}));
        let begun = one.begin("POST /cart", &id);
        assert!(cluster.node_of(&id).delete(&id));
        let finished = begun.merge(&json!({"n": 1})).expect(200);
        assert_eq!(finished.header("holdfast-backup"), "stored");
        assert_eq!(other.attributes(&id), json!({"user": "alice", "n": 1}));
    }
}

#[test]
fn a_missing_copy_is_written_again_when_the_session_is_only_read() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"user": "alice"}));
    let node = cluster.copy_node_of(&id);
    for key in [format!("bak:{id}"), format!("bak:validity:{id}")] {
        assert!(node.delete(&key));
        assert_eq!(other.read(&id).expect(200).header("holdfast-backup"), "unchanged");
        wait_for("the copy", || node.get(&key));
    }
    assert_eq!(cluster.node_of(&id).get(&id), node.get(&format!("bak:{id}")));
    assert_eq!(cluster.counter(1, "pingFailed"), 1);
}

#[test]
fn a_session_whose_node_was_killed_goes_on_under_an_id_of_the_next_node() {
    for sets in [&[][..], &["lockingMode=all"]] {
        let Some(mut cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"user": "alice"}));
        cluster.node_of_mut(&id).kill();
        let (attributes, new) = handed_out(&one, &id);
        assert_eq!(attributes, json!({"user": "alice"}));
        assert!(sid(&new) == sid(&id) && new != id, "{new}");
        // As its client comes back; and one that has not heard of it, at the other server.
        assert_eq!(handed_out(&one, &new), (attributes.clone(), new.clone()));
        assert_eq!(handed_out(&other, &id), (attributes, new.clone()));
        let stored = cluster.node_of(&new).get(&new).expect("it is on the other node");
        assert_eq!(&stored.value[44..44 + new.len()], new.as_bytes());
        one.merge(&new, &json!({"n": 1})).expect(200);
        assert_eq!(other.attributes(&new), json!({"user": "alice", "n": 1}));
        assert_eq!(other.attributes(&id), json!({"user": "alice", "n": 1}));
        assert!(cluster.counter(0, "memcachedFailovers") >= 1);
    }
}

#[test]
fn a_change_made_by_the_request_that_recovers_the_session_counts() {
    for sets in [&[][..], &["lockingMode=all"]] {
        let Some(mut cluster) = Cluster::start(3, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"n": 1}));
        cluster.node_of_mut(&id).kill();
        let begun = other.begin("POST /", &id);
        assert_eq!(begun.attributes(), json!({"n": 1}));
        let finished = begun.merge(&json!({"n": 2})).expect(200);
        assert_eq!(finished.header("holdfast-backup"), "stored");
        let new = finished.id();
        assert_ne!(new, id);
        for asked in [&new, &id] {
            assert_eq!(handed_out(&one, asked), (json!({"n": 2}), new.clone()));
        }
    }
}

#[test]
fn a_request_under_way_when_its_node_dies_is_stored_on_the_next() {
    for sets in [&[][..], &["lockingMode=all"]] {
        let Some(mut cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"n": 1}));
        let begun = one.begin("POST /", &id);
        cluster.node_of_mut(&id).kill();
        let finished = begun.merge(&json!({"n": 2})).expect(200);
        assert_eq!(finished.header("holdfast-backup"), "stored");
        assert_ne!(finished.header("holdfast-session-id"), id);
        assert_eq!(other.attributes(&finished.id()), json!({"n": 2}));
        assert_eq!(other.attributes(&id), json!({"n": 2}));
    }
}

#[test]
fn a_server_that_knew_nothing_of_the_session_recovers_it_too() {
    let Some(mut cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    cluster.servers.remove(0).kill();
    cluster.node_of_mut(&id).kill();
    let answer = other.merge(&id, &json!({"n": 2})).expect(200);
    assert_eq!(answer.header("holdfast-backup"), "stored");
    assert_eq!(handed_out(&other, &id), (json!({"n": 2}), answer.id()));
}

#[test]
fn a_session_whose_node_is_frozen_goes_on_and_the_newest_counts_when_it_wakes() {
    // What was asked of the frozen node is done when it wakes: a lock that nobody wants any more stands for a moment.
    for sets in [&["operationTimeout=300"][..], &["operationTimeout=1000", "lockingMode=all"]] {
        let Some(cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"n": 1}));
        cluster.node_of(&id).freeze();
        let new = change(&one, &id, &json!({"n": 2}));
        assert!(sid(&new) == sid(&id) && new != id, "{new}");
        let new_2 = change(&other, &id, &json!({"m": 1}));
        assert_eq!(new_2, new);
        cluster.node_of(&id).thaw();
        // Who asks by the old id before and after everybody has seen that its node is back.
        for _ in 0..15 {
            for client in [&one, &other] {
                assert_eq!(client.attributes(&id), json!({"n": 2, "m": 1}));
            }
            sleep(Duration::from_millis(100));
        }
        let again = change(&one, &new, &json!({"n": 3}));
        assert_eq!(other.attributes(&again), json!({"n": 3, "m": 1}));
        assert_eq!(other.attributes(&id), json!({"n": 3, "m": 1}));
        // A request by the old id has the lock of that, on another node than the session.
        change(&one, &id, &json!({"n": 4}));
        for id in [&id, &again] {
            assert_eq!(cluster.node_of(id).get(&format!("lock:{id}")), None);
        }
    }
}

#[test]
fn a_node_that_comes_back_empty_loses_nothing() {
    let Some(mut cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    cluster.node_of_mut(&id).kill();
    cluster.node_of_mut(&id).restart();
    assert_eq!(other.attributes(&id), json!({"n": 1}));
    let id = change(&one, &id, &json!({"n": 2}));
    // Then the node of the copy.
    let copy = if id.ends_with("n1") { 1 } else { 0 };
    cluster.nodes[copy].kill();
    cluster.nodes[copy].restart();
    assert_eq!(other.attributes(&id), json!({"n": 2}));
    wait_for("the copy", || {
        other.attributes(&id);
        cluster.nodes[copy].get(&format!("bak:{id}"))
    });
    cluster.node_of_mut(&id).kill();
    assert_eq!(other.attributes(&id), json!({"n": 2}));
}

#[test]
fn a_logged_out_session_does_not_come_back_with_its_copy() {
    for sets in [&["operationTimeout=300"][..], &["operationTimeout=300", "lockingMode=all"]] {
        let Some(cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"user": "alice"}));
        cluster.copy_node_of(&id).freeze();
        // That its copy is out of reach is no reason not to log out.
        wait_for("the logout", || {
            let answer = one.call("DELETE", &format!("/v1/sessions/{id}"));
            (answer.status == 204).then_some(())
        });
        one.read(&id).expect(404);
        other.read(&id).expect(404);
        cluster.copy_node_of(&id).thaw();
        for _ in 0..20 {
            for client in [&one, &other] {
                client.read(&id).expect(404);
            }
            sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn a_session_logged_out_while_its_node_was_frozen_does_not_come_back_when_it_wakes() {
    for sets in [&["operationTimeout=300"][..], &["operationTimeout=1000", "lockingMode=all"]] {
        let Some(cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"user": "alice"}));
        cluster.node_of(&id).freeze();
        let new = change(&one, &id, &json!({"n": 1}));
        // It has seen the node away as well.
        assert_eq!(other.attributes(&id), json!({"user": "alice", "n": 1}));
        one.begin("POST /logout", &new).finish(&json!({"invalidate": true})).expect(204);
        other.read(&new).expect(404);
        cluster.node_of(&id).thaw();
        for _ in 0..20 {
            for client in [&one, &other] {
                client.read(&new).expect(404);
                client.read(&id).expect(404);
            }
            sleep(Duration::from_millis(100));
        }
    }
}

/// n1 and n2 become n1, n2 and n3: the copy goes to n3 when n2 dies, and the session to n3 when n1 does.
#[test]
fn a_node_that_was_added_while_servers_run_takes_sessions_of_those_that_die() {
    let Some(mut cluster) = Cluster::start(2, 2, &[]) else { return };
    let Some(third) = holdfast_tests::require_memcached() else { return };
    let [one, other] = cluster.clients();
    let id = wait_for("a session on n1", || {
        let id = one.create(&json!({"n": 1}));
        id.ends_with("-n1").then_some(id)
    });
    cluster.nodes.push(third);
    let list: Vec<_> = cluster.nodes.iter().zip(["n1", "n2", "n3"]).map(|(node, id)| node.node(id)).collect();
    for server in &cluster.servers {
        let change = json!({"memcachedNodes": list.join(",")}).to_string();
        server.admin().send("PATCH", "/admin/v1/config", &change).expect(200);
    }
    assert_eq!(other.attributes(&id), json!({"n": 1}));
    cluster.nodes[1].kill();
    wait_for("the copy on n3", || {
        other.read(&id).expect(200);
        cluster.nodes[2].get(&format!("bak:{id}"))
    });
    cluster.nodes[0].kill();
    let (attributes, new) = handed_out(&one, &id);
    assert_eq!(attributes, json!({"n": 1}));
    assert_eq!(new, format!("{}-n3", sid(&id)));
    assert_eq!(other.attributes(&id), json!({"n": 1}));
}

#[test]
fn without_any_node_a_session_is_not_said_to_be_gone() {
    let Some(mut cluster) = Cluster::start(2, 1, &[]) else { return };
    let client = cluster.client(0);
    let id = client.create(&json!({"n": 1}));
    let read = |client: &Client| client.read(&id);
    for node in &mut cluster.nodes {
        Memcached::kill(node);
    }
    let refused = read(&client).expect(503);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["type"], "urn:holdfast:problem:node-unavailable");
}
