//! `holdfast completions SHELL`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, examples};

/// Print the completions of this command line for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast completions bash > ~/.local/share/bash-completion/completions/holdfast"
    "holdfast completions fish > ~/.config/fish/completions/holdfast.fish"
    "holdfast completions zsh > ~/.zfunc/_holdfast"
))]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "holdfast", &mut script);
        io::stdout().write_all(&script).context("cannot write the completions")?;
        Ok(ExitCode::SUCCESS)
    }
}
