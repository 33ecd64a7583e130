//! How long golden sessions take, natively: `cargo run --release -p holdfast-xstream --example xstream_speed [CASE...]`
//!
//! With `--once` each way is run so many times without a clock, for a profiler that counts instructions.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use holdfast_sdk::{Serializer, Settings};
use holdfast_xstream::Xstream;

#[path = "../../../tests/support/shop.rs"]
#[allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "shared with tests")]
mod shop;

fn main() -> Result<(), Box<dyn Error>> {
    let mut cases: Vec<String> = std::env::args().skip(1).collect();
    let once = cases.first().is_some_and(|case| case == "--once");
    if once {
        cases.remove(0);
    }
    if cases.is_empty() {
        cases = ["small", "shopping-cart", "large", "wide-map"].map(str::to_owned).to_vec();
    }
    println!(
        "{:<16}{:>10}{:>14}{:>10}{:>14}{:>10}",
        "session", "bytes", "read p50", "MB/s", "write p50", "MB/s"
    );
    for case in cases {
        let path = format!("{}/../../tests/golden/{case}.xstream", env!("CARGO_MANIFEST_DIR"));
        let xml = fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
        let mut xstream = Xstream::default();
        xstream.configure(&Settings { schema: &shop::schema(), ..Settings::default() })?;
        let mut document = Vec::new();
        xstream.deserialize(&xml, &mut document)?;
        // One buffer for all calls: what is measured is the serializer and not the system's memory.
        let mut out = Vec::new();
        let read = median(once, || {
            out.clear();
            xstream.deserialize(black_box(&xml), &mut out).is_ok() && out.len() == document.len()
        })?;
        let write = median(once, || {
            out.clear();
            xstream.serialize(black_box(&document), &mut out).is_ok() && out.len() == xml.len()
        })?;
        let rate = |time: Duration| xml.len() as f64 / time.as_secs_f64() / 1e6;
        println!(
            "{case:<16}{:>10}{:>11.2} us{:>10.0}{:>11.2} us{:>10.0}",
            xml.len(),
            read.as_secs_f64() * 1e6,
            rate(read),
            write.as_secs_f64() * 1e6,
            rate(write),
        );
    }
    Ok(())
}

/// The median time of a call, after a warm-up.
fn median(once: bool, mut call: impl FnMut() -> bool) -> Result<Duration, &'static str> {
    let begin = Instant::now();
    let mut times = Vec::new();
    let mut left = 100;
    while if once { left > 0 } else { begin.elapsed() < Duration::from_millis(1000) } {
        left -= 1;
        let start = Instant::now();
        if !call() {
            return Err("the session did not come back");
        }
        times.push(start.elapsed());
    }
    times.drain(..times.len() / 3);
    times.sort_unstable();
    times.get(times.len() / 2).copied().ok_or("no time was taken")
}
