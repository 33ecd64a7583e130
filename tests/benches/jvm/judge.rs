//! The program in `tests/jvm` that runs the real libraries, as long as it is needed.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One JVM.
pub(crate) struct Judge {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// Of one direction of a library, in ns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Both directions of a library.
#[derive(Debug)]
pub(crate) struct Both {
    pub(crate) encode: Times,
    pub(crate) decode: Times,
    pub(crate) java: String,
}

impl Judge {
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let input = child.stdin.take().context("no standard input")?;
        let output = child.stdout.take().context("no standard output")?;
        Ok(Self { child, input, output: BufReader::new(output).lines() })
    }

    /// What the library writes of the objects in a Java stream.
    pub(crate) fn write(&mut self, format: &str, stream: &Path) -> Result<Vec<u8>> {
        let file = tempfile::NamedTempFile::new()?;
        self.ask(&["write", format, "java", &stream.to_string_lossy(), &file.path().to_string_lossy()])?;
        Ok(std::fs::read(file.path())?)
    }

    /// How fast the library writes the objects in a Java stream, and reads what it wrote.
    pub(crate) fn bench(&mut self, format: &str, stream: &Path, warm: u64, run: u64) -> Result<Both> {
        // Eight turns of it, four in each direction.
        let (warm, run) = (warm.to_string(), run.to_string());
        let answer = self.ask(&["bench", format, &stream.to_string_lossy(), "java", &warm, &run])?;
        let answer: Value = serde_json::from_str(&answer)?;
        let times = |direction: &str| -> Result<Times> {
            let number = |name: &str| answer[direction][name].as_f64().context("no figures");
            Ok(Times { p50: number("p50")?, p99: number("p99")? })
        };
        let java = answer["java"].as_str().unwrap_or_default().to_owned();
        Ok(Both { encode: times("encode")?, decode: times("decode")?, java })
    }

    fn ask(&mut self, words: &[&str]) -> Result<String> {
        writeln!(self.input, "{}", words.join("\t"))?;
        self.input.flush()?;
        let head = self.line()?;
        let Some(count) = head.strip_prefix("ok ") else { bail!("the library: {head}") };
        let lines = (0..count.parse()?).map(|_| self.line()).collect::<Result<Vec<_>>>()?;
        Ok(lines.join("\n"))
    }

    fn line(&mut self) -> Result<String> {
        Ok(self.output.next().context("the judge has ended")??)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
