//! Classes that a converter declares: Joda-Time's dates in sessions that MSM wrote with `JodaDateTimeFormat`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "what a test does not expect may end it")]

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_document::json::{Tree, from_typed, to_plain};
use holdfast_javolution::Javolution;
use holdfast_schema::{Class, Field, compile};
use holdfast_sdk::{Failure, Serializer, Settings};

const DECLARATIONS: &str = include_str!("../../joda-time/src/declarations.txt");

fn sessions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../joda-time/tests/sessions")
}

/// `com.example.joda.Meeting`.
fn schema() -> Vec<u8> {
    let field = |descriptor: &str, name: &str| Field { descriptor: descriptor.into(), name: name.into() };
    let date = "Lorg/joda/time/DateTime;";
    let fields = vec![
        field("Ljava/lang/String;", "title"),
        field(date, "begin"),
        field(date, "end"),
        field("Ljava/lang/Object;", "reminder"),
        field("Ljava/util/List;", "repeats"),
    ];
    let class = |name: &str| Class { name: name.into(), ..Class::default() };
    let interface = |name| Class { kind: holdfast_schema::Kind::Interface, ..class(name) };
    let meeting = Class { fields, ..class("com.example.joda.Meeting") };
    compile(&[meeting, interface("java.util.List"), class("org.joda.time.DateTime")]).unwrap()
}

fn configured(declarations: &str) -> Result<Javolution, Failure> {
    let mut javolution = Javolution::default();
    let schema = schema();
    let settings = Settings { options: Vec::new(), schema: &schema, converters: declarations.as_bytes() };
    javolution.configure(&settings).map(|()| javolution)
}

fn read(javolution: &mut Javolution, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    javolution.deserialize(bytes, &mut document).map(|()| document)
}

fn write(javolution: &mut Javolution, document: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    javolution.serialize(document, &mut bytes).map(|()| bytes)
}

fn typed(json: &str) -> Vec<u8> {
    from_typed(Tree::parse(json.as_bytes()).unwrap().root()).unwrap()
}

#[test]
fn what_msm_wrote_is_read_and_written_back_byte_for_byte() {
    let mut javolution = configured(DECLARATIONS).unwrap();
    for case in ["zones", "chronologies", "shared", "fields"] {
        let bytes = fs::read_to_string(sessions().join(format!("{case}.javolution"))).unwrap();
        let document =
            read(&mut javolution, bytes.as_bytes()).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        holdfast_document::check(&document, holdfast_document::Limits::default()).unwrap();
        let back = write(&mut javolution, &document).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        assert_eq!(String::from_utf8(back).unwrap(), bytes, "{case}");
    }
}

#[test]
fn people_can_read_the_dates() {
    let bytes = fs::read(sessions().join("zones.javolution")).unwrap();
    let json = to_plain(&read(&mut configured(DECLARATIONS).unwrap(), &bytes).unwrap()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let date = |millis: i64, zone| serde_json::json!({"millis": millis, "chronology": null, "zone": zone});
    assert_eq!(json["berlin"], date(1_385_841_600_123, Some("Europe/Berlin")));
    assert_eq!(json["default"], date(1_706_659_200_000, None::<&str>));
}

#[test]
fn an_attribute_too_much_is_kept_beside_the_declared_ones() {
    let mut javolution = configured(DECLARATIONS).unwrap();
    let xml = r#"<?xml version="1.0" encoding="UTF-8" ?><attributes class="java.util.concurrent.ConcurrentHashMap" __id="0" size="1"><k class="java.lang.String" value="at"/><v class="org.joda.time.DateTime" __id="1" millis="5" ch="GJ" more="x"/></attributes>"#;
    let document = read(&mut javolution, xml.as_bytes()).unwrap();
    let json = to_plain(&document).unwrap();
    assert!(json.contains(r#""millis":5,"chronology":"GJ","more""#), "{json}");
    assert_eq!(String::from_utf8(write(&mut javolution, &document).unwrap()).unwrap(), xml);
}

#[test]
fn slots_may_stand_in_another_order() {
    let mut javolution = configured(DECLARATIONS).unwrap();
    let document = typed(
        r#"{"attributes": {"at": {"$classes": {"D": {"name": "org.joda.time.DateTime",
            "slots": ["Ljava/lang/String;zone", "Jmillis"]}}, "$value": {"$type": "D", "zone": "UTC", "millis": 5}}}}"#,
    );
    let bytes = String::from_utf8(write(&mut javolution, &document).unwrap()).unwrap();
    assert!(bytes.contains(r#"<v class="org.joda.time.DateTime" __id="1" millis="5" tz="UTC"/>"#), "{bytes}");
}

#[test]
fn what_the_library_cannot_be_taught_is_refused() {
    for (declarations, said) in [
        ("class a.B\nslots Ljava/lang/Object;o\njavolution/5 o:object", "which no attribute can be"),
        ("class a.B\nslots Ia Ib\njavolution/5 both=a,b*10:int", "both of a.B: an attribute holds one slot"),
        ("class a.B\nslots Ia\njavolution/5 b:int", "line 3:"),
    ] {
        let refused = configured(declarations).unwrap_err().to_string();
        assert!(
            refused.starts_with("the declarations of the converters: ") && refused.contains(said),
            "{refused}"
        );
    }
}
