//! `holdfast config check`: what is understood of a configuration, or everything that is wrong with it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config::{Config, KnownSerializer, Problems};

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
#[command(after_help = "Examples:\n  holdfast config check holdfast.toml\n  \
                        holdfast config check /etc/tomcat/context.xml > holdfast.toml")]
struct CheckArgs {
    /// The configuration: holdfast.toml or context.xml
    file: PathBuf,
    /// Folder of plugins; names of serializers and their options are checked against them
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
}

impl ConfigArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the folder of plugins cannot be read, or the output cannot be written.
    pub fn run(self) -> anyhow::Result<ExitCode> {
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

/// What is understood of `file`, as TOML, and what is wrong with it. A file that cannot be understood as a
/// whole is not shown: its defaults would stand where mistakes are.
#[must_use]
pub fn check(file: &Path, plugins: Option<&[KnownSerializer]>) -> (String, Problems) {
    match Config::load(Some(file), &[]) {
        Err(problems) => (String::new(), problems),
        Ok(config) => {
            let mut problems = config.refuse_unsupported();
            problems.extend(plugins.map(|known| config.check_serializers(known)).unwrap_or_default());
            problems.sort_by(|a, b| a.place.cmp(&b.place));
            (config.to_toml(), Problems(problems))
        }
    }
}
