//! Classes from where they are: class files, folders and archives of them, Java streams, and schemas as text.
//!
//! No JVM is asked, and nothing is run. Several sources are one body of knowledge: a class of one may extend a class of
//! another.

use std::fs;
use std::path::{Path, PathBuf};

mod archive;
mod class_file;
mod initializer;
mod jdk;
mod known;
mod stream;
mod suid;

use crate::class::Class;
use crate::problem::{Place, Problem};
use crate::text;
use known::{Classes, Known};

const CLASS: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];
const ARCHIVE: [u8; 4] = *b"PK\x03\x04";

/// Which classes are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Selection {
    /// Those that sessions may hold, and those that are needed because of them: all of the application, and of
    /// libraries those that are serializable, with what they extend and the types of their fields. A class is a
    /// library's if it comes from an archive, except for the folders `WEB-INF/classes` and `BOOT-INF/classes`.
    #[default]
    Sessions,
    /// All.
    All,
}

/// What sources say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// The classes, sorted by name.
    pub classes: Vec<Class>,
    /// What could not be found out.
    pub unknown: Vec<Problem>,
}

/// Collects classes from files.
#[derive(Debug, Default)]
pub struct Sources {
    classes: Classes,
    problems: Vec<Problem>,
}

impl Sources {
    /// Adds what is in a file or folder. Its first bytes say what it is: a class file, an archive, a Java stream, or else
    /// a schema as text. Of a folder, class files and archives count.
    pub fn add(&mut self, path: &Path) {
        if path.is_dir() {
            self.add_folder(path);
        } else if let Err(text) = self.add_file(path) {
            self.problem(place(path), text);
        }
    }

    /// The classes that are wanted.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the sources, also classes of which they say different things. A class file counts
    /// more than a stream, and an application's own class more than one of a library that came with it.
    pub fn finish(mut self, selection: Selection) -> Result<Knowledge, Vec<Problem>> {
        self.classes.complete();
        let names = match selection {
            Selection::Sessions => Some(self.classes.wanted()),
            Selection::All => None,
        };
        let wanted = |name: &str| names.as_ref().is_none_or(|names| names.contains(name));
        self.problems.extend(self.classes.conflicts(wanted));
        if !self.problems.is_empty() {
            self.problems.sort();
            return Err(self.problems);
        }
        let (classes, unknown) = self.classes.take(wanted);
        Ok(Knowledge { classes, unknown })
    }

    fn problem(&mut self, place: Place, text: impl Into<String>) {
        self.problems.push(Problem { place, class: None, text: text.into() });
    }

    fn add_folder(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).and_then(|entries| {
            let paths = entries.map(|entry| entry.map(|entry| entry.path()));
            paths.collect::<Result<Vec<PathBuf>, _>>()
        });
        let mut paths = match entries {
            Ok(paths) => paths,
            Err(error) => return self.problem(place(folder), format!("cannot be read: {error}")),
        };
        paths.sort();
        for path in paths {
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            if path.is_dir() || ["class", "jar", "war"].contains(&&*extension) {
                self.add(&path);
            }
        }
    }

    fn add_file(&mut self, path: &Path) -> Result<(), String> {
        let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
        let bytes = fs::read(path).map_err(unreadable)?;
        if bytes.starts_with(&ARCHIVE) {
            self.add_archive(path, &bytes);
        } else if bytes.starts_with(&CLASS) {
            self.add_class(&bytes, place(path), true);
        } else if bytes.starts_with(&stream::MAGIC) {
            let classes = stream::read(&bytes).map_err(|error| error.to_string())?;
            let foreign = |class: &Class| !jdk::is_jdk(&class.name) && !class.name.starts_with('[');
            for class in classes.into_iter().filter(foreign) {
                self.classes.add(Known::complete(class, place(path)));
            }
        } else {
            self.add_text(path, bytes)?;
        }
        Ok(())
    }

    fn add_class(&mut self, bytes: &[u8], place: Place, is_own: bool) {
        match class_file::read(bytes) {
            Ok(Some(file)) => self.classes.add(Known::of_file(file, place, is_own)),
            Ok(None) => {}
            Err(error) => self.problem(place, error.to_string()),
        }
    }

    fn add_archive(&mut self, path: &Path, bytes: &[u8]) {
        archive::read(bytes, &mut |entry| {
            let place = Place { inside: entry.inside.to_owned(), ..place(path) };
            match entry.bytes {
                Ok(bytes) => self.add_class(bytes, place, entry.is_own),
                Err(text) => self.problem(place, text),
            }
        });
    }

    fn add_text(&mut self, path: &Path, bytes: Vec<u8>) -> Result<(), String> {
        const EXPECTED: &str = "is no class file, no JAR or WAR, no Java stream and no text in UTF-8";
        let text = String::from_utf8(bytes).map_err(|_| EXPECTED.to_owned())?;
        match text::read(path, &text) {
            Ok(classes) => {
                for class in classes {
                    self.classes.add(Known::complete(class, place(path)));
                }
            }
            Err(problems) => self.problems.extend(problems),
        }
        Ok(())
    }
}

fn place(path: &Path) -> Place {
    Place { file: path.to_path_buf(), ..Place::default() }
}
