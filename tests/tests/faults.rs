//! Nothing that was acknowledged is lost while nodes die one after the other. `cargo bench --bench faults` does the same
//! for minutes.

use std::time::Duration;

use holdfast_tests::{Holdfast, load, node_list, require_memcacheds};

const LOAD: load::Load = load::Load {
    clients: 8,
    sessions: 100,
    time: Duration::from_secs(13),
    between_faults: Duration::from_secs(4),
};

fn nothing_is_lost(servers: usize, sets: &[&str]) {
    let Some(mut nodes) = require_memcacheds::<3>() else { return };
    let list = node_list(&nodes);
    let mut all = vec![list.as_str(), "sessionBackupAsync=false", "sessionBackupTimeout=5000"];
    all.extend(sets);
    let servers: Vec<_> = (0..servers).map(|_| Holdfast::start(&all)).collect();
    let outcome = load::run(&servers, &mut nodes, LOAD).unwrap();
    println!("{outcome}");
    assert!(outcome.lost_sessions.is_empty() && outcome.lost_changes.is_empty(), "{outcome}");
    assert_eq!(outcome.not_found, 0, "{outcome}");
    assert!(outcome.killed > 1 && outcome.frozen > 0, "{outcome}");
    assert!(outcome.acknowledged > 1000, "{outcome}");
}

#[test]
fn no_sticky_session_and_no_acknowledged_change_is_lost_while_nodes_die() {
    nothing_is_lost(1, &[]);
}

#[test]
fn no_session_of_two_servers_and_no_acknowledged_change_is_lost_while_nodes_die() {
    nothing_is_lost(2, &["sticky=false", "lockingMode=all"]);
}
