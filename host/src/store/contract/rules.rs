//! The rules themselves. Each is given an empty node.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::super::{CasOutcome, Expiry, Item, Node, Operation, Store, StoreError};

type AnyNode = Arc<dyn Node>;

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

async fn value_of(node: &AnyNode, key: &str) -> Option<Bytes> {
    node.get(key).await.unwrap().map(|item| item.value)
}

async fn cas_of(node: &AnyNode, key: &str) -> u64 {
    node.get(key).await.unwrap().unwrap().cas
}

pub(super) async fn what_was_never_stored_is_none(node: AnyNode) {
    node.ping().await.unwrap();
    assert_eq!(node.get("k").await.unwrap(), None);
    assert!(!node.touch("k", Expiry::Never).await.unwrap());
    assert!(!node.delete("k").await.unwrap());
    assert_eq!(node.delete_if_unchanged("k", 1).await.unwrap(), CasOutcome::Missing);
    assert_eq!(
        node.compare_and_set("k", bytes("v"), 0, Expiry::Never, 1).await.unwrap(),
        CasOutcome::Missing
    );
    assert_eq!(node.get("k").await.unwrap(), None);
}

pub(super) async fn what_was_stored_comes_back_with_its_flags(node: AnyNode) {
    for flags in [0, 1, 2048, 2050, 0x4801_08f0, u32::MAX] {
        node.set("set", bytes("value"), flags, Expiry::seconds(60)).await.unwrap();
        let item = node.get("set").await.unwrap().unwrap();
        assert_eq!((&item.value[..], item.flags), (&b"value"[..], flags));

        assert_eq!(
            node.compare_and_set("set", bytes("v2"), flags, Expiry::Never, item.cas).await.unwrap(),
            CasOutcome::Stored
        );
        let item = node.get("set").await.unwrap().unwrap();
        assert_eq!((&item.value[..], item.flags), (&b"v2"[..], flags));

        let cas = node.add("add", bytes("a"), flags, Expiry::seconds(60)).await.unwrap();
        let item = node.get("add").await.unwrap().unwrap();
        assert_eq!((Some(item.cas), item.flags), (cas, flags));
        assert!(node.delete("add").await.unwrap());
    }
}

pub(super) async fn operations_of_an_exchange_see_what_those_before_them_did(node: AnyNode) {
    let (flags, expiry) = (7, Expiry::seconds(60));
    let store = |key, text| Store { key, value: bytes(text), flags, expiry };
    let mut answers = node
        .exchange(vec![
            Operation::Get { key: "a" },
            Operation::Add(store("a", "1")),
            Operation::Add(store("a", "2")),
            Operation::Get { key: "a" },
            Operation::Set(store("b", "")),
            Operation::Touch { key: "b", expiry },
            Operation::Touch { key: "c", expiry },
            Operation::Get { key: "b" },
            Operation::Delete { key: "b" },
            Operation::Delete { key: "b" },
        ])
        .await
        .unwrap();
    assert_eq!(answers.item().unwrap(), None);
    let cas = answers.added().unwrap().unwrap();
    assert_eq!(answers.added().unwrap(), None);
    assert_eq!(answers.item().unwrap(), Some(Item { value: bytes("1"), flags, cas }));
    answers.set().unwrap();
    assert!(answers.found().unwrap());
    assert!(!answers.found().unwrap());
    assert_eq!(answers.item().unwrap().unwrap().value, Bytes::new());
    assert!(answers.found().unwrap());
    assert!(!answers.found().unwrap());
    assert!(matches!(answers.item(), Err(StoreError::Protocol { .. })), "there are no more");

    let mut answers = node
        .exchange(vec![
            Operation::CompareAndSet(store("a", "3"), cas),
            Operation::CompareAndSet(store("a", "4"), cas),
            Operation::DeleteIfUnchanged { key: "a", cas },
            Operation::DeleteIfUnchanged { key: "c", cas },
            Operation::Get { key: "a" },
        ])
        .await
        .unwrap();
    assert_eq!(answers.outcome().unwrap(), CasOutcome::Stored);
    assert_eq!(answers.outcome().unwrap(), CasOutcome::Conflict);
    assert_eq!(answers.outcome().unwrap(), CasOutcome::Conflict);
    assert_eq!(answers.outcome().unwrap(), CasOutcome::Missing);
    let item = answers.item().unwrap().unwrap();
    assert_eq!(item.value, bytes("3"));
    let mut answers =
        node.exchange(vec![Operation::DeleteIfUnchanged { key: "a", cas: item.cas }]).await.unwrap();
    assert_eq!(answers.outcome().unwrap(), CasOutcome::Stored);
}

pub(super) async fn an_exchange_fails_as_the_operation_would_that_fails(node: AnyNode) {
    let store = Store { key: "k", value: bytes("v"), flags: 0, expiry: Expiry::Never };
    let refused = node.exchange(vec![Operation::Set(store.clone()), Operation::Get { key: "a b" }]).await;
    assert!(matches!(refused, Err(StoreError::BadKey { .. })));
    node.exchange(vec![Operation::Set(store)]).await.unwrap().set().unwrap();
    assert_eq!(value_of(&node, "k").await, Some(bytes("v")), "the node works as before");
}

pub(super) async fn an_empty_value_is_a_value(node: AnyNode) {
    node.set("k", Bytes::new(), 7, Expiry::Never).await.unwrap();
    let item = node.get("k").await.unwrap().unwrap();
    assert!(item.value.is_empty());
    assert_eq!(item.flags, 7);
    assert_eq!(node.add("k", bytes("v"), 0, Expiry::Never).await.unwrap(), None);
}

pub(super) async fn a_large_value_comes_back_whole(node: AnyNode) {
    // Line ends and zeros inside, and more than a socket's buffers hold.
    let value: Bytes = b"\r\nEND\r\n\0VALUE ".repeat(60_000).into();
    node.set("k", value.clone(), 0, Expiry::Never).await.unwrap();
    assert_eq!(value_of(&node, "k").await.unwrap(), value);
}

pub(super) async fn set_replaces_value_and_flags(node: AnyNode) {
    node.set("k", bytes("one"), 1, Expiry::Never).await.unwrap();
    let first = node.get("k").await.unwrap().unwrap();
    node.set("k", bytes("two"), 2, Expiry::Never).await.unwrap();
    let second = node.get("k").await.unwrap().unwrap();
    assert_eq!((&second.value[..], second.flags), (&b"two"[..], 2));
    assert_ne!(first.cas, second.cas);
}

pub(super) async fn of_32_concurrent_adders_one_wins(node: AnyNode) {
    let adders: Vec<_> = (0..32)
        .map(|i: u32| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                let value = Bytes::from(i.to_string());
                node.add("race", value.clone(), i, Expiry::seconds(60)).await.unwrap().map(|_| value)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for adder in adders {
        winners.extend(adder.await.unwrap());
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(value_of(&node, "race").await.as_ref(), winners.first());
}

pub(super) async fn a_write_bound_to_a_state_fails_when_the_state_has_changed(node: AnyNode) {
    node.set("k", bytes("one"), 0, Expiry::Never).await.unwrap();
    let old = cas_of(&node, "k").await;
    node.set("k", bytes("two"), 0, Expiry::Never).await.unwrap();
    assert_eq!(
        node.compare_and_set("k", bytes("three"), 0, Expiry::Never, old).await.unwrap(),
        CasOutcome::Conflict
    );
    assert_eq!(value_of(&node, "k").await.unwrap(), "two");

    // The same bytes stored again are another state: whoever wrote them may have meant them.
    let old = cas_of(&node, "k").await;
    node.set("k", bytes("two"), 0, Expiry::Never).await.unwrap();
    assert_eq!(
        node.compare_and_set("k", bytes("three"), 0, Expiry::Never, old).await.unwrap(),
        CasOutcome::Conflict
    );
}

pub(super) async fn of_32_concurrent_writers_bound_to_one_state_one_wins(node: AnyNode) {
    node.set("k", bytes("v"), 0, Expiry::Never).await.unwrap();
    let cas = cas_of(&node, "k").await;
    let writers: Vec<_> = (0..32)
        .map(|i: u32| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                let value = Bytes::from(i.to_string());
                node.compare_and_set("k", value, 0, Expiry::Never, cas).await.unwrap()
            })
        })
        .collect();
    let mut stored = 0;
    for writer in writers {
        match writer.await.unwrap() {
            CasOutcome::Stored => stored += 1,
            CasOutcome::Conflict => {}
            CasOutcome::Missing => panic!("the item was there all the time"),
        }
    }
    assert_eq!(stored, 1);
}

pub(super) async fn a_deletion_bound_to_a_state_fails_when_the_state_has_changed(node: AnyNode) {
    node.set("lock", bytes("mine"), 0, Expiry::Never).await.unwrap();
    let mine = cas_of(&node, "lock").await;
    node.set("lock", bytes("yours"), 0, Expiry::Never).await.unwrap();
    assert_eq!(node.delete_if_unchanged("lock", mine).await.unwrap(), CasOutcome::Conflict);
    assert_eq!(value_of(&node, "lock").await.unwrap(), "yours");

    let yours = cas_of(&node, "lock").await;
    assert_eq!(node.delete_if_unchanged("lock", yours).await.unwrap(), CasOutcome::Stored);
    assert_eq!(node.get("lock").await.unwrap(), None);
    assert_eq!(node.delete_if_unchanged("lock", yours).await.unwrap(), CasOutcome::Missing);
}

pub(super) async fn deleting_says_whether_there_was_something(node: AnyNode) {
    node.set("k", bytes("v"), 0, Expiry::Never).await.unwrap();
    assert!(node.delete("k").await.unwrap());
    assert_eq!(node.get("k").await.unwrap(), None);
    assert!(!node.delete("k").await.unwrap());
    assert!(node.add("k", bytes("v"), 0, Expiry::Never).await.unwrap().is_some());
}

pub(super) async fn an_item_ends_when_its_time_is_up(node: AnyNode) {
    node.set("short", bytes("v"), 0, Expiry::seconds(1)).await.unwrap();
    assert!(node.add("short add", bytes("v"), 0, Expiry::Never).await.is_err());
    assert!(node.add("short-add", bytes("v"), 0, Expiry::seconds(1)).await.unwrap().is_some());
    node.set("long", bytes("v"), 0, Expiry::seconds(60)).await.unwrap();
    node.set("ever", bytes("v"), 0, Expiry::Never).await.unwrap();
    // memcached counts in whole seconds.
    sleep(Duration::from_millis(2_500)).await;
    assert_eq!(node.get("short").await.unwrap(), None);
    assert_eq!(node.get("short-add").await.unwrap(), None);
    assert!(node.get("long").await.unwrap().is_some());
    assert!(node.get("ever").await.unwrap().is_some());
    assert!(
        node.add("short", bytes("v"), 0, Expiry::Never).await.unwrap().is_some(),
        "the place is free again"
    );
}

pub(super) async fn touching_extends_an_item_and_changes_nothing_else(node: AnyNode) {
    node.set("k", bytes("v"), 7, Expiry::seconds(2)).await.unwrap();
    let before = node.get("k").await.unwrap().unwrap();
    assert!(node.touch("k", Expiry::seconds(60)).await.unwrap());
    sleep(Duration::from_millis(3_500)).await;
    assert_eq!(node.get("k").await.unwrap(), Some(before));

    assert!(node.touch("k", Expiry::seconds(1)).await.unwrap());
    sleep(Duration::from_millis(2_500)).await;
    assert_eq!(node.get("k").await.unwrap(), None);
}

pub(super) async fn touching_can_end_the_end(node: AnyNode) {
    node.set("k", bytes("v"), 0, Expiry::seconds(1)).await.unwrap();
    assert!(node.touch("k", Expiry::Never).await.unwrap());
    sleep(Duration::from_millis(2_500)).await;
    assert!(node.get("k").await.unwrap().is_some());
}

pub(super) async fn more_than_30_days_is_no_date(node: AnyNode) {
    for seconds in [2_592_000, 2_592_001, 40 * 24 * 60 * 60, 5_256_000 * 60, i32::MAX as u32, u32::MAX] {
        let expiry = Expiry::Seconds(NonZeroU32::new(seconds).unwrap());
        node.set("k", bytes("v"), 0, expiry).await.unwrap();
        assert!(node.get("k").await.unwrap().is_some(), "{seconds}");
        assert!(node.touch("k", expiry).await.unwrap());
        assert!(node.get("k").await.unwrap().is_some(), "{seconds}");
    }
}

pub(super) async fn a_key_that_could_be_a_command_is_refused(node: AnyNode) {
    let long = "k".repeat(251);
    for bad in ["", "a b", "z\r\nset inj 0 0 2\r\nhi", "a\nb", "a\0b", "a\u{7f}", "a\tb", &long] {
        let refusals = [
            node.get(bad).await.err(),
            node.set(bad, bytes("v"), 0, Expiry::Never).await.err(),
            node.add(bad, bytes("v"), 0, Expiry::Never).await.err(),
            node.compare_and_set(bad, bytes("v"), 0, Expiry::Never, 1).await.err(),
            node.touch(bad, Expiry::Never).await.err(),
            node.delete(bad).await.err(),
            node.delete_if_unchanged(bad, 1).await.err(),
        ];
        for refusal in refusals {
            let refusal = refusal.unwrap();
            assert!(matches!(refusal, StoreError::BadKey { .. }), "{bad:?}: {refusal:?}");
            assert!(!refusal.node_is_down());
        }
    }
    assert!(node.keys().await.unwrap().is_empty());
}

pub(super) async fn the_longest_key_is_taken(node: AnyNode) {
    let key = "k".repeat(250);
    node.set(&key, bytes("v"), 0, Expiry::Never).await.unwrap();
    assert!(node.get(&key).await.unwrap().is_some());
    assert_eq!(listed(&node, 1).await, [key]);
}

/// The keys, sorted, once there are so many: memcached leaves out an item that a connection still holds, for the answer
/// to a get may be on its way, and one that it moves among its own lists.
async fn listed(node: &AnyNode, count: usize) -> Vec<String> {
    let mut listed = node.keys().await.unwrap();
    for _ in 0..100 {
        if listed.len() >= count {
            break;
        }
        sleep(Duration::from_millis(20)).await;
        listed = node.keys().await.unwrap();
    }
    listed.sort_unstable();
    listed
}

pub(super) async fn all_keys_are_listed(node: AnyNode) {
    assert!(node.keys().await.unwrap().is_empty());
    let mut keys: Vec<_> = (0..2_000).map(|i| format!("bak:x/y_{i}%20-n1.tc-1")).collect();
    keys.push("größe".to_owned());
    for key in &keys {
        node.set(key, bytes("v"), 0, Expiry::seconds(60)).await.unwrap();
    }
    node.set("gone", bytes("v"), 0, Expiry::Never).await.unwrap();
    node.delete("gone").await.unwrap();
    keys.sort_unstable();
    assert_eq!(listed(&node, keys.len()).await, keys);
}

pub(super) async fn a_closed_node_works_again(node: AnyNode) {
    node.set("k", bytes("v"), 0, Expiry::Never).await.unwrap();
    node.close();
    node.close();
    assert_eq!(value_of(&node, "k").await.unwrap(), "v");
}

pub(super) async fn dropped_operations_leave_the_node_usable(node: AnyNode) {
    for i in 0..200 {
        node.set(&format!("k{i}"), Bytes::from(i.to_string()), 0, Expiry::Never).await.unwrap();
    }
    for i in 0..200u64 {
        let key = format!("k{i}");
        // Dropped before it is done, at another point each time.
        let _ = tokio::time::timeout(Duration::from_micros(i), node.get(&key)).await;
        assert_eq!(value_of(&node, &key).await.unwrap(), i.to_string());
    }
}
