//! Typed JSON: all that a document says, and back.

use holdfast_document::json::{Tree, from_typed, to_typed, value_from_typed, value_to_typed};
use holdfast_document::{
    AttributeMap, Attributes, Extras, Fact, Kind, Limits, NAME_PART, Note, NoteWriter, Notes, Number, Width,
    Writer, check, check_value, sample,
};
use proptest::prelude::*;

use crate::graph::{Graph, Size};
use crate::picture::picture;

fn value(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut Writer::value(&mut out));
    check_value(&out, Limits::default()).unwrap();
    out
}

fn read(json: &str) -> Result<Vec<u8>, String> {
    let tree = Tree::parse(json.as_bytes()).map_err(|error| error.to_string())?;
    from_typed(tree.root()).map_err(|error| error.to_string())
}

fn read_value(json: &str) -> Result<Vec<u8>, String> {
    let tree = Tree::parse(json.as_bytes()).map_err(|error| error.to_string())?;
    value_from_typed(tree.root()).map_err(|error| error.to_string())
}

#[test]
fn plain_data_looks_plain() {
    let json = to_typed(&sample()).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"attributes":{"user":"alice","greeting":"Grüße, 世界 😀","visits":{"$int":42},"#,
            r#""since":{"$long":1706659200123},"ratio":0.1,"admin":true,"cart":["SKU-1",null,{"$int":-3}],"#,
            r#""prices":{"SKU-1":9.95,"SKU-2":-0.5}}}"#
        )
    );
    assert_eq!(read(&json), Ok(sample()));
}

#[test]
fn each_kind_of_value_says_what_it_is_and_is_read_back_to_the_bit() {
    let int = |w: &mut Writer<'_>, width, value| w.number(Number { value, width });
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (value(|w| w.int(-1000)), "-1000"),
        (value(|w| int(w, Width::Short, -1000)), r#"{"$short":-1000}"#),
        (value(|w| int(w, Width::Byte, 1)), r#"{"$byte":1}"#),
        (value(|w| w.unsigned(u64::MAX)), "18446744073709551615"),
        (value(|w| w.f64(1.0)), "1.0"),
        (value(|w| w.f64(-0.0)), "-0.0"),
        (value(|w| w.f64(f64::NAN)), r#"{"$double":"NaN"}"#),
        (value(|w| w.f64(f64::INFINITY)), r#"{"$double":"Infinity"}"#),
        (value(|w| w.f64(f64::from_bits(0x7ff0_0000_0000_0001))), r#"{"$double":"0x7ff0000000000001"}"#),
        (value(|w| w.f32(0.1)), r#"{"$float":0.1}"#),
        (value(|w| w.f32(f32::NEG_INFINITY)), r#"{"$float":"-Infinity"}"#),
        (value(|w| w.f32(f32::NAN)), r#"{"$float":"NaN"}"#),
        (value(|w| w.f32(f32::from_bits(0xffc0_0001))), r#"{"$float":"0xffc00001"}"#),
        (value(|w| w.wstr(b"a\\\xed\xa0\x80z")), r#"{"$utf16":"a\\\\\\ud800z"}"#),
        (value(|w| w.char(0x78)), r#"{"$char":"x"}"#),
        (value(|w| w.char(0xd800)), r#"{"$char":55296}"#),
        (value(|w| w.bin(b"\x00\xff")), r#"{"$bytes":"AP8="}"#),
        (value(|w| w.primitives(b'Z', &[0, 1, 2])), r#"{"$boolean[]":[false,true,2]}"#),
        (value(|w| w.primitives(b'C', &[0, 0x61])), r#"{"$char[]":"a"}"#),
        (value(|w| w.primitives(b'C', &[0xd8, 0])), r#"{"$char[]":[55296]}"#),
        (value(|w| w.primitives(b'J', &(-5i64).to_be_bytes())), r#"{"$long[]":[-5]}"#),
        (
            value(|w| w.primitives(b'F', &[0x3f, 0xc0, 0, 0, 0x7f, 0xc0, 0, 0, 0x7f, 0xc0, 0, 1])),
            r#"{"$float[]":[1.5,"NaN","0x7fc00001"]}"#,
        ),
        (value(|w| w.date(1_706_659_200_123)), r#"{"$date":"2024-01-31T00:00:00.123Z"}"#),
        (value(|w| w.date(i64::MIN)), r#"{"$date":"-292275055-05-16T16:47:04.192Z"}"#),
        (value(|w| w.instant(1, 5)), r#"{"$instant":"1970-01-01T00:00:01.000000005Z"}"#),
        (value(|w| w.uuid(&[0x11; 16])), r#"{"$uuid":"11111111-1111-1111-1111-111111111111"}"#),
        (value(|w| w.big_integer(&[0xff])), r#"{"$bigInteger":"-1"}"#),
        (value(|w| w.big_integer(&[0, 0xff])), r#"{"$bigInteger":"255"}"#),
        (value(|w| w.big_integer(&[0, 1])), r#"{"$bigInteger":"0x0001"}"#),
        (value(|w| w.big_decimal(2, &[1, 0x56, 0x48])), r#"{"$bigDecimal":"876.24"}"#),
        (value(|w| w.big_decimal(i32::MIN, &[5])), r#"{"$bigDecimal":"5E+2147483648"}"#),
        (value(|w| w.big_decimal(2, &[0, 0])), r#"{"$bigDecimal":{"unscaled":"0x0000","scale":2}}"#),
        (value(|w| w.opaque("java/2", b"p")), r#"{"$opaque":"java/2","$bytes":"cA=="}"#),
        (
            value(|w| {
                w.class();
                w.head_builtin(171);
            }),
            r#"{"$class":"java.lang.String"}"#,
        ),
        (
            value(|w| {
                w.map(2);
                w.str("$id");
                w.nil();
                w.str("$$");
                w.bool(true);
            }),
            r#"{"$$id":null,"$$$":true}"#,
        ),
        (
            value(|w| {
                w.map(2);
                w.int(1);
                w.str("one");
                w.str("a");
                w.map(0);
            }),
            r#"{"$map":[[1,"one"],["a",{}]]}"#,
        ),
        (
            value(|w| {
                w.builtin(42, 2);
                w.str("$k");
                w.str("v");
            }),
            r#"{"$type":"java.util.LinkedHashMap in access order","$entries":{"$$k":"v"}}"#,
        ),
        (
            value(|w| {
                w.builtin(43, 3);
                w.nil();
                w.int(1);
                w.str("v");
            }),
            r#"{"$type":"java.util.TreeMap","$comparator":null,"$entries":[[1,"v"]]}"#,
        ),
        (
            value(|w| {
                w.builtin(100, 3);
                w.int(1969);
                w.int(12);
                w.int(31);
            }),
            r#"{"$type":"java.time.LocalDate","year":1969,"month":12,"day":31}"#,
        ),
        (
            value(|w| {
                w.builtin(62, 1);
                w.builtin(2, 0);
            }),
            r#"{"$type":"java.util.Collections$UnmodifiableList","inner":{"$type":"java.util.LinkedList","$elements":[]}}"#,
        ),
        (
            value(|w| {
                // The list leads to itself, and to a date twice.
                w.array(3);
                w.reference(0);
                w.date(0);
                w.reference(7);
            }),
            r#"{"$id":0,"$value":[{"$ref":0},{"$id":1,"$date":"1970-01-01T00:00:00.000Z"},{"$ref":1}]}"#,
        ),
        (
            value(|w| {
                w.array(2);
                w.reference(7);
                w.map(1);
                w.str("a");
                w.nil();
            }),
            r#"[{"$ref":0},{"$id":0,"a":null}]"#,
        ),
        (
            value(|w| {
                w.builtin(48, 3);
                w.class();
                w.begin_definition(Kind::Enum, false, None, "Color", 0);
                w.nil();
                w.known(0, 1);
                w.str("RED");
                int(w, Width::Int, 1);
            }),
            concat!(
                r#"{"$classes":{"Color":{"kind":"enum"}},"$value":{"$type":"java.util.EnumMap","$of":{"$class":"Color"},"#,
                r#""$entries":[[{"$type":"Color","$constant":"RED"},{"$int":1}]]}}"#
            ),
        ),
        (
            value(|w| {
                w.defined(4);
                w.begin_definition(Kind::Bean, false, Some((3, -5)), "C", 4);
                w.begin_definition(Kind::Bean, false, Some((2, 4)), "B", 1);
                w.head_builtin(170);
                w.item(0, "I", "version");
                w.item(0, "I", "version");
                w.item(1, "I", "version");
                w.item(0, "Ljava/lang/Object;", "$hidden");
                w.item_custom(0);
                w.int(2);
                w.int(1);
                w.nil();
                w.array(3);
                w.bin(&[0, 0, 0, 3]);
                w.bin(&[4]);
                w.builtin(189, 1);
                w.bin(b"bytes");
            }),
            concat!(
                r#"{"$classes":{"C":{"flags":3,"suid":-5,"super":"B","slots":["Iversion","^Iversion","#,
                r#""Ljava/lang/Object;$hidden","*"]},"B":{"flags":2,"suid":4,"super":"java.lang.Object","#,
                r#""slots":["Iversion"]}},"$value":{"$type":"C","version":2,"B#version":1,"$$hidden":null,"#,
                r#""*":[{"$bytes":"AAAAAw=="},{"$bytes":"BA=="},{"$type":"[B","bytes":{"$bytes":"Ynl0ZXM="}}]}}"#
            ),
        ),
        (
            value(|w| {
                // The JDK's own class with raw fields, named slots, a proxy, an array; two classes of one name.
                w.array(4);
                w.defined(2);
                w.begin_definition(Kind::Bean, true, None, "java.util.LinkedList", 0);
                w.nil();
                w.str("size");
                w.int(0);
                w.defined(1);
                w.begin_definition(Kind::Proxy, false, None, "java.lang.reflect.Proxy", 2);
                w.nil();
                w.item(0, "shop.A", "");
                w.item(0, "shop.B", "");
                w.nil();
                w.defined(1);
                w.begin_definition(Kind::Array, false, None, "[LX;", 0);
                w.nil();
                w.defined(0);
                w.begin_definition(Kind::Bean, false, None, "X", 0);
                w.nil();
                w.defined(0);
                w.begin_definition(Kind::Bean, false, None, "X", 0);
                w.nil();
            }),
            concat!(
                r#"{"$classes":{"java.util.LinkedList#0":{"name":"java.util.LinkedList","named":true},"#,
                r#""java.lang.reflect.Proxy":{"kind":"proxy","interfaces":["shop.A","shop.B"]},"#,
                r#""[LX;":{"kind":"array"},"X":{},"X#4":{"name":"X"}},"#,
                r#""$value":[{"$type":"java.util.LinkedList#0","$entries":{"size":0}},"#,
                r#"{"$type":"java.lang.reflect.Proxy","$handler":null},{"$type":"[LX;","$elements":[{"$type":"X"}]},"#,
                r#"{"$type":"X#4"}]}"#
            ),
        ),
    ];
    for (bytes, json) in cases {
        assert_eq!(value_to_typed(&bytes).unwrap(), json);
        assert_eq!(read_value(json), Ok(bytes), "{json}");
    }
}

#[test]
fn attributes_that_share_objects_say_so() {
    let bytes = b"\x93\xce\0\0\0\x18\x82\xa1x\x91\xa1s\xa1y\xd7\x08\0\0\0\0\0\0\0\0\x93\x92\xa1x\xa1y\x92\x01\x00\x90";
    let json = concat!(
        r#"{"attributes":{"x":{"$id":0,"$value":["s"]},"y":{"$ref":0}},"#,
        r#""names":["x","y"],"edges":[[1,0]]}"#
    );
    assert_eq!(to_typed(bytes).unwrap(), json);
    assert_eq!(read(json), Ok(bytes.to_vec()));
    // Names and edges that people do not write are found.
    let json = r#"{"attributes":{"y":{"$ref":7},"x":{"$id":7,"$value":["s"]}}}"#;
    let read = read(json).unwrap();
    let map = AttributeMap::from_document(&read, Limits::default()).unwrap();
    assert_eq!(*map.get("y").unwrap().unwrap(), *b"\x91\xa1s");
}

/// A list whose header is wider than it must be, and what a format knows of its string and of the attribute's name.
fn with_notes() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    writer.attribute("x");
    let header = writer.array_of_unknown_count();
    writer.str("s");
    writer.str("s");
    writer.patch(header, 2);
    writer.attribute("y");
    writer.str("s");
    let mut x = NoteWriter::default();
    x.push(&Note { place: 0, part: NAME_PART, fact: Fact::Interned });
    x.push(&Note { place: 0, part: 0, fact: Fact::Capacity(10) });
    x.push(&Note { place: 5, part: 0, fact: Fact::Group(1) });
    x.push(&Note { place: 7, part: 2, fact: Fact::ClassName("a.B$1") });
    let mut y = NoteWriter::default();
    y.push(&Note { place: 0, part: 0, fact: Fact::SameAs { attribute: 0, place: 7, part: 0 } });
    writer.end_with(&Extras {
        names: vec![Some("x"), Some("y")],
        edges: vec![],
        notes: vec![(0, x.bytes()), (1, y.bytes()), (1, b"\xff not an entry")],
    });
    check(&bytes, Limits::default()).unwrap();
    bytes
}

#[test]
fn notes_speak_of_the_same_values_wherever_these_come_to_stand() {
    let json = to_typed(&with_notes()).unwrap();
    let notes = concat!(
        r#""notes":[{"attribute":0,"values":3,"entries":[[0,"name","interned"],[0,0,"capacity",10],[1,0,"group",1],"#,
        r#"[2,2,"class name","a.B$1"]]},{"attribute":1,"values":1,"entries":[[0,0,"same as",0,2,0]]},"#,
        r#"{"attribute":1,"bytes":"/yBub3QgYW4gZW50cnk="}]"#
    );
    assert!(json.contains(notes), "{json}");
    let bytes = read(&json).unwrap();
    let extras = Attributes::split(&bytes, Limits::default()).unwrap().extras;
    // The header of the list has one byte now, and had five.
    let entries: Vec<_> = Notes::new(extras.notes[0].1).map(|note| note.place).collect();
    assert_eq!(entries, [0, 0, 1, 3]);
    let same: Vec<_> = Notes::new(extras.notes[1].1).map(|note| note.fact).collect();
    assert_eq!(same, [Fact::SameAs { attribute: 0, place: 3, part: 0 }]);
    assert_eq!(extras.notes[2].1, b"\xff not an entry");

    // Where a value was added, nobody knows which one is meant.
    let bytes = read(&json.replace(r#"["s","s"]"#, r#"["new","s","s"]"#)).unwrap();
    let extras = Attributes::split(&bytes, Limits::default()).unwrap().extras;
    assert_eq!(extras.notes.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (json, expected) in [
        ("[]", r#"/: typed JSON of a session is an object with the object "attributes""#),
        (
            r#"{"attributes":{},"x":1}"#,
            r#"/: a document has no "x", only attributes, names, edges and notes"#,
        ),
        (r#"{"attributes":{"a":[{"$int":1.5}]}}"#, "/attributes/a/0: $int is a whole number of 32 bits"),
        (r#"{"attributes":{"a":{"$int":1,"b":2}}}"#, r#"/attributes/a: "b" is not expected here"#),
        (
            r#"{"attributes":{"a/b":{"$what":1}}}"#,
            r#"/attributes/a~1b: "$what" has no meaning; a key of data begins with $$"#,
        ),
        (r#"{"attributes":{"a":{"$ref":3}}}"#, r#"/attributes/a: no value has the "$id" 3"#),
        (
            r#"{"attributes":{"a":{"$type":"shop.Cart"}}}"#,
            r#"/attributes/a: the class shop.Cart is neither built in nor one of "$classes""#,
        ),
        (
            r#"{"attributes":{"a":{"$classes":{"C":{"slots":["Ia"]}},"$value":{"$type":"C","b":1}}}}"#,
            r#"/attributes/a/$value: "a" is missing here"#,
        ),
        (
            r#"{"attributes":{"a":{"$classes":{"C":{"slot":["Ia"]}},"$value":null}}}"#,
            r#"/attributes/a/$classes/C: "slot" is not expected here"#,
        ),
        (r#"{"attributes":{"a":[{"$id":1},{"$id":1}]}}"#, r#"/attributes: two values have the "$id" 1"#),
        (
            r#"{"attributes":{"a":1e999}}"#,
            r#"/attributes/a: a number of this size is a {"$bigDecimal": ".."}"#,
        ),
        (
            r#"{"attributes":{"a":1},"names":["b"]}"#,
            "/names/0: expected null, or the name of an attribute, each once",
        ),
        (
            r#"{"attributes":{"a":1},"edges":[[1]]}"#,
            "/edges/0: an edge is an array of two numbers of attributes",
        ),
        (
            r#"{"attributes":{"a":1},"names":["a"],"notes":[{"attribute":0}]}"#,
            r#"/notes/0: a note has "entries", or "bytes" in base64"#,
        ),
        (
            r#"{"attributes":{"a":{"$type":"java.util.TreeMap","$entries":[[1]]}}}"#,
            r#"/attributes/a: "$comparator" is missing here"#,
        ),
        (
            r#"{"attributes":{"a":{"$map":[[1]]}}}"#,
            "/attributes/a/$map/0: expected a key and a value, an array of 2",
        ),
    ] {
        assert_eq!(read(json).unwrap_err(), expected);
    }
}

#[test]
fn a_thousand_levels_are_written_and_read() {
    let mut bytes = Vec::new();
    let mut writer = Writer::value(&mut bytes);
    for _ in 0..999 {
        writer.builtin(43, 3);
        writer.nil();
        writer.int(1);
    }
    writer.nil();
    check_value(&bytes, Limits::default()).unwrap();
    assert_eq!(read_value(&value_to_typed(&bytes).unwrap()), Ok(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_becomes_json_and_the_same_document_again(
        seed: u64, nodes in 0usize..14, attributes in 1usize..6, classes in 1usize..6
    ) {
        let graph = Graph::random(Size { seed, nodes, attributes, classes });
        let bytes = graph.write_canonical(seed);
        prop_assert_eq!(read(&to_typed(&bytes).unwrap()), Ok(bytes));
        let bytes = graph.write(seed);
        let again = read(&to_typed(&bytes).unwrap()).unwrap();
        prop_assert_eq!(picture(&again, &graph.names()), picture(&bytes, &graph.names()));
        let map = AttributeMap::from_document(&bytes, Limits::default()).unwrap();
        for (_, value) in map.iter() {
            let json = value_to_typed(&value.unwrap()).unwrap();
            prop_assert_eq!(value_to_typed(&read_value(&json).unwrap()).unwrap(), json);
        }
    }
}
