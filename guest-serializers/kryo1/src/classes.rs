//! The classes that were met: found by name, once, and kept with what their values need.

use std::borrow::Cow;

use holdfast_document::builtin;
use holdfast_kryo_common::jdk::{Shape, fact};
use holdfast_kryo_common::table::{IdMap, hash};
use holdfast_schema::{Constant, Field, Kind, Origin, Schema};

use crate::codec::Codec;
use crate::declared::Declared;
use crate::jdk::{self, Is};
use crate::plan::{MOST_SUPERCLASSES, Mode, Plan, Whole, compile};

/// A class, by its place in [`Classes`]. The first 51 are those that Kryo knows by a number, which is one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClassId(pub(crate) u32);

/// From here on classes belong to one call: nothing is known of them but what its bytes say.
const LOCAL: u32 = 1 << 31;

/// More classes than any application has in its sessions: then all are forgotten, so that nobody can fill the memory
/// with names.
const MOST: usize = 10_000;

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

impl ClassId {
    pub(crate) const BOOLEAN: Self = Self(8);
    pub(crate) const BYTE: Self = Self(9);
    pub(crate) const CHAR: Self = Self(10);
    pub(crate) const SHORT: Self = Self(11);
    pub(crate) const INT: Self = Self(12);
    pub(crate) const LONG: Self = Self(13);
    pub(crate) const FLOAT: Self = Self(14);
    pub(crate) const DOUBLE: Self = Self(15);
    pub(crate) const STRING: Self = Self(16);
    pub(crate) const ARRAYS_AS_LIST: Self = Self(21);
    pub(crate) const CLASS: Self = Self(31);
    pub(crate) const PROXY: Self = Self(35);

    /// What stands in the bytes for a class that Kryo knows by a number.
    #[inline]
    pub(crate) const fn registered(self) -> Option<u8> {
        if self.0 < jdk::REGISTERED.len() as u32 { Some(self.0 as u8 + 1) } else { None }
    }

    /// The class of a number as it stands in the bytes.
    #[inline]
    pub(crate) const fn of_number(number: u8) -> Option<Self> {
        if number == 0 || number as usize > jdk::REGISTERED.len() {
            None
        } else {
            Some(Self(number as u32 - 1))
        }
    }
}

/// A class.
#[derive(Debug)]
pub(crate) struct Class {
    /// As `Class.getName` has it.
    pub(crate) name: Cow<'static, str>,
    pub(crate) codec: Codec,
    /// Its number in the document's table, or 0.
    pub(crate) builtin: u16,
    /// Whether it is final, if that is known.
    is_final: Option<bool>,
    /// For the class of a constant with a body, the enum; for all others the class itself.
    pub(crate) declared: ClassId,
    /// What stands in the bytes for it, where a converter registers it; 0 where none does.
    pub(crate) registered: u32,
}

/// Where the modes of a plan's fields end among those of all plans, and how many they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Modes {
    pub(crate) end: u32,
    pub(crate) count: u32,
}

static UNKNOWN: Class = Class {
    name: Cow::Borrowed("?"),
    codec: Codec::Unknown,
    builtin: 0,
    is_final: None,
    declared: ClassId(u32::MAX),
    registered: 0,
};

/// All classes that were met.
#[derive(Default)]
pub(crate) struct Classes {
    schema: Schema,
    declarations: Declared,
    /// The classes that converters register, in their order.
    registered: Vec<ClassId>,
    list: Vec<Class>,
    by_name: IdMap,
    /// Classes of this call.
    local: Vec<Class>,
    local_by_name: IdMap,
    /// Which class a number of the document's table means; `u32::MAX` until it is asked for.
    by_builtin: Vec<u32>,
    plans: Vec<Plan>,
    /// How the fields of all plans are stored, one plan's after the other's.
    modes: Vec<Mode>,
    constants: Vec<Vec<Constant>>,
    reasons: Vec<String>,
    /// How often all classes were forgotten.
    generation: u32,
}

/// What the JDK's tables, the form of an array's name, or the schema say of a class.
enum Described {
    Class(Codec, Option<bool>),
    /// The class of a constant of this enum.
    Body(String),
}

impl Classes {
    pub(crate) fn new(schema: Schema, declarations: Declared) -> Self {
        let mut classes = Self { schema, declarations, ..Self::default() };
        classes.forget();
        classes
    }

    fn forget(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.list.clear();
        self.by_name.clear();
        self.plans.clear();
        self.modes.clear();
        self.constants.clear();
        self.reasons.clear();
        self.by_builtin.clear();
        self.by_builtin.resize(256, u32::MAX);
        for (name, codec) in jdk::REGISTERED {
            let is_final = fact(name).is_none_or(|fact| fact.is_final);
            self.add(Cow::Borrowed(name), codec, Some(is_final));
        }
        self.register();
    }

    /// Gives the classes that converters declare the numbers behind MSM's.
    fn register(&mut self) {
        self.registered.clear();
        let declarations = std::mem::take(&mut self.declarations);
        // All of them first: a field of one may be of the class of another.
        for class in &declarations.classes {
            let name = Cow::Owned(class.name.clone());
            if let Some(plan) = crate::declared::plan(class) {
                let number = self.plans.len() as u32;
                self.plans.push(plan);
                self.place_modes(number);
                self.add(name, Codec::Declared(number), Some(class.is_final));
            }
        }
        for class in &declarations.classes {
            let mut id = self.resolve(&class.name);
            if id.0 >= LOCAL {
                let codec = self.refuse(format!(
                    "a converter registers {} to be stored by its fields, and it is not in the schema",
                    class.name
                ));
                id = self.add(Cow::Owned(class.name.clone()), codec, Some(class.is_final));
            }
            self.registered.push(id);
            let number = self.last_number() as u32;
            if let Some(class) = self.list.get_mut(id.0 as usize) {
                class.registered = number;
            }
        }
        self.declarations = declarations;
    }

    /// What is known of the application's classes.
    pub(crate) const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What converters declare.
    pub(crate) const fn declarations(&self) -> &Declared {
        &self.declarations
    }

    /// The class for which this number stands in the bytes, behind those that MSM registers.
    pub(crate) fn numbered(&self, number: u32) -> Option<ClassId> {
        self.registered.get((number as usize).checked_sub(jdk::REGISTERED.len() + 1)?).copied()
    }

    /// The largest number that stands in the bytes for a class.
    pub(crate) const fn last_number(&self) -> usize {
        jdk::REGISTERED.len() + self.registered.len()
    }

    /// Forgets what belongs to one call.
    pub(crate) fn begin_call(&mut self) {
        self.local.clear();
        self.local_by_name.clear();
        if self.list.len() + self.reasons.len() > MOST {
            self.forget();
        }
    }

    /// Another number when the classes of earlier calls have lost their places.
    pub(crate) const fn generation(&self) -> u32 {
        self.generation
    }

    #[inline]
    pub(crate) fn get(&self, id: ClassId) -> &Class {
        let found = match id.0.checked_sub(LOCAL) {
            None => self.list.get(id.0 as usize),
            Some(at) => self.local.get(at as usize),
        };
        found.unwrap_or(&UNKNOWN)
    }

    #[inline]
    pub(crate) fn codec(&self, id: ClassId) -> Codec {
        self.get(id).codec
    }

    /// A small number for a class that no other class of this call has.
    pub(crate) const fn slot(&self, id: ClassId) -> usize {
        match id.0.checked_sub(LOCAL) {
            None => 2 * id.0 as usize,
            Some(at) => 2 * at as usize + 1,
        }
    }

    pub(crate) fn plan(&self, number: u32) -> Option<&Plan> {
        self.plans.get(number as usize)
    }

    /// The plan of a class that is written by its fields.
    pub(crate) fn plan_of(&self, id: ClassId) -> Option<&Plan> {
        match self.codec(id) {
            Codec::Fields(number)
            | Codec::Zone(number)
            | Codec::Declared(number)
            | Codec::Extends(number) => self.plan(number),
            _ => None,
        }
    }

    /// Where the modes of a plan's fields stand.
    #[inline]
    pub(crate) fn modes_of(&self, number: u32) -> Modes {
        self.plans.get(number as usize).map_or(Modes { end: 0, count: 0 }, |plan| plan.modes)
    }

    /// How the field is stored that is followed by so many others of its plan.
    #[inline]
    pub(crate) fn mode(&self, end: u32, left: u32) -> Mode {
        self.modes.get((end as usize).wrapping_sub(left as usize + 1)).copied().unwrap_or(Mode::Any)
    }

    pub(crate) fn constants(&self, number: u32) -> &[Constant] {
        self.constants.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// A constant, if it is known.
    pub(crate) fn constant(&self, codec: Codec, ordinal: u32) -> Option<&Constant> {
        let Codec::Enum(Some(number)) = codec else { return None };
        self.constants(number).get(ordinal as usize)
    }

    /// The name of the class that a constant has: that of its body, if one is known, or of the enum.
    pub(crate) fn class_of_constant(&self, class: ClassId, ordinal: u32) -> &str {
        let found = self.get(class);
        let body = self.constant(found.codec, ordinal).and_then(|constant| constant.body.as_deref());
        body.unwrap_or_else(|| &self.get(found.declared).name)
    }

    pub(crate) fn reason(&self, number: u32) -> &str {
        self.reasons.get(number as usize).map_or("", String::as_str)
    }

    /// What to say of a class whose values cannot be read or written.
    pub(crate) fn refusal(&self, id: ClassId) -> String {
        let Class { name, codec, .. } = self.get(id);
        match *codec {
            Codec::Unreadable(why) => format!("{name}: {why}"),
            Codec::Refused(number) => format!("{name}: {}", self.reason(number)),
            Codec::Named => format!("{name} is no class of which there are values"),
            _ => {
                // The class of the elements, of an array.
                let element = name.trim_start_matches('[');
                let element = match element.strip_prefix('L').and_then(|name| name.strip_suffix(';')) {
                    Some(element) if element.len() < name.len() - 2 => element,
                    _ => element,
                };
                format!(
                    "{element} is not in the schema, and Kryo writes the fields of a class without their names: \
                     give a schema of the application's classes (holdfast schema)"
                )
            }
        }
    }

    /// The class of a number of the document's table.
    #[inline]
    pub(crate) fn builtin(&mut self, number: u16) -> Option<ClassId> {
        match self.by_builtin.get(usize::from(number)) {
            Some(known) if *known != u32::MAX => Some(ClassId(*known)),
            _ => self.find_builtin(number),
        }
    }

    #[cold]
    fn find_builtin(&mut self, number: u16) -> Option<ClassId> {
        let row = builtin::by_number(number)?;
        let id = match row.class {
            // Which of two classes it is depends on the number of constants.
            "java.util.EnumSet" => self.resolve("java.util.RegularEnumSet"),
            class => self.resolve(class),
        };
        if id.0 < LOCAL
            && let Some(known) = self.by_builtin.get_mut(usize::from(number))
        {
            *known = id.0;
        }
        Some(id)
    }

    /// The class of a name. One of which nothing is known has [`Codec::Unknown`].
    pub(crate) fn resolve(&mut self, name: &str) -> ClassId {
        if let Some(known) = self.known(name) {
            return known;
        }
        let body = match self.describe(name) {
            Some(Described::Class(Codec::Fields(_), is_final)) => return self.add_with_plan(name, is_final),
            Some(Described::Class(codec, is_final)) => {
                return self.add(Cow::Owned(name.to_owned()), codec, is_final);
            }
            Some(Described::Body(declared)) => self.enum_of_body(name, &declared),
            None => enum_name(name).and_then(|declared| self.enum_of_body(name, declared)),
        };
        body.unwrap_or_else(|| self.add_local(name, Codec::Unknown))
    }

    fn known(&self, name: &str) -> Option<ClassId> {
        let key = hash(name.as_bytes());
        if let Some(id) = self.by_name.get(key) {
            if self.get(ClassId(id)).name == name {
                return Some(ClassId(id));
            }
            if let Some(at) = self.list.iter().position(|class| class.name == name) {
                return Some(ClassId(at as u32));
            }
        }
        let id = self.local_by_name.get(key)?;
        if self.get(ClassId(id)).name == name {
            return Some(ClassId(id));
        }
        self.local.iter().position(|class| class.name == name).map(|at| ClassId(at as u32 | LOCAL))
    }

    /// Adds a class for all calls to come.
    fn add(&mut self, name: Cow<'static, str>, codec: Codec, is_final: Option<bool>) -> ClassId {
        let id = ClassId(self.list.len() as u32);
        let builtin = number_of(&name);
        self.by_name.insert(hash(name.as_bytes()), id.0);
        self.list.push(Class { name, codec, builtin, is_final, declared: id, registered: 0 });
        id
    }

    fn add_local(&mut self, name: &str, codec: Codec) -> ClassId {
        let id = ClassId(self.local.len() as u32 | LOCAL);
        let builtin = number_of(name);
        self.local_by_name.insert(hash(name.as_bytes()), id.0);
        let name = Cow::Owned(name.to_owned());
        self.local.push(Class { name, codec, builtin, is_final: None, declared: id, registered: 0 });
        id
    }

    /// Takes note that a class is an enum, because it stood where only an enum can. A body stands for its enum.
    pub(crate) fn learn_enum(&mut self, id: ClassId) -> ClassId {
        if self.codec(id) != Codec::Unknown {
            return self.get(id).declared;
        }
        if let Some(class) = id.0.checked_sub(LOCAL).and_then(|at| self.local.get_mut(at as usize)) {
            class.codec = Codec::Enum(None);
        }
        id
    }

    /// `com.example.Op$1` is the class of a constant of Op, if that is an enum.
    fn enum_of_body(&mut self, name: &str, declared: &str) -> Option<ClassId> {
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

    /// The plan of a class with fields is still to be made.
    fn describe(&mut self, name: &str) -> Option<Described> {
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

    fn refuse(&mut self, reason: String) -> Codec {
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

    /// Adds a class with fields. It has its place before its plan is made: a field may be of the class itself.
    fn add_with_plan(&mut self, name: &str, is_final: Option<bool>) -> ClassId {
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
    fn place_modes(&mut self, number: u32) {
        let Some(plan) = self.plans.get_mut(number as usize) else { return };
        self.modes.extend(plan.slots.iter().map(|slot| slot.mode));
        plan.modes = Modes { end: self.modes.len() as u32, count: plan.slots.len() as u32 };
    }

    /// The collection, map or date of the JDK that a class is, if the library stores classes that extend it as that.
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

    /// The superclass of a class, and the collection, map or date of the JDK above it, if there is one: the library stores
    /// what extends it as that.
    pub(crate) fn extended(&mut self, name: &str) -> Option<(String, Whole)> {
        let superclass = self.schema.class(name)?.superclass?;
        let mut above = superclass.clone();
        for level in 1..=MOST_SUPERCLASSES {
            if let Some(class) = self.stored_as(&above) {
                return Some((superclass, Whole { class, level }));
            }
            above = self.schema.class(&above)?.superclass?;
        }
        None
    }

    /// What the objects of a class are stored as that extends a collection, map or date.
    pub(crate) fn whole(&self, number: u32) -> Option<Whole> {
        self.plan(number)?.whole
    }

    /// Superclass and own fields of a class with fields, by the JDK's tables or the schema.
    pub(crate) fn fields_of(&self, name: &str) -> Option<(Option<String>, Vec<Field>)> {
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

    /// Whether a class is final, as far as that is known for all calls.
    pub(crate) fn is_final(&mut self, name: &str) -> Option<bool> {
        let id = self.resolve(name);
        self.get(id).is_final
    }
}

/// The number of a class in the document's table.
fn number_of(name: &str) -> u16 {
    match name {
        "java.util.RegularEnumSet" | "java.util.JumboEnumSet" => 0,
        _ => builtin::by_class(name).map_or(0, |row| row.number),
    }
}

/// The enum that a class name with the number of an anonymous class at its end may belong to.
fn enum_name(name: &str) -> Option<&str> {
    let (declared, number) = name.rsplit_once('$')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !declared.is_empty()).then_some(declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_classes_have_the_numbers_that_msm_gives_them() {
        let mut classes = Classes::new(Schema::default(), Declared::default());
        for (number, name) in [
            (13, "java.lang.Integer"),
            (17, "java.lang.String"),
            (18, "java.util.ArrayList"),
            (22, "java.util.Arrays$ArrayList"),
            (32, "java.lang.Class"),
            (36, "java.lang.reflect.InvocationHandler"),
            (51, "java.util.Locale"),
        ] {
            let id = classes.resolve(name);
            assert_eq!(id.registered(), Some(number), "{name}");
            assert_eq!(ClassId::of_number(number), Some(id));
        }
        assert_eq!(ClassId::of_number(0), None);
        assert_eq!(ClassId::of_number(52), None);
        assert_eq!(classes.resolve("java.lang.Class"), ClassId::CLASS);
        assert_eq!(classes.resolve("java.lang.reflect.InvocationHandler"), ClassId::PROXY);
    }

    #[test]
    fn an_array_is_final_if_what_it_holds_in_the_end_is() {
        let mut classes = Classes::new(Schema::default(), Declared::default());
        for (name, is_final) in [
            ("[I", true),
            ("[[J", true),
            ("[Ljava.lang.String;", true),
            ("[[Ljava.lang.Integer;", true),
            ("[Ljava.lang.Object;", false),
            ("[[Ljava.util.Date;", false),
        ] {
            assert_eq!(classes.is_final(name), Some(is_final), "{name}");
        }
        assert_eq!(classes.is_final("[Lcom.example.Unknown;"), None);
        assert_eq!(classes.is_final("[Q"), None);
        assert_eq!(classes.is_final(&"[".repeat(300)), None);
    }

    #[test]
    fn an_exceptions_fields_are_those_of_throwable_by_name() {
        let mut classes = Classes::new(Schema::default(), Declared::default());
        let id = classes.resolve("java.lang.IllegalStateException");
        let elements = Mode::Known(classes.resolve("[Ljava.lang.StackTraceElement;"));
        let slots: Vec<(&str, u32, Mode)> = classes
            .plan_of(id)
            .unwrap()
            .slots
            .iter()
            .map(|slot| (slot.name.as_str(), slot.level, slot.mode))
            .collect();
        assert_eq!(
            slots,
            [
                ("cause", 3, Mode::Any),
                ("detailMessage", 3, Mode::Known(ClassId::STRING)),
                ("stackTrace", 3, elements),
                ("suppressedExceptions", 3, Mode::Any),
            ]
        );
    }
}
