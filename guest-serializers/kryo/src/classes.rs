//! The classes that were met: found by name, once, and kept with what their values need.

use std::borrow::Cow;

use holdfast_document::builtin;
use holdfast_schema::{Constant, Field, Kind, Origin, Schema};

use crate::codec::Codec;
use crate::declared::Declared;
use crate::jdk::{self, Is};
use crate::plan::{MOST_SUPERCLASSES, Mode, Plan, Whole, compile};
use crate::table::{IdMap, hash};

/// A class, by its place in [`Classes`]. The first 26 are those that Kryo knows by a number, which is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClassId(pub(crate) u32);

/// From here on classes belong to one call: nothing is known of them but what its bytes say.
const LOCAL: u32 = 1 << 31;

/// More classes than any application has in its sessions: then all are forgotten, so that nobody can fill the memory
/// with names.
const MOST: usize = 10_000;

impl ClassId {
    /// Whether it belongs to one call.
    pub(crate) const fn is_local(self) -> bool {
        self.0 >= LOCAL
    }

    pub(crate) const INT: Self = Self(0);
    pub(crate) const STRING: Self = Self(1);
    pub(crate) const FLOAT: Self = Self(2);
    pub(crate) const BOOLEAN: Self = Self(3);
    pub(crate) const BYTE: Self = Self(4);
    pub(crate) const CHAR: Self = Self(5);
    pub(crate) const SHORT: Self = Self(6);
    pub(crate) const LONG: Self = Self(7);
    pub(crate) const DOUBLE: Self = Self(8);
    pub(crate) const VOID: Self = Self(9);
    pub(crate) const ARRAYS_AS_LIST: Self = Self(10);
    pub(crate) const PROXY: Self = Self(11);

    /// What stands in the bytes for the commonest of them.
    pub(crate) const INT_BYTE: u8 = 2;
    pub(crate) const BOOLEAN_BYTE: u8 = 5;
    pub(crate) const LONG_BYTE: u8 = 9;
    pub(crate) const DOUBLE_BYTE: u8 = 10;

    /// What stands in the bytes for a class that MSM has Kryo know by a number.
    #[inline]
    pub(crate) const fn registered(self) -> Option<u8> {
        if self.0 < jdk::REGISTERED.len() as u32 { Some(self.0 as u8 + 2) } else { None }
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
    /// Nothing where it is not known.
    pub(crate) is_final: Option<bool>,
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

/// What to say of a class that the schema knows from a Java stream.
const FROM_STREAM: &str = "the schema has it from a Java stream, which tells neither whether it is final nor which of its \
     fields are transient; give its class file, JAR or WAR (holdfast schema)";

const KRYO_SERIALIZABLE: &str = "com.esotericsoftware.kryo.KryoSerializable";

/// What was found of a class.
enum Described {
    /// Its codec, and whether it is final, as far as that is known.
    Class(Codec, Option<bool>),
    /// It is that of a constant of this enum.
    Body(String),
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
pub(crate) struct Classes {
    /// Objects are stored with the names of their fields, as `CompatibleFieldSerializer` does.
    pub(crate) compatible: bool,
    schema: Schema,
    declared: Declared,
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

impl Default for Classes {
    fn default() -> Self {
        Self::new(Schema::default(), Declared::default(), false)
    }
}

impl Classes {
    pub(crate) fn new(schema: Schema, declared: Declared, compatible: bool) -> Self {
        let mut classes = Self {
            schema,
            declared,
            compatible,
            registered: Vec::new(),
            list: Vec::new(),
            by_name: IdMap::default(),
            local: Vec::new(),
            local_by_name: IdMap::default(),
            by_builtin: Vec::new(),
            plans: Vec::new(),
            modes: Vec::new(),
            constants: Vec::new(),
            reasons: Vec::new(),
            generation: 0,
        };
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
            self.add(Cow::Borrowed(name), codec, Some(true));
        }
        self.register();
    }

    /// Gives the classes that converters declare the numbers behind MSM's.
    fn register(&mut self) {
        self.registered.clear();
        let declared = std::mem::take(&mut self.declared);
        // All of them first: a field of one may be of the class of another.
        for class in &declared.classes {
            let name = Cow::Owned(class.name.clone());
            if let Some(plan) = crate::declared::plan(class) {
                let number = self.plans.len() as u32;
                self.plans.push(plan);
                self.place_modes(number);
                self.add(name, Codec::Fields(number), Some(class.is_final));
            }
        }
        for class in &declared.classes {
            let mut id = self.resolve(&class.name);
            if id.0 >= LOCAL {
                let codec = self.refuse(format!(
                    "a converter registers {} to be stored by its fields, and it is not in the schema",
                    class.name
                ));
                id = self.add(Cow::Owned(class.name.clone()), codec, Some(class.is_final));
            }
            self.registered.push(id);
            let number = (jdk::REGISTERED.len() + self.registered.len()) as u32 + 1;
            if let Some(class) = self.list.get_mut(id.0 as usize) {
                class.registered = number;
            }
        }
        self.declared = declared;
    }

    /// What is known of the application's classes.
    pub(crate) const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What converters declare.
    pub(crate) const fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The class for which this number stands in the bytes, behind those that MSM registers.
    pub(crate) fn numbered(&self, number: u32) -> Option<ClassId> {
        self.registered.get((number as usize).checked_sub(jdk::REGISTERED.len() + 2)?).copied()
    }

    /// The largest number that stands in the bytes for a class.
    pub(crate) const fn last_number(&self) -> usize {
        jdk::REGISTERED.len() + self.registered.len() + 1
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

    /// How many classes there are, those of this call included, and a place for each.
    pub(crate) const fn slot(&self, id: ClassId) -> usize {
        match id.0.checked_sub(LOCAL) {
            None => 2 * id.0 as usize,
            Some(at) => 2 * at as usize + 1,
        }
    }

    pub(crate) fn plan(&self, number: u32) -> Option<&Plan> {
        self.plans.get(number as usize)
    }

    /// Whether objects of a plan are stored with the names of their fields.
    pub(crate) fn has_names(&self, number: u32) -> bool {
        self.compatible && self.plan(number).is_some_and(|plan| !plan.is_declared)
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

    /// The name of a constant, if it is known.
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
            "boolean" => ClassId::BOOLEAN,
            "byte" => ClassId::BYTE,
            "char" => ClassId::CHAR,
            "short" => ClassId::SHORT,
            "int" => ClassId::INT,
            "long" => ClassId::LONG,
            "float" => ClassId::FLOAT,
            "double" => ClassId::DOUBLE,
            "void" => ClassId::VOID,
            // The two classes of this one differ in what they can hold, not in their bytes.
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
        let builtin = builtin::by_class(&name).map_or(0, |row| row.number);
        self.by_name.insert(hash(name.as_bytes()), id.0);
        self.list.push(Class { name, codec, builtin, is_final, declared: id, registered: 0 });
        id
    }

    fn add_local(&mut self, name: &str, codec: Codec) -> ClassId {
        let id = ClassId(self.local.len() as u32 | LOCAL);
        let builtin = builtin::by_class(name).map_or(0, |row| row.number);
        self.local_by_name.insert(hash(name.as_bytes()), id.0);
        let name = Cow::Owned(name.to_owned());
        self.local.push(Class { name, codec, builtin, is_final: None, declared: id, registered: 0 });
        id
    }

    /// Takes note that a class is an enum, because it stood where only an enum can. A body stands for its enum.
    pub(crate) fn learn_enum(&mut self, id: ClassId) -> ClassId {
        if self.codec(id) != Codec::Unknown {
            return id;
        }
        let name = self.get(id).name.clone();
        let declared = match enum_name(&name) {
            Some(name) => {
                let declared = self.resolve(name);
                self.learn_enum(declared)
            }
            None => id,
        };
        if let Some(class) = id.0.checked_sub(LOCAL).and_then(|at| self.local.get_mut(at as usize)) {
            class.codec = Codec::Enum(None);
            class.declared = declared;
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

    /// What the JDK's table, the form of an array's name, or the schema say of a class. The plan of a class with fields
    /// is still to be made.
    fn describe(&mut self, name: &str) -> Option<Described> {
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

    fn refuse(&mut self, reason: String) -> Codec {
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

    /// Adds a class with fields. It has its place before its plan is made: a field may be of the class itself.
    fn add_with_plan(&mut self, name: &str, is_final: Option<bool>) -> ClassId {
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
    fn place_modes(&mut self, number: u32) {
        let Some(plan) = self.plans.get_mut(number as usize) else { return };
        self.modes.extend(plan.slots.iter().map(|slot| slot.mode));
        plan.modes = Modes { end: self.modes.len() as u32, count: plan.slots.len() as u32 };
    }

    /// The collection, map or date of the JDK that a class is, if the library stores classes that extend it as that.
    pub(crate) fn stored_as(&mut self, name: &str) -> Option<ClassId> {
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

    /// Superclass and own fields of a class with fields, by the JDK's table or the schema.
    pub(crate) fn fields_of(&self, name: &str) -> Option<(Option<String>, Vec<Field>)> {
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

    /// Whether a class is final, as far as that is known for all calls.
    pub(crate) fn is_final(&mut self, name: &str) -> Option<bool> {
        let id = self.resolve(name);
        self.get(id).is_final
    }
}

/// The enum that a class name with the number of an anonymous class at its end may belong to.
fn enum_name(name: &str) -> Option<&str> {
    let (declared, number) = name.rsplit_once('$')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !declared.is_empty()).then_some(declared)
}
