//! `cargo xtask fuzz`: hostile bytes for everything that reads them.
//!
//! The targets in `fuzz/` are cargo-fuzz's; here they are built with the flags that it gives, which a stable compiler takes
//! as well, so that nothing needs to be installed but a C++ compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::headline;
use crate::workspace::{Workspace, run};

/// What a target begins with, besides what `fuzz/seeds` has for it.
#[derive(Clone, Copy)]
enum Seeds {
    /// The files of this ending in `tests/golden`.
    Golden(&'static str),
    /// The Java streams there, in the target's format, as `fuzz/src/seeds.rs` makes them.
    Made,
    Own,
}

/// Each target, and its seeds.
const TARGETS: [(&str, Seeds); 9] = [
    ("document", Seeds::Golden("java")),
    ("java", Seeds::Golden("java")),
    ("javolution", Seeds::Golden("javolution")),
    ("json", Seeds::Own),
    ("kryo", Seeds::Golden("kryo")),
    ("kryo-compatible", Seeds::Made),
    ("kryo1", Seeds::Golden("kryo1")),
    ("msgpack", Seeds::Made),
    ("xstream", Seeds::Golden("xstream")),
];

/// libFuzzer tells by counters and comparisons in the code which inputs are worth keeping.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Longer sessions make a fuzzer slow and tell it nothing new.
const LONGEST_SEED: u64 = 40_000;

/// A fuzzer of its own process may take so much; how much a call may take it counts itself.
const MEMORY_MB: u32 = 2_048;

/// Runs these targets, or all of them, each for so many seconds, two at a time. With a `seed` a run begins with the golden
/// files alone and goes the same way each time; without one it goes on from what earlier runs kept.
pub(crate) fn fuzz(workspace: &Workspace, only: &[String], seconds: u64, seed: Option<u32>) -> Result<()> {
    let chosen = choose(only)?;
    headline("building the fuzzers");
    let programs = build(workspace)?;
    let folder = workspace.target().join("fuzz");
    let mut findings = Vec::new();
    for pair in chosen.chunks(2) {
        headline(&format!("fuzzing {} for {seconds} s", pair.join(" and ")));
        let running: Vec<_> = pair
            .iter()
            .map(|target| start(workspace, &programs, &folder.join(target), target, seconds, seed))
            .collect::<Result<_>>()?;
        for (mut fuzzer, log) in running {
            let finished = fuzzer.child.wait()?;
            let text = fs::read(&log).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            if finished.success() {
                println!("{}: no finding, {}", fuzzer.target, runs(&text));
            } else {
                findings.push(format!("{}: {}", fuzzer.target, finding(&text, &log)));
            }
        }
    }
    if !findings.is_empty() {
        bail!("findings:\n{}", findings.join("\n"));
    }
    Ok(())
}

struct Fuzzer {
    target: String,
    child: std::process::Child,
}

fn choose(only: &[String]) -> Result<Vec<&str>> {
    let names = || TARGETS.iter().map(|(name, _)| *name);
    for name in only {
        if !names().any(|known| known == name) {
            bail!("there is no target '{name}'; there are {}", names().collect::<Vec<_>>().join(", "));
        }
    }
    Ok(names().filter(|name| only.is_empty() || only.iter().any(|chosen| chosen == name)).collect())
}

/// Builds all targets; gives the folder of the programs.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let host = host()?;
    let target = workspace.target().join("fuzz").join("build");
    let mut cargo = workspace.command();
    cargo
        .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host, "--target-dir"])
        .arg(&target)
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    run(&mut cargo)?;
    Ok(target.join(&host).join("release"))
}

/// Flags meant for a target do not reach build scripts only where the target is named.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV does not say its host")
}

fn start(
    workspace: &Workspace,
    programs: &Path,
    folder: &Path,
    target: &str,
    seconds: u64,
    seed: Option<u32>,
) -> Result<(Fuzzer, PathBuf)> {
    let (seeds, log) = (folder.join("seeds"), folder.join("log"));
    let corpus = folder.join(if seed.is_some() { "scratch" } else { "corpus" });
    if seed.is_some() && corpus.exists() {
        fs::remove_dir_all(&corpus).with_context(|| format!("cannot empty {}", corpus.display()))?;
    }
    fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
    lay_seeds(workspace, programs, target, &seeds)?;
    let output = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let child = workspace
        .command_of(&programs.join(target))
        .arg(format!("-max_total_time={seconds}"))
        // 0 is libFuzzer's word for a seed of its own.
        .arg(format!("-seed={}", seed.unwrap_or(0)))
        .arg("-timeout=10")
        .arg(format!("-rss_limit_mb={MEMORY_MB}"))
        .arg(format!("-artifact_prefix={}/", folder.display()))
        .args([&corpus, &seeds])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .with_context(|| format!("cannot start the fuzzer {target}"))?;
    Ok((Fuzzer { target: target.to_owned(), child }, log))
}

/// The golden files that the target begins with, in its format, and what `fuzz/seeds` has for it.
fn lay_seeds(workspace: &Workspace, programs: &Path, target: &str, seeds: &Path) -> Result<()> {
    fs::create_dir_all(seeds).with_context(|| format!("cannot make {}", seeds.display()))?;
    let kind = TARGETS.iter().find(|(name, _)| *name == target).map_or(Seeds::Own, |(_, kind)| *kind);
    let golden = |ending: &str| {
        let mut golden: Vec<_> = ["tests/golden", "tests/extended"]
            .iter()
            .flat_map(|folder| short(&workspace.path(folder)))
            .collect();
        golden.retain(|file| file.extension().is_some_and(|extension| extension == ending));
        golden
    };
    let mut copied = short(&workspace.path("fuzz/seeds").join(target));
    match kind {
        Seeds::Golden(ending) => copied.extend(golden(ending)),
        Seeds::Made => {
            let mut maker = workspace.command_of(&programs.join("seeds"));
            // What a format loses of them it says there, which nobody needs to know here.
            let made = maker.arg(target).arg(seeds).args(golden("java")).output();
            let made = made.context("cannot run the maker of seeds")?;
            if !made.status.success() {
                bail!("no seeds for {target}:\n{}", String::from_utf8_lossy(&made.stderr));
            }
        }
        Seeds::Own => {}
    }
    for file in copied {
        if let Some(name) = file.file_name() {
            fs::copy(&file, seeds.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    Ok(())
}

/// The files of a folder that are short enough for a seed.
fn short(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter(|entry| entry.metadata().is_ok_and(|file| file.is_file() && file.len() <= LONGEST_SEED))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

/// `305373 runs in 21 seconds`, from libFuzzer's last line.
fn runs(log: &str) -> &str {
    log.lines().rev().find_map(|line| line.strip_prefix("Done ")).unwrap_or("it does not say how many runs")
}

/// What was found, and the file that shows it.
fn finding(log: &str, file: &Path) -> String {
    let mut lines = log.lines();
    let panic = lines.find(|line| line.contains("panicked at")).map(|at| {
        let place = at.split_once("panicked at ").map_or(at, |(_, place)| place);
        format!("panic at {place} {}", lines.next().unwrap_or_default())
    });
    let summary = log.lines().find_map(|line| line.strip_prefix("SUMMARY: libFuzzer: "));
    let what = panic.or_else(|| summary.map(str::to_owned)).unwrap_or_else(|| "it ended early".to_owned());
    let input = log.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, path)| path));
    format!("{what}\n  input: {}\n  log: {}", input.unwrap_or("none was written"), file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_the_panic_and_the_input() {
        let log = "#1\tINITED\n\nthread '<unnamed>' (7) panicked at kryo/src/read.rs:99:31:\nattempt to negate with \
                   overflow\nSUMMARY: libFuzzer: deadly signal\nartifact_prefix='./'; Test unit written to ./crash-05\n";
        assert_eq!(
            finding(log, Path::new("log")),
            "panic at kryo/src/read.rs:99:31: attempt to negate with overflow\n  input: ./crash-05\n  log: log"
        );
        assert_eq!(runs("x\nDone 5 runs in 2 second(s)\n"), "5 runs in 2 second(s)");
    }

    #[test]
    fn an_unknown_target_is_refused_with_the_known_ones() {
        let error = choose(&["jav".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("there is no target 'jav'; there are document, java, "), "{error}");
        assert_eq!(choose(&["kryo".to_owned()]).unwrap(), ["kryo"]);
    }
}
