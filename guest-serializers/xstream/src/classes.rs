//! The classes that were met: what XStream calls them and how it writes them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use holdfast_document::{Width, builtin};
use holdfast_schema::{Field, Schema};

use crate::form::{COMPONENTS, Form, Leaf, ROWS, default_implementation};
use crate::jdk;
use crate::shape::{Shape, Shapes};
use crate::xml::names;
use crate::xml::tags::Tags;

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

    #[inline]
    pub(crate) fn tags(&self) -> Option<&Tags> {
        self.tags.as_deref()
    }
}

/// The fields of a class, those of superclasses first.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    pub(crate) superclass: Option<ClassId>,
    /// Of a class that writes itself: its classes from the top down.
    pub(crate) levels: Vec<Level>,
}

/// One class of an object that writes the fields of each of its classes, and nothing else.
#[derive(Debug)]
pub(crate) struct Level {
    /// The name of its element.
    pub(crate) element: String,
    /// Its slots.
    slots: Range<usize>,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Slot {
    /// How many classes up it is declared.
    pub(crate) level: u32,
    pub(crate) descriptor: String,
    pub(crate) name: String,
    /// The name of its element.
    pub(crate) element: String,
    /// The class that declares it, where a subclass has a field of the same name.
    pub(crate) defined_in: Option<String>,
    pub(crate) kind: Type,
    /// Its tags, and what may stand between them without a word more: the short way for most fields.
    pub(crate) tags: Tags,
    pub(crate) simple: Simple,
}

/// What a field holds whose element says no class, as far as the short way knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Simple {
    /// A string.
    Text,
    /// A primitive integer of so many bits, or its wrapper.
    Int(u32),
    Boxed(Width),
    Bool,
    Double,
    Date,
    Decimal,
    /// The long way.
    No,
}

impl Simple {
    fn of(descriptor: &str) -> Self {
        match descriptor {
            "Ljava/lang/String;" => Self::Text,
            "B" => Self::Int(8),
            "S" => Self::Int(16),
            "I" => Self::Int(32),
            "J" => Self::Int(64),
            "Ljava/lang/Integer;" => Self::Boxed(Width::Int),
            "Ljava/lang/Long;" => Self::Boxed(Width::Long),
            "Z" | "Ljava/lang/Boolean;" => Self::Bool,
            "D" | "Ljava/lang/Double;" => Self::Double,
            "Ljava/util/Date;" => Self::Date,
            "Ljava/math/BigDecimal;" => Self::Decimal,
            _ => Self::No,
        }
    }
}

/// What a field expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A primitive, by the JVM's type character.
    Primitive(u8),
    /// Values of this class say nothing of it.
    Class(ClassId),
    /// Nothing is known of the field.
    Any,
}

/// More superclasses than any class has; a schema may hold a circle.
const MOST_SUPERCLASSES: u32 = 64;
/// More classes than any application has in its sessions: then all are forgotten, so that nobody can fill the memory
/// with names.
const MOST: usize = 10_000;

/// A hash for names, which are short; what an attacker gains by equal ones is bounded by [`MOST`].
#[derive(Default)]
pub(crate) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        let mut last = [0u8; 8];
        if let Some(room) = last.get_mut(..rest.len()) {
            room.copy_from_slice(rest);
        }
        self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(last)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.0 = self.0.rotate_left(5) ^ u64::from(byte);
    }
}

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

    #[inline]
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

    #[inline]
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

/// The name of the class that XStream calls so.
fn class_of_alias(alias: &str) -> String {
    if let Some(component) = alias.strip_suffix("-array") {
        return array_of(component);
    }
    match alias {
        "atomic-reference" => return "java.util.concurrent.atomic.AtomicReference".to_owned(),
        "optional" => return "java.util.Optional".to_owned(),
        "object" => return "java.lang.Object".to_owned(),
        _ => {}
    }
    match ROWS.iter().find(|row| row.1 == alias && !alias.is_empty()) {
        Some(row) => row.0.to_owned(),
        None => alias.to_owned(),
    }
}

/// The name of an array class.
fn array_of(component: &str) -> String {
    let descriptor = match component {
        "boolean" => "Z",
        "byte" => "B",
        "char" => "C",
        "short" => "S",
        "int" => "I",
        "long" => "J",
        "float" => "F",
        "double" => "D",
        _ => {
            if let Some(inner) = component.strip_suffix("-array") {
                return format!("[{}", array_of(inner));
            }
            let class = match COMPONENTS.iter().find(|row| row.1 == component && !component.is_empty()) {
                Some(row) => row.0.to_owned(),
                None => class_of_alias(component),
            };
            return format!("[L{class};");
        }
    };
    format!("[{descriptor}")
}

/// What XStream calls a class.
#[allow(clippy::ptr_arg, reason = "it is handed to Option::map on strings")]
pub(crate) fn alias_of_class(name: impl AsRef<str>) -> String {
    let name = name.as_ref();
    if let Some(component) = name.strip_prefix('[') {
        return format!("{}-array", component_alias(component));
    }
    match ROWS.iter().find(|row| row.0 == name) {
        Some((_, alias, _)) if !alias.is_empty() => (*alias).to_owned(),
        _ if name == "java.lang.Object" => "object".to_owned(),
        _ => name.to_owned(),
    }
}

fn component_alias(descriptor: &str) -> String {
    match descriptor {
        "Z" => "boolean".to_owned(),
        "B" => "byte".to_owned(),
        "C" => "char".to_owned(),
        "S" => "short".to_owned(),
        "I" => "int".to_owned(),
        "J" => "long".to_owned(),
        "F" => "float".to_owned(),
        "D" => "double".to_owned(),
        _ => match descriptor.strip_prefix('L').and_then(|rest| rest.strip_suffix(';')) {
            Some(class) => match COMPONENTS.iter().find(|row| row.0 == class) {
                Some((_, "")) => class.to_owned(),
                Some((_, alias)) => (*alias).to_owned(),
                None => alias_of_class(class),
            },
            None => alias_of_class(descriptor),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_library_gives() {
        for (class, alias) in [
            ("java.util.ArrayList", "list"),
            ("[Ljava.util.ArrayList;", "java.util.ArrayList-array"),
            ("[Ljava.util.List;", "list-array"),
            ("[Ljava.lang.Integer;", "java.lang.Integer-array"),
            ("[I", "int-array"),
            ("[[I", "int-array-array"),
            ("[[Ljava.lang.String;", "string-array-array"),
            ("[Ljava.lang.Object;", "object-array"),
            ("[Ljava.math.BigInteger;", "big-int-array"),
            ("[Lcom.example.Person;", "com.example.Person-array"),
            ("[Ljava.lang.Number;", "number-array"),
            ("[Ljava.util.Map;", "map-array"),
            ("java.util.TreeSet", "sorted-set"),
            ("java.util.concurrent.atomic.AtomicInteger", "java.util.concurrent.atomic.AtomicInteger"),
            ("java.util.Map$Entry", "entry"),
            ("com.example.Op$1", "com.example.Op$1"),
        ] {
            assert_eq!(alias_of_class(class), alias);
            assert_eq!(class_of_alias(alias), class);
        }
        assert_eq!(class_of_alias("tree-set"), "java.util.TreeSet");
        assert_eq!(class_of_alias("atomic-int"), "java.util.concurrent.atomic.AtomicInteger");
    }
}
