//! Makes sure that the compiler can build for WebAssembly.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, anyhow};

use crate::progress::headline;

mod debian;

use debian::DebianRust;

/// What serializers are built for: a bare machine, so that a component imports nothing but Holdfast's log.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// What builds for [`TARGET`].
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The compiler in use; its standard library for the target is installed.
    Installed,
    /// Debian's compiler, which brings the source of the standard library.
    Debian(DebianRust),
}

impl Toolchain {
    /// Finds the target, or installs it, or finds another way. `target` is cargo's target directory.
    pub(crate) fn prepare(target: &Path) -> Result<Self> {
        if is_installed() {
            return Ok(Self::Installed);
        }
        headline(&format!("installing the Rust target {TARGET}"));
        let rustup = match Command::new("rustup").args(["target", "add", TARGET]).status() {
            Ok(status) if status.success() && is_installed() => return Ok(Self::Installed),
            Ok(status) => format!("`rustup target add {TARGET}` failed ({status})"),
            Err(error) => format!("rustup cannot be run ({error})"),
        };
        headline(&format!("{rustup}; trying Debian's Rust for web browsers instead"));
        DebianRust::prepare(target).map(Self::Debian).map_err(|error| {
            anyhow!(
                "the serializers need the Rust target {TARGET}, and it cannot be had:\n  \
                 - {rustup}\n  \
                 - Debian's packages do not help either: {error:#}\n\
                 With a network that reaches Rust's releases, `rustup target add {TARGET}` is all it takes;\n\
                 on Debian or Ubuntu, `sudo apt-get update` and this command again."
            )
        })
    }

    /// Flags for the compiler.
    pub(crate) fn flags(&self) -> Vec<String> {
        match self {
            Self::Installed => Vec::new(),
            Self::Debian(rust) => rust.flags(),
        }
    }

    /// Makes a `cargo build` use this toolchain.
    pub(crate) fn apply(&self, cargo: &mut Command) {
        match self {
            Self::Installed => {}
            Self::Debian(rust) => rust.apply(cargo),
        }
    }
}

/// The compiler in use.
fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn is_installed() -> bool {
    printed(&["--print", "target-libdir", "--target", TARGET])
        .is_some_and(|folder| PathBuf::from(folder).is_dir())
}

/// The one line that the compiler prints when it is asked this.
fn printed(question: &[&str]) -> Option<String> {
    let output = Command::new(rustc()).args(question).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
