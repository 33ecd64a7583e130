//! Classes as text.

use std::fmt::Write as _;

use super::{defaults, types};
use crate::class::{Class, Constant, Field, Kind, Origin};

/// A list is written on one line if the line gets no longer.
const LONGEST_LINE: usize = 110;

const HEAD: &str = "\
# Classes of the application, for Holdfast's serializers: `holdfast schema` makes this, and it may be edited.
";

/// Classes as text, sorted by name. [`super::read`] reads the same classes from it.
#[must_use]
pub fn write(classes: &[Class]) -> String {
    let mut sorted: Vec<&Class> = classes.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = HEAD.to_owned();
    for class in sorted {
        let _ = write!(out, "\n[class.{}]\n", quoted(&class.name));
        Lines { out: &mut out }.class(class);
    }
    out
}

struct Lines<'a> {
    out: &'a mut String,
}

impl Lines<'_> {
    fn class(&mut self, class: &Class) {
        if class.kind != defaults::kind(!class.constants.is_empty()) {
            self.text("kind", kind(class.kind));
        }
        if class.origin == Origin::Stream {
            self.text("from", "stream");
        }
        if class.superclass.as_deref() != defaults::superclass(class.kind) {
            self.text("super", class.superclass.as_deref().unwrap_or(defaults::OBJECT));
        }
        self.flag("public", class.is_public, true);
        self.flag("final", class.is_final, defaults::is_final(class));
        self.flag("abstract", class.is_abstract, defaults::is_abstract(class.kind));
        self.flag("serializable", class.is_serializable, defaults::is_serializable(class.kind));
        self.flag("externalizable", class.is_externalizable, false);
        if class.interfaces != defaults::interfaces(class) {
            self.list("interfaces", class.interfaces.iter().map(|name| quoted(name)));
        }
        if class.suid != defaults::suid(class.kind) {
            let _ = match class.suid {
                Some(suid) => writeln!(self.out, "suid = {suid}"),
                None => writeln!(self.out, "suid = \"unknown\""),
            };
        }
        let methods = METHODS.iter().filter(|(_, declared)| declared(class)).map(|(name, _)| quoted(name));
        self.list_unless_empty("methods", methods);
        self.list_unless_empty("fields", class.fields.iter().map(field));
        if let Some(fields) = &class.serial_fields {
            self.list("serialFields", fields.iter().map(field));
        }
        self.list_unless_empty("constants", class.constants.iter().map(constant));
        if let Some(layout) = &class.layout {
            self.text("layout", layout);
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.out, "{key} = {}", quoted(value));
    }

    fn flag(&mut self, key: &str, value: bool, default: bool) {
        if value != default {
            let _ = writeln!(self.out, "{key} = {value}");
        }
    }

    fn list_unless_empty(&mut self, key: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        if !items.is_empty() {
            self.list(key, items.into_iter());
        }
    }

    fn list(&mut self, key: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        let line = format!("{key} = [{}]", items.join(", "));
        if line.chars().count() <= LONGEST_LINE {
            self.out.push_str(&line);
            self.out.push('\n');
            return;
        }
        let _ = writeln!(self.out, "{key} = [");
        for item in items {
            let _ = writeln!(self.out, "    {item},");
        }
        self.out.push_str("]\n");
    }
}

type Declares = fn(&Class) -> bool;

/// Methods that change how a class is serialized, and whether it declares them.
pub(super) const METHODS: [(&str, Declares); 4] = [
    ("writeObject", |class| class.has_write_object),
    ("readObject", |class| class.has_read_object),
    ("writeReplace", |class| class.has_write_replace),
    ("readResolve", |class| class.has_read_resolve),
];

pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Class => "class",
        Kind::Enum => "enum",
        Kind::Interface => "interface",
        Kind::Record => "record",
    }
}

fn field(field: &Field) -> String {
    let Field { descriptor, name } = field;
    match types::source(descriptor) {
        // What stands behind the first space is the name, whatever is in it.
        Some(source) if super::read::splits(&format!("{source} {name}")) == Some((&source, name)) => {
            quoted(&format!("{source} {name}"))
        }
        _ => format!("{{ descriptor = {}, name = {} }}", quoted(descriptor), quoted(name)),
    }
}

fn constant(constant: &Constant) -> String {
    let Constant { name, body } = constant;
    let text = match body {
        None => name.clone(),
        Some(body) => format!("{name} = {body}"),
    };
    match (super::read::constant_of(&text), body) {
        (same, _) if same == *constant => quoted(&text),
        (_, None) => format!("{{ name = {} }}", quoted(name)),
        (_, Some(body)) => format!("{{ name = {}, body = {} }}", quoted(name), quoted(body)),
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for unit in text.chars() {
        match unit {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            unit if unit.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(unit));
            }
            unit => out.push(unit),
        }
    }
    out.push('"');
    out
}
