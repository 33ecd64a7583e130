//! A folder with good and bad plugins.

use std::fs;
use std::path::Path;

use holdfast::plugin::{PluginSettings, Plugins};
use tempfile::TempDir;

use crate::wat;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What became of each file, without the path of the folder.
fn outcomes(folder: &TempDir, settings: &PluginSettings) -> Vec<String> {
    let plugins = Plugins::load(folder.path(), settings).unwrap();
    let outcome = |entry: &holdfast::plugin::Entry| match &entry.outcome {
        Ok(plugin) => format!("{} is used", plugin.name()),
        Err(error) => error.to_string().replace(&format!("{}/", folder.path().display()), ""),
    };
    plugins.entries().iter().map(outcome).collect()
}

fn named(name: &str, format: &str) -> Vec<u8> {
    wat::plugin_of(&[("describe.wat", &wat::description(name, format))])
}

#[test]
fn a_bad_file_disables_itself_and_nothing_else() {
    let folder = folder(&[
        ("a.wasm", b"nonsense"),
        ("b.wasm", &named("one", "one/1")),
        ("c.wasm", &wat::plugin(&wat::here().join("cases/spins-for-ever"))),
        ("d.wasm", &named("two", "two/1")),
        ("README.md", b"not meant as a plugin"),
        (".e.wasm", b"hidden"),
    ]);
    let plugins = Plugins::load(folder.path(), &wat::settings()).unwrap();
    let used: Vec<_> = plugins.iter().map(|plugin| plugin.description().name.as_str()).collect();
    assert_eq!(used, ["one", "two"]);
    assert_eq!(plugins.entries().len(), 4);
    assert!(plugins.by_name("one").unwrap().serialize(b"abc").is_ok());
    assert!(plugins.refusal("a").unwrap().to_string().contains("text file"));
    assert!(plugins.refusal("one").is_none());
}

#[test]
fn of_two_plugins_with_one_name_the_later_file_is_refused() {
    let folder = folder(&[("a.wasm", &named("kryo", "kryo/4")), ("b.wasm", &named("kryo", "kryo/5"))]);
    let said = outcomes(&folder, &wat::settings());
    assert_eq!(
        said,
        ["kryo is used", "plugin 'kryo' (b.wasm): a.wasm has the same name 'kryo'; remove one of the two"]
    );
}

#[test]
fn of_two_plugins_with_one_tag_the_later_file_is_refused() {
    // Their CRC-32 ends in the same 12 bits.
    let folder = folder(&[("a.wasm", &named("one", "kryo/4")), ("b.wasm", &named("two", "other/1035"))]);
    let said = outcomes(&folder, &wat::settings());
    assert_eq!(
        said,
        [
            "one is used",
            "plugin 'two' (b.wasm): a.wasm has the same tag 0x246 in item flags (formats 'other/1035' and 'kryo/4'); \
             remove one of the two"
        ]
    );
}

#[test]
fn a_plugin_is_found_by_everything_it_is_known_by() {
    let folder = folder(&[("a.wasm", &named("one", "kryo/4"))]);
    let plugins = Plugins::load(folder.path(), &wat::settings()).unwrap();
    let name = |plugin: Option<&std::sync::Arc<holdfast::plugin::Plugin>>| {
        plugin.map(|plugin| plugin.description().name.clone())
    };
    assert_eq!(name(plugins.by_tag(0x246)).as_deref(), Some("one"));
    assert_eq!(name(plugins.by_media_type("Application/X-Test")).as_deref(), Some("one"));
    assert_eq!(name(plugins.by_class("org.example.None")), None);
}

#[test]
fn options_reach_the_plugin_they_are_meant_for() {
    // Refuses anything but one option.
    let configure = r#"
        (func (export "configure") (param i32) (param $options i32) (param i32 i32 i32 i32) (result i32)
          (i32.store8 (i32.const 4096) (i32.ne (local.get $options) (i32.const 1)))
          (i32.store8 (i32.const 4104) (i32.const 4))
          (i32.store (i32.const 4112) (i32.const 1024))
          (i32.store (i32.const 4116) (i32.const 3))
          (i32.const 4096))"#;
    let plugin = wat::plugin_of(&[
        ("describe.wat", &wat::description("one", "one/1")),
        ("configure.wat", configure),
        // Each argument behind the one before.
        (
            "realloc.wat",
            r#"(global $next (mut i32) (i32.const 65536))
               (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
                 (global.get $next)
                 (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get $size)) (i32.const 7))
                                            (i32.const -8))))"#,
        ),
    ]);
    let folder = folder(&[("a.wasm", &plugin)]);
    let mut settings = wat::settings();
    assert_eq!(outcomes(&folder, &settings), ["plugin 'one' (a.wasm): one"]);
    settings.options.insert("other".to_owned(), vec![("depth".to_owned(), "3".to_owned())]);
    assert_eq!(outcomes(&folder, &settings), ["plugin 'one' (a.wasm): one"]);
    settings.options.insert("one".to_owned(), vec![("depth".to_owned(), "3".to_owned())]);
    assert_eq!(outcomes(&folder, &settings), ["one is used"]);
}

#[test]
fn a_folder_that_does_not_exist_is_an_error_that_names_it() {
    let error = Plugins::load(Path::new("/no/such/folder"), &wat::settings()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plugins folder /no/such/folder cannot be read: No such file or directory (os error 2)"
    );
}
