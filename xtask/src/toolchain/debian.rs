//! Debian's Rust for web browsers, for machines where rustup gets no targets.
//!
//! The packages are unpacked into the target directory, not installed: that needs no root and leaves the machine's
//! own compiler alone. They hold no standard library for WebAssembly but its source, which cargo builds along.

use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::printed;
use crate::progress::step;
use crate::workspace::run;

const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const COMPILER: &str = "usr/bin/rustc";

/// Debian's compiler, unpacked.
#[derive(Debug)]
pub(crate) struct DebianRust {
    root: PathBuf,
    /// The linker of the compiler in use: Debian's own does not know the newest objects.
    linker: PathBuf,
}

impl DebianRust {
    /// Downloads and unpacks the packages, unless that was done before.
    pub(super) fn prepare(target: &Path) -> Result<Self> {
        let linker = linker()?;
        let root = target.join("debian-rust");
        if !root.is_dir() {
            // Unpacked beside and renamed, so that what exists is complete.
            let beside = target.join("debian-rust.tmp");
            if beside.exists() {
                fs::remove_dir_all(&beside)?;
            }
            fs::create_dir_all(&beside)?;
            step("downloading Debian's Rust for web browsers (150 MB)", || unpack(&beside))?;
            if !beside.join(COMPILER).is_file() {
                bail!("they hold no {COMPILER}; if rustc-web is installed, use it in place of this compiler");
            }
            fs::rename(&beside, &root)?;
        }
        Ok(Self { root, linker })
    }

    pub(super) fn flags(&self) -> Vec<String> {
        vec![format!("-Clinker={}", self.linker.display())]
    }

    pub(super) fn apply(&self, cargo: &mut Command) {
        cargo
            .arg("-Zbuild-std=std,panic_abort")
            // Building the standard library is a nightly feature of cargo.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", self.root.join(COMPILER))
            .env("LD_LIBRARY_PATH", self.root.join(format!("usr/lib/{ARCH}-linux-gnu")));
    }
}

/// The linker for WebAssembly that every toolchain of rustup brings.
fn linker() -> Result<PathBuf> {
    let sysroot = printed(&["--print", "sysroot"]).context("rustc cannot be run")?;
    let host = printed(&["--print", "host-tuple"]).context("rustc cannot be run")?;
    let linker = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld");
    if !linker.is_file() {
        bail!("{} is missing; a toolchain from rustup has it", linker.display());
    }
    Ok(linker)
}

fn unpack(into: &Path) -> Result<()> {
    let mut list = Command::new("apt-get");
    list.args(["install", "--print-uris", "--yes", "--no-install-recommends"]).args(PACKAGES);
    let output = list.output().context("apt-get cannot be run")?;
    if !output.status.success() {
        bail!("apt-get does not find them: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let list = String::from_utf8_lossy(&output.stdout);
    let packages = names(&list);
    run(Command::new("apt-get").args(["--quiet", "--quiet", "download"]).args(&packages).current_dir(into))?;
    for file in fs::read_dir(into)? {
        let file = file?.path();
        if file.extension().is_some_and(|ending| ending == "deb") {
            run(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(into))?;
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}

/// The packages in the output of `apt-get --print-uris`: lines such as `'URI' NAME_VERSION_ARCH.deb SIZE HASH`.
fn names(output: &str) -> Vec<&str> {
    output
        .lines()
        .filter(|line| line.starts_with('\''))
        .filter_map(|line| line.split_whitespace().nth(1)?.split('_').next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_found_between_what_else_apt_says() {
        let output = "Reading package lists...\nNeed to get 3 MB.\n\
                      'http://deb.example/r/rustc-web_1.96.0%2bdfsg1_amd64.deb' rustc-web_1.96.0+dfsg1_amd64.deb 44 SHA256:0\n\
                      'http://deb.example/r/libllvm22_1.deb' libllvm22_1%3a22.1.8_amd64.deb 29 SHA256:0\n";
        assert_eq!(names(output), ["rustc-web", "libllvm22"]);
    }
}
