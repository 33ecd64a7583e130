//! Classes of an application that extend collections, maps and dates, as the class files of
//! `tests/jvm/core/src/main/java/com/example/cases` say them, and sessions of them.

use std::fs;
use std::path::Path;

use holdfast_schema::{Class, Field, compile};
use holdfast_sdk::{Failure, Serializer, Settings};

/// A session as the real library stored it.
pub(crate) fn stored(case: &str, format: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/extended");
    fs::read(folder.join(format!("{case}.{format}"))).unwrap()
}

/// A serializer that knows the classes.
pub(crate) fn with_schema<S: Serializer>(options: &[(&'static str, &'static str)]) -> S {
    let mut serializer = S::default();
    let settings = Settings { schema: &schema(), options: options.to_vec(), ..Settings::default() };
    serializer.configure(&settings).unwrap();
    serializer
}

/// From the bytes of one format to those of another.
pub(crate) fn transcode<From: Serializer, To: Serializer>(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let (mut document, mut out) = (Vec::new(), Vec::new());
    with_schema::<From>(&[]).deserialize(bytes, &mut document)?;
    holdfast_document::check(&document, holdfast_document::Limits::default()).unwrap();
    with_schema::<To>(&[]).serialize(&document, &mut out)?;
    Ok(out)
}

fn class(name: &str, superclass: &str, suid: i64, fields: &[(&str, &str)]) -> Class {
    let field = |(descriptor, name): &(&str, &str)| Field {
        descriptor: (*descriptor).to_owned(),
        name: (*name).to_owned(),
    };
    Class {
        name: format!("com.example.cases.{name}"),
        superclass: Some(superclass.to_owned()),
        is_public: true,
        is_serializable: true,
        suid: Some(suid),
        fields: fields.iter().map(field).collect(),
        ..Class::default()
    }
}

/// A compiled schema of the classes.
fn schema() -> Vec<u8> {
    compile(&classes()).unwrap()
}

/// The classes.
pub(crate) fn classes() -> Vec<Class> {
    let tagged: &[(&str, &str)] = &[("Ljava/lang/String;", "tag"), ("I", "weight")];
    let label: &[(&str, &str)] = &[("Ljava/lang/String;", "label")];
    vec![
        class("Extended$Cart", "java.util.ArrayList", 1, &[]),
        class("Extended$Basket", "com.example.cases.Extended$Cart", 2, &[]),
        class("Extended$SortedSettings", "java.util.TreeMap", 14, &[]),
        class("Extended$Day", "java.util.Date", 23, &[]),
        class("Customs$Tagged", "java.util.ArrayList", 1, tagged),
        class("Customs$Moment", "java.util.Date", 5, label),
    ]
}
