//! What XStream calls a class, and the way back.

use crate::form::{COMPONENTS, ROWS};

/// What stands behind the name of what an array is of.
const ARRAY: &str = "-array";
/// More dimensions than an array has on a JVM (JVMS 4.4.1): nothing of such a name is one.
const MOST_DIMENSIONS: usize = 255;

/// The primitive types, as the JVM and as XStream calls them.
const PRIMITIVES: [(&str, &str); 8] = [
    ("Z", "boolean"),
    ("B", "byte"),
    ("C", "char"),
    ("S", "short"),
    ("I", "int"),
    ("J", "long"),
    ("F", "float"),
    ("D", "double"),
];

/// The name of the class that XStream calls so.
pub(super) fn class_of_alias(alias: &str) -> String {
    let (component, dimensions) = dimensions(alias, |alias| alias.strip_suffix(ARRAY));
    if (1..=MOST_DIMENSIONS).contains(&dimensions) {
        return array_of(component, dimensions);
    }
    match alias {
        "atomic-reference" => "java.util.concurrent.atomic.AtomicReference",
        "optional" => "java.util.Optional",
        "object" => "java.lang.Object",
        _ => ROWS.iter().find(|row| row.1 == alias && !alias.is_empty()).map_or(alias, |row| row.0),
    }
    .to_owned()
}

/// What is left of a name when all dimensions are taken off, and how many these are.
fn dimensions<'a>(name: &'a str, take_off: impl Fn(&'a str) -> Option<&'a str>) -> (&'a str, usize) {
    let (mut name, mut dimensions) = (name, 0);
    while let Some(component) = take_off(name) {
        (name, dimensions) = (component, dimensions + 1);
    }
    (name, dimensions)
}

/// The name of an array class.
fn array_of(component: &str, dimensions: usize) -> String {
    let brackets = "[".repeat(dimensions);
    if let Some((descriptor, _)) = PRIMITIVES.iter().find(|row| row.1 == component) {
        return brackets + descriptor;
    }
    let class = match COMPONENTS.iter().find(|row| row.1 == component && !component.is_empty()) {
        Some(row) => row.0.to_owned(),
        None => class_of_alias(component),
    };
    format!("{brackets}L{class};")
}

/// What XStream calls a class.
pub(crate) fn alias_of_class(name: impl AsRef<str>) -> String {
    let name = name.as_ref();
    let (component, dimensions) = dimensions(name, |name| name.strip_prefix('['));
    if (1..=MOST_DIMENSIONS).contains(&dimensions) {
        return component_alias(component).to_owned() + &ARRAY.repeat(dimensions);
    }
    alias_of_component(name).to_owned()
}

/// What a class is called that is no array.
fn alias_of_component(name: &str) -> &str {
    match ROWS.iter().find(|row| row.0 == name) {
        Some((_, alias, _)) if !alias.is_empty() => alias,
        _ if name == "java.lang.Object" => "object",
        _ => name,
    }
}

fn component_alias(descriptor: &str) -> &str {
    if let Some((_, primitive)) = PRIMITIVES.iter().find(|row| row.0 == descriptor) {
        return primitive;
    }
    match descriptor.strip_prefix('L').and_then(|rest| rest.strip_suffix(';')) {
        Some(class) => match COMPONENTS.iter().find(|row| row.0 == class) {
            Some((_, "")) => class,
            Some((_, alias)) => alias,
            None => alias_of_component(class),
        },
        None => alias_of_component(descriptor),
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

    #[test]
    fn nothing_of_more_dimensions_than_the_jvm_has_is_an_array() {
        let most = format!("{}I", "[".repeat(MOST_DIMENSIONS));
        assert_eq!(class_of_alias(&alias_of_class(&most)), most);
        for dimensions in [MOST_DIMENSIONS + 1, 1_000_000] {
            let alias = format!("int{}", ARRAY.repeat(dimensions));
            assert_eq!(class_of_alias(&alias), alias);
            let class = format!("{}I", "[".repeat(dimensions));
            assert_eq!(alias_of_class(&class), class);
        }
    }
}
