//! Texts of every length, with a character of each kind at every place: plugins look at them in vectors, which the same code compiled
//! natively does not have, so that each is the other's judge.

use std::collections::BTreeMap;

use holdfast::bench::native;
use holdfast::plugin::{PluginSettings, Plugins};
use holdfast_document::{from_document, to_document};
use holdfast_tests::plugins;

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

#[test]
fn texts_are_the_same_through_wasm_and_natively() {
    let plugins = Plugins::load(&plugins(), &PluginSettings::default()).unwrap();
    for name in ["java", "javolution", "kryo", "kryo1", "msgpack", "xstream"] {
        let plugin = plugins.by_name(name).unwrap();
        let mut native = native::of(plugin).unwrap();
        for odd in ODD {
            let session = session(odd);
            let document = to_document(&session).unwrap();
            let mut out = Vec::new();
            let stored = native.encode(&document, &mut out).is_ok().then_some(out);
            // Not by `assert_eq`, which would print a megabyte.
            assert!(plugin.serialize(&document).ok() == stored, "{name} writes {odd:?} otherwise");
            let stored = stored.unwrap_or_default();
            let mut out = Vec::new();
            let read = native.decode(&stored, &mut out).is_ok().then_some(out);
            assert!(plugin.deserialize(&stored).ok() == read, "{name} reads {odd:?} otherwise");
            let comes_back = read
                .is_some_and(|read| from_document(&read).is_ok_and(|read: BTreeMap<_, _>| read == session));
            assert!(comes_back || !KEPT.contains(&odd), "{name} loses {odd:?}");
        }
    }
}
