//! What a real memcached does that no embedded node can do, the same in both protocols: its wire, its limits, its
//! addresses, and its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{BinaryNode, Expiry, MemcachedNode, Node, Operation, Store, StoreError};
use super::{PATIENT, Server, rules};
use crate::config::NodeAddress;

type Connect = fn(&NodeAddress, Duration) -> Arc<dyn Node>;

fn text(address: &NodeAddress, operation_timeout: Duration) -> Arc<dyn Node> {
    Arc::new(MemcachedNode::new(format!("n1:{address}"), address, operation_timeout))
}

fn binary(address: &NodeAddress, operation_timeout: Duration) -> Arc<dyn Node> {
    Arc::new(BinaryNode::new(format!("n1:{address}"), address, operation_timeout, None))
}

fn address(host: &str, port: u16) -> NodeAddress {
    NodeAddress { host: host.to_owned(), port }
}

macro_rules! in_both_protocols {
    ($($flavor:tt $rule:ident),+ $(,)?) => {
        mod text {
            $(#[tokio::test(flavor = $flavor)]
            async fn $rule() {
                super::$rule(super::text).await;
            })+
        }
        mod binary {
            $(#[tokio::test(flavor = $flavor)]
            async fn $rule() {
                super::$rule(super::binary).await;
            })+
        }
    };
}

in_both_protocols!(
    "multi_thread" keys_and_flags_are_plain_on_the_wire,
    "multi_thread" an_item_is_the_same_in_both_protocols,
    "multi_thread" a_value_over_the_item_limit_says_how_to_raise_it,
    "multi_thread" a_server_that_was_killed_is_down_and_works_again_when_it_is_back,
    "current_thread" a_restart_that_nobody_noticed_costs_no_operation,
    "multi_thread" a_frozen_server_costs_one_timeout_and_its_late_answers_reach_nobody,
    "multi_thread" a_host_that_does_not_exist_is_unavailable,
    "multi_thread" something_else_than_memcached_is_recognised,
    "multi_thread" a_server_on_an_ipv6_address_is_one_as_any_other,
);

/// Whichever of them wrote it, and also what is left of its time. More than 30 days are a date to memcached, whose clock
/// has whole seconds and begins with its process.
async fn an_item_is_the_same_in_both_protocols(connect: Connect) {
    let Some(server) = Server::start() else { return };
    let node = connect(&server.address(), PATIENT);
    let others = [text(&server.address(), PATIENT), binary(&server.address(), PATIENT)];
    for (key, expiry, left) in [
        ("short", Expiry::seconds(60), 58..=60),
        ("long", Expiry::seconds(40 * 24 * 60 * 60), 3_455_998..=3_456_002),
        ("never", Expiry::Never, -1..=-1),
    ] {
        node.set(key, Bytes::from_static(b"\0\r\nv"), 0x484d_0880, expiry).await.unwrap();
        let item = node.get(key).await.unwrap().unwrap();
        for other in &others {
            assert_eq!(other.get(key).await.unwrap().as_ref(), Some(&item));
            assert!(other.touch(key, expiry).await.unwrap());
        }
        let answer = server.ask(&format!("mg {key} t\r\n"), "\r\n").await;
        let seconds: i64 = answer.trim().strip_prefix("HD t").unwrap().parse().unwrap();
        assert!(left.contains(&seconds), "{key}: {seconds}");
    }
}

async fn keys_and_flags_are_plain_on_the_wire(connect: Connect) {
    let Some(server) = Server::start() else { return };
    let node = connect(&server.address(), PATIENT);
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

async fn a_value_over_the_item_limit_says_how_to_raise_it(connect: Connect) {
    let Some(server) = Server::start() else { return };
    let node = connect(&server.address(), PATIENT);
    let value = Bytes::from(vec![7; 2 << 20]);
    for error in [
        node.set("k", value.clone(), 0, Expiry::Never).await.unwrap_err(),
        node.add("k", value.clone(), 0, Expiry::Never).await.unwrap_err(),
        node.compare_and_set("k", value.clone(), 0, Expiry::Never, 1).await.unwrap_err(),
        node.exchange(vec![
            Operation::Get { key: "k" },
            Operation::Set(Store { key: "k", value, flags: 0, expiry: Expiry::Never }),
            Operation::Get { key: "k" },
        ])
        .await
        .unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::TooLarge { size: 2_097_152, .. }), "{error:?}");
        assert!(error.to_string().contains("`-I 4m`"), "{error}");
        assert!(!error.node_is_down());
    }
    rules::what_was_stored_comes_back_with_its_flags(node).await;
}

async fn a_server_that_was_killed_is_down_and_works_again_when_it_is_back(connect: Connect) {
    let Some(mut server) = Server::start() else { return };
    let node = connect(&server.address(), PATIENT);
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

async fn a_restart_that_nobody_noticed_costs_no_operation(connect: Connect) {
    let Some(mut server) = Server::start() else { return };
    let node = connect(&server.address(), PATIENT);
    node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
    // On one thread and without an await between, so that nothing tells the idle connection that it is dead.
    server.kill();
    server.restart();
    assert_eq!(node.get("k").await.unwrap(), None);
    server.kill();
    server.restart();
    node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
}

async fn a_frozen_server_costs_one_timeout_and_its_late_answers_reach_nobody(connect: Connect) {
    let Some(server) = Server::start() else { return };
    let limit = Duration::from_secs(1);
    let node = connect(&server.address(), limit);
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

async fn a_host_that_does_not_exist_is_unavailable(connect: Connect) {
    let node = connect(&address("nowhere.invalid", 11211), PATIENT);
    let error = node.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. } | StoreError::Timeout { .. }), "{error:?}");
}

/// A web server on the port, say.
async fn something_else_than_memcached_is_recognised(connect: Connect) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 1024];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let node = connect(&address("127.0.0.1", port), PATIENT);
    let error = node.get("k").await.unwrap_err();
    assert!(matches!(error, StoreError::Protocol { .. }), "{error:?}");
    assert!(node.keys().await.is_err());
}

async fn a_server_on_an_ipv6_address_is_one_as_any_other(connect: Connect) {
    if std::net::TcpListener::bind(("::1", 0)).is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let Some(server) = Server::start_on("::1", &[]) else { return };
    let node = connect(&server.address(), PATIENT);
    assert!(node.name().starts_with("n1:[::1]:"), "{}", node.name());
    node.ping().await.unwrap();
    rules::what_was_stored_comes_back_with_its_flags(Arc::clone(&node)).await;
    assert_eq!(node.keys().await.unwrap(), ["set"]);
}
