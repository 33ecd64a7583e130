//! The `serialVersionUID` of a class that declares none: Java Object Serialization Specification, section 4.6.

use sha1::{Digest, Sha1};

/// What the hash is over, as the class file has it: texts are modified UTF-8, names of classes have slashes.
#[derive(Debug, Default)]
pub(super) struct Members<'a> {
    pub(super) name: &'a [u8],
    /// As `Class.getModifiers` gives them: those of a nested class are its declaration's.
    pub(super) modifiers: u16,
    pub(super) interfaces: Vec<&'a [u8]>,
    pub(super) fields: Vec<Member<'a>>,
    pub(super) has_initializer: bool,
    pub(super) constructors: Vec<Member<'a>>,
    pub(super) methods: Vec<Member<'a>>,
}

/// A field, constructor or method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member<'a> {
    pub(super) name: &'a [u8],
    pub(super) descriptor: &'a [u8],
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

/// Computes it. Java's order of texts is that of their UTF-16 units, which the bytes of modified UTF-8 keep.
pub(super) fn compute(mut members: Members<'_>) -> i64 {
    let mut hash = Hash(Sha1::new());
    hash.text(&dotted(members.name));
    hash.modifiers(class_modifiers(&members));

    let mut interfaces: Vec<Vec<u8>> = members.interfaces.iter().map(|name| dotted(name)).collect();
    interfaces.sort();
    interfaces.iter().for_each(|name| hash.text(name));

    // Java sorts by the name alone, and keeps the order of fields that have one name.
    members.fields.sort_by(|a, b| a.name.cmp(b.name));
    for field in &members.fields {
        let modifiers =
            field.modifiers & (PUBLIC | PRIVATE | PROTECTED | STATIC | FINAL | VOLATILE | TRANSIENT);
        if modifiers & PRIVATE == 0 || modifiers & (STATIC | TRANSIENT) == 0 {
            hash.member(field.name, modifiers, field.descriptor);
        }
    }
    if members.has_initializer {
        hash.member(b"<clinit>", STATIC, b"()V");
    }
    members.constructors.sort_by(|a, b| a.descriptor.cmp(b.descriptor));
    members.methods.sort_by(|a, b| (a.name, a.descriptor).cmp(&(b.name, b.descriptor)));
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

fn dotted(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if *byte == b'/' { b'.' } else { *byte }).collect()
}

/// As `DataOutputStream` writes.
struct Hash(Sha1);

impl Hash {
    fn member(&mut self, name: &[u8], modifiers: u16, descriptor: &[u8]) {
        self.text(name);
        self.modifiers(modifiers);
        self.text(descriptor);
    }

    fn modifiers(&mut self, modifiers: u16) {
        self.0.update(u32::from(modifiers).to_be_bytes());
    }

    /// Texts of a class file are never longer than this length can say.
    fn text(&mut self, text: &[u8]) {
        self.0.update((text.len() as u16).to_be_bytes());
        self.0.update(text);
    }
}
