//! Converters: MSM's `customConverter` and `copyCollectionsForSerialization`.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_tests::{Holdfast, plugins, run};
use serde_json::json;
use tempfile::TempDir;

/// Sessions with Joda-Time's dates as the real MSM wrote them.
fn session(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-serializers/joda-time/tests/sessions").join(name)
}

/// Exit status and standard error of a command, with the built plugins.
fn outcome(arguments: &[&str]) -> (i32, String) {
    let folder = plugins();
    let mut all = arguments.to_vec();
    all.extend(["--plugins", folder.to_str().unwrap()]);
    let output = run(&all);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// What a start says that cannot be.
fn refusal(sets: &[&str]) -> String {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
    for set in sets {
        arguments.extend(["--set", set]);
    }
    let (status, said) = outcome(&arguments);
    assert_eq!(status, 1, "{said}");
    said
}

#[test]
fn dates_that_msm_registers_with_kryo_are_read_shown_and_stored() {
    for converter in ["joda-time", "de.javakaffee.web.msm.serializer.kryo.JodaDateTimeRegistration"] {
        let custom = format!("customConverter={converter}");
        let server = Holdfast::start(&[
            "transcoderFactoryClass=kryo",
            &custom,
            "copyCollectionsForSerialization=true",
            "sessionBackupAsync=false",
        ]);
        let client = server.client();
        let id = client.send("POST", "/v1/sessions", "{}").expect(201).id();
        let path = format!("/v1/sessions/{id}/attributes");
        let stored = fs::read(session("zones.kryo")).unwrap();
        let kryo = ("Content-Type", "application/x-kryo");
        let put = client.call_with("PUT", &path, &[kryo], Some(&stored)).expect(200);
        assert_eq!(put.header("holdfast-backup"), "stored");
        let berlin = client.call("GET", &format!("{path}/berlin")).expect(200).json();
        assert_eq!(
            berlin,
            json!({"millis": 1_385_841_600_123_i64, "chronology": null, "zone": "Europe/Berlin"})
        );
        let back = client.call_with("GET", &path, &[("Accept", "application/x-kryo")], None).expect(200);
        assert!(back.body == stored, "{:02x?}", back.body);
    }
}

#[test]
fn sessions_that_java_stored_are_rewritten_for_kryo() {
    let server = Holdfast::start(&[
        "transcoderFactoryClass=kryo",
        "customConverter=joda-time",
        "sessionBackupAsync=false",
    ]);
    let client = server.client();
    let id = client.send("POST", "/v1/sessions", "{}").expect(201).id();
    let path = format!("/v1/sessions/{id}/attributes");
    let java = fs::read(session("chronologies.java")).unwrap();
    let media_type = ("Content-Type", "application/x-java-serialized-object");
    let put = client.call_with("PUT", &path, &[media_type], Some(&java)).expect(200);
    assert_eq!(put.header("holdfast-backup"), "stored");
    let back = client.call_with("GET", &path, &[("Accept", "application/x-kryo")], None).expect(200);
    assert!(back.body == fs::read(session("written/chronologies.kryo")).unwrap());
}

#[test]
fn stored_sessions_are_transcoded_with_a_converter() {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("out");
    let transcode = |from: &str, to: &str, converter: &str, name: &str| {
        let source = session(name);
        let (source, target) = (source.to_str().unwrap(), target.to_str().unwrap());
        let (status, said) =
            outcome(&["transcode", "--from", from, "--to", to, "--converter", converter, source, target]);
        assert_eq!(status, 0, "{said}");
        fs::read(target).unwrap()
    };
    for format in ["kryo", "javolution"] {
        let written = transcode("java", format, "joda-time", "zones.java");
        assert!(written == fs::read(session(&format!("written/zones.{format}"))).unwrap(), "{format}");
    }
    let written = transcode("kryo", "java", "joda-time,form=java,defaultZone=Europe/Paris", "zones.kryo");
    assert!(written.starts_with(&[0xac, 0xed, 0, 5]));
    let again = {
        fs::write(&target, &written).unwrap();
        let source = target.to_str().unwrap().to_owned();
        let second = folder.path().join("second");
        let (status, said) = outcome(&[
            "transcode",
            "--from",
            "java",
            "--to",
            "kryo",
            "--converter",
            "joda-time",
            &source,
            second.to_str().unwrap(),
        ]);
        assert_eq!(status, 0, "{said}");
        fs::read(second).unwrap()
    };
    assert!(again == fs::read(session("zones.kryo")).unwrap());

    let (status, said) =
        outcome(&["transcode", "--from", "kryo", "--to", "json", "--converter", "joda", "a", "b"]);
    assert_eq!(status, 1);
    assert!(said.contains("--converter joda: there is none of this name; there are joda-time"), "{said}");
    let source = session("zones.kryo");
    let arguments =
        ["transcode", "--from", "kryo", "--to", "json", source.to_str().unwrap(), target.to_str().unwrap()];
    let (status, said) = outcome(&arguments);
    assert_eq!(status, 1);
    assert!(said.contains("needs that converter here too (customConverter)"), "{said}");
}

#[test]
fn serializers_that_take_none_in_msm_take_none_here() {
    for serializer in ["java", "xstream", "de.javakaffee.web.msm.JavaSerializationTranscoderFactory"] {
        let writer = format!("transcoderFactoryClass={serializer}");
        let name = if serializer.contains('.') { "java" } else { serializer };
        let said = refusal(&[&writer, "customConverter=joda-time"]);
        let sentence = format!(
            "--set customConverter: the serializer {name} takes no converters, as in MSM; leave it out"
        );
        assert!(said.contains(&sentence), "{said}");
        let said = refusal(&[&writer, "copyCollectionsForSerialization=true"]);
        let sentence = format!(
            "--set copyCollectionsForSerialization: the serializer {name} does not copy collections, as in MSM"
        );
        assert!(said.contains(&sentence), "{said}");
    }
}

#[test]
fn a_converter_that_is_not_there_stops_the_start_with_those_that_are() {
    let said = refusal(&["transcoderFactoryClass=kryo", "customConverter=joda-tme"]);
    assert!(
        said.contains("no converter is called 'joda-tme'; there is only joda-time; did you mean joda-time?"),
        "{said}"
    );
    let said = refusal(&["transcoderFactoryClass=kryo", "customConverter=joda-time,com.example.Other"]);
    assert!(said.contains("no converter stands for 'com.example.Other'; there is only joda-time"), "{said}");
    let said = refusal(&["transcoderFactoryClass=kryo", "customConverter=kryo"]);
    assert!(said.contains("no converter is called 'kryo'"), "{said}");
    let said = refusal(&["transcoderFactoryClass=joda-time"]);
    assert!(said.contains("no plugin is called 'joda-time'"), "{said}");
    let said = refusal(&["customConverter=joda-time", "serializer.joda-time.shape=java"]);
    assert!(said.contains("option 'shape' is unknown; the options are form and defaultZone"), "{said}");
}

#[test]
fn plugins_are_listed_with_their_kind() {
    let folder = plugins();
    let output = run(["plugins", "list", "--plugins", folder.to_str().unwrap()]);
    let out = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| {
        out.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default().to_owned()
    };
    assert!(line("joda-time").contains("converter"), "{out}");
    assert!(line("kryo ").contains("serializer") && line("kryo ").contains("kryo/4"), "{out}");

    let file = folder.join("joda-time.wasm");
    let output = run(["plugins", "check", file.to_str().unwrap()]);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("This is the converter 'joda-time': 4 classes; rewrites documents before"), "{out}");
    assert!(out.contains("org.joda.time.DateTime: kryo/4, kryo/1, javolution/5"), "{out}");
}
