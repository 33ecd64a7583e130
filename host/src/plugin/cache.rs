//! Compiled code on disk: loading it takes a hundredth of the time that compiling does.
//!
//! Compiled code is trusted: what stands in such a file is run as it is. So only files that Holdfast wrote itself are
//! read, from a folder that belongs to its user and that nobody else may write to. Files of another version of the
//! engine, or damaged ones, count as absent.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;
use xxhash_rust::xxh3::xxh3_128;

/// The first bytes of a file. A file is these, the checksum of the rest, and the compiled code.
const MAGIC: &[u8; 16] = b"holdfast-code-1\n";
const CHECKSUM: usize = 16;

/// Files that nobody read for so long are removed.
const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);

/// The folder for compiled code by the conventions of the system: `$XDG_CACHE_HOME/holdfast`, or
/// `~/.cache/holdfast`.
#[must_use]
pub fn default_cache() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("holdfast"))
}

/// A folder of compiled code.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens the folder, and makes it when it is missing. One that others may write to is not used.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        match private_folder(folder) {
            Ok(()) => Some(Self { folder: folder.to_owned() }),
            Err(reason) => {
                tracing::warn!(
                    "plugins are compiled at every start, the cache {} is not used: {reason}",
                    folder.display()
                );
                None
            }
        }
    }

    pub(super) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Finds what was compiled of a file, or compiles it and keeps the result. Only compiling can fail.
    ///
    /// The file is known by its digest, and what is done to it before it is compiled by a number.
    pub(super) fn component(
        &self,
        engine: &Engine,
        file: &[u8; 32],
        rewriting: u64,
        compile: impl FnOnce() -> wasmtime::Result<Component>,
    ) -> wasmtime::Result<Component> {
        let path = self.path(engine, file, rewriting);
        if let Some(component) = read(engine, &path) {
            return Ok(component);
        }
        let component = compile()?;
        if let Err(error) = self.write(&path, &component) {
            tracing::debug!("cannot keep compiled code in {}: {error:#}", path.display());
        }
        Ok(component)
    }

    /// Named by what it was made of and by all that the engine says decides whether its code fits.
    fn path(&self, engine: &Engine, file: &[u8; 32], rewriting: u64) -> PathBuf {
        let mut hash = Sha256Hasher(Sha256::new());
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hash);
        hash.0.update(file);
        hash.0.update(rewriting.to_le_bytes());
        let name: String = hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name).with_extension("code")
    }

    /// Writes beside and renames: a reader sees a whole file or none.
    fn write(&self, path: &Path, component: &Component) -> wasmtime::Result<()> {
        let code = component.serialize()?;
        let beside = path.with_extension(format!("{}.tmp", process::id()));
        let written = fs::File::create(&beside).and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(&xxh3_128(&code).to_le_bytes())?;
            file.write_all(&code)?;
            fs::rename(&beside, path)
        });
        if written.is_err() {
            // It may not exist, or not be removable: either way it is never read.
            let _ = fs::remove_file(&beside);
        }
        self.prune();
        Ok(written?)
    }

    fn prune(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            let age = file.metadata().and_then(|data| data.modified()).map(|time| time.elapsed());
            if matches!(age, Ok(Ok(age)) if age > KEPT) {
                // Another process may have removed it already.
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

/// Lets the engine's compatibility hash, which only implements `Hash`, go into a digest.
struct Sha256Hasher(Sha256);

impl std::hash::Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

fn read(engine: &Engine, path: &Path) -> Option<Component> {
    let file = fs::read(path).ok()?;
    let (magic, rest) = file.split_first_chunk()?;
    let (checksum, code) = rest.split_first_chunk::<CHECKSUM>()?;
    if magic != MAGIC || u128::from_le_bytes(*checksum) != xxh3_128(code) {
        return None;
    }
    #[allow(
        unsafe_code,
        reason = "the bytes are what `write` got from `Component::serialize`: they come from a folder that only this \
                  user may write to, bear our mark and match their checksum; wasmtime refuses another version's"
    )]
    let component = unsafe { Component::deserialize(engine, code) };
    match component {
        Ok(component) => {
            // So that pruning goes by use. A file that cannot be touched is merely compiled again some day.
            let _ = fs::File::options()
                .write(true)
                .open(path)
                .and_then(|file| file.set_modified(SystemTime::now()));
            Some(component)
        }
        Err(error) => {
            tracing::debug!("compiled code in {} is not used: {error:#}", path.display());
            None
        }
    }
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};

    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).map_err(|error| error.to_string())?;
    let folder = fs::metadata(folder).map_err(|error| error.to_string())?;
    let ours = fs::metadata("/proc/self").map_or(folder.uid(), |process| process.uid());
    if folder.uid() != ours {
        return Err("it belongs to another user".to_owned());
    }
    if folder.mode() & 0o022 != 0 {
        return Err("others may write to it; chmod 700 cures that".to_owned());
    }
    Ok(())
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::runtime::digest;

    #[test]
    fn what_was_compiled_is_found_by_the_file_and_what_is_done_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let engine = Engine::default();
        let wasm = include_bytes!("echo.wasm");
        let compiles = |file: &[u8; 32], rewriting| {
            let mut compiled = false;
            let compile = || {
                compiled = true;
                Component::from_binary(&engine, wasm)
            };
            cache.component(&engine, file, rewriting, compile).unwrap();
            compiled
        };
        let file = digest(wasm);
        assert!(compiles(&file, 1));
        assert!(!compiles(&file, 1), "it is found");
        assert!(compiles(&file, 2), "done otherwise");
        assert!(compiles(&digest(b"another"), 1), "of another file");
    }
}
