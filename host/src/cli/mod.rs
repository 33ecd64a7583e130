//! The commands of the program, one file each.
//!
//! A command is a struct of arguments, which clap turns into its help text, and a `run` that takes it. Results go to
//! standard output, whatever is said about them to standard error, and the exit status is 0 for done, 1 for refused or
//! failed and 2 for wrong usage.

mod bench;
mod completions;
mod config;
mod logging;
mod plugins;
mod schema;
mod serve;
mod session;
mod settings;
mod transcode;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Problems;

/// Headings of our own look as clap's do; clap takes the colours out where the output is no terminal.
macro_rules! examples {
    ($($line:literal)+) => {
        concat!("\u{1b}[1m\u{1b}[4mExamples:\u{1b}[0m", $("\n  ", $line),+)
    };
}
pub(crate) use examples;

/// Keeps web sessions alive when the server or the cache node that holds them dies.
///
/// After every request that changed a session, Holdfast stores a copy of it in memcached, with the keys and the bytes
/// of memcached-session-manager. What turns a session into bytes is a plugin: a WebAssembly component in the folder
/// `plugins`, chosen by name in the configuration.
#[derive(Debug, Parser)]
#[command(
    name = "holdfast",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = examples!(
        "holdfast serve                                  sessions over HTTP, kept in this process"
        "holdfast serve --set memcachedNodes=n1:localhost:11211 --set transcoderFactoryClass=kryo"
        "holdfast serve --config conf/context.xml        with what Tomcat was configured with"
        "holdfast schema shop.war > schema.toml          what serializers must know of your classes"
        "holdfast plugins list                           which serializers there are"
        "holdfast session list --config holdfast.toml    which sessions are stored, and where"
        "holdfast bench sessions/                        how fast they are on sessions of your own"
    )
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Config(config::ConfigArgs),
    Bench(bench::BenchArgs),
    Transcode(transcode::TranscodeArgs),
    Schema(schema::SchemaArgs),
    Plugins(plugins::PluginsArgs),
    Session(session::SessionArgs),
    Completions(completions::CompletionsArgs),
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => args.run(),
        Command::Config(args) => args.run(),
        Command::Bench(args) => args.run(),
        Command::Transcode(args) => args.run(),
        Command::Schema(args) => args.run(),
        Command::Plugins(args) => args.run(),
        Command::Session(args) => args.run(),
        Command::Completions(args) => args.run(),
    };
    match outcome {
        Ok(code) => code,
        // Whoever read the output has read enough of it: `holdfast plugins list | head -1`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told when standard error is closed as well.
            let _ = report(&mut io::stderr().lock(), &error);
            ExitCode::FAILURE
        }
    }
}

/// One line for each thing that is wrong, with its causes.
fn report(out: &mut impl Write, error: &anyhow::Error) -> io::Result<()> {
    match error.downcast_ref::<Problems>() {
        Some(problems) => problems.0.iter().try_for_each(|problem| writeln!(out, "error: {problem}")),
        None => writeln!(out, "error: {}", with_causes(error)),
    }
}

/// Some errors tell their cause themselves, with what they add to it: then it is not told again.
fn with_causes(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line.push_str(": ");
            line.push_str(&cause);
        }
    }
    line
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_line_of_help_and_examples() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            let leaves: Vec<_> = command.get_subcommands().collect();
            for leaf in if leaves.is_empty() { vec![command] } else { leaves } {
                assert!(leaf.get_about().is_some(), "{}", leaf.get_name());
                let help = leaf.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Examples:"), "{}", leaf.get_name());
            }
        }
    }

    #[test]
    fn a_wrong_usage_exits_with_2_and_a_wish_for_help_with_0() {
        for wrong in [&["holdfast"][..], &["holdfast", "serv"], &["holdfast", "completions", "klingon"]] {
            assert_eq!(Cli::try_parse_from(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
        let help = Cli::try_parse_from(["holdfast", "--help"]).unwrap_err();
        assert_eq!((help.kind(), help.exit_code()), (ErrorKind::DisplayHelp, 0));
    }

    #[test]
    fn an_error_is_one_line_with_its_causes() {
        let error =
            Err::<(), _>(anyhow::anyhow!("no such file")).context("cannot read holdfast.toml").unwrap_err();
        let mut out = Vec::new();
        report(&mut out, &error).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "error: cannot read holdfast.toml: no such file\n");
    }

    #[test]
    fn a_cause_that_was_told_is_not_told_again() {
        let error =
            anyhow::anyhow!("no such file").context("a.toml: no such file; make one").context("cannot start");
        assert_eq!(with_causes(&error), "cannot start: a.toml: no such file; make one");
    }

    #[test]
    fn everything_that_is_wrong_with_a_configuration_has_a_line() {
        let wrong = ["nodes=1".to_owned(), "sticky=perhaps".to_owned()];
        let problems = crate::config::Config::load(None, &wrong).unwrap_err();
        let mut out = Vec::new();
        report(&mut out, &problems.into()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().filter(|line| line.starts_with("error: --set ")).count(), 2, "{text}");
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("cannot write");
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&anyhow::anyhow!("cannot write")));
    }
}
