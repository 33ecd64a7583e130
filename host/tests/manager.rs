//! A manager with serializers that are plugins, as `cargo xtask build` makes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test does not expect may end it"
)]

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use holdfast::clock::{Clock, SystemClock};
use holdfast::config::ManagerConfig;
use holdfast::manager::{Backup, Manager, RequestInfo};
use holdfast::plugin::{PluginSettings, Plugins};
use holdfast::session::{AuthType, Envelope, Header, ItemFlags};
use holdfast::store::{EmbeddedLimits, EmbeddedNode, Expiry, Member, Node, Nodes};
use holdfast_document::{AttributeMap, Limits, Writer, sample};

const KRYO: &str = "de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory";

/// The folder that `cargo xtask test` built; a test that finds none says so and is counted as skipped.
fn plugins(test: &str) -> Option<Plugins> {
    let Some(folder) = env::var_os("HOLDFAST_PLUGINS").map(PathBuf::from) else {
        let line = format!("{test}: HOLDFAST_PLUGINS names no folder of built plugins\n");
        match env::var_os("HOLDFAST_SKIPPED") {
            Some(list) => {
                OpenOptions::new().append(true).open(list).unwrap().write_all(line.as_bytes()).unwrap();
            }
            None => eprint!("skipped: {line}"),
        }
        return None;
    };
    Some(Plugins::load(&folder, &PluginSettings { cache: None, ..PluginSettings::default() }).unwrap())
}

fn node() -> Arc<dyn Node> {
    Arc::new(EmbeddedNode::new("n1:embedded", EmbeddedLimits::default(), Arc::new(SystemClock)))
}

fn server(plugins: &Plugins, node: &Arc<dyn Node>, serializer: &str, jvm_route: Option<&str>) -> Manager {
    let config = ManagerConfig {
        transcoder_factory_class: serializer.to_owned(),
        session_backup_async: false,
        ..ManagerConfig::default()
    };
    let member = Member { id: Some("n1".to_owned()), failover: false, node: Arc::clone(node) };
    let nodes = Nodes::of(vec![member]).unwrap();
    Manager::start(&config, jvm_route, nodes, plugins, Arc::new(SystemClock)).unwrap()
}

fn request(method: &str) -> RequestInfo {
    RequestInfo::new(method, "/cart")
}

fn text(text: &str) -> Vec<u8> {
    let mut value = Vec::new();
    Writer::value(&mut value).str(text);
    value
}

/// What `attributes` has but for the one that was added.
fn all_but_new(mut attributes: AttributeMap) -> Vec<u8> {
    assert!(attributes.remove("new").unwrap());
    let mut document = Vec::new();
    attributes.to_document(None, &mut document).unwrap();
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_tomcat_with_kryo_is_taken_over_with_all_it_has() {
    let Some(plugins) = plugins("a_session_of_a_tomcat_with_kryo_is_taken_over_with_all_it_has") else {
        return;
    };
    for stored in [
        &include_bytes!("../../tests/golden/map-hashmap.kryo")[..],
        include_bytes!("../../tests/golden/sets.kryo"),
        include_bytes!("../../tests/golden/refs-cycle-collections.kryo"),
    ] {
        let node = node();
        let now_ms = SystemClock.now_ms();
        let old = "0123456789ABCDEF0123456789ABCDEF-n1.tomcat1";
        let header = Header {
            creation_time: now_ms - 60_000,
            last_accessed_time: now_ms - 30_000,
            max_inactive_interval: 1800,
            is_new: false,
            is_valid: true,
            this_accessed_time: now_ms - 10_000,
            last_backup_time: now_ms - 10_000,
            id: old.to_owned(),
            auth_type: AuthType::None,
            principal: Bytes::new(),
            saved_request: Bytes::new(),
            saved_principal: Bytes::new(),
        };
        let value = Bytes::from(header.encode(stored).unwrap());
        node.set(old, value, ItemFlags::Msm2.pack(), Expiry::seconds(1794)).await.unwrap();

        let here = server(&plugins, &node, KRYO, Some("here"));
        let mut taking = here.begin(request("PUT"), Some(old)).await.unwrap();
        taking.set_attribute("new", &text("here")).unwrap();
        let finished = taking.finish().await.unwrap();
        assert_eq!(finished.backup, Backup::Stored, "{:?}", finished.failure);
        let id = finished.session.unwrap().id;
        assert_eq!(id.as_str(), "0123456789ABCDEF0123456789ABCDEF-n1.here");
        assert!(node.get(old).await.unwrap().is_none());

        // What the Tomcat will read when the session comes back to it: its own format, nothing lost.
        let item = node.get(id.as_str()).await.unwrap().unwrap();
        let envelope = Envelope::decode(&item.value).unwrap();
        let kryo = plugins.by_class(KRYO).unwrap();
        let read = |bytes: &[u8]| {
            AttributeMap::from_document(&kryo.deserialize(bytes).unwrap(), Limits::default()).unwrap()
        };
        let mut before = Vec::new();
        read(stored).to_document(None, &mut before).unwrap();
        assert!(all_but_new(read(&envelope.attributes)) == before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_change_of_serializer_sessions_are_read_by_the_plugin_that_wrote_them() {
    let Some(plugins) =
        plugins("after_a_change_of_serializer_sessions_are_read_by_the_plugin_that_wrote_them")
    else {
        return;
    };
    let node = node();
    let before = server(&plugins, &node, "msgpack", None);
    let mut creating = before.begin(request("POST"), None).await.unwrap();
    creating.create().unwrap();
    creating.replace_document(&sample()).unwrap();
    let id = creating.finish().await.unwrap().session.unwrap().id;

    let after = server(&plugins, &node, KRYO, None);
    let mut reading = after.begin(request("GET"), Some(id.as_str())).await.unwrap();
    assert_eq!(&*reading.session().unwrap().document, sample());
    reading.set_attribute("new", &text("kryo")).unwrap();
    assert_eq!(reading.finish().await.unwrap().backup, Backup::Stored);
    let flags = node.get(id.as_str()).await.unwrap().unwrap().flags;
    assert_eq!(ItemFlags::parse(flags), ItemFlags::tagged(plugins.by_class(KRYO).unwrap().tag()));
}
