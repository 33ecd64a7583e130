//! What holds for every format that stores a class which extends a collection, map or date as what it extends: these are
//! tests of each of them, by [`extending`].

use holdfast_document::Writer;
use holdfast_sdk::{Failure, Serializer};

use super::extended::{stored, transcode, with_schema};

/// Makes tests of what stands here for a serializer, its format, and the sessions that its library can store.
macro_rules! extending {
    ($serializer:ty, $format:literal, $cases:expr) => {
        #[test]
        fn what_the_library_stored_is_written_byte_for_byte() {
            extending::what_the_library_stored_is_written_byte_for_byte::<$serializer>($format, $cases);
        }

        #[test]
        fn of_a_java_stream_the_list_is_stored_as_the_library_does_and_the_fields_are_not() {
            extending::of_a_java_stream_the_list_is_stored_as_the_library_does_and_the_fields_are_not::<
                $serializer,
            >($format);
        }

        #[test]
        fn own_fields_are_refused_where_losses_are() {
            extending::own_fields_are_refused_where_losses_are::<$serializer>();
        }

        #[test]
        fn without_a_schema_the_class_is_refused_by_its_path() {
            extending::without_a_schema_the_class_is_refused_by_its_path::<$serializer>();
        }

        #[test]
        fn lists_in_lists_have_an_end_where_depth_has() {
            extending::lists_in_lists_have_an_end_where_depth_has::<$serializer>();
        }
    };
}
pub(crate) use extending;

pub(crate) fn what_the_library_stored_is_written_byte_for_byte<S: Serializer>(format: &str, cases: &[&str]) {
    for case in cases {
        let bytes = stored(case, format);
        assert_eq!(transcode::<S, S>(&bytes).unwrap(), bytes, "{case}");
    }
}

/// A list of a class that extends ArrayList, with a field of its own, as a Java stream tells it.
fn tagged(class: &str) -> Vec<u8> {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("tagged");
    writer.defined(4);
    writer.begin_definition(holdfast_document::Kind::Bean, false, Some((2, 1)), class, 4);
    writer.head_builtin(1);
    writer.item(1, "I", "size");
    writer.item_custom(1);
    writer.item(0, "I", "weight");
    writer.item(0, "Ljava/lang/String;", "tag");
    writer.int(2);
    writer.array(3);
    writer.bin(&[0, 0, 0, 2]);
    writer.str("a");
    writer.str("b");
    writer.int(3);
    writer.str("tag");
    writer.end();
    document
}

pub(crate) fn of_a_java_stream_the_list_is_stored_as_the_library_does_and_the_fields_are_not<
    S: Serializer,
>(
    format: &str,
) {
    let mut bytes = Vec::new();
    let document = tagged("com.example.cases.Customs$Tagged");
    with_schema::<S>(&[]).serialize(&document, &mut bytes).unwrap();
    assert_eq!(bytes, stored("list-subclass", format));
}

pub(crate) fn own_fields_are_refused_where_losses_are<S: Serializer>() {
    let document = tagged("com.example.cases.Customs$Tagged");
    let written = with_schema::<S>(&[("losses", "refuse")]).serialize(&document, &mut Vec::new());
    let Err(Failure::Unrepresentable { path, text }) = written else { panic!("{written:?}") };
    assert_eq!(path, "/tagged");
    assert!(text.contains("own") && text.contains("losses = refuse"), "{text}");
}

pub(crate) fn without_a_schema_the_class_is_refused_by_its_path<S: Serializer>() {
    let document = tagged("com.example.Nobody");
    let written = with_schema::<S>(&[]).serialize(&document, &mut Vec::new());
    let Err(Failure::Unrepresentable { path, .. }) = written else { panic!("{written:?}") };
    assert_eq!(path, "/tagged");
}

pub(crate) fn lists_in_lists_have_an_end_where_depth_has<S: Serializer>() {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("deep");
    writer.defined(1);
    let class = writer.begin_definition(
        holdfast_document::Kind::Bean,
        false,
        None,
        "com.example.cases.Extended$Cart",
        1,
    );
    writer.head_builtin(1);
    writer.item_whole(1);
    for _ in 0..60 {
        writer.array(1);
        writer.known(class, 1);
    }
    writer.array(0);
    writer.end();
    let mut bytes = Vec::new();
    with_schema::<S>(&[]).serialize(&document, &mut bytes).unwrap();
    let mut again = Vec::new();
    with_schema::<S>(&[]).deserialize(&bytes, &mut again).unwrap();
    assert_eq!(again, document);
    let options = &[("maxDepth", "50")];
    let written = with_schema::<S>(options).serialize(&document, &mut Vec::new());
    assert!(matches!(written, Err(Failure::Limit(_))), "{written:?}");
    let read = with_schema::<S>(options).deserialize(&bytes, &mut Vec::new());
    assert!(matches!(read, Err(Failure::Limit(_))), "{read:?}");
}
