//! One of the two servers, and its clients.

use std::any::Any;
use std::net::SocketAddr;
use std::ops::AddAssign;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use holdfast_tests::{Application, Connection, Generation, Holdfast, Memcached, Reply, Tomcat};
use serde_json::{Value, json};

const CLIENTS: usize = 16;
/// Of the text that each request replaces.
const BYTES: usize = 1024;
/// That say which one it is.
const DIGITS: usize = 12;

/// What ran on one side.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) requests: u64,
    time: Duration,
    /// Processor time of the server, in hundredths of a second.
    processor: u64,
    /// Sessions that were set on the nodes, copies counted.
    pub(crate) stores: u64,
    rounds: u64,
    /// Clients whose last change no node has, summed over the rounds.
    pub(crate) last_ones_lost: u64,
}

impl AddAssign for Measured {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.time += other.time;
        self.processor += other.processor;
        self.stores += other.stores;
        self.rounds += other.rounds;
        self.last_ones_lost += other.last_ones_lost;
    }
}

impl Measured {
    pub(crate) fn rate(&self) -> f64 {
        self.requests as f64 / self.time.as_secs_f64()
    }

    pub(crate) fn report(&self, copies: u64) -> Value {
        json!({
            "requests": self.requests,
            "requests_per_s": self.rate(),
            "server_cpu_us_per_request": (self.processor * 10_000) as f64 / self.requests as f64,
            "stored": self.stores as f64 / (self.requests * copies) as f64,
            "last_changes": self.rounds * CLIENTS as u64,
            "last_changes_lost": self.last_ones_lost,
        })
    }
}

/// A server and its clients.
pub(crate) struct Side {
    clients: Vec<Client>,
    /// Whether its answers say that the change is stored.
    acknowledges: bool,
    pid: u32,
    _server: Box<dyn Any>,
}

/// One connection and the session behind it.
struct Client {
    connection: Connection,
    method: &'static str,
    path: String,
    /// Header fields, the cookie of a browser among them.
    fields: String,
    session: String,
    number: u64,
    /// The last text that was sent.
    text: String,
    json: String,
}

impl Side {
    pub(crate) fn tomcat(settings: &[&str]) -> Result<Self> {
        if let Some(why) = Tomcat::missing() {
            return Err(anyhow!("{why}"));
        }
        let tomcat = Tomcat::start(Generation::Nine, "", &[Application { path: "/bench", settings }]);
        let address = address(tomcat.url())?;
        let clients = (0..CLIENTS).map(|_| {
            let mut connection = Connection::open(address)?;
            let path = "/bench/set?name=text".to_owned();
            let made = connection.send("POST", &path, "")?;
            let cookie =
                made.header("set-cookie").and_then(|cookie| cookie.split(';').next()).context("no cookie")?;
            let session = cookie.strip_prefix("JSESSIONID=").context("another cookie")?.to_owned();
            Ok(Client {
                fields: format!("Cookie: {cookie}\r\n"),
                ..Client::new(connection, "POST", path, session)
            })
        });
        Ok(Self {
            clients: clients.collect::<Result<_>>()?,
            acknowledges: false,
            pid: tomcat.pid(),
            _server: Box::new(tomcat),
        })
    }

    pub(crate) fn holdfast(settings: &[&str]) -> Result<Self> {
        let holdfast = Holdfast::start(&[settings, &["transcoderFactoryClass=java"]].concat());
        let address = address(holdfast.url())?;
        let clients = (0..CLIENTS).map(|_| {
            let mut connection = Connection::open(address)?;
            let made = connection.send("POST", "/v1/sessions", "")?;
            let session = made.header("holdfast-session-id").context("no id")?.to_owned();
            let path = format!("/v1/sessions/{session}/attributes");
            Ok(Client::new(connection, "PATCH", path, session))
        });
        Ok(Self {
            clients: clients.collect::<Result<_>>()?,
            acknowledges: true,
            pid: holdfast.pid(),
            _server: Box::new(holdfast),
        })
    }

    /// All clients at once, each as fast as its answers come.
    pub(crate) fn run(&mut self, length: Duration) -> Result<Measured> {
        let before: u64 = self.clients.iter().map(|client| client.number).sum();
        let acknowledges = self.acknowledges;
        let processor = self::processor(self.pid);
        let started = Instant::now();
        thread::scope(|scope| {
            let clients = self.clients.iter_mut().map(|client| {
                scope.spawn(move || -> Result<()> {
                    while started.elapsed() < length {
                        let reply = client.change(acknowledges)?;
                        let stored = reply.header("holdfast-backup");
                        ensure!(
                            reply.status == 200 && (!acknowledges || stored == Some("stored")),
                            "{reply:?}"
                        );
                    }
                    Ok(())
                })
            });
            let clients: Vec<_> = clients.collect();
            clients
                .into_iter()
                .try_for_each(|client| client.join().map_err(|_| anyhow!("a client was lost"))?)
        })?;
        let requests = self.clients.iter().map(|client| client.number).sum::<u64>() - before;
        let time = started.elapsed();
        let processor = self::processor(self.pid) - processor;
        Ok(Measured { requests, time, processor, rounds: 1, ..Measured::default() })
    }

    /// How many clients' last change no node has.
    pub(crate) fn last_ones_lost(&self, nodes: &[Memcached]) -> u64 {
        let has = |client: &&Client| {
            let found = nodes.iter().filter_map(|node| node.get(&client.session));
            found.into_iter().any(|stored| {
                stored.value.windows(client.text.len()).any(|window| window == client.text.as_bytes())
            })
        };
        self.clients.iter().filter(|client| !has(client)).count() as u64
    }
}

impl Client {
    fn new(connection: Connection, method: &'static str, path: String, session: String) -> Self {
        let (fields, text, json) = (String::new(), "0".repeat(BYTES), String::new());
        Self { connection, method, path, fields, session, number: 0, text, json }
    }

    fn change(&mut self, json: bool) -> Result<Reply> {
        self.number += 1;
        self.text.replace_range(BYTES - DIGITS.., &format!("{:0DIGITS$}", self.number));
        let body = if json {
            self.json.clear();
            self.json.extend(["{\"text\":\"", &self.text, "\"}"]);
            &self.json
        } else {
            &self.text
        };
        self.connection.send_with(self.method, &self.path, &self.fields, body)
    }
}

/// What a process has used so far, in hundredths of a second, where the system tells it as Linux does.
fn processor(pid: u32) -> u64 {
    let said = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second word is a name in brackets; user and system time are the 14th and 15th.
    let after = said.rsplit_once(')').map_or("", |(_, after)| after);
    after.split_whitespace().skip(11).take(2).filter_map(|number| number.parse::<u64>().ok()).sum()
}

fn address(url: &str) -> Result<SocketAddr> {
    url.trim_start_matches("http://").parse().context("no address")
}
