//! From a file to a plugin, check by check.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use holdfast_document::{Attributes, Limits, sample};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::bindings::{self, EXPORTS, Failure, Settings};
use super::description::Description;
use super::error::{Origin, PluginError};
use super::guest::Log;
use super::instance::{Broken, Instance};
use super::kind;
use super::measure::Direction;
use super::plugin::{Parts, Plugin};
use super::runtime::{Runtime, digest};
use super::settings::PluginSettings;
use super::stack::with_room;
use super::text::line;
use super::wasi::is_wasi;

/// One of the things that are looked at before a plugin is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// What was found, or what is wrong and what would be right.
    pub outcome: Result<String, String>,
}

/// Loads a file; `checks` gets what was looked at, the last one being the one that failed.
pub(super) fn load(
    runtime: &Arc<Runtime>,
    file: &Path,
    settings: &PluginSettings,
    checks: &mut Vec<Check>,
) -> Result<Plugin, PluginError> {
    let mut loader = Loader { runtime, origin: Origin::file_only(file), settings, checks };
    with_room(|| loader.load())
        .map_err(|error| PluginError::Runtime { reason: format!("no thread with enough stack: {error}") })?
}

struct Loader<'a> {
    runtime: &'a Arc<Runtime>,
    origin: Origin,
    settings: &'a PluginSettings,
    checks: &'a mut Vec<Check>,
}

impl Loader<'_> {
    fn load(&mut self) -> Result<Plugin, PluginError> {
        let runtime = self.runtime;
        let wasm = self.check("file", |this| {
            let wasm = this.read()?;
            let said = format!("a WebAssembly component of {} bytes", wasm.len());
            Ok((wasm, said))
        })?;
        let component = self.check("code", |this| Ok((this.compile(&wasm)?, "compiles".to_owned())))?;
        self.check("imports", |this| Ok(((), this.imports(&component)?)))?;
        let code = self.check("exports", |this| {
            this.exports(&component)?;
            let code = runtime.link(&component).map_err(|error| {
                let why = line(&error.root_cause().to_string());
                this.invalid(format!("its imports are not as the contract has them: {why}"))
            })?;
            Ok((code, "describe, configure, serialize and deserialize, as the contract has them".to_owned()))
        })?;
        let log = Log::new(self.origin.clone());
        let mut instance = self.check("start", |this| {
            let instance = Instance::new(runtime, &code, &log).map_err(|broken| this.broken(broken))?;
            let said = format!("{} KiB of memory", instance.memory() >> 10);
            Ok((instance, said))
        })?;
        let description = self.check("describe", |this| {
            let told = instance.describe(runtime).map_err(|broken| this.broken(broken))?;
            let description = Description::from_guest(told).map_err(|wrong| this.invalid(wrong))?;
            this.origin = this.origin.named(&description.name);
            let said = format!("{} {}, format {}", description.name, description.version, description.format);
            Ok((description, said))
        })?;
        let settings = self.settings_for(&description.name);
        self.check("configure", |this| {
            let answer = instance.configure(runtime, &settings).map_err(|broken| this.broken(broken))?;
            answer.map_err(|failure| PluginError::from_guest(&this.origin, failure))?;
            Ok((
                (),
                match settings.options.len() {
                    0 => "with no options".to_owned(),
                    1 => "with 1 option".to_owned(),
                    options => format!("with {options} options"),
                },
            ))
        })?;
        self.check("round trip", |this| Ok(((), this.round_trip(&mut instance)?)))?;
        let digest = digest(&wasm);
        let parts = Parts {
            origin: self.origin.clone(),
            runtime: Arc::clone(runtime),
            code,
            settings,
            description,
            digest,
        };
        Ok(Plugin::new(parts, self.settings.reuse))
    }

    fn check<T>(
        &mut self,
        name: &'static str,
        look: impl FnOnce(&mut Self) -> Result<(T, String), PluginError>,
    ) -> Result<T, PluginError> {
        match look(self) {
            Ok((found, said)) => {
                self.checks.push(Check { name, outcome: Ok(said) });
                Ok(found)
            }
            Err(error) => {
                self.checks.push(Check { name, outcome: Err(error.reason()) });
                Err(error)
            }
        }
    }

    fn read(&self) -> Result<Vec<u8>, PluginError> {
        let wasm = fs::read(self.origin.file())
            .map_err(|error| PluginError::Io { plugin: self.origin.clone(), source: Arc::new(error) })?;
        kind::check(&wasm).map_err(|what| self.invalid(what))?;
        Ok(wasm)
    }

    fn compile(&self, wasm: &[u8]) -> Result<Component, PluginError> {
        self.runtime.compile(wasm).map_err(|error| {
            let why = line(&format!("{error:#}"));
            self.invalid(format!("it is damaged, or uses what this version does not know: {why}"))
        })
    }

    fn imports(&self, component: &Component) -> Result<String, PluginError> {
        let ours = bindings::LOG;
        let engine = self.runtime.engine();
        let mut wasi = 0;
        let mut others = Vec::new();
        for (name, import) in component.component_type().imports(engine) {
            let interface = matches!(import.ty, ComponentItem::ComponentInstance(_));
            match name.split_once('@') {
                _ if !interface => others.push(line(name)),
                _ if is_wasi(name) => wasi += 1,
                Some(("holdfast:plugin/log" | "holdfast:plugin/types", version))
                    if version.starts_with("1.") => {}
                Some((package, _)) if package.starts_with("holdfast:plugin/") => {
                    return Err(self.invalid(format!(
                        "it was built for {}, and this version of Holdfast offers {ours}; build it with a matching SDK",
                        line(name)
                    )));
                }
                _ => others.push(line(name)),
            }
        }
        if let Some((first, rest)) = others.split_first() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            return Err(self.invalid(format!(
                "it imports '{first}'{more}; build it without: a serializer may import {ours} and nothing else (WASI is \
                 accepted, and found empty)"
            )));
        }
        Ok(match wasi {
            0 => "nothing but what Holdfast offers".to_owned(),
            _ => format!("{wasi} interfaces of WASI, which it finds empty"),
        })
    }

    fn exports(&self, component: &Component) -> Result<(), PluginError> {
        let engine = self.runtime.engine();
        let kind = component.component_type();
        let found: Vec<_> = EXPORTS
            .into_iter()
            .map(|(name, contract)| (name, contract, kind.get_export(engine, name).map(|export| export.ty)))
            .collect();
        let missing: Vec<&str> =
            found.iter().filter(|(.., item)| item.is_none()).map(|(name, ..)| *name).collect();
        if !missing.is_empty() {
            return Err(self.invalid(format!(
                "it does not export {}; the world 'serializer' of wit/holdfast.wit says what a plugin exports",
                missing.join(", ")
            )));
        }
        let types = kind.instance_type();
        for (name, contract, item) in found {
            let Some(ComponentItem::ComponentFunc(function)) = item else {
                return Err(
                    self.invalid(format!("its export '{name}' is no function; the contract has {contract}"))
                );
            };
            type Converted = (Result<Vec<u8>, Failure>,);
            let fits = match name {
                "describe" => function.typecheck::<(), (bindings::Description,)>(&types),
                "configure" => function.typecheck::<(&Settings,), (Result<(), Failure>,)>(&types),
                _ => function.typecheck::<(&[u8],), Converted>(&types),
            };
            if let Err(error) = fits {
                return Err(self.invalid(format!(
                    "its export '{name}' has the wrong type ({}); the contract has {contract}",
                    line(&format!("{error:#}"))
                )));
            }
        }
        Ok(())
    }

    fn settings_for(&self, name: &str) -> Settings {
        Settings {
            options: self.settings.options.get(name).cloned().unwrap_or_default(),
            schema: self.settings.schemas.get(name).unwrap_or(&self.settings.schema).clone(),
            converters: self.settings.converters.clone(),
        }
    }

    /// Stores a small document and reads it again.
    fn round_trip(&self, instance: &mut Instance) -> Result<String, PluginError> {
        let mut convert = |direction, input: &[u8]| {
            instance.convert(self.runtime, direction, input).map_err(|broken| self.broken(broken))?.map_err(
                |failure| {
                    let answer = PluginError::from_guest(&self.origin, failure).reason();
                    self.invalid(format!("it fails on a small document that every format can hold: {answer}"))
                },
            )
        };
        let document = sample();
        let bytes = convert(Direction::Serialize, &document)?;
        if convert(Direction::Serialize, &document)? != bytes {
            return Err(self.invalid(
                "it serializes the same document to other bytes the second time; Holdfast compares bytes to see whether \
                 a session changed",
            ));
        }
        let back = convert(Direction::Deserialize, &bytes)?;
        let after = attributes(&back)
            .map_err(|error| self.invalid(format!("what it deserializes is no session document: {error}")))?;
        let before = attributes(&document).unwrap_or_default();
        if !before.keys().eq(after.keys()) {
            return Err(self.invalid("attributes are lost or renamed between serialize and deserialize"));
        }
        let (from, to) = (document.len(), bytes.len());
        let changed: Vec<&str> = before
            .iter()
            .filter(|(name, value)| after.get(*name) != Some(value))
            .map(|(name, _)| *name)
            .collect();
        Ok(if changed.is_empty() {
            format!("a document of {from} bytes becomes {to} bytes and comes back the same")
        } else {
            format!(
                "a document of {from} bytes becomes {to} bytes; {} come back in another form",
                changed.join(", ")
            )
        })
    }

    fn invalid(&self, reason: impl Into<String>) -> PluginError {
        PluginError::invalid(&self.origin, reason)
    }

    fn broken(&self, broken: Broken) -> PluginError {
        broken.explain(&self.origin, self.runtime.limits())
    }
}

/// Values by the names of their attributes.
fn attributes(document: &[u8]) -> Result<BTreeMap<&str, &[u8]>, holdfast_document::Error> {
    let attributes = Attributes::split(document, Limits::default())?;
    Ok(attributes.list.iter().map(|attribute| (attribute.name, attribute.value)).collect())
}
