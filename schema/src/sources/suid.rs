//! The `serialVersionUID` of a class that declares none: Java Object Serialization Specification, section 4.6.

use std::cmp::Ordering;

use cesu8::to_java_cesu8;
use sha1::{Digest, Sha1};

/// What the hash is over. Names of classes have slashes, as in class files.
#[derive(Debug, Default)]
pub(super) struct Members<'a> {
    pub(super) name: &'a str,
    /// As `Class.getModifiers` gives them: those of a nested class are its declaration's.
    pub(super) modifiers: u16,
    pub(super) interfaces: Vec<&'a str>,
    pub(super) fields: Vec<Member<'a>>,
    pub(super) has_initializer: bool,
    pub(super) constructors: Vec<Member<'a>>,
    pub(super) methods: Vec<Member<'a>>,
}

/// A field, constructor or method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) descriptor: &'a str,
    pub(super) modifiers: u16,
}

pub(super) mod modifier {
    pub(crate) const PUBLIC: u16 = 0x0001;
    pub(crate) const PRIVATE: u16 = 0x0002;
    pub(crate) const PROTECTED: u16 = 0x0004;
    pub(crate) const STATIC: u16 = 0x0008;
    pub(crate) const FINAL: u16 = 0x0010;
    pub(crate) const SYNCHRONIZED: u16 = 0x0020;
    pub(crate) const VOLATILE: u16 = 0x0040;
    pub(crate) const TRANSIENT: u16 = 0x0080;
    pub(crate) const NATIVE: u16 = 0x0100;
    pub(crate) const INTERFACE: u16 = 0x0200;
    pub(crate) const ABSTRACT: u16 = 0x0400;
    pub(crate) const STRICT: u16 = 0x0800;
}

use modifier::{
    ABSTRACT, FINAL, INTERFACE, NATIVE, PRIVATE, PROTECTED, PUBLIC, STATIC, STRICT, SYNCHRONIZED, TRANSIENT,
    VOLATILE,
};

/// Computes it.
pub(super) fn compute(mut members: Members<'_>) -> i64 {
    let mut hash = Hash(Sha1::new());
    hash.text(&dotted(members.name));
    hash.modifiers(class_modifiers(&members));

    let mut interfaces: Vec<String> = members.interfaces.iter().map(|name| dotted(name)).collect();
    interfaces.sort_by(|a, b| java_order(a, b));
    interfaces.iter().for_each(|name| hash.text(name));

    // Java sorts by the name alone, and keeps the order of fields that have one name.
    members.fields.sort_by(|a, b| java_order(a.name, b.name));
    for field in &members.fields {
        let modifiers =
            field.modifiers & (PUBLIC | PRIVATE | PROTECTED | STATIC | FINAL | VOLATILE | TRANSIENT);
        if modifiers & PRIVATE == 0 || modifiers & (STATIC | TRANSIENT) == 0 {
            hash.member(field.name, modifiers, field.descriptor);
        }
    }
    if members.has_initializer {
        hash.member("<clinit>", STATIC, "()V");
    }
    members.constructors.sort_by(|a, b| java_order(a.descriptor, b.descriptor));
    members
        .methods
        .sort_by(|a, b| java_order(a.name, b.name).then_with(|| java_order(a.descriptor, b.descriptor)));
    for method in members.constructors.iter().chain(&members.methods) {
        let modifiers = method.modifiers
            & (PUBLIC | PRIVATE | PROTECTED | STATIC | FINAL | SYNCHRONIZED | NATIVE | ABSTRACT | STRICT);
        if modifiers & PRIVATE == 0 {
            hash.member(method.name, modifiers, &dotted(method.descriptor));
        }
    }
    let digest = hash.0.finalize();
    digest.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes))
}

/// Compilers do not agree on whether an interface is abstract.
fn class_modifiers(members: &Members<'_>) -> u16 {
    let modifiers = members.modifiers & (PUBLIC | FINAL | INTERFACE | ABSTRACT);
    match modifiers & INTERFACE {
        0 => modifiers,
        _ if members.methods.is_empty() => modifiers & !ABSTRACT,
        _ => modifiers | ABSTRACT,
    }
}

fn dotted(name: &str) -> String {
    name.replace('/', ".")
}

/// Java compares texts by their UTF-16 units.
fn java_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() || b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// As `DataOutputStream` writes.
struct Hash(Sha1);

impl Hash {
    fn member(&mut self, name: &str, modifiers: u16, descriptor: &str) {
        self.text(name);
        self.modifiers(modifiers);
        self.text(descriptor);
    }

    fn modifiers(&mut self, modifiers: u16) {
        self.0.update(u32::from(modifiers).to_be_bytes());
    }

    /// Texts of a class file are never longer than this length can say.
    fn text(&mut self, text: &str) {
        let text = to_java_cesu8(text);
        self.0.update((text.len() as u16).to_be_bytes());
        self.0.update(&text);
    }
}
