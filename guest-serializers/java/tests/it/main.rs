//! What the serializer promises, seen from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics says what it found"
)]

mod extended;
mod golden;
mod hostile;
mod plain;
mod refused;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use holdfast_document::{Limits, check};
use holdfast_java::Java;
use holdfast_sdk::{Failure, Serializer, Settings};

/// The document of a stream, seen to be one.
fn read(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    Java::default().deserialize(bytes, &mut document)?;
    check(&document, Limits::default()).unwrap_or_else(|error| panic!("the document is none: {error}"));
    Ok(document)
}

fn write(document: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    Java::default().serialize(document, &mut bytes)?;
    Ok(bytes)
}

fn with_options(options: &[(&'static str, &'static str)]) -> Java {
    let mut java = Java::default();
    java.configure(&Settings { options: options.to_vec(), ..Settings::default() }).unwrap();
    java
}

/// The sessions that MSM wrote.
fn golden() -> &'static [(String, Vec<u8>)] {
    static STREAMS: LazyLock<Vec<(String, Vec<u8>)>> =
        LazyLock::new(|| streams("../../tests/golden", "java"));
    &STREAMS
}

/// Streams of more classes, which `tests/streams/Streams.java` wrote.
fn more() -> &'static [(String, Vec<u8>)] {
    static STREAMS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| streams("tests/streams", "ser"));
    &STREAMS
}

fn all() -> impl Iterator<Item = &'static (String, Vec<u8>)> {
    golden().iter().chain(more())
}

fn stream(name: &str) -> &'static [u8] {
    all().find(|(other, _)| other == name).map_or_else(|| panic!("no stream {name}"), |(_, bytes)| bytes)
}

/// Name and bytes of the files of a folder.
fn streams(folder: &str, extension: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}
