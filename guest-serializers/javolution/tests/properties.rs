//! Any bytes are refused or read, changed sessions too; what is plain comes back; any document is written or refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::fs;
use std::path::Path;

use holdfast_document::{Limits, Number, Width, Writer, check};
use holdfast_javolution::Javolution;
use holdfast_sdk::{Failure, Serializer, Settings, capture_log};
use proptest::prelude::*;

/// What is read is a document, small beside the bytes, and can be written or is refused.
fn survives(bytes: &[u8]) {
    survives_in(Javolution::default(), bytes);
    let mut knowing = Javolution::default();
    knowing.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    survives_in(knowing, bytes);
}

/// What a serializer makes of something in a buffer that has to grow, and once more where all has room: it must be the same.
fn with_and_without_room(
    mut call: impl FnMut(&mut Vec<u8>) -> Result<(), Failure>,
) -> Result<Vec<u8>, Failure> {
    let (mut growing, mut roomy) = (Vec::new(), Vec::with_capacity(1 << 16));
    let first = call(&mut growing).map(|()| growing);
    let second = call(&mut roomy).map(|()| roomy);
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    first
}

fn survives_in(mut serializer: Javolution, bytes: &[u8]) {
    let mut document = Vec::new();
    let _ = with_and_without_room(|out| serializer.deserialize(bytes, out));
    match serializer.deserialize(bytes, &mut document) {
        Ok(()) => {
            check(&document, Limits::default())
                .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)));
            let mut again = Vec::new();
            let _ = capture_log(|| with_and_without_room(|out| serializer.serialize(&document, out)));
            let (written, _) = capture_log(|| serializer.serialize(&document, &mut again));
            if written.is_ok() {
                let mut back = Vec::new();
                serializer.deserialize(&again, &mut back).unwrap_or_else(|failure| {
                    panic!("{failure}: {}", String::from_utf8_lossy(&again));
                });
                let mut stable = Vec::new();
                capture_log(|| serializer.serialize(&back, &mut stable)).0.unwrap();
                assert_eq!(String::from_utf8_lossy(&stable), String::from_utf8_lossy(&again));
            }
        }
        Err(Failure::Damaged { offset, .. }) => assert!(offset <= bytes.len() as u64),
        Err(_) => {}
    }
    assert!(document.capacity() <= 64 * bytes.len() + (1 << 20));
}

fn golden() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "javolution"))
        .map(|path| fs::read(path).unwrap())
        .filter(|bytes| bytes.len() < 4_000)
        .collect()
}

/// Pieces of what the library writes, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<v",
        "<k",
        "</v>",
        "</k>",
        "/>",
        ">",
        "<Null/>",
        " class=\"java.util.ArrayList\"",
        " class=\"java.util.HashMap\"",
        " class=\"java.lang.String\"",
        " class=\"C\"",
        " class=\"com.example.session.Person\"",
        "<com.example.session.LineItem",
        "</com.example.session.LineItem>",
        " name=\"n\"",
        " quantity=\"3\"",
        " gender=\"MALE\"",
        "<friends",
        "</friends>",
        "<unitPrice",
        " holdfast=\"name=61eda080\"",
        " class=\"[I\"",
        " class=\"java.util.TreeMap\"",
        " class=\"java.time.LocalDateTime\"",
        " class=\"java.util.Collections$UnmodifiableSet\"",
        " __id=\"1\"",
        " __id=\"2\"",
        " __ref=\"1\"",
        " __ref=\"0\"",
        " size=\"1\"",
        " size=\"0\"",
        " length=\"1\"",
        " value=\"1\"",
        " value=\"&#55357;\"",
        " type=\"C\"",
        " holdfast=\"1E-2\"",
        " x=\"y\"",
        "<c",
        "<date",
        "<java.lang.Integer",
        "</java.lang.Integer>",
        "<java.util.ArrayList",
        "</java.util.ArrayList>",
        "<C",
        "</C>",
        " ",
        " class=\"java.math.BigDecimal\"",
        " componentType=\"java.lang.Object\"",
        " class=\"[Ljava.lang.Object;\"",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

#[derive(Debug, Clone)]
enum Value {
    Nil,
    Bool(bool),
    Int(i64, u8),
    Double(f64),
    Float(f32),
    Text(String),
    Bytes(Vec<u8>),
    Date(i64),
    Decimal(i32, i64),
    List(Vec<Value>),
    Linked(Vec<Value>),
    Map(Vec<(String, Value)>),
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        (any::<i64>(), 0u8..5).prop_map(|(value, width)| Value::Int(value, width)),
        any::<u64>().prop_map(|bits| Value::Double(f64::from_bits(bits))),
        any::<u32>().prop_map(|bits| Value::Float(f32::from_bits(bits))),
        any::<String>().prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        any::<i64>().prop_map(Value::Date),
        any::<(i32, i64)>().prop_map(|(scale, value)| Value::Decimal(scale, value)),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Linked),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(Value::Map),
        ]
    })
}

fn put(writer: &mut Writer<'_>, value: &Value) {
    match value {
        Value::Nil => writer.nil(),
        Value::Bool(value) => writer.bool(*value),
        Value::Int(value, width) => {
            let (value, width) = match width {
                0 => (i64::from(*value as i8), Width::Byte),
                1 => (i64::from(*value as i16), Width::Short),
                2 => (i64::from(*value as i32), Width::Int),
                _ => (*value, Width::Long),
            };
            writer.number(Number { value, width });
        }
        Value::Double(value) => writer.f64(*value),
        Value::Float(value) => writer.f32(*value),
        Value::Text(text) => writer.str(text),
        Value::Bytes(bytes) => writer.bin(bytes),
        Value::Date(millis) => writer.date(*millis),
        Value::Decimal(scale, value) => {
            let bytes = value.to_be_bytes();
            let fill = if *value < 0 { 0xff } else { 0 };
            let spare = (0..7).take_while(|at| bytes[*at] == fill && (bytes[at + 1] ^ fill) < 0x80).count();
            writer.big_decimal(*scale, &bytes[spare..]);
        }
        Value::List(values) => {
            writer.array(values.len() as u32);
            values.iter().for_each(|value| put(writer, value));
        }
        Value::Linked(values) => {
            writer.builtin(2, values.len() as u32);
            values.iter().for_each(|value| put(writer, value));
        }
        Value::Map(entries) => {
            writer.map(entries.len() as u32);
            for (key, value) in entries {
                writer.str(key);
                put(writer, value);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn any_pieces_of_a_session_are_read_or_refused(pieces in pieces()) {
        let text = format!(
            "<attributes class=\"java.util.concurrent.ConcurrentHashMap\" __id=\"0\" size=\"1\"><k \
             class=\"java.lang.String\" value=\"a\"/>{pieces}</attributes>"
        );
        survives(text.as_bytes());
    }

    #[test]
    fn a_changed_session_is_read_or_refused(
        case in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..4),
        other in any::<prop::sample::Index>(),
    ) {
        let golden = golden();
        let mut bytes = case.get(&golden).clone();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, byte),
                _ => {
                    let from = other.index(bytes.len());
                    let piece = bytes[from..bytes.len().min(from + 40)].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        survives(&bytes);
    }

    #[test]
    fn plain_data_comes_back(values in prop::collection::btree_map(any::<String>(), value(), 0..5)) {
        let values: Vec<_> = values.into_iter().filter(|(_, value)| !matches!(value, Value::Nil)).collect();
        let mut document = Vec::new();
        let mut writer = Writer::document(&mut document, values.len() as u32);
        for (name, value) in &values {
            writer.attribute(name);
            put(&mut writer, value);
        }
        writer.end();
        let mut serializer = Javolution::default();
        let stored = capture_log(|| with_and_without_room(|out| serializer.serialize(&document, out))).0.unwrap();
        let back = with_and_without_room(|out| serializer.deserialize(&stored, out)).unwrap();
        prop_assert_eq!(back, document);
    }

    #[test]
    fn a_session_that_is_cut_off_is_refused_with_and_without_room(case in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let golden = golden();
        let bytes: &Vec<u8> = case.get(&golden);
        survives(&bytes[..at.index(bytes.len())]);
    }

    #[test]
    fn any_document_is_written_or_refused(
        case in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let golden = golden();
        let mut document = Vec::new();
        let stored_before: &Vec<u8> = case.get(&golden);
        Javolution::default().deserialize(stored_before, &mut document).unwrap();
        let at = at.index(document.len());
        document[at] = byte;
        let mut serializer = Javolution::default();
        let _ = capture_log(|| with_and_without_room(|out| serializer.serialize(&document, out)));
    }
}
