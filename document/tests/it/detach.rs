//! Attributes that share objects: whichever of them goes, the others keep their content.

use crate::graph::{Graph, Random, Size};
use crate::picture::{picture, picture_of_value};
use holdfast_document::{AttributeMap, Limits, check, check_value};
use proptest::prelude::*;

fn sizes() -> impl Strategy<Value = Size> {
    (any::<u64>(), 0usize..14, 1usize..6, 1usize..6).prop_map(|(seed, nodes, attributes, classes)| Size {
        seed,
        nodes,
        attributes,
        classes,
    })
}

fn map(document: &[u8]) -> AttributeMap {
    AttributeMap::from_document(document, Limits::default()).unwrap()
}

fn document(map: &AttributeMap) -> Vec<u8> {
    let mut out = Vec::new();
    map.to_document(None, &mut out).unwrap();
    check(&out, Limits::default()).unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_goes_through_the_map_unchanged(size in sizes(), seed: u64) {
        let bytes = Graph::random(size).write(seed);
        check(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(document(&map(&bytes)), bytes);
    }

    #[test]
    fn whatever_is_left_out_the_rest_keeps_its_content(size in sizes(), seed: u64, kept: u8) {
        let graph = Graph::random(size);
        let bytes = graph.write(seed);
        let names: Vec<String> =
            graph.names().into_iter().enumerate().filter(|(n, _)| kept >> n & 1 == 1).map(|(_, name)| name).collect();
        let keep = |name: &str| names.iter().any(|kept| kept == name);
        let whole = map(&bytes);
        let mut filtered = Vec::new();
        whole.to_document(Some(&keep), &mut filtered).unwrap();
        check(&filtered, Limits::default()).unwrap();
        prop_assert_eq!(picture(&filtered, &names), picture(&bytes, &names));
        prop_assert_eq!(document(&whole), bytes, "the map itself is as it was");
    }

    #[test]
    fn attributes_removed_one_by_one_leave_the_rest_as_it_was(size in sizes(), seed: u64) {
        let graph = Graph::random(size);
        let bytes = graph.write(seed);
        let mut names = graph.names();
        let mut map = map(&bytes);
        let mut random = Random(seed);
        while !names.is_empty() {
            let gone = names.swap_remove(random.below(names.len()));
            prop_assert!(map.remove(&gone).unwrap());
            prop_assert_eq!(picture(&document(&map), &names), picture(&bytes, &names));
        }
        prop_assert!(map.is_empty());
    }

    #[test]
    fn attributes_replaced_one_by_one_leave_the_rest_as_it_was(size in sizes(), seed: u64) {
        let graph = Graph::random(size);
        let bytes = graph.write(seed);
        let other = map(&Graph::random(Size { seed: size.seed ^ 1, ..size }).write(seed));
        let mut names = graph.names();
        let mut map = map(&bytes);
        let mut random = Random(seed);
        while !names.is_empty() {
            let gone = names.swap_remove(random.below(names.len()));
            let value = other.get(&gone).unwrap().unwrap();
            map.set(&gone, &value).unwrap();
            prop_assert!(*map.get(&gone).unwrap().unwrap() == *value);
            prop_assert_eq!(picture(&document(&map), &names), picture(&bytes, &names));
        }
        prop_assert_eq!(map.names().map(str::to_owned).collect::<Vec<_>>(), graph.names());
    }

    #[test]
    fn what_is_handed_out_stands_alone_and_set_again_changes_nothing(size in sizes(), seed: u64) {
        let graph = Graph::random(size);
        let bytes = graph.write(seed);
        let mut map = map(&bytes);
        for name in graph.names() {
            let value = map.get(&name).unwrap().unwrap().into_owned();
            check_value(&value, Limits::default()).unwrap();
            prop_assert_eq!(picture_of_value(&name, &value), picture(&bytes, std::slice::from_ref(&name)));
            prop_assert!(!map.set(&name, &value).unwrap());
        }
        prop_assert_eq!(document(&map), bytes);
    }

    #[test]
    fn wherever_shared_objects_stand_the_content_is_the_same(size in sizes(), seed: u64, other: u64) {
        let graph = Graph::random(size);
        prop_assert_eq!(
            picture(&graph.write(seed), &graph.names()),
            picture(&graph.write(other), &graph.names())
        );
    }
}
