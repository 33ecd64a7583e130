//! How the objects of a class are stored by its fields: which, in which order, each how. Both generations of Kryo make
//! such a plan, and differ in the order.

use holdfast_schema::{Field, Schema};

use crate::declared::Step;
use crate::jdk::OBJECT;

/// The slots of a class of those that `C` names, in the order in which they are stored.
#[derive(Debug)]
pub struct Plan<C> {
    /// What is stored.
    pub slots: Vec<Slot<C>>,
    /// The class above, unless that is Object.
    pub superclass: Option<C>,
    /// The class extends a collection, map or date of the JDK, and is stored as that.
    pub whole: Option<Whole<C>>,
    /// A converter says how the slots are stored: by a serializer of its own.
    pub is_declared: bool,
    /// Where the modes of the slots stand once more, for whoever needs nothing else.
    pub modes: Modes,
}

impl<C> Default for Plan<C> {
    fn default() -> Self {
        Self { slots: Vec::new(), superclass: None, whole: None, is_declared: false, modes: Modes::default() }
    }
}

/// What a class is stored as.
#[derive(Debug, Clone, Copy)]
pub struct Whole<C> {
    /// The JDK's class.
    pub class: C,
    /// How many classes up that is.
    pub level: u32,
}

/// Where the modes of a plan's fields end among those of all plans, and how many they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Modes {
    /// Behind the last.
    pub end: u32,
    /// How many.
    pub count: u32,
}

/// A field.
#[derive(Debug)]
pub struct Slot<C> {
    /// How many classes up it is declared.
    pub level: u32,
    /// Its type, as class files have it.
    pub descriptor: String,
    /// Its name.
    pub name: String,
    /// How it is stored.
    pub mode: Mode<C>,
}

/// How a field is stored.
#[allow(missing_docs, reason = "the first are Java's primitive types")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode<C> {
    Boolean,
    Byte,
    Char,
    Short,
    Int,
    Long,
    Float,
    Double,
    /// With its class.
    Any,
    /// Without its class, which is final.
    Known(C),
    /// As a converter declares it.
    Declared(Step),
}

/// What a plan is made from: all that is known of classes.
pub trait Classes {
    /// Names a class.
    type Id: Copy;

    /// The class of a name.
    fn resolve(&mut self, name: &str) -> Self::Id;

    /// What is known of the application's classes.
    fn schema(&self) -> &Schema;

    /// The collection, map or date of the JDK that a class is, if the library stores classes that extend it as that.
    fn stored_as(&mut self, name: &str) -> Option<Self::Id>;

    /// The superclass of a class, and the collection, map or date of the JDK above it, if there is one: the library stores
    /// what extends it as that.
    fn extended(&mut self, name: &str) -> Option<(String, Whole<Self::Id>)> {
        let superclass = self.schema().class(name)?.superclass?;
        let mut above = superclass.clone();
        for level in 1..=MOST_SUPERCLASSES {
            if let Some(class) = self.stored_as(&above) {
                return Some((superclass, Whole { class, level }));
            }
            above = self.schema().class(&above)?.superclass?;
        }
        None
    }

    /// Superclass and own fields of a class with fields.
    fn fields_of(&self, name: &str) -> Option<(Option<String>, Vec<Field>)>;

    /// Whether a class is final, as far as that is known for all calls.
    fn is_final(&mut self, name: &str) -> Option<bool>;

    /// Why a superclass has no fields to store, where that is because it is not known or refused.
    fn refused_above(&mut self, above: &str) -> Option<String>;
}

/// More superclasses than any class has; a schema may hold a circle.
const MOST_SUPERCLASSES: u32 = 64;

/// Makes the plan of a class. `sorted` is the order in which the library stores fields, which are given class by class from
/// the class itself upwards.
///
/// # Errors
/// Why there is no plan.
pub fn compile<K: Classes>(
    classes: &mut K,
    name: &str,
    sorted: impl FnOnce(Vec<Slot<K::Id>>) -> Vec<Slot<K::Id>>,
) -> Result<Plan<K::Id>, String> {
    if let Some((superclass, whole)) = classes.extended(name) {
        let superclass = Some(classes.resolve(&superclass));
        return Ok(Plan { superclass, whole: Some(whole), ..Plan::default() });
    }
    let mut slots = Vec::new();
    let mut superclass = None;
    let mut next = Some(name.to_owned());
    let mut level = 0;
    while let Some(class) = next {
        // Object has no fields, and documents do not name it as a superclass.
        if class == OBJECT && level > 0 {
            break;
        }
        if level == 1 {
            superclass = Some(classes.resolve(&class));
        }
        let (above, fields) =
            classes.fields_of(&class).ok_or_else(|| superclass_text(classes, name, &class))?;
        for Field { name: field, descriptor } in fields {
            let mode = mode_of(classes, name, &field, &descriptor)?;
            slots.push(Slot { level, descriptor, name: field, mode });
        }
        next = above;
        level += 1;
        if level > MOST_SUPERCLASSES {
            return Err(format!("{name} has more than {MOST_SUPERCLASSES} superclasses, or is its own"));
        }
    }
    Ok(Plan { slots: sorted(slots), superclass, ..Plan::default() })
}

fn superclass_text(classes: &mut impl Classes, name: &str, above: &str) -> String {
    classes.refused_above(above).unwrap_or_else(|| {
        format!(
            "{name} extends {above}, which the library stores as what it is, without the fields of {name}"
        )
    })
}

fn mode_of<K: Classes>(
    classes: &mut K,
    class: &str,
    field: &str,
    descriptor: &str,
) -> Result<Mode<K::Id>, String> {
    Ok(match descriptor {
        "Z" => Mode::Boolean,
        "B" => Mode::Byte,
        "C" => Mode::Char,
        "S" => Mode::Short,
        "I" => Mode::Int,
        "J" => Mode::Long,
        "F" => Mode::Float,
        "D" => Mode::Double,
        _ => {
            let declared = type_name(descriptor).ok_or_else(|| {
                format!("{descriptor} of {class}.{field} in the schema is no type descriptor")
            })?;
            let is_final = classes.is_final(&declared).ok_or_else(|| {
                format!("the schema does not say whether {declared} is final, the type of {class}.{field}")
            })?;
            if is_final { Mode::Known(classes.resolve(&declared)) } else { Mode::Any }
        }
    })
}

/// `Class.getName` of a descriptor: an array's is its descriptor with dots.
fn type_name(descriptor: &str) -> Option<String> {
    let name = match descriptor.as_bytes() {
        [b'[', ..] => descriptor,
        _ => descriptor.strip_prefix('L')?.strip_suffix(';')?,
    };
    Some(name.replace('/', "."))
}
