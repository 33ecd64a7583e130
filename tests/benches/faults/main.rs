//! Whether anything is lost while nodes die: 32 clients on 500 sessions, three nodes, one of which is killed or frozen
//! every 10 seconds, for two minutes; sticky, and not sticky with two servers and locks.
//!
//!     cargo bench -p holdfast-tests --bench faults [-- SECONDS]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use holdfast_tests::{Holdfast, load, node_list, require_memcacheds};

fn main() -> Result<ExitCode> {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(120);
    let load = load::Load {
        clients: 32,
        sessions: 500,
        time: Duration::from_secs(seconds),
        between_faults: Duration::from_secs(10),
    };
    let modes = [
        ("sticky", 1, &[][..]),
        ("not sticky, lockingMode=all, two servers", 2, &["sticky=false", "lockingMode=all"]),
    ];
    let mut lost = false;
    for (title, servers, mode) in modes {
        let Some(mut nodes) = require_memcacheds::<3>() else {
            println!("memcached is not installed");
            return Ok(ExitCode::FAILURE);
        };
        let list = node_list(&nodes);
        let sets = [&[list.as_str(), "sessionBackupAsync=false", "sessionBackupTimeout=3000"], mode].concat();
        let servers: Vec<_> = (0..servers).map(|_| Holdfast::start(&sets)).collect();
        println!("{title}, {seconds} s");
        let outcome = load::run(&servers, &mut nodes, load)?;
        println!("{outcome}");
        lost |= !outcome.lost_sessions.is_empty() || !outcome.lost_changes.is_empty();
    }
    Ok(if lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
