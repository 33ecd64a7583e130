//! What classes are called, and what is said of them.

use std::collections::HashSet;

use crate::builtin::{self, Builtin, LINKED_HASH_MAP_ACCESS_ORDER};
use crate::definition::{Definition, Item, Kind, Super};
use crate::error::Error;
use crate::json::text::Text;

/// What a built-in class is called: two share their Java name.
pub(super) const fn builtin_label(row: &Builtin) -> &'static str {
    if row.number == LINKED_HASH_MAP_ACCESS_ORDER {
        "java.util.LinkedHashMap in access order"
    } else {
        row.class
    }
}

/// The built-in class that is called so.
pub(super) fn builtin_by_label(label: &str) -> Option<&'static Builtin> {
    if label == "java.util.LinkedHashMap in access order" {
        return builtin::by_number(LINKED_HASH_MAP_ACCESS_ORDER);
    }
    builtin::by_class(label)
}

/// What the definitions of an attribute are called: by the class's name, with a number behind it where another
/// one is called so.
pub(super) fn labels<'d>(definitions: impl Iterator<Item = &'d Definition<'d>>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut labels = Vec::new();
    for definition in definitions {
        let own = std::iter::once(definition.name.to_owned());
        let numbered = (definition.number..).map(|number| format!("{}#{number}", definition.name));
        let free = own
            .chain(numbered)
            .find(|label| builtin_by_label(label).is_none() && taken.insert(label.clone()))
            .unwrap_or_default();
        labels.push(free);
    }
    labels
}

pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bean => "bean",
        Kind::Enum => "enum",
        Kind::Proxy => "proxy",
        Kind::Array => "array",
    }
}

/// Writes what a definition says; what is usual goes without saying.
pub(super) fn write(
    out: &mut Text,
    definition: &Definition<'_>,
    label: &str,
    labels: &[String],
) -> Result<(), Error> {
    out.begin('{');
    if label != definition.name {
        out.key("name");
        out.str(definition.name);
    }
    if definition.kind != Kind::Bean {
        out.key("kind");
        out.str(kind_name(definition.kind));
    }
    if definition.named {
        out.key("named");
        out.bool(true);
    }
    if let Some((flags, suid)) = definition.java {
        out.key("flags");
        out.unsigned(u64::from(flags));
        out.key("suid");
        out.int(suid);
    }
    let superclass = match definition.superclass {
        None => None,
        Some(Super::Builtin(number)) => builtin::by_number(number).map(builtin_label),
        Some(Super::Known(number)) => labels.get(number as usize).map(String::as_str),
    };
    if let Some(superclass) = superclass {
        out.key("super");
        out.str(superclass);
    }
    if !definition.is_empty() {
        out.key(if definition.kind == Kind::Proxy { "interfaces" } else { "slots" });
        out.begin('[');
        for item in definition.items() {
            out.str(&item_text(item?));
        }
        out.end(']');
    }
    out.end('}');
    Ok(())
}

fn item_text(item: Item<'_>) -> String {
    let up = |level: u32| "^".repeat(level as usize);
    match item {
        Item::Field { level, descriptor, name } => format!("{}{descriptor}{name}", up(level)),
        Item::Custom { level } => format!("{}*", up(level)),
        Item::TypedCustom { level } => format!("{}+", up(level)),
        Item::Whole { level } => format!("{}=", up(level)),
        Item::Interface(name) => name.to_owned(),
    }
}
