//! How the values of a definition become the fields that the library writes: worked out once, kept from call to call.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use holdfast_document::{Definition, Item, Reader, Super, builtin};

use super::object::is_name;
use super::refs::Mix;
use crate::codec;
use crate::jdk;
use crate::plan::{Field, Known, Place, Plans, place};
use crate::stamp::Stamp;

/// What to do for the objects of a definition.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) class: Box<str>,
    /// `com.example.Item __id="`, behind `<`.
    pub(super) element: Stamp,
    /// `com.example.Item" __id="`, behind `class="`.
    pub(super) valued: Stamp,
    /// The fields in the order in which the library writes them: so many attributes, then elements.
    pub(super) steps: Vec<Step>,
    pub(super) attributes: u32,
    /// Parts with the data of a `writeObject` method.
    pub(super) custom: Vec<u32>,
    /// How many parts an object has.
    pub(super) parts: u32,
    /// Whether the parts are in the order of the steps, and all of them are steps.
    pub(super) is_straight: bool,
    /// Whether nothing is to be lost or asked for before its objects are written.
    pub(super) is_simple: bool,
    pub(super) is_record: bool,
    /// Two fields in attributes have one name.
    pub(super) is_shadowed: bool,
    /// A field has the name of the attribute that we add.
    pub(super) has_our_name: bool,
}

/// A field.
#[derive(Debug)]
pub(super) struct Step {
    /// Which part of the object it is.
    pub(super) part: u32,
    pub(super) field: Rc<Field>,
    /// The number of a group of elements whose order is not known, of which one at most may be there.
    pub(super) loose: Option<u32>,
}

/// A script, or why there is none.
type Made = Result<u32, Rc<str>>;

/// The scripts.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    by_definition: HashMap<Box<[u8]>, Made, BuildHasherDefault<Mix>>,
    all: Vec<Rc<Script>>,
    /// The scripts of the definitions of the attribute, by their numbers.
    here: Vec<u32>,
}

const NONE: u32 = u32::MAX;
/// More than any application has; documents may come from anywhere.
const MOST: usize = 4096;

impl Scripts {
    pub(super) fn begin_call(&mut self) {
        if self.by_definition.len() > MOST {
            *self = Self::default();
        }
        self.here.clear();
    }

    pub(super) fn begin_attribute(&mut self) {
        self.here.clear();
    }

    /// Leaves an attribute for another one.
    pub(super) fn leave(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.here)
    }

    pub(super) fn come_back(&mut self, here: Vec<u32>) {
        self.here = here;
    }

    /// The script of the definition of a number, if it was asked for before.
    #[inline]
    pub(super) fn known(&self, definition: u32) -> Option<u32> {
        self.here.get(definition as usize).copied().filter(|script| *script != NONE)
    }

    #[inline]
    pub(super) fn get(&self, script: u32) -> Option<&Rc<Script>> {
        self.all.get(script as usize)
    }

    /// The script of a definition, or why there is none.
    pub(super) fn of(
        &mut self,
        definition: &Definition<'_>,
        reader: &Reader<'_>,
        plans: &mut Plans,
    ) -> Result<u32, Rc<str>> {
        let mut key = Cow::Borrowed(definition.bytes);
        if definition.superclass.is_some() {
            // What a superclass is called may make a difference, and is not in these bytes.
            for class in hierarchy(definition, reader).iter().skip(1) {
                key.to_mut().extend_from_slice(class.as_bytes());
                key.to_mut().push(0);
            }
        }
        let script = match self.by_definition.get(&*key) {
            Some(known) => known.clone(),
            None => {
                let key = key.into_owned();
                let made = make(definition, reader, plans).map_err(Rc::from).map(|script| {
                    self.all.push(Rc::new(script));
                    self.all.len() as u32 - 1
                });
                self.by_definition.insert(key.into(), made.clone());
                made
            }
        }?;
        let number = definition.number as usize;
        if self.here.len() <= number {
            self.here.resize(number + 1, NONE);
        }
        if let Some(here) = self.here.get_mut(number) {
            *here = script;
        }
        Ok(script)
    }
}

/// The names of a class and its superclasses, as far as the document has them.
fn hierarchy<'d>(definition: &Definition<'d>, reader: &Reader<'d>) -> Vec<&'d str> {
    let mut names = vec![definition.name];
    let mut next = definition.superclass;
    while let Some(superclass) = next
        && names.len() < 64
    {
        next = None;
        match superclass {
            Super::Builtin(number) => names.extend(builtin::by_number(number).map(|row| row.class)),
            Super::Known(number) => {
                if let Some(definition) = reader.definition(number) {
                    names.push(definition.name);
                    next = definition.superclass;
                }
            }
        }
    }
    names
}

/// A field as a definition has it.
struct Part<'d> {
    part: u32,
    level: u32,
    descriptor: &'d str,
    name: &'d str,
    is_taken: bool,
}

fn make(definition: &Definition<'_>, reader: &Reader<'_>, plans: &mut Plans) -> Result<Script, String> {
    let class = definition.name;
    if definition.java.is_some_and(|(flags, _)| flags & 4 != 0) {
        return Err(
            "of what a writeExternal method writes the library keeps nothing: it writes the fields, which \
                    nothing here has"
                .into(),
        );
    }
    if definition.java.is_some_and(|(flags, _)| flags & 128 != 0) {
        return Err(
            "its writeObject method wrote none of its fields, which is what the library writes".into()
        );
    }
    let (mut parts, mut custom) = (Vec::new(), Vec::new());
    for (item, part) in definition.items().zip(0..) {
        match item.map_err(|error| error.to_string())? {
            Item::Field { level, descriptor, name } => {
                if !is_name(name.as_bytes()) || matches!(name, "class" | "__id" | "__ref" | "Null") {
                    return Err(format!("a field of the name {name:?}, which no attribute can have"));
                }
                parts.push(Part { part, level, descriptor, name, is_taken: false });
            }
            // The separator of paths, which a reader has of its own.
            Item::Custom { .. } if class == "java.io.File" => {}
            // All that a date is.
            Item::Custom { .. } | Item::Whole { .. } => custom.push(part),
            Item::TypedCustom { .. } | Item::Interface(_) => {
                return Err("data of a writeObject method that only XStream knows".into());
            }
        }
    }
    let (mut attributes, mut elements) = (Vec::new(), Vec::new());
    let mut is_record = false;
    match plans.of(class) {
        Known::Objects(plan) if plan.is_ordered => {
            is_record = plan.is_record;
            for field in &plan.fields {
                let found =
                    parts.iter_mut().find(|part| part.level == field.level && part.name == &*field.name);
                let Some(part) = found else { continue };
                part.is_taken = true;
                // What values are there is what the document says.
                let is_same = place(part.descriptor, |_| None) == place(&field.descriptor, |_| None);
                if !is_same && part.descriptor != "?" {
                    return Err(format!(
                        "the field {} is of type {} here and of {} in the schema; make a schema of the classes of \
                         this data with holdfast schema",
                        field.name, part.descriptor, field.descriptor
                    ));
                }
                let list =
                    if matches!(field.place, Place::Attribute(_)) { &mut attributes } else { &mut elements };
                list.push(Step { part: part.part, field: Rc::clone(field), loose: None });
            }
            if let Some(other) = parts.iter().find(|part| !part.is_taken) {
                return Err(format!(
                    "the schema knows no field {} of it; make one of the classes of this data with holdfast schema",
                    other.name
                ));
            }
        }
        Known::Whole(_) => {
            return Err("by its fields, and the library writes it as the collection or map that it is".into());
        }
        Known::Not(why) => return Err(why.to_string()),
        Known::Nothing if hierarchy(definition, reader).iter().any(|name| codec::of(name).is_container()) => {
            return Err(
                "it extends a collection or map of the JDK, and no schema says what else it is (holdfast schema)".into()
            );
        }
        // What such a class writes to a stream may be other fields than it has.
        Known::Nothing if jdk::is_own(class) && !parts.is_empty() => {
            return Err("one of Java's own classes whose fields are not known here".into());
        }
        _ => {
            let classes = hierarchy(definition, reader);
            let deepest = parts.iter().map(|part| part.level).max().unwrap_or(0);
            for level in 0..=deepest {
                let known = classes.get(level as usize).and_then(|name| plans.order(name));
                let mut here: Vec<_> = parts.iter().filter(|part| part.level == level).collect();
                if let Some(order) = &known {
                    here.sort_by_key(|part| order.iter().position(|name| **name == *part.name));
                }
                let loose = known.is_none().then_some(level);
                for part in here {
                    if part.descriptor == "?" {
                        return Err(format!(
                            "the type of its field {} is not known; a schema of the application's classes tells \
                             (holdfast schema)",
                            part.name
                        ));
                    }
                    let place = place(part.descriptor, |name| plans.is_enum(name));
                    let field = Rc::new(Field::new(level, part.descriptor, part.name, place));
                    let is_attribute = matches!(place, Place::Attribute(_));
                    let list = if is_attribute { &mut attributes } else { &mut elements };
                    let loose = loose.filter(|_| !is_attribute);
                    list.push(Step { part: part.part, field, loose });
                }
            }
        }
    }
    let has_our_name = attributes.iter().any(|step| &*step.field.name == crate::TRUE_VALUE);
    let is_shadowed = attributes.iter().any(|step: &Step| {
        attributes.iter().any(|other: &Step| other.part != step.part && other.field.name == step.field.name)
    });
    let count = attributes.len() as u32;
    attributes.append(&mut elements);
    let steps = attributes;
    let is_loose =
        |step: &Step| steps.iter().any(|other| other.part != step.part && other.loose == step.loose);
    let is_free = !steps.iter().any(|step| step.loose.is_some() && is_loose(step));
    let is_whole =
        steps.iter().zip(0..).all(|(step, at)| step.part == at && step.field.place != Place::Either);
    Ok(Script {
        class: class.into(),
        element: Stamp::new(&format!("{class} __id=\"")),
        valued: Stamp::new(&format!("{class}\" __id=\"")),
        attributes: count,
        is_straight: is_whole && is_free && steps.len() == definition.len() as usize,
        is_simple: custom.is_empty() && is_free && !is_record && !is_shadowed,
        custom,
        parts: definition.len(),
        steps,
        is_record,
        is_shadowed,
        has_our_name,
    })
}
