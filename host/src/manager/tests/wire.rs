//! Against a real memcached: what lies there, and that it is enough.

use super::*;
use crate::clock::SystemClock;
use crate::store::TestServer;

const PATIENT: Duration = Duration::from_secs(10);

fn manager(memcached: &TestServer, change: impl FnOnce(&mut ManagerConfig)) -> Manager {
    let mut config = ManagerConfig { session_backup_async: false, ..ManagerConfig::default() };
    config.session_backup_timeout = PATIENT;
    change(&mut config);
    let node = memcached.node(config.operation_timeout);
    let nodes = Nodes::of(vec![Member { id: Some("n1".to_owned()), failover: false, node }]).unwrap();
    let serializers = Serializers::one(Arc::new(Native::<Msgpack>::default()));
    Manager::start_with(&config, Some("tc1"), nodes, serializers, Arc::new(SystemClock)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_client_finds_the_session_under_msms_key_in_msms_envelope() {
    let Some(memcached) = TestServer::start() else { return };
    let server = manager(&memcached, |_| {});
    let id = create(&server, &[("foo", "bar")]).await;
    let info = memcached.ask(&format!("mg {id} f s t\r\n"), "\r\n").await;
    let flags = crate::session::ItemFlags::tagged(crate::session::format_tag("msgpack/1")).pack();
    assert!(info.starts_with("HD "), "{info:?}");
    assert!(info.contains(&format!(" f{flags} ")), "{info:?}");
    assert!(info.contains(" t1860") || info.contains(" t1859"), "{info:?}");

    let node = memcached.node(PATIENT);
    let item = node.get(&id).await.unwrap().unwrap();
    assert_eq!(&item.value[..4], [0, 2, 0, u8::try_from(52 + id.len()).unwrap()]);
    assert_eq!(&item.value[20..26], b"\0\0\x07\x0811", "1800 s, new, valid");
    assert_eq!(&item.value[44..44 + id.len()], id.as_bytes());
    assert_eq!(&item.value[44 + id.len()..52 + id.len()], [0; 8], "nobody logged in");
    assert_eq!(&item.value[52 + id.len()..], b"\x01\x93\xce\0\0\0\0\x81\xa3foo\xa3bar\xc0");
}

/// A manager that is dropped is one whose process was killed.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_the_server_that_did() {
    let Some(memcached) = TestServer::start() else { return };
    let server = manager(&memcached, |_| {});
    let id = create(&server, &[("n", "0")]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8 {
        let (server, id) = (server.clone(), id.clone());
        tasks.spawn(async move {
            for n in 0..20 {
                let finished = put(&server, &id, &[(&format!("{task}"), &n.to_string())]).await;
                assert_eq!(finished.backup, Backup::Stored);
            }
        });
    }
    tasks.join_all().await;
    drop(server);
    let server = manager(&memcached, |_| {});
    for task in 0..8 {
        assert_eq!(read(&server, &id, &task.to_string()).await.as_deref(), Some("19"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_stores_what_is_queued() {
    let Some(memcached) = TestServer::start() else { return };
    let server = manager(&memcached, |config| config.session_backup_async = true);
    let mut ids = Vec::new();
    for _ in 0..500 {
        ids.push(create(&server, &[("foo", "bar")]).await);
    }
    server.stop().await;
    let server = manager(&memcached, |_| {});
    for id in ids {
        assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_memcached_holds_up_nobody_longer_than_configured() {
    let Some(memcached) = TestServer::start() else { return };
    for backup_async in [false, true] {
        let server = manager(&memcached, |config| {
            config.session_backup_async = backup_async;
            config.session_backup_timeout = Duration::from_millis(100);
        });
        let id = create(&server, &[("foo", "1")]).await;
        memcached.freeze().await;
        let before = std::time::Instant::now();
        let finished = put(&server, &id, &[("foo", "2")]).await;
        let waited = before.elapsed();
        let (backup, limit) = if backup_async { (Backup::Queued, 50) } else { (Backup::Failed, 400) };
        assert_eq!(finished.backup, backup);
        assert!(waited < Duration::from_millis(limit), "{waited:?}");
        memcached.thaw();
        server.stop().await;
        assert_eq!(read(&manager(&memcached, |_| {}), &id, "foo").await.as_deref(), Some("2"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_over_the_item_limit_fails_with_what_would_help_and_lives_on_here() {
    let Some(memcached) = TestServer::start() else { return };
    let server = manager(&memcached, |_| {});
    let id = create(&server, &[]).await;
    let finished = put(&server, &id, &[("large", &"x".repeat(2 << 20))]).await;
    assert_eq!(finished.backup, Backup::Failed);
    assert!(finished.failure.unwrap().to_string().contains("-I 4m"));
    assert_eq!(read(&server, &id, "large").await.unwrap().len(), 2 << 20);
    let mut request = begin(&server, &id).await;
    request.remove_attribute("large").unwrap();
    assert_eq!(request.finish().await.unwrap().backup, Backup::Stored);
    drop(server);
    assert!(exists(&manager(&memcached, |_| {}), &id).await);
}
