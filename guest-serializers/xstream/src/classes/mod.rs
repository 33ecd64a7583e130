//! The classes that were met: what XStream calls them and how it writes them.

mod alias;
mod name_hash;
mod plan;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use holdfast_document::builtin;
use holdfast_schema::{Field, Schema};

use crate::form::{Form, Leaf, ROWS, default_implementation};
use crate::jdk;
use crate::shape::{Shape, Shapes};
use crate::xml::names;
use crate::xml::tags::Tags;

pub(crate) use alias::alias_of_class;
use alias::class_of_alias;
pub(crate) use name_hash::NameHasher;
pub(crate) use plan::{Level, Plan, Simple, Slot, Type};

/// A class, by its place in [`Classes`].
pub(crate) type ClassId = u32;

/// A class. Whoever sends bytes can name as many as these have room for, so what is as usual takes none.
#[derive(Debug)]
pub(crate) struct Class {
    /// As `Class.getName` has it.
    pub(crate) name: Box<str>,
    /// What XStream calls it in an attribute, and the name of an element of it, where that is another than its name.
    alias: Option<Box<str>>,
    element: Option<Box<str>>,
    /// The tags of an element of it, where its objects are of a known class.
    tags: Option<Box<Tags>>,
    pub(crate) form: Form,
    /// Its number in the document's table, or 0.
    pub(crate) builtin: u16,
}

impl Default for Class {
    fn default() -> Self {
        Self { name: Box::default(), alias: None, element: None, tags: None, form: Form::Null, builtin: 0 }
    }
}

impl Class {
    /// What XStream calls it in an attribute.
    #[inline]
    pub(crate) fn alias(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }

    /// The name of an element of it.
    #[inline]
    pub(crate) fn element(&self) -> &str {
        self.element.as_deref().unwrap_or(&self.name)
    }

    #[inline(always)]
    pub(crate) fn tags(&self) -> Option<&Tags> {
        self.tags.as_deref()
    }
}

/// More superclasses than any class has; a schema may hold a circle.
const MOST_SUPERCLASSES: u32 = 64;
/// More classes than any application has in its sessions: then all are forgotten, so that nobody can fill the memory
/// with names.
const MOST: usize = 10_000;

type Names = HashMap<Box<str>, ClassId, BuildHasherDefault<NameHasher>>;

/// All classes that were met.
#[derive(Default)]
pub(crate) struct Classes {
    shapes: Shapes,
    list: Vec<Class>,
    plans: Vec<Plan>,
    by_name: Names,
    by_alias: Names,
    by_element: Names,
    by_builtin: Vec<ClassId>,
    nothing: Class,
    /// How often all were forgotten: who keeps places of classes looks at this first.
    generation: u32,
}

impl Classes {
    pub(crate) fn new(schema: Schema) -> Self {
        Self { shapes: Shapes::new(schema), ..Self::default() }
    }

    /// Why nothing is known of a class, and what would be right.
    pub(crate) fn why_unknown(&self, name: &str) -> String {
        self.shapes.why_unknown(name)
    }

    /// The names of an enum's constants by ordinal, where their order is known.
    pub(crate) fn constants(&self, name: &str) -> Vec<String> {
        self.shapes.constants(name)
    }

    /// Whether a class, which extends a collection, map or date, has nothing of its own, or what is in the way.
    pub(crate) fn has_no_fields(&self, name: &str) -> Result<(), String> {
        let Some(class) = self.shapes.described(name) else { return Err(self.shapes.why_unknown(name)) };
        let fields = class.serial_fields.as_ref().unwrap_or(&class.fields);
        if fields.is_empty() && !class.has_write_object && !class.is_externalizable {
            return Ok(());
        }
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        Err(format!(
            "{name} came as the collection, map or date that it is, without what its own class has ({}): what a \
             constructor would put there no document tells",
            names.join(", ")
        ))
    }

    /// What a field expects of a class that extends a collection, map or date, or is one.
    pub(crate) fn type_of_level(&mut self, class: &str, field: &str) -> Type {
        let Some(descriptor) = self.shapes.level_field(class, field) else { return Type::Any };
        self.type_of(&descriptor)
    }

    /// What the schema says of a class.
    pub(crate) fn described(&self, name: &str) -> Option<holdfast_schema::Class> {
        self.shapes.described(name)
    }

    /// A class and its superclasses; nothing for one that no schema has.
    pub(crate) fn hierarchy(&self, name: &str) -> Vec<Option<holdfast_schema::Class>> {
        self.shapes.hierarchy(name)
    }

    /// Whether values of the class are records, which XStream 1.4.7 writes and cannot read.
    pub(crate) fn is_record(&self, name: &str) -> bool {
        self.shapes.is_record(name)
    }

    /// Between two calls nothing refers to a class by its place, so that all may go.
    pub(crate) fn begin_call(&mut self) {
        if self.list.len() > MOST || self.by_alias.len() > MOST || self.by_element.len() > MOST {
            self.list.clear();
            self.plans.clear();
            self.by_name.clear();
            self.by_alias.clear();
            self.by_element.clear();
            self.by_builtin.clear();
            self.generation += 1;
        }
    }

    pub(crate) const fn generation(&self) -> u32 {
        self.generation
    }

    #[inline(always)]
    pub(crate) fn get(&self, id: ClassId) -> &Class {
        self.list.get(id as usize).unwrap_or(&self.nothing)
    }

    /// The slots of a level of a plan.
    pub(crate) fn level(&self, plan: u32, level: u16) -> &[Slot] {
        let slots = self.plan(plan).and_then(|plan| {
            let level = plan.levels.get(usize::from(level))?;
            plan.slots.get(level.slots.clone())
        });
        slots.unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn plan(&self, number: u32) -> Option<&Plan> {
        self.plans.get(number as usize)
    }

    /// The class that an element is named after; `None` when the name is none of a class.
    #[inline]
    pub(crate) fn by_element(&mut self, element: &str) -> Option<ClassId> {
        if let Some(id) = self.by_element.get(element) {
            return Some(*id);
        }
        // A class of the application, whose name is as it stands. No alias has a dot, and a class may be called `int`.
        let dotted = element.contains('.');
        if dotted && let Some(id) = self.by_name.get(element) {
            return Some(*id);
        }
        let mut alias = String::with_capacity(element.len());
        if !names::decode(&mut alias, element) {
            return None;
        }
        let id = self.by_alias(&alias);
        if !dotted || *self.get(id).name != *element {
            self.by_element.insert(element.into(), id);
        }
        Some(id)
    }

    /// The class that XStream calls so.
    pub(crate) fn by_alias(&mut self, alias: &str) -> ClassId {
        if let Some(id) = self.by_alias.get(alias) {
            return *id;
        }
        let name = class_of_alias(alias);
        let id = self.by_name(&name);
        if name != alias {
            self.by_alias.insert(alias.into(), id);
        }
        id
    }

    /// The class of this name.
    pub(crate) fn by_name(&mut self, name: &str) -> ClassId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let alias = alias_of_class(name);
        let mut element = String::with_capacity(alias.len());
        names::encode(&mut element, &alias);
        let id = self.list.len() as ClassId;
        let builtin = builtin::by_class(name).map_or(0, |row| row.number);
        self.by_name.insert(name.into(), id);
        let tags = Tags::of(&element);
        let other = |text: String| (text != name).then(|| text.into_boxed_str());
        let (alias, element) = (other(alias), other(element));
        self.list.push(Class { name: name.into(), alias, element, tags: None, form: Form::Unknown, builtin });
        let form = self.form_of(id, name);
        if let Some(class) = self.list.get_mut(id as usize) {
            class.form = form;
            if !matches!(form, Form::Unknown | Form::Custom | Form::Levels(_)) && tags.fit() {
                class.tags = Some(Box::new(tags));
            }
        }
        id
    }

    /// The class of a number of the document's table, if it was met.
    #[inline(always)]
    pub(crate) fn known(&self, number: u16) -> Option<ClassId> {
        self.by_builtin.get(usize::from(number)).copied().filter(|id| *id != ClassId::MAX)
    }

    /// The class of a number of the document's table.
    #[inline]
    pub(crate) fn by_builtin(&mut self, number: u16) -> Option<ClassId> {
        match self.by_builtin.get(usize::from(number)) {
            Some(known) if *known != ClassId::MAX => Some(*known),
            _ => {
                let row = builtin::by_number(number)?;
                let id = self.by_name(row.class);
                if self.by_builtin.len() <= usize::from(number) {
                    self.by_builtin.resize(usize::from(number) + 1, ClassId::MAX);
                }
                if let Some(known) = self.by_builtin.get_mut(usize::from(number)) {
                    *known = id;
                }
                Some(id)
            }
        }
    }

    fn form_of(&mut self, id: ClassId, name: &str) -> Form {
        if let Some((_, _, form)) = ROWS.iter().find(|row| row.0 == name) {
            return *form;
        }
        if let Some(rule) = jdk::RULES.iter().position(|rule| rule.class == name) {
            return Form::Jdk(rule as u8);
        }
        match name.as_bytes() {
            b"[B" => return Form::Leaf(Leaf::Bytes),
            b"[C" => return Form::Leaf(Leaf::Chars),
            [b'[', element @ (b'Z' | b'S' | b'I' | b'J' | b'F' | b'D')] => return Form::Primitives(*element),
            [b'[', ..] => return Form::Array,
            _ => {}
        }
        if matches!(name, "java.util.RegularEnumSet" | "java.util.JumboEnumSet") {
            return Form::EnumSet;
        }
        if name.starts_with("java.util.Collections$") && name.ends_with("Comparator") {
            return self.bean(id, &[], None);
        }
        match self.shapes.of(name) {
            Some(Shape::Fields(_)) => self.compile(id, name),
            Some(Shape::Custom) if self.shapes.is_throwable(name) => self.compile(id, name),
            Some(Shape::Enum) => Form::Enum,
            Some(Shape::Interface) => Form::Abstract,
            Some(Shape::External) => Form::External,
            Some(Shape::Custom) => self.compile_levels(id, name),
            None => Form::Unknown,
        }
    }

    /// Makes the plan of a class of the schema, if all its superclasses are known and have fields alone.
    fn compile(&mut self, id: ClassId, name: &str) -> Form {
        let is_throwable = self.shapes.is_throwable(name);
        let mut levels: Vec<(String, Vec<Field>)> = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(class) = next.filter(|class| class != "java.lang.Object" || levels.is_empty()) {
            let fields = match self.shapes.of(&class) {
                Some(Shape::Fields(fields)) => fields,
                // What a superclass writes itself makes all of the object written so, but for what can be thrown.
                Some(Shape::Custom) => match self.shapes.described(&class) {
                    Some(described) if is_throwable => described.fields,
                    _ => return self.compile_levels(id, name),
                },
                _ => return Form::Unknown,
            };
            if levels.len() as u32 > MOST_SUPERCLASSES {
                return Form::Unknown;
            }
            next = self.shapes.superclass(&class);
            levels.push((class, fields));
        }
        let superclass = levels.get(1).map(|level| level.0.clone());
        let mut described = Vec::new();
        for (level, (class, fields)) in levels.iter().enumerate().rev() {
            for field in fields {
                let below = levels.iter().take(level);
                let shadowed = below.flat_map(|level| &level.1).any(|other| other.name == field.name);
                described.push(SlotSource {
                    level: level as u32,
                    descriptor: &field.descriptor,
                    name: &field.name,
                    defined_in: shadowed.then_some(class),
                });
            }
        }
        self.bean(id, &described, superclass.as_deref())
    }

    /// Makes the plan of a class that writes itself, if nobody writes anything but fields: all its classes are known, and
    /// none has a `writeObject` method.
    fn compile_levels(&mut self, id: ClassId, name: &str) -> Form {
        let hierarchy = self.shapes.hierarchy(name);
        let is_default = |class: &&holdfast_schema::Class| {
            class.is_serializable && !class.has_write_object && !class.is_externalizable
        };
        let known: Vec<_> = hierarchy.iter().flatten().filter(is_default).collect();
        let count: usize = known.iter().map(|class| stored(class).len()).sum();
        if known.is_empty() || known.len() < hierarchy.len() || count > usize::from(u16::MAX) {
            return Form::Custom;
        }
        let (mut described, mut levels) = (Vec::with_capacity(count), Vec::with_capacity(known.len()));
        for (level, class) in known.iter().enumerate().rev() {
            let first = described.len();
            described.extend(stored(class).iter().map(|field| SlotSource {
                level: level as u32,
                descriptor: &field.descriptor,
                name: &field.name,
                defined_in: None,
            }));
            let mut element = String::new();
            names::encode(&mut element, &alias_of_class(&class.name));
            levels.push(Level { element, slots: first..described.len() });
        }
        let superclass = known.get(1).map(|class| class.name.as_str());
        let Form::Bean(number) = self.bean(id, &described, superclass) else { return Form::Custom };
        if let Some(plan) = self.plans.get_mut(number as usize) {
            plan.levels = levels;
        }
        Form::Levels(number)
    }

    fn bean(&mut self, id: ClassId, slots: &[SlotSource<'_>], superclass: Option<&str>) -> Form {
        let number = self.plans.len() as u32;
        // A field may be of the class itself: it is a bean before its plan is made.
        self.plans.push(Plan::default());
        if let Some(class) = self.list.get_mut(id as usize) {
            class.form = Form::Bean(number);
        }
        let superclass = superclass.map(|name| self.by_name(name));
        let slots = slots.iter().map(|slot| self.slot(slot)).collect();
        if let Some(plan) = self.plans.get_mut(number as usize) {
            *plan = Plan { slots, superclass, levels: Vec::new() };
        }
        Form::Bean(number)
    }

    /// A field and what it expects.
    pub(crate) fn slot(&mut self, source: &SlotSource<'_>) -> Slot {
        let element = names::of_field(source.name);
        let simple = if source.defined_in.is_none() { Simple::of(source.descriptor) } else { Simple::No };
        Slot {
            tags: Tags::of(&element),
            simple,
            level: source.level,
            descriptor: source.descriptor.to_owned(),
            name: source.name.to_owned(),
            element,
            defined_in: source.defined_in.map(alias_of_class),
            kind: self.type_of(source.descriptor),
        }
    }

    /// What a field of a type expects.
    fn type_of(&mut self, descriptor: &str) -> Type {
        match descriptor.as_bytes() {
            [primitive @ (b'Z' | b'B' | b'C' | b'S' | b'I' | b'J' | b'F' | b'D')] => {
                Type::Primitive(*primitive)
            }
            [b'L', ..] => {
                let name = descriptor.trim_start_matches('L').trim_end_matches(';').replace('/', ".");
                Type::Class(self.by_name(default_implementation(&name)))
            }
            [b'[', ..] => Type::Class(self.by_name(&descriptor.replace('/', "."))),
            _ => Type::Any,
        }
    }

    /// What a field of a class of the JDK expects.
    pub(crate) fn expects(&mut self, class: &str) -> Type {
        Type::Class(self.by_name(default_implementation(class)))
    }
}

/// The fields that are stored of a class.
fn stored(class: &holdfast_schema::Class) -> &[Field] {
    class.serial_fields.as_deref().unwrap_or(&class.fields)
}

/// Where a slot comes from.
pub(crate) struct SlotSource<'a> {
    pub(crate) level: u32,
    pub(crate) descriptor: &'a str,
    pub(crate) name: &'a str,
    pub(crate) defined_in: Option<&'a String>,
}
