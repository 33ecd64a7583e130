//! The attributes that a session holds.

use std::time::{Duration, Instant};

use holdfast_document::{AttributeMap, Attributes, ErrorKind, Extras, Limits, Writer, sample};

fn map(document: &[u8]) -> AttributeMap {
    AttributeMap::from_document(document, Limits::default()).unwrap()
}

fn document(map: &AttributeMap) -> Vec<u8> {
    let mut out = Vec::new();
    map.to_document(None, &mut out).unwrap();
    holdfast_document::check(&out, Limits::default()).unwrap();
    out
}

fn value(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut Writer::value(&mut out));
    out
}

/// `x` is a list, and `y` is that list too: the worked example of wit/DOCUMENT.md.
const SHARED: &[u8] =
    b"\x93\xce\0\0\0\x18\x82\xa1x\x91\xa1s\xa1y\xd7\x08\0\0\0\0\0\0\0\0\x93\x92\xa1x\xa1y\x92\x01\x00\x90";

#[test]
fn the_sample_goes_through_and_names_come_in_order() {
    let map = map(&sample());
    assert_eq!(document(&map), sample());
    let names: Vec<_> = map.names().collect();
    assert_eq!(names, ["user", "greeting", "visits", "since", "ratio", "admin", "cart", "prices"]);
    assert_eq!(map.get("user").unwrap().unwrap(), b"\xa5alice".as_slice());
    assert_eq!(map.get("nobody").unwrap(), None);
    assert_eq!(map.iter().count(), 8);
}

#[test]
fn a_clone_keeps_what_it_had() {
    let before = map(&sample());
    let mut after = before.clone();
    assert!(after.set("user", b"\xa3bob").unwrap());
    assert!(after.remove("cart").unwrap());
    assert_eq!(document(&before), sample());
    assert_eq!(after.get("user").unwrap().unwrap(), b"\xa3bob".as_slice());
    assert_eq!(after.len(), 7);
}

#[test]
fn a_replaced_attribute_keeps_its_place_in_the_order_and_a_new_one_is_last() {
    let mut map = map(&sample());
    map.set("user", &value(|writer| writer.str("somebody with a much longer name"))).unwrap();
    map.set("new", b"\x01").unwrap();
    let names: Vec<_> = map.names().collect();
    assert_eq!(names, ["user", "greeting", "visits", "since", "ratio", "admin", "cart", "prices", "new"]);
    assert!(!map.remove("nobody").unwrap());
}

#[test]
fn an_object_stays_with_who_leads_to_it_when_its_attribute_goes() {
    let mut map = map(SHARED);
    assert_eq!(map.get("y").unwrap().unwrap(), b"\x91\xa1s".as_slice());
    assert!(map.remove("x").unwrap());
    // Nothing is left to say in the extras.
    assert_eq!(document(&map), b"\x93\xce\0\0\0\0\x81\xa1y\x91\xa1s\xc0");
}

#[test]
fn what_was_handed_out_and_is_set_again_stays_shared() {
    let mut map = map(SHARED);
    let handed_out = map.get("y").unwrap().unwrap().into_owned();
    assert!(!map.set("y", &handed_out).unwrap());
    assert_eq!(document(&map), SHARED);
    assert!(map.set("y", b"\x91\xa1t").unwrap());
    assert_eq!(document(&map), b"\x93\xce\0\0\0\0\x82\xa1x\x91\xa1s\xa1y\x91\xa1t\xc0");
}

#[test]
fn an_attribute_that_goes_takes_its_notes_along_and_leaves_its_number() {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 3);
    for name in ["a", "b", "c"] {
        writer.attribute(name);
        writer.array(0);
    }
    writer.end_with(&Extras {
        names: vec![Some("a"), Some("b"), Some("c")],
        edges: vec![],
        notes: vec![(0, b"of a"), (1, b"of b"), (2, b"of c")],
    });
    let mut map = map(&bytes);
    map.remove("a").unwrap();
    map.set("c", b"\x07").unwrap();
    let after = document(&map);
    let extras = Attributes::split(&after, Limits::default()).unwrap().extras;
    assert_eq!(extras.names, [None, Some("b")]);
    assert_eq!(extras.notes, [(1, b"of b".as_slice())]);
}

#[test]
fn notes_of_an_attribute_whose_values_moved_are_dropped() {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 3);
    writer.attribute("x");
    writer.array(0);
    writer.attribute("y");
    writer.xref(0, 0);
    writer.attribute("z");
    writer.array(1);
    writer.xref(0, 0);
    writer.end_with(&Extras {
        names: vec![Some("x"), Some("y"), Some("z")],
        edges: vec![(1, 0), (2, 0)],
        notes: vec![(1, b"of y"), (2, b"of z")],
    });
    let mut map = map(&bytes);
    map.remove("x").unwrap();
    let after = document(&map);
    let parts = Attributes::split(&after, Limits::default()).unwrap();
    assert_eq!(parts.extras.names, [None, Some("y"), Some("z")]);
    assert_eq!(parts.extras.edges, [(2, 1)], "the first that led to the object has it now");
    assert_eq!(parts.extras.notes, [(2, b"of z".as_slice())]);
    assert_eq!(parts.get("y").unwrap().value, b"\x90");
    assert_eq!(parts.get("z").unwrap().value, b"\x91\xd7\x08\0\0\0\x01\0\0\0\0");
}

#[test]
fn a_value_that_leads_elsewhere_or_is_no_value_is_refused() {
    let mut map = map(&sample());
    let kind = |result: Result<bool, holdfast_document::Error>| result.unwrap_err().kind;
    assert!(matches!(kind(map.set("user", b"\xd7\x08\0\0\0\0\0\0\0\0")), ErrorKind::Expected(_)));
    assert_eq!(kind(map.set("user", b"\x01\x01")), ErrorKind::TrailingBytes);
    assert_eq!(kind(map.set("user", b"\x91")), ErrorKind::Truncated);
    assert_eq!(kind(map.set("user", b"")), ErrorKind::Truncated);
    assert_eq!(kind(map.set("user", b"\x91\xd6\x07\0\0\0\x05")), ErrorKind::BadReference);
    assert_eq!(document(&map), sample());
}

/// Attribute `all` is a list of `count` lists, each of which holds the one before or behind it; `one` leads to
/// the list of all, or to the last in it.
fn chain(count: u32, backwards: bool, to_all: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    writer.attribute("all");
    writer.array(count);
    let header = writer.place();
    let place = |n: u32| header + n * 7;
    for n in 0..count {
        let next = if backwards { n.checked_sub(1) } else { (n + 1 < count).then_some(n + 1) };
        writer.array(1);
        writer.reference(next.map_or(0, place));
    }
    writer.attribute("one");
    writer.xref(0, if to_all { 0 } else { place(count - 1) });
    writer.end_with(&Extras { names: vec![Some("all"), Some("one")], edges: vec![(1, 0)], notes: vec![] });
    bytes
}

#[test]
fn objects_that_stood_side_by_side_stay_so_whichever_way_they_lead() {
    for backwards in [false, true] {
        let mut map = map(&chain(100_000, backwards, true));
        let all = map.get("all").unwrap().unwrap().into_owned();
        map.remove("all").unwrap();
        assert!(map.get("one").unwrap().unwrap() == all);
        document(&map);
    }
}

#[test]
fn what_would_be_nested_too_deep_is_an_error_and_changes_nothing() {
    let bytes = chain(5000, true, false);
    let mut map = map(&bytes);
    let error = map.remove("all").unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooDeep(1000));
    assert_eq!(map.set("all", b"\x07").unwrap_err().kind, ErrorKind::TooDeep(1000));
    assert_eq!(map.get("one").unwrap_err().kind, ErrorKind::TooDeep(1000));
    assert_eq!(document(&map), bytes);
}

#[test]
fn a_size_limit_holds_for_what_is_set_and_for_what_is_detached() {
    let limits = Limits { bytes: 300, ..Limits::default() };
    let mut map = AttributeMap::with_limits(limits);
    assert_eq!(
        map.set("a", &value(|writer| writer.bin(&[0; 400]))).unwrap_err().kind,
        ErrorKind::TooLarge(300)
    );
    assert!(map.set("a", &value(|writer| writer.bin(&[0; 200]))).unwrap());
    assert!(map.set("a", &value(|writer| writer.bin(&[1; 220]))).unwrap(), "the old value does not count");
    assert_eq!(
        map.set("b", &value(|writer| writer.bin(&[0; 200]))).unwrap_err().kind,
        ErrorKind::TooLarge(300)
    );
    assert_eq!(map.len(), 1);
}

#[test]
fn memory_is_given_back_when_values_come_and_go() {
    let mut map = map(&sample());
    for n in 0..10_000u32 {
        map.set("counter", &value(|writer| writer.str(&"x".repeat(n as usize % 500)))).unwrap();
        map.set(&format!("flash{n}"), b"\xc3").unwrap();
        map.remove(&format!("flash{n}")).unwrap();
    }
    map.remove("counter").unwrap();
    assert_eq!(document(&map), sample());
    assert!(map.size() < 200, "{} bytes", map.size());
}

#[test]
fn ten_thousand_attributes_are_no_trouble() {
    let start = Instant::now();
    let mut map = AttributeMap::default();
    for n in 0..10_000 {
        assert!(map.set(&format!("attribute number {n}"), b"\x07").unwrap());
    }
    let bytes = document(&map);
    let mut again = self::map(&bytes);
    for n in 0..10_000 {
        assert!(again.contains(&format!("attribute number {n}")));
        assert!(again.remove(&format!("attribute number {n}")).unwrap());
    }
    assert!(again.is_empty());
    assert!(start.elapsed() < Duration::from_secs(2), "it took {:?}", start.elapsed());
}
