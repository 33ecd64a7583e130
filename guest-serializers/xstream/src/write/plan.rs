//! How the objects of a definition are written.

use std::hash::Hasher;
use std::rc::Rc;

use hashbrown::HashTable;
use holdfast_document::{Definition, Item, Kind, Reader, Super, builtin};

use crate::beans;
use crate::classes::{ClassId, Classes, NameHasher, Slot, SlotSource};
use crate::extended;
use crate::form::{EXCEPTIONS, Form, Leaf};
use crate::layout::{self, Unit};
use crate::xml::names;

/// How the objects of a definition are written.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) class: ClassId,
    pub(crate) shape: Shape,
}

/// What the parts of a value are.
#[derive(Debug)]
pub(crate) enum Shape {
    /// The parts, and by their numbers the order in which the class declares them, where that is another.
    Bean(Vec<Part>, Vec<u32>),
    /// Names and values in turn. Nobody knows the class of its objects, if that is set.
    Named(bool),
    /// A constant; the names of all by ordinal, where that is known.
    Enum(Vec<String>),
    Array,
    Proxy(Vec<String>),
    /// A line of a stack trace.
    Trace(Vec<Part>),
    /// A file, and which part is its path.
    File(u32),
    /// What `writeExternal` wrote, with types of its own or as a layout tells them.
    External(LevelPart),
    /// An object that writes itself, its classes from the top down.
    Levels(Vec<Level>),
    Refused(String),
}

/// One class of an object that writes itself.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) element: String,
    /// The class has such a method, so that its element is there even if nothing is in it.
    pub(crate) always: bool,
    /// Its fields are written by default, even if there are none.
    pub(crate) defaults: bool,
    /// The number of its first part among those of the object.
    pub(crate) first: usize,
    pub(crate) parts: Vec<LevelPart>,
}

/// A part of such a class.
#[derive(Debug)]
pub(crate) enum LevelPart {
    Field(Slot),
    /// What its method wrote, and what that is as far as the schema tells.
    Data(Option<Rc<[Unit]>>),
    /// The same with types of its own.
    Typed,
}

/// A part of an object.
#[derive(Debug)]
pub(crate) enum Part {
    Field(Slot),
    /// The cause of a Throwable, which is itself where there is none.
    Cause(Slot),
    /// Data of Throwable's `writeObject`, which holds nothing beside the fields.
    Nothing,
}

impl Part {
    pub(crate) fn slot(&self) -> Option<&Slot> {
        match self {
            Self::Field(slot) | Self::Cause(slot) => Some(slot),
            Self::Nothing => None,
        }
    }
}

/// The plans that were made, by the bytes of their definitions.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    known: HashTable<Known>,
    generation: u32,
    /// Those of the attribute that is being written, by the number of the definition.
    current: Vec<Option<Rc<Plan>>>,
}

/// A plan and what it was made of. The names of superclasses that were defined before are not in the definition's bytes.
#[derive(Debug)]
struct Known {
    hash: u64,
    bytes: Box<[u8]>,
    lineage: Vec<Box<str>>,
    plan: Rc<Plan>,
}

/// More definitions than an application has.
const MOST: usize = 4_096;

impl Plans {
    /// Begins a call; the plans of calls before are good while the classes have their places.
    pub(super) fn begin_call(&mut self, generation: u32) {
        if self.generation != generation || self.known.len() > MOST {
            self.known.clear();
            self.generation = generation;
        }
        self.current.clear();
    }

    pub(super) fn next_attribute(&mut self) {
        self.current.clear();
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<Rc<Plan>> {
        self.current.get(number as usize)?.clone()
    }

    /// Those of the attribute that is being written.
    pub(super) fn current(&self) -> &[Option<Rc<Plan>>] {
        &self.current
    }

    /// The plan of a definition.
    pub(super) fn make(
        &mut self,
        reader: &Reader<'_>,
        definition: &Definition<'_>,
        classes: &mut Classes,
    ) -> Result<Rc<Plan>, holdfast_document::Error> {
        if let Some(plan) = self.get(definition.number) {
            return Ok(plan);
        }
        let mut hasher = NameHasher::default();
        hasher.write(definition.bytes);
        lineage(reader, definition).for_each(|name| hasher.write(name.as_bytes()));
        let hash = hasher.finish();
        let known = self.known.find(hash, |known| {
            known.hash == hash
                && *known.bytes == *definition.bytes
                && lineage(reader, definition).eq(known.lineage.iter().map(AsRef::as_ref))
        });
        let plan = match known {
            Some(known) => Rc::clone(&known.plan),
            None => {
                let names: Vec<&str> = lineage(reader, definition).collect();
                let plan = Rc::new(compile(definition, &names, classes)?);
                let known = Known {
                    hash,
                    bytes: definition.bytes.into(),
                    lineage: names.iter().map(|name| Box::from(*name)).collect(),
                    plan: Rc::clone(&plan),
                };
                self.known.insert_unique(hash, known, |known| known.hash);
                plan
            }
        };
        let at = definition.number as usize;
        if self.current.len() <= at {
            self.current.resize(at + 1, None);
        }
        if let Some(slot) = self.current.get_mut(at) {
            *slot = Some(Rc::clone(&plan));
        }
        Ok(plan)
    }
}

/// The names of the superclasses, from the class up.
fn lineage<'r, 'a>(
    reader: &'r Reader<'a>,
    definition: &Definition<'a>,
) -> impl Iterator<Item = &'a str> + use<'r, 'a> {
    let mut next = definition.superclass;
    // More than any class has.
    let mut jdk = None;
    (0..65).map_while(move |_| match next.take() {
        None => {
            jdk = jdk.and_then(extended::superclass);
            jdk
        }
        Some(Super::Builtin(number)) => {
            jdk = builtin::by_number(number).map(|row| row.class);
            jdk
        }
        Some(Super::Known(number)) => {
            let found = reader.definition(number)?;
            next = found.superclass;
            Some(found.name)
        }
    })
}

fn compile(
    definition: &Definition<'_>,
    lineage: &[&str],
    classes: &mut Classes,
) -> Result<Plan, holdfast_document::Error> {
    let class = classes.by_name(definition.name);
    let form = classes.get(class).form;
    let shape = match (definition.kind, definition.named) {
        (Kind::Enum, _) => Shape::Enum(classes.constants(definition.name)),
        (Kind::Array, _) => Shape::Array,
        (Kind::Proxy, _) => Shape::Proxy(
            definition
                .items()
                .filter_map(|item| match item {
                    Ok(Item::Interface(name)) => Some(name.to_owned()),
                    _ => None,
                })
                .collect(),
        ),
        (Kind::Bean, true) => match form {
            Form::Leaf(Leaf::Trace) => Shape::Trace(Vec::new()),
            _ => Shape::Named(definition.name == "?"),
        },
        (Kind::Bean, false) => bean(definition, lineage, classes, form)?,
    };
    Ok(Plan { class, shape })
}

fn bean(
    definition: &Definition<'_>,
    lineage: &[&str],
    classes: &mut Classes,
    form: Form,
) -> Result<Shape, holdfast_document::Error> {
    let items: Vec<Item<'_>> = definition.items().collect::<Result<_, _>>()?;
    match items.as_slice() {
        [Item::TypedCustom { level: 0 }] => return Ok(Shape::External(LevelPart::Typed)),
        [Item::Custom { level: 0 }] if form == Form::External => {
            return Ok(match units(classes, definition.name) {
                Ok(units) => Shape::External(LevelPart::Data(units)),
                Err(text) => Shape::Refused(text),
            });
        }
        _ => {}
    }
    if form == Form::Leaf(Leaf::File) {
        let path = items.iter().position(|item| matches!(item, Item::Field { name: "path", .. }));
        return Ok(match path.and_then(|path| u32::try_from(path).ok()) {
            Some(path) => Shape::File(path),
            None => Shape::Refused("a file without its path".to_owned()),
        });
    }
    if matches!(form, Form::Custom | Form::Levels(_)) {
        return Ok(levels(definition, lineage, &items, classes).unwrap_or_else(Shape::Refused));
    }
    if !matches!(
        form,
        Form::Bean(_) | Form::Unknown | Form::External | Form::Abstract | Form::Leaf(Leaf::Trace)
    ) {
        return Ok(Shape::Refused(format!(
            "these are fields of {} as another format has them; XStream writes the class in a form of its own",
            definition.name
        )));
    }
    if form == Form::Unknown {
        return Ok(Shape::Refused(classes.why_unknown(definition.name)));
    }
    if classes.is_record(definition.name) {
        return Ok(Shape::Refused(format!(
            "{} is a record: XStream writes it and cannot read it",
            definition.name
        )));
    }
    if definition.java.is_some()
        && let Some(class) = unstored(definition.name, lineage, classes)
    {
        return Ok(Shape::Refused(format!(
            "{} extends {class}, which is not serializable: a Java stream leaves the fields of that to its constructor, \
             which XStream does not call",
            definition.name
        )));
    }
    let throwable =
        lineage.iter().chain([&definition.name]).any(|name| EXCEPTIONS.iter().any(|row| row.0 == *name));
    let declares = |level: u32| match level {
        0 => Some(definition.name),
        level => lineage.get(level as usize - 1).copied(),
    };
    let mut parts = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match *item {
            Item::Field { level, descriptor, name } => {
                let shadowed = items.iter().any(|other| {
                    matches!(other, Item::Field { level: below, name: same, .. } if *below < level && *same == name)
                });
                let declared = declares(level).map(str::to_owned);
                if shadowed && declared.is_none() {
                    return Ok(Shape::Refused(format!(
                        "{} has two fields '{name}', and nobody told which superclass has the other",
                        definition.name
                    )));
                }
                let source = SlotSource {
                    level,
                    descriptor,
                    name,
                    defined_in: declared.as_ref().filter(|_| shadowed),
                };
                let slot = classes.slot(&source);
                parts.push(if throwable && name == "cause" && descriptor == "Ljava/lang/Throwable;" {
                    Part::Cause(slot)
                } else {
                    Part::Field(slot)
                });
            }
            Item::Custom { level } if throwable && declares(level) == Some("java.lang.Throwable") => {
                parts.push(Part::Nothing);
            }
            Item::Whole { .. } => {
                return Ok(Shape::Refused(format!(
                    "a {} as the collection, map or date that it is, and its own fields, which stand in no other format",
                    definition.name
                )));
            }
            Item::Custom { .. } | Item::TypedCustom { .. } | Item::Interface(_) => {
                let _ = index;
                return Ok(Shape::Refused(format!(
                    "{} or a superclass has a writeObject or writeExternal method, and its data does not say what \
                     types it has, which XStream's text needs",
                    definition.name
                )));
            }
        }
    }
    if form == Form::Leaf(Leaf::Trace) {
        return Ok(Shape::Trace(parts));
    }
    let order = order(&parts, form, classes);
    Ok(Shape::Bean(parts, order))
}

/// A superclass with fields that a Java stream does not hold.
fn unstored(name: &str, lineage: &[&str], classes: &Classes) -> Option<String> {
    let hierarchy = classes.hierarchy(name);
    let found = hierarchy.into_iter().flatten().find(|class| {
        !class.is_serializable
            && !class.fields.is_empty()
            && !lineage.contains(&class.name.as_str())
            && class.name != name
    });
    found.map(|class| class.name)
}

/// What the schema says of the data that a class writes.
fn units(classes: &Classes, name: &str) -> Result<Option<Rc<[Unit]>>, String> {
    let class = classes.described(name);
    match class.and_then(|class| class.layout) {
        Some(layout) => match layout::parse(&layout) {
            Ok(units) => Ok(Some(units.into())),
            Err(text) => Err(format!("{name}: {text}")),
        },
        None => Ok(None),
    }
}

/// How an object is written that writes itself.
fn levels(
    definition: &Definition<'_>,
    lineage: &[&str],
    items: &[Item<'_>],
    classes: &mut Classes,
) -> Result<Shape, String> {
    let name = definition.name;
    if items.is_empty() && beans::class(name).is_some() {
        return Err(format!("nothing of a {name} is kept in the format that it came from"));
    }
    let hierarchy = classes.hierarchy(name);
    let mut levels = Vec::new();
    let mut next = 0;
    if let Some(Some(top)) = hierarchy.last()
        && extended::has_plain_parents(&top.name)
    {
        let element = "unserializable-parents".to_owned();
        levels.push(Level { element, always: true, defaults: false, first: 0, parts: Vec::new() });
    }
    for class in hierarchy.iter().rev() {
        let Some(class) = class else {
            return Err(format!(
                "{name} extends a class of the JDK that writes itself, and its data does not say what types it has, which \
                 XStream's text needs"
            ));
        };
        if !class.is_serializable {
            return Err(format!(
                "{name} writes itself and extends {}, which is not serializable: the fields of that stand in no other \
                 format",
                class.name
            ));
        }
        let own = |level: u32| match level {
            0 => name == class.name,
            level => lineage.get(level as usize - 1).is_some_and(|own| *own == class.name),
        };
        let first = next;
        let mut parts = Vec::new();
        let declared = class.serial_fields.as_ref().unwrap_or(&class.fields);
        while let Some(item) = items.get(next) {
            match *item {
                Item::Field { level, descriptor, name } if own(level) => {
                    // A format that knows nothing of such methods takes the fields of the object instead.
                    let Some(field) = declared.iter().find(|field| field.name == name) else {
                        return Err(format!("{} writes no field '{name}'", class.name));
                    };
                    let is_primitive = |descriptor: &str| descriptor.len() == 1;
                    if descriptor != "?" && is_primitive(descriptor) != is_primitive(&field.descriptor) {
                        return Err(format!(
                            "{} writes its field '{name}' as {}, and here it is {descriptor}",
                            class.name, field.descriptor
                        ));
                    }
                    parts.push(LevelPart::Field(classes.slot(&SlotSource {
                        level,
                        descriptor,
                        name,
                        defined_in: None,
                    })));
                }
                Item::Custom { level } if own(level) => {
                    parts.push(LevelPart::Data(units(classes, &class.name)?));
                }
                Item::TypedCustom { level } if own(level) => parts.push(LevelPart::Typed),
                _ => break,
            }
            next += 1;
        }
        if class.has_write_object && !parts.iter().any(|part| !matches!(part, LevelPart::Field(_))) {
            return Err(format!(
                "{} has a writeObject method, and this document does not hold what it wrote",
                class.name
            ));
        }
        let mut element = String::new();
        names::encode(&mut element, &crate::classes::alias_of_class(&class.name));
        let wrote_none = class.name == name && definition.java.is_some_and(|(flags, _)| flags & 128 != 0);
        levels.push(Level {
            element,
            always: class.has_write_object || class.has_read_object,
            defaults: !wrote_none,
            first,
            parts,
        });
    }
    if next < items.len() {
        return Err(format!(
            "the fields of {name} stand in another order than its classes, or are of others"
        ));
    }
    Ok(Shape::Levels(levels))
}

/// The order in which the class declares its fields; nothing where the parts have it, or are others.
fn order(parts: &[Part], form: Form, classes: &Classes) -> Vec<u32> {
    let Form::Bean(plan) = form else { return Vec::new() };
    let declared = classes.plan(plan).map_or(&[][..], |plan| &plan.slots);
    let place = |slot: &Slot| {
        let same = |part: &Part| matches!(part, Part::Field(own) if own.element == slot.element && own.defined_in == slot.defined_in);
        parts.iter().position(same).map(|at| at as u32)
    };
    match declared.iter().map(place).collect::<Option<Vec<u32>>>() {
        Some(order) if order.len() == parts.len() && !order.is_sorted() => order,
        _ => Vec::new(),
    }
}
