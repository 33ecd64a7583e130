//! Dates in Java's form and back, with sessions that Java wrote. `sessions/README.md` says how.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "what a test does not expect may end it")]

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_converter_sdk::Converter;
use holdfast_document::json::{Tree, from_typed, to_plain, to_typed};
use holdfast_document::{Limits, check};
use holdfast_java::Java;
use holdfast_javolution::Javolution;
use holdfast_joda_time::JodaTime;
use holdfast_kryo::Kryo;
use holdfast_kryo1::Kryo1;
use holdfast_schema::{Class, Field, Kind, compile};
use holdfast_sdk::{Failure, Serializer, Settings};

fn sessions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions")
}

/// What the serializer `java` makes of a session that Java wrote.
fn document(case: &str) -> Vec<u8> {
    let bytes = fs::read(sessions().join(format!("{case}.java"))).unwrap();
    let mut document = Vec::new();
    Java::default().deserialize(&bytes, &mut document).unwrap();
    document
}

fn logical(document: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    JodaTime::default().before_serialize(document, &mut out)?;
    check(&out, Limits::default()).unwrap();
    Ok(out)
}

fn javas(document: &[u8], options: Vec<(&str, &str)>) -> Result<Vec<u8>, Failure> {
    let mut converter = JodaTime::default();
    converter.configure(&Settings { options, ..Settings::default() }).unwrap();
    let mut out = Vec::new();
    converter.after_deserialize(document, &mut out)?;
    check(&out, Limits::default()).unwrap();
    Ok(out)
}

fn json(document: &[u8]) -> serde_json::Value {
    serde_json::from_str(&to_plain(document).unwrap()).unwrap()
}

fn typed(json: &str) -> Vec<u8> {
    from_typed(Tree::parse(json.as_bytes()).unwrap().root()).unwrap()
}

/// A date as `Sessions.java` describes it.
fn described(date: &serde_json::Value) -> String {
    let chronology = match date["chronology"].as_str() {
        None => "ISO".to_owned(),
        Some("GJ") => "GJ".to_owned(),
        Some(id) => format!("{}{}", &id[..1], id[1..].to_lowercase()),
    };
    let zone = date["zone"].as_str().unwrap_or("Europe/Paris");
    format!("DateTime({} {chronology}Chronology[{zone}])", date["millis"])
}

#[test]
fn dates_of_all_zones_and_chronologies_become_what_people_can_read() {
    for case in ["zones", "chronologies"] {
        let json = to_plain(&logical(&document(case)).unwrap()).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let mut lines: Vec<String> = json
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, date)| format!("{name} = {}", described(date)))
            .collect();
        lines.sort();
        let expected = fs::read_to_string(sessions().join(format!("{case}.java.txt"))).unwrap();
        assert_eq!(lines, expected.lines().collect::<Vec<_>>());
    }
}

#[test]
fn shared_dates_stay_shared_within_and_between_attributes() {
    let json = to_typed(&logical(&document("fields")).unwrap()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let other = &json["attributes"]["other"]["$value"];
    assert_eq!(other["end"]["millis"], 1_385_841_600_123_i64);
    let meeting = &json["attributes"]["meeting"]["$value"];
    let reference = serde_json::json!({"$ref": other["end"]["$id"]});
    assert_eq!((&meeting["begin"], &meeting["repeats"][0]), (&reference, &reference));
    assert_eq!(meeting["repeats"][1]["millis"], 10);
    assert_eq!(meeting["$type"], "com.example.joda.Meeting");
}

#[test]
fn a_document_without_java_s_form_stays_as_it_is() {
    let plain = holdfast_document::sample();
    assert_eq!(logical(&plain).unwrap(), plain);
    let once = logical(&document("shared")).unwrap();
    assert_eq!(logical(&once).unwrap(), once);
}

/// `com.example.joda.Meeting` for serializers that need to know it.
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
    let meeting = Class { fields, ..class("com.example.joda.Meeting") };
    let list = Class { kind: Kind::Interface, ..class("java.util.List") };
    compile(&[meeting, list, class("org.joda.time.DateTime")]).unwrap()
}

fn assert_written(case: &str, extension: &str, bytes: &[u8]) {
    let file = sessions().join("written").join(format!("{case}.{extension}"));
    if std::env::var_os("HOLDFAST_BLESS").is_some() {
        fs::write(&file, bytes).unwrap();
    }
    assert!(fs::read(&file).unwrap() == bytes, "{}", file.display());
}

/// Writes sessions that Java stored in another format, as the library reads them, and reads them again.
fn from_java<S: Serializer>(extension: &str) {
    let mut serializer = S::default();
    let settings = Settings {
        options: Vec::new(),
        schema: &schema(),
        converters: JodaTime::default().declared().classes.as_bytes(),
    };
    serializer.configure(&settings).unwrap();
    for case in ["zones", "chronologies", "shared", "fields"] {
        let before = logical(&document(case)).unwrap();
        let mut bytes = Vec::new();
        serializer.serialize(&before, &mut bytes).unwrap_or_else(|failure| panic!("{case}: {failure}"));
        assert_written(case, extension, &bytes);
        let mut after = Vec::new();
        serializer.deserialize(&bytes, &mut after).unwrap();
        // Kryo 1.04 forgets which of values like these are one object.
        if extension != "kryo1" || !to_plain(&before).unwrap().contains("$ref") {
            assert_eq!(json(&after), json(&before), "{case}");
        }
    }
}

#[test]
fn sessions_that_java_stored_are_written_by_kryo() {
    from_java::<Kryo>("kryo");
}

#[test]
fn sessions_that_java_stored_are_written_by_kryo_1() {
    from_java::<Kryo1>("kryo1");
}

#[test]
fn sessions_that_java_stored_are_written_by_javolution() {
    from_java::<Javolution>("javolution");
}

/// The files of `written/` are what the library was seen to read.
#[test]
fn java_s_form_is_written_as_the_library_reads_it() {
    for case in ["zones", "chronologies", "shared", "fields"] {
        let back = javas(&logical(&document(case)).unwrap(), vec![("form", "java")]).unwrap();
        let mut bytes = Vec::new();
        Java::default().serialize(&back, &mut bytes).unwrap();
        assert_written(case, "java", &bytes);
        assert_eq!(logical(&back).unwrap(), logical(&document(case)).unwrap(), "{case}");
    }
}

const DATE: &str = r#"{"attributes": {"at": {"$classes": {"D": {"name": "org.joda.time.DateTime",
    "slots": ["Jmillis", "Ljava/lang/String;chronology", "Ljava/lang/String;zone"]}},
    "$value": {"$type": "D", "millis": 5, "chronology": CHRONOLOGY, "zone": null}}}}"#;

#[test]
fn the_default_zone_is_the_reader_s_unless_an_option_says_which() {
    let iso = typed(&DATE.replace("CHRONOLOGY", "null"));
    let there_and_back = |options| logical(&javas(&iso, options).unwrap()).unwrap();
    assert_eq!(there_and_back(vec![("form", "java")]), iso);
    let berlin = there_and_back(vec![("form", "java"), ("defaultZone", "Europe/Berlin")]);
    assert!(to_plain(&berlin).unwrap().contains("Europe/Berlin"));

    let julian = typed(&DATE.replace("CHRONOLOGY", "\"JULIAN\""));
    let refused = javas(&julian, vec![("form", "java")]).unwrap_err().to_string();
    assert!(refused.starts_with("/at cannot be represented") && refused.contains("defaultZone"), "{refused}");
    assert!(javas(&julian, vec![("form", "java"), ("defaultZone", "UTC")]).is_ok());
}

#[test]
fn what_is_no_date_is_refused_with_its_path() {
    let unknown = typed(&DATE.replace("CHRONOLOGY", "\"MAYAN\""));
    let refused = javas(&unknown, vec![("form", "java")]).unwrap_err().to_string();
    assert!(refused.starts_with("/at cannot be represented: has the chronology 'MAYAN'"), "{refused}");

    let strange = typed(
        r#"{"attributes": {"at": [1, {"$classes": {}, "$value": null}]}}"#
            .replace(r#"{"$classes": {}, "$value": null}"#, "2")
            .as_str(),
    );
    assert!(logical(&strange).is_ok());
    let lenient = typed(
        r#"{"attributes": {"at": {"$classes": {
            "D": {"name": "org.joda.time.DateTime", "slots": ["JiMillis", "Lorg/joda/time/Chronology;iChronology"]},
            "L": {"name": "org.joda.time.chrono.LenientChronology", "slots": []}},
            "$value": [{"$type": "D", "iMillis": 5, "iChronology": {"$type": "L"}}]}}}"#,
    );
    let refused = logical(&lenient).unwrap_err().to_string();
    assert!(refused.starts_with("/at/0") && refused.contains("LenientChronology"), "{refused}");
}

#[test]
fn an_object_that_also_stands_inside_of_a_date_is_refused() {
    let torn = typed(
        r#"{"attributes": {"at": {"$classes": {
            "D": {"name": "org.joda.time.DateTime", "slots": ["JiMillis", "Lorg/joda/time/Chronology;iChronology"]},
            "S": {"name": "org.joda.time.chrono.ISOChronology$Stub", "slots": ["*"]}},
            "$value": [{"$type": "D", "iMillis": 5, "iChronology": {"$id": 1, "$type": "S", "*": [null]}}, {"$ref": 1}]}}}"#,
    );
    let refused = logical(&torn).unwrap_err().to_string();
    assert!(refused.starts_with("/at/1 cannot be represented"), "{refused}");
}
