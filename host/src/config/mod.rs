//! What the user wrote, checked.
//!
//! A configuration comes from `holdfast.toml` or from Tomcat's `context.xml`, and from `--set` flags, which win.
//! Nothing is ever ignored: an unknown attribute, a value that makes no sense, and a value that this
//! version does not put to work yet are all problems, each with its place and with what would be right.

mod attributes;
mod change;
mod checks;
mod context_xml;
mod flags;
mod given;
mod kinds;
mod locking;
mod manager;
mod names;
mod nodes;
mod numbers;
mod pattern;
mod prefix;
mod problem;
mod server;
mod show;
mod suggest;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod toml_file;
mod types;
mod unknown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use attributes::Attribute;
pub use change::{CHANGEABLE, Change, LiveConfig};
pub use checks::{KnownConverter, KnownSerializer, check};
pub use given::Section;
pub use kinds::Shown;
pub use locking::LockingMode;
pub use manager::ManagerConfig;
pub use nodes::{NodeAddress, NodeEntry, NodeList, NodeTarget};
pub use pattern::{Pattern, PatternError};
pub use prefix::{KeyPrefix, PrefixNames};
pub use problem::{Place, Problem, Problems};
pub use server::ServerConfig;
pub use types::{
    CacheFolder, ListenAddress, LockTimeoutPolicy, OnUnserializable, PluginReuse, Protocol, Secret,
    ThreadCount,
};

use given::Given;

/// A whole configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// `[manager]`.
    pub manager: ManagerConfig,
    /// `[server]`.
    pub server: ServerConfig,
    /// `[serializer.NAME]`, by name.
    pub serializers: BTreeMap<String, SerializerConfig>,
    /// Where attributes were written; those that are not here have their default.
    places: BTreeMap<(Section, String), Place>,
}

/// `[serializer.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SerializerConfig {
    /// Options for the plugin, which alone knows what they mean; sorted by name.
    pub options: Vec<(String, String)>,
    /// Files that describe classes: schemas, or what `holdfast schema` makes them from.
    pub schema: Vec<PathBuf>,
    /// Where each option and the schema were written, and the section itself under the empty name.
    places: BTreeMap<String, Place>,
}

/// Where a configuration comes from, besides the flags.
enum Source<'a> {
    Nothing,
    Unreadable,
    Text(&'a Path, String),
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(file: Option<&Path>, sets: &[String]) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let source = match file.map(|file| (file, read_file(file))) {
            None => Source::Nothing,
            Some((file, Ok(text))) => Source::Text(file, text),
            Some((_, Err(problem))) => {
                problems.push(problem);
                Source::Unreadable
            }
        };
        let config = Self::read(&source, sets, &mut problems);
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        Problems(problems).into_result().map(|()| config)
    }

    /// Reads a configuration; where something is wrong, the default stands in.
    fn read(source: &Source<'_>, sets: &[String], problems: &mut Vec<Problem>) -> Self {
        Self::read_with(source, sets, &BTreeMap::new(), problems)
    }

    /// The same with what was changed at run time, which wins.
    fn read_with(
        source: &Source<'_>,
        sets: &[String],
        patches: &BTreeMap<(Section, String), given::Raw>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut given = Given::default();
        let mut xml = false;
        let complete = match source {
            Source::Nothing => true,
            Source::Unreadable => false,
            Source::Text(file, text) => {
                xml = is_xml(file, text);
                let read = if xml { context_xml::read } else { toml_file::read };
                read(file, text, &mut given, problems)
            }
        };
        for flag in sets {
            flags::read(flag, &mut given, problems);
        }
        for ((section, name), raw) in patches {
            let place = Place::Change(section.full_name(name));
            given.insert(*section, name, given::Setting { raw: Ok(raw.clone()), place });
        }
        let mut config = Self {
            places: given.places(),
            manager: ManagerConfig::read(&given, problems),
            server: ServerConfig::read(&given, problems),
            serializers: serializers(given.serializers, problems),
        };
        if xml && config.place(Section::Manager, "transcoderFactoryClass").is_none() {
            manager::MSM_DEFAULT_SERIALIZER.clone_into(&mut config.manager.transcoder_factory_class);
        }
        config.anchor_plugin_cache();
        // Without its file the flags alone may well contradict the defaults.
        if complete {
            config.connect(problems);
        }
        config
    }

    /// Where the attribute was written, if it was.
    fn place(&self, section: Section, attribute: &str) -> Option<&Place> {
        self.places.get(&(section, attribute.to_owned()))
    }

    /// A relative folder in a file is one beside that file.
    fn anchor_plugin_cache(&mut self) {
        let place = self.places.get(&(Section::Server, "pluginCache".to_owned()));
        if let (CacheFolder::Folder(folder), Some(Place::Position { file, .. })) =
            (&mut self.server.plugin_cache, place)
        {
            *folder = file.parent().unwrap_or(Path::new("")).join(&*folder);
        }
    }

    /// The table of attributes, with the values of this configuration.
    #[must_use]
    pub fn attributes(&self) -> Vec<Attribute> {
        let mut table = self.manager.attributes();
        table.extend(self.server.attributes());
        table
    }
}

/// XML begins with `<` and TOML cannot; the extension only decides about empty files.
fn is_xml(path: &Path, text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('<')
        || (text.is_empty()
            && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml")))
}

fn read_file(file: &Path) -> Result<String, Problem> {
    let whole = |text: String| Problem::new(Place::File(file.to_path_buf()), "", text);
    let bytes = std::fs::read(file).map_err(|error| whole(format!("cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(
            error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default(),
        );
        let place = problem::Locator::new(file, &good).at(good.len());
        Problem::new(place, "", "is not UTF-8 from here on; save the file as UTF-8")
    })
}

fn serializers(
    given: BTreeMap<String, given::GivenSerializer>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, SerializerConfig> {
    let mut serializers = BTreeMap::new();
    for (name, given) in given {
        let mut config = SerializerConfig::default();
        config.places.insert(String::new(), given.place);
        for (option, (value, place)) in given.options {
            config.places.insert(option.clone(), place);
            config.options.push((option, value));
        }
        for (path, place) in given.schema {
            config.places.entry("schema".to_owned()).or_insert_with(|| place.clone());
            if !path.exists() {
                let text = format!("there is no file {}; `holdfast schema` makes one", path.display());
                problems.push(Problem::new(place, format!("serializer.{name}.schema"), text));
            }
            config.schema.push(path);
        }
        serializers.insert(name, config);
    }
    serializers
}
