//! How `FieldSerializer` writes the objects of a class.

use holdfast_kryo_common::plan;

use crate::classes::{ClassId, Classes};

pub(crate) type Plan = plan::Plan<ClassId>;
pub(crate) type Whole = plan::Whole<ClassId>;
pub(crate) type Slot = plan::Slot<ClassId>;
pub(crate) type Mode = plan::Mode<ClassId>;

/// Makes the plan of a class, or says why there is none.
pub(crate) fn compile(classes: &mut Classes, name: &str) -> Result<Plan, String> {
    plan::compile(classes, name, |mut slots| {
        // The library compares names as Java does, by UTF-16 units, and its sort keeps the order of equal ones: the
        // subclass's comes first.
        slots.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
        slots
    })
}

#[cfg(test)]
mod tests {
    use holdfast_schema::Schema;

    use super::*;
    use crate::codec::Codec;
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
