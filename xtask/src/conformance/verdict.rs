//! What is true of one session on its way from a format into another.

use super::cases::{Case, Content, Status};

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The first library does not write it, so there is nothing to read.
    Nothing,
    /// The real library reads what went in.
    Equal,
    /// It reads what the libraries themselves make of it.
    AsLibrary,
    /// Our plugin of the first format refuses it.
    ReadRefused(String),
    /// Our plugin of the second format refuses it.
    WriteRefused(String),
    /// The real library cannot read what our plugin wrote.
    Unreadable(String),
    /// It reads something else: an attribute as it came out.
    Differs(String),
    /// Nobody asked the library: it takes too long.
    Slow,
}

impl Outcome {
    /// The word for it in the list of what is documented.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Equal => "equal",
            Self::AsLibrary => "as-library",
            Self::ReadRefused(_) => "not-read",
            Self::WriteRefused(_) => "refused",
            Self::Unreadable(_) => "unreadable",
            Self::Differs(_) => "differs",
            Self::Slow => "slow",
        }
    }

    pub(super) fn detail(&self) -> &str {
        match self {
            Self::ReadRefused(text)
            | Self::WriteRefused(text)
            | Self::Unreadable(text)
            | Self::Differs(text) => text,
            _ => "",
        }
    }

    /// Whether the real libraries would have it so. `chained` is whether they can go the same way themselves.
    pub(super) fn agrees(&self, case: &Case, from: usize, to: usize, chained: impl FnOnce() -> bool) -> bool {
        let status = |format: usize| case.libraries.get(format).map(|library| library.status);
        match self {
            Self::Nothing | Self::Equal | Self::AsLibrary | Self::Slow => true,
            Self::ReadRefused(_) => status(from) == Some(Status::NoRead),
            Self::WriteRefused(_) => {
                matches!(status(to), Some(Status::NoWrite | Status::NoRead)) || !chained()
            }
            Self::Unreadable(_) | Self::Differs(_) => false,
        }
    }
}

/// Compares what a real library reads with what it may read, attribute by attribute: what went in, or what either
/// library makes of it. `chain` is what both make of it, one after the other; it is asked for where nothing else fits.
pub(super) fn compare(
    case: &Case,
    from: usize,
    to: usize,
    read: &Content,
    chain: impl FnOnce() -> Option<Content>,
) -> Outcome {
    if *read == case.content {
        return Outcome::Equal;
    }
    let backs = [from, to].into_iter().filter_map(|format| case.libraries.get(format)?.back.as_ref());
    let mut allowed: Vec<&Content> = backs.chain([&case.content]).collect();
    let stranger = |allowed: &[&Content]| {
        let known =
            |attribute: &String| allowed.iter().any(|content| content.attributes().contains(attribute));
        read.attributes().iter().find(|attribute| !known(attribute)).cloned()
    };
    let size = |allowed: &[&Content]| {
        allowed.iter().any(|content| content.attributes().len() == read.attributes().len())
    };
    if stranger(&allowed).is_none() && size(&allowed) {
        return Outcome::AsLibrary;
    }
    let chain = chain();
    allowed.extend(&chain);
    match stranger(&allowed) {
        None if size(&allowed) => Outcome::AsLibrary,
        Some(attribute) => Outcome::Differs(attribute.trim_start().to_owned()),
        None => Outcome::Differs(format!("{} attributes", read.attributes().len())),
    }
}
