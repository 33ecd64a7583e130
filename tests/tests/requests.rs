//! A request that spans the work of an application: begun by one call, finished by another.

use std::thread::sleep;
use std::time::{Duration, Instant};

use holdfast_tests::{Answer, Client, Holdfast};
use serde_json::{Value, json};

/// A problem document with these contents.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, name: &str, detail: &str) {
    let problem = answer.clone().expect(status).json();
    assert_eq!(problem["type"], format!("urn:holdfast:problem:{name}"), "{problem}");
    let said = problem["detail"].as_str().unwrap();
    assert!(said.contains(detail), "{said}");
}

/// The id of a new session.
fn session(client: &Client, attributes: &Value) -> String {
    client.send("POST", "/v1/sessions", &json!({ "attributes": attributes }).to_string()).expect(201).id()
}

/// The path that finishes a request.
fn finish_of(begun: &Answer) -> String {
    let token = begun.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("holdfast-request-token"), token);
    format!("/v1/requests/{token}/finish")
}

/// A request of this session, and the path that finishes it.
fn begin(client: &Client, id: &str) -> (Answer, String) {
    let body = json!({"request": "POST /cart", "session": id}).to_string();
    let begun = client.send("POST", "/v1/requests", &body).expect(201);
    let finish = finish_of(&begun);
    (begun, finish)
}

fn attributes(client: &Client, id: &str) -> Value {
    client.call("GET", &format!("/v1/sessions/{id}/attributes")).expect(200).json()
}

#[test]
fn a_request_shows_its_session_and_changes_it_at_the_end() {
    let server = Holdfast::start(&["sessionBackupAsync=false"]);
    let client = server.client();
    let id = session(&client, &json!({"user": "alice", "cart": ["book"]}));
    let (begun, finish) = begin(&client, &id);
    let seen = begun.json()["session"].clone();
    assert_eq!(seen["attributes"], json!({"user": "alice", "cart": ["book"]}));
    assert_eq!((seen["id"].as_str(), begun.header("holdfast-session-id")), (Some(&*id), &*id));
    assert_eq!(begun.header("etag"), client.call("GET", &format!("/v1/sessions/{id}")).header("etag"));
    assert_eq!(begun.header("holdfast-backup"), "", "nothing was stored yet");

    let merge = r#"{"attributes":{"cart":["book","pen"],"user":null,"n":1}}"#;
    let finished = client.send("POST", &finish, merge).expect(200);
    assert_eq!(finished.json()["attributes"], json!({"cart": ["book", "pen"], "n": 1}));
    assert_eq!(finished.header("holdfast-session-id"), id);
    assert_eq!(finished.header("holdfast-backup"), "stored");
    assert_eq!(attributes(&client, &id), json!({"cart": ["book", "pen"], "n": 1}));

    let (_, finish) = begin(&client, &id);
    let finished = client.send("POST", &finish, "{}").expect(200);
    assert_eq!(finished.header("holdfast-backup"), "unchanged");
}

#[test]
fn attributes_that_a_request_does_not_name_keep_what_another_call_has_made_of_them() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let id = session(&client, &json!({"a": 1, "b": 1, "gone": 1}));
    let (begun, finish) = begin(&client, &id);
    let path = format!("/v1/sessions/{id}/attributes");
    client.send("PATCH", &path, r#"{"b":2,"gone":null,"c":2}"#).expect(200);
    assert_eq!(begun.json()["session"]["attributes"]["b"], 1);
    let finished = client.send("POST", &finish, r#"{"attributes":{"a":3}}"#).expect(200);
    assert_eq!(finished.json()["attributes"], json!({"a": 3, "b": 2, "c": 2}));
}

#[test]
fn a_request_can_end_its_session() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let id = session(&client, &json!({}));
    let (_, finish) = begin(&client, &id);
    assert!(client.send("POST", &finish, r#"{"invalidate":true}"#).expect(204).body.is_empty());
    assert_problem(&client.call("GET", &format!("/v1/sessions/{id}")), 404, "unknown-session", &id);
    let begun = client.send("POST", "/v1/requests", "{}").expect(201);
    let finish = finish_of(&begun);
    client.send("POST", &finish, r#"{"invalidate":true}"#).expect(204);
}

#[test]
fn a_request_without_a_session_makes_one_at_its_end() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    for body in ["", "{}", r#"{"session":null}"#, r#"{"session":"long-gone-n1"}"#] {
        let begun = client.send("POST", "/v1/requests", body).expect(201);
        assert_eq!(begun.json()["session"], Value::Null, "{body}");
        assert_eq!(begun.header("holdfast-session-id"), "");
        let finish = finish_of(&begun);
        let finished = client.send("POST", &finish, r#"{"attributes":{"user":"bob"}}"#).expect(200);
        let id = finished.header("holdfast-session-id");
        assert!(id != "long-gone-n1" && finished.json()["isNew"] == json!(true), "{finished:?}");
        assert_eq!(attributes(&client, id), json!({"user": "bob"}));
    }
    let begun = client.call("POST", "/v1/requests").expect(201);
    let finish = finish_of(&begun);
    let id = client.call("POST", &finish).expect(200).id();
    assert_eq!(attributes(&client, &id), json!({}));
}

#[test]
fn a_request_that_is_not_finished_within_its_lease_changes_nothing() {
    let server = Holdfast::start(&["requestLease=1"]);
    let client = server.client();
    let id = session(&client, &json!({"n": 1}));
    let (_, late) = begin(&client, &id);
    let (_, in_time) = begin(&client, &id);
    client.send("POST", &in_time, r#"{"attributes":{"m":1}}"#).expect(200);
    sleep(Duration::from_millis(1300));
    let refused = client.send("POST", &late, r#"{"attributes":{"n":2}}"#);
    assert_problem(&refused, 410, "request-over", "not finished within 1 s");
    assert_eq!(attributes(&client, &id), json!({"n": 1, "m": 1}));
}

#[test]
fn a_request_is_finished_once_and_at_its_own_server() {
    let (server, other) = (Holdfast::start(&[]), Holdfast::start(&[]));
    let client = server.client();
    let id = session(&client, &json!({"n": 1}));
    let (_, finish) = begin(&client, &id);
    let elsewhere = other.client().send("POST", &finish, r#"{"attributes":{"n":2}}"#);
    assert_problem(&elsewhere, 404, "unknown-request", "at the server where it was begun");
    client.send("POST", &finish, r#"{"attributes":{"n":3}}"#).expect(200);
    let again = client.send("POST", &finish, r#"{"attributes":{"n":4}}"#);
    assert_problem(&again, 410, "request-over", "finished already");
    assert_eq!(attributes(&client, &id), json!({"n": 3}));
    let unknown = client.send("POST", "/v1/requests/0123/finish", "{}");
    assert_problem(&unknown, 404, "unknown-request", "`0123`");
}

#[test]
fn an_ignored_request_sees_its_session_and_may_not_change_it() {
    let server = Holdfast::start(&["requestUriIgnorePattern=.*\\.png"]);
    let client = server.client();
    let id = session(&client, &json!({"n": 1}));
    let begin = |body: &str| {
        let begun = client.send("POST", "/v1/requests", body).expect(201);
        finish_of(&begun)
    };
    let picture = json!({"request": "GET /a.png", "session": id}).to_string();
    let finished = client.send("POST", &begin(&picture), "{}").expect(200);
    assert_eq!(finished.header("holdfast-backup"), "skipped");
    for change in [r#"{"attributes":{"n":2}}"#, r#"{"invalidate":true}"#] {
        let refused = client.send("POST", &begin(&picture), change);
        assert_problem(&refused, 409, "ignored-request", r".*\.png");
    }
    client.send("POST", &begin(r#"{"request":"GET /a.png"}"#), "{}").expect(204);
    assert_eq!(attributes(&client, &id), json!({"n": 1}));
}

#[test]
fn a_condition_at_the_begin_or_at_the_finish_holds_until_the_changes_are_made() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let id = session(&client, &json!({"n": 1}));
    let path = format!("/v1/sessions/{id}");
    let etag = client.call("GET", &path).header("etag").to_owned();
    let body = json!({ "session": id }).to_string();
    let send = |path: &str, etag: &str, body: &str| {
        let headers = [("If-Match", etag), ("Content-Type", "application/json")];
        client.call_with("POST", path, &headers, Some(body.as_bytes()))
    };
    assert_problem(&send("/v1/requests", "\"0\"", &body), 412, "precondition-failed", "read it again");
    assert_problem(&send("/v1/requests", &etag, "{}"), 412, "precondition-failed", "has none");

    let at_begin = send("/v1/requests", &etag, &body).expect(201);
    let (_, at_finish) = begin(&client, &id);
    let (_, alone) = begin(&client, &id);
    let finished = send(&alone, &etag, r#"{"attributes":{"n":2}}"#).expect(200);
    assert_ne!(finished.header("etag"), etag);
    let late = client.send("POST", &finish_of(&at_begin), r#"{"attributes":{"n":3}}"#);
    assert_problem(&late, 412, "precondition-failed", "changed by another request");
    let late = send(&at_finish, &etag, r#"{"attributes":{"n":4}}"#);
    assert_problem(&late, 412, "precondition-failed", "changed by another request");
    assert_eq!(attributes(&client, &id), json!({"n": 2}));
}

#[test]
fn a_stop_does_not_wait_for_requests_that_are_open() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    begin(&client, &session(&client, &json!({})));
    let before = Instant::now();
    assert!(server.stop().success());
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
}
