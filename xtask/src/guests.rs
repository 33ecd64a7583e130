//! Builds the serializers into `plugins/`.

use std::fs;
use std::path::Path;
use std::process;

use anyhow::{Context, Result, bail};

use crate::component::componentize;
use crate::progress::{headline, step};
use crate::toolchain::{TARGET, Toolchain};
use crate::workspace::{Workspace, run};

/// How the guests are compiled.
const FLAGS: [&str; 2] = [
    // What they may use beyond the bare machine: `memchr` and friends are several times faster with vectors.
    "-Ctarget-feature=+simd128,+bulk-memory",
    // A call costs more in WebAssembly than on the machine that the compiler's own threshold is made for: it checks the
    // stack, and hands structures over in memory. At three times that threshold serializers are a tenth faster.
    "-Cllvm-args=-inline-threshold=700",
];

/// Builds every guest and makes a component of it in `plugins/`.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    if workspace.guests().is_empty() {
        bail!("there is no serializer in guest-serializers/");
    }
    let toolchain = Toolchain::prepare(workspace.target())?;
    headline("building the serializers");
    compile(workspace, &toolchain)?;
    step("making components of them", || componentize_all(workspace))
}

fn compile(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let mut flags = FLAGS.map(str::to_owned).to_vec();
    flags.extend(toolchain.flags());
    // The same in TOML and in JSON: a list of strings.
    let flags = serde_json::to_string(&flags)?;

    let mut cargo = workspace.command();
    cargo.args(["build", "--profile", "guest", "--target", TARGET]);
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags={flags}"));
    for guest in workspace.guests() {
        cargo.arg("--package").arg(&guest.package);
    }
    // Flags from the environment would replace ours, and are meant for the machine that builds.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    toolchain.apply(&mut cargo);
    run(&mut cargo)
}

fn componentize_all(workspace: &Workspace) -> Result<()> {
    let plugins = workspace.plugins();
    fs::create_dir_all(&plugins).with_context(|| format!("cannot make {}", plugins.display()))?;
    let built = workspace.target().join(TARGET).join("guest");
    let mut refused = Vec::new();
    for guest in workspace.guests() {
        let module = built.join(&guest.artifact).with_extension("wasm");
        let plugin = plugins.join(guest.plugin()).with_extension("wasm");
        // One that is broken does not keep the others from being built.
        if let Err(error) = componentize_one(&module, &plugin) {
            refused.push(format!("{}: {error:#}", guest.package));
        }
    }
    if !refused.is_empty() {
        bail!("these made no plugin:\n  {}", refused.join("\n  "));
    }
    Ok(())
}

fn componentize_one(module: &Path, plugin: &Path) -> Result<()> {
    let module = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    replace(plugin, &componentize(&module)?)
}

/// Writes beside the file and renames, so that a running host never loads half a plugin; leaves a file alone that is
/// the same already, so that the host need not load it anew.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let beside = path.with_extension(format!("{}.tmp", process::id()));
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
