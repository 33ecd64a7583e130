//! A configuration that changes while the program runs.
//!
//! What is in force comes from the file, the flags, and what was changed at run time, in this order: a run-time change
//! wins until the file says something new about the same attribute. Some attributes can change at run time; what the
//! file says of the others counts from the next start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::given::{Raw, Section};
use super::kinds::Shown;
use super::problem::{Place, Problem, Problems};
use super::{Config, ManagerConfig, Source, flags, read_file};

/// Declares which attributes of `[manager]` can change at run time.
macro_rules! changeable {
    ($( $field:ident = $name:literal, )+) => {
        /// The names of the attributes that can change while the program runs; all of them are the manager's.
        pub const CHANGEABLE: &[&str] = &[$( $name ),+];

        /// Takes over what can change at run time.
        fn take_over(new: &ManagerConfig, into: &mut ManagerConfig) {
            $( into.$field.clone_from(&new.$field); )+
        }
    };
}

changeable! {
    memcached_nodes = "memcachedNodes",
    failover_nodes = "failoverNodes",
    enabled = "enabled",
    sticky = "sticky",
    locking_mode = "lockingMode",
    lock_expiration = "lockExpiration",
    session_attribute_filter = "sessionAttributeFilter",
    session_backup_async = "sessionBackupAsync",
    session_backup_timeout = "sessionBackupTimeout",
    backup_thread_count = "backupThreadCount",
    operation_timeout = "operationTimeout",
    max_inactive_interval = "maxInactiveInterval",
    max_active_sessions = "maxActiveSessions",
}

/// The configuration of a running program, and what it was made from.
#[derive(Debug, Clone)]
pub struct LiveConfig {
    /// The file as it was read last.
    file: Option<(PathBuf, String)>,
    flags: Vec<String>,
    /// What was changed at run time.
    patches: BTreeMap<(Section, String), Raw>,
    /// What is in force.
    config: Config,
}

/// What a change comes to. Nothing has changed yet.
#[derive(Debug, Clone)]
pub struct Change {
    next: LiveConfig,
    /// The attributes with another value from now on.
    pub changed: Vec<String>,
    /// The attributes whose new value counts from the next start.
    pub needs_restart: Vec<String>,
}

impl LiveConfig {
    /// Reads a configuration that may change.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(file: Option<&Path>, flags: &[String]) -> Result<Self, Problems> {
        let file = match file {
            None => None,
            Some(file) => match read_file(file) {
                Ok(text) => Some((file.to_path_buf(), text)),
                // With what else is wrong: in the flags.
                Err(_) => return Config::load(Some(file), flags).and_then(|_| Self::load(Some(file), flags)),
            },
        };
        let config = read(file.as_ref(), flags, &BTreeMap::new())?;
        Ok(Self { file, flags: flags.to_vec(), patches: BTreeMap::new(), config })
    }

    /// What is in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The file that it comes from.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(|(file, _)| file.as_path())
    }

    /// The attributes that were changed at run time, by their full names.
    pub fn patched(&self) -> impl Iterator<Item = String> {
        self.patches.keys().map(|(section, name)| section.full_name(name))
    }

    /// What it comes to if attributes get these values, named as `--set` has them. Null takes back what was changed at
    /// run time.
    ///
    /// # Errors
    /// The values are wrong, as they would be in a file.
    pub fn patch(&self, values: &Map<String, Value>) -> Result<Change, Problems> {
        let mut patches = self.patches.clone();
        let mut problems = Vec::new();
        for (name, value) in values {
            let key = match flags::section_and_name(name) {
                Ok(key) => key,
                Err(text) => {
                    problems.push(Problem::new(Place::Change(name.clone()), "", text));
                    continue;
                }
            };
            match value {
                Value::Null => drop(patches.remove(&key)),
                Value::String(text) => drop(patches.insert(key, Raw::Text(text.clone()))),
                Value::Bool(flag) => drop(patches.insert(key, Raw::Bare(flag.to_string()))),
                Value::Number(number) => drop(patches.insert(key, Raw::Bare(number.to_string()))),
                Value::Array(_) | Value::Object(_) => {
                    let text = "is no single value; several stand in one text separated by commas";
                    problems.push(Problem::new(Place::Change(name.clone()), "", text));
                }
            }
        }
        let named: Vec<String> = values
            .keys()
            .filter_map(|name| flags::section_and_name(name).ok())
            .map(|(section, name)| section.full_name(&name))
            .collect();
        match read(self.file.as_ref(), &self.flags, &patches) {
            Ok(wanted) if problems.is_empty() => {
                let mut change = self.change_to(self.file.clone(), patches, &wanted)?;
                // What the file says otherwise is no matter of this change.
                change.needs_restart.retain(|name| named.contains(name));
                Ok(change)
            }
            Ok(_) => Err(Problems(problems)),
            Err(Problems(found)) => {
                problems.extend(found);
                Err(Problems(problems))
            }
        }
    }

    /// What it comes to if the file counts as it is now. None: it is as it was, or there is none.
    ///
    /// # Errors
    /// The file cannot be read, or something is wrong with it.
    pub fn reread(&self) -> Result<Option<Change>, Problems> {
        let Some((file, before)) = &self.file else { return Ok(None) };
        let text = read_file(file).map_err(|problem| Problems(vec![problem]))?;
        if text == *before {
            return Ok(None);
        }
        let none = BTreeMap::new();
        let now = Some((file.clone(), text));
        let said_now = read(now.as_ref(), &self.flags, &none)?;
        let mut patches = self.patches.clone();
        if let Ok(said_before) = read(self.file.as_ref(), &self.flags, &none) {
            let news = differences(&said_before, &said_now);
            patches.retain(|(section, name), _| !news.contains(&section.full_name(name)));
        }
        let wanted = read(now.as_ref(), &self.flags, &patches)?;
        self.change_to(now, patches, &wanted).map(Some)
    }

    fn change_to(
        &self,
        file: Option<(PathBuf, String)>,
        patches: BTreeMap<(Section, String), Raw>,
        wanted: &Config,
    ) -> Result<Change, Problems> {
        let mut config = self.config.clone();
        take_over(&wanted.manager, &mut config.manager);
        config.places.clone_from(&wanted.places);
        // What is new and what waits for a restart must go together.
        let mut problems = Vec::new();
        config.connect(&mut problems);
        Problems(problems).into_result()?;
        let changed = differences(&self.config, &config);
        let needs_restart = differences(&config, wanted);
        let next = Self { file, flags: self.flags.clone(), patches, config };
        Ok(Change { next, changed, needs_restart })
    }
}

impl Change {
    /// What would be in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.next.config
    }

    /// The configuration after the change.
    #[must_use]
    pub fn into_config(self) -> LiveConfig {
        self.next
    }
}

fn read(
    file: Option<&(PathBuf, String)>,
    flags: &[String],
    patches: &BTreeMap<(Section, String), Raw>,
) -> Result<Config, Problems> {
    let source = file.map_or(Source::Nothing, |(file, text)| Source::Text(file, text.clone()));
    let mut problems = Vec::new();
    let config = Config::read_with(&source, flags, patches, &mut problems);
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    Problems(problems).into_result().map(|()| config)
}

/// The full names of all that two configurations say differently.
fn differences(a: &Config, b: &Config) -> Vec<String> {
    let (rows, others) = (a.attributes(), b.attributes());
    let differ = rows.iter().zip(&others).filter(|(row, other)| match &row.value {
        // It is not shown, so it cannot be compared.
        Shown::Hidden => a.manager.password != b.manager.password,
        _ => row.value != other.value,
    });
    let mut names: Vec<String> = differ.map(|(row, _)| row.section.full_name(row.name)).collect();
    let serializers = a.serializers.keys().chain(b.serializers.keys());
    let said = |config: &Config, name: &str| {
        config.serializers.get(name).map(|it| (it.options.clone(), it.schema.clone()))
    };
    names.extend(
        serializers.filter(|name| said(a, name) != said(b, name)).map(|name| format!("serializer.{name}")),
    );
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    struct Running {
        folder: TempDir,
        live: LiveConfig,
    }

    impl Running {
        fn start(text: &str, flags: &[&str]) -> Self {
            let folder = TempDir::new().unwrap();
            let file = folder.path().join("holdfast.toml");
            fs::write(&file, text).unwrap();
            let flags: Vec<_> = flags.iter().map(|flag| (*flag).to_owned()).collect();
            let live = LiveConfig::load(Some(&file), &flags).unwrap();
            Self { folder, live }
        }

        fn write(&self, text: &str) {
            fs::write(self.folder.path().join("holdfast.toml"), text).unwrap();
        }

        fn patch(&self, values: &Value) -> Result<Change, String> {
            self.live.patch(values.as_object().unwrap()).map_err(|problems| problems.to_string())
        }

        fn accept(&mut self, change: Change) {
            self.live = change.into_config();
        }

        fn timeout(&self) -> u128 {
            self.live.config().manager.operation_timeout.as_millis()
        }
    }

    #[test]
    fn every_changeable_attribute_is_one_and_is_taken_over() {
        // None of them is the default.
        let other = [
            ("memcachedNodes", "n1:a:1,n2:b:2"),
            ("failoverNodes", "n2"),
            ("enabled", "false"),
            ("sticky", "false"),
            ("lockingMode", "all"),
            ("lockExpiration", "6"),
            ("sessionAttributeFilter", "a.*"),
            ("sessionBackupAsync", "false"),
            ("sessionBackupTimeout", "7"),
            ("backupThreadCount", "9"),
            ("operationTimeout", "8"),
            ("maxInactiveInterval", "77"),
            ("maxActiveSessions", "5"),
        ];
        assert_eq!(other.map(|(name, _)| name).len(), CHANGEABLE.len());
        for (name, value) in other {
            assert!(CHANGEABLE.contains(&name), "{name}");
            let source = Source::Nothing;
            let wanted = Config::read(&source, &[format!("{name}={value}")], &mut Vec::new());
            let mut config = Config::default();
            take_over(&wanted.manager, &mut config.manager);
            assert!(differences(&Config::default(), &config).contains(&name.to_owned()), "{name}");
            assert_eq!(differences(&config, &wanted), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_change_is_read_as_a_file_is() {
        let mut running = Running::start("[manager]\noperationTimeout = 5", &[]);
        let change = running.patch(&json!({"operationTimeout": 7, "maxActiveSessions": "10"})).unwrap();
        assert_eq!((change.changed.len(), change.needs_restart.len()), (2, 0), "{change:?}");
        assert_eq!(running.timeout(), 5, "nothing has changed yet");
        running.accept(change);
        assert_eq!(running.timeout(), 7);
        assert_eq!(running.live.patched().collect::<Vec<_>>(), ["maxActiveSessions", "operationTimeout"]);
        for (wrong, said) in [
            (json!({"operationTimeout": 0}), "operationTimeout: "),
            (json!({"operationTimeot": 1}), "did you mean operationTimeout?"),
            (json!({"memcachedNodes": "n1:localhost"}), "memcachedNodes: 'n1:localhost' has no port"),
            (json!({"memcachedNodes": ["n1:localhost:1"]}), "memcachedNodes: is no single value"),
            (json!({"enabled": "perhaps"}), "enabled: 'perhaps' is neither true nor false"),
            (json!({"failoverNodes": "n9"}), "failoverNodes: 'n9' is not in memcachedNodes"),
        ] {
            let problem = running.patch(&wrong).unwrap_err();
            assert!(problem.contains(said), "{problem}");
        }
        let change = running.patch(&json!({"operationTimeout": null})).unwrap();
        assert_eq!(change.changed, ["operationTimeout"]);
        running.accept(change);
        assert_eq!(running.timeout(), 5, "what the file says");
    }

    #[test]
    fn what_needs_a_restart_is_named_and_does_not_change() {
        let running = Running::start("", &[]);
        let change = running
            .patch(
                &json!({"transcoderFactoryClass": "kryo", "server.maxAttributes": 7, "operationTimeout": 7}),
            )
            .unwrap();
        assert_eq!(change.needs_restart, ["transcoderFactoryClass", "server.maxAttributes"]);
        assert_eq!(change.changed, ["operationTimeout"]);
        assert_eq!(change.config().manager.transcoder_factory_class, "msgpack");
        let same = running.patch(&json!({"transcoderFactoryClass": "msgpack"})).unwrap();
        assert!(same.needs_restart.is_empty() && same.changed.is_empty());
    }

    #[test]
    fn a_changed_file_counts_as_far_as_it_can() {
        let mut running = Running::start("[manager]\noperationTimeout = 5", &["maxActiveSessions=3"]);
        assert!(running.live.reread().unwrap().is_none());
        running.write("[manager]\noperationTimeout = 6\nmaxActiveSessions = 4\nlegacySerializer = 'java'\n[serializer.kryo]\na = 1");
        let change = running.live.reread().unwrap().unwrap();
        assert_eq!(change.changed, ["operationTimeout"], "a flag wins");
        assert_eq!(change.needs_restart, ["legacySerializer", "serializer.kryo"]);
        running.accept(change);
        assert_eq!(running.timeout(), 6);
        // What waits for a restart is no matter of a later change.
        assert!(running.patch(&json!({"operationTimeout": 9})).unwrap().needs_restart.is_empty());
        running.write("[manager]\noperationTimeout = 'x'");
        let problem = running.live.reread().unwrap_err().to_string();
        assert!(problem.contains("holdfast.toml:2:20: operationTimeout: "), "{problem}");
        assert_eq!(running.timeout(), 6);
    }

    #[test]
    fn whoever_spoke_last_wins() {
        let mut running = Running::start("[manager]\noperationTimeout = 5", &[]);
        let change = running.patch(&json!({"operationTimeout": 7})).unwrap();
        running.accept(change);
        running.write("[manager]\noperationTimeout = 5\nmaxActiveSessions = 4");
        let change = running.live.reread().unwrap().unwrap();
        assert_eq!(change.changed, ["maxActiveSessions"], "the file says nothing new of the other one");
        running.accept(change);
        running.write("[manager]\noperationTimeout = 6\nmaxActiveSessions = 4");
        let change = running.live.reread().unwrap().unwrap();
        running.accept(change);
        assert_eq!(running.timeout(), 6);
        assert_eq!(running.live.patched().count(), 0);
    }
}
