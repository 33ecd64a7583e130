//! Locks that are had and given up as a part of an exchange with their node.

use super::*;
use crate::store::{CasOutcome, Item, Operation};

/// An embedded node and one of a memcached, which ends with the server.
fn nodes() -> (Option<TestServer>, Vec<Arc<dyn Node>>) {
    let server = TestServer::start();
    let memcached = server.as_ref().map(|server| server.node(PATIENT.wait));
    (server, memcached.into_iter().chain([embedded()]).collect())
}

async fn store(node: &Arc<dyn Node>, key: &str, value: &'static str) {
    node.set(key, Bytes::from_static(value.as_bytes()), 7, Expiry::Never).await.unwrap();
}

fn values(items: &[Option<Item>]) -> Vec<Option<&[u8]>> {
    items.iter().map(|item| item.as_ref().map(|item| &item.value[..])).collect()
}

fn releasing(lease: Lease) -> Release {
    lease.release_with_exchange().ok().expect("nobody waits, and nothing is renewed")
}

#[tokio::test]
async fn what_is_read_with_a_lock_is_what_lay_there_when_it_was_had() {
    let reads = || vec!["a-n1".to_owned(), "validity:a-n1".to_owned()];
    let (_server, nodes) = nodes();
    for node in nodes {
        store(&node, "a-n1", "one").await;
        let locks = Locks::new();
        let (lease, items) = locks.acquire(&id(), &node, KEY, PATIENT, reads()).await.unwrap();
        assert_eq!(values(&items), [Some(&b"one"[..]), None]);

        // Somebody who has to wait is told nothing that was read before.
        let (waiting, other) = (Locks::new(), Arc::clone(&node));
        let next = tokio::spawn(async move { waiting.acquire(&id(), &other, KEY, PATIENT, reads()).await });
        sleep(MS * 30).await;
        store(&node, "a-n1", "two").await;
        assert!(lease.release().await);
        let (lease, items) = next.await.unwrap().unwrap();
        assert!(items.is_empty());
        assert!(lease.release().await);
    }
}

#[tokio::test]
async fn a_lock_is_released_by_the_exchange_that_it_is_a_part_of() {
    let (_server, nodes) = nodes();
    for node in nodes {
        let locks = Locks::new();
        let release = releasing(acquire(&locks, &node, PATIENT).await.unwrap());
        let mut answers = node.exchange(vec![release.operation()]).await.unwrap();
        assert_eq!(value(&node).await, None);
        assert!(release.done(answers.outcome().unwrap()).await);
        assert!(acquire(&locks, &node, PATIENT).await.unwrap().release().await);
        assert_eq!(locks.places.len(), 0);
    }
}

#[tokio::test]
async fn the_next_request_of_this_process_gets_the_lock_instead() {
    let (locks, node) = (Locks::new(), embedded());
    let lease = acquire(&locks, &node, PATIENT).await.unwrap();
    let next = {
        let (locks, node) = (Arc::clone(&locks), Arc::clone(&node));
        tokio::spawn(async move { acquire(&locks, &node, PATIENT).await.unwrap() })
    };
    sleep(MS * 10).await;
    let lease = lease.release_with_exchange().err().expect("somebody waits");
    let before = value(&node).await;
    assert!(lease.release().await);
    let next = next.await.unwrap();
    assert_eq!(value(&node).await, before, "it was handed on");
    assert!(next.release().await);
}

#[tokio::test]
async fn a_release_that_was_not_carried_out_is_made_up_for() {
    let (_server, nodes) = nodes();
    for node in nodes {
        let locks = Locks::new();
        drop(releasing(acquire(&locks, &node, PATIENT).await.unwrap()));
        gone(&node).await;

        // With the answer to a renewal lost, its `cas` is another one.
        let release = releasing(acquire(&locks, &node, PATIENT).await.unwrap());
        let mine = node.get(KEY).await.unwrap().unwrap();
        node.set(KEY, mine.value, mine.flags, Expiry::seconds(60)).await.unwrap();
        let mut answers = node.exchange(vec![release.operation()]).await.unwrap();
        let outcome = answers.outcome().unwrap();
        assert_eq!(outcome, CasOutcome::Conflict);
        assert!(release.done(outcome).await);
        assert_eq!(value(&node).await, None);
    }
}

#[tokio::test]
async fn a_lock_that_has_become_another_s_is_not_released() {
    let (_server, nodes) = nodes();
    for node in nodes {
        let release = releasing(acquire(&Locks::new(), &node, PATIENT).await.unwrap());
        node.delete(KEY).await.unwrap();
        lock_as_msm(&node, Expiry::seconds(60)).await;
        let operations = vec![release.operation(), Operation::Get { key: KEY }];
        let mut answers = node.exchange(operations).await.unwrap();
        assert!(!release.done(answers.outcome().unwrap()).await);
        assert_eq!(answers.item().unwrap().unwrap().value, LOCK_VALUE);
        node.delete(KEY).await.unwrap();
    }
}
