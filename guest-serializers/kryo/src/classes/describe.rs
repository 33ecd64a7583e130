//! What is known of a class that is met: from the JDK's tables, the form of its name, or the schema.

use std::borrow::Cow;

use holdfast_kryo_common::plan::{self, Modes};
use holdfast_schema::{Constant, Field, Kind, Origin, Schema};

use super::{ClassId, Classes, LOCAL};
use crate::codec::Codec;
use crate::jdk::{self, Is};
use crate::plan::{Plan, Whole, compile};

/// What to say of a class that the schema knows from a Java stream.
const FROM_STREAM: &str = "the schema has it from a Java stream, which tells neither whether it is final nor which of its \
     fields are transient; give its class file, JAR or WAR (holdfast schema)";

const KRYO_SERIALIZABLE: &str = "com.esotericsoftware.kryo.KryoSerializable";

/// What was found of a class.
pub(super) enum Described {
    /// Its codec, and whether it is final, as far as that is known.
    Class(Codec, Option<bool>),
    /// It is that of a constant of this enum.
    Body(String),
}

impl Classes {
    /// What the JDK's table, the form of an array's name, or the schema say of a class. The plan of a class with fields
    /// is still to be made.
    pub(super) fn describe(&mut self, name: &str) -> Option<Described> {
        if let Some(row) = jdk::row(name) {
            let codec = match row.is {
                Is::Codec(codec) => codec,
                Is::Enum(names) => {
                    let constant = |name: &&str| Constant { name: (*name).to_owned(), body: None };
                    self.add_constants(names.iter().map(constant).collect())
                }
                Is::Fields(..) => Codec::Fields(u32::MAX),
            };
            return Some(Described::Class(codec, Some(row.is_final)));
        }
        if name.starts_with('[') {
            return self.describe_array(name);
        }
        let class = self.schema.class(name)?;
        let is_final = class.finality();
        let codec = match class.kind {
            // Whoever writes a Java stream names interfaces where values are proxies: all is known of them.
            Kind::Interface => return Some(Described::Class(Codec::Named, Some(false))),
            Kind::Enum if class.superclass.as_ref().is_some_and(|above| above != "java.lang.Enum") => {
                return Some(Described::Body(class.superclass.unwrap_or_default()));
            }
            _ if class.origin == Origin::Stream => self.refuse(FROM_STREAM.to_owned()),
            Kind::Enum => self.add_constants(class.constants),
            Kind::Record => self.refuse(
                "a record, of which the library can set no field: it fails where such a value stands"
                    .to_owned(),
            ),
            Kind::Class if class.interfaces.iter().any(|name| name == KRYO_SERIALIZABLE) => self.refuse(
                "it implements KryoSerializable: what its own methods write, only they can read".to_owned(),
            ),
            Kind::Class => Codec::Fields(u32::MAX),
        };
        Some(Described::Class(codec, is_final))
    }

    fn add_constants(&mut self, constants: Vec<Constant>) -> Codec {
        self.constants.push(constants);
        Codec::Enum(Some(self.constants.len() as u32 - 1))
    }

    pub(super) fn refuse(&mut self, reason: String) -> Codec {
        self.reasons.push(reason);
        Codec::Refused(self.reasons.len() as u32 - 1)
    }

    /// The JVM allows 255 dimensions.
    fn describe_array(&mut self, name: &str) -> Option<Described> {
        let component = name.strip_prefix('[')?;
        let nested = component.starts_with('[');
        let name = if nested { component } else { component.strip_prefix('L')?.strip_suffix(';')? };
        if name.bytes().take_while(|byte| *byte == b'[').count() > 254 {
            return None;
        }
        let component = self.resolve(name);
        if component.0 >= LOCAL {
            return None;
        }
        // To the library an array of arrays has a final component, whatever the inner arrays hold; to whoever asks
        // for the class of a field, an array is final if what it holds in the end is.
        let is_final = self.get(component).is_final;
        let codec = match is_final {
            _ if nested => Codec::Objects { component, is_final: true },
            Some(is_final) => Codec::Objects { component, is_final },
            None => {
                let name = &self.get(component).name;
                self.refuse(format!("of {name} the schema does not say whether it is final: {FROM_STREAM}"))
            }
        };
        Some(Described::Class(codec, is_final))
    }

    /// `com.example.Op$1` is the class of a constant of Op, if that is an enum.
    pub(super) fn enum_of_body(&mut self, name: &str, declared: &str) -> Option<ClassId> {
        let declared = self.resolve(declared);
        let codec @ Codec::Enum(_) = self.codec(declared) else { return None };
        if declared.0 >= LOCAL {
            let id = self.add_local(name, codec);
            if let Some(class) = self.local.last_mut() {
                class.declared = declared;
            }
            return Some(id);
        }
        let id = self.add(Cow::Owned(name.to_owned()), codec, Some(true));
        if let Some(class) = self.list.last_mut() {
            class.declared = declared;
        }
        Some(id)
    }

    /// Adds a class with fields. It has its place before its plan is made: a field may be of the class itself.
    pub(super) fn add_with_plan(&mut self, name: &str, is_final: Option<bool>) -> ClassId {
        let number = self.plans.len() as u32;
        self.plans.push(Plan::default());
        let id = self.add(Cow::Owned(name.to_owned()), Codec::Fields(number), is_final);
        match compile(self, name) {
            Ok(plan) => {
                if plan.whole.is_some()
                    && let Some(class) = self.list.get_mut(id.0 as usize)
                {
                    class.codec = Codec::Extends(number);
                }
                if let Some(place) = self.plans.get_mut(number as usize) {
                    *place = plan;
                }
                self.place_modes(number);
            }
            Err(reason) => {
                let codec = self.refuse(reason);
                if let Some(class) = self.list.get_mut(id.0 as usize) {
                    class.codec = codec;
                }
            }
        }
        id
    }

    /// Puts the modes of a plan's slots among those of all plans.
    pub(super) fn place_modes(&mut self, number: u32) {
        let Some(plan) = self.plans.get_mut(number as usize) else { return };
        self.modes.extend(plan.slots.iter().map(|slot| slot.mode));
        plan.modes = Modes { end: self.modes.len() as u32, count: plan.slots.len() as u32 };
    }

    /// What the objects of a class are stored as that extends a collection, map or date.
    pub(crate) fn whole(&self, number: u32) -> Option<Whole> {
        self.plan(number)?.whole
    }
}

impl plan::Classes for Classes {
    type Id = ClassId;

    fn resolve(&mut self, name: &str) -> ClassId {
        self.resolve(name)
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn stored_as(&mut self, name: &str) -> Option<ClassId> {
        let Is::Codec(codec) = jdk::row(name)?.is else { return None };
        let is_whole = matches!(
            codec,
            Codec::Collection(_)
                | Codec::Map(_)
                | Codec::SortedSet(_)
                | Codec::SortedMap(_)
                | Codec::Date
                | Codec::SqlDate(_)
                | Codec::Timestamp
        );
        is_whole.then(|| self.resolve(name))
    }

    fn fields_of(&self, name: &str) -> Option<(Option<String>, Vec<Field>)> {
        if let Some(row) = jdk::row(name) {
            let Is::Fields(superclass, fields) = row.is else { return None };
            let superclass = (!superclass.is_empty()).then(|| superclass.to_owned());
            let field = |(descriptor, name): &(&str, &str)| Field {
                name: (*name).to_owned(),
                descriptor: (*descriptor).to_owned(),
            };
            return Some((superclass, fields.iter().map(field).collect()));
        }
        let class = self.schema.class(name)?;
        let known = class.kind == Kind::Class && class.origin == Origin::Class;
        known.then_some((class.superclass, class.fields))
    }

    fn is_final(&mut self, name: &str) -> Option<bool> {
        let id = self.resolve(name);
        self.get(id).is_final
    }

    fn refused_above(&mut self, above: &str) -> Option<String> {
        let id = self.resolve(above);
        match self.codec(id) {
            Codec::Unknown => Some(format!("its superclass {above} is not in the schema")),
            Codec::Refused(number) => Some(format!("its superclass {above}: {}", self.reason(number))),
            _ => None,
        }
    }
}

/// The enum that a class name with the number of an anonymous class at its end may belong to.
pub(super) fn enum_name(name: &str) -> Option<&str> {
    let (declared, number) = name.rsplit_once('$')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !declared.is_empty()).then_some(declared)
}
