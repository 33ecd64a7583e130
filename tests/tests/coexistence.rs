//! Sticky sessions on one memcached with real Tomcats: what the one stored, the other goes on with.
//!
//! A Tomcat of each generation, each with its two serializers, and a Holdfast beside it. The applications whose paths
//! end in `-again` have the same name in session ids and know nothing of the others: they are that Tomcat after a
//! restart.

use std::sync::LazyLock;

use holdfast_tests::{
    Application, Browser, Client, Generation, Holdfast, Memcached, Tomcat, require_memcached,
};
use serde_json::{Value, json};

#[path = "../support/stored.rs"]
mod stored;

#[path = "../support/tomcats.rs"]
mod tomcats;

use stored::Session;
use tomcats::{KRYO, PATIENT, SYNC, can_run};

/// A running Tomcat and its memcached.
struct World {
    memcached: Memcached,
    tomcat: Tomcat,
}

static SEVEN: LazyLock<World> = LazyLock::new(|| World::start(Generation::Seven));
static NINE: LazyLock<World> = LazyLock::new(|| World::start(Generation::Nine));

impl World {
    fn start(generation: Generation) -> Self {
        let memcached = require_memcached().unwrap().until_exit();
        let nodes = format!("memcachedNodes={}", memcached.node("n1"));
        let java = [nodes.as_str(), SYNC, PATIENT];
        let kryo = [nodes.as_str(), SYNC, PATIENT, KRYO];
        let prefixed = [nodes.as_str(), SYNC, PATIENT, "storageKeyPrefix=static:shop,context.hash"];
        // With MSM's own default a session lives 6 seconds shorter in memcached than in the Tomcat.
        let delayed = [nodes.as_str(), SYNC, PATIENT, "context.backgroundProcessorDelay=10"];
        let applications = [
            Application { path: "/java", settings: &java },
            Application { path: "/java-again", settings: &java },
            Application { path: "/kryo", settings: &kryo },
            Application { path: "/kryo-again", settings: &kryo },
            Application { path: "/prefixed", settings: &prefixed },
            Application { path: "/delayed", settings: &delayed },
        ];
        Self { tomcat: Tomcat::start(generation, "tomcat", &applications), memcached }
    }

    fn browser(&self, application: &str, session: &str) -> Browser {
        self.tomcat.browser(application, session)
    }

    fn holdfast(&self, sets: &[&str]) -> Holdfast {
        let nodes = format!("memcachedNodes={}", self.memcached.node("n1"));
        let own = [nodes.as_str(), SYNC, PATIENT, "server.jvmRoute=holdfast"];
        Holdfast::start(&[&own, sets].concat())
    }
}

/// A Tomcat with one serializer, and a Holdfast with the same.
struct Pair {
    world: &'static World,
    application: &'static str,
    /// The same after a restart.
    again: &'static str,
    serializer: &'static str,
    holdfast: Holdfast,
}

impl Pair {
    fn client(&self) -> Client {
        self.holdfast.client()
    }

    fn memcached(&self) -> &'static Memcached {
        &self.world.memcached
    }
}

fn worlds() -> Option<[&'static World; 2]> {
    can_run().then(|| [&*SEVEN, &*NINE])
}

/// Does the same with every pair.
fn in_pairs(work: impl Fn(&Pair)) {
    let Some([seven, nine]) = worlds() else { return };
    for (world, application, again, serializer) in [
        (seven, "/java", "/java-again", "java"),
        (seven, "/kryo", "/kryo-again", "kryo1"),
        (nine, "/java", "/java-again", "java"),
        (nine, "/kryo", "/kryo-again", "kryo"),
    ] {
        println!("Tomcat {}{application} beside a Holdfast with {serializer}", world.tomcat.url());
        let holdfast = world.holdfast(&[&format!("transcoderFactoryClass={serializer}")]);
        work(&Pair { world, application, again, serializer, holdfast });
    }
}

/// Each with the same application and Holdfast's `java`.
fn with_java(application: &'static str, sets: &[&str], work: impl Fn(&Pair)) {
    let Some(worlds) = worlds() else { return };
    for world in worlds {
        println!("Tomcat {}{application}", world.tomcat.url());
        let holdfast = world.holdfast(&[&["transcoderFactoryClass=java"], sets].concat());
        work(&Pair { world, application, again: application, serializer: "java", holdfast });
    }
}

fn at(id: &str, server: &str) -> String {
    format!("{}.{server}", id.split_once('.').unwrap().0)
}

fn attributes(id: &str) -> String {
    format!("/v1/sessions/{id}/attributes")
}

/// Both show attributes as plain JSON, of which Holdfast says how it looks.
#[track_caller]
fn assert_same(ours: &Value, theirs: &Value) {
    assert_eq!(ours["attributes"], theirs["attributes"]);
    assert_eq!(ours["creationTime"], theirs["creationTime"]);
    assert_eq!(ours["maxInactiveInterval"], theirs["maxInactiveInterval"]);
}

#[test]
fn a_session_of_a_tomcat_goes_on_in_holdfast_and_comes_back() {
    in_pairs(|pair| {
        let (client, memcached) = (pair.client(), pair.memcached());
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("user", "string", "alice");
        browser.set("cart", "cart", "3");
        browser.set("n", "int", "7");
        let made = browser.look();
        let first = browser.session().to_owned();
        assert_eq!(first, at(&first, "tomcat"));

        // The load balancer sends the next request to Holdfast, with the old id.
        let taken = client.call("GET", &format!("/v1/sessions/{first}")).expect(200);
        let second = taken.id();
        assert_eq!(second, at(&first, "holdfast"));
        assert_eq!(taken.header("holdfast-session-id"), second);
        assert_eq!(taken.header("holdfast-backup"), "stored");
        assert_same(&taken.json(), &made);
        assert!(memcached.get(&first).is_none(), "the old key is gone");
        assert_eq!(Session::get(memcached, &second).id, second);

        let changed =
            client.send("PATCH", &attributes(&second), r#"{"n":8,"note":"from Holdfast"}"#).expect(200);
        assert_eq!(changed.header("holdfast-backup"), "stored");

        // And back, to the Tomcat that was started again.
        let mut browser = pair.world.browser(pair.again, &second);
        let back = browser.look();
        let third = browser.session().to_owned();
        assert_eq!(third, first);
        assert_same(&changed.json(), &back);
        assert_eq!(back["types"]["cart"], made["types"]["cart"]);
        assert_eq!(back["types"]["n"], "java.lang.Integer");
        assert_eq!(back["types"]["note"], "java.lang.String");
        assert!(memcached.get(&second).is_none(), "the old key is gone");

        // And once more: Holdfast had it before, and what the Tomcat did since is what counts.
        browser.set("n", "int", "9");
        let again = client.call("GET", &format!("/v1/sessions/{third}")).expect(200);
        assert_eq!(again.id(), second);
        assert_same(
            &again.json(),
            &json!({
                "attributes": {"user": "alice", "n": 9, "note": "from Holdfast", "cart": made["attributes"]["cart"]},
                "creationTime": made["creationTime"],
                "maxInactiveInterval": made["maxInactiveInterval"],
            }),
        );
    });
}

#[test]
fn a_session_of_holdfast_goes_on_in_a_tomcat_and_comes_back() {
    in_pairs(|pair| {
        let client = pair.client();
        let body = json!({"attributes": {
            "user": "alice", "n": 7, "big": 9_000_000_000_i64, "share": 0.5, "vip": true,
            "cart": {"lines": [{"sku": "SKU-1", "quantity": 2}, {"sku": "SKU-2", "quantity": 1}], "coupon": null},
        }, "maxInactiveInterval": 900});
        let made = client.send("POST", "/v1/sessions", &body.to_string()).expect(201);
        let first = made.id();

        let mut browser = pair.world.browser(pair.application, &first);
        let taken = browser.look();
        let second = browser.session().to_owned();
        assert_eq!(second, at(&first, "tomcat"));
        assert_same(&made.json(), &taken);
        let types = &taken["types"];
        for (name, class) in
            [("user", "String"), ("n", "Integer"), ("big", "Long"), ("share", "Double"), ("vip", "Boolean")]
        {
            assert_eq!(types[name], format!("java.lang.{class}"));
        }
        assert_eq!(types["cart"]["class"], "java.util.HashMap");
        assert_eq!(types["cart"][".lines"][0], "java.util.ArrayList");
        assert!(pair.memcached().get(&first).is_none(), "the old key is gone");

        browser.call("POST", "/increment?name=n").expect(200);
        let back = client.call("GET", &attributes(&second)).expect(200);
        assert_eq!(back.header("holdfast-session-id"), first);
        let mut expected = body["attributes"].clone();
        expected["n"] = json!(8);
        assert_eq!(back.json(), expected);

        let changed = client.send("PATCH", &attributes(&first), r#"{"n":9,"vip":null}"#).expect(200);
        let mut browser = pair.world.browser(pair.again, &first);
        assert_same(&changed.json(), &browser.look());
        assert_eq!(browser.session(), second);
    });
}

#[test]
fn a_changed_cart_keeps_the_classes_that_the_tomcat_gave_it() {
    in_pairs(|pair| {
        let client = pair.client();
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("cart", "cart", "2");
        let made = browser.look();
        let path = attributes(browser.session());
        let mut cart = client.call("GET", &path).expect(200).json()["cart"].clone();
        cart["lines"][1]["quantity"] = json!(40);
        cart["customer"] = json!(5);
        let body = json!({"cart": cart}).to_string();
        let changed = client.send("PATCH", &path, &body).expect(200);
        assert_eq!(changed.header("holdfast-backup"), "stored");

        let back = pair.world.browser(pair.again, &changed.id()).look();
        assert_eq!(back["types"], made["types"]);
        assert_eq!(back["attributes"]["cart"]["lines"][1]["quantity"], 40);
        assert_eq!(back["attributes"]["cart"]["customer"], 5);
        assert_same(&changed.json(), &back);
    });
}

#[test]
fn a_login_passes_through_holdfast_byte_for_byte() {
    in_pairs(|pair| {
        let (client, memcached) = (pair.client(), pair.memcached());
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("n", "int", "1");
        assert_eq!(browser.call("GET", "/protected/session").status, 401);
        let anonymous = browser.session().to_owned();
        let logged_in = browser.login().expect(200).json();
        assert_eq!((&logged_in["user"], &logged_in["authType"]), (&json!("alice"), &json!("BASIC")));
        let first = browser.session().to_owned();
        assert_ne!(first, anonymous, "a login changes the id");
        let before = Session::get(memcached, &first);
        assert_eq!(before.auth_type, 1);
        assert!(before.principal.starts_with(b"\xac\xed\0\x05"), "{before:?}");

        let changed = client.send("PATCH", &attributes(&first), r#"{"n":2}"#).expect(200);
        let second = changed.id();
        let between = Session::get(memcached, &second);
        assert_eq!((between.auth_type, &between.principal), (before.auth_type, &before.principal));
        assert_ne!(between.attributes, before.attributes);

        // No name and password come with this one.
        let mut browser = pair.world.browser(pair.again, &second);
        let back = browser.call("GET", "/protected/session").expect(200).json();
        assert_eq!((&back["user"], &back["authType"]), (&json!("alice"), &json!("BASIC")));
        assert_eq!((&back["reviewer"], &back["attributes"]), (&json!(true), &json!({"n": 2})));
        let after = Session::get(memcached, browser.session());
        assert_eq!((after.auth_type, after.principal), (before.auth_type, before.principal));
    });
}

#[test]
fn a_session_that_one_side_ends_is_gone_for_the_other() {
    in_pairs(|pair| {
        let client = pair.client();
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("n", "int", "1");
        let id = browser.session().to_owned();
        client.call("DELETE", &format!("/v1/sessions/{id}")).expect(204);
        assert!(pair.memcached().get(&id).is_none());
        assert_eq!(pair.world.browser(pair.again, &id).call("GET", "/session").status, 404);

        let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"n":1}}"#).expect(201).id();
        let mut browser = pair.world.browser(pair.application, &made);
        browser.look();
        let theirs = browser.session().to_owned();
        browser.call("POST", "/invalidate").expect(200);
        assert!(pair.memcached().get(&made).is_none() && pair.memcached().get(&theirs).is_none());
        // One that never had it: with the session in memory a server cannot tell this from a node that lost it.
        let other = pair.world.holdfast(&[&format!("transcoderFactoryClass={}", pair.serializer)]);
        other.client().call("GET", &format!("/v1/sessions/{theirs}")).expect(404);
    });
}

/// MSM 1.8.2 packs what has more than 16,384 bytes.
#[test]
fn a_large_session_goes_both_ways() {
    in_pairs(|pair| {
        let client = pair.client();
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("cart", "cart", "400");
        browser.set("text", "string", &"lorem ipsum ".repeat(2000));
        let made = browser.look();
        let taken = client.call("GET", &format!("/v1/sessions/{}", browser.session())).expect(200);
        assert_same(&taken.json(), &made);
        assert!(pair.memcached().get(&taken.id()).unwrap().value.len() > 40_000);
        let back = pair.world.browser(pair.again, &taken.id()).look();
        assert_same(&taken.json(), &back);
        assert_eq!(back["types"], made["types"]);
    });
}

#[test]
fn expirations_are_those_of_a_tomcat_whose_delay_is_set() {
    with_java("/delayed", &[], |pair| {
        let (client, memcached) = (pair.client(), pair.memcached());
        let near = |key: &str, seconds: i64| {
            let left = memcached.seconds_left(key);
            // memcached counts whole seconds of its own clock.
            assert!((seconds - 10..=seconds + 1).contains(&left), "{left} instead of {seconds}");
        };
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("n", "int", "1");
        let theirs = browser.session().to_owned();
        near(&theirs, 1860);
        let ours = client.call("GET", &format!("/v1/sessions/{theirs}")).expect(200).id();
        near(&ours, 1860);

        // What Holdfast sets, the Tomcat goes on with. It knows the id, so it is not asked for the one it has itself.
        let longer = client.send("PATCH", &format!("/v1/sessions/{ours}"), r#"{"maxInactiveInterval":7200}"#);
        assert_eq!(longer.expect(200).header("holdfast-backup"), "stored");
        near(&ours, 7260);
        for interval in [40 * 24 * 3600, -1] {
            let kept = |key: &str| match interval {
                -1 => assert_eq!(memcached.seconds_left(key), -1, "for ever"),
                _ => near(key, interval + 60),
            };
            let body = json!({"attributes": {"n": 1}, "maxInactiveInterval": interval}).to_string();
            let made = client.send("POST", "/v1/sessions", &body).expect(201).id();
            kept(&made);
            let mut browser = pair.world.browser(pair.application, &made);
            assert_eq!(browser.look()["maxInactiveInterval"], interval);
            kept(browser.session());
            kept(&client.call("GET", &format!("/v1/sessions/{}", browser.session())).expect(200).id());
        }
    });
}

#[test]
fn keys_with_a_prefix_are_the_same_on_both_sides() {
    let prefix = ["storageKeyPrefix=static:shop,context.hash", "server.context=/prefixed"];
    with_java("/prefixed", &prefix, |pair| {
        let (client, memcached) = (pair.client(), pair.memcached());
        let mut browser = pair.world.browser(pair.application, "");
        browser.set("n", "int", "1");
        let theirs = browser.session().to_owned();
        // The first 8 digits of the SHA-256 of /prefixed.
        let key = |id: &str| format!("shop:11e5a318_{id}");
        assert_eq!(Session::get(memcached, &key(&theirs)).id, theirs);
        let taken = client.call("GET", &attributes(&theirs)).expect(200);
        assert_eq!(taken.json(), json!({"n": 1}));
        let ours = taken.header("holdfast-session-id").to_owned();
        assert_eq!(Session::get(memcached, &key(&ours)).id, ours);
        assert!(memcached.get(&key(&theirs)).is_none());

        let made = client.send("POST", "/v1/sessions", r#"{"attributes":{"n":2}}"#).expect(201).id();
        let mut browser = pair.world.browser(pair.application, &made);
        assert_eq!(browser.look()["attributes"], json!({"n": 2}));
        assert_eq!(Session::get(memcached, &key(browser.session())).id, at(&made, "tomcat"));
    });
}
