//! What the black-box tests share: the built program, a memcached, and plain clients of both.
//!
//! A test that lacks something it needs writes a line to the file that `HOLDFAST_SKIPPED` names and returns;
//! `cargo xtask test` counts it as skipped.

mod cluster;
mod connection;
mod http;
pub mod load;
mod memcached;
mod program;
mod tomcat;

use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

pub use cluster::{Begun, Cluster};
pub use connection::{Connection, Reply};
pub use http::{Answer, Client};
pub use memcached::{
    Memcached, Stored, memcached_is_missing, node_list, node_name, node_of, require_memcached,
    require_memcached_on, require_memcacheds,
};
pub use program::{Holdfast, plugins, program, run};
pub use tomcat::{Application, Browser, Generation, Tomcat};

/// How long a test waits for what should happen at once, on a machine that does other things as well.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Notes that the running test cannot do its work here.
pub fn skip(why: &str) {
    let thread = std::thread::current();
    let line = format!("{}: {why}\n", thread.name().unwrap_or("a test"));
    print!("skipped: {line}");
    if let Some(file) = std::env::var_os("HOLDFAST_SKIPPED") {
        let mut file = OpenOptions::new().append(true).create(true).open(file).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

/// A port on which nobody listens at the moment.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Asks until there is an answer.
///
/// # Panics
/// When there is none within [`PATIENCE`]; `what` says what was waited for.
pub fn wait_for<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "still waiting for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
