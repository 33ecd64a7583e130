//! Memory is allocated for a call, and not for a value; bytes that lie get little of it.

#![allow(unsafe_code, reason = "an allocator that counts is one")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::path::Path;

use holdfast_document::Writer;
use holdfast_javolution::Javolution;
use holdfast_sdk::{Serializer, Settings, capture_log};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn took(bytes: isize) {
    NOW.set(NOW.get() + bytes);
    PEAK.set(PEAK.get().max(NOW.get()));
}

// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        took(layout.size().cast_signed());
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        took(-layout.size().cast_signed());
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // Old and new are there at once, for a moment.
        took(size.cast_signed());
        took(-layout.size().cast_signed());
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn knowing() -> Javolution {
    let mut serializer = Javolution::default();
    serializer.configure(&Settings { schema: &shop::schema(), ..Settings::default() }).unwrap();
    serializer
}

/// Plain maps and objects, so many of each, with all that a session is full of in them; fields in another order than the
/// library's.
fn document(values: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    writer.attribute("maps");
    writer.array(values);
    for value in 0..values {
        writer.map(9);
        writer.str("name");
        writer.str("Ångström <\u{1f600}> \0");
        writer.str("quantity");
        writer.int(i64::from(value));
        writer.str("price");
        writer.f64(f64::from(value) / 8.0);
        writer.str("zero");
        writer.f64(-0.0);
        writer.str("half");
        writer.wstr(b"a\xed\xa0\x80");
        writer.str("total");
        writer.big_decimal(2, &(i64::from(value) * 7_919).to_be_bytes()[3..]);
        writer.str("tags");
        writer.builtin(2, 2);
        writer.str("a");
        writer.bool(value % 2 == 0);
        writer.str("bits");
        writer.builtin(95, 1);
        writer.bin(&[5]);
        writer.str("when");
        writer.builtin(104, 9);
        for number in [2024, 1, 31, 1, 2, 3, 4, 3600] {
            writer.int(number);
        }
        writer.str("+01:00");
    }
    writer.attribute("objects");
    writer.array(values);
    for value in 0..values {
        if value == 0 {
            writer.defined(7);
            writer.begin_definition(
                holdfast_document::Kind::Bean,
                false,
                None,
                "com.example.session.LineItem",
                7,
            );
            writer.nil();
            for (descriptor, name) in [
                ("Z", "gift"),
                ("I", "quantity"),
                ("Ljava/util/Date;", "addedAt"),
                ("Ljava/lang/String;", "name"),
                ("Ljava/lang/String;", "note"),
                ("Ljava/lang/String;", "sku"),
                ("Ljava/math/BigDecimal;", "unitPrice"),
            ] {
                writer.item(0, descriptor, name);
            }
        } else {
            writer.known(0, 7);
        }
        writer.bool(true);
        writer.int(i64::from(value));
        writer.date(1_706_659_200_123 + i64::from(value));
        writer.str("name");
        writer.nil();
        writer.wstr(b"\xed\xa0\x80");
        writer.big_decimal(2, &[1, 2]);
    }
    writer.end();
    bytes
}

/// How often memory is allocated in a call that is not the first, with room for the result, as the component has it.
fn allocations(input: &[u8], mut call: impl FnMut(&[u8], &mut Vec<u8>)) -> usize {
    let mut count = 0;
    for _ in 0..4 {
        let mut out = Vec::with_capacity(input.len() * 16 + 4096);
        let before = COUNT.get();
        call(input, &mut out);
        count = COUNT.get() - before;
    }
    count
}

#[test]
fn the_number_of_allocations_in_a_call_does_not_depend_on_the_number_of_values() {
    let mut serializer = knowing();
    let mut count = |values| {
        let document = document(values);
        let mut stored = Vec::new();
        capture_log(|| serializer.serialize(&document, &mut stored)).0.unwrap();
        let written = allocations(&document, |document, out| serializer.serialize(document, out).unwrap());
        let read = allocations(&stored, |stored, out| serializer.deserialize(stored, out).unwrap());
        (written, read)
    };
    let few = count(30);
    assert_eq!(count(3_000), few);
    assert!(few.0 <= 16 && few.1 <= 16, "{few:?} allocations in a call that writes, in one that reads");
}

/// Reads bytes; gives how much more memory was in use meanwhile.
fn peak(serializer: &mut Javolution, bytes: &[u8]) -> usize {
    let before = NOW.get();
    PEAK.set(before);
    let mut out = Vec::new();
    let _ = serializer.deserialize(bytes, &mut out);
    (PEAK.get() - before).cast_unsigned()
}

fn stored(value: &str) -> String {
    format!(
        "<attributes class=\"java.util.concurrent.ConcurrentHashMap\" __id=\"0\" size=\"1\"><k \
         class=\"java.lang.String\" value=\"a\"/>{value}</attributes>"
    )
}

#[test]
fn bytes_that_lie_get_at_most_64_times_their_size_and_a_mebibyte() {
    let many = |piece: &str, count: usize| piece.repeat(count);
    let deep =
        |open: &str, count: usize| stored(&format!("<v class=\"java.util.ArrayList\">{}", many(open, count)));
    let cases = [
        stored("<v class=\"[I\" __id=\"1\" length=\"2147483647\"/>"),
        stored("<v class=\"java.util.ArrayList\" __id=\"1\" size=\"2147483647\"/>"),
        stored("<v class=\"[Ljava.lang.Object;\" __id=\"1\" type=\"array\" componentType=\"java.lang.Object\" length=\"2147483647\"/>"),
        deep("<java.util.ArrayList>", 100_000),
        deep("<C><x class=\"C\">", 100_000),
        stored(&format!("<v class=\"C\"{}/>", many(" a=\"\"", 100_000))),
        stored(&format!("<v class=\"java.util.ArrayList\">{}</v>", many("<C/>", 100_000))),
        stored(&format!(
            "<v class=\"java.util.ArrayList\">{}</v>",
            (0..50_000).map(|number| format!("<C{number}/>")).collect::<String>()
        )),
        stored(&format!("<v class=\"java.util.ArrayList\">{}</v>", many("<com.example.session.Employee/>", 50_000))),
        format!(
            "<attributes class=\"java.util.concurrent.ConcurrentHashMap\">{}</attributes>",
            (0..20_000)
                .map(|number| format!(
                    "<k class=\"java.lang.String\" value=\"{number}\"/><v class=\"com.example.session.Employee\"/>"
                ))
                .collect::<String>()
        ),
        stored(&format!(
            "<v class=\"java.util.ArrayList\"><java.lang.String __id=\"1\" value=\"{}\"/>{}</v>",
            many("x", 10_000),
            many("<java.lang.String __ref=\"1\"/>", 10_000)
        )),
    ];
    let mut serializer = knowing();
    serializer
        .configure(&Settings {
            schema: &shop::schema(),
            options: vec![("maxDepth", "10000")],
            ..Settings::default()
        })
        .unwrap();
    for case in cases {
        let used = peak(&mut serializer, case.as_bytes());
        let most = 64 * case.len() + (1 << 20);
        assert!(
            used <= most,
            "{used} bytes for {} that begin {}",
            case.len(),
            &case[100..300.min(case.len())]
        );
    }
}

#[test]
fn changed_sessions_get_no_more_memory_either() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut serializer = knowing();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "javolution") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let step = bytes.len() / 50 + 1;
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x11;
            assert!(
                peak(&mut serializer, &changed) <= 64 * bytes.len() + (1 << 20),
                "{} {at}",
                path.display()
            );
        }
    }
}
