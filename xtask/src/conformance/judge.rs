//! The program in `tests/jvm` that runs the real libraries.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::needs;
use crate::workspace::Workspace;

/// The running program: a line in, an answer out.
pub(crate) struct Judge {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// What a library said: what was asked for, or why not.
pub(crate) type Answer = Result<String, String>;

/// Builds the program where it has to.
///
/// # Errors
/// When it does not build.
pub(crate) fn build(workspace: &Workspace) -> Result<Option<String>> {
    if let Some(missing) = needs::java() {
        return Ok(Some(missing));
    }
    let output = command(workspace).arg("build").output().context("cannot run tests/jvm/judge")?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if !workspace.path("tests/jvm/msm2/target/libraries").is_dir() {
        let first = said.lines().find(|line| line.contains("ERROR")).unwrap_or("maven failed");
        return Ok(Some(format!("the Java libraries cannot be had: {first}")));
    }
    bail!("tests/jvm does not build:\n{said}");
}

/// The program, on one command of its own.
pub(crate) fn command(workspace: &Workspace) -> Command {
    workspace.command_of(&workspace.path("tests/jvm/judge"))
}

impl Judge {
    /// Starts it. What libraries log is thrown away.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let mut child = command(workspace)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start tests/jvm/judge")?;
        let input = child.stdin.take().context("no standard input")?;
        let output = child.stdout.take().context("no standard output")?;
        Ok(Self { child, input, output: BufReader::new(output).lines() })
    }

    /// One command: its words must not have tabs in them.
    ///
    /// # Errors
    /// When the program is gone, or says what it never should.
    pub(crate) fn ask(&mut self, words: &[&str]) -> Result<Answer> {
        writeln!(self.input, "{}", words.join("\t"))?;
        self.input.flush()?;
        let head = self.line()?;
        if let Some(reason) = head.strip_prefix("error ") {
            return Ok(Err(reason.to_owned()));
        }
        let count: usize = head
            .strip_prefix("ok ")
            .and_then(|count| count.parse().ok())
            .with_context(|| format!("the judge said '{head}'"))?;
        let mut lines = Vec::with_capacity(count);
        for _ in 0..count {
            lines.push(self.line()?);
        }
        Ok(Ok(lines.join("\n")))
    }

    fn line(&mut self) -> Result<String> {
        Ok(self.output.next().context("the judge has ended")??)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // Nothing is left to lose when it is asked no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
