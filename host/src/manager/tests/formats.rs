//! Which serializer reads what, and what becomes of values that none can read.

use super::*;

/// Another serializer: a letter that tells it from the rest, and the document.
struct Other {
    name: &'static str,
    format: &'static str,
}

impl Serializer for Other {
    fn name(&self) -> &str {
        self.name
    }

    fn format(&self) -> &str {
        self.format
    }

    fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, SerializerError> {
        Ok([self.format.as_bytes(), document].concat())
    }

    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, SerializerError> {
        match bytes.strip_prefix(self.format.as_bytes()) {
            Some(document) => Ok(document.to_vec()),
            None => Err(SerializerError::Unreadable("it begins in another way".to_owned())),
        }
    }
}

fn java() -> Arc<dyn Serializer> {
    Arc::new(Other { name: "java", format: "java/2" })
}

fn kryo() -> Arc<dyn Serializer> {
    Arc::new(Other { name: "kryo", format: "kryo/4" })
}

fn kryo1() -> Arc<dyn Serializer> {
    Arc::new(Other { name: "kryo1", format: "kryo/1" })
}

fn msgpack() -> Arc<dyn Serializer> {
    Arc::new(Native::<Msgpack>::default())
}

/// A server that writes with one and can read others.
fn writing(world: &mut World, writer: Arc<dyn Serializer>, others: Vec<Arc<dyn Serializer>>) -> Manager {
    world.serializers = Serializers::new(writer, None, others);
    world.server(None)
}

#[tokio::test]
async fn a_value_carries_the_tag_of_its_serializer_and_the_envelope_of_msm() {
    let world = World::new();
    let id = create(&world.server(None), &[("foo", "bar")]).await;
    let item = world.stored(&id).await.unwrap();
    let tag = crate::session::format_tag("msgpack/1");
    assert_eq!(item.flags, crate::session::ItemFlags::tagged(tag).pack());
    assert_eq!(&item.value[..2], [0, 2]);
    assert_eq!(Envelope::decode(&item.value).unwrap().attributes[0], 1, "the form of msgpack");
}

#[tokio::test]
async fn after_a_change_of_serializer_old_values_are_read_by_the_one_that_wrote_them() {
    let mut world = World::new();
    let server = writing(&mut world, java(), vec![]);
    let id = create(&server, &[("foo", "bar")]).await;
    let server = writing(&mut world, kryo(), vec![java()]);
    assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"));
    assert_eq!(world.sets(), 1, "reading is no reason to write it anew");
    assert_eq!(put(&server, &id, &[("foo", "baz")]).await.backup, Backup::Stored);
    let kryo_alone = writing(&mut world, kryo(), vec![]);
    assert_eq!(read(&kryo_alone, &id, "foo").await.as_deref(), Some("baz"));
}

#[tokio::test]
async fn a_value_whose_serializer_is_missing_is_kept_and_the_format_is_named() {
    let mut world = World::new();
    let id = create(&writing(&mut world, java(), vec![]), &[("foo", "bar")]).await;
    let server = writing(&mut world, msgpack(), vec![]);
    for _ in 0..2 {
        let refused = server.begin(RequestInfo::new("GET", "/"), Some(&id)).await;
        let Some(ManagerError::PluginMissing { format, .. }) = refused.err() else { panic!() };
        assert_eq!(format, "java/2");
    }
    assert_eq!(server.counts().load_failures, 2);
    let server = writing(&mut world, msgpack(), vec![java()]);
    assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"));
}

#[test]
fn a_serializer_that_is_not_there_stops_the_start_and_is_named() {
    let plugins = Plugins::default();
    let wanted = "com.example.MyFactory".to_owned();
    let config = ManagerConfig { transcoder_factory_class: wanted, ..ManagerConfig::default() };
    let error = Serializers::choose(&config, &plugins).err().unwrap();
    assert_eq!(
        error.to_string(),
        "transcoderFactoryClass is 'com.example.MyFactory', and no plugin has that name or stands for that class; \
         there is no plugin at all"
    );
}

/// Stores what a server would, but with other flags.
async fn stored_with_flags(world: &World, id: &str, flags: u32) {
    let value = world.stored(id).await.unwrap().value;
    world.node_of(id).inner.set(id, value, flags, Expiry::Never).await.unwrap();
}

#[tokio::test]
async fn values_of_msm_are_read_by_the_configured_serializer() {
    let mut world = World::new();
    let id = create(&writing(&mut world, java(), vec![]), &[("foo", "bar")]).await;
    for flags in [0, 2048] {
        stored_with_flags(&world, &id, flags).await;
        let server = writing(&mut world, java(), vec![msgpack()]);
        assert_eq!(read(&server, &id, "foo").await.as_deref(), Some("bar"), "{flags}");
        let server = writing(&mut world, msgpack(), vec![java()]);
        let Err(error) = server.begin(RequestInfo::new("GET", "/"), Some(&id)).await else { panic!() };
        assert!(matches!(error, ManagerError::Unreadable { .. }), "{error}");
        assert!(error.to_string().contains("name that one as legacySerializer"), "{error}");
        world.serializers = Serializers::new(msgpack(), Some(java()), []);
        assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"), "{flags}");
    }
}

fn gzip(value: &[u8]) -> Bytes {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(value).unwrap();
    Bytes::from(gzip.finish().unwrap())
}

#[tokio::test]
async fn a_value_that_msm_1_has_packed_is_unpacked() {
    let mut world = World::new();
    let server = writing(&mut world, java(), vec![]);
    let id = create(&server, &[("foo", &"bar".repeat(10_000))]).await;
    let packed = gzip(&world.stored(&id).await.unwrap().value);
    world.node_of(&id).inner.set(&id, packed, 2050, Expiry::Never).await.unwrap();
    assert_eq!(read(&world.server(None), &id, "foo").await.unwrap().len(), 30_000);
}

#[tokio::test]
async fn two_formats_stand_behind_msms_kryo() {
    let mut world = World::new();
    let server = writing(&mut world, kryo(), vec![]);
    let id = create(&server, &[("foo", "bar")]).await;
    stored_with_flags(&world, &id, 0).await;
    assert_eq!(read(&world.server(None), &id, "foo").await.as_deref(), Some("bar"));
    stored_with_flags(&world, &id, 2048).await;
    let refused = world.server(None).begin(RequestInfo::new("GET", "/"), Some(&id)).await;
    let Some(ManagerError::PluginMissing { format, .. }) = refused.err() else { panic!() };
    assert_eq!(format, "kryo/1");
}

#[tokio::test]
async fn each_generation_of_msms_kryo_is_read_by_its_own_format_whichever_one_writes() {
    for (writer, other, others_flags) in [(kryo(), kryo1(), [2048, 2050]), (kryo1(), kryo(), [0, 0])] {
        let mut world = World::new();
        let server = writing(&mut world, Arc::clone(&other), vec![]);
        let id = create(&server, &[("foo", "bar")]).await;
        for flags in others_flags {
            let value = world.stored(&id).await.unwrap().value;
            let value = if flags == 2050 { gzip(&value) } else { value };
            writing(&mut world, Arc::clone(&writer), vec![Arc::clone(&other)]);
            world.node_of(&id).inner.set(&id, value, flags, Expiry::Never).await.unwrap();
            let reader = world.server(None);
            assert_eq!(read(&reader, &id, "foo").await.as_deref(), Some("bar"), "{flags}");
            // Without the other one, the value is not taken for one of the writer's.
            writing(&mut world, Arc::clone(&writer), vec![]);
            let refused = world.server(None).begin(RequestInfo::new("GET", "/"), Some(&id)).await;
            let Some(ManagerError::PluginMissing { format, .. }) = refused.err() else { panic!() };
            assert_eq!(format, other.format());
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_each_look_is_an_error() {
    let world = World::new();
    let server = world.server(None);
    let id = create(&world.server(None), &[("foo", "bar")]).await;
    let whole = world.stored(&id).await.unwrap();
    let (mut future, mut cut) = (whole.value.to_vec(), whole.value.to_vec());
    future[1] = 3;
    cut.truncate(cut.len() - 2);
    for (value, flags) in [
        (&[][..], whole.flags),
        (&[1], whole.flags),
        (&future, whole.flags),
        (&cut, whole.flags),
        (&whole.value, 512),
        (&whole.value, whole.flags | 4),
        (&whole.value, whole.flags | 8),
        (&whole.value, 2050),
    ] {
        let value = Bytes::copy_from_slice(value);
        world.node_of(&id).inner.set(&id, value.clone(), flags, Expiry::Never).await.unwrap();
        for _ in 0..2 {
            let refused = server.begin(RequestInfo::new("GET", "/"), Some(&id)).await;
            let error = refused.err().expect("it cannot be read");
            assert!(matches!(error, ManagerError::Unreadable { .. }), "{error}");
        }
        assert_eq!(world.stored(&id).await.unwrap().value, value);
    }
    assert_eq!(world.node_of(&id).deletes.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_session_that_was_ended_or_has_expired_is_none() {
    let world = World::new();
    let id = create(&world.server(None), &[]).await;
    let item = world.stored(&id).await.unwrap();
    let mut ended = item.value.to_vec();
    ended[25] = b'0';
    world.node_of(&id).inner.set(&id, ended.into(), item.flags, Expiry::Never).await.unwrap();
    assert!(!exists(&world.server(None), &id).await);
    world.node_of(&id).inner.set(&id, item.value, item.flags, Expiry::Never).await.unwrap();
    assert!(exists(&world.server(None), &id).await);
    world.clock.advance_ms(1_800_000);
    assert!(!exists(&world.server(None), &id).await);
}

/// `{x: L = ["s"], y: L}`, the example of `wit/DOCUMENT.md`.
const SHARED: &[u8] = b"\x93\xce\x00\x00\x00\x18\x82\xa1x\x91\xa1s\xa1y\xd7\x08\0\0\0\0\0\0\0\0\
                        \x93\x92\xa1x\xa1y\x92\x01\x00\x90";
const LIST: &[u8] = b"\x91\xa1s";

#[tokio::test]
async fn of_two_attributes_that_share_an_object_one_is_changed_or_goes_and_the_other_keeps_its_content() {
    for change in ["set", "remove", "replace", "filter"] {
        let mut world = World::new();
        if change == "filter" {
            world.config.session_attribute_filter = Some(Pattern::new("[^x]").unwrap());
        }
        let server = world.server(None);
        let mut request = server.begin(RequestInfo::new("POST", "/"), None).await.unwrap();
        request.create().unwrap();
        request.replace_document(SHARED).unwrap();
        assert_eq!(request.attribute("y").unwrap().as_deref(), Some(LIST));
        let id = request.finish().await.unwrap().session.unwrap().id.to_string();

        // A request that sees it shared, while another one changes that.
        let mut late = begin(&server, &id).await;
        late.set_attribute("z", &text("late")).unwrap();
        let mut request = begin(&server, &id).await;
        match change {
            "set" => assert!(request.set_attribute("x", &text("other")).unwrap()),
            "remove" => assert!(request.remove_attribute("x").unwrap()),
            "replace" => {
                let mut rest = request.attributes().unwrap().clone();
                rest.retain(|name| name == "y").unwrap();
                request.replace_attributes(rest).unwrap();
            }
            _ => {}
        }
        request.finish().await.unwrap();
        assert_eq!(late.finish().await.unwrap().backup, Backup::Stored);

        for server in [server, world.server(None)] {
            let mut request = begin(&server, &id).await;
            assert_eq!(request.attribute("y").unwrap().as_deref(), Some(LIST), "{change}");
            assert_eq!(request.attribute("z").unwrap().as_deref(), Some(&text("late")[..]), "{change}");
        }
        let stored = codec::thaw(&world.stored_document(&id).await).unwrap();
        assert_eq!(stored.contains("x"), change == "set");
    }
}
