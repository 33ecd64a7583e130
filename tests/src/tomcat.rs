//! A real Tomcat with MSM (`tests/jvm/tomcat`), and a browser that keeps the session cookie.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{Answer, Client, PATIENCE};

/// The user of [`Browser::login`], `alice:wonderland`, as BASIC has it.
const LOGIN: &str = "Basic YWxpY2U6d29uZGVybGFuZA==";

/// A Tomcat and the MSM that works with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// Tomcat 7.0.53, MSM 1.8.2.
    Seven,
    /// Tomcat 9.0.13, MSM 2.3.2.
    Nine,
}

/// A running Tomcat; it stops with this value, or with this process.
#[derive(Debug)]
pub struct Tomcat {
    process: Child,
    /// It stops when this is closed.
    input: Option<ChildStdin>,
    url: String,
    folder: TempDir,
}

/// A web application and its settings.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// Its path, such as `/shop`.
    pub path: &'a str,
    /// Attributes of its `<Manager>` as NAME=VALUE, and of its `<Context>` as context.NAME=VALUE.
    pub settings: &'a [&'a str],
}

impl Tomcat {
    /// Why no Tomcat can be had here, if that is so. Builds it where it has to.
    ///
    /// # Panics
    /// When it does not build although its libraries are there.
    pub fn missing() -> Option<&'static str> {
        static MISSING: LazyLock<Option<String>> = LazyLock::new(|| {
            let absent = |program: &&str| {
                Command::new(program)
                    .arg("-version")
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .is_err()
            };
            if let Some(program) = ["bash", "javac", "mvn"].iter().find(|program| absent(program)) {
                return Some(format!("{program} is not installed"));
            }
            let built = Command::new(folder().join("judge")).arg("build").output().unwrap();
            if built.status.success() {
                return None;
            }
            let said = String::from_utf8_lossy(&built.stderr);
            assert!(
                ["tomcat7", "tomcat9"]
                    .iter()
                    .any(|module| !folder().join(module).join("target/libraries").is_dir()),
                "tests/jvm does not build:\n{said}"
            );
            let first = said.lines().find(|line| line.contains("ERROR")).unwrap_or("maven failed");
            Some(format!("the Java libraries cannot be had: {first}"))
        });
        MISSING.as_deref()
    }

    /// Starts one on a free port, with this jvmRoute unless it is empty.
    ///
    /// # Panics
    /// When it does not start; the message has its log.
    pub fn start(generation: Generation, jvm_route: &str, applications: &[Application<'_>]) -> Self {
        let home = TempDir::new().unwrap();
        let mut command = Command::new(folder().join("tomcat/run"));
        command.arg(match generation {
            Generation::Seven => "7",
            Generation::Nine => "9",
        });
        if !jvm_route.is_empty() {
            command.arg(format!("jvmRoute={jvm_route}"));
        }
        for application in applications {
            command.arg(application.path).args(application.settings);
        }
        let log = File::create(home.path().join("log")).unwrap();
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let input = process.stdin.take();
        let tomcat = Self { process, input, url: url.trim_end().to_owned(), folder: home };
        assert!(tomcat.url.starts_with("http://127.0.0.1:"), "{url:?}\n{}", tomcat.log());
        tomcat
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// What it said on standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// A browser of one of its applications, with the cookie of this session unless it is empty.
    pub fn browser(&self, application: &str, session: &str) -> Browser {
        Browser { client: Client::new(&format!("{}{application}", self.url)), session: session.to_owned() }
    }
}

impl Drop for Tomcat {
    fn drop(&mut self) {
        drop(self.input.take());
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE && matches!(self.process.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(10));
        }
        // It has ended by now, as a rule, and a test that failed must not fail again here.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("the log of {}:\n{}", self.url, self.log());
        }
    }
}

/// A browser of one web application.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    session: String,
}

impl Browser {
    /// The id in its cookie; empty without one.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Another browser, with the cookie of this session.
    #[must_use]
    pub fn with_session(&self, session: &str) -> Self {
        Self { client: self.client.clone(), session: session.to_owned() }
    }

    /// A call, with the cookie.
    pub fn call(&mut self, method: &str, path: &str) -> Answer {
        self.request(method, path, &[], None)
    }

    /// Sets an attribute: `kind` is string, int, or cart, which has as many lines as `value` says.
    pub fn set(&mut self, name: &str, kind: &str, value: &str) {
        let body = (value.len() > 100).then_some(value.as_bytes());
        let mut path = format!("/set?name={name}&type={kind}");
        if body.is_none() {
            write!(path, "&value={value}").unwrap();
        }
        self.request("POST", &path, &[], body).expect(200);
    }

    /// The session as the application sees it: id, creationTime, maxInactiveInterval, attributes, their types, user,
    /// authType.
    #[track_caller]
    pub fn look(&mut self) -> serde_json::Value {
        self.call("GET", "/session").expect(200).json()
    }

    /// Logs in as alice, on a path that asks for it.
    pub fn login(&mut self) -> Answer {
        self.request("GET", "/protected/session", &[("Authorization", LOGIN)], None)
    }

    fn request(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        let cookie = format!("JSESSIONID={}", self.session);
        let mut headers = headers.to_vec();
        if !self.session.is_empty() {
            headers.push(("Cookie", &cookie));
        }
        if body.is_some() {
            headers.push(("Content-Type", "text/plain"));
        }
        let answer = self.client.call_with(method, path, &headers, body);
        if let Some(cookie) = answer.header("set-cookie").strip_prefix("JSESSIONID=") {
            self.session = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        answer
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("jvm")
}
