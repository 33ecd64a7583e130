//! `holdfast completions SHELL`.

use std::io::{self, Write};

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
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "holdfast", &mut script);
    io::stdout().write_all(&script).context("cannot write the completions")
}
