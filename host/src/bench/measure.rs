//! One plugin on one session: the round trip, then the clock.

use std::time::{Duration, Instant};

use holdfast_sdk::Failure;

use super::content::difference;
use super::native;
use super::report::{Row, Timing};
use super::sessions::Session;
use crate::plugin::{Direction, Plugin, PluginError};

/// How long a direction is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Before the clock counts: caches, branch predictors, the pool.
    pub warm_up: Duration,
    /// While it counts.
    pub time: Duration,
}

impl Default for Effort {
    fn default() -> Self {
        Self { warm_up: Duration::from_millis(100), time: Duration::from_millis(500) }
    }
}

/// So many calls at least, however long one takes.
const LEAST: usize = 20;

/// Calls of each side in turn, so that a machine that slows down slows both.
const BATCH: usize = 8;

/// Runs a session through a plugin. What the plugin refuses is a row of its own, not an error.
#[must_use]
pub fn measure(plugin: &Plugin, session: &Session, effort: Effort) -> Row {
    let description = plugin.description();
    let row = Row {
        plugin: description.name.clone(),
        version: description.version.clone(),
        session: session.name.clone(),
        bytes: 0,
        lossless: false,
        lost: Vec::new(),
        refused: None,
        encode: None,
        decode: None,
    };
    match run(plugin, session, effort, row.clone()) {
        Ok(row) => row,
        Err(error) => Row { refused: Some(error.reason()), ..row },
    }
}

fn run(plugin: &Plugin, session: &Session, effort: Effort, row: Row) -> Result<Row, PluginError> {
    let document = &session.document;
    let bytes = plugin.serialize(document)?;
    let read = plugin.deserialize(&bytes)?;
    let lost =
        difference(document, &read).unwrap_or_else(|error| vec![format!("its document is damaged: {error}")]);

    let mut native = native::of(plugin);
    let size = document.len();
    let encode = Timing {
        fuel: plugin.fuel(Direction::Serialize, document)?,
        boundary_us: micros(plugin.boundary_cost(size, bytes.len())?),
        ..time(
            effort,
            size,
            bytes.len(),
            || plugin.serialize(document).map(drop),
            native.as_mut().map(|native| |out: &mut Vec<u8>| native.encode(document, out)),
        )?
    };
    let decode = Timing {
        fuel: plugin.fuel(Direction::Deserialize, &bytes)?,
        boundary_us: micros(plugin.boundary_cost(bytes.len(), size)?),
        ..time(
            effort,
            size,
            read.len(),
            || plugin.deserialize(&bytes).map(drop),
            native.as_mut().map(|native| |out: &mut Vec<u8>| native.decode(&bytes, out)),
        )?
    };
    Ok(Row {
        bytes: bytes.len(),
        lossless: lost.is_empty(),
        lost,
        encode: Some(encode),
        decode: Some(decode),
        ..row
    })
}

/// Times a call through Wasm, and the same natively beside it, with a result buffer of its own each time that need not grow:
/// so has a component that has seen such a session.
fn time(
    effort: Effort,
    size: usize,
    result: usize,
    mut wasm: impl FnMut() -> Result<(), PluginError>,
    mut native: Option<impl FnMut(&mut Vec<u8>) -> Result<(), Failure>>,
) -> Result<Timing, PluginError> {
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let start = Instant::now();
    let mut warm = false;
    loop {
        let spent = start.elapsed();
        if !warm && spent > effort.warm_up {
            warm = true;
            ours.0.clear();
            theirs.0.clear();
        }
        if warm && spent > effort.warm_up + effort.time && ours.0.len() >= LEAST {
            break;
        }
        for _ in 0..BATCH {
            let start = Instant::now();
            wasm()?;
            ours.record(start.elapsed());
        }
        if let Some(native) = &mut native {
            for _ in 0..BATCH {
                let start = Instant::now();
                let mut out = Vec::with_capacity(result + result / 16 + 256);
                // A failure here would have been one through Wasm, which comes first.
                let _ = native(&mut out);
                std::hint::black_box(&out);
                drop(out);
                theirs.record(start.elapsed());
            }
        }
    }
    let p50_us = ours.percentile(50);
    Ok(Timing {
        p50_us,
        p99_us: ours.percentile(99),
        mb_per_s: if p50_us > 0.0 { size as f64 / p50_us } else { 0.0 },
        fuel: 0,
        boundary_us: 0.0,
        native_p50_us: native.is_some().then(|| theirs.percentile(50)),
    })
}

/// Times of calls. All are kept: half a second of calls of a microsecond are 4 MB.
#[derive(Default)]
struct Samples(Vec<Duration>);

impl Samples {
    fn record(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The time, in us, under which so many of 100 calls stay.
    fn percentile(&mut self, percent: usize) -> f64 {
        let at = self.0.len().saturating_sub(1) * percent / 100;
        if self.0.is_empty() {
            return 0.0;
        }
        micros(*self.0.select_nth_unstable(at).1)
    }
}

fn micros(took: Duration) -> f64 {
    took.as_nanos() as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_calls_stay_under_the_median() {
        let mut samples = Samples::default();
        for micros in (1..=101).rev() {
            samples.record(Duration::from_micros(micros));
        }
        assert_eq!((samples.percentile(50), samples.percentile(99)), (51.0, 100.0));
    }
}
