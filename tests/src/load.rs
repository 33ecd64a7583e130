//! Clients that change sessions while nodes die, and keep account of what they were told is stored.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{Connection, Holdfast, Memcached};

/// How many clients do what for how long.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Clients, each with a connection to each server.
    pub clients: usize,
    /// Sessions, which all clients share.
    pub sessions: usize,
    /// How long.
    pub time: Duration,
    /// From one fault to the next; the sessions are written in between.
    pub between_faults: Duration,
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is killed, and started again with nothing.
    Killed,
    /// It is frozen, and woken with what it had.
    Frozen,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Changes that were acknowledged.
    pub acknowledged: u64,
    /// Changes that were refused or not acknowledged, by status.
    pub refused: BTreeMap<String, u64>,
    /// Answers that said that there is no such session.
    pub not_found: u64,
    /// Sessions that were not there at the end.
    pub lost_sessions: Vec<String>,
    /// Acknowledged changes that were not there at the end.
    pub lost_changes: Vec<String>,
    /// Nodes that died.
    pub killed: u64,
    /// Nodes that were frozen.
    pub frozen: u64,
    /// Milliseconds that a change took: half of them less than the first, 99 of 100 less than the second, all less than
    /// the third.
    pub took_ms: [f64; 3],
}

/// A session as its clients know it.
struct Known {
    id: Mutex<String>,
    /// The last acknowledged change of each client.
    acknowledged: Vec<AtomicU64>,
}

impl Known {
    fn id(&self) -> MutexGuard<'_, String> {
        self.id.lock().unwrap()
    }
}

/// Has clients change sessions at all servers in turn, while one node after the other fails.
///
/// # Errors
/// The servers do not work at all.
pub fn run(servers: &[Holdfast], nodes: &mut [Memcached], load: Load) -> Result<Outcome> {
    let addresses = servers
        .iter()
        .map(|server| server.url().trim_start_matches("http://").parse().context("no address"))
        .collect::<Result<Vec<_>>>()?;
    let connect = || addresses.iter().map(|&address| Connection::open(address)).collect::<Result<Vec<_>>>();
    let mut first = connect()?;
    let sessions = (0..load.sessions)
        .map(|_| {
            let answer = first[0].send("POST", "/v1/sessions", r#"{"attributes":{"made":true}}"#)?;
            ensure!(answer.header("holdfast-backup") == Some("stored"), "a session was not stored");
            let id = answer.header("holdfast-session-id").context("no id")?.to_owned();
            let acknowledged = (0..load.clients).map(|_| AtomicU64::new(0)).collect();
            Ok(Known { id: Mutex::new(id), acknowledged })
        })
        .collect::<Result<Vec<_>>>()?;

    let mut outcome = Outcome::default();
    let over = AtomicBool::new(false);
    let counts = Mutex::new((0, BTreeMap::<String, u64>::new(), 0, Vec::new()));
    let next = AtomicU64::new(0);
    thread::scope(|scope| -> Result<()> {
        for client in 0..load.clients {
            let (sessions, over, counts, next, connect) = (&sessions, &over, &counts, &next, &connect);
            scope.spawn(move || {
                let mut connections = connect().unwrap();
                let (mut acknowledged, mut not_found) = (0, 0);
                let mut refused = BTreeMap::<String, u64>::new();
                let mut times = Vec::new();
                let mut number = 0u64;
                while !over.load(Ordering::Relaxed) {
                    number += 1;
                    let turn = next.fetch_add(1, Ordering::Relaxed) as usize;
                    let known = &sessions[turn % sessions.len()];
                    let at = turn / sessions.len() % connections.len();
                    let id = known.id().clone();
                    let path = format!("/v1/sessions/{id}/attributes");
                    let started = Instant::now();
                    let answer =
                        connections[at].send("PATCH", &path, &format!(r#"{{"c{client}":{number}}}"#));
                    times.push(started.elapsed());
                    let answer = match answer {
                        Ok(answer) => answer,
                        Err(error) => {
                            *refused.entry(format!("no answer: {error:#}")).or_default() += 1;
                            connections = connect().unwrap();
                            continue;
                        }
                    };
                    let backup = answer.header("holdfast-backup").unwrap_or("none");
                    match (answer.status, backup) {
                        (200, "stored" | "unchanged") => {
                            acknowledged += 1;
                            known.acknowledged[client].store(number, Ordering::Relaxed);
                        }
                        (404, _) => not_found += 1,
                        (status, backup) => {
                            *refused.entry(format!("{status} {backup}")).or_default() += 1;
                        }
                    }
                    if answer.status == 200
                        && let Some(now) = answer.header("holdfast-session-id")
                        && now != id
                    {
                        now.clone_into(&mut known.id());
                    }
                }
                let mut counts = counts.lock().unwrap();
                counts.0 += acknowledged;
                for (what, count) in refused {
                    *counts.1.entry(what).or_default() += count;
                }
                counts.2 += not_found;
                counts.3.append(&mut times);
            });
        }
        let started = Instant::now();
        let mut turn = 0;
        while started.elapsed() + load.between_faults <= load.time {
            let fault = if turn % 2 == 0 { Fault::Killed } else { Fault::Frozen };
            let node = turn % nodes.len();
            // Half of the time it is away; the other half everything is written while all are there.
            let away = load.between_faults / 2;
            match fault {
                Fault::Killed => {
                    outcome.killed += 1;
                    nodes[node].kill();
                    // At once at times, before anybody has noticed.
                    if turn % 4 == 0 {
                        thread::sleep(away);
                    }
                    nodes[node].restart();
                    if turn % 4 != 0 {
                        thread::sleep(away);
                    }
                }
                Fault::Frozen => {
                    outcome.frozen += 1;
                    nodes[node].freeze();
                    thread::sleep(away);
                    nodes[node].thaw();
                }
            }
            thread::sleep(load.between_faults - away);
            turn += 1;
        }
        thread::sleep(load.time.saturating_sub(started.elapsed()));
        over.store(true, Ordering::Relaxed);
        Ok(())
    })?;

    let (acknowledged, refused, not_found, mut times) = counts.into_inner().unwrap();
    (outcome.acknowledged, outcome.refused, outcome.not_found) = (acknowledged, refused, not_found);
    times.sort_unstable();
    let at = |part: f64| {
        let index = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    outcome.took_ms = [at(0.5), at(0.99), at(1.0)];

    let mut last = connect()?;
    for (number, known) in sessions.iter().enumerate() {
        let id = known.id().clone();
        let servers = last.len();
        let answer = last[number % servers].send("GET", &format!("/v1/sessions/{id}"), "")?;
        if answer.status != 200 {
            outcome.lost_sessions.push(format!("{id}: {}", answer.status));
            continue;
        }
        let session: Value = serde_json::from_slice(&answer.body)?;
        for (client, acknowledged) in known.acknowledged.iter().enumerate() {
            let acknowledged = acknowledged.load(Ordering::Relaxed);
            // One that was not acknowledged may have been made all the same.
            let is = session["attributes"][format!("c{client}")].as_u64().unwrap_or(0);
            if is < acknowledged {
                outcome
                    .lost_changes
                    .push(format!("{id}: client {client} has {is} and was told {acknowledged}"));
            }
        }
    }
    Ok(outcome)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, all] = self.took_ms;
        writeln!(f, "acknowledged changes   {}", self.acknowledged)?;
        writeln!(f, "  lost                 {}", self.lost_changes.len())?;
        writeln!(f, "sessions lost          {}", self.lost_sessions.len())?;
        writeln!(f, "answers 404            {}", self.not_found)?;
        writeln!(f, "nodes killed, frozen   {}, {}", self.killed, self.frozen)?;
        writeln!(f, "ms, p50 p99 max        {half:.2} {most:.2} {all:.0}")?;
        for (what, count) in &self.refused {
            writeln!(f, "not acknowledged       {count} ({what})")?;
        }
        for lost in self.lost_sessions.iter().chain(&self.lost_changes).take(20) {
            writeln!(f, "lost: {lost}")?;
        }
        Ok(())
    }
}
