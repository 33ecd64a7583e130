//! What must hold for any bytes.
//!
//! A serializer that reads bytes from outside never panics, never takes more memory than [`most`] allows, and says where the
//! bytes broke. What it did read is a document; and if it writes that document, it reads the same again.

mod memory;

use holdfast_document::{AttributeMap, Limits, check, from_document, json, whole};
use holdfast_sdk::{Failure, Serializer, Settings};

#[path = "../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of serializers")]
mod shop;

#[path = "../../tests/support/extended.rs"]
#[allow(dead_code, reason = "shared with the tests of serializers")]
mod extended;

/// How much memory reading so many bytes may take.
const fn most(bytes: usize) -> usize {
    64 * bytes + (1 << 20)
}

/// The options of Kryo with the names of fields in its bytes.
pub const COMPATIBLE: Options<'static> = &[("compatibleFields", "true")];

/// Names and values of a serializer's options.
pub type Options<'a> = &'a [(&'a str, &'a str)];

/// Holds a serializer with these options to what must hold for any bytes.
pub fn survives<S: Serializer>(options: Options<'_>, bytes: &[u8]) {
    let mut serializer = configured::<S>(options);
    let mut document = Vec::new();
    let (read, peak) = memory::peak(|| serializer.deserialize(bytes, &mut document));
    assert!(peak <= most(bytes.len()), "{peak} bytes of memory for {} of input", bytes.len());
    match read {
        Ok(()) => {}
        Err(Failure::Damaged { offset, text }) => {
            assert!(offset <= bytes.len() as u64, "offset {offset} of {}: {text}", bytes.len());
            return;
        }
        Err(Failure::Unrepresentable { path, .. }) => {
            assert!(path.starts_with('/'), "a path begins with the attribute: {path}");
            return;
        }
        Err(Failure::NotThisFormat(_) | Failure::Limit(_)) => return,
        Err(other) => panic!("bytes gave {other:?}"),
    }
    check(&document, Limits::default())
        .unwrap_or_else(|error| panic!("what was read is no document: {error}"));
    // What nobody but a fuzzer writes may have no way back, but what has one comes back the same.
    let mut stored = Vec::new();
    if serializer.serialize(&document, &mut stored).is_err() {
        return;
    }
    let mut again = Vec::new();
    serializer
        .deserialize(&stored, &mut again)
        .unwrap_or_else(|failure| panic!("what was written cannot be read: {failure}"));
    let mut twice = Vec::new();
    serializer
        .serialize(&again, &mut twice)
        .unwrap_or_else(|failure| panic!("what was read again cannot be written: {failure}"));
    assert!(stored == twice, "written, read and written again it is another session");
}

/// A golden Java stream in the format of another serializer; none where that one refuses it.
pub fn seed<S: Serializer>(options: Options<'_>, java: &[u8]) -> Option<Vec<u8>> {
    let (mut document, mut stored) = (Vec::new(), Vec::new());
    configured::<holdfast_java::Java>(&[]).deserialize(java, &mut document).ok()?;
    configured::<S>(options).serialize(&document, &mut stored).ok()?;
    Some(stored)
}

/// A serializer that knows the classes of the golden files, fresh, so that one run does not depend on the ones before.
fn configured<S: Serializer>(options: Options<'_>) -> S {
    thread_local! {
        static SCHEMA: Vec<u8> = schema();
    }
    let mut serializer = S::default();
    SCHEMA.with(|schema| {
        let settings = Settings { options: options.to_vec(), schema, converters: &[] };
        if let Err(failure) = serializer.configure(&settings) {
            panic!("the options or the schema are refused: {failure}");
        }
    });
    serializer
}

fn schema() -> Vec<u8> {
    let classes: Vec<_> = shop::classes().into_iter().chain(extended::classes()).collect();
    holdfast_schema::compile(&classes).unwrap_or_else(|error| panic!("no schema: {error}"))
}

/// Holds everything that reads documents to what must hold for any bytes. A Java stream stands for the document that it
/// makes: so the sessions of the golden files are seeds here too.
pub fn document(bytes: &[u8]) {
    let mut read = Vec::new();
    let document = match holdfast_java::Java::default().deserialize(bytes, &mut read) {
        Ok(()) => &read,
        Err(_) => bytes,
    };
    let (map, peak) = memory::peak(|| AttributeMap::from_document(document, Limits::default()));
    assert!(peak <= most(document.len()), "{peak} bytes of memory for {} of document", document.len());
    let Ok(mut map) = map else {
        assert!(check(document, Limits::default()).is_err(), "a checked document is refused");
        return;
    };
    assert_eq!(composed(&map), composed(&map.clone()));
    typed_json_is_lossless(document);
    classes_that_extend_collections_stay_in_a_document(document);
    let _ = json::to_plain(document);
    let _ = from_document::<std::collections::BTreeMap<String, serde::de::IgnoredAny>>(document);
    // Attributes come and go, and what stays keeps its content.
    let names: Vec<String> = map.names().map(str::to_owned).collect();
    for name in names.iter().step_by(2) {
        let others: Vec<_> = contents(&map, name);
        if map.remove(name).is_ok() {
            assert!(others == contents(&map, name), "another attribute changed when {name} went");
            composed(&map);
        }
    }
}

fn contents(map: &AttributeMap, except: &str) -> Vec<Option<String>> {
    map.iter()
        .filter(|(name, _)| *name != except)
        .map(|(_, value)| json::value_to_typed(&value.ok()?).ok())
        .collect()
}

fn composed(map: &AttributeMap) -> Vec<u8> {
    let mut document = Vec::new();
    if let Err(error) = map.to_document(None, &mut document) {
        panic!("attributes that were taken make no document: {error}");
    }
    if let Err(error) = check(&document, Limits::default()) {
        panic!("what attributes make is no document: {error}");
    }
    document
}

fn classes_that_extend_collections_stay_in_a_document(document: &[u8]) {
    let still = |made: &[u8]| {
        check(made, Limits::default())
            .unwrap_or_else(|error| panic!("in another form it is no document: {error}"));
    };
    let (mut gathered, mut spread) = (Vec::new(), Vec::new());
    if whole::gather(document, &mut gathered, &mut |_| None) == Ok(true) {
        still(&gathered);
    }
    if whole::spread(document, &mut spread, &mut |_| Ok(())) == Ok(true) {
        still(&spread);
    }
}

fn typed_json_is_lossless(document: &[u8]) {
    let Ok(text) = json::to_typed(document) else { return };
    let tree = json::Tree::parse(text.as_bytes()).unwrap_or_else(|error| panic!("typed JSON: {error}"));
    let again = json::from_typed(tree.root()).unwrap_or_else(|error| panic!("typed JSON: {error}\n{text}"));
    assert_eq!(json::to_typed(&again).ok().as_deref(), Some(text.as_str()));
}

/// Holds what reads JSON to what must hold for any bytes.
pub fn json(bytes: &[u8]) {
    let Ok(tree) = json::Tree::parse(bytes) else { return };
    if let Ok(document) = json::from_typed(tree.root()) {
        check(&document, Limits::default())
            .unwrap_or_else(|error| panic!("typed JSON made no document: {error}"));
        typed_json_is_lossless(&document);
    }
    let mut map = AttributeMap::default();
    if json::merge_plain(&mut map, tree.root(), json::Others::Stay).is_ok() {
        let document = composed(&map);
        // The same once more changes nothing.
        assert_eq!(json::merge_plain(&mut map, tree.root(), json::Others::Stay), Ok(false));
        assert_eq!(document, composed(&map));
    }
}
