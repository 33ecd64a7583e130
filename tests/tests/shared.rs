//! Non-sticky mode: the requests of a session may come to any of several servers, and the nodes have the truth.

use std::thread::sleep;
use std::time::Duration;

use holdfast_tests::{Client, Cluster, Memcached, wait_for};
use serde_json::{Value, json};

/// Whether an id is as MSM forms it: `<sid>-<nodeId>`.
fn is_well_formed(id: &str) -> bool {
    let parts = id.split_once('-');
    parts.is_some_and(|(sid, node)| {
        sid.len() == 32 && sid.bytes().all(|b| b.is_ascii_hexdigit()) && matches!(node, "n1" | "n2" | "n3")
    })
}

/// The four keys of a session: those on its node, and those of its copy.
fn keys(id: &str) -> ([String; 2], [String; 2]) {
    ([id.to_owned(), format!("validity:{id}")], [format!("bak:{id}"), format!("bak:validity:{id}")])
}

fn are_there(node: &Memcached, keys: &[String]) -> bool {
    keys.iter().all(|key| node.get(key).is_some())
}

fn are_gone(node: &Memcached, keys: &[String]) -> bool {
    keys.iter().all(|key| node.get(key).is_none())
}

/// The id that an answer hands to the browser.
fn handed_out(client: &Client, id: &str) -> (Value, String) {
    let answer = client.read(id).expect(200);
    (answer.json(), answer.header("holdfast-session-id").to_owned())
}

/// The lock of a request that has found nothing is given back when that is answered.
fn wait_for_no_key(cluster: &Cluster) {
    wait_for("all keys to go", || cluster.nodes.iter().all(|node| node.keys().is_empty()).then_some(()));
}

#[test]
fn an_id_of_a_node_without_one_has_no_node_and_the_other_server_finds_the_session() {
    let Some(cluster) = Cluster::on_a_node_without_id(2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"foo": "bar"}));
    assert!(!id.contains('-'), "{id}");
    assert_eq!(one.attributes(&id), json!({"foo": "bar"}));
    assert_eq!(other.attributes(&id), json!({"foo": "bar"}));
}

#[test]
fn an_id_that_names_no_node_is_like_none_and_the_browser_gets_a_well_formed_one() {
    let Some(cluster) = Cluster::start(2, 1, &[]) else { return };
    let client = cluster.client(0);
    let begun = client.begin("GET /", "12345");
    assert_eq!(begun.session(), Value::Null);
    let id = begun.merge(&json!({"foo": "bar"})).expect(200).id();
    assert!(is_well_formed(&id), "{id}");
    client.read("12345").expect(404);
}

#[test]
fn a_new_id_takes_all_keys_with_it() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let old = one.create(&json!({"user": "alice"}));
    let renewed = other.call("POST", &format!("/v1/sessions/{old}/renew")).expect(200);
    assert_eq!(renewed.header("holdfast-backup"), "stored");
    let new = renewed.id();
    assert_ne!(new, old);
    let (at_node, of_copy) = keys(&new);
    assert!(are_there(cluster.node_of(&new), &at_node) && are_there(cluster.copy_node_of(&new), &of_copy));
    let (at_node, of_copy) = keys(&old);
    wait_for("the old keys to go", || {
        (are_gone(cluster.node_of(&old), &at_node) && are_gone(cluster.copy_node_of(&old), &of_copy))
            .then_some(())
    });
    one.read(&old).expect(404);
    assert_eq!(one.attributes(&new), json!({"user": "alice"}));
}

#[test]
fn a_session_that_never_ends_has_four_keys_without_an_end() {
    let Some(cluster) = Cluster::start(2, 1, &[]) else { return };
    let id = cluster.client(0).create_for(&json!({"n": 1}), -1);
    let (at_node, of_copy) = keys(&id);
    for key in at_node {
        assert_eq!(cluster.node_of(&id).seconds_left(&key), -1, "{key}");
    }
    for key in of_copy {
        assert_eq!(cluster.copy_node_of(&id).seconds_left(&key), -1, "{key}");
    }
}

#[test]
fn the_last_of_several_requests_stores_and_the_session_leaves_memory() {
    let Some(cluster) = Cluster::start(2, 2, &["lockingMode=none"]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({}));
    let (first, last) = (one.begin("A /", &id), one.begin("B /", &id));
    assert_eq!(first.merge(&json!({"a": 1})).expect(200).header("holdfast-backup"), "skipped");
    assert_eq!(other.attributes(&id), json!({}));
    assert_eq!(one.attributes(&id), json!({"a": 1}), "it is in memory");
    assert_eq!(last.merge(&json!({"b": 1})).expect(200).header("holdfast-backup"), "stored");
    assert_eq!(other.attributes(&id), json!({"a": 1, "b": 1}));
    wait_for("the memory", || (cluster.statistics(0)["sessions"] == 0).then_some(()));

    // The last one has changed nothing itself.
    let (first, last) = (one.begin("A /", &id), one.begin("B /", &id));
    assert_eq!(first.merge(&json!({"a": 2})).expect(200).header("holdfast-backup"), "skipped");
    let finished = last.finish(&json!({})).expect(200);
    assert_eq!(finished.header("holdfast-backup"), "stored");
    assert_eq!(other.attributes(&id), json!({"a": 2, "b": 1}));
}

#[test]
fn what_others_left_to_a_request_that_is_never_finished_is_stored_at_the_end_of_its_lease() {
    let Some(cluster) = Cluster::start(2, 2, &["requestLease=1"]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({}));
    let (abandoned, finished) = (one.begin("A /", &id), one.begin("B /", &id));
    assert_eq!(finished.merge(&json!({"b": 1})).expect(200).header("holdfast-backup"), "skipped");
    wait_for("the change", || (other.attributes(&id) == json!({"b": 1})).then_some(()));
    abandoned.merge(&json!({"a": 1})).expect(410);
    assert_eq!(other.attributes(&id), json!({"b": 1}));
}

#[test]
fn a_removed_attribute_is_removed_for_the_other_server() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"a": 1, "b": 1}));
    assert_eq!(one.merge(&id, &json!({"a": null})).expect(200).header("holdfast-backup"), "stored");
    assert_eq!(other.attributes(&id), json!({"b": 1}));
}

#[test]
fn a_new_session_is_on_both_nodes_when_its_request_is_answered() {
    let Some(cluster) = Cluster::start(2, 1, &[]) else { return };
    let made = cluster.client(0).send("POST", "/v1/sessions", r#"{"attributes":{"n":1}}"#).expect(201);
    assert_eq!(made.header("holdfast-backup"), "stored");
    let (at_node, of_copy) = keys(&made.id());
    assert!(are_there(cluster.node_of(&made.id()), &at_node));
    assert!(are_there(cluster.copy_node_of(&made.id()), &of_copy));
    let [session, copy] =
        [(cluster.node_of(&made.id()), &at_node[0]), (cluster.copy_node_of(&made.id()), &of_copy[0])]
            .map(|(node, key)| node.get(key).unwrap());
    assert_eq!(session, copy);
}

#[test]
fn asynchronous_backups_are_on_both_nodes_soon() {
    let Some(cluster) = Cluster::start(2, 2, &["sessionBackupAsync=true"]) else { return };
    let [one, other] = cluster.clients();
    let made = one.send("POST", "/v1/sessions", r#"{"attributes":{"n":1}}"#).expect(201);
    assert_eq!(made.header("holdfast-backup"), "queued");
    let id = made.id();
    let (at_node, of_copy) = keys(&id);
    wait_for("both", || {
        (are_there(cluster.node_of(&id), &at_node) && are_there(cluster.copy_node_of(&id), &of_copy))
            .then_some(())
    });
    assert_eq!(one.merge(&id, &json!({"n": 2})).expect(200).header("holdfast-backup"), "queued");
    wait_for("the change", || (other.attributes(&id) == json!({"n": 2})).then_some(()));
}

#[test]
fn a_session_on_a_single_node_is_made_with_two_sets() {
    let Some(cluster) = Cluster::start(1, 1, &[]) else { return };
    let before = cluster.nodes[0].statistic("cmd_set");
    let id = cluster.client(0).create(&json!({"n": 1}));
    assert_eq!(cluster.nodes[0].statistic("cmd_set") - before, 2);
    let mut there = cluster.nodes[0].keys();
    there.sort();
    assert_eq!(there, [id.clone(), format!("validity%3A{id}")], "as memcached writes keys");
}

#[test]
fn the_keys_of_a_session_that_nobody_asks_for_end_by_themselves() {
    let Some(cluster) = Cluster::start(2, 1, &[]) else { return };
    let id = cluster.client(0).create_for(&json!({"n": 1}), 1);
    let ([session, validity], [copy, copy_validity]) = keys(&id);
    let (node, copy_node) = (cluster.node_of(&id), cluster.copy_node_of(&id));
    for (node, key, most) in
        [(node, &session, 2), (node, &validity, 1), (copy_node, &copy, 2), (copy_node, &copy_validity, 1)]
    {
        assert!((0..=most).contains(&node.seconds_left(key)), "{key}");
    }
    sleep(Duration::from_millis(3100));
    assert!(are_gone(node, &[session, validity]) && are_gone(copy_node, &[copy, copy_validity]));
}

#[test]
fn the_old_id_of_a_session_whose_time_is_over_is_not_used_again() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create_for(&json!({"n": 1}), 1);
    sleep(Duration::from_millis(2100));
    for client in [&one, &other] {
        let begun = client.begin("GET /", &id);
        assert_eq!(begun.session(), Value::Null);
        assert_ne!(begun.finish(&json!({})).expect(200).id(), id);
    }
}

#[test]
fn a_session_that_is_only_read_lives_as_long_as_it_is_read() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create_for(&json!({"n": 1}), 3);
    for _ in 0..3 {
        sleep(Duration::from_millis(1500));
        assert_eq!(other.attributes(&id), json!({"n": 1}));
    }
    let (at_node, of_copy) = keys(&id);
    assert!(are_there(cluster.node_of(&id), &at_node) && are_there(cluster.copy_node_of(&id), &of_copy));
    sleep(Duration::from_millis(3100));
    other.read(&id).expect(404);
}

#[test]
fn a_read_lengthens_the_life_of_all_four_keys() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create_for(&json!({"n": 1}), 100);
    let ([session, validity], [copy, copy_validity]) = keys(&id);
    let (node, copy_node) = (cluster.node_of(&id), cluster.copy_node_of(&id));
    let lives = [
        (node, session.as_str(), 200),
        (node, &validity, 100),
        (copy_node, &copy, 200),
        (copy_node, &copy_validity, 100),
    ];
    wait_for("some seconds to pass", || {
        lives.iter().all(|(node, key, most)| node.seconds_left(key) <= most - 2).then_some(())
    });
    let stored = node.get(&session);
    let sets = node.statistic("cmd_set");
    let read = other.read(&id).expect(200);
    assert_eq!(read.header("holdfast-backup"), "unchanged");
    for (node, key, most) in lives {
        let left = node.seconds_left(key);
        assert!((most - 1..=most).contains(&left), "{key}: {left}");
    }
    assert_eq!(node.get(&session), stored);
    assert_eq!(node.statistic("cmd_set") - sets, 1, "the validity record alone is written");
}

#[test]
fn who_logs_out_leaves_no_key_behind() {
    for sets in [&[][..], &["lockingMode=all"]] {
        let Some(cluster) = Cluster::start(2, 2, sets) else { return };
        let [one, other] = cluster.clients();
        let id = one.create(&json!({"user": "alice"}));
        let gone = other.begin("POST /logout", &id).finish(&json!({"invalidate": true})).expect(204);
        assert_eq!(gone.header("holdfast-session-id"), "");
        one.read(&id).expect(404);
        wait_for_no_key(&cluster);
        one.call("DELETE", &format!("/v1/sessions/{id}")).expect(204);

        let id = one.create(&json!({"user": "alice"}));
        other.call("DELETE", &format!("/v1/sessions/{id}")).expect(204);
        one.read(&id).expect(404);
        wait_for_no_key(&cluster);
    }
}

#[test]
fn sessions_without_end_and_with_a_distant_one_are_recovered_from_their_copies() {
    for seconds in [-1, 15 * 24 * 60 * 60 + 1] {
        let Some(mut cluster) = Cluster::start(2, 2, &[]) else { return };
        let [one, other] = cluster.clients();
        let id = one.create_for(&json!({"n": 1}), seconds);
        let left = cluster.node_of(&id).seconds_left(&id);
        let expected =
            if seconds < 0 { -1..=-1 } else { 2 * i64::from(seconds) - 3..=2 * i64::from(seconds) + 1 };
        assert!(expected.contains(&left), "{left}");
        assert_eq!(other.attributes(&id), json!({"n": 1}));
        cluster.node_of_mut(&id).kill();
        let (attributes, new) = handed_out(&other, &id);
        assert_eq!(attributes, json!({"n": 1}));
        assert_ne!(new, id);
        let session = one.call("GET", &format!("/v1/sessions/{new}")).expect(200).json();
        assert_eq!(session["maxInactiveInterval"], seconds);
    }
}

#[test]
fn what_one_server_has_changed_is_what_the_other_reads_next() {
    let Some(cluster) = Cluster::start(2, 2, &[]) else { return };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 0}));
    for n in 1..20 {
        let (writer, reader) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        writer.merge(&id, &json!({ "n": n })).expect(200);
        assert_eq!(reader.attributes(&id), json!({ "n": n }));
        assert_eq!(writer.attributes(&id), json!({ "n": n }));
    }
}

#[test]
fn an_ignored_request_costs_its_node_nothing_and_hides_no_later_change() {
    let Some(cluster) = Cluster::start(2, 2, &[r"requestUriIgnorePattern=.*\.gif", "lockingMode=all"]) else {
        return;
    };
    let [one, other] = cluster.clients();
    let id = one.create(&json!({"n": 1}));
    // Hits, because the servers ask nodes for nothing in order to see whether they answer.
    let asked = || -> u64 {
        let of = |node: &Memcached| node.statistic("get_hits") + node.statistic("cmd_set");
        cluster.nodes.iter().map(of).sum()
    };
    let before = asked();
    let picture = other.begin("GET /pixel.gif", &id);
    assert_eq!(picture.session(), Value::Null);
    let finished = picture.finish(&json!({})).expect(204);
    assert_eq!(finished.header("holdfast-session-id"), "", "it must not replace the browser's cookie");
    assert_eq!(finished.header("set-cookie"), "");
    assert_eq!(asked(), before);
    one.merge(&id, &json!({"n": 2})).expect(200);
    assert_eq!(other.attributes(&id), json!({"n": 2}));
    let changing = other.begin("GET /pixel.gif", &id).merge(&json!({"n": 3})).expect(409);
    assert_eq!(changing.json()["type"], "urn:holdfast:problem:ignored-request");
    assert_eq!(one.attributes(&id), json!({"n": 2}));
}
