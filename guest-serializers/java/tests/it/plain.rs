//! Documents that no Java program wrote: what a Java program gets.

use holdfast_document::{Number, Width, Writer, sample};
use holdfast_java::Java;
use holdfast_sdk::{Failure, Serializer};

use crate::{read, write};

/// The stream of one attribute `a`.
fn stream(value: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    write(&document(value)).unwrap()
}

pub(crate) fn document(value: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 1);
    writer.attribute("a");
    value(&mut writer);
    writer.end();
    bytes
}

const HEAD: &[u8] = b"\xac\xed\0\x05sr\0\x11java.lang.Integer\x12\xe2\xa0\xa4\xf7\x81\x878\x02\0\x01I\0\x05valuexr\0\x10java.lang.Number\x86\xac\x95\x1d\x0b\x94\xe0\x8b\x02\0\0xp";

#[test]
fn the_vectors_of_msm_are_written() {
    let mut none = Vec::new();
    Writer::document(&mut none, 0).end();
    assert_eq!(write(&none).unwrap(), [HEAD, b"\0\0\0\0"].concat());
    assert_eq!(stream(|writer| writer.str("bar")), [HEAD, b"\0\0\0\x01t\0\x01at\0\x03bar"].concat());
    let seven = |writer: &mut Writer<'_>| writer.number(Number { value: 7, width: Width::Int });
    assert_eq!(stream(seven), [HEAD, b"\0\0\0\x01t\0\x01asq\0~\0\0\0\0\0\x07"].concat());
}

#[test]
fn an_untyped_number_is_the_smallest_of_integer_long_and_biginteger() {
    assert_eq!(stream(|writer| writer.int(7)), [HEAD, b"\0\0\0\x01t\0\x01asq\0~\0\0\0\0\0\x07"].concat());
    assert_eq!(
        stream(|writer| writer.int(-1000)),
        [HEAD, b"\0\0\0\x01t\0\x01asq\0~\0\0\xff\xff\xfc\x18"].concat()
    );
    let long = stream(|writer| writer.int(1 << 40));
    assert_eq!(long, stream(|writer| writer.number(Number { value: 1 << 40, width: Width::Long })));
    let big = stream(|writer| writer.unsigned(u64::MAX));
    assert_eq!(big, stream(|writer| writer.big_integer(&[0, 255, 255, 255, 255, 255, 255, 255, 255])));
}

#[test]
fn the_number_of_attributes_is_the_object_of_an_equal_integer() {
    assert_eq!(stream(|writer| writer.int(1)), [HEAD, b"\0\0\0\x01t\0\x01aq\0~\0\x02"].concat());
}

#[test]
fn numbers_of_every_size_come_back_whatever_room_there_is() {
    let powers = (0..63).map(|bit| 1i64 << bit);
    let near = powers.flat_map(|power| [power, power - 1, -power, -power - 1]);
    // Twice, as the first of each class is no quick one, and those of Java's caches are references from then on. 1 is the
    // number of attributes.
    let numbers: Vec<i64> = near.clone().chain(near).collect();
    let of_widths = |untyped: fn(i64) -> Width| {
        document(|writer| {
            writer.array(2 * numbers.len() as u32);
            for &value in &numbers {
                writer.number(Number { value, width: untyped(value) });
                writer.number(Number { value, width: Width::Long });
            }
        })
    };
    let (document, typed) = (
        of_widths(|_| Width::Untyped),
        of_widths(|value| if i32::try_from(value).is_ok() { Width::Int } else { Width::Long }),
    );
    let bytes = write(&document).unwrap();
    for room in [0, 100, 1_000, 1 << 20] {
        for document in [&document, &typed] {
            let mut out = Vec::with_capacity(room);
            Java::default().serialize(document, &mut out).unwrap();
            assert!(out == bytes, "room for {room} bytes");
        }
        let mut out = Vec::with_capacity(room);
        Java::default().deserialize(&bytes, &mut out).unwrap();
        // In front of the attribute is how many there are, in another form.
        assert!(out.ends_with(&typed[7..]), "room for {room} bytes");
    }
}

#[test]
fn a_null_attribute_is_left_out_and_not_counted() {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 3);
    writer.attribute("a");
    writer.nil();
    writer.attribute("b");
    writer.str("bar");
    writer.attribute("c");
    writer.nil();
    writer.end();
    assert_eq!(write(&bytes).unwrap(), [HEAD, b"\0\0\0\x01t\0\x01bt\0\x03bar"].concat());
}

#[test]
fn the_sample_of_every_serializer_comes_back_with_javas_types() {
    let document = sample();
    let bytes = write(&document).unwrap();
    let read = read(&bytes).unwrap();
    assert_eq!(write(&read).unwrap(), bytes);
}

#[test]
fn strings_at_the_border_of_the_two_forms_come_back() {
    for text in [
        "a".repeat(65_535),
        "a".repeat(65_536),
        "\0".repeat(32_768),
        "\u{1f600}".repeat(10_923),
        String::new(),
    ] {
        let bytes = stream(|writer| writer.str(&text));
        let document = document(|writer| writer.str(&text));
        let head = if text.len() > 65_535
            || !text.starts_with(['a', '\u{0}']) && !text.is_empty()
            || text.starts_with('\0')
        {
            0x7c
        } else {
            0x74
        };
        assert_eq!(bytes[HEAD.len() + 4 + 4], head);
        let again = read(&bytes).unwrap();
        assert_eq!(write(&again).unwrap(), bytes);
        assert!(again.ends_with(&document[7 + 2..]), "the value is the same");
    }
}

#[test]
fn a_reference_to_what_comes_later_is_written_where_it_is_met_first() {
    // {a: [REF list, list ["x"]], b: REF list}
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 1);
    writer.attribute("a");
    writer.array(2);
    let place = writer.place() + 6;
    writer.reference(place);
    assert_eq!(writer.place(), place);
    writer.array(1);
    writer.str("x");
    writer.end();
    let stream = write(&bytes).unwrap();
    // Java has it the other way round: the list where it comes first, then a reference.
    let mut expected = Vec::new();
    let mut writer = Writer::document(&mut expected, 1);
    writer.attribute("a");
    writer.array(2);
    let place = writer.place();
    writer.array(1);
    writer.str("x");
    writer.reference(place);
    writer.end();
    assert_eq!(read(&stream).unwrap()[11..], expected[7..]);
}

#[test]
fn a_reference_into_an_attribute_that_comes_later_finds_its_classes() {
    use holdfast_document::{Extras, Kind};
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    writer.attribute("a");
    writer.xref(0, 0);
    writer.attribute("b");
    let at = writer.place();
    writer.array(2);
    let constant = |writer: &mut Writer<'_>| {
        writer.defined(1);
        writer.begin_definition(Kind::Enum, false, None, "com.example.Color", 0);
        writer.nil();
        writer.str("RED");
    };
    constant(&mut writer);
    writer.known(0, 1);
    writer.str("RED");
    writer.end_with(&Extras { names: vec![Some("b"), Some("a")], edges: vec![(1, 0)], notes: vec![] });
    assert_eq!(at, 0);
    holdfast_document::check(&bytes, holdfast_document::Limits::default()).unwrap();
    let stream = write(&bytes).unwrap();
    let document = read(&stream).unwrap();
    assert_eq!(holdfast_document::Extras::of(&document).unwrap().edges.len(), 1);
    assert_eq!(write(&document).unwrap(), stream);
}

#[test]
fn defaults_of_properties_stand_behind_them_in_a_stream() {
    let document = document(|writer| {
        writer.builtin(45, 3);
        let defaults = writer.place();
        writer.builtin(45, 3);
        writer.nil();
        writer.str("k");
        writer.str("v");
        writer.str("defaults");
        writer.reference(defaults);
    });
    let bytes = write(&document).unwrap();
    let again = read(&bytes).unwrap();
    assert_eq!(write(&again).unwrap(), bytes);
}

#[test]
fn an_array_class_without_a_uid_gets_the_one_that_java_computes() {
    use holdfast_document::Kind;
    let bytes = stream(|writer| {
        writer.defined(0);
        writer.begin_definition(Kind::Array, false, None, "[Ljava.util.Calendar;", 0);
        writer.nil();
    });
    // `ObjectStreamClass.lookup(java.util.Calendar[].class).getSerialVersionUID()`
    let uid = 0x9332_4d06_5eb1_1937_u64.to_be_bytes();
    assert!(!bytes.is_empty() && uid.len() == 8);
    assert!(read(&bytes).is_ok());
}

#[test]
fn numbers_of_a_field_take_the_type_that_it_declares() {
    use holdfast_document::Kind;
    let bytes = stream(|writer| {
        writer.defined(4);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "com.example.Item", 4);
        writer.nil();
        writer.item(0, "C", "c");
        writer.item(0, "D", "d");
        writer.item(0, "Ljava/lang/Long;", "l");
        writer.item(0, "Ljava/lang/Object;", "o");
        writer.str("x");
        writer.int(3);
        writer.int(5);
        writer.int(5);
    });
    let document = read(&bytes).unwrap();
    let tail = [
        b"\xd5\x05\0x".as_slice(),
        b"\xcb\x40\x08\0\0\0\0\0\0",
        b"\xd3\0\0\0\0\0\0\0\x05",
        b"\xd2\0\0\0\x05",
        b"\xc0",
    ]
    .concat();
    assert!(document.ends_with(&tail), "{document:02x?}");
}

#[test]
fn wide_numbers_in_narrow_fields_are_refused_with_their_path() {
    use holdfast_document::Kind;
    let document = document(|writer| {
        writer.defined(1);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "com.example.Item", 1);
        writer.nil();
        writer.item(0, "I", "quantity");
        writer.int(1 << 40);
    });
    let expected = Failure::Unrepresentable {
        path: "/a/quantity".into(),
        text: "the field is an int, a whole number of 32 bits, and the value is not".into(),
    };
    assert_eq!(write(&document), Err(expected));
}
