//! How the library writes the objects of a class: which fields stand in attributes, which in elements, in which order.
//!
//! That is `ReflectionFormat` of msm-javolution-serializer: the class's own fields come before those of its superclass,
//! in the order in which a class declares them; fields of primitive, wrapper and enum types, strings and currencies are
//! attributes, which stand before all elements. Null is left away.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use holdfast_document::Width;
use holdfast_schema::{Class, Kind, Origin, Schema};

use crate::codec::{self, Codec};
use crate::declared::Declared;
use crate::jdk;
use crate::stamp::Stamp;

/// The type of a field that stands in an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Simple {
    Bool,
    Whole(Width),
    Float,
    Double,
    Char,
    Text,
    BoxedBool,
    BoxedWhole(Width),
    BoxedFloat,
    BoxedDouble,
    BoxedChar,
    Currency,
    /// The enum that its descriptor names.
    Enum,
}

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Attribute(Simple),
    Element,
    /// In an attribute if its type is an enum, which is not known.
    Either,
}

impl Simple {
    /// Whether the type has no null.
    pub(crate) const fn is_primitive(self) -> bool {
        matches!(self, Self::Bool | Self::Whole(_) | Self::Float | Self::Double | Self::Char)
    }
}

/// Where a field of a type stands.
pub(crate) fn place(descriptor: &str, is_enum: impl FnOnce(&str) -> Option<bool>) -> Place {
    let simple = match descriptor {
        "Z" => Simple::Bool,
        "B" => Simple::Whole(Width::Byte),
        "S" => Simple::Whole(Width::Short),
        "I" => Simple::Whole(Width::Int),
        "J" => Simple::Whole(Width::Long),
        "F" => Simple::Float,
        "D" => Simple::Double,
        "C" => Simple::Char,
        "Ljava/lang/String;" => Simple::Text,
        "Ljava/lang/Boolean;" => Simple::BoxedBool,
        "Ljava/lang/Byte;" => Simple::BoxedWhole(Width::Byte),
        "Ljava/lang/Short;" => Simple::BoxedWhole(Width::Short),
        "Ljava/lang/Integer;" => Simple::BoxedWhole(Width::Int),
        "Ljava/lang/Long;" => Simple::BoxedWhole(Width::Long),
        "Ljava/lang/Float;" => Simple::BoxedFloat,
        "Ljava/lang/Double;" => Simple::BoxedDouble,
        "Ljava/lang/Character;" => Simple::BoxedChar,
        "Ljava/util/Currency;" => Simple::Currency,
        _ => match class_of(descriptor) {
            Some(class) => match is_enum(&class).or_else(|| jdk::is_enum(&class)) {
                Some(true) => Simple::Enum,
                Some(false) => return Place::Element,
                None => return Place::Either,
            },
            None => return Place::Element,
        },
    };
    Place::Attribute(simple)
}

/// The class that a descriptor names, if it is not that of an array.
pub(crate) fn class_of(descriptor: &str) -> Option<String> {
    Some(descriptor.strip_prefix('L')?.strip_suffix(';')?.replace('/', "."))
}

/// A field of a class.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Box<str>,
    /// What its attribute or element is called; another name than its own only where a converter declares it.
    pub(crate) xml: Box<str>,
    /// How many classes up it is declared.
    pub(crate) level: u32,
    pub(crate) descriptor: Box<str>,
    pub(crate) place: Place,
    /// What stands before its value: ` sku="` of an attribute, `<price class="` of an element.
    pub(crate) lead: Stamp,
    /// The class that an enum's descriptor names.
    pub(crate) class: Box<str>,
}

impl Field {
    pub(crate) fn new(level: u32, descriptor: &str, name: &str, place: Place) -> Self {
        let lead = match place {
            Place::Attribute(_) => format!(" {name}=\""),
            Place::Element | Place::Either => format!("<{name} class=\""),
        };
        Self {
            name: name.into(),
            xml: name.into(),
            level,
            descriptor: descriptor.into(),
            place,
            lead: Stamp::new(&lead),
            class: class_of(descriptor).unwrap_or_default().into(),
        }
    }

    /// A field in an attribute of another name.
    pub(crate) fn in_attribute(descriptor: &str, name: &str, xml: &str, place: Place) -> Self {
        let lead = Stamp::new(&format!(" {xml}=\""));
        Self { xml: xml.into(), lead, ..Self::new(0, descriptor, name, place) }
    }
}

/// What the schema, or the JDK, says of a class.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The fields as the library writes them: so many attributes, then elements.
    pub(crate) fields: Vec<Rc<Field>>,
    pub(crate) attributes: usize,
    /// Whether the order of elements is known.
    pub(crate) is_ordered: bool,
    /// A record, whose fields the library cannot set when it reads.
    pub(crate) is_record: bool,
    /// The superclass, if it has a plan, too.
    pub(crate) superclass: Option<Box<str>>,
    /// A field has the name of the attribute that we add.
    pub(crate) has_our_name: bool,
}

impl Plan {
    /// The field in an attribute of a name: the last one, where the library finds it.
    pub(crate) fn attribute(&self, name: &[u8]) -> Option<&Rc<Field>> {
        let attributes = self.fields.get(..self.attributes)?;
        attributes.iter().rfind(|field| field.name.as_bytes() == name)
    }

    /// The same by the name of the attribute.
    pub(crate) fn in_attribute(&self, xml: &[u8]) -> Option<&Rc<Field>> {
        let attributes = self.fields.get(..self.attributes)?;
        attributes.iter().rfind(|field| field.xml.as_bytes() == xml)
    }
}

/// A constant whose class is another one than that of its enum.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// Its own class.
    pub(crate) class: Box<str>,
    pub(crate) ordinal: u32,
    /// Whether it has no fields but those of every enum.
    pub(crate) is_plain: bool,
}

/// What a name says.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    /// The class of objects.
    Objects(Rc<Plan>),
    /// The class of a constant with a body: that of its enum.
    Body(Rc<str>),
    /// A class that extends a collection or map of the JDK: the library writes it as that.
    Whole(Rc<Whole>),
    /// The library writes its objects otherwise, or no one knows how.
    Not(Rc<str>),
    /// The schema does not have it.
    Nothing,
}

/// What a class is written as.
#[derive(Debug)]
pub(crate) struct Whole {
    /// The number of the JDK's class in the document's table.
    pub(crate) number: u16,
    /// How many classes up that is.
    pub(crate) level: u32,
    pub(crate) superclass: Box<str>,
}

/// The class of an enum, and the name of a constant.
type ConstantKey = (Box<str>, Box<[u8]>);

/// What is known of the application's classes.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    schema: Schema,
    declared: Declared,
    known: HashMap<Box<str>, Known>,
    /// By enum and constant.
    bodies: HashMap<ConstantKey, Option<Body>>,
    /// Classes that turned out to be enums.
    enums: HashSet<Box<str>>,
}

/// More classes than any application has in its sessions; bytes from outside may name any number.
const MOST: usize = 4096;
/// More than any class hierarchy that was ever stored.
const MOST_SUPERCLASSES: u32 = 64;

impl Plans {
    pub(crate) fn new(schema: Schema, declared: Declared) -> Self {
        Self { schema, declared, ..Self::default() }
    }

    pub(crate) const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What is known of a class.
    pub(crate) fn of(&mut self, name: &str) -> Known {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        if self.known.len() > MOST {
            self.known.clear();
        }
        let known = self.make(name);
        self.known.insert(name.into(), known.clone());
        known
    }

    /// Whether a class is an enum, as far as that is known.
    pub(crate) fn is_enum(&self, name: &str) -> Option<bool> {
        if self.enums.contains(name) {
            return Some(true);
        }
        let class = self.schema.class(name)?;
        // A constant's own class is none to Java's `Class.isEnum`.
        Some(class.kind == Kind::Enum && is_constant_body(&class).is_none())
    }

    /// Takes note that a class is an enum. False if that was known.
    pub(crate) fn learn_enum(&mut self, name: &str) -> bool {
        self.known.clear();
        self.enums.len() < MOST && self.enums.insert(name.into())
    }

    /// The body of a constant, if it has one.
    pub(crate) fn body(&mut self, class: &str, constant: &[u8]) -> Option<Body> {
        if self.schema.is_empty() {
            return None;
        }
        if self.bodies.len() > MOST {
            self.bodies.clear();
        }
        let key = (class.into(), constant.into());
        if let Some(known) = self.bodies.get(&key) {
            return known.clone();
        }
        let declared = self.schema.class(class).unwrap_or_default();
        let found = declared.constants.iter().zip(0..).find(|(one, _)| one.name.as_bytes() == constant);
        let body = found.and_then(|(one, ordinal)| {
            let class = one.body.as_deref()?;
            let own = self.schema.class(class).unwrap_or_default();
            let is_plain = declared.fields.is_empty() && own.fields.is_empty();
            Some(Body { class: class.into(), ordinal, is_plain })
        });
        self.bodies.insert(key, body.clone());
        body
    }

    /// The names of a class's own fields, in the order of their declaration, if that is known.
    pub(crate) fn order(&self, name: &str) -> Option<Vec<String>> {
        let class = self.class(name).filter(|class| class.origin == Origin::Class)?;
        Some(class.fields.into_iter().map(|field| field.name).collect())
    }

    fn class(&self, name: &str) -> Option<Class> {
        self.schema.class(name).or_else(|| jdk::class(name))
    }

    fn make(&self, name: &str) -> Known {
        if let Some((_, plan)) = self.declared.iter().find(|(class, _)| **class == *name) {
            return Known::Objects(Rc::clone(plan));
        }
        let Some(class) = self.class(name) else { return Known::Nothing };
        if class.kind == Kind::Enum {
            // With fields of its own the constant is an object of this format alone.
            let of = is_constant_body(&class);
            let of = of.filter(|of| {
                class.fields.is_empty() && self.class(of).is_some_and(|of| of.fields.is_empty())
            });
            return of.map_or(Known::Nothing, |of| Known::Body(of.into()));
        }
        if let Some(whole) = self.whole(&class) {
            return Known::Whole(Rc::new(whole));
        }
        match self.plan(class) {
            Ok(plan) => Known::Objects(Rc::new(plan)),
            Err(why) => Known::Not(why.into()),
        }
    }

    /// The collection or map of the JDK above a class.
    fn whole(&self, class: &Class) -> Option<Whole> {
        let superclass = class.superclass.as_deref()?;
        let mut above = superclass.to_owned();
        for level in 1..=MOST_SUPERCLASSES {
            let number = match codec::of(&above) {
                Codec::List => Some(1),
                Codec::Map => Some(40),
                Codec::Elements(number)
                | Codec::SortedElements(number)
                | Codec::Entries(number)
                | Codec::SortedEntries(number) => Some(number),
                _ => None,
            };
            if let Some(number) = number {
                return Some(Whole { number, level, superclass: superclass.into() });
            }
            above = self.schema.class(&above)?.superclass?;
        }
        None
    }

    fn plan(&self, class: Class) -> Result<Plan, String> {
        let (mut attributes, mut elements) = (Vec::new(), Vec::new());
        let (mut is_ordered, is_record) = (true, class.kind == Kind::Record);
        let superclass = class.superclass.clone();
        let mut level = 0;
        let mut next = Some(class);
        while let Some(class) = next {
            if let Some(interface) = class.interfaces.iter().find(|interface| is_container(interface)) {
                return Err(format!("it is a {interface}, of which the library writes no fields"));
            }
            is_ordered &= class.origin == Origin::Class;
            for field in &class.fields {
                let place = place(&field.descriptor, |name| self.is_enum(name));
                let list = if matches!(place, Place::Attribute(_)) { &mut attributes } else { &mut elements };
                list.push(Rc::new(Field::new(level, &field.descriptor, &field.name, place)));
            }
            level += 1;
            if level > MOST_SUPERCLASSES {
                return Err("it has too many superclasses".into());
            }
            next = match class.superclass.as_deref() {
                None | Some("java.lang.Object") => None,
                Some(name) => Some(self.superclass(name)?),
            };
        }
        let count = attributes.len();
        attributes.append(&mut elements);
        Ok(Plan {
            has_our_name: attributes.iter().take(count).any(|field| &*field.name == crate::TRUE_VALUE),
            fields: attributes,
            attributes: count,
            is_ordered,
            is_record,
            superclass: superclass.filter(|name| name != "java.lang.Object").map(Into::into),
        })
    }

    fn superclass(&self, name: &str) -> Result<Class, String> {
        // A record has no fields but its own.
        if name == "java.lang.Record" {
            return Ok(Class { name: name.to_owned(), ..Class::default() });
        }
        if let Some(class) = self.class(name) {
            return Ok(class);
        }
        Err(match codec::of(name) {
            Codec::Unknown if name.starts_with("java.") => {
                format!("its superclass {name} is one of which nothing is known here")
            }
            Codec::Unknown => {
                format!(
                    "its superclass {name} is not in the schema; make one of all classes with holdfast schema"
                )
            }
            _ => format!("it is a {name}, of which the library writes no fields"),
        })
    }
}

/// The enum of a constant that has a class of its own, by that.
fn is_constant_body(class: &Class) -> Option<&str> {
    class.superclass.as_deref().filter(|name| class.kind == Kind::Enum && *name != "java.lang.Enum")
}

/// Whether classes that implement an interface are written as collections or maps.
fn is_container(interface: &str) -> bool {
    matches!(
        interface,
        "java.util.Collection"
            | "java.util.List"
            | "java.util.Set"
            | "java.util.SortedSet"
            | "java.util.NavigableSet"
            | "java.util.Queue"
            | "java.util.Deque"
            | "java.util.Map"
            | "java.util.SortedMap"
            | "java.util.NavigableMap"
            | "java.util.concurrent.ConcurrentMap"
            | "java.util.concurrent.BlockingQueue"
    )
}
