//! `holdfast bench`: the serializers of a folder side by side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::{examples, settings};
use crate::bench::{Effort, Report, Session, built_in, measure};
use crate::plugin::{Format, Plugin, Plugins};

/// Measure serializers side by side on your own sessions
///
/// Each plugin writes and reads each session. The round trip is checked, then timed: median and 99th percentile of
/// a call, MB/s of the session document, fuel (WebAssembly instructions, the same in every run), and for the
/// serializers that come with Holdfast how many times longer a call takes than the same code compiled natively.
/// Files say their format by extension: .java, .attrs.ser, .kryo, .msgpack, .document, .json (typed JSON).
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast bench                                  on built-in sessions of plain data"
    "holdfast bench sessions/ cart.java              on sessions of your own"
    "holdfast bench --schema schema.toml cart.kryo    objects of your own classes"
    "holdfast bench --format json > bench.json"
))]
pub(super) struct BenchArgs {
    /// Folder of plugins
    #[arg(long, value_name = "DIR", default_value = "plugins")]
    plugins: PathBuf,
    /// A schema of the application's classes; `holdfast schema` makes one
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// How to print what was measured
    #[arg(long, value_enum, default_value_t = Output::Table)]
    format: Output,
    /// How long each call is repeated, in ms, after a fifth of that to warm up
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    time: u64,
    /// Sessions, or folders of them
    #[arg(value_name = "FILE|FOLDER")]
    sessions: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// A table for people
    Table,
    /// JSON for programs
    Json,
}

impl BenchArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// What could not be read, converted or written.
    pub(super) fn run(self) -> Result<ExitCode> {
        run(&self).map(|()| ExitCode::SUCCESS)
    }
}

fn run(args: &BenchArgs) -> Result<()> {
    let plugins = Plugins::load(&args.plugins, &settings::Schemas::of_flags(&args.schema)?.into_settings())?;
    let mut usable = Vec::new();
    for entry in plugins.entries() {
        match &entry.outcome {
            Ok(loaded) => usable.extend(loaded.serializer()),
            Err(error) => eprintln!("warning: left out: {error}"),
        }
    }
    if usable.is_empty() {
        bail!(
            "{} holds no plugin that can be used; `cargo xtask build` makes those of Holdfast",
            args.plugins.display()
        );
    }
    let sessions = if args.sessions.is_empty() { built_in()? } else { read(&args.sessions, &plugins)? };
    let effort =
        Effort { warm_up: Duration::from_millis(args.time / 5), time: Duration::from_millis(args.time) };

    let progress = progress(sessions.len() * usable.len());
    let mut results = Vec::new();
    for session in &sessions {
        for plugin in &usable {
            progress.set_message(format!("{} on {}", name(plugin), session.name));
            results.push(measure(plugin, session, effort));
            progress.inc(1);
        }
    }
    progress.finish_and_clear();

    let report = Report { results };
    match args.format {
        Output::Table => print!("{}", report.table()),
        Output::Json => println!("{}", serde_json::to_string_pretty(&report)?),
    }
    Ok(())
}

fn name(plugin: &Plugin) -> &str {
    &plugin.description().name
}

/// Shows only where somebody watches; indicatif sees to that.
fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {eta}");
    ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Reads what is named. In a folder, what is no session is passed over with a word; a file that was named must be one.
fn read(paths: &[PathBuf], plugins: &Plugins) -> Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for path in paths {
        if !path.is_dir() {
            sessions.push(session(path, plugins)?);
            continue;
        }
        let folder = || format!("cannot read {}", path.display());
        let mut files = fs::read_dir(path)
            .with_context(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .with_context(folder)?;
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            match session(file, plugins) {
                Ok(session) => sessions.push(session),
                Err(error) => eprintln!("warning: passed over: {error:#}"),
            }
        }
    }
    if sessions.is_empty() {
        bail!("no session was found in {}", shown(paths));
    }
    Ok(sessions)
}

fn session(file: &Path, plugins: &Plugins) -> Result<Session> {
    let format = Format::of_file(file, plugins)?;
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let document = format.read(bytes).with_context(|| file.display().to_string())?;
    Ok(Session { name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(), document })
}

fn shown(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
