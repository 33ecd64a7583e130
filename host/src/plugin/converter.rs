//! A converter that is ready to be called.

use std::fmt;
use std::path::Path;

use holdfast_document::{Limits, check};
use holdfast_schema::Declarations;
use memchr::memmem::Finder;

use super::bindings::{self, Rewrite};
use super::description::ConverterDescription;
use super::error::{Origin, PluginError};
use super::measure::Direction;
use super::text::line;
use super::worker::Worker;

/// A converter that is ready to be called, from as many threads as there are.
pub struct Converter {
    worker: Worker,
    description: ConverterDescription,
    declared: Declared,
}

/// What a converter declares, checked.
pub(super) struct Declared {
    text: String,
    classes: Declarations,
    before: When,
    after: When,
}

/// Which documents it wants to see.
enum When {
    Never,
    Always,
    Naming(Vec<Finder<'static>>),
}

/// Looks for at most so many names: each is one pass over every document.
const NAMES: usize = 16;

impl Declared {
    /// Checks what a converter told. The error says what is wrong and what would be right.
    pub(super) fn from_guest(told: bindings::Declarations) -> Result<Self, String> {
        let classes = Declarations::parse(&told.classes).map_err(|error| {
            format!("its declarations are not of their form: {}", line(&error.to_string()))
        })?;
        let (before, after) =
            (When::from_guest(told.before_serialize)?, When::from_guest(told.after_deserialize)?);
        if classes.is_empty() && matches!((&before, &after), (When::Never, When::Never)) {
            return Err(
                "it declares no class and never rewrites a document: it would have no effect".to_owned()
            );
        }
        Ok(Self { text: told.classes, classes, before, after })
    }

    pub(super) fn when(&self, direction: Direction) -> bool {
        !matches!(self.of(direction), When::Never)
    }

    pub(super) fn summary(&self) -> String {
        let classes = match self.classes.classes.len() {
            1 => "1 class".to_owned(),
            count => format!("{count} classes"),
        };
        let rewrites = match (self.when(Direction::Serialize), self.when(Direction::Deserialize)) {
            (false, false) => "rewrites nothing",
            (true, false) => "rewrites documents before they are serialized",
            (false, true) => "rewrites documents after they were deserialized",
            (true, true) => "rewrites documents both ways",
        };
        format!("{classes}; {rewrites}")
    }

    const fn of(&self, direction: Direction) -> &When {
        match direction {
            Direction::Serialize => &self.before,
            Direction::Deserialize => &self.after,
        }
    }
}

impl When {
    fn from_guest(told: Rewrite) -> Result<Self, String> {
        Ok(match told {
            Rewrite::Never => Self::Never,
            Rewrite::Always => Self::Always,
            Rewrite::Naming(names) if names.len() > NAMES || names.iter().any(String::is_empty) => {
                return Err(format!("the names that it looks for are more than {NAMES}, or one is empty"));
            }
            Rewrite::Naming(names) => {
                Self::Naming(names.iter().map(|name| Finder::new(name).into_owned()).collect())
            }
        })
    }

    fn wants(&self, document: &[u8]) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Naming(names) => names.iter().any(|name| name.find(document).is_some()),
        }
    }
}

impl Converter {
    pub(super) const fn new(worker: Worker, description: ConverterDescription, declared: Declared) -> Self {
        Self { worker, description, declared }
    }

    /// Who the converter says it is.
    #[must_use]
    pub fn description(&self) -> &ConverterDescription {
        &self.description
    }

    /// The classes that it declares.
    #[must_use]
    pub fn declarations(&self) -> &Declarations {
        &self.declared.classes
    }

    /// The same as it told it.
    pub(super) fn declarations_text(&self) -> &str {
        &self.declared.text
    }

    /// What it declares, in a few words.
    #[must_use]
    pub fn summary(&self) -> String {
        self.declared.summary()
    }

    /// The file that it came from.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.worker.origin().file()
    }

    pub(super) fn origin(&self) -> &Origin {
        self.worker.origin()
    }

    /// The document that takes the place of this one, if the converter wants to see it.
    pub(super) fn convert(
        &self,
        direction: Direction,
        document: &[u8],
    ) -> Result<Option<Vec<u8>>, PluginError> {
        if !self.declared.of(direction).wants(document) {
            return Ok(None);
        }
        let converted = self.worker.convert(direction, document)?;
        // Else the serializer would be blamed.
        check(&converted, Limits::default()).map_err(|error| {
            PluginError::invalid(self.origin(), format!("what it made of a document is none: {error}"))
        })?;
        Ok(Some(converted))
    }
}

impl fmt::Debug for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Converter").field("origin", self.origin()).finish_non_exhaustive()
    }
}
