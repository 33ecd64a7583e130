//! What serializers must know of the application's classes: from files to the bytes that they are configured with.
//!
//! The crate `holdfast-schema` does the work; here its problems become those of a configuration.

use std::path::{Path, PathBuf};

use holdfast_schema::sources::{Knowledge, Selection, Sources};

use crate::config::{Place, Problem, Problems};

/// A schema that was compiled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    /// What a plugin gets. Empty when there are no files.
    pub bytes: Vec<u8>,
    /// What could not be found out of class files, and so is not known.
    pub unknown: Vec<Problem>,
}

/// Reads what is known of classes in files: schemas, class files, archives, folders of both, and Java streams.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn read<'a>(
    files: impl IntoIterator<Item = &'a Path>,
    selection: Selection,
) -> Result<Knowledge, Problems> {
    let mut sources = Sources::default();
    for file in files {
        sources.add(file);
    }
    sources.finish(selection).map_err(|problems| Problems(problems.into_iter().map(problem).collect()))
}

/// Reads and compiles files.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn compile(files: &[PathBuf]) -> Result<Compiled, Problems> {
    if files.is_empty() {
        return Ok(Compiled::default());
    }
    let Knowledge { classes, unknown } = read(files.iter().map(PathBuf::as_path), Selection::Sessions)?;
    let bytes = holdfast_schema::compile(&classes).map_err(|error| {
        let file = files.last().cloned().unwrap_or_default();
        Problems(vec![Problem::new(Place::File(file), "", error.to_string())])
    })?;
    Ok(Compiled { bytes, unknown: unknown.into_iter().map(problem).collect() })
}

/// A problem of a schema as one of the configuration; the class stands where others have the attribute.
#[must_use]
pub fn problem(problem: holdfast_schema::Problem) -> Problem {
    let holdfast_schema::Problem { place, class, text } = problem;
    let position = place.position;
    let file = PathBuf::from(holdfast_schema::Place { position: None, ..place }.to_string());
    let place = match position {
        Some((line, column)) => Place::Position { file, line, column },
        None => Place::File(file),
    };
    Problem::new(place, class.unwrap_or_default(), text)
}
