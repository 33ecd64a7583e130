//! The workspace as cargo sees it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A serializer that is built into a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guest {
    /// The name of the package, such as `holdfast-kryo`.
    pub(crate) package: String,
    /// What cargo calls the file that it builds, without its ending.
    pub(crate) artifact: String,
}

impl Guest {
    /// The name of the file in `plugins/`, without its ending.
    pub(crate) fn plugin(&self) -> &str {
        self.package.strip_prefix("holdfast-").unwrap_or(&self.package)
    }
}

/// Folders and members of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    guests: Vec<Guest>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot run cargo")?;
        if !output.status.success() {
            bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        Self::from_metadata(&serde_json::from_slice(&output.stdout)?)
            .context("cargo metadata has an unexpected form")
    }

    /// Guests are the members of `guest-serializers/` that build a `cdylib`.
    fn from_metadata(metadata: &Value) -> Option<Self> {
        let root = PathBuf::from(metadata.get("workspace_root")?.as_str()?);
        let target = PathBuf::from(metadata.get("target_directory")?.as_str()?);
        let folder = root.join("guest-serializers");
        let mut guests = Vec::new();
        for package in metadata.get("packages")?.as_array()? {
            if !Path::new(package.get("manifest_path")?.as_str()?).starts_with(&folder) {
                continue;
            }
            for built in package.get("targets")?.as_array()? {
                let kinds = built.get("kind")?.as_array()?;
                if kinds.iter().any(|kind| kind == "cdylib") {
                    let artifact = built.get("name")?.as_str()?.replace('-', "_");
                    guests.push(Guest { package: package.get("name")?.as_str()?.to_owned(), artifact });
                }
            }
        }
        guests.sort_by(|a, b| a.package.cmp(&b.package));
        Some(Self { root, target, guests })
    }

    /// A file or folder by its path from the root.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Where the plugins go.
    pub(crate) fn plugins(&self) -> PathBuf {
        self.root.join("plugins")
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The serializers, by name.
    pub(crate) fn guests(&self) -> &[Guest] {
        &self.guests
    }

    /// The program, once it is built.
    pub(crate) fn program(&self) -> PathBuf {
        self.target.join("release").join(format!("holdfast{}", env::consts::EXE_SUFFIX))
    }

    /// Runs cargo in the root of the workspace, its output on ours.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<()> {
        run(self.command().args(arguments))
    }

    /// Cargo, in the root of the workspace.
    pub(crate) fn command(&self) -> Command {
        self.command_of(&cargo())
    }

    /// A program, in the root of the workspace.
    pub(crate) fn command_of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}

/// The cargo that runs us, so that `cargo +toolchain xtask` means that toolchain throughout.
fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// Runs a command to its end; anything but success is an error that shows the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// A command as somebody would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_builds_a_library_for_wasm_is_a_guest() {
        let package = |folder: &str, name: &str, kinds: &[&str]| {
            json!({
                "name": name,
                "manifest_path": format!("/w/{folder}/{name}/Cargo.toml"),
                "targets": [{ "name": name, "kind": kinds }],
            })
        };
        let metadata = json!({
            "workspace_root": "/w",
            "target_directory": "/t",
            "packages": [
                package("guest-serializers", "holdfast-sdk", &["lib"]),
                package("guest-serializers", "holdfast-one-two", &["cdylib", "rlib"]),
                package("elsewhere", "native", &["cdylib"]),
            ],
        });
        let workspace = Workspace::from_metadata(&metadata).unwrap();
        let guest = Guest { package: "holdfast-one-two".to_owned(), artifact: "holdfast_one_two".to_owned() };
        assert_eq!(workspace.guests(), std::slice::from_ref(&guest));
        assert_eq!(guest.plugin(), "one-two");
        assert_eq!(workspace.plugins(), Path::new("/w/plugins"));
    }
}
