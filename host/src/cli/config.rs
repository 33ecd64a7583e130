//! `holdfast config check`: what is understood of a configuration, or everything that is wrong with it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::settings::Schemas;
use super::{examples, settings};
use crate::config::{Config, Problem, Problems, check};
use crate::plugin::{PluginError, PluginSettings, Plugins};

/// Check a configuration
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
    ///
    /// Left out, it is `plugins`, if there is such a folder.
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
}

impl ConfigArgs {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let ConfigCommand::Check(args) = self.command;
        let by_default = || Some(PathBuf::from("plugins")).filter(|folder| folder.is_dir());
        let folder = args.plugins.or_else(by_default);
        let plugins = folder.map(PluginFolder::load).transpose()?;
        let (understood, problems) = check(&args.file, |config| match Schemas::of_config(&[], config) {
            Ok(schemas) => plugins.map(|plugins| plugins.judge(config, schemas)).unwrap_or_default(),
            Err(Problems(problems)) => problems,
        });
        std::io::stdout().write_all(understood.as_bytes())?;
        if let Ok(config) = Config::load(Some(&args.file), &[]) {
            for warning in config.warnings() {
                writeln!(std::io::stderr(), "warning: {warning}")?;
            }
        }
        if problems.0.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        writeln!(std::io::stderr(), "{problems}")?;
        Ok(ExitCode::FAILURE)
    }
}

/// The plugins of a folder, as judges of a configuration.
struct PluginFolder {
    folder: PathBuf,
    plugins: Plugins,
}

impl PluginFolder {
    /// The plugins see no options yet: one that refuses its options could not be asked which it has.
    fn load(folder: PathBuf) -> Result<Self, PluginError> {
        let plugins = Plugins::load(&folder, &PluginSettings::default())?;
        Ok(Self { folder, plugins })
    }

    fn judge(self, config: &Config, schemas: Schemas) -> Vec<Problem> {
        let problems = settings::serializer_problems(config, &self.plugins, &self.folder);
        if problems.is_empty() { self.judge_values(config, schemas) } else { problems }
    }

    /// What options mean only their plugins know.
    fn judge_values(&self, config: &Config, schemas: Schemas) -> Vec<Problem> {
        match Plugins::load(&self.folder, &settings::of_plugins(config, schemas)) {
            Ok(plugins) => {
                let refused =
                    |name: &String| Some(config.serializer_problem(name, plugins.refusal(name)?.to_string()));
                let mut problems: Vec<Problem> = config.serializers.keys().filter_map(refused).collect();
                problems.extend(plugins.conflict().map(|text| config.converter_problem(text)));
                problems
            }
            Err(error) => vec![settings::folder_problem(&self.folder, error.to_string())],
        }
    }
}
