//! From a file to a plugin, check by check.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use holdfast_document::{Attributes, Limits, sample};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::bindings::{self, Failure, Settings};
use super::converter::{Converter, Declared};
use super::description::{ConverterDescription, Description};
use super::error::{Origin, PluginError};
use super::folder::Loaded;
use super::guest::Log;
use super::instance::{Broken, Instance};
use super::kind;
use super::measure::Direction;
use super::plugin::Plugin;
use super::runtime::{Runtime, digest};
use super::settings::PluginSettings;
use super::stack::with_room;
use super::text::line;
use super::wasi::is_wasi;
use super::worker::{Parts, Worker};
use super::world::{Told, World};

/// One of the things that are looked at before a plugin is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// What was found, or what is wrong and what would be right.
    pub outcome: Result<String, String>,
}

/// A file that was read and compiled, and what kind of plugin it is: serializers are told what converters declare, so
/// these come first.
pub(super) struct Opened {
    digest: [u8; 32],
    component: Component,
    world: World,
    checks: Vec<Check>,
}

impl Opened {
    pub(super) fn is_converter(&self) -> bool {
        self.world == World::Converter
    }
}

/// What an operator decided, and what the converters that he chose declare.
pub(super) struct Surroundings<'a> {
    pub(super) settings: &'a PluginSettings,
    /// The converters that are configured, in their order.
    pub(super) converters: &'a [Arc<Converter>],
}

/// Reads and compiles a file. `checks` gets what was looked at, the last one being the one that failed.
pub(super) fn open(
    runtime: &Arc<Runtime>,
    file: &Path,
    checks: &mut Vec<Check>,
) -> Result<Opened, PluginError> {
    let mut loader = Loader { runtime, origin: Origin::file_only(file), checks };
    with_room(|| loader.open()).map_err(no_thread)?
}

/// Makes a plugin of a file that was opened. `checks` gets what was looked at in all, the last one being the one that
/// failed.
pub(super) fn load(
    runtime: &Arc<Runtime>,
    file: &Path,
    opened: Opened,
    surroundings: &Surroundings<'_>,
    checks: &mut Vec<Check>,
) -> Result<Loaded, PluginError> {
    let Opened { digest, component, world, checks: before } = opened;
    *checks = before;
    let mut loader = Loader { runtime, origin: Origin::file_only(file), checks };
    with_room(|| loader.load(digest, &component, world, surroundings)).map_err(no_thread)?
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn no_thread(error: std::io::Error) -> PluginError {
    PluginError::Runtime { reason: format!("no thread with enough stack: {error}") }
}

struct Loader<'a> {
    runtime: &'a Arc<Runtime>,
    origin: Origin,
    checks: &'a mut Vec<Check>,
}

impl Loader<'_> {
    fn open(&mut self) -> Result<Opened, PluginError> {
        let wasm = self.check("file", |this| {
            let wasm = this.read()?;
            let said = format!("a WebAssembly component of {} bytes", wasm.len());
            Ok((wasm, said))
        })?;
        let digest = digest(&wasm);
        let component =
            self.check("code", |this| Ok((this.compile(&wasm, &digest)?, "compiles".to_owned())))?;
        let declares = component.component_type().get_export(self.runtime.engine(), "declarations").is_some();
        let world = if declares { World::Converter } else { World::Serializer };
        Ok(Opened { digest, component, world, checks: self.checks.clone() })
    }

    fn load(
        &mut self,
        digest: [u8; 32],
        component: &Component,
        world: World,
        surroundings: &Surroundings<'_>,
    ) -> Result<Loaded, PluginError> {
        let runtime = self.runtime;
        self.check("imports", |this| Ok(((), this.imports(component)?)))?;
        let code = self.check("exports", |this| {
            this.exports(component, world)?;
            let code = runtime.link(world, component).map_err(|error| {
                let why = line(&error.root_cause().to_string());
                this.invalid(format!("its imports are not as the contract has them: {why}"))
            })?;
            let names: Vec<&str> = world.exports().iter().map(|(name, _)| *name).collect();
            let Some((last, others)) = names.split_last() else { return Ok((code, String::new())) };
            Ok((code, format!("{} and {last}, as the contract has them", others.join(", "))))
        })?;
        let log = Log::new(self.origin.clone());
        let mut instance = self.check("start", |this| {
            let instance = Instance::new(runtime, &code, &log).map_err(|broken| this.broken(broken))?;
            let said = format!("{} KiB of memory", instance.memory() >> 10);
            Ok((instance, said))
        })?;
        let who = self.check("describe", |this| {
            let told = instance.describe(runtime).map_err(|broken| this.broken(broken))?;
            let who = Who::from_guest(told).map_err(|wrong| this.invalid(wrong))?;
            this.origin = this.origin.named(who.name());
            let said = who.to_string();
            Ok((who, said))
        })?;
        // Whom no converter is let before is told of none.
        let converters = match &who {
            Who::Serializer(description) if description.takes_converters() => surroundings.converters,
            Who::Serializer(_) | Who::Converter(_) => &[],
        };
        let settings = settings_for(who.name(), surroundings.settings, converters);
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
        let declared = match &who {
            Who::Serializer(_) => None,
            Who::Converter(_) => Some(self.check("declarations", |this| this.declared(&mut instance))?),
        };
        match &declared {
            None => self.check("round trip", |this| Ok(((), this.round_trip(&mut instance)?)))?,
            Some(declared) => {
                self.check("rewriting", |this| Ok(((), this.rewriting(&mut instance, declared)?)))?;
            }
        }
        let parts =
            Parts { origin: self.origin.clone(), runtime: Arc::clone(runtime), code, settings, digest };
        let worker = Worker::new(parts, surroundings.settings.reuse);
        Ok(match (who, declared) {
            (Who::Converter(description), Some(declared)) => {
                Loaded::Converter(Arc::new(Converter::new(worker, description, declared)))
            }
            (Who::Serializer(description), _) => {
                Loaded::Serializer(Arc::new(Plugin::new(worker, description, converters.to_vec())))
            }
            (Who::Converter(_), None) => return Err(self.invalid("it declares nothing")),
        })
    }

    /// What a converter declares.
    fn declared(&self, instance: &mut Instance) -> Result<(Declared, String), PluginError> {
        let told = instance.declarations(self.runtime).map_err(|broken| self.broken(broken))?;
        let told = told.ok_or_else(|| self.invalid("it declares nothing"))?;
        let declared = Declared::from_guest(told).map_err(|wrong| self.invalid(wrong))?;
        let said = declared.summary();
        Ok((declared, said))
    }

    /// Sends a small document through a converter.
    fn rewriting(&self, instance: &mut Instance, declared: &Declared) -> Result<String, PluginError> {
        let document = sample();
        let mut said = "not called for".to_owned();
        for direction in [Direction::Serialize, Direction::Deserialize] {
            if !declared.when(direction) {
                continue;
            }
            let mut convert = || {
                let answer = instance.convert(self.runtime, direction, &document);
                answer.map_err(|broken| self.broken(broken))?.map_err(|failure| {
                    let answer = PluginError::from_guest(&self.origin, failure).reason();
                    self.invalid(format!("it fails on a small document that says nothing to it: {answer}"))
                })
            };
            let converted = convert()?;
            if convert()? != converted {
                return Err(self.invalid(
                    "it makes another document of the same one the second time; Holdfast compares bytes to see whether \
                     a session changed",
                ));
            }
            attributes(&converted)
                .map_err(|error| self.invalid(format!("what it made of a document is none: {error}")))?;
            said = format!("a document of {} bytes becomes one of {}", document.len(), converted.len());
        }
        Ok(said)
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

    fn compile(&self, wasm: &[u8], digest: &[u8; 32]) -> Result<Component, PluginError> {
        self.runtime.compile(wasm, digest).map_err(|error| {
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
                Some((
                    "holdfast:plugin/log" | "holdfast:plugin/types" | "holdfast:plugin/converting",
                    version,
                )) if version.starts_with("1.") => {}
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
                "it imports '{first}'{more}; build it without: a plugin may import {ours} and nothing else (WASI is \
                 accepted, and found empty)"
            )));
        }
        Ok(match wasi {
            0 => "nothing but what Holdfast offers".to_owned(),
            _ => format!("{wasi} interfaces of WASI, which it finds empty"),
        })
    }

    fn exports(&self, component: &Component, world: World) -> Result<(), PluginError> {
        let engine = self.runtime.engine();
        let kind = component.component_type();
        let found: Vec<_> = world
            .exports()
            .iter()
            .map(|(name, contract)| (*name, *contract, kind.get_export(engine, name).map(|export| export.ty)))
            .collect();
        let missing: Vec<&str> =
            found.iter().filter(|(.., item)| item.is_none()).map(|(name, ..)| *name).collect();
        if !missing.is_empty() {
            return Err(self.invalid(format!(
                "it does not export {}; the world '{}' of wit/holdfast.wit says what a plugin exports",
                missing.join(", "),
                world.name()
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
                "describe" if world == World::Converter => {
                    function.typecheck::<(), (bindings::ConverterDescription,)>(&types)
                }
                "describe" => function.typecheck::<(), (bindings::Description,)>(&types),
                "declarations" => function.typecheck::<(), (bindings::Declarations,)>(&types),
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

/// Who a plugin says it is, checked.
enum Who {
    Serializer(Description),
    Converter(ConverterDescription),
}

impl Who {
    fn from_guest(told: Told) -> Result<Self, String> {
        Ok(match told {
            Told::Serializer(told) => Self::Serializer(Description::from_guest(told)?),
            Told::Converter(told) => Self::Converter(ConverterDescription::from_guest(told)?),
        })
    }

    fn name(&self) -> &str {
        match self {
            Self::Serializer(description) => &description.name,
            Self::Converter(description) => &description.name,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serializer(it) => write!(f, "{} {}, format {}", it.name, it.version, it.format),
            Self::Converter(it) => write!(f, "{} {}, a converter", it.name, it.version),
        }
    }
}

fn settings_for(name: &str, settings: &PluginSettings, converters: &[Arc<Converter>]) -> Settings {
    let texts: Vec<&str> = converters.iter().map(|converter| converter.declarations_text()).collect();
    Settings {
        options: settings.options.get(name).cloned().unwrap_or_default(),
        schema: settings.schemas.get(name).unwrap_or(&settings.schema).clone(),
        converters: texts.join("\n").into_bytes(),
    }
}

/// Values by the names of their attributes.
fn attributes(document: &[u8]) -> Result<BTreeMap<&str, &[u8]>, holdfast_document::Error> {
    let attributes = Attributes::split(document, Limits::default())?;
    Ok(attributes.list.iter().map(|attribute| (attribute.name, attribute.value)).collect())
}
