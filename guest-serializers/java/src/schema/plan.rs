//! What Java writes of a class, as far as the schema of the application says it, or for the JDK's classes our table.

use std::collections::HashMap;
use std::rc::Rc;

use holdfast_schema::{Class, Field, Kind, Schema};

use super::jdk;
use crate::stream::{MAX_SUPERCLASSES, sc};

/// A class, and those that it extends as far as they are serializable.
#[derive(Debug)]
pub(super) struct Plan {
    /// The class itself first.
    pub(super) levels: Vec<Level>,
    /// Each slot of a value in Java's order: how many classes up, and the field.
    pub(super) slots: Vec<(u32, Field)>,
}

/// What a class descriptor says.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) name: String,
    pub(super) suid: i64,
    pub(super) flags: u8,
}

/// The descriptor of the slot in which a class has what its `writeObject` method wrote behind the fields.
pub(super) const CUSTOM: &str = "*";

impl Plan {
    /// Whether the class so many levels up is a collection, map or date, of which documents tell the data.
    pub(super) fn tells(&self, level: u32) -> bool {
        self.levels.get(level as usize).is_some_and(|class| jdk::told(&class.name).is_some())
    }

    /// The slots of the class so many levels up.
    pub(super) fn slots_from(&self, level: u32) -> impl Iterator<Item = (u32, &Field)> + Clone {
        let own = self.slots.iter().filter(move |(above, _)| *above >= level);
        own.map(move |(above, field)| (above - level, field))
    }
}

/// Plans by class.
#[derive(Debug, Default)]
pub(super) struct Plans {
    known: HashMap<String, Option<Result<Rc<Plan>, String>>>,
}

impl Plans {
    /// The plan of a class, or why there is none; nothing, if the schema does not know it.
    pub(super) fn get(&mut self, schema: &Schema, name: &str) -> Option<Result<Rc<Plan>, String>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let plan = class(schema, name).map(|class| make(schema, class).map(Rc::new));
        self.known.insert(name.to_owned(), plan.clone());
        plan
    }
}

/// A class of the application, or of the JDK.
fn class(schema: &Schema, name: &str) -> Option<Class> {
    schema.class(name).or_else(|| jdk::class(name))
}

/// Whether a class, which extends a collection, map or date, has nothing of its own, or what is in the way.
pub(super) fn has_no_fields(schema: &Schema, name: &str) -> Result<(), String> {
    let Some(class) = schema.class(name) else {
        return Err(format!(
            "{name} came as the collection, map or date that it is; Java needs the schema of the class, which says \
             whether it has fields of its own"
        ));
    };
    let named = class.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    let listed = class.serial_fields.is_some_and(|fields| !fields.is_empty());
    if !class.fields.is_empty() || listed || class.has_write_object || class.is_externalizable {
        return Err(format!(
            "{name} came as the collection, map or date that it is, without what its own class has ({named}): what a \
             constructor would put there no document tells"
        ));
    }
    Ok(())
}

fn make(schema: &Schema, of: Class) -> Result<Plan, String> {
    if !of.is_serializable {
        return Err(format!("{} is not serializable, says the schema", of.name));
    }
    let (mut levels, mut fields) = (Vec::new(), Vec::new());
    let mut next = Some(of);
    while let Some(class) = next {
        let name = &class.name;
        let custom = if class.has_write_object { jdk::data(name).or_else(|| jdk::told(name)) } else { None };
        let refusal = if class.is_externalizable || (class.has_write_object && custom.is_none()) {
            Some("decides by a method of its own what Java writes of it, which nobody knows here".to_owned())
        } else if class.has_write_replace {
            Some("has another object written in its place by writeReplace".to_owned())
        } else if class.serial_fields.as_ref().is_some_and(|listed| *listed != class.fields) {
            Some("lists in serialPersistentFields other fields than it has".to_owned())
        } else if !matches!(class.kind, Kind::Class | Kind::Record) {
            Some("is no class of objects with fields".to_owned())
        } else if levels.len() > MAX_SUPERCLASSES {
            Some("has too many superclasses, or is its own".to_owned())
        } else {
            None
        };
        let suid = match (refusal, class.suid) {
            (Some(refusal), _) => return Err(format!("{name} {refusal}")),
            (None, None) => return Err(format!("the schema does not know the serialVersionUID of {name}")),
            (None, Some(suid)) => suid,
        };
        let method = if class.has_write_object { sc::WRITE_METHOD } else { 0 };
        levels.push(Level { name: name.clone(), suid, flags: sc::SERIALIZABLE | method });
        let mut own = class.fields;
        own.sort_by(|a, b| {
            let is_object = |field: &Field| field.descriptor.starts_with(['L', '[']);
            is_object(a).cmp(&is_object(b)).then_with(|| a.name.encode_utf16().cmp(b.name.encode_utf16()))
        });
        own.extend(custom.map(|_| Field { descriptor: CUSTOM.to_owned(), name: name.clone() }));
        fields.push(own);
        next = match class.superclass {
            None => None,
            Some(above) if above == "java.lang.Record" => None,
            Some(above) => match self::class(schema, &above) {
                // Java leaves out what such a class has.
                Some(class) => Some(class).filter(|class| class.is_serializable),
                None => {
                    return Err(format!("{} extends {above}, which the schema does not know", class.name));
                }
            },
        };
    }
    let slots = fields
        .into_iter()
        .enumerate()
        .rev()
        .flat_map(|(level, own)| own.into_iter().map(move |field| (level as u32, field)))
        .collect();
    Ok(Plan { levels, slots })
}
