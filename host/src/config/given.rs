//! What the user wrote, collected from the file and the command line, before its meaning is looked at.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::kinds::Kind;
use super::problem::{Place, Problem};

/// A part of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `[manager]`: MSM's attributes.
    Manager,
    /// `[server]`: what is about the process.
    Server,
}

impl Section {
    /// The name in `holdfast.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Server => "server",
        }
    }

    /// How problems and `--set` name an attribute of this section.
    #[must_use]
    pub fn full_name(self, attribute: &str) -> String {
        match self {
            Self::Manager => attribute.to_owned(),
            Self::Server => format!("server.{attribute}"),
        }
    }
}

/// A value as it was written. XML and the command line know only text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Raw {
    Text(String),
    /// A number or a boolean of TOML, in TOML's canonical spelling.
    Bare(String),
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// The value, or why there is none. That is a problem only if nothing that wins replaces it.
    pub(super) raw: Result<Raw, String>,
    pub(super) place: Place,
}

/// What is said about one serializer.
#[derive(Debug, Clone)]
pub(super) struct GivenSerializer {
    /// The section's head, or the first flag that names the serializer.
    pub(super) place: Place,
    pub(super) options: BTreeMap<String, (String, Place)>,
    pub(super) schema: Vec<(PathBuf, Place)>,
}

/// Everything that was written, by section and attribute.
#[derive(Debug, Default)]
pub(super) struct Given {
    attributes: BTreeMap<(Section, String), Setting>,
    pub(super) serializers: BTreeMap<String, GivenSerializer>,
}

impl Given {
    /// Takes a value; a later one replaces an earlier one.
    pub(super) fn insert(&mut self, section: Section, attribute: &str, setting: Setting) {
        self.attributes.insert((section, attribute.to_owned()), setting);
    }

    /// The serializer's settings, made if they are not there yet.
    pub(super) fn serializer(&mut self, name: &str, place: &Place) -> &mut GivenSerializer {
        self.serializers.entry(name.to_owned()).or_insert_with(|| GivenSerializer {
            place: place.clone(),
            options: BTreeMap::new(),
            schema: Vec::new(),
        })
    }

    /// The attribute's value, if it was written and means something; else the problems are noted.
    pub(super) fn read<K: Kind>(
        &self,
        section: Section,
        attribute: &str,
        kind: &K,
        problems: &mut Vec<Problem>,
    ) -> Option<K::Value> {
        let setting = self.attributes.get(&(section, attribute.to_owned()))?;
        match setting.raw.as_ref().map_err(|text| vec![text.clone()]).and_then(|raw| kind.read(raw)) {
            Ok(value) => Some(value),
            Err(texts) => {
                let name = section.full_name(attribute);
                problems.extend(
                    texts.into_iter().map(|text| Problem::new(setting.place.clone(), name.clone(), text)),
                );
                None
            }
        }
    }

    /// Where each attribute was written.
    pub(super) fn places(&self) -> BTreeMap<(Section, String), Place> {
        self.attributes.iter().map(|(key, setting)| (key.clone(), setting.place.clone())).collect()
    }
}
