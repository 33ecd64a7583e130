//! The built program.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use tempfile::TempDir;

use crate::{Client, wait_for};

/// The program: what `HOLDFAST_BIN` names, else what was built in release beside this test.
pub fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("HOLDFAST_BIN") {
        return PathBuf::from(program);
    }
    // target/PROFILE/deps/TEST
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    let program = target.join("release/holdfast");
    assert!(program.is_file(), "{} is missing: run `cargo xtask build`", program.display());
    program
}

/// The folder of built plugins: what `HOLDFAST_PLUGINS` names, else that of the workspace.
pub fn plugins() -> PathBuf {
    let folder = match std::env::var_os("HOLDFAST_PLUGINS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins"),
    };
    assert!(folder.is_dir(), "{} is missing: run `cargo xtask build`", folder.display());
    folder
}

/// Runs a command of the program to its end.
pub fn run<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

/// A running `holdfast serve`; it is killed with this value.
#[derive(Debug)]
pub struct Holdfast {
    process: Child,
    url: String,
    folder: TempDir,
}

impl Holdfast {
    /// Starts a server on a free port with the built plugins and these `--set` flags.
    pub fn start(sets: &[&str]) -> Self {
        Self::start_with(&["--plugins", plugins().to_str().unwrap()], sets)
    }

    /// Starts a server on a free port with these arguments and `--set` flags.
    pub fn start_with(arguments: &[&str], sets: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(program());
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        for set in sets {
            command.args(["--set", set]);
        }
        command.stdout(Stdio::piped()).stderr(File::create(folder.path().join("log")).unwrap());
        let mut process = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let server = Self { process, url: url.trim_end().to_owned(), folder };
        assert!(server.url.starts_with("http://127.0.0.1:"), "{url:?}\n{}", server.log());
        server
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of its admin service, which it was started with.
    pub fn admin(&self) -> Client {
        let log = self.log();
        let url =
            log.split_once("admin service on ").map(|(_, rest)| rest.lines().next().unwrap_or_default());
        Client::new(url.unwrap_or_else(|| panic!("no admin service: {log}")))
    }

    /// One of its counters, such as `backups`.
    pub fn counter(&self, name: &str) -> u64 {
        let metrics = String::from_utf8(self.client().call("GET", "/metrics").expect(200).body).unwrap();
        let start = format!("holdfast_{name}_total ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&start));
        value.unwrap_or_else(|| panic!("no {name} in {metrics}")).parse().unwrap()
    }

    /// How many threads it has.
    pub fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap().count()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// What it said on standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(self) -> ExitStatus {
        self.terminate();
        self.wait()
    }

    /// Waits until it has stopped.
    pub fn wait(mut self) -> ExitStatus {
        wait_for("the server to stop", || self.process.try_wait().unwrap())
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Kills it, as a power cut does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Holdfast {
    fn drop(&mut self) {
        // It may have ended by itself, and a test that failed must not fail again here.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("the log of {}:\n{}", self.url, self.log());
        }
    }
}
