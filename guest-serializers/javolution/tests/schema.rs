//! Objects of the application, with a schema of their classes, with half of one, and without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use holdfast_document::{Kind as ClassKind, Limits, Writer, check};
use holdfast_javolution::Javolution;
use holdfast_schema::{Class, Constant, Field, Kind, Origin, compile};
use holdfast_sdk::{Failure, Serializer, Settings, capture_log};

fn class(name: &str, fields: &[(&str, &str)]) -> Class {
    Class { name: name.to_owned(), fields: list(fields), is_serializable: true, ..Class::default() }
}

fn list(fields: &[(&str, &str)]) -> Vec<Field> {
    let field = |(descriptor, name): &(&str, &str)| Field {
        descriptor: (*descriptor).to_owned(),
        name: (*name).to_owned(),
    };
    fields.iter().map(field).collect()
}

fn knowing(classes: &[Class]) -> Javolution {
    let mut serializer = Javolution::default();
    let schema = compile(classes).unwrap();
    serializer.configure(&Settings { schema: &schema, ..Settings::default() }).unwrap();
    serializer
}

fn stored(value: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><attributes class=\"java.util.concurrent.ConcurrentHashMap\" \
         __id=\"0\" size=\"1\"><k class=\"java.lang.String\" value=\"a\"/>{value}</attributes>"
    )
}

fn load(serializer: &mut Javolution, text: &str) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    serializer.deserialize(text.as_bytes(), &mut out)?;
    check(&out, Limits { depth: 20_000, ..Limits::default() }).unwrap();
    Ok(out)
}

fn store(serializer: &mut Javolution, document: &[u8]) -> Result<String, Failure> {
    let mut out = Vec::new();
    capture_log(|| serializer.serialize(document, &mut out)).0?;
    Ok(String::from_utf8(out).unwrap())
}

/// Reads a value and writes it: the same must come out.
fn stays(serializer: &mut Javolution, value: &str) -> Vec<u8> {
    let text = stored(value);
    let document = load(serializer, &text).unwrap();
    assert_eq!(store(serializer, &document), Ok(text));
    document
}

fn document(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 1);
    writer.attribute("a");
    write(&mut writer);
    writer.end();
    check(&bytes, Limits { depth: 20_000, ..Limits::default() }).unwrap();
    bytes
}

const TEXT: &str = "Ljava/lang/String;";

#[test]
fn fields_have_the_types_that_the_schema_says() {
    let mut serializer = knowing(&[
        Class {
            superclass: Some("shop.Base".into()),
            ..class("shop.Item", &[("I", "n"), ("Lshop/Size;", "size")])
        },
        class("shop.Base", &[("Ljava/util/List;", "tags"), (TEXT, "name"), ("Ljava/lang/Double;", "weight")]),
        Class { kind: Kind::Enum, superclass: Some("java.lang.Enum".into()), ..class("shop.Size", &[]) },
    ]);
    let value = "<v class=\"shop.Item\" __id=\"1\" n=\"7\" size=\"XL\" name=\"a&lt;b\" weight=\"0.25\"><tags \
                 class=\"java.util.ArrayList\" __id=\"2\" size=\"0\"/></v>";
    let read = stays(&mut serializer, value);
    let expected = document(|writer| {
        writer.defined(5);
        writer.begin_definition(ClassKind::Bean, false, None, "shop.Item", 5);
        writer.begin_definition(ClassKind::Bean, false, None, "shop.Base", 3);
        writer.nil();
        writer.item(0, TEXT, "name");
        writer.item(0, "Ljava/lang/Double;", "weight");
        writer.item(0, "Ljava/util/List;", "tags");
        writer.item(0, "I", "n");
        writer.item(0, "Lshop/Size;", "size");
        writer.item(1, TEXT, "name");
        writer.item(1, "Ljava/lang/Double;", "weight");
        writer.item(1, "Ljava/util/List;", "tags");
        writer.int(7);
        writer.defined(1);
        writer.begin_definition(ClassKind::Enum, false, None, "shop.Size", 0);
        writer.nil();
        writer.str("XL");
        writer.str("a<b");
        writer.f64(0.25);
        writer.array(0);
    });
    assert_eq!(read, expected);
    // What is null, or zero, and not there.
    stays(&mut serializer, "<v class=\"shop.Item\" __id=\"1\" n=\"0\"/>");
}

#[test]
fn an_object_with_other_fields_than_the_schema_says_is_kept_by_their_names() {
    let mut serializer =
        knowing(&[class("C", &[(TEXT, "name"), ("Ljava/util/Date;", "at"), ("Ljava/util/List;", "all")])]);
    for value in [
        "<v class=\"C\" __id=\"1\" name=\"a\" other=\"b\"/>",
        "<v class=\"C\" __id=\"1\" name=\"a\"><other class=\"java.lang.String\" value=\"x\"/></v>",
        "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"3\"><C __id=\"2\" name=\"a\"/><C __id=\"3\" name=\"b\" \
         z=\"&amp;\"><at class=\"java.util.Date\" __id=\"4\"/></C><C __ref=\"3\"/></v>",
    ] {
        stays(&mut serializer, value);
    }
    // The library's reader takes the fields in their order only, which the schema knows.
    let swapped = "<v class=\"C\" __id=\"1\"><all class=\"java.util.ArrayList\" __id=\"2\" size=\"0\"/><at \
                   class=\"java.util.Date\" __id=\"3\"/></v>";
    let read = load(&mut serializer, &stored(swapped)).unwrap();
    let text = store(&mut serializer, &read).unwrap();
    assert!(text.contains("<at class=\"java.util.Date\" __id=\"2\"/><all "), "{text}");
}

#[test]
fn a_field_whose_type_turns_out_to_be_an_enum_is_one() {
    let mut serializer = knowing(&[class("C", &[("Lother/Kind;", "kind"), (TEXT, "name")])]);
    stays(&mut serializer, "<v class=\"C\" __id=\"1\" kind=\"BIG\" name=\"a\"/>");
    // The order in which the class declares them is what counts for elements alone.
    let read = stays(&mut serializer, "<v class=\"C\" __id=\"1\" name=\"a\"/>");
    assert!(read.windows(10).any(|ten| ten == b"other/Kind"));
    let mut fresh = knowing(&[class("C", &[("Lother/Kind;", "kind"), (TEXT, "name")])]);
    let bytes = document(|writer| {
        writer.defined(2);
        writer.begin_definition(ClassKind::Bean, false, None, "C", 2);
        writer.nil();
        writer.item(0, "Lother/Kind;", "kind");
        writer.item(0, TEXT, "name");
        writer.defined(1);
        writer.begin_definition(ClassKind::Enum, false, None, "other.Kind", 0);
        writer.nil();
        writer.str("BIG");
        writer.str("a");
    });
    let text = store(&mut fresh, &bytes).unwrap();
    assert!(text.contains("<v class=\"C\" __id=\"1\" name=\"a\" kind=\"BIG\"/>"), "{text}");
}

/// An object with a list and a date, as a Java stream tells it.
fn from_a_stream(has_both: bool) -> Vec<u8> {
    document(|writer| {
        writer.defined(3);
        writer.begin_definition(ClassKind::Bean, false, Some((2, 1)), "shop.Order", 3);
        writer.nil();
        writer.item(0, "I", "number");
        writer.item(0, "Ljava/util/Date;", "at");
        writer.item(0, "Ljava/util/List;", "lines");
        writer.int(5);
        if has_both {
            writer.date(0);
        } else {
            writer.nil();
        }
        writer.array(0);
    })
}

#[test]
fn without_a_schema_an_object_is_written_if_the_document_says_enough() {
    let mut plain = Javolution::default();
    let text = store(&mut plain, &from_a_stream(false)).unwrap();
    let value = "<v class=\"shop.Order\" __id=\"1\" number=\"5\"><lines class=\"java.util.ArrayList\" __id=\"2\" size=\"0\"/></v>";
    assert_eq!(text, stored(value));
    let Err(Failure::Unrepresentable { path, text }) = store(&mut plain, &from_a_stream(true)) else {
        panic!()
    };
    assert_eq!(path, "/a");
    assert!(text.contains("at and lines") && text.contains("holdfast schema"), "{text}");
}

#[test]
fn a_class_that_only_a_stream_told_of_is_no_better_known_but_for_its_types() {
    let order =
        class("shop.Order", &[("I", "number"), ("Ljava/util/Date;", "at"), ("Ljava/util/List;", "lines")]);
    let mut half = knowing(&[Class { origin: Origin::Stream, ..order.clone() }]);
    store(&mut half, &from_a_stream(false)).unwrap();
    assert!(store(&mut half, &from_a_stream(true)).is_err());
    let read = load(&mut half, &stored("<v class=\"shop.Order\" __id=\"1\" number=\"5\"/>")).unwrap();
    assert!(!read.windows(10).any(|ten| ten == b"javolution"), "the number is one");
    stays(&mut half, "<v class=\"shop.Order\" __id=\"1\" number=\"5\"/>");
    let mut whole = knowing(&[order]);
    let text = store(&mut whole, &from_a_stream(true)).unwrap();
    assert!(text.contains("<at class=\"java.util.Date\" __id=\"2\"/><lines "), "{text}");
}

#[test]
fn a_schema_that_does_not_fit_the_data_is_told_of() {
    for (fields, part) in [
        (&[("I", "number"), ("Ljava/util/List;", "lines")][..], "no field at"),
        (
            &[("J", "number"), ("Ljava/util/Date;", "at"), ("Ljava/util/List;", "lines")],
            "of type I here and of J",
        ),
    ] {
        let mut serializer = knowing(&[class("shop.Order", fields)]);
        let Err(Failure::Unrepresentable { text, .. }) = store(&mut serializer, &from_a_stream(true)) else {
            panic!()
        };
        assert!(text.contains(part) && text.contains("holdfast schema"), "{text}");
    }
    let mut serializer =
        knowing(&[Class { superclass: Some("shop.Base".into()), ..class("shop.Order", &[]) }]);
    let Err(Failure::Unrepresentable { text, .. }) = store(&mut serializer, &from_a_stream(true)) else {
        panic!()
    };
    assert!(text.contains("shop.Base is not in the schema"), "{text}");
    let settings = Settings { schema: b"no schema", ..Settings::default() };
    assert!(matches!(Javolution::default().configure(&settings), Err(Failure::BadOption(_))));
}

#[test]
fn what_the_library_loses_of_a_field_stands_beside_it() {
    let mut serializer = knowing(&[class(
        "C",
        &[("D", "d"), ("F", "f"), ("Ljava/lang/Double;", "boxed"), (TEXT, "text"), ("C", "c")],
    )]);
    let bytes = document(|writer| {
        writer.defined(5);
        writer.begin_definition(ClassKind::Bean, false, None, "C", 5);
        writer.nil();
        writer.item(0, "D", "d");
        writer.item(0, "F", "f");
        writer.item(0, "Ljava/lang/Double;", "boxed");
        writer.item(0, TEXT, "text");
        writer.item(0, "C", "c");
        writer.f64(-0.0);
        writer.f32(0.1);
        writer.f64(-0.0);
        writer.wstr(b"a\xed\xa0\x80");
        writer.char(u16::from(b'x'));
    });
    let text = store(&mut serializer, &bytes).unwrap();
    let value = "<v class=\"C\" __id=\"1\" d=\"0.0\" f=\"0.1000000015\" boxed=\"-0.0\" text=\"a\" c=\"x\" \
                 holdfast=\"d=0x8000000000000000 boxed=0x8000000000000000 text=61eda080\"/>";
    assert_eq!(text, stored(value));
    assert_eq!(load(&mut serializer, &text), Ok(bytes));
}

#[test]
fn fields_of_one_name_are_told_apart_by_the_schema() {
    let mut serializer = knowing(&[
        Class { superclass: Some("A".into()), ..class("B", &[(TEXT, "name"), ("I", "n")]) },
        class("A", &[(TEXT, "name"), ("I", "n")]),
    ]);
    stays(&mut serializer, "<v class=\"B\" __id=\"1\" name=\"sub\" n=\"2\" name=\"super\" n=\"1\"/>");
    let value = stored("<v class=\"B\" __id=\"1\" name=\"sub\" name=\"super\"/>");
    assert!(matches!(load(&mut Javolution::default(), &value), Err(Failure::Damaged { .. })));
}

#[test]
fn a_constant_with_a_body_is_a_constant() {
    let mut serializer = knowing(&[
        Class {
            kind: Kind::Enum,
            superclass: Some("java.lang.Enum".into()),
            constants: vec![
                Constant { name: "PLUS".into(), body: None },
                Constant { name: "TIMES".into(), body: Some("Op$1".into()) },
            ],
            ..class("Op", &[])
        },
        Class { kind: Kind::Enum, superclass: Some("Op".into()), ..class("Op$1", &[]) },
    ]);
    let value = "<v class=\"java.util.ArrayList\" __id=\"1\" size=\"3\"><Op __id=\"2\" value=\"PLUS\" type=\"Op\"/><Op$1 \
                 __id=\"3\" name=\"TIMES\" ordinal=\"1\"/><Op$1 __ref=\"3\"/></v>";
    let read = stays(&mut serializer, value);
    assert!(!read.windows(4).any(|four| four == b"Op$1"), "the document has the enum's class");
}

/// A list of objects that each hold the next one, in a document whose fields stand in another order than the library's.
fn chain(depth: u32) -> Vec<u8> {
    document(|writer| {
        for level in 0..depth {
            if level == 0 {
                writer.defined(2);
                writer.begin_definition(ClassKind::Bean, false, None, "N", 2);
                writer.nil();
                writer.item(0, "LN;", "next");
                writer.item(0, "I", "value");
            } else {
                writer.known(0, 2);
            }
        }
        writer.nil();
        for level in 0..depth {
            writer.int(i64::from(level));
        }
    })
}

#[test]
fn objects_in_objects_in_another_order_are_written_in_a_time_that_follows_their_number() {
    let mut serializer = Javolution::default();
    let schema = compile(&[class("N", &[("LN;", "next"), ("I", "value")])]).unwrap();
    let options = vec![("maxDepth", "10000")];
    serializer.configure(&Settings { options, schema: &schema, ..Settings::default() }).unwrap();
    let mut time = |depth| {
        let bytes = chain(depth);
        let begin = std::time::Instant::now();
        let text = store(&mut serializer, &bytes).unwrap();
        let took = begin.elapsed();
        let back = load(&mut serializer, &text).unwrap();
        assert_eq!(store(&mut serializer, &back), Ok(text));
        took
    };
    let (short, long) = (time(900), time(9_000));
    // Ten times as much: a hundred times would be the square.
    assert!(long < 40 * short.max(std::time::Duration::from_micros(500)), "{short:?} {long:?}");
    let refused = store(&mut knowing(&[class("N", &[("LN;", "next"), ("I", "value")])]), &chain(5_000));
    assert!(matches!(refused, Err(Failure::Limit(_))));
}
