//! What the configuration says, for those who do not know it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::{Config, KnownConverter, KnownSerializer, Place, PluginReuse, Problem, Problems};
use crate::plugin::{Limits, PluginSettings, Plugins, Reuse};
use crate::schema::{self, Compiled};

/// The compiled schemas of the application's classes.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    /// From files that are for all serializers.
    common: Vec<u8>,
    /// From these and those of one serializer.
    own: BTreeMap<String, Vec<u8>>,
    /// What could not be found out, a line each.
    pub(super) unknown: Vec<Problem>,
}

impl Schemas {
    /// Reads files that are for all serializers.
    fn of_files(files: &[PathBuf]) -> Result<Self, Problems> {
        let Compiled { bytes, unknown } = schema::compile(files)?;
        Ok(Self { common: bytes, own: BTreeMap::new(), unknown })
    }

    /// The same for commands without a configuration, which say what could not be found out on standard error.
    pub(super) fn of_flags(files: &[PathBuf]) -> Result<Self, Problems> {
        let schemas = Self::of_files(files)?;
        for unknown in &schemas.unknown {
            eprintln!("warning: {unknown}");
        }
        Ok(schemas)
    }

    /// Reads files that are for all serializers, and those that the configuration has for one of them.
    pub(super) fn of_config(files: &[PathBuf], config: &Config) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let mut schemas = Self::of_files(files).unwrap_or_else(|Problems(found)| {
            problems.extend(found);
            Self::default()
        });
        for (name, serializer) in config.serializers.iter().filter(|(_, config)| !config.schema.is_empty()) {
            match schema::compile(&[files, &serializer.schema].concat()) {
                Ok(Compiled { bytes, unknown }) => {
                    schemas.own.insert(name.clone(), bytes);
                    schemas.unknown.extend(unknown);
                }
                Err(Problems(found)) => problems.extend(found),
            }
        }
        // Serializers may share files, and what is wrong with those.
        for list in [&mut problems, &mut schemas.unknown] {
            list.sort_by_cached_key(ToString::to_string);
            list.dedup();
        }
        Problems(problems).into_result().map(|()| schemas)
    }

    /// With these schemas, and all else as it goes without saying.
    pub(super) fn into_settings(self) -> PluginSettings {
        PluginSettings { schema: self.common, schemas: self.own, ..PluginSettings::default() }
    }
}

/// How plugins are run.
pub(super) fn of_plugins(config: &Config, schemas: Schemas) -> PluginSettings {
    let server = &config.server;
    PluginSettings {
        limits: Limits {
            time: server.plugin_time_limit,
            memory: server.plugin_memory_limit,
            result: server.plugin_result_limit,
        },
        reuse: match server.plugin_reuse {
            PluginReuse::Warm => {
                Reuse::Warm { instances: server.plugin_instances.get(), max_calls: server.plugin_max_calls }
            }
            PluginReuse::Fresh => Reuse::Fresh,
        },
        cache: server.plugin_cache.path(),
        options: config
            .serializers
            .iter()
            .map(|(name, serializer)| (name.clone(), serializer.options.clone()))
            .collect(),
        converters: config.manager.custom_converter.clone(),
        ..schemas.into_settings()
    }
}

/// The serializers and converters that the configuration names and that are not there, and why they are not.
pub(super) fn serializer_problems(config: &Config, plugins: &Plugins, folder: &Path) -> Vec<Problem> {
    let mut problems = config.check_plugins(&known_serializers(plugins), &known_converters(plugins));
    problems.extend(plugins.conflict().map(|text| config.converter_problem(text)));
    if problems.is_empty() {
        return problems;
    }
    // The reason why a plugin is missing may well be that it is there and no good.
    let manager = &config.manager;
    let wanted = [Some(&manager.transcoder_factory_class), manager.legacy_serializer.as_ref()];
    let mut reasons: BTreeSet<String> = wanted
        .into_iter()
        .flatten()
        .chain(config.serializers.keys())
        .chain(&manager.custom_converter)
        .filter_map(|name| plugins.refusal(name).map(ToString::to_string))
        .collect();
    if plugins.entries().is_empty() {
        reasons.insert(
            "there is no plugin here; `cargo xtask build` builds those that come with Holdfast".to_owned(),
        );
    }
    problems.extend(reasons.into_iter().map(|reason| folder_problem(folder, reason)));
    problems
}

/// Something that is wrong with the plugins of a folder.
pub(super) fn folder_problem(folder: &Path, text: String) -> Problem {
    Problem::new(Place::File(folder.to_path_buf()), "", text)
}

/// What the configuration wants to know of the plugins that there are.
fn known_serializers(plugins: &Plugins) -> Vec<KnownSerializer> {
    plugins
        .iter()
        .map(|plugin| {
            let description = plugin.description();
            KnownSerializer {
                name: description.name.clone(),
                classes: description.classes.clone(),
                options: description.options.iter().map(|option| option.name.clone()).collect(),
                takes_converters: description.takes_converters(),
            }
        })
        .collect()
}

fn known_converters(plugins: &Plugins) -> Vec<KnownConverter> {
    plugins
        .converters()
        .map(|converter| {
            let description = converter.description();
            KnownConverter {
                name: description.name.clone(),
                classes: description.classes.clone(),
                options: description.options.iter().map(|option| option.name.clone()).collect(),
            }
        })
        .collect()
}
