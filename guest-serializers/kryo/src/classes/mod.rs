//! The classes that were met: found by name, once, and kept with what their values need.

mod describe;

use std::borrow::Cow;

use holdfast_document::builtin;
use holdfast_kryo_common::plan::Modes;
use holdfast_schema::{Constant, Schema};

use self::describe::{Described, enum_name};
use crate::codec::Codec;
use crate::declared::Declared;
use crate::jdk;
use crate::plan::{Mode, Plan};
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

    /// As [`Self::builtin`], of a class that was asked for before.
    #[inline]
    pub(crate) fn known_builtin(&self, number: u16) -> Option<ClassId> {
        self.by_builtin
            .get(usize::from(number))
            .filter(|known| **known != u32::MAX)
            .map(|known| ClassId(*known))
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
}
