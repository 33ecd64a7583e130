//! All classes that were found, and what follows from them together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::class_file::ClassFile;
use super::jdk::{self, Nature};
use crate::class::{Class, Field, Origin};
use crate::problem::{Place, Problem};

/// A class, and where it was found.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) class: Class,
    pub(super) place: Place,
    /// Whether nothing is left to be found out.
    pub(super) is_complete: bool,
    /// Whether it is the application's own, and not a library's.
    pub(super) is_own: bool,
    pub(super) suid: Option<i64>,
    pub(super) unknown: Vec<String>,
}

impl Known {
    pub(super) fn of_file(file: ClassFile, place: Place, is_own: bool) -> Self {
        let ClassFile { class, suid, unknown } = file;
        Self { class, place, is_complete: false, is_own, suid, unknown }
    }

    pub(super) fn complete(class: Class, place: Place) -> Self {
        Self { class, place, is_complete: true, is_own: true, suid: None, unknown: Vec::new() }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.class == other.class && self.suid == other.suid && self.is_complete == other.is_complete
    }

    /// Whether it is left out where the other one is known.
    fn yields_to(&self, other: &Self) -> bool {
        let library = |known: &Self| known.class.origin == Origin::Class && !known.is_own;
        match (self.class.origin, other.class.origin) {
            (Origin::Stream, Origin::Class) => true,
            // A servlet container takes its own classes before those of its libraries.
            (Origin::Class, Origin::Class) => {
                self.place.file == other.place.file && library(self) && other.is_own
            }
            _ => false,
        }
    }
}

/// Classes by name. Where the sources do not agree, there are several.
#[derive(Debug, Default)]
pub(super) struct Classes {
    by_name: BTreeMap<String, Vec<Known>>,
    /// Serializability of classes, as far as it was found out.
    natures: HashMap<String, Nature>,
}

impl Classes {
    pub(super) fn add(&mut self, known: Known) {
        let found = self.by_name.entry(known.class.name.clone()).or_default();
        if let Some(same) = found.iter_mut().find(|other| other.says_the_same(&known)) {
            same.is_own |= known.is_own;
            return;
        }
        if found.iter().any(|other| known.yields_to(other)) {
            return;
        }
        found.retain(|other| !other.yields_to(&known));
        found.push(known);
    }

    /// Finds out which classes are serializable, and so have a `serialVersionUID`.
    pub(super) fn complete(&mut self) {
        let jdk = jdk::natures();
        let names: Vec<String> = self.by_name.keys().cloned().collect();
        for name in &names {
            self.nature(name, &jdk);
        }
        for known in self.by_name.values_mut().flatten().filter(|known| !known.is_complete) {
            let class = &mut known.class;
            let nature = self.natures.get(&class.name).copied().unwrap_or_default();
            (class.is_serializable, class.is_externalizable) = (nature.serializable, nature.externalizable);
            class.suid = known.suid.filter(|_| nature.serializable);
            (known.is_complete, known.suid) = (true, None);
        }
        // A schema that was made of class files says the same as they do, which shows only now.
        for found in self.by_name.values_mut().filter(|found| found.len() > 1) {
            let mut kept: Vec<Known> = Vec::new();
            for known in found.drain(..) {
                if !kept.iter().any(|other| other.says_the_same(&known)) {
                    kept.push(known);
                }
            }
            *found = kept;
        }
    }

    /// Supertypes first, without calls in each other; a circle of supertypes ends where it closes.
    fn nature(&mut self, name: &str, jdk: &HashMap<&'static str, Nature>) {
        let mut todo = vec![(name.to_owned(), false)];
        let mut begun = BTreeSet::new();
        while let Some((name, supertypes_are_known)) = todo.pop() {
            if self.natures.contains_key(&name) {
                continue;
            }
            let Some(known) = self.by_name.get(&name).and_then(|found| found.first()) else {
                self.natures.insert(name.clone(), jdk.get(&*name).copied().unwrap_or_default());
                continue;
            };
            let supertypes = known.class.superclass.iter().chain(&known.class.interfaces);
            if !supertypes_are_known && begun.insert(name.clone()) {
                let before: Vec<_> = supertypes.map(|name| (name.clone(), false)).collect();
                todo.push((name, true));
                todo.extend(before);
                continue;
            }
            let of_supertypes = supertypes
                .filter_map(|name| self.natures.get(name).copied())
                .fold(Nature::default(), Nature::or);
            let told = Nature {
                serializable: known.class.is_serializable,
                externalizable: known.class.is_externalizable,
            };
            // Somebody may give the JDK's own classes.
            let of_jdk = jdk.get(&*name).copied().unwrap_or_default();
            self.natures.insert(name, of_supertypes.or(told).or(of_jdk));
        }
    }

    /// The class of this name, where there is just one.
    pub(super) fn get(&self, name: &str) -> Option<&Known> {
        self.by_name.get(name)?.first()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.by_name.values().filter_map(|found| found.first())
    }

    /// The names of classes that sessions may hold, and of those that serializers must know because of them.
    ///
    /// They are the application's own, whatever they are, and of libraries those that are serializable; the classes that
    /// they extend; and the types of their fields, with what these need in turn. Only the own ones that are not
    /// serializable, the most of which are services and will never be in a session, do not bring the fields of the
    /// libraries' classes in.
    pub(super) fn wanted(&self) -> BTreeSet<String> {
        let mut wanted = BTreeSet::new();
        let mut todo = Vec::new();
        for known in self.iter() {
            let class = &known.class;
            if known.is_own || class.is_serializable && class.kind != crate::Kind::Interface {
                todo.push((class.name.as_str(), class.is_serializable));
            }
        }
        // Those whose fields count are looked at first, so that a class is seen once.
        todo.sort_by_key(|(_, deep)| *deep);
        while let Some((name, deep)) = todo.pop() {
            let Some(known) = self.get(name) else { continue };
            if !wanted.insert(name.to_owned()) {
                continue;
            }
            let class = &known.class;
            todo.extend(
                class
                    .superclass
                    .iter()
                    .map(|name| (name.as_str(), deep))
                    .filter(|(name, _)| !wanted.contains(*name)),
            );
            if !(deep || known.is_own) {
                continue;
            }
            let fields = class.fields.iter().chain(class.serial_fields.iter().flatten());
            for name in fields.filter_map(class_of) {
                if let Some((name, _)) = self.by_name.get_key_value(&name) {
                    todo.push((name, deep));
                }
            }
        }
        wanted
    }

    /// Classes of these names of which two sources say different things.
    pub(super) fn conflicts(&self, wanted: impl Fn(&str) -> bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, found) in self.by_name.iter().filter(|(name, _)| wanted(name)) {
            if let [first, others @ ..] = found.as_slice() {
                problems.extend(others.iter().map(|other| Problem {
                    place: other.place.clone(),
                    class: Some(name.clone()),
                    text: format!("is another version of it than in {}; leave one of them out", first.place),
                }));
            }
        }
        problems
    }

    /// The classes of these names, and what could not be found out about them.
    pub(super) fn take(self, wanted: impl Fn(&str) -> bool) -> (Vec<Class>, Vec<Problem>) {
        let mut classes = Vec::new();
        let mut unknown = Vec::new();
        for (_, found) in self.by_name.into_iter().filter(|(name, _)| wanted(name)) {
            let Some(known) = found.into_iter().next() else { continue };
            for what in known.unknown {
                let class = Some(known.class.name.clone());
                let text = format!("{what}, so the schema does not know it; write it there by hand");
                unknown.push(Problem { place: known.place.clone(), class, text });
            }
            classes.push(known.class);
        }
        (classes, unknown)
    }
}

/// The name of the class that a field's type is made of.
fn class_of(field: &Field) -> Option<String> {
    let name = field.descriptor.trim_start_matches('[').strip_prefix('L')?.strip_suffix(';')?;
    Some(name.replace('/', "."))
}
