//! Every folder of `cases` is a plugin, and `expected.txt` beside it what is said about it.

use std::fs;
use std::time::{Duration, Instant};

use holdfast::plugin::check;
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

        let began = Instant::now();
        let said = match check(&file, &wat::settings()).unwrap().outcome {
            Ok(plugin) => format!("{} is used", plugin.name()),
            Err(error) => error.to_string(),
        };
        let said = said.replace(&format!("{}/", scratch.path().display()), "") + "\n";

        let expected = case.path().join("expected.txt");
        if bless {
            fs::write(&expected, &said).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{name}: {said}"));
        }
        if began.elapsed() > Duration::from_secs(5) {
            wrong.push(format!("{name}: took {:?}", began.elapsed()));
        }
    }
    assert!(wrong.is_empty(), "not as in expected.txt:\n{}", wrong.join(""));
}
