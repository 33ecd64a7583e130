//! Locks as requests on several servers see them, on an embedded node and on a real memcached.

mod exchange;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::*;
use crate::clock::SystemClock;
use crate::session::{ItemFlags, LOCK_VALUE};
use crate::store::{EmbeddedLimits, EmbeddedNode, Expiry, TestServer};

const MS: Duration = Duration::from_millis(1);

/// Long enough for a busy machine.
const PATIENT: LockOptions =
    LockOptions { expiration: Duration::from_secs(5), wait: Duration::from_secs(20) };

const KEY: &str = "lock:a-n1";

fn embedded() -> Arc<dyn Node> {
    Arc::new(EmbeddedNode::new("n1:embedded", EmbeddedLimits::default(), Arc::new(SystemClock)))
}

fn id() -> SessionId {
    SessionId::parse("a-n1").unwrap()
}

async fn acquire(
    locks: &Arc<Locks>,
    node: &Arc<dyn Node>,
    options: LockOptions,
) -> Result<Lease, LockFailure> {
    locks.acquire(&id(), node, KEY, options, Vec::new()).await.map(|(lease, _)| lease)
}

async fn value(node: &Arc<dyn Node>) -> Option<String> {
    let item = node.get(KEY).await.unwrap()?;
    assert_eq!(ItemFlags::parse(item.flags), ItemFlags::LOCK);
    Some(String::from_utf8(item.value.to_vec()).unwrap())
}

/// Until it is gone, or a test has waited long enough.
async fn gone(node: &Arc<dyn Node>) {
    let gone = async {
        while value(node).await.is_some() {
            sleep(MS).await;
        }
    };
    timeout(PATIENT.wait, gone).await.expect("the lock is gone by itself");
}

/// As MSM does.
async fn lock_as_msm(node: &Arc<dyn Node>, expiry: Expiry) {
    let added = node.add(KEY, Bytes::from_static(LOCK_VALUE), ItemFlags::LOCK.pack(), expiry).await;
    assert!(added.unwrap().is_some());
}

fn is_busy(failure: &LockFailure) -> bool {
    matches!(failure, LockFailure::Busy { .. })
}

/// How often each of two servers got the lock for 16 requests at a time, and how long until each had its share.
struct Contest {
    got: [u32; 2],
    took: Duration,
    longest_wait: Duration,
}

/// Two servers whose requests read a number, take their time, and write the next one.
async fn contest(node: Arc<dyn Node>, each: u32) -> Contest {
    let counter = Arc::new(AtomicU32::new(0));
    let busy = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let mut requests = JoinSet::new();
    for server in 0..2 {
        let locks = Locks::new();
        let left = Arc::new(AtomicU32::new(each));
        for _ in 0..16 {
            let (locks, node, left) = (Arc::clone(&locks), Arc::clone(&node), Arc::clone(&left));
            let (counter, busy) = (Arc::clone(&counter), Arc::clone(&busy));
            requests.spawn(async move {
                let (mut got, mut longest) = (0, Duration::ZERO);
                while left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok()
                {
                    let asked = Instant::now();
                    let lease = acquire(&locks, &node, PATIENT).await.unwrap();
                    longest = longest.max(asked.elapsed());
                    assert!(!busy.swap(true, Ordering::SeqCst), "two have the lock");
                    let seen = counter.load(Ordering::SeqCst);
                    sleep(MS).await;
                    counter.store(seen + 1, Ordering::SeqCst);
                    busy.store(false, Ordering::SeqCst);
                    assert!(lease.release().await);
                    got += 1;
                }
                (server, got, longest)
            });
        }
    }
    let (mut got, mut longest_wait) = ([0; 2], Duration::ZERO);
    while let Some(request) = requests.join_next().await {
        let (server, times, longest): (usize, u32, Duration) = request.unwrap();
        got[server] += times;
        longest_wait = longest_wait.max(longest);
    }
    assert_eq!(counter.load(Ordering::SeqCst), 2 * each);
    Contest { got, took: started.elapsed(), longest_wait }
}

async fn two_servers_with_16_requests_each_lose_no_update(node: Arc<dyn Node>) {
    let each = 300;
    let contest = contest(node, each).await;
    let a_second = f64::from(2 * each) / contest.took.as_secs_f64();
    eprintln!("{a_second:.0} increments/s, longest wait {} ms", contest.longest_wait.as_millis());
    assert_eq!(contest.got, [each; 2]);
    // Of the whole time: nobody waits until the other server has done all of its work.
    assert!(contest.longest_wait < contest.took / 2, "{:?} of {:?}", contest.longest_wait, contest.took);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_with_16_requests_each_lose_no_update_on_an_embedded_node() {
    two_servers_with_16_requests_each_lose_no_update(embedded()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_with_16_requests_each_lose_no_update_on_memcached() {
    let Some(server) = TestServer::start() else { return };
    two_servers_with_16_requests_each_lose_no_update(server.node(PATIENT.wait)).await;
}

#[tokio::test]
async fn requests_of_one_process_have_the_lock_in_the_order_in_which_they_came() {
    let (locks, node) = (Locks::new(), embedded());
    let first = acquire(&locks, &node, PATIENT).await.unwrap();
    assert_eq!(first.waited(), None);
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut requests = JoinSet::new();
    for number in 0..10 {
        let (locks, node, order) = (Arc::clone(&locks), Arc::clone(&node), Arc::clone(&order));
        requests.spawn(async move {
            let lease = acquire(&locks, &node, PATIENT).await.unwrap();
            assert!(lease.waited().is_some());
            order.lock().unwrap().push(number);
            lease.release().await
        });
        // Each is in the queue before the next comes.
        tokio::task::yield_now().await;
    }
    let before = value(&node).await;
    assert!(first.release().await);
    assert_eq!(value(&node).await, before, "handed on, not deleted");
    assert!(requests.join_all().await.into_iter().all(|ours| ours));
    assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
    assert_eq!((value(&node).await, locks.places.len()), (None, 0));
}

#[tokio::test]
async fn the_locks_of_two_sessions_have_nothing_to_do_with_each_other() {
    let (locks, node) = (Locks::new(), embedded());
    let _one = acquire(&locks, &node, PATIENT).await.unwrap();
    let other = SessionId::parse("b-n1").unwrap();
    let (lease, _) = locks.acquire(&other, &node, "lock:b-n1", PATIENT, Vec::new()).await.unwrap();
    assert_eq!(lease.waited(), None);
}

#[tokio::test]
async fn a_lock_says_whose_it_is_and_begins_as_msms() {
    let (locks, node) = (Locks::new(), embedded());
    let lease = acquire(&locks, &node, PATIENT).await.unwrap();
    let first = value(&node).await.unwrap();
    assert!(first.starts_with(&format!("locked {}-", std::process::id())), "{first}");
    lease.release().await;
    let _next = acquire(&locks, &node, PATIENT).await.unwrap();
    assert_ne!(value(&node).await.unwrap(), first);
}

#[tokio::test]
async fn a_late_release_leaves_the_successors_lock_alone() {
    let node = embedded();
    let lease = acquire(&Locks::new(), &node, PATIENT).await.unwrap();
    // As if it had expired, and another server had come.
    node.delete(KEY).await.unwrap();
    lock_as_msm(&node, Expiry::Never).await;
    assert!(!lease.release().await);
    assert_eq!(value(&node).await.as_deref(), Some("locked"));
}

#[tokio::test]
async fn a_lock_that_is_gone_or_anothers_is_noticed_by_its_renewal() {
    for taken_over in [false, true] {
        let (locks, node) = (Locks::new(), embedded());
        let lease = acquire(&locks, &node, PATIENT).await.unwrap();
        assert!(lease.is_held());
        node.delete(KEY).await.unwrap();
        if taken_over {
            lock_as_msm(&node, Expiry::Never).await;
        }
        sleep(PATIENT.expiration / 3 + 300 * MS).await;
        assert!(!lease.is_held());
        assert!(!lease.release().await);
        assert_eq!(value(&node).await.is_some(), taken_over);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_kept_for_as_long_as_it_is_needed_and_not_longer() {
    let Some(server) = TestServer::start() else { return };
    let node = server.node(PATIENT.wait);
    let short = LockOptions { expiration: Duration::from_secs(2), wait: 10 * MS };
    let locks = Locks::new();
    let lease = acquire(&locks, &node, short).await.unwrap();
    let others = Locks::new();
    for _ in 0..50 {
        sleep(100 * MS).await;
        assert!(lease.is_held());
        assert!(is_busy(&acquire(&others, &node, short).await.err().unwrap()));
    }
    assert!(lease.release().await);
    assert_eq!(value(&node).await, None);
    timeout(Duration::from_secs(5), async {
        while locks.renewing.load(Ordering::SeqCst) {
            sleep(MS).await;
        }
    })
    .await
    .expect("nobody renews when there is nothing to renew");
    assert!(acquire(&others, &node, short).await.is_ok());
}

/// A renewal changes what the release compares with.
#[tokio::test]
async fn a_renewal_that_nobody_heard_of_does_not_keep_the_lock_from_being_released() {
    let node = embedded();
    let lease = acquire(&Locks::new(), &node, PATIENT).await.unwrap();
    let item = node.get(KEY).await.unwrap().unwrap();
    node.set(KEY, item.value, item.flags, Expiry::seconds(5)).await.unwrap();
    assert!(lease.release().await);
    assert_eq!(value(&node).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_a_node_that_is_silent_is_lost_before_it_can_have_expired() {
    let Some(server) = TestServer::start() else { return };
    let node = server.node(300 * MS);
    let options = LockOptions { expiration: Duration::from_secs(3), wait: Duration::from_secs(1) };
    let before = Instant::now();
    let lease = acquire(&Locks::new(), &node, options).await.unwrap();
    server.freeze().await;
    while lease.is_held() {
        sleep(MS).await;
    }
    let held = before.elapsed();
    assert!(held < Duration::from_secs(2) + 100 * MS, "memcached's third second may be short: {held:?}");
    assert!(held >= Duration::from_millis(1900), "{held:?}");
    assert!(!lease.release().await);
    server.thaw();
    gone(&node).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_silent_for_less_than_that_costs_no_lock() {
    let Some(server) = TestServer::start() else { return };
    let node = server.node(300 * MS);
    let options = LockOptions { expiration: Duration::from_secs(5), wait: Duration::from_secs(1) };
    let lease = acquire(&Locks::new(), &node, options).await.unwrap();
    sleep(1200 * MS).await;
    // Over the first renewal, which is not answered.
    server.freeze().await;
    sleep(Duration::from_secs(1)).await;
    server.thaw();
    sleep(Duration::from_secs(3)).await;
    assert!(lease.is_held());
    assert!(lease.release().await);
    assert_eq!(value(&node).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_a_silent_node_may_have_stored_is_not_left_behind() {
    let Some(server) = TestServer::start() else { return };
    let node = server.node(200 * MS);
    node.ping().await.unwrap();
    server.freeze().await;
    let options = LockOptions { expiration: Duration::from_secs(60), wait: Duration::from_secs(1) };
    let failure = acquire(&Locks::new(), &node, options).await.err().unwrap();
    assert!(matches!(failure, LockFailure::Store(StoreError::Timeout { .. })), "{failure:?}");
    server.thaw();
    // memcached does now what it was asked for while it was silent.
    sleep(50 * MS).await;
    gone(&node).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(value(&node).await, None);
}

#[tokio::test]
async fn a_node_that_was_restarted_gives_its_lock_at_the_first_attempt() {
    let Some(mut server) = TestServer::start() else { return };
    let node = server.node(PATIENT.wait);
    node.ping().await.unwrap();
    // On one thread and without an await between, so that nothing tells the idle connection that it is dead.
    server.kill();
    server.restart();
    let lease = acquire(&Locks::new(), &node, PATIENT).await.unwrap();
    assert!(value(&node).await.is_some());
    assert!(lease.release().await);
    assert_eq!(value(&node).await, None);
    server.kill();
    let failure = acquire(&Locks::new(), &node, PATIENT).await.err().unwrap();
    assert!(matches!(failure, LockFailure::Store(StoreError::Unavailable { .. })), "{failure:?}");
}

#[tokio::test]
async fn whoever_gets_no_lock_has_waited_exactly_as_long_as_was_said() {
    let (locks, node) = (Locks::new(), embedded());
    let _lease = acquire(&locks, &node, PATIENT).await.unwrap();
    let options = LockOptions { wait: 200 * MS, ..PATIENT };
    for waiting in [&locks, &Locks::new()] {
        let before = Instant::now();
        let failure = acquire(waiting, &node, options).await.err().unwrap();
        let took = before.elapsed();
        assert!((200 * MS..260 * MS).contains(&took), "{took:?}");
        assert!(matches!(failure, LockFailure::Busy { waited } if waited >= 200 * MS && waited <= took));
    }
    assert_eq!(locks.places.len(), 1);
}

#[tokio::test]
async fn without_patience_there_is_one_attempt() {
    let (locks, node) = (Locks::new(), embedded());
    let options = LockOptions { wait: Duration::ZERO, ..PATIENT };
    let lease = acquire(&locks, &node, options).await.unwrap();
    assert!(is_busy(&acquire(&locks, &node, options).await.err().unwrap()));
    assert!(is_busy(&acquire(&Locks::new(), &node, options).await.err().unwrap()));
    lease.release().await;
    assert!(acquire(&Locks::new(), &node, options).await.is_ok());
}

#[tokio::test]
async fn a_lease_that_is_dropped_is_released() {
    let (locks, node) = (Locks::new(), embedded());
    drop(acquire(&locks, &node, PATIENT).await.unwrap());
    gone(&node).await;
    let lease = acquire(&locks, &node, PATIENT).await.unwrap();
    let release = lease.release();
    drop(release);
    timeout(PATIENT.wait, locks.idle()).await.expect("it is given back");
    assert_eq!((value(&node).await, locks.places.len()), (None, 0));
}

#[tokio::test]
async fn a_lock_of_msm_is_respected_and_waited_for() {
    let node = embedded();
    lock_as_msm(&node, Expiry::Never).await;
    let locks = Locks::new();
    let short = LockOptions { wait: 50 * MS, ..PATIENT };
    assert!(is_busy(&acquire(&locks, &node, short).await.err().unwrap()));
    let release = async {
        sleep(100 * MS).await;
        node.delete(KEY).await.unwrap();
        Instant::now()
    };
    let (lease, released) = tokio::join!(acquire(&locks, &node, PATIENT), release);
    let late = released.elapsed();
    assert!(late < 50 * MS, "{late:?}");
    assert!(lease.unwrap().waited().unwrap() >= 100 * MS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_no_longer_leaves_no_trace() {
    let Some(server) = TestServer::start() else { return };
    let node = server.node(PATIENT.wait);
    let locks = Locks::new();
    let mut requests = JoinSet::new();
    for i in 0..200 {
        let (locks, node) = (Arc::clone(&locks), Arc::clone(&node));
        // In the queue, while the node answers, with the lock in hand.
        let patience = Duration::from_micros(50 * i);
        requests.spawn(async move {
            let _ = timeout(patience, async {
                let _lease = acquire(&locks, &node, PATIENT).await.unwrap();
                sleep(MS).await;
            })
            .await;
        });
    }
    requests.join_all().await;
    gone(&node).await;
    sleep(50 * MS).await;
    assert_eq!((value(&node).await, locks.places.len()), (None, 0));
    assert_eq!(acquire(&locks, &node, PATIENT).await.unwrap().waited(), None);
}

/// Never more than one request there, so that nobody queues up who could be told to let others go first.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_the_lock_again_at_once_does_not_starve_another() {
    let Some(server) = TestServer::start() else { return };
    let node = server.node(PATIENT.wait);
    let greedy = {
        let node = Arc::clone(&node);
        tokio::spawn(async move {
            let locks = Locks::new();
            loop {
                let lease = acquire(&locks, &node, PATIENT).await.unwrap();
                sleep(30 * MS).await;
                lease.release().await;
            }
        })
    };
    sleep(100 * MS).await;
    let locks = Locks::new();
    let options = LockOptions { wait: Duration::from_secs(1), ..PATIENT };
    for _ in 0..5 {
        let lease = acquire(&locks, &node, options).await.unwrap();
        lease.release().await;
        sleep(100 * MS).await;
    }
    greedy.abort();
}

#[tokio::test]
async fn a_lock_of_the_nodes_before_a_reconfiguration_is_given_back_there() {
    let (locks, before, after) = (Locks::new(), embedded(), embedded());
    let lease = acquire(&locks, &before, PATIENT).await.unwrap();
    let (next, ours) = tokio::join!(acquire(&locks, &after, PATIENT), lease.release());
    assert!(ours);
    assert_eq!(value(&before).await, None);
    assert!(value(&after).await.is_some());
    assert!(next.unwrap().release().await);
    assert_eq!((value(&after).await, locks.places.len()), (None, 0));
}
