//! What a request costs beside a bare `set` and `get` of the same memcached: one client, one server, the two in turns, so
//! that a machine that slows down slows both.
//!
//!     cargo xtask build && cargo bench -p holdfast-tests --bench latency
//!
//! Each request changes one attribute of a session of 1 KB, and the answer says `Holdfast-Backup: stored`. On a virtual
//! machine whose host takes its processors away for a while, the p99 of all requests is that of such a while on either
//! side; so the ratio is also told of each of ten parts of the run, the median of which few whiles change.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_tests::{Connection, Holdfast, Memcached, node_list, require_memcacheds};

const WARM_UP: usize = 500;
const ROUNDS: usize = 10_000;
const PARTS: usize = 10;

fn main() -> Result<()> {
    let Some(nodes) = require_memcacheds::<2>() else {
        println!("memcached is not installed");
        return Ok(());
    };
    let list = node_list(&nodes);
    let mut bare = Bare::connect(&nodes[0])?;
    println!(
        "{:<30} {:>8} {:>8} {:>10} {:>10} {:>24}",
        "", "p50 us", "p99 us", "x p50", "x p99", "x p99, median of parts"
    );
    for (title, limit, mode) in [
        ("sticky, synchronous backup", 3.0, &[][..]),
        ("not sticky, lockingMode=all", 6.0, &["sticky=false", "lockingMode=all"]),
    ] {
        let mut server = Server::start(&[&[&list[..], "sessionBackupAsync=false"], mode].concat())?;
        let (mut bare_times, mut times) = (Vec::new(), Vec::new());
        for round in 0..WARM_UP + ROUNDS {
            let (bare_time, time) = (bare.set_and_get(round)?, server.change(round)?);
            if round >= WARM_UP {
                bare_times.push(bare_time);
                times.push(time);
            }
        }
        let in_parts = median_of_parts(&bare_times, &times);
        let [bare_half, bare_most] = percentiles(&mut bare_times);
        let [half, most] = percentiles(&mut times);
        println!("{:<30} {bare_half:>8.1} {bare_most:>8.1}", "bare set and get");
        println!(
            "{title:<30} {half:>8.1} {most:>8.1} {:>10.2} {:>10.2} {in_parts:>24.2} (under {limit})",
            half / bare_half,
            most / bare_most,
        );
    }
    Ok(())
}

/// How many times the p99 of one is that of the other, in the middle of the parts of the run.
fn median_of_parts(bare: &[Duration], times: &[Duration]) -> f64 {
    let most = |times: &[Duration]| percentiles(&mut times.to_vec())[1];
    let parts = bare.chunks(ROUNDS / PARTS).zip(times.chunks(ROUNDS / PARTS));
    let mut ratios: Vec<_> = parts.map(|(bare, times)| most(times) / most(bare)).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    (ratios[(PARTS - 1) / 2] + ratios[PARTS / 2]) / 2.0
}

fn percentiles(times: &mut [Duration]) -> [f64; 2] {
    times.sort_unstable();
    [50, 99].map(|part| times[times.len() * part / 100].as_secs_f64() * 1e6)
}

struct Server {
    _process: Holdfast,
    connection: Connection,
    attributes: String,
}

impl Server {
    fn start(sets: &[&str]) -> Result<Self> {
        let process = Holdfast::start(sets);
        let mut connection = Connection::open(process.url().trim_start_matches("http://").parse()?)?;
        let body = format!(r#"{{"attributes":{{"counter":-1,"text":"{}"}}}}"#, "x".repeat(1000));
        let answer = connection.send("POST", "/v1/sessions", &body)?;
        let id = answer.header("holdfast-session-id").context("the answer has no id")?;
        let attributes = format!("/v1/sessions/{id}/attributes");
        Ok(Self { _process: process, connection, attributes })
    }

    fn change(&mut self, number: usize) -> Result<Duration> {
        let body = format!(r#"{{"counter":{number}}}"#);
        let started = Instant::now();
        let answer = self.connection.send("PATCH", &self.attributes, &body)?;
        let took = started.elapsed();
        ensure!(answer.header("holdfast-backup") == Some("stored"), "not stored: {answer:?}");
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
