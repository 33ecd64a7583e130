//! `cargo xtask conformance`: the real Java libraries judge what our plugins read and write.
//!
//! Every session, golden or generated, goes from what each real library wrote through our plugins into every format,
//! and the real library of that format reads it. What comes out is what went in, or what the libraries themselves
//! make of it, or it was refused because they cannot hold it either; the rest is documented, or an error.

mod cases;
mod documented;
pub(crate) mod judge;
mod table;
mod transcode;
mod verdict;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use self::cases::{Case, Content, FORMATS, Status};
use self::documented::Row;
use self::judge::Judge;
use self::transcode::Program;
use self::verdict::{Outcome, compare};
use crate::progress::headline;
use crate::workspace::Workspace;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Fail when `docs/conformance.md` is not what the run finds, instead of writing it.
    #[arg(long)]
    check: bool,
    /// Say of every disagreement what came out.
    #[arg(long)]
    verbose: bool,
    /// Only these formats, and the docs stay as they are.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    formats: Vec<String>,
    /// Another program than the one that is built here.
    #[arg(long, value_name = "FILE", requires = "plugins")]
    program: Option<PathBuf>,
    /// Its plugins.
    #[arg(long, value_name = "DIR", requires = "program")]
    plugins: Option<PathBuf>,
    /// Where files go that are made on the way, instead of a folder in the target directory.
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
}

impl Options {
    /// All formats, for the tests: the docs stay as they are.
    pub(crate) fn of_tests() -> Self {
        Self {
            check: false,
            verbose: false,
            formats: FORMATS.map(str::to_owned).to_vec(),
            program: None,
            plugins: None,
            work: None,
        }
    }

    /// Whether the program of this workspace is asked, which has to be built first.
    pub(crate) fn builds(&self) -> bool {
        self.program.is_none()
    }
}

/// What a run found.
#[derive(Debug)]
pub(crate) enum Found {
    /// It could not run here, and why.
    Skipped(String),
    /// How many cases went as they should, and how many did not.
    Counted { passed: u64, failed: u64 },
}

/// One session from one format into another.
#[derive(Debug)]
struct Way {
    case: usize,
    from: usize,
    to: usize,
    outcome: Outcome,
    /// From a format into itself: whether the bytes are those of the library.
    same_bytes: bool,
    /// Whether the libraries would have it so.
    agrees: bool,
    /// The row that says why it is otherwise.
    documented: Option<usize>,
}

impl Way {
    fn fails(&self) -> bool {
        !self.agrees && self.documented.is_none()
    }
}

/// Runs everything. The plugins and the program must be built.
///
/// # Errors
/// When something does not run at all, or the table in the docs is another and is only to be checked.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<Found> {
    let started = Instant::now();
    headline("asking the real Java libraries");
    if let Some(missing) = judge::build(workspace)? {
        return Ok(Found::Skipped(missing));
    }
    let work = options.work.clone().unwrap_or_else(|| workspace.target().join("conformance"));
    let cases = sessions(workspace, &work)?;
    let rows = documented::load(&workspace.path("tests/jvm/documented.tsv"))?;
    let program = program(workspace, options, &work)?;
    let wanted =
        |format: &str| options.formats.is_empty() || options.formats.iter().any(|wanted| wanted == format);
    let there: Vec<usize> =
        (0..FORMATS.len()).filter(|format| wanted(name(*format)) && program.has(name(*format))).collect();
    let ways = ways(workspace, &program, &there, &cases, &rows, &work)?;

    let seconds = started.elapsed().as_secs();
    report(&cases, &rows, &ways, options.verbose);
    let absent: Vec<&str> = FORMATS.into_iter().filter(|format| !program.has(format)).collect();
    for format in &absent {
        println!("there is no plugin {format} yet");
    }
    let failed: HashSet<usize> = ways.iter().filter(|way| way.fails()).map(|way| way.case).collect();
    headline(&format!(
        "{} sessions in {} ways, {} disagree without a documented reason, {seconds} s",
        cases.len(),
        ways.len(),
        ways.iter().filter(|way| way.fails()).count()
    ));
    if options.formats.is_empty() {
        keep(workspace, &table::markdown(&cases, &rows, &ways, &absent), options.check)?;
    }
    let failed = failed.len() as u64;
    Ok(Found::Counted { passed: cases.len() as u64 - failed, failed })
}

/// The sessions as the libraries write them: made once, and again when the program that makes them was built anew.
fn sessions(workspace: &Workspace, work: &Path) -> Result<Vec<Case>> {
    let folder = work.join("cases");
    let made = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    if made(&folder.join("index.tsv")) < made(&workspace.path("tests/jvm/target/built")) {
        headline("making the sessions");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let output = judge::command(workspace)
            .arg("cases")
            .arg(&folder)
            .arg(workspace.path("tests/golden"))
            .output()
            .context("cannot run tests/jvm/judge")?;
        if !output.status.success() {
            bail!("the sessions cannot be made: {}", String::from_utf8_lossy(&output.stdout));
        }
    }
    cases::load(&folder)
}

/// The program, and a schema of the cases' classes, which it makes itself.
fn program(workspace: &Workspace, options: &Options, work: &Path) -> Result<Program> {
    let program = options.program.clone().unwrap_or_else(|| workspace.program());
    let plugins = options.plugins.clone().unwrap_or_else(|| workspace.plugins());
    let output = Command::new(&program)
        .arg("schema")
        .arg(workspace.path("tests/jvm/core/target/classes"))
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let schema = work.join("schema.toml");
    if output.status.success() {
        fs::write(&schema, &output.stdout)?;
    } else {
        println!("without a schema: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(Program { program, plugins, schema: output.status.success().then_some(schema) })
}

/// All sessions through all plugins; two real libraries read at a time, since most machines have two cores.
fn ways(
    workspace: &Workspace,
    program: &Program,
    there: &[usize],
    cases: &[Case],
    rows: &[Row],
    work: &Path,
) -> Result<Vec<Way>> {
    let pairs: Vec<(usize, usize)> =
        there.iter().flat_map(|from| there.iter().map(move |to| (*from, *to))).collect();
    headline("reading what the libraries wrote");
    let mut reads = Vec::new();
    for from in 0..FORMATS.len() {
        let files: Vec<PathBuf> =
            cases.iter().filter_map(|case| case.libraries.get(from)?.file.clone()).collect();
        reads.push(if there.contains(&from) {
            program.transcode(name(from), "document", &files, &work.join("documents").join(name(from)))?
        } else {
            HashMap::new()
        });
    }
    headline("writing it in every format, for the libraries to read");
    let next = Mutex::new(pairs.into_iter());
    let worker = || -> Result<Vec<Way>> {
        let mut judge = Judge::start(workspace)?;
        let mut ways = Vec::new();
        loop {
            let pair = next.lock().ok().and_then(|mut pairs| pairs.next());
            let Some((from, to)) = pair else { return Ok(ways) };
            let Some(read) = reads.get(from) else { continue };
            let mut pair = Pair { program, judge: &mut judge, cases, rows, work, from, to };
            ways.extend(pair.run(read)?);
        }
    };
    let mut ways = thread::scope(|scope| {
        let other = scope.spawn(worker);
        let mut ways = worker()?;
        match other.join() {
            Ok(more) => ways.extend(more?),
            Err(_) => bail!("a thread was lost"),
        }
        Ok(ways)
    })?;
    ways.sort_by_key(|way| (way.case, way.from, way.to));
    Ok(ways)
}

/// From one format into one.
struct Pair<'a> {
    program: &'a Program,
    judge: &'a mut Judge,
    cases: &'a [Case],
    rows: &'a [Row],
    work: &'a Path,
    from: usize,
    to: usize,
}

impl Pair<'_> {
    fn run(&mut self, read: &HashMap<String, String>) -> Result<Vec<Way>> {
        let (from, to) = (name(self.from), name(self.to));
        let documents = self.work.join("documents").join(from);
        let folder = self.work.join("written").join(format!("{from}-{to}"));
        let first = self.from;
        let wrote = |case: &&Case| case.libraries.get(first).is_some_and(|library| library.file.is_some());
        let files: Vec<PathBuf> = self
            .cases
            .iter()
            .filter(wrote)
            .filter(|case| !read.contains_key(&case.name))
            .map(|case| documents.join(format!("{}.document", case.name)))
            .collect();
        let refused = self.program.transcode("document", to, &files, &folder)?;
        let mut ways = Vec::new();
        for (index, case) in self.cases.iter().enumerate() {
            let file = folder.join(format!("{}.{to}", case.name));
            let outcome = if !wrote(&case) {
                Outcome::Nothing
            } else if let Some(reason) = read.get(&case.name) {
                Outcome::ReadRefused(reason.clone())
            } else if let Some(reason) = refused.get(&case.name) {
                Outcome::WriteRefused(reason.clone())
            } else {
                self.judged(case, &file)?
            };
            let theirs = case.libraries.get(self.from).and_then(|library| library.file.as_ref());
            let same_bytes = self.from == self.to
                && file.is_file()
                && theirs.is_some_and(|theirs| fs::read(theirs).ok() == fs::read(&file).ok());
            let agrees = outcome.agrees(case, first, self.to, || self.chain(case).is_some());
            let documented =
                if agrees { None } else { documented::find(self.rows, from, to, &case.name, outcome.word()) };
            ways.push(Way {
                case: index,
                from: self.from,
                to: self.to,
                outcome,
                same_bytes,
                agrees,
                documented,
            });
        }
        Ok(ways)
    }

    /// What the real library reads of a file that we wrote.
    fn judged(&mut self, case: &Case, file: &Path) -> Result<Outcome> {
        if case.libraries.get(self.to).is_some_and(|library| library.status == Status::Slow) {
            return Ok(Outcome::Slow);
        }
        match self.judge.ask(&["read", name(self.to), &file.to_string_lossy()])? {
            Err(reason) => Ok(Outcome::Unreadable(reason)),
            Ok(text) => {
                let content = Content::of(&text);
                Ok(compare(case, self.from, self.to, &content, || self.chain(case)))
            }
        }
    }

    /// What is left after the first library read it and the second wrote and read it; none where one cannot.
    fn chain(&mut self, case: &Case) -> Option<Content> {
        let file = case.libraries.get(self.from)?.file.as_ref()?;
        let answer = self.judge.ask(&["chain", name(self.from), &file.to_string_lossy(), name(self.to)]);
        answer.ok()?.ok().map(|text| Content::of(&text))
    }
}

fn name(format: usize) -> &'static str {
    FORMATS.get(format).copied().unwrap_or_default()
}

/// Says what disagrees, and which documented rows nothing needs any more.
fn report(cases: &[Case], rows: &[Row], ways: &[Way], verbose: bool) {
    for way in ways.iter().filter(|way| way.fails()) {
        let case = cases.get(way.case).map_or("", |case| &case.name);
        let detail: String = way.outcome.detail().chars().take(if verbose { 2000 } else { 200 }).collect();
        println!("{}\t{}\t{case}\t{}\t{detail}", name(way.from), name(way.to), way.outcome.word());
    }
    for (index, row) in rows.iter().enumerate() {
        if !ways.iter().any(|way| way.documented == Some(index)) {
            println!(
                "tests/jvm/documented.tsv: nothing needs the row {} {} {} {} any more",
                row.from, row.to, row.case, row.outcome
            );
        }
    }
}

/// Writes the table into the docs, or compares.
fn keep(workspace: &Workspace, text: &str, check: bool) -> Result<()> {
    let file = workspace.path("docs/conformance.md");
    if !check {
        fs::create_dir_all(workspace.path("docs"))?;
        return fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()));
    }
    if fs::read_to_string(&file).ok().as_deref() != Some(text) {
        bail!("docs/conformance.md is not what the libraries say now; run `cargo xtask conformance`");
    }
    Ok(())
}
