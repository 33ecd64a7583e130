//! `holdfast transcode`: sessions from one format into another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{examples, logging, settings};
use crate::plugin::{Format, Plugins};

/// Turn stored sessions of one format into another
///
/// A format is the name of a plugin, `document` (the session document itself) or `json` (the document as typed
/// JSON, without loss). What the new format cannot hold is refused with its path, and nothing is written;
/// what it holds and loses is said on standard error.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast transcode --from java --to json session.java session.json"
    "holdfast transcode --from java --to kryo --out-dir converted/ sessions/*.java"
    "holdfast transcode --schema schema.toml --from kryo --to json cart.kryo cart.json"
    "holdfast transcode --from kryo --to java --converter joda-time,form=java session.kryo session.java"
))]
pub(super) struct TranscodeArgs {
    /// Format of the files that are read
    #[arg(long, value_name = "FORMAT")]
    from: String,
    /// Format of the files that are written
    #[arg(long, value_name = "FORMAT")]
    to: String,
    /// Folder of plugins
    #[arg(long, value_name = "DIR", default_value = "plugins")]
    plugins: PathBuf,
    /// A schema of the application's classes; `holdfast schema` makes one
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// A converter, as customConverter names it, with options behind commas; several in the order of their registration
    #[arg(long, value_name = "NAME[,OPTION=VALUE]...")]
    converter: Vec<String>,
    /// Folder for the results, each under the name of its file with the extension of the new format
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// IN OUT, or, with --out-dir, as many files to read as there are
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl TranscodeArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// What could not be read, converted or written.
    pub(super) fn run(self) -> Result<ExitCode> {
        run(&self).map(|()| ExitCode::SUCCESS)
    }
}

fn run(args: &TranscodeArgs) -> Result<()> {
    // What the new format loses its plugin says here.
    logging::start("warn")?;
    let plugins = load_plugins(args)?;
    let from = Format::named(&args.from, &plugins)?;
    let to = Format::named(&args.to, &plugins)?;
    let Some(folder) = &args.out_dir else {
        let [source, target] = args.files.as_slice() else {
            bail!("two files are needed, the one to read and the one to write; for many, --out-dir DIR");
        };
        return transcode(&from, &to, source, target);
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut failed = 0;
    for source in &args.files {
        let name = source.file_name().with_context(|| format!("{} is no file", source.display()))?;
        let target = folder.join(name).with_extension(to.extension());
        if let Err(error) = transcode(&from, &to, source, &target) {
            eprintln!("error: {error:#}");
            failed += 1;
        }
    }
    if failed > 0 {
        bail!("{failed} of {} files could not be converted", args.files.len());
    }
    Ok(())
}

fn load_plugins(args: &TranscodeArgs) -> Result<Plugins> {
    let mut settings = settings::Schemas::of_flags(&args.schema)?.into_settings();
    for converter in &args.converter {
        let mut words = converter.split(',').map(str::trim);
        let name = words.next().unwrap_or_default();
        let options: Option<Vec<_>> = words
            .map(|word| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect();
        let Some(options) = options else { bail!("--converter {converter}: an option is NAME=VALUE") };
        settings.options.insert(name.to_owned(), options);
        settings.converters.push(name.to_owned());
    }
    let plugins = Plugins::load(&args.plugins, &settings)?;
    for name in &settings.converters {
        if plugins.converter(name).is_none() {
            let known: Vec<&str> =
                plugins.converters().map(|converter| converter.description().name.as_str()).collect();
            match plugins.refusal(name) {
                Some(refusal) => bail!("--converter {name}: {refusal}"),
                None if known.is_empty() => bail!("--converter {name}: no plugin is a converter"),
                None => {
                    bail!("--converter {name}: there is none of this name; there are {}", known.join(", "))
                }
            }
        }
    }
    if let Some(conflict) = plugins.conflict() {
        bail!("--converter: {conflict}");
    }
    Ok(plugins)
}

fn transcode(from: &Format, to: &Format, source: &Path, target: &Path) -> Result<()> {
    let bytes = fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
    let document = from.read(bytes).with_context(|| source.display().to_string())?;
    let bytes = to.write(document).with_context(|| source.display().to_string())?;
    fs::write(target, bytes).with_context(|| format!("cannot write {}", target.display()))
}
