//! What attributes have to do with each other, with the plugins, and with this version.

use std::path::Path;

use super::given::Section;
use super::prefix::Named;
use super::problem::{Place, Problem, Problems};
use super::suggest::did_you_mean;
use super::types::Protocol;
use super::{Config, SerializerConfig};

/// memcached's limit.
const LONGEST_KEY: usize = 250;

/// Hexadecimal digits of a new session id, before node and route.
const SESSION_ID: usize = 32;

/// What the configuration needs to know of a plugin to check its own names against it.
#[derive(Debug, Clone)]
pub struct KnownSerializer {
    /// The plugin's name.
    pub name: String,
    /// The classes it stands for.
    pub classes: Vec<String>,
    /// The names of its options.
    pub options: Vec<String>,
    /// Whether converters may stand before it, and MSM has it copy collections.
    pub takes_converters: bool,
}

/// The same of a converter.
#[derive(Debug, Clone)]
pub struct KnownConverter {
    /// The plugin's name.
    pub name: String,
    /// The classes it stands for.
    pub classes: Vec<String>,
    /// The names of its options.
    pub options: Vec<String>,
}

/// What is understood of `file`, as TOML, and what is wrong with it: `holdfast config check`.
///
/// `judge` says what else is wrong with a configuration that is understood. A file with mistakes is not shown: defaults
/// would stand where the mistakes are.
#[must_use]
pub fn check(file: &Path, judge: impl FnOnce(&Config) -> Vec<Problem>) -> (String, Problems) {
    match Config::load(Some(file), &[]) {
        Err(problems) => (String::new(), problems),
        Ok(config) => {
            let mut problems = judge(&config);
            problems.sort_by(|a, b| a.place.cmp(&b.place));
            (config.to_toml(), Problems(problems))
        }
    }
}

impl Config {
    /// Completes what one attribute says by what others say, and finds contradictions.
    ///
    /// A value that could not be read has been replaced by its default, which proves nothing: what depends on it is
    /// not judged.
    pub(super) fn connect(&mut self, problems: &mut Vec<Problem>) {
        let wrong: Vec<String> = problems.iter().map(|problem| problem.attribute.clone()).collect();
        let sound = |names: &[&str]| !wrong.iter().any(|wrong| names.contains(&wrong.as_str()));
        if sound(&["memcachedNodes", "failoverNodes"]) {
            self.connect_failover(problems);
        }
        if sound(&["storageKeyPrefix", "server.host", "server.context", "server.webappVersion"]) {
            self.connect_prefix(problems);
            if sound(&["memcachedNodes", "server.jvmRoute"]) {
                self.check_key_length(problems);
            }
        }
        if sound(&["sticky", "enabled"]) {
            self.check_modes(problems);
        }
        if sound(&["username", "password", "memcachedProtocol"]) {
            self.check_credentials(problems);
        }
    }

    fn connect_failover(&mut self, problems: &mut Vec<Problem>) {
        let ids = self.manager.failover_nodes.clone();
        if let Err(texts) = self.manager.memcached_nodes.set_failover(&ids) {
            problems.extend(texts.into_iter().map(|text| self.manager_problem("failoverNodes", text)));
        } else if !ids.is_empty() && !self.manager.sticky {
            let text = "is for sticky sessions; leave it out, or write sticky = true";
            problems.push(self.manager_problem("failoverNodes", text));
        }
    }

    fn connect_prefix(&mut self, problems: &mut Vec<Problem>) {
        let names = self.server.prefix_names();
        self.manager.storage_key_prefix.set_names(names);
        for (named, token, cure) in [
            (
                Named::Host,
                "host",
                "the name of Tomcat's virtual host, which is localhost unless it was changed",
            ),
            (
                Named::Context,
                "context",
                "the context's name with its slash, such as /shop, or to empty text for the root",
            ),
        ] {
            // MSM leaves out what Tomcat does not say; but Tomcat always says these two, so keys would differ.
            if self.manager.storage_key_prefix.names(named) && named.pick(names).is_none() {
                let text = format!("asks for the {token}, which nothing says; set server.{token} to {cure}");
                problems.push(self.manager_problem("storageKeyPrefix", text));
            }
        }
    }

    /// The longest key is that of a second copy's validity record, which has the prefix twice.
    fn check_key_length(&self, problems: &mut Vec<Problem>) {
        let prefix = self.manager.storage_key_prefix.as_str().len();
        let ids = self.manager.memcached_nodes.entries().iter().filter_map(|node| node.id.as_ref());
        let node = ids.map(|id| id.len() + 1).max().unwrap_or(0);
        let route = self.server.jvm_route.as_ref().map_or(0, |route| route.len() + 1);
        let longest = "bak:validity:".len() + 2 * prefix + SESSION_ID + node + route;
        if longest > LONGEST_KEY {
            let text = format!(
                "keys would be up to {longest} bytes long, and memcached takes {LONGEST_KEY}; choose a shorter prefix, \
                 shorter node ids or a shorter jvmRoute"
            );
            problems.push(self.manager_problem("storageKeyPrefix", text));
        }
    }

    fn check_modes(&self, problems: &mut Vec<Problem>) {
        if !self.manager.sticky && !self.manager.enabled {
            let text = "is false, but without sticky sessions there is no server that could keep them; \
                        leave it out, or write sticky = true";
            problems.push(self.manager_problem("enabled", text));
        }
    }

    fn check_credentials(&self, problems: &mut Vec<Problem>) {
        let (name, password) = (self.manager.username.is_some(), self.manager.password.is_some());
        if self.manager.memcached_protocol == Protocol::Binary && name != password {
            let (written, missing) = if name { ("username", "password") } else { ("password", "username") };
            problems.push(self.manager_problem(written, format!("needs {missing} beside it")));
        }
    }

    /// What is right and does nothing, as in MSM, though whoever wrote it may think otherwise.
    #[must_use]
    pub fn warnings(&self) -> Vec<Problem> {
        let manager = &self.manager;
        let written = match manager.memcached_protocol {
            Protocol::Text if manager.username.is_some() => "username",
            Protocol::Text if manager.password.is_some() => "password",
            Protocol::Text | Protocol::Binary => return Vec::new(),
        };
        let text = "is not used: the text protocol has no login; write memcachedProtocol = \"binary\", or leave it out";
        vec![self.manager_problem(written, text)]
    }

    /// Names of serializers, of converters and of their options that no plugin has, and converters for a serializer that
    /// takes none.
    #[must_use]
    pub fn check_plugins(&self, known: &[KnownSerializer], converters: &[KnownConverter]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let manager = &self.manager;
        self.check_serializer(
            "transcoderFactoryClass",
            &manager.transcoder_factory_class,
            known,
            &mut problems,
        );
        if let Some(legacy) = &manager.legacy_serializer {
            self.check_serializer("legacySerializer", legacy, known, &mut problems);
        }
        for (name, config) in &self.serializers {
            let options = known.iter().find(|plugin| plugin.name == *name).map(|plugin| &plugin.options);
            let converter = || converters.iter().find(|converter| converter.name == *name);
            match options.or_else(|| converter().map(|converter| &converter.options)) {
                Some(options) => config.check_options(name, options, &mut problems),
                None => problems.push(self.serializer_problem(name, no_plugin(name, known))),
            }
        }
        self.check_converters(known, converters, &mut problems);
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        problems
    }

    /// MSM refuses both attributes for the serializers of Java and XStream.
    fn check_converters(
        &self,
        known: &[KnownSerializer],
        converters: &[KnownConverter],
        problems: &mut Vec<Problem>,
    ) {
        for name in &self.manager.custom_converter {
            let stands_for = |converter: &KnownConverter| {
                converter.name == *name || converter.classes.iter().any(|class| class == name)
            };
            if !converters.iter().any(stands_for) {
                problems.push(self.manager_problem("customConverter", no_converter(name, converters)));
            }
        }
        let writer = &self.manager.transcoder_factory_class;
        let refuses = known.iter().find(|plugin| {
            !plugin.takes_converters
                && (plugin.name == *writer || plugin.classes.iter().any(|class| class == writer))
        });
        let Some(KnownSerializer { name, .. }) = refuses else { return };
        if !self.manager.custom_converter.is_empty() {
            let text = format!("the serializer {name} takes no converters, as in MSM; leave it out");
            problems.push(self.manager_problem("customConverter", text));
        }
        if self.manager.copy_collections_for_serialization {
            let text = format!(
                "the serializer {name} does not copy collections, as in MSM; leave it out or write false"
            );
            problems.push(self.manager_problem("copyCollectionsForSerialization", text));
        }
    }

    /// A problem of the configured converters.
    #[must_use]
    pub fn converter_problem(&self, text: impl Into<String>) -> Problem {
        self.manager_problem("customConverter", text)
    }

    fn check_serializer(
        &self,
        attribute: &str,
        name: &str,
        known: &[KnownSerializer],
        problems: &mut Vec<Problem>,
    ) {
        let stands_for = |plugin: &KnownSerializer| {
            plugin.name == name || plugin.classes.iter().any(|class| class == name)
        };
        if !known.iter().any(stands_for) {
            problems.push(self.manager_problem(attribute, no_plugin(name, known)));
        }
    }

    /// A problem of what `[serializer.NAME]` says.
    #[must_use]
    pub fn serializer_problem(&self, name: &str, text: impl Into<String>) -> Problem {
        let place = self.serializers.get(name).map_or(Place::Default, |config| config.place(""));
        Problem::new(place, format!("serializer.{name}"), text)
    }

    fn manager_problem(&self, attribute: &str, text: impl Into<String>) -> Problem {
        let place = self.place(Section::Manager, attribute).cloned().unwrap_or(Place::Default);
        Problem::new(place, attribute, text)
    }
}

fn no_plugin(name: &str, known: &[KnownSerializer]) -> String {
    let names: Vec<&str> = known.iter().map(|plugin| plugin.name.as_str()).collect();
    let others = match names.as_slice() {
        [] => return format!("no plugin is called '{name}', for there are no plugins at all"),
        [only] => format!("there is only {only}"),
        names => format!("there are {}", names.join(", ")),
    };
    let what = if name.contains('.') { "stands for" } else { "is called" };
    format!("no plugin {what} '{name}'; {others}{}", did_you_mean(name, names.iter().copied()))
}

fn no_converter(name: &str, known: &[KnownConverter]) -> String {
    let names: Vec<&str> = known.iter().map(|converter| converter.name.as_str()).collect();
    let others = match names.as_slice() {
        [] => return format!("no converter is called '{name}', for no plugin is a converter"),
        [only] => format!("there is only {only}"),
        names => format!("there are {}", names.join(", ")),
    };
    let what = if name.contains('.') { "stands for" } else { "is called" };
    let classes = known.iter().flat_map(|converter| &converter.classes).map(String::as_str);
    let hint = did_you_mean(name, names.iter().copied().chain(classes));
    format!("no converter {what} '{name}'; {others}{hint}")
}

impl SerializerConfig {
    fn place(&self, option: &str) -> Place {
        self.places.get(option).cloned().unwrap_or(Place::Default)
    }

    fn check_options(&self, plugin: &str, known: &[String], problems: &mut Vec<Problem>) {
        for (option, _) in &self.options {
            if known.contains(option) {
                continue;
            }
            let has = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            let text = format!(
                "the plugin {plugin} has no such option; {has}{}",
                did_you_mean(option, known.iter().map(String::as_str))
            );
            problems.push(Problem::new(self.place(option), format!("serializer.{plugin}.{option}"), text));
        }
    }
}
