#![no_main]

use holdfast_fuzz::{COMPATIBLE, survives};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| survives::<holdfast_kryo::Kryo>(COMPATIBLE, bytes));
