//! `holdfast plugins`: which serializers and converters there are, and what is wrong with those that are not used.

use std::fs;
use std::io::{IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{Cell, ContentArrangement, Table, presets};

use super::examples;
use crate::plugin::{
    Check, Converter, ConverterDescription, Description, Entry, Loaded, OptionInfo, Plugin, PluginSettings,
    Plugins, Report, check,
};

/// List and check serializers and converters
#[derive(Debug, clap::Args)]
pub(super) struct PluginsArgs {
    #[command(subcommand)]
    command: PluginsCommand,
}

#[derive(Debug, clap::Subcommand)]
enum PluginsCommand {
    List(ListArgs),
    Check(CheckArgs),
}

/// List the files of the plugins folder, and why one is not used
///
/// A plugin that is not used disturbs no other, so the exit status is 0 as long as the folder can be read.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!("holdfast plugins list" "holdfast plugins list --plugins /opt/holdfast/plugins"))]
struct ListArgs {
    /// The folder of plugins
    #[arg(long, value_name = "DIR", default_value = "plugins")]
    plugins: PathBuf,
}

/// Check one file as if it lay in the plugins folder, and print what was looked at
///
/// The exit status is 1 when the file is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!("holdfast plugins check target/my-serializer.wasm"))]
struct CheckArgs {
    /// The file, a WebAssembly component
    file: PathBuf,
}

impl PluginsArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the folder of plugins cannot be read, or the output cannot be written.
    pub(super) fn run(self) -> Result<ExitCode> {
        let settings = PluginSettings::default();
        match self.command {
            PluginsCommand::List(args) => {
                let plugins = Plugins::load(&args.plugins, &settings)?;
                list(&mut stdout().lock(), &args.plugins, &plugins)?;
                Ok(ExitCode::SUCCESS)
            }
            PluginsCommand::Check(args) => {
                let report = check(&args.file, &settings)?;
                tell(&mut stdout().lock(), &args.file, &report)?;
                Ok(if report.outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
        }
    }
}

fn list(out: &mut impl Write, folder: &Path, plugins: &Plugins) -> Result<()> {
    if plugins.entries().is_empty() {
        writeln!(out, "There is no plugin in {}. `cargo xtask build` puts some there.", folder.display())?;
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "NAME",
        "VERSION",
        "KIND",
        "FORMAT",
        "TAG",
        "SIZE",
        "STATE",
        "STANDS FOR",
    ]);
    if stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for entry in plugins.entries() {
        table.add_row(row(entry));
    }
    let used = plugins.loaded().count();
    writeln!(out, "{}", table.trim_fmt())?;
    for (file, error) in
        plugins.entries().iter().filter_map(|entry| Some((&entry.file, entry.outcome.as_ref().err()?)))
    {
        writeln!(out, "\n{} is not used: {}", file.display(), error.reason())?;
    }
    let unused = plugins.entries().len() - used;
    writeln!(out, "\n{}: {used} ready, {unused} not used", folder.display())?;
    Ok(())
}

fn row(entry: &Entry) -> [Cell; 8] {
    let size = fs::metadata(&entry.file)
        .map_or_else(|_| String::new(), |data| format!("{} KiB", data.len().div_ceil(1024)));
    match &entry.outcome {
        Ok(Loaded::Converter(converter)) => {
            let description = converter.description();
            let classes = description.classes.join("\n");
            [&description.name, &description.version, "converter", "", "", &size, "ready", &classes]
                .map(Cell::new)
        }
        Ok(Loaded::Serializer(plugin)) => {
            let Description { name, version, format, classes, .. } = plugin.description();
            [
                Cell::new(name),
                Cell::new(version),
                Cell::new("serializer"),
                Cell::new(format),
                Cell::new(tag(plugin)),
                Cell::new(size),
                Cell::new("ready"),
                Cell::new(classes.join("\n")),
            ]
        }
        Err(_) => {
            let name = entry.file.file_name().unwrap_or_default().to_string_lossy();
            [name.as_ref(), "", "", "", "", &size, "not used", ""].map(Cell::new)
        }
    }
}

fn tag(plugin: &Plugin) -> String {
    format!("{:#05x}", plugin.tag())
}

fn tell(out: &mut impl Write, file: &Path, report: &Report) -> Result<()> {
    writeln!(out, "{}", file.display())?;
    for Check { name, outcome } in &report.checks {
        match outcome {
            Ok(found) => writeln!(out, "  ok    {name}: {found}")?,
            Err(wrong) => writeln!(out, "  WRONG {name}: {wrong}")?,
        }
    }
    match &report.outcome {
        Ok(Loaded::Serializer(plugin)) => tell_serializer(out, plugin),
        Ok(Loaded::Converter(converter)) => tell_converter(out, converter),
        Err(_) => Ok(writeln!(out, "This file is not used as a plugin.")?),
    }
}

fn tell_serializer(out: &mut impl Write, plugin: &Plugin) -> Result<()> {
    let Description { name, classes, media_type, options, losses, .. } = plugin.description();
    writeln!(out, "This is the plugin '{name}': tag {}, media type {media_type}.", tag(plugin))?;
    several(out, "It stands for transcoderFactoryClass:", classes.iter().cloned())?;
    several(out, "Options:", options.iter().map(option))?;
    several(out, "What the format does not keep:", losses.iter().cloned())
}

fn tell_converter(out: &mut impl Write, converter: &Converter) -> Result<()> {
    let ConverterDescription { name, classes, options, .. } = converter.description();
    writeln!(out, "This is the converter '{name}': {}.", converter.summary())?;
    several(out, "It stands for customConverter:", classes.iter().cloned())?;
    several(out, "Options:", options.iter().map(option))?;
    let declared = converter.declarations().classes.iter().map(|class| {
        let formats: Vec<&str> = class.layouts.iter().map(|layout| layout.format.as_str()).collect();
        format!("{}: {}", class.name, formats.join(", "))
    });
    several(
        out,
        "Classes in the order of their registration, and the formats that it declares them for:",
        declared,
    )
}

fn option(option: &OptionInfo) -> String {
    format!("{}: {}", option.name, option.help)
}

fn several(out: &mut impl Write, title: &str, lines: impl Iterator<Item = String>) -> Result<()> {
    for (index, line) in lines.enumerate() {
        if index == 0 {
            writeln!(out, "{title}")?;
        }
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
