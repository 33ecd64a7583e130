//! `cargo xtask bench-jvm`: our plugins beside the real libraries.

use anyhow::{Result, bail};

use crate::conformance::judge;
use crate::progress::headline;
use crate::workspace::{Workspace, run};

/// What is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How to print what was measured
    #[arg(long, value_enum, default_value_t = Output::Table)]
    format: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// A table for people
    Table,
    /// JSON for programs
    Json,
}

/// Runs the comparison. The plugins must be built.
///
/// # Errors
/// When the real libraries cannot be had, or something does not run.
pub(crate) fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    if let Some(missing) = judge::build(workspace)? {
        bail!("{missing}");
    }
    headline("measuring beside the real libraries (some minutes)");
    let mut command = workspace.command();
    command.args(["bench", "--package", "holdfast-tests", "--bench", "jvm"]);
    if options.format == Output::Json {
        command.args(["--", "json"]);
    }
    run(command.env("HOLDFAST_PLUGINS", workspace.plugins()))
}
