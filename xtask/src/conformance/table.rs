//! The page `docs/conformance.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cases::{Case, FORMATS, Status};
use super::documented::Row;
use super::verdict::Outcome;
use super::{Way, name};

const HEAD: &str = "\
# Formats and sessions: what the real libraries say

`cargo xtask conformance` writes this page; with `--check` it fails when the page is not true any more. Each session is written by
each real library (MSM 1.8.2 and 2.3.2 with their Kryo, XStream 1.4.7, Javolution 5.5.1), read by our plugin, written in every
format by our plugins, and read again by the real library of that format. `tests/jvm` has the program that asks the libraries,
and the sessions that are not in `tests/golden`.
";

/// All of it.
pub(super) fn markdown(cases: &[Case], rows: &[Row], ways: &[Way], absent: &[&str]) -> String {
    let mut out = HEAD.to_owned();
    directions(&mut out, ways, absent);
    known(&mut out, cases, rows, ways);
    sessions(&mut out, cases, ways, absent);
    out
}

fn directions(out: &mut String, ways: &[Way], absent: &[&str]) {
    out.push_str(
        "\n## From each format into each\n\n\
         Of the sessions that the first library can write: equal + changed only as the libraries change them + refused because\n\
         they cannot hold them either; behind a `!` what is otherwise, for a reason given below.\n\n| from | ",
    );
    let _ = writeln!(out, "{} |", FORMATS.join(" | "));
    let _ = writeln!(out, "| --- |{}", " --- |".repeat(FORMATS.len()));
    for (from, format) in FORMATS.iter().enumerate() {
        let _ = write!(out, "| {format} |");
        for (to, other) in FORMATS.iter().enumerate() {
            if absent.contains(format) || absent.contains(other) {
                out.push_str(" |");
                continue;
            }
            let pair = || ways.iter().filter(move |way| way.from == from && way.to == to);
            let count = |wanted: fn(&Way) -> bool| pair().filter(|way| wanted(way)).count();
            let equal = count(|way| way.outcome == Outcome::Equal);
            let changed = count(|way| way.outcome == Outcome::AsLibrary);
            let refused = count(|way| {
                way.agrees && matches!(way.outcome, Outcome::ReadRefused(_) | Outcome::WriteRefused(_))
            });
            let other = count(|way| !way.agrees);
            let _ = write!(out, " {equal} + {changed} + {refused}");
            if other > 0 {
                let _ = write!(out, " ! {other}");
            }
            out.push_str(" |");
        }
        out.push('\n');
    }
    for format in absent {
        let _ = writeln!(out, "\nThere is no plugin `{format}` yet.");
    }
}

fn known(out: &mut String, cases: &[Case], rows: &[Row], ways: &[Way]) {
    out.push_str("\n## What is otherwise than in the libraries\n\n| from | into | what | sessions | why |\n| --- | --- | --- | --- | --- |\n");
    for (index, row) in rows.iter().enumerate() {
        let mut names: Vec<&str> = ways
            .iter()
            .filter(|way| way.documented == Some(index))
            .filter_map(|way| cases.get(way.case).map(|case| case.name.as_str()))
            .collect();
        names.dedup();
        let any = |pattern: &str| if pattern == "*" { "any".to_owned() } else { pattern.to_owned() };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            any(&row.from),
            any(&row.to),
            row.outcome,
            names.join(", "),
            row.reason
        );
    }
    open(out, cases, ways);
}

/// What has no reason yet.
fn open(out: &mut String, cases: &[Case], ways: &[Way]) {
    let mut all: BTreeMap<(usize, usize, &str), Vec<&str>> = BTreeMap::new();
    for way in ways.iter().filter(|way| way.fails()) {
        let case = cases.get(way.case).map_or("", |case| case.name.as_str());
        all.entry((way.from, way.to, way.outcome.word())).or_default().push(case);
    }
    if all.is_empty() {
        return;
    }
    out.push_str("\n## Open\n\nOtherwise than in the libraries, and no reason is given yet.\n\n| from | into | what | sessions |\n| --- | --- | --- | --- |\n");
    for ((from, to, what), cases) in all {
        let _ = writeln!(out, "| {} | {} | {what} | {} |", name(from), name(to), cases.join(", "));
    }
}

fn sessions(out: &mut String, cases: &[Case], ways: &[Way], absent: &[&str]) {
    out.push_str(
        "\n## Each session in each format\n\n\
         `read`: our plugin reads what the library wrote, all of it (into Java, where the real library sees it whole).\n\
         `=`: written back it is the same bytes; `w`: other bytes. `a`: the real library agrees, reading them.\n\
         `l`: lossless; `c`: changed as the library changes it. `refused`: our plugin refuses what the library cannot write or\n\
         read back. `-`: the library does not write it, so there is nothing to read; `slow`: it takes minutes. `!`: see above.\n\n| session | ",
    );
    let _ = writeln!(out, "{} |", FORMATS.join(" | "));
    let _ = writeln!(out, "| --- |{}", " --- |".repeat(FORMATS.len()));
    for (index, case) in cases.iter().enumerate() {
        let _ = write!(out, "| {} |", case.name);
        for format in 0..FORMATS.len() {
            let text =
                if absent.contains(&name(format)) { String::new() } else { cell(case, index, format, ways) };
            let _ = write!(out, " {text} |");
        }
        out.push('\n');
    }
}

fn cell(case: &Case, index: usize, format: usize, ways: &[Way]) -> String {
    // Ways are in order, so this is a look and not a search through all.
    let start = ways.partition_point(|way| way.case < index);
    let find = |to: usize| {
        ways.iter()
            .skip(start)
            .take_while(|way| way.case == index)
            .find(|way| way.from == format && way.to == to)
    };
    let Some(own) = find(format) else { return String::new() };
    match (&own.outcome, case.libraries.get(format).map(|library| library.status)) {
        (_, Some(Status::Slow)) => return "slow".into(),
        (Outcome::Nothing, _) => return "-".into(),
        _ => {}
    }
    let mut text = String::new();
    let good = |way: &Way| matches!(way.outcome, Outcome::Equal | Outcome::AsLibrary);
    if find(0).is_some_and(good) || good(own) {
        text.push_str("read ");
    }
    match &own.outcome {
        Outcome::Equal | Outcome::AsLibrary => {
            text.push_str(if own.same_bytes { "= a" } else { "w a" });
            text.push_str(if own.outcome == Outcome::Equal { " l" } else { " c" });
        }
        Outcome::ReadRefused(_) | Outcome::WriteRefused(_) if own.agrees => text.push_str("refused"),
        _ => text.push('!'),
    }
    text
}
