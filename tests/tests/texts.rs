//! Texts of every length, with a character of each kind at every place: plugins look at them in vectors, which the same code compiled
//! natively does not have, so that each is the other's judge.

use std::collections::BTreeMap;

use holdfast::plugin::{Plugin, PluginSettings, Plugins};
use holdfast_document::{from_document, to_document};
use holdfast_java::Java;
use holdfast_javolution::Javolution;
use holdfast_kryo::Kryo;
use holdfast_kryo1::Kryo1;
use holdfast_msgpack::Msgpack;
use holdfast_sdk::{Failure, Serializer, Settings};
use holdfast_tests::plugins;
use holdfast_xstream::Xstream;

/// Longer than a loop takes at once.
const LONGEST: usize = 70;

/// A character for each way of being written, and those at the borders between them.
const ODD: [&str; 9] = ["\0", "\t", "<", "\u{7f}", "é", "€", "\u{d7ff}", "\u{ffff}", "😀"];

/// Those that every format keeps.
const KEPT: [&str; 5] = ["\t", "<", "é", "€", "😀"];

/// Texts of ASCII of each length with the odd one at each place, as an attribute.
fn session(odd: &str) -> BTreeMap<String, Vec<String>> {
    let ascii: String = ('a'..='z').cycle().take(LONGEST).collect();
    let texts = (0..=LONGEST)
        .flat_map(|len| (0..=len).map(move |at| (len, at)))
        .map(|(len, at)| [&ascii[..at], odd, &ascii[at..len]].concat());
    BTreeMap::from([("texts".to_owned(), texts.collect())])
}

fn native(work: impl FnOnce(&mut Vec<u8>) -> Result<(), Failure>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    work(&mut out).is_ok().then_some(out)
}

fn judge<S: Serializer>(plugin: &Plugin) {
    let mut serializer = S::default();
    serializer.configure(&Settings { options: Vec::new(), schema: &[], converters: &[] }).unwrap();
    let name = &plugin.description().name;
    for odd in ODD {
        let session = session(odd);
        let document = to_document(&session).unwrap();
        let stored = native(|out| serializer.serialize(&document, out));
        // Not by `assert_eq`, which would print a megabyte.
        assert!(plugin.serialize(&document).ok() == stored, "{name} writes {odd:?} otherwise");
        let read = stored.as_ref().and_then(|stored| native(|out| serializer.deserialize(stored, out)));
        let through_wasm = stored.and_then(|stored| plugin.deserialize(&stored).ok());
        assert!(through_wasm == read, "{name} reads {odd:?} otherwise");
        let comes_back =
            read.is_some_and(|read| from_document(&read).is_ok_and(|read: BTreeMap<_, _>| read == session));
        assert!(comes_back || !KEPT.contains(&odd), "{name} loses {odd:?}");
    }
}

#[test]
fn texts_are_the_same_through_wasm_and_natively() {
    let plugins = Plugins::load(&plugins(), &PluginSettings::default()).unwrap();
    let plugin = |name: &str| plugins.by_name(name).unwrap();
    judge::<Java>(plugin("java"));
    judge::<Javolution>(plugin("javolution"));
    judge::<Kryo>(plugin("kryo"));
    judge::<Kryo1>(plugin("kryo1"));
    judge::<Msgpack>(plugin("msgpack"));
    judge::<Xstream>(plugin("xstream"));
}
