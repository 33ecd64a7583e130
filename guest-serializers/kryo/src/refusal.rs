//! Why there is no value of some classes.

use crate::classes::{Class, Classes};
use crate::codec::Codec;

/// What to say of a class whose values cannot be read or written.
pub(crate) fn text(classes: &Classes, class: &Class) -> String {
    let name = &class.name;
    match class.codec {
        Codec::Unreadable(why) => format!("{name}: {why}"),
        Codec::Refused(number) => format!("{name}: {}", classes.reason(number)),
        Codec::Named => format!("{name} is no class of which there are values"),
        _ => format!(
            "{} is not in the schema, and Kryo writes the fields of a class without their names: \
             give a schema of the application's classes (holdfast schema)",
            element(name)
        ),
    }
}

/// The class of the elements of an array, or the class itself.
fn element(name: &str) -> &str {
    let element = name.trim_start_matches('[');
    if element.len() == name.len() {
        return name;
    }
    element.strip_prefix('L').and_then(|element| element.strip_suffix(';')).unwrap_or(element)
}
