//! `holdfast session` on the nodes of servers that may be dead.

use holdfast_tests::{Holdfast, Memcached, plugins, require_memcached, run};
use serde_json::{Value, json};

const SYNC: &str = "sessionBackupAsync=false";

/// Exit status, standard output and standard error.
fn session(arguments: &[&str], nodes: &str) -> (i32, String, String) {
    let plugins = plugins();
    let mut all = vec!["session"];
    all.extend(arguments);
    all.extend(["--set", nodes]);
    if ["show", "migrate"].contains(&arguments[0]) {
        all.extend(["--plugins", plugins.to_str().unwrap()]);
    }
    let output = run(all);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn two_nodes() -> Option<(Memcached, Memcached, String)> {
    let (first, second) = (require_memcached()?, require_memcached()?);
    let nodes = format!("memcachedNodes={},{}", first.node("n1"), second.node("n2"));
    Some((first, second, nodes))
}

fn make(server: &Holdfast, attributes: &Value) -> String {
    let body = json!({"attributes": attributes, "maxInactiveInterval": 1800}).to_string();
    let made = server.client().send("POST", "/v1/sessions", &body).expect(201);
    assert_eq!(made.header("holdfast-backup"), "stored");
    made.id()
}

#[test]
fn every_session_on_every_node_is_listed_with_its_whole_id() {
    let Some((first, _second, nodes)) = two_nodes() else { return };
    let server = Holdfast::start(&[&nodes, SYNC, "transcoderFactoryClass=kryo"]);
    let ids: Vec<_> = (0..20).map(|n| make(&server, &json!({"n": n}))).collect();
    server.kill();
    first.set("lock:foo-n1", 0, b"locked");
    first.set("bak:0123-n2", 0, b"x");
    first.set("damaged-n1", 0, b"x");

    let (status, out, err) = session(&["list"], &nodes);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    for id in &ids {
        let line =
            out.lines().find(|line| line.starts_with(id.as_str())).unwrap_or_else(|| panic!("{id}: {out}"));
        assert!(line.contains("kryo/4") && line.contains("29m 5"), "{line}");
    }
    assert!(!out.contains("lock:") && !out.contains("bak:"), "{out}");
    assert!(out.contains("1 second copies") && out.contains("ends after 1 bytes"), "{out}");

    let (status, out, _) = session(&["list", "--format", "json"], &nodes);
    let listed: Value = serde_json::from_str(&out).unwrap();
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!((status, sessions.len()), (0, 21));
    let times: Vec<_> = sessions.iter().map(|session| session["lastAccessedTime"].as_i64()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    for session in sessions {
        let id = session["id"].as_str().unwrap();
        assert!(id.ends_with(session["node"].as_str().unwrap()), "{session}");
    }
}

#[test]
fn a_node_that_is_down_is_said_and_the_others_are_listed() {
    let Some((first, second, nodes)) = two_nodes() else { return };
    let server = Holdfast::start(&[&nodes, SYNC]);
    let ids: Vec<_> = (0..20).map(|n| make(&server, &json!({"n": n}))).collect();
    server.kill();
    let down = second.node("n2");
    drop(second);
    let (status, out, err) = session(&["list"], &nodes);
    assert_eq!(status, 1);
    assert!(err.starts_with("error: node ") && err.contains(&down), "{err}");
    for id in ids.iter().filter(|id| id.ends_with("-n1")) {
        assert!(out.contains(id.as_str()), "{out}");
    }
    drop(first);
}

#[test]
fn a_session_is_shown_without_its_values_unless_they_are_asked_for() {
    let Some((_first, _second, nodes)) = two_nodes() else { return };
    let server = Holdfast::start(&[&nodes, SYNC, "transcoderFactoryClass=java"]);
    let id = make(&server, &json!({"user": "alice", "cart": ["book", "pen"]}));
    server.kill();
    let (status, out, err) = session(&["show", &id], &nodes);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    for said in [
        id.as_str(),
        "java/2",
        "created ",
        "last access ",
        "expires ",
        "after 1800 s",
        "login         none",
        "user",
        "String",
        "cart",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    assert!(!out.contains("alice") && !out.contains("book"), "{out}");
    let (_, out, _) = session(&["show", &id, "--show-values"], &nodes);
    assert!(out.contains("\"alice\"") && out.contains("[\"book\",\"pen\"]"), "{out}");

    let (status, out, err) = session(&["show", "0123456789ABCDEF-n1"], &nodes);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("no node that answers has a session 0123456789ABCDEF-n1"), "{err}");
    assert_eq!(session(&["show", "lock:foo"], &nodes).0, 2);
}

#[test]
fn a_login_is_told_by_its_type_alone() {
    let Some((first, _second, nodes)) = two_nodes() else { return };
    // An envelope of version 2 with a FORM login, without attributes as msgpack has them.
    let server = Holdfast::start(&[&nodes, SYNC]);
    let id = loop {
        let id = make(&server, &json!({}));
        if id.ends_with("-n1") {
            break id;
        }
    };
    server.kill();
    let stored = first.get(&id).unwrap();
    let at = 44 + id.len();
    let principal = b"tomcat-principal-of-alice";
    let mut value = stored.value.clone();
    value.splice(at..at + 4, [&[0, 4, 0, u8::try_from(principal.len()).unwrap()], &principal[..]].concat());
    let header = u16::try_from(52 + id.len() + principal.len()).unwrap();
    value[2..4].copy_from_slice(&header.to_be_bytes());
    first.set(&id, stored.flags, &value);
    let (status, out, err) = session(&["show", &id, "--show-values"], &nodes);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("FORM, a principal of 25 bytes") && !out.contains("alice"), "{out}");
}

#[test]
fn a_session_is_deleted_with_all_its_copies() {
    let Some((first, second, nodes)) = two_nodes() else { return };
    let id = "0123456789ABCDEF0123456789ABCDEF-n1.tc1";
    first.set(id, 0, b"x");
    first.set(&format!("validity:{id}"), 2048, b"x");
    second.set(&format!("bak:{id}"), 0, b"x");
    second.set(&format!("bak:validity:{id}"), 2048, b"x");
    second.set("other-n2", 0, b"x");
    let (status, out, _) = session(&["delete", id], &nodes);
    assert_eq!((status, out.lines().count()), (0, 4), "{out}");
    assert!(out.contains("n2:127.0.0.1:") && out.contains("second copy deleted"), "{out}");
    assert_eq!((first.keys(), second.keys()), (vec![], vec!["other-n2".to_owned()]));
    let (status, out, _) = session(&["delete", id], &nodes);
    assert_eq!(status, 0);
    assert!(out.contains("no node had anything of"), "{out}");
}

#[test]
fn all_sessions_are_written_with_another_serializer_and_live_as_long_as_before() {
    let Some((first, second, nodes)) = two_nodes() else { return };
    let server = Holdfast::start(&[&nodes, SYNC, "transcoderFactoryClass=java"]);
    let ids: Vec<_> = (0..10).map(|n| make(&server, &json!({"n": n, "user": "alice"}))).collect();
    server.kill();
    first.set("damaged-n1", 0, b"x");
    let of = |id: &str| if id.ends_with("-n1") { &first } else { &second };
    let before = of(&ids[0]).get(&ids[0]).unwrap();

    let (status, out, _) = session(&["migrate", "--to", "kryo", "--dry-run"], &nodes);
    assert_eq!(status, 1);
    assert!(out.contains("damaged-n1 left as it is: the stored session ends after 1 bytes"), "{out}");
    assert!(out.contains("10 would be migrated to kryo, 0 unchanged, 1 refused"), "{out}");
    assert_eq!(of(&ids[0]).get(&ids[0]).unwrap(), before);

    let (_, out, _) = session(&["migrate", "--to", "kryo"], &nodes);
    assert!(out.contains("10 migrated to kryo, 0 unchanged, 1 refused"), "{out}");
    for id in &ids {
        assert_eq!(of(id).get(id).unwrap().flags, 0x4824_0860, "the tag of kryo/4 is 0x246");
        let left = of(id).seconds_left(id);
        assert!((1800..=1860).contains(&left), "{left}");
    }
    assert_eq!(first.get("damaged-n1").unwrap().value, b"x");
    let (_, out, _) = session(&["migrate", "--to", "kryo"], &nodes);
    assert!(out.contains("0 migrated to kryo, 10 unchanged, 1 refused"), "{out}");

    let server = Holdfast::start(&[&nodes, SYNC, "transcoderFactoryClass=kryo"]);
    for (n, id) in ids.iter().enumerate() {
        let read = server.client().call("GET", &format!("/v1/sessions/{id}/attributes")).expect(200);
        assert_eq!(read.json(), json!({"n": n, "user": "alice"}));
    }
}

#[test]
fn nodes_inside_of_a_server_cannot_be_looked_at() {
    let output = run(["session", "list"]);
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("n1:embedded,n2:embedded") && err.contains("--config"), "{err}");
}
