//! How much a call takes from the allocator.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic, and counts what the allocator does"
)]

#[path = "../../../tests/support/orders.rs"]
#[allow(dead_code, reason = "shared with the tests of what is stored")]
mod orders;
#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::path::Path;

use holdfast_document::{Writer, to_document};
use holdfast_kryo::Kryo;
use holdfast_sdk::{Failure, Serializer, Settings};

/// Counts calls, and how much is held at most, of each thread.
struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<i64> = const { Cell::new(0) };
    static MOST: Cell<i64> = const { Cell::new(0) };
}

fn took(calls: u64, bytes: i64) {
    CALLS.with(|count| count.set(count.get() + calls));
    let held = HELD.with(|held| {
        held.set(held.get() + bytes);
        held.get()
    });
    MOST.with(|most| most.set(most.get().max(held)));
}

// SAFETY: each call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(1, layout.size() as i64);
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        took(0, -(layout.size() as i64));
        // SAFETY: as the caller says.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        took(1, size as i64 - layout.size() as i64);
        // SAFETY: as the caller says.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many calls, and how many bytes more than before at most.
fn cost(work: impl FnOnce()) -> (u64, i64) {
    let (calls, held) = (CALLS.get(), HELD.get());
    MOST.set(held);
    work();
    (CALLS.get() - calls, MOST.get() - held)
}

fn kryo(options: &[(&'static str, &'static str)]) -> Kryo {
    let mut kryo = Kryo::default();
    let schema = shop::schema();
    kryo.configure(&Settings { options: options.to_vec(), schema: &schema, ..Settings::default() }).unwrap();
    kryo
}

fn golden(case: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    fs::read(folder.join(format!("{case}.kryo"))).unwrap()
}

/// The second call of an instance: what the first one allocated is kept.
fn calls_of(kryo: &mut Kryo, bytes: &[u8]) -> (u64, u64) {
    let (mut document, mut again) = (Vec::with_capacity(4 << 20), Vec::with_capacity(4 << 20));
    let mut calls = (0, 0);
    for _ in 0..2 {
        document.clear();
        again.clear();
        calls.0 = cost(|| kryo.deserialize(bytes, &mut document).unwrap()).0;
        calls.1 = cost(|| kryo.serialize(&document, &mut again).unwrap()).0;
    }
    calls
}

#[test]
fn calls_of_the_allocator_do_not_grow_with_the_number_of_values() {
    let mut kryo = kryo(&[]);
    let (small, large) =
        (calls_of(&mut kryo, &golden("shopping-cart")), calls_of(&mut kryo, &golden("large")));
    assert!(large.0 <= small.0, "reading: {small:?} {large:?}");
    assert!(large.1 <= small.1, "writing: {small:?} {large:?}");
    let mut stored = Vec::new();
    let wide: Vec<(u32, String)> = (0..5_000).map(|at| (at, format!("value {at}"))).collect();
    let document = to_document(&std::collections::BTreeMap::from([("wide", wide)])).unwrap();
    kryo.serialize(&document, &mut stored).unwrap();
    let plain = calls_of(&mut kryo, &stored);
    assert!(plain.0 <= small.0 && plain.1 <= small.1, "{small:?} {plain:?}");
}

#[test]
fn calls_do_not_grow_either_where_the_fields_stand_in_another_order() {
    let schema = orders::schema();
    let mut kryo = Kryo::default();
    kryo.configure(&Settings { schema: &schema, ..Settings::default() }).unwrap();
    let mut out = Vec::with_capacity(4 << 20);
    let mut calls = |lines: u32| {
        let document = orders::document(orders::ORDERS[1], lines, false);
        let mut twice = [0; 2];
        for calls in &mut twice {
            out.clear();
            *calls = cost(|| kryo.serialize(&document, &mut out).unwrap()).0;
        }
        twice[1]
    };
    let (few, many) = (calls(20), calls(2_000));
    assert!(many <= few, "{few} {many}");
}

#[test]
fn reading_hostile_bytes_takes_no_more_than_64_times_their_size_and_a_mebibyte() {
    let mut hostile: Vec<Vec<u8>> = vec![
        // A length of 2^31 of everything that has one.
        [&[1, 1, 3, 1, 0x82, b'a'][..], &[1, 0], b"java.util.ArrayLis\xf4", &[1, 0xff, 0xff, 0xff, 0xff, 7]]
            .concat(),
        [&[1, 0xff, 0xff, 0xff, 0xff, 7, 3, 1, 0x82, b'a'][..], &[0; 40]].concat(),
        [&[1, 1, 3, 1, 0x82, b'a'][..], &[1, 0], b"[\xca", &[1, 0xff, 0xff, 0xff, 0xff, 7]].concat(),
    ];
    // One long string, and many references to it.
    let text = "x".repeat(10_000);
    let mut many = vec![1, 1, 3, 1, 0x82, b'a', 1, 0];
    many.extend_from_slice(b"java.util.ArrayLis\xf4");
    many.extend_from_slice(&[1, 0xd1, 0x86, 3, 3, 1]);
    many.extend_from_slice(&[0xc0 | 0x11, 0x80 | 0x1c, 1]);
    many.extend_from_slice(text.as_bytes());
    many.extend([3u8, 4].repeat(50_000));
    hostile.push(many);
    // Lists in lists, classes by name, objects of one byte.
    let mut nested = vec![1, 1, 3, 1, 0x82, b'a', 1, 0];
    nested.extend_from_slice(b"java.util.ArrayLis\xf4");
    for _ in 0..30_000 {
        nested.extend_from_slice(&[1, 1, 1, 0]);
    }
    hostile.push(nested);
    let mut names = vec![1, 1, 3, 1, 0x82, b'a', 1, 0];
    names.extend_from_slice(b"java.util.ArrayLis\xf4");
    names.extend_from_slice(&[1, 0x90, 0x4e]);
    for at in 1..10_000u32 {
        names.push(1);
        names.extend(if at < 0x80 { vec![at as u8] } else { vec![at as u8 | 0x80, (at >> 7) as u8] });
        names.extend_from_slice(format!("[Ljava.util.Date{at:05}").as_bytes());
        names.push(b';' | 0x80);
        names.extend_from_slice(&[1, 1]);
    }
    hostile.push(names);
    for options in [&[][..], &[("compatibleFields", "true")]] {
        for (index, bytes) in hostile.iter().enumerate() {
            let mut kryo = kryo(options);
            let (_, most) = cost(|| {
                let mut document = Vec::new();
                let _ = kryo.deserialize(bytes, &mut document);
            });
            let limit = 64 * bytes.len() as i64 + (1 << 20);
            assert!(most <= limit, "{index}: {most} bytes for {}", bytes.len());
        }
    }
}

#[test]
fn values_5000_deep_are_read_and_written_or_refused_by_the_limit() {
    let deep = |levels: usize| {
        // Each list holds the next one.
        let mut out = vec![1, 1, 3, 1, 0x82, b'a', 1, 0];
        out.extend_from_slice(b"java.util.ArrayLis\xf4");
        for _ in 1..levels {
            out.extend_from_slice(&[1, 1, 1, 0]);
        }
        out.extend_from_slice(&[1, 0]);
        out
    };
    let bytes = deep(5_000);
    let failure = kryo(&[]).deserialize(&bytes, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Limit(_)), "{failure}");
    let mut kryo = kryo(&[("maxDepth", "5001")]);
    let (mut document, mut again) = (Vec::new(), Vec::new());
    kryo.deserialize(&bytes, &mut document).unwrap();
    kryo.serialize(&document, &mut again).unwrap();
    assert_eq!(again, bytes);
    // A document of the same depth that came from elsewhere.
    let mut plain = Vec::new();
    let mut doc = Writer::document(&mut plain, 1);
    doc.attribute("a");
    (1..5_000).for_each(|_| doc.array(1));
    doc.array(0);
    doc.end();
    let mut made = Vec::new();
    kryo.serialize(&plain, &mut made).unwrap();
    assert_eq!(made, bytes);
}
