//! Plain JSON: what is shown of a session, and what becomes of it when a client sends it back.

use holdfast_document::json::{Others, Tree, merge_plain, to_plain, value_from_plain, value_to_plain};
use holdfast_document::{AttributeMap, Kind, Limits, Number, Width, Writer, check, check_value, sample};
use proptest::prelude::*;

use crate::graph::{Graph, Size};
use crate::picture::picture_of_value;

fn value(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut Writer::value(&mut out));
    check_value(&out, Limits::default()).unwrap();
    out
}

fn plain(value: &[u8]) -> String {
    value_to_plain("a", value).unwrap()
}

fn read(json: &str, old: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let tree = Tree::parse(json.as_bytes()).map_err(|error| error.to_string())?;
    let value = value_from_plain("a", tree.root(), old).map_err(|error| error.to_string())?;
    check_value(&value, Limits::default()).unwrap();
    Ok(value)
}

fn int(writer: &mut Writer<'_>, width: Width, value: i64) {
    writer.number(Number { value, width });
}

/// A line of a shopping cart, its class defined, or as that class.
fn line(writer: &mut Writer<'_>, class: &mut Option<u32>, sku: &str, quantity: i64) {
    match class {
        Some(number) => writer.known(*number, 6),
        None => {
            writer.defined(6);
            *class = Some(writer.begin_definition(Kind::Bean, false, Some((2, 7)), "shop.LineItem", 6));
            writer.nil();
            writer.item(0, "Z", "gift");
            writer.item(0, "I", "quantity");
            writer.item(0, "Ljava/util/Date;", "addedAt");
            writer.item(0, "Ljava/lang/String;", "note");
            writer.item(0, "Ljava/lang/String;", "sku");
            writer.item(0, "Ljava/math/BigDecimal;", "unitPrice");
        }
    }
    writer.bool(false);
    writer.int(quantity);
    writer.date(1_706_659_200_123);
    writer.nil();
    writer.str(sku);
    writer.big_decimal(2, &[0x01, 0x56, 0x48]);
}

fn cart() -> Vec<u8> {
    value(|writer| {
        let mut class = None;
        writer.array(2);
        line(writer, &mut class, "A", 1);
        line(writer, &mut class, "B", 2);
    })
}

const CART: &str = concat!(
    r#"[{"gift":false,"quantity":1,"addedAt":"2024-01-31T00:00:00.123Z","note":null,"sku":"A","unitPrice":876.24},"#,
    r#"{"gift":false,"quantity":2,"addedAt":"2024-01-31T00:00:00.123Z","note":null,"sku":"B","unitPrice":876.24}]"#
);

#[test]
fn plain_data_is_plain_json() {
    assert_eq!(
        to_plain(&sample()).unwrap(),
        concat!(
            r#"{"user":"alice","greeting":"Grüße, 世界 😀","visits":42,"since":1706659200123,"ratio":0.1,"admin":true,"#,
            r#""cart":["SKU-1",null,-3],"prices":{"SKU-1":9.95,"SKU-2":-0.5}}"#
        )
    );
    assert_eq!(plain(&cart()), CART);
}

#[test]
fn each_kind_of_value_has_a_plain_form_that_is_read_back_as_the_same() {
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (value(|w| int(w, Width::Byte, -100)), "-100"),
        (value(|w| w.unsigned(u64::MAX)), "18446744073709551615"),
        (value(|w| w.big_integer(&[1, 0, 0, 0, 0, 0, 0, 0, 0])), "18446744073709551616"),
        (value(|w| w.f32(1.5)), "1.5"),
        (value(|w| w.f32(0.1)), "0.1"),
        (value(|w| w.f64(1e300)), "1e300"),
        (value(|w| w.f64(-0.0)), "-0.0"),
        (value(|w| w.f64(f64::NAN)), r#""NaN""#),
        (value(|w| w.f32(f32::NEG_INFINITY)), r#""-Infinity""#),
        (value(|w| w.str("a\"\\\n\u{1}/é")), r#""a\"\\\n\u0001/é""#),
        (value(|w| w.char(0x78)), r#""x""#),
        (value(|w| w.char(0xd800)), "\"\u{fffd}\""),
        (value(|w| w.wstr(b"a\xed\xa0\x80")), "\"a\u{fffd}\u{fffd}\u{fffd}\""),
        (value(|w| w.bin(b"\x00\xff")), r#""AP8=""#),
        (value(|w| w.primitives(b'I', &[0, 0, 0, 1, 255, 255, 255, 255])), "[1,-1]"),
        (value(|w| w.primitives(b'Z', &[0, 1])), "[false,true]"),
        (value(|w| w.primitives(b'C', &[0, 0x61, 0, 0x62])), r#""ab""#),
        (value(|w| w.primitives(b'D', &1.0f64.to_be_bytes())), "[1.0]"),
        (value(|w| w.date(-1)), r#""1969-12-31T23:59:59.999Z""#),
        (value(|w| w.instant(0, 1)), r#""1970-01-01T00:00:00.000000001Z""#),
        (value(|w| w.uuid(&[0x11; 16])), r#""11111111-1111-1111-1111-111111111111""#),
        (value(|w| w.big_decimal(-3, &[5])), "5E+3"),
        (value(|w| w.opaque("java/2", b"abc")), r#""YWJj""#),
        (
            value(|w| {
                w.class();
                w.head_builtin(171);
            }),
            r#""java.lang.String""#,
        ),
        (
            value(|w| {
                w.builtin(2, 2);
                w.str("a");
                int(w, Width::Long, 7);
            }),
            r#"["a",7]"#,
        ),
        (
            value(|w| {
                w.builtin(43, 5);
                w.nil();
                w.str("a");
                int(w, Width::Short, 1);
                w.str("b");
                w.nil();
            }),
            r#"{"a":1,"b":null}"#,
        ),
        (
            value(|w| {
                w.map(3);
                int(w, Width::Int, 7);
                w.str("seven");
                w.date(0);
                w.bool(true);
                w.array(1);
                w.str("k");
                w.nil();
            }),
            r#"{"7":"seven","1970-01-01T00:00:00.000Z":true,"[\"k\"]":null}"#,
        ),
        (
            value(|w| {
                w.builtin(62, 1);
                w.builtin(2, 1);
                int(w, Width::Byte, 1);
            }),
            "[1]",
        ),
        (value(|w| w.builtin(13, 0)), "[]"),
        (value(|w| w.builtin(15, 0)), "{}"),
        (
            value(|w| {
                w.builtin(16, 1);
                w.date(0);
            }),
            r#"["1970-01-01T00:00:00.000Z"]"#,
        ),
        (
            value(|w| {
                w.builtin(18, 2);
                w.str("k");
                int(w, Width::Long, 2);
            }),
            r#"{"k":2}"#,
        ),
        (
            value(|w| {
                w.builtin(100, 3);
                w.int(1969);
                w.int(12);
                w.int(31);
            }),
            r#""1969-12-31""#,
        ),
        (
            value(|w| {
                w.builtin(92, 2);
                int(w, Width::Long, 1_706_659_200_123);
                int(w, Width::Int, 123_456_789);
            }),
            r#""2024-01-31T00:00:00.123456789Z""#,
        ),
        (
            value(|w| {
                w.builtin(106, 2);
                int(w, Width::Long, 90);
                w.int(5);
            }),
            r#"{"seconds":90,"nanos":5}"#,
        ),
        (
            value(|w| {
                w.builtin(83, 1);
                int(w, Width::Long, 5);
            }),
            "5",
        ),
        (
            value(|w| {
                w.array(1);
                w.builtin(96, 1);
                w.nil();
            }),
            "[null]",
        ),
        (
            value(|w| {
                w.builtin(121, 2);
                w.str("a");
                w.nil();
            }),
            r#"["a",null]"#,
        ),
        (
            value(|w| {
                // An EnumMap: the class is defined in the class literal.
                w.builtin(48, 3);
                w.class();
                w.begin_definition(Kind::Enum, false, None, "Color", 0);
                w.nil();
                w.known(0, 1);
                w.str("RED");
                int(w, Width::Int, 1);
            }),
            r#"{"RED":1}"#,
        ),
        (
            value(|w| {
                w.defined(3);
                w.begin_definition(Kind::Bean, false, Some((3, 5)), "C", 3);
                w.begin_definition(Kind::Bean, false, Some((2, 4)), "B", 1);
                w.nil();
                w.item(0, "I", "version");
                w.item(0, "I", "version");
                w.item(1, "I", "version");
                w.item_custom(0);
                w.int(2);
                w.int(1);
                w.array(3);
                w.bin(&[0, 0, 0, 3]);
                w.str("x");
                w.builtin(189, 1);
                w.bin(b"bytes");
            }),
            r#"{"version":2,"B#version":1,"*":["AAAAAw==","x","Ynl0ZXM="]}"#,
        ),
        (
            value(|w| {
                w.defined(4);
                w.begin_definition(Kind::Bean, true, None, "N", 0);
                w.nil();
                w.str("b");
                int(w, Width::Int, 1);
                w.str("a");
                w.date(0);
            }),
            r#"{"b":1,"a":"1970-01-01T00:00:00.000Z"}"#,
        ),
        (
            value(|w| {
                w.defined(1);
                w.begin_definition(Kind::Proxy, false, None, "java.lang.reflect.Proxy", 1);
                w.nil();
                w.item(0, "shop.Greeter", "");
                w.builtin(2, 0);
            }),
            r#"{"handler":[]}"#,
        ),
    ];
    for (bytes, json) in cases {
        assert_eq!(plain(&bytes), json);
        assert_eq!(read(json, Some(&bytes)), Ok(bytes), "{json}");
    }
}

#[test]
fn without_an_old_value_json_is_what_it_says_by_itself() {
    for (json, expected) in [
        ("null", vec![0xc0]),
        ("70000", value(|w| w.int(70000))),
        ("-1", value(|w| w.int(-1))),
        ("9223372036854775808", value(|w| w.unsigned(1 << 63))),
        ("18446744073709551616", value(|w| w.big_integer(&[1, 0, 0, 0, 0, 0, 0, 0, 0]))),
        ("-9223372036854775809", value(|w| w.big_integer(&[0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255]))),
        ("1.0", value(|w| w.f64(1.0))),
        ("1e2", value(|w| w.f64(100.0))),
        (r#""2024-01-31T00:00:00.123Z""#, value(|w| w.str("2024-01-31T00:00:00.123Z"))),
        (r#""\ud800""#, value(|w| w.wstr(b"\xed\xa0\x80"))),
        (
            r#"{"a":[true,{}]}"#,
            value(|w| {
                w.map(1);
                w.str("a");
                w.array(2);
                w.bool(true);
                w.map(0);
            }),
        ),
    ] {
        assert_eq!(read(json, None), Ok(expected), "{json}");
    }
    assert_eq!(
        read("1e999", None).unwrap_err(),
        "/attributes/a: a number of this size needs an attribute that is a BigDecimal"
    );
}

#[test]
fn an_object_keeps_its_class_and_its_fields_their_types() {
    let json = CART.replace("\"quantity\":2", "\"quantity\":20").replace("876.24}]", "1E+3}]");
    let expected = value(|writer| {
        let mut class = None;
        writer.array(2);
        line(writer, &mut class, "A", 1);
        writer.known(0, 6);
        writer.bool(false);
        writer.int(20);
        writer.date(1_706_659_200_123);
        writer.nil();
        writer.str("B");
        writer.big_decimal(-3, &[1]);
    });
    assert_eq!(read(&json, Some(&cart())), Ok(expected));
}

#[test]
fn a_new_element_of_a_list_is_like_all_the_old_ones() {
    let more = r#",{"quantity":3,"addedAt":"1970-01-01T00:00:00.000Z","note":"x","sku":"C","gift":true}]"#;
    let json = CART.strip_suffix(']').unwrap().to_owned() + more;
    let read = read(&json, Some(&cart())).unwrap();
    let picture = picture_of_value("a", &read);
    let class = "{Bean false Some((2, 7)) shop.LineItem";
    assert_eq!(picture.matches(class).count(), 3, "{picture}");
    let last = r#"{"gift":true,"quantity":3,"addedAt":"1970-01-01T00:00:00.000Z","note":"x","sku":"C","unitPrice":null}]"#;
    assert!(plain(&read).ends_with(last), "fields that are not there are null");

    let longs = value(|w| {
        w.array(2);
        int(w, Width::Long, 1);
        int(w, Width::Long, 2);
    });
    let expected = value(|w| {
        w.array(3);
        (1..=3).for_each(|n| int(w, Width::Long, n));
    });
    assert_eq!(self::read("[1,2,3]", Some(&longs)), Ok(expected));
    let mixed = value(|w| {
        w.array(2);
        int(w, Width::Long, 1);
        w.date(0);
    });
    let expected = value(|w| {
        w.array(3);
        int(w, Width::Long, 1);
        w.date(0);
        w.int(3);
    });
    assert_eq!(self::read(r#"[1,"1970-01-01T00:00:00.000Z",3]"#, Some(&mixed)), Ok(expected));
}

#[test]
fn what_does_not_fit_is_what_json_says_unless_a_class_declares_it() {
    let old = value(|w| int(w, Width::Int, 7));
    assert_eq!(read("3000000000", Some(&old)), Ok(value(|w| w.int(3_000_000_000))));
    assert_eq!(read("1.5", Some(&old)), Ok(value(|w| w.f64(1.5))));
    assert_eq!(read("\"x\"", Some(&old)), Ok(value(|w| w.str("x"))));
    let date = value(|w| w.date(0));
    assert_eq!(read("\"yesterday\"", Some(&date)), Ok(value(|w| w.str("yesterday"))));
    // Another class of fields: a map.
    let read_map = read(r#"[{"sku":"A","color":"red"}]"#, Some(&cart())).unwrap();
    assert_eq!(plain(&read_map), r#"[{"sku":"A","color":"red"}]"#);
    assert_eq!(read_map[..2], [0x91, 0x82]);

    for (field, json, what) in [
        ("quantity", "3000000000", "expected a whole number of 32 bits"),
        ("quantity", "null", "expected a whole number of 32 bits"),
        ("gift", "1", "expected true or false"),
        (
            "addedAt",
            "\"yesterday\"",
            "the class declares a java.util.Date here, and nothing tells how this would be one",
        ),
        ("sku", "5", "the class declares a java.lang.String here, and nothing tells how this would be one"),
    ] {
        let json = format!("[{{\"{field}\":{json}}}]");
        assert_eq!(read(&json, Some(&cart())).unwrap_err(), format!("/attributes/a/0/{field}: {what}"));
    }
}

#[test]
fn declared_classes_make_values_of_nulls() {
    let old = value(|w| {
        w.defined(7);
        w.begin_definition(Kind::Bean, false, None, "T", 7);
        w.nil();
        for (descriptor, name) in [
            ("Ljava/lang/Long;", "long"),
            ("Ljava/util/Date;", "date"),
            ("[I", "ints"),
            ("Ljava/util/Set;", "set"),
            ("Ljava/util/SortedMap;", "sorted"),
            ("[Ljava/lang/String;", "strings"),
            ("Ljava/lang/Object;", "any"),
        ] {
            w.item(0, descriptor, name);
        }
        (0..7).for_each(|_| w.nil());
    });
    let json = concat!(
        r#"{"long":1,"date":"1970-01-01T00:00:00.000Z","ints":[1],"set":["a"],"sorted":{"b":1,"a":2},"#,
        r#""strings":["x"],"any":{"k":[]}}"#
    );
    let new = read(json, Some(&old)).unwrap();
    let header = old.len() - 7;
    let expected = value(|w| {
        w.copy(&old[..header]);
        int(w, Width::Long, 1);
        w.date(0);
        w.primitives(b'I', &[0, 0, 0, 1]);
        w.builtin(30, 1);
        w.str("a");
        w.builtin(43, 5);
        w.nil();
        w.str("a");
        w.int(2);
        w.str("b");
        w.int(1);
        w.builtin(121, 1);
        w.str("x");
        w.map(1);
        w.str("k");
        w.array(0);
    });
    assert_eq!(new, expected);
}

#[test]
fn sorted_maps_and_sets_stay_sorted() {
    let tree = |comparator: bool, keys: &[&str]| {
        value(|w| {
            w.builtin(43, 1 + 2 * keys.len() as u32);
            if comparator {
                w.defined(0);
                w.begin_definition(Kind::Bean, false, None, "Backwards", 0);
                w.nil();
            } else {
                w.nil();
            }
            for key in keys {
                w.str(key);
                w.int(1);
            }
        })
    };
    let natural = tree(false, &["a", "c"]);
    assert_eq!(read(r#"{"c":1,"a":1,"b":1}"#, Some(&natural)), Ok(tree(false, &["a", "b", "c"])));
    let backwards = tree(true, &["c", "b", "a"]);
    assert_eq!(read(r#"{"a":1,"c":1}"#, Some(&backwards)), Ok(tree(true, &["c", "a"])));
    assert_eq!(
        read(r#"{"a":1,"d":1}"#, Some(&backwards)).unwrap_err(),
        "/attributes/a/d: only Java knows where this belongs in the order"
    );
    let numbers = |numbers: &[i64]| {
        value(|w| {
            w.builtin(32, 1 + numbers.len() as u32);
            w.nil();
            numbers.iter().for_each(|n| int(w, Width::Int, *n));
        })
    };
    assert_eq!(read("[10,-1,9]", Some(&numbers(&[9]))), Ok(numbers(&[-1, 9, 10])));
}

/// Attribute `x` is an object that leads to itself, and `y` leads to `x` and has a date twice.
fn shared() -> AttributeMap {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 2);
    writer.attribute("x");
    writer.map(2);
    writer.str("name");
    writer.str("alice");
    writer.str("self");
    writer.reference(0);
    writer.attribute("y");
    writer.array(3);
    writer.xref(0, 0);
    writer.date(0);
    writer.reference(11);
    writer.end_with(&holdfast_document::Extras {
        names: vec![Some("x"), Some("y")],
        edges: vec![(1, 0)],
        notes: vec![],
    });
    AttributeMap::from_document(&document, Limits::default()).unwrap()
}

fn document(map: &AttributeMap) -> Vec<u8> {
    let mut out = Vec::new();
    map.to_document(None, &mut out).unwrap();
    check(&out, Limits::default()).unwrap();
    out
}

const SHARED: &str = concat!(
    r##"{"x":{"name":"alice","self":{"$ref":"/attributes/x"}},"##,
    r##""y":[{"$ref":"/attributes/x"},"1970-01-01T00:00:00.000Z",{"$ref":"/attributes/y/1"}]}"##
);

fn merge(map: &mut AttributeMap, json: &str, others: Others) -> Result<bool, String> {
    let tree = Tree::parse(json.as_bytes()).unwrap();
    merge_plain(map, tree.root(), others).map_err(|error| error.to_string())
}

#[test]
fn shared_objects_are_shown_once_and_led_to() {
    let mut map = shared();
    assert_eq!(to_plain(&document(&map)).unwrap(), SHARED);
    assert_eq!(merge(&mut map, SHARED, Others::Go), Ok(false));
    assert_eq!(document(&map), document(&shared()));

    let alone = map.get("y").unwrap().unwrap();
    let json = value_to_plain("y", &alone).unwrap();
    assert_eq!(
        json,
        concat!(
            r##"[{"name":"alice","self":{"$ref":"/attributes/y/0"}},"1970-01-01T00:00:00.000Z","##,
            r##"{"$ref":"/attributes/y/1"}]"##
        )
    );
    assert_eq!(merge(&mut map.clone(), &format!("{{\"y\":{json}}}"), Others::Stay), Ok(false));
    let tree = Tree::parse(json.as_bytes()).unwrap();
    assert_eq!(value_from_plain("y", tree.root(), Some(&alone)).unwrap(), &*alone);
}

#[test]
fn references_in_json_lead_to_what_is_there_now() {
    let mut map = shared();
    assert_eq!(merge(&mut map, &SHARED.replace("alice", "bob"), Others::Stay), Ok(true));
    assert_eq!(plain_of(&map, "x"), r##"{"name":"bob","self":{"$ref":"/attributes/x"}}"##);
    let y = plain_of(&map, "y");
    assert!(y.starts_with(r##"[{"name":"bob","self":{"$ref":"/attributes/y/0"}},"##), "{y}");

    // An attribute that is not named keeps what it had.
    let mut map = shared();
    assert_eq!(merge(&mut map, r#"{"x":{"name":"carol"}}"#, Others::Stay), Ok(true));
    assert!(plain_of(&map, "y").contains("alice"));

    for (json, message) in [
        (
            r##"{"y":{"$ref":"/attributes/z"}}"##,
            r##"/attributes/y: {"$ref": "/attributes/z"} leads to no value of the session"##,
        ),
        (
            r##"{"y":{"a":{"$ref":"/attributes/y/b"}}}"##,
            r##"/attributes/y/a: {"$ref": "/attributes/y/b"} leads to no value of the session"##,
        ),
        (
            r##"{"a":[{"$ref":"/attributes/b"}],"b":[{"$ref":"/attributes/a"}]}"##,
            "attributes lead into each other, which plain JSON cannot say",
        ),
    ] {
        let mut map = shared();
        let error = merge(&mut map, json, Others::Stay).unwrap_err();
        assert!(error.ends_with(message), "{error}");
        assert_eq!(document(&map), document(&shared()), "nothing changed");
    }
    let mut map = AttributeMap::default();
    merge(&mut map, r##"{"a":["s",[1],{"$ref":"/attributes/a/0"},{"$ref":"/attributes/a/1"}]}"##, Others::Go)
        .unwrap();
    assert_eq!(plain_of(&map, "a"), r##"["s",[1],"s",{"$ref":"/attributes/a/1"}]"##);
}

fn plain_of(map: &AttributeMap, name: &str) -> String {
    value_to_plain(name, &map.get(name).unwrap().unwrap()).unwrap()
}

#[test]
fn a_map_sets_removes_and_replaces_attributes() {
    let mut map = AttributeMap::from_document(&sample(), Limits::default()).unwrap();
    assert_eq!(merge(&mut map, r#"{"visits":42,"user":null,"nobody":null}"#, Others::Stay), Ok(true));
    assert!(!map.contains("user") && map.len() == 7);
    assert_eq!(merge(&mut map, r#"{"visits":43,"new":[1]}"#, Others::Go), Ok(true));
    assert_eq!(map.names().collect::<Vec<_>>(), ["visits", "new"]);
    assert_eq!(*map.get("visits").unwrap().unwrap(), *b"\xd2\0\0\0\x2b", "an Integer still");
    assert_eq!(merge(&mut map, r#"{"visits":43,"new":[1]}"#, Others::Go), Ok(false));
    assert_eq!(merge(&mut map, "[]", Others::Go).unwrap_err(), "/attributes: expected an object");
}

#[test]
fn a_thousand_levels_fit_a_small_stack() {
    let deep = |levels: usize| [b"[".repeat(levels), b"]".repeat(levels)].concat();
    let run = move || {
        let text = deep(1000);
        let tree = Tree::parse(&text).unwrap();
        let value = value_from_plain("a", tree.root(), None).unwrap();
        assert_eq!(plain(&value).as_bytes(), text);
        assert_eq!(value_from_plain("a", tree.root(), Some(&value)).unwrap(), value);
        let text = deep(1003);
        let tree = Tree::parse(&text).unwrap();
        let error = value_from_plain("a", tree.root(), None).unwrap_err();
        assert!(error.to_string().ends_with("nested deeper than 1000 levels"), "{error}");
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(run).unwrap().join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_session_is_shown_and_what_is_shown_changes_nothing_when_it_is_sent_back(
        seed: u64, nodes in 0usize..14, attributes in 1usize..6, classes in 1usize..6
    ) {
        let bytes = Graph::random(Size { seed, nodes, attributes, classes }).write(seed);
        let mut map = AttributeMap::from_document(&bytes, Limits::default()).unwrap();
        let json = to_plain(&bytes).unwrap();
        if let Ok(tree) = Tree::parse(json.as_bytes()) {
            let nulls = map.iter().any(|(_, value)| *value.unwrap() == *b"\xc0");
            prop_assert_eq!(merge_plain(&mut map, tree.root(), Others::Go).unwrap(), nulls);
        }
    }

    #[test]
    fn any_plain_json_is_read_back_as_it_was_written(text in json(), old_seed: u64) {
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let value = value_from_plain("a", tree.root(), None).unwrap();
        check_value(&value, Limits::default()).unwrap();
        prop_assert_eq!(&plain(&value), &text);
        // Whatever was there before, what was written is what is said, or it is refused.
        let graph = Graph::random(Size { seed: old_seed, nodes: 10, attributes: 1, classes: 4 });
        let bytes = graph.write(old_seed);
        let map = AttributeMap::from_document(&bytes, Limits::default()).unwrap();
        let (_, old) = map.iter().next().unwrap();
        if let Ok(value) = value_from_plain("a", tree.root(), Some(&old.unwrap())) {
            check_value(&value, Limits::default()).unwrap();
        }
    }
}

/// JSON texts without white space, with numbers as they are written here.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<i128>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("JSON has it", |n| n.is_finite()).prop_map(|n| format!("{n:?}")),
        "[a-zé\u{1f600} ]{0,8}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(|all| {
                let all: Vec<_> = all.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", all.join(","))
            }),
        ]
    })
}
