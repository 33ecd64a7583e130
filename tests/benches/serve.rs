//! What a request costs with one serializer and with another: two servers side by side, one client, requests in
//! turn, so that a machine that slows down slows both.
//!
//!     cargo xtask build && cargo bench -p holdfast-tests --bench serve
//!
//! Each request changes one attribute of a session of 1 KB, and the answer says `Holdfast-Backup: stored`. The nodes
//! are embedded, so that no network hides what the serializer costs.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_tests::{Connection, Holdfast};

const SERIALIZERS: [&str; 3] = ["msgpack", "kryo", "java"];
const ROUNDS: usize = 200;
const REQUESTS: usize = 25;

fn main() -> Result<()> {
    let mut sides = SERIALIZERS.into_iter().map(Side::start).collect::<Result<Vec<_>>>()?;
    for round in 0..ROUNDS {
        for side in &mut sides {
            for request in 0..REQUESTS {
                side.change(round * REQUESTS + request)?;
            }
        }
    }
    println!("serializer   p50 us   p99 us   x msgpack");
    let mut baseline = None;
    for side in &mut sides {
        let (p50, p99) = (side.percentile(50), side.percentile(99));
        let baseline = *baseline.get_or_insert(p50);
        println!("{:<10} {p50:>8.1} {p99:>8.1} {:>11.2}", side.serializer, p50 / baseline);
    }
    Ok(())
}

struct Side {
    serializer: &'static str,
    _server: Holdfast,
    connection: Connection,
    attributes: String,
    times: Vec<Duration>,
}

impl Side {
    fn start(serializer: &'static str) -> Result<Self> {
        let server =
            Holdfast::start(&[&format!("transcoderFactoryClass={serializer}"), "sessionBackupAsync=false"]);
        let address = server.url().trim_start_matches("http://").parse().context("no address")?;
        let mut connection = Connection::open(address)?;
        let body = format!(r#"{{"attributes":{}}}"#, attributes());
        let answer = connection.send("POST", "/v1/sessions", &body)?;
        let id = answer.header("holdfast-session-id").context("the answer has no id")?;
        let attributes = format!("/v1/sessions/{id}/attributes");
        Ok(Self { serializer, _server: server, connection, attributes, times: Vec::new() })
    }

    fn change(&mut self, number: usize) -> Result<()> {
        // The session begins with 0.
        let body = format!(r#"{{"counter":{}}}"#, number + 1);
        let start = Instant::now();
        let answer = self.connection.send("PATCH", &self.attributes, &body)?;
        self.times.push(start.elapsed());
        ensure!(answer.header("holdfast-backup") == Some("stored"), "{}: {answer:?}", self.serializer);
        Ok(())
    }

    fn percentile(&mut self, percent: usize) -> f64 {
        let at = (self.times.len() - 1) * percent / 100;
        self.times.select_nth_unstable(at).1.as_nanos() as f64 / 1_000.0
    }
}

/// About 1 KB of plain data: a user, a small cart, some texts.
fn attributes() -> String {
    let lines: Vec<_> = (0..6)
        .map(|n| format!(r#"{{"sku":"SKU-{n:06}","name":"Product number {n}","quantity":{n},"price":{n}.95,"gift":false}}"#))
        .collect();
    format!(
        r#"{{"user":"alice","email":"alice@example.com","roles":["customer","reviewer"],"csrf":"9f86d081884c7d659a2feaa0c55ad015","cart":[{}],"text":"{}","counter":0}}"#,
        lines.join(","),
        "lorem ipsum ".repeat(30)
    )
}
