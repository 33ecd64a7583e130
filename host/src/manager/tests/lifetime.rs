//! How sessions begin and end, and what keeps them alive.

use super::*;

#[tokio::test]
async fn an_id_names_a_random_node_and_the_server() {
    let world = World::new();
    let server = world.server(Some("tc1"));
    let mut nodes = [0; 2];
    for _ in 0..100 {
        let id = SessionId::parse(&create(&server, &[]).await).unwrap();
        assert!(id.names_a_node());
        assert_eq!((id.sid().len(), id.jvm_route()), (32, Some("tc1")));
        nodes[usize::from(id.node() == Some("n2"))] += 1;
    }
    assert!(nodes.iter().all(|&count| count > 20), "{nodes:?}");
}

#[tokio::test]
async fn without_a_name_the_only_node_leaves_no_trace_in_the_id() {
    let world = World::with_nodes(&[""]);
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    assert!(!id.contains('-'));
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"));
}

#[tokio::test]
async fn an_id_that_is_none_is_like_no_id() {
    let world = World::new();
    let server = world.server(None);
    for bad in ["12345", "a b-n1", "", "lock:x-n1", "foo-n9", "foo-", "ä-n1"] {
        assert!(!exists(&server, bad).await, "{bad}");
    }
    assert_eq!(world.gets(), 0, "no node was bothered");
}

#[tokio::test]
async fn an_unknown_id_is_asked_for_once_in_half_a_second() {
    let world = World::new();
    let server = world.server(None);
    for _ in 0..10 {
        assert!(!exists(&server, "0123456789ABCDEF0123456789ABCDEF-n1").await);
    }
    assert_eq!(world.gets(), 1);
    world.clock.advance_ms(500);
    assert!(!exists(&server, "0123456789ABCDEF0123456789ABCDEF-n1").await);
    assert_eq!(world.gets(), 2);
}

#[tokio::test]
async fn times_are_those_of_tomcat() {
    let world = World::new();
    let server = world.server(None);
    let mut request = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
    let session = request.create().unwrap();
    assert!(session.is_new);
    assert_eq!((session.creation_time, session.last_accessed_time), (NOON_MS, NOON_MS));
    let id = request.finish().await.unwrap().session.unwrap().id.to_string();
    let header = Envelope::decode(&world.stored(&id).await.unwrap().value).unwrap().header;
    assert_eq!((header.is_new, header.is_valid, header.this_accessed_time), (true, true, NOON_MS));
    assert_eq!(header.last_backup_time, NOON_MS);

    world.clock.advance_ms(5_000);
    exists(&server, &id).await;
    world.clock.advance_ms(7_000);
    put(&server, &id, &[("foo", "bar")]).await;
    let header = Envelope::decode(&world.stored(&id).await.unwrap().value).unwrap().header;
    assert!(!header.is_new);
    assert_eq!((header.creation_time, header.max_inactive_interval), (NOON_MS, 1800));
    assert_eq!((header.last_accessed_time, header.this_accessed_time), (NOON_MS + 5_000, NOON_MS + 12_000));
    assert_eq!(header.id, id);
}

#[tokio::test]
async fn an_idle_session_is_not_served_any_more_and_is_deleted() {
    let mut world = World::new();
    world.config.max_inactive_interval = 1;
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    world.clock.advance_ms(2_100);
    assert!(!exists(&server, &id).await);
    assert_eq!(server.sessions(), 0);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(world.stored(&id).await.is_none());
    assert_eq!(server.counts().sessions_expired, 1);
}

#[tokio::test]
async fn a_sweep_ends_idle_sessions_here_and_on_their_nodes() {
    let mut world = World::new();
    world.config.max_inactive_interval = 1;
    let server = world.server(None);
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(create(&server, &[]).await);
    }
    world.clock.advance_ms(999);
    server.sweep().await;
    assert_eq!(server.sessions(), 20);
    world.clock.advance_ms(1);
    server.sweep().await;
    assert_eq!(server.sessions(), 0);
    for id in ids {
        assert!(world.stored(&id).await.is_none());
    }
    assert_eq!(world.sets(), 20, "what has expired is not stored again");
}

/// Without a jvmRoute two servers may have a session under one id.
#[tokio::test]
async fn a_session_that_expired_here_and_lives_at_another_server_is_not_deleted() {
    let mut world = World::new();
    world.config.max_inactive_interval = 10;
    let (server, other) = (world.server(None), world.server(None));
    let id = create(&server, &[]).await;
    world.clock.advance_ms(9_000);
    put(&other, &id, &[("foo", "bar")]).await;
    world.clock.advance_ms(9_000);
    server.sweep().await;
    assert_eq!(server.sessions(), 0);
    assert!(world.stored(&id).await.is_some());
}

#[tokio::test]
async fn a_session_in_use_does_not_expire() {
    let mut world = World::new();
    world.config.max_inactive_interval = 1;
    let server = world.server(None);
    let id = create(&server, &[]).await;
    let mut request = begin(&server, &id).await;
    request.set_attribute("foo", &text("bar")).unwrap();
    world.clock.advance_ms(5_000);
    server.sweep().await;
    assert_eq!(request.finish().await.unwrap().backup, Backup::Stored);
}

#[tokio::test]
async fn a_session_that_is_only_read_stays_alive_on_its_node_as_long_as_here() {
    let mut world = World::new();
    world.config.max_inactive_interval = 4;
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    for _ in 0..100 {
        world.clock.advance_ms(2_000);
        assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"));
        server.refresh().await;
        server.sweep().await;
        // What another server would say that takes over now.
        assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"));
    }
    world.clock.advance_ms(4_500);
    server.refresh().await;
    assert!(!exists(&server, &id).await);
}

#[tokio::test]
async fn a_session_is_refreshed_at_half_of_its_interval_and_only_if_it_was_used() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    world.clock.advance_ms(899_000);
    exists(&server, &id).await;
    server.refresh().await;
    assert_eq!(world.sets(), 1);
    world.clock.advance_ms(1_000);
    server.refresh().await;
    assert_eq!(world.sets(), 2);
    assert_eq!(world.node_of(&id).expiry(&id), Expiry::seconds(1859), "less the idle second");
    world.clock.advance_ms(1_700_000);
    server.refresh().await;
    assert_eq!(world.sets(), 2);
    assert_eq!(server.counts().sessions_refreshed, 1);
}

#[tokio::test]
async fn an_invalidated_session_is_gone_everywhere() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    let mut request = begin(&server, &id).await;
    request.invalidate().unwrap();
    assert!(request.session().is_none());
    let finished = request.finish().await.unwrap();
    assert!(finished.session.is_none());
    assert_eq!(finished.backup, Backup::Stored);
    assert!(world.stored(&id).await.is_none());
    assert_eq!(server.sessions(), 0);
    assert!(!exists(&server, &id).await);
    assert_eq!(world.gets(), 0, "that it is gone is remembered");
}

#[tokio::test]
async fn after_an_invalidation_the_same_request_can_make_a_new_session() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    let mut request = begin(&server, &id).await;
    request.invalidate().unwrap();
    request.create().unwrap();
    let finished = request.finish().await.unwrap();
    let new = finished.session.unwrap().id.to_string();
    assert_ne!(new, id);
    assert!(world.stored(&id).await.is_none());
    assert_eq!(read(&server, &new, "foo").await, None);
}

#[tokio::test]
async fn a_renewed_session_has_a_new_id_and_the_old_one_is_worth_nothing() {
    let world = World::new();
    let server = world.server(Some("tc1"));
    let old = create(&server, &[("foo", "bar")]).await;
    let mut request = begin(&server, &old).await;
    request.renew().unwrap();
    request.set_attribute("user", &text("alice")).unwrap();
    let finished = request.finish().await.unwrap();
    let new = finished.session.unwrap().id.to_string();
    assert_ne!(new.split('-').next(), old.split('-').next());
    assert_eq!(finished.backup, Backup::Stored);
    let deletes: usize = world.nodes.iter().map(|(_, node)| node.deletes.load(Ordering::Relaxed)).sum();
    assert_eq!((world.sets(), deletes), (2, 1));
    for server in [server, world.server(Some("tc1"))] {
        assert!(!exists(&server, &old).await);
        assert_eq!(read(&server, &new, "foo").await.as_deref(), Some("bar"));
        assert_eq!(read(&server, &new, "user").await.as_deref(), Some("alice"));
    }
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    server.stop().await;
    let refused = server.begin(RequestInfo::new("GET", "/"), Some(&id)).await;
    assert!(matches!(refused.err(), Some(ManagerError::Stopped)));
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"));
}

#[tokio::test]
async fn there_are_never_more_sessions_than_allowed() {
    let mut world = World::new();
    world.config.max_active_sessions = Some(2);
    let server = world.server(None);
    let first = create(&server, &[]).await;
    create(&server, &[]).await;
    let mut third = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
    let error = third.create().unwrap_err();
    assert!(matches!(error, ManagerError::TooManySessions { limit: 2 }));
    assert_eq!(server.counts().sessions_rejected, 1);
    server.delete(&SessionId::parse(&first).unwrap()).await.unwrap();
    third.create().unwrap();
    assert_eq!(third.finish().await.unwrap().backup, Backup::Stored);
}

#[tokio::test]
async fn several_managers_live_in_one_process_and_know_nothing_of_each_other() {
    let mut world = World::new();
    let shop = world.server(None);
    world.config.storage_key_prefix =
        crate::config::KeyPrefix::parse("static:www.example.com-blog", crate::config::PrefixNames::default())
            .unwrap();
    let blog = world.server(None);
    let id = create(&blog, &[("foo", "bar")]).await;
    assert!(!exists(&shop, &id).await);
    let key = format!("www.example.com-blog_{id}");
    assert!(world.node_of(&id).inner.get(&key).await.unwrap().is_some());
    assert_eq!((shop.sessions(), blog.sessions()), (0, 1));
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"));
}

#[test]
fn a_manager_needs_a_runtime() {
    let world = World::new();
    let member = Member { id: None, failover: false, node: Arc::clone(&world.nodes[0].1) as Arc<dyn Node> };
    let nodes = Nodes::of(vec![member]).unwrap();
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let started = Manager::start_with(&world.config, None, nodes, world.serializers.clone(), clock);
    assert_eq!(started.err(), Some(StartError::NoRuntime));
}
