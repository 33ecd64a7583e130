//! Classes that extend collections, maps and dates, from and for formats that store them as those.

use holdfast_java::Java;
use holdfast_kryo::Kryo;
use holdfast_sdk::Failure;
use holdfast_xstream::Xstream;

use self::support::{stored, transcode};

#[path = "../../../../tests/support/extended.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod support;

const WITHOUT_FIELDS: [&str; 4] =
    ["subclass-between", "subclass-cycle", "subclass-date", "subclass-map-tree"];
const WITH_FIELDS: [&str; 2] = ["list-subclass", "custom-date-subclass"];

#[test]
fn those_without_fields_become_the_bytes_that_java_writes() {
    for case in WITHOUT_FIELDS {
        let kryo = stored(case, "kryo");
        assert_eq!(transcode::<Kryo, Java>(&kryo).unwrap(), stored(case, "java"), "{case}");
        assert_eq!(transcode::<Java, Kryo>(&stored(case, "java")).unwrap(), kryo, "{case}");
    }
}

#[test]
fn those_whose_fields_kryo_lost_are_refused_with_their_names() {
    for (case, names) in [("list-subclass", "tag, weight"), ("custom-date-subclass", "label")] {
        let written = transcode::<Kryo, Java>(&stored(case, "kryo"));
        let Err(Failure::Unrepresentable { path, text }) = written else { panic!("{written:?}") };
        assert!(path == "/tagged" || path == "/moment", "{path}");
        assert!(text.contains(&format!("without what its own class has ({names})")), "{text}");
    }
}

#[test]
fn java_and_xstream_have_all_of_them() {
    for case in WITHOUT_FIELDS.into_iter().chain(WITH_FIELDS) {
        let (java, xstream) = (stored(case, "java"), stored(case, "xstream"));
        assert_eq!(transcode::<Xstream, Xstream>(&xstream).unwrap(), xstream, "{case}");
        let written = transcode::<Java, Xstream>(&java).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&xstream), "{case}");
        // Strings of one attribute are one object in a Java stream, which XML does not tell.
        let again = transcode::<Xstream, Java>(&xstream).unwrap();
        assert_eq!(transcode::<Java, Xstream>(&again).unwrap(), xstream, "{case}");
    }
}

#[test]
fn what_xstream_stored_is_stored_by_kryo_as_it_does() {
    for case in WITHOUT_FIELDS.into_iter().chain(WITH_FIELDS) {
        let kryo = transcode::<Xstream, Kryo>(&stored(case, "xstream")).unwrap();
        assert_eq!(kryo, stored(case, "kryo"), "{case}");
    }
}

#[test]
fn what_kryo_stored_of_those_without_fields_is_stored_by_xstream_as_it_does() {
    for case in WITHOUT_FIELDS {
        let xstream = transcode::<Kryo, Xstream>(&stored(case, "kryo")).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&xstream),
            String::from_utf8_lossy(&stored(case, "xstream")),
            "{case}"
        );
    }
}
