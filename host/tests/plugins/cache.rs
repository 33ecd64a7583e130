//! Compiled code between two starts.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast::plugin::{PluginSettings, Plugins, check};
use tempfile::TempDir;

use crate::wat;

struct Scratch {
    folder: TempDir,
    settings: PluginSettings,
}

impl Scratch {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let cache = folder.path().join("cache");
        Self { settings: PluginSettings { cache: Some(cache), ..wat::settings() }, folder }
    }

    /// Loads a plugin of this name and says the name that it answers to.
    fn load(&self, name: &str) -> String {
        let file = self.folder.path().join(format!("{name}.wasm"));
        fs::write(&file, wat::plugin_of(&[("describe.wat", &wat::description(name, "a/1"))])).unwrap();
        check(&file, &self.settings).unwrap().outcome.unwrap().name().to_owned()
    }

    fn cache(&self) -> &Path {
        self.settings.cache.as_deref().unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.cache()).unwrap().map(|file| file.unwrap().path()).collect()
    }

    /// The one file that was written by `work`.
    fn written_by(&self, work: impl FnOnce()) -> PathBuf {
        let before = if self.cache().exists() { self.files() } else { Vec::new() };
        work();
        let new: Vec<_> = self.files().into_iter().filter(|file| !before.contains(file)).collect();
        assert_eq!(new.len(), 1, "{new:?}");
        new[0].clone()
    }
}

#[test]
fn the_second_start_runs_what_the_first_one_compiled() {
    let scratch = Scratch::new();
    let one = scratch.written_by(|| drop(scratch.load("one")));
    let two = scratch.written_by(|| drop(scratch.load("two")));
    assert_eq!(scratch.load("one"), "one");
    // Were the code of `one` compiled anew, it would not answer to the name of the other.
    fs::copy(two, one).unwrap();
    assert_eq!(scratch.load("one"), "two");
}

#[test]
fn a_damaged_file_counts_as_absent_and_is_replaced() {
    let scratch = Scratch::new();
    let file = scratch.written_by(|| drop(scratch.load("one")));
    let good = fs::read(&file).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let mut other_mark = good.clone();
    other_mark[0] ^= 1;
    for bad in [&flipped[..], &other_mark, &good[..good.len() - 1], &good[..20], b""] {
        fs::write(&file, bad).unwrap();
        assert_eq!(scratch.load("one"), "one");
        assert_eq!(fs::read(&file).unwrap().len(), good.len());
    }
    assert_eq!(scratch.files().len(), 1);
}

#[test]
#[cfg(unix)]
fn a_folder_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new();
    fs::create_dir(scratch.cache()).unwrap();
    fs::set_permissions(scratch.cache(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(scratch.load("one"), "one");
    assert!(scratch.files().is_empty());
}

#[test]
#[cfg(unix)]
fn a_new_folder_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new();
    scratch.load("one");
    assert_eq!(fs::metadata(scratch.cache()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn compiled_code_among_the_plugins_is_refused_under_any_name() {
    let scratch = Scratch::new();
    let code = wasmtime::Engine::default().precompile_component(&wat::plugin_of(&[])).unwrap();
    for name in ["a.cwasm", "b.wasm"] {
        fs::write(scratch.folder.path().join(name), &code).unwrap();
    }
    let plugins = Plugins::load(scratch.folder.path(), &scratch.settings).unwrap();
    let said: Vec<_> =
        plugins.entries().iter().map(|entry| entry.outcome.as_ref().unwrap_err().reason()).collect();
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|said| said.starts_with("it is compiled already (.cwasm)")), "{said:?}");
}
