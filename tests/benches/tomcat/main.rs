//! Holdfast beside a real Tomcat 9 with MSM 2.3.2: requests that change a session, each stored before it is answered.
//!
//!     cargo xtask bench-tomcat [--format json]
//!
//! 16 clients, each with a session of its own and a connection that stays open; each request replaces an attribute by
//! another text of 1 KB, and the answer brings it back. Both sides have Java's serialization, the same two memcacheds and
//! the same client; both are warm, and take turns.

mod side;

use std::env;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use holdfast_tests::{Memcached, node_list, program, require_memcacheds};
use serde_json::{Value, json};
use side::{Measured, Side};

/// The JVM's compiler needs this long until nothing gets faster.
const WARM: Duration = Duration::from_secs(12);
const ROUNDS: usize = 5;
/// Of one round on each side.
const ROUND: Duration = Duration::from_secs(4);

/// What both sides are told, and how many times as many requests as MSM Holdfast must answer.
struct Mode {
    name: &'static str,
    settings: &'static [&'static str],
    /// Of each change.
    copies: u64,
    floor: f64,
}

const MODES: [Mode; 2] = [
    Mode { name: "sticky", settings: &["sticky=true"], copies: 1, floor: 1.5 },
    Mode {
        name: "non-sticky, lockingMode=all",
        settings: &["sticky=false", "lockingMode=all"],
        copies: 2,
        floor: 3.0,
    },
];

/// On both sides: an answer waits until its session is stored, however long that takes on a busy machine.
const COMMON: [&str; 2] = ["sessionBackupAsync=false", "sessionBackupTimeout=10000"];

fn main() -> Result<()> {
    let rows = MODES.iter().map(measure).collect::<Result<Vec<_>>>()?;
    let report = json!({ "versions": versions()?, "rows": rows });
    if env::args().any(|argument| argument == "json") {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        table(&report);
    }
    Ok(())
}

fn measure(mode: &Mode) -> Result<Value> {
    eprintln!("{}", mode.name);
    let Some(nodes) = require_memcacheds::<2>() else { bail!("memcached is not installed") };
    let list = node_list(&nodes);
    let settings = [&COMMON[..], mode.settings, &[&list]].concat();

    let mut tomcat = Side::tomcat(&settings)?;
    let mut holdfast = Side::holdfast(&settings)?;
    run(&mut tomcat, WARM, &nodes)?;
    run(&mut holdfast, WARM / 3, &nodes)?;
    let (mut theirs, mut ours) = (Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        theirs += run(&mut tomcat, ROUND, &nodes)?;
        ours += run(&mut holdfast, ROUND, &nodes)?;
    }
    Ok(json!({
        "mode": mode.name,
        "floor": mode.floor,
        "msm": theirs.report(mode.copies),
        "holdfast": ours.report(mode.copies),
        "times": ours.rate() / theirs.rate(),
    }))
}

/// One side for a while, and what of it reached the nodes.
fn run(side: &mut Side, length: Duration, nodes: &[Memcached; 2]) -> Result<Measured> {
    // Below that are locks and validity records.
    let stores = || nodes.iter().map(|node| node.stores_from(1000)).sum::<u64>();
    let before = stores();
    let mut measured = side.run(length)?;
    // MSM writes second copies after its answers.
    sleep(Duration::from_millis(500));
    measured.stores = stores() - before;
    measured.last_ones_lost = side.last_ones_lost(nodes);
    Ok(measured)
}

fn versions() -> Result<Value> {
    let said = |program: &str, argument: &str| -> Result<String> {
        let output =
            Command::new(program).arg(argument).output().with_context(|| format!("cannot run {program}"))?;
        let text = [output.stdout, output.stderr].concat();
        Ok(String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned())
    };
    let program = program();
    Ok(json!({
        "holdfast": said(&program.to_string_lossy(), "--version")?,
        "tomcat": "Tomcat 9.0.13, MSM 2.3.2",
        "java": said("java", "-version")?,
        "memcached": said("memcached", "-V")?,
        "cores": std::thread::available_parallelism()?.get(),
    }))
}

fn table(report: &Value) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let versions = report["versions"].as_object().into_iter().flatten();
    let versions: Vec<_> = versions.map(|(name, version)| format!("{name}: {}", text(version))).collect();
    println!("{}\n", versions.join("; "));
    println!(
        "| mode | server | requests/s | server's CPU us/request | changes stored | clients whose last change is not stored | x MSM (at least) |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for row in report["rows"].as_array().into_iter().flatten() {
        for (server, name) in [("msm", "Tomcat 9, MSM"), ("holdfast", "Holdfast")] {
            let side = &row[server];
            let rate = side["requests_per_s"].as_f64().unwrap_or_default();
            let times = match row["times"].as_f64() {
                Some(times) if server == "holdfast" => format!("{times:.1} ({})", row["floor"]),
                _ => String::new(),
            };
            println!(
                "| {} | {name} | {rate:.0} | {:.0} | {:.1} % | {} of {} | {times} |",
                text(&row["mode"]),
                side["server_cpu_us_per_request"].as_f64().unwrap_or_default(),
                side["stored"].as_f64().unwrap_or_default() * 100.0,
                side["last_changes_lost"],
                side["last_changes"],
            );
        }
    }
}
