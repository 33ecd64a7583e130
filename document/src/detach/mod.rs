//! Lets attributes go that others lead into.
//!
//! A session may hold an object in one attribute and a reference to it in another one. When the first is
//! replaced, removed, left out or handed out alone, the second must not lose the object. So the first
//! attribute, in the session's order, that leads to an object of an attribute that goes, gets the object in the
//! place of its reference, with all that belongs to it; every later reference leads there.
//!
//! It takes three steps, each of them linear in the attributes concerned:
//!
//! 1. [`survey`]: which places do references lead to, where do the values there end, which classes are defined;
//! 2. [`rewrite`]: the attributes that lead into one that goes are copied. A reference into what goes is replaced
//!    by the object; that moves what stands behind it, and so the places that other references name;
//! 3. the places in the references are filled in, once all of them are known.
//!
//! Nothing is copied twice: what was copied in one place is referred to from all others, so the sum of the
//! attributes does not grow, but for class definitions that two attributes need.

mod classes;
mod rewrite;
mod survey;

use crate::check::Limits;
use crate::error::{Error, ErrorKind};

/// An attribute that the extras name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) value: &'a [u8],
    /// Its position in the session: who comes first gets a shared object.
    pub(crate) position: usize,
    /// Whether it stays.
    pub(crate) stays: bool,
}

/// An attribute that had to change so that others could go.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) number: u32,
    pub(crate) value: Vec<u8>,
    /// The attributes that it now leads into.
    pub(crate) leads_into: Vec<u32>,
    /// Whether values in it stand at other places than before.
    pub(crate) moved: bool,
}

/// Whether an attribute that stays leads into one that goes.
pub(crate) fn is_needed(parts: &[Option<Part<'_>>], edges: &[(u32, u32)]) -> bool {
    edges.iter().any(|edge| tears(parts, *edge))
}

/// Rewrites the attributes that stay so that they lead into none that goes. Parts stand by their number in the
/// extras, as in `edges`.
pub(crate) fn detach(
    parts: &[Option<Part<'_>>],
    edges: &[(u32, u32)],
    limits: Limits,
) -> Result<Vec<Rewritten>, Error> {
    let mut edges = edges.to_vec();
    edges.sort_unstable();
    edges.dedup();

    let mut marks = vec![Mark::Untouched; parts.len()];
    let mut reached = Vec::new();
    for &(from, to) in edges.iter().filter(|edge| tears(parts, **edge)) {
        set(&mut marks, from, Mark::Torn);
        if set(&mut marks, to, Mark::Gone) {
            reached.push(to);
        }
    }
    // What goes may lead into more that goes.
    while let Some(from) = reached.pop() {
        for to in leads_into(&edges, from) {
            if part(parts, to).is_some_and(|part| !part.stays) && set(&mut marks, to, Mark::Gone) {
                reached.push(to);
            }
        }
    }
    // Who leads into an attribute that is rewritten must hear of the new places.
    for &(from, to) in &edges {
        if mark(&marks, to) == Mark::Torn
            && mark(&marks, from) == Mark::Untouched
            && part(parts, from).is_some_and(|part| part.stays)
        {
            set(&mut marks, from, Mark::Informed);
        }
    }

    let mut order: Vec<u32> = Vec::new();
    let mut sources = Vec::with_capacity(parts.len());
    for (number, (part, mark)) in parts.iter().zip(&marks).enumerate() {
        let part = part.filter(|_| *mark != Mark::Untouched);
        if part.is_some_and(|part| part.stays) {
            order.push(number as u32);
        }
        sources.push(part.map(|part| survey::Source::new(part.value, part.stays)));
    }
    order.sort_unstable_by_key(|number| part(parts, *number).map(|part| part.position));
    survey::survey(&mut sources)?;
    rewrite::rewrite(sources, &order, limits)
}

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Untouched,
    /// Goes, and something of it is needed.
    Gone,
    /// Stays, and leads into one that goes.
    Torn,
    /// Stays, and leads into one that is torn.
    Informed,
}

fn part<'p, 'a>(parts: &'p [Option<Part<'a>>], number: u32) -> Option<&'p Part<'a>> {
    parts.get(number as usize)?.as_ref()
}

fn tears(parts: &[Option<Part<'_>>], (from, to): (u32, u32)) -> bool {
    part(parts, from).is_some_and(|part| part.stays) && part(parts, to).is_some_and(|part| !part.stays)
}

fn mark(marks: &[Mark], number: u32) -> Mark {
    marks.get(number as usize).copied().unwrap_or(Mark::Untouched)
}

/// True when it was another mark.
fn set(marks: &mut [Mark], number: u32, mark: Mark) -> bool {
    match marks.get_mut(number as usize) {
        Some(known) if *known != mark => {
            *known = mark;
            true
        }
        _ => false,
    }
}

fn leads_into(sorted: &[(u32, u32)], from: u32) -> impl Iterator<Item = u32> + '_ {
    let start = sorted.partition_point(|edge| edge.0 < from);
    sorted.iter().skip(start).take_while(move |edge| edge.0 == from).map(|edge| edge.1)
}

/// A reference that the check of the document should have refused.
const fn broken(at: usize) -> Error {
    Error::new(at, ErrorKind::BadReference)
}
