//! A memcached of the test's own.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::super::{BinaryNode, Credentials, MemcachedNode, Node};
use crate::config::NodeAddress;

pub(crate) struct Server {
    process: Child,
    port: u16,
    how: How,
}

/// How it is started, beside its port.
#[derive(Debug, Clone)]
struct How {
    host: &'static str,
    arguments: Vec<String>,
    /// What SASL reads its settings from.
    sasl: Option<PathBuf>,
}

impl Server {
    /// None, and a line that says so, where memcached is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_on("127.0.0.1", &[])
    }

    /// One with further arguments, on an address that this machine has.
    pub(crate) fn start_on(host: &'static str, arguments: &[&str]) -> Option<Self> {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self::start_as(&How { host, arguments, sasl: None })
    }

    /// One that wants a login, which the folder's `memcached.conf` describes.
    pub(crate) fn start_with_logins(folder: &Path) -> Option<Self> {
        let sasl = Some(folder.to_owned());
        Self::start_as(&How { host: "127.0.0.1", arguments: vec!["-S".to_owned()], sasl })
    }

    fn start_as(how: &How) -> Option<Self> {
        if Command::new("memcached").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: memcached is not installed");
            return None;
        }
        // Somebody else may take the port between the choice and the start.
        (0..10).find_map(|_| {
            let listener = TcpListener::bind((how.host, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            Some(Self { process: launch(port, how)?, port, how: how.clone() })
        })
    }

    pub(crate) fn address(&self) -> NodeAddress {
        NodeAddress { host: self.how.host.to_owned(), port: self.port }
    }

    fn name(&self) -> String {
        format!("n1:{}", self.address())
    }

    pub(crate) fn node(&self, operation_timeout: Duration) -> Arc<dyn Node> {
        Arc::new(MemcachedNode::new(self.name(), &self.address(), operation_timeout))
    }

    pub(crate) fn binary_node(&self, operation_timeout: Duration) -> Arc<dyn Node> {
        self.binary_node_for(operation_timeout, None)
    }

    pub(crate) fn binary_node_for(
        &self,
        operation_timeout: Duration,
        credentials: Option<Credentials>,
    ) -> Arc<dyn Node> {
        Arc::new(BinaryNode::new(self.name(), &self.address(), operation_timeout, credentials))
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn restart(&mut self) {
        self.process = launch(self.port, &self.how).expect("the port is free again");
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
        let mut stream = tokio::net::TcpStream::connect((self.how.host, self.port)).await.unwrap();
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
fn launch(port: u16, how: &How) -> Option<Child> {
    let mut command = Command::new("memcached");
    command
        .args(["-l", how.host, "-U", "0", "-u", "nobody", "-m", "64", "-p", &port.to_string()])
        .args(&how.arguments)
        .stderr(Stdio::null());
    if let Some(folder) = &how.sasl {
        command.env("SASL_CONF_PATH", folder);
    }
    let mut process = command.spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(10);
    while Instant::now() < patience {
        if process.try_wait().unwrap().is_some() {
            return None;
        }
        if TcpStream::connect((how.host, port)).is_ok() {
            return Some(process);
        }
        sleep(Duration::from_millis(5));
    }
    let _ = process.kill();
    let _ = process.wait();
    None
}
