//! `holdfast config check`: what is understood of a configuration, or everything that is wrong with it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::examples;
use crate::config::check;

/// Looks at configurations.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ConfigCommand {
    Check(CheckArgs),
}

/// Print what is understood of a configuration, or everything that is wrong with it
///
/// The file is a holdfast.toml or Tomcat's context.xml. What is understood goes to standard output as TOML, with
/// the defaults marked, and can be saved and used. What is wrong goes to standard error, each problem
/// with its line and column, and the exit status is 1.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast config check holdfast.toml"
    "holdfast config check /etc/tomcat/context.xml > holdfast.toml"
    "holdfast config check --plugins /opt/holdfast/plugins holdfast.toml"
))]
struct CheckArgs {
    /// The configuration: holdfast.toml or context.xml
    file: PathBuf,
    /// Folder of plugins; names of serializers and their options are checked against them
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
}

impl ConfigArgs {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let ConfigCommand::Check(args) = self.command;
        let (understood, problems) = check(&args.file, None);
        std::io::stdout().write_all(understood.as_bytes())?;
        if problems.0.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        writeln!(std::io::stderr(), "{problems}")?;
        Ok(ExitCode::FAILURE)
    }
}
