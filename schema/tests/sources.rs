//! Several sources together: what they say of each other's classes, and which classes are wanted.
#![cfg(feature = "sources")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use holdfast_schema::sources::{Knowledge, Selection, Sources};
use holdfast_schema::{Class, Kind, Origin, text};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use tempfile::TempDir;

#[path = "../../tests/support/shop.rs"]
mod shop;

const SESSION: &str = "com/example/session";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

/// The bytes of a class of the golden files, or of `Tricky`.
fn class_file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classes/tricky");
    let file = if name.starts_with("Tricky") { folder } else { golden("classes").join(SESSION) };
    fs::read(file.join(format!("{name}.class"))).unwrap()
}

fn read(paths: &[&Path], selection: Selection) -> Result<Knowledge, String> {
    let mut sources = Sources::default();
    paths.iter().for_each(|path| sources.add(path));
    sources
        .finish(selection)
        .map_err(|problems| problems.iter().map(|problem| format!("{problem}\n")).collect())
}

fn names(knowledge: &Knowledge) -> Vec<&str> {
    knowledge.classes.iter().map(|class| class.name.rsplit('.').next().unwrap()).collect()
}

fn find<'a>(knowledge: &'a Knowledge, name: &str) -> &'a Class {
    knowledge.classes.iter().find(|class| class.name.ends_with(name)).unwrap()
}

/// An archive in memory.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in entries {
        let (mut entry, config) =
            writer.new_file(*name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut inner = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        inner.write_all(content).unwrap();
        let (encoder, descriptor) = inner.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    File::create(&path).unwrap().write_all(bytes).unwrap();
    path
}

#[test]
fn the_classes_of_the_golden_files_are_what_serializers_are_tested_with() {
    let found = read(&[&golden("classes")], Selection::Sessions).unwrap();
    let mut expected = shop::classes();
    expected.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(found.classes, expected);
    assert!(!shop::schema().is_empty());
}

#[test]
fn a_stream_says_of_its_classes_what_it_knows() {
    let found = read(&[&golden("shopping-cart.java"), &golden("enums.java")], Selection::Sessions).unwrap();
    assert_eq!(names(&found), ["Address", "Cart", "Color", "LineItem", "Op", "User"]);
    let cart = find(&found, ".Cart");
    assert_eq!((cart.origin, cart.suid, cart.kind), (Origin::Stream, Some(21), Kind::Class));
    let mut of_class = read(&[&golden("classes")], Selection::Sessions).unwrap();
    let expected = of_class.classes.iter_mut().find(|class| class.name.ends_with(".Cart")).unwrap();
    // A stream has them in an order of its own.
    let mut fields = cart.fields.clone();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    expected.fields.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(fields, expected.fields);
    assert_eq!(find(&found, ".Op").kind, Kind::Enum);
}

#[test]
fn every_golden_stream_is_read_to_its_end() {
    let files = fs::read_dir(golden("")).unwrap().map(|entry| entry.unwrap().path());
    let streams: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "java")).collect();
    assert!(streams.len() > 50);
    let paths: Vec<&Path> = streams.iter().map(PathBuf::as_path).collect();
    let found = read(&paths, Selection::Sessions).unwrap();
    let classes = read(&[&golden("classes")], Selection::Sessions).unwrap();
    assert_eq!(found.classes.len(), 17, "{:?}", names(&found));
    for class in &found.classes {
        let expected = classes.classes.iter().find(|other| other.name == class.name).unwrap();
        assert_eq!(
            (class.suid, class.is_externalizable),
            (expected.suid, expected.is_externalizable),
            "{}",
            class.name
        );
        assert_eq!(class.superclass, expected.superclass, "{}", class.name);
        assert_eq!(class.fields.len(), expected.serial_fields.as_ref().unwrap_or(&expected.fields).len());
    }
}

#[test]
fn a_class_file_counts_more_than_a_stream_in_either_order() {
    let (stream, class) = (golden("shopping-cart.java"), golden("classes").join(SESSION).join("Cart.class"));
    for paths in [[stream.as_path(), &class], [&class, &stream]] {
        let found = read(&paths, Selection::Sessions).unwrap();
        assert_eq!(find(&found, ".Cart").origin, Origin::Class);
        assert_eq!(find(&found, ".User").origin, Origin::Stream);
    }
}

#[test]
fn a_web_archive_has_all_of_the_application_and_of_libraries_what_sessions_may_hold() {
    let folder = TempDir::new().unwrap();
    let library = archive(&[
        ("com/example/session/Person.class", &class_file("Person")),
        ("com/example/session/Employee.class", &class_file("Employee")),
        ("com/example/session/Gender.class", &class_file("Gender")),
        ("com/example/session/Address.class", &class_file("Address")),
        ("com/example/session/Logical.class", &class_file("Logical")),
        ("tricky/Tricky$NotAtAll.class", &class_file("Tricky$NotAtAll")),
        ("META-INF/versions/9/com/example/session/Person.class", b"another"),
        ("readme.txt", b"text"),
    ]);
    let war = archive(&[
        ("WEB-INF/web.xml", b"<web-app/>"),
        ("WEB-INF/classes/tricky/Tricky$NotTheSuperclass.class", &class_file("Tricky$NotTheSuperclass")),
        ("WEB-INF/classes/com/example/session/Greeter.class", &class_file("Greeter")),
        ("WEB-INF/lib/model.jar", &library),
    ]);
    let war = write(&folder, "shop.war", &war);
    let found = read(&[&war], Selection::Sessions).unwrap();
    // NotAtAll is not serializable, but extended; Logical is an interface that nothing here needs.
    let expected =
        ["Address", "Employee", "Gender", "Greeter", "Person", "Tricky$NotAtAll", "Tricky$NotTheSuperclass"];
    assert_eq!(names(&found), expected);
    // It extends a serializable class of another archive.
    assert!(find(&found, ".Employee").is_serializable);
    let all = read(&[&war], Selection::All).unwrap();
    assert_eq!(all.classes.len(), expected.len() + 1);
}

#[test]
fn a_class_in_two_versions_is_refused_with_both_places() {
    let folder = TempDir::new().unwrap();
    let other = text::write(&[Class {
        suid: Some(22),
        ..find(&read(&[&golden("classes")], Selection::All).unwrap(), ".Cart").clone()
    }]);
    let other = write(&folder, "schema.toml", other.as_bytes());
    let class = write(&folder, "a.jar", &archive(&[("Cart.class", &class_file("Cart"))]));
    let said = read(&[&class, &other], Selection::Sessions).unwrap_err();
    let (class, other) = (class.display(), other.display());
    let expected = format!(
        "{other}: com.example.session.Cart: is another version of it than in {class}!/Cart.class; leave one of them out\n"
    );
    assert_eq!(said, expected);
}

#[test]
fn a_class_of_the_application_counts_more_than_the_same_of_its_libraries() {
    let folder = TempDir::new().unwrap();
    // The same class with another serialVersionUID.
    let mut changed = class_file("Registry");
    let suid = changed.windows(9).position(|window| window == [5, 0, 0, 0, 0, 0, 0, 0, 12]).unwrap();
    changed[suid + 8] = 13;
    let library = archive(&[("Registry.class", &changed)]);
    let own: (&str, &[u8]) = ("WEB-INF/classes/Registry.class", &class_file("Registry"));
    let lib: (&str, &[u8]) = ("WEB-INF/lib/a.jar", &library);
    for entries in [[own, lib], [lib, own]] {
        let war = write(&folder, "a.war", &archive(&entries));
        let found = read(&[&war], Selection::Sessions).unwrap();
        assert_eq!(find(&found, "Registry").suid, Some(12));
    }
    // Between libraries, nobody knows.
    let two = archive(&[
        ("WEB-INF/lib/a.jar", &library),
        ("WEB-INF/lib/b.jar", &archive(&[("Registry.class", &class_file("Registry"))])),
    ]);
    let two = write(&folder, "b.war", &two);
    let said = read(&[&two], Selection::Sessions).unwrap_err();
    assert!(
        said.contains(
            "b.war!/WEB-INF/lib/b.jar!/Registry.class: com.example.session.Registry: is another version"
        ),
        "{said}"
    );
}

#[test]
fn everything_that_is_wrong_with_sources_is_said_at_once() {
    let folder = TempDir::new().unwrap();
    let cut = &class_file("Cart")[..300];
    let jar = write(&folder, "a.jar", &archive(&[("Cart.class", cut), ("lib/b.jar", b"PK\x03\x04 no")]));
    let stream = write(&folder, "b.ser", b"\xac\xed\x00\x05\x73\x72");
    let binary = write(&folder, "c", b"\xff\xfe");
    let missing = folder.path().join("d.class");
    let said = read(&[&jar, &stream, &binary, &missing], Selection::Sessions).unwrap_err();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 5, "{said}");
    assert!(lines[0].contains("a.jar!/Cart.class: is no class file, or a damaged one: "), "{said}");
    assert!(lines[1].contains("a.jar!/lib/b.jar: is no archive, or a damaged one: "), "{said}");
    assert!(lines[2].ends_with("b.ser: is damaged: it ends in the middle of a value"), "{said}");
    assert!(
        lines[3].ends_with("c: is no class file, no JAR or WAR, no Java stream and no text in UTF-8"),
        "{said}"
    );
    assert!(lines[4].contains("d.class: cannot be read: "), "{said}");
}

#[test]
fn a_damaged_class_file_says_something_else_or_is_refused() {
    let whole = class_file("Tricky$Persistent");
    let folder = TempDir::new().unwrap();
    let mut refused = 0;
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let jar = write(&folder, "a.jar", &archive(&[("A.class", &bytes), ("B.class", &whole[..at])]));
        let said = read(&[&jar], Selection::All).unwrap_err();
        refused += usize::from(said.contains("A.class"));
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn a_schema_that_was_made_says_the_same_as_what_it_was_made_from() {
    let folder = TempDir::new().unwrap();
    let made = read(&[&golden("classes")], Selection::Sessions).unwrap();
    let schema = write(&folder, "schema.toml", text::write(&made.classes).as_bytes());
    assert_eq!(read(&[&schema], Selection::Sessions).unwrap(), made);
    assert_eq!(read(&[&schema, &golden("classes")], Selection::Sessions).unwrap(), made);
}
