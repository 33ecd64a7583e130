#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| holdfast_fuzz::survives::<holdfast_msgpack::Msgpack>(&[], bytes));
