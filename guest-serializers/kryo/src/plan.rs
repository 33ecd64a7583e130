//! How `FieldSerializer` writes the objects of a class: which fields, in which order, each how.

use holdfast_schema::Field;

pub(crate) use crate::classes::Modes;
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::declared::Step;

/// The slots of a class, in the order in which they are stored: by name, and of two fields of one name the subclass's
/// first.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    pub(crate) superclass: Option<ClassId>,
    /// The class extends a collection, map or date of the JDK, and is stored as that.
    pub(crate) whole: Option<Whole>,
    /// A converter says how the slots are stored: by a serializer of its own.
    pub(crate) is_declared: bool,
    /// Where the modes of the slots stand once more, for whoever needs nothing else.
    pub(crate) modes: Modes,
}

/// What a class is stored as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    pub(crate) class: ClassId,
    /// How many classes up that is.
    pub(crate) level: u32,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Slot {
    /// How many classes up it is declared.
    pub(crate) level: u32,
    pub(crate) descriptor: String,
    pub(crate) name: String,
    pub(crate) mode: Mode,
}

/// How a field is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
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
    /// Without its class, which is final, and 0 for null.
    Known(ClassId),
    /// As a converter declares it.
    Declared(Step),
}

/// More superclasses than any class has; a schema may hold a circle.
pub(crate) const MOST_SUPERCLASSES: u32 = 64;

/// Makes the plan of a class, or says why there is none.
pub(crate) fn compile(classes: &mut Classes, name: &str) -> Result<Plan, String> {
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
        if class == "java.lang.Object" && level > 0 {
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
    // The library compares names as Java does, by UTF-16 units, and its sort keeps the order of equal ones.
    slots.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
    Ok(Plan { slots, superclass, ..Plan::default() })
}

fn superclass_text(classes: &mut Classes, name: &str, above: &str) -> String {
    let id = classes.resolve(above);
    match classes.codec(id) {
        Codec::Unknown => format!("its superclass {above} is not in the schema"),
        Codec::Refused(number) => format!("its superclass {above}: {}", classes.reason(number)),
        _ => format!(
            "{name} extends {above}, which the library stores as what it is, without the fields of {name}"
        ),
    }
}

fn mode_of(classes: &mut Classes, class: &str, field: &str, descriptor: &str) -> Result<Mode, String> {
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

#[cfg(test)]
mod tests {
    use holdfast_schema::Schema;

    use super::*;
    use crate::declared::Declared;

    fn slots(classes: &mut Classes, name: &str) -> Vec<(String, u32, Mode)> {
        let id = classes.resolve(name);
        let Codec::Fields(number) = classes.codec(id) else { panic!("no fields") };
        let plan = classes.plan(number).unwrap();
        plan.slots.iter().map(|slot| (slot.name.clone(), slot.level, slot.mode)).collect()
    }

    #[test]
    fn an_exceptions_fields_are_those_of_throwable_by_name() {
        let mut classes = Classes::new(Schema::default(), Declared::default(), false);
        let string = Mode::Known(ClassId::STRING);
        let elements = Mode::Known(classes.resolve("[Ljava.lang.StackTraceElement;"));
        assert_eq!(
            slots(&mut classes, "java.lang.IllegalStateException"),
            [
                ("cause".to_owned(), 3, Mode::Any),
                ("detailMessage".to_owned(), 3, string),
                ("stackTrace".to_owned(), 3, elements),
                ("suppressedExceptions".to_owned(), 3, Mode::Any),
            ]
        );
        let names: Vec<String> =
            slots(&mut classes, "java.lang.StackTraceElement").into_iter().map(|slot| slot.0).collect();
        assert_eq!(
            names,
            [
                "classLoaderName",
                "declaringClass",
                "fileName",
                "format",
                "lineNumber",
                "methodName",
                "moduleName",
                "moduleVersion"
            ]
        );
    }
}
