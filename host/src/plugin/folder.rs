//! What a folder of plugins holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Origin, PluginError};
use super::load::{Check, load};
use super::plugin::Plugin;
use super::runtime::Runtime;
use super::settings::{PluginSettings, Reuse};

/// A file of the folder, and what became of it.
#[derive(Debug)]
pub struct Entry {
    /// The file.
    pub file: PathBuf,
    /// The plugin, or why it is not used.
    pub outcome: Result<Arc<Plugin>, PluginError>,
}

/// The plugins of a folder. A bad file disables itself and nothing else.
#[derive(Debug, Default)]
pub struct Plugins {
    entries: Vec<Entry>,
}

impl Plugins {
    /// Loads every file whose name ends in `.wasm`, in the order of the names. Files that somebody may have meant as
    /// plugins (`.cwasm`, `.wat`) get an entry that says what is wrong with them.
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

        let runtime = start(settings, files.len())?;
        let mut plugins = Self::default();
        for file in files {
            let outcome = load(&runtime, &file, settings, &mut Vec::new()).and_then(|plugin| {
                plugins.refuse_twins(&plugin)?;
                Ok(Arc::new(plugin))
            });
            plugins.entries.push(Entry { file, outcome });
        }
        Ok(plugins)
    }

    /// Of two plugins that answer to one name, or mark their values with one tag, the first is used.
    fn refuse_twins(&self, plugin: &Plugin) -> Result<(), PluginError> {
        let twin = |what: String, other: &Plugin| PluginError::Duplicate {
            plugin: plugin.origin.clone(),
            what,
            other: other.file().to_owned(),
        };
        let description = plugin.description();
        if let Some(other) = self.by_name(&description.name) {
            return Err(twin(format!("name '{}'", description.name), other));
        }
        if let Some(other) = self.by_tag(plugin.tag()) {
            let (format, theirs) = (&description.format, &other.description().format);
            let what = if format == theirs {
                format!("format '{format}'")
            } else {
                format!("tag {:#05x} in item flags (formats '{format}' and '{theirs}')", plugin.tag())
            };
            return Err(twin(what, other));
        }
        Ok(())
    }

    /// All files, in the order of their names.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The plugins that can be used.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.entries.iter().filter_map(|entry| entry.outcome.as_ref().ok())
    }

    /// The plugin of this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.description().name == name)
    }

    /// The plugin that stands for this Java class of MSM. Where several do, the first.
    #[must_use]
    pub fn by_class(&self, class: &str) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.description().classes.iter().any(|known| known == class))
    }

    /// The plugin that marks its values with this tag.
    #[must_use]
    pub fn by_tag(&self, tag: u16) -> Option<&Arc<Plugin>> {
        self.iter().find(|plugin| plugin.tag() == tag)
    }

    /// The plugin whose format has this media type. Media types are compared without regard to case.
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
    pub outcome: Result<Arc<Plugin>, PluginError>,
}

/// Looks at one file as if it lay in a folder of its own.
///
/// # Errors
///
/// When WebAssembly cannot be run on this machine.
pub fn check(file: &Path, settings: &PluginSettings) -> Result<Report, PluginError> {
    let runtime = start(settings, 1)?;
    let mut checks = Vec::new();
    let outcome = load(&runtime, file, settings, &mut checks).map(Arc::new);
    Ok(Report { checks, outcome })
}

/// An engine with room for what the pools of so many plugins keep.
fn start(settings: &PluginSettings, plugins: usize) -> Result<Arc<Runtime>, PluginError> {
    let kept = match settings.reuse {
        Reuse::Warm { instances, .. } => instances.get(),
        Reuse::Fresh => 0,
    };
    Runtime::start(settings.limits, plugins.saturating_mul(kept), settings.cache.as_ref())
}
