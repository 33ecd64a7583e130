//! The service without a socket: every answer that is an error, and what goes with it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Service, recorder};
use crate::clock::{Clock, ManualClock};
use crate::config::Config;
use crate::manager::{Manager, Serializer, SerializerError, Serializers};
use crate::plugin::Plugins;
use crate::session::format_tag;
use crate::store::{Expiry, NodeOptions, Nodes};

const START_MS: i64 = 1_700_000_000_000;

/// Stores documents as they are, unless they have the word that it cannot hold.
struct Plain;

impl Serializer for Plain {
    fn name(&self) -> &str {
        "plain"
    }

    fn format(&self) -> &str {
        "msgpack/1"
    }

    fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, SerializerError> {
        match document.windows(4).any(|word| word == b"EVIL") {
            true => Err(SerializerError::Unrepresentable { path: "/a".into(), text: "it is evil".into() }),
            false => Ok(document.to_vec()),
        }
    }

    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, SerializerError> {
        match bytes.starts_with(&[0x93]) {
            true => Ok(bytes.to_vec()),
            false => Err(SerializerError::Unreadable("no document".into())),
        }
    }
}

/// A service on one embedded node, its manager, and its clock.
struct Bench {
    router: Router,
    manager: Manager,
    clock: Arc<ManualClock>,
}

/// What was answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Bench {
    fn new(sets: &[&str]) -> Self {
        let sets: Vec<String> = ["memcachedNodes=n1:embedded", "sessionBackupAsync=false"]
            .iter()
            .chain(sets)
            .map(|set| (*set).to_owned())
            .collect();
        let config = Config::load(None, &sets).unwrap();
        let clock = Arc::new(ManualClock::at(START_MS));
        let options = NodeOptions::of(&config.manager, Arc::clone(&clock) as Arc<dyn Clock>);
        let nodes = Nodes::connect(&config.manager.memcached_nodes, &options);
        let serializers = Serializers::one(Arc::new(Plain));
        let manager = Manager::start_with(&config.manager, None, nodes, serializers, clock.clone()).unwrap();
        let metrics = recorder().unwrap().handle();
        let plugins = Arc::new(Plugins::default());
        let service =
            Service::new(manager.clone(), plugins, &config.server, config.manager.request_lease, metrics);
        Self { router: service.router(), manager, clock }
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response: Response =
            self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "").await
    }

    /// The path of a new session with these attributes.
    async fn session(&self, attributes: &Value) -> String {
        let body = json!({ "attributes": attributes }).to_string();
        let made = self.call("POST", "/v1/sessions", &[], body).await;
        assert_eq!(made.status, StatusCode::CREATED);
        made.header("location").to_owned()
    }

    /// Puts bytes where a session of this id would be stored.
    async fn store(&self, id: &str, flags: u32, value: Vec<u8>) {
        let nodes = self.manager.nodes();
        let node = &nodes.get("n1").unwrap().node;
        node.set(id, value.into(), flags, Expiry::Never).await.unwrap();
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem document of this answer, if it is one of this status and kind.
    #[track_caller]
    fn problem(&self, status: u16, name: &str) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:holdfast:problem:{name}"), "{text}");
        assert_eq!(problem["status"], status);
        problem
    }
}

/// The path that finishes a request.
fn finish_of(begun: &Answer) -> String {
    format!("/v1/requests/{}/finish", begun.header("holdfast-request-token"))
}

fn said(problem: &Value) -> &str {
    problem["detail"].as_str().unwrap()
}

#[tokio::test]
async fn a_body_that_is_no_json_is_answered_with_line_and_column() {
    let bench = Bench::new(&[]);
    let problem = bench.call("POST", "/v1/sessions", &[], "{\n  \"attributes\": nul}").await;
    let problem = problem.problem(400, "unreadable-body");
    assert_eq!((&problem["line"], &problem["column"]), (&json!(2), &json!(17)));
    assert!(said(&problem).contains("expected a value"), "{problem}");
}

#[tokio::test]
async fn an_unknown_member_is_named_with_those_that_there_are() {
    let bench = Bench::new(&[]);
    let problem = bench.call("POST", "/v1/sessions", &[], r#"{"atributes":{}}"#).await;
    let problem = problem.problem(400, "unreadable-body");
    assert_eq!(
        said(&problem),
        "`atributes` is not known here; there is `attributes` and `maxInactiveInterval`"
    );
    assert_eq!(problem["path"], "/atributes");
}

#[tokio::test]
async fn messagepack_is_refused_with_the_offset_where_it_goes_wrong() {
    let bench = Bench::new(&[]);
    let path = format!("{}/attributes", bench.session(&json!({})).await);
    let msgpack = [("content-type", "application/msgpack")];
    for (body, offset, detail) in [
        (&b"\x81\xa1a\xa5b"[..], 4, "ends inside a value"),
        (b"\x81\xa1a\xd4\x04\x05", 3, "no extension type but the timestamp"),
        (b"\x81\xa1a\x91\xd4\x01\x02", 3, "no extension type but the timestamp"),
        (b"\x82\xa1a\x01\xa1a\x02", 4, "twice"),
        (b"\x81\x01\x02", 1, "the name of an attribute"),
        (b"\x81\xa1a\x01\x02", 4, "bytes follow"),
        (b"\x07", 0, "the map of attributes"),
    ] {
        let answer = bench.call("PUT", &path, &msgpack, body.to_vec()).await;
        let problem = answer.problem(400, "unreadable-body");
        assert!(said(&problem).contains(detail), "{problem}");
        assert_eq!(problem["offset"], offset, "{problem}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_answered_with_limit_and_setting() {
    let bench = Bench::new(&["server.maxBodyBytes=1024"]);
    let problem = bench.call("POST", "/v1/sessions", &[], vec![b' '; 1025]).await;
    let problem = problem.problem(413, "too-large");
    assert_eq!((&problem["limit"], &problem["setting"]), (&json!(1024), &json!("server.maxBodyBytes")));
}

#[tokio::test]
async fn a_value_that_the_serializer_cannot_hold_is_answered_with_its_path_and_changes_nothing() {
    let bench = Bench::new(&[]);
    let path = format!("{}/attributes", bench.session(&json!({"a": "good"})).await);
    let problem = bench.call("PATCH", &path, &[], r#"{"a":"EVIL"}"#).await;
    let problem = problem.problem(422, "unserializable");
    assert_eq!((&problem["path"], &problem["serializer"]), (&json!("/a"), &json!("plain")));
    assert_eq!(bench.get(&path).await.json(), json!({"a": "good"}));
    let made = bench.call("POST", "/v1/sessions", &[], r#"{"attributes":{"a":"EVIL"}}"#).await;
    made.problem(422, "unserializable");
}

#[tokio::test]
async fn a_session_of_a_missing_plugin_is_answered_with_the_format() {
    let bench = Bench::new(&[]);
    let tag = u32::from(format_tag("kryo/4"));
    let flags = 0x4800_0800 | (tag >> 4) << 16 | (tag & 0xf) << 4;
    bench.store("0A-n1", flags, envelope("0A-n1", b"kryo's")).await;
    let problem = bench.get("/v1/sessions/0A-n1").await.problem(503, "plugin-missing");
    assert_eq!(problem["format"], "kryo/4");
    // It can be deleted all the same.
    assert_eq!(bench.call("DELETE", "/v1/sessions/0A-n1", &[], "").await.status, StatusCode::NO_CONTENT);
    bench.get("/v1/sessions/0A-n1").await.problem(404, "unknown-session");
}

#[tokio::test]
async fn a_session_that_makes_no_sense_is_answered_as_unreadable_and_kept() {
    let bench = Bench::new(&[]);
    bench.store("0B-n1", 0, envelope("0B-n1", b"nonsense")).await;
    bench.get("/v1/sessions/0B-n1").await.problem(500, "unreadable-session");
    let nodes = bench.manager.nodes();
    let node = &nodes.get("n1").unwrap().node;
    assert!(node.get("0B-n1").await.unwrap().is_some());
}

fn envelope(id: &str, attributes: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 2];
    bytes.extend_from_slice(&u16::try_from(52 + id.len()).unwrap().to_be_bytes());
    for time in [START_MS, START_MS] {
        bytes.extend_from_slice(&time.to_be_bytes());
    }
    bytes.extend_from_slice(&1800i32.to_be_bytes());
    bytes.extend_from_slice(b"01");
    for time in [START_MS, START_MS] {
        bytes.extend_from_slice(&time.to_be_bytes());
    }
    bytes.extend_from_slice(&u16::try_from(id.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(attributes);
    bytes
}

#[tokio::test]
async fn an_ignored_request_that_wants_to_change_something_is_answered_with_the_pattern() {
    let bench = Bench::new(&[r"requestUriIgnorePattern=.*\.png$"]);
    let path = bench.session(&json!({"a": 1})).await;
    let image = ("holdfast-request", "GET /logo.png");
    for (method, path, body) in [
        ("PUT", format!("{path}/attributes"), "{}"),
        ("PATCH", path.clone(), r#"{"maxInactiveInterval":1}"#),
        ("POST", format!("{path}/renew"), ""),
        ("DELETE", path.clone(), ""),
        ("POST", "/v1/sessions".to_owned(), ""),
    ] {
        let problem = bench.call(method, &path, &[image], body).await.problem(409, "ignored-request");
        assert_eq!(problem["pattern"], r".*\.png$", "{method}");
        assert_eq!(problem["request"], "GET /logo.png");
    }
    let read = bench.call("GET", &path, &[image], "").await;
    assert_eq!((read.status, read.header("holdfast-backup")), (StatusCode::OK, "skipped"));
}

#[tokio::test]
async fn a_condition_that_is_not_met_changes_nothing() {
    let bench = Bench::new(&[]);
    let path = bench.session(&json!({"a": 1})).await;
    let seen = bench.get(&path).await.header("etag").to_owned();
    let changed =
        bench.call("PATCH", &format!("{path}/attributes"), &[("if-match", &seen)], r#"{"a":2}"#).await;
    assert_eq!(changed.status, StatusCode::OK);
    for (method, suffix, body) in [
        ("PUT", "/attributes", "{}"),
        ("PATCH", "", r#"{"maxInactiveInterval":1}"#),
        ("POST", "/renew", ""),
        ("DELETE", "", ""),
    ] {
        let answer = bench.call(method, &format!("{path}{suffix}"), &[("if-match", &seen)], body).await;
        let problem = answer.problem(412, "precondition-failed");
        assert_eq!(problem["etag"], changed.header("etag"), "{method}");
    }
    assert_eq!(bench.get(&path).await.json()["attributes"], json!({"a": 2}));
    let now = changed.header("etag");
    assert_eq!(bench.call("DELETE", &path, &[("if-match", now)], "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.call("DELETE", &path, &[("if-match", now)], "").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn as_many_sessions_as_there_may_be_are_made() {
    let bench = Bench::new(&["maxActiveSessions=1"]);
    bench.session(&json!({})).await;
    let problem = bench.call("POST", "/v1/sessions", &[], "").await.problem(503, "too-many-sessions");
    assert_eq!(problem["limit"], 1);
}

#[tokio::test]
async fn a_stopped_manager_is_answered_as_that() {
    let bench = Bench::new(&[]);
    let path = bench.session(&json!({})).await;
    bench.manager.stop().await;
    bench.get(&path).await.problem(503, "stopping");
}

#[tokio::test]
async fn an_expired_session_is_unknown() {
    let bench = Bench::new(&[]);
    let path = bench.session(&json!({})).await;
    bench.clock.advance_ms(1_799_000);
    assert_eq!(bench.get(&path).await.status, StatusCode::OK);
    bench.clock.advance_ms(1_800_000);
    bench.get(&path).await.problem(404, "unknown-session");
}

#[tokio::test]
async fn a_path_that_is_not_utf_8_or_names_no_session_is_refused() {
    let bench = Bench::new(&[]);
    bench.get("/v1/sessions/%ff").await.problem(400, "bad-path");
    bench.get("/v1/sessions/a%20b").await.problem(400, "bad-session-id");
    bench.get("/v1/sessions/validity:a-n1/attributes/x").await.problem(400, "bad-session-id");
    bench.get("/v1/sessions/").await.problem(404, "unknown-path");
    bench.get("/v1/sessions/a-n1/attributes/a/b").await.problem(404, "unknown-path");
}

#[tokio::test]
async fn the_two_calls_of_a_request_say_what_is_wrong_with_their_bodies() {
    let bench = Bench::new(&[]);
    for (body, detail) in [
        (r#"{"request":"cart"}"#, "`GET /shop/cart?x=1`"),
        (r#"{"request":7}"#, "`request` is no text"),
        (r#"{"session":{}}"#, "`session` is no text"),
        (r#"{"attributes":{}}"#, "there is `request` and `session`"),
    ] {
        let problem = bench.call("POST", "/v1/requests", &[], body).await.problem(400, "unreadable-body");
        assert!(said(&problem).contains(detail), "{problem}");
    }
    let begun = bench.call("POST", "/v1/requests", &[], "").await;
    let finish = finish_of(&begun);
    for (body, detail) in [
        (r#"{"invalidate":"yes"}"#, "`invalidate` is true or false"),
        (r#"{"invalidate":true,"attributes":{}}"#, "takes no attributes"),
        (r#"{"attributes":[]}"#, "a map of attributes was expected"),
        (r#"{"session":"a"}"#, "there is `attributes` and `invalidate`"),
    ] {
        let problem = bench.call("POST", &finish, &[], body).await.problem(400, "unreadable-body");
        assert!(said(&problem).contains(detail), "{problem}");
    }
    let finished = bench.call("POST", &finish, &[], r#"{"attributes":{"a":1}}"#).await;
    assert_eq!(finished.status, StatusCode::OK, "what cannot be read leaves the request open");
}

#[tokio::test]
async fn a_request_that_the_serializer_refuses_is_over_and_has_changed_nothing() {
    let bench = Bench::new(&[]);
    let path = bench.session(&json!({"n": 1})).await;
    let body = json!({"session": path.rsplit('/').next()}).to_string();
    let begun = bench.call("POST", "/v1/requests", &[], body).await;
    let finish = finish_of(&begun);
    let evil = r#"{"attributes":{"a":"EVIL","n":2}}"#;
    bench.call("POST", &finish, &[], evil).await.problem(422, "unserializable");
    bench.call("POST", &finish, &[], "{}").await.problem(410, "request-over");
    assert_eq!(bench.get(&path).await.json()["attributes"], json!({"n": 1}));
}

#[tokio::test]
async fn a_request_has_the_media_types_of_sessions() {
    let bench = Bench::new(&[]);
    let path = bench.session(&json!({"a": "b"})).await;
    let id = path.rsplit('/').next().unwrap();
    let body = json!({ "session": id }).to_string();
    let begin = async |accept| {
        let begun = bench.call("POST", "/v1/requests", &[("accept", accept)], body.clone()).await;
        assert_eq!((begun.status, begun.header("content-type")), (StatusCode::CREATED, accept));
        begun
    };
    let document = begin("application/vnd.holdfast.document").await;
    assert!(document.body.starts_with(b"\x93\xce"), "{:?}", document.body);
    assert_eq!(document.header("holdfast-session-id"), id);
    let token = document.header("holdfast-request-token");

    let packed = begin("application/msgpack").await;
    assert!(packed.body.starts_with(b"\x82\xa5token\xd9\x20"), "{:?}", packed.body);
    assert!(packed.body.ends_with(b"\xaaattributes\x81\xa1a\xa1b"), "{:?}", packed.body);
    let typed = begin("application/vnd.holdfast.typed+json").await;
    assert_eq!(typed.json()["session"]["attributes"], json!({"a": "b"}));

    let finish = format!("/v1/requests/{token}/finish");
    let headers = [("content-type", "application/msgpack"), ("accept", "application/json")];
    let merge = b"\x81\xaaattributes\x81\xa1n\x07".to_vec();
    let finished = bench.call("POST", &finish, &headers, merge).await;
    assert_eq!(finished.json()["attributes"], json!({"a": "b", "n": 7}));

    let token = typed.header("holdfast-request-token");
    let headers = [("content-type", "application/msgpack")];
    let end = b"\x81\xaainvalidate\xc3".to_vec();
    let ended = bench.call("POST", &format!("/v1/requests/{token}/finish"), &headers, end).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    bench.get(&path).await.problem(404, "unknown-session");
}

#[tokio::test]
async fn forms_of_programs_hold_attributes_and_say_the_rest_in_header_fields() {
    let bench = Bench::new(&[]);
    let document = b"\x93\xce\0\0\0\0\x82\xa1a\x01\xa1b\xc0\xc0".to_vec();
    let headers = [
        ("content-type", "application/vnd.holdfast.document"),
        ("accept", "application/vnd.holdfast.document"),
        ("holdfast-max-inactive-interval", "60"),
    ];
    let made = bench.call("POST", "/v1/sessions", &headers, document).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.body, b"\x93\xce\0\0\0\0\x81\xa1a\x01\xc0", "a null attribute is an absent one");
    assert_eq!(made.header("holdfast-max-inactive-interval"), "60");
    assert_eq!(made.header("holdfast-creation-time"), START_MS.to_string());
    assert_eq!(made.header("holdfast-is-new"), "true");
    let bad =
        [("content-type", "application/vnd.holdfast.document"), ("holdfast-max-inactive-interval", "soon")];
    bench.call("POST", "/v1/sessions", &bad, made.body).await.problem(400, "unreadable-body");
}

#[tokio::test]
async fn a_session_in_messagepack_has_the_members_of_one_in_json() {
    let bench = Bench::new(&[]);
    let both = [("content-type", "application/msgpack"), ("accept", "application/msgpack")];
    let body = b"\x82\xaaattributes\x81\xa1a\x92\x01\xa1b\xb3maxInactiveInterval\x3c".to_vec();
    let made = bench.call("POST", "/v1/sessions", &both, body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(made.body.starts_with(b"\x86\xa2id\xd9\x23"), "a map of 6, the id first");
    assert!(made.body.ends_with(b"\xaaattributes\x81\xa1a\x92\x01\xa1b"));
    let amended = bench
        .call("PATCH", made.header("location"), &both, b"\x81\xb3maxInactiveInterval\xcd\x0e\x10".to_vec())
        .await;
    let interval = b"\xb3maxInactiveInterval\xcd\x0e\x10";
    assert!(amended.body.windows(interval.len()).any(|bytes| bytes == interval));
}

#[tokio::test]
async fn an_answer_acknowledges_what_was_done_with_the_session() {
    let bench = Bench::new(&[]);
    let path = bench.session(&json!({"a": 1})).await;
    assert_eq!(bench.get(&path).await.header("holdfast-backup"), "unchanged");
    assert_eq!(bench.call("HEAD", &path, &[], "").await.header("holdfast-backup"), "skipped");
    let attributes = format!("{path}/attributes");
    let same = bench.call("PATCH", &attributes, &[], r#"{"a":1}"#).await;
    assert_eq!(same.header("holdfast-backup"), "unchanged");
    let other = bench.call("PATCH", &attributes, &[], r#"{"a":2}"#).await;
    assert_eq!(other.header("holdfast-backup"), "stored");
    assert_eq!(other.header("cache-control"), "no-store");
}

#[tokio::test]
async fn typed_json_holds_a_session_with_what_must_be_known_of_its_attributes() {
    let bench = Bench::new(&[]);
    let typed = "application/vnd.holdfast.typed+json";
    let both = [("content-type", typed), ("accept", typed)];
    // Two attributes with one list.
    let document = b"\x93\xce\0\0\0\x18\x82\xa1x\x91\xa1s\xa1y\xd7\x08\0\0\0\0\0\0\0\0\
                     \x93\x92\xa1x\xa1y\x92\x01\x00\x90"
        .to_vec();
    let as_document = ("content-type", "application/vnd.holdfast.document");
    let made = bench.call("POST", "/v1/sessions", &[as_document, ("accept", typed)], document).await;
    let session = made.json();
    assert!(session["attributes"]["x"].is_object() || session["attributes"]["x"].is_array(), "{session}");
    assert_eq!((&session["names"], &session["edges"]), (&json!(["x", "y"]), &json!([[1, 0]])), "{session}");

    let mut again = json!({"maxInactiveInterval": 60});
    for member in ["attributes", "names", "edges"] {
        again[member] = session[member].clone();
    }
    let copy = bench.call("POST", "/v1/sessions", &both, again.to_string()).await.json();
    assert_eq!((&copy["attributes"], &copy["edges"]), (&session["attributes"], &session["edges"]));
    assert_eq!(copy["maxInactiveInterval"], 60);

    let wrong = bench.call("POST", "/v1/sessions", &both, r#"{"attributes":{},"nodes":1}"#).await;
    assert!(said(&wrong.problem(400, "unreadable-body")).contains("nodes"));
}
