//! What a folder of plugins holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::converter::Converter;
use super::error::{Origin, PluginError};
use super::load::{Check, Opened, Surroundings, load, open};
use super::plugin::Plugin;
use super::runtime::Runtime;
use super::settings::PluginSettings;

/// A plugin that can be used.
#[derive(Debug, Clone)]
pub enum Loaded {
    /// A serializer.
    Serializer(Arc<Plugin>),
    /// A converter.
    Converter(Arc<Converter>),
}

impl Loaded {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Serializer(plugin) => &plugin.description().name,
            Self::Converter(converter) => &converter.description().name,
        }
    }

    /// The serializer, if it is one.
    #[must_use]
    pub fn serializer(&self) -> Option<&Arc<Plugin>> {
        match self {
            Self::Serializer(plugin) => Some(plugin),
            Self::Converter(_) => None,
        }
    }

    /// The converter, if it is one.
    #[must_use]
    pub fn converter(&self) -> Option<&Arc<Converter>> {
        match self {
            Self::Serializer(_) => None,
            Self::Converter(converter) => Some(converter),
        }
    }

    fn origin(&self) -> &Origin {
        match self {
            Self::Serializer(plugin) => plugin.origin(),
            Self::Converter(converter) => converter.origin(),
        }
    }
}

/// A file of the folder, and what became of it.
#[derive(Debug)]
pub struct Entry {
    /// The file.
    pub file: PathBuf,
    /// The plugin, or why it is not used.
    pub outcome: Result<Loaded, PluginError>,
}

/// The plugins of a folder. A bad file disables itself and nothing else.
#[derive(Debug, Default)]
pub struct Plugins {
    entries: Vec<Entry>,
    conflict: Option<String>,
}

impl Plugins {
    /// Loads every file whose name ends in `.wasm`, in the order of the names. Files that somebody may have meant as
    /// plugins (`.cwasm`, `.wat`) get an entry that says what is wrong with them.
    ///
    /// Of the converters that the settings name, those that are there stand before every serializer that takes any.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or WebAssembly cannot be run on this machine.
    pub fn load(folder: &Path, settings: &PluginSettings) -> Result<Self, PluginError> {
        let unreadable = |error| PluginError::Folder { folder: folder.to_owned(), source: Arc::new(error) };
        let mut files = Vec::new();
        for file in fs::read_dir(folder).map_err(unreadable)? {
            let file = file.map_err(unreadable)?.path();
            let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            let ending = file.extension().and_then(|ending| ending.to_str());
            if !hidden && matches!(ending, Some("wasm" | "cwasm" | "wat")) {
                files.push(file);
            }
        }
        files.sort();

        let runtime = Runtime::start(settings.limits, settings.reuse, settings.cache.as_ref())?;
        let opened = files.into_iter().map(|file| {
            let opened = open(&runtime, &file, &mut Vec::new());
            (file, opened)
        });
        let (converters, serializers): (Vec<_>, Vec<_>) =
            opened.partition(|(_, opened)| opened.as_ref().is_ok_and(Opened::is_converter));

        let mut plugins = Self::default();
        let alone = Surroundings { settings, converters: &[] };
        for (file, opened) in converters {
            plugins.add(&runtime, file, opened, &alone);
        }
        let chain = plugins.chain(&settings.converters);
        let surroundings = Surroundings { settings, converters: &chain };
        for (file, opened) in serializers {
            plugins.add(&runtime, file, opened, &surroundings);
        }
        plugins.entries.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(plugins)
    }

    fn add(
        &mut self,
        runtime: &Arc<Runtime>,
        file: PathBuf,
        opened: Result<Opened, PluginError>,
        surroundings: &Surroundings<'_>,
    ) {
        let outcome = opened
            .and_then(|opened| load(runtime, &file, opened, surroundings, &mut Vec::new()))
            .and_then(|loaded| self.refuse_twins(&loaded).map(|()| loaded));
        self.entries.push(Entry { file, outcome });
    }

    /// The converters of these names, as far as they are there and agree.
    fn chain(&mut self, names: &[String]) -> Vec<Arc<Converter>> {
        let mut chain: Vec<Arc<Converter>> = Vec::new();
        for name in names {
            let Some(converter) = self.converter(name) else { continue };
            // MSM's classes of two serializers may stand for one converter.
            if chain.iter().any(|other| Arc::ptr_eq(other, converter)) {
                continue;
            }
            let classes = &converter.declarations().classes;
            let twice = chain.iter().find_map(|other| {
                let theirs = &other.declarations().classes;
                let class =
                    classes.iter().find(|class| theirs.iter().any(|other| other.name == class.name))?;
                Some((other, &class.name))
            });
            if let Some((other, class)) = twice {
                let (first, second) = (&other.description().name, &converter.description().name);
                self.conflict =
                    Some(format!("{first} and {second} both declare class {class}; name one of them"));
                return Vec::new();
            }
            chain.push(Arc::clone(converter));
        }
        chain
    }

    /// Of two plugins that answer to one name, or mark their values with one tag, the first is used.
    fn refuse_twins(&self, loaded: &Loaded) -> Result<(), PluginError> {
        let twin = |what: String, other: &Origin| PluginError::Duplicate {
            plugin: loaded.origin().clone(),
            what,
            other: other.file().to_owned(),
        };
        if let Some(other) = self.loaded().find(|other| other.name() == loaded.name()) {
            return Err(twin(format!("name '{}'", loaded.name()), other.origin()));
        }
        if let Some(plugin) = loaded.serializer()
            && let Some(other) = self.by_tag(plugin.tag())
        {
            let (format, theirs) = (&plugin.description().format, &other.description().format);
            let what = if format == theirs {
                format!("format '{format}'")
            } else {
                format!("tag {:#05x} in item flags (formats '{format}' and '{theirs}')", plugin.tag())
            };
            return Err(twin(what, other.origin()));
        }
        Ok(())
    }

    /// All files, in the order of their names.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The plugins that can be used, of both kinds.
    pub fn loaded(&self) -> impl Iterator<Item = &Loaded> {
        self.entries.iter().filter_map(|entry| entry.outcome.as_ref().ok())
    }

    /// The serializers that can be used.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.loaded().filter_map(Loaded::serializer)
    }

    /// The converters that can be used.
    pub fn converters(&self) -> impl Iterator<Item = &Arc<Converter>> {
        self.loaded().filter_map(Loaded::converter)
    }

    /// The converter of this name, or the first that stands for this Java class of MSM.
    #[must_use]
    pub fn converter(&self, name: &str) -> Option<&Arc<Converter>> {
        let called = self.converters().find(|converter| converter.description().name == name);
        called.or_else(|| {
            let stands = |class: &String| class == name;
            self.converters().find(|converter| converter.description().classes.iter().any(stands))
        })
    }

    /// Why none of the converters that the settings name is used: two of them disagree.
    #[must_use]
    pub fn conflict(&self) -> Option<&str> {
        self.conflict.as_deref()
    }

    /// The serializer of this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.description().name == name)
    }

    /// The serializer that stands for this Java class of MSM. Where several do, the first.
    #[must_use]
    pub fn by_class(&self, class: &str) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.description().classes.iter().any(|known| known == class))
    }

    /// The serializer that marks its values with this tag.
    #[must_use]
    pub fn by_tag(&self, tag: u16) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.tag() == tag)
    }

    /// The serializer whose format has this media type. Media types are compared without regard to case.
    #[must_use]
    pub fn by_media_type(&self, media_type: &str) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.description().media_type.eq_ignore_ascii_case(media_type))
    }

    /// Why the plugin of this name, or of a file of this name, is not used.
    #[must_use]
    pub fn refusal(&self, name: &str) -> Option<&PluginError> {
        self.entries.iter().find_map(|entry| {
            let error = entry.outcome.as_ref().err()?;
            let said = error.plugin().and_then(Origin::name);
            let file = entry.file.file_stem().and_then(|stem| stem.to_str());
            (said == Some(name) || file == Some(name)).then_some(error)
        })
    }
}

/// Everything that was looked at in a file, and the plugin when nothing is wrong with it.
#[derive(Debug)]
pub struct Report {
    /// What was looked at, in order; when the file is refused, the last one says why.
    pub checks: Vec<Check>,
    /// The plugin, or why it is refused.
    pub outcome: Result<Loaded, PluginError>,
}

/// Looks at one file as if it lay in a folder of its own.
///
/// # Errors
///
/// When WebAssembly cannot be run on this machine.
pub fn check(file: &Path, settings: &PluginSettings) -> Result<Report, PluginError> {
    let runtime = Runtime::start(settings.limits, settings.reuse, settings.cache.as_ref())?;
    let mut checks = Vec::new();
    let surroundings = Surroundings { settings, converters: &[] };
    let outcome = open(&runtime, file, &mut checks)
        .and_then(|opened| load(&runtime, file, opened, &surroundings, &mut checks));
    Ok(Report { checks, outcome })
}
