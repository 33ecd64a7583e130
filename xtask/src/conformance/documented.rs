//! What is known to be otherwise than the real libraries have it, each with its reason: `tests/jvm/documented.tsv`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A row: formats and cases, parted by commas, with `*` for any, or behind the beginning of a name; the outcome; the
/// reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) case: String,
    pub(super) outcome: String,
    pub(super) reason: String,
}

impl Row {
    fn covers(&self, from: &str, to: &str, case: &str, outcome: &str) -> bool {
        let fits = |patterns: &str, name: &str| {
            patterns.split(',').any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => pattern == name,
            })
        };
        fits(&self.from, from) && fits(&self.to, to) && fits(&self.case, case) && self.outcome == outcome
    }
}

/// The rows of the file.
pub(super) fn load(file: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    parse(&text).with_context(|| file.display().to_string())
}

fn parse(text: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [from, to, case, outcome, reason] = columns.as_slice() else {
            bail!("a row has five columns, this one has not: {line}");
        };
        let own = |text: &str| text.to_owned();
        rows.push(Row {
            from: own(from),
            to: own(to),
            case: own(case),
            outcome: own(outcome),
            reason: own(reason),
        });
    }
    Ok(rows)
}

/// The index of the first row that has it.
pub(super) fn find(rows: &[Row], from: &str, to: &str, case: &str, outcome: &str) -> Option<usize> {
    rows.iter().position(|row| row.covers(from, to, case, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_format_and_for_the_rest_of_a_name() {
        let rows = parse("# why\n*\tkryo\tdeep-*\trefused\ttoo deep\n").unwrap();
        assert_eq!(find(&rows, "java", "kryo", "deep-lists-5000", "refused"), Some(0));
        assert_eq!(find(&rows, "java", "kryo", "deep-lists-5000", "differs"), None);
        assert_eq!(find(&rows, "java", "xstream", "deep-lists-5000", "refused"), None);
    }

    #[test]
    fn commas_part_several() {
        let rows = parse("java,kryo1\t*\tlists,maps-*\trefused\twhy\n").unwrap();
        assert_eq!(find(&rows, "kryo1", "java", "maps-of-maps", "refused"), Some(0));
        assert_eq!(find(&rows, "kryo", "java", "lists", "refused"), None);
        assert_eq!(find(&rows, "java", "java", "lists-of-lists", "refused"), None);
    }
}
