//! Every folder of `cases` is a plugin, and `expected.txt` beside it what is said about it.

use std::fs;
use std::time::{Duration, Instant};

use holdfast::plugin::{PluginError, PluginSettings, Reuse, check};
use tempfile::TempDir;

use crate::wat;

/// With `HOLDFAST_BLESS=1` the files are written anew instead of compared.
#[test]
fn every_wrong_plugin_is_refused_with_what_is_wrong() {
    let bless = std::env::var_os("HOLDFAST_BLESS").is_some();
    let scratch = TempDir::new().unwrap();
    let mut wrong = Vec::new();
    for case in fs::read_dir(wat::here().join("cases")).unwrap() {
        let case = case.unwrap();
        let name = case.file_name().into_string().unwrap();
        let file = scratch.path().join(format!("{name}.wasm"));
        fs::write(&file, wat::plugin(&case.path())).unwrap();

        // Those that are kept and those that are not are stopped in different ways.
        for reuse in [Reuse::default(), Reuse::Fresh] {
            let began = Instant::now();
            let said = match check(&file, &PluginSettings { reuse, ..wat::settings() }).unwrap().outcome {
                Ok(plugin) => format!("{} is used", plugin.name()),
                Err(error) => error.to_string(),
            };
            let said = said.replace(&format!("{}/", scratch.path().display()), "") + "\n";

            let expected = case.path().join("expected.txt");
            if bless {
                fs::write(&expected, &said).unwrap();
            }
            if fs::read_to_string(&expected).unwrap_or_default() != said {
                wrong.push(format!("{name}, {reuse:?}: {said}"));
            }
            if began.elapsed() > Duration::from_secs(5) {
                wrong.push(format!("{name}, {reuse:?}: took {:?}", began.elapsed()));
            }
        }
    }
    assert!(wrong.is_empty(), "not as in expected.txt:\n{}", wrong.join(""));
}

#[test]
fn a_plugin_that_reads_what_tells_it_to_stop_is_stopped_all_the_same() {
    let spins = "(func (export \"serialize\") (param i32 i32) (result i32)
        (drop (i32.load8_u (i32.const 0x7fff0000)))
        (loop $again (drop (i32.load8_u (i32.const 0x7fff0000))) (br $again))
        (unreachable))";
    let scratch = TempDir::new().unwrap();
    let file = scratch.path().join("spins.wasm");
    fs::write(&file, wat::plugin_of(&[("serialize.wat", spins)])).unwrap();
    let error = check(&file, &wat::settings()).unwrap().outcome.unwrap_err();
    assert!(matches!(error, PluginError::TimedOut { .. }), "{error}");
}
