//! What is known of a class that is met: from the JDK's tables, the form of its name, or the schema.

use std::borrow::Cow;

use holdfast_kryo_common::jdk::{Shape, fact};
use holdfast_kryo_common::plan::{self, Classes as _, Modes};
use holdfast_schema::{Constant, Field, Kind, Origin, Schema};

use super::{ClassId, Classes, LOCAL};
use crate::codec::Codec;
use crate::jdk::{self, Is};
use crate::plan::{Plan, Whole, compile};

/// What implements one of these is stored by its elements or entries.
const COLLECTIONS: [&str; 16] = [
    "java.util.Collection",
    "java.util.List",
    "java.util.Set",
    "java.util.SortedSet",
    "java.util.NavigableSet",
    "java.util.Queue",
    "java.util.Deque",
    "java.util.concurrent.BlockingQueue",
    "java.util.concurrent.BlockingDeque",
    "java.util.concurrent.TransferQueue",
    "java.util.Map",
    "java.util.SortedMap",
    "java.util.NavigableMap",
    "java.util.concurrent.ConcurrentMap",
    "java.util.concurrent.ConcurrentNavigableMap",
    "com.esotericsoftware.kryo.CustomSerialization",
];

const FROM_STREAM: &str = "the schema knows it from a Java stream, which does not say all of its fields nor whether it is \
     final; make the schema from its class file (holdfast schema)";

/// What the JDK's tables, the form of an array's name, or the schema say of a class.
pub(super) enum Described {
    Class(Codec, Option<bool>),
    /// The class of a constant of this enum.
    Body(String),
}

impl Classes {
    /// The plan of a class with fields is still to be made.
    pub(super) fn describe(&mut self, name: &str) -> Option<Described> {
        if name.starts_with('[') {
            return self.describe_array(name);
        }
        let known = fact(name);
        let is_final = known.map(|fact| fact.is_final);
        if let Some(is) = jdk::row(name) {
            let codec = match is {
                Is::Codec(codec) => codec,
                Is::Fields(..) => Codec::Fields(u32::MAX),
            };
            return Some(Described::Class(codec, is_final));
        }
        if let Some(fact) = known {
            let codec = match fact.shape {
                Shape::Constants(names) => {
                    let constant = |name: &&str| Constant { name: (*name).to_owned(), body: None };
                    self.add_constants(names.iter().map(constant).collect())
                }
                Shape::Fields(..) => Codec::Fields(u32::MAX),
                Shape::Named | Shape::Own => Codec::Named,
            };
            return Some(Described::Class(codec, is_final));
        }
        self.describe_own(name)
    }

    /// What the schema says of a class.
    fn describe_own(&mut self, name: &str) -> Option<Described> {
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
                "a record, of which the library can set no field: it fails to read what it wrote".to_owned(),
            ),
            Kind::Class if self.extended(name).is_some() => Codec::Fields(u32::MAX),
            Kind::Class => match class.interfaces.iter().find(|name| COLLECTIONS.contains(&name.as_str())) {
                Some(interface) => self.refuse(format!(
                    "it implements {interface}, and the library stores it as such, without its fields"
                )),
                None => Codec::Fields(u32::MAX),
            },
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

    /// An array is final to the library if what it holds in the end is, and so is the class of a field.
    fn describe_array(&mut self, name: &str) -> Option<Described> {
        let element = name.trim_start_matches('[');
        // The JVM allows no more.
        let dimensions = u8::try_from(name.len() - element.len()).ok()?;
        let component = name.strip_prefix('[')?;
        if dimensions > 1 {
            let component = self.resolve(component);
            if component.0 >= LOCAL {
                return None;
            }
            let is_final = self.get(component).is_final;
            let codec = match self.codec(component) {
                Codec::Refused(number) => Codec::Refused(number),
                _ => Codec::Arrays { component, dimensions },
            };
            return Some(Described::Class(codec, is_final));
        }
        if let [character @ (b'Z' | b'B' | b'C' | b'S' | b'I' | b'J' | b'F' | b'D')] = *component.as_bytes() {
            return Some(Described::Class(Codec::Primitives(character), Some(true)));
        }
        let component = self.resolve(component.strip_prefix('L')?.strip_suffix(';')?);
        if component.0 >= LOCAL {
            return None;
        }
        let is_final = self.get(component).is_final;
        let codec = match is_final {
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
        let codec = if name == jdk::ZONE { Codec::Zone(number) } else { Codec::Fields(number) };
        let id = self.add(Cow::Owned(name.to_owned()), codec, is_final);
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
        if self.schema.class(name).is_some() {
            return None;
        }
        let class = self.resolve(name);
        let is_whole = matches!(
            self.codec(class),
            Codec::Collection(_) | Codec::Map(_) | Codec::Date | Codec::SqlDate(_) | Codec::Timestamp
        );
        is_whole.then_some(class)
    }

    fn fields_of(&self, name: &str) -> Option<(Option<String>, Vec<Field>)> {
        let told = match (jdk::row(name), fact(name).map(|fact| fact.shape)) {
            (Some(Is::Fields(superclass, fields)), _) | (None, Some(Shape::Fields(superclass, fields))) => {
                Some((superclass, fields))
            }
            (Some(_), _) | (_, Some(_)) => return None,
            (None, None) => None,
        };
        if let Some((superclass, fields)) = told {
            let superclass = (!superclass.is_empty()).then(|| superclass.to_owned());
            let field = |(descriptor, name): &(&str, &str)| Field {
                name: (*name).to_owned(),
                descriptor: (*descriptor).to_owned(),
            };
            return Some((superclass, fields.iter().map(field).collect()));
        }
        let class = self.schema.class(name)?;
        let known = class.kind == Kind::Class
            && class.origin == Origin::Class
            && !class.interfaces.iter().any(|name| COLLECTIONS.contains(&name.as_str()));
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
            Codec::Refused(number) => Some(format!("of its superclass {above}: {}", self.reason(number))),
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
