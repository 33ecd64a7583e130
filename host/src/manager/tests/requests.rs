//! Requests of one session side by side, and requests that are ignored.

use super::*;

#[tokio::test]
async fn two_requests_that_change_two_attributes_both_count() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0"), ("b", "0")]).await;
    let (mut first, mut second) = (begin(&server, &id).await, begin(&server, &id).await);
    first.set_attribute("a", &text("1")).unwrap();
    second.remove_attribute("b").unwrap();
    second.set_attribute("c", &text("2")).unwrap();
    first.finish().await.unwrap();
    second.finish().await.unwrap();
    for server in [server, world.server(None)] {
        assert_eq!(read(&server, &id, "a").await.as_deref(), Some("1"));
        assert_eq!(read(&server, &id, "b").await, None);
        assert_eq!(read(&server, &id, "c").await.as_deref(), Some("2"));
    }
}

#[tokio::test]
async fn of_two_requests_that_change_one_attribute_the_later_counts() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let (mut first, mut second) = (begin(&server, &id).await, begin(&server, &id).await);
    second.set_attribute("a", &text("2")).unwrap();
    first.set_attribute("a", &text("1")).unwrap();
    second.finish().await.unwrap();
    first.finish().await.unwrap();
    assert_eq!(read(&world.server(None), &id, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn replacing_all_attributes_removes_what_another_request_has_added() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let mut replacing = begin(&server, &id).await;
    let mut all = holdfast_document::AttributeMap::default();
    all.set("only", &text("me")).unwrap();
    replacing.replace_attributes(all).unwrap();
    put(&server, &id, &[("b", "1")]).await;
    let session = replacing.finish().await.unwrap().session.unwrap();
    let map = codec::thaw(&session.document).unwrap();
    assert_eq!(map.names().collect::<Vec<_>>(), ["only"]);
}

/// Increments that are bound to what was read, again and again until they count.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guarded_increments_from_many_sides_are_all_counted() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("n", "0")]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (server, id) = (server.clone(), id.clone());
        tasks.spawn(async move {
            for _ in 0..50 {
                loop {
                    let mut request = begin(&server, &id).await;
                    request.only_if_unchanged();
                    let n: u32 = rmp_text(&request.attribute("n").unwrap().unwrap()).parse().unwrap();
                    request.set_attribute("n", &text(&(n + 1).to_string())).unwrap();
                    match request.finish().await {
                        Ok(finished) => {
                            assert_eq!(finished.backup, Backup::Stored);
                            break;
                        }
                        Err(error) => assert!(matches!(error, ManagerError::Conflict { .. }), "{error}"),
                    }
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(read(&world.server(None), &id, "n").await.as_deref(), Some("400"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_changes_of_concurrent_requests_are_on_the_node() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8 {
        let (server, id) = (server.clone(), id.clone());
        tasks.spawn(async move {
            for n in 0..50 {
                let name = format!("{task}.{n}");
                assert_eq!(put(&server, &id, &[(&name, "x")]).await.backup, Backup::Stored);
            }
        });
    }
    tasks.join_all().await;
    let stored = codec::thaw(&world.stored_document(&id).await).unwrap();
    assert_eq!(stored.len(), 400);
}

#[tokio::test]
async fn a_change_is_refused_when_the_session_has_been_changed_meanwhile_and_that_was_asked_for() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let mut guarded = begin(&server, &id).await;
    guarded.only_if_unchanged();
    guarded.set_attribute("a", &text("1")).unwrap();
    put(&server, &id, &[("b", "1")]).await;
    assert!(matches!(guarded.finish().await, Err(ManagerError::Conflict { .. })));
    assert_eq!(read(&server, &id, "a").await.as_deref(), Some("0"));
    assert_eq!(server.counts().conflicts, 1);
}

#[tokio::test]
async fn a_session_is_not_ended_by_a_request_that_has_not_seen_its_last_change_if_that_was_asked_for() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let mut guarded = begin(&server, &id).await;
    guarded.only_if_unchanged();
    guarded.invalidate().unwrap();
    put(&server, &id, &[("a", "1")]).await;
    assert!(matches!(guarded.finish().await, Err(ManagerError::Conflict { .. })));
    assert_eq!(read(&server, &id, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn of_two_requests_that_end_a_session_neither_fails() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[]).await;
    let (mut first, mut second) = (begin(&server, &id).await, begin(&server, &id).await);
    first.invalidate().unwrap();
    second.invalidate().unwrap();
    assert_eq!(first.finish().await.unwrap().backup, Backup::Stored);
    assert_eq!(second.finish().await.unwrap().backup, Backup::Skipped);
}

#[tokio::test]
async fn a_request_that_is_given_up_has_changed_nothing() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let mut request = begin(&server, &id).await;
    request.set_attribute("a", &text("1")).unwrap();
    drop(request);
    assert_eq!(read(&server, &id, "a").await.as_deref(), Some("0"));
    let mut request = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
    request.create().unwrap();
    drop(request);
    assert_eq!(server.sessions(), 1);
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_takes_no_changes_and_does_not_come_back() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let mut changing = begin(&server, &id).await;
    changing.set_attribute("a", &text("1")).unwrap();
    let mut ending = begin(&server, &id).await;
    ending.invalidate().unwrap();
    ending.finish().await.unwrap();
    assert!(matches!(changing.finish().await, Err(ManagerError::Ended { .. })));
    assert!(world.stored(&id).await.is_none());
}

/// Whoever has the old id must not learn the new one.
#[tokio::test]
async fn a_request_that_runs_while_the_session_gets_a_new_id_does_not_learn_it() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let (mut reading, mut changing) = (begin(&server, &id).await, begin(&server, &id).await);
    reading.attributes().unwrap();
    changing.set_attribute("a", &text("1")).unwrap();
    let mut login = begin(&server, &id).await;
    login.renew().unwrap();
    let new = login.finish().await.unwrap().session.unwrap().id;
    assert_eq!(reading.finish().await.unwrap().session.unwrap().id.as_str(), id);
    assert!(matches!(changing.finish().await, Err(ManagerError::Ended { .. })));
    assert_eq!(read(&server, new.as_str(), "a").await.as_deref(), Some("0"));
}

#[tokio::test]
async fn concurrent_requests_for_a_session_that_is_not_here_load_it_once() {
    let world = World::new();
    let id = create(&world.server(None), &[("a", "0")]).await;
    let server = world.server(None);
    let requests = (0..20).map(|_| {
        let (server, id) = (server.clone(), id.clone());
        tokio::spawn(async move { read(&server, &id, "a").await })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap().as_deref(), Some("0"));
    }
    assert_eq!((world.gets(), server.sessions()), (1, 1));
}

fn ignoring() -> World {
    let mut world = World::new();
    world.config.request_uri_ignore_pattern = Some(Pattern::new(r".*\.(ico|gif)$").unwrap());
    world
}

async fn begin_gif(server: &Manager, id: Option<&str>) -> Request {
    server.begin(RequestInfo::new("GET", "/a.gif"), id).await.unwrap()
}

#[tokio::test]
async fn an_ignored_request_neither_loads_nor_stores_nor_keeps_alive() {
    let world = ignoring();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;

    let elsewhere = world.server(None);
    assert!(begin_gif(&elsewhere, Some(&id)).await.session().is_none());
    assert_eq!(world.gets(), 0);

    world.clock.advance_ms(1_799_000);
    let mut here = begin_gif(&server, Some(&id)).await;
    assert_eq!(here.session().unwrap().last_accessed_time, NOON_MS);
    assert_eq!(here.attribute("a").unwrap().as_deref(), Some(&text("0")[..]));
    assert_eq!(here.finish().await.unwrap().backup, Backup::Skipped);
    assert_eq!(world.sets(), 1);
    world.clock.advance_ms(1_000);
    assert!(!exists(&server, &id).await);
    assert_eq!(server.counts().requests_with_session, 2, "ignored requests are not counted");
}

#[tokio::test]
async fn an_ignored_request_may_not_change_or_make_a_session_and_hears_why() {
    let world = ignoring();
    let server = world.server(None);
    let id = create(&server, &[("a", "0")]).await;
    let mut request = begin_gif(&server, Some(&id)).await;
    for result in [
        request.set_attribute("a", &text("1")).map(|_| ()),
        request.remove_attribute("a").map(|_| ()),
        request.replace_document(&server.engine().empty),
        request.set_max_inactive_interval(1),
        request.renew(),
        request.invalidate(),
        begin_gif(&server, None).await.create().map(|_| ()),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error, ManagerError::IgnoredRequest { .. }), "{error}");
        assert!(error.to_string().contains(r"'.*\.(ico|gif)$'"), "{error}");
    }
}

#[test]
fn the_query_is_part_of_a_request_but_not_of_a_post() {
    assert_eq!(RequestInfo::new("GET", "/a?b=c").id, "GET /a?b=c");
    assert_eq!(RequestInfo::new("POST", "/a?b=c").id, "POST /a");
    assert_eq!(RequestInfo::new("post", "/a?b=c").id, "post /a");
}

#[tokio::test]
async fn without_a_session_there_is_nothing_to_change() {
    let world = World::new();
    let server = world.server(None);
    let mut request = begin(&server, "unknown-n1").await;
    assert!(matches!(request.attributes(), Err(ManagerError::NoSession)));
    assert!(matches!(request.set_attribute("a", &text("1")), Err(ManagerError::NoSession)));
    assert!(matches!(request.invalidate(), Err(ManagerError::NoSession)));
}

#[tokio::test]
async fn a_value_that_is_none_is_refused_and_named() {
    let world = World::new();
    let server = world.server(None);
    let mut request = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
    request.create().unwrap();
    let error = request.set_attribute("cart", b"\xc1").unwrap_err();
    assert!(error.to_string().starts_with("the value of attribute 'cart' cannot be read: "), "{error}");
    assert!(matches!(request.replace_document(b"\x00"), Err(ManagerError::BadDocument { .. })));
}
