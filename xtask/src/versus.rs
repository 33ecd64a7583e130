//! `cargo xtask bench-jvm`: our plugins beside the real libraries; `cargo xtask bench-tomcat`: the program beside a real
//! Tomcat with MSM.

use anyhow::{Result, bail};

use crate::conformance::judge;
use crate::needs;
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

/// Runs the comparison of plugins and libraries. The plugins must be built.
///
/// # Errors
/// When the real libraries cannot be had, or something does not run.
pub(crate) fn bench_jvm(workspace: &Workspace, options: &Options) -> Result<()> {
    bench(workspace, options, "jvm", "measuring beside the real libraries (some minutes)")
}

/// Runs the comparison of servers. The plugins and the program must be built.
///
/// # Errors
/// When the real libraries or memcached cannot be had, or something does not run.
pub(crate) fn bench_tomcat(workspace: &Workspace, options: &Options) -> Result<()> {
    needs::memcached();
    bench(workspace, options, "tomcat", "measuring beside a real Tomcat (some minutes)")
}

fn bench(workspace: &Workspace, options: &Options, name: &str, title: &str) -> Result<()> {
    if let Some(missing) = judge::build(workspace)? {
        bail!("{missing}");
    }
    headline(title);
    let mut command = workspace.command();
    command.args(["bench", "--package", "holdfast-tests", "--bench", name]);
    if options.format == Output::Json {
        command.args(["--", "json"]);
    }
    run(command.env("HOLDFAST_BIN", workspace.program()).env("HOLDFAST_PLUGINS", workspace.plugins()))
}
