//! `cargo xtask test`: every test, and what they need.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::headline;
use crate::workspace::Workspace;
use crate::{conformance, guests, needs};

/// The variable that names the file in which a test writes a line when it cannot run: a test harness has no
/// word for that, and such a test must not count as passed.
const SKIPPED: &str = "HOLDFAST_SKIPPED";

/// Builds what the tests run, then runs them.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    guests::build(workspace)?;
    needs::memcached();
    // Where there is none, the tests say so themselves.
    let _ = needs::java();
    let skipped = workspace.target().join(format!("skipped-{}", std::process::id()));
    fs::write(&skipped, "").with_context(|| format!("cannot write {}", skipped.display()))?;

    let mut tally = Tally::default();
    headline("testing what reads foreign bytes, with overflow checks");
    let mut checked = vec!["test", "--package", "holdfast-document", "--all-features"];
    checked.extend(["--package", "holdfast-sdk", "--package", "xtask"]);
    for guest in workspace.guests() {
        checked.extend(["--package", &guest.package]);
    }
    tally += run(workspace.command().args(&checked).env(SKIPPED, &skipped))?;

    headline("testing the engine and the program (wasmtime takes some minutes, the first time)");
    workspace.cargo(&["build", "--release", "--package", "holdfast"])?;
    let mut engine = workspace.command();
    engine
        .args(["test", "--release", "--package", "holdfast", "--package", "holdfast-tests"])
        .env(SKIPPED, &skipped)
        .env("HOLDFAST_BIN", workspace.program())
        .env("HOLDFAST_PLUGINS", workspace.plugins());
    tally += run(&mut engine)?;

    let mut lines = fs::read_to_string(&skipped).unwrap_or_default();
    match conformance::run(workspace, &conformance::Options::of_tests())? {
        conformance::Found::Counted { passed, failed } => {
            tally += Tally { passed, failed, broken: false };
        }
        conformance::Found::Skipped(why) => {
            // What is skipped was counted as passed.
            tally.passed += 1;
            lines.push_str(&format!("the real Java libraries: {why}\n"));
        }
    }

    // A file that stays behind only takes room.
    let _ = fs::remove_file(&skipped);
    tally.report(&lines)
}

/// How many tests passed and failed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    /// A command failed, whatever its lines said: a test that does not compile says nothing.
    broken: bool,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.broken |= other.broken;
    }
}

impl Tally {
    /// Counts a line such as `test result: ok. 4 passed; 0 failed; 0 ignored; ...`.
    fn count(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        let number = |word: &str| {
            let before = counts.split(word).next()?;
            before.trim_end().rsplit(' ').next()?.parse::<u64>().ok()
        };
        self.passed += number("passed").unwrap_or(0);
        self.failed += number("failed").unwrap_or(0);
    }

    fn report(&self, skipped: &str) -> Result<()> {
        let skipped: Vec<_> = skipped.lines().collect();
        for line in &skipped {
            println!("skipped: {line}");
        }
        let count = skipped.len() as u64;
        println!("{} passed, {} failed, {count} skipped", self.passed.saturating_sub(count), self.failed);
        if self.failed > 0 || self.broken {
            bail!("the tests failed");
        }
        Ok(())
    }
}

/// Runs one `cargo test` to its end, whatever fails on the way, and counts.
fn run(command: &mut Command) -> Result<Tally> {
    let mut child =
        command.arg("--no-fail-fast").stdout(Stdio::piped()).spawn().context("cannot run cargo test")?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut ours = std::io::stdout().lock();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            ours.write_all(&line)?;
            ours.write_all(b"\n")?;
            tally.count(&String::from_utf8_lossy(&line));
        }
    }
    tally.broken = !child.wait()?.success();
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_all_test_programs_are_added_up() {
        let mut tally = Tally::default();
        tally.count("test a ... ok");
        tally.count(
            "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        tally.count("test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured");
        assert_eq!(tally, Tally { passed: 16, failed: 3, broken: false });
    }
}
