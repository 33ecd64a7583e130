//! Which node a session is given while some do not answer: the library's choice, with real memcacheds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast::clock::SystemClock;
use holdfast::config::{ManagerConfig, NodeList};
use holdfast::store::{Member, NodeOptions, Nodes};
use holdfast_tests::{Memcached, node_list, require_memcacheds};

const TIMEOUT: Duration = Duration::from_millis(500);

fn connect(memcacheds: &[Memcached], failover: &[&str]) -> Nodes {
    let mut list = NodeList::parse(node_list(memcacheds).split_once('=').unwrap().1).unwrap();
    list.set_failover(&failover.iter().map(|&id| id.to_owned()).collect::<Vec<_>>()).unwrap();
    let config = ManagerConfig { operation_timeout: TIMEOUT, ..ManagerConfig::default() };
    Nodes::connect(&list, &NodeOptions::of(&config, Arc::new(SystemClock)))
}

fn id(member: Option<&Member>) -> Option<&str> {
    member.and_then(|member| member.id.as_deref())
}

/// Has the node asked, and says whether it is available since.
async fn ask(nodes: &Nodes, id: &str) -> bool {
    let member = nodes.get(id).unwrap();
    let answered = member.node.ping().await.is_ok();
    assert_eq!(member.is_available(), answered);
    answered
}

/// Rows 32 and 35 of MSM's tests.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_gone_is_no_choice_from_then_on_and_is_one_again_when_it_is_back() {
    let Some(mut memcacheds) = require_memcacheds::<2>() else { return };
    let nodes = connect(&memcacheds, &[]);
    let choices = || (0..50).filter_map(|_| id(nodes.choose(None))).collect::<BTreeSet<_>>();
    assert_eq!(choices(), BTreeSet::from(["n1", "n2"]));
    assert_eq!((id(nodes.choose(Some("n1"))), id(nodes.choose(Some("n2")))), (Some("n2"), Some("n1")));

    memcacheds[0].kill();
    assert!(!ask(&nodes, "n1").await);
    assert!(nodes.get("n2").unwrap().is_available(), "the other one is as it was");
    assert_eq!(choices(), BTreeSet::from(["n2"]));
    assert_eq!(id(nodes.choose(Some("n2"))), None, "there is no other");

    memcacheds[0].restart();
    assert!(ask(&nodes, "n1").await);
    assert_eq!(choices(), BTreeSet::from(["n1", "n2"]));
}

/// Row 36 of MSM's tests.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_copies_of_a_node_are_at_the_next_one_that_answers() {
    let Some(mut memcacheds) = require_memcacheds::<3>() else { return };
    let (two, three) = (connect(&memcacheds[..2], &[]), connect(&memcacheds, &[]));
    let one = connect(&memcacheds[..1], &[]);
    assert_eq!(id(two.next_available("n1")), Some("n2"));
    assert_eq!(id(three.next_available("n1")), Some("n2"));
    assert_eq!(id(one.next_available("n1")), None);
    memcacheds[1].kill();
    for nodes in [&two, &three] {
        assert!(!ask(nodes, "n2").await);
    }
    assert_eq!(id(two.next_available("n1")), None);
    assert_eq!(id(three.next_available("n1")), Some("n3"));
    assert_eq!(id(three.next_available("n3")), Some("n1"), "round the end of the list");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_node_is_the_choice_when_no_primary_answers() {
    let Some(mut memcacheds) = require_memcacheds::<3>() else { return };
    let nodes = connect(&memcacheds, &["n3"]);
    memcacheds[0].kill();
    assert!(!ask(&nodes, "n1").await);
    assert_eq!(id(nodes.choose(None)), Some("n2"));
    assert_eq!(id(nodes.choose(Some("n2"))), Some("n3"));
    memcacheds[1].kill();
    assert!(!ask(&nodes, "n2").await);
    assert_eq!(id(nodes.choose(None)), Some("n3"));
    memcacheds[2].kill();
    assert!(!ask(&nodes, "n3").await);
    assert_eq!(id(nodes.choose(None)), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_a_node_that_is_known_to_be_frozen_has_the_answer_at_once() {
    let Some(memcacheds) = require_memcacheds::<1>() else { return };
    let nodes = connect(&memcacheds, &[]);
    let node = &nodes.get("n1").unwrap().node;
    assert!(node.get("a").await.unwrap().is_none());
    memcacheds[0].freeze();
    let started = Instant::now();
    node.get("a").await.unwrap_err();
    let waited = started.elapsed();
    assert!(waited >= TIMEOUT && waited < 2 * TIMEOUT, "{waited:?}");
    let started = Instant::now();
    for _ in 0..100 {
        let error = node.get("a").await.unwrap_err();
        assert!(error.node_is_down(), "{error}");
    }
    assert!(started.elapsed() < TIMEOUT / 2, "{:?}", started.elapsed());
    memcacheds[0].thaw();
    assert!(ask(&nodes, "n1").await);
    assert!(node.get("a").await.unwrap().is_none());
}
