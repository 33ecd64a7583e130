//! Values of every kind that documents hold: what is written, what comes back, what is refused and how that is said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use holdfast_document::{Extras, Kind, Limits, Number, Width, Writer, check, sample};
use holdfast_javolution::Javolution;
use holdfast_sdk::{Failure, Serializer, Settings, capture_log};

fn document(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 1);
    writer.attribute("a");
    write(&mut writer);
    writer.end();
    check(&bytes, Limits::default()).unwrap();
    bytes
}

fn store(serializer: &mut Javolution, document: &[u8]) -> Result<String, Failure> {
    let mut stored = Vec::new();
    serializer.serialize(document, &mut stored)?;
    Ok(String::from_utf8(stored).unwrap())
}

fn load(serializer: &mut Javolution, stored: &str) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    serializer.deserialize(stored.as_bytes(), &mut document)?;
    check(&document, Limits::default()).unwrap();
    Ok(document)
}

/// What stands in the element of attribute `a`, after a check that it is read as the same document.
fn there_and_back(document: &[u8]) -> String {
    let mut serializer = Javolution::default();
    let (stored, _) = capture_log(|| store(&mut serializer, document));
    let stored = stored.unwrap();
    assert_eq!(load(&mut serializer, &stored).unwrap(), document, "{stored}");
    stored.split_once("value=\"a\"/>").unwrap().1.strip_suffix("</attributes>").unwrap().to_owned()
}

fn stored(value: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><attributes class=\"java.util.concurrent.ConcurrentHashMap\" \
         __id=\"0\" size=\"1\"><k class=\"java.lang.String\" value=\"a\"/>{value}</attributes>"
    )
}

fn refusal(document: &[u8]) -> (String, String) {
    match capture_log(|| store(&mut Javolution::default(), document)).0 {
        Err(Failure::Unrepresentable { path, text }) => (path, text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn plain_data_comes_back() {
    let mut serializer = Javolution::default();
    let stored = store(&mut serializer, &sample()).unwrap();
    assert_eq!(load(&mut serializer, &stored), Ok(sample()));
}

#[test]
fn of_a_null_at_the_place_of_a_value_nothing_is_written_and_it_comes_back() {
    let element = there_and_back(&document(|writer| {
        writer.array(3);
        for number in 0..3 {
            writer.map(4);
            writer.str("first");
            writer.nil();
            writer.str("second");
            writer.nil();
            writer.str("number");
            writer.number(Number { value: number, width: Width::Int });
            writer.str("last");
            writer.nil();
        }
    }));
    assert_eq!(element.matches("<k ").count(), 12);
    assert_eq!(element.matches("<v ").count(), 4, "the value of the attribute, and three numbers: {element}");
}

#[test]
fn untyped_numbers_are_the_smallest_class_that_holds_them() {
    let bytes = document(|writer| {
        writer.array(3);
        writer.int(-7);
        writer.int(1 << 40);
        writer.bool(false);
    });
    let text = store(&mut Javolution::default(), &bytes).unwrap();
    assert!(text.contains(
        "<java.lang.Integer value=\"-7\"/><java.lang.Long value=\"1099511627776\"/><java.lang.Boolean value=\"false\"/>"
    ));
    let bytes = document(|writer| writer.unsigned(u64::MAX));
    assert_eq!(refusal(&bytes).0, "/a");
}

#[test]
fn what_the_library_loses_stands_in_an_attribute_of_ours() {
    for (write, expected) in [
        (
            (|writer: &mut Writer<'_>| writer.date(1_706_659_200_123)) as fn(&mut Writer<'_>),
            "<v class=\"java.util.Date\" __id=\"1\" holdfast=\"1706659200123\"/>",
        ),
        (|writer| writer.date(0), "<v class=\"java.util.Date\" __id=\"1\"/>"),
        (
            |writer| writer.big_decimal(2, &[0x01, 0x56, 0x48]),
            "<v class=\"java.math.BigDecimal\" __id=\"1\" value=\"876\" holdfast=\"87624E-2\"/>",
        ),
        (|writer| writer.big_decimal(0, &[5]), "<v class=\"java.math.BigDecimal\" __id=\"1\" value=\"5\"/>"),
        (
            |writer| writer.f64(-0.0),
            "<v class=\"java.lang.Double\" value=\"0.0\" holdfast=\"0x8000000000000000\"/>",
        ),
        (|writer| writer.f32(-0.0), "<v class=\"java.lang.Float\" value=\"0\" holdfast=\"0x80000000\"/>"),
        (
            |writer| writer.wstr(b"a\xed\xa0\x80\""),
            "<v class=\"java.lang.String\" value=\"a&quot;\" holdfast=\"61eda08022\"/>",
        ),
        (
            |writer| {
                writer.builtin(92, 2);
                writer.int(1_706_659_200_123);
                writer.int(123_456_789);
            },
            "<v class=\"java.sql.Timestamp\" __id=\"1\" nanos=\"123456789\" holdfast=\"1706659200123\"/>",
        ),
        (
            |writer| {
                writer.builtin(42, 2);
                writer.str("k");
                writer.nil();
            },
            "<v class=\"java.util.LinkedHashMap\" __id=\"1\" holdfast=\"access order\" size=\"1\">\
             <k class=\"java.lang.String\" value=\"k\"/></v>",
        ),
        (
            |writer| {
                writer.builtin(95, 1);
                writer.bin(&[5]);
            },
            "<v class=\"java.util.BitSet\" __id=\"1\"><words class=\"[J\" __id=\"2\" length=\"1\">\
             <java.lang.Long value=\"5\"/></words></v>",
        ),
    ] {
        assert_eq!(there_and_back(&document(write)), expected);
    }
}

#[test]
fn a_loss_is_logged_once_and_refused_on_demand() {
    let bytes = document(|writer| {
        writer.map(1);
        writer.str("since");
        writer.date(1);
    });
    let mut serializer = Javolution::default();
    let ((), lines) = capture_log(|| {
        for _ in 0..3 {
            store(&mut serializer, &bytes).unwrap();
        }
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].1.contains("/a/since"), "{lines:?}");
    let settings = Settings { options: vec![("losses", "refuse")], ..Settings::default() };
    serializer.configure(&settings).unwrap();
    let Err(Failure::Unrepresentable { path, text }) = store(&mut serializer, &bytes) else { panic!() };
    assert_eq!(path, "/a/since");
    assert!(text.contains("java.util.Date"), "{text}");
    let settings = Settings { options: vec![("losses", "some")], ..Settings::default() };
    assert!(matches!(serializer.configure(&settings), Err(Failure::BadOption(_))));
}

#[test]
fn values_of_java_time_are_objects_in_objects() {
    let numbers = |number: u16, parts: &'static [i64]| {
        document(|writer| {
            writer.builtin(number, parts.len() as u32);
            for part in parts {
                writer.int(*part);
            }
        })
    };
    assert_eq!(
        there_and_back(&numbers(103, &[2024, 1, 31, 1, 2, 3, 4, 7200])),
        "<v class=\"java.time.OffsetDateTime\" __id=\"1\"><dateTime class=\"java.time.LocalDateTime\" __id=\"2\">\
         <date class=\"java.time.LocalDate\" __id=\"3\" year=\"2024\" month=\"1\" day=\"31\"/>\
         <time class=\"java.time.LocalTime\" __id=\"4\" hour=\"1\" minute=\"2\" second=\"3\" nano=\"4\"/></dateTime>\
         <offset class=\"java.time.ZoneOffset\" __id=\"5\" totalSeconds=\"7200\"/></v>"
    );
    for (number, parts) in [
        (100, &[1969, 12, 31][..]),
        (101, &[23, 59, 59, 999_999_999]),
        (102, &[-1, 1, 1, 0, 0, 0, 0]),
        (105, &[1, 2, 3, 4, -3600]),
        (106, &[-1, 5]),
        (107, &[1, -2, 3]),
        (108, &[2024]),
        (109, &[2024, 2]),
        (110, &[2, 29]),
        (111, &[-3600]),
    ] {
        there_and_back(&numbers(number, parts));
    }
    for (offset, zone) in [(3600, "Europe/Berlin"), (0, "Z"), (-5400, "-01:30"), (3601, "+01:00:01")] {
        there_and_back(&document(|writer| {
            writer.builtin(104, 9);
            for part in [2024, 1, 31, 1, 2, 3, 4, offset] {
                writer.int(part);
            }
            writer.str(zone);
        }));
    }
}

#[test]
fn a_time_of_day_that_two_dates_share_is_read_for_both() {
    let value = stored(
        "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"3\"><java.time.LocalDateTime __id=\"2\"><date \
         class=\"java.time.LocalDate\" __id=\"3\" year=\"2024\" month=\"1\" day=\"31\"/><time \
         class=\"java.time.LocalTime\" __id=\"4\" hour=\"1\" minute=\"0\" second=\"0\" nano=\"0\"/>\
         </java.time.LocalDateTime><java.time.LocalDateTime __id=\"5\"><date class=\"java.time.LocalDate\" \
         __ref=\"3\"/><time class=\"java.time.LocalTime\" __ref=\"4\"/></java.time.LocalDateTime>\
         <java.time.LocalTime __ref=\"4\"/></v>",
    );
    let expected = document(|writer| {
        writer.array(3);
        for _ in 0..2 {
            writer.builtin(102, 7);
            for part in [2024, 1, 31, 1, 0, 0, 0] {
                writer.int(part);
            }
        }
        writer.builtin(101, 4);
        for part in [1, 0, 0, 0] {
            writer.int(part);
        }
    });
    assert_eq!(load(&mut Javolution::default(), &value), Ok(expected));
}

#[test]
fn a_map_that_changed_while_it_was_stored_has_the_entries_that_came() {
    let value = stored(
        "<v class=\"java.util.TreeMap\" __id=\"1\" size=\"7\"><k class=\"java.lang.String\" value=\"x\"/><v \
         class=\"java.util.ArrayList\" __id=\"2\" size=\"9\"><Null/></v></v>",
    );
    let bytes = load(&mut Javolution::default(), &value).unwrap();
    let again = store(&mut Javolution::default(), &bytes).unwrap();
    assert_eq!(again, value.replace("\"7\"", "\"1\"").replace("\"9\"", "\"1\""));
}

#[test]
fn the_form_of_the_first_javolution_is_read_where_strings_have_numbers() {
    let old = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><attributes \
         class=\"java.util.concurrent.ConcurrentHashMap\" __id=\"0\" size=\"2\"><k class=\"java.lang.String\" \
         __id=\"1\" value=\"x\"/><v class=\"java.util.ArrayList\" __id=\"2\" size=\"2\"><java.lang.String __id=\"3\" \
         value=\"a&lt;b\"/><java.lang.String __ref=\"3\"/></v><k class=\"java.lang.String\" __ref=\"3\"/><v \
         class=\"java.util.ArrayList\" __ref=\"2\"/></attributes>";
    let bytes = load(&mut Javolution::default(), old).unwrap();
    let new = old
        .replace("__id=\"2\"", "__id=\"+\"")
        .replace(" __id=\"1\"", "")
        .replace(" __id=\"3\"", "")
        .replace("java.lang.String\" __ref=\"3\"", "java.lang.String\" value=\"a&lt;b\"")
        .replace("java.lang.String __ref=\"3\"", "java.lang.String value=\"a&lt;b\"")
        .replace("__id=\"+\"", "__id=\"1\"")
        .replace("__ref=\"2\"", "__ref=\"1\"");
    assert_eq!(store(&mut Javolution::default(), &bytes), Ok(new));
}

#[test]
fn a_reference_may_come_before_its_object() {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    writer.attribute("x");
    writer.array(3);
    writer.reference(8);
    writer.xref(0, 2);
    writer.builtin(2, 1);
    assert_eq!(writer.place(), 21);
    writer.str("s");
    writer.attribute("y");
    writer.array(2);
    writer.nil();
    writer.array(1);
    writer.reference(0);
    writer.end_with(&Extras { names: vec![Some("y"), Some("x")], edges: vec![(1, 0)], notes: Vec::new() });
    // The first reference leads to the list behind it.
    let at = bytes.windows(6).position(|six| six == [0xd6, 7, 0, 0, 0, 8]).unwrap();
    bytes[at + 5] = 17;
    check(&bytes, Limits::default()).unwrap();
    let text = store(&mut Javolution::default(), &bytes).unwrap();
    assert!(text.ends_with(
        "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"3\"><java.util.LinkedList __id=\"2\" size=\"1\">\
         <java.lang.String value=\"s\"/></java.util.LinkedList><java.util.ArrayList __id=\"3\" size=\"1\">\
         <java.util.ArrayList __id=\"4\" size=\"2\"><Null/><java.util.ArrayList __ref=\"3\"/></java.util.ArrayList>\
         </java.util.ArrayList><java.util.LinkedList __ref=\"2\"/></v><k class=\"java.lang.String\" value=\"y\"/>\
         <v class=\"java.util.ArrayList\" __ref=\"4\"/></attributes>"
    ), "{text}");
    let back = load(&mut Javolution::default(), &text).unwrap();
    assert_eq!(store(&mut Javolution::default(), &back), Ok(text));
}

#[test]
fn what_the_library_cannot_hold_is_refused_with_its_path() {
    for (write, path, part) in [
        ((|writer: &mut Writer<'_>| writer.nil()) as fn(&mut Writer<'_>), "/a", "null"),
        (|writer| writer.big_integer(&[1]), "/a", "BigInteger"),
        (|writer| writer.primitives(b'Z', &[1]), "/a", "boolean[]"),
        (|writer| writer.char(0xd800), "/a", "surrogate"),
        (
            |writer| {
                writer.array(1);
                writer.class();
                writer.head_builtin(171);
            },
            "/a/0",
            "java.lang.Class",
        ),
        (
            |writer| {
                writer.builtin(20, 1);
                writer.int(1);
            },
            "/a",
            "ImmutableCollections",
        ),
        (
            |writer| {
                writer.builtin(41, 4);
                writer.str("k");
                writer.nil();
                writer.nil();
                writer.int(1);
            },
            "/a/key 1",
            "null key",
        ),
        (
            |writer| {
                writer.map(1);
                writer.str("user");
                writer.defined(2);
                writer.begin_definition(Kind::Bean, false, None, "com.example.User", 2);
                writer.nil();
                writer.item(0, "Ljava/util/List;", "roles");
                writer.item(0, "Ljava/util/Date;", "since");
                writer.array(0);
                writer.date(1);
            },
            "/a/user",
            "schema",
        ),
        (
            |writer| {
                writer.defined(2);
                writer.begin_definition(Kind::Bean, true, None, "C", 0);
                writer.nil();
                writer.str("x y");
                writer.int(7);
            },
            "/a/x y",
            "\"x y\"",
        ),
    ] {
        let (at, text) = refusal(&document(write));
        assert!(text.contains(part), "{text}");
        assert!(at == path || at == "/a", "{at} {path}");
    }
}

#[test]
fn depth_is_limited_on_both_ways() {
    let nested = |depth: usize| {
        document(|writer| {
            for _ in 0..depth {
                writer.array(1);
            }
            writer.array(0);
        })
    };
    let mut serializer = Javolution::default();
    there_and_back(&nested(900));
    let too_deep = {
        let mut bytes = Vec::new();
        let mut writer = Writer::document(&mut bytes, 1);
        writer.attribute("a");
        for _ in 0..5000 {
            writer.array(1);
        }
        writer.array(0);
        writer.end();
        bytes
    };
    assert!(matches!(store(&mut serializer, &too_deep), Err(Failure::Limit(_))));
    let settings = Settings { options: vec![("maxDepth", "10000")], ..Settings::default() };
    serializer.configure(&settings).unwrap();
    let text = store(&mut serializer, &too_deep).unwrap();
    let mut back = Vec::new();
    serializer.deserialize(text.as_bytes(), &mut back).unwrap();
    assert_eq!(back, too_deep);
    assert!(matches!(load(&mut Javolution::default(), &text), Err(Failure::Limit(_))));
}

#[test]
fn constants_and_objects_of_one_class_are_told_apart() {
    let value = "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"3\"><C __id=\"2\" value=\"A\" type=\"C\"/><C __id=\"3\" \
                 name=\"A\"/><C __ref=\"2\"/></v>";
    let bytes = load(&mut Javolution::default(), &stored(value)).unwrap();
    assert_eq!(there_and_back(&bytes), value);
}

#[test]
fn hostile_xml_is_refused() {
    let mut serializer = Javolution::default();
    for value in [
        "<v class=\"[I\" __id=\"1\" length=\"2147483647\"/>",
        "<v class=\"[Ljava.lang.Object;\" __id=\"1\" type=\"array\" componentType=\"java.lang.Object\" \
         length=\"2147483647\"/>",
        "<v class=\"java.lang.String\" value=\"&lol;\"/>",
        "<v class=\"java.util.ArrayList\" __id=\"7\" size=\"0\"/>",
        "<v class=\"java.util.ArrayList\" __ref=\"7\"/>",
        "<v class=\"java.util.ArrayList\" __ref=\"0\"/>",
        "<v class=\"java.lang.Integer\" value=\"2147483648\"/>",
        "<v class=\"java.lang.Integer\"/>",
        "<v class=\"java.lang.Boolean\" value=\"yes\"/>",
        "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"0\">text</v>",
        "<!-- comment --><v class=\"java.lang.String\" value=\"\"/>",
        "<v class=\"java.lang.String\" value=\"\"/><k class=\"java.lang.String\" value=\"a\"/><v \
         class=\"java.lang.String\" value=\"\"/>",
        "<v class=\"C\" x=\"1\" x=\"2\"/>",
    ] {
        match load(&mut serializer, &stored(value)) {
            Err(Failure::Damaged { offset, .. }) => assert!(offset > 100, "{value}"),
            other => panic!("{value}: {other:?}"),
        }
    }
    for bytes in [
        "",
        "<",
        "<concurrent-hash-map/>",
        "\u{1}",
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><attributes/>",
    ] {
        assert!(matches!(load(&mut serializer, bytes), Err(Failure::NotThisFormat(_))), "{bytes}");
    }
    let value = "<v class=\"com.example.Cart\" __id=\"1\" size=\"1\"><java.lang.String value=\"x\"/></v>";
    let Err(Failure::Unrepresentable { path, .. }) = load(&mut serializer, &stored(value)) else { panic!() };
    assert_eq!(path, "/a");
}

#[test]
fn a_string_of_the_old_form_that_comes_often_meets_the_limit() {
    let text = "x".repeat(100_000);
    let mut value = format!(
        "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"1\"><java.lang.String __id=\"2\" value=\"{text}\"/>"
    );
    for _ in 0..10_000 {
        value.push_str("<java.lang.String __ref=\"2\"/>");
    }
    value.push_str("</v>");
    assert!(matches!(load(&mut Javolution::default(), &stored(&value)), Err(Failure::Limit(_))));
}

#[test]
fn numbers_say_their_class() {
    let bytes = document(|writer| {
        writer.array(4);
        for width in [Width::Byte, Width::Short, Width::Int, Width::Long] {
            writer.number(Number { value: -100, width });
        }
    });
    there_and_back(&bytes);
}
