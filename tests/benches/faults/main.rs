//! Whether anything is lost while nodes die: 32 clients on 500 sessions, three nodes, one of which is killed or frozen
//! every 10 seconds, for two minutes; sticky, and not sticky with two servers and locks.
//!
//!     cargo bench -p holdfast-tests --bench faults [-- SECONDS]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use holdfast_tests::{Holdfast, load, require_memcached};

fn main() -> Result<ExitCode> {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(120);
    let load = load::Load {
        clients: 32,
        sessions: 500,
        time: Duration::from_secs(seconds),
        between_faults: Duration::from_secs(10),
    };
    let modes =
        [("sticky", 1, "sticky=true"), ("not sticky, lockingMode=all, two servers", 2, "sticky=false")];
    let mut lost = false;
    for (title, servers, sticky) in modes {
        let Some(mut nodes) = (0..3).map(|_| require_memcached()).collect::<Option<Vec<_>>>() else {
            println!("memcached is not installed");
            return Ok(ExitCode::FAILURE);
        };
        let list: Vec<_> = (1..).zip(&nodes).map(|(number, node)| node.node(&format!("n{number}"))).collect();
        let list = format!("memcachedNodes={}", list.join(","));
        let sets =
            [&list, sticky, "lockingMode=all", "sessionBackupAsync=false", "sessionBackupTimeout=3000"];
        // Locks are for non-sticky sessions.
        let sets = if servers == 1 { [&list, sticky, "enabled=true", sets[3], sets[4]] } else { sets };
        let servers: Vec<_> = (0..servers).map(|_| Holdfast::start(&sets)).collect();
        println!("{title}, {seconds} s");
        let outcome = load::run(&servers, &mut nodes, load)?;
        println!("{outcome}");
        lost |= !outcome.lost_sessions.is_empty() || !outcome.lost_changes.is_empty();
    }
    Ok(if lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
