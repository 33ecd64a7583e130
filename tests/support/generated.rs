//! Sessions made up for property tests of serializers.

use std::fs;
use std::path::Path;

use holdfast_document::{Number, Width, Writer};
use proptest::prelude::*;

/// The golden files with this ending that are not long.
pub(crate) fn golden(ending: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == ending));
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).filter(|bytes| bytes.len() < 4_000).collect()
}

/// Golden files with a few bytes changed.
pub(crate) fn mutated(ending: &str) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4u8);
    (prop::sample::select(golden(ending)), prop::collection::vec(change, 1..5)).prop_map(
        |(mut bytes, changes)| {
            for (at, byte, how) in changes {
                if bytes.is_empty() {
                    break;
                }
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.remove(at)),
                    _ => bytes[at] = bytes[at].wrapping_add(byte % 3).wrapping_sub(1),
                }
            }
            bytes
        },
    )
}

/// Plain data, as programs that know no Java store it.
#[derive(Debug, Clone)]
pub(crate) enum Plain {
    Nil,
    Bool(bool),
    Int(Number),
    Unsigned(u64),
    F32(u32),
    F64(u64),
    Str(String),
    Bin(Vec<u8>),
    List(Vec<Plain>),
    Map(Vec<(Plain, Plain)>),
}

/// Texts around the lengths at which another way is taken, of characters of all lengths.
pub(crate) fn texts() -> impl Strategy<Value = Plain> {
    let text =
        prop_oneof!["[a-z]{0,70}", "[a-z]{0,20}[é中]{0,3}[a-z]{0,20}", "[a-zé中😀]{0,30}", "[é]{30,70}"];
    prop::collection::vec(text.prop_map(Plain::Str), 0..6).prop_map(Plain::List)
}

impl Plain {
    /// `read` writes it as it comes back from Java: numbers have types then.
    pub(crate) fn write(&self, doc: &mut Writer<'_>, read: bool) {
        match self {
            Self::Nil => doc.nil(),
            Self::Bool(value) => doc.bool(*value),
            Self::Int(Number { value, width: Width::Untyped }) if read => {
                let width = if i32::try_from(*value).is_ok() { Width::Int } else { Width::Long };
                doc.number(Number { value: *value, width });
            }
            Self::Int(number) => doc.number(*number),
            Self::Unsigned(value) if read => doc.big_integer(&[&[0][..], &value.to_be_bytes()].concat()),
            Self::Unsigned(value) => doc.unsigned(*value),
            Self::F32(bits) => doc.f32(f32::from_bits(*bits)),
            Self::F64(bits) => doc.f64(f64::from_bits(*bits)),
            Self::Str(text) => doc.str(text),
            Self::Bin(bytes) => doc.bin(bytes),
            Self::List(list) => {
                doc.array(list.len() as u32);
                list.iter().for_each(|value| value.write(doc, read));
            }
            Self::Map(map) => {
                doc.map(map.len() as u32);
                for (key, value) in map {
                    key.write(doc, read);
                    value.write(doc, read);
                }
            }
        }
    }
}

/// Any plain data.
pub(crate) fn plain() -> impl Strategy<Value = Plain> {
    let number = prop_oneof![
        any::<i64>().prop_map(|value| Number { value, width: Width::Untyped }),
        any::<i64>().prop_map(|value| Number { value, width: Width::Long }),
        any::<i32>().prop_map(|value| Number { value: value.into(), width: Width::Int }),
        any::<i32>().prop_map(|value| Number { value: value.into(), width: Width::Untyped }),
        any::<i16>().prop_map(|value| Number { value: value.into(), width: Width::Short }),
        any::<i8>().prop_map(|value| Number { value: value.into(), width: Width::Byte }),
        any::<i8>().prop_map(|value| Number { value: value.into(), width: Width::Untyped }),
    ];
    let leaf = prop_oneof![
        Just(Plain::Nil),
        any::<bool>().prop_map(Plain::Bool),
        number.prop_map(Plain::Int),
        (i64::MAX as u64 + 1..).prop_map(Plain::Unsigned),
        any::<u32>().prop_map(Plain::F32),
        any::<u64>().prop_map(Plain::F64),
        any::<String>().prop_map(Plain::Str),
        "[a-z ]{0,70}".prop_map(Plain::Str),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Plain::Bin),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Plain::List),
            prop::collection::vec((inner.clone(), inner), 0..8).prop_map(Plain::Map),
        ]
    })
}

/// A document of these attributes.
pub(crate) fn document(attributes: &[(String, Plain)], read: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut doc = Writer::document(&mut bytes, attributes.len() as u32);
    for (name, value) in attributes {
        doc.attribute(name);
        value.write(&mut doc, read);
    }
    doc.end();
    bytes
}
