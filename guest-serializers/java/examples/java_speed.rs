//! How long golden sessions take, natively: `cargo run --release -p holdfast-java --example java_speed [CASE...]`

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use holdfast_java::Java;
use holdfast_sdk::Serializer;

fn main() -> Result<(), Box<dyn Error>> {
    let mut cases: Vec<String> = std::env::args().skip(1).collect();
    if cases.is_empty() {
        cases = ["small", "shopping-cart", "large", "wide-map"].map(str::to_owned).to_vec();
    }
    println!(
        "{:<16}{:>10}{:>14}{:>10}{:>14}{:>10}",
        "session", "bytes", "read p50", "MB/s", "write p50", "MB/s"
    );
    for case in cases {
        let path = format!("{}/../../tests/golden/{case}.java", env!("CARGO_MANIFEST_DIR"));
        let stream = fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
        let mut java = Java::default();
        let mut document = Vec::new();
        java.deserialize(&stream, &mut document)?;
        // One buffer for all calls: what is measured is the serializer and not the system's memory.
        let mut out = Vec::new();
        let read = median(|| {
            out.clear();
            java.deserialize(black_box(&stream), &mut out).is_ok() && out.len() == document.len()
        })?;
        let write = median(|| {
            out.clear();
            java.serialize(black_box(&document), &mut out).is_ok() && out.len() == stream.len()
        })?;
        let rate = |time: Duration| stream.len() as f64 / time.as_secs_f64() / 1e6;
        println!(
            "{case:<16}{:>10}{:>11.2} us{:>10.0}{:>11.2} us{:>10.0}",
            stream.len(),
            read.as_secs_f64() * 1e6,
            rate(read),
            write.as_secs_f64() * 1e6,
            rate(write),
        );
    }
    Ok(())
}

/// The median time of a call, after a warm-up.
fn median(mut call: impl FnMut() -> bool) -> Result<Duration, &'static str> {
    let begin = Instant::now();
    let mut times = Vec::new();
    while begin.elapsed() < Duration::from_millis(1500) {
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
