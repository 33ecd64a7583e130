//! The serializers that come with Holdfast, as `cargo xtask build` makes them.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use holdfast::plugin::{PluginError, PluginSettings, Plugins};
use holdfast_document::sample;
use holdfast_sdk::Serializer;

use crate::wat;

/// The folder that `cargo xtask test` built; a test that finds none says so and is counted as skipped.
fn plugins(test: &str) -> Option<Plugins> {
    let Some(folder) = env::var_os("HOLDFAST_PLUGINS").map(PathBuf::from) else {
        let line = format!("{test}: HOLDFAST_PLUGINS names no folder of built plugins\n");
        match env::var_os("HOLDFAST_SKIPPED") {
            Some(list) => {
                let mut list = OpenOptions::new().append(true).open(list).unwrap();
                list.write_all(line.as_bytes()).unwrap();
            }
            None => eprint!("skipped: {line}"),
        }
        return None;
    };
    let plugins =
        Plugins::load(&folder, &PluginSettings { cache: None, ..PluginSettings::default() }).unwrap();
    assert!(plugins.iter().count() > 0, "no plugin in {}", folder.display());
    Some(plugins)
}

#[test]
fn all_of_them_pass_the_checks() {
    let Some(plugins) = plugins("all_of_them_pass_the_checks") else { return };
    for entry in plugins.entries() {
        if let Err(error) = &entry.outcome {
            panic!("{error}");
        }
    }
}

#[test]
fn as_wasm_they_write_what_they_write_natively() {
    fn compare<S: Serializer>(plugins: &Plugins) {
        let name = S::DESCRIPTION.name;
        let mut natively = Vec::new();
        S::default().serialize(&sample(), &mut natively).unwrap();
        assert!(plugins.by_name(name).unwrap().serialize(&sample()).unwrap() == natively, "{name}");
    }
    let Some(plugins) = plugins("as_wasm_they_write_what_they_write_natively") else { return };
    compare::<holdfast_msgpack::Msgpack>(&plugins);
}

/// Bytes that are nearly right get further into a reader than random ones do.
#[test]
fn none_of_them_traps_on_damaged_bytes() {
    let Some(plugins) = plugins("none_of_them_traps_on_damaged_bytes") else { return };
    let mut random = wat::Random(0x9e37_79b9_7f4a_7c15);
    for plugin in plugins.iter() {
        let good = plugin.serialize(&sample()).unwrap();
        for _ in 0..2000 {
            let mut bytes = good.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                bytes[at] = random.below(256) as u8;
            }
            bytes.truncate(bytes.len() - random.below(4) * random.below(bytes.len()) / 3);
            let way = |input: &[u8]| [plugin.deserialize(input).err(), plugin.serialize(input).err()];
            for error in way(&bytes).into_iter().flatten() {
                let answered = matches!(
                    error,
                    PluginError::NotThisFormat { .. }
                        | PluginError::Damaged { .. }
                        | PluginError::Unrepresentable { .. }
                        | PluginError::Limit { .. }
                );
                assert!(answered, "{error}\n{bytes:02x?}");
            }
        }
    }
}

#[test]
fn deeply_nested_bytes_take_no_thread_down() {
    let Some(plugins) = plugins("deeply_nested_bytes_take_no_thread_down") else { return };
    let mut document = Vec::new();
    let mut writer = holdfast_document::Writer::document(&mut document, 1);
    writer.attribute("deep");
    for _ in 0..900 {
        writer.array(1);
    }
    writer.bool(true);
    writer.end();
    for plugin in plugins.iter() {
        let bytes = plugin.serialize(&document).unwrap();
        assert!(plugin.deserialize(&bytes).is_ok());
    }
}
