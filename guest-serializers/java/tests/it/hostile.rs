//! Bytes that nobody meant: never a panic, never a loop, an error that says where.

use holdfast_document::{Limits, Writer, check};
use holdfast_java::Java;
use holdfast_sdk::{Failure, Serializer};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::golden::defined_classes;
use crate::{all, read, stream, with_options, write};

/// Reads bytes, and when they are a stream, writes the document and reads it again: the same document.
fn survives(bytes: &[u8]) {
    let mut document = Vec::new();
    match Java::default().deserialize(bytes, &mut document) {
        Ok(()) => {
            check(&document, Limits::default()).unwrap_or_else(|error| panic!("no document: {error}"));
            assert!(
                document.len() <= bytes.len() * 24 + (300 << 10),
                "{} of {}",
                document.len(),
                bytes.len()
            );
            // A stream that no JVM writes may have no way back, but a document always has an answer.
            if let Ok(back) = write(&document) {
                let again = read(&back)
                    .unwrap_or_else(|failure| panic!("what was written cannot be read: {failure}"));
                assert_eq!(write(&again).unwrap(), back);
            }
        }
        Err(Failure::Damaged { offset, .. }) => assert!(offset <= bytes.len() as u64, "{offset}"),
        Err(Failure::NotThisFormat(_) | Failure::Limit(_)) => {}
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn an_instance_that_read_other_streams_takes_changed_bytes_as_a_new_one_does() {
    let result = |java: &mut Java, bytes: &[u8]| {
        let mut document = Vec::new();
        java.deserialize(bytes, &mut document).map(|()| document)
    };
    let mut warm = Java::default();
    for (name, bytes) in all() {
        result(&mut warm, bytes).unwrap();
        let step = (bytes.len() / 150).max(1);
        for at in (4..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(result(&mut warm, &changed), result(&mut Java::default(), &changed), "{name} {at}");
        }
    }
}

#[test]
fn a_stream_cut_anywhere_is_damaged_where_it_ends() {
    for (name, bytes) in all() {
        let step = (bytes.len() / 400).max(1);
        for end in (4..bytes.len()).step_by(step) {
            match read(&bytes[..end]) {
                Err(Failure::Damaged { offset, .. }) => {
                    assert!(offset <= end as u64, "{name} cut at {end}: {offset}");
                }
                other => panic!("{name} cut at {end}: {other:?}"),
            }
        }
    }
}

#[test]
fn bytes_behind_the_last_attribute_are_refused() {
    for (name, bytes) in all() {
        let mut bytes = bytes.clone();
        let end = bytes.len() as u64;
        bytes.push(0x70);
        assert!(matches!(read(&bytes), Err(Failure::Damaged { offset, .. }) if offset == end), "{name}");
    }
}

#[test]
fn lengths_that_the_stream_cannot_have_allocate_nothing() {
    let head = b"\xac\xed\0\x05sr\0\x11java.lang.Integer\x12\xe2\xa0\xa4\xf7\x81\x878\x02\0\x01I\0\x05valuexr\0\x10java.lang.Number\x86\xac\x95\x1d\x0b\x94\xe0\x8b\x02\0\0xp";
    for tail in [
        b"\x7f\xff\xff\xff".as_slice(),
        b"\0\0\0\x01t\0\x01a|\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\0\0\0\x01t\0\x01aur\0\x02[J\x78\x20\x04\xb5\x12\xb1\x75\x93\x02\0\0xp\x7f\xff\xff\xff",
        b"\0\0\0\x01t\0\x01aur\0\x13[Ljava.lang.Object;\x90\xceX\x9f\x10s)l\x02\0\0xp\x7f\xff\xff\xff",
        b"\0\0\0\x01t\0\x01a}\x7f\xff\xff\xff",
    ] {
        let bytes = [head.as_slice(), tail].concat();
        assert!(matches!(read(&bytes), Err(Failure::Damaged { .. })), "{tail:?}: {:?}", read(&bytes));
    }
}

#[test]
fn values_deeper_than_the_limit_are_refused_and_others_are_not() {
    let bytes = stream("deep");
    let mut document = Vec::new();
    let failure = with_options(&[("maxDepth", "300")]).deserialize(bytes, &mut document).unwrap_err();
    assert_eq!(
        failure,
        Failure::Limit("values lie more than 300 deep in each other (option maxDepth)".into())
    );
    document.clear();
    with_options(&[("maxDepth", "400")]).deserialize(bytes, &mut document).unwrap();
    let failure = with_options(&[("maxDepth", "300")]).serialize(&document, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Limit(_)), "{failure}");
    assert_eq!(write(&document).unwrap(), bytes);
}

#[test]
fn ten_thousand_levels_are_read_and_written() {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("deep");
    (0..9_999).for_each(|_| writer.array(1));
    writer.array(0);
    writer.end();
    let mut java = with_options(&[("maxDepth", "10000")]);
    let (mut bytes, mut back) = (Vec::new(), Vec::new());
    java.serialize(&document, &mut bytes).unwrap();
    java.deserialize(&bytes, &mut back).unwrap();
    let mut again = Vec::new();
    java.serialize(&back, &mut again).unwrap();
    assert_eq!(again, bytes);
    assert!(matches!(write(&document), Err(Failure::Limit(_))));
}

#[test]
fn a_result_over_the_limit_is_refused() {
    let bytes = stream("large");
    let failure = with_options(&[("maxBytes", "10000")]).deserialize(bytes, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Limit(_)), "{failure}");
    let document = read(bytes).unwrap();
    let failure = with_options(&[("maxBytes", "10000")]).serialize(&document, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Limit(_)), "{failure}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), begin in any::<bool>()) {
        let head = if begin { &stream("empty")[..77] } else { &[] };
        survives(&[head, &bytes].concat());
    }

    #[test]
    fn changed_streams_are_read_or_refused(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        let all: Vec<_> = all().filter(|(_, bytes)| bytes.len() < 5_000).collect();
        let mut bytes = which.get(&all).1.clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.remove(at); }
                // Content types and small numbers hit more often than chance.
                _ => bytes[at] = 0x70 + byte % 16,
            }
            if bytes.is_empty() { break }
        }
        survives(&bytes);
    }

    #[test]
    fn pieces_of_streams_in_another_place_are_read_or_refused(
        which in any::<Index>(), other in any::<Index>(),
        from in any::<Index>(), to in any::<Index>(), len in 1usize..40,
    ) {
        let all: Vec<_> = all().filter(|(_, bytes)| bytes.len() < 5_000).collect();
        let (mut bytes, other) = (which.get(&all).1.clone(), &other.get(&all).1);
        let from = from.index(other.len());
        let to = to.index(bytes.len());
        let piece = &other[from..(from + len).min(other.len())];
        let end = (to + piece.len()).min(bytes.len());
        bytes.splice(to..end, piece.iter().copied());
        survives(&bytes);
    }

    #[test]
    fn changed_documents_are_written_or_refused(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let all: Vec<_> = all().filter(|(_, bytes)| bytes.len() < 5_000).collect();
        let mut document = read(&which.get(&all).1).unwrap();
        for (at, byte) in changes {
            let at = at.index(document.len());
            document[at] = byte;
        }
        let valid = check(&document, Limits::default()).is_ok();
        if let Ok(bytes) = write(&document)
            && valid
            && let Err(failure) = read(&bytes)
        {
            // Raw data of a class of the JDK that is nonsense is nonsense to the JDK as well.
            let jdk = defined_classes(&document).iter().any(|class| class.starts_with("java."));
            assert!(jdk, "what was written cannot be read: {failure}");
        }
    }
}
