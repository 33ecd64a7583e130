//! A memcached of the test's own, and a client that speaks the plain text protocol and knows nothing of Holdfast.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::{free_port, skip, wait_for};

/// A running memcached; it ends with this value.
#[derive(Debug)]
pub struct Memcached {
    process: Child,
    host: &'static str,
    port: u16,
}

/// What lies under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The item flags.
    pub flags: u32,
    /// The bytes.
    pub value: Vec<u8>,
}

/// Whether no memcached can be had here.
pub fn memcached_is_missing() -> bool {
    Command::new("memcached").arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
}

/// A memcached, or none and a note that the test is skipped.
pub fn require_memcached() -> Option<Memcached> {
    require_memcached_on("127.0.0.1")
}

/// The same on a loopback address of choice, such as `::1`.
pub fn require_memcached_on(host: &'static str) -> Option<Memcached> {
    if memcached_is_missing() {
        skip("memcached is not installed");
        return None;
    }
    if TcpListener::bind((host, 0)).is_err() {
        skip("this machine does not have the address");
        return None;
    }
    // Somebody else may take the port between the choice and the start.
    let started = (0..10).find_map(|_| Memcached::start(host, free_port()));
    Some(started.expect("memcached does not start"))
}

/// Some of them, or none and a note that the test is skipped.
pub fn require_memcacheds<const N: usize>() -> Option<[Memcached; N]> {
    let started: Vec<_> = (0..N).map_while(|_| require_memcached()).collect();
    started.try_into().ok()
}

/// `memcachedNodes` of n1, n2 and so on.
pub fn node_list(nodes: &[Memcached]) -> String {
    let nodes = (1..).zip(nodes).map(|(number, node)| node.node(&format!("n{number}")));
    format!("memcachedNodes={}", nodes.collect::<Vec<_>>().join(","))
}

/// The node that a session id names; the last part of the id may be a route.
pub fn node_of<'a>(id: &str, nodes: &'a mut [Memcached]) -> &'a mut Memcached {
    let number: usize = node_name(id).strip_prefix('n').unwrap().parse().unwrap();
    &mut nodes[number - 1]
}

/// The name of the node in a session id.
pub fn node_name(id: &str) -> &str {
    let (_, node) = id.split_once('-').unwrap_or_else(|| panic!("{id} names no node"));
    node.split('.').next().unwrap()
}

impl Memcached {
    fn start(host: &'static str, port: u16) -> Option<Self> {
        let process = Command::new("memcached")
            .args(["-l", host, "-U", "0", "-u", "nobody", "-m", "64", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut started = Self { process, host, port };
        wait_for("memcached", || {
            let ended = started.process.try_wait().unwrap().is_some();
            (ended || TcpStream::connect((host, port)).is_ok()).then_some(!ended)
        })
        .then_some(started)
    }

    /// As it is written in `memcachedNodes`, with a node id.
    pub fn node(&self, id: &str) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("{id}:[{host}]:{port}") } else { format!("{id}:{host}:{port}") }
    }

    /// What lies under `key`.
    pub fn get(&self, key: &str) -> Option<Stored> {
        let mut stream = BufReader::new(self.ask(&format!("get {key}\r\n")));
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let words: Vec<_> = line.split_whitespace().collect();
        let ["VALUE", found, flags, length] = words[..] else {
            assert_eq!(line, "END\r\n");
            return None;
        };
        assert_eq!(found, key);
        let mut value = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut value).unwrap();
        Some(Stored { flags: flags.parse().unwrap(), value })
    }

    /// Seconds that the item under `key` has left; negative where it never ends.
    pub fn seconds_left(&self, key: &str) -> i64 {
        let mut line = String::new();
        BufReader::new(self.ask(&format!("mg {key} t\r\n"))).read_line(&mut line).unwrap();
        line.trim().strip_prefix("HD t").expect(&line).parse().unwrap()
    }

    /// A number of the server's own statistics.
    pub fn statistic(&self, name: &str) -> u64 {
        let lines = BufReader::new(self.ask("stats\r\n")).lines().map(Result::unwrap);
        let wanted = format!("STAT {name} ");
        let mut values = lines
            .take_while(|line| line != "END")
            .filter_map(|line| line.strip_prefix(&wanted).map(|value| value.parse().unwrap()));
        values.next().unwrap_or_else(|| panic!("no statistic {name}"))
    }

    /// How many times something of at least this size was stored, by the server's own count.
    pub fn stores_from(&self, bytes: u64) -> u64 {
        let lines = BufReader::new(self.ask("stats slabs\r\n")).lines().map(Result::unwrap);
        let mut classes = BTreeMap::<String, [u64; 2]>::new();
        for line in lines.take_while(|line| line != "END") {
            // STAT 12:chunk_size 1184
            let Some((class, (name, value))) = line
                .strip_prefix("STAT ")
                .and_then(|rest| rest.split_once(':'))
                .and_then(|(class, rest)| Some((class, rest.split_once(' ')?)))
            else {
                continue;
            };
            let at = match name {
                "chunk_size" => 0,
                "cmd_set" => 1,
                _ => continue,
            };
            classes.entry(class.to_owned()).or_default()[at] = value.parse().unwrap();
        }
        classes.into_values().filter(|[chunk, _]| *chunk >= bytes).map(|[_, stores]| stores).sum()
    }

    /// Stores bytes as any client might.
    pub fn set(&self, key: &str, flags: u32, value: &[u8]) {
        let mut stream = self.ask(&format!("set {key} {flags} 0 {}\r\n", value.len()));
        stream.write_all(&[value, b"\r\n"].concat()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert_eq!(line, "STORED\r\n");
    }

    /// Stores what is not there, for so many seconds. False: something is there.
    pub fn add(&self, key: &str, flags: u32, seconds: u32, value: &[u8]) -> bool {
        let mut stream = self.ask(&format!("add {key} {flags} {seconds} {}\r\n", value.len()));
        stream.write_all(&[value, b"\r\n"].concat()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(line == "STORED\r\n" || line == "NOT_STORED\r\n", "{line}");
        line == "STORED\r\n"
    }

    /// Deletes what lies under `key`. False: nothing did.
    pub fn delete(&self, key: &str) -> bool {
        let mut line = String::new();
        BufReader::new(self.ask(&format!("delete {key}\r\n"))).read_line(&mut line).unwrap();
        line == "DELETED\r\n"
    }

    /// All keys.
    pub fn keys(&self) -> Vec<String> {
        let stream = BufReader::new(self.ask("lru_crawler metadump all\r\n"));
        let lines = stream.lines().map(Result::unwrap).take_while(|line| line != "END");
        lines.map(|line| line.split_once(' ').unwrap().0.strip_prefix("key=").unwrap().to_owned()).collect()
    }

    /// Has it end with this process also when this value is never dropped, as a static is not.
    #[must_use]
    pub fn until_exit(self) -> Self {
        // Its standard input ends with this process, whatever that dies of.
        let script = format!("cat >/dev/null; kill {}", self.process.id());
        let watch =
            Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        std::mem::forget(watch.unwrap());
        self
    }

    /// Ends it, as a power cut does.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again at the same place, after [`Memcached::kill`], with nothing in it.
    pub fn restart(&mut self) {
        // The port may be held by what is left of the old connections for a moment.
        let started = wait_for("the port", || Self::start(self.host, self.port));
        drop(std::mem::replace(self, started));
    }

    /// Stops answering, with connections open, until [`Memcached::thaw`].
    pub fn freeze(&self) {
        self.signal("-STOP");
        // The signal reaches its threads one after the other.
        sleep(Duration::from_millis(50));
    }

    /// Goes on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn ask(&self, command: &str) -> TcpStream {
        let mut stream = TcpStream::connect((self.host, self.port)).unwrap();
        stream.write_all(command.as_bytes()).unwrap();
        stream
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Memcached {
    fn drop(&mut self) {
        // It may have ended by itself, and a test that failed must not fail again here.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
