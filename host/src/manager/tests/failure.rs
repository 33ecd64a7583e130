//! Nodes that fail or are slow, and values that cannot be stored.

use super::*;

#[tokio::test]
async fn a_backup_that_fails_is_no_success_and_is_tried_once() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    world.node_of(&id).set_down(true);
    let finished = put(&server, &id, &[("foo", "2")]).await;
    assert_eq!(finished.backup, Backup::Failed);
    assert!(matches!(finished.failure, Some(ManagerError::Store(_))));
    assert_eq!(world.sets(), 2);
    assert_eq!(server.counts().backup_failures, 1);
    assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("2"), "the change counts here");
}

#[tokio::test]
async fn a_backup_that_failed_is_made_up_for_when_the_node_is_back() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    let node = world.node_of(&id);
    node.set_down(true);
    put(&server, &id, &[("foo", "2")]).await;
    server.refresh().await;
    node.set_down(false);
    server.refresh().await;
    let sets = world.sets();
    server.refresh().await;
    assert_eq!(world.sets(), sets, "once is enough");
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_read_that_finds_a_change_unstored_stores_it() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    world.node_of(&id).set_down(true);
    put(&server, &id, &[("foo", "2")]).await;
    world.node_of(&id).set_down(false);
    let mut request = begin(&server, &id).await;
    request.attributes().unwrap();
    assert_eq!(request.finish().await.unwrap().backup, Backup::Stored);
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_node_that_is_down_gets_one_attempt_in_each_pass_of_upkeep() {
    let world = World::with_nodes(&["n1"]);
    let server = world.server(None);
    for _ in 0..50 {
        create(&server, &[]).await;
    }
    world.nodes[0].1.set_down(true);
    world.clock.advance_ms(1_000_000);
    let keys = world.nodes[0].1.inner.keys().await.unwrap();
    for id in &keys {
        exists(&server, id).await;
    }
    let before = world.sets();
    server.refresh().await;
    assert_eq!(world.sets(), before + 1);
}

#[tokio::test]
async fn a_session_on_a_node_that_is_down_is_an_error_and_not_unknown() {
    let world = World::new();
    let id = create(&world.server(None), &[]).await;
    let server = world.server(None);
    world.node_of(&id).set_down(true);
    let refused = server.begin(RequestInfo::new("GET", "/"), Some(&id)).await;
    assert!(matches!(refused.err(), Some(ManagerError::Store(_))));
    world.node_of(&id).set_down(false);
    assert!(exists(&server, &id).await, "it is not remembered as missing");
}

#[tokio::test]
async fn an_answer_waits_no_longer_than_the_backup_timeout_and_the_backup_goes_on() {
    let mut world = World::with_nodes(&["n1"]);
    world.config.session_backup_timeout = Duration::from_millis(20);
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    let gate = world.nodes[0].1.hold();
    let finished = put(&server, &id, &[("foo", "2")]).await;
    assert_eq!(finished.backup, Backup::Failed);
    assert_eq!(finished.failure.unwrap().to_string(), "the session was not stored within 20 ms");
    gate.add_permits(1);
    server.stop().await;
    assert_eq!(world.sets(), 2, "it was the same attempt");
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_slow_backup_is_never_overtaken_by_a_later_one() {
    let mut world = World::with_nodes(&["n1"]);
    world.config.session_backup_timeout = Duration::from_millis(5);
    let server = world.server(None);
    let id = create(&server, &[("foo", "0")]).await;
    let node = &world.nodes[0].1;
    let gate = node.hold();
    assert_eq!(put(&server, &id, &[("foo", "1")]).await.backup, Backup::Failed);
    node.let_pass();
    for n in ["2", "3"] {
        assert_eq!(put(&server, &id, &[("foo", n)]).await.backup, Backup::Failed);
    }
    assert_eq!(world.sets(), 2, "the others wait for their turn");
    gate.add_permits(1);
    server.stop().await;
    assert_eq!(world.sets(), 3, "they were stored together");
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("3"));
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_the_backup_of_its_change() {
    let world = World::with_nodes(&["n1"]);
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    let gate = world.nodes[0].1.hold();
    let mut request = begin(&server, &id).await;
    request.set_attribute("foo", &text("2")).unwrap();
    let gone = tokio::time::timeout(Duration::from_millis(5), request.finish()).await;
    assert!(gone.is_err());
    gate.add_permits(1);
    server.stop().await;
    assert_eq!(world.sets(), 2);
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn in_asynchronous_mode_a_node_that_does_not_answer_holds_up_no_request_and_no_other_node() {
    let mut world = World::new();
    world.config.session_backup_async = true;
    let server = world.server(None);
    let gate = world.nodes[0].1.hold();
    let mut ids = Vec::new();
    for _ in 0..100 {
        ids.push(create(&server, &[]).await);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    for id in &ids {
        assert_eq!(world.stored(id).await.is_some(), id.ends_with("-n2"));
    }
    gate.add_permits(1);
    server.stop().await;
    for id in &ids {
        assert!(world.stored(id).await.is_some());
    }
}

#[tokio::test]
async fn a_queued_backup_that_fails_is_counted_and_made_up_for() {
    let mut world = World::with_nodes(&["n1"]);
    world.config.session_backup_async = true;
    let server = world.server(None);
    world.nodes[0].1.set_down(true);
    let id = create(&server, &[("foo", "bar")]).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(server.counts().backup_failures, 1);
    world.nodes[0].1.set_down(false);
    server.stop().await;
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"));
}

#[tokio::test]
async fn a_session_that_could_not_be_deleted_is_dead_all_the_same() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[]).await;
    let node = world.node_of(&id);
    node.set_down(true);
    let mut request = begin(&server, &id).await;
    request.invalidate().unwrap();
    let finished = request.finish().await.unwrap();
    assert_eq!((finished.backup, finished.session.is_some()), (Backup::Failed, false));
    node.set_down(false);
    world.clock.advance_ms(10_000);
    assert!(!exists(&server, &id).await);
    assert!(world.stored(&id).await.is_some());
    server.refresh().await;
    assert!(world.stored(&id).await.is_none(), "tried again");
}

#[tokio::test]
async fn a_session_can_be_deleted_whether_it_is_here_or_there_or_nowhere() {
    let world = World::new();
    let (server, other) = (world.server(None), world.server(None));
    let (here, there) = (create(&server, &[]).await, create(&other, &[]).await);
    for id in [here.as_str(), &there, "unknown-n1", "without-node9"] {
        server.delete(&SessionId::parse(id).unwrap()).await.unwrap();
        assert!(!exists(&server, id).await);
    }
    assert!(world.stored(&here).await.is_none());
    assert!(world.stored(&there).await.is_none());
}

#[tokio::test]
async fn a_value_that_cannot_be_stored_is_refused_with_its_path_and_changes_nothing() {
    for backup_async in [false, true] {
        let mut world = World::new();
        world.config.session_backup_async = backup_async;
        let server = world.server(None);
        let id = create(&server, &[("foo", "1")]).await;
        world.serializer.refuses.lock().unwrap().push("thread");
        let mut request = begin(&server, &id).await;
        request.set_attribute("foo", &text("2")).unwrap();
        request.set_attribute("thread", &text("main")).unwrap();
        let error = request.finish().await.unwrap_err();
        assert_eq!(error.to_string(), "serializer 'msgpack' cannot hold /thread/deep/inside: too strange");
        assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("1"));
        assert_eq!(server.counts().backup_failures, 1);
        let mut request = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
        request.create().unwrap();
        request.set_attribute("thread", &text("main")).unwrap();
        assert!(matches!(request.finish().await, Err(ManagerError::Unserializable { .. })));
        assert_eq!(server.sessions(), 1);
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_stored_is_left_out_if_that_is_configured() {
    let mut world = World::new();
    world.config.on_unserializable = crate::config::OnUnserializable::Skip;
    let server = world.server(None);
    world.serializer.refuses.lock().unwrap().extend(["thread", "socket"]);
    let id = create(&server, &[("thread", "1"), ("foo", "2"), ("socket", "3")]).await;
    let stored = codec::thaw(&world.stored_document(&id).await).unwrap();
    assert_eq!(stored.names().collect::<Vec<_>>(), ["foo"]);
    assert_eq!(read(&server, &id, "thread").await.as_deref(), Some("1"), "it is kept in memory");
    assert_eq!(server.counts().attributes_skipped, 2);
    assert_eq!(put(&server, &id, &[("thread", "1")]).await.backup, Backup::Unchanged);
}

/// Whoever knows the old id must not have the session for as long as the node does not answer.
#[tokio::test]
async fn a_renewed_session_that_is_not_stored_yet_is_not_found_under_its_old_id() {
    let world = World::with_nodes(&["n1"]);
    let server = world.server(None);
    let old = create(&server, &[("foo", "bar")]).await;
    world.nodes[0].1.set_down(true);
    let mut request = begin(&server, &old).await;
    request.renew().unwrap();
    let finished = request.finish().await.unwrap();
    assert_eq!(finished.backup, Backup::Failed);
    world.nodes[0].1.set_down(false);
    world.clock.advance_ms(10_000);
    assert!(!exists(&server, &old).await);
    assert!(world.stored(&old).await.is_some(), "it is all there is");
    server.refresh().await;
    assert!(world.stored(&old).await.is_none());
    assert_eq!(server.sessions(), 1);
    let new = finished.session.unwrap().id.to_string();
    assert_eq!(read(&world.server(None), &new, "foo").await.as_deref(), Some("bar"));
}

/// Many requests of few sessions on nodes that lose writes and lie about others; then the server dies.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_acknowledged_change_is_lost_whatever_the_nodes_do() {
    for backup_async in [false, true] {
        let mut world = World::new();
        world.config.session_backup_async = backup_async;
        world.config.session_backup_timeout = Duration::from_secs(10);
        let server = world.server(None);
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(create(&server, &[]).await);
        }
        for (_, node) in &world.nodes {
            node.flaky.store(true, Ordering::Relaxed);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..12 {
            let (server, id) = (server.clone(), ids[task % ids.len()].clone());
            tasks.spawn(async move {
                let name = format!("of{task}");
                let (mut acknowledged, mut last) = (None, 0);
                for n in 0..100 {
                    if n % 10 == 9 {
                        server.refresh().await;
                    }
                    let backup = if n % 3 == 2 {
                        let mut request = begin(&server, &id).await;
                        assert_eq!(rmp_text(&request.attribute(&name).unwrap().unwrap()), last.to_string());
                        request.finish().await.unwrap().backup
                    } else {
                        last = n;
                        put(&server, &id, &[(&name, &n.to_string())]).await.backup
                    };
                    if backup.is_acknowledgement() {
                        acknowledged = Some(last);
                    }
                }
                (id, name, acknowledged)
            });
        }
        let outcomes = tasks.join_all().await;
        drop(server);
        let server = world.server(None);
        for (id, name, acknowledged) in outcomes {
            let found = read(&server, &id, &name).await.map(|text| text.parse::<i32>().unwrap());
            assert!(found >= acknowledged, "{name} of {id}: {found:?}, acknowledged was {acknowledged:?}");
            assert!(backup_async || acknowledged.is_some());
        }
    }
}

#[tokio::test]
async fn a_session_that_left_its_node_is_found_by_its_old_id_as_soon_as_that_is_back() {
    let mut world = World::new();
    world.config.sticky = false;
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    let node = world.node_of(&id);
    node.set_down(true);
    world.clock.advance_ms(1);
    let finished = put(&server, &id, &[("foo", "2")]).await;
    assert_ne!(finished.session.unwrap().id.to_string(), id);
    node.set_down(false);
    assert!(world.stored(&id).await.is_some(), "it could not be deleted, and is not yet");
    assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("2"));
}
