//! The classes that were met: found by name, once, and kept with what their values need.

mod describe;

use std::borrow::Cow;

use holdfast_document::builtin;
use holdfast_kryo_common::jdk::fact;
use holdfast_kryo_common::plan::Modes;
use holdfast_kryo_common::table::{IdMap, hash};
use holdfast_schema::{Constant, Schema};

use self::describe::{Described, enum_name};
use crate::codec::Codec;
use crate::declared::Declared;
use crate::jdk;
use crate::plan::{Mode, Plan};

/// A class, by its place in [`Classes`]. The first 51 are those that Kryo knows by a number, which is one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClassId(pub(crate) u32);

/// From here on classes belong to one call: nothing is known of them but what its bytes say.
const LOCAL: u32 = 1 << 31;

/// More classes than any application has in its sessions: then all are forgotten, so that nobody can fill the memory
/// with names.
const MOST: usize = 10_000;

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
        self.known_builtin(number).or_else(|| self.find_builtin(number))
    }

    /// As [`Classes::builtin`], of a class that was asked for before.
    #[inline(always)]
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
}

/// The number of a class in the document's table.
fn number_of(name: &str) -> u16 {
    match name {
        "java.util.RegularEnumSet" | "java.util.JumboEnumSet" => 0,
        _ => builtin::by_class(name).map_or(0, |row| row.number),
    }
}

#[cfg(test)]
mod tests {
    use holdfast_kryo_common::plan::Classes as _;

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
