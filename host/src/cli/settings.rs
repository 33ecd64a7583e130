//! What the configuration says, for those who do not know it.

use crate::config::{Config, KnownSerializer, PluginReuse};
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
        ..PluginSettings::default()
    }
}

/// What the configuration wants to know of the plugins that there are.
pub(super) fn known_serializers(plugins: &Plugins) -> Vec<KnownSerializer> {
    plugins
        .iter()
        .map(|plugin| {
            let description = plugin.description();
            KnownSerializer {
                name: description.name.clone(),
                classes: description.classes.clone(),
                options: description.options.iter().map(|option| option.name.clone()).collect(),
            }
        })
        .collect()
}
