//! What operators see of a running server, and change.

use std::fs;

use holdfast_tests::{Answer, Client, Holdfast, plugins, wait_for};
use serde_json::{Value, json};
use tempfile::TempDir;

fn start(sets: &[&str]) -> Holdfast {
    Holdfast::start_with(&["--plugins", plugins().to_str().unwrap(), "--admin-listen", "127.0.0.1:0"], sets)
}

#[track_caller]
fn assert_problem(answer: &Answer, status: u16, name: &str, detail: &str) -> Value {
    let problem = answer.clone().expect(status).json();
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(problem["type"], format!("urn:holdfast:problem:{name}"), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    problem
}

fn patch(admin: &Client, values: &Value) -> Answer {
    admin.send("PATCH", "/admin/v1/config", &values.to_string())
}

#[test]
fn an_operator_sees_the_configuration_without_secrets() {
    let server = start(&["operationTimeout=750"]);
    let config = server.admin().call("GET", "/admin/v1/config").expect(200).json();
    assert_eq!(config["manager"]["operationTimeout"], 750);
    assert_eq!(config["manager"]["transcoderFactoryClass"], "msgpack");
    assert_eq!(config["manager"]["password"], Value::Null);
    assert_eq!(config["server"]["adminListen"], "127.0.0.1:0");
    assert_eq!(config["changed"], json!([]));
    assert!(config["changeable"].as_array().unwrap().contains(&json!("memcachedNodes")));
}

#[test]
fn an_operator_sees_statistics_nodes_and_plugins() {
    let server = start(&["sessionBackupAsync=false"]);
    server.client().send("POST", "/v1/sessions", r#"{"attributes":{"a":1}}"#).expect(201);
    let admin = server.admin();
    let statistics = admin.call("GET", "/admin/v1/statistics").expect(200).json();
    assert_eq!((&statistics["sessions"], &statistics["counters"]["backups"]), (&json!(1), &json!(1)));
    let probe = &statistics["probes"]["memcachedUpdate"];
    assert_eq!((&probe["count"], &probe["unit"]), (&json!(1), &json!("ms")));
    assert!(probe["p99"].as_f64().unwrap() > 0.0, "{probe}");
    assert!(statistics["probes"]["cachedDataSize"]["max"].as_f64().unwrap() > 50.0);

    let nodes = admin.call("GET", "/admin/v1/nodes").expect(200).json();
    assert_eq!((&nodes["nodes"][1]["id"], &nodes["nodes"][1]["address"]), (&json!("n2"), &json!("embedded")));
    let plugins = admin.call("GET", "/admin/v1/plugins").expect(200).json();
    let kryo = plugins["plugins"].as_array().unwrap().iter().find(|plugin| plugin["name"] == "kryo").unwrap();
    assert_eq!((&kryo["format"], &kryo["state"]), (&json!("kryo/4"), &json!("ready")));

    let metrics = String::from_utf8(server.client().call("GET", "/metrics").expect(200).body).unwrap();
    for line in
        ["holdfast_sessions 1", "holdfast_backups_total 1", "holdfast_memcached_update_seconds_count 1"]
    {
        assert!(metrics.lines().any(|there| there == line), "{metrics}");
    }
    assert_problem(&admin.call("GET", "/v1/sessions/x"), 404, "unknown-path", "/admin/v1/config");
    assert_problem(&admin.call("DELETE", "/admin/v1/config"), 405, "method-not-allowed", "PATCH");
    server.client().call("GET", "/admin/v1/config").expect(404);
}

#[test]
fn statistics_that_are_off_are_zero() {
    let server = start(&["enableStatistics=false"]);
    server.client().send("POST", "/v1/sessions", "{}").expect(201);
    let statistics = server.admin().call("GET", "/admin/v1/statistics").expect(200).json();
    assert_eq!(
        (&statistics["enabled"], &statistics["counters"]["sessionsCreated"]),
        (&json!(false), &json!(0))
    );
}

#[test]
fn a_change_with_a_mistake_is_refused_as_a_file_would_be() {
    let server = start(&[]);
    let admin = server.admin();
    for (values, status, name, detail) in [
        (json!({"operationTimeout": 0}), 422, "bad-configuration", "operationTimeout: "),
        (json!({"memcachedNodes": "n1:localhost"}), 422, "bad-configuration", "write n1:localhost:11211"),
        (json!({"stiky": true}), 422, "bad-configuration", "did you mean sticky?"),
        (json!({"transcoderFactoryClass": "kryo"}), 409, "needs-restart", "transcoderFactoryClass"),
        (json!({"server.maxAttributes": 5, "sticky": true}), 409, "needs-restart", "server.maxAttributes"),
        (json!([1]), 400, "unreadable-body", "an object with names"),
    ] {
        assert_problem(&patch(&admin, &values), status, name, detail);
    }
    let problem = patch(&admin, &json!({"operationTimeout": 0, "stiky": 1})).expect(422).json();
    assert_eq!(problem["problems"].as_array().unwrap().len(), 2, "{problem}");
    let text = admin.call_with("PATCH", "/admin/v1/config", &[("Content-Type", "text/plain")], Some(b"{}"));
    assert_problem(&text, 415, "unsupported-media-type", "application/json");
}

#[test]
fn a_page_of_another_site_gets_nothing() {
    let server = start(&[]);
    let admin = server.admin();
    for header in [("Origin", "http://evil.example"), ("Host", "evil.example")] {
        for (method, body) in [("GET", None), ("PATCH", Some(&b"{}"[..]))] {
            let headers = [("Content-Type", "application/json"), header];
            let answer = admin.call_with(method, "/admin/v1/config", &headers, body);
            assert_problem(&answer, 403, "foreign-origin", "evil.example");
        }
    }
}

#[test]
fn a_changed_file_is_read_again_and_what_is_wrong_with_it_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("holdfast.toml");
    fs::write(&file, "[manager]\noperationTimeout = 750\n").unwrap();
    let server = Holdfast::start_with(
        &[
            "--plugins",
            plugins().to_str().unwrap(),
            "--config",
            file.to_str().unwrap(),
            "--admin-listen",
            "127.0.0.1:0",
        ],
        &[],
    );
    // As an editor does it: another file takes the place of this one.
    let replace = |text: &str| {
        fs::write(folder.path().join("new"), text).unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
    };
    let wait = |said: &str| wait_for(said, || server.log().contains(said).then_some(()));
    replace("[manager]\noperationTimeout = 750\nlegacySerializer = 'java'\n");
    wait("legacySerializer as it says from the next start");
    fs::write(&file, "[manager]\noperationTimeout = 'x'\n").unwrap();
    wait("holdfast.toml:2:20: operationTimeout: ");
    wait("the server goes on as it was");
    let config = server.admin().call("GET", "/admin/v1/config").expect(200).json();
    assert_eq!(
        (&config["manager"]["operationTimeout"], &config["manager"]["legacySerializer"]),
        (&json!(750), &Value::Null)
    );
}
