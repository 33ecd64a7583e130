//! `cargo xtask`: everything that a newcomer or CI runs.

mod component;
mod conformance;
mod fuzz;
mod guests;
mod needs;
mod progress;
mod serve;
mod testing;
mod toolchain;
mod versus;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Builds, runs and tests Holdfast.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build the plugins into `plugins/` and the program in release.
    Build {
        /// Build the plugins alone.
        #[arg(long)]
        plugins_only: bool,
    },
    /// Build all, then run the session service on 127.0.0.1 with two embedded nodes.
    Run {
        /// More for `holdfast serve`, such as `--listen 127.0.0.1:0`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Set up what tests need, then run every test.
    Test,
    /// Let the real Java libraries judge what the serializers read and write, and write `docs/conformance.md`.
    Conformance(conformance::Options),
    /// Measure the plugins beside the real Java libraries, on the same sessions.
    BenchJvm(versus::Options),
    /// Measure the program beside a real Tomcat with MSM, on the same memcacheds.
    BenchTomcat(versus::Options),
    /// Throw hostile bytes at everything that reads bytes from outside.
    Fuzz {
        /// The targets, such as `kryo`; all of them when none is named.
        targets: Vec<String>,
        /// How long each runs.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// Go the same way each time, from the golden files alone; a number from 1.
        #[arg(long)]
        seed: Option<u32>,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Build { plugins_only } => build(&workspace, *plugins_only),
        Task::Run { arguments } => {
            build(&workspace, false)?;
            serve::serve(&workspace, arguments)
        }
        Task::Test => testing::test(&workspace),
        Task::Conformance(options) => {
            if options.builds() {
                build(&workspace, false)?;
            }
            match conformance::run(&workspace, options)? {
                conformance::Found::Counted { failed: 0, .. } => Ok(()),
                conformance::Found::Counted { passed, failed } => {
                    bail!("{failed} sessions of {} disagree", passed + failed)
                }
                conformance::Found::Skipped(why) => bail!("{why}"),
            }
        }
        Task::BenchJvm(options) => {
            guests::build(&workspace)?;
            versus::bench_jvm(&workspace, options)
        }
        Task::BenchTomcat(options) => {
            build(&workspace, false)?;
            versus::bench_tomcat(&workspace, options)
        }
        Task::Fuzz { targets, seconds, seed } => fuzz::fuzz(&workspace, targets, *seconds, *seed),
    }
}

/// Leaves the plugins in `plugins/` and the program in the release folder of the target directory.
fn build(workspace: &Workspace, plugins_only: bool) -> Result<()> {
    guests::build(workspace)?;
    if !plugins_only {
        progress::headline("building the program (wasmtime takes some minutes, the first time)");
        workspace.cargo(&["build", "--release", "--package", "holdfast"])?;
        progress::headline(&format!("{} is ready", workspace.program().display()));
    }
    Ok(())
}
