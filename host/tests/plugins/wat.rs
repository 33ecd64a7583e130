//! Makes plugins of text.

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast::plugin::{Limits, Plugin, PluginSettings, Reuse, check};
use tempfile::TempDir;

/// The folder of these tests.
pub(crate) fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugins")
}

/// The plugin of a folder: `plugin.bytes` as it is, `plugin.wat` as a whole, or else the frame with those pieces
/// replaced that stand in the folder.
pub(crate) fn plugin(folder: &Path) -> Vec<u8> {
    if let Ok(bytes) = fs::read(folder.join("plugin.bytes")) {
        return bytes;
    }
    let text = match fs::read_to_string(folder.join("plugin.wat")) {
        Ok(text) => text,
        Err(_) => framed(|piece| fs::read_to_string(folder.join(piece)).ok()),
    };
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", folder.display()))
}

/// The frame with pieces replaced by others, given by the names of their files.
pub(crate) fn plugin_of(pieces: &[(&str, &str)]) -> Vec<u8> {
    let text =
        framed(|piece| pieces.iter().find(|(name, _)| *name == piece).map(|(_, text)| (*text).to_owned()));
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn framed(own: impl Fn(&str) -> Option<String>) -> String {
    let frame = here().join("frame");
    let mut text = fs::read_to_string(frame.join("component.wat")).unwrap();
    for file in fs::read_dir(&frame).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let piece = own(&name).unwrap_or_else(|| fs::read_to_string(frame.join(&name)).unwrap());
        let place = format!("{{{{{}}}}}", name.trim_end_matches(".wat"));
        text = text.replace(&place, &format!("{piece}\n"));
    }
    text
}

/// A component of text.
pub(crate) fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The piece that describes a plugin.
pub(crate) fn description(name: &str, format: &str) -> String {
    let texts = [name, "1.0", format, "", "application/x-test", "", ""];
    let (mut data, mut record, mut at) = (String::new(), String::new(), 1024);
    for text in texts {
        data.push_str(text);
        // An empty list has to be aligned all the same.
        for number in [if text.is_empty() { 0 } else { at }, text.len()] {
            for byte in u32::try_from(number).unwrap().to_le_bytes() {
                record.push_str(&format!("\\{byte:02x}"));
            }
        }
        at += text.len();
    }
    format!(
        r#"(data (i32.const 1024) "{data}") (data (i32.const 2048) "{record}")
           (func (export "describe") (result i32) (i32.const 2048))"#
    )
}

/// Small limits, so that tests are quick, and no cache.
pub(crate) fn settings() -> PluginSettings {
    PluginSettings {
        limits: Limits { time: Duration::from_millis(200), memory: 16 << 20, result: 1 << 20 },
        cache: None,
        ..PluginSettings::default()
    }
}

/// The same with so many warm instances, thrown away after so many calls.
pub(crate) fn warm(instances: usize, max_calls: u64) -> PluginSettings {
    let reuse = Reuse::Warm {
        instances: NonZeroUsize::new(instances).unwrap(),
        max_calls: NonZeroU64::new(max_calls).unwrap(),
    };
    PluginSettings { reuse, ..settings() }
}

/// Loads a plugin from a folder of its own; the folder goes with the first value.
pub(crate) fn load(wasm: &[u8], settings: &PluginSettings) -> (TempDir, Arc<Plugin>) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("test.wasm");
    fs::write(&file, wasm).unwrap();
    let plugin = check(&file, settings).unwrap().outcome.unwrap().serializer().unwrap().clone();
    (folder, plugin)
}

/// Numbers that are the same in every run.
pub(crate) struct Random(pub u64);

impl Random {
    /// A number from 0 to `limit`, the latter excluded.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit.max(1)
    }
}
