//! Classes that a converter declares: Joda-Time's dates in sessions that MSM wrote with `JodaDateTimeRegistration`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "what a test does not expect may end it")]

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_document::json::{Tree, from_typed, to_plain};
use holdfast_kryo::Kryo;
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
    let meeting = Class {
        name: "com.example.joda.Meeting".into(),
        is_public: true,
        fields: vec![
            field("Ljava/lang/String;", "title"),
            field(date, "begin"),
            field(date, "end"),
            field("Ljava/lang/Object;", "reminder"),
            field("Ljava/util/List;", "repeats"),
        ],
        ..Class::default()
    };
    let list =
        Class { name: "java.util.List".into(), kind: holdfast_schema::Kind::Interface, ..Class::default() };
    compile(&[meeting, list]).unwrap()
}

fn kryo(declarations: &str) -> Kryo {
    let mut kryo = Kryo::default();
    let schema = schema();
    let settings = Settings { options: Vec::new(), schema: &schema, converters: declarations.as_bytes() };
    kryo.configure(&settings).unwrap();
    kryo
}

fn read(kryo: &mut Kryo, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    kryo.deserialize(bytes, &mut document).map(|()| document)
}

fn write(kryo: &mut Kryo, document: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    kryo.serialize(document, &mut bytes).map(|()| bytes)
}

fn typed(json: &str) -> Vec<u8> {
    from_typed(Tree::parse(json.as_bytes()).unwrap().root()).unwrap()
}

#[test]
fn what_msm_wrote_is_read_and_written_back_byte_for_byte() {
    let mut kryo = kryo(DECLARATIONS);
    for case in ["zones", "chronologies", "shared", "fields", "others"] {
        let bytes = fs::read(sessions().join(format!("{case}.kryo"))).unwrap();
        let document = read(&mut kryo, &bytes).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        holdfast_document::check(&document, holdfast_document::Limits::default()).unwrap();
        let back = write(&mut kryo, &document).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        assert_eq!(back, bytes, "{case}");
    }
}

#[test]
fn people_can_read_the_dates() {
    let bytes = fs::read(sessions().join("others.kryo")).unwrap();
    let json = to_plain(&read(&mut kryo(DECLARATIONS), &bytes).unwrap()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!({
        "interval": {"start": 1, "end": 1_385_841_600_123_i64, "chronology": null},
        "intervalCoptic": {"start": 1, "end": 300, "chronology": "COPTIC"},
        "date": {"year": 2013, "month": 11, "day": 30, "chronology": null},
        "dateBuddhist": {"year": 2556, "month": 11, "day": 30, "chronology": "BUDDHIST"},
        "dateTime": {"year": 2013, "month": 11, "day": 30, "millisOfDay": 86_398_997, "chronology": null},
        "dateTimeJulian": {"year": 2013, "month": 11, "day": 30, "millisOfDay": 0, "chronology": "JULIAN"},
        "instant": {"millis": 1_385_841_600_123_i64, "chronology": null, "zone": "Europe/Berlin"},
    });
    assert_eq!(json, expected);
}

#[test]
fn without_the_converter_the_class_is_damage_that_names_the_cure() {
    let bytes = fs::read(sessions().join("zones.kryo")).unwrap();
    let refused = read(&mut kryo(""), &bytes).unwrap_err().to_string();
    assert!(refused.contains("class 29, and those that are registered end with 27"), "{refused}");
    assert!(refused.contains("customConverter"), "{refused}");
}

const DATE: &str = r#"{"attributes": {"at": {"$classes": {"D": {"name": "org.joda.time.LocalDate",
    "slots": ["Iday", "Imonth", "Iyear"]}}, "$value": {"$type": "D", "day": DAY, "month": 11, "year": 2013}}}}"#;

#[test]
fn slots_may_stand_in_another_order_and_be_absent() {
    let mut kryo = kryo(DECLARATIONS);
    let bytes = write(&mut kryo, &typed(&DATE.replace("DAY", "30"))).unwrap();
    let json = to_plain(&read(&mut kryo, &bytes).unwrap()).unwrap();
    assert_eq!(json, r#"{"at":{"year":2013,"month":11,"day":30,"chronology":null}}"#);
    let refused = write(&mut kryo, &typed(&DATE.replace("DAY", "32"))).unwrap_err().to_string();
    assert_eq!(refused, "/at/day cannot be represented: 32, and the library reads only 0 to 31 back");
}

#[test]
fn every_kind_of_data_comes_back() {
    let declarations = "class a.B
slots Zflag Bbyte Iint Jlong Ffloat Ddouble Ivarint Ismall Jvarlong Jsmalllong Ljava/lang/String;text Ljava/lang/Object;any Ljava/util/List;list Ljava/util/Map;map
kryo/4 flag:boolean byte:byte int:int long:long float:float double:double varint:varint small:varint+ varlong:varlong smalllong:varlong+ text:string any:object list:objects map:entries";
    let mut kryo = kryo(declarations);
    let document = typed(
        r#"{"attributes": {"b": {"$classes": {"a.B": {"slots": ["Zflag", "Bbyte", "Iint", "Jlong", "Ffloat", "Ddouble",
            "Ivarint", "Ismall", "Jvarlong", "Jsmalllong", "Ljava/lang/String;text", "Ljava/lang/Object;any",
            "Ljava/util/List;list", "Ljava/util/Map;map"]}},
            "$value": {"$type": "a.B", "flag": true, "byte": -3, "int": -70000, "long": -5000000000, "float": {"$float": 1.5},
            "double": 2.5, "varint": -1, "small": -1, "varlong": -9, "smalllong": 9, "text": null, "any": "x",
            "list": ["a", null, {"$int": 5}], "map": {"k": "v"}}}}}"#,
    );
    let bytes = write(&mut kryo, &document).unwrap();
    assert_eq!(read(&mut kryo, &bytes).unwrap(), document);
}

#[test]
fn a_class_may_be_registered_and_stored_by_its_fields() {
    let declarations = "class com.example.joda.Meeting\nkryo/4 fields\nclass com.example.Gone\nkryo/4 fields";
    let mut kryo = kryo(declarations);
    let document = typed(
        r#"{"attributes": {"m": {"$classes": {"com.example.joda.Meeting": {"slots": ["Lorg/joda/time/DateTime;begin",
            "Lorg/joda/time/DateTime;end", "Ljava/lang/Object;reminder", "Ljava/util/List;repeats",
            "Ljava/lang/String;title"]}},
            "$value": {"$type": "com.example.joda.Meeting", "begin": null, "end": null, "reminder": null, "repeats": null,
            "title": "t"}}}}"#,
    );
    match write(&mut kryo, &document) {
        // Whether DateTime is final only its class file or a declaration says.
        Err(failure) => assert!(failure.to_string().contains("org.joda.time.DateTime is final"), "{failure}"),
        Ok(bytes) => panic!("{bytes:02x?}"),
    }
    let mut kryo = self::kryo(&format!("{DECLARATIONS}{declarations}"));
    let bytes = write(&mut kryo, &document).unwrap();
    // The first number behind MSM's 26 and Joda-Time's 4, and the mark of a first object.
    assert_eq!(&bytes[..8], [1, 1, 3, 1, 0x82, b'm', 32, 1]);
    assert_eq!(read(&mut kryo, &bytes).unwrap(), document);
}

#[test]
fn declarations_that_make_no_sense_are_refused_with_their_line() {
    let settings = Settings { converters: b"class a.B\nkryo/4 n:int", ..Settings::default() };
    let refused = Kryo::default().configure(&settings).unwrap_err().to_string();
    assert!(refused.starts_with("the declarations of the converters: line 2:"), "{refused}");
}
