//! When a session is stored, and what is counted.

use super::*;

#[tokio::test]
async fn a_session_is_stored_when_it_is_made_and_when_it_is_changed_and_not_when_it_is_not_accessed() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    assert_eq!(world.sets(), 1);
    assert_eq!(put(&server, &id, &[("foo", "baz")]).await.backup, Backup::Stored);
    assert_eq!(world.sets(), 2);
    let untouched = begin(&server, &id).await.finish().await.unwrap();
    assert_eq!((untouched.backup, world.sets()), (Backup::Skipped, 2));
    assert_eq!(server.counts().no_session_access, 1);
}

#[tokio::test]
async fn a_session_whose_attributes_are_not_touched_is_not_serialized() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    let calls = world.serializer.serialized.load(Ordering::Relaxed);
    let mut request = begin(&server, &id).await;
    assert!(request.session().is_some());
    assert_eq!(request.finish().await.unwrap().backup, Backup::Skipped);
    assert_eq!(world.serializer.serialized.load(Ordering::Relaxed), calls);
    assert_eq!(server.counts().no_attributes_access, 1);
}

#[tokio::test]
async fn reading_or_setting_what_is_there_leaves_the_copy_as_it_is() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    let mut request = begin(&server, &id).await;
    assert_eq!(request.attribute("foo").unwrap().as_deref(), Some(&text("bar")[..]));
    assert_eq!(request.finish().await.unwrap().backup, Backup::Unchanged);
    assert_eq!(put(&server, &id, &[("foo", "bar")]).await.backup, Backup::Unchanged);
    assert_eq!(world.sets(), 1);
    assert_eq!(server.counts().no_session_modification, 2);
}

#[tokio::test]
async fn a_change_that_is_undone_in_the_same_request_leaves_the_copy_as_it_is() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    assert_eq!(put(&server, &id, &[("foo", "x"), ("foo", "bar")]).await.backup, Backup::Unchanged);
    assert_eq!(world.sets(), 1);
}

/// MSM compares times in milliseconds, and misses what happens within one.
#[tokio::test]
async fn changes_within_one_millisecond_are_all_stored() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("n", "0")]).await;
    for n in 1..=100 {
        assert_eq!(put(&server, &id, &[("n", &n.to_string())]).await.backup, Backup::Stored);
    }
    assert_eq!(world.sets(), 101);
    assert_eq!(read(&world.server(None), &id, "n").await.as_deref(), Some("100"));
}

#[tokio::test]
async fn a_filter_decides_what_is_stored_and_what_counts_as_access() {
    let mut world = World::new();
    world.config.session_attribute_filter = Some(Pattern::new("^(foo|bar)$").unwrap());
    let server = world.server(None);
    let id = create(&server, &[("foo", "1"), ("bar", "2"), ("baz", "3")]).await;
    let stored = codec::thaw(&world.stored_document(&id).await).unwrap();
    assert_eq!(stored.names().collect::<Vec<_>>(), ["foo", "bar"]);

    let calls = world.serializer.serialized.load(Ordering::Relaxed);
    assert_eq!(put(&server, &id, &[("baz", "4")]).await.backup, Backup::Skipped);
    assert_eq!(world.serializer.serialized.load(Ordering::Relaxed), calls);
    assert_eq!(server.counts().no_attributes_access, 1);
    assert_eq!(read(&server, &id, "baz").await.as_deref(), Some("4"), "it is kept in memory");
    assert_eq!(put(&server, &id, &[("foo", "5"), ("baz", "6")]).await.backup, Backup::Stored);
}

#[tokio::test]
async fn a_removed_attribute_stays_removed() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "1"), ("bar", "2")]).await;
    let mut request = begin(&server, &id).await;
    assert!(request.remove_attribute("foo").unwrap());
    assert!(!request.remove_attribute("foo").unwrap());
    assert_eq!(request.finish().await.unwrap().backup, Backup::Stored);
    for server in [server, world.server(None)] {
        assert_eq!(read(&server, &id, "foo").await, None);
        assert_eq!(read(&server, &id, "bar").await.as_deref(), Some("2"));
    }
}

#[tokio::test]
async fn a_new_interval_is_stored_though_no_attribute_was_changed() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[]).await;
    let mut request = begin(&server, &id).await;
    request.set_max_inactive_interval(60).unwrap();
    let finished = request.finish().await.unwrap();
    assert_eq!((finished.backup, finished.session.unwrap().max_inactive_interval), (Backup::Stored, 60));
    assert_eq!(world.node_of(&id).expiry(&id), Expiry::seconds(120));
    let mut elsewhere = begin(&world.server(None), &id).await;
    assert_eq!(elsewhere.session().unwrap().max_inactive_interval, 60);
}

#[tokio::test]
async fn a_session_that_never_ends_is_stored_for_ever() {
    let mut world = World::new();
    world.config.max_inactive_interval = -1;
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    assert_eq!(world.node_of(&id).expiry(&id), Expiry::Never);
    world.clock.advance_ms(100 * 365 * 86_400_000);
    server.sweep().await;
    assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"));
}

#[tokio::test]
async fn a_queued_session_is_on_its_node_soon() {
    let mut world = World::new();
    world.config.session_backup_async = true;
    let server = world.server(None);
    let mut request = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
    request.create().unwrap();
    let finished = request.finish().await.unwrap();
    assert_eq!(finished.backup, Backup::Queued);
    let id = finished.session.unwrap().id.to_string();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        if world.stored(&id).await.is_some() {
            return;
        }
    }
    panic!("not stored after 50 ms");
}

#[tokio::test]
async fn changes_that_wait_together_are_stored_together_and_in_order() {
    let mut world = World::new();
    world.config.session_backup_async = true;
    let server = world.server(None);
    let id = create(&server, &[]).await;
    for n in 0..100 {
        assert_eq!(put(&server, &id, &[("n", &n.to_string())]).await.backup, Backup::Queued);
    }
    server.stop().await;
    assert!(world.sets() < 100, "{} sets", world.sets());
    assert_eq!(read(&world.server(None), &id, "n").await.as_deref(), Some("99"));
}

#[tokio::test]
async fn a_read_after_a_change_that_is_still_queued_is_no_acknowledgement() {
    let mut world = World::new();
    world.config.session_backup_async = true;
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    let mut request = begin(&server, &id).await;
    request.attributes().unwrap();
    assert_eq!(request.finish().await.unwrap().backup, Backup::Queued);
}

#[tokio::test]
async fn requests_are_counted_with_and_without_a_session() {
    let world = World::new();
    let server = world.server(None);
    let none = server.begin(RequestInfo::new("GET", "/"), None).await.unwrap();
    none.finish().await.unwrap();
    create(&server, &[]).await;
    begin(&server, "unknown-n1").await.finish().await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.requests_without_session, counts.requests_with_session), (1, 2));
    assert_eq!((counts.sessions_created, counts.backups), (1, 1));
}

#[tokio::test]
async fn statistics_that_are_off_stay_zero() {
    let mut world = World::new();
    world.config.enable_statistics = false;
    let server = world.server(None);
    let id = create(&server, &[("foo", "bar")]).await;
    put(&server, &id, &[("foo", "baz")]).await;
    assert_eq!(server.counts(), Counts::default());
}

#[tokio::test]
async fn an_etag_changes_with_the_content_and_is_the_same_at_every_server() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("foo", "1")]).await;
    async fn etag(server: &Manager, id: &str) -> String {
        begin(server, id).await.session().unwrap().etag()
    }
    let first = etag(&server, &id).await;
    assert_eq!(etag(&server, &id).await, first);
    assert_eq!(etag(&world.server(None), &id).await, first);
    let second = put(&server, &id, &[("foo", "2")]).await.session.unwrap().etag();
    assert_ne!(second, first);
    assert_eq!(etag(&server, &id).await, second);
    let mut request = begin(&server, &id).await;
    request.set_max_inactive_interval(7).unwrap();
    assert_ne!(request.finish().await.unwrap().session.unwrap().etag(), second);
}
