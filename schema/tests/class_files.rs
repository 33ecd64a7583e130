//! Class files, against what the JVM knows of the same classes: `classes/expected.tsv`, printed by `classes/Expected.java`
//! on JDK 17.
#![cfg(feature = "sources")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use holdfast_schema::sources::{Knowledge, Selection, Sources};
use holdfast_schema::{Class, Field, Kind};

const EXPECTED: &str = include_str!("classes/expected.tsv");

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn all() -> Knowledge {
    let mut sources = Sources::default();
    sources.add(&folder("tests/classes"));
    sources.add(&folder("../tests/golden/classes"));
    sources.finish(Selection::All).unwrap()
}

/// What `Expected.java` prints of a class.
fn line(class: &Class) -> String {
    let kind = match class.kind {
        Kind::Class => "class",
        Kind::Enum => "enum",
        Kind::Interface => "interface",
        Kind::Record => "record",
    };
    let some = |flags: &[(bool, &str)]| {
        flags.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect::<Vec<_>>().join(",")
    };
    let flags = some(&[
        (class.is_public, "public"),
        (class.is_final, "final"),
        (class.is_abstract, "abstract"),
        (class.is_serializable, "serializable"),
        (class.is_externalizable, "externalizable"),
    ]);
    // The JVM looks for them only where it would call them.
    let (serializable, external) = (class.is_serializable, class.is_externalizable);
    let custom = serializable && !matches!(class.kind, Kind::Interface | Kind::Enum);
    let methods = some(&[
        (custom && !external && class.kind != Kind::Record && class.has_write_object, "writeObject"),
        (custom && !external && class.kind != Kind::Record && class.has_read_object, "readObject"),
        (custom && class.has_write_replace, "writeReplace"),
        (custom && class.has_read_resolve, "readResolve"),
    ]);
    let texts = |fields: &[Field]| -> Vec<String> {
        fields.iter().map(|field| format!("{} {}", field.descriptor, field.name)).collect()
    };
    let fields = texts(&class.fields).join(",");
    let mut serial = match &class.serial_fields {
        _ if !custom || external => Vec::new(),
        Some(fields) if class.kind != Kind::Record => texts(fields),
        _ => texts(&class.fields),
    };
    serial.sort();
    let constants: Vec<String> = class
        .constants
        .iter()
        .map(|constant| format!("{} {}", constant.name, constant.body.as_deref().unwrap_or(&class.name)))
        .collect();
    let superclass = class.superclass.as_deref().unwrap_or("-");
    let suid = class.suid.map_or_else(|| "-".to_owned(), |suid| suid.to_string());
    let interfaces = class.interfaces.join(",");
    [
        &class.name,
        kind,
        &flags,
        superclass,
        &interfaces,
        &suid,
        &methods,
        &fields,
        &serial.join(","),
        &constants.join(","),
    ]
    .join("\t")
}

#[test]
fn class_files_say_what_the_jvm_knows_of_their_classes() {
    let found: BTreeMap<String, String> =
        all().classes.iter().map(|class| (class.name.clone(), line(class))).collect();
    let mut wrong = String::new();
    for expected in EXPECTED.lines() {
        let name = expected.split('\t').next().unwrap();
        // The JVM has to run the class to know its serialVersionUID.
        if name == "tricky.Tricky$DeclaredComputed" {
            continue;
        }
        let found = found.get(name).map_or("", String::as_str);
        if found != expected {
            wrong.push_str(&format!("- {expected}\n+ {found}\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert_eq!(found.len(), EXPECTED.lines().count());
    assert!(found.len() > 60);
}

#[test]
fn what_only_running_the_class_would_tell_is_said_to_be_unknown() {
    let Knowledge { classes, unknown } = all();
    let computed = classes.iter().find(|class| class.name == "tricky.Tricky$DeclaredComputed").unwrap();
    assert_eq!(computed.suid, None);
    let [problem] = &unknown[..] else { panic!("{unknown:?}") };
    let said = problem.to_string();
    let expected = "Tricky$DeclaredComputed.class: tricky.Tricky$DeclaredComputed: its serialVersionUID is computed when the \
                    class is loaded, so the schema does not know it; write it there by hand";
    assert!(said.ends_with(expected), "{said}");
}
