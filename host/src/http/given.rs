//! Attributes that a client gives, and what they make of a session's.

use std::collections::HashSet;

use holdfast_document::AttributeMap;
use holdfast_document::json::{Change, Node, Others, merge_plain, plain_changes};

use super::msgpack;
use super::problem::{Kind, Problem};
use super::written::bad_document;
use crate::manager::Request;

/// A value that is nil.
pub(super) const NIL: &[u8] = &[0xc0];

/// Attributes that a client gives. A null says that there is no such attribute.
#[derive(Debug)]
pub(super) enum Given<'b> {
    /// An object of plain JSON. Here and in the next one, a value takes its types from the value that it replaces.
    Plain(Node<'b>),
    /// What was a map of plain MessagePack.
    MessagePack(AttributeMap),
    /// Values that are what they are.
    Typed(AttributeMap),
}

/// What becomes of the attributes that a session has, and that are not given.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    /// They go.
    Replace,
    /// They stay.
    Merge,
}

impl Given<'_> {
    /// Changes the session.
    ///
    /// # Errors
    /// 400 when a value cannot be read, 409 for an ignored request, 413 when the session would have too many attributes.
    pub(super) fn apply(self, how: How, request: &mut Request, most: usize) -> Result<(), Problem> {
        match how {
            How::Replace => self.replace(request, most),
            How::Merge => self.merge(request, most),
        }
    }

    fn replace(self, request: &mut Request, most: usize) -> Result<(), Problem> {
        let attributes = match self {
            Self::Plain(object) => {
                let mut attributes = request.attributes()?.clone();
                merge_plain(&mut attributes, object, Others::Go)?;
                attributes
            }
            Self::MessagePack(given) => {
                let mut attributes = without_nil(given.clone())?;
                for (name, value) in given.iter() {
                    if let Some(old) = request.attribute(name)?
                        && let Some(value) = msgpack::typed_as(name, &value.map_err(bad_document)?, &old)?
                    {
                        attributes.set(name, &value).map_err(bad_document)?;
                    }
                }
                attributes
            }
            Self::Typed(attributes) => without_nil(attributes)?,
        };
        refuse_too_many(attributes.len(), most)?;
        Ok(request.replace_attributes(attributes)?)
    }

    /// One attribute after the other: another request may change others at the same time.
    fn merge(self, request: &mut Request, most: usize) -> Result<(), Problem> {
        match self {
            Self::Plain(object) => {
                for (name, change) in plain_changes(request.attributes()?, object, Others::Stay)? {
                    match change {
                        Change::Stays => request.confirm_attribute(&name)?,
                        Change::Set(value) => request.set_attribute(&name, &value).map(drop)?,
                        Change::Removed => request.remove_attribute(&name).map(drop)?,
                    }
                }
            }
            Self::MessagePack(given) => {
                for (name, value) in given.iter() {
                    let value = value.map_err(bad_document)?;
                    let typed = match request.attribute(name)? {
                        Some(old) => msgpack::typed_as(name, &value, &old)?,
                        None => None,
                    };
                    set_or_remove(request, name, typed.as_deref().unwrap_or(&value))?;
                }
            }
            Self::Typed(given) => {
                for (name, value) in given.iter() {
                    set_or_remove(request, name, &value.map_err(bad_document)?)?;
                }
            }
        }
        refuse_too_many(request.attributes()?.len(), most)
    }
}

fn set_or_remove(request: &mut Request, name: &str, value: &[u8]) -> Result<(), Problem> {
    match value {
        NIL => request.remove_attribute(name)?,
        value => request.set_attribute(name, value)?,
    };
    Ok(())
}

fn without_nil(mut attributes: AttributeMap) -> Result<AttributeMap, Problem> {
    let nil = nil_names(&attributes);
    if !nil.is_empty() {
        attributes.retain(|name| !nil.contains(name)).map_err(bad_document)?;
    }
    Ok(attributes)
}

fn nil_names(attributes: &AttributeMap) -> HashSet<String> {
    attributes
        .iter()
        .filter(|(_, value)| value.as_ref().is_ok_and(|value| **value == *NIL))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn refuse_too_many(attributes: usize, most: usize) -> Result<(), Problem> {
    if attributes <= most {
        return Ok(());
    }
    Err(Problem::new(
        Kind::TooLarge,
        format_args!(
            "the session would have {attributes} attributes, and {most} are the limit; server.maxAttributes sets it"
        ),
    )
    .with("limit", most)
    .with("setting", "server.maxAttributes"))
}
