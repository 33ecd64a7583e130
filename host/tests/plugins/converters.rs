//! Converters: good ones, and every way in which one can be wrong.

use std::fs;
use std::path::Path;

use holdfast::plugin::{Loaded, PluginError, PluginSettings, Plugins, check};
use holdfast_document::{Writer, sample};
use tempfile::TempDir;

use crate::wat;

/// What a converter of text is made of. Its name is that of `describe`; what is declared stands at 4096.
struct Pieces<'a> {
    name: &'a str,
    declarations: &'a str,
    /// The variant of `rewrite`, and for `naming` one name.
    before: (u8, &'a str),
    before_serialize: &'a str,
    after_serialize: &'a str,
    exports: &'a str,
}

/// What came in goes out. A failure may hold a `u64`: so what a result holds stands 8 bytes behind its beginning.
const SAME: &str = "(i32.store8 (i32.const 8192) (i32.const 0))
    (i32.store (i32.const 8200) (local.get 0)) (i32.store (i32.const 8204) (local.get 1)) (i32.const 8192)";

const PLAIN: Pieces<'_> = Pieces {
    name: "same",
    declarations: "class a.B\nkryo/4 fields\n",
    before: (1, ""),
    before_serialize: SAME,
    after_serialize: SAME,
    exports: "",
};

/// Little-endian numbers as a data string.
fn numbers(numbers: &[usize]) -> String {
    let bytes = numbers.iter().flat_map(|number| u32::try_from(*number).unwrap().to_le_bytes());
    bytes.map(|byte| format!("\\{byte:02x}")).collect()
}

fn text(text: &str) -> String {
    text.bytes().map(|byte| format!("\\{byte:02x}")).collect()
}

fn component(pieces: &Pieces<'_>) -> Vec<u8> {
    let Pieces { name, declarations, before: (case, naming), .. } = *pieces;
    let rewrite = match case {
        2 => numbers(&[2, 5300, 1]),
        case => numbers(&[usize::from(case), 0, 0]),
    };
    let module = format!(
        r#"(memory (export "memory") 16)
        (global $top (mut i32) (i32.const 65536))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
        (data (i32.const 1024) "{name}1.0a.Converter")
        (data (i32.const 2048) "{describe}")
        (data (i32.const 2100) "{classes}")
        (func (export "describe") (result i32) (i32.const 2048))
        (func (export "configure") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 12288))
        (data (i32.const 4096) "{declarations_record}{rewrite}{never}")
        (data (i32.const 5000) "{declarations}")
        (data (i32.const 5300) "{naming_list}")
        (data (i32.const 5400) "{naming}")
        (func (export "declarations") (result i32) (i32.const 4096))
        (func (export "before-serialize") (param i32 i32) (result i32) {before_serialize})
        (func (export "after-deserialize") (param i32 i32) (result i32) {after_serialize})"#,
        describe = numbers(&[1024, name.len(), 1024 + name.len(), 3, 2100, 1, 0, 0]),
        classes = numbers(&[1024 + name.len() + 3, 11]),
        declarations_record = numbers(&[5000, declarations.len()]),
        never = numbers(&[0, 0, 0]),
        declarations = text(declarations),
        naming_list = numbers(&[5400, naming.len()]),
        before_serialize = pieces.before_serialize,
        after_serialize = pieces.after_serialize,
    );
    let exports = if pieces.exports.is_empty() { EXPORTS } else { pieces.exports };
    let frame = fs::read_to_string(wat::here().join("frame/component.wat")).unwrap();
    // The same types, and those of converters.
    let types = frame.split(";; Memory stands apart").next().unwrap();
    let component = format!(
        r#"{types}
        (alias export $types "option-info" (type $option-info-outer))
        (import "holdfast:plugin/converting@1.0.0" (instance $converting
          (alias outer 1 $option-info-outer (type $option-info-here))
          (export "option-info" (type $option-info (eq $option-info-here)))
          (type $converter-description' (record
            (field "name" string) (field "version" string) (field "classes" (list string))
            (field "options" (list $option-info))))
          (export "converter-description" (type (eq $converter-description')))
          (type $rewrite' (variant (case "never") (case "always") (case "naming" (list string))))
          (export "rewrite" (type $rewrite (eq $rewrite')))
          (type $declarations' (record
            (field "classes" string) (field "before-serialize" $rewrite) (field "after-deserialize" $rewrite)))
          (export "declarations" (type (eq $declarations')))))
        (alias export $converting "converter-description" (type $converter-description'))
        (import "converter-description" (type $converter-description (eq $converter-description')))
        (alias export $converting "declarations" (type $declarations'))
        (import "declarations" (type $declarations (eq $declarations')))
        (core module $plugin {module})
        (core instance $plugin (instantiate $plugin))
        (alias core export $plugin "memory" (core memory $bytes))
        (alias core export $plugin "realloc" (core func $realloc))
        {exports})"#
    );
    wat::parse(&component)
}

const EXPORTS: &str = r#"
    (func (export "describe") (result $converter-description)
      (canon lift (core func $plugin "describe") (memory $bytes)))
    (func (export "configure") (param "settings" $settings) (result (result (error $failure)))
      (canon lift (core func $plugin "configure") (memory $bytes) (realloc $realloc)))
    (func (export "declarations") (result $declarations)
      (canon lift (core func $plugin "declarations") (memory $bytes)))
    (func (export "before-serialize") (param "document" (list u8)) (result (result (list u8) (error $failure)))
      (canon lift (core func $plugin "before-serialize") (memory $bytes) (realloc $realloc)))
    (func (export "after-deserialize") (param "document" (list u8)) (result (result (list u8) (error $failure)))
      (canon lift (core func $plugin "after-deserialize") (memory $bytes) (realloc $realloc)))"#;

/// What is said about a file.
fn said(bytes: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("it.wasm");
    fs::write(&file, bytes).unwrap();
    match check(&file, &wat::settings()).unwrap().outcome {
        Ok(loaded) => format!("{} is used", loaded.name()),
        Err(error) => error.reason(),
    }
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn load(folder: &Path, converters: &[&str]) -> Plugins {
    let converters = converters.iter().map(|name| (*name).to_owned()).collect();
    Plugins::load(folder, &PluginSettings { converters, ..wat::settings() }).unwrap()
}

#[test]
fn a_converter_is_told_from_a_serializer_and_found_by_its_name_and_class() {
    let folder = folder(&[("a.wasm", &component(&PLAIN)), ("b.wasm", &wat::plugin_of(&[]))]);
    let plugins = load(folder.path(), &[]);
    assert_eq!(plugins.loaded().map(Loaded::name).collect::<Vec<_>>(), ["same", "plain"]);
    assert_eq!(plugins.iter().count(), 1);
    for name in ["same", "a.Converter"] {
        assert_eq!(plugins.converter(name).unwrap().description().name, "same");
    }
    assert!(plugins.converter("plain").is_none());
    assert!(plugins.by_name("same").is_none());
    assert_eq!(plugins.converter("same").unwrap().declarations().classes[0].name, "a.B");
}

#[test]
fn every_wrong_converter_is_refused_with_what_is_wrong() {
    let cases: [(&str, Pieces<'_>, &str); 10] = [
        ("good", PLAIN, "same is used"),
        (
            "declares nonsense",
            Pieces { declarations: "class a.B\nkryo/4 n:int", ..PLAIN },
            "its declarations are not of their form: line 2: the class has no slot 'n'; it has none",
        ),
        (
            "has no effect",
            Pieces { declarations: "", before: (0, ""), ..PLAIN },
            "it declares no class and never rewrites a document: it would have no effect",
        ),
        (
            "looks for nothing",
            Pieces { before: (2, ""), ..PLAIN },
            "the names that it looks for are more than 16, or one is empty",
        ),
        ("traps", Pieces { before_serialize: "unreachable", ..PLAIN }, "trapped: "),
        (
            "runs for ever",
            Pieces { before_serialize: "(loop $again (br $again)) unreachable", ..PLAIN },
            "gave no answer within 200ms and was stopped",
        ),
        (
            "returns no document",
            Pieces {
                before_serialize: "(i32.store8 (i32.const 8192) (i32.const 0))
                    (i32.store (i32.const 8200) (i32.const 1024)) (i32.store (i32.const 8204) (i32.const 3)) (i32.const 8192)",
                ..PLAIN
            },
            "what it made of a document is none: ",
        ),
        (
            "is not asked where it need not be",
            Pieces { before: (0, ""), before_serialize: "unreachable", ..PLAIN },
            "same is used",
        ),
        ("has no name", Pieces { name: "No", ..PLAIN }, "its name is 'No'; "),
        (
            "lacks exports",
            Pieces {
                exports: r#"(func (export "declarations") (result $declarations)
                    (canon lift (core func $plugin "declarations") (memory $bytes)))"#,
                ..PLAIN
            },
            "it does not export describe, configure, before-serialize, after-deserialize; the world 'converter' of \
             wit/holdfast.wit says what a plugin exports",
        ),
    ];
    for (case, pieces, expected) in cases {
        let said = said(&component(&pieces));
        assert!(said.starts_with(expected), "{case}: {said}");
    }
}

#[test]
fn a_component_of_neither_world_is_held_to_that_of_a_serializer() {
    let component = wat::parse("(component)");
    assert!(said(&component).contains("it does not export describe, configure, serialize, deserialize"));
}

#[test]
fn a_configured_converter_sees_documents_and_an_unnamed_one_none() {
    let mut wanted = Vec::new();
    let mut writer = Writer::document(&mut wanted, 1);
    writer.attribute("a");
    writer.str("org.example.Date");
    writer.end();
    // A document that has the name in it is wanted, and no other; of the one above the converter traps.
    let trap = format!("(if (i32.eq (local.get 1) (i32.const {})) (then unreachable)) {SAME}", wanted.len());
    let pieces = Pieces { before: (2, "org.example."), before_serialize: &trap, ..PLAIN };
    let folder = folder(&[("a.wasm", &component(&pieces)), ("b.wasm", &wat::plugin_of(&[]))]);

    let plugins = load(folder.path(), &["same"]);
    let plain = plugins.by_name("plain").unwrap();
    assert_eq!(plain.serialize(&sample()).unwrap(), sample());
    let error = plain.serialize(&wanted).unwrap_err();
    assert!(
        matches!(&error, PluginError::Converter { plugin, .. } if plugin.name() == Some("plain")),
        "{error}"
    );
    assert!(error.reason().starts_with("plugin 'same' (") && error.reason().contains("trapped"), "{error}");
    assert_eq!(plain.deserialize(&wanted).unwrap(), wanted);

    let plugins = load(folder.path(), &[]);
    assert_eq!(plugins.by_name("plain").unwrap().serialize(&wanted).unwrap(), wanted);
}

#[test]
fn two_converters_that_declare_one_class_are_not_used_together() {
    let other = Pieces { name: "othr", ..PLAIN };
    let folder = folder(&[("a.wasm", &component(&PLAIN)), ("b.wasm", &component(&other))]);
    let plugins = load(folder.path(), &["same", "othr"]);
    assert_eq!(plugins.conflict(), Some("same and othr both declare class a.B; name one of them"));
    // Both names may stand for one converter, as MSM has a class for each serializer.
    assert_eq!(load(folder.path(), &["same", "a.Converter"]).conflict(), None);
}

#[test]
fn converters_and_serializers_share_their_names() {
    let twin = Pieces { name: "plain", ..PLAIN };
    let folder = folder(&[("a.wasm", &component(&twin)), ("b.wasm", &wat::plugin_of(&[]))]);
    let plugins = load(folder.path(), &[]);
    let refused = plugins.entries()[1].outcome.as_ref().unwrap_err().reason();
    assert!(refused.contains("has the same name 'plain'; remove one of the two"), "{refused}");
}
