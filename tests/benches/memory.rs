//! What a session costs a server in memory: the slope of its resident size from 100,000 to 1,000,000 sessions of 1,024
//! bytes, and what a request costs at both ends.
//!
//!     cargo xtask build && cargo bench -p holdfast-tests --bench memory [-- SESSIONS]

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_tests::{Connection, Holdfast, require_memcached};

const CLIENTS: usize = 8;
const LIMIT: f64 = 1.6 * 1024.0;

fn main() -> Result<()> {
    let most = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let few = most / 10;
    let Some(node) = require_memcached() else {
        println!("memcached is not installed");
        return Ok(());
    };
    let nodes = format!("memcachedNodes={}", node.node("n1"));
    let server = Holdfast::start(&[&nodes, "sessionBackupAsync=false", "sessionBackupTimeout=5000"]);
    // A document of 1,024 bytes: a map of one attribute, with its name.
    let body = format!(r#"{{"attributes":{{"text":"{}"}}}}"#, "x".repeat(1024 - 11));
    let ids = create(&server, few, &body)?;
    let (before, cost_before) = (resident(&server)?, cost(&server, &ids)?);
    create(&server, most - few, &body)?;
    let (after, cost_after) = (resident(&server)?, cost(&server, &ids)?);
    let slope = (after - before) as f64 / (most - few) as f64;
    println!("resident size at {few:>9} sessions   {:>8.1} MB", before as f64 / 1e6);
    println!("resident size at {most:>9} sessions   {:>8.1} MB", after as f64 / 1e6);
    println!("a session of 1,024 bytes             {slope:>8.0} bytes (at most {LIMIT:.0})");
    println!("a request, p50                       {cost_before:>8.1} us, then {cost_after:.1} us");
    Ok(())
}

fn create(server: &Holdfast, count: usize, body: &str) -> Result<Vec<String>> {
    let address = server.url().trim_start_matches("http://").parse()?;
    let mut ids = Vec::new();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(move || -> Result<Vec<String>> {
                    let mut connection = Connection::open(address)?;
                    (0..count / CLIENTS)
                        .map(|_| {
                            let answer = connection.send("POST", "/v1/sessions", body)?;
                            ensure!(answer.status == 201, "{answer:?}");
                            Ok(answer.header("holdfast-session-id").context("no id")?.to_owned())
                        })
                        .collect()
                })
            })
            .collect();
        for client in clients {
            ids.extend(client.join().map_err(|_| anyhow::anyhow!("a client failed"))??);
        }
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(ids)
}

fn resident(server: &Holdfast) -> Result<u64> {
    // What was freed a moment ago may be given back late.
    thread::sleep(Duration::from_secs(2));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// Microseconds that a change takes, half of the time at most.
fn cost(server: &Holdfast, ids: &[String]) -> Result<f64> {
    let mut connection = Connection::open(server.url().trim_start_matches("http://").parse()?)?;
    let mut times = Vec::new();
    for (number, id) in ids.iter().step_by(ids.len() / 2000).enumerate() {
        let path = format!("/v1/sessions/{id}/attributes");
        let started = Instant::now();
        let answer = connection.send("PATCH", &path, &format!(r#"{{"text":"{number}"}}"#))?;
        times.push(started.elapsed());
        ensure!(answer.status == 200, "{answer:?}");
    }
    times.sort_unstable();
    Ok(times[times.len() / 2].as_secs_f64() * 1e6)
}
