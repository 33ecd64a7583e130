//! What stands behind the attributes: names, edges between attributes, notes of single formats.

use crate::error::{Error, ErrorKind};
use crate::token::{Token, Tokens, utf8};

/// The extras of a document: `nil | [ names, edges, notes ]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras<'a> {
    /// Names of attributes that edges and notes speak of, by number; `None` is one that is gone.
    pub names: Vec<Option<&'a str>>,
    /// An edge for each pair of attributes where the first holds a reference into the second, by number.
    pub edges: Vec<(u32, u32)>,
    /// What only one format knows, by attribute.
    pub notes: Vec<(u32, &'a [u8])>,
}

impl<'a> Extras<'a> {
    /// Whether a document needs none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty() && self.edges.is_empty() && self.notes.is_empty()
    }

    /// The attribute that a number of an XREF, an edge or a note means.
    #[must_use]
    pub fn name(&self, number: u32) -> Option<&'a str> {
        self.names.get(number as usize).copied().flatten()
    }

    /// The extras of a document, without a look at its attributes: for a writer that must know the notes before.
    ///
    /// # Errors
    /// When they are not of the form.
    pub fn of(document: &'a [u8]) -> Result<Self, Error> {
        let told = document.get(2..6).and_then(|field| field.try_into().ok()).map_or(0, u32::from_be_bytes);
        if told == 0 {
            return Ok(Self::default());
        }
        let mut tokens = Tokens::new(document);
        tokens.seek(told as usize);
        Self::read(&mut tokens)
    }

    pub(crate) fn read(tokens: &mut Tokens<'a>) -> Result<Self, Error> {
        let start = tokens.at();
        let extras = match tokens.next()? {
            Token::Nil => Self::default(),
            Token::Array(3) => {
                Self { names: read_names(tokens)?, edges: read_edges(tokens)?, notes: read_notes(tokens)? }
            }
            _ => return Err(Error::new(start, ErrorKind::Expected("the extras, nil or an array of 3"))),
        };
        if tokens.peek().is_some() {
            return Err(Error::new(tokens.at(), ErrorKind::TrailingBytes));
        }
        let names = u32::try_from(extras.names.len()).unwrap_or(u32::MAX);
        let known = |number: &u32| *number < names;
        if !extras.edges.iter().all(|(from, to)| known(from) && known(to) && from != to)
            || !extras.notes.iter().all(|(number, _)| known(number))
        {
            return Err(Error::new(
                start,
                ErrorKind::BadExtras("the extras speak of an attribute that they do not name"),
            ));
        }
        Ok(extras)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        use crate::writer::raw;
        if self.is_empty() {
            raw::nil(out);
            return;
        }
        raw::array(out, 3);
        raw::array(out, raw::count(self.names.len()));
        for name in &self.names {
            match name {
                Some(name) => raw::str(out, name.as_bytes()),
                None => raw::nil(out),
            }
        }
        raw::array(out, raw::count(self.edges.len() * 2));
        for (from, to) in &self.edges {
            raw::unsigned(out, u64::from(*from));
            raw::unsigned(out, u64::from(*to));
        }
        raw::array(out, raw::count(self.notes.len() * 2));
        for (number, note) in &self.notes {
            raw::unsigned(out, u64::from(*number));
            raw::bin(out, note);
        }
    }
}

/// Capacity for a count that came from outside: each element takes a byte at least.
fn room(tokens: &Tokens<'_>, count: u32) -> usize {
    (count as usize).min(tokens.rest().len())
}

fn read_names<'a>(tokens: &mut Tokens<'a>) -> Result<Vec<Option<&'a str>>, Error> {
    let count = tokens.array("the names of the extras")?;
    let mut names = Vec::with_capacity(room(tokens, count));
    for _ in 0..count {
        let at = tokens.at();
        names.push(match tokens.next()? {
            Token::Nil => None,
            Token::Str(bytes) => Some(utf8(bytes).ok_or(Error::new(at, ErrorKind::BadUtf8))?),
            _ => return Err(Error::new(at, ErrorKind::Expected("the name of an attribute or nil"))),
        });
    }
    Ok(names)
}

fn read_edges(tokens: &mut Tokens<'_>) -> Result<Vec<(u32, u32)>, Error> {
    let start = tokens.at();
    let count = tokens.array("the edges of the extras")?;
    if count % 2 != 0 {
        return Err(Error::new(start, ErrorKind::BadExtras("edges come in pairs")));
    }
    let mut edges = Vec::with_capacity(room(tokens, count) / 2);
    for _ in 0..count / 2 {
        edges.push((tokens.u32("the number of an attribute")?, tokens.u32("the number of an attribute")?));
    }
    Ok(edges)
}

fn read_notes<'a>(tokens: &mut Tokens<'a>) -> Result<Vec<(u32, &'a [u8])>, Error> {
    let start = tokens.at();
    let count = tokens.array("the notes of the extras")?;
    if count % 2 != 0 {
        return Err(Error::new(start, ErrorKind::BadExtras("notes come in pairs of a number and bytes")));
    }
    let mut notes = Vec::with_capacity(room(tokens, count) / 2);
    for _ in 0..count / 2 {
        let number = tokens.u32("the number of an attribute")?;
        let at = tokens.at();
        match tokens.next()? {
            Token::Bin(note) => notes.push((number, note)),
            _ => return Err(Error::new(at, ErrorKind::Expected("a note, bytes"))),
        }
    }
    Ok(notes)
}
