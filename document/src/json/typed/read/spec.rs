//! The classes that typed JSON speaks of.

use std::collections::HashMap;
use std::rc::Rc;

use crate::definition::{Kind as ClassKind, parse_item};
use crate::json::slots::{level_and_name, names_of};
use crate::json::typed::classes::builtin_by_label;
use crate::json::{JsonError, Kind, Node, push_segment};
use crate::writer::Writer;

/// The classes of an attribute.
#[derive(Default)]
pub(super) struct Classes<'t> {
    list: Vec<Spec<'t>>,
    labels: HashMap<String, usize>,
}

/// What is said of a class.
struct Spec<'t> {
    name: String,
    kind: ClassKind,
    named: bool,
    java: Option<(u8, i64)>,
    superclass: Option<Superclass>,
    items: Vec<std::borrow::Cow<'t, str>>,
    slots: Option<Rc<[String]>>,
    /// The number of its definition, once that is written.
    number: Option<u32>,
}

#[derive(Clone, Copy)]
enum Superclass {
    Builtin(u16),
    Class(usize),
}

impl<'t> Classes<'t> {
    pub(super) fn position(&self, label: &str) -> Option<usize> {
        self.labels.get(label).copied()
    }

    /// Its kind, and whether its values name their slots.
    pub(super) fn kind(&self, class: usize) -> Option<(ClassKind, bool)> {
        self.list.get(class).map(|class| (class.kind, class.named))
    }

    /// The names of its slots.
    pub(super) fn slots(&mut self, class: usize) -> Rc<[String]> {
        let Some(spec) = self.list.get(class) else { return Rc::from([]) };
        if let Some(slots) = &spec.slots {
            return Rc::clone(slots);
        }
        let items: Vec<(u32, &str)> =
            spec.items.iter().filter_map(|item| level_and_name(parse_item(item))).collect();
        let names: Rc<[String]> = names_of(&items, |level| self.class_at(class, level)).into();
        if let Some(spec) = self.list.get_mut(class) {
            spec.slots = Some(Rc::clone(&names));
        }
        names
    }

    /// The name of the class so many levels up.
    fn class_at(&self, class: usize, level: u32) -> Option<&str> {
        let mut spec = self.list.get(class)?;
        for _ in 0..level {
            spec = match spec.superclass? {
                Superclass::Class(class) => self.list.get(class)?,
                Superclass::Builtin(_) => return None,
            };
        }
        Some(&spec.name)
    }

    /// Writes the HEAD of a class: its number, or at its first use the definition.
    pub(super) fn head(&mut self, class: usize, writer: &mut Writer<'_>) {
        let mut open = Vec::new();
        let mut next = class;
        while let Some(spec) = self.list.get_mut(next) {
            if let Some(number) = spec.number {
                writer.head_known(number);
                break;
            }
            let items = u32::try_from(spec.items.len()).unwrap_or(u32::MAX);
            spec.number = Some(writer.begin_definition(spec.kind, spec.named, spec.java, &spec.name, items));
            open.push(next);
            match spec.superclass {
                None => writer.nil(),
                Some(Superclass::Builtin(number)) => writer.head_builtin(number),
                Some(Superclass::Class(class)) => {
                    next = class;
                    continue;
                }
            }
            break;
        }
        for item in open.iter().rev().filter_map(|class| self.list.get(*class)).flat_map(|spec| &spec.items) {
            writer.item(0, item, "");
        }
    }
}

/// Reads what typed JSON says of classes.
pub(super) fn read_classes<'t>(json: Node<'t>, path: &str) -> Result<Classes<'t>, JsonError> {
    let mut classes = Classes::default();
    for (position, (label, _)) in json.entries().enumerate() {
        classes.labels.insert(label.into_owned(), position);
    }
    for (label, class) in json.entries() {
        let mut path = path.to_owned();
        push_segment(&mut path, &label);
        classes.list.push(read_class(class, &label, &classes.labels, &path)?);
    }
    Ok(classes)
}

fn read_class<'t>(
    json: Node<'t>,
    label: &str,
    labels: &HashMap<String, usize>,
    path: &str,
) -> Result<Spec<'t>, JsonError> {
    const KEYS: [&str; 8] = ["name", "kind", "named", "flags", "suid", "super", "slots", "interfaces"];
    let bad = |what: String| JsonError::value(path, what);
    if let Some((key, _)) = json.entries().find(|(key, _)| !KEYS.contains(&key.as_ref())) {
        return Err(bad(format!("\"{key}\" is not expected here")));
    }
    let text = |key: &str| json.get(key).map(|node| node.as_str().ok_or(key.to_owned())).transpose();
    let wrong = |key: String| bad(format!("\"{key}\" is not what it should be"));
    let kind = match text("kind").map_err(wrong)?.as_deref() {
        None | Some("bean") => ClassKind::Bean,
        Some("enum") => ClassKind::Enum,
        Some("proxy") => ClassKind::Proxy,
        Some("array") => ClassKind::Array,
        Some(_) => return Err(bad("a class is of the kind bean, enum, proxy or array".into())),
    };
    let flags = json.get("flags").map(|flags| flags.number().and_then(|flags| flags.parse::<u8>().ok()));
    let suid = json.get("suid").map(Node::as_i64);
    let java = match (flags, suid) {
        (None, None) => None,
        (Some(Some(flags)), Some(Some(suid))) => Some((flags, suid)),
        _ => {
            return Err(bad("\"flags\", a number of 8 bits, and \"suid\", one of 64, stand together".into()));
        }
    };
    let superclass = match text("super").map_err(wrong)? {
        None => None,
        Some(label) => Some(match labels.get(label.as_ref()) {
            Some(class) => Superclass::Class(*class),
            None => match builtin_by_label(&label) {
                Some(row) => Superclass::Builtin(row.number),
                None => {
                    return Err(bad(format!(
                        "the class {label} is neither built in nor one of \"$classes\""
                    )));
                }
            },
        }),
    };
    let items = json.get(if kind == ClassKind::Proxy { "interfaces" } else { "slots" });
    let items = match items {
        None => Vec::new(),
        Some(items) if items.kind() == Kind::Array => {
            let texts: Option<Vec<_>> = items.elements().map(Node::as_str).collect();
            texts.ok_or_else(|| bad("slots and interfaces are strings".into()))?
        }
        Some(_) => return Err(bad("slots and interfaces are an array of strings".into())),
    };
    let name = match text("name").map_err(wrong)? {
        Some(name) => name.into_owned(),
        None => label.to_owned(),
    };
    let named = match json.get("named") {
        None => false,
        Some(named) => named.as_bool().ok_or_else(|| wrong("named".into()))?,
    };
    Ok(Spec { name, kind, named, java, superclass, items, slots: None, number: None })
}
