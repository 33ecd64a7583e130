//! Classes of the JDK that no schema knows: what other formats write of them is what their descriptors list.

use holdfast_schema::{Class, Field, Kind};

use crate::classes;
use crate::stream::sc;

/// A class of our table.
pub(super) fn class(name: &str) -> Option<Class> {
    let id = classes::by_name(name.as_bytes())?;
    let row = classes::class(id)?;
    let field =
        |(descriptor, name): (&str, &str)| Field { descriptor: descriptor.to_owned(), name: name.to_owned() };
    Some(Class {
        name: name.to_owned(),
        kind: Kind::Class,
        superclass: classes::superclass(id).and_then(classes::class).map(|above| above.name.to_owned()),
        is_serializable: row.flags & sc::SERIALIZABLE != 0,
        has_write_object: row.flags & sc::WRITE_METHOD != 0,
        suid: Some(row.suid),
        fields: row.typed_fields().map(field).collect(),
        ..Class::default()
    })
}

/// Whether Java cannot read a value of the class without its fields.
pub(super) fn is_of_its_fields(class: &str) -> bool {
    matches!(class, "java.net.InetAddress" | "java.net.Inet6Address")
}

/// Of a collection, map or date of which documents tell what the method writes: nothing that is known without.
pub(super) fn told(class: &str) -> Option<&'static [u8]> {
    let number = holdfast_document::builtin::by_class(class)?.number;
    holdfast_document::whole::streamed(number).any(|slot| slot == (0, "*")).then_some(&[])
}

/// What the `writeObject` method of a class writes behind the fields, where that is always the same.
pub(super) fn data(class: &str) -> Option<&'static [u8]> {
    match class {
        "java.lang.Throwable" | "java.net.InetAddress" | "java.net.Inet6Address" | "java.util.Random" => {
            Some(&[])
        }
        // `File.separatorChar`.
        "java.io.File" => Some(&[0, b'/']),
        _ => None,
    }
}
