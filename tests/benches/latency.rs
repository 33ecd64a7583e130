//! What a request costs beside a bare `set` and `get` of the same memcached: one client, the three in turns, so that a
//! machine that slows down slows all.
//!
//!     cargo xtask build && cargo bench -p holdfast-tests --bench latency
//!
//! Each request changes one attribute of a session of 1 KB, and the answer says `Holdfast-Backup: stored`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_tests::{Connection, Holdfast, Memcached, node_list, require_memcacheds};

const WARM_UP: usize = 500;
const ROUNDS: usize = 10_000;

fn main() -> Result<()> {
    let Some(nodes) = require_memcacheds::<2>() else {
        println!("memcached is not installed");
        return Ok(());
    };
    let list = node_list(&nodes);
    let sync = "sessionBackupAsync=false";
    let mut sides = [
        Side::start("sticky, synchronous backup", 3.0, &[&list, sync])?,
        Side::start("not sticky, lockingMode=all", 6.0, &[&list, sync, "sticky=false", "lockingMode=all"])?,
    ];
    let mut bare = Bare::connect(&nodes[0])?;
    let mut bare_times = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        let times = [bare.set_and_get(round)?, sides[0].change(round)?, sides[1].change(round)?];
        if round >= WARM_UP {
            bare_times.push(times[0]);
            for (side, time) in sides.iter_mut().zip(&times[1..]) {
                side.times.push(*time);
            }
        }
    }
    let [p50, p99] = percentiles(&mut bare_times);
    println!("{:<30} {:>8} {:>8} {:>10} {:>10}", "", "p50 us", "p99 us", "x p50", "x p99");
    println!("{:<30} {p50:>8.1} {p99:>8.1}", "bare set and get");
    for side in &mut sides {
        let [half, most] = percentiles(&mut side.times);
        println!(
            "{:<30} {half:>8.1} {most:>8.1} {:>10.2} {:>10.2} (under {})",
            side.title,
            half / p50,
            most / p99,
            side.limit
        );
    }
    Ok(())
}

fn percentiles(times: &mut [Duration]) -> [f64; 2] {
    times.sort_unstable();
    [50, 99].map(|part| times[times.len() * part / 100].as_secs_f64() * 1e6)
}

struct Side {
    title: &'static str,
    limit: f64,
    _server: Holdfast,
    connection: Connection,
    attributes: String,
    times: Vec<Duration>,
}

impl Side {
    fn start(title: &'static str, limit: f64, sets: &[&str]) -> Result<Self> {
        let server = Holdfast::start(sets);
        let mut connection = Connection::open(server.url().trim_start_matches("http://").parse()?)?;
        let body = format!(r#"{{"attributes":{{"counter":-1,"text":"{}"}}}}"#, "x".repeat(1000));
        let answer = connection.send("POST", "/v1/sessions", &body)?;
        let id = answer.header("holdfast-session-id").context("the answer has no id")?;
        let attributes = format!("/v1/sessions/{id}/attributes");
        Ok(Self { title, limit, _server: server, connection, attributes, times: Vec::new() })
    }

    fn change(&mut self, number: usize) -> Result<Duration> {
        let body = format!(r#"{{"counter":{number}}}"#);
        let started = Instant::now();
        let answer = self.connection.send("PATCH", &self.attributes, &body)?;
        let took = started.elapsed();
        ensure!(answer.header("holdfast-backup") == Some("stored"), "{}: not stored: {answer:?}", self.title);
        Ok(took)
    }
}

/// A client that does what a backup and a load do at least.
struct Bare(BufReader<TcpStream>);

impl Bare {
    fn connect(memcached: &Memcached) -> Result<Self> {
        let node = memcached.node("n1");
        let address = node.strip_prefix("n1:").context("no address")?;
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn set_and_get(&mut self, number: usize) -> Result<Duration> {
        let value = format!("{number:0>1100}");
        let started = Instant::now();
        self.0.get_mut().write_all(format!("set bare 0 1860 1100\r\n{value}\r\n").as_bytes())?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        ensure!(line == "STORED\r\n", "{line}");
        self.0.get_mut().write_all(b"get bare\r\n")?;
        line.clear();
        self.0.read_line(&mut line)?;
        let mut answer = vec![0; 1100 + 2 + 5];
        self.0.read_exact(&mut answer)?;
        let took = started.elapsed();
        ensure!(answer.starts_with(value.as_bytes()), "another value");
        Ok(took)
    }
}
