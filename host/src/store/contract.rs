//! What every node does alike: one list of rules, which the embedded node and a real memcached both keep.

mod rules;
mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(crate) use self::server::Server;
use super::*;
use crate::clock::SystemClock;
use crate::config::NodeAddress;

/// Long enough for a busy machine.
const PATIENT: Duration = Duration::from_secs(10);

fn embedded() -> Arc<dyn Node> {
    Arc::new(EmbeddedNode::new("n1:embedded", EmbeddedLimits::default(), Arc::new(SystemClock)))
}

fn address(host: &str, port: u16) -> NodeAddress {
    NodeAddress { host: host.to_owned(), port }
}

macro_rules! every_node_keeps {
    ($($rule:ident),+ $(,)?) => {
        mod embedded_node {
            $(#[tokio::test]
            async fn $rule() {
                super::rules::$rule(super::embedded()).await;
            })+
        }
        mod memcached_node {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                if let Some(server) = super::Server::start() {
                    super::rules::$rule(server.node(super::PATIENT)).await;
                }
            })+
        }
    };
}

every_node_keeps!(
    what_was_never_stored_is_none,
    what_was_stored_comes_back_with_its_flags,
    an_empty_value_is_a_value,
    a_large_value_comes_back_whole,
    set_replaces_value_and_flags,
    of_32_concurrent_adders_one_wins,
    a_write_bound_to_a_state_fails_when_the_state_has_changed,
    of_32_concurrent_writers_bound_to_one_state_one_wins,
    a_deletion_bound_to_a_state_fails_when_the_state_has_changed,
    deleting_says_whether_there_was_something,
    an_item_ends_when_its_time_is_up,
    touching_extends_an_item_and_changes_nothing_else,
    touching_can_end_the_end,
    more_than_30_days_is_no_date,
    a_key_that_could_be_a_command_is_refused,
    the_longest_key_is_taken,
    all_keys_are_listed,
    a_closed_node_works_again,
    dropped_operations_leave_the_node_usable,
);

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_flags_are_plain_on_the_wire() {
    let Some(server) = Server::start() else { return };
    let node = server.node(PATIENT);
    for (key, flags) in [
        ("00000000000000000000000000000000-n1.tc1", 0x4801_08f0),
        ("bak:www.example.com:/größe_validity:www.example.com:/größe_foo-n1", 2048),
        ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", u32::MAX),
    ] {
        node.set(key, Bytes::from_static(b"hello"), flags, Expiry::Never).await.unwrap();
        assert_eq!(
            server.ask(&format!("get {key}\r\n"), "END\r\n").await,
            format!("VALUE {key} {flags} 5\r\nhello\r\nEND\r\n")
        );
        server.ask(&format!("set {key} {flags} 0 3\r\nabc\r\n"), "\r\n").await;
        let item = node.get(key).await.unwrap().unwrap();
        assert_eq!((&item.value[..], item.flags), (&b"abc"[..], flags));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_over_the_item_limit_says_how_to_raise_it() {
    let Some(server) = Server::start() else { return };
    let node = server.node(PATIENT);
    let value = Bytes::from(vec![7; 2 << 20]);
    for error in [
        node.set("k", value.clone(), 0, Expiry::Never).await.unwrap_err(),
        node.add("k", value.clone(), 0, Expiry::Never).await.unwrap_err(),
        node.compare_and_set("k", value, 0, Expiry::Never, 1).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::TooLarge { size: 2_097_152, .. }), "{error:?}");
        assert!(error.to_string().contains("`-I 4m`"), "{error}");
        assert!(!error.node_is_down());
    }
    rules::what_was_stored_comes_back_with_its_flags(node).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_is_down_and_works_again_when_it_is_back() {
    let Some(mut server) = Server::start() else { return };
    let node = server.node(PATIENT);
    for _ in 0..3 {
        // Several idle connections, all of which the restart makes useless.
        rules::of_32_concurrent_adders_one_wins(Arc::clone(&node)).await;
        server.kill();
        let before = Instant::now();
        let error = node.get("k").await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.node_is_down());
        assert!(error.to_string().starts_with("node n1:127.0.0.1:"), "{error}");
        assert!(before.elapsed() < Duration::from_secs(1), "a refused connection is known at once");
        server.restart();
        node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
    }
}

#[tokio::test]
async fn a_restart_that_nobody_noticed_costs_no_operation() {
    let Some(mut server) = Server::start() else { return };
    let node = server.node(PATIENT);
    node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
    // On one thread and without an await between, so that nothing tells the idle connection that it is dead.
    server.kill();
    server.restart();
    assert_eq!(node.get("k").await.unwrap(), None);
    server.kill();
    server.restart();
    node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_costs_one_timeout_and_its_late_answers_reach_nobody() {
    let Some(server) = Server::start() else { return };
    let limit = Duration::from_secs(1);
    let node = server.node(limit);
    for i in 0..50 {
        let value = Bytes::from(format!("value {i}"));
        node.set(&format!("k{i}"), value, 0, Expiry::Never).await.unwrap();
    }
    server.freeze().await;
    let before = Instant::now();
    let error = node.get("k0").await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout { after, .. } if after == limit), "{error:?}");
    assert!(error.node_is_down());
    // More at a time than there are connections: those that wait for one wait no longer either.
    let late: Vec<_> = (0..200)
        .map(|i| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                let before = Instant::now();
                node.get(&format!("k{}", i % 50)).await.unwrap_err();
                before.elapsed()
            })
        })
        .collect();
    for operation in late {
        assert!(operation.await.unwrap() < limit * 2);
    }
    assert!(before.elapsed() < limit * 3);
    server.thaw();
    for i in 0..50 {
        let item = node.get(&format!("k{i}")).await.unwrap().unwrap();
        assert_eq!(&item.value[..], format!("value {i}").as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_exist_is_unavailable() {
    let node = MemcachedNode::new("n1", &address("nowhere.invalid", 11211), PATIENT);
    let error = node.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. } | StoreError::Timeout { .. }), "{error:?}");
}

/// A web server on the port, say.
#[tokio::test(flavor = "multi_thread")]
async fn something_else_than_memcached_is_recognised() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 1024];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let node = MemcachedNode::new("n1", &address("127.0.0.1", port), PATIENT);
    let error = node.get("k").await.unwrap_err();
    assert!(matches!(error, StoreError::Protocol { .. }), "{error:?}");
    assert!(node.keys().await.is_err());
}
