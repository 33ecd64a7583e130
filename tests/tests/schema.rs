//! Schemas of the application's classes: made from class files, and given to serializers.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_tests::{Holdfast, plugins, require_memcached, run};
use serde_json::json;
use tempfile::TempDir;

#[path = "../support/canonical.rs"]
mod canonical;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// Standard output of a command that succeeds, and what it says beside it.
#[track_caller]
fn done(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {err}");
    (out, err)
}

/// Standard error of a command that fails.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {err}");
    err
}

/// A schema of the golden files' classes, made by the program.
fn schema(folder: &TempDir) -> PathBuf {
    let (text, said) = done(&["schema", golden("classes").to_str().unwrap()]);
    assert_eq!(said, "");
    let file = folder.path().join("schema.toml");
    fs::write(&file, text).unwrap();
    file
}

fn transcode(schema: Option<&Path>, from: &str, to: &str, source: &Path, target: &Path) -> Vec<String> {
    let plugins = plugins();
    let mut arguments = vec!["transcode", "--plugins", plugins.to_str().unwrap()];
    if let Some(schema) = schema {
        arguments.extend(["--schema", schema.to_str().unwrap()]);
    }
    arguments.extend(["--from", from, "--to", to, source.to_str().unwrap(), target.to_str().unwrap()]);
    arguments.into_iter().map(str::to_owned).collect()
}

fn strings(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn a_schema_is_made_of_class_files_and_the_same_each_time() {
    let classes = golden("classes");
    let (text, _) = done(&["schema", classes.to_str().unwrap()]);
    let cart = "\n[class.\"com.example.session.Cart\"]\nsuid = 21\nfields = [\n    \"java.lang.String currency\",\n    \
                \"java.util.List items\",\n";
    assert!(text.contains(cart), "{text}");
    let op = "constants = [\"PLUS = com.example.session.Op$1\", \"TIMES = com.example.session.Op$2\"]\n";
    assert!(text.contains(op), "{text}");
    let files = ["Op", "Cart"].map(|name| classes.join(format!("com/example/session/{name}.class")));
    let [op, cart] = files.each_ref().map(|file| file.to_str().unwrap());
    assert_eq!(done(&["schema", op, cart]), done(&["schema", cart, op]));
}

#[test]
fn a_schema_is_made_of_stored_sessions() {
    let (text, _) = done(&["schema", golden("shopping-cart.java").to_str().unwrap()]);
    assert!(text.contains("[class.\"com.example.session.Cart\"]\nfrom = \"stream\"\nsuid = 21\n"), "{text}");
    assert!(!text.contains("java.util.ArrayList"), "{text}");
}

#[test]
fn what_is_no_source_of_classes_is_refused_all_at_once() {
    let said = refused(&["schema", "nowhere.jar", golden("empty.kryo").to_str().unwrap()]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(said.contains("error: nowhere.jar: cannot be read: "), "{said}");
    assert!(said.contains("empty.kryo: "), "{said}");
}

#[test]
fn kryos_objects_are_read_and_written_with_a_schema() {
    let folder = TempDir::new().unwrap();
    let schema = schema(&folder);
    let document = folder.path().join("out.document");
    let back = folder.path().join("out.kryo");
    for case in ["shopping-cart", "pojo-person", "pojo-inheritance", "enums", "refs-cycle-self"] {
        let stored = golden(&format!("{case}.kryo"));
        done(&strings(&transcode(Some(&schema), "kryo", "document", &stored, &document)));
        let expected = fs::read_to_string(golden(&format!("{case}.json"))).unwrap();
        let content = canonical::canonical(&fs::read(&document).unwrap());
        assert_eq!(content, canonical::golden(&expected), "{case}");
        done(&strings(&transcode(Some(&schema), "document", "kryo", &document, &back)));
        assert!(fs::read(&back).unwrap() == fs::read(&stored).unwrap(), "{case}");
    }
}

#[test]
fn class_files_do_instead_of_a_schema_and_without_either_the_class_is_named() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.json");
    let cart = golden("shopping-cart.kryo");
    done(&strings(&transcode(Some(&golden("classes")), "kryo", "json", &cart, &out)));
    let said = refused(&strings(&transcode(None, "kryo", "json", &cart, &out)));
    assert!(said.contains("com.example.session.") && said.contains("schema"), "{said}");
}

#[test]
fn a_schema_with_mistakes_stops_every_command_with_all_of_them() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("schema.toml");
    fs::write(&file, "[class.\"a.B\"]\nfields = [\"int\"]\nfinal = 1\n").unwrap();
    let (file, plugins, cart) = (file.to_str().unwrap(), plugins(), golden("shopping-cart.kryo"));
    let (plugins, cart) = (plugins.to_str().unwrap(), cart.to_str().unwrap());
    let set = format!("serializer.kryo.schema={file}");
    for command in [
        &["serve", "--plugins", plugins, "--listen", "127.0.0.1:0", "--schema", file][..],
        &["serve", "--plugins", plugins, "--listen", "127.0.0.1:0", "--set", &set],
        &["bench", "--plugins", plugins, "--schema", file, cart],
        &["transcode", "--plugins", plugins, "--schema", file, "--from", "kryo", "--to", "json", cart, "x"],
        &["schema", file],
    ] {
        let said = refused(command);
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(lines.len(), 2, "{command:?}: {said}");
        assert!(
            lines[0].ends_with(
                "schema.toml:2:11: a.B: 'int' is no type and name; write something like 'int name'"
            )
        );
        assert!(lines[1].contains("schema.toml:3:9: a.B: final is neither true nor false"), "{said}");
    }
}

#[test]
fn a_configuration_is_checked_with_its_schemas() {
    let folder = TempDir::new().unwrap();
    let schema = schema(&folder);
    let config = folder.path().join("holdfast.toml");
    fs::write(&config, "[serializer.kryo]\nschema = [\"schema.toml\"]\n").unwrap();
    let plugins = plugins();
    let check = ["config", "check", config.to_str().unwrap(), "--plugins", plugins.to_str().unwrap()];
    let (shown, _) = done(&check);
    assert!(shown.contains(&format!("schema = [\"{}\"]", schema.display())), "{shown}");
    fs::write(&schema, "[class.\"a.B\"]\nfields = [\"int\"]\n").unwrap();
    assert!(refused(&check).contains("schema.toml:2:11: a.B: "));
    fs::remove_file(&schema).unwrap();
    let said = refused(&check);
    assert!(said.contains("holdfast.toml:2:11: serializer.kryo.schema: there is no file "), "{said}");
}

#[test]
fn a_session_of_application_classes_is_stored_by_kryo_and_found_again() {
    let Some(memcached) = require_memcached() else { return };
    let folder = TempDir::new().unwrap();
    schema(&folder);
    let config = folder.path().join("holdfast.toml");
    let node = memcached.node("n1");
    let text = format!(
        "[manager]\nmemcachedNodes = \"{node}\"\ntranscoderFactoryClass = \"kryo\"\nsessionBackupAsync = false\n\
         [serializer.kryo]\nschema = [\"schema.toml\"]\n"
    );
    fs::write(&config, text).unwrap();
    let plugins = plugins();
    let arguments = ["--plugins", plugins.to_str().unwrap(), "--config", config.to_str().unwrap()];
    let first = Holdfast::start_with(&arguments, &[]);
    let client = first.client();
    let id = client.send("POST", "/v1/sessions", "{}").expect(201).id();
    let path = format!("/v1/sessions/{id}/attributes");
    let cart = fs::read(golden("shopping-cart.kryo")).unwrap();
    let put =
        client.call_with("PUT", &path, &[("Content-Type", "application/x-kryo")], Some(&cart)).expect(200);
    assert_eq!(put.header("holdfast-backup"), "stored");
    // One field changes, by its name; it keeps the type that its class declares.
    client.send("PATCH", &path, r#"{"cart":{"currency":"CHF"}}"#).expect(200);
    first.kill();

    let second = Holdfast::start_with(&arguments, &[]);
    let found = second.client().call("GET", &path).expect(200).json();
    assert_eq!(found["cart"]["currency"], json!("CHF"));
    assert_eq!(found["user"]["login"], json!("zhang.wei"));
}
