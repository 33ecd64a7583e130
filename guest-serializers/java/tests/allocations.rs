//! Memory is allocated for a call, and not for a value.

#![allow(unsafe_code, reason = "an allocator that counts is one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use holdfast_document::{Kind, Number, Width, Writer};
use holdfast_java::Java;
use holdfast_sdk::Serializer;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Plain maps and objects of a class, so many of each, with all that a session is full of in them.
fn document(values: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 2);
    writer.attribute("maps");
    writer.array(values);
    for value in 0..values {
        writer.map(7);
        writer.str("name");
        writer.str("Ångström \u{1f600} \0");
        writer.str("quantity");
        writer.int(i64::from(value));
        writer.str("price");
        writer.f64(f64::from(value) / 8.0);
        writer.str("at");
        writer.date(1_706_659_200_123 + i64::from(value));
        writer.str("total");
        writer.big_decimal(2, &(i64::from(value) * 7_919).to_be_bytes()[3..]);
        writer.str("tags");
        writer.builtin(2, 2);
        writer.str("a");
        writer.bool(value % 2 == 0);
        writer.str("when");
        writer.builtin(100, 3);
        for number in [2024, 1, 31] {
            writer.int(number);
        }
    }
    writer.attribute("objects");
    writer.array(values);
    for value in 0..values {
        if value == 0 {
            writer.defined(3);
            writer.begin_definition(Kind::Bean, false, Some((3, 1)), "shop.Line", 3);
            writer.nil();
            writer.item(0, "I", "quantity");
            writer.item(0, "Ljava/lang/String;", "sku");
            writer.item_custom(0);
        } else {
            writer.known(0, 3);
        }
        writer.int(i64::from(value));
        writer.str("SKU-000017");
        writer.array(2);
        writer.bin(&[1, 2, 3]);
        writer.number(Number { value: i64::from(value), width: Width::Long });
    }
    writer.end();
    bytes
}

/// How often memory is allocated in a call that is not the first, with room for the result, as the component has it.
fn allocations(input: &[u8], mut call: impl FnMut(&[u8], &mut Vec<u8>)) -> usize {
    let mut count = 0;
    for _ in 0..3 {
        let mut out = Vec::with_capacity(input.len() * 4);
        let before = COUNT.get();
        call(input, &mut out);
        count = COUNT.get() - before;
    }
    count
}

#[test]
fn the_number_of_allocations_in_a_call_does_not_depend_on_the_number_of_values() {
    let mut java = Java::default();
    let mut count = |values| {
        let document = document(values);
        let written =
            allocations(&document, |document, out| java.serialize(document, out).expect("it is written"));
        let mut stream = Vec::new();
        java.serialize(&document, &mut stream).expect("it is written");
        let read = allocations(&stream, |stream, out| java.deserialize(stream, out).expect("it is read"));
        (written, read)
    };
    let few = count(3);
    assert_eq!(count(3_000), few);
    assert!(few.0 <= 8 && few.1 <= 8, "{few:?} allocations in a call that writes, in one that reads");
}
