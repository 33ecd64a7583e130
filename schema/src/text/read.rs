//! Classes from text.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::table::{Entries, Judge, Value};
use super::{defaults, types, write};
use crate::class::{Class, Constant, Field, Kind, Origin};
use crate::problem::Problem;

const KEYS: [&str; 15] = [
    "kind",
    "from",
    "super",
    "public",
    "final",
    "abstract",
    "serializable",
    "externalizable",
    "interfaces",
    "suid",
    "methods",
    "fields",
    "serialFields",
    "constants",
    "layout",
];

/// Reads the classes of `text`, which stands in `file`.
///
/// # Errors
///
/// Everything that is wrong, in the order of the text.
pub fn read(file: &Path, text: &str) -> Result<Vec<Class>, Vec<Problem>> {
    let mut judge = Judge { file, text, problems: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut classes = Vec::new();
    if errors.is_empty() {
        document(table.get_ref(), &mut classes, &mut judge);
    }
    // What was recovered of a text with errors lacks what stands around them: to judge it would be unjust.
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        judge.problem(at, None, error.message().replace('\n', "; "));
    }
    if judge.problems.is_empty() {
        return Ok(classes);
    }
    judge.problems.sort_by(|a, b| a.place.cmp(&b.place));
    Err(judge.problems)
}

fn document(table: &DeTable<'_>, classes: &mut Vec<Class>, judge: &mut Judge<'_>) {
    for (key, value) in table {
        let name = key.get_ref();
        match value.get_ref().as_table() {
            Some(table) if name == "class" => {
                for (name, value) in table {
                    self::class(name.get_ref(), name.span().start, value, classes, judge);
                }
            }
            _ => {
                let text =
                    format!("'{name}' is not known here; a class is written as [class.\"com.example.Cart\"]");
                judge.problem(key.span().start, None, text);
            }
        }
    }
}

fn class(name: &str, at: usize, value: &Value<'_>, classes: &mut Vec<Class>, judge: &mut Judge<'_>) {
    let Some(table) = value.get_ref().as_table() else {
        let text = format!("is no table; write [class.\"{name}\"], and below what is known of it");
        return judge.problem(value.span().start, Some(name), text);
    };
    if let Err(why) = types::is_class_name(name) {
        return judge.problem(at, None, format!("'{name}' {why}"));
    }
    // Without quotes, the dots of a name are TOML's own, and the package is a table of tables.
    let parts: Vec<String> = path_of(table, name);
    if let Some(full) = parts.first() {
        let text = format!("a name with dots stands in quotes; write [class.\"{full}\"]");
        return judge.problem(at, None, text);
    }
    let entries = Entries { class: name, table };
    for (key, _) in table.iter().filter(|(key, _)| !KEYS.contains(&&**key.get_ref())) {
        let text = format!("'{}' is not known; a class has {}", key.get_ref(), KEYS.join(", "));
        judge.problem(key.span().start, Some(name), text);
    }
    classes.push(Reader { entries, judge }.class());
}

/// The class that is meant where a table holds nothing but a table, down to one that has what classes have.
fn path_of(table: &DeTable<'_>, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in table {
        if let (false, Some(inner)) = (KEYS.contains(&&**key.get_ref()), value.get_ref().as_table()) {
            let name = format!("{name}.{}", key.get_ref());
            let deeper = path_of(inner, &name);
            found.extend(if deeper.is_empty() { vec![name] } else { deeper });
        }
    }
    found
}

struct Reader<'a, 'i, 'j, 't> {
    entries: Entries<'a, 'i>,
    judge: &'j mut Judge<'t>,
}

impl<'a> Reader<'a, '_, '_, '_> {
    /// In the order in which one decides what goes without saying of the next.
    fn class(&mut self) -> Class {
        let constants = self.constants();
        let kind = self.kind(!constants.is_empty());
        let mut class = Class { name: self.entries.class.to_owned(), kind, constants, ..Class::default() };
        class.origin = self.origin();
        class.superclass = self.superclass(kind);
        class.is_public = self.flag("public", true);
        class.is_final = self.flag("final", defaults::is_final(&class));
        class.is_abstract = self.flag("abstract", defaults::is_abstract(kind));
        class.is_serializable = self.flag("serializable", defaults::is_serializable(kind));
        class.is_externalizable = self.flag("externalizable", false);
        class.interfaces = match self.names("interfaces") {
            Some(names) => names,
            None => defaults::interfaces(&class).iter().map(|name| (*name).to_owned()).collect(),
        };
        class.suid = self.suid(kind);
        self.methods(&mut class);
        class.fields = self.fields("fields").unwrap_or_default();
        class.serial_fields = self.fields("serialFields");
        class.layout =
            self.entries.text("layout", "int utf object", self.judge).map(|(text, _)| text.to_owned());
        class
    }

    fn problem(&mut self, at: usize, text: impl Into<String>) {
        self.judge.problem(at, Some(self.entries.class), text);
    }

    fn flag(&mut self, key: &str, default: bool) -> bool {
        self.entries.flag(key, self.judge).unwrap_or(default)
    }

    fn kind(&mut self, constants: bool) -> Kind {
        let default = defaults::kind(constants);
        let Some((text, at)) = self.entries.text("kind", "enum", self.judge) else { return default };
        let kinds = [Kind::Class, Kind::Enum, Kind::Interface, Kind::Record];
        let Some(kind) = kinds.into_iter().find(|kind| write::kind(*kind) == text) else {
            self.problem(at, format!("'{text}' is no kind; there are class, enum, interface and record"));
            return default;
        };
        if constants && kind != Kind::Enum {
            self.problem(at, format!("a class of kind {text} has no constants; write kind = \"enum\""));
        }
        kind
    }

    fn origin(&mut self) -> Origin {
        match self.entries.text("from", "stream", self.judge) {
            None | Some(("class", _)) => Origin::Class,
            Some(("stream", _)) => Origin::Stream,
            Some((text, at)) => {
                self.problem(
                    at,
                    format!("'{text}' is no origin; write \"stream\", or leave it out for class files"),
                );
                Origin::Class
            }
        }
    }

    fn superclass(&mut self, kind: Kind) -> Option<String> {
        match self.entries.text("super", "com.example.Base", self.judge) {
            None => defaults::superclass(kind).map(str::to_owned),
            Some((defaults::OBJECT, _)) => None,
            Some((name, at)) => {
                self.name(name, at);
                Some(name.to_owned())
            }
        }
    }

    fn name(&mut self, name: &str, at: usize) {
        if let Err(why) = types::is_class_name(name) {
            self.problem(at, format!("'{name}' {why}"));
        }
    }

    fn suid(&mut self, kind: Kind) -> Option<i64> {
        let Some((_, value)) = self.entries.get("suid") else { return defaults::suid(kind) };
        let suid = match value.get_ref() {
            DeValue::Integer(number) => {
                if let Ok(suid) = i64::from_str_radix(number.as_str(), number.radix()) {
                    return Some(suid);
                }
                Some(number.to_string())
            }
            DeValue::String(text) if text == "unknown" => return None,
            _ => None,
        };
        let what = suid.map_or_else(
            || "suid is no number".to_owned(),
            |text| format!("suid {text} has more than 64 bits"),
        );
        self.problem(
            value.span().start,
            format!("{what}; write the serialVersionUID, or leave it out if it is unknown"),
        );
        None
    }

    fn methods(&mut self, class: &mut Class) {
        for (name, at) in self.texts("methods", "writeObject") {
            match name {
                "writeObject" => class.has_write_object = true,
                "readObject" => class.has_read_object = true,
                "writeReplace" => class.has_write_replace = true,
                "readResolve" => class.has_read_resolve = true,
                _ => {
                    let known = write::METHODS.map(|(name, _)| name).join(", ");
                    self.problem(
                        at,
                        format!("the method '{name}' does not matter; those that do are {known}"),
                    );
                }
            }
        }
    }

    fn names(&mut self, key: &str) -> Option<Vec<String>> {
        self.entries.get(key)?;
        let texts = self.texts(key, "java.io.Serializable");
        for (name, at) in &texts {
            self.name(name, *at);
        }
        Some(texts.into_iter().map(|(text, _)| text.to_owned()).collect())
    }

    /// The texts of a list.
    fn texts(&mut self, key: &str, example: &str) -> Vec<(&'a str, usize)> {
        let items = self.entries.list(key, example, self.judge).unwrap_or_default();
        let mut texts = Vec::new();
        for item in items {
            let at = item.span().start;
            match item.get_ref() {
                DeValue::String(text) => texts.push((&**text, at)),
                _ => self.judge.problem(
                    at,
                    Some(self.entries.class),
                    format!("{key} has an item that is no text in quotes"),
                ),
            }
        }
        texts
    }

    fn fields(&mut self, key: &str) -> Option<Vec<Field>> {
        const EXAMPLE: &str = "java.util.List items";
        self.entries.get(key)?;
        let items = self.entries.list(key, EXAMPLE, self.judge)?;
        let mut fields: Vec<Field> = Vec::new();
        for item in items {
            let at = item.span().start;
            let field = match item.get_ref() {
                DeValue::String(text) => self.field(text, at),
                DeValue::Table(_) => self.raw_field(item, at),
                _ => {
                    self.problem(at, format!("{key} has an item that is no text; write \"{EXAMPLE}\""));
                    None
                }
            };
            let Some(field) = field else { continue };
            if fields.contains(&field) {
                self.problem(at, format!("the field '{}' is there twice", field.name));
            }
            fields.push(field);
        }
        Some(fields)
    }

    fn field(&mut self, text: &str, at: usize) -> Option<Field> {
        let Some((source, name)) = splits(text) else {
            // Where only one word stands, it is a type if it looks like one.
            let is_type =
                text.contains('.') || types::descriptor(text).is_ok_and(|code| !code.starts_with('L'));
            let cure = if is_type { format!("{text} name") } else { format!("int {text}") };
            self.problem(at, format!("'{text}' is no type and name; write something like '{cure}'"));
            return None;
        };
        match types::descriptor(source) {
            Ok(descriptor) => Some(Field { descriptor, name: name.to_owned() }),
            Err(why) => {
                self.problem(at, format!("the type '{source}' of '{name}' {why}"));
                None
            }
        }
    }

    fn raw_field(&mut self, item: &Value<'_>, at: usize) -> Option<Field> {
        let keys = [("descriptor", true), ("name", true)];
        let [descriptor, name] = self.entries.item(item, keys, self.judge)?;
        let (descriptor, name) = (descriptor?.to_owned(), name?.to_owned());
        if !types::is_descriptor(&descriptor) {
            self.problem(
                at,
                format!(
                    "'{descriptor}' is no descriptor of a type; write it as the JVM does: Ljava/util/List;"
                ),
            );
            return None;
        }
        Some(Field { descriptor, name })
    }

    fn constants(&mut self) -> Vec<Constant> {
        const EXAMPLE: &str = "PLUS = com.example.Op$1";
        let items = self.entries.list("constants", EXAMPLE, self.judge).unwrap_or_default();
        let mut constants: Vec<Constant> = Vec::new();
        for item in items {
            let at = item.span().start;
            let constant = match item.get_ref() {
                DeValue::String(text) => Some(constant_of(text)),
                DeValue::Table(_) => self
                    .entries
                    .item(item, [("name", true), ("body", false)], self.judge)
                    .map(|[name, body]| Constant {
                        name: name.unwrap_or_default().to_owned(),
                        body: body.map(str::to_owned),
                    }),
                _ => {
                    let text = format!(
                        "constants has an item that is no text; write \"RED\", or \"{EXAMPLE}\" for one with a body"
                    );
                    self.problem(at, text);
                    None
                }
            };
            let Some(constant) = constant else { continue };
            if let Some(body) = &constant.body {
                self.name(body, at);
            }
            if constants.iter().any(|other| other.name == constant.name) {
                self.problem(at, format!("the constant '{}' is there twice", constant.name));
            }
            constants.push(constant);
        }
        constants
    }
}

/// Type and name of `long[] badges`.
pub(super) fn splits(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (source, name) = text.split_once(char::is_whitespace)?;
    Some((source, name.trim_start()))
}

/// `RED`, or `PLUS = com.example.Op$1` for one that has a class of its own.
pub(super) fn constant_of(text: &str) -> Constant {
    match text.split_once('=') {
        Some((name, body)) => Constant { name: name.trim().to_owned(), body: Some(body.trim().to_owned()) },
        None => Constant { name: text.trim().to_owned(), body: None },
    }
}
