//! The built program turns many sessions into another format at once.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What is run.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) program: PathBuf,
    pub(super) plugins: PathBuf,
    /// Of the classes of the cases; none where the program cannot make one.
    pub(super) schema: Option<PathBuf>,
}

impl Program {
    /// Whether a serializer is there.
    pub(super) fn has(&self, format: &str) -> bool {
        self.plugins.join(format!("{format}.wasm")).is_file()
    }

    /// Writes each file in another format into a folder, under its name with the extension of that format.
    /// Gives the reasons of those that were refused, by the name of the file without its extension.
    pub(super) fn transcode(
        &self,
        from: &str,
        to: &str,
        files: &[PathBuf],
        folder: &Path,
    ) -> Result<HashMap<String, String>> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        if files.is_empty() {
            return Ok(HashMap::new());
        }
        let mut command = Command::new(&self.program);
        command.args(["transcode", "--from", from, "--to", to]).arg("--plugins").arg(&self.plugins);
        if let Some(schema) = &self.schema {
            command.arg("--schema").arg(schema);
        }
        let output = command
            .arg("--out-dir")
            .arg(folder)
            .args(files)
            .output()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let mut refused = HashMap::new();
        for line in said.lines().filter_map(|line| line.strip_prefix("error: ")) {
            let file = files.iter().find_map(|file| {
                let rest = line.strip_prefix(&*file.to_string_lossy())?.strip_prefix(": ")?;
                Some((file.file_stem()?.to_string_lossy().into_owned(), rest.to_owned()))
            });
            if let Some((case, reason)) = file {
                refused.insert(case, reason);
            }
        }
        let missing = files
            .iter()
            .filter_map(|file| file.file_stem())
            .filter(|stem| !refused.contains_key(&*stem.to_string_lossy()))
            .find(|stem| !folder.join(stem).with_extension(to).is_file());
        if let Some(missing) = missing {
            bail!("{from} to {to}: no word of {}\n{said}", missing.display());
        }
        Ok(refused)
    }
}
