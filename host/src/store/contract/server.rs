//! A memcached of the test's own.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::super::{MemcachedNode, Node};
use crate::config::NodeAddress;

pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// None, and a line that says so, where memcached is not installed.
    pub(crate) fn start() -> Option<Self> {
        if Command::new("memcached").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: memcached is not installed");
            return None;
        }
        // Somebody else may take the port between the choice and the start.
        (0..10).find_map(|_| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            Some(Self { process: launch(port)?, port })
        })
    }

    pub(crate) fn node(&self, operation_timeout: Duration) -> Arc<dyn Node> {
        let name = format!("n1:127.0.0.1:{}", self.port);
        let address = NodeAddress { host: "127.0.0.1".to_owned(), port: self.port };
        Arc::new(MemcachedNode::new(name, &address, operation_timeout))
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn restart(&mut self) {
        self.process = launch(self.port).expect("the port is free again");
    }

    /// Back when it has become silent: the signal reaches its threads one after the other.
    pub(crate) async fn freeze(&self) {
        self.signal("-STOP");
        let answers = || timeout(Duration::from_millis(100), self.ask("version\r\n", "\r\n"));
        while answers().await.is_ok() {}
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Sends a command of the classic text protocol and reads until the answer ends as given.
    pub(crate) async fn ask(&self, command: &str, end: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.unwrap();
        stream.write_all(command.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(end.as_bytes()) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{answer:?}");
        }
        String::from_utf8(answer).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// None: it ended instead of listening.
fn launch(port: u16) -> Option<Child> {
    let mut process = Command::new("memcached")
        .args(["-l", "127.0.0.1", "-U", "0", "-u", "nobody", "-m", "64", "-p", &port.to_string()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(10);
    while Instant::now() < patience {
        if process.try_wait().unwrap().is_some() {
            return None;
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Some(process);
        }
        sleep(Duration::from_millis(5));
    }
    let _ = process.kill();
    let _ = process.wait();
    None
}
