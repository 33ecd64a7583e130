//! memcached's two protocols: what lies in memcached is the same, and so is what is said when it does not.

use holdfast_tests::{Answer, Holdfast, Memcached, require_memcached, require_memcached_on};
use serde_json::json;

const PROTOCOLS: [&str; 2] = ["memcachedProtocol=text", "memcachedProtocol=binary"];

fn start(memcached: &Memcached, sets: &[&str]) -> Holdfast {
    let nodes = format!("memcachedNodes={}", memcached.node("n1"));
    let common = [&nodes, "transcoderFactoryClass=java", "sessionBackupAsync=false"];
    Holdfast::start(&[&common, sets].concat())
}

#[track_caller]
fn create(server: &Holdfast, body: &str) -> Answer {
    let made = server.client().send("POST", "/v1/sessions", body).expect(201);
    assert_eq!(made.header("holdfast-backup"), "stored", "{}", server.log());
    made
}

#[test]
fn a_session_that_was_stored_in_one_protocol_goes_on_in_the_other() {
    let Some(memcached) = require_memcached() else { return };
    for [writer, reader] in [PROTOCOLS, [PROTOCOLS[1], PROTOCOLS[0]]] {
        let first = start(&memcached, &[writer]);
        let id = create(&first, r#"{"attributes":{"user":"alice"},"maxInactiveInterval":1800}"#).id();
        let stored = memcached.get(&id).expect("the session's id is its key");
        assert_eq!(stored.flags, 0x484d_0880, "the tag of java/2");
        assert!(stored.value.ends_with(b"t\0\x04usert\0\x05alice"));
        let left = memcached.seconds_left(&id);
        assert!((1855..=1860).contains(&left), "{left}");
        first.kill();

        let second = start(&memcached, &[reader]);
        let path = format!("/v1/sessions/{id}/attributes");
        assert_eq!(second.client().call("GET", &path).expect(200).json(), json!({"user": "alice"}));
        let changed = second.client().send("PATCH", &path, r#"{"n":1}"#).expect(200);
        assert_eq!(changed.header("holdfast-backup"), "stored");
        let changed = memcached.get(&id).unwrap();
        assert_eq!(changed.flags, stored.flags);
        assert_eq!(changed.value[..4], stored.value[..4], "version and length of the header");
        assert_ne!(changed.value, stored.value);
        second.client().call("DELETE", &format!("/v1/sessions/{id}")).expect(204);
        assert_eq!(memcached.get(&id), None);
    }
}

#[test]
fn a_session_of_more_than_30_days_or_without_an_end_is_kept_as_long() {
    let Some(memcached) = require_memcached() else { return };
    for protocol in PROTOCOLS {
        let server = start(&memcached, &[protocol]);
        let month = create(&server, r#"{"attributes":{"a":1},"maxInactiveInterval":3456000}"#).id();
        let left = memcached.seconds_left(&month);
        // A date to memcached, whose clock has whole seconds and begins with its process.
        assert!((3_456_050..=3_456_062).contains(&left), "{protocol}: {left}");
        let ever = create(&server, r#"{"attributes":{"a":1},"maxInactiveInterval":-1}"#).id();
        assert_eq!(memcached.seconds_left(&ever), -1, "{protocol}");
    }
}

#[test]
fn a_node_may_have_an_ipv6_address() {
    let Some(memcached) = require_memcached_on("::1") else { return };
    for protocol in PROTOCOLS {
        let server = start(&memcached, &[protocol]);
        let id = create(&server, r#"{"attributes":{"user":"alice"}}"#).id();
        assert!(memcached.get(&id).is_some(), "{protocol}");
        let health = server.client().call("GET", "/healthz").expect(200).json();
        assert_eq!(health["nodes"], json!({"n1": "ok"}));
    }
}

#[test]
fn a_session_over_the_item_limit_is_answered_with_what_raises_it() {
    let Some(memcached) = require_memcached() else { return };
    let big = json!({"attributes": {"big": "x".repeat(2 << 20)}}).to_string();
    for protocol in PROTOCOLS {
        let server = start(&memcached, &[protocol]);
        let made = server.client().send("POST", "/v1/sessions", &big).expect(201);
        assert_eq!(made.header("holdfast-backup"), "failed");
        let reason = made.header("holdfast-backup-failure");
        assert!(reason.contains("more than node n1") && reason.contains("`-I 4m`"), "{protocol}: {reason}");
        create(&server, r#"{"attributes":{"small":1}}"#);
    }
}

#[test]
fn a_login_that_does_not_work_is_reported_without_the_password() {
    let Some(memcached) = require_memcached() else { return };
    let login = ["memcachedProtocol=binary", "username=shop", "password=hunter2"];
    let server = start(&memcached, &login);
    let made = server.client().send("POST", "/v1/sessions", r#"{"attributes":{"a":1}}"#).expect(201);
    assert_eq!(made.header("holdfast-backup"), "failed");
    let reason = made.header("holdfast-backup-failure");
    assert!(reason.contains("login to node n1") && reason.contains("user `shop`"), "{reason}");
    assert!(!reason.contains("hunter2") && !server.log().contains("hunter2"));
}

#[test]
fn a_login_beside_the_text_protocol_is_warned_of_and_not_used() {
    let Some(memcached) = require_memcached() else { return };
    let server = start(&memcached, &["username=shop", "password=hunter2"]);
    create(&server, r#"{"attributes":{"a":1}}"#);
    assert!(server.log().contains("the text protocol has no login"), "{}", server.log());
    assert!(!server.log().contains("hunter2"));
}
