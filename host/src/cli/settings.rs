//! What the configuration says, for those who do not know it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::{Config, KnownConverter, KnownSerializer, Place, PluginReuse, Problem};
use crate::plugin::{Limits, PluginSettings, Plugins, Reuse};

/// How plugins are run.
pub(super) fn of_plugins(config: &Config) -> PluginSettings {
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
        ..PluginSettings::default()
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
