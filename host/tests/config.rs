//! Configurations as users write them, one folder each in `tests/config`: what `holdfast config check` says of the
//! configuration in the folder is in `expected.txt`. `HOLDFAST_BLESS=1` writes what is said now there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "the helpers of a test may panic too")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use holdfast::config::{Config, KnownSerializer, check};

#[test]
fn every_configuration_is_answered_as_expected() {
    let mut wrong = Vec::new();
    for folder in cases() {
        let said = answer(&folder);
        let expected = folder.join("expected.txt");
        if std::env::var_os("HOLDFAST_BLESS").is_some() {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{}:\n{said}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_understood_can_be_saved_and_used() {
    let mut seen = 0;
    for folder in cases() {
        let (understood, _) = check(&configuration(&folder), |_| Vec::new());
        let Ok(first) = Config::load(Some(&configuration(&folder)), &[]) else { continue };
        // What is not shown cannot be saved.
        if first.manager.password.is_some() {
            continue;
        }
        seen += 1;
        let saved = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        fs::write(saved.path(), &understood).unwrap();
        let again = Config::load(Some(saved.path()), &[]).unwrap();
        assert_eq!(again.manager, first.manager, "{}", folder.display());
        assert_eq!(again.server, first.server, "{}", folder.display());
    }
    assert!(seen > 0);
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

fn configuration(folder: &Path) -> PathBuf {
    let names = ["holdfast.toml", "context.xml", "server.xml"];
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file()).unwrap()
}

/// Standard output and standard error of the command, with the folder's name left out.
fn answer(folder: &Path) -> String {
    let known = known_serializers(folder);
    let judge = |config: &Config| known.map(|known| config.check_plugins(&known, &[])).unwrap_or_default();
    let (mut said, problems) = check(&configuration(folder), judge);
    if !problems.0.is_empty() {
        let separator = if said.is_empty() { "" } else { "\n" };
        writeln!(said, "{separator}{problems}").unwrap();
    }
    said.replace(&format!("{}/", folder.display()), "")
}

/// `plugins.txt`, if there is one: a line for each plugin with its name, its class and its options.
fn known_serializers(folder: &Path) -> Option<Vec<KnownSerializer>> {
    let text = fs::read_to_string(folder.join("plugins.txt")).ok()?;
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let plugins = text.lines().map(words).map(|words| KnownSerializer {
        takes_converters: !["java", "xstream"].contains(&words[0].as_str()),
        name: words[0].clone(),
        classes: words.get(1).cloned().into_iter().collect(),
        options: words.into_iter().skip(2).collect(),
    });
    Some(plugins.collect())
}
