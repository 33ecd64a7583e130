//! Forms in which a session's attributes stand in a file.

use std::path::Path;
use std::sync::Arc;

use holdfast_document::{Limits, check, json};
use thiserror::Error;

use super::{Plugin, PluginError, Plugins};

/// A form of a session's attributes: the document, its typed JSON, or what a plugin makes of it.
#[derive(Debug, Clone)]
pub enum Format {
    /// The session document itself.
    Document,
    /// The document as typed JSON.
    TypedJson,
    /// The stored format of a plugin.
    Plugin(Arc<Plugin>),
}

/// Why a file's attributes cannot be had, or not in that form.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No format has this name.
    #[error("no format '{name}'; there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
    /// The extension of a file says nothing.
    #[error("{file}: its extension is none of a format; there are {known}")]
    Extension {
        /// The file.
        file: String,
        /// All extensions.
        known: String,
    },
    /// The bytes are no document.
    #[error("no session document: {0}")]
    Document(#[from] holdfast_document::Error),
    /// The text is no typed JSON of a document.
    #[error("no typed JSON: {0}")]
    Json(#[from] json::JsonError),
    /// A plugin refused.
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl Format {
    /// The format of this name: a plugin's, `document` or `json`.
    ///
    /// # Errors
    /// When there is none, with the names that there are.
    pub fn named(name: &str, plugins: &Plugins) -> Result<Self, FormatError> {
        match name {
            "document" => Ok(Self::Document),
            "json" => Ok(Self::TypedJson),
            _ => plugins.by_name(name).map(|plugin| Self::Plugin(Arc::clone(plugin))).ok_or_else(|| {
                FormatError::Unknown { name: name.to_owned(), known: known(plugins, "", ", ") }
            }),
        }
    }

    /// The format that a file's extension says: `.json` is typed JSON, `.attrs.ser` is `java`, any other is the
    /// name of a format.
    ///
    /// # Errors
    /// When it says none.
    pub fn of_file(file: &Path, plugins: &Plugins) -> Result<Self, FormatError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let extension = if name.ends_with(".attrs.ser") {
            "java"
        } else {
            file.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
        };
        Self::named(extension, plugins).map_err(|_| FormatError::Extension {
            file: file.display().to_string(),
            known: known(plugins, ".", ", "),
        })
    }

    /// The extension of files of this format, without a dot.
    #[must_use]
    pub fn extension(&self) -> &str {
        match self {
            Self::Document => "document",
            Self::TypedJson => "json",
            Self::Plugin(plugin) => &plugin.description().name,
        }
    }

    /// The document that the bytes of a file stand for, checked.
    ///
    /// # Errors
    /// When they are not of this format.
    pub fn read(&self, bytes: Vec<u8>) -> Result<Vec<u8>, FormatError> {
        let document = match self {
            Self::Document => bytes,
            Self::TypedJson => return Ok(json::from_typed(json::Tree::parse(&bytes)?.root())?),
            Self::Plugin(plugin) => plugin.deserialize(&bytes)?,
        };
        check(&document, Limits::default())?;
        Ok(document)
    }

    /// The bytes of a file that hold the document.
    ///
    /// # Errors
    /// When the format cannot hold it.
    pub fn write(&self, document: Vec<u8>) -> Result<Vec<u8>, FormatError> {
        match self {
            Self::Document => Ok(document),
            Self::TypedJson => Ok(json::to_typed(&document)?.into_bytes()),
            Self::Plugin(plugin) => Ok(plugin.serialize(&document)?),
        }
    }
}

fn known(plugins: &Plugins, before: &str, between: &str) -> String {
    let names = plugins.iter().map(|plugin| plugin.description().name.as_str());
    let names = ["document", "json"].into_iter().chain(names).map(|name| format!("{before}{name}"));
    names.collect::<Vec<_>>().join(between)
}
