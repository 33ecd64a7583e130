//! A session over HTTP, from its beginning to its end, and every way in which a call can be wrong.

use std::io::{Read, Write};
use std::net::TcpStream;

use holdfast_tests::{Answer, Holdfast, wait_for};
use serde_json::json;

/// A problem document with these contents.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, name: &str, detail: &str) {
    let problem = answer.clone().expect(status).json();
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(problem["type"], format!("urn:holdfast:problem:{name}"), "{problem}");
    assert_eq!(problem["status"], status);
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
    let said = problem["detail"].as_str().unwrap();
    assert!(said.contains(detail), "{said}");
}

#[test]
fn a_session_lives_from_its_creation_to_its_deletion() {
    let server = Holdfast::start(&[]);
    let client = server.client();

    let made = client
        .send(
            "POST",
            "/v1/sessions",
            r#"{"attributes":{"user":"alice","cart":["book"]},"maxInactiveInterval":60}"#,
        )
        .expect(201);
    let id = made.id();
    let path = format!("/v1/sessions/{id}");
    assert_eq!(made.header("location"), path);
    assert_eq!(made.header("holdfast-session-id"), id);
    assert_eq!(made.header("content-type"), "application/json");
    let session = made.json();
    assert_eq!(session["attributes"], json!({"user": "alice", "cart": ["book"]}));
    assert_eq!((&session["maxInactiveInterval"], &session["isNew"]), (&json!(60), &json!(true)));
    assert!(session["creationTime"].as_i64().unwrap() > 1_700_000_000_000);

    let read = client.call("GET", &path).expect(200);
    assert_eq!(read.json()["attributes"], session["attributes"]);
    assert_eq!(read.json()["isNew"], json!(false));

    let merged = client.send("PATCH", &format!("{path}/attributes"), r#"{"cart":null,"n":7}"#).expect(200);
    assert_eq!(merged.json()["attributes"], json!({"user": "alice", "n": 7}));
    let replaced =
        client.send("PUT", &format!("{path}/attributes"), r#"{"only":1.5,"gone":null}"#).expect(200);
    assert_eq!(replaced.json()["attributes"], json!({"only": 1.5}));
    let all = client.call("GET", &format!("{path}/attributes")).expect(200);
    assert_eq!(all.json(), json!({"only": 1.5}));
    let one = client.call("GET", &format!("{path}/attributes/only")).expect(200);
    assert_eq!(one.json(), json!(1.5));

    let longer = client.send("PATCH", &path, r#"{"maxInactiveInterval":7200}"#).expect(200);
    assert_eq!(longer.json()["maxInactiveInterval"], 7200);

    let renewed = client.call("POST", &format!("{path}/renew")).expect(200);
    let new_id = renewed.id();
    assert_ne!(new_id, id);
    assert_eq!(renewed.header("holdfast-session-id"), new_id);
    assert_eq!(renewed.json()["attributes"], json!({"only": 1.5}));
    assert_problem(&client.call("GET", &path), 404, "unknown-session", &id);

    let path = format!("/v1/sessions/{new_id}");
    assert!(client.call("DELETE", &path).expect(204).body.is_empty());
    client.call("DELETE", &path).expect(204);
    assert_problem(&client.call("GET", &path), 404, "unknown-session", "expired");
}

#[test]
fn head_tells_of_a_session_and_does_not_touch_its_attributes() {
    let server = Holdfast::start(&["sessionBackupAsync=false"]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"a":1}}"#).expect(201);
    let path = format!("/v1/sessions/{}", made.id());
    let head = client.call("HEAD", &path).expect(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("holdfast-backup"), "skipped");
    assert_eq!(head.header("holdfast-session-id"), made.id());
    assert_eq!(head.header("etag"), made.header("etag"));
    let unknown = client.call("HEAD", "/v1/sessions/0123-n1").expect(404);
    assert!(unknown.body.is_empty());
}

#[test]
fn a_session_expires_when_it_was_not_used_for_its_interval() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"maxInactiveInterval":1}"#).expect(201);
    let path = format!("/v1/sessions/{}", made.id());
    wait_for("the session to expire", || {
        // Asking is using it, so the pauses must be longer than its interval.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        (client.call("GET", &path).status == 404).then_some(())
    });
}

#[test]
fn if_match_guards_a_change() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"n":1}}"#).expect(201);
    let path = format!("/v1/sessions/{}/attributes", made.id());
    let seen = made.header("etag").to_owned();
    assert!(seen.starts_with('"') && seen.ends_with('"'), "{seen}");
    let json = ("Content-Type", "application/json");

    let change = |etag: &str, body: &str| {
        client.call_with("PATCH", &path, &[json, ("If-Match", etag)], Some(body.as_bytes()))
    };
    let changed = change(&seen, r#"{"n":2}"#).expect(200);
    assert_ne!(changed.header("etag"), seen);
    assert_problem(&change(&seen, r#"{"n":3}"#), 412, "precondition-failed", "read it again");
    assert_problem(&change("7", r#"{"n":3}"#), 400, "bad-header", "double quotes");
    assert_eq!(client.call("GET", &path).json(), json!({"n": 2}));
}

#[test]
fn a_body_that_cannot_be_read_is_refused_with_its_place() {
    let server = Holdfast::start(&["server.maxBodyBytes=2048", "server.maxAttributes=3"]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"a":1}}"#).expect(201);
    let path = format!("/v1/sessions/{}", made.id());
    let attributes = format!("{path}/attributes");

    for (method, path, body, detail) in [
        (
            "POST",
            "/v1/sessions",
            "{\n  \"attributes\": {\"a\": tru}\n}",
            "line 2, column 23: expected a value",
        ),
        ("POST", "/v1/sessions", "{\"attributes\":{\"a\":1}", "line 1, column 22: expected , or }"),
        ("POST", "/v1/sessions", "[]", "an object with"),
        ("POST", "/v1/sessions", "{} {}", "nothing more was expected"),
        ("POST", "/v1/sessions", "{\"attribute\":{}}", "`attribute`"),
        ("POST", "/v1/sessions", "{\"attribute\":{}}", "`attributes`"),
        ("POST", "/v1/sessions", "{\"attributes\":[1]}", "a map of attributes"),
        ("POST", "/v1/sessions", "{\"maxInactiveInterval\":\"60\"}", "maxInactiveInterval"),
        ("POST", "/v1/sessions", "{\"maxInactiveInterval\":3000000000}", "maxInactiveInterval"),
        ("POST", "/v1/sessions", "{\"attributes\":{\"a\":1,\"a\":2}}", "has a key twice"),
        ("PATCH", &path, "{\"attributes\":{}}", "`maxInactiveInterval`"),
        ("PATCH", &path, "{}", "maxInactiveInterval"),
        ("PATCH", &path, "", "maxInactiveInterval"),
        ("PUT", &attributes, "7", "a map of attributes"),
        ("PATCH", &attributes, "", "a map of attributes"),
    ] {
        assert_problem(&client.send(method, path, body), 400, "unreadable-body", detail);
    }
    let broken = client.send("POST", "/v1/sessions", "{\n\n  nonsense").expect(400).json();
    assert_eq!((&broken["line"], &broken["column"]), (&json!(3), &json!(3)));

    let long = format!("{{\"attributes\":{{\"a\":\"{}\"}}}}", "x".repeat(4000));
    assert_problem(&client.send("POST", "/v1/sessions", &long), 413, "too-large", "server.maxBodyBytes");
    let many = r#"{"a":1,"b":2,"c":3,"d":4}"#;
    assert_problem(&client.send("PUT", &attributes, many), 413, "too-large", "server.maxAttributes");
    let more = r#"{"b":2,"c":3,"d":4}"#;
    assert_problem(&client.send("PATCH", &attributes, more), 413, "too-large", "server.maxAttributes");
    assert_eq!(client.call("GET", &attributes).json(), json!({"a": 1}), "nothing was changed");
}

#[test]
fn a_chunked_body_over_the_limit_is_refused_too() {
    let server = Holdfast::start(&["server.maxBodyBytes=2048"]);
    let mut stream = TcpStream::connect(server.url().strip_prefix("http://").unwrap()).unwrap();
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\
                Content-Type: application/json\r\nConnection: close\r\n\r\n";
    let chunk = format!("3e8\r\n{}\r\n", " ".repeat(1000));
    stream.write_all(format!("{head}{chunk}{chunk}{chunk}0\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("2048 bytes are the limit"), "{answer}");
}

#[test]
fn ids_names_paths_and_methods_that_are_not_there_are_said_to_be_so() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", "{}").expect(201);
    let path = format!("/v1/sessions/{}", made.id());

    assert_problem(&client.call("GET", "/v1/sessions/nobody-n1"), 404, "unknown-session", "nobody-n1");
    assert_problem(&client.call("GET", "/v1/sessions/a%20b"), 400, "bad-session-id", "position 1");
    assert_problem(&client.call("GET", "/v1/sessions/%ff"), 400, "bad-path", "UTF-8");
    let long = format!("/v1/sessions/{}", "x".repeat(500));
    assert_problem(&client.call("GET", &long), 400, "bad-session-id", "500 bytes");
    assert_problem(&client.call("PUT", "/v1/sessions/lock:a-n1/attributes"), 400, "bad-session-id", "lock:");
    let attribute = format!("{path}/attributes/no%2Fne");
    assert_problem(&client.call("GET", &attribute), 404, "unknown-attribute", "no/ne");
    assert_problem(&client.call("GET", "/v2/sessions"), 404, "unknown-path", "/v1/sessions");
    assert_problem(&client.call("GET", "/"), 404, "unknown-path", "/v1/sessions");
    assert_problem(&client.send("POST", "/v1/requests/0/finish", "{}"), 404, "unknown-request", "was begun");

    for (method, path, allow) in [
        ("PUT", "/v1/sessions", "POST"),
        ("POST", path.as_str(), "GET, HEAD, PATCH, DELETE"),
        ("POST", &format!("{path}/attributes"), "GET, HEAD, PUT, PATCH"),
        ("DELETE", &format!("{path}/attributes/a"), "GET, HEAD"),
        ("GET", &format!("{path}/renew"), "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/metrics", "GET, HEAD"),
    ] {
        let answer = client.call_with(method, path, &[], Some(b"{}"));
        assert_problem(&answer, 405, "method-not-allowed", allow);
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
}

#[test]
fn media_types_are_chosen_by_the_client() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let typed = "application/vnd.holdfast.typed+json";
    let document = "application/vnd.holdfast.document";

    let refused = client.call_with("POST", "/v1/sessions", &[("Content-Type", "text/plain")], Some(b"a=1"));
    assert_problem(&refused, 415, "unsupported-media-type", "application/msgpack");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let refused = client.call_with("POST", "/v1/sessions", &form, Some(b"{}"));
    assert_problem(&refused, 415, "unsupported-media-type", "-H 'Content-Type: application/json'");
    let refused = client.call_with("POST", "/v1/sessions", &[("Accept", "text/html")], None);
    assert_problem(&refused, 406, "not-acceptable", typed);

    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"a":[1,{"b":"c"}]}}"#).expect(201);
    let path = format!("/v1/sessions/{}", made.id());
    let attributes = format!("{path}/attributes");
    // What one call gives, another one takes.
    for media in ["application/json", typed, "application/msgpack", document] {
        let all = client.call_with("GET", &attributes, &[("Accept", media)], None).expect(200);
        assert_eq!(all.header("content-type"), media);
        client.send("PUT", &attributes, "{}").expect(200);
        client.call_with("PUT", &attributes, &[("Content-Type", media)], Some(&all.body)).expect(200);
        assert_eq!(client.call("GET", &attributes).json(), json!({"a": [1, {"b": "c"}]}), "{media}");

        let whole = client.call_with("GET", &path, &[("Accept", media)], None).expect(200);
        assert_eq!(whole.header("content-type"), media);
        let one = client.call_with("GET", &format!("{attributes}/a"), &[("Accept", media)], None).expect(200);
        assert_eq!(one.header("content-type"), media);
    }
    let garbage = client.call_with("PUT", &attributes, &[("Content-Type", document)], Some(b"garbage"));
    assert_problem(&garbage, 400, "unreadable-body", "byte 0");
}

#[test]
fn a_request_that_the_pattern_ignores_changes_nothing_and_says_why() {
    let server = Holdfast::start(&[r"requestUriIgnorePattern=.*\.(ico|png)$"]);
    let client = server.client();
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"a":1}}"#).expect(201);
    let path = format!("/v1/sessions/{}/attributes", made.id());
    let headers = [("Content-Type", "application/json"), ("Holdfast-Request", "GET /favicon.ico")];
    let ignored = client.call_with("PATCH", &path, &headers, Some(br#"{"a":2}"#));
    assert_problem(&ignored, 409, "ignored-request", r".*\.(ico|png)$");
    let wrong = client.call_with("GET", &path, &[("Holdfast-Request", "favicon")], None);
    assert_problem(&wrong, 400, "bad-header", "GET /shop/cart?x=1");
    assert_eq!(client.call("GET", &path).json(), json!({"a": 1}));
}

#[test]
fn health_and_metrics_tell_how_the_service_is() {
    let server = Holdfast::start(&["memcachedNodes=n1:embedded,n2:127.0.0.1:1", "operationTimeout=200"]);
    let client = server.client();
    let health = client.call("GET", "/healthz").expect(200).json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["serializer"], "msgpack");
    assert_eq!(health["nodes"], json!({"n1": "ok", "n2": "unreachable"}));
    assert!(health["version"].is_string());

    client.send("POST", "/v1/sessions", "{").expect(400);
    let metrics = client.call("GET", "/metrics").expect(200);
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = String::from_utf8(metrics.body).unwrap();
    let counted = r#"holdfast_http_requests_total{route="/v1/sessions",method="POST",status="400"} 1"#;
    assert!(text.contains(counted), "{text}");
    assert!(
        text.lines().all(|line| line.is_empty()
            || line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ").starts_with("holdfast_")),
        "{text}"
    );
}

#[test]
fn plain_values_keep_their_kind() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let attributes = json!({
        "text": "ä\u{1F600}\n", "int": -7, "long": 9_007_199_254_740_993_i64, "yes": true, "float": 0.1,
        "list": [null, [], {}], "map": {"k": {"n": 1}}, "": "a name may be empty",
    });
    let body = json!({"attributes": attributes}).to_string();
    let made = client.send("POST", "/v1/sessions", &body).expect(201);
    let read = client.call("GET", &format!("/v1/sessions/{}/attributes", made.id())).expect(200);
    assert_eq!(read.json(), attributes);
    let huge = r#"{"n":123456789012345678901234567890}"#;
    let path = format!("/v1/sessions/{}/attributes", made.id());
    client.send("PUT", &path, huge).expect(200);
    let back = client.call("GET", &path).expect(200);
    assert_eq!(String::from_utf8(back.body).unwrap(), huge, "integers are digits, whatever their size");
}

#[test]
fn attributes_come_and_go_in_the_format_of_any_loaded_serializer() {
    let server = Holdfast::start(&[]);
    let client = server.client();
    let java = "application/x-java-serialized-object";
    let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"foo":"bar"}}"#).expect(201);
    let path = format!("/v1/sessions/{}/attributes", made.id());
    let stream = client.call_with("GET", &path, &[("Accept", java)], None).expect(200);
    assert_eq!(stream.header("content-type"), java);
    assert!(stream.body.starts_with(b"\xac\xed\0\x05sr\0\x11java.lang.Integer"));
    assert!(stream.body.ends_with(b"t\0\x03foot\0\x03bar"));

    client.send("PUT", &path, "{}").expect(200);
    client.call_with("PUT", &path, &[("Content-Type", java)], Some(&stream.body)).expect(200);
    assert_eq!(client.call("GET", &path).json(), json!({"foo": "bar"}));
    let copy = client.call_with("POST", "/v1/sessions", &[("Content-Type", java)], Some(&stream.body));
    assert_eq!(copy.expect(201).json()["attributes"], json!({"foo": "bar"}));
    let cut = &stream.body[..stream.body.len() - 2];
    let damaged = client.call_with("PUT", &path, &[("Content-Type", java)], Some(cut));
    assert_problem(&damaged, 400, "unreadable-body", "damaged at offset");
}
