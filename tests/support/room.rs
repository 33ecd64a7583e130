//! How much room there is for a result changes nothing: neither bytes nor errors.

use std::fs;
use std::path::Path;

use holdfast_java::Java;
use holdfast_sdk::{Failure, Serializer};

/// Bytes in, what comes out, with room for so many bytes at first.
fn outcome<S>(
    call: impl FnOnce(&mut S, &[u8], &mut Vec<u8>) -> Result<(), Failure>,
    serializer: &mut S,
    input: &[u8],
    room: usize,
) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::with_capacity(room);
    call(serializer, input, &mut out).map(|()| out)
}

/// So much room is enough for all.
const MUCH: usize = 1 << 20;

/// Reads bytes with so much room, and writes what they hold: as with much room. Gives the document.
pub(crate) fn changes_nothing_of<S: Serializer>(
    make: impl Fn() -> S,
    bytes: &[u8],
    room: usize,
) -> Option<Vec<u8>> {
    let document = outcome(S::deserialize, &mut make(), bytes, MUCH);
    assert_eq!(outcome(S::deserialize, &mut make(), bytes, room), document);
    let document = document.ok()?;
    writes_the_same(make, &document, room);
    Some(document)
}

/// Writes a document with so much room: as with much room. Gives the bytes.
pub(crate) fn writes_the_same<S: Serializer>(
    make: impl Fn() -> S,
    document: &[u8],
    room: usize,
) -> Option<Vec<u8>> {
    let bytes = outcome(S::serialize, &mut make(), document, MUCH);
    assert_eq!(outcome(S::serialize, &mut make(), document, room), bytes);
    bytes.ok()
}

/// Reads what a format stored, and writes those sessions and the ones that Java streams hold, whose objects have their
/// fields in another order: by an instance that is new and has no room, and by one that is warm.
pub(crate) fn changes_nothing<S: Serializer>(make: impl Fn() -> S, stored: &[Vec<u8>]) {
    // What is warm has room for all else, and takes the quick way wherever it can.
    let mut warm = make();
    let mut documents = of_java();
    for bytes in stored {
        let document = outcome(S::deserialize, &mut make(), bytes, 0);
        for room in [1, 21, 100, bytes.len() / 8, bytes.len()] {
            assert!(outcome(S::deserialize, &mut warm, bytes, room) == document, "{room}: {bytes:02x?}");
        }
        documents.extend(document);
    }
    assert!(documents.len() > 90, "sessions of both formats");
    for document in documents {
        let bytes = outcome(S::serialize, &mut make(), &document, 0);
        for room in [1, 21, 100, document.len() / 2, 3 * document.len(), 30 * document.len()] {
            assert!(outcome(S::serialize, &mut warm, &document, room) == bytes, "{room}: {document:02x?}");
        }
    }
}

fn of_java() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let streams = paths.filter(|path| path.extension().is_some_and(|extension| extension == "java"));
    streams
        .filter_map(|path| outcome(Java::deserialize, &mut Java::default(), &fs::read(path).unwrap(), 0).ok())
        .collect()
}
