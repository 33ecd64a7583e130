//! What is stored survives: a killed server, a graceful stop, another program that reads it.

use holdfast_tests::{Holdfast, Memcached, require_memcached, wait_for};
use serde_json::json;

const JAVA: &str = "transcoderFactoryClass=java";

fn nodes(memcached: &Memcached) -> String {
    format!("memcachedNodes={}", memcached.node("n1"))
}

fn be<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().unwrap()
}

#[test]
fn a_session_lies_in_memcached_under_msms_key_in_msms_envelope() {
    let Some(memcached) = require_memcached() else { return };
    let server = Holdfast::start(&[&nodes(&memcached), JAVA, "sessionBackupAsync=false"]);
    let made = server
        .client()
        .send("POST", "/v1/sessions", r#"{"attributes":{"foo":"bar"},"maxInactiveInterval":1800}"#)
        .expect(201);
    assert_eq!(made.header("holdfast-backup"), "stored");
    let id = made.id();
    let (sid, node) = id.split_once('-').unwrap();
    assert_eq!(node, "n1");
    assert!(sid.len() == 32 && sid.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sid}");

    let stored = memcached.get(&id).expect("the session's id is its key");
    // DESIGN: 0x48, upper 8 bits of the tag, 0x08, lower 4 bits of the tag; the tag of java/2 is 0x4d8.
    assert_eq!(stored.flags, 0x484d_0880);
    let bytes = &stored.value;
    let header_length = usize::from(u16::from_be_bytes(be(bytes, 2)));
    assert_eq!(u16::from_be_bytes(be(bytes, 0)), 2, "the version");
    assert_eq!(header_length, 52 + id.len());
    assert_eq!(i64::from_be_bytes(be(bytes, 4)), made.json()["creationTime"].as_i64().unwrap());
    assert_eq!(i32::from_be_bytes(be(bytes, 20)), 1800, "maxInactiveInterval");
    assert_eq!(bytes[25], b'1', "isValid");
    assert_eq!(usize::from(u16::from_be_bytes(be(bytes, 42))), id.len());
    assert_eq!(&bytes[44..44 + id.len()], id.as_bytes());
    assert_eq!(&bytes[44 + id.len()..header_length], [0; 8], "no login, no saved request");
    let attributes =
        b"\xac\xed\0\x05sr\0\x11java.lang.Integer\x12\xe2\xa0\xa4\xf7\x81\x878\x02\0\x01I\0\x05value\
                       xr\0\x10java.lang.Number\x86\xac\x95\x1d\x0b\x94\xe0\x8b\x02\0\0xp\0\0\0\x01\
                       t\0\x03foot\0\x03bar";
    assert_eq!(&bytes[header_length..], attributes);
    // A minute longer than the session lives.
    let left = memcached.seconds_left(&id);
    assert!((1855..=1860).contains(&left), "{left}");
}

#[test]
fn a_session_survives_the_death_of_its_server() {
    let Some(memcached) = require_memcached() else { return };
    for serializer in ["java", "kryo", "msgpack"] {
        let sets =
            [&nodes(&memcached), &format!("transcoderFactoryClass={serializer}"), "sessionBackupAsync=false"];
        let first = Holdfast::start(&sets);
        let attributes =
            json!({"user": "alice", "cart": [{"title": "book", "price": 9.5}, {"title": "pen"}], "n": 7});
        let made = first
            .client()
            .send("POST", "/v1/sessions", &json!({"attributes": attributes}).to_string())
            .expect(201);
        let path = format!("/v1/sessions/{}", made.id());
        let changed = first.client().send("PATCH", &format!("{path}/attributes"), r#"{"n":8}"#).expect(200);
        assert_eq!(changed.header("holdfast-backup"), "stored");
        first.kill();

        let second = Holdfast::start(&sets);
        let read = second.client().call("GET", &path).expect(200).json();
        let mut expected = changed.json();
        for moves in ["lastAccessedTime", "isNew"] {
            expected[moves] = read[moves].clone();
        }
        assert_eq!(read, expected, "{serializer}");
    }
}

#[test]
fn a_change_of_serializer_loses_no_session() {
    let Some(memcached) = require_memcached() else { return };
    let sync = "sessionBackupAsync=false";
    let first = Holdfast::start(&[&nodes(&memcached), JAVA, sync]);
    let made = first.client().send("POST", "/v1/sessions", r#"{"attributes":{"user":"alice"}}"#).expect(201);
    let path = format!("/v1/sessions/{}/attributes", made.id());
    let old = memcached.get(&made.id()).unwrap();
    first.kill();

    let second = Holdfast::start(&[&nodes(&memcached), "transcoderFactoryClass=kryo", sync]);
    assert_eq!(second.client().call("GET", &path).expect(200).json(), json!({"user": "alice"}));
    let changed = second.client().send("PATCH", &path, r#"{"n":1}"#).expect(200);
    assert_eq!(changed.header("holdfast-backup"), "stored");
    let new = memcached.get(&made.id()).unwrap();
    assert_ne!(old.flags, new.flags);
    assert_eq!(new.flags, 0x4824_0860, "the tag of kryo/4 is 0x246");
}

/// A living MSM deletes what it cannot read.
#[test]
fn the_start_warns_when_sessions_of_an_msm_are_to_be_stored_with_another_serializer() {
    let log = |writer: &str, legacy: &str| {
        let sets = [format!("transcoderFactoryClass={writer}"), format!("legacySerializer={legacy}")];
        let server = Holdfast::start(&[&sets[0], &sets[1]]);
        server.log()
    };
    let warned = log("kryo", "java");
    assert!(warned.contains("WARN"), "{warned}");
    assert!(warned.contains("read with java and stored again with kryo"), "{warned}");
    assert!(warned.contains("set transcoderFactoryClass to java too"), "{warned}");
    let same = log("java", "de.javakaffee.web.msm.JavaSerializationTranscoderFactory");
    assert!(!same.contains("WARN"), "{same}");
}

#[test]
fn a_missing_serializer_is_named_and_the_session_kept() {
    let Some(memcached) = require_memcached() else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let plugin = |name: &str| holdfast_tests::plugins().join(name).with_extension("wasm");
    std::fs::copy(plugin("kryo"), folder.path().join("kryo.wasm")).unwrap();
    let only_kryo = ["--plugins", folder.path().to_str().unwrap()];
    let sets = [nodes(&memcached), "sessionBackupAsync=false".to_owned()];
    let sets = [sets[0].as_str(), sets[1].as_str()];

    let java = Holdfast::start(&[sets[0], sets[1], JAVA]);
    let made = java.client().send("POST", "/v1/sessions", r#"{"attributes":{"user":"alice"}}"#).expect(201);
    let path = format!("/v1/sessions/{}/attributes", made.id());
    let stored = memcached.get(&made.id());
    java.kill();

    let kryo = [sets[0], sets[1], "transcoderFactoryClass=kryo"];
    let server = Holdfast::start_with(&only_kryo, &kryo);
    let refused = server.client().call("GET", &path).expect(503).json();
    assert_eq!(refused["type"], "urn:holdfast:problem:plugin-missing");
    assert_eq!(refused["format"], "java/2");
    server.kill();
    assert_eq!(memcached.get(&made.id()), stored, "what is stored is untouched");

    // The plugin is put into the folder: that is all.
    std::fs::copy(plugin("java"), folder.path().join("java.wasm")).unwrap();
    let server = Holdfast::start_with(&only_kryo, &kryo);
    assert_eq!(server.client().call("GET", &path).expect(200).json(), json!({"user": "alice"}));
}

#[test]
fn a_graceful_stop_finishes_queued_backups() {
    let Some(memcached) = require_memcached() else { return };
    let server = Holdfast::start(&[&nodes(&memcached), "sessionBackupAsync=true", "operationTimeout=5000"]);
    let client = server.client();
    memcached.freeze();
    let ids: Vec<_> = (0..50)
        .map(|n| {
            let made =
                client.send("POST", "/v1/sessions", &json!({"attributes": {"n": n}}).to_string()).expect(201);
            assert_eq!(made.header("holdfast-backup"), "queued");
            made.id()
        })
        .collect();
    server.terminate();
    std::thread::sleep(std::time::Duration::from_millis(300));
    memcached.thaw();
    assert!(server.wait().success());
    for id in ids {
        assert!(memcached.get(&id).is_some(), "{id}");
    }
}

#[test]
fn a_stopped_server_takes_no_further_request_and_ends_with_0() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    client.send("POST", "/v1/sessions", "{}").expect(201);
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    assert!(server.stop().success());
    wait_for("the port to be closed", || std::net::TcpStream::connect(&address).is_err().then_some(()));
}

#[test]
fn a_backup_that_takes_too_long_is_answered_as_failed() {
    let Some(memcached) = require_memcached() else { return };
    let server =
        Holdfast::start(&[&nodes(&memcached), "sessionBackupAsync=false", "sessionBackupTimeout=100"]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"n":1}}"#).expect(201);
    let path = format!("/v1/sessions/{}/attributes", made.id());
    memcached.freeze();
    let changed = client.send("PATCH", &path, r#"{"n":2}"#).expect(200);
    assert_eq!(changed.header("holdfast-backup"), "failed");
    memcached.thaw();
}

#[test]
fn a_session_too_large_for_its_node_is_answered_as_failed_with_the_reason() {
    let Some(memcached) = require_memcached() else { return };
    let server = Holdfast::start(&[&nodes(&memcached), "sessionBackupAsync=false"]);
    let big = json!({"attributes": {"big": "x".repeat(2 << 20)}}).to_string();
    let made = server.client().send("POST", "/v1/sessions", &big).expect(201);
    assert_eq!(made.header("holdfast-backup"), "failed");
    let reason = made.header("holdfast-backup-failure");
    assert!(reason.contains("more than node"), "{reason}");
}
