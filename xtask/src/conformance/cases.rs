//! The sessions that are tried, and what the real libraries make of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The formats, in the order of every table.
pub(super) const FORMATS: [&str; 5] = ["java", "kryo", "kryo1", "xstream", "javolution"];

/// A session and what becomes of it in each library.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    /// What went in.
    pub(super) content: Content,
    /// By the order of [`FORMATS`].
    pub(super) libraries: Vec<Library>,
}

/// What one library makes of a case.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) status: Status,
    /// What it wrote, where it could.
    pub(super) file: Option<PathBuf>,
    /// What it read back, where that is something else.
    pub(super) back: Option<Content>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// It gives back what went in.
    Equal,
    /// It gives back something else.
    Changed,
    /// It cannot write it.
    NoWrite,
    /// It cannot read what it wrote.
    NoRead,
    /// It takes too long to be asked.
    Slow,
}

/// The canonical text of a session: a line for each attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content(Vec<String>);

impl Content {
    /// The first line names the class of the root map, which is no content.
    pub(super) fn of(text: &str) -> Self {
        let lines = text.lines().skip(1).map(|line| line.trim_end_matches(',').to_owned());
        Self(lines.filter(|line| line != "]}").collect())
    }

    pub(super) fn attributes(&self) -> &[String] {
        &self.0
    }
}

/// Reads the folder that `judge cases` filled.
pub(super) fn load(folder: &Path) -> Result<Vec<Case>> {
    let index = folder.join("index.tsv");
    let text = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let mut names: Vec<&str> = Vec::new();
    let mut rows: BTreeMap<(&str, &str), Status> = BTreeMap::new();
    for line in text.lines() {
        let mut columns = line.split('\t');
        let (Some(name), Some(format), Some(word)) = (columns.next(), columns.next(), columns.next()) else {
            bail!("{}: no row: {line}", index.display());
        };
        if names.last() != Some(&name) {
            names.push(name);
        }
        rows.insert((name, format), status(word)?);
    }
    names.into_iter().map(|name| case(folder, name, &rows)).collect()
}

fn status(word: &str) -> Result<Status> {
    Ok(match word {
        "equal" => Status::Equal,
        "changed" => Status::Changed,
        "no-write" => Status::NoWrite,
        "no-read" => Status::NoRead,
        "slow" => Status::Slow,
        _ => bail!("a library's status is '{word}'"),
    })
}

fn case(folder: &Path, name: &str, rows: &BTreeMap<(&str, &str), Status>) -> Result<Case> {
    let read = |file: &str| {
        let path = folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut libraries = Vec::new();
    for format in FORMATS {
        let status = *rows.get(&(name, format)).with_context(|| format!("{name} has no row for {format}"))?;
        let back = match status {
            Status::Changed => Some(Content::of(&read(&format!("{name}.{format}.json"))?)),
            _ => None,
        };
        let wrote = !matches!(status, Status::NoWrite | Status::Slow);
        let file = wrote.then(|| folder.join(format!("{name}.{format}")));
        libraries.push(Library { status, file, back });
    }
    Ok(Case { name: name.to_owned(), content: Content::of(&read(&format!("{name}.json"))?), libraries })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_the_root_map_is_no_content() {
        let hash =
            "{\"type\":\"java.util.HashMap\",\"kind\":\"map\",\"entries\":[\n [\"a\",1],\n [\"b\",2]\n]}\n";
        let concurrent = hash.replace("HashMap", "concurrent.ConcurrentHashMap");
        assert_eq!(Content::of(hash), Content::of(&concurrent));
        assert_eq!(Content::of(hash).attributes(), [" [\"a\",1]", " [\"b\",2]"]);
    }
}
