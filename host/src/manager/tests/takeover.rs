//! Sessions that come from another server, and go back.

use super::*;

fn at(id: &str, route: &str) -> String {
    SessionId::parse(id).unwrap().with_jvm_route(Some(route)).to_string()
}

#[tokio::test]
async fn a_session_of_another_server_is_taken_over_under_its_own_name() {
    for nodes in [&["n1", "n2"][..], &[""]] {
        let world = World::with_nodes(nodes);
        let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
        let old = create(&tc1, &[("foo", "bar")]).await;
        let new = at(&old, "tc2");
        // Whether the request looks at the session or not.
        let finished = begin(&tc2, &old).await.finish().await.unwrap();
        assert_eq!(finished.session.unwrap().id.as_str(), new);
        assert_eq!(finished.backup, Backup::Stored);
        assert!(world.stored(&old).await.is_none(), "the old key is gone");
        assert!(world.stored(&new).await.is_some());
        assert_eq!(world.gets(), 1);
        assert_eq!(read(&tc2, &new, "foo").await.as_deref(), Some("bar"));
        assert_eq!((tc2.counts().tomcat_failovers, tc2.sessions()), (1, 1));
    }
}

#[tokio::test]
async fn a_server_without_a_name_strips_the_one_of_another() {
    let world = World::new();
    let old = create(&world.server(Some("tc1")), &[("foo", "bar")]).await;
    let server = world.server(None);
    let new = begin(&server, &old).await.finish().await.unwrap().session.unwrap().id.to_string();
    assert_eq!(format!("{new}.tc1"), old);
    assert_eq!(read(&server, &new, "foo").await.as_deref(), Some("bar"));
}

#[tokio::test]
async fn without_names_a_session_keeps_its_id_at_another_server() {
    let world = World::new();
    let id = create(&world.server(None), &[("foo", "bar")]).await;
    let server = world.server(None);
    assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"));
    assert_eq!((world.sets(), server.counts().tomcat_failovers), (1, 0));
}

#[tokio::test]
async fn a_change_in_the_request_that_takes_over_is_there_afterwards() {
    let world = World::new();
    let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
    let old = create(&tc1, &[("foo", "bar")]).await;
    let new = put(&tc2, &old, &[("foo", "baz")]).await.session.unwrap().id.to_string();
    assert_eq!(world.sets(), 2);
    for server in [tc2, world.server(Some("tc2"))] {
        assert_eq!(read(&server, &new, "foo").await.as_deref(), Some("baz"));
    }
}

/// MSM 2 goes on with what it still has in memory, and forgets what the other server did.
#[tokio::test]
async fn a_session_that_comes_back_is_as_the_other_server_left_it() {
    let world = World::new();
    let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
    let mut id = create(&tc1, &[("n", "0")]).await;
    for n in 1..10 {
        let server = if n % 2 == 1 { &tc2 } else { &tc1 };
        assert_eq!(read(server, &id, "n").await, Some((n - 1).to_string()));
        id = put(server, &id, &[("n", &n.to_string())]).await.session.unwrap().id.to_string();
        let mut keys = Vec::new();
        for (_, node) in &world.nodes {
            keys.extend(node.inner.keys().await.unwrap());
        }
        assert_eq!(keys, [id.clone()], "one key at a time");
    }
}

#[tokio::test]
async fn requests_that_come_together_take_a_session_over_once() {
    let world = World::new();
    let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
    let old = create(&tc1, &[]).await;
    let requests = (0..20).map(|n| {
        let (tc2, old) = (tc2.clone(), old.clone());
        tokio::spawn(async move { put(&tc2, &old, &[(&n.to_string(), "x")]).await })
    });
    for request in requests.collect::<Vec<_>>() {
        let finished = request.await.unwrap();
        assert_eq!(finished.session.unwrap().id.as_str(), at(&old, "tc2"));
        assert_eq!(finished.backup, Backup::Stored);
    }
    assert_eq!(tc2.counts().tomcat_failovers, 1);
    let stored = codec::thaw(&world.stored_document(&at(&old, "tc2")).await).unwrap();
    assert_eq!(stored.len(), 20);
}

#[tokio::test]
async fn a_client_that_did_not_hear_of_its_new_id_is_served_under_it() {
    let world = World::new();
    let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
    let old = create(&tc1, &[]).await;
    put(&tc2, &old, &[("foo", "bar")]).await;
    for server in [tc2, world.server(Some("tc2"))] {
        let mut request = begin(&server, &old).await;
        assert_eq!(request.session().unwrap().id.as_str(), at(&old, "tc2"));
        assert_eq!(read(&server, &old, "foo").await.as_deref(), Some("bar"));
    }
}

/// Until the new key is written, the old one is all there is.
#[tokio::test]
async fn the_old_key_stays_until_the_new_one_is_stored() {
    let world = World::new();
    let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
    let old = create(&tc1, &[("foo", "bar")]).await;
    let mut request = begin(&tc2, &old).await;
    request.set_attribute("foo", &text("baz")).unwrap();
    world.node_of(&old).set_down(true);
    let finished = request.finish().await.unwrap();
    assert_eq!(finished.backup, Backup::Failed);
    assert!(world.stored(&old).await.is_some());

    // What is here is newer than what the node has, also for the old id.
    world.node_of(&old).set_down(false);
    assert_eq!(read(&tc2, &old, "foo").await.as_deref(), Some("baz"));
    assert!(world.stored(&old).await.is_none());
    assert_eq!(read(&world.server(Some("tc2")), &at(&old, "tc2"), "foo").await.as_deref(), Some("baz"));
}

#[tokio::test]
async fn an_old_key_that_could_not_be_deleted_is_not_taken_for_a_newer_session() {
    let world = World::new();
    let (tc1, tc2) = (world.server(Some("tc1")), world.server(Some("tc2")));
    let old = create(&tc1, &[("foo", "bar")]).await;
    let node = world.node_of(&old);
    let taking = put(&tc2, &old, &[("foo", "baz")]).await;
    assert_eq!(taking.backup, Backup::Stored);
    // As if the deletion had failed.
    let (value, flags) = {
        let item = world.stored(&at(&old, "tc2")).await.unwrap();
        (item.value, item.flags)
    };
    node.inner.set(&old, value, flags, Expiry::Never).await.unwrap();
    let cas = world.stored(&old).await.unwrap().cas;
    let id = SessionId::parse(&old).unwrap();
    tc2.engine().graves.insert(id, graves::What::This(cas));
    put(&tc2, &at(&old, "tc2"), &[("foo", "newer")]).await;
    assert_eq!(read(&tc2, &old, "foo").await.as_deref(), Some("newer"));
    tc2.refresh().await;
    assert!(world.stored(&old).await.is_none(), "tried again");
}

#[tokio::test]
async fn a_full_server_takes_nothing_over_and_leaves_it_where_it_is() {
    let mut world = World::new();
    let tc1 = world.server(Some("tc1"));
    let old = create(&tc1, &[]).await;
    world.config.max_active_sessions = Some(1);
    let tc2 = world.server(Some("tc2"));
    create(&tc2, &[]).await;
    let refused = tc2.begin(RequestInfo::new("GET", "/"), Some(&old)).await;
    assert!(matches!(refused.err(), Some(ManagerError::TooManySessions { limit: 1 })));
    assert!(world.stored(&old).await.is_some());
}

#[tokio::test]
async fn what_a_tomcat_knows_of_the_user_passes_through_byte_for_byte() {
    let world = World::new();
    let tc2 = world.server(Some("tc2"));
    let id = "0123456789ABCDEF0123456789ABCDEF-n1.tomcat1";
    let header = crate::session::Header {
        creation_time: NOON_MS - 5_000,
        last_accessed_time: NOON_MS - 4_000,
        max_inactive_interval: 1800,
        is_new: false,
        is_valid: true,
        this_accessed_time: NOON_MS - 3_000,
        last_backup_time: NOON_MS - 3_000,
        id: id.to_owned(),
        auth_type: crate::session::AuthType::Form,
        principal: Bytes::from_static(b"\xac\xed\x00\x05principal"),
        saved_request: Bytes::from_static(b"\xac\xed\x00\x05request"),
        saved_principal: Bytes::from_static(b"\xac\xed\x00\x05saved"),
    };
    let attributes = world.serializer.serialize(&tc2.engine().empty).unwrap();
    let value = Bytes::from(header.encode(&attributes).unwrap());
    world.node_of(id).inner.set(id, value, 0, Expiry::Never).await.unwrap();

    world.clock.advance_ms(1_000);
    let new = put(&tc2, id, &[("foo", "bar")]).await.session.unwrap().id.to_string();
    let mut request = begin(&tc2, &new).await;
    request.renew().unwrap();
    let newest = request.finish().await.unwrap().session.unwrap().id.to_string();
    let stored = Envelope::decode(&world.stored(&newest).await.unwrap().value).unwrap().header;
    assert_eq!(stored.auth_type, header.auth_type);
    assert_eq!(stored.principal, header.principal);
    assert_eq!(stored.saved_request, header.saved_request);
    assert_eq!(stored.saved_principal, header.saved_principal);
    assert_eq!(stored.creation_time, header.creation_time);
}
