//! What a stream cannot hold is refused with its path, and what is no session with what would be one.

use holdfast_document::{Kind, Writer};
use holdfast_sdk::Failure;

use crate::plain::document;
use crate::{read, write};

fn refusal(value: impl FnOnce(&mut Writer<'_>)) -> (String, String) {
    match write(&document(value)) {
        Err(Failure::Unrepresentable { path, text }) => (path, text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_class_without_its_uid_needs_a_schema() {
    let (path, text) = refusal(|writer| {
        writer.array(2);
        writer.nil();
        writer.defined(1);
        writer.begin_definition(Kind::Bean, false, None, "com.example.Person", 1);
        writer.nil();
        writer.item(0, "Ljava/lang/String;", "name");
        writer.str("n");
    });
    assert_eq!(path, "/a/1");
    assert_eq!(
        text,
        "the class com.example.Person: it came without its serialVersionUID, from another format than Java's; Java \
         needs the schema of the class"
    );
}

#[test]
fn a_tree_whose_comparator_was_lost_is_refused_where_java_would_not_find_its_elements() {
    let tree = |keys: [i64; 2]| {
        move |writer: &mut Writer<'_>| {
            writer.builtin(43, 5);
            writer.nil();
            for key in keys {
                writer.int(key);
                writer.str("value");
            }
        }
    };
    let (path, text) = refusal(tree([2, 1]));
    assert_eq!(path, "/a");
    assert!(text.contains("do not stand in their natural order"), "{text}");
    write(&document(tree([1, 2]))).unwrap();
    let (path, text) = refusal(|writer| {
        writer.builtin(32, 3);
        writer.nil();
        // By bytes they ascend, by UTF-16 they do not.
        writer.str("\u{ffee}");
        writer.str("\u{1f600}");
    });
    assert_eq!(path, "/a");
    assert!(text.contains("natural order"), "{text}");
}

#[test]
fn fields_by_name_and_of_unknown_types_need_a_schema() {
    let (_, text) = refusal(|writer| {
        writer.defined(2);
        writer.begin_definition(Kind::Bean, true, None, "com.example.Person", 0);
        writer.nil();
        writer.str("name");
        writer.str("n");
    });
    assert!(text.contains("by name") && text.contains("schema"), "{text}");
    let (_, text) = refusal(|writer| {
        writer.defined(1);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "com.example.Person", 1);
        writer.nil();
        writer.item(0, "?", "name");
        writer.str("n");
    });
    assert!(text.contains("type of a field") && text.contains("schema"), "{text}");
}

#[test]
fn values_of_another_format_are_refused_by_its_name() {
    let (path, text) = refusal(|writer| writer.opaque("xstream/1", b"<x/>"));
    assert_eq!(path, "/a");
    assert_eq!(text, "the value is kept in the bytes of xstream/1, which only that format can write");
}

#[test]
fn an_enum_constant_by_its_number_needs_its_name() {
    let (path, text) = refusal(|writer| {
        writer.map(1);
        writer.str("colour");
        writer.defined(1);
        writer.begin_definition(Kind::Enum, false, None, "com.example.Color", 0);
        writer.nil();
        writer.int(2);
    });
    assert!(path.starts_with("/a/colour"), "{path}");
    assert!(text.contains("needs its name"), "{text}");
}

#[test]
fn classes_that_java_cannot_serialize_are_refused() {
    let (_, text) = refusal(|writer| {
        writer.builtin(96, 1);
        writer.str("x");
    });
    assert_eq!(text, "java.util.Optional is not Serializable");
    let (_, text) = refusal(|writer| {
        writer.builtin(94, 1);
        writer.str("Europe/Berlin");
    });
    assert!(text.contains("Europe/Berlin"), "{text}");
    let (_, text) = refusal(|writer| {
        writer.builtin(8, 1);
        writer.nil();
    });
    assert_eq!(text, "Java has no null in such a collection");
}

#[test]
fn a_class_whose_slots_contradict_its_superclass_is_refused() {
    let (_, text) = refusal(|writer| {
        writer.defined(1);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "com.example.Sub", 1);
        writer.begin_definition(Kind::Bean, false, Some((2, 1)), "com.example.Super", 1);
        writer.nil();
        writer.item(0, "I", "a");
        writer.item(1, "I", "b");
        writer.int(1);
    });
    assert_eq!(text, "the class com.example.Sub: its slots are not those of its superclass and then its own");
}

#[test]
fn other_bytes_are_not_this_format() {
    for bytes in [
        b"".as_slice(),
        b"\x93\xce\0\0\0\0\x80\xc0",
        b"\xac\xed\0\x04sr",
        b"\xac\xed\0\x05w\x02ab",
        b"\xac\xed\0\x05t\0\x01a",
    ] {
        assert!(matches!(read(bytes), Err(Failure::NotThisFormat(_))), "{bytes:?}: {:?}", read(bytes));
    }
    let long = b"\xac\xed\0\x05sr\0\x0ejava.lang.Long;\x8b\xe4\x90\xcc\x8f#\xdf\x02\0\x01J\0\x05valuexr\0\x10java.lang.Number\x86\xac\x95\x1d\x0b\x94\xe0\x8b\x02\0\0xp\0\0\0\0\0\0\0\0";
    assert!(matches!(read(long), Err(Failure::NotThisFormat(_))));
}

#[test]
fn what_a_session_never_holds_is_refused_where_it_stands() {
    let stream = write(&document(|writer| writer.str("x"))).unwrap();
    let value = stream.len() - 4;
    for (byte, part) in
        [(0x79, "reset"), (0x7b, "exception"), (0x77, "block"), (0x78, "end"), (0x6f, "no kind of content")]
    {
        let mut bytes = stream.clone();
        bytes[value] = byte;
        match read(&bytes) {
            Err(Failure::Damaged { offset, text }) => {
                assert_eq!(offset, value as u64);
                assert!(text.contains(part), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_same_attribute_twice_is_damaged() {
    let mut bytes = write(&document(|writer| writer.str("x"))).unwrap();
    let attribute = bytes[bytes.len() - 8..].to_vec();
    bytes.extend_from_slice(&attribute);
    let count = bytes.len() - 8 - attribute.len() - 1;
    bytes[count] = 2;
    match read(&bytes) {
        Err(Failure::Damaged { text, .. }) => assert_eq!(text, "the attribute a stands in the stream twice"),
        other => panic!("{other:?}"),
    }
}
