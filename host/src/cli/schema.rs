//! `holdfast schema`: what serializers must know of the application's classes.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use holdfast_schema::sources::{Knowledge, Selection};
use holdfast_schema::text;

use super::examples;
use crate::schema;

/// Print a schema of the application's classes, made from compiled classes or from Java streams
///
/// Kryo stores objects without the names of their fields, XStream and Javolution without types, and only Java streams
/// say a serialVersionUID: serializers read and write objects of the application's classes if a schema tells them what
/// the classes are made of. It is text and may be edited. `serve`, `transcode` and `bench` take it by --schema, a
/// configuration by `schema = ["schema.toml"]` under [serializer.NAME].
///
/// Sources are class files, folders and archives of them (JAR, WAR with its libraries), Java streams (stored sessions,
/// serialized objects), and other schemas; several make one schema. Class files say the most: a stream tells neither
/// the order of fields, nor whether a class is final, nor the constants of an enum. No JVM is needed, and nothing of
/// the classes is run.
///
/// Of archives, it holds the classes that sessions may hold: those that are serializable, with what they extend and
/// the types of their fields. Single class files, folders, and the folder WEB-INF/classes of a WAR count as the
/// application's own, and all their classes are in it.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast schema shop.war > schema.toml"
    "holdfast schema target/classes/ lib/shop-model.jar > schema.toml"
    "holdfast schema sessions/*.java > schema.toml       from stored sessions alone"
    "holdfast schema schema.toml Cart.class > new.toml   an older schema, and one more class"
    "holdfast serve --set transcoderFactoryClass=kryo --schema schema.toml"
))]
pub(super) struct SchemaArgs {
    /// All classes of archives, also those that are not serializable: Kryo stores them as well
    #[arg(long)]
    all: bool,
    /// Class files, folders, archives, Java streams, schemas
    #[arg(value_name = "CLASS|JAR|WAR|STREAM", required = true)]
    sources: Vec<PathBuf>,
}

impl SchemaArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Everything that is wrong with the sources.
    pub(super) fn run(self) -> Result<ExitCode> {
        let selection = if self.all { Selection::All } else { Selection::Sessions };
        let sources = self.sources.iter().map(PathBuf::as_path);
        let Knowledge { classes, unknown } = schema::read(sources, selection)?;
        for problem in unknown {
            eprintln!("warning: {}", schema::problem(problem));
        }
        if classes.is_empty() {
            eprintln!("warning: no class was found that a session may hold; --all takes them all");
        }
        let text = text::write(&classes);
        std::io::stdout().write_all(text.as_bytes()).context("cannot write to standard output")?;
        Ok(ExitCode::SUCCESS)
    }
}
